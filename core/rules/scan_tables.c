/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Two passes of the same code: the first one counts what the pool must hold,
 * the second one fills it. Everything is linear in the literals and their
 * alternatives.
 *
 * The pack's order of literals and log sources decides every order here.
 *
 * Layer 3 (rules). Allocates while loading only.
 */

#include "core/rules/scan_tables.h"

#include <string.h>

#include "core/base/allocate.h"

/* Buckets for each probe, and bits: one place of a value in 100 passes by chance. */
#define BUCKETS_PER_PROBE 2u
#define BITS_PER_PROBE 128u
#define BUCKET_BITS_MAX 20u
#define BITMAP_BITS_MIN 9u
/* 32 KB, which is what a first-level cache holds. */
#define BITMAP_BITS_MAX 18u
#define BYTES 256u
/* Bytes of the key of a digest, with its equals sign. */
#define DIGEST_KEY_MAX 16u
/* Of what is looked up few times a value. */
#define BITS_PER_LOOK 16u

/* How literals are found: by steps of so many bytes, or else. */
#define ANCHORED 0u
#define DIGEST 3u
#define WAYS 5u

typedef struct builder {
    const sonda__pack *pack;
    sonda__scan_tables *tables;
    uint32_t *pool; /* NULL: only counting */
    size_t used;
    /* Log source by log source, the literals of its keywords. */
    uint32_t *first_keyword; /* by log source, and the end */
    uint32_t *keywords;
    uint8_t *ways; /* to each literal; see find_way() */
} builder;

/* Literals of a scan: listed, or all from `first` on. */
typedef struct literal_run {
    const uint32_t *listed;
    uint32_t first;
    uint32_t count;
} literal_run;

static uint32_t literal_of(const literal_run *run, uint32_t i)
{
    return run->listed != NULL ? run->listed[i] : run->first + i;
}

static uint32_t *take(builder *build, size_t words)
{
    uint32_t *taken = build->pool == NULL ? NULL : build->pool + build->used;

    build->used += words;
    return taken;
}

static uint32_t bits_for(uint64_t count, uint32_t least, uint32_t most)
{
    uint32_t bits = least;

    while (bits < most && UINT64_C(1) << bits < count) {
        bits++;
    }
    return bits;
}

/*
 * Where the digits of `key=digits` begin; 0: it is something else. Any text behind
 * an equals sign could be found there; digits are told by those that are hashed.
 */
static uint32_t digits_of(sonda__span text)
{
    size_t room = text.len < DIGEST_KEY_MAX ? text.len : DIGEST_KEY_MAX;
    const char *equals = room == 0 ? NULL : memchr(text.data, '=', room);
    uint32_t at = equals == NULL ? 0 : (uint32_t)(equals - text.data) + 1;

    if (at == 0 || text.len - at < SONDA__DIGEST_MIN) {
        return 0;
    }
    for (uint32_t i = 0; i < SONDA__DIGEST_WIDTH; i++) {
        char c = text.data[at + i];

        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f')) {
            return 0;
        }
    }
    return at;
}

/* Bytes from one look at a value to the next by which a literal of so many is found. */
static uint8_t step_for(size_t len)
{
    if (len >= SONDA__LITERAL_INNER_MIN + 3) {
        return 4;
    }
    return len > SONDA__LITERAL_INNER_MIN ? 2 : 1;
}

/* ANCHORED, DIGEST, or a step. */
static uint8_t find_way(const sonda__pack *pack, const uint8_t *literal)
{
    sonda__span text = sonda__pack_text(pack, literal + SONDA__AT_LITERAL_TEXT);

    if (sonda__pack_u32(literal + SONDA__AT_LITERAL_KIND) != SONDA__LITERAL_INNER) {
        return ANCHORED;
    }
    return digits_of(text) > 0 ? DIGEST : step_for(text.len);
}

/* The same for a literal of a run: keywords are looked for by steps. */
static uint32_t way_to(const builder *build, const literal_run *run, uint32_t index)
{
    uint8_t way = build->ways[index];

    if (way == DIGEST && run->listed != NULL) {
        const uint8_t *literal = sonda__pack_entry(build->pack, SONDA__SECTION_LITERALS, index);

        return step_for(sonda__pack_u32(literal + SONDA__AT_LITERAL_TEXT + 4));
    }
    return way;
}

/* Takes the last four bytes of a literal to check by, or the first. */
static void check_by(sonda__probe *probe, const uint8_t *bytes, bool last)
{
    if (probe->len >= SONDA__LITERAL_INNER_MIN) {
        probe->check_at = last ? probe->len - SONDA__LITERAL_INNER_MIN : 0;
        probe->check = sonda__gram_case(sonda__pack_u32(bytes + probe->check_at));
    }
}

