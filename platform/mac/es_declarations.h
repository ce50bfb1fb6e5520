/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The part of Endpoint Security that the adapter uses, declared by us from
 * what is public about its interface: names, values and layouts.
 *
 * Layouts are those of 64-bit macOS on both processors. Structs of the system
 * itself (stat, statfs, timeval) are spelled out too, because theirs differ
 * from those of the system that the tests run on; the sizes at the end are
 * checked by each compiler. A member is read only when the message's version
 * has it: the comment says since which.
 *
 * Platform (mac).
 */

#ifndef SONDA_PLATFORM_MAC_ES_DECLARATIONS_H
#define SONDA_PLATFORM_MAC_ES_DECLARATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct es_audit_token {
    /* auid, euid, egid, ruid, rgid, pid, asid, pidversion */
    uint32_t val[8];
} es_audit_token;

enum { TOKEN_EUID = 1, TOKEN_RUID = 3, TOKEN_PID = 5, TOKEN_PIDVERSION = 7 };

typedef struct es_string {
    size_t length;
    const char *data; /* may be NULL when empty */
} es_string;

typedef struct es_timespec {
    int64_t tv_sec;
    int64_t tv_nsec;
} es_timespec;

typedef struct es_timeval {
    int64_t tv_sec;
    int32_t tv_usec;
    uint32_t padding;
} es_timeval;

typedef struct es_stat {
    int32_t st_dev;
    uint16_t st_mode;
    uint16_t st_nlink;
    uint64_t st_ino;
    uint32_t st_uid;
    uint32_t st_gid;
    int32_t st_rdev;
    uint32_t padding;
    es_timespec st_atimespec;
    es_timespec st_mtimespec;
    es_timespec st_ctimespec;
    es_timespec st_birthtimespec;
    int64_t st_size;
    int64_t st_blocks;
    int32_t st_blksize;
    uint32_t st_flags;
    uint32_t st_gen;
    int32_t st_lspare;
    int64_t st_qspare[2];
} es_stat;

typedef struct es_statfs {
    uint32_t f_bsize;
    int32_t f_iosize;
    uint64_t f_blocks;
    uint64_t f_bfree;
    uint64_t f_bavail;
    uint64_t f_files;
    uint64_t f_ffree;
    int32_t f_fsid[2];
    uint32_t f_owner;
    uint32_t f_type;
    uint32_t f_flags;
    uint32_t f_fssubtype;
    char f_fstypename[16];
    char f_mntonname[1024];
    char f_mntfromname[1024];
    uint32_t f_flags_ext;
    uint32_t f_reserved[7];
} es_statfs;

typedef struct es_file {
    es_string path;
    bool path_truncated;
    es_stat stat;
} es_file;

typedef struct es_thread {
    uint64_t thread_id;
} es_thread;

typedef struct es_process {
    es_audit_token audit_token;
    int32_t ppid;
    int32_t original_ppid;
    int32_t group_id;
    int32_t session_id;
    uint32_t codesigning_flags;
    bool is_platform_binary;
    bool is_es_client;
    uint8_t cdhash[20];
    es_string signing_id;
    es_string team_id;
    es_file *executable;
    es_file *tty;                           /* 2 */
    es_timeval start_time;                  /* 3 */
    es_audit_token responsible_audit_token; /* 4 */
    es_audit_token parent_audit_token;      /* 4 */
} es_process;

typedef union es_events {
    /* Since macOS 13 new events are pointers, the older ones stand here; see
     * es_events.h. As large as the largest of them. */
    const void *pointer;
    uint8_t bytes[104];
} es_events;

enum { ES_ACTION_TYPE_AUTH = 0, ES_ACTION_TYPE_NOTIFY = 1 };
enum { ES_RESULT_TYPE_AUTH = 0, ES_RESULT_TYPE_FLAGS = 1 };

typedef struct es_result {
    uint32_t result_type;
    union {
        uint32_t auth;
        uint32_t flags;
        uint8_t reserved[32];
    } result;
} es_result;

