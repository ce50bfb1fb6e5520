/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Values under their modifiers.
 *
 * A value gives one pattern, but for base64offset, which gives three.
 *
 * Module compile.
 */

#include "compile/lower_value.h"

#include "compile/lower_modifiers.h"
#include "compile/lower_text.h"
#include "core/base/error.h"
#include "core/codec/address.h"
#include "core/codec/decimal.h"
#include "core/codec/number.h"

#define VARIANTS_MAX 3u

/* Item under way. */
typedef struct lowering {
    sonda__pool *pool;
    sonda__regex_scratch *scratch;
    const sonda__rule_item *item;
    sonda__modifiers sum;
    sonda__lowered_item *out;
    sonda_error *error;
} lowering;

static sonda_status refuse(const lowering *low, const char *reason)
{
    return sonda__error_set(low->error, SONDA_ERR_MALFORMED, 0, "%s", reason);
}

/* The forms one text value takes. */
typedef struct variants {
    size_t count;
    sonda__tokens tokens[VARIANTS_MAX];
} variants;

static sonda_status encode_base64(lowering *low, bool offsets, variants *forms)
{
    sonda__tokens plain = forms->tokens[0];
    size_t count = offsets ? VARIANTS_MAX : 1;

    if (forms->count != 1) {
        return refuse(low, "a value that is base64offset already cannot be encoded again");
    }
    if (sonda__tokens_special(&plain)) {
        return refuse(low, "a value with wildcards or windash cannot be encoded as base64");
    }
    for (unsigned i = 0; i < count; i++) {
        if (sonda__tokens_base64(low->pool, &plain, i, !offsets, &forms->tokens[i]) !=
            SONDA_OK) {
            return SONDA_ERR_NO_MEMORY;
        }
    }
    forms->count = count;
    return SONDA_OK;
}

static sonda_status widen(lowering *low, sonda__modifier modifier, variants *forms)
{
    sonda__wide_form form = modifier == SONDA__MOD_UTF16LE   ? SONDA__WIDE_LITTLE
                            : modifier == SONDA__MOD_UTF16BE ? SONDA__WIDE_BIG
                                                             : SONDA__WIDE_MARKED;
    sonda_status status = SONDA_OK;

    for (size_t i = 0; status == SONDA_OK && i < forms->count; i++) {
        status = sonda__tokens_widen(low->pool, form, &forms->tokens[i]);
    }
    return status;
}

static sonda_status shape(lowering *low, sonda__modifier modifier, variants *forms)
{
    bool before = modifier != SONDA__MOD_STARTSWITH;
    bool after = modifier != SONDA__MOD_ENDSWITH;
    sonda_status status = SONDA_OK;

    for (size_t i = 0; status == SONDA_OK && i < forms->count; i++) {
        status = sonda__tokens_open(low->pool, before, after, &forms->tokens[i]);
    }
    return status;
}

/* One modifier on the forms of a text value. */
static sonda_status apply(lowering *low, sonda__modifier modifier, variants *forms)
{
    if (modifier >= SONDA__MOD_CONTAINS && modifier <= SONDA__MOD_ENDSWITH) {
        return shape(low, modifier, forms);
    }
    if (modifier == SONDA__MOD_BASE64 || modifier == SONDA__MOD_BASE64OFFSET) {
        return encode_base64(low, modifier == SONDA__MOD_BASE64OFFSET, forms);
    }
    if (modifier >= SONDA__MOD_UTF16LE && modifier <= SONDA__MOD_UTF16) {
        return widen(low, modifier, forms);
    }
    if (modifier == SONDA__MOD_WINDASH) {
        for (size_t i = 0; i < forms->count; i++) {
            sonda__tokens_windash(&forms->tokens[i]);
        }
    }
    return SONDA_OK;
}

static sonda_status lower_text(lowering *low,
                               const sonda__rule_value *value,
                               sonda__lowered_pattern *next,
                               size_t *count)
{
    bool plain = value->kind != SONDA__VALUE_STRING;
    variants forms = {1, {{NULL, 0}}};
    sonda_status status = sonda__tokens_read(low->pool, value->text, plain, &forms.tokens[0]);

    for (uint32_t i = 0; status == SONDA_OK && i < low->item->modifier_count; i++) {
        status = apply(low, low->item->modifiers[i], &forms);
    }
    if (status == SONDA_OK && low->item->field.len == 0) {
        status = shape(low, SONDA__MOD_CONTAINS, &forms);
    }
    for (size_t i = 0; status == SONDA_OK && i < forms.count; i++) {
        status = sonda__tokens_finish(low->pool, &forms.tokens[i], low->sum.cased, &next[i]);
        next[i].flags |= (uint16_t)(i + 1 < forms.count ? SONDA__PATTERN_OR_NEXT : 0);
    }
    *count = forms.count;
    return status;
}

