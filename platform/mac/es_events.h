/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Layouts of the events that the adapter reads, by us from what is public.
 *
 * The system keeps room behind each event for members to come; it is left out
 * here where nothing of it is read. A number in a comment is the message
 * version that a member came with; without one it was there from the first.
 *
 * Platform (mac).
 */

#ifndef SONDA_PLATFORM_MAC_ES_EVENTS_H
#define SONDA_PLATFORM_MAC_ES_EVENTS_H

#include "platform/mac/es_declarations.h"

/* Events that stand in the message. */

typedef struct es_event_exec {
    es_process *target;
    es_string dyld_exec_path; /* 7 */
    es_file *script;          /* 2 */
    es_file *cwd;             /* 3 */
    int32_t last_fd;          /* 4 */
    int32_t image_cputype;    /* 6 */
    int32_t image_cpusubtype; /* 6 */
    uint8_t reserved[36];
} es_event_exec;

/* fork, get_task and its kin, signal, trace, …: one process, then a number. */
typedef struct es_event_process {
    es_process *target;
    uint32_t type; /* get_task*: 5; proc_suspend_resume */
} es_event_process;

typedef struct es_event_signal {
    int32_t sig;
    es_process *target;
    es_process *instigator; /* 9 */
} es_event_signal;

typedef struct es_event_exit {
    int32_t stat;
} es_event_exit;

/* write, truncate, setextattr and deleteextattr (with a name). */
typedef struct es_event_file {
    es_file *target;
    es_string name;
} es_event_file;

typedef struct es_event_setacl {
    es_file *target;
    uint32_t set_or_clear;
} es_event_setacl;

/* setmode, setflags (one number), and open: its flags stand first, too. */
typedef struct es_event_number_file {
    uint32_t number;
    es_file *target;
} es_event_number_file;

typedef struct es_event_setowner {
    uint32_t uid;
    uint32_t gid;
    es_file *target;
} es_event_setowner;

typedef struct es_event_close {
    bool modified;
    es_file *target;
    bool was_mapped_writable; /* 6 */
} es_event_close;

typedef struct es_new_path {
    es_file *dir;
    es_string filename;
    uint16_t mode; /* create only */
} es_new_path;

enum { ES_DESTINATION_TYPE_EXISTING_FILE = 0, ES_DESTINATION_TYPE_NEW_PATH = 1 };

typedef struct es_event_create {
    uint32_t destination_type;
    union {
        es_file *existing_file;
        es_new_path new_path;
    } destination;
} es_event_create;

typedef struct es_event_rename {
    es_file *source;
    uint32_t destination_type;
    union {
        es_file *existing_file;
        struct {
            es_file *dir;
            es_string filename;
        } new_path;
    } destination;
} es_event_rename;

/* unlink: the file and its folder; exchangedata: both files. */
typedef struct es_event_two_files {
    es_file *first;
    es_file *second;
} es_event_two_files;

/* link and clone. */
typedef struct es_event_link {
    es_file *source;
    es_file *target_dir;
    es_string target_name;
} es_event_link;

typedef struct es_event_copyfile {
    es_file *source;
    es_file *target_file; /* may be NULL */
    es_file *target_dir;
    es_string target_name;
    uint16_t mode;
    int32_t flags;
} es_event_copyfile;

typedef struct es_event_mmap {
    int32_t protection;
    int32_t max_protection;
    int32_t flags;
    uint64_t file_pos;
    es_file *source;
} es_event_mmap;

typedef struct es_event_mprotect {
    int32_t protection;
    uint64_t address;
    uint64_t size;
} es_event_mprotect;

/* mount, unmount. */
typedef struct es_event_mount {
    es_statfs *statfs;
    uint32_t disposition; /* mount: 8 */
} es_event_mount;

typedef struct es_event_remount {
    es_statfs *statfs;
    uint64_t remount_flags; /* 8 */
    uint32_t disposition;   /* 8 */
} es_event_remount;

typedef struct es_event_iokit_open {
    uint32_t user_client_type;
    es_string user_client_class;
} es_event_iokit_open;

/* kextload, kextunload: the identifier. */
typedef struct es_event_text {
    es_string text;
} es_event_text;

typedef struct es_event_uipc_bind {
    es_file *dir;
    es_string filename;
    uint16_t mode;
} es_event_uipc_bind;

typedef struct es_event_uipc_connect {
    es_file *file;
    int32_t domain;
    int32_t type;
    int32_t protocol;
} es_event_uipc_connect;

/* setuid and the like: one or two ids. */
typedef struct es_event_ids {
    uint32_t first;
    uint32_t second;
} es_event_ids;

/* Events that the message points to. */

typedef struct es_event_authentication {
    bool success;
    uint32_t type;
    const void *data; /* by type: od, touchid, token, auto_unlock */
} es_event_authentication;

typedef struct es_authentication_od {
    es_process *instigator;
    es_string record_type;
    es_string record_name;
    es_string node_name;
    es_string db_path;
} es_authentication_od;

typedef struct es_authentication_touchid {
    es_process *instigator;
    uint32_t touchid_mode;
    bool has_uid;
    uint32_t uid;
} es_authentication_touchid;

typedef struct es_authentication_token {
    es_process *instigator;
    es_string pubkey_hash;
    es_string token_id;
    es_string kerberos_principal;
} es_authentication_token;

typedef struct es_authentication_auto_unlock {
    es_string username;
    uint32_t type;
} es_authentication_auto_unlock;

typedef struct es_event_xp_malware_detected {
    es_string signature_version;
    es_string malware_identifier;
    es_string incident_identifier;
    es_string detected_path;
} es_event_xp_malware_detected;

