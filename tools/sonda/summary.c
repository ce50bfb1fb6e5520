/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Counters as a few readable lines.
 *
 * Module tools.
 */

#include "summary.h"
#include "sonda/host/usage.h"
#include "text.h"

#include <stdio.h>

#define SECOND_NS 1e9

static void line(sonda_output *out, const char *name)
{
    char room[32];

    (void)snprintf(room, sizeof room, "  %-10s ", name);
    put(out, room);
}

static void write_events(const summary *self, sonda_output *out, const sonda_stats *stats)
{
    double seconds = (double)self->elapsed_ns / SECOND_NS;
    char rate[64];
    const char *between = ": ";

    line(out, "events");
    put_grouped(out, stats->events);
    (void)snprintf(rate, sizeof rate, " in %.1f s, %.0f a second", seconds,
                   seconds > 0 ? (double)stats->events / seconds : 0.0);
    put(out, rate);
    for (size_t i = 0; i < SONDA_STATS_CLASS_COUNT; i++) {
        if (stats->events_by_class[i] != 0) {
            put(out, between);
            put(out, class_name(sonda_stats_class(i)));
            put(out, " ");
            put_grouped(out, stats->events_by_class[i]);
            between = ", ";
        }
    }
    put(out, "\n");
}

static void write_losses(const summary *self, sonda_output *out, const sonda_stats *stats)
{
    uint64_t unreadable =
        self->unreadable + stats->malformed + stats->beyond_limit + stats->unsupported;

    if (self->live) {
        line(out, "lost");
        put_grouped(out, self->lost);
        put(out, "\n");
    }
    if (unreadable != 0 || !self->live) {
        line(out, "unreadable");
        put_grouped(out, unreadable);
        put(out, unreadable == 1 ? " record of " : " records of ");
        put_grouped(out, stats->records + self->unreadable);
        put(out, "\n");
    }
}

static void write_findings(sonda_output *out, const sonda_stats *stats)
{
    uint64_t all = 0;
    const char *between = ": ";

    for (size_t i = 0; i < SONDA_STATS_LEVEL_COUNT; i++) {
        all += stats->findings_by_level[i];
    }
    line(out, "findings");
    put_grouped(out, all);
    for (size_t i = SONDA_STATS_LEVEL_COUNT; i > 0; i--) {
        if (stats->findings_by_level[i - 1] != 0) {
            put(out, between);
            put(out, level_names[i - 1]);
            put(out, " ");
            put_grouped(out, stats->findings_by_level[i - 1]);
            between = ", ";
        }
    }
    put(out, "\n");
}

static void write_silent(const detection *of, sonda_output *out, const sonda_stats *stats)
{
    if (of->disabled_count == 0 && stats->suppressed_level == 0 &&
        stats->suppressed_filter == 0 && stats->suppressed_correlated == 0 &&
        stats->suppressed_throttle == 0 && stats->suppressed_policy == 0) {
        return;
    }
    line(out, "silent");
    put_grouped(out, stats->suppressed_disabled);
    put(out, " by ");
    put_grouped(out, of->disabled_count);
    put(out, of->disabled_count == 1 ? " disabled rule, " : " disabled rules, ");
    put_grouped(out, stats->suppressed_level);
    put(out, " below the least level, ");
    put_grouped(out, stats->suppressed_filter);
    put(out, " by filters");
    if (stats->suppressed_correlated != 0) {
        put(out, ", ");
        put_grouped(out, stats->suppressed_correlated);
        put(out, " for correlations");
    }
    if (stats->suppressed_throttle != 0) {
        put(out, ", ");
        put_grouped(out, stats->suppressed_throttle);
        put(out, " throttled");
    }
    if (stats->suppressed_policy != 0) {
        put(out, ", ");
        put_grouped(out, stats->suppressed_policy);
        put(out, " by the policy");
    }
    put(out, "\n");
}

