/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Packs whose digest is right and whose contents are hostile: refused, or
 * harmless when executed.
 */

#include "core/detect/correlate.h"
#include "tests/unit/rules/pack_fixture.h"

#define MUTATIONS 40000

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void ignore_match(uint32_t rule_index, void *user)
{
    uint32_t *last = user;

    *last = rule_index;
}

typedef struct execution {
    sonda__matcher *matcher;
    sonda__correlator *correlator;
    sonda__windows *windows;
    sonda_event *event;
} execution;

static bool look_at(const sonda__correlated *found, void *user)
{
    const execution *run = user;

    for (uint32_t i = 0; i < SONDA__CORRELATION_NAMES_MAX; i++) {
        (void)sonda__correlation_field(found->content, found->input, i, run->event);
    }
    return true;
}

static const test_field all_fields[] = {
    {"Image", "C:\\Windows\\A.exe", 0},
    {"CommandLine", "abbcxy1! -ENC aXXbYc", 0},
    {"Native", "one two", 0},
    {"Number", "12", 0},
    {"Time", "2024-12-31T07:34:56Z", 0},
    {"Address", "10.1.2.3", 0},
    {"Address", "fe80::1", 0},
    {"Other", "", SONDA_VALUE_NULL},
    {"Quiet", "no", 0},
    {NULL, NULL, 0},
};

/* Asks everything of the content; ASan and UBSan watch. */
static void execute(execution *run, sonda_content *content)
{
    rule_fixture fixture = {.content = content, .event = run->event};
    uint32_t last = 0;

    fixture_event(&fixture, all_fields);
    for (uint32_t class_uid = 0; class_uid < 2; class_uid++) {
        run->event->class_uid = class_uid * SONDA_CLASS_PROCESS;
        run->event->activity_id = class_uid;
        run->event->event_id = class_uid == 0 ? 4688 : 1;
        run->event->channel = sonda__span_text(
            class_uid == 0 ? "Security" : "Microsoft-Windows-Sysmon/Operational");
        (void)sonda__match(content, run->event, run->matcher, ignore_match, &last);
        for (uint32_t rule = 0; rule < sonda_content_rule_count(content); rule++) {
            sonda__evidence out[8];

            (void)sonda__correlate(run->correlator, content, run->windows, run->event, &rule, 1,
                                   look_at, run);
            (void)sonda__match_evidence(content, rule, run->event, run->matcher, out, 8);
        }
    }
}

static void mutate(uint8_t *bytes, size_t len, uint32_t *seed)
{
    uint32_t changes = 1 + next_random(seed) % 3;

    for (uint32_t i = 0; i < changes; i++) {
        size_t at = next_random(seed) % len;

        switch (next_random(seed) % 4) {
        case 0:
            bytes[at] ^= (uint8_t)(1u << next_random(seed) % 8);
            break;
        case 1:
            bytes[at] = (uint8_t)next_random(seed);
            break;
        case 2:
            bytes[at] = (uint8_t)(bytes[at] + (next_random(seed) % 2 == 0 ? 1 : 255));
            break;
        default:
            at -= at % 4;
            pack_fixture_put32(bytes + (at + 4 <= len ? at : 0), next_random(seed) % 2 == 0
                                                                     ? UINT32_MAX
                                                                     : next_random(seed) % 64);
            break;
        }
    }
}

