/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What this machine offers, rung by rung, for `sonda doctor`.
 *
 * Platform (linux).
 */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "platform/linux/source.h"

struct teller {
    sonda_linux_rung_fn on_rung;
    void *user;
};

static void tell(const struct teller *teller,
                 const char *rung,
                 uint32_t state,
                 const char *detail,
                 const char *remedy)
{
    teller->on_rung(rung, state, detail, remedy, teller->user);
}

static void tell_kernel(const struct teller *teller)
{
    struct utsname name;

    if (uname(&name) == 0) {
        tell(teller, "kernel", SONDA_LINUX_RUNG_INFORMATION, name.release, "");
    }
}

/* What a later version could enforce with; nothing is loaded for it. */
static void tell_enforcement(const struct teller *teller)
{
    FILE *file = fopen("/sys/kernel/security/lsm", "re");
    char line[256] = "";
    int fan = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY | O_CLOEXEC);

    if (file != NULL) {
        if (fgets(line, sizeof line, file) == NULL) {
            line[0] = '\0';
        }
        fclose(file);
    }
    line[strcspn(line, "\n")] = '\0';
    if (line[0] == '\0') {
        tell(teller, "BPF LSM", SONDA_LINUX_RUNG_INFORMATION,
             "unknown: /sys/kernel/security is not mounted; not used by this version", "");
    } else {
        tell(teller, "BPF LSM", SONDA_LINUX_RUNG_INFORMATION,
             strstr(line, "bpf") != NULL ? "in the boot list; not used by this version"
                                         : "not in the boot list; not used by this version",
             "");
    }
    tell(teller, "fanotify permission events", SONDA_LINUX_RUNG_INFORMATION,
         fan >= 0 ? "available; not used by this version"
                  : "not available; not used by this version",
         "");
    if (fan >= 0) {
        close(fan);
    }
}

static void tell_hook(const struct teller *teller,
                      const struct hook *hook,
                      const char *name,
                      bool proven,
                      const char *canary_failure)
{
    char rung[64];

    snprintf(rung, sizeof rung, "hook %s", name);
    if (hook->link == NULL) {
        tell(teller, rung, SONDA_LINUX_RUNG_MISSING, hook->failure,
             "a kernel of 5.8 or later with CONFIG_BPF_EVENTS");
    } else if (proven) {
        tell(teller, rung, SONDA_LINUX_RUNG_OK, "attached, and the canary was seen", "");
    } else {
        tell(teller, rung, SONDA_LINUX_RUNG_DEGRADED,
             canary_failure[0] != '\0' ? canary_failure
                                       : "attached, but the canary was not seen",
             "");
    }
}

static void tell_hooks(const struct teller *teller, const sonda_source *source)
{
    const bool *proven = source->proven;
    const bool by_hook[HOOK_COUNT] = {
        [HOOK_EXEC] = proven[SONDA_LINUX_EXEC],
        [HOOK_FORK] = proven[SONDA_LINUX_FORK],
        [HOOK_EXIT] = proven[SONDA_LINUX_EXIT],
        [HOOK_CALLS] = proven[SONDA_LINUX_OPEN] && proven[SONDA_LINUX_RENAME] &&
                       proven[SONDA_LINUX_DELETE] && proven[SONDA_LINUX_CHMOD] &&
                       proven[SONDA_LINUX_ACCEPT] && proven[SONDA_LINUX_BIND],
        [HOOK_SOCKETS] = proven[SONDA_LINUX_CONNECT],
        [HOOK_SNAPSHOT] = source->programs.skeleton != NULL && source->snapshot_seen,
    };

    for (unsigned hook = 0; hook < HOOK_COUNT; hook++) {
        tell_hook(teller, &source->programs.hooks[hook], hook_name(hook), by_hook[hook],
                  source->canary_failure);
    }
}

static sonda_status deliver_nowhere(void *user, const void *record, size_t record_len)
{
    (void)user;
    (void)record;
    (void)record_len;
    return SONDA_OK;
}

static sonda_status tell_requirements(const struct teller *teller)
{
    sonda_status status = SONDA_OK;

    for (unsigned i = 0; i < REQUIREMENT_COUNT; i++) {
        struct requirement requirement;

        if (i == REQUIREMENT_RING_BUFFER && status != SONDA_OK) {
            break; /* refused for the reason that was just told */
        }
        check_requirement(i, &requirement);
        tell(teller, requirement.rung, requirement.state, requirement.detail,
             requirement.remedy);
        if (status == SONDA_OK) {
            status = requirement.status;
        }
    }
    return status;
}

sonda_status sonda_linux_probe(sonda_linux_rung_fn on_rung, void *user)
{
    const sonda_source_ops *ops = sonda_linux_source();
    struct teller teller = {on_rung, user};
    sonda_sink sink = {sizeof sink, 0, deliver_nowhere, NULL};
    sonda_error error = SONDA_ERROR_INIT;
    sonda_source *source = NULL;
    sonda_status status;

    if (on_rung == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    tell_kernel(&teller);
    status = tell_requirements(&teller);
    if (status == SONDA_OK) {
        status = ops->open(&source, NULL, &sink, NULL, &error);
        if (status == SONDA_OK) {
            tell(&teller, "BPF programs", SONDA_LINUX_RUNG_OK, "loaded", "");
            tell_hooks(&teller, source);
            ops->close(source);
        } else {
            tell(&teller, "BPF programs", SONDA_LINUX_RUNG_MISSING, error.message, "");
        }
    }
    tell_enforcement(&teller);
    return status;
}
