/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What a processor's own instructions find is what the portable way finds, for
 * texts of every length and bitmaps of every fill.
 *
 * Texts are blocks of exactly their size, so that a sanitizer sees each read
 * beside them.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/detect/grams.h"
#include "core/detect/nibbles.h"

#define BITS 9u
#define WORDS (1u << (BITS - 5))
#define HITS_MAX 4096

typedef struct outcome {
    size_t hits[HITS_MAX];
    size_t count;
    bool high;
} outcome;

static uint64_t random_state = 1;

static uint32_t below(uint32_t limit)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(random_state >> 33) % limit;
}

static void run(sonda__gram_search_fn grams,
                const uint8_t *text,
                size_t len,
                const uint32_t *bitmap,
                outcome *to)
{
    sonda__gram_search search = {
        .text = text, .len = len, .bitmap = bitmap, .shift = 32 - BITS};
    bool more;

    to->count = 0;
    do {
        more = grams(&search);
        assert_true(search.hit_count <= SONDA__GRAM_HITS + SONDA__GRAM_HITS_SPARE);
        assert_true(to->count + search.hit_count <= HITS_MAX);
        memcpy(to->hits + to->count, search.hits, search.hit_count * sizeof to->hits[0]);
        to->count += search.hit_count;
    } while (more);
    to->high = search.high != 0;
}

/* By its definition, place by place. */
static void expect(const uint8_t *text, size_t len, const uint32_t *bitmap, outcome *to)
{
    to->count = 0;
    to->high = false;
    for (size_t at = 0; at + 4 <= len; at += 4) {
        uint32_t bit = sonda__gram_hash(sonda__pack_u32(text + at)) >> (32 - BITS);

        if ((bitmap[bit / 32] >> bit % 32 & 1) != 0) {
            to->hits[to->count++] = at;
        }
    }
    for (size_t at = 0; at < len; at++) {
        to->high = to->high || text[at] >= 0x80;
    }
}

static void compare(sonda__gram_search_fn grams, size_t len)
{
    static outcome expected;
    static outcome seen;
    uint32_t bitmap[WORDS];
    uint8_t *text = malloc(len == 0 ? 1 : len);
    uint32_t fill = below(33);

    assert_non_null(text);
    for (size_t i = 0; i < WORDS; i++) {
        bitmap[i] = fill == 32 ? UINT32_MAX : (uint32_t)below(UINT32_C(1) << 30) >> fill;
    }
    for (size_t i = 0; i < len; i++) {
        text[i] = (uint8_t)below(128);
    }
    if (len > 0 && below(2) == 0) {
        text[below((uint32_t)len)] |= 0x80;
    }
    expect(text, len, bitmap, &expected);
    run(grams, text, len, bitmap, &seen);
    assert_int_equal(seen.count, expected.count);
    assert_memory_equal(seen.hits, expected.hits, seen.count * sizeof seen.hits[0]);
    assert_int_equal(seen.high, expected.high);
    free(text);
}

static void test_grams__portable__finds_what_is_there(void **state)
{
    (void)state;
    for (size_t i = 0; i < 20000; i++) {
        compare(sonda__grams_choose(false), i % 300);
    }
    compare(sonda__grams_choose(false), 9000);
}

static void test_grams__of_this_processor__finds_what_is_there(void **state)
{
    const sonda__gram_search_fn own[] = {sonda__grams_avx512(), sonda__grams_avx2(),
                                         sonda__grams_neon()};
    size_t count = 0;

    (void)state;
    for (size_t k = 0; k < sizeof own / sizeof own[0]; k++) {
        for (size_t i = 0; own[k] != NULL && i < 20000; i++) {
            compare(own[k], i % 300);
        }
        if (own[k] != NULL) {
            compare(own[k], 9000);
            count++;
        }
    }
    if (count == 0) {
        print_message("skipped: this processor has no instructions of its own\n");
        skip();
    }
}

/* By its definition: groups that four bytes in a row share, or a byte beyond ASCII. */
static bool may_hold(const sonda__nibbles *nibbles, const uint8_t *text, size_t len)
{
    bool found = false;

    for (size_t at = 0; at < len; at++) {
        uint32_t groups = at + SONDA__NIBBLES_BYTES <= len ? 0xffu : 0;

        for (size_t k = 0; groups != 0 && k < SONDA__NIBBLES_BYTES; k++) {
            groups &= nibbles->bytes[k][sonda__nibbles_byte(text[at + k])];
        }
        found = found || groups != 0 || text[at] >= 0x80;
    }
    return found;
}

