/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Driving an adapter: its thread delivers into the queue, the loop empties it.
 *
 * The adapter starts on its own thread, so that a long start-up snapshot is
 * taken out of the queue while it is still being delivered. It is stopped from
 * the loop's thread, and only after its start has returned: an adapter need not
 * bear being stopped in the middle of starting.
 *
 * Module host.
 */

#include "host/failure.h"
#include "host/loop.h"
#include "host/queue.h"
#include "sonda/host/usage.h"

#include "sonda/abi.h"

/* Records handed out before signals and timers get their turn. */
#define BATCH 4096u
/* How long one poll of the adapter may take. */
#define POLL_MS 500u

typedef struct live {
    sonda_host *host;
    sonda_host_run_options options;
    sonda_source_ops ops;
    sonda_source *source;
    sonda__queue *queue;
    uv_thread_t thread;
    uv_sem_t started;       /* posted when start() has returned */
    atomic_int is_live;     /* start() succeeded */
    atomic_int is_over;     /* the thread is done */
    atomic_int is_stopping; /* the loop wants no more */
    sonda_status thread_status;
    sonda_error thread_error;
    uv_timer_t timer;
    uv_timer_t ticker;
    uint64_t live_since_ns;
    int announced;
    int finished;
    sonda_status status;
} live;

static sonda_status deliver(void *user, const void *record, size_t record_len)
{
    live *run = user;
    int was_empty = 0;
    sonda_status status = sonda__queue_push(run->queue, record, record_len, &was_empty);

    if (was_empty) {
        sonda__host_wake(run->host);
    }
    return status;
}

static sonda_status drive(live *run)
{
    sonda_source_description description = SONDA_SOURCE_DESCRIPTION_INIT;
    sonda_status status;

    run->ops.describe(&description);
    if (description.drive == SONDA_SOURCE_RUNS) {
        return run->ops.run(run->source);
    }
    do {
        status = run->ops.poll(run->source, POLL_MS);
    } while (status == SONDA_OK && !atomic_load(&run->is_stopping));
    return status;
}

static void adapter_thread(void *user)
{
    live *run = user;

    run->thread_status = run->ops.start(run->source, &run->thread_error);
    atomic_store(&run->is_live, run->thread_status == SONDA_OK);
    uv_sem_post(&run->started);
    if (run->thread_status == SONDA_OK) {
        sonda__host_wake(run->host);
        run->thread_status = drive(run);
    }
    atomic_store(&run->is_over, 1);
    sonda__host_wake(run->host);
}

static void finish(live *run, sonda_status status)
{
    if (!run->finished) {
        run->finished = 1;
        run->status = status;
        sonda__host_leave(run->host);
    }
}

static void on_timer(uv_timer_t *timer)
{
    finish(timer->data, SONDA_OK);
}

static void on_tick(uv_timer_t *ticker)
{
    live *run = ticker->data;
    sonda_status status = run->options.on_tick(run->options.user);

    if (status != SONDA_OK) {
        finish(run, status);
    }
}

static void announce(live *run)
{
    sonda_source_description description = SONDA_SOURCE_DESCRIPTION_INIT;
    sonda_source_capabilities capabilities = SONDA_SOURCE_CAPABILITIES_INIT;

    run->announced = 1;
    run->live_since_ns = sonda_clock_monotonic_ns();
    if (run->options.duration_ms != 0) {
        uv_update_time(&run->host->loop);
        (void)uv_timer_start(&run->timer, on_timer, run->options.duration_ms, 0);
    }
    if (run->options.on_live != NULL) {
        run->ops.describe(&description);
        run->ops.capabilities(run->source, &capabilities);
        run->options.on_live(&description, &capabilities, run->options.user);
    }
}

