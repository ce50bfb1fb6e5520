/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Line by line, as SigmaHQ writes its rules.
 *
 * Benchmarks only.
 */

#include "bench/rule_copy.h"

#include <stdbool.h>
#include <string.h>

#define WORD_MIN 3
#define HASH_MIN 16

typedef struct copying {
    uint32_t copy;
    bool in_detection;
    size_t kept_indent; /* values below this key stay; SIZE_MAX: none do */
} copying;

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static char other_letter(char c, uint32_t by)
{
    char first = c >= 'a' ? 'a' : 'A';

    return (char)(first + ((uint32_t)(c - first) + by) % 26);
}

static void change_hash(char *value, size_t len, uint32_t copy)
{
    for (size_t i = 0; i < len; i++) {
        uint32_t digit = value[i] <= '9' ? (uint32_t)(value[i] - '0')
                                         : (uint32_t)((value[i] | 0x20) - 'a' + 10);
        char from = (value[i] & 0x20) != 0 ? 'a' : 'A';

        digit = (digit + copy * 7 + (uint32_t)i) % 16;
        value[i] = (char)(digit < 10 ? '0' + digit : (uint32_t)from + digit - 10);
    }
}

/* The longest run of characters that `is` takes. */
static size_t longest(const char *value, size_t len, bool (*is)(char), size_t *best_at)
{
    size_t best = 0;
    size_t run = 0;

    for (size_t i = 0; i < len; i++) {
        run = is(value[i]) ? run + 1 : 0;
        if (run > best) {
            best = run;
            *best_at = i + 1 - run;
        }
    }
    return best;
}

static void change_value(char *value, size_t len, uint32_t copy)
{
    size_t at = 0;
    size_t run = longest(value, len, is_hex, &at);

    if (run >= HASH_MIN) {
        change_hash(value + at, run, copy);
        return;
    }
    run = longest(value, len, is_letter, &at);
    if (run < WORD_MIN ||
        (len == 4 && (memcmp(value, "null", 4) == 0 || memcmp(value, "true", 4) == 0)) ||
        (len == 5 && memcmp(value, "false", 5) == 0)) {
        return;
    }
    for (size_t i = 0; i < run; i++) {
        value[at + i] = other_letter(value[at + i], copy * 7 + 3 + (uint32_t)(i * i % 5));
    }
}

static bool has(const char *line, size_t len, const char *what)
{
    size_t want = strlen(what);

    for (size_t i = 0; i + want <= len; i++) {
        if (memcmp(line + i, what, want) == 0) {
            return true;
        }
    }
    return false;
}

/* Bytes of the key and its colon in front of a value; 0 for a value alone. */
static size_t key_len(const char *line, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (line[i] == ':' && i > 0 && (i + 1 == len || line[i + 1] == ' ')) {
            return i + 1;
        }
        if (!is_letter(line[i]) && !(line[i] >= '0' && line[i] <= '9') && line[i] != '_' &&
            line[i] != '|' && line[i] != '.') {
            return 0;
        }
    }
    return 0;
}

/* Filters too: with other words they would let through what is to be left out. */
static bool stays(const char *key, size_t len)
{
    return has(key, len, "filter") || has(key, len, "|re") || has(key, len, "|cidr") ||
           has(key, len, "|expand") || has(key, len, "|fieldref") ||
           has(key, len, "condition") || has(key, len, "timeframe");
}

static void change_line(copying *work, char *line, size_t len)
{
    size_t at = 0;
    size_t key;

    while (at < len && (line[at] == ' ' || line[at] == '-')) {
        at++;
    }
    if (at > work->kept_indent && work->kept_indent != SIZE_MAX) {
        return;
    }
    work->kept_indent = SIZE_MAX;
    key = key_len(line + at, len - at);
    if (key > 0 && stays(line + at, key)) {
        work->kept_indent = at;
        return;
    }
    at += key;
    while (at < len && line[at] == ' ') {
        at++;
    }
    if (at < len && line[at] != '"' && line[at] != '#' && line[at] != '|' && line[at] != '>') {
        change_value(line + at, len - at, work->copy);
    }
}

static void take_line(copying *work, char *line, size_t len)
{
    if (len > 0 && line[0] != ' ' && line[0] != '#') {
        work->in_detection = has(line, len < 10 ? len : 10, "detection:");
        work->kept_indent = SIZE_MAX;
        if (len >= 12 && memcmp(line, "id: ", 4) == 0) {
            change_hash(line + 4, 8, work->copy);
        }
    } else if (work->in_detection) {
        change_line(work, line, len);
    }
}

void rule_copy(char *yaml, size_t len, uint32_t copy)
{
    copying work = {copy, false, SIZE_MAX};
    char *end = yaml + len;

    for (char *p = yaml; p < end;) {
        char *stop = memchr(p, '\n', (size_t)(end - p));

        stop = stop == NULL ? end : stop;
        take_line(&work, p, (size_t)(stop - p));
        p = stop + 1;
    }
}
