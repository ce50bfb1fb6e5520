/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Capabilities: a class is observed once the canary's event of it came, and
 * authorised once the canary's question came and our answer was taken. Where a
 * canary would do harm, the subscription is what was tried, and that is said.
 *
 * Platform (mac).
 */

#include "platform/mac/capabilities.h"
#include "platform/mac/subscriptions.h"
#include "sonda/abi.h"

#define NO_CANARY 0xffu

/* What the canary does in a class, as told and as asked. */
struct proof {
    uint8_t told;
    uint8_t asked;
    const char *mechanism;
};

static const struct proof proofs[SONDA_SOURCE_CLASS_COUNT] = {
    [SONDA_SOURCE_CLASS_PROCESS_EXEC] = {ES_NOTIFY_EXEC, ES_AUTH_EXEC, "exec"},
    [SONDA_SOURCE_CLASS_PROCESS_FORK] = {ES_NOTIFY_FORK, NO_CANARY, "fork"},
    [SONDA_SOURCE_CLASS_PROCESS_EXIT] = {ES_NOTIFY_EXIT, NO_CANARY, "exit"},
    [SONDA_SOURCE_CLASS_FILE_OPEN] = {ES_NOTIFY_CLOSE, ES_AUTH_CREATE, "create, close, clone"},
    [SONDA_SOURCE_CLASS_FILE_RENAME] = {ES_NOTIFY_RENAME, ES_AUTH_RENAME, "rename"},
    [SONDA_SOURCE_CLASS_FILE_DELETE] = {ES_NOTIFY_UNLINK, ES_AUTH_UNLINK, "unlink"},
    [SONDA_SOURCE_CLASS_FILE_ATTRIBUTES] = {ES_NOTIFY_SETMODE, ES_AUTH_SETMODE, "setmode, …"},
    [SONDA_SOURCE_CLASS_NETWORK] = {NO_CANARY, NO_CANARY, ""},
    [SONDA_SOURCE_CLASS_MODULE] = {ES_NOTIFY_MMAP, ES_AUTH_MMAP, "mmap, kextload"},
    [SONDA_SOURCE_CLASS_REGISTRY] = {NO_CANARY, NO_CANARY, ""},
    [SONDA_SOURCE_CLASS_OTHER] = {ES_NOTIFY_GET_TASK, ES_AUTH_SIGNAL,
                                  "get_task, login, btm, …"},
};

static bool is_wanted(uint64_t classes, uint32_t class_index)
{
    return classes == 0 || (classes >> class_index & 1u) != 0;
}

static bool is_authorised(const sonda_source *source, uint32_t class_index)
{
    uint32_t asked = proofs[class_index].asked;

    if (asked == NO_CANARY || (source->authorise >> class_index & 1u) == 0) {
        return false;
    }
    return class_index == SONDA_SOURCE_CLASS_OTHER ? atomic_load(&source->subscribed[asked])
                                                   : atomic_load(&source->proven[asked]);
}

static const char *why_not(const sonda_source *source, uint32_t class_index)
{
    if (class_index == SONDA_SOURCE_CLASS_NETWORK) {
        return "Endpoint Security has no IP events; a NetworkExtension provider sends them";
    }
    if (class_index == SONDA_SOURCE_CLASS_REGISTRY) {
        return "this system has none";
    }
    if (!is_wanted(source->classes, class_index)) {
        return "not asked for";
    }
    return atomic_load(&source->subscribed[proofs[class_index].told])
               ? "subscribed, but the canary was not seen"
               : "the system refuses the subscription";
}

static bool is_observed(const sonda_source *source, uint32_t class_index)
{
    uint32_t told = proofs[class_index].told;

    if (told == NO_CANARY) {
        return false;
    }
    return class_index == SONDA_SOURCE_CLASS_OTHER ? atomic_load(&source->subscribed[told])
                                                   : atomic_load(&source->proven[told]);
}

static void fill_class(const sonda_source *source,
                       uint32_t class_index,
                       sonda_source_capability *capability)
{
    capability->mechanism = proofs[class_index].mechanism;
    capability->remedy = "";
    if (is_authorised(source, class_index)) {
        capability->level = SONDA_CAPABILITY_AUTHORISE;
    } else if (is_observed(source, class_index)) {
        capability->level = SONDA_CAPABILITY_OBSERVE;
    } else {
        capability->remedy = why_not(source, class_index);
    }
    if (class_index == SONDA_SOURCE_CLASS_OTHER && capability->level != SONDA_CAPABILITY_NONE) {
        capability->remedy = "subscribed; nothing harmless proves it";
    }
}

void capabilities(const sonda_source *source, sonda_source_capabilities *out)
{
    sonda_source_capabilities proven = {.struct_size = sizeof proven};

    for (uint32_t i = 0; i < SONDA_SOURCE_CLASS_COUNT; i++) {
        fill_class(source, i, &proven.by_class[i]);
    }
    (void)sonda_abi_write(&proven, sizeof proven, out);
}

bool capabilities_proven(const sonda_source *source)
{
    for (uint32_t i = 0; i < SONDA_SOURCE_CLASS_COUNT; i++) {
        const struct proof *proof = &proofs[i];
        bool told = proof->told == NO_CANARY || !is_wanted(source->classes, i) ||
                    !atomic_load(&source->subscribed[proof->told]) || is_observed(source, i);
        bool asked = proof->asked == NO_CANARY || (source->authorise >> i & 1u) == 0 ||
                     is_authorised(source, i);

        if (!told || !asked) {
            return false;
        }
    }
    return true;
}
