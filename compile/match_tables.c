/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Sorting decides every order, by numbers that only the rules decide: so the
 * same rules give the same tables.
 *
 * Module compile.
 */

#include "compile/match_tables.h"

#include <stdlib.h>

#include "compile/literal_rarity.h"
#include "core/base/allocate.h"

/* Counters of four-byte runs, by the upper bits of their hash. */
#define GRAM_BITS 16u

/* A key with its place in the tables. */
typedef struct placed {
    uint32_t field;
    uint32_t group; /* the list of its scan that it is in */
    uint32_t hash;
    uint32_t gram_at;
    uint32_t key;
    sonda__span network; /* or empty */
} placed;

/* Lists of a scan, in their order. */
enum { ANCHORED, INNER, NETWORKS, GROUPS };

typedef struct builder {
    sonda__pack_sections *sections;
    sonda__match_keys keys;
    placed *places; /* of the keys somebody waits for */
    uint32_t place_count;
    uint32_t *grams;          /* how many keys have runs with such a hash */
    sonda__pack_buffer needs; /* u64: source << 32 | scan */
} builder;

static int by_wait(const void *a, const void *b)
{
    const sonda__match_wait *one = a;
    const sonda__match_wait *other = b;

    if (one->key != other->key) {
        return one->key < other->key ? -1 : 1;
    }
    return one->alternative < other->alternative ? -1 : one->alternative > other->alternative;
}

static int by_place(const void *a, const void *b)
{
    const placed *one = a;
    const placed *other = b;

    if (one->field != other->field) {
        return one->field < other->field ? -1 : 1;
    }
    if (one->group != other->group) {
        return one->group < other->group ? -1 : 1;
    }
    if (one->network.len != other->network.len) {
        return one->network.len < other->network.len ? -1 : 1;
    }
    if (one->network.len > 0) {
        return memcmp(one->network.data, other->network.data, one->network.len);
    }
    if (one->hash != other->hash) {
        return one->hash < other->hash ? -1 : 1;
    }
    return one->key < other->key ? -1 : one->key > other->key;
}

static int by_number(const void *a, const void *b)
{
    uint64_t one = *(const uint64_t *)a;
    uint64_t other = *(const uint64_t *)b;

    return one < other ? -1 : one > other;
}

static const uint8_t *key_bytes(const builder *build, const sonda__match_key *key)
{
    return build->keys.known.keys.bytes + key->offset;
}

/* Sorted, and each pair once. */
static uint32_t sort_waits(builder *build)
{
    sonda__match_wait *waits = (sonda__match_wait *)(void *)build->keys.waits.bytes;
    size_t count = build->keys.waits.len / sizeof *waits;
    size_t kept = 0;

    if (count > 0) {
        qsort(waits, count, sizeof *waits, by_wait);
    }
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || by_wait(&waits[i - 1], &waits[i]) != 0) {
            waits[kept++] = waits[i];
        }
    }
    return (uint32_t)kept;
}

static void count_grams(const builder *build)
{
    size_t count = build->keys.keys.len / sizeof(sonda__match_key);

    for (uint32_t i = 0; i < count; i++) {
        const sonda__match_key *key = sonda__match_key_at(&build->keys, i);
        const uint8_t *bytes = key_bytes(build, key);

        for (uint32_t at = 0; at + SONDA__LITERAL_INNER_MIN <= key->len; at++) {
            uint32_t hash = sonda__gram_hash(sonda__pack_u32(bytes + at));

            build->grams[hash >> (32 - GRAM_BITS)] += 1 + key->popularity;
        }
    }
    sonda__literal_count_grams(build->grams, GRAM_BITS);
}

/* Runs by which a key is looked for: as many as the places of a value leave out, and one. */
static uint32_t run_count(uint32_t len)
{
    if (len >= SONDA__LITERAL_INNER_MIN + 3) {
        return 4;
    }
    return len > SONDA__LITERAL_INNER_MIN ? 2 : 1;
}

/* The first of the rarest runs of four bytes of a key that follow one another. */
static uint32_t choose_gram(const builder *build, const sonda__match_key *key)
{
    const uint8_t *bytes = key_bytes(build, key);
    uint32_t runs = run_count(key->len);
    uint64_t least = UINT64_MAX;
    uint32_t best = 0;

    for (uint32_t at = 0; at + SONDA__LITERAL_INNER_MIN + runs - 1 <= key->len; at++) {
        uint64_t count = 0;

        for (uint32_t i = 0; i < runs; i++) {
            uint32_t hash = sonda__gram_hash(sonda__pack_u32(bytes + at + i));

            count += build->grams[hash >> (32 - GRAM_BITS)];
        }
        if (count < least) {
            least = count;
            best = at;
        }
    }
    return best;
}

