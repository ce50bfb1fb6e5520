/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Fuzz target: any bytes as an input of unknown format.
 *
 * Fed whole and in pieces chosen by the first byte, the same records must come
 * out. JSON must also come out as from a framing that takes no short cut: every
 * line through the reader, written here once more and as plainly as it can be.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/codec/json.h"
#include "core/normalise/json_event.h"
#include "sonda/input.h"

typedef struct tally {
    uint64_t count;
    uint64_t digest;   /* all that was said */
    uint64_t readable; /* of records the decoder takes: number and offset */
} tally;

static sonda_event *event;

/*
 * Inputs hold megabytes: clearing their shadow for each would take nearly all of
 * the time. They get the same four blocks again; the unit tests run with malloc.
 */
#define BLOCK_SIZE ((size_t)6 * 1024 * 1024)
static char blocks[4][BLOCK_SIZE];
static size_t blocks_taken;

static void *allocate(size_t size, void *user)
{
    (void)user;
    return blocks_taken < 4 && size <= BLOCK_SIZE ? blocks[blocks_taken++] : NULL;
}

static void release(void *memory, void *user)
{
    (void)memory;
    (void)user;
    blocks_taken--;
}

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void mix(uint64_t *digest, uint64_t value)
{
    *digest = (*digest ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    *digest ^= *digest >> 29;
}

static bool decodes(sonda__span payload)
{
    static const sonda_record_header header;

    sonda__event_begin(event, &header, sonda__names_of_table());
    return sonda__decode_json(event, payload, NULL) == SONDA_OK;
}

static sonda_status
on_record(const void *record, size_t len, uint64_t number, uint64_t offset, void *user)
{
    tally *seen = user;
    sonda_record_header header;
    const char *payload = (const char *)record + SONDA_RECORD_HEADER_SIZE;

    require(sonda_record_header_read(record, len, &header) == SONDA_OK);
    require(number == ++seen->count);
    mix(&seen->digest, number);
    mix(&seen->digest, offset);
    for (size_t i = 0; i < len - SONDA_RECORD_HEADER_SIZE; i++) {
        mix(&seen->digest, (uint8_t)payload[i]);
    }
    if (header.source == SONDA_SOURCE_JSON &&
        decodes(sonda__span_of(payload, len - SONDA_RECORD_HEADER_SIZE))) {
        mix(&seen->readable, number);
        mix(&seen->readable, offset);
    }
    return SONDA_OK;
}

static void on_skipped(
    uint64_t number, uint64_t offset, sonda_status status, const char *reason, void *user)
{
    tally *seen = user;

    require(number == ++seen->count && status < 0 && reason[0] != '\0');
    mix(&seen->digest, number);
    mix(&seen->digest, offset);
    mix(&seen->digest, (uint64_t)-status);
}

/*
 * Every second time the piece is put in the room, as far as it fits, and told of
 * few records at a time: what comes out must not tell the difference.
 */
static sonda_status feed_piece(sonda_input *input,
                               sonda__span piece,
                               bool by_room,
                               const sonda_input_callbacks *callbacks)
{
    sonda_input_callbacks limited = *callbacks;
    sonda_status status;
    void *bytes = NULL;
    size_t room = 0;

    require(sonda_input_room(input, &bytes, &room) == SONDA_OK);
    if (!by_room || piece.len == 0 || piece.len > room) {
        return sonda_input_feed(input, piece.data, piece.len, callbacks);
    }
    memcpy(bytes, piece.data, piece.len);
    limited.limit = 3;
    status = sonda_input_feed(input, bytes, piece.len, &limited);
    while (status == SONDA_ERR_FULL) {
        status = sonda_input_feed(input, NULL, 0, &limited);
    }
    return status;
}

static tally feed(sonda__span text, uint32_t format, size_t piece, uint32_t *found)
{
    tally seen = {0, 0, 0};
    sonda_input *input = NULL;
    sonda_input_options options = SONDA_INPUT_OPTIONS_INIT;
    sonda_input_callbacks callbacks = SONDA_INPUT_CALLBACKS_INIT;
    sonda_allocator allocator = SONDA_ALLOCATOR_INIT;
    sonda_status status = SONDA_OK;

    allocator.allocate = allocate;
    allocator.release = release;
    options.format = format;
    callbacks.on_record = on_record;
    callbacks.on_skipped = on_skipped;
    callbacks.user = &seen;
    require(sonda_input_open(&input, &options, &allocator) == SONDA_OK);
    for (size_t at = 0; at < text.len && status == SONDA_OK; at += piece) {
        size_t len = text.len - at < piece ? text.len - at : piece;

        status = feed_piece(input, sonda__span_of(text.data + at, len), at / piece % 2 != 0,
                            &callbacks);
    }
    if (status == SONDA_OK) {
        status = sonda_input_finish(input, &callbacks);
    }
    mix(&seen.digest, (uint64_t)-status);
    require(sonda_input_count(input) == seen.count);
    *found = sonda_input_format(input);
    sonda_input_close(input);
    return seen;
}

/* ---- the plain framing, for inputs that are no array ---- */

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Bytes of the value at the start of `text`, or 0 when it is broken. */
static size_t value_len(sonda__span text)
{
    sonda__json json;
    sonda__json_token token;

    sonda__json_init(&json, text, NULL);
    while (!sonda__json_complete(&json)) {
        if (sonda__json_next(&json, &token) != SONDA_OK) {
            return 0;
        }
    }
    return sonda__json_offset(&json);
}

/* The value ends its line, or an object follows it. */
static bool ends_well(sonda__span text, size_t at)
{
    while (at < text.len && is_space(text.data[at]) && text.data[at] != '\n') {
        at++;
    }
    return at == text.len || text.data[at] == '\n' || text.data[at] == '{';
}

static size_t next_object_line(sonda__span text, size_t at)
{
    while (at + 1 < text.len && !(text.data[at] == '\n' && text.data[at + 1] == '{')) {
        at++;
    }
    return at + 1 < text.len ? at + 1 : text.len;
}

static tally frame_plainly(sonda__span text)
{
    tally seen = {0, 0, 0};
    size_t at = text.len >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

    for (;;) {
        sonda__span rest;
        size_t len;

        while (at < text.len && is_space(text.data[at])) {
            at++;
        }
        if (at == text.len) {
            return seen;
        }
        rest = sonda__span_of(text.data + at, text.len - at);
        len = value_len(rest);
        seen.count++;
        if (len == 0 || !ends_well(rest, len)) {
            at = next_object_line(text, at);
            continue;
        }
        if (rest.data[0] == '{' && decodes(sonda__span_of(rest.data, len))) {
            mix(&seen.readable, seen.count);
            mix(&seen.readable, at);
        }
        at += len;
    }
}

static bool begins_with_array(sonda__span text)
{
    size_t at = text.len >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

    while (at < text.len && is_space(text.data[at])) {
        at++;
    }
    return at < text.len && text.data[at] == '[';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint32_t format = 0;
    uint32_t format_in_pieces = 0;
    sonda__span text;
    tally whole;
    tally pieces;

    if (size == 0 || size > SONDA_RECORD_MAX / 2) {
        return 0;
    }
    if (event == NULL) {
        require(sonda_event_open(&event, NULL) == SONDA_OK);
    }
    text = sonda__span_of((const char *)data + 1, size - 1);
    whole = feed(text, SONDA_FORMAT_AUTO, size, &format);
    pieces = feed(text, SONDA_FORMAT_AUTO, 1 + (size_t)data[0] % 64, &format_in_pieces);
    require(format == format_in_pieces);
    require(whole.count == pieces.count && whole.digest == pieces.digest);
    if (format == SONDA_FORMAT_JSON && !begins_with_array(text)) {
        tally plain = frame_plainly(text);

        require(plain.count == whole.count && plain.readable == whole.readable);
    }
    return 0;
}
