/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The seam's table for ETW.
 *
 * open() starts the sessions, does one of each thing they watch, waits until it
 * is seen, and ends them; start() starts them anew. So capabilities are what
 * was delivered, whatever the calls returned, and the rundown of a live session
 * is never half gone when delivery begins.
 *
 * Platform (win).
 */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "platform/win/etw_source.h"
#include "sonda/abi.h"
#include "sonda/windows/windows.h"

/* How long open() waits for its own doings: ETW hands over full buffers, or each second. */
#define PROOF_S 3
/* What a machine always does, or the canary: with these seen nothing is awaited. */
#define PROVABLE                                                              \
    (1u << SONDA_SOURCE_CLASS_FILE_OPEN | 1u << SONDA_SOURCE_CLASS_REGISTRY | \
     1u << SONDA_SOURCE_CLASS_NETWORK | 1u << SONDA_SOURCE_CLASS_OTHER)

sonda_status etw_fail(sonda_error *error, sonda_status status, const char *format, ...)
{
    va_list arguments;

    if (error != NULL) {
        error->status = status;
        va_start(arguments, format);
        (void)vsnprintf(error->message, sizeof error->message, format, arguments);
        va_end(arguments);
    }
    return status;
}

static void describe(sonda_source_description *description)
{
    static const sonda_source_description ours = {
        .struct_size = sizeof ours,
        .drive = SONDA_SOURCE_RUNS,
        .name = "windows-etw",
        .version = SONDA_VERSION_STRING,
    };

    (void)sonda_abi_write(&ours, sizeof ours, description);
}

static void close_source(sonda_source *source)
{
    sonda_allocator allocator;

    if (source == NULL) {
        return;
    }
    (void)pthread_cond_destroy(&source->changed);
    (void)pthread_mutex_destroy(&source->lock);
    allocator = source->allocator;
    allocator.release(source, allocator.user);
}

static void stop_sessions(sonda_source *source)
{
    for (size_t i = 0; i < ETW_SESSION_COUNT; i++) {
        etw_session_stop(&source->sessions[i]);
    }
}

/* One session that works is enough to go on; none is the first one's failure. */
static sonda_status start_sessions(sonda_source *source, sonda_error *error)
{
    sonda_status status = SONDA_ERR_UNSUPPORTED;
    size_t started = 0;

    for (size_t i = 0; i < ETW_SESSION_COUNT; i++) {
        sonda_error reason = SONDA_ERROR_INIT;
        sonda_status one = etw_session_start(&source->sessions[i], &reason);

        if (one == SONDA_OK) {
            started++;
        } else if (source->failure[0] == '\0' || i == 0) {
            (void)snprintf(source->failure, sizeof source->failure, "%s", reason.message);
            status = one;
        }
    }
    return started != 0 ? SONDA_OK : etw_fail(error, status, "%s", source->failure);
}

static uint32_t proven_bits(const sonda_source *source)
{
    uint32_t bits = 0;

    for (uint32_t i = 0; i < SONDA_SOURCE_CLASS_COUNT; i++) {
        bits |= atomic_load(&source->proven[i]) ? 1u << i : 0u;
    }
    return bits;
}

static struct timespec in_seconds(time_t seconds)
{
    struct timespec until;

    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += seconds;
    return until;
}

static sonda_status prove(sonda_source *source, sonda_error *error)
{
    struct timespec until = in_seconds(PROOF_S);
    sonda_status status;
    int waited = 0;

    atomic_store(&source->mode, ETW_MODE_PROVING);
    status = start_sessions(source, error);
    if (status == SONDA_OK) {
        source->api->canary(source->api->user);
        (void)pthread_mutex_lock(&source->lock);
        while (waited == 0 && (proven_bits(source) & PROVABLE) != PROVABLE) {
            waited = pthread_cond_timedwait(&source->changed, &source->lock, &until);
        }
        (void)pthread_mutex_unlock(&source->lock);
    }
    stop_sessions(source);
    atomic_store(&source->mode, ETW_MODE_OFF);
    if (status == SONDA_OK && proven_bits(source) == 0) {
        status =
            etw_fail(error, SONDA_ERR_UNSUPPORTED, "ETW sessions start, but deliver nothing");
    }
    return status;
}

