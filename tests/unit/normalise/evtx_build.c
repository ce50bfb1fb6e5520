/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Event log files, written token by token. Tests only.
 */

#include "evtx_build.h"

#include "core/codec/bytes.h"
#include "core/codec/crc32.h"
#include "core/normalise/evtx_format.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK_SIZE 65536u

void evtx_bytes(evtx_build *b, const void *bytes, size_t len)
{
    if (len > sizeof b->bytes - b->len) {
        abort();
    }
    if (len > 0) {
        memcpy(b->bytes + b->len, bytes, len);
    }
    b->len += len;
}

void evtx_u8(evtx_build *b, uint32_t value)
{
    uint8_t byte = (uint8_t)value;

    evtx_bytes(b, &byte, 1);
}

void evtx_u16(evtx_build *b, uint32_t value)
{
    uint8_t bytes[2];

    sonda__put_u16le(bytes, (uint16_t)value);
    evtx_bytes(b, bytes, sizeof bytes);
}

void evtx_u32(evtx_build *b, uint32_t value)
{
    uint8_t bytes[4];

    sonda__put_u32le(bytes, value);
    evtx_bytes(b, bytes, sizeof bytes);
}

void evtx_u64(evtx_build *b, uint64_t value)
{
    uint8_t bytes[8];

    sonda__put_u64le(bytes, value);
    evtx_bytes(b, bytes, sizeof bytes);
}

void evtx_utf16(evtx_build *b, const char *text)
{
    for (; *text != '\0'; text++) {
        evtx_u16(b, (uint8_t)*text);
    }
}

/* ---- the file ---- */

static void begin_chunk(evtx_build *b)
{
    b->chunk = b->len;
    b->len += 512;
    memset(b->bytes + b->chunk, 0, 512);
    memcpy(b->bytes + b->chunk, "ElfChnk", 8);
    sonda__put_u32le(b->bytes + b->chunk + 40, 128);
    b->first_id = b->next_id;
}

void evtx_begin(evtx_build *b)
{
    memset(b, 0, sizeof *b);
    memcpy(b->bytes, "ElfFile", 8);
    sonda__put_u32le(b->bytes + 32, 128);
    sonda__put_u16le(b->bytes + 40, 4096);
    b->len = 4096;
    b->next_id = 1;
    begin_chunk(b);
}

void evtx_sum_chunk(evtx_build *b, size_t chunk)
{
    uint8_t *p = b->bytes + chunk;
    size_t end = sonda__u32le_at(p + 48);

    sonda__put_u32le(p + 52, sonda__crc32(0, p + 512, end - 512));
    sonda__put_u32le(p + 124, sonda__crc32(sonda__crc32(0, p, 120), p + 128, 384));
}

static void end_chunk(evtx_build *b)
{
    sonda__put_u32le(b->bytes + b->chunk + 48, (uint32_t)(b->len - b->chunk));
    evtx_sum_chunk(b, b->chunk);
    b->len = b->chunk + CHUNK_SIZE;
}

void evtx_next_chunk(evtx_build *b)
{
    end_chunk(b);
    begin_chunk(b);
}

void evtx_end(evtx_build *b)
{
    end_chunk(b);
    sonda__put_u32le(b->bytes + 124, sonda__crc32(0, b->bytes, 120));
}

void evtx_begin_record(evtx_build *b)
{
    b->record = b->len;
    b->plain = 0;
    evtx_u32(b, 0x2a2a);
    evtx_u32(b, 0);
    evtx_u64(b, b->next_id++);
    evtx_u64(b, UINT64_C(132000000000000000));
}

void evtx_end_record(evtx_build *b)
{
    uint32_t size = (uint32_t)(b->len - b->record) + 4;

    evtx_u32(b, size);
    sonda__put_u32le(b->bytes + b->record + 4, size);
}

/* ---- tokens ---- */

static void put_name(evtx_build *b, const char *name)
{
    evtx_u32(b, (uint32_t)(b->len - b->chunk) + 4);
    evtx_u32(b, 0);
    evtx_u16(b, 0);
    evtx_u16(b, (uint32_t)strlen(name));
    evtx_utf16(b, name);
    evtx_u16(b, 0);
}

