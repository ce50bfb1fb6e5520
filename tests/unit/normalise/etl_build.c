/* SPDX-License-Identifier: Apache-2.0 */

#include "etl_build.h"

#include "core/codec/bytes.h"
#include "sonda/record.h"
#include "sonda/spi/etw_record.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    uint8_t guid[16];
} guids[] = {
    {"process",
     {0xd6, 0x2c, 0xfb, 0x22, 0x7b, 0x0e, 0x2b, 0x42, 0xa0, 0xc7, 0x2f, 0xad, 0x1f, 0xd0, 0xe7,
      0x16}},
    {"classic",
     {0xd0, 0xa8, 0x6f, 0x3d, 0x05, 0xfe, 0xd0, 0x11, 0x9d, 0xda, 0x00, 0xc0, 0x4f, 0xd7, 0xba,
      0x7c}},
    {"file",
     {0x27, 0x89, 0xd0, 0xed, 0xc4, 0x9c, 0x65, 0x4e, 0xb9, 0x70, 0xc2, 0x56, 0x0f, 0xb5, 0xc2,
      0x89}},
    {"network",
     {0x49, 0x2a, 0xd4, 0x7d, 0x29, 0x53, 0x32, 0x48, 0x8d, 0xfd, 0x43, 0xd9, 0x79, 0x15, 0x3a,
      0x88}},
    {"registry",
     {0x03, 0x4f, 0xeb, 0x70, 0xde, 0xc1, 0x73, 0x4f, 0xa0, 0x51, 0x33, 0xd1, 0x3d, 0x54, 0x13,
      0xbd}},
    {"audit",
     {0x1c, 0x84, 0x2a, 0xe0, 0xa3, 0x75, 0xa7, 0x4f, 0xaf, 0xc8, 0xae, 0x09, 0xcf, 0x9b, 0x7f,
      0x23}},
    {"dns",
     {0x6e, 0x12, 0x95, 0x1c, 0xea, 0x7e, 0xa9, 0x49, 0xa3, 0xfe, 0xa3, 0x78, 0xb0, 0x3d, 0xdb,
      0x4d}},
    {"powershell",
     {0x3b, 0x85, 0xc1, 0xa0, 0x40, 0x5c, 0x15, 0x4b, 0x87, 0x66, 0x3c, 0xf1, 0xc5, 0x8f, 0x98,
      0x5a}},
    {"threat",
     {0x7c, 0x89, 0xe1, 0xf4, 0x5d, 0xbb, 0x68, 0x56, 0xf1, 0xd8, 0x04, 0x0f, 0x4d, 0x8d, 0xd3,
      0x44}},
    {"volume",
     {0x91, 0xee, 0x79, 0x9b, 0xfd, 0xb5, 0xc0, 0x41, 0xa2, 0x43, 0x42, 0x48, 0xe2, 0x66, 0xe9,
      0xd0}},
    {"unknown", {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}},
};

const uint8_t *etw_guid(const char *name)
{
    for (size_t i = 0; i < sizeof guids / sizeof guids[0]; i++) {
        if (strcmp(guids[i].name, name) == 0) {
            return guids[i].guid;
        }
    }
    abort();
}

static void put(etw_data *data, uint64_t number, size_t size)
{
    if (data->len + size > sizeof data->bytes) {
        abort();
    }
    for (size_t i = 0; i < size; i++) {
        data->bytes[data->len++] = (uint8_t)(number >> (8 * i));
    }
}

static void put_wide(etw_data *data, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        put(data, (uint8_t)text[i], 2);
    }
}

static void put_bytes(etw_data *data, const char *text, size_t len)
{
    for (size_t i = 0; i + 1 < len; i += 2) {
        char digits[3] = {text[i], text[i + 1], 0};

        put(data, strtoul(digits, NULL, 16), 1);
    }
}

/* S-1-16-N */
static void put_sid(etw_data *data, uint32_t last)
{
    static const uint8_t begin[8] = {1, 1, 0, 0, 0, 0, 0, 16};

    for (size_t i = 0; i < sizeof begin; i++) {
        put(data, begin[i], 1);
    }
    put(data, last, 4);
}

static void put_ipv4(etw_data *data, const char *text)
{
    for (size_t i = 0; i < 4; i++) {
        char *end;

        put(data, strtoul(text, &end, 10), 1);
        text = end + 1;
    }
}

static int is_type(const char *token, const char *type)
{
    return strncmp(token, type, strlen(type)) == 0 && token[strlen(type)] == '=';
}

