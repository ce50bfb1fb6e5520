/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Loading and attaching, each hook for itself.
 *
 * A kernel that refuses one program makes libbpf refuse the whole object. Then
 * we try each program alone, to find out which ones go, and load those. Links
 * are kept and destroyed by us: one that is forgotten goes on costing time in
 * the kernel until the process ends.
 *
 * Platform (linux).
 */

#include "platform/linux/programs.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/membarrier.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "platform/linux/calls.h"
#include "platform/linux/source.h"
#include "sonda.skel.h"

/*
 * Bytes of the rings. At 1,000 process starts a second, with some 1.5 KB each
 * for fork, exec and exit, 4 MiB hold what comes in well over two seconds.
 */
#define RING_DEFAULT (4u * 1024u * 1024u)
#define ACTIVITY_RING_MIN (64u * 1024u)
/* A record with 1 MiB of arguments must find room. */
#define PROCESS_RING_MIN (2u * 1024u * 1024u)
#define RING_MAX (1u << 30)

struct hook_row {
    const char *name;      /* the kernel's */
    const char *program;   /* ours */
    const char *program_2; /* tried when the first does not attach, or NULL */
    uint64_t classes;      /* SONDA_SOURCE_CLASS_… it serves; 0: none in particular */
};

#define BIT(class_index) ((uint64_t)1 << (class_index))
#define CALL_CLASSES                                                                 \
    (BIT(SONDA_SOURCE_CLASS_FILE_OPEN) | BIT(SONDA_SOURCE_CLASS_FILE_RENAME) |       \
     BIT(SONDA_SOURCE_CLASS_FILE_DELETE) | BIT(SONDA_SOURCE_CLASS_FILE_ATTRIBUTES) | \
     BIT(SONDA_SOURCE_CLASS_NETWORK))

static const struct hook_row rows[HOOK_COUNT] = {
    [HOOK_EXEC] = {"sched_process_exec", "on_exec", NULL, BIT(SONDA_SOURCE_CLASS_PROCESS_EXEC)},
    [HOOK_FORK] = {"sched_process_fork", "on_fork", NULL, BIT(SONDA_SOURCE_CLASS_PROCESS_FORK)},
    [HOOK_EXIT] = {"sched_process_exit", "on_exit_of_group", "on_exit_of_thread",
                   BIT(SONDA_SOURCE_CLASS_PROCESS_EXIT)},
    [HOOK_CALLS] = {"sys_exit", "on_call", NULL, CALL_CLASSES},
    [HOOK_SOCKETS] = {"inet_sock_set_state", "on_socket_state", NULL,
                      BIT(SONDA_SOURCE_CLASS_NETWORK)},
    [HOOK_SNAPSHOT] = {"iter/task", "on_task", NULL, 0},
};

const char *hook_name(enum hook_id hook)
{
    return rows[hook].name;
}

static bool hook_is_wanted(enum hook_id hook, uint64_t classes)
{
    return classes == 0 || rows[hook].classes == 0 || (rows[hook].classes & classes) != 0;
}

static int print_nothing(enum libbpf_print_level level, const char *format, va_list arguments)
{
    (void)level;
    (void)format;
    (void)arguments;
    return 0;
}

static uint32_t ring_size(uint64_t asked, uint32_t smallest)
{
    uint32_t size = smallest;

    if (asked == 0) {
        return RING_DEFAULT;
    }
    while (size < asked && size < RING_MAX) {
        size *= 2;
    }
    return size;
}

/* Opens the object with sizes and tables in place, not loaded yet. */
static struct sonda_bpf *open_object(const struct programs *programs, uint64_t classes)
{
    struct sonda_bpf *skeleton = sonda_bpf__open();

    if (skeleton == NULL) {
        return NULL;
    }
    calls_fill(skeleton->rodata->calls, skeleton->rodata->calls_compat, classes);
    bpf_map__set_max_entries(skeleton->maps.process_ring, programs->process_ring_size);
    bpf_map__set_max_entries(skeleton->maps.activity_ring, programs->activity_ring_size);
    return skeleton;
}

static void load_none(struct sonda_bpf *skeleton)
{
    struct bpf_program *program;

    bpf_object__for_each_program(program, skeleton->obj)
    {
        bpf_program__set_autoload(program, false);
    }
}

