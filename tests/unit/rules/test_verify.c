/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Packs whose digest is right and whose contents are hostile: refused, or
 * harmless when executed.
 */

#include "core/detect/correlate.h"
#include "core/rules/content_policy.h"
#include "core/rules/pack.h"
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
            sonda__response response = sonda__content_response(content, rule);
            sonda__evidence out[8];

            assert_in_range(response.action, SONDA_ACTION_ALERT, SONDA_ACTION_NONE);
            for (uint32_t i = 0; i < SONDA__FEATURES_MAX; i++) {
                assert_true((response.features >> i & 1) == 0 ||
                            sonda__content_feature(content, i).len != 0);
            }

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
            mutated_put32(bytes + (at + 4 <= len ? at : 0),
                          next_random(seed) % 2 == 0 ? UINT32_MAX : next_random(seed) % 64);
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
        mutated_seal(bytes, pack.len);
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

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

static size_t allocations;

void *__wrap_malloc(size_t size)
{
    allocations++;
    return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    allocations++;
    return __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    allocations++;
    return __real_realloc(memory, size);
}

/* Its scratch is a number for each pattern, and the caller's. */
static void test_verify__a_whole_pack__allocates_nothing(void **state)
{
    pack_fixture made = pack_fixture_make(pack_fixture_yaml);
    sonda_error error = SONDA_ERROR_INIT;
    sonda__pack pack;
    uint64_t *scratch;
    size_t before;

    (void)state;
    assert_int_equal(sonda__pack_open(&pack, made.bytes, made.len, &error), SONDA_OK);
    scratch = malloc((pack.count[SONDA__SECTION_PATTERNS] + (size_t)1) * sizeof *scratch);
    assert_non_null(scratch);
    before = allocations;

    assert_int_equal(sonda__pack_verify(&pack, UINT64_MAX, scratch, &error), SONDA_OK);

    assert_true(before > 0);
    assert_int_equal(allocations, before);
    free(scratch);
    free(made.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verify__mutated_packs__are_refused_or_harmless),
        cmocka_unit_test(test_verify__a_whole_pack__allocates_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
