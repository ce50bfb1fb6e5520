/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Regular expressions into automata that run in linear time.
 *
 * The syntax is the part of PCRE that an automaton can decide: look-around,
 * back-references, atomic groups and possessive quantifiers are refused by
 * name. Letters, digits and spaces are those of Unicode. Whether a quantifier
 * is greedy changes nothing about whether there is a match.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_REGEX_H
#define SONDA_COMPILE_REGEX_H

#include "compile/lowered.h"
#include "sonda/status.h"

typedef struct sonda__regex_options {
    bool ignore_case;
    bool multi_line;
    bool dot_all;
    bool at_start; /* the value must begin with a match */
    bool at_end;   /* and end with one */
} sonda__regex_options;

/* Room for one expression under way; one for a whole compilation. */
typedef struct sonda__regex_scratch {
    sonda__lowered_code code[SONDA__REGEX_CODE_MAX];
} sonda__regex_scratch;

/*
 * Compiles `pattern`; the result lives in the pool. SONDA_ERR_MALFORMED or
 * SONDA_ERR_UNSUPPORTED with what and at which byte (error->offset),
 * SONDA_ERR_LIMIT when the automaton would be too large.
 */
sonda_status sonda__regex_compile(sonda__pool *pool,
                                  sonda__regex_scratch *scratch,
                                  sonda__span pattern,
                                  const sonda__regex_options *options,
                                  sonda__lowered_regex *regex,
                                  sonda_error *error);

#endif
