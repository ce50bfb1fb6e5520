/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The table of event types.
 *
 * Opens and single writes are not observed: they are most of what a machine
 * does, and a file that was written tells so when it is closed. Only answers
 * about programs and opens are ever remembered by the system: a start is told
 * of all the same, and an open that was allowed once is no news.
 *
 * Platform (mac).
 */

#include "platform/mac/subscriptions.h"

#include <stddef.h>

#include "platform/mac/members.h"
#include "platform/mac/source.h"

#define EXEC SONDA_SOURCE_CLASS_PROCESS_EXEC
#define FORK SONDA_SOURCE_CLASS_PROCESS_FORK
#define EXIT SONDA_SOURCE_CLASS_PROCESS_EXIT
#define OPEN SONDA_SOURCE_CLASS_FILE_OPEN
#define RENAME SONDA_SOURCE_CLASS_FILE_RENAME
#define DELETE SONDA_SOURCE_CLASS_FILE_DELETE
#define CHANGE SONDA_SOURCE_CLASS_FILE_ATTRIBUTES
#define MODULE SONDA_SOURCE_CLASS_MODULE
#define OTHER SONDA_SOURCE_CLASS_OTHER

#define MUST PRIORITY_MUST
#define HIGH PRIORITY_HIGH
#define MEDIUM PRIORITY_MEDIUM

#define ASK SUBSCRIBE_AUTH
#define ASK_CACHED (SUBSCRIBE_AUTH | SUBSCRIBE_CACHED)
#define ASK_GUARD (SUBSCRIBE_AUTH | SUBSCRIBE_GUARD)

