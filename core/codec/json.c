/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The grammar of JSON as a state and a bit stack: one call, one token.
 *
 * The state says what may come next, so that a comma or colon costs no token of
 * its own. The kinds of the open containers are bits of one word, which is why
 * SONDA__DEPTH_MAX is 64.
 *
 * Layer 1 (codec): uses core/base only. No allocation but from the arena.
 */

#include "core/codec/json.h"

#include "core/base/error.h"
#include "core/codec/json_scan.h"
#include "core/codec/json_string.h"
#include "core/codec/utf8.h"

_Static_assert(SONDA__DEPTH_MAX == 64, "one bit of `objects` for each level");

/* What may come next. */
enum expect {
    EXPECT_VALUE,
    EXPECT_FIRST_VALUE, /* or the end of the array */
    EXPECT_FIRST_KEY,   /* or the end of the object */
    EXPECT_KEY,
    EXPECT_COMMA, /* or the end of the container */
    EXPECT_NOTHING
};

void sonda__json_init(sonda__json *json, sonda__span input, sonda__arena *arena)
{
    json->begin = input.data;
    json->next = input.data;
    json->end = input.data + input.len;
    json->arena = arena;
    json->objects = 0;
    json->depth = 0;
    json->expect = EXPECT_VALUE;
    json->partial = false;
    json->status = SONDA_OK;
    json->error_offset = 0;
    json->reason = "";
}

void sonda__json_extend(sonda__json *json, sonda__span input, bool last)
{
    json->next = input.data + (json->next - json->begin);
    json->begin = input.data;
    json->end = input.data + input.len;
    json->partial = !last;
}

bool sonda__json_complete(const sonda__json *json)
{
    return json->expect == EXPECT_NOTHING;
}

size_t sonda__json_offset(const sonda__json *json)
{
    return (size_t)(json->next - json->begin);
}

sonda_status sonda__json_error(const sonda__json *json, sonda_error *error)
{
    return sonda__error_set(error, json->status, json->error_offset, "%s", json->reason);
}

static sonda_status
fail(sonda__json *json, sonda_status status, const char *at, const char *reason)
{
    if (status == SONDA_ERR_TRUNCATED && json->partial) {
        return status;
    }
    json->status = status;
    json->error_offset = (size_t)(at - json->begin);
    json->reason = reason;
    return status;
}

/* A wrong byte at `at`, or the end of the input there. */
static sonda_status unexpected(sonda__json *json, const char *at, const char *reason)
{
    if (at == json->end) {
        return fail(json, SONDA_ERR_TRUNCATED, at, "the input ends inside a value");
    }
    return fail(json, SONDA_ERR_MALFORMED, at, reason);
}

static inline bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static inline const char *after_space(const char *p, const char *end)
{
    while (p < end && is_space(*p)) {
        p++;
    }
    return p;
}

/* The byte that comes next; zero, which fits nothing, at the end. */
static inline char peek(const sonda__json *json)
{
    if (json->next < json->end) {
        return *json->next;
    }
    return 0;
}

static inline bool in_object(const sonda__json *json)
{
    return (json->objects & 1) != 0;
}

static inline void value_done(sonda__json *json)
{
    json->expect = json->depth == 0 ? EXPECT_NOTHING : EXPECT_COMMA;
}

static sonda_status open_container(sonda__json *json, sonda__json_token *token, bool object)
{
    if (json->depth == SONDA__DEPTH_MAX) {
        return fail(json, SONDA_ERR_LIMIT, json->next, "nested deeper than 64 levels");
    }
    json->depth++;
    json->objects = json->objects << 1 | (object ? 1u : 0u);
    json->expect = object ? EXPECT_FIRST_KEY : EXPECT_FIRST_VALUE;
    json->next++;
    token->kind = object ? SONDA__JSON_OBJECT : SONDA__JSON_ARRAY;
    return SONDA_OK;
}

