/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Numbers of the watched system calls and where their arguments stand.
 *
 * The 64-bit numbers come from the system's header, so a call the header does
 * not know yet has its number written out. The 32-bit table of the same
 * machine is written out whole: its header cannot be included beside the other.
 *
 * Platform (linux).
 */

#include "platform/linux/calls.h"

#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>

#include "sonda/spi/linux_record.h"
#include "sonda/spi/source.h"

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif
#ifndef SYS_openat2
#define SYS_openat2 437
#endif

struct call {
    uint32_t number;
    struct action action;
};

/* How each call names its objects; one row serves both tables. */
#define OPEN                                \
    {                                       \
        SONDA_LINUX_OPEN, .fd = CALL_RESULT \
    }
#define RENAME                                          \
    {                                                   \
        SONDA_LINUX_RENAME, .path = 2, .source_path = 1 \
    }
#define RENAMEAT                                                                 \
    {                                                                            \
        SONDA_LINUX_RENAME, .fd = 3, .path = 4, .source_fd = 1, .source_path = 2 \
    }
#define RENAMEAT2                                                                 \
    {                                                                             \
        SONDA_LINUX_RENAME, .fd = 3, .path = 4, .source_fd = 1, .source_path = 2, \
                            .argument = 5                                         \
    }
#define UNLINK                        \
    {                                 \
        SONDA_LINUX_DELETE, .path = 1 \
    }
#define RMDIR                                                   \
    {                                                           \
        SONDA_LINUX_DELETE, .path = 1, .special = SPECIAL_RMDIR \
    }
#define UNLINKAT                                              \
    {                                                         \
        SONDA_LINUX_DELETE, .fd = 1, .path = 2, .argument = 3 \
    }
#define CHMOD                                       \
    {                                               \
        SONDA_LINUX_CHMOD, .path = 1, .argument = 2 \
    }
#define FCHMOD                                    \
    {                                             \
        SONDA_LINUX_CHMOD, .fd = 1, .argument = 2 \
    }
#define FCHMODAT                                             \
    {                                                        \
        SONDA_LINUX_CHMOD, .fd = 1, .path = 2, .argument = 3 \
    }
#define CHOWN                                                       \
    {                                                               \
        SONDA_LINUX_CHOWN, .path = 1, .argument = 2, .argument2 = 3 \
    }
#define FCHOWN                                                    \
    {                                                             \
        SONDA_LINUX_CHOWN, .fd = 1, .argument = 2, .argument2 = 3 \
    }
#define FCHOWNAT                                                             \
    {                                                                        \
        SONDA_LINUX_CHOWN, .fd = 1, .path = 2, .argument = 3, .argument2 = 4 \
    }
#define CONNECT                      \
    {                                \
        SONDA_LINUX_CONNECT, .fd = 1 \
    }
#define ACCEPT                                \
    {                                         \
        SONDA_LINUX_ACCEPT, .fd = CALL_RESULT \
    }
#define BIND                      \
    {                             \
        SONDA_LINUX_BIND, .fd = 1 \
    }

static const struct call native_calls[] = {
    {SYS_openat, OPEN},        {SYS_openat2, OPEN},  {SYS_renameat2, RENAMEAT2},
    {SYS_unlinkat, UNLINKAT},  {SYS_fchmod, FCHMOD}, {SYS_fchmodat, FCHMODAT},
    {SYS_fchmodat2, FCHMODAT}, {SYS_fchown, FCHOWN}, {SYS_fchownat, FCHOWNAT},
    {SYS_connect, CONNECT},    {SYS_accept, ACCEPT}, {SYS_accept4, ACCEPT},
    {SYS_bind, BIND},
#ifdef SYS_renameat
    {SYS_renameat, RENAMEAT},
#endif
#ifdef SYS_open /* the machines with the calls of old */
    {SYS_open, OPEN},          {SYS_creat, OPEN},    {SYS_rename, RENAME},
    {SYS_unlink, UNLINK},      {SYS_rmdir, RMDIR},   {SYS_chmod, CHMOD},
    {SYS_chown, CHOWN},        {SYS_lchown, CHOWN},
#endif
};

static const struct call compat_calls[] = {
#if defined(__x86_64__)
    /* arch/x86/entry/syscalls/syscall_32.tbl */
    {5, OPEN},
    {8, OPEN},
    {10, UNLINK},
    {15, CHMOD},
    {16, CHOWN},
    {38, RENAME},
    {40, RMDIR},
    {94, FCHMOD},
    {95, FCHOWN},
    {182, CHOWN},
    {198, CHOWN},
    {207, FCHOWN},
    {212, CHOWN},
    {295, OPEN},
    {298, FCHOWNAT},
    {301, UNLINKAT},
    {302, RENAMEAT},
    {306, FCHMODAT},
    {353, RENAMEAT2},
    {361, BIND},
    {362, CONNECT},
    {364, ACCEPT},
    {437, OPEN},
    {452, FCHMODAT},
    {102, {SONDA_LINUX_CONNECT, .fd = 1, .special = SPECIAL_SOCKETCALL}},
#elif defined(__aarch64__)
    /* arch/arm/tools/syscall.tbl */
    {5, OPEN},       {8, OPEN},     {10, UNLINK},     {15, CHMOD},     {16, CHOWN},
    {38, RENAME},    {40, RMDIR},   {94, FCHMOD},     {95, FCHOWN},    {182, CHOWN},
    {198, CHOWN},    {207, FCHOWN}, {212, CHOWN},     {282, BIND},     {283, CONNECT},
    {285, ACCEPT},   {322, OPEN},   {325, FCHOWNAT},  {328, UNLINKAT}, {329, RENAMEAT},
    {333, FCHMODAT}, {366, ACCEPT}, {382, RENAMEAT2}, {437, OPEN},     {452, FCHMODAT},
#endif
};

static uint32_t class_of_call(uint32_t type)
{
    switch (type) {
    case SONDA_LINUX_OPEN:
        return SONDA_SOURCE_CLASS_FILE_OPEN;
    case SONDA_LINUX_RENAME:
        return SONDA_SOURCE_CLASS_FILE_RENAME;
    case SONDA_LINUX_DELETE:
        return SONDA_SOURCE_CLASS_FILE_DELETE;
    case SONDA_LINUX_CHMOD:
    case SONDA_LINUX_CHOWN:
        return SONDA_SOURCE_CLASS_FILE_ATTRIBUTES;
    default:
        return SONDA_SOURCE_CLASS_NETWORK;
    }
}

static void fill(struct action *table, const struct call *calls, size_t count, uint64_t classes)
{
    memset(table, 0, CALL_MAX * sizeof *table);
    for (size_t i = 0; i < count; i++) {
        uint32_t class_index = class_of_call(calls[i].action.type);

        if (classes == 0 || (classes >> class_index & 1u) != 0) {
            table[calls[i].number] = calls[i].action;
        }
    }
}

void calls_fill(struct action *native, struct action *compat, uint64_t classes)
{
    fill(native, native_calls, sizeof native_calls / sizeof native_calls[0], classes);
    fill(compat, compat_calls, sizeof compat_calls / sizeof compat_calls[0], classes);
}
