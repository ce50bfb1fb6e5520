/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Batches on a conveyor: the slots are loads, the threads are lanes.
 *
 * Module tools.
 */

#include "lanes.h"
#include "sonda/batch.h"
#include "sonda/host/conveyor.h"
#include "sonda/host/parallel.h"

#include <stdlib.h>
#include <string.h>

/* Records and what was no record, in a load. */
#define ITEMS_MAX 128u
_Static_assert(ITEMS_MAX >= LANES_FEED_MAX, "a full batch must fit");

/* So that none waits for the one whose turn it is. Two would do, four are faster. */
#define LOADS_A_THREAD 4u

/*
 * An event with rooms of its own. A batch that has no room passes a record through
 * a worker's event, which the next record overwrites: too soon for correlations.
 */
typedef struct spare {
    sonda_event *event;
    uint8_t *record;
    sonda_status status; /* of decoding */
    sonda_error error;
} spare;

/* One record number. */
typedef struct item {
    uint64_t number;
    uint64_t offset;
    const char *reason;         /* of what was no record, else NULL */
    size_t place;               /* in the batch */
    spare *spare;               /* instead, when the batch has no room and correlations wait */
    sonda_record_header header; /* while correlations wait: the record */
    const void *payload;
    size_t payload_len;
    size_t said_end;  /* of its own findings, in `said` */
    size_t added_end; /* of what it completed, in `added` */
} item;

typedef struct load {
    sonda_batch *batch;
    sonda_output *said;  /* by match */
    sonda_output *added; /* by apply, behind what match says of the same record */
    size_t count;
    item items[ITEMS_MAX];
} load;

typedef struct lane {
    sonda_worker *worker;
    emitter emitter;
} lane;

struct lanes {
    detection *of;
    lanes_outcome on_outcome;
    void *user;
    bool correlating;
    sonda_output *correlated; /* what correlations say of one record */
    uint32_t jobs;
    uint32_t load_count;
    sonda_conveyor *conveyor;
    lane *lanes;
    load *loads;
    load *filling;      /* NULL: the next one has not been asked for */
    sonda_input *input; /* during lanes_run() */
    lanes_feed feed;
    lanes_check check;
};

/* ---- the steps ---- */

static size_t written(const sonda_output *output)
{
    return sonda_output_buffered(output);
}

/* Whether the batch had no room for a record. */
static bool is_left(const load *at, const item *one)
{
    return one->reason == NULL && sonda_batch_event(at->batch, one->place) == NULL &&
           sonda_batch_error(at->batch, one->place)->status == SONDA_OK;
}

static void close_spare(item *one)
{
    if (one->spare != NULL) {
        sonda_event_close(one->spare->event);
        free(one->spare->record);
        free(one->spare);
        one->spare = NULL;
    }
}

/* Without memory the record stays the batch's, and its correlations may come early. */
static void decode_spare(item *one, sonda_worker *worker)
{
    size_t len = SONDA_RECORD_HEADER_SIZE + one->payload_len;
    uint8_t *record = malloc(len);

    one->spare = calloc(1, sizeof *one->spare);
    if (record == NULL || one->spare == NULL ||
        sonda_event_open(&one->spare->event, NULL) != SONDA_OK) {
        close_spare(one);
        free(record);
        return;
    }
    (void)sonda_record_header_write(&one->header, record);
    memcpy(record + SONDA_RECORD_HEADER_SIZE, one->payload, one->payload_len);
    one->spare->record = record;
    one->spare->status = sonda_worker_decode(worker, record, len, 0, one->spare->event);
    one->spare->error = *sonda_worker_error(worker);
}

static void decode(uint32_t slot, uint32_t thread, void *user)
{
    lanes *self = user;
    load *at = &self->loads[slot];
    size_t count = sonda_batch_count(at->batch);

    for (size_t i = 0; i < count; i++) {
        (void)sonda_batch_decode(at->batch, i, self->lanes[thread].worker, 0);
    }
    for (size_t i = 0; i < at->count && self->correlating; i++) {
        if (is_left(at, &at->items[i])) {
            decode_spare(&at->items[i], self->lanes[thread].worker);
        }
    }
}

static void apply_spare(const lanes *self, const spare *it)
{
    if (it->status == SONDA_OK) {
        (void)sonda_tracker_apply(self->of->tracker, it->event);
    }
}

/* The event of an item, or NULL when its record could not be read. */
static const sonda_event *event_of(const load *at, const item *one)
{
    if (one->spare != NULL) {
        bool decoded = one->spare->status == SONDA_OK || one->spare->status == SONDA_ERR_LIMIT;

        return decoded ? one->spare->event : NULL;
    }
    return one->reason == NULL ? sonda_batch_event(at->batch, one->place) : NULL;
}

