/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Which fields of which lines canonical events are made of.
 *
 * Layer 3 (track): uses base and event.
 */

#include "core/track/audit_facts.h"

typedef struct fact_row {
    sonda__audit_line line;
    sonda__audit_fact fact;
    const char *name;
} fact_row;

static const fact_row rows[] = {
    {SONDA__LINE_SYSCALL, SONDA__FACT_ARCH, "arch"},
    {SONDA__LINE_SYSCALL, SONDA__FACT_CALL, "syscall"},
    {SONDA__LINE_SYSCALL, SONDA__FACT_CALL_NAME, "SYSCALL"},
    {SONDA__LINE_SYSCALL, SONDA__FACT_SUCCESS, "success"},
    {SONDA__LINE_SYSCALL, SONDA__FACT_EXIT, "exit"},
    {SONDA__LINE_SYSCALL, SONDA__FACT_A0, "a0"},
    {SONDA__LINE_SYSCALL, SONDA__FACT_A1, "a1"},
    {SONDA__LINE_SYSCALL, SONDA__FACT_A2, "a2"},
    {SONDA__LINE_SYSCALL, SONDA__FACT_A3, "a3"},
    {SONDA__LINE_SYSCALL, SONDA__FACT_PID, "pid"},
    {SONDA__LINE_SYSCALL, SONDA__FACT_PARENT_PID, "ppid"},
    {SONDA__LINE_SYSCALL, SONDA__FACT_UID, "uid"},
    {SONDA__LINE_SYSCALL, SONDA__FACT_USER, "UID"},
    {SONDA__LINE_SYSCALL, SONDA__FACT_GID, "gid"},
    {SONDA__LINE_SYSCALL, SONDA__FACT_EFFECTIVE_UID, "euid"},
    {SONDA__LINE_SYSCALL, SONDA__FACT_EFFECTIVE_GID, "egid"},
    {SONDA__LINE_SYSCALL, SONDA__FACT_LOGIN_UID, "auid"},
    {SONDA__LINE_SYSCALL, SONDA__FACT_SESSION, "ses"},
    {SONDA__LINE_SYSCALL, SONDA__FACT_TERMINAL, "tty"},
    {SONDA__LINE_SYSCALL, SONDA__FACT_EXE, "exe"},
    {SONDA__LINE_CWD, SONDA__FACT_DIRECTORY, "cwd"},
    {SONDA__LINE_PATH, SONDA__FACT_PATH, "name"},
    {SONDA__LINE_PATH, SONDA__FACT_PATH_TYPE, "nametype"},
    {SONDA__LINE_PATH, SONDA__FACT_PATH_TYPE, "objtype"}, /* the older name */
    {SONDA__LINE_PATH, SONDA__FACT_PATH_MODE, "mode"},
    {SONDA__LINE_PATH, SONDA__FACT_PATH_INODE, "inode"},
    {SONDA__LINE_PROCTITLE, SONDA__FACT_TITLE, "proctitle"},
    {SONDA__LINE_SOCKADDR, SONDA__FACT_ADDRESS, "saddr"},
    {SONDA__LINE_MODULE, SONDA__FACT_MODULE, "name"},
    {SONDA__LINE_OPENAT2, SONDA__FACT_OPEN_FLAGS, "oflag"},
    {SONDA__LINE_LOGIN, SONDA__FACT_TYPE, "type"},
    {SONDA__LINE_LOGIN, SONDA__FACT_PID, "pid"},
    {SONDA__LINE_LOGIN, SONDA__FACT_UID, "uid"},
    {SONDA__LINE_LOGIN, SONDA__FACT_LOGIN_UID, "auid"},
    {SONDA__LINE_LOGIN, SONDA__FACT_SESSION, "ses"},
    {SONDA__LINE_LOGIN, SONDA__FACT_EXE, "exe"},
    {SONDA__LINE_LOGIN, SONDA__FACT_ACCOUNT, "acct"},
    {SONDA__LINE_LOGIN, SONDA__FACT_ACCOUNT_NAME, "ID"},
    {SONDA__LINE_LOGIN, SONDA__FACT_ACCOUNT_ID, "id"},
    {SONDA__LINE_LOGIN, SONDA__FACT_REMOTE_ADDRESS, "addr"},
    {SONDA__LINE_LOGIN, SONDA__FACT_REMOTE_HOST, "hostname"},
    {SONDA__LINE_LOGIN, SONDA__FACT_TERMINAL, "terminal"},
    {SONDA__LINE_LOGIN, SONDA__FACT_RESULT, "res"},
};

sonda__audit_line sonda__audit_line_of(sonda__span type)
{
    static const struct {
        const char *type;
        sonda__audit_line line;
    } types[] = {
        {"SYSCALL", SONDA__LINE_SYSCALL},
        {"EXECVE", SONDA__LINE_EXECVE},
        {"CWD", SONDA__LINE_CWD},
        {"PATH", SONDA__LINE_PATH},
        {"PROCTITLE", SONDA__LINE_PROCTITLE},
        {"SOCKADDR", SONDA__LINE_SOCKADDR},
        {"KERN_MODULE", SONDA__LINE_MODULE},
        {"OPENAT2", SONDA__LINE_OPENAT2},
        {"USER_LOGIN", SONDA__LINE_LOGIN},
        {"USER_AUTH", SONDA__LINE_LOGIN},
        {"USER_LOGOUT", SONDA__LINE_LOGIN},
        {"EOE", SONDA__LINE_END},
    };

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (sonda__span_is(type, types[i].type)) {
            return types[i].line;
        }
    }
    return SONDA__LINE_OTHER;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "a7" and "a7[0]" begin an argument, "a7[3]" goes on with it; "a7_len" is none. */
static sonda__audit_fact argument_of(sonda__span name)
{
    size_t i = 1;

    if (name.len < 2 || name.data[0] != 'a') {
        return SONDA__FACT_NONE;
    }
    while (i < name.len && is_digit(name.data[i])) {
        i++;
    }
    if (i == 1) {
        return SONDA__FACT_NONE;
    }
    if (i == name.len) {
        return SONDA__FACT_ARGUMENT;
    }
    if (name.data[i] != '[' || name.len - i < 3) {
        return SONDA__FACT_NONE;
    }
    return name.data[i + 1] == '0' ? SONDA__FACT_ARGUMENT : SONDA__FACT_ARGUMENT_MORE;
}

sonda__audit_fact sonda__audit_fact_of(sonda__audit_line line, sonda__span name)
{
    if (line == SONDA__LINE_EXECVE) {
        return argument_of(name);
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && name.len != 0; i++) {
        if (rows[i].line == line && name.data[0] == rows[i].name[0] &&
            sonda__span_is(name, rows[i].name)) {
            return rows[i].fact;
        }
    }
    return SONDA__FACT_NONE;
}
