/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Packs of generated rules, spoiled in every way the format leaves room for:
 * each is refused with a reason and a place, or is harmless, within its budget
 * and with no more memory than its size allows, on events made for its rules.
 *
 * SONDA_PACKS says how many (20,000 otherwise), SONDA_SEED where to begin. Every
 * 64 packs have a seed of their own, which is printed with the number of the
 * pack when something fails.
 */

#include "core/base/limits.h"
#include "core/detect/correlate.h"
#include "core/detect/programs.h"
#include "tests/unit/detect/rule_fixture.h"
#include "tests/unit/rules/mutated_pack.h"

#include <signal.h>
#include <stdlib.h>

#define PACKS_OF_A_SEED 64
#define RULES_MAX 4
#define EVENTS_OF_A_PACK 3
/* Steps a byte that are let through: bounds the time of what is accepted. */
#define COST_PER_BYTE_MAX 200000
/* What loading may take: for each byte of the pack, and for any pack. */
#define MEMORY_PER_BYTE 16
#define MEMORY_OF_ANY 16384

typedef struct made_pack {
    uint8_t bytes[MUTATED_PACK_ROOM / 4];
    size_t len;
} made_pack;

typedef struct torture {
    generated gen;
    made_pack pack;
    made_pack other;
    mutated_pack mutated;
    sonda__matcher *matcher;
    sonda__correlator *correlator;
    sonda__windows *windows;
    sonda_event *event;
    sonda_explainer *explainer;
    sonda_allocator memory;
    uint64_t seed;
    uint64_t number;
    uint64_t accepted;
    uint64_t matches;
    size_t allocated; /* by loading this pack */
} torture;

static torture all;

static void *allocate(size_t size, void *user)
{
    torture *run = user;

    run->allocated += size;
    return malloc(size);
}

static void release(void *memory, void *user)
{
    (void)user;
    free(memory);
}

static void say_where(void)
{
    print_error("SONDA_SEED=%llu, pack %llu\n", (unsigned long long)all.seed,
                (unsigned long long)all.number);
}

