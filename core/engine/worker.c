/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The worker: decode, track, match, and tell.
 *
 * Between two events it looks whether something new was published. Within one
 * event it never does, so decoding, matching and the finding's accessors all
 * see one content.
 *
 * Layer 5 (engine). Allocates at open only.
 */

#include "sonda/worker.h"

#include "sonda/abi.h"
#include "core/base/allocate.h"
#include "core/engine/decode.h"
#include "core/engine/finding.h"
#include "core/engine/publication.h"
#include "core/engine/respond.h"
#include "core/engine/stats.h"
#include "core/engine/worker.h"
#include "core/normalise/json_shapes.h"
#include "core/track/tracker_windows.h"

#include <assert.h>

#define NO_RULE UINT32_MAX

struct sonda_worker {
    sonda_engine *engine;
    sonda_tracker *tracker; /* or NULL */
    sonda__publication *publication;
    sonda_worker_options options;
    sonda_event *event; /* of process(); the callers of decode() bring theirs */
    sonda__json_shapes *shapes;
    sonda__matcher *matcher;
    sonda__correlator *correlator;
    sonda_event *matching;           /* while rules are told */
    sonda_tracker *correlating_with; /* while correlations are */
    uint32_t busy;
    sonda__answerable answerable; /* the event under way */
    uint32_t denied_by;           /* rule that denies it, or NO_RULE */
    uint32_t reserved;
    sonda__decision denied; /* by that rule */
    sonda_stats stats;
    sonda_error error;
    sonda_finding finding;
    sonda_allocator allocator;
    size_t trap_count; /* programs switched off that no health event told of yet */
    sonda__trap traps[SONDA__TRAPS_KEPT];
};

/* Opening. */

