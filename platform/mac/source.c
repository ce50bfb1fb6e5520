/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The seam's table for macOS: open, start, run, respond, stop, close.
 *
 * Messages come on Endpoint Security's own threads; run() only keeps house:
 * losses are told once a second, and a ticket that nobody answers is allowed
 * at its last moment. Idle, it wakes up once a second.
 *
 * There is no snapshot of what runs already: messages carry their process and
 * its parent whole.
 *
 * Platform (mac).
 */

#include "platform/mac/source.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "platform/mac/capabilities.h"
#include "sonda/abi.h"

#define HOUSEKEEPING_NS UINT64_C(1000000000)
/* How long the canary's last event is waited for, and in which steps. */
#define CANARY_STEP_NS 50000000u
#define CANARY_STEPS 20u

sonda_status set_error(sonda_error *error, sonda_status status, const char *format, ...)
{
    va_list arguments;

    if (error != NULL) {
        error->status = status;
        error->offset = 0;
        error->line = 0;
        error->column = 0;
        va_start(arguments, format);
        vsnprintf(error->message, sizeof error->message, format, arguments);
        va_end(arguments);
    }
    return status;
}

static void describe(sonda_source_description *description)
{
    static const sonda_source_description ours = {
        .struct_size = sizeof ours,
        .drive = SONDA_SOURCE_RUNS,
        .name = "macos-endpoint-security",
        .version = SONDA_VERSION_STRING,
    };

    (void)sonda_abi_write(&ours, sizeof ours, description);
}

static void init_locks(sonda_source *source)
{
    pthread_rwlock_init(&source->answers, NULL);
    pthread_mutex_init(&source->lineage_lock, NULL);
    pthread_mutex_init(&source->wake_lock, NULL);
    pthread_mutex_init(&source->house_lock, NULL);
    pthread_cond_init(&source->wake, NULL);
    for (uint32_t i = 0; i < CLIENT_COUNT; i++) {
        pthread_mutex_init(&source->clients[i].lock, NULL);
    }
}

static void destroy_locks(sonda_source *source)
{
    for (uint32_t i = 0; i < CLIENT_COUNT; i++) {
        pthread_mutex_destroy(&source->clients[i].lock);
    }
    pthread_cond_destroy(&source->wake);
    pthread_mutex_destroy(&source->wake_lock);
    pthread_mutex_destroy(&source->house_lock);
    pthread_mutex_destroy(&source->lineage_lock);
    pthread_rwlock_destroy(&source->answers);
}

static void end_run(sonda_source *source)
{
    pthread_mutex_lock(&source->wake_lock);
    source->stopping = true;
    pthread_cond_broadcast(&source->wake);
    pthread_mutex_unlock(&source->wake_lock);
}

void wake_run(sonda_source *source, uint64_t moment_ns)
{
    if (moment_ns >= atomic_load(&source->looks_ns)) {
        return;
    }
    pthread_mutex_lock(&source->wake_lock);
    source->look_again = true;
    pthread_cond_broadcast(&source->wake);
    pthread_mutex_unlock(&source->wake_lock);
}

/* Waits until no handler is at work; those that come later see the mode. */
static void quiesce(sonda_source *source)
{
    for (uint32_t i = 0; i < CLIENT_COUNT; i++) {
        pthread_mutex_lock(&source->clients[i].lock);
        pthread_mutex_unlock(&source->clients[i].lock);
    }
}

static void stop(sonda_source *source)
{
    if (source == NULL) {
        return;
    }
    if (source->started) {
        clients_unsubscribe(source);
        atomic_store(&source->mode, MODE_OFF);
        quiesce(source);
        answer_rest(source);
        tell_losses(source, true);
        source->started = false;
    }
    end_run(source);
}

static void close_source(sonda_source *source)
{
    sonda_allocator allocator;

    if (source == NULL) {
        return;
    }
    stop(source);
    clients_close(source);
    allocator = source->allocator;
    for (uint32_t i = 0; i < CLIENT_COUNT; i++) {
        if (source->clients[i].record != NULL) {
            allocator.release(source->clients[i].record, allocator.user);
        }
    }
    tickets_close(&source->tickets, &allocator);
    destroy_locks(source);
    allocator.release(source, allocator.user);
}