/* Hands out up to `most` records. SONDA_ERR_EMPTY when the queue ran empty. */
static sonda_status hand_out(live *run, size_t most)
{
    uint64_t now_ns = sonda_clock_wall_ns();
    const uint8_t *record;
    size_t record_len;

    for (size_t i = 0; i < most; i++) {
        sonda_status status = sonda__queue_front(run->queue, &record, &record_len);

        if (status == SONDA_OK) {
            status = run->options.on_record(record, record_len, now_ns, run->options.user);
            sonda__queue_pop(run->queue);
        }
        if (status != SONDA_OK) {
            return status;
        }
    }
    return SONDA_OK;
}

static sonda_status idle(live *run)
{
    return run->options.on_idle == NULL ? SONDA_OK : run->options.on_idle(run->options.user);
}

static void on_wake(void *job)
{
    live *run = job;
    int over = atomic_load(&run->is_over);
    sonda_status status;

    if (atomic_load(&run->is_live) && !run->announced) {
        announce(run);
    }
    status = hand_out(run, BATCH);
    if (status == SONDA_OK) {
        sonda__host_wake(run->host);
    } else if (status == SONDA_ERR_EMPTY) {
        status = idle(run);
        if (status == SONDA_OK && over) {
            finish(run, run->thread_status);
        }
    }
    if (status != SONDA_OK) {
        finish(run, status);
    }
    if (atomic_load(&run->host->stopped)) {
        finish(run, SONDA_ERR_CANCELLED);
    }
}

/* The queue to its end, unless a callback has had enough. */
static void hand_out_rest(live *run)
{
    sonda_status status = hand_out(run, SIZE_MAX);

    if (status == SONDA_ERR_EMPTY) {
        status = idle(run);
    }
    if (status != SONDA_OK) {
        run->status = status;
    }
}

/* A callback's refusal, as against the ways a run ends well. */
static int ended_well(const live *run)
{
    return run->status == SONDA_OK || run->status == SONDA_ERR_CANCELLED;
}

static void stop_adapter(live *run, sonda_error *error)
{
    uv_sem_wait(&run->started);
    atomic_store(&run->is_stopping, 1);
    if (atomic_load(&run->is_live)) {
        if (!run->announced) {
            announce(run);
        }
        if (ended_well(run)) {
            hand_out_rest(run);
        }
        run->ops.stop(run->source);
    }
    (void)uv_thread_join(&run->thread);
    if (!atomic_load(&run->is_live)) {
        run->status = run->thread_status;
        if (error != NULL) {
            (void)sonda_abi_write(&run->thread_error, sizeof run->thread_error, error);
        }
    } else if (run->status != SONDA_OK && run->status == run->thread_status &&
               run->status != SONDA_ERR_CANCELLED) {
        (void)sonda__host_fail(error, run->status, "the adapter ended: %s",
                               sonda_status_text(run->status));
    }
    if (ended_well(run)) {
        hand_out_rest(run);
    }
}

static void fill_numbers(live *run, sonda_host_numbers *numbers)
{
    sonda_host_numbers filled = SONDA_HOST_NUMBERS_INIT;
    sonda_source_stats stats = SONDA_SOURCE_STATS_INIT;
    sonda__queue_numbers queued;

    if (numbers == NULL) {
        return;
    }
    run->ops.stats(run->source, &stats);
    sonda__queue_read(run->queue, &queued);
    filled.queued = queued.queued;
    filled.refused = queued.refused;
    filled.queue_peak_bytes = queued.peak_bytes;
    filled.live_ns = run->announced ? sonda_clock_monotonic_ns() - run->live_since_ns : 0;
    for (size_t i = 0; i < SONDA_SOURCE_CLASS_COUNT; i++) {
        filled.produced += stats.by_class[i].produced;
        filled.lost += stats.by_class[i].lost;
        filled.filtered += stats.by_class[i].filtered;
    }
    (void)sonda_abi_write(&filled, sizeof filled, numbers);
}

