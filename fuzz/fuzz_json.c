/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Fuzz target: any bytes as JSON, through the reader and the decoder.
 *
 * The reader must take the same tokens with an arena, without one and in
 * pieces; the decoder must take exactly the objects the reader takes, unless
 * it runs into a limit of its own. The first byte chooses the pieces. Of the
 * lines, each must become the same event whatever lines came before it.
 */

#include <stdint.h>
#include <stdlib.h>

#include "core/codec/json.h"
#include "core/codec/utf8.h"
#include "core/normalise/json_event.h"
#include "core/normalise/json_shapes.h"

typedef struct reading {
    sonda_status status;
    size_t error_offset;
    uint64_t tokens;
    uint64_t kinds;
    bool object;
} reading;

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void note(reading *seen, const sonda__json_token *token, bool has_arena)
{
    bool text = token->kind == SONDA__JSON_STRING || token->kind == SONDA__JSON_KEY;

    seen->object = seen->tokens == 0 ? token->kind == SONDA__JSON_OBJECT : seen->object;
    seen->tokens++;
    seen->kinds = (seen->kinds ^ (uint64_t)token->kind) * UINT64_C(0x9e3779b97f4a7c15);
    if (text && has_arena) {
        require(((token->flags & SONDA__JSON_ILL_FORMED) != 0) ==
                !sonda__utf8_valid(token->text));
    }
}

static reading read_tokens(sonda__span text, sonda__arena *arena, size_t piece)
{
    reading seen = {SONDA_OK, 0, 0, 0, false};
    sonda__json json;
    sonda__json_token token = {SONDA__JSON_NULL, 0, {"", 0}};
    size_t given = piece < text.len ? piece : text.len;

    sonda__json_init(&json, sonda__span_of(text.data, given), arena);
    sonda__json_extend(&json, sonda__span_of(text.data, given), given == text.len);
    while (seen.status == SONDA_OK && token.kind != SONDA__JSON_END) {
        bool complete = sonda__json_complete(&json);

        if (complete && given < text.len) {
            given = text.len;
            sonda__json_extend(&json, text, true);
        }
        seen.status = sonda__json_next(&json, &token);
        if (seen.status == SONDA_OK) {
            note(&seen, &token, arena != NULL);
        } else if (given < text.len && json.status == SONDA_OK) {
            require(seen.status == SONDA_ERR_TRUNCATED);
            given = given + piece < text.len ? given + piece : text.len;
            sonda__json_extend(&json, sonda__span_of(text.data, given), given == text.len);
            seen.status = SONDA_OK;
            token.kind = SONDA__JSON_NULL;
        }
    }
    seen.error_offset = json.error_offset;
    require(seen.error_offset <= text.len);
    return seen;
}

static void same(const reading *a, const reading *b)
{
    require(a->status == b->status && a->error_offset == b->error_offset);
    require(a->tokens == b->tokens && a->kinds == b->kinds);
}

static void decode(sonda_event *event, sonda__span text, const reading *seen)
{
    static const sonda_record_header header;
    sonda_status status;
    sonda_error error = SONDA_ERROR_INIT;

    sonda__event_begin(event, &header, sonda__names_of_table());
    status = sonda__decode_json(event, text, &error);
    if (status == SONDA_OK) {
        require(seen->status == SONDA_OK && seen->object);
    } else {
        require(error.status == status && error.offset <= text.len);
        require(seen->status != SONDA_OK || !seen->object || status == SONDA_ERR_LIMIT);
    }
    for (size_t i = 0; i < event->field_count && status == SONDA_OK; i++) {
        const sonda__field *field = &event->fields[i];

        require(field->id != SONDA_FIELD_NONE);
        require(((field->flags & SONDA_VALUE_ILL_FORMED) != 0) ==
                !sonda__utf8_valid(field->text));
    }
}

static void same_text(sonda__span a, sonda__span b)
{
    require(sonda__span_equal(a, b));
}

static void same_events(const sonda_event *a, const sonda_event *b)
{
    require(a->field_count == b->field_count && a->time_ns == b->time_ns);
    require(a->class_uid == b->class_uid && a->activity_id == b->activity_id);
    require(a->event_id == b->event_id && a->product == b->product);
    same_text(a->channel, b->channel);
    same_text(a->provider, b->provider);
    for (size_t i = 0; i < a->field_count; i++) {
        require(a->fields[i].id == b->fields[i].id && a->fields[i].flags == b->fields[i].flags);
        same_text(a->fields[i].name, b->fields[i].name);
        same_text(a->fields[i].text, b->fields[i].text);
    }
}

/* `learning` remembers the lines before, `fresh` nothing. */
static void decode_line(sonda_event *fresh, sonda_event *learning, sonda__span line)
{
    static const sonda_record_header header;
    sonda_error error = SONDA_ERROR_INIT;
    sonda_error other = SONDA_ERROR_INIT;
    sonda_status status;

    sonda__event_begin(fresh, &header, sonda__names_of_table());
    sonda__event_begin(learning, &header, sonda__names_of_table());
    status = sonda__decode_json(fresh, line, &error);
    require(sonda__decode_json(learning, line, &other) == status);
    require(error.status == other.status && error.offset == other.offset);
    if (status == SONDA_OK) {
        same_events(fresh, learning);
    }
}

static void decode_lines(sonda_event *fresh, sonda_event *learning, sonda__span text)
{
    static sonda__json_shapes shapes;

    sonda__json_shapes_reset(&shapes, sonda__names_of_table());
    learning->shapes = &shapes;
    while (text.len > 0) {
        const char *stop = memchr(text.data, '\n', text.len);
        size_t len = stop != NULL ? (size_t)(stop - text.data) : text.len;
        size_t past = stop != NULL ? len + 1 : len;

        decode_line(fresh, learning, sonda__span_of(text.data, len));
        text = sonda__span_of(text.data + past, text.len - past);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static sonda_event *event;
    static sonda_event *learning;
    sonda__span text;
    reading whole;
    reading other;

    if (size == 0 || size > SONDA_RECORD_MAX) {
        return 0;
    }
    if (event == NULL) {
        require(sonda_event_open(&event, NULL) == SONDA_OK);
        require(sonda_event_open(&learning, NULL) == SONDA_OK);
    }
    text = sonda__span_of((const char *)data + 1, size - 1);
    whole = read_tokens(text, NULL, text.len);
    sonda__arena_reset(&event->arena);
    other = read_tokens(text, &event->arena, text.len);
    same(&whole, &other);
    other = read_tokens(text, NULL, 1 + (size_t)data[0] % 64);
    same(&whole, &other);
    decode(event, text, &whole);
    decode_lines(event, learning, text);
    return 0;
}
