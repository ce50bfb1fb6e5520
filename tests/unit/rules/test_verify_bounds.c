/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the verifier must prove of what a pack makes matching do (properties 4
 * to 9 of docs/verifier.md): each way to break it is refused with its reason
 * and place.
 */

#include "tests/unit/rules/breach.h"

/* 4. Evaluation goes forward: it ends. */
static void test_verify__ways_back__are_refused(void **state)
{
    static const breach rows[] = {
        {"node that ends at itself", SONDA__SECTION_NODES, SONDA__AT_NODE_KIND, SONDA__PACK_OR,
         SONDA__AT_NODE_END, 1, SONDA__SECTION_NODES, "no end"},
        {"node that ends behind its group", SONDA__SECTION_NODES, SONDA__AT_NODE_KIND,
         SONDA__PACK_OR, SONDA__AT_NODE_END, 0xffffff, SONDA__SECTION_NODES, "no end"},
        {"tree that ends early", SONDA__SECTION_NODES, FIRST, SONDA__AT_NODE_END, 1,
         SONDA__SECTION_NODES, "not one tree"},
        {"test with members", SONDA__SECTION_NODES, SONDA__AT_NODE_KIND, SONDA__PACK_TEST,
         SONDA__AT_NODE_END, 6, SONDA__SECTION_NODES, "a test with members"},
        {"negation of several", SONDA__SECTION_NODES, SONDA__AT_NODE_KIND, SONDA__PACK_AND,
         SONDA__AT_NODE_KIND, SONDA__PACK_NOT, SONDA__SECTION_NODES, "one member too many"},
        {"step that leads to itself", SONDA__SECTION_STEPS, FIRST, SONDA__AT_STEP_THEN, 0,
         SONDA__SECTION_STEPS, "leads back"},
        {"step out of the program", SONDA__SECTION_STEPS, FIRST, SONDA__AT_STEP_ELSE, 0xffff,
         SONDA__SECTION_STEPS, "leads back, or nowhere"},
        {"jump out of the automaton", SONDA__SECTION_INSTRUCTIONS, SONDA__AT_CODE_OP,
         SONDA__CODE_JUMP, SONDA__AT_CODE_A, 0x1c, SONDA__SECTION_INSTRUCTIONS,
         "leads nowhere"},
        {"split out of the automaton", SONDA__SECTION_INSTRUCTIONS, SONDA__AT_CODE_OP,
         SONDA__CODE_SPLIT, SONDA__AT_CODE_B, 0x1c, SONDA__SECTION_INSTRUCTIONS,
         "leads nowhere"},
        {"automaton that runs out", SONDA__SECTION_INSTRUCTIONS, SONDA__AT_CODE_OP,
         SONDA__CODE_MATCH, SONDA__AT_CODE_OP, SONDA__CODE_ANY, SONDA__SECTION_INSTRUCTIONS,
         "leads nowhere"},
        {"correlation that hears of itself", SONDA__SECTION_INPUTS, SONDA__AT_INPUT_FROM,
         SONDA__INPUT_CORRELATION, SONDA__AT_INPUT_FROM, SONDA__INPUT_CORRELATION + 1,
         SONDA__SECTION_INPUTS, "waits for a later one"},
        {"pattern that needs a next one", SONDA__SECTION_PATTERNS, FIRST, SONDA__AT_PATTERN_OP,
         SONDA__OP_LITERAL | SONDA__PATTERN_OR_NEXT << 16, SONDA__SECTION_PATTERNS,
         "needs a next one"},
    };

    (void)state;
    CHECK_BREACHES(pack_fixture_yaml, rows);
}

/* 5. The worst case of all programs together is known and within the ceiling. */
static void test_verify__cost_that_is_not_the_sum__is_refused(void **state)
{
    static const uint32_t places[] = {SONDA__AT_COST_EVENT, SONDA__AT_COST_BYTE,
                                      SONDA__AT_COST_EVENT + 4, SONDA__AT_COST_BYTE + 4};

    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        pack_fixture pack = pack_fixture_make(literals_yaml);
        sonda_content *content = NULL;
        sonda_error error = SONDA_ERROR_INIT;

        mutated_put32(pack.bytes + places[i], 1);
        mutated_seal(pack.bytes, pack.len);

        assert_int_equal(pack_fixture_load(pack.bytes, pack.len, &content, &error),
                         SONDA_ERR_MALFORMED);
        assert_int_equal(error.offset, SONDA__AT_COST_EVENT);
        assert_non_null(strstr(error.message, "a cost summary that is not the sum"));
        free(pack.bytes);
    }
}

