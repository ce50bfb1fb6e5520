/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One capture of the adapter on the kernel this runs on, for test_adapter_live.
 *
 * Children do one of each thing, the source is stopped, and what came is kept
 * for the tests to look in. The file that includes this defines _GNU_SOURCE.
 */

#ifndef SONDA_TESTS_LIVE_CAPTURE_H
#define SONDA_TESTS_LIVE_CAPTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/event/event.h"
#include "core/normalise/linux_record.h"
#include "sonda/linux/linux.h"
#include "sonda/spi/linux_record.h"

#define RECORDS_MAX 200000u
#define LONG_ARGUMENT 120000u
#define LONG_ARGUMENTS 9u

struct record {
    uint8_t *bytes;
    size_t len;
};

static struct {
    char unavailable[300]; /* empty, or why nothing was captured */
    char folder[64];
    struct record *records;
    size_t count;
    sonda_event *event;
    sonda_source_stats stats;
    sonda_source_capabilities capabilities;
    pid_t worker;    /* did the file and socket calls */
    char root[4096]; /* what a changed root hides of every path */
    pid_t program;   /* became the copy of true */
    pid_t long_program;
    pid_t deleted_program; /* ran from a memfd */
    pid_t compat_worker;   /* unlinked a file by a 32-bit call */
    uint16_t port;
    uint16_t closed_port;
} capture;

static sonda_status keep(void *user, const void *record, size_t record_len)
{
    struct record *kept = &capture.records[capture.count];

    (void)user;
    if (capture.count == RECORDS_MAX) {
        return SONDA_ERR_FULL;
    }
    kept->bytes = malloc(record_len);
    assert_non_null(kept->bytes);
    memcpy(kept->bytes, record, record_len);
    kept->len = record_len;
    capture.count++;
    return SONDA_OK;
}

static void path_in(char out[128], const char *name)
{
    snprintf(out, 128, "%s/%s", capture.folder, name);
}

static int listen_on_loopback(uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 4) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) != 0) {
        return -1;
    }
    *port = ntohs(address.sin_port);
    return fd;
}

static int connect_to(uint16_t port, int type)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, type, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return connect(fd, (struct sockaddr *)&address, sizeof address);
}

/* A connection that no call named connect makes: its first data opens it. */
static bool send_without_connect(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return sendto(fd, "x", 1, MSG_FASTOPEN, (struct sockaddr *)&address, sizeof address) == 1 ||
           errno == EOPNOTSUPP;
}

/* Each return value is a place where the worker gave up; 0: all done. */
static int work_on_files(void)
{
    int folder;
    int fd = open("created", O_CREAT | O_WRONLY, 0600);

    if (fd < 0 || chdir("..") != 0 || (folder = open(capture.folder, O_RDONLY)) < 0) {
        return 1;
    }
    if (fchmod(fd, 0640) != 0 || fchmodat(folder, "created", 04755, 0) != 0 ||
        fchown(fd, 12, 34) != 0) {
        return 2;
    }
    if (renameat(folder, "./sub/../created", AT_FDCWD, "/tmp/../tmp/sonda-live-renamed") != 0 ||
        unlink("/tmp/sonda-live-renamed") != 0) {
        return 3;
    }
    return chdir(capture.folder) != 0 || rmdir("sub") != 0 ? 4 : 0;
}

static int work_on_sockets(void)
{
    uint16_t port;
    int listener = listen_on_loopback(&port);

    if (listener < 0 || connect_to(port, SOCK_STREAM) != 0 ||
        accept(listener, NULL, NULL) < 0) {
        return 5;
    }
    if (connect_to(capture.closed_port, SOCK_STREAM) == 0 || errno != ECONNREFUSED) {
        return 6;
    }
    if (connect_to(4321, SOCK_DGRAM) != 0) {
        return 7;
    }
    if (!send_without_connect(port)) {
        return 10;
    }
    return write(3, &port, sizeof port) == (ssize_t)sizeof port ? 0 : 8;
}

static pid_t start_worker(int report)
{
    pid_t child = fork();

    if (child == 0) {
        int outcome;

        dup2(report, 3);
        outcome = chdir(capture.folder) != 0 ? 9 : work_on_files();
        _exit(outcome != 0 ? outcome : work_on_sockets());
    }
    return child;
}

