/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A policy file of any bytes: refused with line and reason, or in a pack that
 * the verifier accepts; and all memory comes back.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "sonda/compile/compile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t out;

static void *take(size_t size, void *user)
{
    (void)user;
    out++;
    return malloc(size);
}

static void give_back(void *memory, void *user)
{
    (void)user;
    out--;
    free(memory);
}

static void check_action(const sonda_content *content, uint32_t rule)
{
    uint32_t action = 0;

    if (sonda_content_rule_action(content, rule, &action) != SONDA_OK ||
        action < SONDA_ACTION_ALERT || action > SONDA_ACTION_NONE) {
        abort();
    }
}

/* More features than may be is all that only the loader can see. */
static void load(const void *pack, size_t pack_len)
{
    sonda_content_options options = SONDA_CONTENT_OPTIONS_INIT;
    sonda_policy_view view = SONDA_POLICY_VIEW_INIT;
    sonda_content *content = NULL;
    sonda_status status;

    options.require_signature = 0;
    status = sonda_content_load(&content, pack, pack_len, &options, NULL, NULL);
    if (status != SONDA_OK && status != SONDA_ERR_LIMIT) {
        abort();
    }
    for (uint32_t i = 0; i < sonda_content_rule_count(content); i++) {
        check_action(content, i);
    }
    for (uint32_t i = 0; content != NULL && sonda_content_policy(content, i, &view) == SONDA_OK;
         i++) {
        if (view.line == 0) {
            abort();
        }
    }
    sonda_content_release(content);
}

/* With a rule that some seeds name by id, tag and level; without one, alone. */
static void compile_with(const uint8_t *data, size_t size, int with_rule)
{
    static const char rule[] = "title: One\n"
                               "id: 00000000-0000-4000-8000-00000000000a\n"
                               "level: high\n"
                               "tags: [attack.impact, attack.t1486]\n"
                               "logsource: {product: linux, category: process_creation}\n"
                               "detection: {s: {Image: x}, condition: s}\n";
    sonda_allocator allocator = SONDA_ALLOCATOR_INIT;
    sonda_error error = SONDA_ERROR_INIT;
    sonda_compile *compile;
    const void *pack = NULL;
    size_t pack_len = 0;
    sonda_status status;

    allocator.allocate = take;
    allocator.release = give_back;
    if (sonda_compile_open(&compile, NULL, &allocator) != SONDA_OK) {
        return;
    }
    status = sonda_compile_set_policy(compile, data, size, &error);
    if (status != SONDA_OK && (error.line == 0 || error.message[0] == '\0')) {
        abort();
    }
    if (with_rule) {
        (void)sonda_compile_add_yaml(compile, "r.yml", rule, sizeof rule - 1);
    }
    if (status == SONDA_OK &&
        sonda_compile_finish(compile, &pack, &pack_len, &error) == SONDA_OK) {
        load(pack, pack_len);
    }
    sonda_compile_close(compile);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    compile_with(data, size, 1);
    compile_with(data, size, 0);
    if (out != 0) {
        abort();
    }
    return 0;
}
