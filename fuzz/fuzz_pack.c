/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A pack of any bytes: refused with a reason, or executed on fixed events
 * within its budget. Its seeds are made by scripts/pack_seeds.sh.
 *
 * Version, size, schema, digest and the sums of costs are made right, so that
 * inventions reach the verifier instead of ending at a checksum.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/crypto/hash.h"
#include "core/detect/correlate.h"
#include "core/detect/match.h"
#include "core/detect/programs.h"
#include "core/rules/content.h"
#include "core/rules/content_policy.h"
#include "core/rules/pack_format.h"
#include "sonda/explain.h"

/* Steps a byte that are let through: bounds the time of what is accepted. */
#define COST_PER_BYTE_MAX 200000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put64(uint8_t *at, uint64_t value)
{
    for (int i = 0; i < 8; i++) {
        at[i] = (uint8_t)(value >> (8 * i));
    }
}

static void seal(uint8_t *bytes, size_t size)
{
    sonda__sha256_state state;
    size_t after = SONDA__AT_DIGEST + SONDA__SHA256_SIZE;

    bytes[SONDA__AT_VERSION] = SONDA__PACK_VERSION;
    put64(bytes + SONDA__AT_TOTAL_SIZE, size);
    memcpy(bytes + SONDA__AT_SCHEMA, sonda_field_schema_hash(), SONDA__SHA256_SIZE);
    sonda__sha256_begin(&state);
    sonda__sha256_add(&state, bytes, SONDA__AT_DIGEST);
    sonda__sha256_add(&state, bytes + after, size - after - SONDA__SIGNATURE_SIZE);
    sonda__sha256_end(&state, bytes + SONDA__AT_DIGEST);
}

static void add(sonda_event *event, const char *name, const char *text)
{
    if (sonda__event_add_named(event, sonda__span_text(name), sonda__span_text(text), 0) !=
        SONDA_OK) {
        abort();
    }
}

static void make_event(sonda_event *event, const sonda_content *content, uint32_t event_id)
{
    static const sonda_record_header header;

    sonda__event_begin(event, &header, sonda__content_names(content));
    event->product = SONDA_PRODUCT_WINDOWS;
    event->class_uid = SONDA_CLASS_PROCESS;
    event->activity_id = SONDA_PROCESS_LAUNCH;
    event->event_id = event_id;
    event->channel =
        sonda__span_text(event_id == 1 ? "Microsoft-Windows-Sysmon/Operational" : "Security");
    add(event, "Image", "C:\\Windows\\A.exe");
    add(event, "NewProcessName", "C:\\Windows\\A.exe");
    add(event, "CommandLine", "abbcxy1! -ENC aXXbYc \xe2\x84\xaa \xff keyword");
    add(event, "Native", "one two");
    add(event, "Number", "12");
    add(event, "Time", "2024-12-31T07:34:56Z");
    add(event, "Address", "10.1.2.3");
    add(event, "Address", "fe80::1");
}

/* What asks content, opened once. */
typedef struct execution {
    const sonda_content *content;
    sonda_event *event;
    sonda__matcher *matcher;
    sonda__correlator *correlator;
    sonda__windows *windows;
    sonda_explainer *explainer;
    sonda_allocator memory;
} execution;

static execution run;

static void open_run(void)
{
    if (run.event == NULL &&
        (sonda_allocator_read(NULL, &run.memory) != SONDA_OK ||
         sonda_event_open(&run.event, NULL) != SONDA_OK ||
         sonda__matcher_open(&run.matcher, NULL) != SONDA_OK ||
         sonda__correlator_open(&run.correlator, &run.memory) != SONDA_OK ||
         sonda__windows_open(&run.windows, 64, &run.memory) != SONDA_OK ||
         sonda_explainer_open(&run.explainer, NULL) != SONDA_OK)) {
        abort();
    }
}

static bool on_correlated(const sonda__correlated *found, void *user)
{
    (void)user;
    (void)sonda__correlation_field(found->content, found->input, 0, run.event);
    return true;
}

static sonda_status on_node(const sonda_explain_node *node, void *user)
{
    (void)node;
    (void)user;
    return SONDA_OK;
}