static void assert_exits_with_zero(pid_t child)
{
    int status = -1;

    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void run_worker(void)
{
    int report[2];
    int closed = listen_on_loopback(&capture.closed_port);

    close(closed);
    assert_int_equal(pipe(report), 0);
    capture.worker = start_worker(report[1]);
    assert_exits_with_zero(capture.worker);
    assert_int_equal(read(report[0], &capture.port, sizeof capture.port), 2);
    close(report[0]);
    close(report[1]);
}

static void copy_true(const char *path)
{
    char command[300];

    snprintf(command, sizeof command, "cp /bin/true '%s'", path);
    assert_int_equal(system(command), 0);
}

static pid_t run_program(char *const *arguments)
{
    pid_t child = fork();

    if (child == 0) {
        char variable[] = "SONDA=1";
        char *environment[] = {variable, NULL};

        if (chdir(capture.folder) == 0) {
            execve(arguments[0], arguments, environment);
        }
        _exit(10);
    }
    assert_exits_with_zero(child);
    return child;
}

static void run_long_program(void)
{
    static char argument[LONG_ARGUMENT + 1];
    char program[] = "/bin/true";
    char *arguments[LONG_ARGUMENTS + 2] = {program};

    memset(argument, 'x', LONG_ARGUMENT);
    for (unsigned i = 1; i <= LONG_ARGUMENTS; i++) {
        arguments[i] = argument;
    }
    capture.long_program = run_program(arguments);
}

static void run_deleted_program(void)
{
    char buffer[4096];
    int memory = (int)syscall(SYS_memfd_create, "sonda-live", 0u);
    int program = open("/bin/true", O_RDONLY);
    ssize_t n;
    char path[64];
    char *arguments[] = {path, NULL};

    while ((n = read(program, buffer, sizeof buffer)) > 0) {
        assert_int_equal(write(memory, buffer, (size_t)n), n);
    }
    close(program);
    snprintf(path, sizeof path, "/proc/self/fd/%d", memory);
    capture.deleted_program = run_program(arguments);
    close(memory);
}

#if defined(__x86_64__)
/* A 32-bit call of a 64-bit program: 10 is unlink there, mprotect here. */
static int unlink_by_int_80(void)
{
    char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    long result;

    if (low == MAP_FAILED) {
        return 1;
    }
    strcpy(low, "by-int-80");
    close(open(low, O_CREAT | O_WRONLY, 0600));
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(10L), "b"(low) : "memory");
    return result == 0 ? 0 : 2;
}

