/* SPDX-License-Identifier: Apache-2.0 */

/*
 * All of SigmaHQ in an engine: memory that is resident with a worker and a
 * tracker, and what a reload under load costs an event.
 *
 * Memory is measured in a process of its own, which this program starts again
 * for it, so that nothing of the compiler is in it. VmRSS counts every page
 * that was touched, the program's code and the mapped pack included.
 *
 * A stall is what an event takes longer than the same event without reloads.
 * Events during which the kernel gave the processor to another process are
 * counted apart: on a busy machine they say nothing about reloading.
 *
 * Benchmarks only.
 */

#define _GNU_SOURCE

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/recording_data.h"
#include "bench/rule_data.h"
#include "sonda/sonda.h"

#define RELOADS 100
#define PASSES 2
#define STALL_NS 1000000u

static const char archive[] = "metasploit_logonpasswords_lsass_memory_dump.zip";
static const char recording[] = "metasploit_logonpasswords_lsass_memory_dump.json";

/* Lines of the recording as records. */
typedef struct record_list {
    uint8_t *bytes;
    size_t *ends;
    size_t count;
} record_list;

static bool list_records(record_list *list, const char *lines, size_t len)
{
    size_t used = 0;
    const char *end = lines + len;

    list->bytes = malloc(len * 2 + SONDA_RECORD_HEADER_SIZE);
    list->ends = malloc((len / 64 + 1) * sizeof *list->ends);
    if (list->bytes == NULL || list->ends == NULL) {
        return false;
    }
    for (const char *p = lines; p < end;) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        sonda_record_header header = {0};
        size_t line = (size_t)((stop == NULL ? end : stop) - p);

        header.size = (uint32_t)(SONDA_RECORD_HEADER_SIZE + line);
        header.source = SONDA_SOURCE_JSON;
        header.seq = list->count + 1;
        (void)sonda_record_header_write(&header, list->bytes + used);
        memcpy(list->bytes + used + SONDA_RECORD_HEADER_SIZE, p, line);
        used += header.size;
        list->ends[list->count++] = used;
        p += line + 1;
    }
    return true;
}

static const uint8_t *record_at(const record_list *list, size_t i, size_t *len)
{
    size_t from = i == 0 ? 0 : list->ends[i - 1];

    *len = list->ends[i] - from;
    return list->bytes + from;
}

/* An engine with the pack in force, a tracker and a worker. */
typedef struct sensor {
    sonda_engine *engine;
    sonda_tracker *tracker;
    sonda_worker *worker;
} sensor;

static sonda_content *load(const uint8_t *pack, size_t len)
{
    sonda_content_options options = SONDA_CONTENT_OPTIONS_INIT;
    sonda_content *content = NULL;

    options.require_signature = 0;
    options.borrow = 1;
    return sonda_content_load(&content, pack, len, &options, NULL, NULL) == SONDA_OK ? content
                                                                                     : NULL;
}

static bool publish(const sensor *of, const uint8_t *pack, size_t len)
{
    sonda_content *content = load(pack, len);
    bool done = content != NULL && sonda_engine_publish(of->engine, content) == SONDA_OK;

    sonda_content_release(content);
    return done;
}

static bool open_sensor(sensor *opened, const uint8_t *pack, size_t len)
{
    return sonda_engine_open(&opened->engine, NULL, NULL) == SONDA_OK &&
           publish(opened, pack, len) &&
           sonda_tracker_open(&opened->tracker, NULL, NULL) == SONDA_OK &&
           sonda_worker_open(&opened->worker, opened->engine, opened->tracker, NULL, NULL) ==
               SONDA_OK;
}

static void close_sensor(sensor *opened)
{
    sonda_worker_close(opened->worker);
    sonda_tracker_close(opened->tracker);
    sonda_engine_close(opened->engine);
}

/* Memory. */