static const struct subscription table[] = {
    {ES_NOTIFY_EXEC, EXEC, MUST, SUBSCRIBE_LINEAGE},
    {ES_NOTIFY_FORK, FORK, MUST, SUBSCRIBE_LINEAGE},
    {ES_NOTIFY_EXIT, EXIT, MUST, SUBSCRIBE_LINEAGE},
    {ES_NOTIFY_CREATE, OPEN, MUST, 0},
    {ES_NOTIFY_CLOSE, OPEN, MUST, 0},
    {ES_NOTIFY_TRUNCATE, OPEN, MUST, 0},
    {ES_NOTIFY_LINK, OPEN, MUST, 0},
    {ES_NOTIFY_CLONE, OPEN, MUST, 0},
    {ES_NOTIFY_COPYFILE, OPEN, MUST, 0},
    {ES_NOTIFY_RENAME, RENAME, MUST, 0},
    {ES_NOTIFY_EXCHANGEDATA, RENAME, MUST, 0},
    {ES_NOTIFY_UNLINK, DELETE, MUST, 0},
    {ES_NOTIFY_MOUNT, OTHER, MUST, 0},
    {ES_NOTIFY_REMOUNT, OTHER, MUST, 0},
    {ES_NOTIFY_UNMOUNT, OTHER, MUST, 0},
    {ES_NOTIFY_GET_TASK, OTHER, MUST, 0},
    {ES_NOTIFY_GET_TASK_READ, OTHER, MUST, 0},
    {ES_NOTIFY_GET_TASK_INSPECT, OTHER, MUST, 0},
    {ES_NOTIFY_TRACE, OTHER, MUST, 0},
    {ES_NOTIFY_REMOTE_THREAD_CREATE, OTHER, MUST, 0},
    {ES_NOTIFY_CS_INVALIDATED, OTHER, MUST, 0},
    {ES_NOTIFY_BTM_LAUNCH_ITEM_ADD, OTHER, MUST, 0},
    {ES_NOTIFY_BTM_LAUNCH_ITEM_REMOVE, OTHER, MUST, 0},
    {ES_NOTIFY_XP_MALWARE_DETECTED, OTHER, MUST, 0},
    {ES_NOTIFY_XP_MALWARE_REMEDIATED, OTHER, MUST, 0},
    {ES_NOTIFY_AUTHENTICATION, OTHER, MUST, 0},
    {ES_NOTIFY_LOGIN_LOGIN, OTHER, MUST, 0},
    {ES_NOTIFY_LOGIN_LOGOUT, OTHER, MUST, 0},
    {ES_NOTIFY_LW_SESSION_LOGIN, OTHER, MUST, 0},
    {ES_NOTIFY_LW_SESSION_LOGOUT, OTHER, MUST, 0},
    {ES_NOTIFY_LW_SESSION_LOCK, OTHER, MUST, 0},
    {ES_NOTIFY_LW_SESSION_UNLOCK, OTHER, MUST, 0},
    {ES_NOTIFY_OPENSSH_LOGIN, OTHER, MUST, 0},
    {ES_NOTIFY_OPENSSH_LOGOUT, OTHER, MUST, 0},
    {ES_NOTIFY_SCREENSHARING_ATTACH, OTHER, MUST, 0},
    {ES_NOTIFY_SCREENSHARING_DETACH, OTHER, MUST, 0},
    /* Newer than the oldest system that we ask for, like sudo and its kin. */
    {ES_NOTIFY_TCC_MODIFY, OTHER, HIGH, 0},
    {ES_NOTIFY_GATEKEEPER_USER_OVERRIDE, OTHER, HIGH, 0},
    {ES_NOTIFY_SU, OTHER, HIGH, 0},
    {ES_NOTIFY_SUDO, OTHER, HIGH, 0},
    {ES_NOTIFY_PROFILE_ADD, OTHER, HIGH, 0},
    {ES_NOTIFY_PROFILE_REMOVE, OTHER, HIGH, 0},
    {ES_NOTIFY_OD_GROUP_ADD, OTHER, HIGH, 0},
    {ES_NOTIFY_OD_GROUP_REMOVE, OTHER, HIGH, 0},
    {ES_NOTIFY_OD_MODIFY_PASSWORD, OTHER, HIGH, 0},
    {ES_NOTIFY_OD_DISABLE_USER, OTHER, HIGH, 0},
    {ES_NOTIFY_OD_ENABLE_USER, OTHER, HIGH, 0},
    {ES_NOTIFY_OD_CREATE_USER, OTHER, HIGH, 0},
    {ES_NOTIFY_OD_CREATE_GROUP, OTHER, HIGH, 0},
    {ES_NOTIFY_OD_DELETE_USER, OTHER, HIGH, 0},
    {ES_NOTIFY_OD_DELETE_GROUP, OTHER, HIGH, 0},
    {ES_NOTIFY_AUTHORIZATION_PETITION, OTHER, HIGH, 0},
    {ES_NOTIFY_AUTHORIZATION_JUDGEMENT, OTHER, HIGH, 0},
    {ES_NOTIFY_MMAP, MODULE, HIGH, 0},
    {ES_NOTIFY_MPROTECT, OTHER, HIGH, 0},
    {ES_NOTIFY_SETUID, OTHER, HIGH, 0},
    {ES_NOTIFY_SETGID, OTHER, HIGH, 0},
    {ES_NOTIFY_SETEUID, OTHER, HIGH, 0},
    {ES_NOTIFY_SETEGID, OTHER, HIGH, 0},
    {ES_NOTIFY_SETREUID, OTHER, HIGH, 0},
    {ES_NOTIFY_SETREGID, OTHER, HIGH, 0},
    {ES_NOTIFY_SETMODE, CHANGE, MEDIUM, 0},
    {ES_NOTIFY_SETOWNER, CHANGE, MEDIUM, 0},
    {ES_NOTIFY_SETFLAGS, CHANGE, MEDIUM, 0},
    {ES_NOTIFY_SETACL, CHANGE, MEDIUM, 0},
    {ES_NOTIFY_SETEXTATTR, CHANGE, MEDIUM, 0},
    {ES_NOTIFY_DELETEEXTATTR, CHANGE, MEDIUM, 0},
    {ES_NOTIFY_KEXTLOAD, MODULE, MEDIUM, 0},
    {ES_NOTIFY_KEXTUNLOAD, MODULE, MEDIUM, 0},
    {ES_NOTIFY_IOKIT_OPEN, OTHER, MEDIUM, 0},
    {ES_NOTIFY_UIPC_BIND, OTHER, MEDIUM, 0},
    {ES_NOTIFY_UIPC_CONNECT, OTHER, MEDIUM, 0},
    {ES_NOTIFY_XPC_CONNECT, OTHER, MEDIUM, 0},
    /* What is done to the sensor itself, when nothing is authorised. */
    {ES_NOTIFY_SIGNAL, OTHER, HIGH, SUBSCRIBE_GUARD},
    {ES_NOTIFY_PROC_SUSPEND_RESUME, OTHER, HIGH, SUBSCRIBE_GUARD},
    {ES_AUTH_SIGNAL, OTHER, HIGH, ASK_GUARD},
    {ES_AUTH_PROC_SUSPEND_RESUME, OTHER, HIGH, ASK_GUARD},
    {ES_AUTH_GET_TASK, OTHER, HIGH, ASK_GUARD},
    {ES_AUTH_UNLINK, DELETE, HIGH, ASK_GUARD},
    {ES_AUTH_RENAME, RENAME, HIGH, ASK_GUARD},
    {ES_AUTH_EXEC, EXEC, MUST, ASK_CACHED},
    {ES_AUTH_OPEN, OPEN, HIGH, ASK_CACHED},
    {ES_AUTH_CREATE, OPEN, HIGH, ASK},
    {ES_AUTH_TRUNCATE, OPEN, HIGH, ASK},
    {ES_AUTH_LINK, OPEN, HIGH, ASK},
    {ES_AUTH_CLONE, OPEN, HIGH, ASK},
    {ES_AUTH_COPYFILE, OPEN, HIGH, ASK},
    {ES_AUTH_EXCHANGEDATA, RENAME, HIGH, ASK},
    {ES_AUTH_SETMODE, CHANGE, MEDIUM, ASK},
    {ES_AUTH_SETOWNER, CHANGE, MEDIUM, ASK},
    {ES_AUTH_SETACL, CHANGE, MEDIUM, ASK},
    {ES_AUTH_SETEXTATTR, CHANGE, MEDIUM, ASK},
    {ES_AUTH_DELETEEXTATTR, CHANGE, MEDIUM, ASK},
    {ES_AUTH_KEXTLOAD, MODULE, MEDIUM, ASK},
    {ES_AUTH_MMAP, MODULE, MEDIUM, ASK},
    {ES_AUTH_MOUNT, OTHER, MEDIUM, ASK},
    {ES_AUTH_REMOUNT, OTHER, MEDIUM, ASK},
    {ES_AUTH_GET_TASK_READ, OTHER, MEDIUM, ASK},
    {ES_AUTH_IOKIT_OPEN, OTHER, MEDIUM, ASK},
    {ES_AUTH_UIPC_BIND, OTHER, MEDIUM, ASK},
    {ES_AUTH_UIPC_CONNECT, OTHER, MEDIUM, ASK},
};

