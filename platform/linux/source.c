/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The seam's table for Linux: open, start, poll, stop, close.
 *
 * Programs are attached from open() on, because the canary needs them, and a
 * switch in the kernel keeps them silent until start(). poll() waits a little
 * after the first record before it reads: a wake-up costs more than a record,
 * so under load there are at most a hundred a second, and none when idle.
 *
 * Platform (linux).
 */

#include "platform/linux/source.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "sonda/abi.h"

/* Records are gathered for this long after the first. */
#define GATHER_MS 10u
/* Records that one poll() delivers at most, so that its caller gets a turn. */
#define POLL_RECORDS_MAX 8192u
/* Losses are looked for this often. */
#define HEALTH_CHECK_NS 1000000000u

static void describe(sonda_source_description *description)
{
    static const sonda_source_description ours = {
        .struct_size = sizeof ours,
        .drive = SONDA_SOURCE_POLLS,
        .name = "linux-bpf",
        .version = SONDA_VERSION_STRING,
    };

    (void)sonda_abi_write(&ours, sizeof ours, description);
}

static sonda_status check_requirements(sonda_error *error)
{
    for (unsigned i = 0; i < REQUIREMENT_COUNT; i++) {
        struct requirement requirement;

        check_requirement(i, &requirement);
        if (requirement.status != SONDA_OK) {
            return set_error(error, requirement.status, "%s; remedy: %s", requirement.detail,
                             requirement.remedy);
        }
    }
    return SONDA_OK;
}

static void close_source(sonda_source *source)
{
    sonda_allocator allocator;

    if (source == NULL) {
        return;
    }
    ring_close(&source->process_ring);
    ring_close(&source->activity_ring);
    programs_close(&source->programs);
    if (source->wake_fd >= 0) {
        close(source->wake_fd);
    }
    pthread_mutex_destroy(&source->lock);
    allocator = source->allocator;
    if (source->record != NULL) {
        allocator.release(source->record, allocator.user);
    }
    allocator.release(source, allocator.user);
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
    created->snapshot = options->snapshot != 0;
    pthread_mutex_init(&created->lock, NULL);
    created->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    created->record = ours.allocate(RECORD_ROOM, ours.user);
    *source = created;
    return created->record != NULL && created->wake_fd >= 0 ? SONDA_OK : SONDA_ERR_NO_MEMORY;
}

static sonda_status open_rings(sonda_source *source, sonda_error *error)
{
    int failure = ring_open(&source->process_ring, programs_process_ring(&source->programs),
                            source->programs.process_ring_size);

    if (failure == 0) {
        failure = ring_open(&source->activity_ring, programs_activity_ring(&source->programs),
                            source->programs.activity_ring_size);
    }
    if (failure != 0) {
        return set_error(error, SONDA_ERR_UNSUPPORTED, "the ring buffers cannot be mapped: %s",
                         strerror(failure));
    }
    return SONDA_OK;
}

/* No process hook, no sensor: the rest would have no actors. */
static sonda_status check_hooks(const sonda_source *source, sonda_error *error)
{
    for (unsigned hook = 0; hook < HOOK_COUNT; hook++) {
        if (hook != HOOK_SNAPSHOT && source->programs.hooks[hook].link != NULL) {
            return SONDA_OK;
        }
    }
    return set_error(error, SONDA_ERR_UNSUPPORTED, "no hook attaches (%s: %s); remedy: %s",
                     hook_name(HOOK_EXEC), source->programs.hooks[HOOK_EXEC].failure,
                     "a kernel with CONFIG_BPF_EVENTS and CONFIG_FTRACE");
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

    if (source == NULL || sink == NULL) {
        return set_error(error, SONDA_ERR_INVALID_ARGUMENT, "no sink to deliver to");
    }
    status = sonda_abi_read(sink, &target, sizeof target);
    if (status == SONDA_OK && options != NULL) {
        status = sonda_abi_read(options, &ours, sizeof ours);
    }
    if (status != SONDA_OK) {
        return set_error(error, status, "options or sink of another version");
    }
    if (target.deliver == NULL) {
        return set_error(error, SONDA_ERR_INVALID_ARGUMENT, "no sink to deliver to");
    }
    status = check_requirements(error);
    if (status == SONDA_OK) {
        status = create(&created, &ours, &target, allocator);
    }
    if (status == SONDA_OK) {
        status = programs_load(&created->programs, ours.classes, ours.process_buffer_bytes,
                               ours.buffer_bytes, error);
    }
    if (status == SONDA_OK) {
        status = open_rings(created, error);
    }
    if (status == SONDA_OK) {
        programs_attach(&created->programs, ours.classes);
        created->snapshot_seen = programs_learn_self(&created->programs);
        status = check_hooks(created, error);
    }
    if (status != SONDA_OK) {
        close_source(created);
        return status;
    }
    run_canary(created);
    *source = created;
    return SONDA_OK;
}

static sonda_status start(sonda_source *source, sonda_error *error)
{
    pthread_mutex_lock(&source->lock);
    if (source->started || atomic_load(&source->stopping)) {
        pthread_mutex_unlock(&source->lock);
        return set_error(error, SONDA_ERR_BAD_STATE, "the source was started before");
    }
    source->started = true;
    /* Live records first go to the ring, so that nothing falls between. */
    programs_set_mode(&source->programs, MODE_ON);
    if (source->snapshot) {
        deliver_snapshot(source);
    }
    pthread_mutex_unlock(&source->lock);
    return SONDA_OK;
}

