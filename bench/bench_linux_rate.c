/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The Linux adapter under process starts: what it loses, what it costs.
 *
 * A second process starts /bin/true at a fixed rate; this one runs the adapter
 * with a sink that only counts. Its CPU time is that of the adapter's user
 * side: what the BPF programs take is charged to the processes they watch.
 *
 *   bench_linux_rate [RATE SECONDS]...      default: 200 10 1000 30
 */

#define _GNU_SOURCE /* clock_nanosleep, getrusage */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sonda/linux/linux.h"
#include "start_programs.h"

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static uint64_t cpu_ns(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return ((uint64_t)usage.ru_utime.tv_sec + (uint64_t)usage.ru_stime.tv_sec) * 1000000000u +
           ((uint64_t)usage.ru_utime.tv_usec + (uint64_t)usage.ru_stime.tv_usec) * 1000u;
}

static sonda_status count_bytes(void *user, const void *record, size_t record_len)
{
    uint64_t *bytes = user;

    (void)record;
    *bytes += record_len;
    return SONDA_OK;
}

static void print_class(const sonda_source_stats *stats, uint32_t class_index, const char *name)
{
    const sonda_source_class_stats *of = &stats->by_class[class_index];

    printf("  %-8s produced %8llu delivered %8llu lost %llu filtered %llu\n", name,
           (unsigned long long)of->produced, (unsigned long long)of->delivered,
           (unsigned long long)of->lost, (unsigned long long)of->filtered);
}

static void watch(const sonda_source_ops *ops,
                  sonda_source *source,
                  unsigned rate,
                  unsigned seconds,
                  const uint64_t *bytes)
{
    uint64_t cpu = cpu_ns();
    uint64_t begin = now_ns();
    pid_t starter = fork();
    sonda_source_stats stats = SONDA_SOURCE_STATS_INIT;
    double elapsed;

    if (starter == 0) {
        start_programs(rate, seconds);
        _exit(0);
    }
    while (waitpid(starter, NULL, WNOHANG) == 0) {
        ops->poll(source, 100);
    }
    elapsed = (double)(now_ns() - begin) / 1e9;
    cpu = cpu_ns() - cpu;
    ops->stop(source);
    stats.struct_size = sizeof stats;
    ops->stats(source, &stats);
    printf(
        "%u starts/s asked for %u s: %.0f/s in %.1f s, %.1f MB, sensor CPU %.2f %% of a core\n",
        rate, seconds, (double)rate * seconds / elapsed, elapsed, (double)*bytes / 1e6,
        (double)cpu / 1e7 / elapsed);
    print_class(&stats, SONDA_SOURCE_CLASS_PROCESS_EXEC, "exec");
    print_class(&stats, SONDA_SOURCE_CLASS_PROCESS_FORK, "fork");
    print_class(&stats, SONDA_SOURCE_CLASS_PROCESS_EXIT, "exit");
    print_class(&stats, SONDA_SOURCE_CLASS_FILE_OPEN, "open");
}

static int run(unsigned rate, unsigned seconds)
{
    const sonda_source_ops *ops = sonda_linux_source();
    uint64_t bytes = 0;
    sonda_sink sink = {sizeof sink, 0, count_bytes, &bytes};
    sonda_error error = SONDA_ERROR_INIT;
    sonda_source *source = NULL;

    if (ops->open(&source, NULL, &sink, NULL, &error) != SONDA_OK ||
        ops->start(source, &error) != SONDA_OK) {
        printf("skipped: %s\n", error.message);
        return 0;
    }
    watch(ops, source, rate, seconds, &bytes);
    ops->close(source);
    return 0;
}

int main(int argc, char **argv)
{
    struct rusage usage;

    if (argc == 1) {
        run(200, 10);
        run(1000, 30);
    }
    for (int i = 1; i + 1 < argc; i += 2) {
        run((unsigned)strtoul(argv[i], NULL, 10), (unsigned)strtoul(argv[i + 1], NULL, 10));
    }
    getrusage(RUSAGE_SELF, &usage);
    printf("peak memory %.1f MB\n", (double)usage.ru_maxrss / 1024);
    return 0;
}
