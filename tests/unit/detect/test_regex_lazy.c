/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The deterministic automaton against the simulation: on random expressions and
 * texts, with caches so small that they are emptied and given up all the time,
 * and on content that changes. Steps, which bound the time, are counted.
 */

#include "tests/unit/detect/rule_fixture.h"

#include <stdlib.h>

#include "core/codec/code_point.h"
#include "core/detect/regex_run.h"
#include "core/rules/content_state.h"

#define EXPRESSIONS 1500
#define TEXTS 12

/* Numbers that are the same on every run. */
static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed >> 8;
}

static sonda_content *content_of_regex(const char *regex)
{
    static char detection[8192];

    (void)snprintf(detection, sizeof detection, "    s:\n        A|re: '%s'\n    condition: s",
                   regex);
    return content_of_detection(detection);
}

/* A run with a cache of so many words that may be emptied after `rest` bytes. */
static sonda__regex_run *run_open(size_t words, uint64_t rest)
{
    sonda_allocator allocator;
    sonda__regex_run *run = calloc(1, sizeof *run);

    assert_non_null(run);
    assert_int_equal(sonda_allocator_read(NULL, &allocator), SONDA_OK);
    run->cache = sonda__regex_cache_open(&allocator, words);
    assert_non_null(run->cache);
    run->cache->rest = rest;
    return run;
}

static void run_close(sonda__regex_run *run)
{
    free(run->cache);
    free(run);
}

typedef struct writer {
    char *out;
    size_t len;
    size_t room;
    uint32_t *seed;
} writer;

static void put(writer *to, const char *text)
{
    size_t len = strlen(text);

    if (len < to->room - to->len) {
        memcpy(to->out + to->len, text, len + 1);
        to->len += len;
    }
}

static void put_choice(writer *to, uint32_t depth);

static void put_piece(writer *to, uint32_t depth)
{
    static const char *const atoms[] = {
        "a",         "b",         "c",
        "A",         "k",         "-",
        "1",         ".",         "\\w",
        "\\W",       "\\d",       "\\s",
        "\\n",       "[ab]",      "[^a]",
        "[a-c1]",    "[kK]",      "\\b",
        "\\B",       "^",         "$",
        "\\A",       "\\z",       "\\Z",
        "\\x{e9}",   "\\x{212a}", "(?i)k",
        "(?i)a",     "(?m)^",     "(?m)$",
        "(?s).",     "[^\\W1]",   "[\\x{e0}-\\x{ff}]",
        "bab",       "a{3}",      "(?i)bak",
        "[bB]a[kK]", ".{9}$",     "[ab]{9}\\b",
    };
    static const char *const quantifiers[] = {"*", "+", "?", "{0,3}", "{2}", "{1,}", "{12,}"};

    if (depth > 0 && next_random(to->seed) % 4 == 0) {
        put(to, "(");
        put_choice(to, depth - 1);
        put(to, ")");
    } else {
        put(to, atoms[next_random(to->seed) % (sizeof atoms / sizeof atoms[0])]);
    }
    if (to->len > 0 && to->out[to->len - 1] != '}' && next_random(to->seed) % 4 == 0) {
        put(to,
            quantifiers[next_random(to->seed) % (sizeof quantifiers / sizeof quantifiers[0])]);
    }
}

static void put_choice(writer *to, uint32_t depth)
{
    uint32_t branches = next_random(to->seed) % 4 == 0 ? 2 + next_random(to->seed) % 2 : 1;

    for (uint32_t i = 0; i < branches; i++) {
        uint32_t pieces = 1 + next_random(to->seed) % 4;

        put(to, i > 0 ? "|" : "");
        for (uint32_t k = 0; k < pieces; k++) {
            put_piece(to, depth);
        }
    }
}

static void random_regex(char *out, size_t room, uint32_t *seed)
{
    writer to = {out, 0, room, seed};

    out[0] = '\0';
    put_choice(&to, 2);
}

/* Letters of those expressions, others, ill-formed bytes and newlines. */
static sonda__span random_text(char *out, size_t room, uint32_t *seed)
{
    static const char *const parts[] = {"a",
                                        "b",
                                        "c",
                                        "A",
                                        "K",
                                        "k",
                                        "1",
                                        " ",
                                        "-",
                                        "\n",
                                        "\xff",
                                        "\xc3",
                                        "\xc3\xa9",
                                        "aaa",
                                        "ba",
                                        "_x",
                                        "bak",
                                        "BAK",
                                        "\xe2\x84\xaa",
                                        "\xe2\x84",
                                        "aaaaaaaaaaaaaaa"};
    uint32_t count = next_random(seed) % 40;
    size_t len = 0;

    for (uint32_t i = 0; i < count; i++) {
        const char *part = parts[next_random(seed) % (sizeof parts / sizeof parts[0])];
        size_t more = strlen(part);

        if (more <= room - len) {
            memcpy(out + len, part, more);
            len += more;
        }
    }
    return sonda__span_of(out, len);
}

