/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Records are put together on the stack, from borrowed texts, and written once:
 * into the queue, or into a request.
 */

#include "platform.h"

/* The head of an item has eight bytes. */
#define ITEM_WHOLE(len) (8u + (((len) + 7u) & ~7u))

BOOLEAN is_sensor(void)
{
    LONG pid = READ(driver.sensor_pid);

    return pid != 0 && (ULONG_PTR)PsGetCurrentProcessId() == (ULONG_PTR)pid;
}

void event_begin(driver_event *event, UINT16 type)
{
    LARGE_INTEGER now;

    RtlZeroMemory(event, sizeof *event);
    KeQuerySystemTimePrecise(&now);
    event->head.type = type;
    event->head.time = (UINT64)now.QuadPart;
    event->head.uptime = driver.platform->uptime();
    event->head.tid = (UINT32)(ULONG_PTR)PsGetCurrentThreadId();
    event_process(event, PsGetCurrentProcess());
}

void event_process(driver_event *event, PEPROCESS process)
{
    event->head.pid = (UINT32)(ULONG_PTR)PsGetProcessId(process);
    event->head.start = (UINT64)PsGetProcessCreateTimeQuadPart(process);
}

void event_other(driver_event *event, HANDLE pid)
{
    PEPROCESS process;

    event->head.other_pid = (UINT32)(ULONG_PTR)pid;
    if (PsLookupProcessByProcessId(pid, &process) == STATUS_SUCCESS) {
        event->head.other_start = (UINT64)PsGetProcessCreateTimeQuadPart(process);
        ObDereferenceObject(process);
    }
}

void event_add(driver_event *event, UINT16 kind, const void *bytes, SIZE_T len)
{
    UINT32 most = SONDA_DRIVER_RECORD_MAX;

    event->items[event->item_count].kind = kind;
    event->items[event->item_count].len = len < most ? (UINT32)len : most;
    event->bytes[event->item_count++] = bytes;
}

void event_add_text(driver_event *event, UINT16 kind, PCUNICODE_STRING text)
{
    if (text != NULL && text->Buffer != NULL && event->item_count < ITEM_MAX) {
        event_add(event, kind, text->Buffer, text->Length);
    }
}

/* Cuts the items so that all have a place; returns the size of the record. */
UINT32 event_fit(driver_event *event, UINT32 capacity)
{
    UINT32 size = SONDA_DRIVER_HEAD_SIZE;

    for (UINT32 i = 0; i < event->item_count; i++) {
        sonda_driver_item *item = &event->items[i];
        /* A head and padding for each item that follows. */
        UINT32 room = capacity - size - 16u * (event->item_count - i);

        if (item->len > room) {
            item->len = room & ~1u;
            item->flags |= SONDA_DRIVER_ITEM_TRUNCATED;
        }
        size += ITEM_WHOLE(item->len);
    }
    return size;
}

/* Writes what event_fit() measured. */
void event_write(driver_event *event, UINT8 *out, UINT32 size)
{
    UINT8 *at = out + SONDA_DRIVER_HEAD_SIZE;

    event->head.size = size;
    RtlCopyMemory(out, &event->head, sizeof event->head);
    for (UINT32 i = 0; i < event->item_count; i++) {
        const sonda_driver_item *item = &event->items[i];
        UINT32 whole = ITEM_WHOLE(item->len);

        RtlZeroMemory(at + whole - 8, 8);
        RtlCopyMemory(at, item, sizeof *item);
        RtlCopyMemory(at + sizeof *item, event->bytes[i], item->len);
        at += whole;
    }
}

void event_emit(driver_event *event)
{
    UINT32 size = event_fit(event, SONDA_DRIVER_RECORD_MAX);
    UINT8 *record = queue_reserve(event->head.type, size, &event->head.sequence);

    if (record != NULL) {
        event_write(event, record, size);
        queue_commit(record);
    }
}
