/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Escapes of regular expressions.
 *
 * A letter we do not know is refused rather than taken as itself: it means
 * something in some dialect.
 *
 * Module compile.
 */

#include "compile/regex_reader.h"

#include "core/base/error.h"
#include "core/codec/code_point.h"
#include "core/codec/number.h"

sonda_status sonda__regex_refuse(const sonda__regex_reader *reader,
                                 sonda_status status,
                                 const char *what,
                                 const char *remedy)
{
    return sonda__error_set(reader->error, status, reader->at,
                            "%s in the regular expression, at byte %u: %s", what,
                            (uint64_t)reader->at, remedy);
}

void sonda__regex_literal(const sonda__regex_reader *reader,
                          uint32_t code_point,
                          sonda__lowered_code *code)
{
    code->op = reader->ignore_case ? SONDA__CODE_FOLDED : SONDA__CODE_CHAR;
    code->a = reader->ignore_case ? sonda__code_point_fold(code_point) : code_point;
    code->b = 0;
}

sonda_status sonda__regex_keep_class(sonda__regex_reader *reader,
                                     sonda__class_builder *set,
                                     bool negated,
                                     sonda__lowered_code *code)
{
    sonda__regex_class_link *link = sonda__pool_take(reader->pool, 1, sizeof *link);

    if (reader->ignore_case) {
        sonda__class_fold(set);
    } else {
        sonda__class_order(set);
    }
    if (link == NULL || set->failed) {
        return SONDA_ERR_NO_MEMORY;
    }
    link->set.range_count = set->count;
    link->set.ranges = set->ranges;
    if (reader->tree->last_class != NULL) {
        reader->tree->last_class->next = link;
    } else {
        reader->tree->classes = link;
    }
    reader->tree->last_class = link;
    code->op = SONDA__CODE_CLASS;
    code->a = (uint32_t)reader->tree->class_count++;
    code->b = negated ? 1 : 0;
    return SONDA_OK;
}

/* Up to `most` hexadecimal digits; false without any or past Unicode. */
static bool read_hex(sonda__regex_reader *reader, size_t most, uint32_t *code_point)
{
    size_t count = 0;

    *code_point = 0;
    while (count < most && sonda__hex_digit(sonda__regex_peek(reader, 0)) >= 0) {
        *code_point =
            *code_point << 4 | (uint32_t)sonda__hex_digit(sonda__regex_peek(reader, 0));
        reader->at++;
        count++;
    }
    return count > 0 && *code_point < 0x110000;
}

/* Behind \x or \u: {h…}, or exactly that many digits. */
static sonda_status
read_numbered(sonda__regex_reader *reader, size_t digits, uint32_t *code_point)
{
    bool braces = sonda__regex_peek(reader, 0) == '{';
    size_t first = reader->at;
    bool valid;

    reader->at += braces ? 1 : 0;
    valid = read_hex(reader, braces ? 6 : digits, code_point);
    valid =
        valid && (braces ? sonda__regex_peek(reader, 0) == '}' : reader->at - first == digits);
    if (!valid) {
        return sonda__regex_refuse(reader, SONDA_ERR_MALFORMED, "malformed hexadecimal escape",
                                   "write \\xhh or \\x{h...}");
    }
    reader->at += braces ? 1 : 0;
    return SONDA_OK;
}

/* \0 and up to two more octal digits. */
static uint32_t read_octal(sonda__regex_reader *reader)
{
    uint32_t value = 0;

    for (int i = 0; i < 2; i++) {
        char c = sonda__regex_peek(reader, 0);

        if (c < '0' || c > '7') {
            break;
        }
        value = value * 8 + (uint32_t)(c - '0');
        reader->at++;
    }
    return value;
}

static bool is_ascii_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

sonda_status sonda__regex_read_escaped(sonda__regex_reader *reader, uint32_t *code_point)
{
    static const char letters[] = "tnrfvae";
    static const char meanings[] = "\t\n\r\f\v\a\033";
    char c = sonda__regex_peek(reader, 0);
    const char *letter = c == '\0' ? NULL : strchr(letters, c);

    if (letter != NULL) {
        reader->at++;
        *code_point = (uint8_t)meanings[letter - letters];
        return SONDA_OK;
    }
    if (c == 'x' || c == 'u') {
        reader->at++;
        return read_numbered(reader, c == 'x' ? 2 : 4, code_point);
    }
    if (c == '0') {
        reader->at++;
        *code_point = read_octal(reader);
        return SONDA_OK;
    }
    if (is_ascii_alnum(c)) {
        return SONDA_ERR_NOT_FOUND;
    }
    reader->at += sonda__code_point_read(reader->text.data + reader->at,
                                         reader->text.len - reader->at, code_point);
    return SONDA_OK;
}

static bool read_assertion(char c, sonda__lowered_code *code)
{
    static const char letters[] = "bBAZz";
    static const uint8_t meanings[] = {SONDA__ASSERT_WORD, SONDA__ASSERT_NOT_WORD,
                                       SONDA__ASSERT_TEXT_START, SONDA__ASSERT_LAST_LINE_END,
                                       SONDA__ASSERT_TEXT_END};
    const char *letter = strchr(letters, c);

    if (letter == NULL) {
        return false;
    }
    code->op = SONDA__CODE_ASSERT;
    code->a = meanings[letter - letters];
    code->b = 0;
    return true;
}

static sonda_status refuse_escape(sonda__regex_reader *reader, char c)
{
    if ((c >= '1' && c <= '9') || c == 'k' || c == 'g') {
        return sonda__regex_refuse(reader, SONDA_ERR_UNSUPPORTED, "a back-reference",
                                   "write the repeated text out");
    }
    if (c == 'p' || c == 'P') {
        return sonda__regex_refuse(reader, SONDA_ERR_UNSUPPORTED, "a Unicode property (\\p)",
                                   "write a class such as [A-Z] or \\w");
    }
    if (c == 'Q' || c == 'E') {
        return sonda__regex_refuse(reader, SONDA_ERR_UNSUPPORTED, "a quoted part (\\Q)",
                                   "put a backslash before each special character");
    }
    if (c == 'G' || c == 'K' || c == 'R' || c == 'X' || c == 'C') {
        return sonda__regex_refuse(reader, SONDA_ERR_UNSUPPORTED, "one of \\G \\K \\R \\X \\C",
                                   "leave it out");
    }
    return sonda__regex_refuse(reader, SONDA_ERR_MALFORMED, "an unknown escape",
                               "remove the backslash, or write two");
}

sonda_status sonda__regex_read_escape(sonda__regex_reader *reader, sonda__lowered_code *code)
{
    char c = sonda__regex_peek(reader, 0);
    uint32_t code_point;
    sonda__class_builder set;
    sonda_status status;

    if (sonda__regex_ended(reader)) {
        return sonda__regex_refuse(reader, SONDA_ERR_MALFORMED, "a trailing backslash",
                                   "write two for a backslash, or remove it");
    }
    if (c != '\0' && read_assertion(c, code)) {
        reader->at++;
        return SONDA_OK;
    }
    sonda__class_init(&set, reader->pool);
    if (sonda__class_add_escape(&set, c)) {
        reader->at++;
        return sonda__regex_keep_class(reader, &set, false, code);
    }
    status = sonda__regex_read_escaped(reader, &code_point);
    if (status == SONDA_ERR_NOT_FOUND) {
        return refuse_escape(reader, c);
    }
    if (status == SONDA_OK) {
        sonda__regex_literal(reader, code_point, code);
    }
    return status;
}
