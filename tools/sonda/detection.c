/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Putting the pipeline together.
 *
 * Module tools.
 */

#include "detection.h"
#include "contents.h"

#include <stdlib.h>
#include <string.h>

static void on_log(uint32_t severity, const char *message, size_t message_len, void *user)
{
    if (severity <= SONDA_LOG_WARNING) {
        complain(user, "%.*s", (int)message_len, message);
    }
}

static void on_event(const sonda_event *event, void *user)
{
    emitter *self = user;

    self->ops->on_event(self, event);
}

static void on_finding(const sonda_finding *finding, void *user)
{
    emitter *self = user;

    self->ops->on_finding(self, finding);
}

/*
 * A replay has nobody to answer: it only shows what would have been. On a live
 * machine nothing passes verdicts on to the adapter, so none may be promised.
 */
static void
on_verdict(uint64_t ticket, sonda_verdict verdict, const sonda_finding *finding, void *user)
{
    (void)ticket;
    (void)verdict;
    (void)finding;
    (void)user;
}

/* Whether what is asked of responses fits together; told if not. */
static int check_responses(program *of, const arguments *given)
{
    if (given->observe && given->enforce) {
        complain(of, "--observe and --enforce exclude each other");
        return EXIT_USAGE;
    }
    if (given->policy != NULL && !given->observe && !given->enforce && !given->response_off) {
        complain(of, "--policy says nothing without --observe or --enforce");
        return EXIT_USAGE;
    }
    if (given->tenant != NULL && strlen(given->tenant) > SONDA_SWITCH_NAME_MAX) {
        complain(of, "--tenant: a name of more than %u bytes", SONDA_SWITCH_NAME_MAX);
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

static sonda_status open_engine(detection *self, const arguments *given)
{
    sonda_engine_options options = SONDA_ENGINE_OPTIONS_INIT;
    size_t count = given->disable.count;
    sonda_rule_id *ids = calloc(count + 1, sizeof *ids);
    sonda_status status;

    if (ids == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        ids[i] = (sonda_rule_id){given->disable.items[i], strlen(given->disable.items[i])};
    }
    options.min_level = given->min_level;
    options.disabled = ids;
    options.disabled_count = count;
    options.throttle_ns = given->throttle_ms * 1000000u;
    options.response_mode = given->enforce   ? SONDA_RESPONSE_ENFORCE
                            : given->observe ? SONDA_RESPONSE_OBSERVE
                                             : SONDA_RESPONSE_OFF;
    options.tenant = given->tenant;
    options.tenant_len = given->tenant != NULL ? strlen(given->tenant) : 0;
    options.on_log = on_log;
    options.user = self->program;
    status = sonda_engine_open(&self->engine, &options, NULL);
    free(ids);
    return status == SONDA_OK ? sonda_engine_publish(self->engine, self->content) : status;
}

int detection_open(detection *self, program *of, const arguments *given, bool signed_only)
{
    sonda_stats zero = SONDA_STATS_INIT;
    sonda_status status;
    int code;

    memset(self, 0, sizeof *self);
    self->program = of;
    self->total = zero;
    self->disabled_count = given->disable.count;
    emitter_open(&self->emitter, of, given->output, given->events);
    code = check_responses(of, given);
    if (code == EXIT_DONE) {
        code = contents_open(of, given, signed_only, &self->content);
    }
    if (code != EXIT_DONE) {
        return code;
    }
    self->emitter.content = self->content;
    status = open_engine(self, given);
    if (status == SONDA_ERR_INVALID_ARGUMENT || status == SONDA_ERR_LIMIT) {
        complain(of, "--disable: an empty rule id, or more than %u of them",
                 SONDA_DISABLED_MAX);
        return EXIT_USAGE;
    }
    if (status != SONDA_OK) {
        complain(of, "%s", sonda_status_text(status));
        return EXIT_REFUSED;
    }
    return switches_open(&self->switches, of, self->engine, given->switches);
}

void detection_close(detection *self)
{
    switches_close(&self->switches);
    sonda_worker_close(self->worker);
    sonda_tracker_close(self->tracker);
    sonda_engine_close(self->engine);
    sonda_content_release(self->content);
    emitter_close(&self->emitter);
    memset(self, 0, sizeof *self);
}

sonda_status detection_open_worker(detection *self, emitter *to, sonda_worker **worker)
{
    sonda_worker_options options = SONDA_WORKER_OPTIONS_INIT;

    options.on_event = to->wants_events ? on_event : NULL;
    options.on_finding = on_finding;
    options.on_verdict = to->file != NULL ? on_verdict : NULL;
    options.user = to;
    if (to->file == NULL && sonda_machine_name(self->host_name, sizeof self->host_name,
                                               &options.host_name_len) == SONDA_OK) {
        options.host_name = self->host_name;
    }
    return sonda_worker_open(worker, self->engine, self->tracker, &options, NULL);
}

sonda_status detection_begin(detection *self, const char *file)
{
    sonda_status status = sonda_tracker_open(&self->tracker, NULL, NULL);

    self->emitter.file = file;
    return status == SONDA_OK ? detection_open_worker(self, &self->emitter, &self->worker)
                              : status;
}

void detection_count(detection *self, const sonda_worker *worker)
{
    sonda_stats stats = SONDA_STATS_INIT;

    if (worker != NULL && sonda_worker_stats(worker, &stats) == SONDA_OK) {
        (void)sonda_stats_add(&self->total, &stats);
    }
}

void detection_end(detection *self, uint64_t now_ns)
{
    sonda_tracker_numbers numbers = SONDA_TRACKER_NUMBERS_INIT;

    if (self->worker != NULL) {
        (void)sonda_worker_finish(self->worker, now_ns);
        detection_count(self, self->worker);
    }
    if (self->tracker != NULL && sonda_tracker_stats(self->tracker, &numbers) == SONDA_OK) {
        self->correlated_evicted += numbers.correlated_evicted;
        self->correlated_late += numbers.correlated_late;
        self->messages_lost += numbers.messages_lost;
    }
    sonda_worker_close(self->worker);
    sonda_tracker_close(self->tracker);
    self->worker = NULL;
    self->tracker = NULL;
}

void detection_stats(const detection *self, sonda_stats *stats)
{
    sonda_stats now = SONDA_STATS_INIT;

    *stats = self->total;
    if (self->worker != NULL && sonda_worker_stats(self->worker, &now) == SONDA_OK) {
        (void)sonda_stats_add(stats, &now);
    }
}
