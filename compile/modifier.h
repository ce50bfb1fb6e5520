/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Sigma's modifiers: their names, and which may stand together in which order.
 *
 * Module compile. No allocation.
 */

#ifndef SONDA_COMPILE_MODIFIER_H
#define SONDA_COMPILE_MODIFIER_H

#include "compile/rule.h"
#include "sonda/status.h"

/* Most modifiers of one item: every one that can stand with the others. */
#define SONDA__MODIFIERS_MAX 8u

/* A set of modifiers, one bit each. */
typedef uint32_t sonda__modifier_set;

static inline sonda__modifier_set sonda__modifier_bit(sonda__modifier modifier)
{
    return (sonda__modifier_set)1 << (unsigned)modifier;
}

/* The modifier a rule names, SONDA_ERR_NOT_FOUND with the reason otherwise. */
sonda_status sonda__modifier_read(sonda__span name,
                                  uint32_t line,
                                  sonda__modifier *modifier,
                                  sonda_error *error);

/*
 * Checks modifiers that stand together, in their order: each pair allowed, none
 * twice, encodings before what compares. `keywords` is set for an item without
 * a field.
 */
sonda_status sonda__modifiers_check(const sonda__modifier *modifiers,
                                    size_t count,
                                    bool keywords,
                                    uint32_t line,
                                    sonda_error *error);

/* Checks one value's kind against the modifiers of its item. */
sonda_status sonda__modifiers_check_value(sonda__modifier_set modifiers,
                                          const sonda__rule_value *value,
                                          size_t value_count,
                                          sonda_error *error);

#endif
