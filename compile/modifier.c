/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One table row a modifier says all there is: what may stand with it, and what
 * has to stand before it. Modifiers apply in the order written, so an order
 * that cannot mean anything (`contains|re`: a regular expression of a pattern
 * with wildcards) is refused rather than guessed at.
 *
 * Module compile. No allocation.
 */

#include "compile/modifier.h"

#include "compile/refuse.h"
#include "compile/yaml_scalar.h"
#include "core/codec/likeness.h"

#define BIT(name) ((sonda__modifier_set)1 << SONDA__MOD_##name)

/* How a text is anchored. */
#define PLACE (BIT(CONTAINS) | BIT(STARTSWITH) | BIT(ENDSWITH))
#define RE_FLAGS (BIT(RE_I) | BIT(RE_M) | BIT(RE_S))
#define WIDE (BIT(UTF16LE) | BIT(UTF16BE) | BIT(UTF16))
#define BASE64_ANY (BIT(BASE64) | BIT(BASE64OFFSET))
#define COMPARE (BIT(LT) | BIT(LTE) | BIT(GT) | BIT(GTE))
#define TIME_PART (BIT(MINUTE) | BIT(HOUR) | BIT(DAY) | BIT(WEEK) | BIT(MONTH) | BIT(YEAR))
/* What touches the item as a whole and so stands with any. */
#define WHOLE (BIT(ALL) | BIT(NEQ))
#define TEXT (PLACE | BIT(CASED) | BIT(EXPAND))
/* What an item without a field has no use for. */
#define NEEDS_FIELD                                                                   \
    (BIT(STARTSWITH) | BIT(ENDSWITH) | BIT(EXISTS) | BIT(NEQ) | COMPARE | TIME_PART | \
     BIT(CIDR) | BIT(FIELDREF))

typedef struct row {
    const char *name;
    sonda__modifier modifier;
    sonda__modifier_set with;   /* may stand in the same item */
    sonda__modifier_set before; /* of those, what must come earlier */
} row;

/* Indexed by modifier; `wide` is found apart. */
static const row rows[] = {
    {"all", SONDA__MOD_ALL, ~(BIT(EXISTS)), 0},
    {"contains", SONDA__MOD_CONTAINS,
     WHOLE | BIT(CASED) | BIT(EXPAND) | BIT(WINDASH) | BIT(RE) | RE_FLAGS | BASE64_ANY | WIDE |
         BIT(FIELDREF),
     BIT(RE) | BASE64_ANY | WIDE | BIT(FIELDREF)},
    {"startswith", SONDA__MOD_STARTSWITH,
     WHOLE | BIT(CASED) | BIT(EXPAND) | BIT(WINDASH) | BIT(RE) | RE_FLAGS | BASE64_ANY | WIDE |
         BIT(FIELDREF),
     BIT(RE) | BASE64_ANY | WIDE | BIT(FIELDREF)},
    {"endswith", SONDA__MOD_ENDSWITH,
     WHOLE | BIT(CASED) | BIT(EXPAND) | BIT(WINDASH) | BIT(RE) | RE_FLAGS | BASE64_ANY | WIDE |
         BIT(FIELDREF),
     BIT(RE) | BASE64_ANY | WIDE | BIT(FIELDREF)},
    {"exists", SONDA__MOD_EXISTS, BIT(NEQ), 0},
    {"cased", SONDA__MOD_CASED, WHOLE | PLACE | BIT(EXPAND) | BIT(WINDASH) | BASE64_ANY | WIDE,
     0},
    {"neq", SONDA__MOD_NEQ, ~(sonda__modifier_set)0, 0},
    {"windash", SONDA__MOD_WINDASH, WHOLE | TEXT, 0},
    {"re", SONDA__MOD_RE, WHOLE | PLACE | RE_FLAGS | BIT(EXPAND), 0},
    {"i", SONDA__MOD_RE_I, WHOLE | PLACE | RE_FLAGS | BIT(RE) | BIT(EXPAND), BIT(RE)},
    {"m", SONDA__MOD_RE_M, WHOLE | PLACE | RE_FLAGS | BIT(RE) | BIT(EXPAND), BIT(RE)},
    {"s", SONDA__MOD_RE_S, WHOLE | PLACE | RE_FLAGS | BIT(RE) | BIT(EXPAND), BIT(RE)},
    {"base64", SONDA__MOD_BASE64, WHOLE | TEXT | WIDE, WIDE},
    {"base64offset", SONDA__MOD_BASE64OFFSET, WHOLE | TEXT | WIDE, WIDE},
    {"utf16le", SONDA__MOD_UTF16LE, WHOLE | TEXT | BASE64_ANY, 0},
    {"utf16be", SONDA__MOD_UTF16BE, WHOLE | TEXT | BASE64_ANY, 0},
    {"utf16", SONDA__MOD_UTF16, WHOLE | TEXT | BASE64_ANY, 0},
    {"lt", SONDA__MOD_LT, WHOLE | TIME_PART, TIME_PART},
    {"lte", SONDA__MOD_LTE, WHOLE | TIME_PART, TIME_PART},
    {"gt", SONDA__MOD_GT, WHOLE | TIME_PART, TIME_PART},
    {"gte", SONDA__MOD_GTE, WHOLE | TIME_PART, TIME_PART},
    {"minute", SONDA__MOD_MINUTE, WHOLE | COMPARE, 0},
    {"hour", SONDA__MOD_HOUR, WHOLE | COMPARE, 0},
    {"day", SONDA__MOD_DAY, WHOLE | COMPARE, 0},
    {"week", SONDA__MOD_WEEK, WHOLE | COMPARE, 0},
    {"month", SONDA__MOD_MONTH, WHOLE | COMPARE, 0},
    {"year", SONDA__MOD_YEAR, WHOLE | COMPARE, 0},
    {"cidr", SONDA__MOD_CIDR, WHOLE | BIT(EXPAND), 0},
    {"expand", SONDA__MOD_EXPAND, ~(sonda__modifier_set)0, 0},
    {"fieldref", SONDA__MOD_FIELDREF, WHOLE | PLACE, 0},
};

