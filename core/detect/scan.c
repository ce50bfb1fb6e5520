/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Hash probes at the ends of a value, and for literals within it a bitmap of
 * four bytes in a row, which most places of a value do not pass.
 *
 * A value is searched as it is, for hashes do not look at the case of ASCII.
 * When some byte of it is beyond ASCII, where folding changes other bits and
 * lengths, its folded text is searched as well. A literal that is found too
 * many costs an evaluation, nothing else.
 *
 * Layer 4 (detect). No allocation.
 */

#include "core/detect/scan.h"

#include "core/codec/ascii_word.h"
#include "core/detect/networks.h"

typedef struct value_scan {
    const sonda__question *question;
    const uint8_t *text;
    size_t len;
    sonda__literal_fn on_literal;
    bool folded;
} value_scan;

static bool is_same(const value_scan *scan, size_t at, sonda__span text)
{
    const uint8_t *found = scan->text + at;

    return scan->folded ? memcmp(found, text.data, text.len) == 0
                        : sonda__ascii_folds_to(found, (const uint8_t *)text.data, text.len);
}

/* The event's budget is used up: nothing more is looked for. */
static bool is_stopped(const value_scan *scan)
{
    return scan->question->matcher->steps_left == 0;
}

/*
 * Takes the literal of a probe if it stands at `at` of the value, which may be
 * before its start.
 */
static void try_literal(const value_scan *scan, const sonda__probe *probe, size_t at)
{
    const sonda__pack *pack = &scan->question->content->pack;
    const uint8_t *literal;
    sonda__span text;

    if (at > scan->len || probe->len > scan->len - at ||
        (probe->check_at < probe->len &&
         sonda__gram_case(sonda__pack_u32(scan->text + at + probe->check_at)) !=
             probe->check)) {
        return;
    }
    literal = sonda__pack_entry(pack, SONDA__SECTION_LITERALS, probe->literal);
    if (literal == NULL) {
        return;
    }
    text = sonda__pack_text(pack, literal + SONDA__AT_LITERAL_TEXT);
    if (sonda__matcher_step(scan->question->matcher, text.len) && text.len <= scan->len - at &&
        (text.len == 0 || is_same(scan, at, text))) {
        scan->on_literal(scan->question, literal);
    }
}

/* The place where an anchored literal would stand; past the end for none. */
static size_t place_of(const value_scan *scan, const sonda__probe *probe)
{
    if (probe->kind == SONDA__LITERAL_WHOLE) {
        return probe->len == scan->len ? 0 : SIZE_MAX;
    }
    return probe->kind < SONDA__LITERAL_END ? 0 : scan->len - probe->len;
}

/* Looking at a probe is a step, as is comparing a byte. */
static bool step_probes(const value_scan *scan, const uint32_t *bucket)
{
    return sonda__matcher_step(scan->question->matcher, bucket[1] - bucket[0]);
}

static bool has_bit(const sonda__probe_table *table, uint32_t hash)
{
    uint32_t bit = hash >> table->bitmap_shift;

    return (table->bitmap[bit / 32] >> bit % 32 & 1) != 0;
}

/* The first and the last eight bytes of a value; of a shorter one all, below and above. */
typedef struct value_ends {
    uint64_t first;
    uint64_t last;
    size_t len;
} value_ends;

static value_ends ends_of(const value_scan *scan)
{
    const uint8_t *text = scan->text;
    value_ends ends = {0, 0, scan->len};

    if (scan->len >= 8) {
        ends.first = sonda__pack_u64(text);
        ends.last = sonda__pack_u64(text + scan->len - 8);
    } else if (scan->len >= 4) {
        ends.first = sonda__pack_u32(text) | (uint64_t)sonda__pack_u32(text + scan->len - 4)
                                                 << 8 * (scan->len - 4);
        ends.last = ends.first << 8 * (8 - scan->len);
    } else if (scan->len > 0) {
        ends.first = sonda__literal_word(text, (uint32_t)scan->len);
        ends.last = ends.first << 8 * (8 - scan->len);
    }
    return ends;
}

