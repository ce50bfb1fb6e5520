/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Modifiers, each by its row: which question it makes of the item.
 *
 * Module compile.
 */

#include "compile/lower_modifiers.h"

#include "core/base/error.h"

typedef struct modifier_row {
    const char *name;
    sonda__item_kind kind; /* TEXT: leaves the question as it is */
} modifier_row;

static const modifier_row rows[] = {
    [SONDA__MOD_ALL] = {"all", SONDA__ITEM_TEXT},
    [SONDA__MOD_CONTAINS] = {"contains", SONDA__ITEM_TEXT},
    [SONDA__MOD_STARTSWITH] = {"startswith", SONDA__ITEM_TEXT},
    [SONDA__MOD_ENDSWITH] = {"endswith", SONDA__ITEM_TEXT},
    [SONDA__MOD_EXISTS] = {"exists", SONDA__ITEM_EXISTS},
    [SONDA__MOD_CASED] = {"cased", SONDA__ITEM_TEXT},
    [SONDA__MOD_NEQ] = {"neq", SONDA__ITEM_TEXT},
    [SONDA__MOD_WINDASH] = {"windash", SONDA__ITEM_TEXT},
    [SONDA__MOD_RE] = {"re", SONDA__ITEM_REGEX},
    [SONDA__MOD_RE_I] = {"i", SONDA__ITEM_REGEX},
    [SONDA__MOD_RE_M] = {"m", SONDA__ITEM_REGEX},
    [SONDA__MOD_RE_S] = {"s", SONDA__ITEM_REGEX},
    [SONDA__MOD_BASE64] = {"base64", SONDA__ITEM_TEXT},
    [SONDA__MOD_BASE64OFFSET] = {"base64offset", SONDA__ITEM_TEXT},
    [SONDA__MOD_UTF16LE] = {"wide", SONDA__ITEM_TEXT},
    [SONDA__MOD_UTF16BE] = {"utf16be", SONDA__ITEM_TEXT},
    [SONDA__MOD_UTF16] = {"utf16", SONDA__ITEM_TEXT},
    [SONDA__MOD_LT] = {"lt", SONDA__ITEM_COMPARE},
    [SONDA__MOD_LTE] = {"lte", SONDA__ITEM_COMPARE},
    [SONDA__MOD_GT] = {"gt", SONDA__ITEM_COMPARE},
    [SONDA__MOD_GTE] = {"gte", SONDA__ITEM_COMPARE},
    [SONDA__MOD_MINUTE] = {"minute", SONDA__ITEM_TIME},
    [SONDA__MOD_HOUR] = {"hour", SONDA__ITEM_TIME},
    [SONDA__MOD_DAY] = {"day", SONDA__ITEM_TIME},
    [SONDA__MOD_WEEK] = {"week", SONDA__ITEM_TIME},
    [SONDA__MOD_MONTH] = {"month", SONDA__ITEM_TIME},
    [SONDA__MOD_YEAR] = {"year", SONDA__ITEM_TIME},
    [SONDA__MOD_CIDR] = {"cidr", SONDA__ITEM_CIDR},
    [SONDA__MOD_EXPAND] = {"expand", SONDA__ITEM_TEXT},
    [SONDA__MOD_FIELDREF] = {"fieldref", SONDA__ITEM_FIELDREF},
};

const char *sonda__modifier_name(sonda__modifier modifier)
{
    return (size_t)modifier < sizeof rows / sizeof rows[0] ? rows[modifier].name : "?";
}

static sonda_status refuse_pair(sonda_error *error, sonda__modifier one, const char *other)
{
    return sonda__error_set(error, SONDA_ERR_MALFORMED, 0, "modifier '%s' cannot stand with %s",
                            sonda__modifier_name(one), other);
}

