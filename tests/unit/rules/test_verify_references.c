/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the verifier must prove of what stands in a pack (properties 1 to 3 of
 * docs/verifier.md): each way to break it is refused with its reason and place.
 */

#include "tests/unit/rules/breach.h"

/* 1. Every offset, count and index in range, without overflow. */
static void test_verify__references_out_of_range__are_refused(void **state)
{
    static const breach rows[] = {
        {"text behind the end", SONDA__SECTION_SPANS, FIRST, 0, 0x7fffffff,
         SONDA__SECTION_SPANS, "a text out of range"},
        {"text that wraps", SONDA__SECTION_SPANS, FIRST, 4, UINT32_MAX, SONDA__SECTION_SPANS,
         "a text out of range"},
        {"field's name", SONDA__SECTION_FIELDS, SONDA__AT_FIELD_ID, 0, SONDA__AT_FIELD_NAME,
         0x7fffffff, SONDA__SECTION_FIELDS, "a text out of range"},
        {"source's channels", SONDA__SECTION_SOURCES, FIRST, SONDA__AT_SOURCE_CHANNELS + 4,
         UINT32_MAX, SONDA__SECTION_SOURCES, "a list out of range"},
        {"source's event ids", SONDA__SECTION_SOURCES, FIRST, SONDA__AT_SOURCE_EVENT_IDS,
         UINT32_MAX, SONDA__SECTION_SOURCES, "a list out of range"},
        {"source's activities", SONDA__SECTION_SOURCES, FIRST, SONDA__AT_SOURCE_ACTIVITIES + 4,
         999, SONDA__SECTION_SOURCES, "a list out of range"},
        {"source's alternatives", SONDA__SECTION_SOURCES, FIRST, SONDA__AT_SOURCE_ALTERNATIVES,
         9999, SONDA__SECTION_SOURCES, "a list out of range"},
        {"rule's title", SONDA__SECTION_RULES, FIRST, SONDA__AT_RULE_TITLE, UINT32_MAX,
         SONDA__SECTION_RULES, "a text out of range"},
        {"rule's path", SONDA__SECTION_RULES, FIRST, SONDA__AT_RULE_PATH + 4, 0x80000000,
         SONDA__SECTION_RULES, "a text out of range"},
        {"rule's tags", SONDA__SECTION_RULES, FIRST, SONDA__AT_RULE_TAGS + 4, 9999,
         SONDA__SECTION_RULES, "a list out of range"},
        {"rule's false positives", SONDA__SECTION_RULES, FIRST, SONDA__AT_RULE_FALSEPOSITIVES,
         9999, SONDA__SECTION_RULES, "a list out of range"},
        {"rule's alternatives", SONDA__SECTION_RULES, FIRST, SONDA__AT_RULE_ALTERNATIVES + 4,
         9999, SONDA__SECTION_RULES, "a list out of range"},
        {"index of no rule", SONDA__SECTION_RULE_INDEX, FIRST, 0, 4, SONDA__SECTION_RULE_INDEX,
         "an index of no rule"},
        {"filter's id", SONDA__SECTION_FILTERS, FIRST, SONDA__AT_FILTER_ID, UINT32_MAX,
         SONDA__SECTION_FILTERS, "a text out of range"},
        {"filter's title", SONDA__SECTION_FILTERS, FIRST, SONDA__AT_FILTER_TITLE + 4,
         UINT32_MAX, SONDA__SECTION_FILTERS, "a text out of range"},
        {"filter's targets", SONDA__SECTION_FILTERS, FIRST, SONDA__AT_FILTER_TARGETS + 4, 9999,
         SONDA__SECTION_FILTERS, "a list out of range"},
        {"filter's alternatives", SONDA__SECTION_FILTERS, FIRST, SONDA__AT_FILTER_ALTERNATIVES,
         UINT32_MAX, SONDA__SECTION_FILTERS, "a list out of range"},
        {"alternative of no source", SONDA__SECTION_ALTERNATIVES, FIRST,
         SONDA__AT_ALTERNATIVE_SOURCE, 4, SONDA__SECTION_ALTERNATIVES, "no log source"},
        {"alternative's nodes", SONDA__SECTION_ALTERNATIVES, FIRST,
         SONDA__AT_ALTERNATIVE_NODES + 4, UINT32_MAX, SONDA__SECTION_ALTERNATIVES,
         "a list out of range"},
        {"selection's name", SONDA__SECTION_NODES, SONDA__AT_NODE_KIND, SONDA__PACK_NAMED,
         SONDA__AT_NODE_ARGUMENT, UINT32_MAX, SONDA__SECTION_NODES, "a text out of range"},
        {"test of no item", SONDA__SECTION_NODES, SONDA__AT_NODE_KIND, SONDA__PACK_TEST,
         SONDA__AT_NODE_ARGUMENT, 13, SONDA__SECTION_NODES, "a test of no item"},
        {"item's patterns", SONDA__SECTION_PREDICATES, FIRST, SONDA__AT_PREDICATE_PATTERNS,
         UINT32_MAX, SONDA__SECTION_PREDICATES, "a list out of range"},
        {"pattern's bytes", SONDA__SECTION_PATTERNS, SONDA__AT_PATTERN_OP, SONDA__OP_LITERAL,
         SONDA__AT_PATTERN_A, 0x7fffffff, SONDA__SECTION_PATTERNS, "do not fit"},
        {"pattern's text", SONDA__SECTION_PATTERNS, FIRST, SONDA__AT_PATTERN_TEXT, UINT32_MAX,
         SONDA__SECTION_PATTERNS, "a text out of range"},
        {"pattern of no automaton", SONDA__SECTION_PATTERNS, SONDA__AT_PATTERN_OP,
         SONDA__OP_REGEX, SONDA__AT_PATTERN_A, 2, SONDA__SECTION_PATTERNS, "do not fit"},
        {"automaton's instructions", SONDA__SECTION_REGEXES, FIRST, SONDA__AT_REGEX_CODE + 4,
         UINT32_MAX, SONDA__SECTION_REGEXES, "a list out of range"},
        {"instruction of no class", SONDA__SECTION_INSTRUCTIONS, SONDA__AT_CODE_OP,
         SONDA__CODE_CLASS, SONDA__AT_CODE_A, 3, SONDA__SECTION_INSTRUCTIONS, "leads nowhere"},
        {"class's ranges", SONDA__SECTION_CLASSES, FIRST, SONDA__AT_CLASS_RANGES + 4,
         UINT32_MAX, SONDA__SECTION_CLASSES, "a list out of range"},
        {"range beyond code points", SONDA__SECTION_RANGES, FIRST, SONDA__AT_RANGE_LAST,
         0x110100, SONDA__SECTION_RANGES, "out of order"},
        {"correlation's names", SONDA__SECTION_CORRELATIONS, FIRST, SONDA__AT_CORRELATION_NAMES,
         UINT32_MAX, SONDA__SECTION_CORRELATIONS, "a list out of range"},
        {"correlation's rules", SONDA__SECTION_CORRELATIONS, FIRST, SONDA__AT_CORRELATION_RULES,
         UINT32_MAX, SONDA__SECTION_CORRELATIONS, "a list out of range"},
        {"input of no correlation", SONDA__SECTION_INPUTS, FIRST, SONDA__AT_INPUT_CORRELATION,
         2, SONDA__SECTION_INPUTS, "no correlation or no rule"},
        {"input of a position beyond", SONDA__SECTION_INPUTS, FIRST, SONDA__AT_INPUT_POSITION,
         2, SONDA__SECTION_INPUTS, "no correlation or no rule"},
        {"input's fields", SONDA__SECTION_INPUTS, FIRST, SONDA__AT_INPUT_FIELDS, UINT32_MAX,
         SONDA__SECTION_INPUTS, "a list out of range"},
    };

    (void)state;
    CHECK_BREACHES(pack_fixture_yaml, rows);
}

