/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What is remembered of a file's stream while it is open: the last decision,
 * whether it was written, and a number that stands for its name.
 *
 * A decision is one word, so that no lock is needed on memory that may be paged
 * out: verdict in bits 0 and 1, until when in bits 2 to 41 (milliseconds of
 * uptime), and above them how often the content changed. An answer is stored
 * only where that word is still what it was before the client was asked:
 * a write meanwhile makes it the answer for another file. "Forget all" raises
 * `driver.epoch`; a stream of an older epoch counts as changed.
 */

#include "platform.h"

#define CHANGE_SHIFT 42
#define UNTIL_MASK ((1ull << 40) - 1)
#define UNTIL_UNIT 10000u

void stream_changed(driver_stream *stream)
{
    LONG64 old, now;

    do {
        old = READ64(stream->decision);
        now = (LONG64)((((UINT64)old >> CHANGE_SHIFT) + 1) << CHANGE_SHIFT);
    } while (InterlockedCompareExchange64(&stream->decision, now, old) != old);
}

/* The verdict that still holds, or 0. */
UINT32 stream_verdict(driver_stream *stream, UINT64 now)
{
    LONG epoch = READ(driver.epoch);
    UINT64 decision;

    if (READ(stream->epoch) != epoch) {
        stream_changed(stream);
        InterlockedExchange(&stream->epoch, epoch);
    }
    decision = (UINT64)READ64(stream->decision);
    return (decision >> 2 & UNTIL_MASK) > now / UNTIL_UNIT ? (UINT32)(decision & 3u) : 0;
}

void stream_remember(driver_stream *stream, LONG64 before, UINT32 verdict, UINT64 until)
{
    UINT64 changes = (UINT64)before >> CHANGE_SHIFT << CHANGE_SHIFT;
    UINT64 decision = changes | (until / UNTIL_UNIT & UNTIL_MASK) << 2 | verdict;

    /* Through a writable mapping it changes without our seeing it. */
    if (READ(stream->mapped) == 0) {
        InterlockedCompareExchange64(&stream->decision, (LONG64)decision, before);
    }
}

VOID NTAPI stream_gone(PFLT_CONTEXT context, USHORT type)
{
    InterlockedDecrement(&driver.stream_count);
}

void stream_release(driver_stream *stream)
{
    if (stream != NULL) {
        FltReleaseContext(stream);
    }
}

driver_stream *stream_get(PCFLT_RELATED_OBJECTS objects, BOOLEAN make)
{
    PFLT_CONTEXT found = NULL;
    driver_stream *stream;

    if (NT_SUCCESS(FltGetStreamContext(objects->Instance, objects->FileObject, &found)) ||
        !make) {
        return found;
    }
    if (InterlockedIncrement(&driver.stream_count) > STREAM_MAX ||
        !NT_SUCCESS(FltAllocateContext(driver.filter, FLT_STREAM_CONTEXT, sizeof *stream,
                                       PagedPool, (PFLT_CONTEXT *)&stream))) {
        InterlockedDecrement(&driver.stream_count);
        COUNT(forgotten);
        return NULL;
    }
    RtlZeroMemory(stream, sizeof *stream);
    stream->id = (UINT64)InterlockedIncrement64(&driver.stream_id);
    stream->epoch = READ(driver.epoch);
    if (NT_SUCCESS(FltSetStreamContext(objects->Instance, objects->FileObject,
                                       FLT_SET_CONTEXT_KEEP_IF_EXISTS, stream, &found))) {
        return stream;
    }
    FltReleaseContext(stream);
    return found; /* another thread was first; or the file system has no contexts */
}