static unsigned long resident_kb(void)
{
    FILE *file = fopen("/proc/self/status", "r");
    char line[128];
    unsigned long kb = 0;

    while (file != NULL && kb == 0 && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "VmRSS:", 6) == 0) {
            kb = strtoul(line + 6, NULL, 10);
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return kb;
}

static const uint8_t *map_file(const char *path, size_t *len)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat info = {0};
    void *mapped = MAP_FAILED;

    if (file >= 0 && fstat(file, &info) == 0) {
        mapped = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    }
    if (file >= 0) {
        close(file);
    }
    *len = (size_t)info.st_size;
    return mapped == MAP_FAILED ? NULL : mapped;
}

/* One line at a time, so that the recording is not resident itself. */
static size_t process_file(const sensor *with, const char *path)
{
    static uint8_t record[SONDA_RECORD_HEADER_SIZE + 262144];
    FILE *file = fopen(path, "r");
    char *line = (char *)record + SONDA_RECORD_HEADER_SIZE;
    size_t count = 0;

    while (file != NULL && fgets(line, 262144, file) != NULL) {
        sonda_record_header header = {0};

        header.size = (uint32_t)(SONDA_RECORD_HEADER_SIZE + strlen(line));
        header.source = SONDA_SOURCE_JSON;
        (void)sonda_record_header_write(&header, record);
        (void)sonda_worker_process(with->worker, record, header.size, 0);
        count++;
    }
    if (file != NULL) {
        fclose(file);
    }
    return count;
}

/* In the second process: what is resident at the start, opened, and at the end. */
static int measure_memory(const char *pack_path, const char *recording_path)
{
    sensor measured = {NULL, NULL, NULL};
    unsigned long before = resident_kb();
    unsigned long opened;
    size_t len;
    size_t events;
    const uint8_t *pack = map_file(pack_path, &len);

    if (pack == NULL || !open_sensor(&measured, pack, len)) {
        return 1;
    }
    opened = resident_kb();
    events = process_file(&measured, recording_path);
    printf("resident: %.1f MB; %.1f MB with engine, pack, worker and tracker; "
           "%.1f MB after %zu events\n",
           (double)before / 1024, (double)opened / 1024, (double)resident_kb() / 1024, events);
    close_sensor(&measured);
    return 0;
}

static void start_memory(const char *self, const uint8_t *pack, size_t len)
{
    static const char pack_path[] = SONDA_BINARY_DIR "/bench/data/sigma.pack";
    static const char recording_path[] =
        SONDA_BINARY_DIR "/bench/data/metasploit_logonpasswords_lsass_memory_dump.json";
    FILE *file = fopen(pack_path, "wb");
    bool written = file != NULL && fwrite(pack, 1, len, file) == len;
    pid_t child;

    if (file != NULL) {
        written = fclose(file) == 0 && written;
    }
    fflush(stdout);
    child = written ? fork() : -1;
    if (child == 0) {
        execl(self, self, pack_path, recording_path, (char *)NULL);
        _exit(1);
    }
    if (child < 0 || waitpid(child, NULL, 0) != child) {
        printf("memory could not be measured\n");
    }
}

/* Reloads under load. */

typedef struct load_run {
    sensor with;
    const record_list *records;
    uint32_t *usual; /* ns of each record without reloads: the least */
    atomic_bool stop;
    uint64_t processed;
    uint64_t fed;
    uint64_t worst_ns; /* what an event took longer than usual */
    uint64_t stalls;   /* of more than STALL_NS */
    uint64_t preempted;
    uint64_t worst_preempted_ns;
    bool learning;
} load_run;

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static long preemptions(void)
{
    struct rusage usage;

    return getrusage(RUSAGE_THREAD, &usage) == 0 ? usage.ru_nivcsw : 0;
}

