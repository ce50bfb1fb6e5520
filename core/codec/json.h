/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pull reader for JSON (RFC 8259) over a span.
 *
 * Strict in syntax: no trailing commas, no raw control characters in strings,
 * no leading zeroes, nothing after the value. Lenient in text: ill-formed UTF-8
 * is kept, an escaped surrogate without its other half becomes WTF-8, and both
 * are flagged. Numbers stay text, so none is too large.
 *
 * A string without escapes is borrowed from the input. One with escapes is
 * unescaped into the arena, or, without an arena, checked and left as written:
 * that is how framing runs over a record without decoding it.
 *
 * The input may come in pieces: a reader set to `partial` answers
 * SONDA_ERR_TRUNCATED at the end of what it has and stands before the token it
 * could not complete; sonda__json_extend() gives it more.
 *
 * Layer 1 (codec): uses core/base only. No allocation but from the arena.
 */

#ifndef SONDA_CORE_CODEC_JSON_H
#define SONDA_CORE_CODEC_JSON_H

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/span.h"
#include "sonda/status.h"

typedef enum sonda__json_kind {
    SONDA__JSON_END, /* the value is complete and nothing follows it */
    SONDA__JSON_OBJECT,
    SONDA__JSON_OBJECT_END,
    SONDA__JSON_ARRAY,
    SONDA__JSON_ARRAY_END,
    SONDA__JSON_KEY, /* its value comes next */
    SONDA__JSON_STRING,
    SONDA__JSON_NUMBER,
    SONDA__JSON_TRUE,
    SONDA__JSON_FALSE,
    SONDA__JSON_NULL
} sonda__json_kind;

/* Token flags. */
#define SONDA__JSON_ILL_FORMED 0x1u /* the text is not well-formed UTF-8 */
#define SONDA__JSON_ESCAPED 0x2u    /* left as written for want of an arena */

typedef struct sonda__json_token {
    sonda__json_kind kind;
    uint32_t flags;
    sonda__span text; /* of keys, strings, numbers and literals */
} sonda__json_token;

/* Storage of the caller; members are private to the reader but for `depth`. */
typedef struct sonda__json {
    const char *begin;
    const char *next;
    const char *end;
    sonda__arena *arena;
    uint64_t objects; /* bit n: the container n levels out is an object */
    uint32_t depth;   /* containers open */
    uint8_t expect;
    bool partial;
    sonda_status status; /* latched but for SONDA_ERR_TRUNCATED of `partial` */
    size_t error_offset;
    const char *reason;
} sonda__json;

/*
 * `arena` may be NULL. With one, its free room at a string with escapes must
 * exceed what is left of the input by 64 bytes; SONDA_ERR_LIMIT otherwise.
 */
void sonda__json_init(sonda__json *json, sonda__span input, sonda__arena *arena);

/*
 * Reads one token. SONDA_ERR_TRUNCATED when the input ends inside the value,
 * SONDA_ERR_MALFORMED for broken syntax, SONDA_ERR_LIMIT for nesting deeper
 * than SONDA__DEPTH_MAX or an arena that is too small. A failure latches and
 * leaves `token` undefined.
 */
sonda_status sonda__json_next(sonda__json *json, sonda__json_token *token);

/*
 * For readers that know which key to expect: what stands behind the opening
 * quote of the next key, to the end of the input; empty when no key comes next.
 */
sonda__span sonda__json_key_ahead(const sonda__json *json);

/*
 * Takes that key, whose closing quote is right before `after`, and its colon.
 * The caller has compared it with text that holds no escape, quote or control
 * character. False, and nothing taken, when no colon follows or the value is an
 * object or an array.
 */
bool sonda__json_take_key(sonda__json *json, const char *after);

/* After SONDA__JSON_OBJECT or _ARRAY: reads to its end, text unexamined. */
sonda_status sonda__json_skip(sonda__json *json);

/* True once the top-level value is complete; what follows it was not looked at. */
bool sonda__json_complete(const sonda__json *json);

/* Where the next token begins or white space before it; within the input. */
size_t sonda__json_offset(const sonda__json *json);

/*
 * For a partial reader: the same input, perhaps at another address, with more
 * bytes at its end; `last` says that no more will come.
 */
void sonda__json_extend(sonda__json *json, sonda__span input, bool last);

/* Puts the reader's failure into `error` and returns its status. */
sonda_status sonda__json_error(const sonda__json *json, sonda_error *error);

#endif