/* Probes of a literal: as many as its step has bytes. */
static uint32_t probes_by(uint32_t way)
{
    return way == ANCHORED || way == DIGEST ? 1 : way;
}

/* The `i`-th of them. */
static sonda__probe
probe_of(const builder *build, uint32_t index, const uint8_t *literal, uint32_t way, uint32_t i)
{
    sonda__span text = sonda__pack_text(build->pack, literal + SONDA__AT_LITERAL_TEXT);
    const uint8_t *bytes = (const uint8_t *)text.data;
    uint32_t kind = sonda__pack_u32(literal + SONDA__AT_LITERAL_KIND);
    uint32_t chosen = sonda__pack_u32(literal + SONDA__AT_LITERAL_GRAM);
    sonda__probe probe = {
        .literal = index, .kind = kind, .len = (uint32_t)text.len, .check_at = UINT32_MAX};

    if (kind != SONDA__LITERAL_INNER) {
        probe.hash = sonda__anchored_hash(bytes, text.len, kind);
        check_by(&probe, bytes, kind < SONDA__LITERAL_END);
        return probe;
    }
    if (way == DIGEST) {
        probe.at = digits_of(text);
        probe.hash = sonda__digest_hash(bytes + probe.at);
        check_by(&probe, bytes, true);
        return probe;
    }
    /* As near the chosen run as leaves room for the others. */
    probe.at = (uint32_t)text.len - SONDA__LITERAL_INNER_MIN + 1 - way;
    probe.at = (chosen < probe.at ? chosen : probe.at) + i;
    probe.hash = sonda__gram_hash(sonda__pack_u32(bytes + probe.at));
    check_by(&probe, bytes, probe.at < text.len / 2);
    return probe;
}

static const uint8_t *literal_at(const builder *build, uint32_t index)
{
    return sonda__pack_entry(build->pack, SONDA__SECTION_LITERALS, index);
}

/* By counting: buckets say where each ends, then, moved by one, where it begins. */
static void fill_table(const builder *build,
                       const literal_run *run,
                       const sonda__probe_table *table,
                       uint32_t *buckets,
                       sonda__probe *probes)
{
    uint32_t bucket_count = UINT32_C(1) << (32 - table->shift);

    for (uint32_t pass = 0; pass < 2; pass++) {
        uint32_t before = 0;

        for (uint32_t i = 0; i < run->count; i++) {
            uint32_t index = literal_of(run, i);
            uint32_t way = way_to(build, run, index);

            for (uint32_t k = 0; way == table->step && k < probes_by(way); k++) {
                sonda__probe probe = probe_of(build, index, literal_at(build, index), way, k);
                uint32_t *bucket = &buckets[probe.hash >> table->shift];

                if (pass == 1) {
                    probes[*bucket] = probe;
                }
                (*bucket)++;
            }
        }
        for (uint32_t i = 0; i <= bucket_count; i++) {
            uint32_t count = buckets[i];

            /* After the first pass the sum of those before, after the second their end. */
            buckets[i] = before;
            before = pass == 0 ? before + count : count;
        }
    }
}

static void put_table(builder *build,
                      const literal_run *run,
                      uint32_t way,
                      uint32_t count,
                      sonda__probe_table *table)
{
    bool few = way == ANCHORED || way == DIGEST;
    uint64_t bits = (uint64_t)count * (few ? BITS_PER_LOOK : BITS_PER_PROBE);
    uint32_t bucket_bits = bits_for((uint64_t)count * BUCKETS_PER_PROBE, 1, BUCKET_BITS_MAX);
    uint32_t bitmap_bits = bits_for(bits, BITMAP_BITS_MIN, BITMAP_BITS_MAX);
    uint32_t *bitmap = take(build, (size_t)1 << (bitmap_bits - 5));
    uint32_t *buckets = take(build, ((size_t)1 << bucket_bits) + 1);
    sonda__probe *probes =
        (sonda__probe *)(void *)take(build, count * (sizeof *probes / sizeof *buckets));

    if (build->pool == NULL) {
        return;
    }
    table->probes = probes;
    table->buckets = buckets;
    table->bitmap = bitmap;
    table->count = count;
    table->step = way;
    table->shift = 32 - bucket_bits;
    table->bitmap_shift = 32 - bitmap_bits;
    fill_table(build, run, table, buckets, probes);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t bit = probes[i].hash >> table->bitmap_shift;

        bitmap[bit / 32] |= UINT32_C(1) << bit % 32;
    }
}

