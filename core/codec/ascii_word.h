/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Case of ASCII, eight bytes at once.
 *
 * Layer 1 (codec). No allocation.
 */

#ifndef SONDA_CORE_CODEC_ASCII_WORD_H
#define SONDA_CORE_CODEC_ASCII_WORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define SONDA__EACH_BYTE UINT64_C(0x0101010101010101)
#define SONDA__HIGH_BITS (0x80 * SONDA__EACH_BYTE)

/* The high bit of each byte that is a capital of ASCII; no byte is beyond it. */
static inline uint64_t sonda__ascii_capitals(uint64_t word)
{
    return (word + (0x80 - 'A') * SONDA__EACH_BYTE) &
           ~(word + (0x80 - 'Z' - 1) * SONDA__EACH_BYTE) & SONDA__HIGH_BITS;
}

/* In lower case; no byte is beyond ASCII. 0x20 is what tells the cases apart. */
static inline uint64_t sonda__ascii_lower(uint64_t word)
{
    return word + (sonda__ascii_capitals(word) >> 2);
}

static inline uint64_t sonda__ascii_load(const void *at)
{
    uint64_t word;

    memcpy(&word, at, sizeof word);
    return word;
}

/*
 * Whether text of ASCII is `folded` but for its case. Of other text it may say
 * anything.
 */
static inline bool sonda__ascii_folds_to(const uint8_t *text, const uint8_t *folded, size_t len)
{
    size_t at = 0;

    for (; at + 8 <= len; at += 8) {
        if (sonda__ascii_lower(sonda__ascii_load(text + at)) !=
            sonda__ascii_load(folded + at)) {
            return false;
        }
    }
    if (len >= 8) {
        return sonda__ascii_lower(sonda__ascii_load(text + len - 8)) ==
               sonda__ascii_load(folded + len - 8);
    }
    for (; at < len; at++) {
        uint8_t byte = text[at];

        if ((byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte) != folded[at]) {
            return false;
        }
    }
    return true;
}

/* Whether any byte is beyond ASCII. */
static inline bool sonda__ascii_is_left(const uint8_t *text, size_t len)
{
    uint64_t high = 0;
    size_t at = 0;

    for (; at + 8 <= len; at += 8) {
        high |= sonda__ascii_load(text + at);
    }
    for (; at < len; at++) {
        high |= text[at];
    }
    return (high & SONDA__HIGH_BITS) != 0;
}

#endif