static void test_verify__tables_of_literals_out_of_range__are_refused(void **state)
{
    static const breach rows[] = {
        {"condition on no field", SONDA__SECTION_CONDITIONS, FIRST, SONDA__AT_CONDITION_FIELD,
         99, SONDA__SECTION_CONDITIONS, "condition on no field"},
        {"condition's values", SONDA__SECTION_CONDITIONS, FIRST, SONDA__AT_CONDITION_VALUES + 4,
         UINT32_MAX, SONDA__SECTION_CONDITIONS, "a list out of range"},
        {"scan of no field", SONDA__SECTION_SCANS, FIRST, SONDA__AT_SCAN_FIELD, 99,
         SONDA__SECTION_SCANS, "a scan of no field"},
        {"scan's literals", SONDA__SECTION_SCANS, FIRST, SONDA__AT_SCAN_ANCHORED + 4,
         UINT32_MAX, SONDA__SECTION_SCANS, "scans that share literals"},
        {"literal's bytes", SONDA__SECTION_LITERALS, FIRST, SONDA__AT_LITERAL_TEXT, UINT32_MAX,
         SONDA__SECTION_LITERALS, "a text out of range"},
        {"literal shorter than what is hashed", SONDA__SECTION_LITERALS, SONDA__AT_LITERAL_KIND,
         SONDA__LITERAL_INNER, SONDA__AT_LITERAL_TEXT + 4, 3, SONDA__SECTION_LITERALS,
         "no kind, or too short"},
        {"four bytes behind the literal", SONDA__SECTION_LITERALS, SONDA__AT_LITERAL_KIND,
         SONDA__LITERAL_INNER, SONDA__AT_LITERAL_GRAM, 60, SONDA__SECTION_LITERALS,
         "no kind, or too short"},
        {"literal's alternatives", SONDA__SECTION_LITERALS, FIRST,
         SONDA__AT_LITERAL_POSTINGS + 4, UINT32_MAX, SONDA__SECTION_LITERALS,
         "share alternatives"},
        {"posting of no alternative", SONDA__SECTION_POSTINGS, FIRST, 0, 999,
         SONDA__SECTION_POSTINGS, "a literal for no rule"},
        {"scan that is none", SONDA__SECTION_SOURCE_SCANS, FIRST, 0, 999,
         SONDA__SECTION_SOURCE_SCANS, "a scan that is none"},
        {"source's scans", SONDA__SECTION_SOURCES, FIRST, SONDA__AT_SOURCE_SCANS + 4,
         UINT32_MAX, SONDA__SECTION_SOURCES, "share lists"},
        {"source's own", SONDA__SECTION_SOURCES, FIRST, SONDA__AT_SOURCE_ALWAYS + 4, UINT32_MAX,
         SONDA__SECTION_SOURCES, "share lists"},
        {"always of no alternative", SONDA__SECTION_ALWAYS, FIRST, 0, 999,
         SONDA__SECTION_ALWAYS, "runs another's rule"},
    };

    (void)state;
    CHECK_BREACHES(literals_yaml, rows);
}