void evtx_fragment(evtx_build *b)
{
    evtx_bytes(b, "\x0f\x01\x01\x00", 4);
}

void evtx_open(evtx_build *b, const char *name, int attributes)
{
    evtx_u8(b, attributes ? 0x41 : 0x01);
    if (!b->plain) {
        evtx_u16(b, 0xffff);
    }
    evtx_u32(b, 0);
    put_name(b, name);
    if (attributes) {
        evtx_u32(b, 0);
    }
}

void evtx_attribute(evtx_build *b, const char *name)
{
    evtx_u8(b, 0x06);
    put_name(b, name);
}

void evtx_close_start(evtx_build *b)
{
    evtx_u8(b, 0x02);
}

void evtx_close_empty(evtx_build *b)
{
    evtx_u8(b, 0x03);
}

void evtx_close(evtx_build *b)
{
    evtx_u8(b, 0x04);
}

void evtx_text(evtx_build *b, const char *text)
{
    evtx_u8(b, 0x05);
    evtx_u8(b, 0x01);
    evtx_u16(b, (uint32_t)strlen(text));
    evtx_utf16(b, text);
}

void evtx_value(evtx_build *b, uint32_t index, uint32_t type)
{
    evtx_u8(b, 0x0e);
    evtx_u16(b, index);
    evtx_u8(b, type);
}

void evtx_leaf(evtx_build *b, const char *name, uint32_t index, uint32_t type)
{
    evtx_open(b, name, 0);
    evtx_close_start(b);
    evtx_value(b, index, type);
    evtx_close(b);
}

void evtx_data(evtx_build *b, const char *name, uint32_t index, uint32_t type)
{
    evtx_open(b, "Data", 1);
    evtx_attribute(b, "Name");
    evtx_text(b, name);
    evtx_close_start(b);
    evtx_value(b, index, type);
    evtx_close(b);
}

/* ---- instances ---- */

void evtx_instance(evtx_build *b, size_t definition)
{
    evtx_u8(b, 0x0c);
    evtx_u8(b, 0x01);
    evtx_u32(b, 0);
    evtx_u32(b, (uint32_t)definition);
}

size_t evtx_begin_template(evtx_build *b)
{
    evtx_instance(b, b->len + 10 - b->chunk);
    b->definition = b->len;
    evtx_u32(b, 0);
    evtx_u64(b, 0);
    evtx_u64(b, 0);
    evtx_u32(b, 0);
    evtx_fragment(b);
    return b->definition - b->chunk;
}

void evtx_end_template(evtx_build *b)
{
    evtx_u8(b, 0x00);
    sonda__put_u32le(b->bytes + b->definition + 20, (uint32_t)(b->len - b->definition) - 24);
}

void evtx_begin_values(evtx_build *b, uint32_t count)
{
    evtx_u32(b, count);
    b->values = b->len;
    b->value_index = 0;
    for (uint32_t i = 0; i < count; i++) {
        evtx_u32(b, 0);
    }
}

void evtx_add(evtx_build *b, uint32_t type, const void *bytes, size_t len)
{
    uint8_t *row = b->bytes + b->values + 4 * b->value_index++;

    sonda__put_u16le(row, (uint16_t)len);
    row[2] = (uint8_t)type;
    evtx_bytes(b, bytes, len);
}

void evtx_add_text(evtx_build *b, const char *text)
{
    uint8_t *row = b->bytes + b->values + 4 * b->value_index++;

    sonda__put_u16le(row, (uint16_t)(2 * strlen(text)));
    row[2] = SONDA__EVTX_STRING;
    evtx_utf16(b, text);
}

void evtx_add_number(evtx_build *b, uint32_t type, uint64_t number, size_t len)
{
    uint8_t bytes[8];

    sonda__put_u64le(bytes, number);
    evtx_add(b, type, bytes, len);
}

size_t evtx_begin_block(evtx_build *b)
{
    evtx_fragment(b);
    return b->len - 4;
}