static void on_match(uint32_t rule_index, void *user)
{
    sonda__evidence out[4];
    size_t count = sonda__match_evidence(run.content, rule_index, run.event, run.matcher, out,
                                         sizeof out / sizeof out[0]);

    (void)user;
    for (size_t i = 0; i < count; i++) {
        if (out[i].position != SONDA__EVIDENCE_WHOLE &&
            (out[i].position > out[i].value.len ||
             out[i].length > out[i].value.len - out[i].position)) {
            abort();
        }
    }
    (void)sonda__correlate(run.correlator, run.content, run.windows, run.event, &rule_index, 1,
                           on_correlated, NULL);
}

/* What was accepted stays within its budget, and none of its programs traps. */
static void match(uint32_t event_id)
{
    const sonda__trap *traps;

    make_event(run.event, run.content, event_id);
    if (sonda__match(run.content, run.event, run.matcher, on_match, NULL) != SONDA_OK ||
        sonda__matcher_traps(run.matcher, &traps) != 0) {
        abort();
    }
}

/* Every rule has an action that there is, and features that have names. */
static void ask_policy(const sonda_content *content)
{
    for (uint32_t i = 0; i < sonda_content_rule_count(content); i++) {
        sonda__response response = sonda__content_response(content, i);

        if (response.action < SONDA_ACTION_ALERT || response.action > SONDA_ACTION_NONE) {
            abort();
        }
        for (uint32_t bit = 0; bit < SONDA__FEATURES_MAX; bit++) {
            if ((response.features >> bit & 1) != 0 &&
                sonda__content_feature(content, bit).len == 0) {
                abort();
            }
        }
    }
}

static void execute(const sonda_content *content)
{
    sonda__programs *programs = NULL;

    open_run();
    run.content = content;
    ask_policy(content);
    if (sonda__programs_open(&programs, content, &run.memory) != SONDA_OK) {
        abort();
    }
    sonda__matcher_use(run.matcher, programs);
    match(1);
    match(4688);
    for (uint32_t i = 0; i < sonda_content_rule_count(content) && i < 8; i++) {
        (void)sonda_explain_rule(run.explainer, content, i, run.event, on_node, NULL);
    }
    sonda__matcher_use(run.matcher, NULL);
    sonda__programs_release(programs);
}

/* The sums that the verifier wants, so that contents with others are reached. */
static bool mend_costs(uint8_t *bytes, size_t size, const sonda_error *error)
{
    static const char reason[] = "a cost summary that is not the sum, ";
    char *end = NULL;

    if (strncmp(error->message, reason, sizeof reason - 1) != 0) {
        return false;
    }
    put64(bytes + SONDA__AT_COST_EVENT, strtoull(error->message + sizeof reason - 1, &end, 10));
    end = strstr(end, "and ");
    put64(bytes + SONDA__AT_COST_BYTE, end == NULL ? 0 : strtoull(end + 4, NULL, 10));
    seal(bytes, size);
    return true;
}

static sonda_status load(sonda_content **content, uint8_t *bytes, size_t size)
{
    sonda_content_options options = SONDA_CONTENT_OPTIONS_INIT;
    sonda_error error = SONDA_ERROR_INIT;
    sonda_status status;

    options.require_signature = 0;
    options.borrow = 1;
    options.max_cost_per_byte = COST_PER_BYTE_MAX;
    status = sonda_content_load(content, bytes, size, &options, NULL, &error);
    if (status != SONDA_OK && mend_costs(bytes, size, &error)) {
        status = sonda_content_load(content, bytes, size, &options, NULL, &error);
    }
    if (status != SONDA_OK && (error.message[0] == '\0' || error.offset > size)) {
        abort();
    }
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sonda_content *content = NULL;
    uint8_t *bytes = malloc(size + 1);

    if (bytes == NULL) {
        return 0;
    }
    memcpy(bytes, data, size);
    if (size >= SONDA__PACK_HEADER_SIZE + SONDA__SIGNATURE_SIZE) {
        seal(bytes, size);
    }
    if (load(&content, bytes, size) == SONDA_OK) {
        execute(content);
    }
    sonda_content_release(content);
    free(bytes);
    return 0;
}