typedef struct es_event_xp_malware_remediated {
    es_string signature_version;
    es_string malware_identifier;
    es_string incident_identifier;
    es_string action_type;
    bool success;
    es_string result_description;
    es_string remediated_path;
    es_audit_token *remediated_process_audit_token;
} es_event_xp_malware_remediated;

/* lw_session_*, login_logout (whose number is the user id). */
typedef struct es_event_session {
    es_string username;
    uint32_t id;
} es_event_session;

typedef struct es_event_screensharing_attach {
    bool success;
    uint32_t source_address_type;
    es_string source_address;
    es_string viewer_appleid;
    es_string authentication_type;
    es_string authentication_username;
    es_string session_username;
    bool existing_session;
    uint32_t graphical_session_id;
} es_event_screensharing_attach;

typedef struct es_event_screensharing_detach {
    uint32_t source_address_type;
    es_string source_address;
    es_string viewer_appleid;
    uint32_t graphical_session_id;
} es_event_screensharing_detach;

typedef struct es_event_openssh_login {
    bool success;
    uint32_t result_type;
    uint32_t source_address_type;
    es_string source_address;
    es_string username;
    bool has_uid;
    uint32_t uid;
} es_event_openssh_login;

typedef struct es_event_openssh_logout {
    uint32_t source_address_type;
    es_string source_address;
    es_string username;
    uint32_t uid;
} es_event_openssh_logout;

typedef struct es_event_login_login {
    bool success;
    es_string failure_message;
    es_string username;
    bool has_uid;
    uint32_t uid;
} es_event_login_login;

typedef struct es_btm_item {
    uint32_t item_type;
    bool legacy;
    bool managed;
    uint32_t uid;
    es_string item_url;
    es_string app_url;
} es_btm_item;

/* btm_launch_item_add; of _remove all but the path. */
typedef struct es_event_btm {
    es_process *instigator; /* may be NULL */
    es_process *app;        /* may be NULL */
    es_btm_item *item;
    es_string executable_path;
} es_event_btm;

typedef struct es_event_su {
    bool success;
    es_string failure_message;
    uint32_t from_uid;
    es_string from_username;
    bool has_to_uid;
    uint32_t to_uid;
    es_string to_username;
    es_string shell;
    size_t argc;
    es_string *argv;
    size_t env_count;
    es_string *env;
} es_event_su;

typedef struct es_event_sudo {
    bool success;
    const void *reject_info;
    bool has_from_uid;
    uint32_t from_uid;
    es_string from_username;
    bool has_to_uid;
    uint32_t to_uid;
    es_string to_username;
    es_string command;
} es_event_sudo;

typedef struct es_profile {
    es_string identifier;
    es_string uuid;
    uint32_t install_source;
    es_string organization;
    es_string display_name;
    es_string scope;
} es_profile;

typedef struct es_event_profile_add {
    es_process *instigator;
    bool is_update;
    es_profile *profile;
} es_event_profile_add;

typedef struct es_event_profile_remove {
    es_process *instigator;
    es_profile *profile;
} es_event_profile_remove;

typedef struct es_event_authorization_petition {
    es_process *instigator;
    es_process *petitioner;
    uint32_t flags;
    size_t right_count;
    es_string *rights;
} es_event_authorization_petition;

typedef struct es_authorization_result {
    es_string right_name;
    uint32_t rule_class;
    bool granted;
} es_authorization_result;

typedef struct es_event_authorization_judgement {
    es_process *instigator;
    es_process *petitioner;
    int32_t return_code;
    size_t result_count;
    es_authorization_result *results;
} es_event_authorization_judgement;

typedef struct es_od_member {
    uint32_t member_type; /* 0: by name */
    union {
        uint8_t uuid[16];
        es_string name;
    } value;
} es_od_member;

typedef struct es_event_od_group_change {
    es_process *instigator;
    int32_t error_code;
    es_string group_name;
    es_od_member *member;
    es_string node_name;
    es_string db_path;
} es_event_od_group_change;

typedef struct es_event_od_modify_password {
    es_process *instigator;
    int32_t error_code;
    uint32_t account_type;
    es_string account_name;
    es_string node_name;
    es_string db_path;
} es_event_od_modify_password;

/* create, delete, enable and disable of users and groups. */
typedef struct es_event_od_account {
    es_process *instigator;
    int32_t error_code;
    es_string name;
    es_string node_name;
    es_string db_path;
} es_event_od_account;

typedef struct es_event_xpc_connect {
    es_string service_name;
    uint32_t service_domain_type;
} es_event_xpc_connect;

typedef struct es_event_gatekeeper_user_override {
    uint32_t file_type; /* 0: path, 1: file */
    union {
        es_string path;
        es_file *file;
    } file;
    const uint8_t *sha256;
} es_event_gatekeeper_user_override;

typedef struct es_event_tcc_modify {
    es_string service;
    es_string identity;
    uint32_t identity_type;
    uint32_t update_type;
    es_audit_token instigator_token;
    es_process *instigator;
    es_audit_token *responsible_token;
    es_process *responsible;
    uint32_t right;
    uint32_t reason;
} es_event_tcc_modify;

_Static_assert(sizeof(es_event_exec) == 88, "es_event_exec_t");
_Static_assert(offsetof(es_event_exec, last_fd) == 40, "es_event_exec_t");
_Static_assert(offsetof(es_event_copyfile, flags) == 44, "es_event_copyfile_t");
_Static_assert(sizeof(es_event_copyfile) <= sizeof(es_events), "fits a message");

#endif