/* The modifier whose name is most like `name`; one of many when none is. */
static const char *nearest_name(sonda__span name)
{
    const char *nearest = "one of Sigma's, such as contains";
    uint32_t least = UINT32_MAX;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sonda__span known = sonda__span_text(rows[i].name);
        uint32_t distance = sonda__name_distance(name, known);

        if (distance < least && sonda__name_is_like(name, known, distance)) {
            least = distance;
            nearest = rows[i].name;
        }
    }
    return nearest;
}

sonda_status sonda__modifier_read(sonda__span name,
                                  uint32_t line,
                                  sonda__modifier *modifier,
                                  sonda_error *error)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (sonda__span_is(name, rows[i].name)) {
            *modifier = rows[i].modifier;
            return SONDA_OK;
        }
    }
    if (sonda__span_is(name, "wide")) {
        *modifier = SONDA__MOD_UTF16LE;
        return SONDA_OK;
    }
    return sonda__at_line(error, line,
                          sonda__error_set(error, SONDA_ERR_NOT_FOUND, 0,
                                           "modifier '%v' is unknown: write %s, or remove it",
                                           sonda__clip(name), nearest_name(name)));
}

/* `earlier` stands before `later` in one item. */
static sonda_status
check_pair(const row *earlier, const row *later, uint32_t line, sonda_error *error)
{
    sonda__modifier_set first = sonda__modifier_bit(earlier->modifier);
    sonda__modifier_set second = sonda__modifier_bit(later->modifier);

    if (first == second) {
        return sonda__at_line(error, line,
                              sonda__error_set(error, SONDA_ERR_MALFORMED, 0,
                                               "modifier '%s' stands twice: remove one",
                                               later->name));
    }
    if ((earlier->with & second) == 0 || (later->with & first) == 0) {
        return sonda__at_line(error, line,
                              sonda__error_set(error, SONDA_ERR_MALFORMED, 0,
                                               "modifier '%s' cannot stand with '%s': remove "
                                               "one",
                                               later->name, earlier->name));
    }
    if ((earlier->before & second) != 0) {
        return sonda__at_line(error, line,
                              sonda__error_set(error, SONDA_ERR_MALFORMED, 0,
                                               "modifier '%s' must stand before '%s': swap "
                                               "them",
                                               later->name, earlier->name));
    }
    return SONDA_OK;
}

