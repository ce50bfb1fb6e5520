/* SPDX-License-Identifier: Apache-2.0 */

#include "es_build.h"

#include "core/normalise/es_record.h"

static void put_number(uint8_t *at, uint64_t number, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        at[i] = (uint8_t)(number >> (8 * i));
    }
}

void es_begin(es_build *b, uint32_t type, uint32_t version)
{
    uint32_t flags = (version >= 2 ? SONDA_ES_HEAD_SEQ : 0) |
                     (version >= 4 ? SONDA_ES_HEAD_GLOBAL_SEQ | SONDA_ES_HEAD_THREAD : 0);

    memset(b->payload, 0, SONDA_ES_HEAD_SIZE);
    b->len = SONDA_ES_HEAD_SIZE;
    b->type = type;
    put_number(b->payload + SONDA_ES_AT_TYPE, type, 4);
    put_number(b->payload + SONDA_ES_AT_MESSAGE_VERSION, version, 4);
    put_number(b->payload + SONDA_ES_AT_ACTION, 1, 4);
    put_number(b->payload + SONDA_ES_AT_TIME, UINT64_C(1754579589811587464), 8);
    put_number(b->payload + SONDA_ES_AT_MACH_TIME, 401374797834u, 8);
    put_number(b->payload + SONDA_ES_AT_SEQ, 7, 8);
    put_number(b->payload + SONDA_ES_AT_GLOBAL_SEQ, 70, 8);
    put_number(b->payload + SONDA_ES_AT_THREAD, 505819, 8);
    put_number(b->payload + SONDA_ES_AT_FLAGS, flags, 4);
}

void es_put(
    es_build *b, uint8_t block, uint16_t field, uint8_t flags, const void *bytes, size_t len)
{
    uint8_t *at = b->payload + b->len;
    size_t size = (SONDA_ES_ITEM_HEAD_SIZE + len + 7) & ~(size_t)7;

    memset(at, 0, size);
    put_number(at, field, 2);
    at[2] = block;
    at[3] = flags;
    put_number(at + 4, len, 4);
    if (len > 0) {
        memcpy(at + SONDA_ES_ITEM_HEAD_SIZE, bytes, len);
    }
    b->len += size;
}

void es_text(es_build *b, uint8_t block, uint16_t field, const char *text)
{
    es_put(b, block, field, 0, text, strlen(text));
}

void es_number(es_build *b, uint8_t block, uint16_t field, uint64_t number, size_t bytes)
{
    uint8_t raw[8];

    put_number(raw, number, sizeof raw);
    es_put(b, block, field, 0, raw, bytes);
}

void es_null(es_build *b, uint8_t block, uint16_t field)
{
    es_put(b, block, field, SONDA_ES_ITEM_NULL, NULL, 0);
}

void es_stat(es_build *b, uint8_t block, uint16_t field)
{
    uint8_t raw[96];

    for (size_t i = 0; i < 8; i++) {
        put_number(raw + 4 * i, 16777234 + i, 4);
    }
    for (size_t i = 0; i < 8; i++) {
        put_number(raw + 32 + 8 * i, UINT64_C(1746791852842789602) + i, 8);
    }
    es_put(b, block, field, 0, raw, sizeof raw);
}

static void token(es_build *b, uint8_t block, uint16_t field, uint32_t pid, uint32_t version)
{
    const uint32_t words[8] = {501, 501, 20, 501, 20, pid, 100019, version};
    uint8_t raw[32];

    for (size_t i = 0; i < 8; i++) {
        put_number(raw + 4 * i, words[i], 4);
    }
    es_put(b, block, field, 0, raw, sizeof raw);
}

void es_process_block(es_build *b, uint8_t block, const es_process *process)
{
    static const uint8_t cdhash[20] = {0x28, 0xcd, 0x2c, 0x75, 0x91};

    token(b, block, SONDA_ES_PROCESS_TOKEN, process->pid, process->version);
    token(b, block, SONDA_ES_PROCESS_PARENT_TOKEN, process->parent_pid,
          process->parent_version);
    token(b, block, SONDA_ES_PROCESS_RESPONSIBLE_TOKEN, 938, 2424);
    es_number(b, block, SONDA_ES_PROCESS_PPID, process->parent_pid, 4);
    es_number(b, block, SONDA_ES_PROCESS_CODESIGNING_FLAGS, 570556931, 4);
    es_number(b, block, SONDA_ES_PROCESS_IS_PLATFORM_BINARY, 0, 1);
    es_put(b, block, SONDA_ES_PROCESS_CDHASH, 0, cdhash, sizeof cdhash);
    es_text(b, block, SONDA_ES_PROCESS_SIGNING_ID, "com.example.tool");
    es_null(b, block, SONDA_ES_PROCESS_TEAM_ID);
    es_text(b, block, SONDA_ES_PROCESS_PATH, process->path);
    es_number(b, block, SONDA_ES_PROCESS_PATH_TRUNCATED, 0, 1);
    es_stat(b, block, SONDA_ES_PROCESS_STAT);
    es_text(b, block, SONDA_ES_PROCESS_TTY, "/dev/ttys003");
    es_number(b, block, SONDA_ES_PROCESS_START_TIME, UINT64_C(1754572895877422000), 8);
}

sonda__span es_end(es_build *b)
{
    put_number(b->payload + SONDA_ES_AT_SIZE, b->len, 4);
    return sonda__span_of((const char *)b->payload, b->len);
}

sonda_status es_decode(sonda_event *event, sonda__span payload, sonda_error *error)
{
    sonda_record_header header = {0};

    if (payload.len > SONDA_ES_AT_TYPE + 1) {
        header.type = (uint16_t)((uint8_t)payload.data[SONDA_ES_AT_TYPE] |
                                 (uint8_t)payload.data[SONDA_ES_AT_TYPE + 1] << 8);
    }
    header.source = SONDA_SOURCE_ES;
    sonda__event_begin(event, &header, sonda__names_of_table());
    return sonda__decode_es(event, payload, error);
}