/* The adapter is open: its thread, the loop, and the way out. */
static sonda_status run_open(live *run, sonda_host_numbers *numbers, sonda_error *error)
{
    if (uv_sem_init(&run->started, 0) != 0) {
        return SONDA_ERR_NO_MEMORY;
    }
    (void)uv_timer_init(&run->host->loop, &run->timer);
    run->timer.data = run;
    (void)uv_timer_init(&run->host->loop, &run->ticker);
    run->ticker.data = run;
    if (run->options.on_tick != NULL) {
        (void)uv_timer_start(&run->ticker, on_tick, run->options.tick_ms, run->options.tick_ms);
    }
    if (uv_thread_create(&run->thread, adapter_thread, run) == 0) {
        sonda__host_enter(run->host, on_wake, run);
        stop_adapter(run, error);
        fill_numbers(run, numbers);
    } else {
        run->status = SONDA_ERR_NO_MEMORY;
    }
    sonda__host_close_handle(run->host, (uv_handle_t *)&run->ticker);
    sonda__host_close_handle(run->host, (uv_handle_t *)&run->timer);
    uv_sem_destroy(&run->started);
    return run->status;
}

static sonda_status open_and_run(live *run, sonda_host_numbers *numbers, sonda_error *error)
{
    sonda_sink sink = {sizeof sink, 0, deliver, run};
    sonda_source_options defaults = SONDA_SOURCE_OPTIONS_INIT;
    const sonda_source_options *wanted = run->options.source_options;
    sonda_status status;

    status = sonda__queue_open(&run->queue, run->host->queue_bytes, &run->host->allocator);
    if (status != SONDA_OK) {
        return status;
    }
    status = run->ops.open(&run->source, wanted != NULL ? wanted : &defaults, &sink,
                           &run->host->allocator, error);
    if (status == SONDA_OK) {
        status = run_open(run, numbers, error);
        run->ops.close(run->source);
    }
    sonda__queue_close(run->queue);
    return status;
}

/* A table that is shorter than ours leaves NULL at its end. */
static int is_whole(const sonda_source_ops *ops)
{
    return ops->describe != NULL && ops->open != NULL && ops->capabilities != NULL &&
           ops->start != NULL && ops->poll != NULL && ops->run != NULL &&
           ops->respond != NULL && ops->stats != NULL && ops->stop != NULL &&
           ops->close != NULL;
}

/* What we know of the caller's options, numbers and adapter. */
static sonda_status take_call(live *run,
                              const sonda_host *host,
                              const sonda_host_run_options *options,
                              const sonda_host_numbers *numbers)
{
    sonda_status status;

    if (host == NULL || options == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    status = sonda_abi_read(options, &run->options, sizeof run->options);
    if (status == SONDA_OK && numbers != NULL) {
        status = sonda_abi_check(numbers, sizeof *numbers);
    }
    if (status != SONDA_OK) {
        return status;
    }
    if (run->options.source == NULL || run->options.on_record == NULL ||
        (run->options.on_tick != NULL && run->options.tick_ms == 0)) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    status = sonda_abi_read(run->options.source, &run->ops, sizeof run->ops);
    if (status != SONDA_OK || !is_whole(&run->ops)) {
        return status != SONDA_OK ? status : SONDA_ERR_INVALID_ARGUMENT;
    }
    return host->busy ? SONDA_ERR_BAD_STATE : SONDA_OK;
}

sonda_status sonda_host_run(sonda_host *host,
                            const sonda_host_run_options *options,
                            sonda_host_numbers *numbers,
                            sonda_error *error)
{
    live run = {.host = host, .options = SONDA_HOST_RUN_OPTIONS_INIT};
    sonda_status status = take_call(&run, host, options, numbers);

    if (status != SONDA_OK) {
        return status;
    }
    if (sonda_host_check(host) != SONDA_OK) {
        return SONDA_ERR_CANCELLED;
    }
    run.thread_error.struct_size = sizeof run.thread_error;
    run.status = SONDA_ERR_CANCELLED;
    host->busy = 1;
    status = open_and_run(&run, numbers, error);
    host->busy = 0;
    return status;
}