static void place_key(builder *build, uint32_t index)
{
    const sonda__match_key *key = sonda__match_key_at(&build->keys, index);
    const uint8_t *bytes = key_bytes(build, key);
    placed *place = &build->places[build->place_count++];

    memset(place, 0, sizeof *place);
    place->field = key->field;
    place->key = index;
    switch (key->kind) {
    case SONDA__LITERAL_INNER:
        place->group = INNER;
        place->gram_at = choose_gram(build, key);
        place->hash = sonda__gram_hash(sonda__pack_u32(bytes + place->gram_at));
        break;
    case SONDA__LITERAL_NETWORK:
        place->group = NETWORKS;
        place->network = sonda__span_of((const char *)bytes, key->len);
        break;
    default:
        place->hash = sonda__anchored_hash(bytes, key->len, key->kind);
        break;
    }
}

/* The waits of a key: where they begin in the sorted ones, and how many. */
static const sonda__match_wait *
waits_of(const builder *build, uint32_t wait_count, uint32_t key, uint32_t *count)
{
    const sonda__match_wait *waits =
        (const sonda__match_wait *)(const void *)build->keys.waits.bytes;
    size_t low = 0;
    size_t high = wait_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (waits[middle].key < key) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *count = 0;
    while (low + *count < wait_count && waits[low + *count].key == key) {
        (*count)++;
    }
    return waits + low;
}

static void put_literal(builder *build, const placed *place, uint32_t wait_count, uint32_t scan)
{
    sonda__pack_sections *sections = build->sections;
    const sonda__match_key *key = sonda__match_key_at(&build->keys, place->key);
    sonda__pack_buffer *out = &sections->section[SONDA__SECTION_LITERALS];
    sonda__pack_buffer *postings = &sections->section[SONDA__SECTION_POSTINGS];
    const sonda__pack_buffer *alternatives = &sections->section[SONDA__SECTION_ALTERNATIVES];
    uint32_t count;
    const sonda__match_wait *waits = waits_of(build, wait_count, place->key, &count);

    sonda__pack_put_text(sections, out,
                         sonda__span_of((const char *)key_bytes(build, key), key->len));
    sonda__pack_buffer_u32(out, key->kind);
    sonda__pack_buffer_u32(out, place->gram_at);
    sonda__pack_buffer_u32(out, sonda__pack_entries(sections, SONDA__SECTION_POSTINGS));
    sonda__pack_buffer_u32(out, count);
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *at =
            alternatives->bytes + waits[i].alternative * (size_t)SONDA__ALTERNATIVE_SIZE;
        uint64_t source = sonda__pack_u32(at + SONDA__AT_ALTERNATIVE_SOURCE);
        uint64_t need = source << 32 | scan;

        sonda__pack_buffer_u32(postings, waits[i].alternative);
        sonda__pack_buffer_bytes(&build->needs, &need, sizeof need);
    }
    sections->cost_byte =
        sonda__cost_add(sections->cost_byte,
                        sonda__literal_cost(key->len, count, key->field == SONDA__SCAN_EVERY));
}

/* Everything of one field, whose `count` keys stand together. */
static void put_scan(builder *build, const placed *places, uint32_t count, uint32_t wait_count)
{
    sonda__pack_sections *sections = build->sections;
    sonda__pack_buffer *out = &sections->section[SONDA__SECTION_SCANS];
    uint32_t scan = sonda__pack_entries(sections, SONDA__SECTION_SCANS);
    uint32_t first = sonda__pack_entries(sections, SONDA__SECTION_LITERALS);
    uint32_t counts[GROUPS] = {0};

    for (uint32_t i = 0; i < count; i++) {
        counts[places[i].group]++;
        put_literal(build, &places[i], wait_count, scan);
    }
    sonda__pack_buffer_u32(out, places[0].field);
    for (uint32_t group = 0; group < GROUPS; group++) {
        sonda__pack_buffer_u32(out, first);
        sonda__pack_buffer_u32(out, counts[group]);
        first += counts[group];
    }
}

