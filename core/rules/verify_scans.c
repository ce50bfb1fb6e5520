/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The tables by which matching finds candidates.
 *
 * Proven is that reading them stays inside them and what it costs. Whether they
 * name every rule they should is the compiler's word: a pack whose tables leave
 * out a rule has lost that rule, as if it had not had it.
 *
 * Layer 3 (rules). No allocation.
 */

#include "core/rules/verify.h"

/* Where the runs so far ended: each begins where the one before it did. */
typedef struct scan_walk {
    uint32_t literals;
    uint32_t postings;
    uint32_t needs;
    uint32_t always;
} scan_walk;

/* A run that begins at `*next` and ends inside its section. */
static bool follows(const sonda__verifier *verifier,
                    sonda__section_kind kind,
                    uint32_t first,
                    uint32_t count,
                    uint32_t *next)
{
    if (first != *next || count > verifier->pack->count[kind] - first) {
        return false;
    }
    *next = first + count;
    return true;
}

static bool is_rules(const sonda__pack *pack, uint32_t alternative)
{
    const uint8_t *at = sonda__pack_entry(pack, SONDA__SECTION_ALTERNATIVES, alternative);

    return at != NULL && sonda__pack_u32(at + SONDA__AT_ALTERNATIVE_OWNER) <
                             pack->count[SONDA__SECTION_RULES];
}

/* The lists of a scan, by the kinds of their literals. */
typedef enum literal_list { ANCHORED, INNER, NETWORKS } literal_list;

static literal_list list_of(uint32_t kind)
{
    if (kind == SONDA__LITERAL_NETWORK) {
        return NETWORKS;
    }
    return kind == SONDA__LITERAL_INNER ? INNER : ANCHORED;
}

/* An address of some family, without bits behind its prefix, and behind the one before. */
static bool is_network(const sonda__pack *pack, const uint8_t *at, const uint8_t *before)
{
    sonda__span text = sonda__pack_text(pack, at + SONDA__AT_LITERAL_TEXT);
    const uint8_t *bytes = (const uint8_t *)text.data;

    if ((text.len != 5 && text.len != 17) || bytes[0] > 8 * (text.len - 1)) {
        return false;
    }
    for (uint32_t i = 0; i + 1 < text.len; i++) {
        if ((bytes[1 + i] & ~sonda__network_mask(bytes[0], i)) != 0) {
            return false;
        }
    }
    if (before != NULL) {
        sonda__span last = sonda__pack_text(pack, before + SONDA__AT_LITERAL_TEXT);

        return last.len < text.len ||
               (last.len == text.len && memcmp(last.data, text.data, text.len) < 0);
    }
    return true;
}

static sonda_status check_literal(const sonda__verifier *verifier,
                                  const uint8_t *at,
                                  literal_list list,
                                  scan_walk *walk)
{
    const sonda__pack *pack = verifier->pack;
    uint32_t len = sonda__pack_u32(at + SONDA__AT_LITERAL_TEXT + 4);
    uint32_t kind = sonda__pack_u32(at + SONDA__AT_LITERAL_KIND);
    uint32_t gram = sonda__pack_u32(at + SONDA__AT_LITERAL_GRAM);
    uint32_t width = sonda__literal_width(kind);
    sonda__list postings = sonda__pack_list(at + SONDA__AT_LITERAL_POSTINGS);
    uint64_t next = 0;

    if (kind >= SONDA__LITERAL_KIND_COUNT || list_of(kind) != list || len < width ||
        gram > (list == INNER ? len - width : 0)) {
        return sonda__verify_refuse(verifier, at, "a literal of no kind, or too short");
    }
    if (!follows(verifier, SONDA__SECTION_POSTINGS, postings.first, postings.count,
                 &walk->postings)) {
        return sonda__verify_refuse(verifier, at, "literals that share alternatives");
    }
    for (uint32_t i = 0; i < postings.count; i++) {
        const uint8_t *posting = sonda__pack_listed(pack, SONDA__SECTION_POSTINGS, postings, i);

        if (sonda__pack_u32(posting) < next || !is_rules(pack, sonda__pack_u32(posting))) {
            return sonda__verify_refuse(verifier, posting,
                                        "a literal for no rule, or out of order");
        }
        next = (uint64_t)sonda__pack_u32(posting) + 1;
    }
    return sonda__verify_text(verifier, at + SONDA__AT_LITERAL_TEXT);
}

/* Literals that follow the ones before. */
static sonda_status check_literals(const sonda__verifier *verifier,
                                   const uint8_t *at,
                                   literal_list which,
                                   scan_walk *walk)
{
    sonda__list list = sonda__pack_list(at);
    const uint8_t *before = NULL;
    sonda_status status = SONDA_OK;

    if (!follows(verifier, SONDA__SECTION_LITERALS, list.first, list.count, &walk->literals)) {
        return sonda__verify_refuse(verifier, at, "scans that share literals");
    }
    for (uint32_t i = 0; status == SONDA_OK && i < list.count; i++) {
        const uint8_t *literal =
            sonda__pack_listed(verifier->pack, SONDA__SECTION_LITERALS, list, i);

        status = check_literal(verifier, literal, which, walk);
        if (status == SONDA_OK && which == NETWORKS &&
            !is_network(verifier->pack, literal, before)) {
            return sonda__verify_refuse(verifier, literal,
                                        "a network that is none, or out of order");
        }
        before = literal;
    }
    return status;
}