/* 1. Each byte belongs to one thing. */
static void test_verify__entries_used_twice_or_never__are_refused(void **state)
{
    static const breach rows[] = {
        {"classes that share ranges", SONDA__SECTION_CLASSES, SONDA__AT_CLASS_RANGES, 2,
         SONDA__AT_CLASS_RANGES, 0, SONDA__SECTION_CLASSES, "classes that share ranges"},
        {"automata that share instructions", SONDA__SECTION_REGEXES, SONDA__AT_REGEX_CODE, 0x1c,
         SONDA__AT_REGEX_CODE, 0, SONDA__SECTION_REGEXES, "share instructions"},
        {"conditions that share nodes", SONDA__SECTION_ALTERNATIVES,
         SONDA__AT_ALTERNATIVE_NODES, 0x0d, SONDA__AT_ALTERNATIVE_NODES, 0,
         SONDA__SECTION_ALTERNATIVES, "conditions that share nodes"},
        {"alternative of two rules", SONDA__SECTION_RULES, FIRST, SONDA__AT_RULE_ALTERNATIVES,
         1, SONDA__SECTION_ALTERNATIVES, "an alternative of another's"},
        {"source that lists another's", SONDA__SECTION_SOURCES, FIRST,
         SONDA__AT_SOURCE_ALTERNATIVES, 0x12, SONDA__SECTION_NUMBERS, "lists another's rule"},
    };
    static const breach literals[] = {
        {"literals that share alternatives", SONDA__SECTION_LITERALS, FIRST,
         SONDA__AT_LITERAL_POSTINGS, 1, SONDA__SECTION_LITERALS, "share alternatives"},
        {"scans that share literals", SONDA__SECTION_SCANS, FIRST, SONDA__AT_SCAN_ANCHORED, 1,
         SONDA__SECTION_SCANS, "share literals"},
        {"sources that share scans", SONDA__SECTION_SOURCES, FIRST, SONDA__AT_SOURCE_SCANS, 1,
         SONDA__SECTION_SOURCES, "share lists"},
        {"sources that share what always runs", SONDA__SECTION_SOURCES, FIRST,
         SONDA__AT_SOURCE_ALWAYS, 1, SONDA__SECTION_SOURCES, "share lists"},
    };
    pack_fixture pack = pack_fixture_make(literals_yaml);
    uint8_t longer[4096];
    size_t at;
    size_t len;

    (void)state;
    CHECK_BREACHES(pack_fixture_yaml, rows);
    CHECK_BREACHES(literals_yaml, literals);
    at = mutated_section(pack.bytes, SONDA__SECTION_LITERALS, &len);
    assert_true(len + SONDA__LITERAL_SIZE <= sizeof longer);
    memcpy(longer, pack.bytes + at, len);
    memcpy(longer + len, pack.bytes + at, SONDA__LITERAL_SIZE);
    pack = with_section(pack, SONDA__SECTION_LITERALS, longer, len + SONDA__LITERAL_SIZE);
    check_refused("a literal of nobody", pack.bytes, pack.len, SONDA_ERR_MALFORMED,
                  SONDA__SECTION_LITERALS, "tables of literals that nothing uses");
    free(pack.bytes);
}