/* Takes the kind a modifier asks for, unless another was asked for before. */
static sonda_status
take_kind(sonda__modifiers *sum, sonda__modifier modifier, sonda_error *error)
{
    sonda__item_kind kind = rows[modifier].kind;
    bool timed = (sum->kind == SONDA__ITEM_TIME && kind == SONDA__ITEM_COMPARE) ||
                 (sum->kind == SONDA__ITEM_COMPARE && kind == SONDA__ITEM_TIME);

    if (kind == SONDA__ITEM_TEXT || kind == sum->kind) {
        return SONDA_OK;
    }
    if (sum->kind != SONDA__ITEM_TEXT && !timed) {
        return refuse_pair(error, modifier, "a modifier before it");
    }
    sum->kind = timed ? SONDA__ITEM_TIME : kind;
    return SONDA_OK;
}

/* contains, startswith and endswith: each opens an end, as '*' there would. */
static void take_shape(sonda__modifiers *sum, sonda__modifier modifier)
{
    if (!sum->shaped) {
        sum->at_start = true;
        sum->at_end = true;
    }
    sum->shaped = true;
    if (modifier != SONDA__MOD_STARTSWITH) {
        sum->at_start = false;
    }
    if (modifier != SONDA__MOD_ENDSWITH) {
        sum->at_end = false;
    }
}

/* The rest of what one modifier says, apart from its kind. */
static void take_flag(sonda__modifiers *sum, sonda__modifier modifier)
{
    sum->all |= modifier == SONDA__MOD_ALL;
    sum->cased |= modifier == SONDA__MOD_CASED;
    sum->negated |= modifier == SONDA__MOD_NEQ;
    sum->ignore_case |= modifier == SONDA__MOD_RE_I;
    sum->multi_line |= modifier == SONDA__MOD_RE_M;
    sum->dot_all |= modifier == SONDA__MOD_RE_S;
    if (modifier >= SONDA__MOD_CONTAINS && modifier <= SONDA__MOD_ENDSWITH) {
        take_shape(sum, modifier);
    }
    sum->encoded |= modifier == SONDA__MOD_WINDASH ||
                    (modifier >= SONDA__MOD_BASE64 && modifier <= SONDA__MOD_UTF16);
    if (modifier >= SONDA__MOD_LT && modifier <= SONDA__MOD_GTE) {
        sum->comparison =
            (sonda__comparison)((int)SONDA__COMPARE_LESS + (int)(modifier - SONDA__MOD_LT));
    }
    if (modifier >= SONDA__MOD_MINUTE && modifier <= SONDA__MOD_YEAR) {
        sum->part = (sonda__time_part)(modifier - SONDA__MOD_MINUTE);
    }
}

/* Modifiers that change text, on a question that is not about text. */
static sonda_status check_sense(const sonda__modifiers *sum, sonda_error *error)
{
    bool text = sum->kind == SONDA__ITEM_TEXT;
    bool shapes = text || sum->kind == SONDA__ITEM_REGEX || sum->kind == SONDA__ITEM_FIELDREF;

    if ((sum->shaped && !shapes) || (sum->encoded && !text)) {
        return sonda__error_set(error, SONDA_ERR_MALFORMED, 0,
                                "modifiers for text stand with one that compares no text");
    }
    return SONDA_OK;
}

sonda_status sonda__modifiers_read(const sonda__rule_item *item,
                                   sonda__modifiers *modifiers,
                                   sonda_error *error)
{
    sonda_status status = SONDA_OK;

    memset(modifiers, 0, sizeof *modifiers);
    for (uint32_t i = 0; status == SONDA_OK && i < item->modifier_count; i++) {
        sonda__modifier modifier = item->modifiers[i];

        if (modifier == SONDA__MOD_EXPAND) {
            return sonda__error_set(
                error, SONDA_ERR_UNSUPPORTED, 0,
                "modifier 'expand' needs a placeholder table, and there is none");
        }
        status = take_kind(modifiers, modifier, error);
        take_flag(modifiers, modifier);
    }
    return status == SONDA_OK ? check_sense(modifiers, error) : status;
}
