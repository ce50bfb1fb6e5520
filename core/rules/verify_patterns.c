/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Items and the questions they ask.
 *
 * Layer 3 (rules). No allocation.
 */

#include "core/codec/decimal.h"
#include "core/rules/verify.h"

/* Each escape of a GLOB is followed by one of the bytes it can stand with. */
static bool is_glob(sonda__span bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        if ((uint8_t)bytes.data[i] == SONDA__GLOB_ESCAPE) {
            uint8_t next = ++i < bytes.len ? (uint8_t)bytes.data[i] : 0;

            if (next != SONDA__GLOB_ESCAPE &&
                (next < SONDA__GLOB_MANY || next > SONDA__GLOB_DASH)) {
                return false;
            }
        }
    }
    return true;
}

static bool is_number(sonda__span bytes)
{
    sonda__decimal number;

    return bytes.len <= SONDA__NUMBER_TEXT_MAX && sonda__decimal_parse(bytes, &number);
}

/* Whether the operands fit the question. */
static bool is_sound(const sonda__pack *pack, const uint8_t *at)
{
    uint32_t a = sonda__pack_u32(at + SONDA__AT_PATTERN_A);
    uint32_t b = sonda__pack_u32(at + SONDA__AT_PATTERN_B);
    uint32_t c = sonda__pack_u32(at + SONDA__AT_PATTERN_C);
    bool has_text = sonda__pack_has_text(pack, a, b);
    sonda__span text = sonda__pack_text(pack, at + SONDA__AT_PATTERN_A);

    switch (sonda__pack_u16(at + SONDA__AT_PATTERN_OP)) {
    case SONDA__OP_LITERAL:
        return has_text && c == 0;
    case SONDA__OP_GLOB:
        return has_text && c == 0 && is_glob(text);
    case SONDA__OP_NULL:
        return a == 0 && b == 0 && c == 0;
    case SONDA__OP_EXISTS:
        return a == 0 && b == 0 && c <= 1;
    case SONDA__OP_NUMBER:
        return has_text && c <= SONDA__COMPARE_GREATER_EQUAL && is_number(text);
    case SONDA__OP_TIME_PART:
        return b <= SONDA__PART_YEAR && c <= SONDA__COMPARE_GREATER_EQUAL;
    case SONDA__OP_CIDR:
        return has_text && (b == 4 || b == 16) && c <= b * 8;
    case SONDA__OP_REGEX:
        return a < pack->count[SONDA__SECTION_REGEXES] && b == 0 && c == 0;
    case SONDA__OP_FIELDREF:
        return a < pack->count[SONDA__SECTION_FIELDS] && b == 0 && c == 0;
    default:
        return false;
    }
}

static uint64_t cost_of(const sonda__pack *pack, const uint8_t *at)
{
    uint32_t op = sonda__pack_u16(at + SONDA__AT_PATTERN_OP);
    uint32_t index = sonda__pack_u32(at + SONDA__AT_PATTERN_A);
    const uint8_t *regex =
        op == SONDA__OP_REGEX ? sonda__pack_entry(pack, SONDA__SECTION_REGEXES, index) : NULL;
    uint32_t code_count =
        regex == NULL ? 0 : sonda__pack_list(regex + SONDA__AT_REGEX_CODE).count;

    return sonda__pattern_cost(op, sonda__pack_u32(at + SONDA__AT_PATTERN_B), code_count);
}