/* Whether a match is found, and that it costs no more than it may. */
static bool
is_found(sonda__regex_run *run, const sonda_content *content, sonda__span text, bool whether)
{
    uint64_t steps = 0;
    sonda__span found;
    bool answer =
        sonda__regex_search(run, &content->pack, 0, text, whether ? NULL : &found, &steps);

    assert_true(steps <=
                content->pack.count[SONDA__SECTION_INSTRUCTIONS] * ((uint64_t)text.len + 1));
    return answer;
}

static void test_regex_lazy__random_expressions__answers_as_the_simulation(void **state)
{
    static const struct {
        size_t words;
        uint64_t rest;
    } caches[] = {{SONDA__REGEX_CACHE_WORDS, 0}, {40, 0}, {200, 0}, {200, 500}, {1000, 40}};
    sonda__regex_run *runs[sizeof caches / sizeof caches[0]];
    uint32_t seed = 7;
    uint32_t matches = 0;

    (void)state;
    for (size_t i = 0; i < sizeof caches / sizeof caches[0]; i++) {
        runs[i] = run_open(caches[i].words, caches[i].rest);
    }
    for (int round = 0; round < EXPRESSIONS; round++) {
        char regex[1024];
        char bytes[256];
        sonda_content *content;

        random_regex(regex, sizeof regex, &seed);
        content = content_of_regex(regex);
        for (int k = 0; k < TEXTS; k++) {
            sonda__span text = random_text(bytes, sizeof bytes, &seed);
            bool expected = is_found(runs[0], content, text, false);

            matches += expected ? 1 : 0;
            for (size_t i = 0; i < sizeof caches / sizeof caches[0]; i++) {
                if (is_found(runs[i], content, text, true) != expected) {
                    fail_msg("/%s/ on \"%.*s\" with cache %zu: expected %d", regex,
                             (int)text.len, text.data, i, expected);
                }
            }
        }
        sonda_content_release(content);
    }

    /* Neither answer is rare, and the small caches were emptied again and again. */
    assert_in_range(matches, EXPRESSIONS * TEXTS / 5, EXPRESSIONS * TEXTS / 5 * 4);
    assert_true(runs[1]->cache->emptied > EXPRESSIONS);
    for (size_t i = 0; i < sizeof caches / sizeof caches[0]; i++) {
        run_close(runs[i]);
    }
}

static void test_regex_lazy__letters_that_others_fold_to__are_the_known_two(void **state)
{
    (void)state;
    for (size_t i = 0; i < sonda__fold_pairs_count; i++) {
        uint32_t to = sonda__fold_pairs[i].second;

        assert_true(sonda__fold_pairs[i].first < 128 || to >= 128 || to == 'i' || to == 'k');
    }
}

static void test_regex_lazy__other_content__never_meets_old_states(void **state)
{
    sonda_content *one = content_of_regex("ab+c$");
    sonda_content *other = content_of_regex("ab+d$");
    sonda__regex_run *run = run_open(SONDA__REGEX_CACHE_WORDS, SONDA__REGEX_CACHE_REST);

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_true(is_found(run, one, sonda__span_text("xabbc"), true));
        assert_false(is_found(run, one, sonda__span_text("xabbd"), true));
        assert_true(is_found(run, other, sonda__span_text("xabbd"), true));
        assert_false(is_found(run, other, sonda__span_text("xabbc"), true));
    }

    run_close(run);
    sonda_content_release(one);
    sonda_content_release(other);
}

static void test_regex_lazy__more_packs_than_places__answers_still(void **state)
{
    sonda__regex_run *run = run_open(SONDA__REGEX_CACHE_WORDS, UINT64_MAX);

    (void)state;
    for (uint32_t i = 0; i < 2 * SONDA__REGEX_PACKS; i++) {
        char regex[32];
        char text[32];
        sonda_content *content;

        (void)snprintf(regex, sizeof regex, "^x+%uy$", (unsigned)i);
        (void)snprintf(text, sizeof text, "xx%uy", (unsigned)i);
        content = content_of_regex(regex);

        assert_true(is_found(run, content, sonda__span_text(text), true));
        assert_false(is_found(run, content, sonda__span_text("xxy"), true));
        sonda_content_release(content);
    }
    assert_int_equal(run->cache->pack_count, SONDA__REGEX_PACKS);
    run_close(run);
}

static void test_regex_lazy__second_event__builds_nothing(void **state)
{
    sonda_content *content = content_of_regex("(foo|bar)+[0-9]{2,4}\\bqux");
    sonda__regex_run *run = run_open(SONDA__REGEX_CACHE_WORDS, SONDA__REGEX_CACHE_REST);
    sonda__span text = sonda__span_text("xfoobar123 qux barfoo12 quxfoo");
    size_t used;

    (void)state;
    assert_false(is_found(run, content, text, true));
    used = run->cache->used;

    assert_false(is_found(run, content, text, true));

    assert_true(used > 0);
    assert_int_equal(run->cache->used, used);
    run_close(run);
    sonda_content_release(content);
}