static sonda_status allocate_rooms(sonda_source *source)
{
    sonda_allocator *allocator = &source->allocator;

    for (uint32_t i = 0; i < CLIENT_COUNT; i++) {
        source->clients[i].source = source;
        source->clients[i].index = i;
        source->clients[i].record = allocator->allocate(RECORD_ROOM, allocator->user);
        if (source->clients[i].record == NULL) {
            return SONDA_ERR_NO_MEMORY;
        }
    }
    return tickets_open(&source->tickets, allocator);
}

static sonda_status create(sonda_source **source,
                           const sonda_source_options *options,
                           const sonda_sink *sink,
                           const sonda_allocator *allocator)
{
    sonda_allocator ours = SONDA_ALLOCATOR_INIT;
    sonda_source *created;
    sonda_status status = sonda_allocator_read(allocator, &ours);

    if (status != SONDA_OK) {
        return status;
    }
    created = ours.allocate(sizeof *created, ours.user);
    if (created == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    memset(created, 0, sizeof *created);
    created->allocator = ours;
    created->sink = *sink;
    created->classes = options->classes;
    created->authorise = options->authorise;
    init_locks(created);
    created->own_token_known = system_own_token(&created->own_token);
    if (!system_own_path(created->own_path, sizeof created->own_path)) {
        created->own_path[0] = '\0';
    }
    *source = created;
    return allocate_rooms(created);
}

/* One of each thing, done by ourselves and looked for among the messages. */
static void run_canary(sonda_source *source)
{
    atomic_store(&source->mode, MODE_CANARY);
    clients_subscribe(source);
    system_act_canary();
    pthread_mutex_lock(&source->wake_lock);
    for (uint32_t i = 0; i < CANARY_STEPS && !capabilities_proven(source); i++) {
        system_wait(&source->wake, &source->wake_lock, CANARY_STEP_NS);
    }
    pthread_mutex_unlock(&source->wake_lock);
    clients_unsubscribe(source);
    atomic_store(&source->mode, MODE_OFF);
    quiesce(source);
}

static sonda_status read_arguments(const sonda_source_options *options,
                                   const sonda_sink *sink,
                                   sonda_source_options *ours,
                                   sonda_sink *target,
                                   sonda_error *error)
{
    sonda_status status = SONDA_ERR_INVALID_ARGUMENT;

    if (sink == NULL) {
        return set_error(error, status, "no sink to deliver to");
    }
    status = sonda_abi_read(sink, target, sizeof *target);
    if (status == SONDA_OK && options != NULL) {
        status = sonda_abi_read(options, ours, sizeof *ours);
    }
    if (status != SONDA_OK) {
        return set_error(error, status, "options or sink of another version");
    }
    if (target->deliver == NULL) {
        return set_error(error, SONDA_ERR_INVALID_ARGUMENT, "no sink to deliver to");
    }
    return SONDA_OK;
}

static sonda_status open_source(sonda_source **source,
                                const sonda_source_options *options,
                                const sonda_sink *sink,
                                const sonda_allocator *allocator,
                                sonda_error *error)
{
    sonda_source_options ours = SONDA_SOURCE_OPTIONS_INIT;
    sonda_sink target = {.struct_size = sizeof target};
    sonda_source *created = NULL;
    sonda_status status;

    if (source == NULL) {
        return set_error(error, SONDA_ERR_INVALID_ARGUMENT, "nowhere to put the source");
    }
    status = read_arguments(options, sink, &ours, &target, error);
    if (status == SONDA_OK) {
        status = create(&created, &ours, &target, allocator);
    }
    if (status == SONDA_OK) {
        status = clients_open(created, error);
    }
    if (status != SONDA_OK) {
        close_source(created);
        return status;
    }
    run_canary(created);
    clients_mute_self(created);
    *source = created;
    return SONDA_OK;
}

static sonda_status start(sonda_source *source, sonda_error *error)
{
    if (source->started || source->stopping) {
        return set_error(error, SONDA_ERR_BAD_STATE, "the source was started before");
    }
    source->started = true;
    atomic_store(&source->mode, MODE_ON);
    clients_subscribe(source);
    return SONDA_OK;
}

/* Until stop(), the sink's refusal, or the end of the connection. */
static bool goes_on(const sonda_source *source)
{
    return !source->stopping && !atomic_load(&source->sink_closed) &&
           !atomic_load(&source->broken);
}

/* Answers and tells; how long nothing has to be done. */
static uint64_t keep_house(sonda_source *source, uint64_t *told_ns)
{
    struct moment now;
    uint64_t next_ns;
    uint64_t look_ns;

    /* Who comes meanwhile wakes us, whatever his moment. */
    atomic_store(&source->looks_ns, UINT64_MAX);
    system_moment(&now);
    next_ns = answer_late(source, now.continuous_ns);
    if (now.continuous_ns - *told_ns >= HOUSEKEEPING_NS) {
        *told_ns = now.continuous_ns;
        tell_losses(source, false);
    }
    look_ns = now.continuous_ns + HOUSEKEEPING_NS;
    if (next_ns != 0 && next_ns < look_ns) {
        look_ns = next_ns;
    }
    atomic_store(&source->looks_ns, look_ns);
    return look_ns > now.continuous_ns ? look_ns - now.continuous_ns : 1;
}

static sonda_status run(sonda_source *source)
{
    uint64_t told_ns = 0;

    pthread_mutex_lock(&source->wake_lock);
    while (goes_on(source)) {
        uint64_t wait_ns;

        source->look_again = false;
        pthread_mutex_unlock(&source->wake_lock);
        wait_ns = keep_house(source, &told_ns);
        pthread_mutex_lock(&source->wake_lock);
        if (goes_on(source) && !source->look_again) {
            system_wait(&source->wake, &source->wake_lock, wait_ns);
        }
    }
    pthread_mutex_unlock(&source->wake_lock);
    return atomic_load(&source->broken) ? SONDA_ERR_IO : SONDA_ERR_CANCELLED;
}

static sonda_status poll(sonda_source *source, uint32_t timeout_ms)
{
    (void)source;
    (void)timeout_ms;
    return SONDA_ERR_UNSUPPORTED;
}

static sonda_status
respond(sonda_source *source, uint64_t ticket, sonda_verdict verdict, uint32_t cache_ms)
{
    if (source->authorise == 0) {
        return SONDA_ERR_UNSUPPORTED;
    }
    return answer_ticket(source, ticket, verdict, cache_ms);
}

static void stats(const sonda_source *source, sonda_source_stats *stats_out)
{
    sonda_source_stats counted = {.struct_size = sizeof counted};

    count_stats(source, &counted);
    (void)sonda_abi_write(&counted, sizeof counted, stats_out);
}

static sonda_status forget_verdicts(sonda_source *source)
{
    sonda_status status = SONDA_ERR_BAD_STATE;

    pthread_rwlock_rdlock(&source->answers);
    if (source->clients[CLIENT_AUTHORISE].es == NULL ||
        es_clear_cache(source->clients[CLIENT_AUTHORISE].es) == ES_CLEAR_CACHE_RESULT_SUCCESS) {
        status = SONDA_OK;
    }
    pthread_rwlock_unlock(&source->answers);
    return status;
}

const sonda_source_ops *sonda_mac_source(void)
{
    static const sonda_source_ops ops = {
        .struct_size = sizeof ops,
        .describe = describe,
        .open = open_source,
        .capabilities = capabilities,
        .start = start,
        .poll = poll,
        .run = run,
        .respond = respond,
        .stats = stats,
        .stop = stop,
        .close = close_source,
        .forget_verdicts = forget_verdicts,
    };

    return &ops;
}
