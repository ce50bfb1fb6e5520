/* SPDX-License-Identifier: Apache-2.0 */

/*
 * `sonda replay`: recorded telemetry through the pipeline of `sonda run`.
 *
 * Module tools.
 */

#include "commands.h"
#include "complaints.h"
#include "config.h"
#include "damage.h"
#include "lanes.h"
#include "numbering.h"
#include "sonda/host/parallel.h"
#include "sonda/host/reader.h"
#include "sonda/host/usage.h"
#include "sonda/input.h"
#include "summary.h"

#include <stdio.h>

/* Bytes read at a time: enough for dozens of records, few enough for the caches. */
#define BLOCK ((size_t)64 * 1024)

/* How often the progress line changes. */
#define PROGRESS_NS 100000000u

typedef struct replaying {
    program *program;
    const arguments *given;
    detection detection;
    lanes *lanes; /* NULL: everything on this thread */
    bool correlating;
    bool alone; /* lanes or not: on this thread, for now */
    complaints unreadable;
    damage damage; /* of this file, beside unreadable records */
    sonda_input *input;
    const char *file;
    size_t file_index;
    sonda_reader *reader; /* NULL: no regular file */
    uint64_t total;       /* bytes of this file, 0: not known */
    uint64_t bytes;       /* of them that are worked off */
    uint64_t count;       /* records of this file, unreadable ones too */
    uint64_t good;        /* records of this file that could be read */
    uint64_t bad;         /* and that could not */
    uint64_t not_cut_out; /* of all files: bad ones that no worker has seen */
    uint64_t progress_ns;
    numbering numbers;
    /* What feed_lanes() keeps, on whatever thread. */
    uint64_t read;  /* bytes of this file */
    bool held;      /* a limit stopped the input */
    bool finishing; /* the file has been read */
    bool ended;     /* nothing comes any more */
    bool stopped;   /* by a signal, on this thread */
    sonda_status feeding;
    sonda_error reading; /* why it ended, when reading failed */
} replaying;

static void
tell_unreadable(replaying *self, uint64_t number, uint64_t offset, const char *reason)
{
    self->bad++;
    if (complaints_admit(&self->unreadable)) {
        complain(self->program, "%s: record %llu, byte %llu: %s", self->file,
                 (unsigned long long)number, (unsigned long long)offset, reason);
    }
}

static void on_skipped(
    uint64_t number, uint64_t offset, sonda_status status, const char *reason, void *user)
{
    replaying *self = user;

    (void)status;
    if (self->lanes != NULL && !self->alone) {
        lanes_skip(self->lanes, number, offset, reason);
        return;
    }
    self->not_cut_out++;
    tell_unreadable(self, number, offset, reason);
}

static void on_damage(uint64_t offset, sonda_status status, const char *reason, void *user)
{
    replaying *self = user;

    (void)status;
    damage_note(&self->damage, offset, reason);
}

/* A record has passed the lanes. */
static void
on_outcome(uint64_t number, uint64_t offset, const char *reason, bool decoded, void *user)
{
    replaying *self = user;

    self->bytes = offset;
    self->count = number;
    if (reason == NULL) {
        self->good++;
    } else {
        self->not_cut_out += decoded ? 0 : 1;
        tell_unreadable(self, number, offset, reason);
    }
}

static sonda_status
on_record(const void *record, size_t record_len, uint64_t number, uint64_t offset, void *user)
{
    replaying *self = user;
    sonda_worker *worker = self->detection.worker;
    sonda_status status;

    if (self->lanes != NULL && !self->alone) {
        lanes_add(self->lanes, record, record_len, number, offset);
        return SONDA_OK;
    }
    record = numbering_apply(&self->numbers, record, record_len, number);
    status = sonda_worker_process(worker, record, record_len, 0);
    if (status == SONDA_OK) {
        self->good++;
    } else {
        const sonda_error *error = sonda_worker_error(worker);
        bool told = error->status != SONDA_OK && error->message[0] != '\0';

        tell_unreadable(self, number, offset + (told ? error->offset : 0),
                        told ? error->message : sonda_status_text(status));
    }
    return SONDA_OK;
}

/* On whatever thread has a load to fill. */
static sonda_status on_payload(const sonda_record_header *header,
                               const void *payload,
                               size_t payload_len,
                               uint64_t number,
                               uint64_t offset,
                               void *user)
{
    replaying *self = user;

    (void)number;
    lanes_add_payload(self->lanes, header, payload, payload_len, offset);
    return SONDA_OK;
}

static sonda_input_callbacks callbacks_of(replaying *self)
{
    sonda_input_callbacks callbacks = SONDA_INPUT_CALLBACKS_INIT;

    callbacks.on_record = on_record;
    callbacks.on_skipped = on_skipped;
    callbacks.on_damage = on_damage;
    callbacks.user = self;
    return callbacks;
}

