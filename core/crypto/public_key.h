/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Public keys out of their wrappings.
 *
 * Layer 1 (crypto): uses core/base and Mbed TLS.
 */

#ifndef SONDA_CORE_CRYPTO_PUBLIC_KEY_H
#define SONDA_CORE_CRYPTO_PUBLIC_KEY_H

#include "core/base/span.h"
#include "sonda/status.h"

/* An uncompressed point: 0x04, x, y. */
#define SONDA__P256_POINT_SIZE 65u
#define SONDA__ED25519_KEY_SIZE 32u

/*
 * Copies the bare key out of a bare key, a SubjectPublicKeyInfo in DER, or one
 * in PEM. SONDA_ERR_MALFORMED for anything else, and for a key of another kind.
 */
sonda_status sonda__public_key_p256(sonda__span key, uint8_t out[SONDA__P256_POINT_SIZE]);
sonda_status sonda__public_key_ed25519(sonda__span key, uint8_t out[SONDA__ED25519_KEY_SIZE]);

#endif
