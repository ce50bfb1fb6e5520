/* SPDX-License-Identifier: Apache-2.0 */

/*
 * `sonda run`: this machine, live.
 *
 * Module tools.
 */

#include "commands.h"
#include "config.h"
#include "machine.h"
#include "sonda/host/usage.h"
#include "summary.h"

#include <stdio.h>

typedef struct running {
    program *program;
    detection detection;
    uint64_t began_ns;
    uint64_t shown_ns; /* when the status line was last written */
    bool is_live;
} running;

/* How often the status line changes. */
#define STATUS_NS 500000000u

static void on_live(const sonda_source_description *description,
                    const sonda_source_capabilities *capabilities,
                    void *user)
{
    running *self = user;

    (void)capabilities;
    self->is_live = true;
    self->began_ns = sonda_clock_monotonic_ns();
    if (self->program->err_is_terminal) {
        complain(self->program, "watching this machine (%s, %u rules); Ctrl-C ends it",
                 description->name, sonda_content_rule_count(self->detection.content));
    }
}

/* What a worker cannot decode it has counted; the summary tells. */
static sonda_status
on_record(const void *record, size_t record_len, uint64_t now_ns, void *user)
{
    running *self = user;

    (void)sonda_worker_process(self->detection.worker, record, record_len, now_ns);
    return SONDA_OK;
}

/* What is going on, on a terminal; rewritten in place. */
static void show_status(running *self)
{
    uint64_t now = sonda_clock_monotonic_ns();
    uint64_t findings = 0;
    sonda_stats stats;
    char line[96];

    if (!self->program->err_is_terminal || !self->is_live ||
        (self->program->progress_shown && now - self->shown_ns < STATUS_NS)) {
        return;
    }
    detection_stats(&self->detection, &stats);
    for (size_t i = 0; i < SONDA_STATS_LEVEL_COUNT; i++) {
        findings += stats.findings_by_level[i];
    }
    self->shown_ns = now;
    (void)snprintf(line, sizeof line, "%llu s, %llu events, %llu findings",
                   (unsigned long long)((now - self->began_ns) / 1000000000u),
                   (unsigned long long)stats.events, (unsigned long long)findings);
    show_progress(self->program, line);
}

static sonda_status on_idle(void *user)
{
    running *self = user;
    sonda_status status = program_flush(self->program);

    show_status(self);
    return status;
}

static sonda_status on_tick(void *user)
{
    running *self = user;

    switches_follow(&self->detection.switches);
    return SONDA_OK;
}

static int watch(running *self, const arguments *given)
{
    sonda_host_run_options options = SONDA_HOST_RUN_OPTIONS_INIT;
    sonda_host_numbers numbers = SONDA_HOST_NUMBERS_INIT;
    sonda_error error = SONDA_ERROR_INIT;
    summary sums = {0};
    sonda_status status;

    options.source = machine_source();
    options.duration_ms = given->duration_ms;
    options.on_live = on_live;
    options.on_record = on_record;
    options.on_idle = on_idle;
    options.on_tick = given->switches != NULL ? on_tick : NULL;
    options.tick_ms = SWITCHES_LOOK_MS;
    options.user = self;
    if (options.source == NULL) {
        return machine_outcome(self->program, SONDA_ERR_UNSUPPORTED, &error);
    }
    status = sonda_host_run(self->program->host, &options, &numbers, &error);
    detection_end(&self->detection, 0);
    if (!self->is_live) {
        return machine_outcome(self->program, status, &error);
    }
    sums.elapsed_ns = numbers.live_ns;
    sums.lost = numbers.lost;
    sums.live = true;
    summary_write(&sums, &self->detection);
    /* A failure of standard output is told when it is closed. */
    if (sonda_output_write(self->program->out, NULL, 0) != SONDA_OK) {
        return EXIT_DONE;
    }
    return machine_outcome(self->program, status, &error);
}

static int run(program *self, arguments *given)
{
    running job = {.program = self};
    config settings;
    int code = config_apply(&settings, self, true, given);

    if (code == EXIT_DONE) {
        code = detection_open(&job.detection, self, given, !given->allow_unsigned);
        if (code == EXIT_DONE && detection_begin(&job.detection, NULL) != SONDA_OK) {
            complain(self, "out of memory");
            code = EXIT_REFUSED;
        }
        if (code == EXIT_DONE) {
            code = watch(&job, given);
        }
        detection_close(&job.detection);
    }
    config_reset(&settings);
    return code;
}

const command command_run = {
    "run",
    COMMAND_RUN,
    "",
    "watch this machine, live",
    "Watches this machine's processes, files and network, and shows what the rules\n"
    "find, until Ctrl-C. Without --rules or --pack the default rules are used.",
    0,
    0,
    run,
};