/* What became of responses, where a policy asked for any. */
static void write_responses(sonda_output *out, const sonda_stats *stats)
{
    if (stats->responses_would == 0 && stats->verdicts_denied == 0 &&
        stats->responses_withheld == 0 && stats->responses_no_ticket == 0) {
        return;
    }
    line(out, "responses");
    put_grouped(out, stats->verdicts_denied);
    put(out, " denied, ");
    put_grouped(out, stats->responses_would);
    put(out, " only observed, ");
    put_grouped(out, stats->responses_withheld);
    put(out, " withheld, ");
    put_grouped(out, stats->responses_no_ticket);
    put(out, " that nobody awaits\n");
}

/* What correlations could not count as they should. */
static void write_correlated(const detection *of, sonda_output *out, const sonda_stats *stats)
{
    if (of->correlated_evicted == 0 && of->correlated_late == 0 && stats->uncorrelated == 0) {
        return;
    }
    line(out, "correlated");
    put_grouped(out, of->correlated_evicted);
    put(out, " forgotten for want of room, ");
    put_grouped(out, of->correlated_late);
    put(out, " too late, ");
    put_grouped(out, stats->uncorrelated);
    put(out, " left out\n");
}

/* What came without a meaning of ours, and what did not come. */
static void write_messages(const detection *of, sonda_output *out, const sonda_stats *stats)
{
    if (stats->raw == 0 && of->messages_lost == 0) {
        return;
    }
    line(out, "messages");
    put_grouped(out, stats->raw);
    put(out, " of unknown kind, ");
    put_grouped(out, of->messages_lost);
    put(out, " missing by their numbers\n");
}

static void write_sensor(const summary *self, sonda_output *out)
{
    sonda_usage usage = SONDA_USAGE_INIT;
    char text[96];

    if (sonda_usage_read(&usage) != SONDA_OK) {
        return;
    }
    line(out, "sensor");
    (void)snprintf(
        text, sizeof text, "CPU %.2f s (%.1f %% of one core), peak memory %.1f MiB\n",
        (double)usage.cpu_ns / SECOND_NS,
        self->elapsed_ns != 0 ? 100.0 * (double)usage.cpu_ns / (double)self->elapsed_ns : 0.0,
        (double)usage.peak_bytes / 1048576.0);
    put(out, text);
}

static void write_to(const summary *self, const detection *of, sonda_output *out)
{
    sonda_stats stats;

    detection_stats(of, &stats);
    put(out, "\nSummary\n");
    line(out, "rules");
    put_grouped(out, sonda_content_rule_count(of->content));
    put(out, "\n");
    write_events(self, out, &stats);
    write_losses(self, out, &stats);
    write_messages(of, out, &stats);
    write_findings(out, &stats);
    write_silent(of, out, &stats);
    write_responses(out, &stats);
    write_correlated(of, out, &stats);
    write_sensor(self, out);
}

/* Whoever reads the output shall know which rules were not looked at. */
static void tell_switched_off(const detection *of)
{
    sonda_switched_off_view off = SONDA_SWITCHED_OFF_VIEW_INIT;

    for (size_t i = 0; sonda_engine_switched_off(of->engine, i, &off) == SONDA_OK; i++) {
        complain(of->program,
                 "rule %.*s was switched off, since its conditions %s: this is a mistake of "
                 "Sonda's or damaged memory; please report it",
                 (int)off.rule_id.len, off.rule_id.data,
                 off.reason == SONDA_TRAP_BOUNDS ? "led out of their pack"
                                                 : "took more steps than proven");
    }
}

void summary_write(const summary *self, const detection *of)
{
    sonda_output *err = NULL;

    show_progress(of->program, NULL);
    tell_switched_off(of);
    if (emitter_is_text(&of->emitter)) {
        write_to(self, of, of->program->out);
    } else if (of->program->err_is_terminal &&
               sonda_output_attach(&err, SONDA_OUTPUT_STDERR, NULL) == SONDA_OK) {
        write_to(self, of, err);
        (void)sonda_output_close(err);
    }
}