static sonda_source *create(const sonda_source_options *options,
                            const sonda_sink *sink,
                            const sonda_allocator *allocator)
{
    sonda_source *created = allocator->allocate(sizeof *created, allocator->user);

    if (created == NULL) {
        return NULL;
    }
    memset(created, 0, sizeof *created);
    created->api = etw_system();
    created->allocator = *allocator;
    created->sink = *sink;
    created->classes = options->classes;
    created->snapshot = options->snapshot != 0;
    (void)pthread_mutex_init(&created->lock, NULL);
    (void)pthread_cond_init(&created->changed, NULL);
    for (uint32_t i = 0; i < ETW_SESSION_COUNT; i++) {
        created->sessions[i].source = created;
        created->sessions[i].plan = &etw_plans[i];
        created->sessions[i].stream = i + 1;
    }
    return created;
}

static sonda_status open_source(sonda_source **source,
                                const sonda_source_options *options,
                                const sonda_sink *sink,
                                const sonda_allocator *allocator,
                                sonda_error *error)
{
    sonda_source_options ours = SONDA_SOURCE_OPTIONS_INIT;
    sonda_sink target = {.struct_size = sizeof target};
    sonda_allocator memory = {.struct_size = sizeof memory};
    sonda_source *created;
    sonda_status status;

    if (source == NULL || sink == NULL) {
        return etw_fail(error, SONDA_ERR_INVALID_ARGUMENT, "no sink to deliver to");
    }
    status = sonda_abi_read(sink, &target, sizeof target);
    if (status == SONDA_OK && options != NULL) {
        status = sonda_abi_read(options, &ours, sizeof ours);
    }
    if (status == SONDA_OK) {
        status = sonda_allocator_read(allocator, &memory);
    }
    if (status != SONDA_OK || target.deliver == NULL) {
        return etw_fail(error, status != SONDA_OK ? status : SONDA_ERR_INVALID_ARGUMENT,
                        "options, sink or allocator of another version");
    }
    created = create(&ours, &target, &memory);
    if (created == NULL) {
        return etw_fail(error, SONDA_ERR_NO_MEMORY, "out of memory");
    }
    status = prove(created, error);
    if (status != SONDA_OK) {
        close_source(created);
        return status;
    }
    *source = created;
    return SONDA_OK;
}

static sonda_status start(sonda_source *source, sonda_error *error)
{
    sonda_status status;

    (void)pthread_mutex_lock(&source->lock);
    if (source->started || atomic_load(&source->stopping)) {
        (void)pthread_mutex_unlock(&source->lock);
        return etw_fail(error, SONDA_ERR_BAD_STATE, "the source was started before");
    }
    atomic_store(&source->mode, ETW_MODE_LIVE);
    status = start_sessions(source, error);
    source->started = status == SONDA_OK;
    if (!source->started) {
        atomic_store(&source->mode, ETW_MODE_OFF);
    }
    (void)pthread_mutex_unlock(&source->lock);
    return status;
}

static sonda_status poll_source(sonda_source *source, uint32_t timeout_ms)
{
    (void)source;
    (void)timeout_ms;
    return SONDA_ERR_UNSUPPORTED;
}