/* Waits for a record or for stop(); true when something is to be read. */
static bool wait_for_records(sonda_source *source, uint32_t timeout_ms)
{
    struct pollfd waited[3] = {{source->wake_fd, POLLIN, 0},
                               {source->process_ring.fd, POLLIN, 0},
                               {source->activity_ring.fd, POLLIN, 0}};

    if (poll(waited, 3, (int)(timeout_ms < INT32_MAX ? timeout_ms : INT32_MAX)) <= 0) {
        return false;
    }
    if (timeout_ms >= GATHER_MS && waited[0].revents == 0) {
        poll(waited, 1, GATHER_MS);
    }
    return true;
}

static void check_health(sonda_source *source)
{
    uint64_t now_ns = clock_ns(CLOCK_BOOTTIME);

    if (now_ns - source->health_checked_ns >= HEALTH_CHECK_NS) {
        source->health_checked_ns = now_ns;
        tell_losses(source);
    }
}

static sonda_status poll_source(sonda_source *source, uint32_t timeout_ms)
{
    wait_for_records(source, timeout_ms);
    pthread_mutex_lock(&source->lock);
    if (atomic_load(&source->stopping) || !source->started) {
        pthread_mutex_unlock(&source->lock);
        return SONDA_ERR_CANCELLED;
    }
    drain_rings(source, POLL_RECORDS_MAX, deliver_payload);
    check_health(source);
    pthread_mutex_unlock(&source->lock);
    return SONDA_OK;
}

static sonda_status run(sonda_source *source)
{
    (void)source;
    return SONDA_ERR_UNSUPPORTED;
}

static sonda_status
respond(sonda_source *source, uint64_t ticket, sonda_verdict verdict, uint32_t cache_ms)
{
    (void)source;
    (void)ticket;
    (void)verdict;
    (void)cache_ms;
    return SONDA_ERR_UNSUPPORTED;
}

static void stats(const sonda_source *source, sonda_source_stats *stats_out)
{
    sonda_source_stats counted = {.struct_size = sizeof counted};

    count_stats(source, &counted);
    (void)sonda_abi_write(&counted, sizeof counted, stats_out);
}

static void stop(sonda_source *source)
{
    uint64_t one = 1;

    if (source == NULL) {
        return;
    }
    atomic_store(&source->stopping, true);
    if (write(source->wake_fd, &one, sizeof one) < 0) {
        /* Full: it is readable already. */
    }
    pthread_mutex_lock(&source->lock);
    if (source->started) {
        programs_set_mode(&source->programs, MODE_OFF);
        programs_detach(&source->programs);
        drain_rings(source, SIZE_MAX, deliver_payload);
        tell_losses(source);
        source->started = false;
    }
    pthread_mutex_unlock(&source->lock);
}

static const uint8_t class_types[SONDA_SOURCE_CLASS_COUNT] = {
    [SONDA_SOURCE_CLASS_PROCESS_EXEC] = SONDA_LINUX_EXEC,
    [SONDA_SOURCE_CLASS_PROCESS_FORK] = SONDA_LINUX_FORK,
    [SONDA_SOURCE_CLASS_PROCESS_EXIT] = SONDA_LINUX_EXIT,
    [SONDA_SOURCE_CLASS_FILE_OPEN] = SONDA_LINUX_OPEN,
    [SONDA_SOURCE_CLASS_FILE_RENAME] = SONDA_LINUX_RENAME,
    [SONDA_SOURCE_CLASS_FILE_DELETE] = SONDA_LINUX_DELETE,
    [SONDA_SOURCE_CLASS_FILE_ATTRIBUTES] = SONDA_LINUX_CHMOD,
    [SONDA_SOURCE_CLASS_NETWORK] = SONDA_LINUX_CONNECT,
};

static void fill_capability(const sonda_source *source,
                            uint32_t class_index,
                            sonda_source_capability *capability)
{
    uint32_t type = class_types[class_index];
    enum hook_id hook = type >= SONDA_LINUX_OPEN ? HOOK_CALLS : (enum hook_id)(type - 1);

    capability->mechanism = type == 0 ? "" : hook_name(hook);
    if (type == 0) {
        capability->remedy = "not observed by this version";
    } else if (source->classes != 0 && (source->classes >> class_index & 1u) == 0) {
        capability->remedy = "not asked for";
    } else if (source->proven[type]) {
        capability->level = SONDA_CAPABILITY_OBSERVE;
    } else if (source->programs.hooks[hook].failure[0] != '\0') {
        capability->remedy = source->programs.hooks[hook].failure;
    } else if (source->canary_failure[0] != '\0') {
        capability->remedy = source->canary_failure;
    } else {
        capability->remedy = "attached, but the canary was not seen";
    }
}

static void capabilities(const sonda_source *source, sonda_source_capabilities *out)
{
    sonda_source_capabilities proven = {.struct_size = sizeof proven};

    for (uint32_t i = 0; i < SONDA_SOURCE_CLASS_COUNT; i++) {
        proven.by_class[i].mechanism = "";
        proven.by_class[i].remedy = "";
        fill_capability(source, i, &proven.by_class[i]);
    }
    (void)sonda_abi_write(&proven, sizeof proven, out);
}

const sonda_source_ops *sonda_linux_source(void)
{
    static const sonda_source_ops ops = {
        .struct_size = sizeof ops,
        .describe = describe,
        .open = open_source,
        .capabilities = capabilities,
        .start = start,
        .poll = poll_source,
        .run = run,
        .respond = respond,
        .stats = stats,
        .stop = stop,
        .close = close_source,
    };

    return &ops;
}
