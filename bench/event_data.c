/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Decoding recordings line by line into batches.
 *
 * Benchmarks only.
 */

#include "bench/event_data.h"

#include <stdlib.h>
#include <string.h>

#include "bench/recording_data.h"
#include "core/base/limits.h"
#include "core/normalise/json_event.h"

static const char *const recordings[][2] = {
    {"metasploit_logonpasswords_lsass_memory_dump.zip",
     "metasploit_logonpasswords_lsass_memory_dump.json"},
    {"psh_metasploit_stop_netprofm_eventlog_before_reboot.zip",
     "psh_metasploit_stop_netprofm_eventlog_before_reboot.json"},
    {"empire_persistence_registry_modification_run_keys_standard_user.zip",
     "empire_persistence_registry_modification_run_keys_standard_user_2020-09-04030609.json"},
};

typedef struct delivery {
    const sonda__names *names;
    sonda_event *event;
    event_batch batch;
    event_batch_fn on_batch;
    void *user;
} delivery;

static void take(event_batch *to, const sonda_event *event)
{
    sonda_event *copy = &to->events[to->count++];

    *copy = *event;
    copy->fields = to->fields + to->field_count;
    copy->field_count = 0;
    for (size_t i = 0; i < event->field_count; i++) {
        sonda__field *field = &copy->fields[copy->field_count];

        if (event->fields[i].name.len == 7 &&
            memcmp(event->fields[i].name.data, "Message", 7) == 0) {
            continue;
        }
        *field = event->fields[i];
        memcpy(to->text + to->text_len, field->text.data, field->text.len);
        field->text.data = to->text + to->text_len;
        to->text_len += field->text.len;
        copy->field_count++;
    }
    to->field_count += copy->field_count;
}

static void deliver(delivery *to)
{
    to->on_batch(&to->batch, to->user);
    to->batch.count = 0;
    to->batch.field_count = 0;
    to->batch.text_len = 0;
}

static void decode_lines(delivery *to, const char *bytes, size_t len)
{
    static const sonda_record_header header;
    const char *end = bytes + len;

    for (const char *p = bytes; p < end;) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));

        stop = stop == NULL ? end : stop;
        sonda__event_begin(to->event, &header, to->names);
        if (sonda__decode_json(to->event, sonda__span_of(p, (size_t)(stop - p)), NULL) ==
            SONDA_OK) {
            take(&to->batch, to->event);
        }
        if (to->batch.count == EVENT_BATCH) {
            deliver(to);
        }
        p = stop + 1;
    }
    deliver(to);
}

int event_data_each(const sonda__names *names, event_batch_fn on_batch, void *user)
{
    static delivery to;
    int loaded = 0;

    to.names = names;
    to.on_batch = on_batch;
    to.user = user;
    to.batch.fields = malloc(EVENT_BATCH * SONDA__EVENT_FIELDS_MAX * sizeof *to.batch.fields);
    to.batch.text = malloc(EVENT_BATCH * (size_t)SONDA_RECORD_MAX);
    if (to.batch.fields != NULL && to.batch.text != NULL &&
        sonda_event_open(&to.event, NULL) == SONDA_OK) {
        for (size_t i = 0; i < sizeof recordings / sizeof recordings[0]; i++) {
            size_t len;
            char *bytes = recording_data_load(recordings[i][0], recordings[i][1], &len);

            if (bytes != NULL) {
                decode_lines(&to, bytes, len);
                loaded++;
            }
            free(bytes);
        }
        sonda_event_close(to.event);
    }
    free(to.batch.text);
    free(to.batch.fields);
    return loaded;
}

void event_batch_bind(event_batch *batch, const sonda__names *names)
{
    for (size_t i = 0; i < batch->count; i++) {
        sonda_event *event = &batch->events[i];

        event->names = names;
        for (size_t k = 0; k < event->field_count; k++) {
            if (event->fields[k].id >= SONDA_FIELD_NATIVE) {
                event->fields[k].id = sonda__names_find(names, event->fields[k].name);
            }
        }
    }
}