static void progress(replaying *self, uint64_t done, uint64_t total)
{
    uint64_t now = sonda_clock_monotonic_ns();
    uint64_t percent = total != 0 ? done * 100 / total : 0;
    char line[128];

    if (!self->program->err_is_terminal || now - self->progress_ns < PROGRESS_NS) {
        return;
    }
    self->progress_ns = now;
    (void)program_flush(self->program);
    (void)snprintf(line, sizeof line, "[%-20.*s] %3llu %%  file %zu of %zu, %llu records",
                   (int)(percent / 5), "====================", (unsigned long long)percent,
                   self->file_index + 1, self->given->operands.count,
                   (unsigned long long)self->count);
    show_progress(self->program, line);
}

static sonda_status
on_bytes(const uint8_t *bytes, size_t len, uint64_t offset, uint64_t total, void *user)
{
    replaying *self = user;
    sonda_input_callbacks callbacks = callbacks_of(self);
    sonda_status status = sonda_input_feed(self->input, bytes, len, &callbacks);

    self->bytes = offset + len;
    self->count = sonda_input_count(self->input);
    progress(self, self->bytes, total);
    /* Nothing is written here: this only asks whether writing still works. */
    return status != SONDA_OK ? status : sonda_output_write(self->program->out, NULL, 0);
}

static sonda_status on_idle(void *user)
{
    replaying *self = user;

    if (self->lanes != NULL) {
        lanes_drain(self->lanes);
    }
    return program_flush(self->program);
}

/* Input and pipeline for one file. */
static sonda_status begin(replaying *self, const char *file)
{
    sonda_input_options options = SONDA_INPUT_OPTIONS_INIT;
    sonda_status status;

    self->file = file;
    damage_begin(&self->damage);
    self->bytes = 0;
    self->total = 0;
    self->count = 0;
    self->good = 0;
    self->bad = 0;
    self->alone = self->correlating;
    self->read = 0;
    self->held = false;
    self->finishing = false;
    self->ended = false;
    self->feeding = SONDA_OK;
    options.format = self->given->format;
    options.stream = (uint32_t)self->file_index;
    status = sonda_input_open(&self->input, &options, NULL);
    if (status == SONDA_OK) {
        status = detection_begin(&self->detection, file);
    }
    if (status == SONDA_OK && self->lanes != NULL) {
        status = lanes_begin(self->lanes);
    }
    return status;
}

/* What a file's reading comes to; reasons are told here. */
static int outcome(replaying *self, sonda_status status, const sonda_error *error)
{
    if (status == SONDA_ERR_CANCELLED) {
        return EXIT_INTERRUPTED;
    }
    /* Standard output, not the file: told when it is closed. */
    if (sonda_output_write(self->program->out, NULL, 0) != SONDA_OK) {
        return EXIT_OUTPUT;
    }
    if (status != SONDA_OK) {
        complain(self->program, "%s: %s", self->file,
                 error->message[0] != '\0' ? error->message : sonda_status_text(status));
        return EXIT_INPUT;
    }
    if (self->good == 0 && self->bad != 0) {
        complain(self->program, "%s: no readable record", self->file);
        return EXIT_INPUT;
    }
    return EXIT_DONE;
}

/* Puts the next bytes of a regular file where the input wants them. */
static sonda_status read_block(replaying *self, void **bytes, size_t *got, sonda_error *error)
{
    size_t room = 0;
    sonda_status status = sonda_input_room(self->input, bytes, &room);

    return status != SONDA_OK ? status
                              : sonda_reader_read(self->reader, *bytes,
                                                  room < BLOCK ? room : BLOCK, got, error);
}

/* One step of the input, on whatever thread has a load to fill. */
static bool feed_lanes(void *user)
{
    replaying *self = user;
    sonda_input_callbacks callbacks = callbacks_of(self);
    void *bytes = NULL;
    size_t got = 0;
    bool finishing = false;

    if (self->ended) {
        return false;
    }
    callbacks.limit = LANES_FEED_MAX;
    callbacks.on_payload = on_payload;
    if (!self->held) {
        self->feeding = read_block(self, &bytes, &got, &self->reading);
        self->read += got;
        finishing = got == 0;
    }
    if (self->feeding == SONDA_OK) {
        self->feeding = finishing || self->finishing
                            ? sonda_input_finish(self->input, &callbacks)
                            : sonda_input_feed(self->input, bytes, got, &callbacks);
    }
    self->finishing = self->finishing || finishing;
    self->held = self->feeding == SONDA_ERR_FULL;
    self->feeding = self->held ? SONDA_OK : self->feeding;
    self->ended = self->feeding != SONDA_OK || (self->finishing && !self->held);
    return !self->ended;
}

static int check_lanes(void *user)
{
    replaying *self = user;

    progress(self, self->bytes, self->total);
    self->stopped = sonda_host_check(self->program->host) != SONDA_OK;
    return self->stopped || sonda_output_write(self->program->out, NULL, 0) != SONDA_OK;
}

/* The rest of a regular file, on all threads. */
static sonda_status replay_beside(replaying *self, sonda_error *error)
{
    self->stopped = false;
    self->alone = false;
    lanes_run(self->lanes, self->input, feed_lanes, check_lanes);
    *error = self->reading;
    return self->stopped ? SONDA_ERR_CANCELLED : self->feeding;
}