static void judge(load_run *run, size_t i, uint64_t took, bool preempted)
{
    uint64_t longer = took > run->usual[i] ? took - run->usual[i] : 0;

    if (run->learning) {
        run->usual[i] = took < run->usual[i] ? (uint32_t)took : run->usual[i];
        return;
    }
    if (preempted) {
        run->preempted++;
        run->worst_preempted_ns =
            longer > run->worst_preempted_ns ? longer : run->worst_preempted_ns;
        return;
    }
    run->worst_ns = longer > run->worst_ns ? longer : run->worst_ns;
    run->stalls += longer > STALL_NS;
}

static void process_once(load_run *run)
{
    long before = preemptions();

    for (size_t i = 0; i < run->records->count; i++) {
        size_t len;
        const uint8_t *record = record_at(run->records, i, &len);
        uint64_t from = now_ns();
        sonda_status status = sonda_worker_process(run->with.worker, record, len, 0);
        uint64_t took = now_ns() - from;
        long after = preemptions();

        run->fed++;
        run->processed += status == SONDA_OK;
        judge(run, i, took, after != before);
        before = after;
    }
}

static void *process_on(void *argument)
{
    load_run *run = argument;

    while (!atomic_load(&run->stop)) {
        process_once(run);
    }
    return NULL;
}

static void print_run(const char *name, const load_run *run, uint64_t reloads)
{
    sonda_stats stats = SONDA_STATS_INIT;

    (void)sonda_worker_stats(run->with.worker, &stats);
    printf("%s: %llu of %llu events processed, %llu reloads, %llu seen; worst %.3f ms longer "
           "than usual, %llu over 1 ms\n",
           name, (unsigned long long)run->processed, (unsigned long long)run->fed,
           (unsigned long long)reloads, (unsigned long long)stats.content_switches,
           (double)run->worst_ns * 1e-6, (unsigned long long)run->stalls);
    printf("    (%llu events lost the processor to others, the worst for %.1f ms)\n",
           (unsigned long long)run->preempted, (double)run->worst_preempted_ns * 1e-6);
}

static void begin(load_run *run)
{
    run->processed = run->fed = run->worst_ns = run->stalls = 0;
    run->preempted = run->worst_preempted_ns = 0;
}

static void measure_reloads(load_run *run, const uint8_t *pack, size_t len)
{
    pthread_t thread;
    uint64_t reloads = 0;

    memset(run->usual, 0xff, run->records->count * sizeof *run->usual);
    run->learning = true;
    for (int i = 0; i < PASSES; i++) {
        process_once(run);
    }
    run->learning = false;
    begin(run);
    for (int i = 0; i < PASSES; i++) {
        process_once(run);
    }
    print_run("no reload", run, 0);
    begin(run);
    if (pthread_create(&thread, NULL, process_on, run) != 0) {
        return;
    }
    for (; reloads < RELOADS && publish(&run->with, pack, len); reloads++) {
        (void)sonda_engine_collect(run->with.engine);
    }
    atomic_store(&run->stop, true);
    pthread_join(thread, NULL);
    print_run("reloading", run, reloads);
}

int main(int argc, char **argv)
{
    static load_run run;
    record_list records = {NULL, NULL, 0};
    size_t len = 0;
    size_t lines_len = 0;
    uint8_t *pack;
    char *lines;

    if (argc == 3) {
        return measure_memory(argv[1], argv[2]);
    }
    pack = rule_data_compile(1, &len);
    lines = pack == NULL ? NULL : recording_data_load(archive, recording, &lines_len);
    if (lines == NULL) {
        free(pack);
        return 0;
    }
    sonda_content_release(rule_data_open(pack, len));
    start_memory(argv[0], pack, len);
    run.records = &records;
    if (list_records(&records, lines, lines_len)) {
        run.usual = malloc(records.count * sizeof *run.usual);
        if (run.usual != NULL && open_sensor(&run.with, pack, len)) {
            measure_reloads(&run, pack, len);
        }
    }
    close_sensor(&run.with);
    free(run.usual);
    free(records.ends);
    free(records.bytes);
    free(lines);
    free(pack);
    return 0;
}
