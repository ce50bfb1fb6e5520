/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Strings of JSON, for the reader in json.c alone.
 *
 * Layer 1 (codec): uses core/base only. No allocation but from the arena.
 */

#ifndef SONDA_CORE_CODEC_JSON_STRING_H
#define SONDA_CORE_CODEC_JSON_STRING_H

#include "core/codec/json.h"

/* A failure in a string: its status, the byte, and what is wrong there. */
typedef struct sonda__json_fault {
    sonda_status status;
    const char *at;
    const char *reason;
} sonda__json_fault;

/*
 * The rest of a string that has escapes: text from `start`, its first special
 * byte at `special`. Sets the token's text and flags and returns the byte after
 * the closing quote, or fills `fault` and returns NULL.
 */
const char *sonda__json_string_rest(sonda__json *json,
                                    const char *start,
                                    const char *special,
                                    uint64_t high,
                                    sonda__json_token *token,
                                    sonda__json_fault *fault);

#endif