/* What is looked at for each keyword may be looked at once. */
static void test_verify__keywords_that_share_patterns__are_refused(void **state)
{
    pack_fixture pack = pack_fixture_make(pack_fixture_yaml);
    size_t len;
    uint8_t *items = pack.bytes + mutated_section(pack.bytes, SONDA__SECTION_PREDICATES, &len);

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        mutated_put32(items + SONDA__AT_PREDICATE_FLAGS, SONDA__PREDICATE_KEYWORD);
        mutated_put32(items + SONDA__AT_PREDICATE_FIELD, 0);
        mutated_put32(items + SONDA__AT_PREDICATE_PATTERNS, 0);
        items += SONDA__PREDICATE_SIZE;
    }
    mutated_seal(pack.bytes, pack.len);

    check_refused("shared", pack.bytes, pack.len, SONDA_ERR_MALFORMED,
                  SONDA__SECTION_PREDICATES, "keywords that share patterns");
    free(pack.bytes);
}

/* 2. Every field and every log source is one of this build's. */
static void test_verify__fields_of_no_table__are_refused(void **state)
{
    static const breach rows[] = {
        {"row beyond the table", SONDA__SECTION_FIELDS, FIRST, SONDA__AT_FIELD_ID, 60000,
         SONDA__SECTION_FIELDS, "a field of no table row"},
        {"row and name", SONDA__SECTION_FIELDS, FIRST, SONDA__AT_FIELD_NAME + 4, 1,
         SONDA__SECTION_FIELDS, "a field of no table row"},
        {"name without bytes", SONDA__SECTION_FIELDS, SONDA__AT_FIELD_ID, 0,
         SONDA__AT_FIELD_NAME + 4, 0, SONDA__SECTION_FIELDS, "a field of no table row"},
        {"name too long", SONDA__SECTION_FIELDS, SONDA__AT_FIELD_ID, 0,
         SONDA__AT_FIELD_NAME + 4, 256, SONDA__SECTION_FIELDS, "a field of no table row"},
        {"item of no field", SONDA__SECTION_PREDICATES, FIRST, SONDA__AT_PREDICATE_FIELD, 9,
         SONDA__SECTION_PREDICATES, "without a field"},
        {"keyword of a field", SONDA__SECTION_PREDICATES, SONDA__AT_PREDICATE_FLAGS,
         SONDA__PREDICATE_KEYWORD, SONDA__AT_PREDICATE_FIELD, 1, SONDA__SECTION_PREDICATES,
         "without a field"},
        {"reference to no field", SONDA__SECTION_PATTERNS, SONDA__AT_PATTERN_OP,
         SONDA__OP_FIELDREF, SONDA__AT_PATTERN_A, 9, SONDA__SECTION_PATTERNS, "do not fit"},
        {"input of fewer names", SONDA__SECTION_INPUTS, FIRST, SONDA__AT_INPUT_FIELDS + 4, 1,
         SONDA__SECTION_INPUTS, "other fields"},
        {"a candidate that is none", SONDA__SECTION_NUMBERS, 0, SONDA__INPUT_NEXT_NAME, 0, 9,
         SONDA__SECTION_NUMBERS, "an input's field that is none"},
    };

    (void)state;
    CHECK_BREACHES(pack_fixture_yaml, rows);
}