static sonda_status open_parts(sonda_worker *worker)
{
    sonda_status status = sonda_event_open(&worker->event, &worker->allocator);

    if (status != SONDA_OK) {
        return status;
    }
    if (worker->options.host_name != NULL) {
        worker->event->host =
            sonda__span_of(worker->options.host_name, worker->options.host_name_len);
    }
    worker->shapes = sonda__allocate(&worker->allocator, 1, sizeof *worker->shapes);
    if (worker->shapes == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    status = sonda__matcher_open(&worker->matcher, &worker->allocator);
    if (status == SONDA_OK) {
        status = sonda__correlator_open(&worker->correlator, &worker->allocator);
    }
    if (status == SONDA_OK) {
        worker->publication = sonda__publication_enter(worker->engine);
        sonda__json_shapes_reset(worker->shapes, worker->publication->names);
        sonda__matcher_use(worker->matcher, worker->publication->programs);
        sonda__matcher_use_simd(worker->matcher, worker->options.simd == SONDA_SIMD_BEST);
    }
    return status;
}

sonda_status sonda_worker_open(sonda_worker **worker,
                               sonda_engine *engine,
                               sonda_tracker *tracker,
                               const sonda_worker_options *options,
                               const sonda_allocator *allocator)
{
    const sonda_worker_options defaults = SONDA_WORKER_OPTIONS_INIT;
    const sonda_stats no_stats = SONDA_STATS_INIT;
    const sonda_error no_error = SONDA_ERROR_INIT;
    sonda_worker_options chosen = defaults;
    sonda_allocator ours;
    sonda_worker *opened;
    sonda_status status;

    if (worker == NULL || engine == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    status = sonda_allocator_read(allocator, &ours);
    if (status == SONDA_OK && options != NULL) {
        status = sonda_abi_read(options, &chosen, sizeof chosen);
    }
    if (status == SONDA_OK && chosen.simd > SONDA_SIMD_PORTABLE) {
        status = SONDA_ERR_INVALID_ARGUMENT;
    }
    if (status != SONDA_OK) {
        return status;
    }
    opened = sonda__allocate_zeroed(&ours, 1, sizeof *opened);
    if (opened == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    opened->engine = engine;
    opened->tracker = tracker;
    opened->options = chosen;
    opened->stats = no_stats;
    opened->error = no_error;
    opened->allocator = ours;
    opened->denied_by = NO_RULE;
    status = open_parts(opened);
    if (status != SONDA_OK) {
        sonda_worker_close(opened);
        return status;
    }
    *worker = opened;
    return SONDA_OK;
}

void sonda_worker_close(sonda_worker *worker)
{
    if (worker != NULL) {
        sonda_allocator allocator = worker->allocator;

        assert(worker->busy == 0);
        sonda__publication_leave(worker->publication);
        sonda__correlator_close(worker->correlator);
        sonda__matcher_close(worker->matcher);
        sonda__release(&allocator, worker->shapes);
        sonda_event_close(worker->event);
        sonda__release(&allocator, worker);
    }
}

/* Steps of one event. */

/* Follows what was published since the last event. */
static void follow_content(sonda_worker *worker)
{
    if (sonda__publication_serial(worker->engine) != worker->publication->serial) {
        sonda__publication_leave(worker->publication);
        worker->publication = sonda__publication_enter(worker->engine);
        sonda__json_shapes_reset(worker->shapes, worker->publication->names);
        sonda__matcher_use(worker->matcher, worker->publication->programs);
        worker->trap_count = 0;
        worker->stats.content_switches++;
    }
}

/* A record as it came: in one piece, or its payload behind a header that was read. */
typedef struct given {
    sonda__span bytes;
    const sonda_record_header *header; /* NULL: it is in `bytes` */
} given;

/* Decodes and counts. `header` is that of the record, zeroes when unreadable. */
static sonda_status decode(sonda_worker *worker,
                           const given *record,
                           sonda_event *event,
                           sonda_record_header *header)
{
    const sonda__names *names = worker->publication->names;
    sonda_status status;

    event->shapes = worker->shapes;
    if (record->header != NULL) {
        *header = *record->header;
        status = sonda__decode_payload(event, SONDA_OK, header, record->bytes, names,
                                       &worker->error);
        worker->stats.bytes += SONDA_RECORD_HEADER_SIZE;
    } else {
        status = sonda__decode_record(event, record->bytes, names, header, &worker->error);
    }
    event->shapes = NULL;
    event->names_serial = worker->publication->serial;
    worker->stats.records++;
    worker->stats.bytes += record->bytes.len;
    if (status != SONDA_OK) {
        sonda__stats_count_failure(&worker->stats, status);
        return status;
    }
    worker->stats.decoded++;
    worker->stats.raw += event->is_raw;
    return SONDA_OK;
}

/*
 * Resolves native names anew when the event was decoded under another
 * publication. The serial tells, not the address of the names: that may have
 * been given to other ones since.
 */
static void bind_names(const sonda__publication *publication, sonda_event *event)
{
    if (event->names_serial == publication->serial) {
        return;
    }
    for (size_t i = 0; i < event->field_count; i++) {
        sonda__field *field = &event->fields[i];

        if (field->id >= SONDA_FIELD_NATIVE) {
            field->id = sonda__names_find(publication->names, field->name);
        }
    }
    event->names = publication->names;
    event->names_serial = publication->serial;
}

/* A finding of one rule about the event that is set. */
static void
fill_finding(sonda_worker *worker, uint32_t rule_index, const sonda__decision *decision)
{
    sonda_finding *finding = &worker->finding;

    finding->content = worker->publication->content;
    finding->rule_index = rule_index;
    finding->level = worker->publication->levels[rule_index];
    finding->decision = *decision;
    finding->member_count = 0;
    finding->member_total = 0;
    finding->evidence_count =
        sonda__match_evidence(finding->content, rule_index, finding->event, worker->matcher,
                              finding->evidence, SONDA_EVIDENCE_MAX);
}

static void
tell_finding(sonda_worker *worker, uint32_t rule_index, const sonda__decision *decision)
{
    worker->stats.findings_by_level[worker->publication->levels[rule_index]]++;
    if (worker->options.on_finding != NULL) {
        fill_finding(worker, rule_index, decision);
        worker->options.on_finding(&worker->finding, worker->options.user);
    }
}

/*
 * The answer to a ticket: allow, unless a rule denies it. The finding is made
 * anew, for others may have come after it. It forgets the denial in any case.
 */
static void
give_verdict(sonda_worker *worker, const sonda_record_header *header, const sonda_event *event)
{
    uint32_t rule_index = worker->denied_by;
    bool denied = rule_index != NO_RULE;

    worker->denied_by = NO_RULE;
    if (header->ticket == 0 || worker->options.on_verdict == NULL) {
        return;
    }
    worker->stats.verdicts++;
    if (denied) {
        worker->stats.verdicts_denied++;
        worker->finding.event = event;
        fill_finding(worker, rule_index, &worker->denied);
    }
    worker->options.on_verdict(header->ticket,
                               denied ? SONDA_VERDICT_DENY : SONDA_VERDICT_ALLOW,
                               denied ? &worker->finding : NULL, worker->options.user);
}

/* The first rule that denies has the say, unless a later one would kill. */
static void
note_denial(sonda_worker *worker, uint32_t rule_index, const sonda__decision *decision)
{
    if (decision->outcome == SONDA_OUTCOME_DENIED &&
        (worker->denied_by == NO_RULE || (decision->action == SONDA_ACTION_KILL &&
                                          worker->denied.action != SONDA_ACTION_KILL))) {
        worker->denied_by = rule_index;
        worker->denied = *decision;
    }
}

/* Whether the policy lets a rule speak; counted where it does not. */
static bool may_speak(sonda_worker *worker, uint32_t rule_index)
{
    uint32_t policy = worker->publication->policy[rule_index];
    uint32_t verdict = policy & SONDA__POLICY_VERDICT;

    if (verdict >= SONDA__POLICY_DISABLED) {
        worker->stats.suppressed_disabled++;
        sonda__engine_count_disabled(worker->engine, verdict - SONDA__POLICY_DISABLED);
        return false;
    }
    if ((policy & SONDA__POLICY_SPOKEN_FOR) != 0) {
        worker->stats.suppressed_correlated++;
        return false;
    }
    worker->stats.suppressed_level += verdict == SONDA__POLICY_BELOW_LEVEL;
    return verdict == SONDA__POLICY_SPEAK;
}

static bool is_disabled(const sonda_worker *worker, uint32_t rule_index)
{
    return (worker->publication->policy[rule_index] & SONDA__POLICY_VERDICT) >=
           SONDA__POLICY_DISABLED;
}

/* Keeps a match for correlating; a disabled rule is as if it were not there. */
static void note_waited(const sonda_worker *worker, sonda_event *event, uint32_t rule_index)
{
    if ((worker->publication->policy[rule_index] & SONDA__POLICY_WAITED_FOR) == 0 ||
        is_disabled(worker, rule_index)) {
        return;
    }
    if (event->waited_count < SONDA__EVENT_WAITED_MAX) {
        event->waited[event->waited_count++] = rule_index;
    } else {
        event->waited_lost++;
    }
}

static void on_match(uint32_t rule_index, void *user)
{
    sonda_worker *worker = user;
    sonda__decision decision;

    assert(rule_index < worker->publication->rule_count);
    note_waited(worker, worker->matching, rule_index);
    if (!may_speak(worker, rule_index)) {
        return;
    }
    decision = sonda__respond(worker->engine, worker->publication, rule_index,
                              worker->answerable, &worker->stats);
    if (!decision.is_silent) {
        note_denial(worker, rule_index, &decision);
        tell_finding(worker, rule_index, &decision);
    }
}

/* Of one group the same correlation speaks once in a while, if so told. */
static bool is_throttled(sonda_worker *worker, const sonda__correlated *found)
{
    bool told =
        found->placed == SONDA__WINDOW_NONE ||
        sonda__windows_tell(sonda__tracker_windows(worker->correlating_with), found->placed,
                            worker->finding.event->time_ns, worker->publication->throttle_ns);

    worker->stats.suppressed_throttle += !told;
    return !told;
}

static bool on_correlated(const sonda__correlated *found, void *user)
{
    sonda_worker *worker = user;
    sonda_finding *finding = &worker->finding;
    uint32_t level = worker->publication->levels[found->rule_index];
    sonda__decision decision;

    if (!may_speak(worker, found->rule_index) || is_throttled(worker, found)) {
        return !is_disabled(worker, found->rule_index);
    }
    decision = sonda__respond(worker->engine, worker->publication, found->rule_index,
                              SONDA__ANSWER_LATE, &worker->stats);
    if (decision.is_silent) {
        return true;
    }
    worker->stats.findings_by_level[level]++;
    if (worker->options.on_finding != NULL) {
        finding->content = worker->publication->content;
        finding->rule_index = found->rule_index;
        finding->level = level;
        finding->decision = decision;
        sonda__finding_of_correlation(finding, found);
        worker->options.on_finding(finding, worker->options.user);
    }
    return true;
}

static void correlate(sonda_worker *worker, sonda_tracker *tracker, const sonda_event *event)
{
    if (tracker == NULL || event->waited_count == 0) {
        return;
    }
    worker->stats.uncorrelated += event->waited_lost;
    if (event->names_serial != worker->publication->serial) {
        worker->stats.uncorrelated += event->waited_count;
        return;
    }
    worker->finding.event = event;
    worker->correlating_with = tracker;
    worker->stats.uncorrelated += sonda__correlate(
        worker->correlator, worker->publication->content, sonda__tracker_windows(tracker),
        event, event->waited, event->waited_count, on_correlated, worker);
}

/* Keeps what the matching of this event switched off, to be told behind it. */
static void note_traps(sonda_worker *worker)
{
    const sonda__trap *traps;
    size_t count = sonda__matcher_traps(worker->matcher, &traps);

    worker->stats.switched_off = sonda__matcher_counts(worker->matcher)->trapped;
    for (size_t i = 0; i < count && worker->trap_count < SONDA__TRAPS_KEPT; i++) {
        worker->traps[worker->trap_count++] = traps[i];
    }
}

/* Of a snapshot, or for the tracker only. */
static bool is_untold(const sonda_event *event)
{
    return (event->header.flags & SONDA_RECORD_SNAPSHOT) != 0 || event->is_quiet;
}

/* Shows an event and matches it; a snapshot is neither shown nor matched. */
static void evaluate(sonda_worker *worker, sonda_event *event)
{
    const sonda_content *content = worker->publication->content;

    if (is_untold(event)) {
        return;
    }
    bind_names(worker->publication, event);
    sonda__stats_count_event(&worker->stats, event->class_uid);
    if (worker->options.on_event != NULL) {
        worker->options.on_event(event, worker->options.user);
    }
    event->waited_count = 0;
    event->waited_lost = 0;
    if (content != NULL) {
        worker->finding.event = event;
        worker->matching = event;
        if (sonda__match(content, event, worker->matcher, on_match, worker) ==
            SONDA_ERR_LIMIT) {
            worker->stats.over_budget++;
        }
        worker->stats.evaluated = sonda__matcher_counts(worker->matcher)->evaluated;
        worker->stats.suppressed_filter = sonda__matcher_counts(worker->matcher)->filtered;
        note_traps(worker);
    }
}

static void evaluate_and_correlate(sonda_worker *worker, sonda_event *event)
{
    evaluate(worker, event);
    correlate(worker, worker->tracker, event);
}

/* What becomes of a denial of the event that a record just gave. */
static sonda__answerable answerable(const sonda_worker *worker, const sonda_event *event)
{
    if (event->header.source == SONDA_SOURCE_HEALTH) {
        return SONDA__ANSWER_LATE;
    }
    return event->header.ticket != 0 && worker->options.on_verdict != NULL
               ? SONDA__ANSWER_AWAITED
               : SONDA__ANSWER_NOBODY;
}

/* An event of our own, about the record with this header. */
static void begin_health(sonda_worker *worker,
                         const sonda_record_header *about,
                         uint64_t now_ns,
                         sonda_event *event)
{
    sonda_record_header header = *about;

    header.source = SONDA_SOURCE_HEALTH;
    header.flags = 0;
    header.wall_ns = now_ns;
    header.ticket = 0;
    header.deadline_ns = 0;
    sonda__event_begin(event, &header, worker->publication->names);
    event->names_serial = worker->publication->serial;
    worker->stats.health++;
}

/* A record was lost because it is beyond a limit. */
static void make_health(sonda_worker *worker,
                        const sonda_record_header *lost,
                        uint64_t now_ns,
                        sonda_event *event)
{
    begin_health(worker, lost, now_ns, event);
    (void)sonda__event_add_number(event, SONDA_FIELD_LOST_COUNT, 1);
    (void)sonda__event_add_copy(event, SONDA_FIELD_LOSS_REASON,
                                sonda__span_text(worker->error.message), 0);
}

static void tell_trap(sonda_worker *worker,
                      sonda__trap trap,
                      const sonda_record_header *at,
                      uint64_t now_ns)
{
    sonda_text id = sonda__program_owner(worker->publication->content, trap.program);
    sonda__span rule = sonda__span_of(id.data, id.len);
    const char *reason = trap.reason == SONDA__TRAP_BOUNDS
                             ? "its conditions led out of their pack"
                             : "its conditions took more steps than proven";

    begin_health(worker, at, now_ns, worker->event);
    (void)sonda__event_add_copy(worker->event, SONDA_FIELD_HEALTH_STATE,
                                sonda__span_text("rule switched off"), 0);
    (void)sonda__event_add_copy(worker->event, SONDA_FIELD_RULE_NAME, rule, 0);
    (void)sonda__event_add_copy(worker->event, SONDA_FIELD_MESSAGE, sonda__span_text(reason),
                                0);
    evaluate(worker, worker->event);
}

/* In an event of its own for each; those may switch off more, each once. */
static void tell_traps(sonda_worker *worker, const sonda_record_header *at, uint64_t now_ns)
{
    const sonda_record_header header = *at;

    while (worker->trap_count > 0) {
        sonda__trap trap = worker->traps[0];

        worker->trap_count--;
        memmove(worker->traps, worker->traps + 1, worker->trap_count * sizeof trap);
        tell_trap(worker, trap, &header, now_ns);
    }
}

/* Evaluates what the tracker has ready. */
static void drain_derived(sonda_worker *worker)
{
    if (worker->tracker == NULL) {
        return;
    }
    while (sonda_tracker_take(worker->tracker, worker->event) == SONDA_OK) {
        /* What a snapshot's lines give is tracked only, as they are. */
        if ((worker->event->header.flags & SONDA_RECORD_SNAPSHOT) == 0) {
            worker->stats.derived++;
        }
        evaluate_and_correlate(worker, worker->event);
        tell_traps(worker, &worker->event->header, worker->event->header.wall_ns);
    }
}

/* The public steps. */

static bool is_record(const void *record, size_t record_len)
{
    return record != NULL && record_len >= SONDA_RECORD_HEADER_SIZE;
}

static sonda_status process(sonda_worker *worker, const given *record, uint64_t now_ns)
{
    sonda_record_header header;
    sonda_status status;

    if (worker->busy != 0) {
        return SONDA_ERR_BAD_STATE;
    }
    worker->busy = 1;
    follow_content(worker);
    status = decode(worker, record, worker->event, &header);
    if (status == SONDA_OK) {
        if (worker->tracker != NULL) {
            (void)sonda_tracker_apply(worker->tracker, worker->event);
        }
        worker->answerable = answerable(worker, worker->event);
        worker->stats.snapshots += is_untold(worker->event);
        evaluate_and_correlate(worker, worker->event);
        worker->answerable = SONDA__ANSWER_LATE;
    } else if (status == SONDA_ERR_LIMIT) {
        make_health(worker, &header, now_ns, worker->event);
        evaluate_and_correlate(worker, worker->event);
    }
    give_verdict(worker, &header, worker->event);
    tell_traps(worker, &header, now_ns);
    drain_derived(worker);
    worker->busy = 0;
    return status;
}

sonda_status sonda_worker_process(sonda_worker *worker,
                                  const void *record,
                                  size_t record_len,
                                  uint64_t now_ns)
{
    given whole = {sonda__span_of(record, record_len), NULL};

    if (worker == NULL || !is_record(record, record_len)) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    return process(worker, &whole, now_ns);
}

sonda_status sonda__worker_process_apart(sonda_worker *worker,
                                         const sonda_record_header *header,
                                         sonda__span payload,
                                         uint64_t now_ns)
{
    given apart = {payload, header};

    return process(worker, &apart, now_ns);
}

sonda_status sonda_worker_finish(sonda_worker *worker, uint64_t now_ns)
{
    (void)now_ns;
    if (worker == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    if (worker->busy != 0) {
        return SONDA_ERR_BAD_STATE;
    }
    worker->busy = 1;
    follow_content(worker);
    if (worker->tracker != NULL) {
        (void)sonda_tracker_finish(worker->tracker);
    }
    drain_derived(worker);
    worker->busy = 0;
    return SONDA_OK;
}

static sonda_status
decode_only(sonda_worker *worker, const given *record, uint64_t now_ns, sonda_event *event)
{
    sonda_record_header header;
    sonda_status status;

    if (worker->busy != 0) {
        return SONDA_ERR_BAD_STATE;
    }
    worker->busy = 1;
    follow_content(worker);
    status = decode(worker, record, event, &header);
    if (status == SONDA_ERR_LIMIT) {
        make_health(worker, &header, now_ns, event);
    }
    if (status != SONDA_OK) {
        give_verdict(worker, &header, event);
    }
    worker->busy = 0;
    return status;
}

sonda_status sonda_worker_decode(sonda_worker *worker,
                                 const void *record,
                                 size_t record_len,
                                 uint64_t now_ns,
                                 sonda_event *event)
{
    given whole = {sonda__span_of(record, record_len), NULL};

    if (worker == NULL || event == NULL || !is_record(record, record_len)) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    return decode_only(worker, &whole, now_ns, event);
}

sonda_status sonda__worker_decode_apart(sonda_worker *worker,
                                        const sonda_record_header *header,
                                        sonda__span payload,
                                        uint64_t now_ns,
                                        sonda_event *event)
{
    given apart = {payload, header};

    return decode_only(worker, &apart, now_ns, event);
}

sonda_status sonda_worker_match(sonda_worker *worker, sonda_event *event, uint64_t now_ns)
{
    if (worker == NULL || event == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    if (worker->busy != 0) {
        return SONDA_ERR_BAD_STATE;
    }
    worker->busy = 1;
    follow_content(worker);
    worker->answerable = answerable(worker, event);
    worker->stats.snapshots += is_untold(event);
    evaluate(worker, event);
    worker->answerable = SONDA__ANSWER_LATE;
    give_verdict(worker, &event->header, event);
    tell_traps(worker, &event->header, now_ns);
    worker->busy = 0;
    return SONDA_OK;
}

sonda_status
sonda_tracker_correlate(sonda_tracker *tracker, sonda_worker *worker, const sonda_event *event)
{
    if (tracker == NULL || worker == NULL || event == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    if (worker->busy != 0) {
        return SONDA_ERR_BAD_STATE;
    }
    worker->busy = 1;
    follow_content(worker);
    correlate(worker, tracker, event);
    worker->busy = 0;
    return SONDA_OK;
}

sonda_status sonda__worker_drain(sonda_worker *worker)
{
    if (worker->busy != 0) {
        return SONDA_ERR_BAD_STATE;
    }
    worker->busy = 1;
    follow_content(worker);
    drain_derived(worker);
    worker->busy = 0;
    return SONDA_OK;
}

sonda_tracker *sonda__worker_tracker(const sonda_worker *worker)
{
    return worker->tracker;
}

sonda__span sonda__worker_host(const sonda_worker *worker)
{
    return worker->event->host;
}

const sonda_error *sonda_worker_error(const sonda_worker *worker)
{
    return worker != NULL ? &worker->error : NULL;
}

sonda_status sonda_worker_stats(const sonda_worker *worker, sonda_stats *stats)
{
    if (worker == NULL || stats == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    return sonda_abi_write(&worker->stats, sizeof worker->stats, stats);
}