static void put_scans(builder *build)
{
    uint32_t wait_count = sort_waits(build);
    const sonda__match_wait *waits =
        (const sonda__match_wait *)(const void *)build->keys.waits.bytes;

    for (uint32_t i = 0; i < wait_count; i++) {
        if (i == 0 || waits[i].key != waits[i - 1].key) {
            place_key(build, waits[i].key);
        }
    }
    if (build->place_count > 0) {
        qsort(build->places, build->place_count, sizeof *build->places, by_place);
    }
    for (uint32_t i = 0; i < build->place_count;) {
        uint32_t first = i;

        while (i < build->place_count && build->places[i].field == build->places[first].field) {
            i++;
        }
        put_scan(build, build->places + first, i - first, wait_count);
    }
}

/*
 * The lists of log sources from pairs of a source and a number, which are
 * sorted; equal pairs count once.
 */
static void put_source_list(builder *build,
                            sonda__pack_buffer *pairs,
                            sonda__section_kind kind,
                            size_t list_at)
{
    sonda__pack_sections *sections = build->sections;
    sonda__pack_buffer *sources = &sections->section[SONDA__SECTION_SOURCES];
    uint64_t *all = (uint64_t *)(void *)pairs->bytes;
    size_t count = pairs->failed ? 0 : pairs->len / sizeof *all;
    uint32_t source_count = sonda__pack_entries(sections, SONDA__SECTION_SOURCES);
    size_t next = 0;

    if (count > 0) {
        qsort(all, count, sizeof *all, by_number);
    }
    for (uint32_t source = 0; source < source_count; source++) {
        size_t at = source * (size_t)SONDA__SOURCE_SIZE + list_at;
        uint32_t first = sonda__pack_entries(sections, kind);

        for (; next < count && all[next] >> 32 == source; next++) {
            if (next == 0 || all[next] != all[next - 1]) {
                sonda__pack_buffer_u32(&sections->section[kind], (uint32_t)all[next]);
            }
        }
        sonda__pack_buffer_patch(sources, at, first);
        sonda__pack_buffer_patch(sources, at + 4, sonda__pack_entries(sections, kind) - first);
    }
}

static void put_always(builder *build)
{
    sonda__pack_sections *sections = build->sections;
    const sonda__pack_buffer *always = &build->keys.always;
    sonda__pack_buffer pairs;

    sonda__pack_buffer_init(&pairs, always->allocator);
    for (size_t i = 0; i < always->len / sizeof(uint32_t); i++) {
        uint32_t alternative;
        const uint8_t *at;
        uint64_t pair;

        memcpy(&alternative, always->bytes + i * sizeof alternative, sizeof alternative);
        at = sections->section[SONDA__SECTION_ALTERNATIVES].bytes +
             alternative * (size_t)SONDA__ALTERNATIVE_SIZE;
        pair = (uint64_t)sonda__pack_u32(at + SONDA__AT_ALTERNATIVE_SOURCE) << 32 | alternative;
        sonda__pack_buffer_bytes(&pairs, &pair, sizeof pair);
    }
    put_source_list(build, &pairs, SONDA__SECTION_ALWAYS, SONDA__AT_SOURCE_ALWAYS);
    sections->temporary.failed |= pairs.failed;
    sonda__pack_buffer_reset(&pairs);
}

static sonda_status build_tables(builder *build)
{
    const sonda_allocator *allocator = build->keys.keys.allocator;
    sonda_status status = sonda__match_keys_choose(&build->keys, build->sections);
    size_t key_count = build->keys.keys.len / sizeof(sonda__match_key);

    if (status != SONDA_OK) {
        return status;
    }
    build->places = sonda__allocate(allocator, key_count + 1, sizeof *build->places);
    build->grams =
        sonda__allocate_zeroed(allocator, (size_t)1 << GRAM_BITS, sizeof *build->grams);
    if (build->places != NULL && build->grams != NULL) {
        count_grams(build);
        put_scans(build);
        put_source_list(build, &build->needs, SONDA__SECTION_SOURCE_SCANS,
                        SONDA__AT_SOURCE_SCANS);
        put_always(build);
        status = build->needs.failed ? SONDA_ERR_NO_MEMORY : SONDA_OK;
    } else {
        status = SONDA_ERR_NO_MEMORY;
    }
    sonda__release(allocator, build->places);
    sonda__release(allocator, build->grams);
    return status;
}

sonda_status sonda__match_tables_put(sonda__pack_sections *sections)
{
    const sonda_allocator *allocator = sections->temporary.allocator;
    builder build = {.sections = sections};
    sonda_status status;

    sonda__match_keys_init(&build.keys, allocator);
    sonda__pack_buffer_init(&build.needs, allocator);
    status = build_tables(&build);
    sonda__match_keys_reset(&build.keys);
    sonda__pack_buffer_reset(&build.needs);
    return status;
}
