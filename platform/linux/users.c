/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The local user table, read again when it changed, at most once a second.
 *
 * Platform (linux).
 */

#include "platform/linux/users.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define USER_TABLE "/etc/passwd"

static void read_table(struct users *users)
{
    FILE *file = fopen(USER_TABLE, "re");
    char buffer[1024];
    struct passwd entry;
    struct passwd *found;

    users->count = 0;
    if (file == NULL) {
        return;
    }
    while (users->count < USERS_MAX &&
           fgetpwent_r(file, &entry, buffer, sizeof buffer, &found) == 0) {
        struct user *user = &users->users[users->count];

        size_t len = strlen(entry.pw_name);

        if (len < sizeof user->name) {
            user->uid = entry.pw_uid;
            memcpy(user->name, entry.pw_name, len + 1);
            users->count++;
        }
    }
    fclose(file);
}

static void refresh(struct users *users, uint64_t now_ns)
{
    struct stat status;
    int64_t modified;

    if (users->checked_ns != 0 && now_ns - users->checked_ns < 1000000000u) {
        return;
    }
    users->checked_ns = now_ns;
    if (stat(USER_TABLE, &status) != 0) {
        users->count = 0;
        return;
    }
    modified = (int64_t)status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec;
    if (modified != users->modified_ns) {
        users->modified_ns = modified;
        read_table(users);
    }
}

const char *users_name(struct users *users, uint32_t uid, uint64_t now_ns)
{
    refresh(users, now_ns);
    for (size_t i = 0; i < users->count; i++) {
        if (users->users[i].uid == uid) {
            return users->users[i].name;
        }
    }
    return NULL;
}
