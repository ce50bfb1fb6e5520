/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Who may touch the sensor.
 *
 * Answered on the spot: whoever wants to end the sensor would not wait for it.
 * launchd may, because that is how the operator stops it; what comes with the
 * system may have our task port, because it has everybody's.
 *
 * Platform (mac).
 */

#include <string.h>

#include "platform/mac/es_events.h"
#include "platform/mac/source.h"

#define LAUNCHD_PID 1u

static bool is_same_process(const es_audit_token *a, const es_audit_token *b)
{
    return a->val[TOKEN_PID] == b->val[TOKEN_PID] &&
           a->val[TOKEN_PIDVERSION] == b->val[TOKEN_PIDVERSION];
}

static bool is_own_process(const sonda_source *source, const es_process *process)
{
    return process != NULL && is_same_process(&process->audit_token, &source->own_token);
}

static bool is_own_file(const sonda_source *source, const es_file *file)
{
    size_t len = strlen(source->own_path);

    return file != NULL && len != 0 && file->path.length == len && file->path.data != NULL &&
           memcmp(file->path.data, source->own_path, len) == 0;
}

/* Is it something that is done to us? */
static bool is_about_us(const sonda_source *source, const es_message *message)
{
    const void *event = &message->event;

    switch (message->event_type) {
    case ES_AUTH_SIGNAL: {
        const es_event_signal *signal = event;

        return signal->sig != 0 && is_own_process(source, signal->target);
    }
    case ES_AUTH_GET_TASK:
    case ES_AUTH_PROC_SUSPEND_RESUME:
        return is_own_process(source, ((const es_event_process *)event)->target);
    case ES_AUTH_UNLINK:
        return is_own_file(source, ((const es_event_two_files *)event)->first);
    case ES_AUTH_RENAME: {
        const es_event_rename *rename = event;

        return is_own_file(source, rename->source) ||
               (rename->destination_type == ES_DESTINATION_TYPE_EXISTING_FILE &&
                is_own_file(source, rename->destination.existing_file));
    }
    default:
        return false;
    }
}

sonda_verdict guard_verdict(const sonda_source *source, const es_message *message)
{
    const es_process *actor = message->process;

    if (actor == NULL || !source->own_token_known || !is_about_us(source, message) ||
        is_own_process(source, actor) || actor->audit_token.val[TOKEN_PID] == LAUNCHD_PID) {
        return SONDA_VERDICT_ALLOW;
    }
    if (message->event_type == ES_AUTH_GET_TASK && actor->is_platform_binary) {
        return SONDA_VERDICT_ALLOW;
    }
    return SONDA_VERDICT_DENY;
}