static void test_verify__cost_above_the_ceiling__is_refused(void **state)
{
    pack_fixture pack = pack_fixture_make(literals_yaml);
    uint64_t cost = sonda__pack_u64(pack.bytes + SONDA__AT_COST_BYTE);
    sonda_content_options options = SONDA_CONTENT_OPTIONS_INIT;
    sonda_content *content = NULL;
    sonda_error error = SONDA_ERROR_INIT;

    (void)state;
    options.require_signature = 0;
    for (uint64_t ceiling = 1; ceiling < cost; ceiling++) {
        options.max_cost_per_byte = ceiling;
        assert_int_equal(
            sonda_content_load(&content, pack.bytes, pack.len, &options, NULL, &error),
            SONDA_ERR_LIMIT);
        assert_non_null(strstr(error.message, "steps a byte"));
        assert_non_null(strstr(error.message, "raise max_cost_per_byte"));
        assert_true(error.offset >= SONDA__AT_COST_BYTE && error.offset < pack.len);
    }
    options.max_cost_per_byte = cost;
    assert_int_equal(sonda_content_load(&content, pack.bytes, pack.len, &options, NULL, &error),
                     SONDA_OK);
    sonda_content_release(content);
    free(pack.bytes);
}

/* Seventy items in a row, made into negations of one another. */
static pack_fixture make_deep(void)
{
    char yaml[4096] = "title: Deep\nid: 00000000-0000-4000-8000-000000000001\n"
                      "logsource: {product: windows}\ndetection:\n  s:\n";
    pack_fixture pack;
    uint8_t *nodes;
    size_t len;

    for (int i = 0; i < 70; i++) {
        size_t used = strlen(yaml);

        (void)snprintf(yaml + used, sizeof yaml - used, "    F%d: 'x'\n", i);
    }
    memcpy(yaml + strlen(yaml), "  condition: s\n", 16);
    pack = pack_fixture_make(yaml);
    nodes = pack.bytes + mutated_section(pack.bytes, SONDA__SECTION_NODES, &len);
    for (size_t at = 0; at + SONDA__NODE_SIZE < len; at += SONDA__NODE_SIZE) {
        memset(nodes + at, 0, SONDA__NODE_SIZE);
        mutated_put32(nodes + at + SONDA__AT_NODE_KIND, SONDA__PACK_NOT);
        mutated_put32(nodes + at + SONDA__AT_NODE_END, (uint32_t)(len / SONDA__NODE_SIZE));
    }
    mutated_seal(pack.bytes, pack.len);
    return pack;
}

/* 6. Stack and state are bounded; memory is claimed once, while loading. */
static void test_verify__a_tree_too_deep__is_refused(void **state)
{
    pack_fixture pack = make_deep();

    (void)state;
    check_refused("deep", pack.bytes, pack.len, SONDA_ERR_MALFORMED, SONDA__SECTION_NODES,
                  "too deep");
    free(pack.bytes);
}