/* What anchored literals ask of the first byte, the last one and the length. */
static void put_kinds(builder *build, const literal_run *run, sonda__scan_table *table)
{
    uint16_t *first = (uint16_t *)(void *)take(build, BYTES * sizeof *first / 4);
    uint16_t *last = (uint16_t *)(void *)take(build, BYTES * sizeof *last / 4);

    if (build->pool == NULL) {
        return;
    }
    table->first_kinds = first;
    table->last_kinds = last;
    for (uint32_t i = 0; i < run->count; i++) {
        const uint8_t *literal = literal_at(build, literal_of(run, i));
        sonda__span text = sonda__pack_text(build->pack, literal + SONDA__AT_LITERAL_TEXT);
        uint32_t kind = sonda__pack_u32(literal + SONDA__AT_LITERAL_KIND);

        if (kind == SONDA__LITERAL_WHOLE) {
            table->whole_lengths |= UINT64_C(1) << (text.len < 63 ? text.len : 63);
        } else if (text.len == 0) {
            continue; /* the verifier has seen to it that there is none */
        } else if (kind < SONDA__LITERAL_END) {
            first[(uint8_t)text.data[0] | SONDA__CASE_BIT] |= (uint16_t)(1u << kind);
        } else if (kind < SONDA__LITERAL_INNER) {
            last[(uint8_t)text.data[text.len - 1] | SONDA__CASE_BIT] |= (uint16_t)(1u << kind);
        }
    }
}

/* Groups take turns, in the pack's order. */
static void put_nibbles(builder *build, const literal_run *run, sonda__scan_table *table)
{
    sonda__nibbles *nibbles = (sonda__nibbles *)(void *)take(build, sizeof *nibbles / 4);
    uint32_t group = 0;

    if (build->pool == NULL) {
        return;
    }
    table->nibbles = nibbles;
    for (uint32_t i = 0; i < run->count; i++) {
        const uint8_t *literal = literal_at(build, literal_of(run, i));
        sonda__span text = sonda__pack_text(build->pack, literal + SONDA__AT_LITERAL_TEXT);
        uint32_t chosen = sonda__pack_u32(literal + SONDA__AT_LITERAL_GRAM);
        uint32_t last = (uint32_t)text.len - SONDA__LITERAL_INNER_MIN;
        uint32_t at = chosen < last ? chosen : last;
        uint32_t way = way_to(build, run, literal_of(run, i));
        bool inner = way != ANCHORED && way != DIGEST;

        for (uint32_t k = 0; inner && k < SONDA__NIBBLES_BYTES; k++) {
            uint8_t byte = (uint8_t)text.data[at + k];

            nibbles->bytes[k][sonda__nibbles_byte(byte)] |= (uint8_t)(1u << group % 8);
        }
        group += inner ? 1 : 0;
    }
}

/* Where the probes of literals that are found in a way belong; inner ones get the next. */
static sonda__probe_table *table_for(sonda__scan_table *table, uint32_t way)
{
    if (way == ANCHORED) {
        return &table->anchored;
    }
    return way == DIGEST ? &table->digests : &table->inner[table->inner_count++];
}

static void put_scan(builder *build, const literal_run *run, sonda__scan_table *table)
{
    static const uint32_t ways[] = {ANCHORED, DIGEST, 4, 2, 1};
    uint32_t counts[WAYS] = {0}; /* literals, by way */
    uint32_t least[WAYS] = {UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX};

    for (uint32_t i = 0; i < run->count; i++) {
        const uint8_t *literal = literal_at(build, literal_of(run, i));
        uint32_t len = sonda__pack_u32(literal + SONDA__AT_LITERAL_TEXT + 4);
        uint32_t way = way_to(build, run, literal_of(run, i));

        counts[way]++;
        least[way] = len < least[way] ? len : least[way];
    }
    table->least = UINT32_MAX;
    table->inner_count = 0;
    for (uint32_t i = 0; i < WAYS; i++) {
        uint32_t way = ways[i];

        if (counts[way] > 0) {
            sonda__probe_table *of_way = table_for(table, way);

            of_way->least = least[way];
            table->least = least[way] < table->least ? least[way] : table->least;
            put_table(build, run, way, counts[way] * probes_by(way), of_way);
        }
    }
    if (counts[ANCHORED] > 0) {
        put_kinds(build, run, table);
    }
    if (table->inner_count > 0 &&
        counts[4] + counts[2] + counts[1] <= SONDA__NIBBLES_LITERALS) {
        put_nibbles(build, run, table);
    }
}

