/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The system calls that give canonical events, by architecture and number.
 *
 * Layer 3 (track): uses base.
 */

#ifndef SONDA_CORE_TRACK_AUDIT_SYSCALL_TABLE_H
#define SONDA_CORE_TRACK_AUDIT_SYSCALL_TABLE_H

#include "core/base/span.h"

/* AUDIT_ARCH_… of the kernel's linux/audit.h: ELF machine and flags. */
#define SONDA__AUDIT_ARCH_X86_64 0xc000003eu
#define SONDA__AUDIT_ARCH_I386 0x40000003u
#define SONDA__AUDIT_ARCH_AARCH64 0xc00000b7u
/* Flag in each: the machine is little-endian. */
#define SONDA__AUDIT_ARCH_LE 0x40000000u

typedef enum sonda__audit_call_kind {
    SONDA__CALL_EXEC,
    SONDA__CALL_OPEN,
    SONDA__CALL_CREATE, /* makes a name: mkdir, mknod, link, symlink */
    SONDA__CALL_TRUNCATE,
    SONDA__CALL_RENAME,
    SONDA__CALL_REMOVE,
    SONDA__CALL_MODE, /* permissions */
    SONDA__CALL_OWNER,
    SONDA__CALL_TIMES, /* time stamps */
    SONDA__CALL_CONNECT,
    SONDA__CALL_ACCEPT,
    SONDA__CALL_BIND,
    SONDA__CALL_LOAD_MODULE,
    SONDA__CALL_UNLOAD_MODULE,
    SONDA__CALL_SOCKET /* i386: argument 0 tells which */
} sonda__audit_call_kind;

typedef struct sonda__audit_call {
    const char *name;
    sonda__audit_call_kind kind;
    /*
     * Numbers of arguments, -1: none. The directory a name starts from, of
     * rename the new one; the flags of open, the mode of chmod.
     */
    int8_t directory;
    int8_t flags;
} sonda__audit_call;

/* NULL for a call that gives no event, or another architecture's. */
const sonda__audit_call *sonda__audit_call_by_number(uint64_t arch, uint64_t number);

/* For logs that carry names. NULL for a call that gives no event. */
const sonda__audit_call *sonda__audit_call_by_name(sonda__span name);

#endif
