/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Rules made to be slow, over values of 1 KB to 1 MB: what a byte costs should
 * not depend on how many there are.
 *
 * Expressions are those that backtracking engines need exponential time for,
 * or that have exponentially many states; wildcards are nested; lists have
 * thousands of values. Each value is written so that its rule is looked at to
 * the end and does not match.
 *
 * Benchmarks only.
 */

#include "bench/recording_data.h"
#include "core/detect/match.h"
#include "core/event/event.h"
#include "core/rules/content.h"
#include "sonda/compile/compile.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LARGEST ((size_t)1000000)
#define SMALLEST ((size_t)1000)
#define SIZES 4
/* Rounds of a measurement; one is enough of what takes long. */
#define ROUNDS 3
#define LONG_SECONDS 0.2
#define RULE_ROOM ((size_t)1024 * 1024)

/* A rule on field A, and the letters of which its values are drawn at random. */
typedef struct hostile_row {
    const char *name;
    const char *item; /* of the detection; NULL: written by `write` */
    const char *letters;
    void (*write)(char *out, size_t room);
} hostile_row;

static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed >> 8;
}

/* An expression of 900 words, of which two letters are never in the values. */
static void write_words(char *out, size_t room)
{
    uint32_t seed = 5;
    size_t at = (size_t)snprintf(out, room, "A|re: '");

    for (int i = 0; i < 900; i++) {
        at += (size_t)snprintf(out + at, room - at, "%s%04x[gh]", i > 0 ? "|" : "",
                               (unsigned)next_random(&seed) % 65536);
    }
    (void)snprintf(out + at, room - at, "'");
}

/* A list of values, each of which ends in a letter that is not in the text. */
static void write_list(char *out, size_t room, int count, const char *first, const char *tail)
{
    uint32_t seed = 5;
    size_t at = (size_t)snprintf(out, room, "A|contains:%s", first);

    for (int i = 0; i < count; i++) {
        at += (size_t)snprintf(out + at, room - at, "\n            - 'a%06x%s'",
                               (unsigned)next_random(&seed), tail);
    }
}

static void write_values(char *out, size_t room)
{
    write_list(out, room, 10000, "", "g");
}

/* The last of them is in each text: those before are looked for in vain. */
static void write_found_values(char *out, size_t room)
{
    size_t at;

    write_list(out, room, 10000, "", "g");
    at = strlen(out);
    (void)snprintf(out + at, room - at, "\n            - 'aaaa'");
}

static void write_wild_values(char *out, size_t room)
{
    /* The first one's beginning is in each text: so all are looked for. */
    write_list(out, room, 10000, "\n            - 'aaaa*g'", "*b?c*g");
}

static void write_long(char *out, size_t room)
{
    char letters[301];

    memset(letters, 'a', sizeof letters - 1);
    letters[sizeof letters - 1] = '\0';
    (void)snprintf(out, room, "A|contains: '%s?b'", letters);
}

static const hostile_row rows[] = {
    {"(a*)*[bc]", "A|re: '(a*)*[bc]'", "a", NULL},
    {"(a|a)*[bc]", "A|re: '(a|a)*[bc]'", "a", NULL},
    {"(x+x+)+[yz]", "A|re: '(x+x+)+[yz]'", "x", NULL},
    {".*.*.*[=:].*[yz]", "A|re: '.*.*.*[=:].*[yz]'", "abcdefg=: ", NULL},
    {"(a?){50}a{50}[bc]", "A|re: '(a?){50}a{50}[bc]'", "a", NULL},
    {"(\\w+\\s?)+[;,]", "A|re: '(\\w+\\s?)+[;,]'", "abcdefgh ", NULL},
    {".{500,}[yz]", "A|re: '.{500,}[yz]'", "abcdefgh", NULL},
    {"(a|b)*a(a|b){12}[yz]", "A|re: '(a|b)*a(a|b){12}[yz]'", "ab", NULL},
    {"(a|b)*a(a|b){30}[yz]", "A|re: '(a|b)*a(a|b){30}[yz]'", "ab", NULL},
    {"[^x]*\\x{e9}[^x]{20}[yz]", "A|re: '[^x]*\\x{e9}[^x]{20}[yz]'", "\xc3\xa9", NULL},
    {"900 words as an expression", NULL, "0123456789abcdef", write_words},
    {"*a*a*a*a*a*a*a*a*b", "A|contains: 'aaaa*a*a*a*a*a*a*a*a*b'", "a", NULL},
    {"aaaa?a?a?a?a?a?a?a?a?a?b", "A|contains: 'aaaa?a?a?a?a?a?a?a?a?a?b'", "a", NULL},
    {"aaaa*?a?b?a?b?a?b?a?b?c", "A|contains: 'aaaa*?a?b?a?b?a?b?a?b?c'", "ab", NULL},
    {"300 letters and another", NULL, "a", write_long},
    {"10,000 values", NULL, "0123456789abcdef", write_values},
    {"10,000 values, the last found", NULL, "abcdef0123456789", write_found_values},
    {"10,000 values with wildcards", NULL, "abcdef0123456789", write_wild_values},
};

