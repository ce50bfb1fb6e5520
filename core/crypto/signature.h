/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Verifying signatures: ECDSA on P-256 over SHA-256, and Ed25519.
 *
 * Only verification is here: an endpoint holds no private key. Mbed TLS may
 * allocate while it works, by its own allocator; this happens while content is
 * opened, never on the event path.
 *
 * Layer 1 (crypto): uses core/base, Mbed TLS, and libsodium where it is built
 * in; no other layer sees either.
 */

#ifndef SONDA_CORE_CRYPTO_SIGNATURE_H
#define SONDA_CORE_CRYPTO_SIGNATURE_H

#include "core/base/span.h"
#include "sonda/content.h"
#include "sonda/status.h"

/* Whether this build can verify SONDA_KEY_…: Ed25519 needs libsodium. */
bool sonda__signature_supported(uint32_t algorithm);

/*
 * Verifies a signature over `message`.
 *
 * SONDA_KEY_ECDSA_P256: the key is the 65 bytes of an uncompressed point, the
 * signature r and s of 32 bytes each or their DER sequence; what is signed is
 * the SHA-256 of the message. SONDA_KEY_ED25519: the key is 32 bytes, the
 * signature 64 bytes over the message itself. Either key may also come as
 * SubjectPublicKeyInfo, in DER or PEM.
 *
 * SONDA_ERR_SIGNATURE for a signature that does not verify, or is none;
 * SONDA_ERR_MALFORMED for a key that is none, or of another kind;
 * SONDA_ERR_UNSUPPORTED for an algorithm this build lacks, named in `error`;
 * SONDA_ERR_NO_MEMORY when Mbed TLS got none.
 */
sonda_status sonda__signature_verify(uint32_t algorithm,
                                     sonda__span public_key,
                                     sonda__span message,
                                     sonda__span signature,
                                     sonda_error *error);

#endif
