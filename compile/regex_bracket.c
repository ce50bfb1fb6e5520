/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Bracket classes: [a-z], [^\w.], [[:alpha:]].
 *
 * Module compile.
 */

#include "compile/regex_reader.h"

#include "core/codec/code_point.h"

/* One thing inside brackets: a code point, or a set that was added already. */
typedef struct bracket_item {
    bool is_set;
    uint32_t code_point;
} bracket_item;

/* [:name:], behind its '['; `is_set` stays false when it is no such thing. */
static sonda_status
read_posix(sonda__regex_reader *reader, sonda__class_builder *set, bool *is_set)
{
    const char *name = reader->text.data + reader->at + 1;
    size_t len = 0;

    if (sonda__regex_peek(reader, 0) != ':') {
        return SONDA_OK;
    }
    while (sonda__regex_peek(reader, 1 + len) >= 'a' &&
           sonda__regex_peek(reader, 1 + len) <= 'z') {
        len++;
    }
    if (sonda__regex_peek(reader, 1 + len) != ':' ||
        sonda__regex_peek(reader, 2 + len) != ']') {
        return SONDA_OK;
    }
    if (!sonda__class_add_posix(set, sonda__span_of(name, len))) {
        return sonda__regex_refuse(reader, SONDA_ERR_MALFORMED,
                                   "an unknown class such as [:alpha:]",
                                   "use one of POSIX, such as [:digit:]");
    }
    reader->at += len + 3;
    *is_set = true;
    return SONDA_OK;
}

static sonda_status
read_escape(sonda__regex_reader *reader, sonda__class_builder *set, bracket_item *item)
{
    char c = sonda__regex_peek(reader, 0);
    sonda_status status;

    if (sonda__regex_ended(reader)) {
        return sonda__regex_refuse(reader, SONDA_ERR_MALFORMED, "a trailing backslash",
                                   "write two for a backslash, or remove it");
    }
    if (c == 'b') {
        reader->at++;
        item->code_point = '\b';
        return SONDA_OK;
    }
    if (sonda__class_add_escape(set, c)) {
        reader->at++;
        item->is_set = true;
        return SONDA_OK;
    }
    status = sonda__regex_read_escaped(reader, &item->code_point);
    return status != SONDA_ERR_NOT_FOUND
               ? status
               : sonda__regex_refuse(reader, SONDA_ERR_UNSUPPORTED,
                                     "an unknown escape in brackets",
                                     "remove the backslash, or write two");
}

static sonda_status
read_item(sonda__regex_reader *reader, sonda__class_builder *set, bracket_item *item)
{
    char c = sonda__regex_peek(reader, 0);

    item->is_set = false;
    if (c == '\\') {
        reader->at++;
        return read_escape(reader, set, item);
    }
    if (c == '[') {
        reader->at++;
        item->code_point = '[';
        return read_posix(reader, set, &item->is_set);
    }
    reader->at += sonda__code_point_read(reader->text.data + reader->at,
                                         reader->text.len - reader->at, &item->code_point);
    return SONDA_OK;
}

/* An item, and the rest of a range when it begins one. */
static sonda_status read_range(sonda__regex_reader *reader, sonda__class_builder *set)
{
    bracket_item first = {false, 0};
    bracket_item last = {false, 0};
    sonda_status status = read_item(reader, set, &first);
    bool range = sonda__regex_peek(reader, 0) == '-' && reader->text.len - reader->at > 1 &&
                 sonda__regex_peek(reader, 1) != ']';

    if (status != SONDA_OK || first.is_set) {
        return status;
    }
    if (!range) {
        sonda__class_add(set, first.code_point, first.code_point);
        return SONDA_OK;
    }
    reader->at++;
    status = read_item(reader, set, &last);
    if (status == SONDA_OK && last.is_set) {
        sonda__class_add(set, first.code_point, first.code_point);
        sonda__class_add(set, '-', '-');
    } else if (status == SONDA_OK && last.code_point < first.code_point) {
        status = sonda__regex_refuse(reader, SONDA_ERR_MALFORMED, "a range out of order",
                                     "put the lower character first");
    } else if (status == SONDA_OK) {
        sonda__class_add(set, first.code_point, last.code_point);
    }
    return status;
}

sonda_status sonda__regex_read_class(sonda__regex_reader *reader, sonda__lowered_code *code)
{
    bool negated = sonda__regex_peek(reader, 0) == '^';
    sonda__class_builder set;
    sonda_status status = SONDA_OK;
    size_t first;

    reader->at += negated ? 1 : 0;
    first = reader->at;
    sonda__class_init(&set, reader->pool);
    /* A ']' that comes first is itself. */
    while (status == SONDA_OK && (sonda__regex_peek(reader, 0) != ']' || reader->at == first)) {
        status = sonda__regex_ended(reader)
                     ? sonda__regex_refuse(reader, SONDA_ERR_MALFORMED, "a '[' without its ']'",
                                           "close it, or write \\[ for the character")
                     : read_range(reader, &set);
    }
    if (status != SONDA_OK) {
        return status;
    }
    reader->at++;
    return sonda__regex_keep_class(reader, &set, negated, code);
}
