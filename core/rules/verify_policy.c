/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The response policy: known words, names within bounds, one entry for one
 * thing. What is refused here could otherwise end a process.
 *
 * Layer 3 (rules). No allocation.
 */

#include "core/rules/verify.h"
#include "sonda/response.h"

#define LEVEL_MAX 4u

static bool is_known(const uint8_t *at)
{
    uint32_t kind = sonda__pack_u32(at + SONDA__AT_POLICY_KIND);
    uint32_t action = sonda__pack_u32(at + SONDA__AT_POLICY_ACTION);

    return kind >= SONDA__POLICY_OF_RULE && kind <= SONDA__POLICY_OF_LEVEL &&
           action >= SONDA_ACTION_ALERT && action <= SONDA_ACTION_NONE;
}

static bool is_lower(sonda__span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] >= 'A' && text.data[i] <= 'Z') {
            return false;
        }
    }
    return true;
}

/* A level's entry has no name, the others have nothing else. */
static bool names_one_thing(const sonda__pack *pack, const uint8_t *at)
{
    uint32_t kind = sonda__pack_u32(at + SONDA__AT_POLICY_KIND);
    uint32_t level = sonda__pack_u32(at + SONDA__AT_POLICY_LEVEL);
    sonda__span name = sonda__pack_text(pack, at + SONDA__AT_POLICY_NAME);

    if (kind == SONDA__POLICY_OF_LEVEL) {
        return level <= LEVEL_MAX && name.len == 0;
    }
    return level == 0 && name.len != 0 && name.len <= SONDA__RULE_ID_MAX &&
           (kind != SONDA__POLICY_OF_TAG || is_lower(name));
}

static bool comes_before(const sonda__pack *pack, const uint8_t *a, const uint8_t *b)
{
    static const uint32_t numbers[] = {SONDA__AT_POLICY_KIND, SONDA__AT_POLICY_LEVEL};

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        uint32_t left = sonda__pack_u32(a + numbers[i]);
        uint32_t right = sonda__pack_u32(b + numbers[i]);

        if (left != right) {
            return left < right;
        }
    }
    return sonda__pack_compare(sonda__pack_text(pack, a + SONDA__AT_POLICY_NAME),
                               sonda__pack_text(pack, b + SONDA__AT_POLICY_NAME)) < 0;
}

static sonda_status check_entry(const sonda__verifier *verifier, const uint8_t *at)
{
    const sonda__pack *pack = verifier->pack;
    sonda_status status = sonda__verify_text(verifier, at + SONDA__AT_POLICY_NAME);

    if (status == SONDA_OK) {
        status = sonda__verify_text(verifier, at + SONDA__AT_POLICY_FEATURE);
    }
    if (status != SONDA_OK) {
        return status;
    }
    if (!is_known(at)) {
        return sonda__verify_refuse(verifier, at, "a policy of no kind or no action");
    }
    if (!names_one_thing(pack, at)) {
        return sonda__verify_refuse(verifier, at, "a policy of no rule, tag or level");
    }
    return sonda__pack_text(pack, at + SONDA__AT_POLICY_FEATURE).len <= SONDA__FEATURE_NAME_MAX
               ? SONDA_OK
               : sonda__verify_refuse(verifier, at, "a policy with too long a feature");
}

sonda_status sonda__verify_policy(const sonda__verifier *verifier)
{
    const sonda__pack *pack = verifier->pack;
    uint32_t count = pack->count[SONDA__SECTION_POLICY];
    const uint8_t *before = NULL;

    if (count > SONDA__POLICY_ENTRIES_MAX) {
        return sonda__verify_refuse(verifier, pack->section[SONDA__SECTION_POLICY],
                                    "too many policy entries");
    }
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *at = sonda__pack_entry(pack, SONDA__SECTION_POLICY, i);
        sonda_status status = check_entry(verifier, at);

        if (status != SONDA_OK) {
            return status;
        }
        if (before != NULL && !comes_before(pack, before, at)) {
            return sonda__verify_refuse(verifier, at, "policy entries that are out of order");
        }
        before = at;
    }
    return SONDA_OK;
}
