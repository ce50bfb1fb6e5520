/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A ring of slots under one lock, and threads that take the oldest step there
 * is to do.
 *
 * The lock is held between steps only, and steps are long: a slot is meant to
 * hold hundreds of microseconds of work. A thread prefers the slots it has begun,
 * oldest first, then to begin one, and only then what others have begun: moving
 * a slot's memory from processor to processor costs more than most steps do.
 *
 * Module host: uses libuv for threads and locks.
 */

#include "sonda/host/conveyor.h"

#include "sonda/abi.h"
#include "sonda/host/parallel.h"

#include <string.h>
#include <uv.h>

/* What has been done with a slot; odd while a thread is at it. */
enum state {
    STATE_FREE = 0,
    STATE_PUT = 2,
    STATE_FIRST = 3,
    STATE_FIRST_DONE = 4,
    STATE_SECOND = 5,
    STATE_SECOND_DONE = 6,
    STATE_THIRD = 7,
    STATE_THIRD_DONE = 8
};

typedef struct helper {
    sonda_conveyor *of;
    uint32_t thread;
    uv_thread_t handle;
} helper;

struct sonda_conveyor {
    sonda_allocator allocator;
    sonda_conveyor_options options;
    uv_mutex_t lock;
    uv_cond_t changed;
    uint64_t put;    /* slots put so far */
    uint64_t turn;   /* whose `second` comes next */
    uint64_t passed; /* slots that have passed `last` */
    uint32_t waiting;
    uint32_t helper_count;
    int closing;
    int filling;                  /* a thread is at `source` */
    sonda_conveyor_source source; /* NULL: the caller fills slots, or none are to be */
    uint8_t states[SONDA_CONVEYOR_SLOTS_MAX];
    uint32_t owners[SONDA_CONVEYOR_SLOTS_MAX]; /* who did `first` */
    helper helpers[SONDA_PARALLEL_MAX];
};

static uint32_t slot_of(const sonda_conveyor *conveyor, uint64_t number)
{
    return (uint32_t)(number % conveyor->options.slots);
}

static uint8_t *state_of(sonda_conveyor *conveyor, uint64_t number)
{
    return &conveyor->states[slot_of(conveyor, number)];
}

/* The step that the slot waits for; NULL when it waits for none. */
static sonda_conveyor_step step_of(sonda_conveyor *conveyor, uint64_t number)
{
    switch (*state_of(conveyor, number)) {
    case STATE_PUT:
        return conveyor->options.first;
    case STATE_FIRST_DONE:
        return conveyor->turn == number ? conveyor->options.second : NULL;
    case STATE_SECOND_DONE:
        return conveyor->options.third;
    default:
        return NULL;
    }
}

static int is_begun(sonda_conveyor *conveyor, uint64_t number)
{
    return *state_of(conveyor, number) != STATE_PUT;
}

/* The oldest slot that waits for a step, or `put`; `thread`'s own, or anybody's. */
static uint64_t oldest(sonda_conveyor *conveyor, uint32_t thread, int own)
{
    uint64_t number = conveyor->passed;

    while (number < conveyor->put &&
           (step_of(conveyor, number) == NULL ||
            (own && (!is_begun(conveyor, number) ||
                     conveyor->owners[slot_of(conveyor, number)] != thread)))) {
        number++;
    }
    return number;
}

static void wait(sonda_conveyor *conveyor)
{
    conveyor->waiting++;
    uv_cond_wait(&conveyor->changed, &conveyor->lock);
    conveyor->waiting--;
}

/* Something was done that others may wait for. */
static void announce(sonda_conveyor *conveyor)
{
    if (conveyor->waiting != 0) {
        uv_cond_broadcast(&conveyor->changed);
    }
}

