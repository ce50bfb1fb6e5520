/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Automata: every instruction leads to one of the same automaton, every class
 * is a sorted list whose bitmap says the same.
 *
 * Loops without progress need no check: a run visits each instruction once for
 * each code point.
 *
 * Layer 3 (rules). No allocation.
 */

#include "core/rules/verify.h"

static sonda_status
check_ranges(const sonda__verifier *verifier, const uint8_t *at, sonda__list list)
{
    uint8_t ascii[16] = {0};
    uint64_t next = 0;

    for (uint32_t i = 0; i < list.count; i++) {
        const uint8_t *range =
            sonda__pack_listed(verifier->pack, SONDA__SECTION_RANGES, list, i);
        uint32_t first = sonda__pack_u32(range + SONDA__AT_RANGE_FIRST);
        uint32_t last = sonda__pack_u32(range + SONDA__AT_RANGE_LAST);

        if (first < next || last < first || last > SONDA__CODE_POINT_BYTE + 0xff) {
            return sonda__verify_refuse(verifier, range,
                                        "a class whose ranges are out of order");
        }
        for (uint32_t c = first; c <= last && c < 128; c++) {
            ascii[c / 8] |= (uint8_t)(1u << c % 8);
        }
        next = (uint64_t)last + 2;
    }
    return memcmp(ascii, at + SONDA__AT_CLASS_ASCII, sizeof ascii) == 0
               ? SONDA_OK
               : sonda__verify_refuse(verifier, at, "a class that contradicts itself");
}

static sonda_status check_classes(const sonda__verifier *verifier)
{
    const sonda__pack *pack = verifier->pack;
    uint32_t next = 0;
    sonda_status status = SONDA_OK;

    for (uint32_t i = 0; status == SONDA_OK && i < pack->count[SONDA__SECTION_CLASSES]; i++) {
        const uint8_t *at = sonda__pack_entry(pack, SONDA__SECTION_CLASSES, i);
        sonda__list list = sonda__pack_list(at + SONDA__AT_CLASS_RANGES);

        status =
            sonda__verify_list(verifier, at + SONDA__AT_CLASS_RANGES, SONDA__SECTION_RANGES);
        if (status == SONDA_OK && list.first != next) {
            status = sonda__verify_refuse(verifier, at, "classes that share ranges");
        }
        if (status == SONDA_OK) {
            status = check_ranges(verifier, at, list);
        }
        next = list.first + list.count;
    }
    return status;
}

/* Whether the operands fit the instruction. `count` is of its automaton. */
static bool is_sound(const sonda__pack *pack, const uint8_t *at, uint32_t index, uint32_t count)
{
    uint32_t a = sonda__pack_u32(at + SONDA__AT_CODE_A);
    uint32_t b = sonda__pack_u32(at + SONDA__AT_CODE_B);
    bool goes_on = index + 1 < count;

    switch (sonda__pack_u32(at + SONDA__AT_CODE_OP)) {
    case SONDA__CODE_CHAR:
    case SONDA__CODE_FOLDED:
        return goes_on && a < SONDA__CODE_POINT_BYTE + 0x100 && b == 0;
    case SONDA__CODE_ANY:
    case SONDA__CODE_ANY_NEWLINE:
        return goes_on && a == 0 && b == 0;
    case SONDA__CODE_CLASS:
        return goes_on && a < pack->count[SONDA__SECTION_CLASSES] && b <= 1;
    case SONDA__CODE_ASSERT:
        return goes_on && a < SONDA__ASSERTION_COUNT && b == 0;
    case SONDA__CODE_JUMP:
        return a < count && b == 0;
    case SONDA__CODE_SPLIT:
        return a < count && b < count;
    case SONDA__CODE_MATCH:
        return a == 0 && b == 0;
    default:
        return false;
    }
}

static sonda_status
check_code(const sonda__verifier *verifier, const uint8_t *regex, sonda__list list)
{
    if (list.count == 0 || list.count > SONDA__REGEX_CODE_MAX) {
        return sonda__verify_refuse(verifier, regex, "an automaton of no or too many states");
    }
    for (uint32_t i = 0; i < list.count; i++) {
        const uint8_t *at =
            sonda__pack_listed(verifier->pack, SONDA__SECTION_INSTRUCTIONS, list, i);

        if (!is_sound(verifier->pack, at, i, list.count)) {
            return sonda__verify_refuse(verifier, at, "an instruction that leads nowhere");
        }
    }
    return SONDA_OK;
}

sonda_status sonda__verify_regexes(const sonda__verifier *verifier)
{
    const sonda__pack *pack = verifier->pack;
    uint32_t next = 0;
    sonda_status status = check_classes(verifier);

    for (uint32_t i = 0; status == SONDA_OK && i < pack->count[SONDA__SECTION_REGEXES]; i++) {
        const uint8_t *at = sonda__pack_entry(pack, SONDA__SECTION_REGEXES, i);
        sonda__list list = sonda__pack_list(at + SONDA__AT_REGEX_CODE);

        status = sonda__verify_list(verifier, at + SONDA__AT_REGEX_CODE,
                                    SONDA__SECTION_INSTRUCTIONS);
        if (status == SONDA_OK && list.first != next) {
            status = sonda__verify_refuse(verifier, at, "automata that share instructions");
        }
        if (status == SONDA_OK) {
            status = check_code(verifier, at, list);
        }
        next = list.first + list.count;
    }
    return status;
}
