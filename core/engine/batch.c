/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Several events in one room, each with exactly the limits it has in a worker.
 *
 * An event is decoded at the end of what the events before it use of the fields
 * and of the arena, with as much room as an event of its own has; what it did
 * not use goes to the next. When less than that is left, the rest of the batch
 * waits for its turn and passes a worker's own event. That takes records of
 * megabytes or made to use up room; telemetry never gets there.
 *
 * What the tracker adds has a room of its own, for it comes when all events of
 * the batch have been decoded.
 *
 * Layer 5 (engine). Allocates at open only.
 */

#include "sonda/batch.h"

#include "core/base/allocate.h"
#include "core/base/limits.h"
#include "core/engine/worker.h"
#include "core/event/event.h"
#include "sonda/input.h"

/* Bytes of records in a batch that has more than one. */
#define BYTES ((size_t)256 * 1024)
/* Room of one event, and of all in a batch. */
#define FIELDS ((size_t)SONDA__EVENT_FIELDS_MAX)
#define ALL_FIELDS (3 * FIELDS)
#define ARENA ((size_t)SONDA__EVENT_ARENA_BYTES)
#define ALL_ARENA (2 * ARENA)
/* Most fields and bytes that the tracker adds to an event. */
#define ADDED_FIELDS ((size_t)16)
#define ADDED_BYTES ((size_t)128 * 1024)
/* Where a record header keeps its number. */
#define SEQ_OFFSET 32u

_Static_assert(SONDA__CHAIN_MAX *(SONDA__PROCESS_PATH_MAX * 2 + SONDA__PROCESS_USER_MAX +
                                  SONDA__CHAIN_COMMAND_LINE_MAX) +
                       2 * (SONDA__PROCESS_PATH_MAX * 2 + SONDA__PROCESS_USER_MAX +
                            SONDA__PROCESS_COMMAND_LINE_MAX) <
                   ADDED_BYTES,
               "what enriching adds must fit");

typedef enum stage { STAGE_EMPTY, STAGE_DECODED, STAGE_LEFT, STAGE_DONE } stage;

typedef struct place {
    const uint8_t *bytes; /* the record, or its payload when the header is apart */
    size_t len;
    stage stage;
    bool apart;
    bool decoded; /* `event` is one */
    sonda_record_header header;
    sonda_error error;
    sonda_event event;
} place;

struct sonda_batch {
    sonda_allocator allocator;
    size_t count;
    size_t used;        /* of `bytes` */
    size_t used_fields; /* of `fields` */
    size_t used_arena;
    size_t used_added;
    uint8_t *bytes;
    sonda__field *fields;
    uint8_t *arena;
    uint8_t *added;
    place places[SONDA_BATCH_MAX];
};

static bool open_rooms(sonda_batch *batch)
{
    const sonda_allocator *allocator = &batch->allocator;

    batch->bytes = sonda__allocate(allocator, 1, SONDA_INPUT_BUFFER_MIN);
    batch->fields = sonda__allocate(allocator, ALL_FIELDS, sizeof *batch->fields);
    batch->arena = sonda__allocate(allocator, 1, ALL_ARENA);
    batch->added = sonda__allocate(allocator, SONDA_BATCH_MAX, ADDED_BYTES);
    return batch->bytes != NULL && batch->fields != NULL && batch->arena != NULL &&
           batch->added != NULL;
}

