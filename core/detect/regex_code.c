/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Reading instructions and classes of an automaton.
 *
 * Layer 4 (detect). No allocation.
 */

#include "core/detect/regex_code.h"

#include "core/codec/code_point.h"

bool sonda__regex_code_open(sonda__regex_code *code, const sonda__pack *pack, uint32_t regex)
{
    const uint8_t *entry = sonda__pack_entry(pack, SONDA__SECTION_REGEXES, regex);
    sonda__list list;

    if (entry == NULL) {
        return false;
    }
    list = sonda__pack_list(entry + SONDA__AT_REGEX_CODE);
    code->pack = pack;
    code->first = sonda__pack_entry(pack, SONDA__SECTION_INSTRUCTIONS, list.first);
    code->count = list.count;
    return code->first != NULL && list.count <= SONDA__REGEX_CODE_MAX &&
           list.count <= pack->count[SONDA__SECTION_INSTRUCTIONS] - list.first;
}

static bool in_ranges(const sonda__pack *pack, sonda__list ranges, uint32_t code_point)
{
    uint32_t low = 0;
    uint32_t high = ranges.count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const uint8_t *range = sonda__pack_listed(pack, SONDA__SECTION_RANGES, ranges, middle);

        if (range == NULL) {
            return false;
        }
        if (code_point < sonda__pack_u32(range + SONDA__AT_RANGE_FIRST)) {
            high = middle;
        } else if (code_point > sonda__pack_u32(range + SONDA__AT_RANGE_LAST)) {
            low = middle + 1;
        } else {
            return true;
        }
    }
    return false;
}

static bool in_class(const sonda__pack *pack, uint32_t index, uint32_t code_point)
{
    const uint8_t *at = sonda__pack_entry(pack, SONDA__SECTION_CLASSES, index);

    if (at == NULL) {
        return false;
    }
    if (code_point < 128) {
        return (at[SONDA__AT_CLASS_ASCII + code_point / 8] >> code_point % 8 & 1) != 0;
    }
    return in_ranges(pack, sonda__pack_list(at + SONDA__AT_CLASS_RANGES), code_point);
}

bool sonda__regex_code_reads(const sonda__regex_code *code, uint32_t index, uint32_t code_point)
{
    uint32_t a = sonda__regex_code_a(code, index);

    switch (sonda__regex_code_op(code, index)) {
    case SONDA__CODE_CHAR:
        return code_point == a;
    case SONDA__CODE_FOLDED:
        return sonda__code_point_fold(code_point) == a;
    case SONDA__CODE_ANY:
        return code_point != '\n';
    case SONDA__CODE_ANY_NEWLINE:
        return true;
    case SONDA__CODE_CLASS:
        return in_class(code->pack, a, code_point) != (sonda__regex_code_b(code, index) != 0);
    default:
        return false;
    }
}

bool sonda__regex_code_begins_at_start(const sonda__regex_code *code)
{
    return sonda__regex_code_op(code, 0) == SONDA__CODE_ASSERT &&
           sonda__regex_code_a(code, 0) == SONDA__ASSERT_TEXT_START;
}