/* Whether the kernel takes this program by itself: 0, or an errno. */
static int try_program(const struct programs *programs, const char *name)
{
    struct sonda_bpf *skeleton = open_object(programs, 0);
    int result = ENOMEM;

    if (skeleton != NULL) {
        load_none(skeleton);
        bpf_program__set_autoload(bpf_object__find_program_by_name(skeleton->obj, name), true);
        result = -sonda_bpf__load(skeleton);
    }
    sonda_bpf__destroy(skeleton);
    return result;
}

/* Marks in `skeleton` the programs that go; how many do not. */
static unsigned choose_programs(struct programs *programs, struct sonda_bpf *skeleton)
{
    unsigned refused = 0;

    for (unsigned hook = 0; hook < HOOK_COUNT; hook++) {
        const char *names[2] = {rows[hook].program, rows[hook].program_2};

        for (unsigned i = 0; i < 2 && names[i] != NULL; i++) {
            int failure = try_program(programs, names[i]);

            if (failure != 0) {
                struct bpf_program *program =
                    bpf_object__find_program_by_name(skeleton->obj, names[i]);

                bpf_program__set_autoload(program, false);
                snprintf(programs->hooks[hook].failure, sizeof programs->hooks[hook].failure,
                         "the kernel does not load it: %s", strerror(failure));
                refused++;
            }
        }
    }
    return refused;
}

static int load_quietly(struct programs *programs, uint64_t classes)
{
    int failure;

    programs->skeleton = open_object(programs, classes);
    if (programs->skeleton == NULL) {
        return errno != 0 ? errno : ENOMEM;
    }
    failure = -sonda_bpf__load(programs->skeleton);
    if (failure == 0 || failure == EPERM || failure == ENOMEM) {
        return failure;
    }
    sonda_bpf__destroy(programs->skeleton);
    programs->skeleton = open_object(programs, classes);
    if (programs->skeleton == NULL ||
        choose_programs(programs, programs->skeleton) == HOOK_COUNT + 1) {
        return failure;
    }
    return -sonda_bpf__load(programs->skeleton);
}

sonda_status programs_load(struct programs *programs,
                           uint64_t classes,
                           uint64_t process_ring_size,
                           uint64_t activity_ring_size,
                           sonda_error *error)
{
    libbpf_print_fn_t printed_before = libbpf_set_print(print_nothing);
    int failure;

    programs->process_ring_size = ring_size(process_ring_size, PROCESS_RING_MIN);
    programs->activity_ring_size = ring_size(activity_ring_size, ACTIVITY_RING_MIN);
    failure = load_quietly(programs, classes);
    libbpf_set_print(printed_before);
    if (failure == 0) {
        return SONDA_OK;
    }
    if (failure == ENOMEM) {
        return set_error(error, SONDA_ERR_NO_MEMORY, "no memory for the BPF programs");
    }
    return set_error(error, failure == EPERM ? SONDA_ERR_PERMISSION : SONDA_ERR_UNSUPPORTED,
                     "the kernel does not load the BPF programs: %s; remedy: %s",
                     strerror(failure),
                     failure == EPERM ? "run as root outside of a container"
                                      : "a kernel of 5.8 or later with BTF");
}

static void attach_by_name(struct programs *programs, enum hook_id id, const char *name)
{
    struct hook *hook = &programs->hooks[id];
    struct bpf_program *program =
        bpf_object__find_program_by_name(programs->skeleton->obj, name);

    if (program == NULL || bpf_program__fd(program) < 0) {
        return;
    }
    hook->program = program;
    hook->link = id == HOOK_SNAPSHOT
                     ? bpf_program__attach_iter(program, NULL)
                     : bpf_program__attach_raw_tracepoint(program, rows[id].name);
    if (hook->link == NULL) {
        snprintf(hook->failure, sizeof hook->failure, "the kernel does not attach it: %s",
                 strerror(errno));
    } else {
        hook->failure[0] = '\0';
    }
}