sonda_status sonda_batch_open(sonda_batch **batch, const sonda_allocator *allocator)
{
    sonda_allocator ours;
    sonda_batch *opened;
    sonda_status status;

    if (batch == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    status = sonda_allocator_read(allocator, &ours);
    if (status != SONDA_OK) {
        return status;
    }
    opened = sonda__allocate_zeroed(&ours, 1, sizeof *opened);
    if (opened == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    opened->allocator = ours;
    if (!open_rooms(opened)) {
        sonda_batch_close(opened);
        return SONDA_ERR_NO_MEMORY;
    }
    *batch = opened;
    return SONDA_OK;
}

void sonda_batch_close(sonda_batch *batch)
{
    if (batch != NULL) {
        sonda_allocator allocator = batch->allocator;

        sonda__release(&allocator, batch->bytes);
        sonda__release(&allocator, batch->fields);
        sonda__release(&allocator, batch->arena);
        sonda__release(&allocator, batch->added);
        sonda__release(&allocator, batch);
    }
}

static void put_seq(uint8_t *record, uint64_t seq)
{
    for (size_t i = 0; i < sizeof seq; i++, seq >>= 8) {
        record[SEQ_OFFSET + i] = (uint8_t)seq;
    }
}

/* As SONDA_ERROR_INIT, without writing all of the message. */
static void clear_error(sonda_error *error)
{
    error->struct_size = sizeof *error;
    error->status = SONDA_OK;
    error->offset = 0;
    error->line = 0;
    error->column = 0;
    error->message[0] = '\0';
}

/* The next place, empty; there is one. */
static place *take_place(sonda_batch *batch)
{
    place *taken = &batch->places[batch->count++];

    taken->stage = STAGE_EMPTY;
    taken->decoded = false;
    clear_error(&taken->error);
    return taken;
}

sonda_status sonda_batch_add_payload(sonda_batch *batch,
                                     const sonda_record_header *header,
                                     const void *payload,
                                     size_t payload_len)
{
    place *taken;

    if (batch == NULL || header == NULL || payload == NULL || header->size > SONDA_RECORD_MAX ||
        payload_len != header->size - (size_t)SONDA_RECORD_HEADER_SIZE) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    if (batch->count == SONDA_BATCH_MAX) {
        return SONDA_ERR_FULL;
    }
    taken = take_place(batch);
    taken->bytes = payload;
    taken->len = payload_len;
    taken->apart = true;
    taken->header = *header;
    return SONDA_OK;
}

sonda_status
sonda_batch_add(sonda_batch *batch, const void *record, size_t record_len, uint64_t seq)
{
    sonda_record_header header;
    place *taken;
    uint8_t *copy;

    if (batch == NULL || record == NULL || record_len < SONDA_RECORD_HEADER_SIZE ||
        record_len > SONDA_RECORD_MAX) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    if (batch->count == SONDA_BATCH_MAX ||
        (batch->count != 0 && batch->used + record_len > BYTES)) {
        return SONDA_ERR_FULL;
    }
    copy = batch->bytes + batch->used;
    memcpy(copy, record, record_len);
    if (sonda_record_header_read(copy, record_len, &header) == SONDA_OK) {
        put_seq(copy, seq);
    }
    taken = take_place(batch);
    taken->bytes = copy;
    taken->len = record_len;
    taken->apart = false;
    batch->used += record_len;
    return SONDA_OK;
}

sonda_status sonda_batch_memory(sonda_batch *batch, void **bytes, size_t *size)
{
    if (batch == NULL || bytes == NULL || size == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    *bytes = batch->bytes;
    *size = SONDA_INPUT_BUFFER_MIN;
    return SONDA_OK;
}

size_t sonda_batch_count(const sonda_batch *batch)
{
    return batch != NULL ? batch->count : 0;
}

void sonda_batch_clear(sonda_batch *batch)
{
    if (batch != NULL) {
        batch->count = 0;
        batch->used = 0;
        batch->used_fields = 0;
        batch->used_arena = 0;
        batch->used_added = 0;
    }
}

static bool has_room(const sonda_batch *batch)
{
    return ALL_FIELDS - batch->used_fields >= FIELDS && ALL_ARENA - batch->used_arena >= ARENA;
}

static sonda__span payload_of(const place *at)
{
    return sonda__span_of((const char *)at->bytes, at->len);
}

/* Gives the event the rooms that an event of its own has. */
static void lend_rooms(sonda_batch *batch, place *at, const sonda_worker *worker)
{
    at->event.fields = batch->fields + batch->used_fields;
    at->event.field_capacity = FIELDS;
    at->event.host = sonda__worker_host(worker);
    sonda__arena_init(&at->event.arena, batch->arena + batch->used_arena, ARENA);
}

/* Takes back what it did not use but for the fields that the tracker may add. */
static void return_rest(sonda_batch *batch, place *at)
{
    size_t kept = at->event.field_count + ADDED_FIELDS;

    at->event.field_capacity = kept < FIELDS ? kept : FIELDS;
    batch->used_fields += at->event.field_capacity;
    batch->used_arena += at->event.arena.used;
}

/* What a worker's failure was: its detail is that of the last one. */
static void keep_error(place *at, sonda_status status, const sonda_worker *worker)
{
    at->error = *sonda_worker_error(worker);
    if (at->error.status == SONDA_OK) {
        at->error.message[0] = '\0';
        at->error.offset = 0;
    }
    at->error.status = status;
}

sonda_status
sonda_batch_decode(sonda_batch *batch, size_t index, sonda_worker *worker, uint64_t now_ns)
{
    sonda_status status;
    place *at;

    if (batch == NULL || worker == NULL || index >= batch->count) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    at = &batch->places[index];
    if (!has_room(batch)) {
        at->stage = STAGE_LEFT;
        return SONDA_OK;
    }
    lend_rooms(batch, at, worker);
    status = at->apart ? sonda__worker_decode_apart(worker, &at->header, payload_of(at), now_ns,
                                                    &at->event)
                       : sonda_worker_decode(worker, at->bytes, at->len, now_ns, &at->event);
    if (status == SONDA_ERR_BAD_STATE) {
        return status;
    }
    return_rest(batch, at);
    at->decoded = status == SONDA_OK || status == SONDA_ERR_LIMIT;
    at->stage = at->decoded ? STAGE_DECODED : STAGE_DONE;
    if (status != SONDA_OK) {
        keep_error(at, status, worker);
    }
    return SONDA_OK;
}

/* The tracker adds to where the event's own room would go on. */
static void track(sonda_batch *batch, place *at, sonda_tracker *tracker)
{
    size_t left = ARENA - at->event.arena.used;

    sonda__arena_init(&at->event.arena, batch->added + batch->used_added,
                      left < ADDED_BYTES ? left : ADDED_BYTES);
    (void)sonda_tracker_apply(tracker, &at->event);
    batch->used_added += at->event.arena.used;
}

sonda_status
sonda_batch_apply(sonda_batch *batch, size_t index, sonda_worker *worker, uint64_t now_ns)
{
    sonda_status status;
    place *at;

    if (batch == NULL || worker == NULL || index >= batch->count) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    at = &batch->places[index];
    if (at->stage == STAGE_LEFT) {
        status = at->apart
                     ? sonda__worker_process_apart(worker, &at->header, payload_of(at), now_ns)
                     : sonda_worker_process(worker, at->bytes, at->len, now_ns);
        if (status != SONDA_OK) {
            keep_error(at, status, worker);
        }
        at->stage = STAGE_DONE;
        return status == SONDA_ERR_BAD_STATE ? status : SONDA_OK;
    }
    /* An event made of a failure is ours: the tracker never hears of it. */
    if (at->stage == STAGE_DECODED && at->error.status == SONDA_OK &&
        sonda__worker_tracker(worker) != NULL) {
        track(batch, at, sonda__worker_tracker(worker));
    }
    return sonda__worker_drain(worker);
}

sonda_status
sonda_batch_match(sonda_batch *batch, size_t index, sonda_worker *worker, uint64_t now_ns)
{
    place *at;

    if (batch == NULL || worker == NULL || index >= batch->count) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    at = &batch->places[index];
    if (at->stage != STAGE_DECODED) {
        return SONDA_OK;
    }
    at->stage = STAGE_DONE;
    return sonda_worker_match(worker, &at->event, now_ns);
}

const sonda_error *sonda_batch_error(const sonda_batch *batch, size_t index)
{
    return batch != NULL && index < batch->count ? &batch->places[index].error : NULL;
}

const sonda_event *sonda_batch_event(const sonda_batch *batch, size_t index)
{
    return batch != NULL && index < batch->count && batch->places[index].decoded
               ? &batch->places[index].event
               : NULL;
}
