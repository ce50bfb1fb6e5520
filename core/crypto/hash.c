/* SPDX-License-Identifier: Apache-2.0 */

/*
 * SHA-256 by Mbed TLS.
 *
 * 2.28 names the functions that report failure ..._ret, 3.x took the suffix
 * away. Failure is possible only with hardware acceleration switched in by
 * whoever built Mbed TLS; a wrong hash then fails its comparison, so we clear
 * the output instead of passing a status nobody could act on.
 *
 * Layer 1 (crypto): uses core/base and Mbed TLS.
 */

#include "core/crypto/hash.h"

#include <mbedtls/sha256.h>
#include <mbedtls/version.h>
#include <string.h>

#if MBEDTLS_VERSION_MAJOR < 3
#define STARTS mbedtls_sha256_starts_ret
#define UPDATE mbedtls_sha256_update_ret
#define FINISH mbedtls_sha256_finish_ret
#else
#define STARTS mbedtls_sha256_starts
#define UPDATE mbedtls_sha256_update
#define FINISH mbedtls_sha256_finish
#endif

_Static_assert(sizeof(mbedtls_sha256_context) <= sizeof(sonda__sha256_state),
               "state too small");
_Static_assert(_Alignof(mbedtls_sha256_context) <= _Alignof(sonda__sha256_state), "alignment");

static mbedtls_sha256_context *context_of(sonda__sha256_state *state)
{
    return (mbedtls_sha256_context *)(void *)state;
}

void sonda__sha256_begin(sonda__sha256_state *state)
{
    mbedtls_sha256_init(context_of(state));
    (void)STARTS(context_of(state), 0);
}

void sonda__sha256_add(sonda__sha256_state *state, const void *data, size_t len)
{
    if (len != 0) {
        (void)UPDATE(context_of(state), data, len);
    }
}

void sonda__sha256_end(sonda__sha256_state *state, uint8_t out[SONDA__SHA256_SIZE])
{
    if (FINISH(context_of(state), out) != 0) {
        memset(out, 0, SONDA__SHA256_SIZE);
    }
    mbedtls_sha256_free(context_of(state));
}

void sonda__sha256(const void *data, size_t len, uint8_t out[SONDA__SHA256_SIZE])
{
    sonda__sha256_state state;

    sonda__sha256_begin(&state);
    sonda__sha256_add(&state, data, len);
    sonda__sha256_end(&state, out);
}
