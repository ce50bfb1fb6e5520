/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The literal without which a pattern cannot hold.
 *
 * Keys are compared with folded values. A pattern whose case counts is compared
 * with the value as it is; if it has only ASCII in it, its folding is in the
 * folded value all the same, wherever it stood. Beyond ASCII bytes may be part
 * of a character that folds to others, so there only ASCII runs count.
 *
 * Module compile.
 */

#include "compile/match_keys.h"

#include "compile/literal_rarity.h"
#include "compile/match_regex.h"

/* Bytes that are hashed of a long literal at an end of a value. */
#define ANCHOR_WIDTH 8u
/* Events in a million. */
#define ANCHOR_COMMON 50000u

void sonda__match_keys_init(sonda__match_keys *keys, const sonda_allocator *allocator)
{
    sonda__pack_intern_init(&keys->known, allocator);
    sonda__pack_buffer_init(&keys->keys, allocator);
    sonda__pack_buffer_init(&keys->waits, allocator);
    sonda__pack_buffer_init(&keys->always, allocator);
}

void sonda__match_keys_reset(sonda__match_keys *keys)
{
    sonda__pack_intern_reset(&keys->known);
    sonda__pack_buffer_reset(&keys->keys);
    sonda__pack_buffer_reset(&keys->waits);
    sonda__pack_buffer_reset(&keys->always);
}

/* A run of bytes of a pattern, and whether it reaches the value's ends. */
typedef struct literal_run {
    const uint8_t *at;
    size_t len;
    bool at_start;
    bool at_end;
    bool set;
} literal_run;

/* Anchored runs are looked up once a value: they win over equally long ones. */
static void keep_longer(literal_run *best, const literal_run *run)
{
    size_t bonus = run->at_start || run->at_end ? 4 : 0;
    size_t best_bonus = best->at_start || best->at_end ? 4 : 0;

    if (!best->set || run->len + bonus > best->len + best_bonus) {
        *best = *run;
        best->set = true;
    }
}

/* The end of the run of plain bytes at `at` of a pattern. */
static size_t run_end(const uint8_t *bytes, size_t len, size_t at, bool glob, bool ascii)
{
    while (at < len && !(glob && bytes[at] == SONDA__GLOB_ESCAPE) &&
           !(ascii && bytes[at] >= 0x80)) {
        at++;
    }
    return at;
}

/* Past what ended a run: an escape with what it stands with, or one byte. */
static size_t run_break(const uint8_t *bytes, size_t len, size_t at, bool glob)
{
    size_t step = glob && bytes[at] == SONDA__GLOB_ESCAPE ? 2 : 1;

    return len - at < step ? len : at + step;
}

static literal_run best_run(const uint8_t *bytes, size_t len, uint32_t op, uint32_t flags)
{
    bool glob = op == SONDA__OP_GLOB;
    bool ascii = (flags & SONDA__PATTERN_CASED) != 0;
    literal_run best = {NULL, 0, false, false, false};
    size_t at = 0;

    for (;;) {
        size_t end = run_end(bytes, len, at, glob, ascii);
        literal_run run = {bytes + at, end - at,
                           at == 0 && (flags & SONDA__PATTERN_AT_START) != 0,
                           end == len && (flags & SONDA__PATTERN_AT_END) != 0, true};

        /* Nothing at one end says nothing, unless the value as a whole is empty. */
        if (run.len > 0 || len == 0) {
            keep_longer(&best, &run);
        }
        if (end >= len) {
            return best;
        }
        at = run_break(bytes, len, end, glob);
    }
}

/*
 * Whether values often begin or end with the bytes by which an anchored run would
 * be looked up: it would be tried on all of them. Other bytes tell it better.
 */
static bool is_anchor_common(const literal_run *run)
{
    const uint8_t *at = run->at_start ? run->at : run->at + (run->len - ANCHOR_WIDTH);
    sonda__span anchor = sonda__span_of((const char *)at, ANCHOR_WIDTH);

    return sonda__literal_rarity(anchor,
                                 run->at_start ? SONDA__LITERAL_START : SONDA__LITERAL_END,
                                 1) >= ANCHOR_COMMON;
}

static uint32_t kind_of(const literal_run *run)
{
    static const uint8_t by_len[] = {0, 5, 4, 3, 2, 2, 1, 1};
    uint32_t width = run->len >= ANCHOR_WIDTH ? 0 : by_len[run->len];

    if (run->at_start && run->at_end) {
        return SONDA__LITERAL_WHOLE;
    }
    if ((!run->at_start && !run->at_end) ||
        (run->len >= ANCHOR_WIDTH + SONDA__LITERAL_INNER_MIN && is_anchor_common(run))) {
        return SONDA__LITERAL_INNER;
    }
    return (run->at_start ? SONDA__LITERAL_START : SONDA__LITERAL_END) + width;
}