/* Its pid, or 0 where the kernel refuses 32-bit calls. */
static pid_t run_compat_worker(void)
{
    int status = -1;
    pid_t child = fork();

    if (child == 0) {
        _exit(chdir(capture.folder) != 0 ? 3 : unlink_by_int_80());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status == 0 ? child : 0;
}
#endif

/* Takes what came, so that a busy machine does not fill the rings. */
static void take(sonda_source *source)
{
    assert_int_equal(sonda_linux_source()->poll(source, 0), SONDA_OK);
}

static void act(sonda_source *source)
{
    char program[128];
    char first[] = "one";
    char second[] = "two words";
    char *arguments[] = {program, first, second, NULL};

    path_in(program, "sub");
    assert_int_equal(mkdir(program, 0700), 0);
    path_in(program, "true-copy");
    copy_true(program);
    capture.program = run_program(arguments);
    take(source);
    run_long_program();
    take(source);
    run_deleted_program();
    run_worker();
    take(source);
#if defined(__x86_64__)
    capture.compat_worker = run_compat_worker();
#endif
    /* Ours: must not come. */
    path_in(program, "own");
    close(open(program, O_CREAT | O_WRONLY, 0600));
}

static int make_capture(void **state)
{
    const sonda_source_ops *ops = sonda_linux_source();
    sonda_sink sink = {sizeof sink, 0, keep, NULL};
    sonda_error error = SONDA_ERROR_INIT;
    sonda_source *source = NULL;

    (void)state;
    capture.capabilities.struct_size = sizeof capture.capabilities;
    if (ops->open(&source, NULL, &sink, NULL, &error) != SONDA_OK) {
        snprintf(capture.unavailable, sizeof capture.unavailable, "%s", error.message);
        return 0;
    }
    capture.records = calloc(RECORDS_MAX, sizeof *capture.records);
    assert_non_null(capture.records);
    assert_int_equal(sonda_event_open(&capture.event, NULL), SONDA_OK);
    capture.capabilities.struct_size = sizeof capture.capabilities;
    ops->capabilities(source, &capture.capabilities);
    strcpy(capture.folder, "/tmp/sonda-live-XXXXXX");
    assert_non_null(mkdtemp(capture.folder));
    assert_int_equal(ops->start(source, &error), SONDA_OK);
    act(source);
    ops->stop(source);
    assert_int_equal(ops->poll(source, 0), SONDA_ERR_CANCELLED);
    capture.stats.struct_size = sizeof capture.stats;
    ops->stats(source, &capture.stats);
    ops->close(source);
    return 0;
}

static int drop_capture(void **state)
{
    char command[200];

    (void)state;
    for (size_t i = 0; i < capture.count; i++) {
        free(capture.records[i].bytes);
    }
    free(capture.records);
    sonda_event_close(capture.event);
    if (capture.folder[0] != '\0') {
        snprintf(command, sizeof command, "rm -rf '%s'", capture.folder);
        return system(command) == 0 ? 0 : -1;
    }
    return 0;
}

static const char *text(sonda_field_id id)
{
    static char out[8][4096];
    static unsigned turn;
    sonda__span value = sonda__event_text(capture.event, id);
    char *to = out[turn++ % 8];
    size_t len = value.len < sizeof out[0] - 1 ? value.len : sizeof out[0] - 1;

    memcpy(to, value.data, len);
    to[len] = '\0';
    return to;
}

static bool decode(size_t index)
{
    const struct record *record = &capture.records[index];
    sonda_record_header header;
    sonda_error error = SONDA_ERROR_INIT;

    assert_int_equal(sonda_record_header_read(record->bytes, record->len, &header), SONDA_OK);
    if (header.source != SONDA_SOURCE_LINUX) {
        return false;
    }
    sonda__event_begin(capture.event, &header, sonda__names_of_table());
    assert_int_equal(
        sonda__decode_linux(capture.event,
                            sonda__span_of((const char *)record->bytes + 64, record->len - 64),
                            &error),
        SONDA_OK);
    return true;
}

/* Decodes the n-th record of a type by a process; false when there is none. */
static bool find(unsigned type, pid_t pid, unsigned nth)
{
    for (size_t i = 0; i < capture.count; i++) {
        sonda_record_header header;

        sonda_record_header_read(capture.records[i].bytes, capture.records[i].len, &header);
        if (header.source == SONDA_SOURCE_LINUX && header.type == type &&
            (header.flags & SONDA_RECORD_SNAPSHOT) == 0 && decode(i) &&
            atoi(text(SONDA_FIELD_PROCESS_ID)) == pid && nth-- == 0) {
            return true;
        }
    }
    return false;
}

/*
 * The kernel names paths from the root of the mount namespace: under a changed
 * root (chroot) each has a prefix that nobody inside can see. The copy's image
 * shows it; a prefix that does exist here is a wrong path instead.
 */
static void find_changed_root(void)
{
    char program[128];
    size_t len;
    size_t tail;

    path_in(program, "true-copy");
    assert_true(find(SONDA_LINUX_EXEC, capture.program, 0));
    snprintf(capture.root, sizeof capture.root, "%s", text(SONDA_FIELD_IMAGE));
    len = strlen(capture.root);
    tail = strlen(program);
    assert_true(len >= tail && strcmp(capture.root + len - tail, program) == 0);
    capture.root[len - tail] = '\0';
    assert_true(capture.root[0] == '\0' || access(capture.root, F_OK) != 0);
}

static void need_capture(void)
{
    if (capture.unavailable[0] != '\0') {
        print_message("skipped: %s\n", capture.unavailable);
        skip();
    }
    find_changed_root();
}

/* The current event's path is `expected`, as it is named outside any changed root. */
static void assert_path(sonda_field_id id, const char *expected)
{
    char whole[4400];

    snprintf(whole, sizeof whole, "%s%s", capture.root, expected);
    assert_string_equal(text(id), whole);
}

#endif