/* One step of a slot that waits for it, with the lock held. */
static void take_step(sonda_conveyor *conveyor, uint64_t number, uint32_t thread)
{
    sonda_conveyor_step step = step_of(conveyor, number);
    uint8_t *state = state_of(conveyor, number);

    if (*state == STATE_PUT) {
        conveyor->owners[slot_of(conveyor, number)] = thread;
    }
    *state = (uint8_t)(*state + 1);
    uv_mutex_unlock(&conveyor->lock);
    step(slot_of(conveyor, number), thread, conveyor->options.user);
    uv_mutex_lock(&conveyor->lock);
    *state = (uint8_t)(*state + 1);
    conveyor->turn += *state == STATE_SECOND_DONE;
    /* After `first` this thread goes on by itself, unless it is not its turn. */
    if (*state != STATE_FIRST_DONE) {
        announce(conveyor);
    }
}

/* Fills a slot and begins it, with the lock held. */
static void fill(sonda_conveyor *conveyor, uint32_t thread)
{
    sonda_conveyor_source source = conveyor->source;
    uint64_t number = conveyor->put;
    int filled;

    conveyor->filling = 1;
    uv_mutex_unlock(&conveyor->lock);
    filled = source(slot_of(conveyor, number), thread, conveyor->options.user);
    uv_mutex_lock(&conveyor->lock);
    conveyor->filling = 0;
    if (!filled) {
        conveyor->source = NULL;
        announce(conveyor);
        return;
    }
    *state_of(conveyor, number) = STATE_PUT;
    conveyor->put++;
    announce(conveyor);
    take_step(conveyor, number, thread);
}

static int may_fill(const sonda_conveyor *conveyor)
{
    return conveyor->source != NULL && !conveyor->filling &&
           conveyor->put - conveyor->passed < conveyor->options.slots;
}

/* One step, with the lock held; 0 when there is none to do. */
static int work(sonda_conveyor *conveyor, uint32_t thread)
{
    uint64_t number = oldest(conveyor, thread, 1);

    if (number == conveyor->put && may_fill(conveyor)) {
        fill(conveyor, thread);
        return 1;
    }
    if (number == conveyor->put) {
        number = oldest(conveyor, thread, 0);
    }
    if (number == conveyor->put) {
        return 0;
    }
    take_step(conveyor, number, thread);
    return 1;
}

static void help(void *argument)
{
    helper *self = argument;
    sonda_conveyor *conveyor = self->of;

    uv_mutex_lock(&conveyor->lock);
    while (!conveyor->closing) {
        if (!work(conveyor, self->thread)) {
            wait(conveyor);
        }
    }
    uv_mutex_unlock(&conveyor->lock);
}

static int is_valid(const sonda_conveyor_options *options)
{
    return options->threads >= 1 && options->threads <= SONDA_PARALLEL_MAX &&
           options->slots >= 1 && options->slots <= SONDA_CONVEYOR_SLOTS_MAX &&
           options->first != NULL && options->second != NULL && options->third != NULL &&
           options->last != NULL;
}

static int open_lock(sonda_conveyor *conveyor)
{
    if (uv_mutex_init(&conveyor->lock) != 0) {
        return 0;
    }
    if (uv_cond_init(&conveyor->changed) != 0) {
        uv_mutex_destroy(&conveyor->lock);
        return 0;
    }
    return 1;
}

