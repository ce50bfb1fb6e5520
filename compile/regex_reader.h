/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Shared by the files that parse regular expressions: the place, the flags in
 * force, and the two sub-parsers for escapes and bracket classes.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_REGEX_READER_H
#define SONDA_COMPILE_REGEX_READER_H

#include "compile/regex_class.h"
#include "compile/regex_parse.h"

typedef struct sonda__regex_reader {
    sonda__pool *pool;
    sonda__span text;
    size_t at;
    bool ignore_case; /* in force here; groups restore them */
    bool multi_line;
    bool dot_all;
    uint32_t depth;
    sonda__regex_tree *tree;
    sonda_error *error;
} sonda__regex_reader;

/* The byte at `ahead` bytes from here, or '\0' past the end. */
static inline char sonda__regex_peek(const sonda__regex_reader *reader, size_t ahead)
{
    const char end = '\0';

    return *(ahead < reader->text.len - reader->at ? &reader->text.data[reader->at + ahead]
                                                   : &end);
}

static inline bool sonda__regex_ended(const sonda__regex_reader *reader)
{
    return reader->at == reader->text.len;
}

/* Fails at the present place. `what` is the whole message. */
sonda_status sonda__regex_refuse(const sonda__regex_reader *reader,
                                 sonda_status status,
                                 const char *what,
                                 const char *remedy);

/* Makes the instruction for one literal code point. */
void sonda__regex_literal(const sonda__regex_reader *reader,
                          uint32_t code_point,
                          sonda__lowered_code *code);

/* Ends a set: folds it when case is ignored, keeps it, makes its instruction. */
sonda_status sonda__regex_keep_class(sonda__regex_reader *reader,
                                     sonda__class_builder *set,
                                     bool negated,
                                     sonda__lowered_code *code);

/*
 * A code point written as an escape, behind the backslash: \n, \x41, \., …
 * SONDA_ERR_NOT_FOUND, and nothing read, when the escape is no code point.
 */
sonda_status sonda__regex_read_escaped(sonda__regex_reader *reader, uint32_t *code_point);

/* An escape outside brackets, behind the backslash. */
sonda_status sonda__regex_read_escape(sonda__regex_reader *reader, sonda__lowered_code *code);

/* A bracket class, behind its '['. */
sonda_status sonda__regex_read_class(sonda__regex_reader *reader, sonda__lowered_code *code);

#endif