static sonda_status
lower_regex(lowering *low, const sonda__rule_value *value, sonda__lowered_pattern *pattern)
{
    sonda__regex_options options = {low->sum.ignore_case, low->sum.multi_line, low->sum.dot_all,
                                    low->sum.shaped && low->sum.at_start,
                                    low->sum.shaped && low->sum.at_end};

    pattern->op = SONDA__OP_REGEX;
    pattern->regex = sonda__pool_take(low->pool, 1, sizeof *pattern->regex);
    return pattern->regex == NULL ? SONDA_ERR_NO_MEMORY
                                  : sonda__regex_compile(low->pool, low->scratch, value->text,
                                                         &options, pattern->regex, low->error);
}

static sonda_status
lower_exists(lowering *low, const sonda__rule_value *value, sonda__lowered_pattern *pattern)
{
    bool yes = sonda__span_equal_ascii_case(value->text, sonda__span_text("true"));

    if (value->kind != SONDA__VALUE_BOOLEAN || low->item->value_count != 1) {
        return refuse(low, "modifier 'exists' takes true or false");
    }
    pattern->op = SONDA__OP_EXISTS;
    pattern->c = yes ? 1 : 0;
    return SONDA_OK;
}

static sonda_status
lower_number(lowering *low, const sonda__rule_value *value, sonda__lowered_pattern *pattern)
{
    sonda__decimal number;

    if (value->text.len > SONDA__NUMBER_TEXT_MAX ||
        !sonda__decimal_parse(value->text, &number)) {
        return sonda__error_set(low->error, SONDA_ERR_MALFORMED, 0, "'%v' is not a number",
                                value->text);
    }
    pattern->op = SONDA__OP_NUMBER;
    pattern->bytes = value->text;
    pattern->c = (uint32_t)low->sum.comparison;
    return SONDA_OK;
}

static sonda_status
lower_time(lowering *low, const sonda__rule_value *value, sonda__lowered_pattern *pattern)
{
    uint64_t number;

    if (sonda__parse_decimal(value->text, &number) != SONDA_OK || number > 9999) {
        return sonda__error_set(low->error, SONDA_ERR_MALFORMED, 0,
                                "'%v' is not a number a part of a time can have", value->text);
    }
    pattern->op = SONDA__OP_TIME_PART;
    pattern->a = (uint32_t)number;
    pattern->b = (uint32_t)low->sum.part;
    pattern->c = (uint32_t)low->sum.comparison;
    return SONDA_OK;
}