void programs_attach(struct programs *programs, uint64_t classes)
{
    libbpf_print_fn_t printed_before = libbpf_set_print(print_nothing);

    for (unsigned id = 0; id < HOOK_COUNT; id++) {
        if (!hook_is_wanted(id, classes)) {
            snprintf(programs->hooks[id].failure, sizeof programs->hooks[id].failure,
                     "not asked for");
            continue;
        }
        attach_by_name(programs, id, rows[id].program);
        if (programs->hooks[id].link == NULL && rows[id].program_2 != NULL) {
            attach_by_name(programs, id, rows[id].program_2);
        }
    }
    programs->skeleton->bss->socket_states = programs->hooks[HOOK_SOCKETS].link != NULL;
    libbpf_set_print(printed_before);
}

void programs_detach(struct programs *programs)
{
    for (unsigned id = 0; id < HOOK_COUNT; id++) {
        bpf_link__destroy(programs->hooks[id].link);
        programs->hooks[id].link = NULL;
    }
    /*
     * Programs run where the kernel cannot be preempted, so once each CPU has
     * been scheduled, none that saw the old state runs any more: that is what
     * this barrier waits for. Where it is not to be had we wait by the clock.
     */
    if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) != 0) {
        struct timespec a_while = {0, 20000000};

        nanosleep(&a_while, NULL);
    }
}

void programs_close(struct programs *programs)
{
    for (unsigned id = 0; id < HOOK_COUNT; id++) {
        bpf_link__destroy(programs->hooks[id].link);
        programs->hooks[id].link = NULL;
    }
    sonda_bpf__destroy(programs->skeleton);
    programs->skeleton = NULL;
}

void programs_set_mode(struct programs *programs, uint32_t mode)
{
    __atomic_store_n(&programs->skeleton->bss->mode, mode, __ATOMIC_SEQ_CST);
}

int programs_open_snapshot(struct programs *programs)
{
    struct bpf_link *link = programs->hooks[HOOK_SNAPSHOT].link;

    return link != NULL ? bpf_iter_create(bpf_link__fd(link)) : -1;
}

bool programs_learn_self(struct programs *programs)
{
    int fd = programs_open_snapshot(programs);
    char some[4096];
    bool seen = false;

    programs->skeleton->bss->self_pid = (uint32_t)getpid();
    if (fd >= 0) {
        /* One read runs the program, which writes down who reads. */
        seen = read(fd, some, sizeof some) > 0;
        close(fd);
    }
    return seen;
}

int programs_process_ring(const struct programs *programs)
{
    return bpf_map__fd(programs->skeleton->maps.process_ring);
}

int programs_activity_ring(const struct programs *programs)
{
    return bpf_map__fd(programs->skeleton->maps.activity_ring);
}

/* More CPUs than any kernel is built for; the kernel copies one value each. */
#define CPUS_MAX 8192

void programs_counters(const struct programs *programs,
                       uint32_t class_index,
                       struct counters *sum)
{
    int cpus = libbpf_num_possible_cpus();
    int fd = bpf_map__fd(programs->skeleton->maps.class_counters);
    struct counters *each;

    memset(sum, 0, sizeof *sum);
    if (cpus <= 0 || cpus > CPUS_MAX) {
        return;
    }
    each = calloc((size_t)cpus, sizeof *each);
    if (each != NULL && bpf_map_lookup_elem(fd, &class_index, each) == 0) {
        for (int i = 0; i < cpus; i++) {
            sum->produced += each[i].produced;
            sum->lost += each[i].lost;
            sum->filtered += each[i].filtered;
        }
    }
    free(each);
}

void programs_reset_counters(struct programs *programs)
{
    int cpus = libbpf_num_possible_cpus();
    int fd = bpf_map__fd(programs->skeleton->maps.class_counters);
    struct counters *zeroes;

    if (cpus <= 0 || cpus > CPUS_MAX) {
        return;
    }
    zeroes = calloc((size_t)cpus, sizeof *zeroes);
    for (uint32_t i = 0; zeroes != NULL && i < SONDA_SOURCE_CLASS_COUNT; i++) {
        bpf_map_update_elem(fd, &i, zeroes, BPF_ANY);
    }
    free(zeroes);
}

uint64_t programs_missed(const struct programs *programs, enum hook_id hook)
{
    struct bpf_prog_info info;
    uint32_t len = sizeof info;

    memset(&info, 0, sizeof info);
    if (programs->hooks[hook].program == NULL ||
        bpf_obj_get_info_by_fd(bpf_program__fd(programs->hooks[hook].program), &info, &len) !=
            0) {
        return 0;
    }
    return info.recursion_misses;
}