static sonda_content *compile_row(const hostile_row *row, char *scratch)
{
    static const char head[] = "title: Slow\nid: 00000000-0000-4000-8000-000000000001\n"
                               "logsource:\n    product: windows\nlevel: low\n"
                               "detection:\n    s:\n        ";
    sonda_content_options options = SONDA_CONTENT_OPTIONS_INIT;
    sonda_compile *compile = NULL;
    sonda_content *content = NULL;
    const void *pack;
    size_t pack_len;
    size_t at = sizeof head - 1;

    options.require_signature = 0;
    memcpy(scratch, head, at);
    if (row->item != NULL) {
        (void)snprintf(scratch + at, RULE_ROOM - at, "%s", row->item);
    } else {
        row->write(scratch + at, RULE_ROOM - at);
    }
    at += strlen(scratch + at);
    (void)snprintf(scratch + at, RULE_ROOM - at, "\n    condition: s\n");
    if (sonda_compile_open(&compile, NULL, NULL) != SONDA_OK) {
        return NULL;
    }
    if (sonda_compile_add_yaml(compile, "slow.yml", scratch, strlen(scratch)) == SONDA_OK &&
        sonda_compile_finish(compile, &pack, &pack_len, NULL) == SONDA_OK) {
        (void)sonda_content_load(&content, pack, pack_len, &options, NULL, NULL);
    }
    sonda_compile_close(compile);
    return content;
}

static void count_match(uint32_t rule_index, void *user)
{
    (void)rule_index;
    ++*(uint64_t *)user;
}

static void fill(char *text, size_t len, const char *letters)
{
    size_t count = strlen(letters);
    uint32_t seed = 3;

    for (size_t i = 0; i < len; i++) {
        text[i] = letters[(uint8_t)letters[0] >= 0x80 ? i % count : next_random(&seed) % count];
    }
    /* What rules wait for is in each value. */
    for (size_t i = 0; letters[0] == 'a' && i < len; i += SMALLEST) {
        memcpy(text + i, "aaaa", 4);
    }
}

/* One event after the other, each with the next part of the text. */
static double match_parts(const sonda_content *content,
                          sonda__matcher *matcher,
                          sonda_event *event,
                          const char *text,
                          size_t part,
                          uint64_t *matches)
{
    static const sonda_record_header header;
    double start = recording_data_cpu_seconds();

    for (size_t at = 0; at < LARGEST; at += part) {
        sonda__event_begin(event, &header, sonda__content_names(content));
        event->product = SONDA_PRODUCT_WINDOWS;
        (void)sonda__event_add_named(event, sonda__span_text("A"),
                                     sonda__span_of(text + at, part), 0);
        (void)sonda__match(content, event, matcher, count_match, matches);
    }
    return recording_data_cpu_seconds() - start;
}

/* Nanoseconds a byte, the best of some rounds; each opens its own scratch. */
static double measure(const sonda_content *content,
                      sonda_event *event,
                      const char *text,
                      size_t part,
                      uint64_t *matches)
{
    double best = 1e9;

    for (int round = 0; round < ROUNDS && (round == 0 || best < LONG_SECONDS); round++) {
        sonda__matcher *matcher = NULL;
        double took;

        if (sonda__matcher_open(&matcher, NULL) != SONDA_OK) {
            return 0;
        }
        took = match_parts(content, matcher, event, text, part, matches);
        best = took < best ? took : best;
        sonda__matcher_close(matcher);
    }
    return best * 1e9 / (double)LARGEST;
}

static void measure_row(const hostile_row *row, sonda_event *event, char *text, char *scratch)
{
    static const size_t sizes[SIZES] = {SMALLEST, 10000, 100000, LARGEST};
    sonda_content *content = compile_row(row, scratch);
    uint64_t matches = 0;
    double each[SIZES];

    if (content == NULL) {
        printf("%-30s not compiled\n", row->name);
        return;
    }
    fill(text, LARGEST, row->letters);
    for (int i = 0; i < SIZES; i++) {
        each[i] = measure(content, event, text, sizes[i], &matches);
    }
    printf("%-30s %8.2f %8.2f %8.2f %8.2f %7.2f%s\n", row->name, each[0], each[1], each[2],
           each[3], each[3] / each[0], matches > 0 ? "  matched" : "");
    sonda_content_release(content);
}

int main(void)
{
    sonda_event *event = NULL;
    char *text = malloc(LARGEST);
    char *scratch = malloc(RULE_ROOM);

    if (text == NULL || scratch == NULL || sonda_event_open(&event, NULL) != SONDA_OK) {
        return 1;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("%-30s %8s %8s %8s %8s %7s\n", "matching, ns a byte, at", "1 KB", "10 KB", "100 KB",
           "1 MB", "ratio");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        measure_row(&rows[i], event, text, scratch);
    }
    sonda_event_close(event);
    free(scratch);
    free(text);
    return 0;
}