static void test_verify__state_beyond_its_bounds__is_refused(void **state)
{
    static const breach rows[] = {
        {"more rules than bits of a word", SONDA__SECTION_CORRELATIONS, FIRST,
         SONDA__AT_CORRELATION_POSITIONS, 65, SONDA__SECTION_CORRELATIONS, "beyond the format"},
        {"another number of rules", SONDA__SECTION_CORRELATIONS, FIRST,
         SONDA__AT_CORRELATION_POSITIONS, 1, SONDA__SECTION_CORRELATIONS,
         "another number of rules"},
        {"no time", SONDA__SECTION_CORRELATIONS, FIRST, SONDA__AT_CORRELATION_TIMESPAN + 4,
         0x7fffffff, SONDA__SECTION_CORRELATIONS, "beyond the format"},
        {"too many names", SONDA__SECTION_CORRELATIONS, FIRST, SONDA__AT_CORRELATION_NAMES + 4,
         17, SONDA__SECTION_CORRELATIONS, "beyond the format"},
        {"more values than names", SONDA__SECTION_CORRELATIONS, FIRST,
         SONDA__AT_CORRELATION_VALUES, 4, SONDA__SECTION_CORRELATIONS, "beyond the format"},

        {"automaton without states", SONDA__SECTION_REGEXES, FIRST, SONDA__AT_REGEX_CODE + 4, 0,
         SONDA__SECTION_REGEXES, "no or too many states"},
    };

    (void)state;
    CHECK_BREACHES(pack_fixture_yaml, rows);
}