static bool is_usable(const literal_run *run, uint32_t kind)
{
    if (!run->set) {
        return false;
    }
    return kind == SONDA__LITERAL_WHOLE ||
           run->len >= (kind == SONDA__LITERAL_INNER ? SONDA__LITERAL_INNER_MIN : 1);
}

/* Number of the key for a run, which is folded already or ASCII, or a network. */
static uint32_t
add_key(sonda__match_keys *keys, const literal_run *run, uint32_t field, uint32_t kind)
{
    const sonda_allocator *allocator = keys->keys.allocator;
    uint32_t index = (uint32_t)(keys->keys.len / sizeof(sonda__match_key));
    sonda__pack_buffer key;

    sonda__pack_buffer_init(&key, allocator);
    sonda__pack_buffer_u32(&key, field);
    sonda__pack_buffer_u32(&key, kind);
    for (size_t i = 0; i < run->len; i++) {
        uint8_t byte = run->at[i];
        bool capital = kind != SONDA__LITERAL_NETWORK && byte >= 'A' && byte <= 'Z';
        uint8_t folded = capital ? (uint8_t)(byte + ('a' - 'A')) : byte;

        sonda__pack_buffer_bytes(&key, &folded, 1);
    }
    keys->keys.failed |= key.failed;
    if (!key.failed) {
        sonda__match_key entry = {field, kind, (uint32_t)keys->known.keys.len + 8,
                                  (uint32_t)run->len, 0};

        if (sonda__pack_intern_add(&keys->known, key.bytes, key.len, &index)) {
            sonda__pack_buffer_bytes(&keys->keys, &entry, sizeof entry);
        }
    }
    sonda__pack_buffer_reset(&key);
    return index;
}

/* The key of a regular expression, which has no end to stand at. */
static uint32_t key_of_regex(sonda__match_keys *keys,
                             const sonda__pack_sections *sections,
                             uint32_t regex,
                             uint32_t field)
{
    uint8_t bytes[SONDA__REGEX_LITERAL_MAX];
    literal_run run = {bytes, 0, false, false, true};

    run.len = sonda__match_regex_literal(sections, regex, keys->keys.allocator, bytes);
    return run.len < SONDA__LITERAL_INNER_MIN
               ? SONDA__NO_KEY
               : add_key(keys, &run, field, SONDA__LITERAL_INNER);
}

/* The key of a network: its length and the bits of its address that count. */
static uint32_t key_of_network(sonda__match_keys *keys,
                               const uint8_t *address,
                               uint32_t size,
                               uint32_t bits,
                               uint32_t field)
{
    uint8_t bytes[1 + SONDA__NETWORK_BYTES_MAX] = {(uint8_t)bits};
    literal_run run = {bytes, 1 + (size_t)size, false, false, true};

    if (field == SONDA__SCAN_EVERY || size > SONDA__NETWORK_BYTES_MAX) {
        return SONDA__NO_KEY;
    }
    for (uint32_t i = 0; i < size; i++) {
        bytes[1 + i] = address[i] & sonda__network_mask(bits, i);
    }
    return add_key(keys, &run, field, SONDA__LITERAL_NETWORK);
}

uint32_t sonda__match_key_of(sonda__match_keys *keys,
                             const sonda__pack_sections *sections,
                             const uint8_t *pattern,
                             uint32_t field)
{
    uint32_t op = sonda__pack_u16(pattern + SONDA__AT_PATTERN_OP);
    uint32_t flags = sonda__pack_u16(pattern + SONDA__AT_PATTERN_FLAGS);
    uint32_t offset = sonda__pack_u32(pattern + SONDA__AT_PATTERN_A);
    uint32_t len = sonda__pack_u32(pattern + SONDA__AT_PATTERN_B);
    static const uint8_t empty[1];
    literal_run run;
    uint32_t kind;

    if (op == SONDA__OP_REGEX) {
        return key_of_regex(keys, sections, offset, field);
    }
    if (op == SONDA__OP_CIDR) {
        return key_of_network(keys, sections->strings.keys.bytes + offset, len,
                              sonda__pack_u32(pattern + SONDA__AT_PATTERN_C), field);
    }
    if (op != SONDA__OP_LITERAL && op != SONDA__OP_GLOB) {
        return SONDA__NO_KEY;
    }
    run = best_run(len == 0 ? empty : sections->strings.keys.bytes + offset, len, op, flags);
    kind = kind_of(&run);
    return is_usable(&run, kind) ? add_key(keys, &run, field, kind) : SONDA__NO_KEY;
}
