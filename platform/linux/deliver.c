/* SPDX-License-Identifier: Apache-2.0 */

/*
 * From a payload of the kernel's to a record of the seam.
 *
 * The payload already stands in the record buffer, behind the place of the
 * header. It comes from our own program, and still no length in it is believed
 * beyond the bytes that are there.
 *
 * Platform (linux).
 */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "platform/linux/source.h"

/* How often the wall clock is compared with the time since boot. */
#define CLOCK_CHECK_NS 1000000000u

uint64_t clock_ns(int clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint16_t load_u16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

uint32_t load_u32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
           (uint32_t)at[3] << 24;
}

uint64_t load_u64(const uint8_t *at)
{
    return load_u32(at) | (uint64_t)load_u32(at + 4) << 32;
}

void store_u16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
}

void store_u32(uint8_t *at, uint32_t value)
{
    store_u16(at, (uint16_t)value);
    store_u16(at + 2, (uint16_t)(value >> 16));
}

sonda_status set_error(sonda_error *error, sonda_status status, const char *format, ...)
{
    va_list arguments;

    if (error != NULL) {
        error->status = status;
        error->offset = 0;
        error->line = 0;
        error->column = 0;
        va_start(arguments, format);
        vsnprintf(error->message, sizeof error->message, format, arguments);
        va_end(arguments);
    }
    return status;
}

uint32_t class_of_type(uint32_t type)
{
    static const uint8_t classes[SONDA_LINUX_TYPE_COUNT] = {
        [0] = SONDA_SOURCE_CLASS_OTHER,
        [SONDA_LINUX_EXEC] = SONDA_SOURCE_CLASS_PROCESS_EXEC,
        [SONDA_LINUX_FORK] = SONDA_SOURCE_CLASS_PROCESS_FORK,
        [SONDA_LINUX_EXIT] = SONDA_SOURCE_CLASS_PROCESS_EXIT,
        [SONDA_LINUX_OPEN] = SONDA_SOURCE_CLASS_FILE_OPEN,
        [SONDA_LINUX_RENAME] = SONDA_SOURCE_CLASS_FILE_RENAME,
        [SONDA_LINUX_DELETE] = SONDA_SOURCE_CLASS_FILE_DELETE,
        [SONDA_LINUX_CHMOD] = SONDA_SOURCE_CLASS_FILE_ATTRIBUTES,
        [SONDA_LINUX_CHOWN] = SONDA_SOURCE_CLASS_FILE_ATTRIBUTES,
        [SONDA_LINUX_CONNECT] = SONDA_SOURCE_CLASS_NETWORK,
        [SONDA_LINUX_ACCEPT] = SONDA_SOURCE_CLASS_NETWORK,
        [SONDA_LINUX_BIND] = SONDA_SOURCE_CLASS_NETWORK,
    };

    return type < SONDA_LINUX_TYPE_COUNT ? classes[type] : SONDA_SOURCE_CLASS_OTHER;
}

static size_t padded(size_t len)
{
    return (len + 7u) & ~(size_t)7u;
}

size_t append_item(sonda_source *source,
                   size_t len,
                   uint32_t kind,
                   uint32_t flags,
                   const void *bytes,
                   size_t bytes_len)
{
    uint8_t *payload = source->record + SONDA_RECORD_HEADER_SIZE;
    size_t at = padded(len);
    size_t room = RECORD_ROOM - SONDA_RECORD_HEADER_SIZE;

    if (at + SONDA_LINUX_ITEM_HEAD_SIZE + bytes_len > room) {
        return len;
    }
    memset(payload + len, 0, at - len);
    store_u16(payload + at, (uint16_t)kind);
    store_u16(payload + at + 2, (uint16_t)flags);
    store_u32(payload + at + 4, (uint32_t)bytes_len);
    memmove(payload + at + SONDA_LINUX_ITEM_HEAD_SIZE, bytes, bytes_len);
    return at + SONDA_LINUX_ITEM_HEAD_SIZE + bytes_len;
}