/* What a modifier asks of the item as a whole. */
static sonda_status check_alone(
    const row *one, sonda__modifier_set set, bool keywords, uint32_t line, sonda_error *error)
{
    if (keywords && (NEEDS_FIELD & sonda__modifier_bit(one->modifier)) != 0) {
        return sonda__at_line(error, line,
                              sonda__error_set(error, SONDA_ERR_MALFORMED, 0,
                                               "modifier '%s' needs a field: write one before "
                                               "it, or remove it",
                                               one->name));
    }
    if ((RE_FLAGS & sonda__modifier_bit(one->modifier)) != 0 && (set & BIT(RE)) == 0) {
        return sonda__at_line(error, line,
                              sonda__error_set(error, SONDA_ERR_MALFORMED, 0,
                                               "modifier '%s' belongs to 're': write re|%s",
                                               one->name, one->name));
    }
    return SONDA_OK;
}

sonda_status sonda__modifiers_check(const sonda__modifier *modifiers,
                                    size_t count,
                                    bool keywords,
                                    uint32_t line,
                                    sonda_error *error)
{
    sonda__modifier_set set = 0;
    sonda_status status = SONDA_OK;

    for (size_t i = 0; i < count; i++) {
        set |= sonda__modifier_bit(modifiers[i]);
    }
    for (size_t i = 0; i < count && status == SONDA_OK; i++) {
        for (size_t j = 0; j < i && status == SONDA_OK; j++) {
            status = check_pair(&rows[modifiers[j]], &rows[modifiers[i]], line, error);
        }
    }
    for (size_t i = 0; i < count && status == SONDA_OK; i++) {
        status = check_alone(&rows[modifiers[i]], set, keywords, line, error);
    }
    return status;
}

/* A modifier of `set` that is also in `among`, for the message. */
static const char *name_among(sonda__modifier_set set, sonda__modifier_set among)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if ((set & among & sonda__modifier_bit(rows[i].modifier)) != 0) {
            return rows[i].name;
        }
    }
    return "";
}

static sonda_status refuse_value(const sonda__rule_value *value,
                                 const char *modifier,
                                 const char *remedy,
                                 sonda_error *error)
{
    return sonda__at_line(error, value->line,
                          sonda__error_set(error, SONDA_ERR_MALFORMED, 0,
                                           "'%v' does not suit modifier '%s': %s",
                                           sonda__clip(value->text), modifier, remedy));
}

static sonda_status
check_null(sonda__modifier_set set, const sonda__rule_value *value, sonda_error *error)
{
    if ((set & ~WHOLE) == 0) {
        return SONDA_OK;
    }
    return sonda__at_line(error, value->line,
                          sonda__error_set(error, SONDA_ERR_MALFORMED, 0,
                                           "null with modifier '%s': remove the modifier, or "
                                           "write '' for an empty value",
                                           name_among(set, ~WHOLE)));
}

static bool is_integer(sonda__span text)
{
    return memchr(text.data, '.', text.len) == NULL &&
           memchr(text.data, 'e', text.len) == NULL && memchr(text.data, 'E', text.len) == NULL;
}

static sonda_status
check_number(sonda__modifier_set set, const sonda__rule_value *value, sonda_error *error)
{
    const char *name = name_among(set, COMPARE | TIME_PART);

    if (value->kind != SONDA__VALUE_NUMBER || !sonda__scalar_is_finite(value->text)) {
        return refuse_value(value, name, "write a number, without quotes", error);
    }
    if ((set & TIME_PART) != 0 && !is_integer(value->text)) {
        return refuse_value(value, name, "write a whole number", error);
    }
    return SONDA_OK;
}

sonda_status sonda__modifiers_check_value(sonda__modifier_set set,
                                          const sonda__rule_value *value,
                                          size_t value_count,
                                          sonda_error *error)
{
    if (value->kind == SONDA__VALUE_NONE) {
        return check_null(set, value, error);
    }
    if ((set & BIT(EXISTS)) != 0) {
        return value->kind == SONDA__VALUE_BOOLEAN && value_count == 1
                   ? SONDA_OK
                   : refuse_value(value, "exists", "write one true or false", error);
    }
    if ((set & (COMPARE | TIME_PART)) != 0) {
        return check_number(set, value, error);
    }
    if ((set & BIT(CIDR)) != 0 && memchr(value->text.data, '/', value->text.len) == NULL) {
        return refuse_value(value, "cidr", "write a network, such as 10.0.0.0/8", error);
    }
    if ((set & (BIT(FIELDREF) | BIT(RE))) != 0 && value->text.len == 0) {
        return refuse_value(value, name_among(set, BIT(FIELDREF) | BIT(RE)),
                            "write something, or remove the item", error);
    }
    return SONDA_OK;
}
