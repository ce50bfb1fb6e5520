/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The canary: one of each thing the hooks watch, done by ourselves.
 *
 * That a program loads and attaches proves little: hooks exist that attach and
 * never fire. So each class counts as observed only once its record came out
 * of the ring. Files are made and removed again in the first directory that
 * allows it, sockets stay on the loopback interface, and the process that is
 * started is /bin/true.
 *
 * Platform (linux).
 */

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "platform/linux/source.h"

static void note_failure(sonda_source *source, const char *what)
{
    if (source->canary_failure[0] == '\0') {
        snprintf(source->canary_failure, sizeof source->canary_failure, "%s: %s", what,
                 strerror(errno));
    }
}

static void act_process(sonda_source *source)
{
    static const char *const programs[] = {"/bin/true", "/usr/bin/true", "/bin/busybox"};
    char name[] = "true";
    char *arguments[] = {name, NULL};
    char *environment[] = {NULL};
    pid_t child;

    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        if (posix_spawn(&child, programs[i], NULL, NULL, arguments, environment) == 0) {
            while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
            }
            return;
        }
    }
    errno = ENOENT;
    note_failure(source, "no /bin/true to start");
}

static void act_file(sonda_source *source)
{
    static const char *const folders[] = {"/tmp", "/dev/shm", "/run", "/var/tmp"};
    char path[96];
    char renamed[104];

    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        int fd;

        snprintf(path, sizeof path, "%s/.sonda-canary-%ld-%llx", folders[i], (long)getpid(),
                 (unsigned long long)clock_ns(CLOCK_MONOTONIC));
        fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd < 0) {
            continue;
        }
        close(fd);
        snprintf(renamed, sizeof renamed, "%s-2", path);
        if (chmod(path, 0400) != 0 || rename(path, renamed) != 0 || unlink(renamed) != 0) {
            note_failure(source, "file operations");
            unlink(path);
        }
        return;
    }
    note_failure(source, "no directory to create a file in");
}

static void connect_to(sonda_source *source, int listener)
{
    struct timeval second = {1, 0};
    struct sockaddr_in address;
    socklen_t len = sizeof address;
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int accepted = -1;

    setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &second, sizeof second);
    setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second);
    if (getsockname(listener, (struct sockaddr *)&address, &len) == 0 &&
        connect(client, (struct sockaddr *)&address, sizeof address) == 0) {
        accepted = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    }
    if (accepted < 0) {
        note_failure(source, "loopback connection");
    } else {
        close(accepted);
    }
    if (client >= 0) {
        close(client);
    }
}

static void act_network(sonda_source *source)
{
    struct sockaddr_in address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 1) != 0) {
        note_failure(source, "loopback listener");
    } else {
        connect_to(source, listener);
    }
    if (listener >= 0) {
        close(listener);
    }
}

static void mark_seen(sonda_source *source, size_t len, uint32_t stream)
{
    uint32_t type = load_u16(source->record + SONDA_RECORD_HEADER_SIZE + SONDA_LINUX_AT_TYPE);

    (void)len;
    (void)stream;
    if (type < SONDA_LINUX_TYPE_COUNT) {
        source->proven[type] = true;
    }
}

void run_canary(sonda_source *source)
{
    programs_set_mode(&source->programs, MODE_CANARY);
    act_process(source);
    act_file(source);
    act_network(source);
    programs_set_mode(&source->programs, MODE_OFF);
    drain_rings(source, SIZE_MAX, mark_seen);
    programs_reset_counters(&source->programs);
}
