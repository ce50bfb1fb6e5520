/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Values as tokens: bytes, wildcards and dash classes, and what the string
 * modifiers make of them.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_LOWER_TEXT_H
#define SONDA_COMPILE_LOWER_TEXT_H

#include "compile/lowered.h"
#include "sonda/status.h"

/* 0 to 255 are bytes. */
enum {
    SONDA__TOKEN_MANY = 256, /* * */
    SONDA__TOKEN_ONE = 257,  /* ? */
    SONDA__TOKEN_DASH = 258  /* windash */
};

typedef struct sonda__tokens {
    uint16_t *at;
    size_t len;
} sonda__tokens;

/* How UTF-16 is written. */
typedef enum sonda__wide_form {
    SONDA__WIDE_LITTLE,
    SONDA__WIDE_BIG,
    SONDA__WIDE_MARKED /* little-endian behind a byte order mark */
} sonda__wide_form;

/*
 * Reads Sigma's escapes and wildcards; with `plain` every byte is itself.
 * All of these return SONDA_ERR_NO_MEMORY when the pool has none.
 */
sonda_status
sonda__tokens_read(sonda__pool *pool, sonda__span text, bool plain, sonda__tokens *tokens);

/* Lets any text stand before and after. */
sonda_status
sonda__tokens_open(sonda__pool *pool, bool before, bool after, sonda__tokens *tokens);

/* Turns each dash or slash that starts a word into the dash class, in place. */
void sonda__tokens_windash(sonda__tokens *tokens);

/* Whether a wildcard or a dash class is among them. */
bool sonda__tokens_special(const sonda__tokens *tokens);

/* UTF-16; wildcards stay. */
sonda_status
sonda__tokens_widen(sonda__pool *pool, sonda__wide_form form, sonda__tokens *tokens);

/*
 * Base64 of plain tokens as it stands `offset` (0 to 2) bytes into a longer
 * text: without the characters that its neighbours change. `whole`: with
 * padding, as a text of its own.
 */
sonda_status sonda__tokens_base64(sonda__pool *pool,
                                  const sonda__tokens *plain,
                                  unsigned offset,
                                  bool whole,
                                  sonda__tokens *encoded);

/* LITERAL or GLOB: folds unless `cased`, finds the anchors. */
sonda_status sonda__tokens_finish(sonda__pool *pool,
                                  const sonda__tokens *tokens,
                                  bool cased,
                                  sonda__lowered_pattern *pattern);

#endif
