/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Ways to break what the verifier proves: one number of a whole pack replaced,
 * or a section; and how its refusal is checked, reason and place.
 */

#ifndef SONDA_TESTS_UNIT_RULES_BREACH_H
#define SONDA_TESTS_UNIT_RULES_BREACH_H

#include "tests/unit/rules/pack_fixture.h"

/* All that the other fixture has not: literals, scans, conditions of log sources. */
static const char literals_yaml[] =
    "title: One\n"
    "id: 00000000-0000-4000-8000-000000000001\n"
    "logsource: {product: windows, category: process_creation}\n"
    "detection:\n"
    "    s1: {CommandLine|contains: ['needle', 'other one'], Image|endswith: '\\a.exe'}\n"
    "    s2: {Image: 'whole.exe', CommandLine|startswith: 'begin'}\n"
    "    s3: {CommandLine|re: 'abcd.*'}\n"
    "    condition: 1 of s*\n"
    "---\n"
    "title: Two\n"
    "id: 00000000-0000-4000-8000-000000000002\n"
    "logsource: {product: windows, category: registry_add}\n"
    "detection:\n"
    "    s: {TargetObject|contains: '\\Run\\', Details: value}\n"
    "    condition: s\n"
    "---\n"
    "title: Three\n"
    "id: 00000000-0000-4000-8000-000000000003\n"
    "logsource: {product: windows}\n"
    "detection:\n"
    "    s: {Other: null}\n"
    "    condition: s\n"
    "---\n"
    "title: Four\n"
    "id: 00000000-0000-4000-8000-000000000004\n"
    "logsource: {product: windows, category: registry_add}\n"
    "detection:\n"
    "    s: {TargetObject|contains: '\\Run\\', Details|exists: true}\n"
    "    condition: s\n";

/* The first entry, whatever it holds. */
#define FIRST UINT32_MAX, 0

/* One number of one entry, replaced; and where the verifier sees it. */
typedef struct breach {
    const char *name;
    sonda__section_kind section;
    uint32_t find_at; /* of the first entry that has `find` there */
    uint32_t find;
    uint32_t at;
    uint32_t value;
    sonda__section_kind seen; /* in which section */
    const char *reason;
} breach;

static inline bool is_wanted(const breach *row, const uint8_t *entry)
{
    if (row->find_at == UINT32_MAX) {
        return true;
    }
    return row->section == SONDA__SECTION_PATTERNS
               ? sonda__pack_u16(entry + row->find_at) == row->find
               : sonda__pack_u32(entry + row->find_at) == row->find;
}

static inline uint8_t *entry_of(const breach *row, uint8_t *bytes)
{
    size_t len;
    uint8_t *at = bytes + mutated_section(bytes, row->section, &len);
    size_t size = sonda__section_entry_size(row->section);

    for (size_t i = 0; i + size <= len; i += size) {
        if (is_wanted(row, at + i)) {
            return at + i;
        }
    }
    fail_msg("%s: the fixture has no such entry", row->name);
    return NULL;
}

/* Refused with the reason, and a place in that section which the message tells. */
static inline void check_refused(const char *name,
                                 const uint8_t *bytes,
                                 size_t len,
                                 sonda_status expected,
                                 sonda__section_kind seen,
                                 const char *reason)
{
    sonda_content *content = NULL;
    sonda_error error = SONDA_ERROR_INIT;
    sonda_status status = pack_fixture_load(bytes, len, &content, &error);
    size_t section_len;
    size_t section = mutated_section(bytes, seen, &section_len);

    if (status != expected || strstr(error.message, reason) == NULL) {
        fail_msg("%s: %s: %s", name, sonda_status_name(status), error.message);
    }
    if (error.offset < section || error.offset > section + section_len) {
        fail_msg("%s: %s is not in section %u, from %zu to %zu", name, error.message,
                 (unsigned)seen, section, section + section_len);
    }
    assert_null(content);
    if (status == SONDA_ERR_MALFORMED) {
        char place[64];

        (void)snprintf(place, sizeof place, ", at offset %llu of the pack",
                       (unsigned long long)error.offset);
        assert_non_null(strstr(error.message, place));
    }
}

static inline void check_breaches(const char *yaml, const breach *rows, size_t count)
{
    pack_fixture pack = pack_fixture_make(yaml);
    uint8_t *bytes = malloc(pack.len);

    assert_non_null(bytes);
    for (size_t i = 0; i < count; i++) {
        memcpy(bytes, pack.bytes, pack.len);
        mutated_put32(entry_of(&rows[i], bytes) + rows[i].at, rows[i].value);
        mutated_seal(bytes, pack.len);

        check_refused(rows[i].name, bytes, pack.len, SONDA_ERR_MALFORMED, rows[i].seen,
                      rows[i].reason);
    }
    free(bytes);
    free(pack.bytes);
}

#define CHECK_BREACHES(yaml, rows) check_breaches(yaml, rows, sizeof rows / sizeof rows[0])

/* The pack with a section replaced by `count` entries of `bytes`, or of zeroes. */
static inline pack_fixture
with_section(pack_fixture pack, sonda__section_kind kind, const uint8_t *bytes, size_t count)
{
    size_t new_len = count * sonda__section_entry_size(kind);
    pack_fixture made = {calloc(1, pack.len + new_len + 8), 0};
    size_t end =
        SONDA__PACK_HEADER_SIZE + (size_t)SONDA__SECTION_COUNT * SONDA__SECTION_ENTRY_SIZE;

    assert_non_null(made.bytes);
    memcpy(made.bytes, pack.bytes, end);
    for (uint32_t each = 0; each < SONDA__SECTION_COUNT; each++) {
        uint8_t *row =
            made.bytes + SONDA__PACK_HEADER_SIZE + (size_t)each * SONDA__SECTION_ENTRY_SIZE;
        size_t len;
        size_t from = mutated_section(pack.bytes, each, &len);
        size_t at = (end + 7) & ~(size_t)7;

        if (each == (uint32_t)kind) {
            len = new_len;
        }
        if (each != (uint32_t)kind || bytes != NULL) {
            memcpy(made.bytes + at, each == (uint32_t)kind ? bytes : pack.bytes + from, len);
        }
        mutated_put64(row + SONDA__AT_SECTION_OFFSET, at);
        mutated_put64(row + SONDA__AT_SECTION_SIZE, len);
        end = at + len;
    }
    made.len = end;
    mutated_put64(made.bytes + SONDA__AT_TOTAL_SIZE, end);
    mutated_seal(made.bytes, made.len);
    free(pack.bytes);
    return made;
}

#endif