static sonda_status
lower_cidr(lowering *low, const sonda__rule_value *value, sonda__lowered_pattern *pattern)
{
    const char *slash =
        value->text.len > 0 ? memchr(value->text.data, '/', value->text.len) : NULL;
    size_t len = slash == NULL ? value->text.len : (size_t)(slash - value->text.data);
    sonda__address *address = sonda__pool_take(low->pool, 1, sizeof *address);
    uint64_t bits = 0;
    bool valid;

    if (address == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    valid = sonda__address_parse(sonda__span_of(value->text.data, len), address);
    if (valid && slash == NULL) {
        bits = (uint64_t)address->size * 8;
    } else if (valid) {
        sonda__span rest = sonda__span_of(slash + 1, value->text.len - len - 1);

        valid = sonda__parse_decimal(rest, &bits) == SONDA_OK &&
                bits <= (uint64_t)address->size * 8;
    }
    if (!valid) {
        return sonda__error_set(
            low->error, SONDA_ERR_MALFORMED, 0,
            "'%v' is not an address block: write one such as 10.0.0.0/8 or fe80::/10",
            value->text);
    }
    pattern->op = SONDA__OP_CIDR;
    pattern->bytes = sonda__span_of((const char *)address->bytes, address->size);
    pattern->c = (uint32_t)bits;
    return SONDA_OK;
}

static sonda_status
lower_fieldref(lowering *low, const sonda__rule_value *value, sonda__lowered_pattern *pattern)
{
    if (value->kind != SONDA__VALUE_STRING || value->text.len == 0) {
        return refuse(low, "modifier 'fieldref' takes the name of a field");
    }
    pattern->op = SONDA__OP_FIELDREF;
    pattern->field = value->text;
    pattern->flags =
        (uint16_t)((!low->sum.shaped || low->sum.at_start ? SONDA__PATTERN_AT_START : 0) |
                   (!low->sum.shaped || low->sum.at_end ? SONDA__PATTERN_AT_END : 0) |
                   (low->sum.cased ? SONDA__PATTERN_CASED : 0));
    return SONDA_OK;
}

static sonda_status lower_null(lowering *low, sonda__lowered_pattern *pattern)
{
    if (low->item->value_count != 1) {
        return refuse(low, "null cannot stand in a list of values");
    }
    if (low->sum.kind != SONDA__ITEM_TEXT || low->sum.shaped || low->sum.encoded) {
        return refuse(low, "null takes no modifier but 'neq'");
    }
    if (low->item->field.len == 0) {
        return refuse(low, "null needs a field");
    }
    pattern->op = SONDA__OP_NULL;
    return SONDA_OK;
}

static sonda_status lower_value(lowering *low,
                                const sonda__rule_value *value,
                                sonda__lowered_pattern *next,
                                size_t *count)
{
    *count = 1;
    if (value->kind == SONDA__VALUE_NONE) {
        return lower_null(low, next);
    }
    switch (low->sum.kind) {
    case SONDA__ITEM_TEXT:
        return lower_text(low, value, next, count);
    case SONDA__ITEM_EXISTS:
        return lower_exists(low, value, next);
    case SONDA__ITEM_REGEX:
        return lower_regex(low, value, next);
    case SONDA__ITEM_COMPARE:
        return lower_number(low, value, next);
    case SONDA__ITEM_TIME:
        return lower_time(low, value, next);
    case SONDA__ITEM_CIDR:
        return lower_cidr(low, value, next);
    case SONDA__ITEM_FIELDREF:
        return lower_fieldref(low, value, next);
    }
    return SONDA_ERR_INVALID_ARGUMENT;
}

static sonda_status lower_values(lowering *low, uint32_t *line)
{
    const sonda__rule_item *item = low->item;
    sonda_status status = SONDA_OK;

    for (size_t i = 0; status == SONDA_OK && i < item->value_count; i++) {
        sonda__lowered_pattern *next = &low->out->patterns[low->out->pattern_count];
        size_t count = 0;

        *line = item->values[i].line;
        status = lower_value(low, &item->values[i], next, &count);
        for (size_t k = 0; k < count; k++) {
            next[k].text = item->values[i].text;
        }
        low->out->pattern_count += count;
    }
    return status;
}

/* What the item as a whole must have before its values are looked at. */
static sonda_status check_item(const lowering *low)
{
    bool keyword = low->item->field.len == 0;

    if (low->item->value_count == 0) {
        return refuse(low, "an item without a value");
    }
    if (keyword &&
        (low->sum.kind == SONDA__ITEM_EXISTS || low->sum.kind == SONDA__ITEM_FIELDREF)) {
        return refuse(low, "modifiers 'exists' and 'fieldref' need a field");
    }
    return SONDA_OK;
}

sonda_status sonda__lower_item(sonda__pool *pool,
                               sonda__regex_scratch *scratch,
                               const sonda__rule_item *item,
                               sonda__lowered_item *lowered,
                               sonda_error *error)
{
    lowering low = {pool, scratch, item, {0}, lowered, error};
    uint32_t line = item->line;
    sonda_status status = sonda__modifiers_read(item, &low.sum, error);

    if (status == SONDA_OK) {
        status = check_item(&low);
    }
    if (status == SONDA_OK) {
        lowered->field = item->field;
        lowered->negated = low.sum.negated;
        lowered->flags = (low.sum.all ? SONDA__PREDICATE_ALL : 0u) |
                         (item->field.len == 0 ? SONDA__PREDICATE_KEYWORD : 0u);
        lowered->patterns =
            sonda__pool_take(pool, item->value_count * VARIANTS_MAX, sizeof *lowered->patterns);
        status = lowered->patterns == NULL ? SONDA_ERR_NO_MEMORY : lower_values(&low, &line);
    }
    if (status != SONDA_OK && error != NULL) {
        error->line = line;
    }
    return status;
}
