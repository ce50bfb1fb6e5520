/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the modifiers of an item ask for as a whole, checked for sense.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_LOWER_MODIFIERS_H
#define SONDA_COMPILE_LOWER_MODIFIERS_H

#include "compile/lowered.h"
#include "sonda/status.h"

/* What kind of question an item asks. */
typedef enum sonda__item_kind {
    SONDA__ITEM_TEXT,
    SONDA__ITEM_EXISTS,
    SONDA__ITEM_REGEX,
    SONDA__ITEM_COMPARE, /* numbers */
    SONDA__ITEM_TIME,
    SONDA__ITEM_CIDR,
    SONDA__ITEM_FIELDREF
} sonda__item_kind;

typedef struct sonda__modifiers {
    sonda__item_kind kind;
    bool all;
    bool cased;
    bool negated;
    bool shaped;  /* contains, startswith or endswith stands there */
    bool encoded; /* windash, base64, UTF-16 stand there */
    bool at_start;
    bool at_end;
    bool ignore_case; /* re|i, m and s */
    bool multi_line;
    bool dot_all;
    sonda__comparison comparison;
    sonda__time_part part;
} sonda__modifiers;

/* Name of a modifier as rules write it. */
const char *sonda__modifier_name(sonda__modifier modifier);

/* Sums up an item's modifiers; refuses those that exclude one another. */
sonda_status sonda__modifiers_read(const sonda__rule_item *item,
                                   sonda__modifiers *modifiers,
                                   sonda_error *error);

#endif