static sonda_status close_container(sonda__json *json, sonda__json_token *token)
{
    token->kind = in_object(json) ? SONDA__JSON_OBJECT_END : SONDA__JSON_ARRAY_END;
    json->depth--;
    json->objects >>= 1;
    json->next++;
    value_done(json);
    return SONDA_OK;
}

/*
 * The string whose opening quote is at json->next. Returns the byte after its
 * closing quote and leaves json->next to the caller, or NULL after failing.
 */
static inline const char *string(sonda__json *json, sonda__json_token *token)
{
    const char *start = json->next + 1;
    uint64_t high = 0;
    const char *special = sonda__json_scan(start, json->end, &high);
    sonda__json_fault fault;
    const char *after;

    if (special < json->end && *special == '"' && high == 0) {
        token->flags = 0;
        token->text = sonda__span_of(start, (size_t)(special - start));
        return special + 1;
    }
    after = sonda__json_string_rest(json, start, special, high, token, &fault);
    if (after == NULL) {
        fail(json, fault.status, fault.at, fault.reason);
    }
    return after;
}

/* Why string() or a number ended: latched, or the end of a partial input. */
static sonda_status stopped(const sonda__json *json)
{
    return json->status != SONDA_OK ? json->status : SONDA_ERR_TRUNCATED;
}

static sonda_status string_value(sonda__json *json, sonda__json_token *token)
{
    const char *after = string(json, token);

    if (after == NULL) {
        return stopped(json);
    }
    token->kind = SONDA__JSON_STRING;
    json->next = after;
    value_done(json);
    return SONDA_OK;
}

static sonda_status key(sonda__json *json, sonda__json_token *token)
{
    const char *after;

    if (json->next == json->end || *json->next != '"') {
        return unexpected(json, json->next, "a key in quotes is missing here");
    }
    after = string(json, token);
    if (after == NULL) {
        return stopped(json);
    }
    after = after_space(after, json->end);
    if (after == json->end || *after != ':') {
        return unexpected(json, after, "a colon is missing after a key");
    }
    token->kind = SONDA__JSON_KEY;
    json->next = after + 1;
    json->expect = EXPECT_VALUE;
    return SONDA_OK;
}

static const char *digits(const char *p, const char *end)
{
    while (p < end && *p >= '0' && *p <= '9') {
        p++;
    }
    return p;
}

/* At least one digit from `p` on: the byte after them, or NULL with json failed. */
static const char *some_digits(sonda__json *json, const char *p)
{
    const char *after = digits(p, json->end);

    if (after == p) {
        unexpected(json, p, "invalid number");
        return NULL;
    }
    return after;
}

/* Exponent and fraction from `p` on, both optional. */
static const char *number_tail(sonda__json *json, const char *p)
{
    if (p < json->end && *p == '.') {
        p = some_digits(json, p + 1);
    }
    if (p != NULL && p < json->end && (*p == 'e' || *p == 'E')) {
        p++;
        p += p < json->end && (*p == '+' || *p == '-');
        p = some_digits(json, p);
    }
    return p;
}

static sonda_status number(sonda__json *json, sonda__json_token *token)
{
    const char *start = json->next;
    const char *first = start + (*start == '-');
    const char *p = some_digits(json, first);

    if (p != NULL && *first == '0' && p > first + 1) {
        return fail(json, SONDA_ERR_MALFORMED, first + 1, "a number begins with a zero");
    }
    p = p == NULL ? NULL : number_tail(json, p);
    if (p == NULL) {
        return stopped(json);
    }
    if (p == json->end && json->partial) {
        return SONDA_ERR_TRUNCATED;
    }
    token->kind = SONDA__JSON_NUMBER;
    token->text = sonda__span_of(start, (size_t)(p - start));
    json->next = p;
    value_done(json);
    return SONDA_OK;
}

static sonda_status literal(sonda__json *json, sonda__json_token *token, sonda__json_kind kind)
{
    sonda__span word = sonda__span_text(kind == SONDA__JSON_TRUE    ? "true"
                                        : kind == SONDA__JSON_FALSE ? "false"
                                                                    : "null");
    const char *p = json->next;

    for (size_t i = 0; i < word.len; i++, p++) {
        if (p == json->end || *p != word.data[i]) {
            return unexpected(json, p, "unknown word");
        }
    }
    token->kind = kind;
    token->text = sonda__span_of(json->next, word.len);
    json->next = p;
    value_done(json);
    return SONDA_OK;
}