static void apply(uint32_t slot, uint32_t thread, void *user)
{
    lanes *self = user;
    load *at = &self->loads[slot];
    lane *on = &self->lanes[thread];

    on->emitter.out = at->added;
    for (size_t i = 0; i < at->count; i++) {
        if (at->items[i].spare != NULL) {
            apply_spare(self, at->items[i].spare);
        } else if (at->items[i].reason == NULL) {
            (void)sonda_batch_apply(at->batch, at->items[i].place, on->worker, 0);
        }
        at->items[i].added_end = written(at->added);
    }
}

static void match(uint32_t slot, uint32_t thread, void *user)
{
    lanes *self = user;
    load *at = &self->loads[slot];
    lane *on = &self->lanes[thread];

    on->emitter.out = at->said;
    for (size_t i = 0; i < at->count; i++) {
        if (at->items[i].spare != NULL && event_of(at, &at->items[i]) != NULL) {
            (void)sonda_worker_match(on->worker, at->items[i].spare->event, 0);
        } else if (at->items[i].spare == NULL && at->items[i].reason == NULL) {
            (void)sonda_batch_match(at->batch, at->items[i].place, on->worker, 0);
        }
        at->items[i].said_end = written(at->said);
    }
}

/* Writes what stands between two places of a collected output. */
static void pass_on(const lanes *self, const sonda_output *from, size_t begin, size_t end)
{
    const void *bytes = NULL;
    size_t len = 0;

    if (begin == end || sonda_output_collected(from, &bytes, &len) != SONDA_OK) {
        return;
    }
    if (self->of->program->out_is_terminal) {
        show_progress(self->of->program, NULL);
    }
    (void)sonda_output_write(self->of->program->out, (const char *)bytes + begin, end - begin);
}

static void tell_outcome(const lanes *self, const load *at, const item *one)
{
    const sonda_error *error;
    bool told;

    if (one->reason != NULL) {
        self->on_outcome(one->number, one->offset, one->reason, false, self->user);
        return;
    }
    error = one->spare != NULL ? &one->spare->error : sonda_batch_error(at->batch, one->place);
    if ((one->spare != NULL ? one->spare->status : error->status) == SONDA_OK) {
        self->on_outcome(one->number, one->offset, NULL, true, self->user);
        return;
    }
    told = error->message[0] != '\0';
    self->on_outcome(one->number, one->offset + (told ? error->offset : 0),
                     told ? error->message : sonda_status_text(error->status), true,
                     self->user);
}

/* In record order: by now all of the event's own findings are known. */
static void correlate(lanes *self, const load *at, const item *one)
{
    lane *on = &self->lanes[0];
    const sonda_event *event = event_of(at, one);

    if (!self->correlating || event == NULL) {
        return;
    }
    on->emitter.out = self->correlated;
    (void)sonda_tracker_correlate(self->of->tracker, on->worker, event);
    pass_on(self, self->correlated, 0, written(self->correlated));
    (void)sonda_output_flush(self->correlated);
}

static void leave(uint32_t slot, uint32_t thread, void *user)
{
    lanes *self = user;
    load *at = &self->loads[slot];
    size_t said = 0;
    size_t added = 0;

    (void)thread;
    for (size_t i = 0; i < at->count; i++) {
        item *one = &at->items[i];

        pass_on(self, at->said, said, one->said_end);
        correlate(self, at, one);
        pass_on(self, at->added, added, one->added_end);
        said = one->said_end;
        added = one->added_end;
        tell_outcome(self, at, one);
        close_spare(one);
    }
    (void)sonda_output_flush(at->said);
    (void)sonda_output_flush(at->added);
    sonda_batch_clear(at->batch);
    at->count = 0;
}

/* ---- opening ---- */