static void test_verify__mutated_packs__are_refused_or_harmless(void **state)
{
    pack_fixture pack = pack_fixture_make(pack_fixture_yaml);
    uint8_t *bytes = malloc(pack.len);
    const sonda_allocator allocator = SONDA_ALLOCATOR_INIT;
    sonda_allocator ours;
    execution run = {NULL, NULL, NULL, NULL};
    uint32_t seed = 20240719;
    uint32_t accepted = 0;

    (void)state;
    assert_non_null(bytes);
    assert_int_equal(sonda__matcher_open(&run.matcher, NULL), SONDA_OK);
    assert_int_equal(sonda_event_open(&run.event, NULL), SONDA_OK);
    assert_int_equal(sonda_allocator_read(&allocator, &ours), SONDA_OK);
    assert_int_equal(sonda__correlator_open(&run.correlator, &ours), SONDA_OK);
    assert_int_equal(sonda__windows_open(&run.windows, 64, &ours), SONDA_OK);
    for (int i = 0; i < MUTATIONS; i++) {
        sonda_content *content = NULL;
        sonda_error error = SONDA_ERROR_INIT;

        memcpy(bytes, pack.bytes, pack.len);
        mutate(bytes, pack.len, &seed);
        pack_fixture_seal(bytes, pack.len);
        if (pack_fixture_load(bytes, pack.len, &content, &error) == SONDA_OK) {
            accepted++;
            execute(&run, content);
            sonda_content_release(content);
        } else {
            assert_true(error.message[0] != '\0');
            assert_true(error.offset <= pack.len);
        }
    }

    /* Most texts may hold anything: if nothing passes, nothing was tested. */
    assert_in_range(accepted, MUTATIONS / 100, MUTATIONS);
    sonda_event_close(run.event);
    sonda__windows_close(run.windows);
    sonda__correlator_close(run.correlator);
    sonda__matcher_close(run.matcher);
    free(bytes);
    free(pack.bytes);
}

typedef struct lie {
    const char *name;
    sonda__section_kind section;
    uint32_t entry;
    uint32_t at;
    uint32_t value;
    const char *reason;
} lie;

