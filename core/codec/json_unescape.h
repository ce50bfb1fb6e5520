/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Escapes taken out of JSON text many bytes at a time.
 *
 * Only what takes no thought is done here: plain text and the escapes of two
 * bytes. The rest is left to the caller, who takes one escape and asks again.
 * There are three ways that give the same text: nothing at all, blocks by SSE2,
 * and, on processors with AVX-512 VBMI2, blocks whose backslashes one
 * instruction squeezes out. Which one is decided at run time; a test compares them.
 *
 * Layer 1 (codec): uses core/base only. No allocation.
 */

#ifndef SONDA_CORE_CODEC_JSON_UNESCAPE_H
#define SONDA_CORE_CODEC_JSON_UNESCAPE_H

#include <stdbool.h>
#include <stdint.h>

#if (defined(__GNUC__) || defined(__clang__)) && defined(__x86_64__)
#define SONDA__JSON_HAS_VBMI2 1
#endif

/* Bytes behind its end that unescaping may overwrite. */
#define SONDA__JSON_UNESCAPE_SLACK 64u

/* What stands for the byte after a backslash; 0: none. \u is not here. */
extern const char sonda__json_simple_escapes[256];

/*
 * Unescapes from `p` to `*out`, which moves along, and returns where it stopped:
 * at a quote, a control character, a backslash, or before `end` for want of a
 * whole block. `*high` becomes not zero when a byte taken is not ASCII.
 */
const char *sonda__json_unescape(const char *p, const char *end, char **out, uint64_t *high);

/* The ways, for the test. The second is there when the function after it says so. */
const char *
sonda__json_unescape_sse2(const char *p, const char *end, char **out, uint64_t *high);
const char *
sonda__json_unescape_vbmi2(const char *p, const char *end, char **out, uint64_t *high);
bool sonda__json_has_vbmi2(void);

#endif