static void put_token(etw_data *data, const char *token, const char *value, size_t len)
{
    uint64_t number = strtoull(value, NULL, 10);

    if (token[0] == 'u' && token[1] >= '1' && token[1] <= '8') {
        put(data, number, (size_t)(token[1] - '0'));
    } else if (is_type(token, "h8")) {
        put(data, strtoull(value, NULL, 16), 8);
    } else if (is_type(token, "p")) {
        put(data, strtoull(value, NULL, 16), data->is_32 ? 4 : 8);
    } else if (is_type(token, "be2")) {
        put(data, (number & 0xff) << 8 | number >> 8, 2);
    } else if (is_type(token, "w")) {
        put_wide(data, value, len);
        put(data, 0, 2);
    } else if (is_type(token, "n")) {
        for (size_t i = 0; i < len; i++) {
            put(data, (uint8_t)value[i], 1);
        }
        put(data, 0, 1);
    } else if (is_type(token, "ip4")) {
        put_ipv4(data, value);
    } else if (is_type(token, "ip6")) {
        put(data, 0x0120, 8); /* 2001:: */
        put(data, number << 56, 8);
    } else if (is_type(token, "sid")) {
        put_sid(data, (uint32_t)number);
    } else if (is_type(token, "user") && len == 0) {
        put(data, 0, 4);
    } else if (is_type(token, "user")) {
        put(data, 0x1234, data->is_32 ? 4 : 8);
        put(data, 0, data->is_32 ? 4 : 8);
        put_sid(data, (uint32_t)number);
    } else if (is_type(token, "d")) {
        put(data, 2 * len, 2);
        put_wide(data, value, len);
    } else if (is_type(token, "x")) {
        put_bytes(data, value, len);
    } else {
        abort();
    }
}

void etw_script(etw_data *data, int is_32, const char *script)
{
    data->len = 0;
    data->is_32 = is_32;
    while (*script != '\0') {
        const char *value = strchr(script, '=') + 1;
        const char *end = strchr(value, '|');
        size_t len = end != NULL ? (size_t)(end - value) : strlen(value);

        put_token(data, script, value, len);
        script = value + len + (end != NULL);
    }
}

size_t
etw_payload(uint8_t *out, const uint8_t *guid, const etw_head *head, const etw_data *data)
{
    size_t len = SONDA_ETW_HEAD_SIZE + data->len;

    memset(out, 0, SONDA_ETW_HEAD_SIZE);
    sonda__put_u32le(out + SONDA_ETW_AT_SIZE, (uint32_t)len);
    sonda__put_u16le(out + SONDA_ETW_AT_FLAGS,
                     (uint16_t)((data->is_32 ? SONDA_ETW_FLAG_32_BIT : 0) |
                                (head->classic ? SONDA_ETW_FLAG_CLASSIC : 0)));
    if (head->classic) {
        out[SONDA_ETW_AT_OPCODE] = (uint8_t)head->id;
    } else {
        sonda__put_u16le(out + SONDA_ETW_AT_ID, head->id);
    }
    out[SONDA_ETW_AT_VERSION] = head->version;
    sonda__put_u64le(out + SONDA_ETW_AT_TIME, head->filetime);
    sonda__put_u32le(out + SONDA_ETW_AT_PID, head->pid);
    sonda__put_u32le(out + SONDA_ETW_AT_TID, head->tid);
    memcpy(out + SONDA_ETW_AT_PROVIDER, guid, 16);
    memcpy(out + SONDA_ETW_HEAD_SIZE, data->bytes, data->len);
    return len;
}

size_t etw_record(uint8_t *out,
                  uint32_t stream,
                  uint64_t seq,
                  const uint8_t *guid,
                  const etw_head *head,
                  const etw_data *data)
{
    size_t len = etw_payload(out + SONDA_RECORD_HEADER_SIZE, guid, head, data);
    sonda_record_header header = {0};

    header.size = (uint32_t)(SONDA_RECORD_HEADER_SIZE + len);
    header.source = SONDA_SOURCE_ETW;
    header.type = SONDA_ETW_EVENT;
    header.version = SONDA_ETW_VERSION;
    header.stream = stream;
    header.seq = seq;
    if (sonda_record_header_write(&header, out) != SONDA_OK) {
        abort();
    }
    return header.size;
}

/* ---- trace files ---- */

static uint8_t *take(etl_build *b, size_t len)
{
    uint8_t *p = b->bytes + b->len;

    if (b->len + len > sizeof b->bytes) {
        abort();
    }
    memset(p, 0, len);
    b->len += len;
    return p;
}

static void begin_buffer(etl_build *b, uint16_t type)
{
    uint8_t *header;

    b->buffer = b->len;
    header = take(b, 72);
    sonda__put_u32le(header, ETL_BUFFER);
    sonda__put_u16le(header + 54, type);
}

static void end_buffer(etl_build *b)
{
    size_t filled = b->len - b->buffer;

    sonda__put_u32le(b->bytes + b->buffer + 4, (uint32_t)filled);
    sonda__put_u32le(b->bytes + b->buffer + 8, (uint32_t)filled);
    sonda__put_u32le(b->bytes + b->buffer + 48, (uint32_t)filled);
    if (filled < ETL_BUFFER) {
        memset(take(b, ETL_BUFFER - filled), 0xff, ETL_BUFFER - filled);
    }
}

