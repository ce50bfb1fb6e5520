/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What is kept of audit lines until their serial is complete.
 *
 * Layer 3 (track): uses base and event.
 */

#ifndef SONDA_CORE_TRACK_AUDIT_FACTS_H
#define SONDA_CORE_TRACK_AUDIT_FACTS_H

#include "core/event/event.h"

/* Kinds of lines, by their type. */
typedef enum sonda__audit_line {
    SONDA__LINE_OTHER,
    SONDA__LINE_SYSCALL,
    SONDA__LINE_EXECVE,
    SONDA__LINE_CWD,
    SONDA__LINE_PATH,
    SONDA__LINE_PROCTITLE,
    SONDA__LINE_SOCKADDR,
    SONDA__LINE_MODULE,
    SONDA__LINE_OPENAT2,
    SONDA__LINE_LOGIN, /* USER_LOGIN, USER_AUTH, USER_LOGOUT: complete alone */
    SONDA__LINE_END    /* EOE */
} sonda__audit_line;

/* One value of a line. Pinned to a byte: stored as such while pending. */
typedef enum sonda__audit_fact {
    SONDA__FACT_NONE,
    SONDA__FACT_ARCH,
    SONDA__FACT_CALL,      /* number, or name in interpreted logs */
    SONDA__FACT_CALL_NAME, /* SYSCALL= of enriched logs */
    SONDA__FACT_SUCCESS,
    SONDA__FACT_EXIT,
    SONDA__FACT_A0, /* A0 to A3 stand in a row */
    SONDA__FACT_A1,
    SONDA__FACT_A2,
    SONDA__FACT_A3,
    SONDA__FACT_PID,
    SONDA__FACT_PARENT_PID,
    SONDA__FACT_UID,
    SONDA__FACT_USER, /* UID= of enriched logs */
    SONDA__FACT_GID,
    SONDA__FACT_EFFECTIVE_UID,
    SONDA__FACT_EFFECTIVE_GID,
    SONDA__FACT_LOGIN_UID,
    SONDA__FACT_SESSION,
    SONDA__FACT_TERMINAL,
    SONDA__FACT_EXE,
    SONDA__FACT_DIRECTORY,
    SONDA__FACT_TITLE,
    SONDA__FACT_ADDRESS, /* saddr: a socket address in hexadecimal */
    SONDA__FACT_MODULE,
    SONDA__FACT_OPEN_FLAGS, /* oflag of OPENAT2, octal */
    SONDA__FACT_TYPE,       /* of a LOGIN line */
    SONDA__FACT_ACCOUNT,
    SONDA__FACT_ACCOUNT_NAME, /* ID= of enriched logs */
    SONDA__FACT_ACCOUNT_ID,
    SONDA__FACT_REMOTE_ADDRESS,
    SONDA__FACT_REMOTE_HOST,
    SONDA__FACT_RESULT,
    SONDA__FACT_PATH, /* begins one PATH; the next three belong to it */
    SONDA__FACT_PATH_TYPE,
    SONDA__FACT_PATH_MODE,
    SONDA__FACT_PATH_INODE,
    SONDA__FACT_ARGUMENT,      /* begins one argument of EXECVE */
    SONDA__FACT_ARGUMENT_MORE, /* a further piece of a long one */
    SONDA__FACT_COUNT
} sonda__audit_fact;

/* More PATH lines than any of the calls in the table writes. */
#define SONDA__AUDIT_PATHS_MAX 8u

typedef struct sonda__audit_path {
    sonda__span name;
    sonda__span type; /* "CREATE", "DELETE", "NORMAL", "PARENT", …; may be empty */
    sonda__span mode;
    sonda__span inode;
} sonda__audit_path;

/* A complete serial. Texts live in the arena of the event to be made. */
typedef struct sonda__audit_facts {
    sonda__span text[SONDA__FACT_COUNT]; /* the first of each; empty: absent */
    sonda__audit_path paths[SONDA__AUDIT_PATHS_MAX];
    size_t path_count;
    sonda__span command_line; /* arguments of EXECVE, blanks between */
    bool cut;                 /* something did not find room */
} sonda__audit_facts;

sonda__audit_line sonda__audit_line_of(sonda__span type);

/* SONDA__FACT_NONE for what need not be kept. */
sonda__audit_fact sonda__audit_fact_of(sonda__audit_line line, sonda__span name);

/*
 * Fills `event`, begun and empty but for the facts in its arena, with the
 * canonical event. SONDA_ERR_NOT_FOUND when the facts give none.
 */
sonda_status sonda__audit_canonical(const sonda__audit_facts *facts, sonda_event *event);

#endif
