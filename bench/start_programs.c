/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Each start has its own due time, so that a slow one is made up for and the
 * rate holds on average; a machine too slow for it takes longer instead.
 */

#define _GNU_SOURCE /* clock_nanosleep */

#include "start_programs.h"

#include <spawn.h>
#include <stdint.h>
#include <stddef.h>
#include <sys/wait.h>
#include <time.h>

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void start_programs(unsigned rate, unsigned seconds)
{
    char name[] = "true";
    char argument[] = "--ignored";
    char *arguments[] = {name, argument, NULL};
    char *environment[] = {NULL};
    uint64_t begin = now_ns();

    for (uint64_t i = 0; i < (uint64_t)rate * seconds; i++) {
        uint64_t due = begin + i * 1000000000u / rate;
        struct timespec at = {(time_t)(due / 1000000000u), (long)(due % 1000000000u)};
        pid_t child;

        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
        if (posix_spawn(&child, "/bin/true", NULL, NULL, arguments, environment) == 0) {
            while (waitpid(-1, NULL, WNOHANG) > 0) {
            }
        }
    }
    while (waitpid(-1, NULL, 0) > 0) {
    }
}
