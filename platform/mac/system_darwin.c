/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Clocks, our own identity and the canary, on a real Mac.
 *
 * Linked here, never run here: short enough to be read instead.
 *
 * Platform (mac).
 */

#include "platform/mac/system.h"

#include <fcntl.h>
#include <libproc.h>
#include <mach/mach.h>
#include <mach/mach_time.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

uint64_t system_ticks_ns(uint64_t ticks)
{
    mach_timebase_info_data_t base;

    mach_timebase_info(&base);
    return ticks / base.denom * base.numer + ticks % base.denom * base.numer / base.denom;
}

void system_moment(struct moment *moment)
{
    struct timespec wall;

    moment->absolute_ticks = mach_absolute_time();
    moment->continuous_ns = system_ticks_ns(mach_continuous_time());
    clock_gettime(CLOCK_REALTIME, &wall);
    moment->wall_ns = (uint64_t)wall.tv_sec * 1000000000u + (uint64_t)wall.tv_nsec;
}

bool system_own_token(es_audit_token *token)
{
    audit_token_t ours;
    mach_msg_type_number_t count = TASK_AUDIT_TOKEN_COUNT;

    if (task_info(mach_task_self(), TASK_AUDIT_TOKEN, (task_info_t)&ours, &count) !=
        KERN_SUCCESS) {
        return false;
    }
    memcpy(token->val, ours.val, sizeof token->val);
    return true;
}

bool system_own_path(char *path, size_t size)
{
    return proc_pidpath(getpid(), path, (uint32_t)size) > 0;
}

void system_name(char *name, size_t size)
{
    char version[32] = "?";
    size_t len = sizeof version;

    if (sysctlbyname("kern.osproductversion", version, &len, NULL, 0) != 0) {
        memcpy(version, "?", 2);
    }
    snprintf(name, size, "macOS %s", version);
}

void system_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, uint64_t timeout_ns)
{
    struct timespec left = {(time_t)(timeout_ns / 1000000000u),
                            (long)(timeout_ns % 1000000000u)};

    /* Unlike an absolute time it does not depend on the wall clock. */
    pthread_cond_timedwait_relative_np(condition, mutex, &left);
}

static void act_process(void)
{
    char name[] = "true";
    char *arguments[] = {name, NULL};
    char *environment[] = {NULL};
    pid_t child;

    if (posix_spawn(&child, "/usr/bin/true", NULL, NULL, arguments, environment) == 0) {
        waitpid(child, NULL, 0);
    }
}

void system_act_canary(void)
{
    char path[96];
    char renamed[104];
    int fd;

    act_process();
    snprintf(path, sizeof path, "/private/tmp/.sonda-canary-%d-%llx", (int)getpid(),
             (unsigned long long)mach_absolute_time());
    snprintf(renamed, sizeof renamed, "%s-2", path);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return;
    }
    if (write(fd, "1", 1) != 1 || fchmod(fd, 0400) != 0) {
        /* Then it will not be seen, and the capability says so. */
    }
    close(fd);
    if (rename(path, renamed) != 0) {
        unlink(path);
    }
    unlink(renamed);
}