/* One group, of four letters; the text has other letters, or these in capitals. */
static void compare_nibbles(sonda__nibbles_fn own, size_t len)
{
    static const uint8_t literal[] = "wxyz";
    sonda__nibbles nibbles = {0};
    sonda__field fields[2] = {0};
    uint8_t *text = malloc(len == 0 ? 1 : len);
    uint64_t expected;

    assert_non_null(text);
    for (size_t k = 0; k < SONDA__NIBBLES_BYTES; k++) {
        nibbles.bytes[k][sonda__nibbles_byte(literal[k])] = 4;
    }
    for (size_t i = 0; i < len; i++) {
        text[i] = (uint8_t)('a' + below(8));
    }
    if (len >= 4 && below(2) == 0) {
        memcpy(text + below((uint32_t)len - 3), "wXYz", 4);
    } else if (len > 0 && below(3) == 0) {
        text[below((uint32_t)len)] |= 0x80;
    }
    fields[1].text = sonda__span_of((const char *)text, len);
    expected = (uint64_t)may_hold(&nibbles, text, len) << 1;
    assert_int_equal(own(&nibbles, fields, 2, 0), expected);
    assert_int_equal(own(&nibbles, fields, 2, (uint32_t)(len + len / 2)), expected);
    assert_int_equal(own(&nibbles, fields, 2, (uint32_t)(len + len / 2) + 1), 0);
    free(text);
}

static void test_nibbles__of_this_processor__leave_out_what_holds_nothing(void **state)
{
    (void)state;
    if (sonda__nibbles_avx512() == NULL) {
        print_message("skipped: this processor has no instructions for it\n");
        skip();
    }
    for (size_t i = 0; i < 30000; i++) {
        compare_nibbles(sonda__nibbles_avx512(), i % 300);
    }
}

/* By its definition: a bit of the bitmap for some place of a step, or a byte beyond ASCII. */
static bool has_bit(const sonda__probe_table *table, const uint8_t *text, size_t len)
{
    bool found = false;

    for (size_t at = 0; at < len; at++) {
        uint32_t bit = 0;

        if (at % table->step == 0 && at + 4 <= len) {
            bit = sonda__gram_hash(sonda__pack_u32(text + at)) >> table->bitmap_shift;
            bit = table->bitmap[bit / 32] >> bit % 32 & 1;
        }
        found = found || bit != 0 || text[at] >= 0x80;
    }
    return found;
}

/* A field alone among others, so that its bit tells which it is. */
static void compare_fields(sonda__gram_fields_fn own, size_t len)
{
    uint32_t bitmap[WORDS] = {0};
    sonda__probe_table table = {
        .bitmap = bitmap, .bitmap_shift = 32 - BITS, .step = UINT32_C(1) << below(3)};
    sonda__field fields[3] = {0};
    uint8_t *text = malloc(len == 0 ? 1 : len);
    uint64_t expected;

    assert_non_null(text);
    for (size_t i = 0; i < len; i++) {
        text[i] = (uint8_t)below(128);
    }
    if (len >= 4 && below(2) == 0) {
        uint32_t at = below((uint32_t)len - 3);
        uint32_t bit = sonda__gram_hash(sonda__pack_u32(text + at)) >> (32 - BITS);

        bitmap[bit / 32] |= UINT32_C(1) << bit % 32;
    } else if (len > 0 && below(3) == 0) {
        text[below((uint32_t)len)] |= 0x80;
    }
    fields[1].text = sonda__span_of((const char *)text, len);
    expected = (uint64_t)has_bit(&table, text, len) << 1;
    assert_int_equal(own(&table, fields, 3, 0), expected);
    assert_int_equal(own(&table, fields, 3, (uint32_t)(len + len / 2)), expected);
    assert_int_equal(own(&table, fields, 3, (uint32_t)(len + len / 2) + 1), 0);
    free(text);
}

static void test_gram_fields__of_this_processor__leave_out_what_holds_nothing(void **state)
{
    (void)state;
    if (sonda__gram_fields_avx512() == NULL) {
        print_message("skipped: this processor has no instructions for it\n");
        skip();
    }
    for (size_t i = 0; i < 30000; i++) {
        compare_fields(sonda__gram_fields_avx512(), i % 300);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grams__portable__finds_what_is_there),
        cmocka_unit_test(test_grams__of_this_processor__finds_what_is_there),
        cmocka_unit_test(test_nibbles__of_this_processor__leave_out_what_holds_nothing),
        cmocka_unit_test(test_gram_fields__of_this_processor__leave_out_what_holds_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
