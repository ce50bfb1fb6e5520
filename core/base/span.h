/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A pointer and a length that travel together.
 *
 * Spans borrow: whoever made one says how long the bytes live. They are never
 * zero-terminated and may hold any byte.
 *
 * Layer 0 (base). No allocation.
 */

#ifndef SONDA_CORE_BASE_SPAN_H
#define SONDA_CORE_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct sonda__span {
    const char *data;
    size_t len;
} sonda__span;

static inline sonda__span sonda__span_of(const char *data, size_t len)
{
    sonda__span span = {data, len};
    return span;
}

/* For string literals and other zero-terminated text of our own. */
static inline sonda__span sonda__span_text(const char *text)
{
    return sonda__span_of(text, strlen(text));
}

static inline bool sonda__span_equal(sonda__span a, sonda__span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* Compares with zero-terminated text of our own. */
static inline bool sonda__span_is(sonda__span a, const char *text)
{
    return sonda__span_equal(a, sonda__span_text(text));
}

/* Equal but for the case of ASCII letters. */
bool sonda__span_equal_ascii_case(sonda__span a, sonda__span b);

#endif