static sonda_status value(sonda__json *json, sonda__json_token *token)
{
    char c = peek(json);

    token->flags = 0;
    token->text = sonda__span_of(json->next, 0);
    switch (c) {
    case '"':
        return string_value(json, token);
    case '{':
        return open_container(json, token, true);
    case '[':
        return open_container(json, token, false);
    case 't':
        return literal(json, token, SONDA__JSON_TRUE);
    case 'f':
        return literal(json, token, SONDA__JSON_FALSE);
    case 'n':
        return literal(json, token, SONDA__JSON_NULL);
    default:
        break;
    }
    if (c == '-' || (c >= '0' && c <= '9')) {
        return number(json, token);
    }
    return unexpected(json, json->next, "a value is missing here");
}

/* After a value: the end of its container, or a comma and what it separates. */
static sonda_status after_comma(sonda__json *json, sonda__json_token *token)
{
    bool object = in_object(json);
    char c = peek(json);

    if (c == (object ? '}' : ']')) {
        return close_container(json, token);
    }
    if (c != ',') {
        return unexpected(json, json->next, "a comma or the end of the container is missing");
    }
    json->next = after_space(json->next + 1, json->end);
    json->expect = object ? EXPECT_KEY : EXPECT_VALUE;
    return object ? key(json, token) : value(json, token);
}

static sonda_status first(sonda__json *json, sonda__json_token *token, char close)
{
    if (json->next < json->end && *json->next == close) {
        return close_container(json, token);
    }
    return close == '}' ? key(json, token) : value(json, token);
}

static sonda_status nothing(sonda__json *json, sonda__json_token *token)
{
    if (json->next != json->end) {
        return fail(json, SONDA_ERR_MALFORMED, json->next, "something follows the value");
    }
    token->kind = SONDA__JSON_END;
    return SONDA_OK;
}

sonda_status sonda__json_next(sonda__json *json, sonda__json_token *token)
{
    if (json->status != SONDA_OK) {
        return json->status;
    }
    json->next = after_space(json->next, json->end);
    switch ((enum expect)json->expect) {
    case EXPECT_COMMA:
        return after_comma(json, token);
    case EXPECT_VALUE:
        return value(json, token);
    case EXPECT_KEY:
        return key(json, token);
    case EXPECT_FIRST_VALUE:
        return first(json, token, ']');
    case EXPECT_FIRST_KEY:
        return first(json, token, '}');
    case EXPECT_NOTHING:
    default:
        return nothing(json, token);
    }
}

sonda__span sonda__json_key_ahead(const sonda__json *json)
{
    const char *p = after_space(json->next, json->end);

    if (json->expect == EXPECT_COMMA && in_object(json) && p < json->end && *p == ',') {
        p = after_space(p + 1, json->end);
    } else if (json->expect != EXPECT_FIRST_KEY) {
        return sonda__span_of("", 0);
    }
    if (json->status != SONDA_OK || p == json->end || *p != '"') {
        return sonda__span_of("", 0);
    }
    return sonda__span_of(p + 1, (size_t)(json->end - p) - 1);
}

bool sonda__json_take_key(sonda__json *json, const char *after)
{
    const char *p = after_space(after, json->end);

    if (p == json->end || *p != ':') {
        return false;
    }
    p = after_space(p + 1, json->end);
    if (p < json->end && (*p == '{' || *p == '[')) {
        return false;
    }
    json->next = p;
    json->expect = EXPECT_VALUE;
    return true;
}

sonda_status sonda__json_skip(sonda__json *json)
{
    uint32_t outside = json->depth - 1;
    sonda__json_token token;
    sonda_status status = SONDA_OK;

    while (status == SONDA_OK && json->depth > outside) {
        status = sonda__json_next(json, &token);
    }
    return status;
}
