/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The verifier's frame.
 *
 * Layer 3 (rules). No allocation.
 */

#include "core/rules/verify.h"

#include "core/base/error.h"

sonda_status
sonda__verify_refuse(const sonda__verifier *verifier, const uint8_t *at, const char *reason)
{
    uint64_t offset = sonda__pack_offset(verifier->pack, at);

    return sonda__error_set(verifier->error, SONDA_ERR_MALFORMED, offset,
                            "%s, at offset %u of the pack", reason, offset);
}

sonda_status sonda__verify_refuse_cost(const sonda__verifier *verifier,
                                       const uint8_t *at,
                                       uint64_t cost_per_byte)
{
    return sonda__error_set(verifier->error, SONDA_ERR_LIMIT,
                            sonda__pack_offset(verifier->pack, at),
                            "the pack can cost %u steps a byte, more than the %u allowed: "
                            "leave out the dearest rules of 'sonda compile --report', or raise "
                            "max_cost_per_byte",
                            cost_per_byte, verifier->max_cost_per_byte);
}

sonda_status sonda__verify_text(const sonda__verifier *verifier, const uint8_t *at)
{
    return sonda__pack_has_text(verifier->pack, sonda__pack_u32(at), sonda__pack_u32(at + 4))
               ? SONDA_OK
               : sonda__verify_refuse(verifier, at, "a text out of range");
}

sonda_status
sonda__verify_list(const sonda__verifier *verifier, const uint8_t *at, sonda__section_kind kind)
{
    sonda__list list = sonda__pack_list(at);
    uint32_t count = verifier->pack->count[kind];

    return list.first <= count && list.count <= count - list.first
               ? SONDA_OK
               : sonda__verify_refuse(verifier, at, "a list out of range");
}

sonda_status sonda__pack_verify(const sonda__pack *pack,
                                uint64_t max_cost_per_byte,
                                uint64_t *scratch,
                                sonda_error *error)
{
    sonda__verifier verifier = {pack, error, max_cost_per_byte, scratch};
    sonda_status status = sonda__verify_regexes(&verifier);

    if (status == SONDA_OK) {
        status = sonda__verify_patterns(&verifier);
    }
    if (status == SONDA_OK) {
        status = sonda__verify_rules(&verifier);
    }
    if (status == SONDA_OK) {
        status = sonda__verify_correlations(&verifier);
    }
    if (status == SONDA_OK) {
        status = sonda__verify_scans(&verifier);
    }
    if (status == SONDA_OK) {
        status = sonda__verify_policy(&verifier);
    }
    return status == SONDA_OK ? sonda__verify_trees(&verifier) : status;
}
