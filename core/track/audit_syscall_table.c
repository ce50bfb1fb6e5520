/* SPDX-License-Identifier: Apache-2.0 */

/*
 * System call numbers from the kernel's tables: arch/x86/entry/syscalls/
 * syscall_64.tbl and syscall_32.tbl, include/uapi/asm-generic/unistd.h.
 *
 * Layer 3 (track): uses base.
 */

#include "core/track/audit_syscall_table.h"

static const sonda__audit_call calls[] = {
    {"accept", SONDA__CALL_ACCEPT, -1, -1},
    {"accept4", SONDA__CALL_ACCEPT, -1, -1},
    {"bind", SONDA__CALL_BIND, -1, -1},
    {"chmod", SONDA__CALL_MODE, -1, 1},
    {"chown", SONDA__CALL_OWNER, -1, -1},
    {"chown32", SONDA__CALL_OWNER, -1, -1},
    {"connect", SONDA__CALL_CONNECT, -1, -1},
    {"creat", SONDA__CALL_OPEN, -1, -1},
    {"delete_module", SONDA__CALL_UNLOAD_MODULE, -1, -1},
    {"execve", SONDA__CALL_EXEC, -1, -1},
    {"execveat", SONDA__CALL_EXEC, 0, -1},
    {"fchmod", SONDA__CALL_MODE, -1, 1},
    {"fchmodat", SONDA__CALL_MODE, 0, 2},
    {"fchmodat2", SONDA__CALL_MODE, 0, 2},
    {"fchown", SONDA__CALL_OWNER, -1, -1},
    {"fchown32", SONDA__CALL_OWNER, -1, -1},
    {"fchownat", SONDA__CALL_OWNER, 0, -1},
    {"finit_module", SONDA__CALL_LOAD_MODULE, -1, -1},
    {"ftruncate", SONDA__CALL_TRUNCATE, -1, -1},
    {"ftruncate64", SONDA__CALL_TRUNCATE, -1, -1},
    {"init_module", SONDA__CALL_LOAD_MODULE, -1, -1},
    {"lchown", SONDA__CALL_OWNER, -1, -1},
    {"lchown32", SONDA__CALL_OWNER, -1, -1},
    {"link", SONDA__CALL_CREATE, -1, -1},
    {"linkat", SONDA__CALL_CREATE, 2, -1},
    {"mkdir", SONDA__CALL_CREATE, -1, -1},
    {"mkdirat", SONDA__CALL_CREATE, 0, -1},
    {"mknod", SONDA__CALL_CREATE, -1, -1},
    {"mknodat", SONDA__CALL_CREATE, 0, -1},
    {"open", SONDA__CALL_OPEN, -1, 1},
    {"openat", SONDA__CALL_OPEN, 0, 2},
    {"openat2", SONDA__CALL_OPEN, 0, -1},
    {"rename", SONDA__CALL_RENAME, -1, -1},
    {"renameat", SONDA__CALL_RENAME, 2, -1},
    {"renameat2", SONDA__CALL_RENAME, 2, -1},
    {"rmdir", SONDA__CALL_REMOVE, -1, -1},
    {"socketcall", SONDA__CALL_SOCKET, -1, -1},
    {"symlink", SONDA__CALL_CREATE, -1, -1},
    {"symlinkat", SONDA__CALL_CREATE, 1, -1},
    {"truncate", SONDA__CALL_TRUNCATE, -1, -1},
    {"truncate64", SONDA__CALL_TRUNCATE, -1, -1},
    {"unlink", SONDA__CALL_REMOVE, -1, -1},
    {"unlinkat", SONDA__CALL_REMOVE, 0, -1},
    {"utimensat", SONDA__CALL_TIMES, 0, -1},
};

typedef struct number_row {
    uint32_t number;
    const char *name;
} number_row;

