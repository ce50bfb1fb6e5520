/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Records of cases.
 *
 * A case fails when a record of it cannot be read, or when its file holds none:
 * it would otherwise hold by testing nothing.
 *
 * Runs on any thread: uses nothing of the program's host or outputs.
 *
 * Module tools.
 */

#include "case_events.h"
#include "sonda/host/file.h"
#include "sonda/input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Larger recordings belong into `sonda replay`. */
#define CASE_INPUT_MAX ((size_t)1 << 30)

/* One file on its way into the worker. */
typedef struct reading {
    case_events *of;
    const char *file;
    uint64_t processed;
    uint8_t *timed; /* a record that got the case's time */
} reading;

static bool fail(case_events *self, const char *what, const char *reason)
{
    /* A long name leaves room for the reason; a long reason is cut. */
    int room = (int)sizeof self->reason / 2 - 2;

    (void)snprintf(self->reason, sizeof self->reason, "%.*s: %.*s", room, what, room, reason);
    return false;
}

static bool process(case_events *self, const char *what, const void *record, size_t len)
{
    const sonda_error *error;
    sonda_status status = sonda_worker_process(self->worker, record, len, 0);

    if (status == SONDA_OK) {
        return true;
    }
    error = sonda_worker_error(self->worker);
    return fail(self, what,
                error->status != SONDA_OK && error->message[0] != '\0'
                    ? error->message
                    : sonda_status_text(status));
}

static bool run_inline(case_events *self)
{
    for (uint32_t i = 0; i < self->view->record_count; i++) {
        char what[32];
        const void *record;
        size_t len;
        sonda_status status = sonda_cases_record(self->cases, self->index, i, &record, &len);

        (void)snprintf(what, sizeof what, "event %u", (unsigned)i + 1);
        if (status != SONDA_OK) {
            return fail(self, what, sonda_status_text(status));
        }
        if (!process(self, what, record, len)) {
            return false;
        }
    }
    return true;
}

/* The record with the case's time where it has none of its own. */
static const void *at_time(reading *self, const void *record, size_t len)
{
    sonda_record_header header;

    if (self->of->view->time_ns == 0 ||
        sonda_record_header_read(record, len, &header) != SONDA_OK || header.wall_ns != 0) {
        return record;
    }
    if (self->timed == NULL) {
        self->timed = malloc((size_t)SONDA_RECORD_MAX);
    }
    if (self->timed == NULL) {
        return record;
    }
    memcpy(self->timed, record, len);
    header.wall_ns = self->of->view->time_ns;
    (void)sonda_record_header_write(&header, self->timed);
    return self->timed;
}

static bool is_wanted(const reading *self, uint64_t number)
{
    uint32_t record = self->of->view->file_record;

    return record == 0 || record == number;
}

static sonda_status
on_record(const void *record, size_t record_len, uint64_t number, uint64_t offset, void *user)
{
    reading *self = user;
    char what[CASE_REASON_ROOM];

    (void)offset;
    if (!is_wanted(self, number)) {
        return SONDA_OK;
    }
    self->processed++;
    (void)snprintf(what, sizeof what, "%s: record %llu", self->file,
                   (unsigned long long)number);
    return process(self->of, what, at_time(self, record, record_len), record_len)
               ? SONDA_OK
               : SONDA_ERR_CANCELLED;
}

static void on_skipped(
    uint64_t number, uint64_t offset, sonda_status status, const char *reason, void *user)
{
    reading *self = user;

    (void)offset;
    (void)status;
    if (is_wanted(self, number) && self->of->reason[0] == '\0') {
        char what[CASE_REASON_ROOM];

        (void)snprintf(what, sizeof what, "%s: record %llu", self->file,
                       (unsigned long long)number);
        (void)fail(self->of, what, reason);
    }
}

static sonda_status feed(reading *self, const uint8_t *bytes, size_t len)
{
    sonda_input_callbacks callbacks = SONDA_INPUT_CALLBACKS_INIT;
    sonda_input *input = NULL;
    sonda_status status = sonda_input_open(&input, NULL, NULL);

    callbacks.on_record = on_record;
    callbacks.on_skipped = on_skipped;
    callbacks.user = self;
    if (status == SONDA_OK) {
        status = sonda_input_feed(input, bytes, len, &callbacks);
    }
    if (status == SONDA_OK) {
        status = sonda_input_finish(input, &callbacks);
    }
    sonda_input_close(input);
    return status;
}

static bool run_bytes(case_events *self, const char *file, const uint8_t *bytes, size_t len)
{
    reading one = {self, file, 0, NULL};
    sonda_status status = feed(&one, bytes, len);

    free(one.timed);
    if (self->reason[0] != '\0') {
        return false;
    }
    if (status != SONDA_OK) {
        return fail(self, file, sonda_status_text(status));
    }
    if (one.processed == 0) {
        return fail(self, file,
                    self->view->file_record != 0 ? "has no such record" : "holds no record");
    }
    return true;
}

/* The case's file as a path from here; NULL: no memory. */
static char *path_of(const case_events *self)
{
    sonda_text file = self->view->file;
    size_t folder = strlen(self->path);
    char *path;

    while (folder > 0 && self->path[folder - 1] != '/') {
        folder--;
    }
    folder = file.data[0] == '/' ? 0 : folder;
    path = malloc(folder + file.len + 1);
    if (path != NULL) {
        memcpy(path, self->path, folder);
        memcpy(path + folder, file.data, file.len);
        path[folder + file.len] = '\0';
    }
    return path;
}

static bool run_file(case_events *self)
{
    sonda_error error = SONDA_ERROR_INIT;
    uint8_t *bytes = NULL;
    size_t len = 0;
    char *path = path_of(self);
    bool good;

    if (path == NULL) {
        return fail(self, self->path, "out of memory");
    }
    if (sonda_file_read(path, CASE_INPUT_MAX, NULL, &bytes, &len, &error) != SONDA_OK) {
        good = fail(self, path, error.message);
    } else {
        good = run_bytes(self, path, bytes, len);
    }
    free(bytes);
    free(path);
    return good;
}

bool case_events_run(case_events *self)
{
    bool good = self->view->file.len != 0 ? run_file(self) : run_inline(self);
    sonda_status status = sonda_worker_finish(self->worker, 0);

    if (good && status != SONDA_OK) {
        good = fail(self, "end of the events", sonda_status_text(status));
    }
    return good;
}
