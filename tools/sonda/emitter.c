/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Choosing a form of output, and the words they share.
 *
 * Module tools.
 */

#include "emitter.h"

#include <stdlib.h>

typedef struct named {
    uint32_t class_uid;
    uint32_t activity_id;
    const char *name;
} named;

static const named classes[] = {
    {SONDA_CLASS_FILE, 0, "file"},
    {SONDA_CLASS_KERNEL_EXTENSION, 0, "kernel extension"},
    {SONDA_CLASS_MEMORY, 0, "memory"},
    {SONDA_CLASS_MODULE, 0, "module"},
    {SONDA_CLASS_SCHEDULED_JOB, 0, "scheduled job"},
    {SONDA_CLASS_PROCESS, 0, "process"},
    {SONDA_CLASS_SCRIPT, 0, "script"},
    {SONDA_CLASS_FINDING, 0, "finding"},
    {SONDA_CLASS_AUTHENTICATION, 0, "authentication"},
    {SONDA_CLASS_NETWORK, 0, "network"},
    {SONDA_CLASS_DNS, 0, "dns"},
    {SONDA_CLASS_REGISTRY_KEY, 0, "registry key"},
    {SONDA_CLASS_REGISTRY_VALUE, 0, "registry value"},
    {SONDA_CLASS_WINDOWS_SERVICE, 0, "windows service"},
};

static const named activities[] = {
    {SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH, "launch"},
    {SONDA_CLASS_PROCESS, SONDA_PROCESS_TERMINATE, "terminate"},
    {SONDA_CLASS_PROCESS, SONDA_PROCESS_OPEN, "open"},
    {SONDA_CLASS_PROCESS, SONDA_PROCESS_INJECT, "inject"},
    {SONDA_CLASS_PROCESS, SONDA_PROCESS_SET_USER_ID, "set user id"},
    {SONDA_CLASS_FILE, SONDA_FILE_CREATE, "create"},
    {SONDA_CLASS_FILE, SONDA_FILE_READ, "read"},
    {SONDA_CLASS_FILE, SONDA_FILE_UPDATE, "update"},
    {SONDA_CLASS_FILE, SONDA_FILE_DELETE, "delete"},
    {SONDA_CLASS_FILE, SONDA_FILE_RENAME, "rename"},
    {SONDA_CLASS_FILE, SONDA_FILE_SET_ATTRIBUTES, "set attributes"},
    {SONDA_CLASS_FILE, SONDA_FILE_SET_SECURITY, "set security"},
    {SONDA_CLASS_FILE, SONDA_FILE_OPEN, "open"},
    {SONDA_CLASS_MODULE, SONDA_MODULE_LOAD, "load"},
    {SONDA_CLASS_NETWORK, SONDA_NETWORK_OPEN, "open"},
    {SONDA_CLASS_NETWORK, SONDA_NETWORK_CLOSE, "close"},
    {SONDA_CLASS_NETWORK, SONDA_NETWORK_LISTEN, "listen"},
    {SONDA_CLASS_DNS, SONDA_DNS_QUERY, "query"},
    {SONDA_CLASS_REGISTRY_KEY, SONDA_REGISTRY_CREATE, "create"},
    {SONDA_CLASS_REGISTRY_KEY, SONDA_REGISTRY_READ, "read"},
    {SONDA_CLASS_REGISTRY_KEY, SONDA_REGISTRY_MODIFY, "modify"},
    {SONDA_CLASS_REGISTRY_KEY, SONDA_REGISTRY_DELETE, "delete"},
    {SONDA_CLASS_REGISTRY_KEY, SONDA_REGISTRY_RENAME, "rename"},
    {SONDA_CLASS_REGISTRY_VALUE, SONDA_REGISTRY_CREATE, "create"},
    {SONDA_CLASS_REGISTRY_VALUE, SONDA_REGISTRY_READ, "read"},
    {SONDA_CLASS_REGISTRY_VALUE, SONDA_REGISTRY_MODIFY, "modify"},
    {SONDA_CLASS_REGISTRY_VALUE, SONDA_REGISTRY_DELETE, "delete"},
    {SONDA_CLASS_REGISTRY_VALUE, SONDA_REGISTRY_RENAME, "rename"},
    {SONDA_CLASS_SCRIPT, SONDA_SCRIPT_EXECUTE, "execute"},
};

const char *class_name(uint32_t class_uid)
{
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        if (classes[i].class_uid == class_uid) {
            return classes[i].name;
        }
    }
    return "other";
}

const char *activity_name(uint32_t class_uid, uint32_t activity_id)
{
    for (size_t i = 0; i < sizeof activities / sizeof activities[0]; i++) {
        if (activities[i].class_uid == class_uid && activities[i].activity_id == activity_id) {
            return activities[i].name;
        }
    }
    return activity_id == SONDA_ACTIVITY_UNKNOWN ? "unknown" : "other";
}

void emitter_open(emitter *self, program *of, uint32_t form, bool events)
{
    static const emitter_ops *const forms[] = {
        [OUTPUT_TEXT] = &emitter_text,
        [OUTPUT_FINDINGS] = &emitter_findings,
        [OUTPUT_MATCHES] = &emitter_matches,
        [OUTPUT_OCSF] = &emitter_ocsf,
    };

    if (form == OUTPUT_DEFAULT) {
        form = of->out_is_terminal ? OUTPUT_TEXT : OUTPUT_FINDINGS;
    }
    *self = (emitter){.program = of, .out = of->out, .ops = forms[form]};
    self->wants_events = self->ops->on_event != NULL && (events || form == OUTPUT_OCSF);
}

void emitter_aside(emitter *self, const emitter *of)
{
    *self = *of;
    self->out = NULL;
    self->aside = true;
    self->scratch = NULL;
    self->scratch_size = 0;
}

void emitter_close(emitter *self)
{
    free(self->scratch);
    self->scratch = NULL;
    self->scratch_size = 0;
}

bool emitter_is_text(const emitter *self)
{
    return self->ops == &emitter_text;
}
