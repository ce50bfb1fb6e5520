/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Trusted keys against the signature section.
 *
 * What is signed is the header with the section table: it holds the digest of
 * all the rest. Every key of the right kind is tried, because a key id in the
 * pack would be the pack's own claim.
 *
 * Layer 3 (rules).
 */

#include "core/rules/content_signature.h"

#include "core/base/error.h"
#include "core/crypto/signature.h"

#define SIGNED_BYTES \
    (SONDA__PACK_HEADER_SIZE + (size_t)SONDA__SECTION_COUNT * SONDA__SECTION_ENTRY_SIZE)

/* Keys tried on one pack: rotation needs two, more are somebody's mistake. */
#define KEYS_MAX 64u

static sonda_status refuse(const sonda__pack *pack, sonda_error *error, const char *reason)
{
    const uint8_t *entry = pack->section[SONDA__SECTION_SIGNATURE];

    return sonda__error_set(error, SONDA_ERR_SIGNATURE, sonda__pack_offset(pack, entry), "%s",
                            reason);
}

static sonda_status try_keys(const sonda__pack *pack,
                             const sonda_content_options *options,
                             uint32_t algorithm,
                             sonda_error *error)
{
    const uint8_t *entry = pack->section[SONDA__SECTION_SIGNATURE];
    sonda__span message = sonda__span_of((const char *)pack->bytes, SIGNED_BYTES);
    sonda__span signature = sonda__span_of((const char *)entry + SONDA__AT_SIGNATURE_BYTES,
                                           SONDA__SIGNATURE_LENGTH);
    sonda_status status = refuse(pack, error, "signed by none of the trusted keys");

    for (size_t i = 0; i < options->trusted_key_count && i < KEYS_MAX; i++) {
        const sonda_trusted_key *key = &options->trusted_keys[i];
        sonda__span bytes = sonda__span_of((const char *)key->bytes, key->len);

        if (key->algorithm == algorithm) {
            status = sonda__signature_verify(algorithm, bytes, message, signature, error);
            if (status == SONDA_OK || status == SONDA_ERR_UNSUPPORTED) {
                return status;
            }
        }
    }
    return status == SONDA_ERR_NO_MEMORY
               ? status
               : refuse(pack, error, "signed by none of the trusted keys");
}

static bool is_zero(const uint8_t *bytes, size_t len)
{
    uint8_t any = 0;

    for (size_t i = 0; i < len; i++) {
        any |= bytes[i];
    }
    return any == 0;
}

static bool is_known(const uint8_t *entry)
{
    uint32_t algorithm = sonda__pack_u32(entry + SONDA__AT_SIGNATURE_ALGORITHM);

    return sonda__pack_u32(entry + SONDA__AT_SIGNATURE_LENGTH) == SONDA__SIGNATURE_LENGTH &&
           (algorithm == SONDA_KEY_ECDSA_P256 || algorithm == SONDA_KEY_ED25519);
}

/*
 * Where no signature is asked for, the section must still be empty or hold one:
 * the digest does not cover it, and damage is damage.
 */
static sonda_status check_shape(const sonda__pack *pack, sonda_error *error)
{
    const uint8_t *entry = pack->section[SONDA__SECTION_SIGNATURE];

    if (is_zero(entry, SONDA__SIGNATURE_SIZE) || is_known(entry)) {
        return SONDA_OK;
    }
    return sonda__error_set(error, SONDA_ERR_MALFORMED, sonda__pack_offset(pack, entry),
                            "the signature section is neither empty nor a signature");
}

sonda_status sonda__content_check_signature(const sonda__pack *pack,
                                            const sonda_content_options *options,
                                            uint32_t *accepted,
                                            sonda_error *error)
{
    const uint8_t *entry = pack->section[SONDA__SECTION_SIGNATURE];
    uint32_t algorithm = sonda__pack_u32(entry + SONDA__AT_SIGNATURE_ALGORITHM);
    sonda_status status;

    *accepted = 0;
    if (options->require_signature == 0) {
        return check_shape(pack, error);
    }
    if (algorithm == 0) {
        return refuse(pack, error, "the pack is not signed");
    }
    if (!is_known(entry)) {
        return refuse(pack, error, "a signature of a kind this build does not know");
    }
    status = try_keys(pack, options, algorithm, error);
    if (status == SONDA_OK) {
        *accepted = algorithm;
    }
    return status;
}
