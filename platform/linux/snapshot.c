/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What runs already, by the kernel's task iterator.
 *
 * The iterator gives exact start times and the same records as an exec, but
 * the arguments: those it could read only where they are resident, and the
 * process may have overwritten them since. They come from /proc, marked
 * untrusted, when the process there is still the same one.
 *
 * Platform (linux).
 */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "platform/linux/source.h"

/* The most a kernel iterator hands out in one record: 8 pages of 4 KiB. */
#define BATCH_SIZE ((size_t)128 * 1024)

static ssize_t read_file(const char *path, void *out, size_t room)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t len = 0;
    ssize_t n = -1;

    if (fd < 0) {
        return -1;
    }
    while (len < room && (n = read(fd, (uint8_t *)out + len, room - len)) > 0) {
        len += (size_t)n;
    }
    close(fd);
    return n < 0 ? -1 : (ssize_t)len;
}

/*
 * Whether /proc/<pid> is the process that started at `start_ns`: the pid may
 * be another's by now, or of another pid namespace than ours.
 */
static bool is_same_process(uint32_t pid, uint64_t start_ns)
{
    char path[64];
    char text[1024];
    const char *at;
    ssize_t len;
    unsigned long long ticks = 0;

    snprintf(path, sizeof path, "/proc/%u/stat", pid);
    len = read_file(path, text, sizeof text - 1);
    if (len <= 0) {
        return false;
    }
    text[len] = '\0';
    at = strrchr(text, ')'); /* the name before it may hold anything */
    for (int field = 2; at != NULL && field < 22; field++) {
        at = strchr(at + 1, ' ');
    }
    if (at != NULL) {
        ticks = strtoull(at + 1, NULL, 10);
    }
    return ticks == start_ns / (1000000000u / (uint64_t)sysconf(_SC_CLK_TCK));
}

static size_t append_arguments(sonda_source *source, size_t len)
{
    uint8_t *payload = source->record + SONDA_RECORD_HEADER_SIZE;
    uint32_t pid = load_u32(payload + SONDA_LINUX_AT_PID);
    size_t at = ((len + 7u) & ~(size_t)7u) + SONDA_LINUX_ITEM_HEAD_SIZE;
    size_t room = RECORD_ROOM - SONDA_RECORD_HEADER_SIZE - at - 4096;
    char path[64];
    ssize_t got;

    snprintf(path, sizeof path, "/proc/%u/cmdline", pid);
    got = read_file(path, payload + at, room);
    if (got <= 0 || !is_same_process(pid, load_u64(payload + SONDA_LINUX_AT_START))) {
        return len;
    }
    store_u32(payload + SONDA_LINUX_AT_ARGUMENTS_COPIED, (uint32_t)got);
    return append_item(source, len, SONDA_LINUX_ITEM_ARGUMENTS, SONDA_LINUX_ITEM_UNTRUSTED,
                       payload + at, (size_t)got);
}

static void deliver_process(sonda_source *source, const uint8_t *payload, size_t len)
{
    memcpy(source->record + SONDA_RECORD_HEADER_SIZE, payload, len);
    if ((load_u16(payload + SONDA_LINUX_AT_FLAGS) & SONDA_LINUX_HEAD_KERNEL_THREAD) == 0) {
        len = append_arguments(source, len);
    }
    deliver_payload(source, len, STREAM_SNAPSHOT);
}

/* Delivers the whole records in `batch`; how many bytes they were. */
static size_t deliver_batch(sonda_source *source, const uint8_t *batch, size_t len)
{
    size_t at = 0;

    while (len - at >= SONDA_LINUX_HEAD_SIZE) {
        size_t size = load_u32(batch + at);

        if (size < SONDA_LINUX_HEAD_SIZE || size > len - at) {
            break;
        }
        deliver_process(source, batch + at, size);
        at += size;
    }
    return at;
}

void deliver_snapshot(sonda_source *source)
{
    int fd = programs_open_snapshot(&source->programs);
    uint8_t *batch;
    size_t len = 0;
    ssize_t n;

    if (fd < 0) {
        return;
    }
    batch = source->allocator.allocate(BATCH_SIZE, source->allocator.user);
    while (batch != NULL && (n = read(fd, batch + len, BATCH_SIZE - len)) > 0) {
        size_t done;

        len += (size_t)n;
        done = deliver_batch(source, batch, len);
        memmove(batch, batch + done, len - done);
        len -= done;
        if (len == BATCH_SIZE) {
            break; /* a record larger than any can be: not ours */
        }
    }
    if (batch != NULL) {
        source->allocator.release(batch, source->allocator.user);
    }
    close(fd);
}
