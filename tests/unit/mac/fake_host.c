/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The host's side of the seam, small.
 */

#include "fake_host.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "sonda/spi/es_record.h"

#define TICKETS 8192u

static void *allocate(size_t size, void *user)
{
    (void)user;
    return malloc(size);
}

static void release(void *memory, void *user)
{
    (void)user;
    free(memory);
}

static void keep(struct host *host, const sonda_record_header *header, const void *record)
{
    struct kept *kept = &host->kept[host->count++];

    kept->header = *header;
    kept->len = header->size;
    kept->bytes = NULL;
    if (host->keeps_bytes) {
        kept->bytes = malloc(header->size);
        memcpy(kept->bytes, record, header->size);
    }
}

static sonda_status deliver(void *user, const void *record, size_t record_len)
{
    struct host *host = user;
    sonda_record_header header;
    sonda_status status = SONDA_ERR_FULL;
    struct moment now;

    if (sonda_record_header_read(record, record_len, &header) != SONDA_OK) {
        abort();
    }
    system_moment(&now);
    pthread_mutex_lock(&host->lock);
    if (host->count < host->room) {
        keep(host, &header, record);
        host->tickets_seen += header.ticket != 0;
        if (header.ticket != 0 && host->has_table) {
            (void)sonda__ticket_ask(&host->table, header.ticket, now.continuous_ns,
                                    header.deadline_ns);
        }
        status = SONDA_OK;
    } else {
        host->refused++;
    }
    pthread_mutex_unlock(&host->lock);
    if (status == SONDA_OK && header.ticket != 0 && host->answers_at_once) {
        (void)host->ops->respond(host->source, header.ticket, host->verdict, host->cache_ms);
    }
    return status;
}

static void *drive(void *user)
{
    struct host *host = user;

    host->ended = host->ops->run(host->source);
    return NULL;
}

void host_begin(struct host *host, uint64_t authorise, size_t room)
{
    sonda_source_options options = SONDA_SOURCE_OPTIONS_INIT;
    sonda_sink sink = {sizeof sink, 0, deliver, host};
    sonda_allocator allocator = SONDA_ALLOCATOR_INIT;
    sonda_error error = SONDA_ERROR_INIT;

    allocator.allocate = allocate;
    allocator.release = release;
    host->ops = sonda_mac_source();
    host->room = room;
    host->kept = calloc(room + 1, sizeof *host->kept);
    pthread_mutex_init(&host->lock, NULL);
    if (host->has_table && sonda__ticket_table_open(&host->table, TICKETS, SONDA_VERDICT_ALLOW,
                                                    &allocator) != SONDA_OK) {
        abort();
    }
    options.authorise = authorise;
    if (host->ops->open(&host->source, &options, &sink, &allocator, &error) != SONDA_OK ||
        host->ops->start(host->source, &error) != SONDA_OK) {
        abort();
    }
    pthread_create(&host->runner, NULL, drive, host);
}

void host_end(struct host *host)
{
    host->ops->stop(host->source);
    pthread_join(host->runner, NULL);
    host->ops->close(host->source);
    if (host->has_table) {
        sonda__ticket_table_close(&host->table);
    }
    for (size_t i = 0; i < host->count; i++) {
        free(host->kept[i].bytes);
    }
    free(host->kept);
    pthread_mutex_destroy(&host->lock);
}

void host_tick(struct host *host)
{
    struct moment now;
    sonda_verdict verdict;
    uint64_t id;

    system_moment(&now);
    pthread_mutex_lock(&host->lock);
    while (sonda__ticket_expire(&host->table, now.continuous_ns, &id, &verdict) == SONDA_OK) {
        pthread_mutex_unlock(&host->lock);
        (void)host->ops->respond(host->source, id, verdict, 0);
        pthread_mutex_lock(&host->lock);
    }
    pthread_mutex_unlock(&host->lock);
}

void host_wait_answered(uint64_t answered)
{
    while (fake_numbers_now().answered < answered) {
        sched_yield();
    }
}

const struct kept *host_find(const struct host *host, uint32_t type, size_t from)
{
    for (size_t i = from; i < host->count; i++) {
        if (host->kept[i].header.source == SONDA_SOURCE_ES &&
            host->kept[i].header.type == type) {
            return &host->kept[i];
        }
    }
    return NULL;
}

static uint32_t load_u32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
           (uint32_t)at[3] << 24;
}

const uint8_t *host_item(const struct kept *kept, uint32_t block, uint32_t field, size_t *len)
{
    size_t at = SONDA_RECORD_HEADER_SIZE + SONDA_ES_HEAD_SIZE;

    while (at + SONDA_ES_ITEM_HEAD_SIZE <= kept->len) {
        const uint8_t *item = kept->bytes + at;
        size_t size = load_u32(item + 4);

        if ((load_u32(item) & 0xffffu) == field && item[2] == block) {
            *len = size;
            return item + SONDA_ES_ITEM_HEAD_SIZE;
        }
        at += (SONDA_ES_ITEM_HEAD_SIZE + size + 7u) & ~(size_t)7u;
    }
    return NULL;
}
