/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Fuzz target: any bytes as JSON, through the reader and the decoder.
 *
 * The reader must take the same tokens with an arena, without one and in
 * pieces; the decoder must take exactly the objects the reader takes, unless
 * it runs into a limit of its own. The first byte chooses the pieces.
 */

#include <stdint.h>
#include <stdlib.h>

#include "core/codec/json.h"
#include "core/codec/utf8.h"
#include "core/normalise/json_event.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static sonda_event *event;
    sonda__span text;
    reading whole;
    reading other;

    if (size == 0 || size > SONDA_RECORD_MAX) {
        return 0;
    }
    if (event == NULL) {
        require(sonda_event_open(&event, NULL) == SONDA_OK);
    }
    text = sonda__span_of((const char *)data + 1, size - 1);
    whole = read_tokens(text, NULL, text.len);
    sonda__arena_reset(&event->arena);
    other = read_tokens(text, &event->arena, text.len);
    same(&whole, &other);
    other = read_tokens(text, NULL, 1 + (size_t)data[0] % 64);
    same(&whole, &other);
    decode(event, text, &whole);
    return 0;
}
