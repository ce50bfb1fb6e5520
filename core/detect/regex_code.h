/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The automaton of a regular expression as it stands in its pack.
 *
 * Verified packs hold no jump out of an automaton; readers bound them again.
 *
 * Layer 4 (detect). No allocation.
 */

#ifndef SONDA_CORE_DETECT_REGEX_CODE_H
#define SONDA_CORE_DETECT_REGEX_CODE_H

#include "core/rules/pack.h"

/* No code point: before the first one and after the last one. */
#define SONDA__REGEX_NOTHING UINT32_MAX

typedef struct sonda__regex_code {
    const sonda__pack *pack;
    const uint8_t *first;
    uint32_t count; /* instructions; at most SONDA__REGEX_CODE_MAX */
} sonda__regex_code;

/* False when the pack has no such expression. */
bool sonda__regex_code_open(sonda__regex_code *code, const sonda__pack *pack, uint32_t regex);

/* Whether an instruction reads this code point. */
bool sonda__regex_code_reads(const sonda__regex_code *code,
                             uint32_t index,
                             uint32_t code_point);

/* An expression that begins with \A or ^ cannot begin later. */
bool sonda__regex_code_begins_at_start(const sonda__regex_code *code);

static inline const uint8_t *sonda__regex_code_at(const sonda__regex_code *code, uint32_t index)
{
    return code->first + (size_t)index * SONDA__CODE_SIZE;
}

static inline uint32_t sonda__regex_code_op(const sonda__regex_code *code, uint32_t index)
{
    return sonda__pack_u32(sonda__regex_code_at(code, index) + SONDA__AT_CODE_OP);
}

static inline uint32_t sonda__regex_code_a(const sonda__regex_code *code, uint32_t index)
{
    return sonda__pack_u32(sonda__regex_code_at(code, index) + SONDA__AT_CODE_A);
}

static inline uint32_t sonda__regex_code_b(const sonda__regex_code *code, uint32_t index)
{
    return sonda__pack_u32(sonda__regex_code_at(code, index) + SONDA__AT_CODE_B);
}

/* Whether an instruction leads on without reading anything. */
static inline bool sonda__regex_op_is_empty(uint32_t op)
{
    return op == SONDA__CODE_JUMP || op == SONDA__CODE_SPLIT || op == SONDA__CODE_ASSERT ||
           op == SONDA__CODE_MATCH;
}

#endif