static void test_verify__another_schema__is_refused(void **state)
{
    pack_fixture pack = pack_fixture_make(pack_fixture_yaml);
    sonda_content *content = NULL;
    sonda_error error = SONDA_ERROR_INIT;

    (void)state;
    pack.bytes[SONDA__AT_SCHEMA] ^= 1;
    mutated_seal(pack.bytes, pack.len);

    assert_int_equal(pack_fixture_load(pack.bytes, pack.len, &content, &error),
                     SONDA_ERR_SCHEMA);
    assert_int_equal(error.offset, SONDA__AT_SCHEMA);
    assert_non_null(strstr(error.message, "another field table"));
    free(pack.bytes);
}

/* 3. Operands are set, of their type, and nothing stands where nothing is read. */
static void test_verify__operands_of_another_type__are_refused(void **state)
{
    static const breach rows[] = {
        {"literal with a third operand", SONDA__SECTION_PATTERNS, SONDA__AT_PATTERN_OP,
         SONDA__OP_LITERAL, SONDA__AT_PATTERN_C, 1, SONDA__SECTION_PATTERNS, "do not fit"},
        {"null with an operand", SONDA__SECTION_PATTERNS, SONDA__AT_PATTERN_OP, SONDA__OP_NULL,
         SONDA__AT_PATTERN_A, 1, SONDA__SECTION_PATTERNS, "do not fit"},
        {"exists of neither kind", SONDA__SECTION_PATTERNS, SONDA__AT_PATTERN_OP,
         SONDA__OP_EXISTS, SONDA__AT_PATTERN_C, 2, SONDA__SECTION_PATTERNS, "do not fit"},
        {"number without digits", SONDA__SECTION_PATTERNS, SONDA__AT_PATTERN_OP,
         SONDA__OP_NUMBER, SONDA__AT_PATTERN_A, 0x24, SONDA__SECTION_PATTERNS, "do not fit"},
        {"number too long", SONDA__SECTION_PATTERNS, SONDA__AT_PATTERN_OP, SONDA__OP_NUMBER,
         SONDA__AT_PATTERN_B, 65, SONDA__SECTION_PATTERNS, "do not fit"},
        {"address of five bytes", SONDA__SECTION_PATTERNS, SONDA__AT_PATTERN_OP, SONDA__OP_CIDR,
         SONDA__AT_PATTERN_B, 5, SONDA__SECTION_PATTERNS, "do not fit"},
        {"prefix beyond the address", SONDA__SECTION_PATTERNS, SONDA__AT_PATTERN_OP,
         SONDA__OP_CIDR, SONDA__AT_PATTERN_C, 33, SONDA__SECTION_PATTERNS, "do not fit"},
        {"glob cut in an escape", SONDA__SECTION_PATTERNS, SONDA__AT_PATTERN_OP, SONDA__OP_GLOB,
         SONDA__AT_PATTERN_B, 2, SONDA__SECTION_PATTERNS, "do not fit"},
        {"automaton with a second operand", SONDA__SECTION_PATTERNS, SONDA__AT_PATTERN_OP,
         SONDA__OP_REGEX, SONDA__AT_PATTERN_B, 1, SONDA__SECTION_PATTERNS, "do not fit"},
        {"item without pattern", SONDA__SECTION_PREDICATES, FIRST,
         SONDA__AT_PREDICATE_PATTERNS + 4, 0, SONDA__SECTION_PREDICATES, "or a pattern"},
        {"keyword that compares fields", SONDA__SECTION_PREDICATES,
         SONDA__AT_PREDICATE_PATTERNS, 0xd, SONDA__AT_PREDICATE_FLAGS, SONDA__PREDICATE_KEYWORD,
         SONDA__SECTION_PATTERNS, "a keyword that asks for a field"},
        {"group with an argument", SONDA__SECTION_NODES, SONDA__AT_NODE_KIND, SONDA__PACK_AND,
         SONDA__AT_NODE_ARGUMENT, 1, SONDA__SECTION_NODES, "a group with an argument"},
        {"test with a second argument", SONDA__SECTION_NODES, SONDA__AT_NODE_KIND,
         SONDA__PACK_TEST, SONDA__AT_NODE_ARGUMENT + 4, 1, SONDA__SECTION_NODES,
         "a test of no item"},
        {"character beyond code points", SONDA__SECTION_INSTRUCTIONS, SONDA__AT_CODE_OP,
         SONDA__CODE_FOLDED, SONDA__AT_CODE_A, 0x110100, SONDA__SECTION_INSTRUCTIONS,
         "leads nowhere"},
        {"correlation that is a rule with a log source", SONDA__SECTION_CORRELATIONS, FIRST,
         SONDA__AT_CORRELATION_RULE, 0, SONDA__SECTION_CORRELATIONS, "rule of its own"},
        {"correlation that compares with nothing", SONDA__SECTION_CORRELATIONS, FIRST,
         SONDA__AT_CORRELATION_COMPARES, 0, SONDA__SECTION_CORRELATIONS, "beyond the format"},
        {"bound that is not set", SONDA__SECTION_CORRELATIONS, FIRST,
         SONDA__AT_CORRELATION_BOUNDS + 4, 1, SONDA__SECTION_CORRELATIONS, "beyond the format"},
        {"values without a field", SONDA__SECTION_CORRELATIONS, FIRST,
         SONDA__AT_CORRELATION_VALUES, 0, SONDA__SECTION_CORRELATIONS, "beyond the format"},
        {"what is always zero", SONDA__SECTION_CORRELATIONS, FIRST, SONDA__AT_CORRELATION_ZERO,
         1, SONDA__SECTION_CORRELATIONS, "beyond the format"},
        {"rule's level", SONDA__SECTION_RULES, FIRST, SONDA__AT_RULE_LEVEL, 5,
         SONDA__SECTION_RULES, "level or id"},
        {"rule's id", SONDA__SECTION_RULES, FIRST, SONDA__AT_RULE_ID + 4, 256,
         SONDA__SECTION_RULES, "level or id"},
    };

    (void)state;
    CHECK_BREACHES(pack_fixture_yaml, rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verify__references_out_of_range__are_refused),
        cmocka_unit_test(test_verify__tables_of_literals_out_of_range__are_refused),
        cmocka_unit_test(test_verify__entries_used_twice_or_never__are_refused),
        cmocka_unit_test(test_verify__keywords_that_share_patterns__are_refused),
        cmocka_unit_test(test_verify__fields_of_no_table__are_refused),
        cmocka_unit_test(test_verify__another_schema__is_refused),
        cmocka_unit_test(test_verify__operands_of_another_type__are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