static sonda_status check_patterns(const sonda__verifier *verifier)
{
    const sonda__pack *pack = verifier->pack;
    uint64_t sum = 0;
    sonda_status status = SONDA_OK;

    verifier->pattern_cost[0] = 0;
    for (uint32_t i = 0; status == SONDA_OK && i < pack->count[SONDA__SECTION_PATTERNS]; i++) {
        const uint8_t *at = sonda__pack_entry(pack, SONDA__SECTION_PATTERNS, i);

        /* Before the pattern is read: this bounds the reading too. */
        sum = sonda__cost_add(sum, cost_of(pack, at));
        verifier->pattern_cost[i + 1] = sum;
        if (sum > verifier->max_cost_per_byte) {
            uint64_t told = sonda__pack_u64(pack->bytes + SONDA__AT_COST_BYTE);

            return sonda__verify_refuse_cost(verifier, at, told > sum ? told : sum);
        }
        if (!is_sound(pack, at) || (sonda__pack_u16(at + SONDA__AT_PATTERN_FLAGS) &
                                    ~SONDA__PATTERN_FLAGS_KNOWN) != 0) {
            return sonda__verify_refuse(verifier, at, "a pattern whose operands do not fit it");
        }
        status = sonda__verify_text(verifier, at + SONDA__AT_PATTERN_TEXT);
    }
    return status;
}

/*
 * Keywords ask values, not fields: whether one is there, or equals another, is
 * no question for them. Their patterns follow one another, so that looking at
 * all of them is linear.
 */
static sonda_status check_keyword(const sonda__verifier *verifier,
                                  const uint8_t *at,
                                  sonda__list patterns,
                                  uint32_t *next)
{
    if (patterns.first < *next) {
        return sonda__verify_refuse(verifier, at, "keywords that share patterns");
    }
    for (uint32_t i = 0; i < patterns.count; i++) {
        const uint8_t *pattern =
            sonda__pack_listed(verifier->pack, SONDA__SECTION_PATTERNS, patterns, i);
        uint32_t op = sonda__pack_u16(pattern + SONDA__AT_PATTERN_OP);

        if (op == SONDA__OP_NULL || op == SONDA__OP_EXISTS || op == SONDA__OP_FIELDREF) {
            return sonda__verify_refuse(verifier, pattern, "a keyword that asks for a field");
        }
    }
    *next = patterns.first + patterns.count;
    return SONDA_OK;
}

/* `next`: where the patterns of keywords went so far. */
static sonda_status
check_predicate(const sonda__verifier *verifier, const uint8_t *at, uint32_t *next)
{
    const sonda__pack *pack = verifier->pack;
    uint32_t flags = sonda__pack_u32(at + SONDA__AT_PREDICATE_FLAGS);
    uint32_t field = sonda__pack_u32(at + SONDA__AT_PREDICATE_FIELD);
    sonda__list patterns = sonda__pack_list(at + SONDA__AT_PREDICATE_PATTERNS);
    bool keyword = (flags & SONDA__PREDICATE_KEYWORD) != 0;
    const uint8_t *last;
    sonda_status status = sonda__verify_list(verifier, at + SONDA__AT_PREDICATE_PATTERNS,
                                             SONDA__SECTION_PATTERNS);

    if (status != SONDA_OK) {
        return status;
    }
    if ((flags & ~SONDA__PREDICATE_FLAGS_KNOWN) != 0 || patterns.count == 0 ||
        (keyword ? field != 0 : field >= pack->count[SONDA__SECTION_FIELDS])) {
        return sonda__verify_refuse(verifier, at, "an item without a field or a pattern");
    }
    status = keyword ? check_keyword(verifier, at, patterns, next) : SONDA_OK;
    if (status != SONDA_OK) {
        return status;
    }
    last = sonda__pack_listed(pack, SONDA__SECTION_PATTERNS, patterns, patterns.count - 1);
    return (sonda__pack_u16(last + SONDA__AT_PATTERN_FLAGS) & SONDA__PATTERN_OR_NEXT) == 0
               ? SONDA_OK
               : sonda__verify_refuse(verifier, last, "a last pattern that needs a next one");
}

sonda_status sonda__verify_patterns(const sonda__verifier *verifier)
{
    const sonda__pack *pack = verifier->pack;
    uint32_t next = 0;
    sonda_status status = check_patterns(verifier);

    for (uint32_t i = 0; status == SONDA_OK && i < pack->count[SONDA__SECTION_PREDICATES];
         i++) {
        status = check_predicate(verifier,
                                 sonda__pack_entry(pack, SONDA__SECTION_PREDICATES, i), &next);
    }
    return status;
}
