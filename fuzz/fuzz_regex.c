/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A regular expression and a text, divided by the first newline: compiled into
 * a pack, loaded and searched with. What the compiler accepts the verifier
 * must accept too, a search must stay within its steps, and whether there is a
 * match is one answer: of the simulation, of the automaton built on the way, and
 * of one whose memory is always full.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "compile/pack_writer.h"
#include "core/detect/regex_run.h"
#include "core/rules/content_state.h"
#include "sonda/event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A pack of one rule that asks this expression of one field; NULL: refused. */
static const uint8_t *compile_rule(sonda__pack_writer *writer, sonda__span regex, size_t *len)
{
    static const sonda__modifier modifiers[] = {SONDA__MOD_RE};
    const sonda__rule_value value = {SONDA__VALUE_STRING, 1, regex};
    const sonda__rule_item item = {sonda__span_text("Field"), 1, 1, modifiers, 1, &value};
    const sonda__rule_map map = {1, &item};
    const sonda__rule_selection selection = {sonda__span_text("s"), 1, 1, &map};
    const sonda__rule_node node = {SONDA__NODE_SELECTION, 0, 0, NULL};
    sonda__log_source source = {0};
    sonda__rule rule = {0};
    sonda_error error = SONDA_ERROR_INIT;
    const uint8_t *bytes = NULL;

    source.product = SONDA_PRODUCT_WINDOWS;
    rule.source_count = 1;
    rule.sources = &source;
    rule.selection_count = 1;
    rule.selections = &selection;
    rule.condition = &node;
    if (sonda__pack_writer_add_rule(writer, &rule, &error) != SONDA_OK) {
        if (error.message[0] == '\0' || error.line != 1) {
            abort();
        }
        return NULL;
    }
    return sonda__pack_writer_finish(writer, &bytes, len, NULL) == SONDA_OK ? bytes : NULL;
}

/* Whether the expression is found, at no more than its cost. */
static bool is_found(sonda__regex_run *run, const sonda_content *content, sonda__span text)
{
    const sonda__pack *pack = &content->pack;
    sonda__span found;
    uint64_t steps = 0;
    bool answer =
        sonda__regex_search(run, pack, 0, text, run->cache == NULL ? &found : NULL, &steps);

    if (steps > (text.len + 1) * (uint64_t)pack->count[SONDA__SECTION_INSTRUCTIONS]) {
        abort();
    }
    return answer;
}

/* The same with a cache of so many words, twice: what is built, and built upon. */
static void compare(const sonda_content *content, sonda__span text, bool expected, size_t words)
{
    static sonda__regex_run run;
    sonda_allocator allocator;

    if (sonda_allocator_read(NULL, &allocator) != SONDA_OK) {
        abort();
    }
    run.cache = sonda__regex_cache_open(&allocator, words);
    if (run.cache == NULL) {
        return;
    }
    run.cache->rest = words / 8;
    if (is_found(&run, content, text) != expected ||
        is_found(&run, content, text) != expected) {
        abort();
    }
    free(run.cache);
}

static void search(const uint8_t *pack, size_t pack_len, sonda__span text)
{
    static sonda__regex_run plain;
    sonda_content_options options = SONDA_CONTENT_OPTIONS_INIT;
    sonda_content *content = NULL;
    bool expected;

    options.require_signature = 0;
    options.borrow = 1;
    if (sonda_content_load(&content, pack, pack_len, &options, NULL, NULL) != SONDA_OK) {
        abort();
    }
    expected = is_found(&plain, content, text);
    compare(content, text, expected, SONDA__REGEX_CACHE_WORDS);
    compare(content, text, expected, 64);
    compare(content, text, expected, 512);
    sonda_content_release(content);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *newline = size == 0 ? NULL : memchr(data, '\n', size);
    size_t regex_len = newline == NULL ? size : (size_t)(newline - data);
    sonda__span regex = sonda__span_of((const char *)data, regex_len);
    sonda__span text = sonda__span_of((const char *)data + regex_len, size - regex_len);
    sonda__pack_writer *writer = NULL;
    const uint8_t *pack;
    size_t pack_len = 0;

    if (sonda__pack_writer_open(&writer, NULL) != SONDA_OK) {
        return 0;
    }
    pack = compile_rule(writer, regex, &pack_len);
    if (pack != NULL) {
        search(pack, pack_len, text);
    }
    sonda__pack_writer_close(writer);
    return 0;
}
