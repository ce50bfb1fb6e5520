/* SPDX-License-Identifier: Apache-2.0 */

/*
 * SHA-256, whole and in pieces.
 *
 * The state of a running hash is kept in storage of the caller's: nothing is
 * allocated, also not by Mbed TLS.
 *
 * Layer 1 (crypto): uses core/base and Mbed TLS, which no other layer sees.
 */

#ifndef SONDA_CORE_CRYPTO_HASH_H
#define SONDA_CORE_CRYPTO_HASH_H

#include <stddef.h>
#include <stdint.h>

#define SONDA__SHA256_SIZE 32u

/* Room for Mbed TLS's context; hash.c asserts that it suffices. */
typedef struct sonda__sha256_state {
    union {
        uint64_t align;
        uint8_t bytes[256];
    } opaque;
} sonda__sha256_state;

/* Hash of `len` bytes; `data` may be NULL when `len` is 0. */
void sonda__sha256(const void *data, size_t len, uint8_t out[SONDA__SHA256_SIZE]);

/* The same in pieces: begin, add any number of times, end once. */
void sonda__sha256_begin(sonda__sha256_state *state);
void sonda__sha256_add(sonda__sha256_state *state, const void *data, size_t len);
void sonda__sha256_end(sonda__sha256_state *state, uint8_t out[SONDA__SHA256_SIZE]);

#endif