static void test_verify__lies__are_named(void **state)
{
    static const lie lies[] = {
        {"field id beyond the table", SONDA__SECTION_FIELDS, 0, SONDA__AT_FIELD_ID, 60000,
         "field"},
        {"text out of range", SONDA__SECTION_SPANS, 0, 0, 0x7fffffff, "text out of range"},
        {"source without field", SONDA__SECTION_SOURCES, 0, SONDA__AT_SOURCE_CONDITIONS + 4,
         9999, "list out of range"},
        {"alternative of another rule", SONDA__SECTION_ALTERNATIVES, 0,
         SONDA__AT_ALTERNATIVE_OWNER, 1, "another"},
        {"alternative of no source", SONDA__SECTION_ALTERNATIVES, 0,
         SONDA__AT_ALTERNATIVE_SOURCE, 999, "source"},
        {"level", SONDA__SECTION_RULES, 0, SONDA__AT_RULE_LEVEL, 5, "level"},
        {"index of no rule", SONDA__SECTION_RULE_INDEX, 0, 0, 4, "index"},
        {"index twice", SONDA__SECTION_RULE_INDEX, 0, 0, 1, "order"},
        {"node that goes back", SONDA__SECTION_NODES, 0, SONDA__AT_NODE_END, 0, "tree"},
        {"node without end", SONDA__SECTION_NODES, 1, SONDA__AT_NODE_END, 0xffffff, "no end"},
        {"node of no kind", SONDA__SECTION_NODES, 0, SONDA__AT_NODE_KIND, 6, "kind"},
        {"predicate of no field", SONDA__SECTION_PREDICATES, 0, SONDA__AT_PREDICATE_FIELD, 999,
         "field"},
        {"predicate without pattern", SONDA__SECTION_PREDICATES, 0,
         SONDA__AT_PREDICATE_PATTERNS + 4, 0, "pattern"},
        {"pattern of no kind", SONDA__SECTION_PATTERNS, 0, SONDA__AT_PATTERN_OP, 77,
         "operands"},
        {"automaton too large", SONDA__SECTION_REGEXES, 0, SONDA__AT_REGEX_CODE + 4, 9999,
         "out of range"},
        {"instruction of no kind", SONDA__SECTION_INSTRUCTIONS, 0, SONDA__AT_CODE_OP, 0,
         "leads nowhere"},
        {"assertion of no kind", SONDA__SECTION_INSTRUCTIONS, 0, SONDA__AT_CODE_A, 99,
         "leads nowhere"},
        {"class out of order", SONDA__SECTION_RANGES, 0, SONDA__AT_RANGE_LAST, 0, "order"},
        {"class that contradicts", SONDA__SECTION_CLASSES, 0, SONDA__AT_CLASS_ASCII, 0xffff,
         "contradicts"},
        {"correlation that is a rule with a log source", SONDA__SECTION_CORRELATIONS, 0,
         SONDA__AT_CORRELATION_RULE, 0, "rule of its own"},
        {"correlation of no kind", SONDA__SECTION_CORRELATIONS, 0, SONDA__AT_CORRELATION_TYPE,
         7, "beyond the format"},
        {"correlation of too many rules", SONDA__SECTION_CORRELATIONS, 0,
         SONDA__AT_CORRELATION_POSITIONS, 65, "beyond the format"},
        {"correlation of fewer rules than it lists", SONDA__SECTION_CORRELATIONS, 0,
         SONDA__AT_CORRELATION_POSITIONS, 1, "another number of rules"},
        {"correlation without time", SONDA__SECTION_CORRELATIONS, 0,
         SONDA__AT_CORRELATION_TIMESPAN + 4, 0x7fffffff, "beyond the format"},
        {"correlation that compares with nothing", SONDA__SECTION_CORRELATIONS, 0,
         SONDA__AT_CORRELATION_COMPARES, 0, "beyond the format"},
        {"correlation with an infinite bound", SONDA__SECTION_CORRELATIONS, 0,
         SONDA__AT_CORRELATION_BOUNDS + 12, 0x7ff00000, "beyond the format"},
        {"correlation that takes more values than names", SONDA__SECTION_CORRELATIONS, 0,
         SONDA__AT_CORRELATION_VALUES, 4, "beyond the format"},
        {"correlation that hears of itself", SONDA__SECTION_INPUTS, 3,
         SONDA__AT_INPUT_CORRELATION, 0, "later one"},
        {"input of no correlation", SONDA__SECTION_INPUTS, 0, SONDA__AT_INPUT_CORRELATION, 2,
         "no correlation"},
        {"input of a position beyond", SONDA__SECTION_INPUTS, 0, SONDA__AT_INPUT_POSITION, 2,
         "no correlation"},
        {"inputs out of order", SONDA__SECTION_INPUTS, 2, SONDA__AT_INPUT_CORRELATION, 0,
         "order"},
        {"input of a correlation's event", SONDA__SECTION_INPUTS, 0, SONDA__AT_INPUT_EVENT, 2,
         "no rule"},
        {"input with fewer fields", SONDA__SECTION_INPUTS, 0, SONDA__AT_INPUT_FIELDS + 4, 1,
         "other fields"},
    };
    pack_fixture pack = pack_fixture_make(pack_fixture_yaml);
    uint8_t *bytes = malloc(pack.len);

    (void)state;
    assert_non_null(bytes);
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        size_t len;
        size_t at = pack_fixture_section(pack.bytes, lies[i].section, &len);
        size_t size = sonda__section_entry_size(lies[i].section);
        sonda_content *content = NULL;
        sonda_error error = SONDA_ERROR_INIT;
        sonda_status status;

        assert_true(lies[i].entry * size < len);
        memcpy(bytes, pack.bytes, pack.len);
        pack_fixture_put32(bytes + at + lies[i].entry * size + lies[i].at, lies[i].value);
        pack_fixture_seal(bytes, pack.len);
        status = pack_fixture_load(bytes, pack.len, &content, &error);

        if (status != SONDA_ERR_MALFORMED || strstr(error.message, lies[i].reason) == NULL) {
            fail_msg("%s: %s: %s", lies[i].name, sonda_status_name(status), error.message);
        }
    }
    free(bytes);
    free(pack.bytes);
}

static void test_verify__cost_summary__must_be_the_sum(void **state)
{
    pack_fixture pack = pack_fixture_make(pack_fixture_yaml);
    sonda_content *content = NULL;
    sonda_error error = SONDA_ERROR_INIT;

    (void)state;
    pack_fixture_put32(pack.bytes + SONDA__AT_COST_BYTE, 1);
    pack_fixture_seal(pack.bytes, pack.len);

    assert_int_equal(pack_fixture_load(pack.bytes, pack.len, &content, &error),
                     SONDA_ERR_MALFORMED);
    assert_non_null(strstr(error.message, "cost"));
    free(pack.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verify__mutated_packs__are_refused_or_harmless),
        cmocka_unit_test(test_verify__lies__are_named),
        cmocka_unit_test(test_verify__cost_summary__must_be_the_sum),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