static void align(etl_build *b)
{
    while (b->len % 8 != 0) {
        (void)take(b, 1);
    }
}

void etl_begin(etl_build *b, int is_32, uint32_t clock, uint64_t frequency)
{
    size_t less = is_32 ? 8 : 0;
    uint8_t *header;
    uint8_t *log;

    b->len = 0;
    b->is_32 = is_32;
    b->clock = clock;
    b->frequency = frequency;
    begin_buffer(b, 4);
    header = take(b, 32 + 280 - less + 8);
    log = header + 32;
    sonda__put_u32le(header, 0xc0000002u | (is_32 ? 0x10000u : 0x20000u));
    sonda__put_u16le(header + 4, (uint16_t)(32 + 280 - less + 8));
    sonda__put_u64le(header + 16, clock == 2 ? ETL_START_FILETIME : ETL_START_TICKS);
    sonda__put_u32le(log, ETL_BUFFER);
    sonda__put_u32le(log + 44, is_32 ? 4 : 8);
    sonda__put_u32le(log + 52, clock == 3 ? (uint32_t)frequency : 1);
    sonda__put_u64le(log + 256 - less, clock == 1 ? frequency : 10000000);
    sonda__put_u64le(log + 264 - less, ETL_START_FILETIME);
    sonda__put_u32le(log + 272 - less, clock);
}

void etl_next_buffer(etl_build *b)
{
    end_buffer(b);
    begin_buffer(b, 0);
}

void etl_end(etl_build *b)
{
    end_buffer(b);
}

static void put_modern(
    etl_build *b, const uint8_t *guid, const etw_head *head, const etw_data *data, size_t item)
{
    uint8_t *p = take(b, 80 + item + data->len);

    sonda__put_u16le(p, (uint16_t)(80 + item + data->len));
    p[2] = data->is_32 ? 0x12 : 0x13;
    p[3] = 0xc0;
    sonda__put_u16le(p + 4, item != 0);
    sonda__put_u32le(p + 8, head->tid);
    sonda__put_u32le(p + 12, head->pid);
    sonda__put_u64le(p + 16, head->filetime);
    memcpy(p + 24, guid, 16);
    sonda__put_u16le(p + 40, head->id);
    p[42] = head->version;
    if (item != 0) {
        sonda__put_u16le(p + 80 + 2, 1);
        sonda__put_u16le(p + 80 + 6, (uint16_t)(item - 8 - 3));
    }
    memcpy(p + 80 + item, data->bytes, data->len);
    align(b);
}

void etl_event(etl_build *b, const uint8_t *guid, const etw_head *head, const etw_data *data)
{
    uint8_t *p;

    if (!head->classic) {
        put_modern(b, guid, head, data, 0);
        return;
    }
    p = take(b, 48 + data->len);
    sonda__put_u16le(p, (uint16_t)(48 + data->len));
    p[2] = data->is_32 ? 0x0a : 0x14;
    p[3] = 0xc0;
    p[4] = (uint8_t)head->id;
    sonda__put_u16le(p + 6, head->version);
    sonda__put_u32le(p + 8, head->tid);
    sonda__put_u32le(p + 12, head->pid);
    sonda__put_u64le(p + 16, head->filetime);
    memcpy(p + 24, guid, 16);
    memcpy(p + 48, data->bytes, data->len);
    align(b);
}

void etl_event_with_item(etl_build *b,
                         const uint8_t *guid,
                         const etw_head *head,
                         const etw_data *data)
{
    put_modern(b, guid, head, data, 24);
}

void etl_kernel(
    etl_build *b, uint32_t kind, uint16_t hook, const etw_head *head, const etw_data *data)
{
    size_t size = kind == 1 ? 32 : kind == 3 ? 24 : 16;
    uint8_t *p = take(b, size + data->len);

    sonda__put_u16le(p, head->version);
    p[2] = (uint8_t)(kind + !data->is_32);
    p[3] = 0xc0;
    sonda__put_u16le(p + 4, (uint16_t)(size + data->len));
    sonda__put_u16le(p + 6, hook);
    if (size > 16) {
        sonda__put_u32le(p + 8, head->tid);
        sonda__put_u32le(p + 12, head->pid);
    }
    sonda__put_u64le(p + (size > 16 ? 16 : 8), head->filetime);
    memcpy(p + size, data->bytes, data->len);
    align(b);
}

void etl_marker(etl_build *b, uint32_t kind, uint32_t flags, uint16_t len)
{
    uint8_t *p = take(b, len < 8 ? 8 : len);

    sonda__put_u16le(p, len);
    p[2] = (uint8_t)kind;
    p[3] = (uint8_t)flags;
    sonda__put_u16le(p + 4, len);
    sonda__put_u16le(p + 6, 0x0a00);
    align(b);
}
