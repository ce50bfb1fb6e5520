/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Names of users, from the local user table only.
 *
 * Deliberately not getpwuid(): that may ask a directory server, which would
 * stall delivery and make the sensor talk to the network for every new uid. A
 * user who is known to a directory only stays a number.
 *
 * Platform (linux).
 */

#ifndef SONDA_PLATFORM_LINUX_USERS_H
#define SONDA_PLATFORM_LINUX_USERS_H

#include <stddef.h>
#include <stdint.h>

/* The table is read as far as this; larger ones belong in a directory. */
enum { USERS_MAX = 512, USER_NAME_SIZE = 33 };

struct user {
    uint32_t uid;
    char name[USER_NAME_SIZE];
};

struct users {
    size_t count;
    int64_t modified_ns; /* of the table when it was read */
    uint64_t checked_ns; /* when we last looked whether it changed */
    struct user users[USERS_MAX];
};

/* The name of `uid`, or NULL. `now_ns` is any steady clock's. */
const char *users_name(struct users *users, uint32_t uid, uint64_t now_ns);

#endif