typedef struct es_message {
    uint32_t version;
    es_timespec time;
    uint64_t mach_time;
    uint64_t deadline;
    es_process *process;
    uint64_t seq_num; /* 2 */
    uint32_t action_type;
    union {
        uint8_t auth[32];
        es_result notify;
    } action;
    uint32_t event_type;
    es_events event;
    es_thread *thread;       /* 4; may be NULL */
    uint64_t global_seq_num; /* 4 */
} es_message;

/* Versions of a message that gained something that we read. */
enum {
    ES_VERSION_SEQ_NUM = 2,
    ES_VERSION_TTY = 2,
    ES_VERSION_START_TIME = 3,
    ES_VERSION_TOKENS = 4,
    ES_VERSION_THREAD = 4
};

enum {
    ES_AUTH_EXEC = 0,
    ES_AUTH_OPEN = 1,
    ES_AUTH_KEXTLOAD = 2,
    ES_AUTH_MMAP = 3,
    ES_AUTH_MPROTECT = 4,
    ES_AUTH_MOUNT = 5,
    ES_AUTH_RENAME = 6,
    ES_AUTH_SIGNAL = 7,
    ES_AUTH_UNLINK = 8,
    ES_NOTIFY_EXEC = 9,
    ES_NOTIFY_OPEN = 10,
    ES_NOTIFY_FORK = 11,
    ES_NOTIFY_CLOSE = 12,
    ES_NOTIFY_CREATE = 13,
    ES_NOTIFY_EXCHANGEDATA = 14,
    ES_NOTIFY_EXIT = 15,
    ES_NOTIFY_GET_TASK = 16,
    ES_NOTIFY_KEXTLOAD = 17,
    ES_NOTIFY_KEXTUNLOAD = 18,
    ES_NOTIFY_LINK = 19,
    ES_NOTIFY_MMAP = 20,
    ES_NOTIFY_MPROTECT = 21,
    ES_NOTIFY_MOUNT = 22,
    ES_NOTIFY_UNMOUNT = 23,
    ES_NOTIFY_IOKIT_OPEN = 24,
    ES_NOTIFY_RENAME = 25,
    ES_NOTIFY_SETEXTATTR = 27,
    ES_NOTIFY_SETFLAGS = 28,
    ES_NOTIFY_SETMODE = 29,
    ES_NOTIFY_SETOWNER = 30,
    ES_NOTIFY_SIGNAL = 31,
    ES_NOTIFY_UNLINK = 32,
    ES_NOTIFY_WRITE = 33,
    ES_AUTH_TRUNCATE = 40,
    ES_NOTIFY_TRUNCATE = 41,
    ES_AUTH_LINK = 42,
    ES_AUTH_CREATE = 44,
    ES_AUTH_SETEXTATTR = 46,
    ES_AUTH_SETMODE = 48,
    ES_AUTH_SETOWNER = 49,
    ES_AUTH_CLONE = 60,
    ES_NOTIFY_CLONE = 61,
    ES_AUTH_DELETEEXTATTR = 69,
    ES_NOTIFY_DELETEEXTATTR = 70,
    ES_NOTIFY_UIPC_BIND = 76,
    ES_AUTH_UIPC_BIND = 77,
    ES_NOTIFY_UIPC_CONNECT = 78,
    ES_AUTH_UIPC_CONNECT = 79,
    ES_AUTH_EXCHANGEDATA = 80,
    ES_AUTH_SETACL = 81,
    ES_NOTIFY_SETACL = 82,
    ES_AUTH_GET_TASK = 87,
    ES_AUTH_IOKIT_OPEN = 91,
    ES_AUTH_PROC_SUSPEND_RESUME = 92,
    ES_NOTIFY_PROC_SUSPEND_RESUME = 93,
    ES_NOTIFY_CS_INVALIDATED = 94,
    ES_NOTIFY_TRACE = 96,
    ES_NOTIFY_REMOTE_THREAD_CREATE = 97,
    ES_AUTH_REMOUNT = 98,
    ES_NOTIFY_REMOUNT = 99,
    ES_AUTH_GET_TASK_READ = 100,
    ES_NOTIFY_GET_TASK_READ = 101,
    ES_NOTIFY_GET_TASK_INSPECT = 102,
    ES_NOTIFY_SETUID = 103,
    ES_NOTIFY_SETGID = 104,
    ES_NOTIFY_SETEUID = 105,
    ES_NOTIFY_SETEGID = 106,
    ES_NOTIFY_SETREUID = 107,
    ES_NOTIFY_SETREGID = 108,
    ES_AUTH_COPYFILE = 109,
    ES_NOTIFY_COPYFILE = 110,
    /* From here on the event is a pointer. */
    ES_NOTIFY_AUTHENTICATION = 111,
    ES_NOTIFY_XP_MALWARE_DETECTED = 112,
    ES_NOTIFY_XP_MALWARE_REMEDIATED = 113,
    ES_NOTIFY_LW_SESSION_LOGIN = 114,
    ES_NOTIFY_LW_SESSION_LOGOUT = 115,
    ES_NOTIFY_LW_SESSION_LOCK = 116,
    ES_NOTIFY_LW_SESSION_UNLOCK = 117,
    ES_NOTIFY_SCREENSHARING_ATTACH = 118,
    ES_NOTIFY_SCREENSHARING_DETACH = 119,
    ES_NOTIFY_OPENSSH_LOGIN = 120,
    ES_NOTIFY_OPENSSH_LOGOUT = 121,
    ES_NOTIFY_LOGIN_LOGIN = 122,
    ES_NOTIFY_LOGIN_LOGOUT = 123,
    ES_NOTIFY_BTM_LAUNCH_ITEM_ADD = 124,
    ES_NOTIFY_BTM_LAUNCH_ITEM_REMOVE = 125,
    ES_NOTIFY_PROFILE_ADD = 126,
    ES_NOTIFY_PROFILE_REMOVE = 127,
    ES_NOTIFY_SU = 128,
    ES_NOTIFY_AUTHORIZATION_PETITION = 129,
    ES_NOTIFY_AUTHORIZATION_JUDGEMENT = 130,
    ES_NOTIFY_SUDO = 131,
    ES_NOTIFY_OD_GROUP_ADD = 132,
    ES_NOTIFY_OD_GROUP_REMOVE = 133,
    ES_NOTIFY_OD_MODIFY_PASSWORD = 135,
    ES_NOTIFY_OD_DISABLE_USER = 136,
    ES_NOTIFY_OD_ENABLE_USER = 137,
    ES_NOTIFY_OD_CREATE_USER = 141,
    ES_NOTIFY_OD_CREATE_GROUP = 142,
    ES_NOTIFY_OD_DELETE_USER = 143,
    ES_NOTIFY_OD_DELETE_GROUP = 144,
    ES_NOTIFY_XPC_CONNECT = 145,
    ES_NOTIFY_GATEKEEPER_USER_OVERRIDE = 146,
    ES_NOTIFY_TCC_MODIFY = 147
};
#define ES_FIRST_POINTER_EVENT ((uint32_t)ES_NOTIFY_AUTHENTICATION)
/* More than any type that we know of; types beyond are passed on all the same. */
#define ES_TYPE_COUNT 256u