static void on_signal(int number)
{
    say_where();
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

static void check(bool holds, const char *what, const char *detail)
{
    if (!holds) {
        say_where();
        fail_msg("%s: %s", what, detail);
    }
}

/* Compiles what was generated; false when the compiler refuses every rule. */
static bool compile_into(torture *run, made_pack *to)
{
    sonda_compile *compile = NULL;
    const void *pack = NULL;
    size_t pack_len = 0;
    sonda_status status;

    assert_int_equal(sonda_compile_open(&compile, NULL, NULL), SONDA_OK);
    assert_int_equal(
        sonda_compile_add_yaml(compile, "generated.yml", run->gen.yaml, run->gen.yaml_len),
        SONDA_OK);
    status = sonda_compile_finish(compile, &pack, &pack_len, NULL);
    if (status == SONDA_OK) {
        check(pack_len <= sizeof to->bytes, "too large a pack", run->gen.yaml);
        memcpy(to->bytes, pack, pack_len);
        to->len = pack_len;
    }
    sonda_compile_close(compile);
    check(status == SONDA_OK || status == SONDA_ERR_EMPTY, "compiling",
          sonda_status_name(status));
    return status == SONDA_OK;
}

/* The seed's pack and another one; events are made for the rules of the first. */
static bool make_packs(torture *run)
{
    uint32_t rules = 1 + (uint32_t)(run->seed % RULES_MAX);

    generated_rules(&run->gen, ~run->seed, 1);
    if (!compile_into(run, &run->other)) {
        return false;
    }
    generated_rules(&run->gen, run->seed, rules);
    generated_followers(&run->gen, rules);
    return compile_into(run, &run->pack);
}

static sonda_status load(torture *run, sonda_content **content, sonda_error *error)
{
    sonda_content_options options = SONDA_CONTENT_OPTIONS_INIT;
    sonda_allocator allocator = SONDA_ALLOCATOR_INIT;
    sonda_status status;

    allocator.allocate = allocate;
    allocator.release = release;
    allocator.user = run;
    options.require_signature = 0;
    options.borrow = 1;
    options.max_cost_per_byte = COST_PER_BYTE_MAX;
    run->allocated = 0;
    status = sonda_content_load(content, run->mutated.bytes, run->mutated.len, &options,
                                &allocator, error);
    check(run->allocated <= MEMORY_OF_ANY + MEMORY_PER_BYTE * run->mutated.len,
          "loading takes too much memory", error->message);
    return status;
}

/*
 * Sums in the header that are not those of the contents hide what an attacker
 * who computes them reaches: the verifier says what they should be.
 */
static bool mend_costs(torture *run, const sonda_error *error)
{
    static const char reason[] = "a cost summary that is not the sum, ";
    const char *message = error->message;
    char *end = NULL;

    if (strncmp(message, reason, sizeof reason - 1) != 0) {
        return false;
    }
    mutated_put64(run->mutated.bytes + SONDA__AT_COST_EVENT,
                  strtoull(message + sizeof reason - 1, &end, 10));
    check(strncmp(end, " steps an event and ", 20) == 0, "another reason", message);
    mutated_put64(run->mutated.bytes + SONDA__AT_COST_BYTE, strtoull(end + 20, NULL, 10));
    mutated_seal(run->mutated.bytes, run->mutated.len);
    return true;
}

static bool on_correlated(const sonda__correlated *found, void *user)
{
    torture *run = user;

    for (uint32_t i = 0; i < SONDA__CORRELATION_NAMES_MAX; i++) {
        (void)sonda__correlation_field(found->content, found->input, i, run->event);
    }
    return true;
}

static sonda_status on_node(const sonda_explain_node *node, void *user)
{
    (void)node;
    (void)user;
    return SONDA_OK;
}

typedef struct matched {
    torture *run;
    const sonda_content *content;
    uint32_t rules[64];
    uint32_t count;
} matched;

static void on_match(uint32_t rule_index, void *user)
{
    matched *found = user;
    torture *run = found->run;
    sonda__evidence out[4];
    size_t count;

    run->matches++;
    check(rule_index < sonda_content_rule_count(found->content), "a match", "of no rule");
    if (found->count < sizeof found->rules / sizeof found->rules[0]) {
        found->rules[found->count++] = rule_index;
    }
    count = sonda__match_evidence(found->content, rule_index, run->event, run->matcher, out, 4);
    for (size_t i = 0; i < count; i++) {
        check(out[i].position == SONDA__EVIDENCE_WHOLE ||
                  (out[i].position <= out[i].value.len &&
                   out[i].length <= out[i].value.len - out[i].position),
              "evidence", "outside of its value");
    }
}

static void execute(torture *run, const sonda_content *content)
{
    sonda__programs *programs = NULL;

    assert_int_equal(sonda__programs_open(&programs, content, &run->memory), SONDA_OK);
    sonda__matcher_use(run->matcher, programs);
    for (uint32_t i = 0; i < EVENTS_OF_A_PACK; i++) {
        matched found = {.run = run, .content = content};
        const sonda__match_counts *counts = sonda__matcher_counts(run->matcher);
        const sonda__trap *traps;
        sonda_status status;

        generated_event(&run->gen, run->event, sonda__content_names(content));
        run->event->time_ns = i * UINT64_C(1000000000);
        status = sonda__match(content, run->event, run->matcher, on_match, &found);
        check(status == SONDA_OK && counts->steps <= counts->budget, "matching",
              "over its budget");
        check(sonda__matcher_traps(run->matcher, &traps) == 0, "a program",
              "left its pack, or took more than its share");
        (void)sonda__correlate(run->correlator, content, run->windows, run->event, found.rules,
                               found.count, on_correlated, run);
    }
    for (uint32_t i = 0; i < sonda_content_rule_count(content) && i < 8; i++) {
        (void)sonda_explain_rule(run->explainer, content, i, run->event, on_node, NULL);
    }
    sonda__matcher_use(run->matcher, NULL);
    sonda__programs_release(programs);
}

/* Refused with a reason and a place inside the pack, or executed. */
static void try_pack(torture *run)
{
    sonda_content *content = NULL;
    sonda_error error = SONDA_ERROR_INIT;
    sonda_status status = load(run, &content, &error);

    if (status != SONDA_OK && mend_costs(run, &error)) {
        status = load(run, &content, &error);
    }
    if (status == SONDA_OK) {
        run->accepted++;
        execute(run, content);
        sonda_content_release(content);
        return;
    }
    check(status == SONDA_ERR_MALFORMED || status == SONDA_ERR_LIMIT ||
              status == SONDA_ERR_TRUNCATED || status == SONDA_ERR_VERSION ||
              status == SONDA_ERR_SCHEMA || status == SONDA_ERR_CHECKSUM,
          "refused with", sonda_status_name(status));
    check(content == NULL && error.message[0] != '\0' && error.status == status, "refused",
          "without a reason");
    check(error.offset <= run->mutated.len, "refused for a place outside", error.message);
}

static void torture_open(torture *run)
{
    assert_int_equal(sonda_allocator_read(NULL, &run->memory), SONDA_OK);
    assert_int_equal(sonda__matcher_open(&run->matcher, NULL), SONDA_OK);
    assert_int_equal(sonda_event_open(&run->event, NULL), SONDA_OK);
    assert_int_equal(sonda_explainer_open(&run->explainer, NULL), SONDA_OK);
    assert_int_equal(sonda__correlator_open(&run->correlator, &run->memory), SONDA_OK);
    assert_int_equal(sonda__windows_open(&run->windows, 64, &run->memory), SONDA_OK);
    /* A sanitizer that ends the process says where only through these. */
    (void)signal(SIGABRT, on_signal);
    (void)signal(SIGSEGV, on_signal);
}

static void torture_close(torture *run)
{
    (void)signal(SIGABRT, SIG_DFL);
    (void)signal(SIGSEGV, SIG_DFL);
    sonda__windows_close(run->windows);
    sonda__correlator_close(run->correlator);
    sonda_explainer_close(run->explainer);
    sonda_event_close(run->event);
    sonda__matcher_close(run->matcher);
}

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
    const char *value = getenv(name);

    return value == NULL ? otherwise : strtoull(value, NULL, 10);
}

static void test_packs__spoiled_in_any_way__are_refused_or_harmless(void **state)
{
    uint64_t packs = from_environment("SONDA_PACKS", 20000);
    uint64_t done = 0;

    (void)state;
    torture_open(&all);
    all.seed = from_environment("SONDA_SEED", 1);
    for (; done < packs; all.seed++) {
        if (!make_packs(&all)) {
            continue;
        }
        for (all.number = 0; all.number < PACKS_OF_A_SEED; all.number++) {
            mutated_make(&all.mutated, &all.gen, all.pack.bytes, all.pack.len, all.other.bytes);
            try_pack(&all);
        }
        done += PACKS_OF_A_SEED;
    }
    print_message("%llu packs up to SONDA_SEED=%llu: %llu accepted, %llu matches\n",
                  (unsigned long long)done, (unsigned long long)all.seed,
                  (unsigned long long)all.accepted, (unsigned long long)all.matches);
    torture_close(&all);

    /* If nothing passes, nothing was executed. */
    assert_true(all.accepted > done / 10);
    assert_true(all.matches > done / 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packs__spoiled_in_any_way__are_refused_or_harmless),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
