/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A pack of any bytes: refused with a reason, or executed on fixed events.
 *
 * Version, size, schema and digest are made right first, so that inventions reach the
 * verifier instead of ending at a checksum.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/crypto/hash.h"
#include "core/detect/match.h"
#include "core/rules/content.h"
#include "core/rules/content_policy.h"
#include "core/rules/pack_format.h"

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

typedef struct execution {
    const sonda_content *content;
    sonda_event *event;
    sonda__matcher *matcher;
} execution;

static void on_match(uint32_t rule_index, void *user)
{
    const execution *run = user;
    sonda__evidence out[4];
    size_t count = sonda__match_evidence(run->content, rule_index, run->event, run->matcher,
                                         out, sizeof out / sizeof out[0]);

    for (size_t i = 0; i < count; i++) {
        if (out[i].position != SONDA__EVIDENCE_WHOLE &&
            (out[i].position > out[i].value.len ||
             out[i].length > out[i].value.len - out[i].position)) {
            abort();
        }
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

static void execute(sonda_content *content)
{
    static sonda_event *event;
    static sonda__matcher *matcher;
    execution run;

    if (event == NULL && (sonda_event_open(&event, NULL) != SONDA_OK ||
                          sonda__matcher_open(&matcher, NULL) != SONDA_OK)) {
        abort();
    }
    run.content = content;
    run.event = event;
    run.matcher = matcher;
    ask_policy(content);
    make_event(event, content, 1);
    (void)sonda__match(content, event, matcher, on_match, &run);
    make_event(event, content, 4688);
    (void)sonda__match(content, event, matcher, on_match, &run);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sonda_content_options options = SONDA_CONTENT_OPTIONS_INIT;
    sonda_error error = SONDA_ERROR_INIT;
    sonda_content *content = NULL;
    uint8_t *bytes = malloc(size + 1);

    if (bytes == NULL) {
        return 0;
    }
    memcpy(bytes, data, size);
    if (size >= SONDA__PACK_HEADER_SIZE + SONDA__SIGNATURE_SIZE) {
        seal(bytes, size);
    }
    options.require_signature = 0;
    options.borrow = 1;
    if (sonda_content_load(&content, bytes, size, &options, NULL, &error) == SONDA_OK) {
        execute(content);
    } else if (error.message[0] == '\0') {
        abort();
    }
    sonda_content_release(content);
    free(bytes);
    return 0;
}
