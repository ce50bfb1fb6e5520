/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */

/*
 * What the programs and the adapter share besides the records: the table of
 * system calls, the counters, the switch.
 */

#ifndef SONDA_BPF_INTERFACE_H
#define SONDA_BPF_INTERFACE_H

/* What a system call means to us; numbers of arguments count from 1, 0: none. */
struct action {
    unsigned char type; /* SONDA_LINUX_…; 0: not watched */
    unsigned char fd;   /* descriptor, or directory of `path` */
    unsigned char path;
    unsigned char source_fd;
    unsigned char source_path;
    unsigned char argument;
    unsigned char argument2;
    unsigned char special; /* SPECIAL_… */
};

/* `fd` of an action: the result of the call. */
#define CALL_RESULT 7
#define SPECIAL_RMDIR 1
#define SPECIAL_SOCKETCALL 2
/* Above every number in use (2026: 470). */
#define CALL_MAX 512

/* Nothing is told; only the sensor and its children; everything. */
#define MODE_OFF 0
#define MODE_CANARY 1
#define MODE_ON 2

/* A class's counters on one CPU. */
struct counters {
    unsigned long long produced;
    unsigned long long lost;
    unsigned long long filtered;
};

#endif