void evtx_end_block(evtx_build *b, size_t block, size_t values, uint32_t index)
{
    uint8_t *row = b->bytes + values + 4 * index;

    evtx_u8(b, 0x00);
    sonda__put_u16le(row, (uint16_t)(b->len - block));
    row[2] = SONDA__EVTX_BINXML;
}

/* ---- a whole record ---- */

static void put_system(evtx_build *b)
{
    evtx_open(b, "Event", 1);
    evtx_attribute(b, "xmlns");
    evtx_text(b, "http://schemas.microsoft.com/win/2004/08/events/event");
    evtx_close_start(b);
    evtx_open(b, "System", 0);
    evtx_close_start(b);
    evtx_open(b, "Provider", 1);
    evtx_attribute(b, "Name");
    evtx_text(b, "Microsoft-Windows-Sysmon");
    evtx_attribute(b, "Guid");
    evtx_value(b, 0, SONDA__EVTX_GUID);
    evtx_close_empty(b);
    evtx_open(b, "EventID", 1);
    evtx_attribute(b, "Qualifiers");
    evtx_value(b, 1, SONDA__EVTX_UINT16);
    evtx_close_start(b);
    evtx_value(b, 2, SONDA__EVTX_UINT16);
    evtx_close(b);
    evtx_open(b, "TimeCreated", 1);
    evtx_attribute(b, "SystemTime");
    evtx_value(b, 3, SONDA__EVTX_FILETIME);
    evtx_close_empty(b);
    evtx_open(b, "Correlation", 0);
    evtx_close_empty(b);
    evtx_open(b, "Channel", 0);
    evtx_close_start(b);
    evtx_text(b, "Microsoft-Windows-Sysmon/Operational");
    evtx_close(b);
    evtx_close(b);
    evtx_value(b, 4, SONDA__EVTX_BINXML);
    evtx_close(b);
}

static void put_event_data(evtx_build *b)
{
    evtx_open(b, "EventData", 0);
    evtx_close_start(b);
    evtx_data(b, "UtcTime", 0, SONDA__EVTX_STRING);
    evtx_data(b, "ProcessId", 1, SONDA__EVTX_UINT32);
    evtx_data(b, "CommandLine", 2, SONDA__EVTX_STRING);
    evtx_close(b);
}

/* The templates stand in the chunk's first record, at the same places in each. */
void evtx_process_start(evtx_build *b, const char *command_line)
{
    static const uint8_t guid[16] = {0x5f, 0x38, 0x70, 0x57, 0x2a, 0xc2, 0xe0, 0x43,
                                     0xbf, 0x4c, 0x06, 0xf5, 0x69, 0x8f, 0xfb, 0xd9};
    static size_t system;
    static size_t event_data;
    int first = b->next_id == b->first_id;
    size_t outer;
    size_t block;

    evtx_begin_record(b);
    evtx_fragment(b);
    if (first) {
        system = evtx_begin_template(b);
        put_system(b);
        evtx_end_template(b);
    } else {
        evtx_instance(b, system);
    }
    evtx_begin_values(b, 5);
    outer = b->values;
    evtx_add(b, SONDA__EVTX_GUID, guid, sizeof guid);
    evtx_add(b, SONDA__EVTX_NULL, NULL, 0);
    evtx_add_number(b, SONDA__EVTX_UINT16, 1, 2);
    evtx_add_number(b, SONDA__EVTX_FILETIME, UINT64_C(132000000000000001), 8);
    block = evtx_begin_block(b);
    if (first) {
        event_data = evtx_begin_template(b);
        put_event_data(b);
        evtx_end_template(b);
    } else {
        evtx_instance(b, event_data);
    }
    evtx_begin_values(b, 3);
    evtx_add_text(b, "2019-04-17 10:40:00.123");
    evtx_add_number(b, SONDA__EVTX_UINT32, 4711, 4);
    evtx_add_text(b, command_line);
    evtx_end_block(b, block, outer, 4);
    evtx_end_record(b);
}
