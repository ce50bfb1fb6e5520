/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The client's side, for cases.c: commands, and reading of what comes back.
 */

#ifndef SONDA_TESTS_DRIVER_CLIENT_H
#define SONDA_TESTS_DRIVER_CLIENT_H

#include "fake.h"

#include "sonda/spi/driver_layout.h"

static UINT8 batch[SONDA_DRIVER_RECORD_MAX + 4096];

static NTSTATUS
command(UINT32 kind, UINT32 argument, UINT32 deadline, void *out, ULONG room, ULONG *len)
{
    UINT32 words[8] = {SONDA_DRIVER_VERSION, kind,       argument, deadline,
                       FAKE_SENSOR,          FAKE_LSASS, 0,        0};

    return fake_command(words, sizeof words, out, room, len);
}

static NTSTATUS options(UINT32 flags)
{
    ULONG len;

    return command(SONDA_DRIVER_COMMAND_OPTIONS, flags, 200, NULL, 0, &len);
}

static sonda_driver_counters count(void)
{
    sonda_driver_counters now;
    ULONG len;

    memset(&now, 0, sizeof now);
    (void)command(SONDA_DRIVER_COMMAND_COUNTERS, 0, 0, &now, sizeof now, &len);
    return now;
}

static ULONG read_batch(void)
{
    ULONG len = 0;

    return command(SONDA_DRIVER_COMMAND_READ, 0, 0, batch, sizeof batch, &len) == STATUS_SUCCESS
               ? len
               : 0;
}

static UINT64 number_at(const UINT8 *record, SIZE_T offset, SIZE_T len)
{
    UINT64 number = 0;

    memcpy(&number, record + offset, len);
    return number;
}

#define U32(record, offset) ((UINT32)number_at(record, offset, 4))
#define U16(record, offset) ((UINT16)number_at(record, offset, 2))
#define U64(record, offset) number_at(record, offset, 8)

/* The number of records in the batch; the first of `type` in `found`. */
static UINT32 find(ULONG len, UINT16 type, const UINT8 **found)
{
    UINT32 records = 0;

    *found = NULL;
    for (ULONG at = 0; at < len; at += U32(batch + at, SONDA_DRIVER_AT_SIZE)) {
        if (U16(batch + at, SONDA_DRIVER_AT_TYPE) == type && *found == NULL) {
            *found = batch + at;
        }
        records++;
    }
    return records;
}

/* Bytes of the item, and where; 0 when there is none. */
static UINT32 item(const UINT8 *record, UINT16 kind, const UINT8 **bytes)
{
    UINT32 at = SONDA_DRIVER_HEAD_SIZE;

    while (at + SONDA_DRIVER_ITEM_HEAD_SIZE <= U32(record, SONDA_DRIVER_AT_SIZE)) {
        UINT32 len = U32(record, at + 4);

        if (U16(record, at) == kind) {
            *bytes = record + at + 8;
            return len;
        }
        at += SONDA_DRIVER_ITEM_HEAD_SIZE + ((len + 7) & ~7u);
    }
    return 0;
}

static BOOLEAN item_is(const UINT8 *record, UINT16 kind, const WCHAR *text, SIZE_T len)
{
    const UINT8 *bytes = NULL;

    return item(record, kind, &bytes) == len - sizeof(WCHAR) &&
           memcmp(bytes, text, len - sizeof(WCHAR)) == 0;
}

#define ITEM_IS(record, kind, text) item_is(record, kind, text, sizeof(text))

#endif