/*
 * Expressions that backtracking takes exponential time for, or many states.
 * Each ends in one of two, so that there is no one text to look for first.
 */
static const char *const hostile[] = {
    "(a*)*[qz]",
    "(a|a)*[qz]",
    "(a|aa)+$[qz]",
    "(.*)(.*)(.*)(.*)[qz]",
    "(a?){50}a{50}[qz]",
    ".*.*.*[qz].*",
    "(x+x+)+[qz]",
    "(a+)+(a+)+(a+)+$[qz]",
    "(.|a|.*)*[qz]$",
    "a.{12}b.{12}[qz]",
    "(a|b)*a(a|b){12}[qz]",
    ".{1000,}[qz]",
    "(\\w+\\s?)+[;,]",
    "\\b(a+\\b)*[qz]",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
    "[ab]{200}[qz]",
    "([a-b]|[^x]|[^b])+[qz]",
};

/* a, b and x without order, never what ends a match above. */
static char *hostile_text(size_t len)
{
    char *text = malloc(len);
    uint32_t seed = 3;

    assert_non_null(text);
    for (size_t i = 0; i < len; i++) {
        text[i] = "aaaabbxx"[next_random(&seed) % 8];
    }
    return text;
}

static void test_regex_lazy__hostile_expressions__steps_per_byte_stay_flat(void **state)
{
    const size_t small = 10000;
    const size_t large = 1000000;
    char *text = hostile_text(large);

    (void)state;
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
        sonda__regex_run *run = run_open(SONDA__REGEX_CACHE_WORDS, SONDA__REGEX_CACHE_REST);
        sonda_content *content = content_of_regex(hostile[i]);
        uint64_t few = 0;
        uint64_t many = 0;

        assert_false(sonda__regex_search(run, &content->pack, 0, sonda__span_of(text, small),
                                         NULL, &few));
        assert_false(sonda__regex_search(run, &content->pack, 0, sonda__span_of(text, large),
                                         NULL, &many));

        if (many / (large / small) > 2 * few + small) {
            fail_msg("/%s/: %llu steps for %zu bytes, %llu for %zu", hostile[i],
                     (unsigned long long)few, small, (unsigned long long)many, large);
        }
        run_close(run);
        sonda_content_release(content);
    }
    free(text);
}

static void test_regex_lazy__states_without_end__are_built_at_a_bounded_rate(void **state)
{
    const size_t len = 1000000;
    char *text = hostile_text(len);
    sonda__regex_run *run = run_open(SONDA__REGEX_CACHE_WORDS, SONDA__REGEX_CACHE_REST);
    sonda_content *content = content_of_regex("[ab](a|b|x){30}c|c");
    uint64_t steps = 0;

    (void)state;
    assert_false(
        sonda__regex_search(run, &content->pack, 0, sonda__span_of(text, len), NULL, &steps));

    assert_true(run->cache->emptied <= 2 + len / SONDA__REGEX_CACHE_REST);
    assert_true(steps <=
                content->pack.count[SONDA__SECTION_INSTRUCTIONS] * ((uint64_t)len + 1));
    run_close(run);
    sonda_content_release(content);
    free(text);
}

static void test_regex_lazy__many_branches__are_one_state_a_byte(void **state)
{
    const size_t len = 1000000;
    char *text = hostile_text(len);
    sonda__regex_run *run = run_open(SONDA__REGEX_CACHE_WORDS, SONDA__REGEX_CACHE_REST);
    char *regex = malloc(8000);
    sonda_content *content;
    uint64_t steps = 0;
    size_t at = 0;

    (void)state;
    assert_non_null(regex);
    for (uint32_t i = 0; i < 900; i++) {
        at += (size_t)snprintf(regex + at, 8000 - at, "%s%x%c", i > 0 ? "|" : "",
                               (unsigned)(i * 7919 % 65536), 'g' + (char)(i % 16));
    }
    content = content_of_regex(regex);

    assert_false(
        sonda__regex_search(run, &content->pack, 0, sonda__span_of(text, len), NULL, &steps));

    assert_true(content->pack.count[SONDA__SECTION_INSTRUCTIONS] > 4000);
    assert_true(steps < 2 * len);
    free(regex);
    run_close(run);
    sonda_content_release(content);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_regex_lazy__random_expressions__answers_as_the_simulation),
        cmocka_unit_test(test_regex_lazy__letters_that_others_fold_to__are_the_known_two),
        cmocka_unit_test(test_regex_lazy__other_content__never_meets_old_states),
        cmocka_unit_test(test_regex_lazy__more_packs_than_places__answers_still),
        cmocka_unit_test(test_regex_lazy__second_event__builds_nothing),
        cmocka_unit_test(test_regex_lazy__hostile_expressions__steps_per_byte_stay_flat),
        cmocka_unit_test(test_regex_lazy__states_without_end__are_built_at_a_bounded_rate),
        cmocka_unit_test(test_regex_lazy__many_branches__are_one_state_a_byte),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