/* Whether a network begins a run: its family or its length is not that of the one before. */
static bool begins_run(const builder *build, sonda__list networks, uint32_t i)
{
    sonda__span text;
    sonda__span before;

    if (i == 0) {
        return true;
    }
    text = sonda__pack_text(build->pack,
                            literal_at(build, networks.first + i) + SONDA__AT_LITERAL_TEXT);
    before = sonda__pack_text(build->pack, literal_at(build, networks.first + i - 1) +
                                               SONDA__AT_LITERAL_TEXT);
    return text.len != before.len || text.data[0] != before.data[0];
}

/* The pack's order is the prefix table; runs say where each length begins. */
static void put_networks(builder *build, sonda__list networks, sonda__scan_table *table)
{
    uint32_t count = 0;
    sonda__network_run *runs;

    for (uint32_t i = 0; i < networks.count; i++) {
        count += begins_run(build, networks, i) ? 1 : 0;
    }
    runs = (sonda__network_run *)(void *)take(build, count * (sizeof *runs / 4));
    if (build->pool == NULL) {
        return;
    }
    table->networks = runs;
    table->network_runs = count;
    for (uint32_t i = 0; i < networks.count; i++) {
        if (begins_run(build, networks, i)) {
            const uint8_t *at = literal_at(build, networks.first + i);
            sonda__span text = sonda__pack_text(build->pack, at + SONDA__AT_LITERAL_TEXT);

            runs->first = networks.first + i;
            runs->size = (uint32_t)text.len - 1;
            runs->bits = (uint8_t)text.data[0];
            runs++;
        }
        runs[-1].count++;
    }
}

static void put_all(builder *build)
{
    const sonda__pack *pack = build->pack;
    sonda__scan_tables *tables = build->tables;
    uint32_t scans = pack->count[SONDA__SECTION_SCANS];

    for (uint32_t i = 0; i < scans; i++) {
        const uint8_t *at = sonda__pack_entry(pack, SONDA__SECTION_SCANS, i);
        sonda__list anchored = sonda__pack_list(at + SONDA__AT_SCAN_ANCHORED);
        sonda__list inner = sonda__pack_list(at + SONDA__AT_SCAN_INNER);
        literal_run run = {NULL, anchored.first, anchored.count + inner.count};

        if (sonda__pack_u32(at + SONDA__AT_SCAN_FIELD) != SONDA__SCAN_EVERY) {
            put_scan(build, &run, &tables->tables[i]);
            put_networks(build, sonda__pack_list(at + SONDA__AT_SCAN_NETWORKS),
                         &tables->tables[i]);
        }
    }
    for (uint32_t i = 0; i < tables->source_count; i++) {
        uint32_t first = build->first_keyword[i];
        literal_run run = {build->keywords + first, 0, build->first_keyword[i + 1] - first};

        if (run.count > 0) {
            put_scan(build, &run, &tables->tables[tables->of_source[i] - 1]);
        }
    }
}

/* The log source of an alternative that waits for a literal. */
static uint32_t source_of(const sonda__pack *pack, sonda__list postings, uint32_t i)
{
    const uint8_t *number = sonda__pack_listed(pack, SONDA__SECTION_POSTINGS, postings, i);
    const uint8_t *alternative =
        sonda__pack_entry(pack, SONDA__SECTION_ALTERNATIVES, sonda__pack_u32(number));

    return sonda__pack_u32(alternative + SONDA__AT_ALTERNATIVE_SOURCE);
}

/*
 * Sorts the literals of keywords by the log sources of their rules, by
 * counting: in the first pass, then placing.
 */
static void sort_keywords(const builder *build, sonda__list literals)
{
    const sonda__pack *pack = build->pack;
    uint32_t *first = build->first_keyword;
    uint32_t count = build->tables->source_count;

    for (uint32_t pass = 0; pass < 2; pass++) {
        uint32_t before = 0;

        for (uint32_t i = 0; i < literals.count; i++) {
            const uint8_t *literal = literal_at(build, literals.first + i);
            sonda__list postings = sonda__pack_list(literal + SONDA__AT_LITERAL_POSTINGS);

            for (uint32_t k = 0; k < postings.count; k++) {
                uint32_t *place = &first[source_of(pack, postings, k)];

                if (pass == 1) {
                    build->keywords[*place] = literals.first + i;
                }
                (*place)++;
            }
        }
        for (uint32_t i = 0; i <= count; i++) {
            uint32_t counted = first[i];

            first[i] = before;
            before = pass == 0 ? before + counted : counted;
        }
    }
}

