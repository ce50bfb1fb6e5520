/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What this machine offers the adapter, found out by opening it.
 *
 * Platform (win).
 */

#include <stdbool.h>

#include "sonda/windows/windows.h"

static sonda_status take_nothing(void *user, const void *record, size_t record_len)
{
    (void)user;
    (void)record;
    (void)record_len;
    return SONDA_OK;
}

static const char *const class_names[SONDA_SOURCE_CLASS_COUNT] = {
    "process start", "process fork", "process exit",    "file open",
    "file rename",   "file delete",  "file attributes", "network",
    "module",        "registry",     "other",
};

sonda_status sonda_windows_probe(sonda_windows_rung_fn on_rung, void *user)
{
    sonda_source_capabilities found = SONDA_SOURCE_CAPABILITIES_INIT;
    sonda_sink sink = {sizeof sink, 0, take_nothing, NULL};
    sonda_error error = SONDA_ERROR_INIT;
    sonda_source *source = NULL;
    const sonda_source_ops *ops = sonda_windows_etw_source();
    sonda_status status;

    if (on_rung == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    status = ops->open(&source, NULL, &sink, NULL, &error);
    if (status != SONDA_OK) {
        on_rung("ETW", SONDA_WINDOWS_RUNG_MISSING, error.message, "", user);
        return status;
    }
    on_rung("ETW", SONDA_WINDOWS_RUNG_OK, "sessions deliver", "", user);
    ops->capabilities(source, &found);
    for (size_t i = 0; i < SONDA_SOURCE_CLASS_COUNT; i++) {
        bool proven = found.by_class[i].level != SONDA_CAPABILITY_NONE;

        if (found.by_class[i].mechanism[0] != '\0') {
            on_rung(class_names[i],
                    proven ? SONDA_WINDOWS_RUNG_OK : SONDA_WINDOWS_RUNG_INFORMATION,
                    found.by_class[i].mechanism, found.by_class[i].remedy, user);
        }
    }
    ops->close(source);
    return SONDA_OK;
}
