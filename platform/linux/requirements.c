/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What must hold before any program is loaded, each with its remedy.
 *
 * Asked first, because the kernel's own answer to all of them is the same EPERM.
 *
 * Platform (linux).
 */

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "platform/linux/source.h"

#define CAP_SYS_ADMIN_BIT 21
#define CAP_PERFMON_BIT 38
#define CAP_BPF_BIT 39
#define BTF_FILE "/sys/kernel/btf/vmlinux"
#define LOCKDOWN_FILE "/sys/kernel/security/lockdown"

static void say(struct requirement *requirement,
                uint32_t state,
                sonda_status status,
                const char *detail,
                const char *remedy)
{
    requirement->state = state;
    requirement->status = status;
    snprintf(requirement->detail, sizeof requirement->detail, "%s", detail);
    snprintf(requirement->remedy, sizeof requirement->remedy, "%s", remedy);
}

/* Effective capabilities of this thread, bit n is capability n. */
static uint64_t effective_capabilities(void)
{
    FILE *file = fopen("/proc/thread-self/status", "re");
    char line[256];
    uint64_t bits = 0;

    if (file == NULL) {
        return geteuid() == 0 ? UINT64_MAX : 0; /* no /proc: let the kernel say */
    }
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "CapEff:", 7) == 0) {
            bits = strtoull(line + 7, NULL, 16);
        }
    }
    fclose(file);
    return bits;
}

static bool has(uint64_t bits, unsigned capability)
{
    return (bits >> capability & 1u) != 0;
}

static void check_privileges(struct requirement *requirement)
{
    uint64_t bits = effective_capabilities();

    requirement->rung = "privileges";
    if (has(bits, CAP_SYS_ADMIN_BIT)) {
        say(requirement, SONDA_LINUX_RUNG_OK, SONDA_OK, "CAP_SYS_ADMIN", "");
    } else if (has(bits, CAP_BPF_BIT) && has(bits, CAP_PERFMON_BIT)) {
        say(requirement, SONDA_LINUX_RUNG_OK, SONDA_OK, "CAP_BPF and CAP_PERFMON", "");
    } else {
        say(requirement, SONDA_LINUX_RUNG_MISSING, SONDA_ERR_PERMISSION,
            "not allowed to load BPF programs: CAP_BPF and CAP_PERFMON are missing",
            "run as root (sudo), or in a container with --privileged or "
            "--cap-add BPF --cap-add PERFMON");
    }
}

static void check_btf(struct requirement *requirement)
{
    requirement->rung = "kernel type information (BTF)";
    if (access(BTF_FILE, R_OK) == 0) {
        say(requirement, SONDA_LINUX_RUNG_OK, SONDA_OK, BTF_FILE, "");
        return;
    }
    say(requirement, SONDA_LINUX_RUNG_MISSING, SONDA_ERR_UNSUPPORTED,
        errno == EACCES ? BTF_FILE " cannot be read" : BTF_FILE " is not there",
        "a kernel with CONFIG_DEBUG_INFO_BTF=y (Debian since 11), and /sys mounted");
}

static void check_lockdown(struct requirement *requirement)
{
    FILE *file = fopen(LOCKDOWN_FILE, "re");
    char line[128] = "";

    requirement->rung = "kernel lockdown";
    if (file != NULL) {
        if (fgets(line, sizeof line, file) == NULL) {
            line[0] = '\0';
        }
        fclose(file);
    }
    if (strstr(line, "[confidentiality]") != NULL) {
        say(requirement, SONDA_LINUX_RUNG_MISSING, SONDA_ERR_UNSUPPORTED,
            "the kernel is locked down for confidentiality: BPF may not read its memory",
            "boot with lockdown=integrity instead of lockdown=confidentiality");
    } else {
        say(requirement, SONDA_LINUX_RUNG_OK, SONDA_OK, "does not hinder BPF", "");
    }
}

/* Kernels before 5.11 charge maps to the limit of locked memory. */
static void lift_memory_limit(void)
{
    struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};

    setrlimit(RLIMIT_MEMLOCK, &unlimited);
}

static void check_ring_buffer(struct requirement *requirement)
{
    int fd;
    int failure;

    requirement->rung = "BPF ring buffer";
    lift_memory_limit();
    fd =
        bpf_map_create(BPF_MAP_TYPE_RINGBUF, NULL, 0, 0, (uint32_t)sysconf(_SC_PAGESIZE), NULL);
    failure = errno;
    if (fd >= 0) {
        close(fd);
        say(requirement, SONDA_LINUX_RUNG_OK, SONDA_OK, "created one", "");
    } else if (failure == EPERM || failure == EACCES) {
        say(requirement, SONDA_LINUX_RUNG_MISSING, SONDA_ERR_PERMISSION,
            "the kernel refuses the system call bpf to this process, in spite of its "
            "privileges",
            "run outside of the container or user namespace, or let its seccomp profile pass "
            "bpf");
    } else if (failure == ENOSYS) {
        say(requirement, SONDA_LINUX_RUNG_MISSING, SONDA_ERR_UNSUPPORTED,
            "this kernel has no system call bpf", "a kernel with CONFIG_BPF_SYSCALL=y");
    } else {
        say(requirement, SONDA_LINUX_RUNG_MISSING, SONDA_ERR_UNSUPPORTED, strerror(failure),
            "Linux 5.8 or later");
    }
}

void check_requirement(unsigned index, struct requirement *requirement)
{
    static void (*const checks[REQUIREMENT_COUNT])(struct requirement *) = {
        [REQUIREMENT_PRIVILEGES] = check_privileges,
        [REQUIREMENT_BTF] = check_btf,
        [REQUIREMENT_LOCKDOWN] = check_lockdown,
        [REQUIREMENT_RING_BUFFER] = check_ring_buffer,
    };

    memset(requirement, 0, sizeof *requirement);
    checks[index](requirement);
}
