/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Hash probes at the ends of a value, and for literals within it a bitmap of
 * four bytes in a row, which most places of a value do not pass.
 *
 * A table is looked at whole once a value, to be inside the pack; after that
 * the hash's upper bits cannot lead out of it.
 *
 * Layer 4 (detect). No allocation.
 */

#include "core/detect/scan.h"

/* A scan's hash table, checked. */
typedef struct literal_table {
    const uint8_t *literals;
    const uint8_t *buckets;
    uint32_t count;
    uint32_t shift;
} literal_table;

typedef struct value_scan {
    const sonda__question *question;
    const uint8_t *text;
    size_t len;
    sonda__literal_fn on_literal;
} value_scan;

/* False for a table without literals, or beyond the pack. */
static bool open_table(const sonda__pack *pack, const uint8_t *list_at, literal_table *table)
{
    sonda__list list = sonda__pack_list(list_at);
    uint32_t first = sonda__pack_u32(list_at + SONDA__LIST_SIZE);
    uint32_t bits = sonda__pack_u32(list_at + SONDA__LIST_SIZE + 4);
    uint32_t bucket_count = pack->count[SONDA__SECTION_BUCKETS];

    if (list.count == 0 || bits < SONDA__SCAN_BITS_MIN || bits > SONDA__SCAN_BITS_MAX ||
        first > bucket_count || bucket_count - first <= 1u << bits ||
        list.first > pack->count[SONDA__SECTION_LITERALS] ||
        list.count > pack->count[SONDA__SECTION_LITERALS] - list.first) {
        return false;
    }
    table->literals =
        pack->section[SONDA__SECTION_LITERALS] + (size_t)list.first * SONDA__LITERAL_SIZE;
    table->buckets = pack->section[SONDA__SECTION_BUCKETS] + (size_t)first * 4;
    table->count = list.count;
    table->shift = 32 - bits;
    return true;
}

/* The event's budget is used up: nothing more is looked for. */
static bool is_stopped(const value_scan *scan)
{
    return scan->question->matcher->steps_left == 0;
}

/* Whether the literal stands at `at` of the value, which may be before its start. */
static bool stands_at(const value_scan *scan, const uint8_t *literal, size_t at)
{
    sonda__span text =
        sonda__pack_text(&scan->question->content->pack, literal + SONDA__AT_LITERAL_TEXT);

    return sonda__matcher_step(scan->question->matcher, 1 + text.len) && at <= scan->len &&
           text.len <= scan->len - at &&
           (text.len == 0 || memcmp(scan->text + at, text.data, text.len) == 0);
}

/* The place where an anchored literal would stand; past the end for none. */
static size_t place_of(const value_scan *scan, const uint8_t *literal, uint32_t kind)
{
    uint32_t len = sonda__pack_u32(literal + SONDA__AT_LITERAL_TEXT + 4);

    if (kind == SONDA__LITERAL_WHOLE) {
        return len == scan->len ? 0 : SIZE_MAX;
    }
    return kind < SONDA__LITERAL_END ? 0 : scan->len - len;
}

static void probe(const value_scan *scan, const literal_table *table, uint32_t kind)
{
    uint32_t bucket = sonda__anchored_hash(scan->text, scan->len, kind) >> table->shift;
    uint32_t end = sonda__pack_u32(table->buckets + (size_t)(bucket + 1) * 4);

    for (uint32_t i = sonda__pack_u32(table->buckets + (size_t)bucket * 4);
         i < end && i < table->count && !is_stopped(scan); i++) {
        const uint8_t *literal = table->literals + (size_t)i * SONDA__LITERAL_SIZE;

        if (sonda__pack_u32(literal + SONDA__AT_LITERAL_KIND) == kind &&
            stands_at(scan, literal, place_of(scan, literal, kind))) {
            scan->on_literal(scan->question, literal);
        }
    }
}

static void scan_anchored(const value_scan *scan, const literal_table *table, uint32_t kinds)
{
    for (uint32_t kind = 0; kind < SONDA__LITERAL_INNER; kind++) {
        if ((kinds >> kind & 1) != 0 && scan->len >= sonda__literal_width(kind)) {
            probe(scan, table, kind);
        }
    }
}

/* The literals whose four bytes are, by their hash, those at `at`. */
static void
probe_inner(const value_scan *scan, const literal_table *table, uint32_t hash, size_t at)
{
    uint32_t bucket = hash >> table->shift;
    uint32_t end = sonda__pack_u32(table->buckets + (size_t)(bucket + 1) * 4);

    for (uint32_t i = sonda__pack_u32(table->buckets + (size_t)bucket * 4);
         i < end && i < table->count && !is_stopped(scan); i++) {
        const uint8_t *literal = table->literals + (size_t)i * SONDA__LITERAL_SIZE;

        /* Before the start this wraps to past the end. */
        if (stands_at(scan, literal, at - sonda__pack_u32(literal + SONDA__AT_LITERAL_GRAM))) {
            scan->on_literal(scan->question, literal);
        }
    }
}

static void scan_inner(const value_scan *scan,
                       const literal_table *table,
                       const uint8_t *bitmap,
                       uint32_t bits)
{
    uint32_t shift = 32 - bits;

    for (size_t at = 0; at + SONDA__LITERAL_INNER_MIN <= scan->len; at++) {
        uint32_t hash = sonda__gram_hash(sonda__pack_u32(scan->text + at));
        uint32_t bit = hash >> shift;

        if ((bitmap[bit / 8] >> bit % 8 & 1) != 0) {
            probe_inner(scan, table, hash, at);
        }
    }
}

static const uint8_t *open_bitmap(const sonda__pack *pack, const uint8_t *scan, uint32_t *bits)
{
    uint32_t first = sonda__pack_u32(scan + SONDA__AT_SCAN_BITMAP);
    uint32_t size = pack->count[SONDA__SECTION_BITMAPS];

    *bits = sonda__pack_u32(scan + SONDA__AT_SCAN_BITMAP_BITS);
    return *bits >= SONDA__BITMAP_BITS_MIN && *bits <= SONDA__BITMAP_BITS_MAX &&
                   first <= size && size - first >= 1u << (*bits - 3)
               ? pack->section[SONDA__SECTION_BITMAPS] + first
               : NULL;
}

void sonda__scan(const sonda__question *question,
                 const uint8_t *scan,
                 sonda__span folded,
                 sonda__literal_fn on_literal)
{
    const sonda__pack *pack = &question->content->pack;
    value_scan value = {question, (const uint8_t *)folded.data, folded.len, on_literal};
    literal_table table;
    uint32_t bits;
    const uint8_t *bitmap = open_bitmap(pack, scan, &bits);

    if (open_table(pack, scan + SONDA__AT_SCAN_ANCHORED, &table)) {
        scan_anchored(&value, &table, sonda__pack_u32(scan + SONDA__AT_SCAN_KINDS));
    }
    if (bitmap != NULL && open_table(pack, scan + SONDA__AT_SCAN_INNER, &table)) {
        scan_inner(&value, &table, bitmap, bits);
    }
}
