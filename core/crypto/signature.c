/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Verifying signatures by Mbed TLS and libsodium.
 *
 * The elliptic curve functions are called on points and numbers of our own,
 * not on key contexts, whose members Mbed TLS 3 made private: the same code
 * builds with 2.28 and 3.x.
 *
 * Layer 1 (crypto): uses core/base, Mbed TLS, and libsodium where built in.
 */

#include "core/crypto/signature.h"

#include <mbedtls/asn1.h>
#include <mbedtls/bignum.h>
#include <mbedtls/ecdsa.h>
#include <mbedtls/ecp.h>
#ifdef SONDA_WITH_SODIUM
#include <sodium.h>
#endif

#include "core/base/error.h"
#include "core/crypto/hash.h"
#include "core/crypto/public_key.h"

#define P256_SIGNATURE_SIZE 64u
#define DER_SEQUENCE (MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE)

/* What a P-256 verification works on; all of it Mbed TLS's to free. */
typedef struct p256_work {
    mbedtls_ecp_group group;
    mbedtls_ecp_point key;
    mbedtls_mpi r;
    mbedtls_mpi s;
} p256_work;

bool sonda__signature_supported(uint32_t algorithm)
{
#ifdef SONDA_WITH_SODIUM
    return algorithm == SONDA_KEY_ECDSA_P256 || algorithm == SONDA_KEY_ED25519;
#else
    return algorithm == SONDA_KEY_ECDSA_P256;
#endif
}

static void work_init(p256_work *work)
{
    mbedtls_ecp_group_init(&work->group);
    mbedtls_ecp_point_init(&work->key);
    mbedtls_mpi_init(&work->r);
    mbedtls_mpi_init(&work->s);
}

static void work_free(p256_work *work)
{
    mbedtls_mpi_free(&work->s);
    mbedtls_mpi_free(&work->r);
    mbedtls_ecp_point_free(&work->key);
    mbedtls_ecp_group_free(&work->group);
}

static sonda_status load_key(p256_work *work, const uint8_t point[SONDA__P256_POINT_SIZE])
{
    if (mbedtls_ecp_group_load(&work->group, MBEDTLS_ECP_DP_SECP256R1) != 0) {
        return SONDA_ERR_NO_MEMORY;
    }
    if (mbedtls_ecp_point_read_binary(&work->group, &work->key, point,
                                      SONDA__P256_POINT_SIZE) != 0 ||
        mbedtls_ecp_check_pubkey(&work->group, &work->key) != 0) {
        return SONDA_ERR_MALFORMED;
    }
    return SONDA_OK;
}

static bool load_plain(p256_work *work, const uint8_t *signature)
{
    return mbedtls_mpi_read_binary(&work->r, signature, 32) == 0 &&
           mbedtls_mpi_read_binary(&work->s, signature + 32, 32) == 0;
}

static bool load_der(p256_work *work, sonda__span signature)
{
    /* Mbed TLS 2.28 asks for a pointer to bytes it does not change. */
    uint8_t bytes[80];
    unsigned char *at = bytes;
    const unsigned char *end = bytes + signature.len;
    size_t len = 0;

    if (signature.len > sizeof bytes) {
        return false;
    }
    memcpy(bytes, signature.data, signature.len);
    return mbedtls_asn1_get_tag(&at, end, &len, DER_SEQUENCE) == 0 && at + len == end &&
           mbedtls_asn1_get_mpi(&at, end, &work->r) == 0 &&
           mbedtls_asn1_get_mpi(&at, end, &work->s) == 0 && at == end;
}

static bool load_signature(p256_work *work, sonda__span signature)
{
    if (signature.len == P256_SIGNATURE_SIZE) {
        return load_plain(work, (const uint8_t *)signature.data);
    }
    return signature.len > 0 && load_der(work, signature);
}

static sonda_status
verify_p256(sonda__span public_key, sonda__span message, sonda__span signature)
{
    uint8_t point[SONDA__P256_POINT_SIZE];
    uint8_t digest[SONDA__SHA256_SIZE];
    p256_work work;
    sonda_status status = sonda__public_key_p256(public_key, point);

    if (status != SONDA_OK) {
        return status;
    }
    sonda__sha256(message.data, message.len, digest);
    work_init(&work);
    status = load_key(&work, point);
    if (status == SONDA_OK) {
        status = SONDA_ERR_SIGNATURE;
        if (load_signature(&work, signature) &&
            mbedtls_ecdsa_verify(&work.group, digest, sizeof digest, &work.key, &work.r,
                                 &work.s) == 0) {
            status = SONDA_OK;
        }
    }
    work_free(&work);
    return status;
}

#ifdef SONDA_WITH_SODIUM

#define ED25519_SIGNATURE_SIZE 64u

static sonda_status
verify_ed25519(sonda__span public_key, sonda__span message, sonda__span signature)
{
    uint8_t key[SONDA__ED25519_KEY_SIZE];
    sonda_status status = sonda__public_key_ed25519(public_key, key);

    if (status != SONDA_OK) {
        return status;
    }
    if (signature.len != ED25519_SIGNATURE_SIZE || sodium_init() < 0 ||
        crypto_sign_verify_detached((const uint8_t *)signature.data,
                                    (const uint8_t *)message.data, message.len, key) != 0) {
        return SONDA_ERR_SIGNATURE;
    }
    return SONDA_OK;
}

#else

static sonda_status
verify_ed25519(sonda__span public_key, sonda__span message, sonda__span signature)
{
    (void)public_key;
    (void)message;
    (void)signature;
    return SONDA_ERR_UNSUPPORTED;
}

#endif

static sonda_status explain(sonda_status status, sonda_error *error)
{
    if (status == SONDA_ERR_SIGNATURE) {
        return sonda__error_set(error, status, 0, "the signature does not verify");
    }
    if (status == SONDA_ERR_MALFORMED) {
        return sonda__error_set(error, status, 0, "not a public key of this algorithm");
    }
    if (status == SONDA_ERR_UNSUPPORTED) {
        return sonda__error_set(error, status, 0,
                                "this build cannot verify Ed25519: libsodium is absent");
    }
    return status;
}

sonda_status sonda__signature_verify(uint32_t algorithm,
                                     sonda__span public_key,
                                     sonda__span message,
                                     sonda__span signature,
                                     sonda_error *error)
{
    if (algorithm == SONDA_KEY_ECDSA_P256) {
        return explain(verify_p256(public_key, message, signature), error);
    }
    if (algorithm == SONDA_KEY_ED25519) {
        return explain(verify_ed25519(public_key, message, signature), error);
    }
    return sonda__error_set(error, SONDA_ERR_UNSUPPORTED, 0,
                            "signature algorithm %u is not one this build knows",
                            (uint64_t)algorithm);
}