static sonda_status
check_scan(const sonda__verifier *verifier, const uint8_t *at, uint64_t least, scan_walk *walk)
{
    uint32_t field = sonda__pack_u32(at + SONDA__AT_SCAN_FIELD);
    sonda_status status;

    if (field < least ||
        (field >= verifier->pack->count[SONDA__SECTION_FIELDS] && field != SONDA__SCAN_EVERY)) {
        return sonda__verify_refuse(verifier, at, "a scan of no field, or out of order");
    }
    if (field == SONDA__SCAN_EVERY &&
        sonda__pack_list(at + SONDA__AT_SCAN_NETWORKS).count > 0) {
        return sonda__verify_refuse(verifier, at, "networks of every field");
    }
    status = check_literals(verifier, at + SONDA__AT_SCAN_ANCHORED, ANCHORED, walk);
    if (status == SONDA_OK) {
        status = check_literals(verifier, at + SONDA__AT_SCAN_INNER, INNER, walk);
    }
    return status == SONDA_OK
               ? check_literals(verifier, at + SONDA__AT_SCAN_NETWORKS, NETWORKS, walk)
               : status;
}

/* Scans of a log source and what it always runs: its own, in ascending order. */
static sonda_status
check_source(const sonda__verifier *verifier, uint32_t index, scan_walk *walk)
{
    const sonda__pack *pack = verifier->pack;
    const uint8_t *at = sonda__pack_entry(pack, SONDA__SECTION_SOURCES, index);
    sonda__list needs = sonda__pack_list(at + SONDA__AT_SOURCE_SCANS);
    sonda__list always = sonda__pack_list(at + SONDA__AT_SOURCE_ALWAYS);
    uint64_t next = 0;

    if (!follows(verifier, SONDA__SECTION_SOURCE_SCANS, needs.first, needs.count,
                 &walk->needs) ||
        !follows(verifier, SONDA__SECTION_ALWAYS, always.first, always.count, &walk->always)) {
        return sonda__verify_refuse(verifier, at, "log sources that share lists");
    }
    for (uint32_t i = 0; i < needs.count; i++) {
        const uint8_t *need = sonda__pack_listed(pack, SONDA__SECTION_SOURCE_SCANS, needs, i);

        if (sonda__pack_u32(need) < next ||
            sonda__pack_u32(need) >= pack->count[SONDA__SECTION_SCANS]) {
            return sonda__verify_refuse(verifier, need, "a scan that is none, or out of order");
        }
        next = (uint64_t)sonda__pack_u32(need) + 1;
    }
    next = 0;
    for (uint32_t i = 0; i < always.count; i++) {
        const uint8_t *each = sonda__pack_listed(pack, SONDA__SECTION_ALWAYS, always, i);
        uint32_t number = sonda__pack_u32(each);
        const uint8_t *of = sonda__pack_entry(pack, SONDA__SECTION_ALTERNATIVES, number);

        if (number < next || !is_rules(pack, number) ||
            sonda__pack_u32(of + SONDA__AT_ALTERNATIVE_SOURCE) != index) {
            return sonda__verify_refuse(verifier, each,
                                        "a log source that runs another's rule");
        }
        next = (uint64_t)number + 1;
    }
    return SONDA_OK;
}

static bool is_used_up(const sonda__pack *pack, const scan_walk *walk)
{
    return walk->literals == pack->count[SONDA__SECTION_LITERALS] &&
           walk->postings == pack->count[SONDA__SECTION_POSTINGS] &&
           walk->needs == pack->count[SONDA__SECTION_SOURCE_SCANS] &&
           walk->always == pack->count[SONDA__SECTION_ALWAYS];
}

sonda_status sonda__verify_scans(const sonda__verifier *verifier)
{
    const sonda__pack *pack = verifier->pack;
    scan_walk walk = {0};
    uint64_t least = 0;
    sonda_status status = SONDA_OK;

    if (pack->count[SONDA__SECTION_SCANS] > SONDA__SCANS_MAX ||
        pack->count[SONDA__SECTION_SOURCES] > SONDA__SOURCES_MAX ||
        pack->count[SONDA__SECTION_ALTERNATIVES] > SONDA__ALTERNATIVES_MAX) {
        return sonda__verify_refuse(verifier, pack->section[SONDA__SECTION_SCANS],
                                    "more log sources, alternatives or scans than matching has "
                                    "room for");
    }
    for (uint32_t i = 0; status == SONDA_OK && i < pack->count[SONDA__SECTION_SCANS]; i++) {
        const uint8_t *at = sonda__pack_entry(pack, SONDA__SECTION_SCANS, i);

        status = check_scan(verifier, at, least, &walk);
        least = (uint64_t)sonda__pack_u32(at + SONDA__AT_SCAN_FIELD) + 1;
    }
    for (uint32_t i = 0; status == SONDA_OK && i < pack->count[SONDA__SECTION_SOURCES]; i++) {
        status = check_source(verifier, i, &walk);
    }
    if (status == SONDA_OK && !is_used_up(pack, &walk)) {
        status = sonda__verify_refuse(verifier, pack->section[SONDA__SECTION_LITERALS],
                                      "tables of literals that nothing uses");
    }
    return status;
}
