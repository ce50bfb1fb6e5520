/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A machine for tests: takes the place of tools/sonda/machine.c, so that `run`
 * and `record` can be tried anywhere and without privileges.
 *
 * Its adapter delivers one process start a millisecond, endlessly. With
 * SONDA_FAKE=refuse it cannot be opened.
 */

#include "machine.h"
#include "sonda/event.h"
#include "sonda/host/usage.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct sonda_source {
    sonda_sink sink;
    atomic_int stopped;
    uint64_t delivered;
    uint64_t lost;
};

static struct sonda_source only;

static void describe(sonda_source_description *description)
{
    description->drive = SONDA_SOURCE_RUNS;
    description->name = "fake";
    description->version = "1";
}

static sonda_status open_source(sonda_source **source,
                                const sonda_source_options *options,
                                const sonda_sink *sink,
                                const sonda_allocator *allocator,
                                sonda_error *error)
{
    const char *wanted = getenv("SONDA_FAKE");

    (void)options;
    (void)allocator;
    if (wanted != NULL && strcmp(wanted, "refuse") == 0) {
        error->status = SONDA_ERR_PERMISSION;
        strcpy(error->message, "no permission; run as root");
        return SONDA_ERR_PERMISSION;
    }
    memset(&only, 0, sizeof only);
    only.sink = *sink;
    *source = &only;
    return SONDA_OK;
}

static void capabilities(const sonda_source *source, sonda_source_capabilities *out)
{
    (void)source;
    out->by_class[SONDA_SOURCE_CLASS_PROCESS_EXEC].level = SONDA_CAPABILITY_OBSERVE;
}

static sonda_status start(sonda_source *source, sonda_error *error)
{
    (void)source;
    (void)error;
    return SONDA_OK;
}

static size_t make_record(uint8_t *room, size_t size, uint64_t number)
{
    static const char image[] = "/usr/bin/evil";
    sonda_record_builder builder;
    sonda_record_header header;
    size_t len = 0;

    memset(&header, 0, sizeof header);
    header.seq = number;
    header.wall_ns = sonda_clock_wall_ns();
    (void)sonda_record_begin(&builder, room, size, &header, SONDA_CLASS_PROCESS,
                             SONDA_PROCESS_LAUNCH, SONDA_PRODUCT_LINUX);
    (void)sonda_record_add(&builder, SONDA_FIELD_IMAGE, image, sizeof image - 1);
    (void)sonda_record_add(&builder, SONDA_FIELD_COMMAND_LINE, image, sizeof image - 1);
    (void)sonda_record_finish(&builder, SONDA_SOURCE_GENERIC, 0, &len);
    return len;
}

static sonda_status run_source(sonda_source *source)
{
    uint8_t room[512];

    for (uint64_t number = 1; !atomic_load(&source->stopped); number++) {
        size_t len = make_record(room, sizeof room, number);

        if (source->sink.deliver(source->sink.user, room, len) == SONDA_OK) {
            source->delivered++;
        } else {
            source->lost++;
        }
        (void)usleep(1000);
    }
    return SONDA_ERR_CANCELLED;
}

static sonda_status poll_source(sonda_source *source, uint32_t timeout_ms)
{
    (void)source;
    (void)timeout_ms;
    return SONDA_ERR_UNSUPPORTED;
}

static sonda_status
respond(sonda_source *source, uint64_t ticket, sonda_verdict verdict, uint32_t cache_ms)
{
    (void)source;
    (void)ticket;
    (void)verdict;
    (void)cache_ms;
    return SONDA_ERR_UNSUPPORTED;
}

static void stats(const sonda_source *source, sonda_source_stats *out)
{
    out->by_class[0].produced = source->delivered + source->lost;
    out->by_class[0].delivered = source->delivered;
    out->by_class[0].lost = source->lost;
}

static void stop(sonda_source *source)
{
    atomic_store(&source->stopped, 1);
}

static void close_source(sonda_source *source)
{
    (void)source;
}

const sonda_source_ops *machine_source(void)
{
    static const sonda_source_ops ops = {
        sizeof ops, 0,       describe, open_source, capabilities, start, poll_source,
        run_source, respond, stats,    stop,        close_source, NULL,
    };

    return &ops;
}

sonda_status machine_probe(machine_rung_fn on_rung, void *user)
{
    on_rung("fake", 1, "always there", "", user);
    return SONDA_OK;
}

void machine_describe(sonda_recording_info *info)
{
    info->product = SONDA_PRODUCT_LINUX;
    info->wall_ns = sonda_clock_wall_ns();
}