enum { ES_AUTH_RESULT_ALLOW = 0, ES_AUTH_RESULT_DENY = 1 };
enum { ES_RETURN_SUCCESS = 0, ES_RETURN_ERROR = 1 };
enum {
    ES_RESPOND_RESULT_SUCCESS = 0,
    ES_RESPOND_RESULT_ERR_INVALID_ARGUMENT = 1,
    ES_RESPOND_RESULT_ERR_INTERNAL = 2,
    ES_RESPOND_RESULT_NOT_FOUND = 3,
    ES_RESPOND_RESULT_ERR_DUPLICATE_RESPONSE = 4,
    ES_RESPOND_RESULT_ERR_EVENT_TYPE = 5
};
enum {
    ES_NEW_CLIENT_RESULT_SUCCESS = 0,
    ES_NEW_CLIENT_RESULT_ERR_INVALID_ARGUMENT = 1,
    ES_NEW_CLIENT_RESULT_ERR_INTERNAL = 2,
    ES_NEW_CLIENT_RESULT_ERR_NOT_ENTITLED = 3,
    ES_NEW_CLIENT_RESULT_ERR_NOT_PERMITTED = 4,
    ES_NEW_CLIENT_RESULT_ERR_NOT_PRIVILEGED = 5,
    ES_NEW_CLIENT_RESULT_ERR_TOO_MANY_CLIENTS = 6
};
enum { ES_CLEAR_CACHE_RESULT_SUCCESS = 0 };
enum {
    ES_MUTE_PATH_TYPE_PREFIX = 0,
    ES_MUTE_PATH_TYPE_LITERAL = 1,
    ES_MUTE_PATH_TYPE_TARGET_PREFIX = 2,
    ES_MUTE_PATH_TYPE_TARGET_LITERAL = 3
};
enum { ES_MUTE_INVERSION_TYPE_TARGET_PATH = 2 };