sonda_status sonda_conveyor_open(sonda_conveyor **conveyor,
                                 const sonda_conveyor_options *options,
                                 const sonda_allocator *allocator)
{
    sonda_conveyor_options wanted = SONDA_CONVEYOR_OPTIONS_INIT;
    sonda_allocator ours;
    sonda_conveyor *opened;
    sonda_status status;

    if (conveyor == NULL || options == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    status = sonda_abi_read(options, &wanted, sizeof wanted);
    if (status == SONDA_OK) {
        status = is_valid(&wanted) ? sonda_allocator_read(allocator, &ours)
                                   : SONDA_ERR_INVALID_ARGUMENT;
    }
    if (status != SONDA_OK) {
        return status;
    }
    opened = ours.allocate(sizeof *opened, ours.user);
    if (opened == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    memset(opened, 0, sizeof *opened);
    opened->allocator = ours;
    opened->options = wanted;
    if (!open_lock(opened)) {
        ours.release(opened, ours.user);
        return SONDA_ERR_NO_MEMORY;
    }
    while (opened->helper_count + 1 < wanted.threads) {
        helper *next = &opened->helpers[opened->helper_count];

        next->of = opened;
        next->thread = opened->helper_count + 1;
        if (uv_thread_create(&next->handle, help, next) != 0) {
            break;
        }
        opened->helper_count++;
    }
    *conveyor = opened;
    return SONDA_OK;
}

/* Lets the oldest slot pass `last` if it is ready, with the lock held. */
static int pass_one(sonda_conveyor *conveyor)
{
    uint64_t number = conveyor->passed;

    if (number == conveyor->put || *state_of(conveyor, number) != STATE_THIRD_DONE) {
        return 0;
    }
    uv_mutex_unlock(&conveyor->lock);
    conveyor->options.last(slot_of(conveyor, number), 0, conveyor->options.user);
    uv_mutex_lock(&conveyor->lock);
    *state_of(conveyor, number) = STATE_FREE;
    conveyor->passed++;
    if (conveyor->source != NULL) {
        announce(conveyor);
    }
    return 1;
}

/* Works until at most `most` slots are on their way. */
static void work_until(sonda_conveyor *conveyor, uint64_t most)
{
    uv_mutex_lock(&conveyor->lock);
    for (;;) {
        if (pass_one(conveyor)) {
            continue;
        }
        if (conveyor->put - conveyor->passed <= most) {
            break;
        }
        if (!work(conveyor, 0)) {
            wait(conveyor);
        }
    }
    uv_mutex_unlock(&conveyor->lock);
}

uint32_t sonda_conveyor_slot(sonda_conveyor *conveyor)
{
    work_until(conveyor, conveyor->options.slots - 1);
    return slot_of(conveyor, conveyor->put);
}

void sonda_conveyor_put(sonda_conveyor *conveyor)
{
    uv_mutex_lock(&conveyor->lock);
    *state_of(conveyor, conveyor->put) = STATE_PUT;
    conveyor->put++;
    announce(conveyor);
    uv_mutex_unlock(&conveyor->lock);
}

void sonda_conveyor_drain(sonda_conveyor *conveyor)
{
    work_until(conveyor, 0);
}

void sonda_conveyor_run(sonda_conveyor *conveyor,
                        sonda_conveyor_source source,
                        sonda_conveyor_check check)
{
    uv_mutex_lock(&conveyor->lock);
    conveyor->source = source;
    announce(conveyor);
    while (conveyor->source != NULL || conveyor->filling || conveyor->put != conveyor->passed) {
        if (check != NULL) {
            int stop;

            uv_mutex_unlock(&conveyor->lock);
            stop = check(conveyor->options.user);
            uv_mutex_lock(&conveyor->lock);
            conveyor->source = stop ? NULL : conveyor->source;
        }
        if (!pass_one(conveyor) && !work(conveyor, 0) &&
            (conveyor->filling || conveyor->put != conveyor->passed)) {
            wait(conveyor);
        }
    }
    uv_mutex_unlock(&conveyor->lock);
}

void sonda_conveyor_close(sonda_conveyor *conveyor)
{
    sonda_allocator ours;

    if (conveyor == NULL) {
        return;
    }
    sonda_conveyor_drain(conveyor);
    uv_mutex_lock(&conveyor->lock);
    conveyor->closing = 1;
    uv_cond_broadcast(&conveyor->changed);
    uv_mutex_unlock(&conveyor->lock);
    for (uint32_t i = 0; i < conveyor->helper_count; i++) {
        (void)uv_thread_join(&conveyor->helpers[i].handle);
    }
    uv_cond_destroy(&conveyor->changed);
    uv_mutex_destroy(&conveyor->lock);
    ours = conveyor->allocator;
    ours.release(conveyor, ours.user);
}