static void test_verify__more_than_there_is_room_for__is_refused(void **state)
{
    static const struct {
        sonda__section_kind kind; /* has `count` entries of zeroes */
        uint32_t count;
        sonda__section_kind lister; /* whose first entry lists all of them */
        uint32_t at;
        const char *reason;
    } rows[] = {
        {SONDA__SECTION_SCANS, SONDA__SCANS_MAX + 1, SONDA__SECTION_SCANS, 0,
         "than matching has room for"},
        {SONDA__SECTION_CORRELATIONS, SONDA__CORRELATIONS_MAX + 1, SONDA__SECTION_CORRELATIONS,
         0, "too many correlations"},
        {SONDA__SECTION_INSTRUCTIONS, SONDA__REGEX_CODE_MAX + 1, SONDA__SECTION_REGEXES,
         SONDA__AT_REGEX_CODE, "too many states"},
        {SONDA__SECTION_CONDITIONS, SONDA__SOURCE_CONDITIONS_MAX + 1, SONDA__SECTION_SOURCES,
         SONDA__AT_SOURCE_CONDITIONS, "beyond the format"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pack_fixture pack = with_section(pack_fixture_make(pack_fixture_yaml), rows[i].kind,
                                         NULL, rows[i].count);
        size_t len;
        size_t lister = mutated_section(pack.bytes, rows[i].lister, &len);

        if (rows[i].lister != rows[i].kind) {
            mutated_put32(pack.bytes + lister + rows[i].at, 0);
            mutated_put32(pack.bytes + lister + rows[i].at + 4, rows[i].count);
            mutated_seal(pack.bytes, pack.len);
        }
        check_refused(rows[i].reason, pack.bytes, pack.len, SONDA_ERR_MALFORMED, rows[i].lister,
                      rows[i].reason);
        free(pack.bytes);
    }
}

/* Names of fields take slots of every event: there are so many and no more. */
static void test_verify__more_names_than_an_event_has_slots__is_refused(void **state)
{
    uint32_t count = SONDA__NAMES_NATIVE_MAX + 1000; /* some are the table's */
    uint8_t *fields = calloc(count, SONDA__FIELD_SIZE);
    pack_fixture pack;

    (void)state;
    assert_non_null(fields);
    for (uint32_t i = 0; i < count; i++) {
        mutated_put32(fields + (size_t)i * SONDA__FIELD_SIZE + SONDA__AT_FIELD_NAME, i % 256);
        mutated_put32(fields + (size_t)i * SONDA__FIELD_SIZE + SONDA__AT_FIELD_NAME + 4,
                      1 + i % 199);
    }
    pack = with_section(pack_fixture_make(pack_fixture_yaml), SONDA__SECTION_FIELDS, fields,
                        count);
    check_refused("names", pack.bytes, pack.len, SONDA_ERR_LIMIT, SONDA__SECTION_FIELDS,
                  "more names of fields");
    free(fields);
    free(pack.bytes);
}

static void test_verify__more_filters_than_there_are_bits__is_refused(void **state)
{
    pack_fixture pack = with_section(pack_fixture_make(pack_fixture_yaml),
                                     SONDA__SECTION_FILTERS, NULL, SONDA__FILTERS_MAX + 1);
    sonda_content *content = NULL;
    sonda_error error = SONDA_ERROR_INIT;

    (void)state;

    assert_int_equal(pack_fixture_load(pack.bytes, pack.len, &content, &error),
                     SONDA_ERR_LIMIT);
    assert_non_null(strstr(error.message, "too many filters"));
    free(pack.bytes);
}

/* 7. Only what the format lists is ever done. */
static void test_verify__what_the_format_does_not_list__is_refused(void **state)
{
    static const breach rows[] = {
        {"pattern", SONDA__SECTION_PATTERNS, FIRST, SONDA__AT_PATTERN_OP, 10,
         SONDA__SECTION_PATTERNS, "do not fit"},
        {"pattern's flag", SONDA__SECTION_PATTERNS, FIRST, SONDA__AT_PATTERN_OP,
         SONDA__OP_LITERAL | 0x10 << 16, SONDA__SECTION_PATTERNS, "do not fit"},
        {"comparison", SONDA__SECTION_PATTERNS, SONDA__AT_PATTERN_OP, SONDA__OP_NUMBER,
         SONDA__AT_PATTERN_C, 5, SONDA__SECTION_PATTERNS, "do not fit"},
        {"comparison of times", SONDA__SECTION_PATTERNS, SONDA__AT_PATTERN_OP,
         SONDA__OP_TIME_PART, SONDA__AT_PATTERN_C, 5, SONDA__SECTION_PATTERNS, "do not fit"},
        {"part of a time", SONDA__SECTION_PATTERNS, SONDA__AT_PATTERN_OP, SONDA__OP_TIME_PART,
         SONDA__AT_PATTERN_B, 6, SONDA__SECTION_PATTERNS, "do not fit"},
        {"item's flag", SONDA__SECTION_PREDICATES, FIRST, SONDA__AT_PREDICATE_FLAGS, 8,
         SONDA__SECTION_PREDICATES, "an item"},
        {"node", SONDA__SECTION_NODES, FIRST, SONDA__AT_NODE_KIND, 6, SONDA__SECTION_NODES,
         "a node of no kind"},
        {"instruction", SONDA__SECTION_INSTRUCTIONS, FIRST, SONDA__AT_CODE_OP, 10,
         SONDA__SECTION_INSTRUCTIONS, "leads nowhere"},
        {"assertion", SONDA__SECTION_INSTRUCTIONS, SONDA__AT_CODE_OP, SONDA__CODE_ASSERT,
         SONDA__AT_CODE_A, SONDA__ASSERTION_COUNT, SONDA__SECTION_INSTRUCTIONS,
         "leads nowhere"},
        {"source's flag", SONDA__SECTION_SOURCES, FIRST, SONDA__AT_SOURCE_PRODUCT, 4u << 16,
         SONDA__SECTION_SOURCES, "beyond the format"},
        {"correlation", SONDA__SECTION_CORRELATIONS, FIRST, SONDA__AT_CORRELATION_TYPE,
         SONDA__CORRELATION_TYPE_COUNT, SONDA__SECTION_CORRELATIONS, "beyond the format"},
        {"correlation's flag", SONDA__SECTION_CORRELATIONS, FIRST, SONDA__AT_CORRELATION_FLAGS,
         2, SONDA__SECTION_CORRELATIONS, "beyond the format"},
        {"correlation's bound", SONDA__SECTION_CORRELATIONS, FIRST,
         SONDA__AT_CORRELATION_COMPARES, 0x40, SONDA__SECTION_CORRELATIONS,
         "beyond the format"},
    };
    static const breach literals[] = {
        {"literal", SONDA__SECTION_LITERALS, FIRST, SONDA__AT_LITERAL_KIND,
         SONDA__LITERAL_KIND_COUNT, SONDA__SECTION_LITERALS, "a literal of no kind"},
        {"literal of the other table", SONDA__SECTION_LITERALS, SONDA__AT_LITERAL_KIND,
         SONDA__LITERAL_INNER, SONDA__AT_LITERAL_KIND, SONDA__LITERAL_WHOLE,
         SONDA__SECTION_LITERALS, "a literal of no kind"},
    };

    (void)state;
    CHECK_BREACHES(pack_fixture_yaml, rows);
    CHECK_BREACHES(literals_yaml, literals);
}

/* 8. An event has each rule once at most, and tells each correlation once. */
static void test_verify__what_would_be_told_twice__is_refused(void **state)
{
    static const breach rows[] = {
        {"index that has a rule twice", SONDA__SECTION_RULE_INDEX, FIRST, 0, 1,
         SONDA__SECTION_RULE_INDEX, "out of order"},
        {"input that stands there twice", SONDA__SECTION_INPUTS, SONDA__AT_INPUT_CORRELATION, 1,
         SONDA__AT_INPUT_CORRELATION, 0, SONDA__SECTION_INPUTS, "out of order"},
        {"input of what is no rule of events", SONDA__SECTION_INPUTS, FIRST,
         SONDA__AT_INPUT_EVENT, 2, SONDA__SECTION_INPUTS, "no correlation or no rule"},
        {"rule of nobody", SONDA__SECTION_ALTERNATIVES, FIRST, SONDA__AT_ALTERNATIVE_OWNER, 1,
         SONDA__SECTION_ALTERNATIVES, "another's"},
    };
    static const breach literals[] = {
        {"literal for a rule twice", SONDA__SECTION_POSTINGS, 0, 7, 0, 6,
         SONDA__SECTION_POSTINGS, "or out of order"},
        {"another's rule that always runs", SONDA__SECTION_ALWAYS, FIRST, 0, 0,
         SONDA__SECTION_ALWAYS, "runs another's rule"},
    };

    (void)state;
    CHECK_BREACHES(pack_fixture_yaml, rows);
    CHECK_BREACHES(literals_yaml, literals);
}

/* 9. No pack means one thing here and another there. */
static void test_verify__what_could_be_read_two_ways__is_refused(void **state)
{
    static const breach rows[] = {
        {"class that contradicts its bits", SONDA__SECTION_CLASSES, FIRST,
         SONDA__AT_CLASS_ASCII, 0xffff, SONDA__SECTION_CLASSES, "contradicts itself"},
        {"ranges out of order", SONDA__SECTION_RANGES, FIRST, SONDA__AT_RANGE_LAST, 0,
         SONDA__SECTION_RANGES, "out of order"},
        {"ranges that touch", SONDA__SECTION_RANGES, FIRST, SONDA__AT_RANGE_LAST, 0x62,
         SONDA__SECTION_RANGES, "out of order"},
        {"bound that is no number", SONDA__SECTION_CORRELATIONS, FIRST,
         SONDA__AT_CORRELATION_BOUNDS + 12, 0x7ff80000, SONDA__SECTION_CORRELATIONS,
         "beyond the format"},
        {"infinite bound", SONDA__SECTION_CORRELATIONS, FIRST,
         SONDA__AT_CORRELATION_BOUNDS + 12, 0xfff00000, SONDA__SECTION_CORRELATIONS,
         "beyond the format"},
        {"percentile above all", SONDA__SECTION_CORRELATIONS, FIRST,
         SONDA__AT_CORRELATION_PERCENT, 10001, SONDA__SECTION_CORRELATIONS,
         "beyond the format"},
    };

    (void)state;
    CHECK_BREACHES(pack_fixture_yaml, rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verify__ways_back__are_refused),
        cmocka_unit_test(test_verify__cost_that_is_not_the_sum__is_refused),
        cmocka_unit_test(test_verify__cost_above_the_ceiling__is_refused),
        cmocka_unit_test(test_verify__a_tree_too_deep__is_refused),
        cmocka_unit_test(test_verify__state_beyond_its_bounds__is_refused),
        cmocka_unit_test(test_verify__more_than_there_is_room_for__is_refused),
        cmocka_unit_test(test_verify__more_names_than_an_event_has_slots__is_refused),
        cmocka_unit_test(test_verify__more_filters_than_there_are_bits__is_refused),
        cmocka_unit_test(test_verify__what_the_format_does_not_list__is_refused),
        cmocka_unit_test(test_verify__what_would_be_told_twice__is_refused),
        cmocka_unit_test(test_verify__what_could_be_read_two_ways__is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