static const number_row x86_64[] = {
    {2, "open"},          {42, "connect"},        {43, "accept"},     {49, "bind"},
    {59, "execve"},       {76, "truncate"},       {77, "ftruncate"},  {82, "rename"},
    {83, "mkdir"},        {84, "rmdir"},          {85, "creat"},      {86, "link"},
    {87, "unlink"},       {88, "symlink"},        {90, "chmod"},      {91, "fchmod"},
    {92, "chown"},        {93, "fchown"},         {94, "lchown"},     {133, "mknod"},
    {175, "init_module"}, {176, "delete_module"}, {257, "openat"},    {258, "mkdirat"},
    {259, "mknodat"},     {260, "fchownat"},      {263, "unlinkat"},  {264, "renameat"},
    {265, "linkat"},      {266, "symlinkat"},     {268, "fchmodat"},  {280, "utimensat"},
    {288, "accept4"},     {313, "finit_module"},  {316, "renameat2"}, {322, "execveat"},
    {437, "openat2"},     {452, "fchmodat2"},     {520, "execve"}, /* x32 */
    {545, "execveat"},                                             /* x32 */
};

static const number_row i386[] = {
    {5, "open"},
    {8, "creat"},
    {9, "link"},
    {10, "unlink"},
    {11, "execve"},
    {14, "mknod"},
    {15, "chmod"},
    {16, "lchown"},
    {38, "rename"},
    {39, "mkdir"},
    {40, "rmdir"},
    {83, "symlink"},
    {92, "truncate"},
    {93, "ftruncate"},
    {94, "fchmod"},
    {95, "fchown"},
    {102, "socketcall"},
    {128, "init_module"},
    {129, "delete_module"},
    {182, "chown"},
    {193, "truncate64"},
    {194, "ftruncate64"},
    {198, "lchown32"},
    {207, "fchown32"},
    {212, "chown32"},
    {295, "openat"},
    {296, "mkdirat"},
    {297, "mknodat"},
    {298, "fchownat"},
    {301, "unlinkat"},
    {302, "renameat"},
    {303, "linkat"},
    {304, "symlinkat"},
    {306, "fchmodat"},
    {320, "utimensat"},
    {350, "finit_module"},
    {353, "renameat2"},
    {358, "execveat"},
    {361, "bind"},
    {362, "connect"},
    {364, "accept4"},
    {437, "openat2"},
    {452, "fchmodat2"},
};

static const number_row aarch64[] = {
    {33, "mknodat"},  {34, "mkdirat"},       {35, "unlinkat"},     {36, "symlinkat"},
    {37, "linkat"},   {38, "renameat"},      {45, "truncate"},     {46, "ftruncate"},
    {52, "fchmod"},   {53, "fchmodat"},      {54, "fchownat"},     {55, "fchown"},
    {56, "openat"},   {88, "utimensat"},     {105, "init_module"}, {106, "delete_module"},
    {200, "bind"},    {202, "accept"},       {203, "connect"},     {221, "execve"},
    {242, "accept4"}, {273, "finit_module"}, {276, "renameat2"},   {281, "execveat"},
    {437, "openat2"}, {452, "fchmodat2"},
};

/* x32 programs are told by this bit in the number, not by the architecture. */
#define X32_BIT 0x40000000u

static const sonda__audit_call *find(const number_row *rows, size_t count, uint64_t number)
{
    for (size_t i = 0; i < count; i++) {
        if (rows[i].number == number) {
            return sonda__audit_call_by_name(sonda__span_text(rows[i].name));
        }
    }
    return NULL;
}

const sonda__audit_call *sonda__audit_call_by_number(uint64_t arch, uint64_t number)
{
    switch (arch) {
    case SONDA__AUDIT_ARCH_X86_64:
        number &= ~(uint64_t)X32_BIT;
        return find(x86_64, sizeof x86_64 / sizeof x86_64[0], number);
    case SONDA__AUDIT_ARCH_I386:
        return find(i386, sizeof i386 / sizeof i386[0], number);
    case SONDA__AUDIT_ARCH_AARCH64:
        return find(aarch64, sizeof aarch64 / sizeof aarch64[0], number);
    default:
        return NULL;
    }
}

const sonda__audit_call *sonda__audit_call_by_name(sonda__span name)
{
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        if (sonda__span_is(name, calls[i].name)) {
            return &calls[i];
        }
    }
    return NULL;
}