typedef struct es_client es_client_t;
/* A block; spelled so that tools do not take this header for Objective-C. */
#define ES_BLOCK ^/* NOLINT(bugprone-macro-parentheses) */
typedef void(ES_BLOCK es_handler_block)(es_client_t *client, const es_message *message);

/* All there since macOS 13, which is the oldest that we ask for. */
uint32_t es_new_client(es_client_t **client, es_handler_block handler);
uint32_t es_delete_client(es_client_t *client);
uint32_t es_subscribe(es_client_t *client, const uint32_t *events, uint32_t event_count);
uint32_t es_unsubscribe_all(es_client_t *client);
uint32_t es_respond_auth_result(es_client_t *client,
                                const es_message *message,
                                uint32_t result,
                                bool cache);
uint32_t es_respond_flags_result(es_client_t *client,
                                 const es_message *message,
                                 uint32_t authorized_flags,
                                 bool cache);
void es_retain_message(const es_message *message);
void es_release_message(const es_message *message);
uint32_t es_mute_process_events(es_client_t *client,
                                const es_audit_token *audit_token,
                                const uint32_t *events,
                                size_t event_count);
uint32_t es_mute_path(es_client_t *client, const char *path, uint32_t type);
uint32_t es_mute_path_events(es_client_t *client,
                             const char *path,
                             uint32_t type,
                             const uint32_t *events,
                             size_t event_count);
uint32_t es_unmute_all_target_paths(es_client_t *client);
uint32_t es_invert_muting(es_client_t *client, uint32_t mute_type);
uint32_t es_clear_cache(es_client_t *client);
/* `exec` is the event of an exec message; the strings live as long as it does. */
uint32_t es_exec_arg_count(const void *exec);
es_string es_exec_arg(const void *exec, uint32_t index);
uint32_t es_exec_env_count(const void *exec);
es_string es_exec_env(const void *exec, uint32_t index);

_Static_assert(sizeof(es_stat) == 144, "struct stat of 64-bit macOS");
_Static_assert(sizeof(es_statfs) == 2168, "struct statfs of 64-bit macOS");
_Static_assert(sizeof(es_file) == 168, "es_file_t");
_Static_assert(offsetof(es_process, start_time) == 128, "es_process_t up to version 2");
_Static_assert(sizeof(es_process) == 208, "es_process_t up to version 9");
_Static_assert(offsetof(es_message, event) == 104, "es_message_t up to its event");
_Static_assert(offsetof(es_message, thread) == 208, "es_message_t behind its event");

#endif