/* What sonda__anchored_hash() makes of the value, which has the bytes that it takes. */
static uint32_t hash_of(const value_ends *ends, uint32_t kind)
{
    const uint64_t cases = SONDA__CASE_BIT * UINT64_C(0x0101010101010101);
    uint32_t beside = 64 - 8 * sonda__literal_width(kind);
    uint64_t word;

    if (kind == SONDA__LITERAL_WHOLE) {
        word = ends->len < 8 ? ends->first : ends->last;
        word = (ends->first | cases) + ((word | cases) << 7) + ends->len;
    } else if (kind < SONDA__LITERAL_END) {
        word = (ends->first & UINT64_MAX >> beside) | cases;
    } else {
        word = ends->last >> beside | cases;
    }
    return sonda__anchored_mix(word, kind);
}

static void probe_anchored(const value_scan *scan,
                           const sonda__probe_table *table,
                           const value_ends *ends,
                           uint32_t kind)
{
    uint32_t hash = hash_of(ends, kind);
    const uint32_t *bucket = table->buckets + (hash >> table->shift);

    if (!has_bit(table, hash) || !step_probes(scan, bucket)) {
        return;
    }
    for (uint32_t i = bucket[0]; i < bucket[1] && !is_stopped(scan); i++) {
        const sonda__probe *probe = &table->probes[i];

        if (probe->hash == hash && probe->kind == kind) {
            try_literal(scan, probe, place_of(scan, probe));
        }
    }
}

/* Kinds of literals that the value's length, first and last byte allow. */
static uint32_t kinds_of(const value_scan *scan, const sonda__scan_table *table)
{
    uint32_t whole = table->whole_lengths >> (scan->len < 63 ? scan->len : 63) & 1;

    return scan->len == 0 ? whole
                          : whole | table->first_kinds[scan->text[0] | SONDA__CASE_BIT] |
                                table->last_kinds[scan->text[scan->len - 1] | SONDA__CASE_BIT];
}

static void scan_anchored(const value_scan *scan, const sonda__scan_table *table)
{
    value_ends ends = ends_of(scan);

    for (uint32_t kinds = kinds_of(scan, table); kinds != 0; kinds &= kinds - 1) {
        uint32_t kind = (uint32_t)__builtin_ctz(kinds);

        if (scan->len >= sonda__literal_width(kind)) {
            probe_anchored(scan, &table->anchored, &ends, kind);
        }
    }
}

/* The digests that may stand before and behind `at`, where digits begin. */
static void probe_digest(const value_scan *scan, const sonda__probe_table *table, size_t at)
{
    uint32_t hash = sonda__digest_hash(scan->text + at);
    const uint32_t *bucket = table->buckets + (hash >> table->shift);

    if (!has_bit(table, hash) || !step_probes(scan, bucket)) {
        return;
    }
    for (uint32_t i = bucket[0]; i < bucket[1] && !is_stopped(scan); i++) {
        const sonda__probe *probe = &table->probes[i];

        if (probe->hash == hash) {
            /* Before the start this wraps to past the end. */
            try_literal(scan, probe, at - probe->at);
        }
    }
}

/* At every equals sign, whatever else the value is. */
static void scan_digests(const value_scan *scan, const sonda__probe_table *table)
{
    const uint8_t *at = scan->text;
    const uint8_t *end = scan->text + scan->len;

    while ((size_t)(end - at) > SONDA__DIGEST_WIDTH) {
        at = memchr(at, '=', (size_t)(end - at) - SONDA__DIGEST_WIDTH);
        if (at == NULL) {
            return;
        }
        at++;
        probe_digest(scan, table, (size_t)(at - scan->text));
    }
}

/* The literals that are looked up at few places of a value. */
static void scan_places(const value_scan *scan, const sonda__scan_table *table)
{
    if (table->anchored.count > 0) {
        scan_anchored(scan, table);
    }
    if (table->digests.count > 0 && scan->len >= table->digests.least) {
        scan_digests(scan, &table->digests);
    }
}

/* The literals that have the four bytes at `at` of the value. */
static void probe_inner(const value_scan *scan, const sonda__probe_table *table, size_t at)
{
    uint32_t hash = sonda__gram_hash(sonda__pack_u32(scan->text + at));
    const uint32_t *bucket = table->buckets + (hash >> table->shift);

    if (!step_probes(scan, bucket)) {
        return;
    }
    for (uint32_t i = bucket[0]; i < bucket[1] && !is_stopped(scan); i++) {
        const sonda__probe *probe = &table->probes[i];

        if (probe->hash == hash) {
            /* Before the start this wraps to past the end. */
            try_literal(scan, probe, at - probe->at);
        }
    }
}

