/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only OR BSD-2-Clause */

/*
 * Payload of a SONDA_SOURCE_LINUX record, offset by offset.
 *
 * After the 64-byte record header comes a head of fixed size and then items,
 * each a kind, flags, a length and bytes. The kernel side writes this layout,
 * the adapter only adds items (the user's name, the arguments of a process
 * that ran already) and the header; the decoder in core/normalise is the one
 * reader. All numbers are little-endian: the adapter runs on little-endian
 * machines only.
 *
 * Nothing in a payload is trusted by its reader. A reader skips items of a
 * kind it does not know, so kinds may be added without a new version.
 *
 * Public, for implementers; macros only, so that the BPF program can include
 * it. Compiles alone as C99 and C++11.
 */

#ifndef SONDA_SPI_LINUX_RECORD_H
#define SONDA_SPI_LINUX_RECORD_H

/** Version of this layout, in the record header. */
#define SONDA_LINUX_VERSION 1u

/** Record types, in the record header and at offset 4 of the payload. Pinned. */
#define SONDA_LINUX_EXEC 1u
/** A new process, not a new thread; the head describes the child. */
#define SONDA_LINUX_FORK 2u
/** The last thread of a process ended. */
#define SONDA_LINUX_EXIT 3u
/** A file was opened for writing, or created. */
#define SONDA_LINUX_OPEN 4u
#define SONDA_LINUX_RENAME 5u
/** unlink, unlinkat or rmdir. */
#define SONDA_LINUX_DELETE 6u
#define SONDA_LINUX_CHMOD 7u
#define SONDA_LINUX_CHOWN 8u
#define SONDA_LINUX_CONNECT 9u
#define SONDA_LINUX_ACCEPT 10u
#define SONDA_LINUX_BIND 11u
/** One above the largest type. */
#define SONDA_LINUX_TYPE_COUNT 12u

/*
 * The head. Offsets from the start of the payload; the number in a name's
 * comment is the size in bytes. What a type does not use is zero.
 */

/** 4: bytes of the payload, this number included. */
#define SONDA_LINUX_AT_SIZE 0
/** 2: SONDA_LINUX_EXEC and so on. */
#define SONDA_LINUX_AT_TYPE 4
/** 2: SONDA_LINUX_HEAD_… flags. */
#define SONDA_LINUX_AT_FLAGS 6
/** 8: when, nanoseconds since boot, suspend included. */
#define SONDA_LINUX_AT_TIME 8

/** 4: process id (thread group), in the initial pid namespace. */
#define SONDA_LINUX_AT_PID 16
/** 4: thread id, likewise. */
#define SONDA_LINUX_AT_TID 20
/** 8: start of the process, nanoseconds since boot: with the process id, the
 * key of a process. */
#define SONDA_LINUX_AT_START 24
/** 4: process id of the parent. */
#define SONDA_LINUX_AT_PARENT_PID 32
/** 4: POSIX session: process id of its leader. */
#define SONDA_LINUX_AT_SESSION 36
/** 8: start of the parent, nanoseconds since boot. */
#define SONDA_LINUX_AT_PARENT_START 40
/** 4 each: credentials of the task, in the initial user namespace. */
#define SONDA_LINUX_AT_UID 48
#define SONDA_LINUX_AT_GID 52
#define SONDA_LINUX_AT_EUID 56
#define SONDA_LINUX_AT_EGID 60
#define SONDA_LINUX_AT_SUID 64
#define SONDA_LINUX_AT_SGID 68
#define SONDA_LINUX_AT_FSUID 72
#define SONDA_LINUX_AT_FSGID 76
/** 4 each: login user and session of the audit system; all ones: not set. */
#define SONDA_LINUX_AT_LOGIN_UID 80
#define SONDA_LINUX_AT_LOGIN_SESSION 84
/** 8 each: capabilities, bit n is capability n. */
#define SONDA_LINUX_AT_CAP_EFFECTIVE 88
#define SONDA_LINUX_AT_CAP_PERMITTED 96
/** 8: id of the control group in the unified hierarchy. */
#define SONDA_LINUX_AT_CGROUP_ID 104
/** 4 each: inode numbers of the namespaces. */
#define SONDA_LINUX_AT_MOUNT_NS 112
#define SONDA_LINUX_AT_PID_NS 116
/** 4: process id as the process itself sees it. */
#define SONDA_LINUX_AT_INNER_PID 120
/** 4: controlling terminal, major << 20 | minor; 0: none. */
#define SONDA_LINUX_AT_TTY 124
/** 16: name of the thread, zero-padded. */
#define SONDA_LINUX_AT_COMM 128

/*
 * Detail of EXEC (the image), OPEN, CHMOD and CHOWN by descriptor (the file).
 */

/** 8: inode. */
#define SONDA_LINUX_AT_INODE 144
/** 4: device, major << 20 | minor. */
#define SONDA_LINUX_AT_DEVICE 152
/** 4: type and permission bits. */
#define SONDA_LINUX_AT_MODE 156
/** 4 each: owner of the inode. */
#define SONDA_LINUX_AT_OWNER_UID 160
#define SONDA_LINUX_AT_OWNER_GID 164
/** 4: hard links; 0: deleted, or never had a name (a memfd). */
#define SONDA_LINUX_AT_LINKS 168
/** 4: OPEN: flags; CHMOD: the mode asked for; CHOWN: the user asked for;
 * RENAME, DELETE: flags of the call. */