/* Looks after the sessions, whose own threads deliver. */
static sonda_status run(sonda_source *source)
{
    sonda_status status = SONDA_OK;

    (void)pthread_mutex_lock(&source->lock);
    while (status == SONDA_OK && source->started && !atomic_load(&source->stopping)) {
        struct timespec until = in_seconds(1);
        size_t running = 0;

        if (pthread_cond_timedwait(&source->changed, &source->lock, &until) == 0) {
            continue;
        }
        for (size_t i = 0; i < ETW_SESSION_COUNT && source->started; i++) {
            etw_session_check(&source->sessions[i]);
            running += source->sessions[i].is_running;
        }
        status = running != 0 ? SONDA_OK : SONDA_ERR_IO;
    }
    (void)pthread_mutex_unlock(&source->lock);
    return status != SONDA_OK ? status : SONDA_ERR_CANCELLED;
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
    sonda_source_stats counted = {.struct_size = sizeof counted};

    for (uint32_t i = 0; i < SONDA_SOURCE_CLASS_COUNT; i++) {
        sonda_source_class_stats *one = &counted.by_class[i];

        one->delivered = atomic_load(&source->delivered[i]);
        one->lost = atomic_load(&source->lost[i]);
        one->filtered = atomic_load(&source->filtered[i]);
        one->produced = one->delivered + one->lost + one->filtered;
    }
    (void)sonda_abi_write(&counted, sizeof counted, out);
}

static void stop(sonda_source *source)
{
    if (source == NULL) {
        return;
    }
    atomic_store(&source->stopping, true);
    (void)pthread_mutex_lock(&source->lock);
    if (source->started) {
        stop_sessions(source);
        source->started = false;
        atomic_store(&source->mode, ETW_MODE_OFF);
    }
    (void)pthread_cond_signal(&source->changed);
    (void)pthread_mutex_unlock(&source->lock);
}

static const char *const mechanisms[SONDA_SOURCE_CLASS_COUNT] = {
    [SONDA_SOURCE_CLASS_PROCESS_EXEC] = "classic process event, Kernel-Process 1",
    [SONDA_SOURCE_CLASS_PROCESS_EXIT] = "classic process event, Kernel-Process 2",
    [SONDA_SOURCE_CLASS_FILE_OPEN] = "Kernel-File 12, 16, 30",
    [SONDA_SOURCE_CLASS_FILE_RENAME] = "Kernel-File 27, 28",
    [SONDA_SOURCE_CLASS_FILE_DELETE] = "Kernel-File 26",
    [SONDA_SOURCE_CLASS_NETWORK] = "Kernel-Network 12, 15, 28, 31",
    [SONDA_SOURCE_CLASS_MODULE] = "Kernel-Process 5",
    [SONDA_SOURCE_CLASS_REGISTRY] = "Kernel-Registry 1, 3, 5, 6",
    [SONDA_SOURCE_CLASS_OTHER] = "rundown, DNS-Client, PowerShell, Audit-API-Calls",
};

static void capabilities(const sonda_source *source, sonda_source_capabilities *out)
{
    sonda_source_capabilities proven = {.struct_size = sizeof proven};

    for (uint32_t i = 0; i < SONDA_SOURCE_CLASS_COUNT; i++) {
        sonda_source_capability *one = &proven.by_class[i];

        one->mechanism = mechanisms[i] != NULL ? mechanisms[i] : "";
        one->remedy = "";
        if (mechanisms[i] == NULL) {
            one->remedy = "Windows has no such event";
        } else if (source->classes != 0 && (source->classes >> i & 1u) == 0) {
            one->remedy = "not asked for";
        } else if (atomic_load(&source->proven[i])) {
            one->level = SONDA_CAPABILITY_OBSERVE;
        } else if (source->failure[0] != '\0') {
            one->remedy = source->failure;
        } else {
            one->remedy = "no such event was delivered while the adapter was opened";
        }
    }
    (void)sonda_abi_write(&proven, sizeof proven, out);
}

const sonda_source_ops *sonda_windows_etw_source(void)
{
    static const sonda_source_ops ops = {
        .struct_size = sizeof ops,
        .describe = describe,
        .open = open_source,
        .capabilities = capabilities,
        .start = start,
        .poll = poll_source,
        .run = run,
        .respond = respond,
        .stats = stats,
        .stop = stop,
        .close = close_source,
    };

    return &ops;
}