static sonda_status open_loads(lanes *self)
{
    sonda_status status = SONDA_OK;

    self->loads = calloc(self->load_count, sizeof *self->loads);
    self->lanes = calloc(self->jobs, sizeof *self->lanes);
    if (self->loads == NULL || self->lanes == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    status = sonda_output_collect(&self->correlated, NULL);
    for (uint32_t i = 0; i < self->load_count && status == SONDA_OK; i++) {
        load *at = &self->loads[i];

        status = sonda_batch_open(&at->batch, NULL);
        status = status == SONDA_OK ? sonda_output_collect(&at->said, NULL) : status;
        status = status == SONDA_OK ? sonda_output_collect(&at->added, NULL) : status;
    }
    return status;
}

static sonda_status open_conveyor(lanes *self)
{
    sonda_conveyor_options options = SONDA_CONVEYOR_OPTIONS_INIT;

    options.threads = self->jobs;
    options.slots = self->load_count;
    options.first = decode;
    options.second = apply;
    options.third = match;
    options.last = leave;
    options.user = self;
    return sonda_conveyor_open(&self->conveyor, &options, NULL);
}

sonda_status
lanes_open(lanes **self, detection *of, uint32_t jobs, lanes_outcome on_outcome, void *user)
{
    lanes *opened = calloc(1, sizeof *opened);
    sonda_status status;

    if (opened == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    opened->of = of;
    opened->on_outcome = on_outcome;
    opened->user = user;
    opened->jobs = jobs;
    opened->correlating = sonda_content_correlation_count(of->content) != 0;
    opened->load_count = LOADS_A_THREAD * jobs;
    status = open_loads(opened);
    if (status == SONDA_OK) {
        status = open_conveyor(opened);
    }
    if (status != SONDA_OK) {
        lanes_close(opened);
        return status;
    }
    *self = opened;
    return SONDA_OK;
}

static void close_workers(lanes *self)
{
    for (uint32_t i = 0; i < self->jobs; i++) {
        sonda_worker_close(self->lanes[i].worker);
        emitter_close(&self->lanes[i].emitter);
        self->lanes[i].worker = NULL;
    }
}

void lanes_close(lanes *self)
{
    if (self == NULL) {
        return;
    }
    sonda_conveyor_close(self->conveyor);
    for (uint32_t i = 0; self->loads != NULL && i < self->load_count; i++) {
        sonda_batch_close(self->loads[i].batch);
        (void)sonda_output_close(self->loads[i].said);
        (void)sonda_output_close(self->loads[i].added);
    }
    (void)sonda_output_close(self->correlated);
    if (self->lanes != NULL) {
        close_workers(self);
    }
    free(self->loads);
    free(self->lanes);
    free(self);
}

sonda_status lanes_begin(lanes *self)
{
    sonda_status status = SONDA_OK;

    for (uint32_t i = 0; i < self->jobs && status == SONDA_OK; i++) {
        lane *on = &self->lanes[i];

        emitter_aside(&on->emitter, &self->of->emitter);
        status = detection_open_worker(self->of, &on->emitter, &on->worker);
    }
    return status;
}

void lanes_end(lanes *self)
{
    lanes_drain(self);
    for (uint32_t i = 0; i < self->jobs; i++) {
        detection_count(self->of, self->lanes[i].worker);
    }
    close_workers(self);
}

/* ---- filling ---- */

static void put(lanes *self)
{
    if (self->filling != NULL && self->filling->count != 0) {
        self->filling = NULL;
        sonda_conveyor_put(self->conveyor);
    }
}

/* The next item of the load being filled. */
static item *next_item(lanes *self, uint64_t number, uint64_t offset, const char *reason)
{
    item *next;

    if (self->filling != NULL && self->filling->count == ITEMS_MAX) {
        put(self);
    }
    if (self->filling == NULL) {
        self->filling = &self->loads[sonda_conveyor_slot(self->conveyor)];
    }
    next = &self->filling->items[self->filling->count];
    next->number = number;
    next->offset = offset;
    next->reason = reason;
    next->spare = NULL;
    return next;
}

void lanes_add(
    lanes *self, const void *record, size_t record_len, uint64_t number, uint64_t offset)
{
    item *next = next_item(self, number, offset, NULL);

    next->place = sonda_batch_count(self->filling->batch);
    if (sonda_batch_add(self->filling->batch, record, record_len, number) == SONDA_ERR_FULL) {
        put(self);
        next = next_item(self, number, offset, NULL);
        next->place = 0;
        (void)sonda_batch_add(self->filling->batch, record, record_len, number);
    }
    self->filling->count++;
}

void lanes_skip(lanes *self, uint64_t number, uint64_t offset, const char *reason)
{
    (void)next_item(self, number, offset, reason);
    self->filling->count++;
}

void lanes_drain(lanes *self)
{
    put(self);
    sonda_conveyor_drain(self->conveyor);
}

/* ---- filling from all threads ---- */

static int fill(uint32_t slot, uint32_t thread, void *user)
{
    lanes *self = user;
    load *at = &self->loads[slot];
    void *memory = NULL;
    size_t size = 0;
    bool more = true;

    (void)thread;
    (void)sonda_batch_memory(at->batch, &memory, &size);
    (void)sonda_input_move(self->input, memory, size);
    self->filling = at;
    while (at->count == 0 && more) {
        more = self->feed(self->user);
    }
    self->filling = NULL;
    return at->count != 0;
}

void lanes_add_payload(lanes *self,
                       const sonda_record_header *header,
                       const void *payload,
                       size_t payload_len,
                       uint64_t offset)
{
    item *next = next_item(self, header->seq, offset, NULL);

    next->place = sonda_batch_count(self->filling->batch);
    next->header = *header;
    next->payload = payload;
    next->payload_len = payload_len;
    (void)sonda_batch_add_payload(self->filling->batch, header, payload, payload_len);
    self->filling->count++;
}

static int check(void *user)
{
    lanes *self = user;

    return self->check(self->user);
}

void lanes_run(lanes *self, sonda_input *input, lanes_feed feed, lanes_check may_go_on)
{
    lanes_drain(self);
    self->input = input;
    self->feed = feed;
    self->check = may_go_on;
    sonda_conveyor_run(self->conveyor, fill, check);
    (void)sonda_input_move(input, NULL, 0);
}