#define SONDA_LINUX_AT_ARGUMENT 172
/** 4: CHOWN: the group asked for. OPEN: 1 when this call created the file. */
#define SONDA_LINUX_AT_ARGUMENT2 176
/** 4, signed: what the system call returned. EXIT: the status as wait() gives it. */
#define SONDA_LINUX_AT_RESULT 180
/** 8 each: EXEC: bytes of arguments and of environment, also when not copied. */
#define SONDA_LINUX_AT_ARGUMENTS_SIZE 184
#define SONDA_LINUX_AT_ENVIRONMENT_SIZE 192
/** 4: number of the system call; bit 31: of the 32-bit table. 0 elsewhere. */
#define SONDA_LINUX_AT_SYSCALL 200
/** 4: EXEC: bytes of arguments that could be copied; the rest of the item, if
 * any, is not to be read. */
#define SONDA_LINUX_AT_ARGUMENTS_COPIED 204
/** Bytes of the head; the first item begins here. */
#define SONDA_LINUX_HEAD_SIZE 208

/*
 * Detail of CONNECT, ACCEPT and BIND, in the place of the file's.
 */

/** 16 each: addresses; IPv4 in the first four bytes. Network order. */
#define SONDA_LINUX_AT_LOCAL_ADDRESS 144
#define SONDA_LINUX_AT_REMOTE_ADDRESS 160
/** 2 each: ports, as numbers. */
#define SONDA_LINUX_AT_LOCAL_PORT 176
#define SONDA_LINUX_AT_REMOTE_PORT 178
/* Offset 180: SONDA_LINUX_AT_RESULT as above. */
/** 2: 2 for IPv4, 10 for IPv6. */
#define SONDA_LINUX_AT_FAMILY 184
/** 2: IP protocol: 6 TCP, 17 UDP. */
#define SONDA_LINUX_AT_PROTOCOL 186
/** 2: 1 stream, 2 datagram, 3 raw. */
#define SONDA_LINUX_AT_SOCKET_TYPE 188
/* Offsets 190 to 199: zero. */
/* Offset 200: SONDA_LINUX_AT_SYSCALL as above. */

/** Head flag: the process is one of the snapshot. */
#define SONDA_LINUX_HEAD_SNAPSHOT 0x0001u
/** Head flag: a kernel thread, without image or arguments. */
#define SONDA_LINUX_HEAD_KERNEL_THREAD 0x0002u
/** Head flag: the addresses come from the caller's memory, because the kernel
 * had dropped its own; untrusted. */
#define SONDA_LINUX_HEAD_ADDRESS_UNTRUSTED 0x0004u
/** Head flag: the system call acted by path; the inode fields are zero. */
#define SONDA_LINUX_HEAD_BY_PATH 0x0008u
/** Head flag: a connect that was begun by io_uring or the kernel, seen by the
 * state of its socket instead of a system call. */
#define SONDA_LINUX_HEAD_BY_SOCKET 0x0010u

/*
 * Items. Each: u16 kind, u16 flags, u32 length, that many bytes, and zero to
 * seven bytes of padding, so that each begins at a multiple of eight.
 *
 * A "walk" is a path as the kernel has it: the names of its components, the
 * last one first, each zero-terminated. It ends at the root of the process's
 * mount namespace, so a chroot does not shorten it.
 */
#define SONDA_LINUX_ITEM_HEAD_SIZE 8

/** EXEC: walk of the executable that runs (for a script: the interpreter). */
#define SONDA_LINUX_ITEM_IMAGE 1u
/** EXEC: walk of the working directory. */
#define SONDA_LINUX_ITEM_DIRECTORY 2u
/** EXEC: what was asked to be executed, as given: for a script, the script. */
#define SONDA_LINUX_ITEM_FILENAME 3u
/** EXEC: the arguments, each zero-terminated. */
#define SONDA_LINUX_ITEM_ARGUMENTS 4u
/** EXEC: walk of the control group, within the unified hierarchy. */
#define SONDA_LINUX_ITEM_CGROUP 5u
/** Walk of the file a descriptor named. */
#define SONDA_LINUX_ITEM_TARGET 6u
/** Walk of the directory a path argument is relative to. */
#define SONDA_LINUX_ITEM_TARGET_BASE 7u
/** The path argument, from the caller's memory. After RENAME: the new name. */
#define SONDA_LINUX_ITEM_TARGET_TEXT 8u
/** RENAME: the old name, likewise. */
#define SONDA_LINUX_ITEM_SOURCE_BASE 9u
#define SONDA_LINUX_ITEM_SOURCE_TEXT 10u
/** Name of the user of SONDA_LINUX_AT_UID; by the adapter. */
#define SONDA_LINUX_ITEM_USER 11u

/** Item flag: cut at a limit. */
#define SONDA_LINUX_ITEM_TRUNCATED 0x0001u
/** Item flag: read from memory the process could change meanwhile. */
#define SONDA_LINUX_ITEM_UNTRUSTED 0x0002u
/** Item flag: it was there but could not be read, or not all of it. */
#define SONDA_LINUX_ITEM_UNREADABLE 0x0004u
/** Item flag: a walk that ends outside the mount tree (memfd, detached mount). */
#define SONDA_LINUX_ITEM_DETACHED 0x0008u

#endif