const struct subscription *subscriptions(uint32_t *count)
{
    *count = (uint32_t)(sizeof table / sizeof table[0]);
    return table;
}

const struct subscription *subscription_of(uint32_t type)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (table[i].type == type) {
            return &table[i];
        }
    }
    return NULL;
}

uint32_t class_of_type(uint32_t type)
{
    const struct subscription *found = subscription_of(type);

    return found != NULL ? found->class_index : OTHER;
}

static bool is_asked(uint64_t classes, uint32_t class_index)
{
    return (classes >> class_index & 1u) != 0;
}

/* The guard asks, or only looks on, by the class of what is done to the sensor. */
static bool is_for_guard(const struct subscription *subscription, uint64_t authorise)
{
    bool asks = is_asked(authorise, OTHER);

    return (subscription->flags & SUBSCRIBE_GUARD) != 0 &&
           ((subscription->flags & SUBSCRIBE_AUTH) != 0) == asks;
}

/* What is asked is not told once more. */
static bool
is_asked_instead(const struct subscription *told, uint64_t classes, uint64_t authorise)
{
    const struct subscription *asked = subscription_of(auth_form(told->type));

    return asked != NULL && asked != told &&
           subscription_is_for(asked, CLIENT_AUTHORISE, classes, authorise);
}

bool subscription_is_for(const struct subscription *subscription,
                         uint32_t client_index,
                         uint64_t classes,
                         uint64_t authorise)
{
    bool asks = (subscription->flags & SUBSCRIBE_AUTH) != 0;
    bool guards = (subscription->flags & SUBSCRIBE_GUARD) != 0;
    bool lineage = (subscription->flags & SUBSCRIBE_LINEAGE) != 0;

    if (client_index == CLIENT_GUARD) {
        return is_for_guard(subscription, authorise);
    }
    if (client_index == CLIENT_AUTHORISE) {
        /* Deletions and renames are asked of both, of the guard for its own. */
        return authorise != 0 &&
               (lineage || (asks && is_asked(authorise, subscription->class_index) &&
                            (!guards || subscription->class_index != OTHER)));
    }
    if (asks || guards) {
        return false;
    }
    if (!lineage && is_asked_instead(subscription, classes, authorise)) {
        return false;
    }
    return lineage || classes == 0 || is_asked(classes, subscription->class_index);
}