/*
 * Every place of the value that is a multiple of the table's step. Returns
 * whether a byte is beyond ASCII.
 */
static bool scan_inner(const value_scan *scan, const sonda__probe_table *table)
{
    sonda__gram_search *search = &scan->question->matcher->search;
    sonda__gram_search_fn grams = scan->question->matcher->grams;
    bool more;

    search->bitmap = table->bitmap;
    search->shift = table->bitmap_shift;
    search->high = 0;
    for (uint32_t offset = 0; offset < 4 && offset < scan->len; offset += table->step) {
        search->text = scan->text + offset;
        search->len = scan->len - offset;
        search->at = 0;
        do {
            more = grams(search);
            for (size_t i = 0; i < search->hit_count; i++) {
                probe_inner(scan, table, offset + search->hits[i]);
            }
        } while (more);
    }
    return search->high != 0;
}

/* Whether a byte is beyond ASCII. */
static bool scan_value(const value_scan *scan, const sonda__scan_table *table)
{
    bool scanned = false;
    bool high = false;

    scan_places(scan, table);
    for (uint32_t i = 0; i < table->inner_count; i++) {
        if (scan->len >= table->inner[i].least) {
            high = scan_inner(scan, &table->inner[i]);
            scanned = true;
        }
    }
    return scanned ? high : sonda__ascii_is_left(scan->text, scan->len);
}

/* By the bitmaps of all steps. */
static uint64_t may_hold_grams(sonda__gram_fields_fn search,
                               const sonda__scan_table *table,
                               const sonda__field *fields,
                               size_t count)
{
    uint64_t found = 0;

    for (uint32_t i = 0; i < table->inner_count; i++) {
        found |= search(&table->inner[i], fields, count, table->inner[i].least);
    }
    return found;
}

uint64_t sonda__scan_may_hold(const sonda__question *question,
                              const sonda__scan_table *table,
                              uint32_t first,
                              size_t count)
{
    const sonda__field *fields = &question->event->fields[first];
    sonda__nibbles_fn nibbles = question->matcher->nibbles;
    sonda__gram_fields_fn grams = question->matcher->gram_fields;
    uint64_t found = 0;

    if (nibbles != NULL && table->nibbles != NULL && table->anchored.count == 0) {
        return nibbles(table->nibbles, fields, count, table->least);
    }
    if (grams != NULL && table->anchored.count == 0) {
        return may_hold_grams(grams, table, fields, count);
    }
    for (size_t i = 0; i < count; i++) {
        /* Folding may make a text longer by half, from two bytes to three. */
        if (fields[i].text.len + fields[i].text.len / 2 >= table->least) {
            found |= UINT64_C(1) << i;
        }
    }
    return found;
}

/* Literals that stand in the folded text of a value; `scan` is of the value. */
static void scan_folded(value_scan *scan, const sonda__scan_table *table, uint32_t field)
{
    sonda__span text = sonda__matcher_folded(scan->question->matcher, field);

    scan->text = (const uint8_t *)text.data;
    scan->len = text.len;
    scan->folded = true;
    (void)scan_value(scan, table);
}

void sonda__scan(const sonda__question *question,
                 const sonda__scan_table *table,
                 uint32_t field,
                 sonda__literal_fn on_literal)
{
    sonda__span text = question->event->fields[field].text;
    value_scan scan = {question, (const uint8_t *)text.data, text.len, on_literal, false};

    if (table->network_runs > 0) {
        sonda__networks_find(question, table, field, on_literal);
    }
    if (question->matcher->nibbles != NULL && table->nibbles != NULL) {
        if (question->matcher->nibbles(table->nibbles, &question->event->fields[field], 1,
                                       table->least) == 0) {
            scan_places(&scan, table);
        } else if (sonda__ascii_is_left(scan.text, scan.len)) {
            scan_folded(&scan, table, field);
        } else {
            (void)scan_value(&scan, table);
        }
        return;
    }
    if (scan_value(&scan, table)) {
        scan_folded(&scan, table, field);
    }
}