/* The scan of keywords is the last one, if there is one. */
static sonda__list keyword_literals(const sonda__pack *pack)
{
    uint32_t scans = pack->count[SONDA__SECTION_SCANS];
    const uint8_t *at =
        scans == 0 ? NULL : sonda__pack_entry(pack, SONDA__SECTION_SCANS, scans - 1);
    sonda__list none = {0, 0};

    if (at == NULL || sonda__pack_u32(at + SONDA__AT_SCAN_FIELD) != SONDA__SCAN_EVERY) {
        return none;
    }
    none = sonda__pack_list(at + SONDA__AT_SCAN_ANCHORED);
    none.count += sonda__pack_list(at + SONDA__AT_SCAN_INNER).count;
    return none;
}

static uint32_t count_postings(const builder *build, sonda__list literals)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < literals.count; i++) {
        count +=
            sonda__pack_list(literal_at(build, literals.first + i) + SONDA__AT_LITERAL_POSTINGS)
                .count;
    }
    return count;
}

static sonda_status take_keywords(builder *build, const sonda_allocator *allocator)
{
    sonda__scan_tables *tables = build->tables;
    sonda__list literals = keyword_literals(build->pack);
    uint32_t posting_count = count_postings(build, literals);

    build->first_keyword = sonda__allocate_zeroed(allocator, (size_t)tables->source_count + 1,
                                                  sizeof *build->first_keyword);
    build->keywords =
        sonda__allocate(allocator, (size_t)posting_count + 1, sizeof *build->keywords);
    if (build->first_keyword == NULL || build->keywords == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    sort_keywords(build, literals);
    for (uint32_t i = 0; i < tables->source_count; i++) {
        if (build->first_keyword[i + 1] > build->first_keyword[i]) {
            tables->of_source[i] = ++tables->count;
        }
    }
    return SONDA_OK;
}

/* A field that stands in the pack twice has two tables. */
static void
link_fields(sonda__scan_tables *tables, const sonda__pack *pack, const sonda_field_id *fields)
{
    for (uint32_t i = 0; i < pack->count[SONDA__SECTION_SCANS]; i++) {
        const uint8_t *at = sonda__pack_entry(pack, SONDA__SECTION_SCANS, i);
        uint32_t field = sonda__pack_u32(at + SONDA__AT_SCAN_FIELD);

        tables->tables[i].slot = field < pack->count[SONDA__SECTION_FIELDS]
                                     ? sonda__scan_slot(fields[field])
                                     : UINT32_MAX;
    }
}

static sonda_status find_ways(builder *build, const sonda_allocator *allocator)
{
    uint32_t count = build->pack->count[SONDA__SECTION_LITERALS];

    build->ways = sonda__allocate(allocator, (size_t)count + 1, sizeof *build->ways);
    if (build->ways == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    for (uint32_t i = 0; i < count; i++) {
        build->ways[i] = find_way(build->pack, literal_at(build, i));
    }
    return SONDA_OK;
}

static sonda_status
build_all(builder *build, const sonda_field_id *fields, const sonda_allocator *allocator)
{
    sonda__scan_tables *tables = build->tables;

    if (find_ways(build, allocator) != SONDA_OK ||
        take_keywords(build, allocator) != SONDA_OK) {
        return SONDA_ERR_NO_MEMORY;
    }
    tables->tables =
        sonda__allocate_zeroed(allocator, (size_t)tables->count + 1, sizeof *tables->tables);
    if (tables->tables == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    put_all(build);
    tables->pool = sonda__allocate_zeroed(allocator, build->used + 1, sizeof *tables->pool);
    if (tables->pool == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    build->pool = tables->pool;
    build->used = 0;
    put_all(build);
    link_fields(tables, build->pack, fields);
    return SONDA_OK;
}

sonda_status sonda__scan_tables_open(sonda__scan_tables *tables,
                                     const sonda__pack *pack,
                                     const sonda_field_id *fields,
                                     const sonda_allocator *allocator)
{
    builder build = {.pack = pack, .tables = tables};
    sonda_status status = SONDA_ERR_NO_MEMORY;

    tables->count = pack->count[SONDA__SECTION_SCANS];
    tables->source_count = pack->count[SONDA__SECTION_SOURCES];
    tables->of_source = sonda__allocate_zeroed(allocator, (size_t)tables->source_count + 1,
                                               sizeof *tables->of_source);
    if (tables->of_source != NULL) {
        status = build_all(&build, fields, allocator);
    }
    sonda__release(allocator, build.first_keyword);
    sonda__release(allocator, build.keywords);
    sonda__release(allocator, build.ways);
    return status;
}

void sonda__scan_tables_close(sonda__scan_tables *tables, const sonda_allocator *allocator)
{
    sonda__release(allocator, tables->of_source);
    sonda__release(allocator, tables->tables);
    sonda__release(allocator, tables->pool);
}