/*
 * The record's flags from its items. On the way their padding is cleared: the
 * kernel side leaves there what an earlier record had in that place.
 */
static uint16_t settle_items(uint8_t *payload, size_t len)
{
    size_t at = SONDA_LINUX_HEAD_SIZE;
    uint16_t flags = 0;

    if ((load_u16(payload + SONDA_LINUX_AT_FLAGS) & SONDA_LINUX_HEAD_SNAPSHOT) != 0) {
        flags |= SONDA_RECORD_SNAPSHOT;
    }
    while (len - at >= SONDA_LINUX_ITEM_HEAD_SIZE) {
        size_t used = SONDA_LINUX_ITEM_HEAD_SIZE + (size_t)load_u32(payload + at + 4);
        size_t size = padded(used);

        if ((load_u16(payload + at + 2) & SONDA_LINUX_ITEM_TRUNCATED) != 0) {
            flags |= SONDA_RECORD_TRUNCATED;
        }
        if (size > len - at) {
            break;
        }
        memset(payload + at + used, 0, size - used);
        at += size;
    }
    return flags;
}

/* Both clocks read together; a reading torn by an interruption is repeated. */
static void check_clock(sonda_source *source, uint64_t now_ns)
{
    uint64_t narrowest = UINT64_MAX;

    if (source->wall_checked_ns != 0 && now_ns - source->wall_checked_ns < CLOCK_CHECK_NS) {
        return;
    }
    source->wall_checked_ns = now_ns;
    for (int i = 0; i < 3; i++) {
        uint64_t before = clock_ns(CLOCK_BOOTTIME);
        uint64_t wall = clock_ns(CLOCK_REALTIME);
        uint64_t after = clock_ns(CLOCK_BOOTTIME);

        if (after - before < narrowest) {
            narrowest = after - before;
            source->wall_offset_ns = wall - (before + (after - before) / 2);
        }
    }
}

void deliver_record(sonda_source *source, size_t record_len, uint32_t class_index)
{
    sonda_status status = SONDA_ERR_FULL;

    if (!source->sink_closed) {
        status = source->sink.deliver(source->sink.user, source->record, record_len);
    }
    if (status == SONDA_OK) {
        atomic_fetch_add(&source->delivered[class_index], 1);
        return;
    }
    atomic_fetch_add(&source->refused[class_index], 1);
    if (status != SONDA_ERR_FULL) {
        source->sink_closed = true;
        atomic_store(&source->stopping, true);
    }
}

void deliver_payload(sonda_source *source, size_t len, uint32_t stream)
{
    uint8_t *payload = source->record + SONDA_RECORD_HEADER_SIZE;
    uint32_t type = load_u16(payload + SONDA_LINUX_AT_TYPE);
    uint64_t time = load_u64(payload + SONDA_LINUX_AT_TIME);
    sonda_record_header header;
    const char *user;

    check_clock(source, time);
    user = users_name(&source->users, load_u32(payload + SONDA_LINUX_AT_UID), time);
    if (user != NULL) {
        len = append_item(source, len, SONDA_LINUX_ITEM_USER, 0, user, strlen(user));
    }
    store_u32(payload + SONDA_LINUX_AT_SIZE, (uint32_t)len);
    memset(&header, 0, sizeof header);
    header.size = (uint32_t)(SONDA_RECORD_HEADER_SIZE + len);
    header.source = SONDA_SOURCE_LINUX;
    header.type = (uint16_t)type;
    header.version = SONDA_LINUX_VERSION;
    header.flags = settle_items(payload, len);
    header.stream = stream;
    header.mono_ns = time;
    header.wall_ns = time + source->wall_offset_ns;
    header.seq = ++source->seq[stream];
    sonda_record_header_write(&header, source->record);
    deliver_record(source, header.size,
                   stream == STREAM_SNAPSHOT ? SONDA_SOURCE_CLASS_OTHER : class_of_type(type));
}