/*
 * Audit lines become events of the tracker's own when others have come: with
 * correlations, which are told of all events in order, they stay on one thread.
 */
static bool may_run_beside(const replaying *self)
{
    uint32_t format = sonda_input_format(self->input);

    return self->lanes != NULL &&
           (format == SONDA_FORMAT_JSON || format == SONDA_FORMAT_SYSMON_XML ||
            (format == SONDA_FORMAT_AUDIT && !self->correlating));
}

static sonda_status replay_regular(replaying *self, sonda_error *error)
{
    sonda_input_callbacks callbacks = callbacks_of(self);

    for (;;) {
        void *bytes = NULL;
        size_t got = 0;
        sonda_status status;

        if (sonda_host_check(self->program->host) != SONDA_OK) {
            return SONDA_ERR_CANCELLED;
        }
        if (may_run_beside(self)) {
            return replay_beside(self, error);
        }
        status = read_block(self, &bytes, &got, error);
        if (status == SONDA_OK && got == 0) {
            return sonda_input_finish(self->input, &callbacks);
        }
        if (status == SONDA_OK) {
            self->read += got;
            status = on_bytes(bytes, got, self->read - got, self->total, self);
        }
        if (status != SONDA_OK) {
            return status;
        }
    }
}

/* A pipe, a terminal, a device, or what cannot be opened. */
static sonda_status replay_stream(replaying *self, const char *file, sonda_error *error)
{
    sonda_host_read_options options = SONDA_HOST_READ_OPTIONS_INIT;
    sonda_input_callbacks callbacks = callbacks_of(self);
    sonda_status status;

    options.on_bytes = on_bytes;
    options.on_idle = on_idle;
    options.user = self;
    status = sonda_host_read(self->program->host, file, &options, error);
    return status == SONDA_OK ? sonda_input_finish(self->input, &callbacks) : status;
}

static int replay_file(replaying *self, const char *file)
{
    sonda_error error = SONDA_ERROR_INIT;
    sonda_status status = begin(self, file);

    self->reading = error;
    if (status == SONDA_OK) {
        bool regular = sonda_reader_open(&self->reader, file, &self->total, NULL) == SONDA_OK;

        status = regular ? replay_regular(self, &error) : replay_stream(self, file, &error);
    }
    if (self->lanes != NULL) {
        lanes_end(self->lanes);
    }
    detection_end(&self->detection, 0);
    sonda_reader_close(self->reader);
    self->reader = NULL;
    sonda_input_close(self->input);
    self->input = NULL;
    damage_tell(&self->damage, self->program, file);
    return outcome(self, status, &error);
}

static int replay_all(replaying *self)
{
    const text_list *files = &self->given->operands;
    int code = EXIT_DONE;

    for (size_t i = 0; i < files->count; i++) {
        int one;

        self->file_index = i;
        one = replay_file(self, files->items[i]);
        if (one == EXIT_INTERRUPTED || one == EXIT_OUTPUT) {
            code = one;
            break;
        }
        code = one != EXIT_DONE ? one : code;
    }
    complaints_close(&self->unreadable, "records could not be read");
    return code;
}

static sonda_status open_lanes(replaying *self)
{
    uint32_t jobs = self->given->jobs != 0 ? self->given->jobs : sonda_parallel_available();

    self->correlating = sonda_content_correlation_count(self->detection.content) != 0;
    return jobs > 1 ? lanes_open(&self->lanes, &self->detection, jobs, on_outcome, self)
                    : SONDA_OK;
}

static int replay_with(replaying *self, const arguments *given)
{
    uint64_t began_ns = sonda_clock_monotonic_ns();
    summary sums = {0};
    int code;

    self->given = given;
    if (open_lanes(self) != SONDA_OK) {
        complain(self->program, "out of memory");
        return EXIT_REFUSED;
    }
    code = replay_all(self);
    sums.elapsed_ns = sonda_clock_monotonic_ns() - began_ns;
    sums.unreadable = self->not_cut_out;
    summary_write(&sums, &self->detection);
    numbering_close(&self->numbers);
    lanes_close(self->lanes);
    return code;
}

static int run(program *self, arguments *given)
{
    replaying job = {.program = self, .unreadable = {self, 0}};
    config settings;
    int code = config_apply(&settings, self, false, given);

    if (code == EXIT_DONE) {
        code = detection_open(&job.detection, self, given, false);
        if (code == EXIT_DONE) {
            code = replay_with(&job, given);
        }
        detection_close(&job.detection);
    }
    config_reset(&settings);
    return code;
}

const command command_replay = {
    "replay",
    COMMAND_REPLAY,
    "FILE...",
    "run recorded telemetry through the rules",
    "Reads recordings of `sonda record`, Windows events as JSON, Sysmon for Linux and\n"
    "Linux audit logs; `-` is standard input. Without --rules or --pack the default\n"
    "rules are used.",
    1,
    (size_t)-1,
    run,
};
