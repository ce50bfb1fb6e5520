/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The one mapping of Endpoint Security's events, whether they come as records
 * of the adapter or as lines of eslogger.
 *
 * Numbers are those of es_event_type_t, which Apple never reuses. The most
 * frequent events stand first. What fits no OCSF class we write (changes of
 * accounts, profiles, authorisations and privacy rights) stays a base event:
 * rules find it by EndpointSecurityEvent and by the record's own names.
 *
 * Layer 3 (normalise): uses base and event. Data and a search.
 */

#include "core/normalise/es_kind_table.h"

#include "core/normalise/es_name_table.h"
#include "sonda/event.h"

/* OCSF activities that sonda/event.h does not name, by class. */
#define MOUNT 12u
#define UNMOUNT 13u
#define LOGON 1u
#define LOGOFF 2u
#define JOB_CREATE 1u
#define JOB_DELETE 3u
#define DRIVER_LOAD 1u
#define DRIVER_UNLOAD 2u
#define MODIFY 2u
#define MAP 9u

#define NONE SONDA__ES_NO_TYPE
#define USE(member, as, field)                               \
    {                                                        \
        member, sizeof(member) - 1, SONDA__ES_AS_##as, field \
    }
#define FIELD(member, field) USE(member, FIELD, SONDA_FIELD_##field)
#define ROLE(member, as) USE(member, as, SONDA_FIELD_NONE)

/* clang-format off */
const sonda__es_kind sonda__es_kinds[] = {
    {"close", NONE, 12, SONDA_CLASS_FILE, SONDA_ACTIVITY_OTHER, SONDA__ES_CLOSE, 2,
        {FIELD("target.path", TARGET_FILENAME), ROLE("modified", FLAG)}},
    {"exec", 0, 9, SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH, SONDA__ES_PLAIN, 5,
        {ROLE("target", SUBJECT), USE("args", LIST, SONDA_FIELD_COMMAND_LINE),
         FIELD("cwd.path", CURRENT_DIRECTORY), FIELD("script.path", EXECUTED_PATH),
         FIELD("dyld_exec_path", EXECUTED_PATH)}},
    {"fork", NONE, 11, SONDA_CLASS_PROCESS, SONDA_ACTIVITY_OTHER, SONDA__ES_FORK, 1,
        {ROLE("child", SUBJECT)}},
    {"exit", NONE, 15, SONDA_CLASS_PROCESS, SONDA_PROCESS_TERMINATE, SONDA__ES_PLAIN, 1,
        {USE("stat", EXIT, SONDA_FIELD_EXIT_CODE)}},
    {"open", 1, 10, SONDA_CLASS_FILE, SONDA_FILE_OPEN, SONDA__ES_PLAIN, 2,
        {FIELD("file.path", TARGET_FILENAME), USE("fflag", HEX, SONDA_FIELD_OPEN_FLAGS)}},
    {"create", 44, 13, SONDA_CLASS_FILE, SONDA_FILE_CREATE, SONDA__ES_PLAIN, 4,
        {FIELD("destination.existing_file.path", TARGET_FILENAME),
         ROLE("destination.new_path.dir.path", DIR),
         FIELD("destination.new_path.filename", TARGET_FILENAME),
         USE("destination.new_path.mode", OCTAL, SONDA_FIELD_MODE)}},
    {"write", NONE, 33, SONDA_CLASS_FILE, SONDA_FILE_UPDATE, SONDA__ES_PLAIN, 1,
        {FIELD("target.path", TARGET_FILENAME)}},
    {"rename", 6, 25, SONDA_CLASS_FILE, SONDA_FILE_RENAME, SONDA__ES_PLAIN, 4,
        {FIELD("source.path", SOURCE_FILENAME),
         FIELD("destination.existing_file.path", TARGET_FILENAME),
         ROLE("destination.new_path.dir.path", DIR),
         FIELD("destination.new_path.filename", TARGET_FILENAME)}},
    {"unlink", 8, 32, SONDA_CLASS_FILE, SONDA_FILE_DELETE, SONDA__ES_PLAIN, 1,
        {FIELD("target.path", TARGET_FILENAME)}},
    {"link", 42, 19, SONDA_CLASS_FILE, SONDA_FILE_CREATE, SONDA__ES_PLAIN, 3,
        {FIELD("source.path", SOURCE_FILENAME), ROLE("target_dir.path", DIR),
         FIELD("target_filename", TARGET_FILENAME)}},
    {"truncate", 40, 41, SONDA_CLASS_FILE, SONDA_FILE_UPDATE, SONDA__ES_PLAIN, 1,
        {FIELD("target.path", TARGET_FILENAME)}},
    {"clone", 60, 61, SONDA_CLASS_FILE, SONDA_FILE_CREATE, SONDA__ES_PLAIN, 3,
        {FIELD("source.path", SOURCE_FILENAME), ROLE("target_dir.path", DIR),
         FIELD("target_name", TARGET_FILENAME)}},
    {"copyfile", 109, 110, SONDA_CLASS_FILE, SONDA_FILE_CREATE, SONDA__ES_PLAIN, 5,
        {FIELD("source.path", SOURCE_FILENAME), FIELD("target_file.path", TARGET_FILENAME),
         ROLE("target_dir.path", DIR), FIELD("target_name", TARGET_FILENAME),
         USE("mode", OCTAL, SONDA_FIELD_MODE)}},
    {"exchangedata", 80, 14, SONDA_CLASS_FILE, SONDA_FILE_UPDATE, SONDA__ES_PLAIN, 2,
        {FIELD("file1.path", SOURCE_FILENAME), FIELD("file2.path", TARGET_FILENAME)}},
    {"mount", 5, 22, SONDA_CLASS_FILE, MOUNT, SONDA__ES_PLAIN, 2,
        {FIELD("statfs.f_mntonname", TARGET_FILENAME), FIELD("statfs.f_mntfromname", DEVICE)}},
    {"remount", 98, 99, SONDA_CLASS_FILE, MOUNT, SONDA__ES_PLAIN, 2,
        {FIELD("statfs.f_mntonname", TARGET_FILENAME), FIELD("statfs.f_mntfromname", DEVICE)}},
    {"unmount", NONE, 23, SONDA_CLASS_FILE, UNMOUNT, SONDA__ES_PLAIN, 2,
        {FIELD("statfs.f_mntonname", TARGET_FILENAME), FIELD("statfs.f_mntfromname", DEVICE)}},
    {"get_task", 87, 16, SONDA_CLASS_PROCESS, SONDA_PROCESS_OPEN, SONDA__ES_PLAIN, 1,
        {ROLE("target", TARGET)}},
    {"get_task_read", 100, 101, SONDA_CLASS_PROCESS, SONDA_PROCESS_OPEN, SONDA__ES_PLAIN, 1,
        {ROLE("target", TARGET)}},
    {"get_task_inspect", NONE, 102, SONDA_CLASS_PROCESS, SONDA_PROCESS_OPEN, SONDA__ES_PLAIN, 1,
        {ROLE("target", TARGET)}},
    {"get_task_name", NONE, 95, SONDA_CLASS_PROCESS, SONDA_PROCESS_OPEN, SONDA__ES_PLAIN, 1,
        {ROLE("target", TARGET)}},
    {"trace", NONE, 96, SONDA_CLASS_PROCESS, SONDA_PROCESS_OPEN, SONDA__ES_PLAIN, 1,
        {ROLE("target", TARGET)}},
    {"remote_thread_create", NONE, 97, SONDA_CLASS_PROCESS, SONDA_PROCESS_INJECT, SONDA__ES_PLAIN, 1,
        {ROLE("target", TARGET)}},
    {"cs_invalidated", NONE, 94, SONDA_CLASS_PROCESS, SONDA_ACTIVITY_OTHER, SONDA__ES_PLAIN, 0, {{NULL, 0, 0, 0}}},
    {"signal", 7, 31, SONDA_CLASS_PROCESS, SONDA_ACTIVITY_OTHER, SONDA__ES_PLAIN, 1,
        {ROLE("target", TARGET)}},
    {"proc_suspend_resume", 92, 93, SONDA_CLASS_PROCESS, SONDA_ACTIVITY_OTHER, SONDA__ES_PLAIN, 1,
        {ROLE("target", TARGET)}},
    {"proc_check", 85, 86, SONDA_CLASS_PROCESS, SONDA_ACTIVITY_OTHER, SONDA__ES_PLAIN, 1,
        {ROLE("target", TARGET)}},
    {"btm_launch_item_add", NONE, 124, SONDA_CLASS_SCHEDULED_JOB, JOB_CREATE, SONDA__ES_PLAIN, 4,
        {ROLE("instigator", ACTOR), FIELD("item.item_url", TASK_NAME),
         FIELD("executable_path", LAUNCH_EXECUTABLE), FIELD("item.uid", TARGET_UID)}},
    {"btm_launch_item_remove", NONE, 125, SONDA_CLASS_SCHEDULED_JOB, JOB_DELETE, SONDA__ES_PLAIN, 3,
        {ROLE("instigator", ACTOR), FIELD("item.item_url", TASK_NAME),
         FIELD("item.uid", TARGET_UID)}},
    {"xp_malware_detected", NONE, 112, SONDA_CLASS_FILE, SONDA_ACTIVITY_OTHER, SONDA__ES_PLAIN, 1,
        {FIELD("detected_path", TARGET_FILENAME)}},
    {"xp_malware_remediated", NONE, 113, SONDA_CLASS_FILE, SONDA_ACTIVITY_OTHER, SONDA__ES_PLAIN, 2,
        {FIELD("remediated_path", TARGET_FILENAME), USE("success", OUTCOME, SONDA_FIELD_STATUS)}},
    {"authentication", NONE, 111, SONDA_CLASS_AUTHENTICATION, LOGON, SONDA__ES_PLAIN, 7,
        {USE("success", OUTCOME, SONDA_FIELD_STATUS),
         FIELD("data.od.record_name", TARGET_USER_NAME),
         FIELD("data.auto_unlock.username", TARGET_USER_NAME),
         FIELD("data.touchid.uid", TARGET_UID), ROLE("data.od.instigator", ACTOR),
         ROLE("data.touchid.instigator", ACTOR), ROLE("data.token.instigator", ACTOR)}},
    {"login_login", NONE, 122, SONDA_CLASS_AUTHENTICATION, LOGON, SONDA__ES_PLAIN, 4,
        {USE("success", OUTCOME, SONDA_FIELD_STATUS), FIELD("username", TARGET_USER_NAME),
         FIELD("uid", TARGET_UID), FIELD("failure_message", FAILURE_REASON)}},
    {"login_logout", NONE, 123, SONDA_CLASS_AUTHENTICATION, LOGOFF, SONDA__ES_PLAIN, 2,
        {FIELD("username", TARGET_USER_NAME), FIELD("uid", TARGET_UID)}},
    {"lw_session_login", NONE, 114, SONDA_CLASS_AUTHENTICATION, LOGON, SONDA__ES_PLAIN, 1,
        {FIELD("username", TARGET_USER_NAME)}},
    {"lw_session_logout", NONE, 115, SONDA_CLASS_AUTHENTICATION, LOGOFF, SONDA__ES_PLAIN, 1,
        {FIELD("username", TARGET_USER_NAME)}},
    {"lw_session_lock", NONE, 116, SONDA_CLASS_AUTHENTICATION, SONDA_ACTIVITY_OTHER, SONDA__ES_PLAIN, 1,
        {FIELD("username", TARGET_USER_NAME)}},
    {"lw_session_unlock", NONE, 117, SONDA_CLASS_AUTHENTICATION, SONDA_ACTIVITY_OTHER, SONDA__ES_PLAIN, 1,
        {FIELD("username", TARGET_USER_NAME)}},
    {"openssh_login", NONE, 120, SONDA_CLASS_AUTHENTICATION, LOGON, SONDA__ES_PLAIN, 4,
        {USE("success", OUTCOME, SONDA_FIELD_STATUS), FIELD("username", TARGET_USER_NAME),
         FIELD("source_address", IP_ADDRESS), FIELD("uid", TARGET_UID)}},
    {"openssh_logout", NONE, 121, SONDA_CLASS_AUTHENTICATION, LOGOFF, SONDA__ES_PLAIN, 3,
        {FIELD("username", TARGET_USER_NAME), FIELD("source_address", IP_ADDRESS),
         FIELD("uid", TARGET_UID)}},
    {"screensharing_attach", NONE, 118, SONDA_CLASS_AUTHENTICATION, LOGON, SONDA__ES_PLAIN, 4,
        {USE("success", OUTCOME, SONDA_FIELD_STATUS),
         FIELD("authentication_username", TARGET_USER_NAME),
         FIELD("session_username", TARGET_USER_NAME), FIELD("source_address", IP_ADDRESS)}},
    {"screensharing_detach", NONE, 119, SONDA_CLASS_AUTHENTICATION, LOGOFF, SONDA__ES_PLAIN, 3,
        {FIELD("authentication_username", TARGET_USER_NAME),
         FIELD("session_username", TARGET_USER_NAME), FIELD("source_address", IP_ADDRESS)}},
    {"su", NONE, 128, SONDA_CLASS_AUTHENTICATION, LOGON, SONDA__ES_PLAIN, 5,
        {USE("success", OUTCOME, SONDA_FIELD_STATUS), FIELD("to_username", TARGET_USER_NAME),
         FIELD("to_uid", TARGET_UID), FIELD("from_username", SUBJECT_USER_NAME),
         FIELD("failure_message", FAILURE_REASON)}},
    {"sudo", NONE, 131, SONDA_CLASS_AUTHENTICATION, LOGON, SONDA__ES_PLAIN, 5,
        {USE("success", OUTCOME, SONDA_FIELD_STATUS), FIELD("to_username", TARGET_USER_NAME),
         FIELD("to_uid", TARGET_UID), FIELD("from_username", SUBJECT_USER_NAME),
         FIELD("reject_info.failure_message", FAILURE_REASON)}},
    {"tcc_modify", NONE, 147, SONDA_CLASS_BASE, SONDA_ACTIVITY_UNKNOWN, SONDA__ES_PLAIN, 1,
        {ROLE("instigator", ACTOR)}},
    {"gatekeeper_user_override", NONE, 146, SONDA_CLASS_FILE, SONDA_ACTIVITY_OTHER, SONDA__ES_PLAIN, 2,
        {FIELD("file.file.path", TARGET_FILENAME), FIELD("file.file_path", TARGET_FILENAME)}},
    {"mmap", 3, 20, SONDA_CLASS_MEMORY, MAP, SONDA__ES_MMAP, 2,
        {FIELD("source.path", TARGET_FILENAME), FIELD("protection", PROTECTION)}},
    {"mprotect", 4, 21, SONDA_CLASS_MEMORY, MODIFY, SONDA__ES_PLAIN, 2,
        {FIELD("protection", PROTECTION), USE("address", HEX, SONDA_FIELD_START_ADDRESS)}},
    {"setuid", NONE, 103, SONDA_CLASS_PROCESS, SONDA_PROCESS_SET_USER_ID, SONDA__ES_PLAIN, 1,
        {FIELD("uid", TARGET_UID)}},
    {"setgid", NONE, 104, SONDA_CLASS_PROCESS, SONDA_PROCESS_SET_USER_ID, SONDA__ES_PLAIN, 1,
        {FIELD("gid", TARGET_GID)}},
    {"seteuid", NONE, 105, SONDA_CLASS_PROCESS, SONDA_PROCESS_SET_USER_ID, SONDA__ES_PLAIN, 1,
        {FIELD("euid", TARGET_UID)}},
    {"setegid", NONE, 106, SONDA_CLASS_PROCESS, SONDA_PROCESS_SET_USER_ID, SONDA__ES_PLAIN, 1,
        {FIELD("egid", TARGET_GID)}},
    {"setreuid", NONE, 107, SONDA_CLASS_PROCESS, SONDA_PROCESS_SET_USER_ID, SONDA__ES_PLAIN, 1,
        {FIELD("ruid", TARGET_UID)}},
    {"setregid", NONE, 108, SONDA_CLASS_PROCESS, SONDA_PROCESS_SET_USER_ID, SONDA__ES_PLAIN, 1,
        {FIELD("rgid", TARGET_GID)}},
    {"authorization_petition", NONE, 129, SONDA_CLASS_BASE, SONDA_ACTIVITY_UNKNOWN, SONDA__ES_PLAIN, 1,
        {ROLE("instigator", ACTOR)}},
    {"authorization_judgement", NONE, 130, SONDA_CLASS_BASE, SONDA_ACTIVITY_UNKNOWN, SONDA__ES_PLAIN, 1,
        {ROLE("instigator", ACTOR)}},
    {"profile_add", NONE, 126, SONDA_CLASS_BASE, SONDA_ACTIVITY_UNKNOWN, SONDA__ES_PLAIN, 1,
        {ROLE("instigator", ACTOR)}},
    {"profile_remove", NONE, 127, SONDA_CLASS_BASE, SONDA_ACTIVITY_UNKNOWN, SONDA__ES_PLAIN, 1,
        {ROLE("instigator", ACTOR)}},
    {"od_group_add", NONE, 132, SONDA_CLASS_BASE, SONDA_ACTIVITY_UNKNOWN, SONDA__ES_PLAIN, 2,
        {ROLE("instigator", ACTOR), FIELD("member.member_value", MEMBER_NAME)}},
    {"od_group_remove", NONE, 133, SONDA_CLASS_BASE, SONDA_ACTIVITY_UNKNOWN, SONDA__ES_PLAIN, 2,
        {ROLE("instigator", ACTOR), FIELD("member.member_value", MEMBER_NAME)}},
    {"od_group_set", NONE, 134, SONDA_CLASS_BASE, SONDA_ACTIVITY_UNKNOWN, SONDA__ES_PLAIN, 1,
        {ROLE("instigator", ACTOR)}},
    {"od_modify_password", NONE, 135, SONDA_CLASS_BASE, SONDA_ACTIVITY_UNKNOWN, SONDA__ES_PLAIN, 2,
        {ROLE("instigator", ACTOR), FIELD("account_name", TARGET_USER_NAME)}},
    {"od_disable_user", NONE, 136, SONDA_CLASS_BASE, SONDA_ACTIVITY_UNKNOWN, SONDA__ES_PLAIN, 2,
        {ROLE("instigator", ACTOR), FIELD("user_name", TARGET_USER_NAME)}},
    {"od_enable_user", NONE, 137, SONDA_CLASS_BASE, SONDA_ACTIVITY_UNKNOWN, SONDA__ES_PLAIN, 2,
        {ROLE("instigator", ACTOR), FIELD("user_name", TARGET_USER_NAME)}},
    {"od_attribute_value_add", NONE, 138, SONDA_CLASS_BASE, SONDA_ACTIVITY_UNKNOWN, SONDA__ES_PLAIN, 1,
        {ROLE("instigator", ACTOR)}},
    {"od_attribute_value_remove", NONE, 139, SONDA_CLASS_BASE, SONDA_ACTIVITY_UNKNOWN, SONDA__ES_PLAIN, 1,
        {ROLE("instigator", ACTOR)}},
    {"od_attribute_set", NONE, 140, SONDA_CLASS_BASE, SONDA_ACTIVITY_UNKNOWN, SONDA__ES_PLAIN, 1,
        {ROLE("instigator", ACTOR)}},
    {"od_create_user", NONE, 141, SONDA_CLASS_BASE, SONDA_ACTIVITY_UNKNOWN, SONDA__ES_PLAIN, 2,
        {ROLE("instigator", ACTOR), FIELD("user_name", TARGET_USER_NAME)}},
    {"od_create_group", NONE, 142, SONDA_CLASS_BASE, SONDA_ACTIVITY_UNKNOWN, SONDA__ES_PLAIN, 1,
        {ROLE("instigator", ACTOR)}},
    {"od_delete_user", NONE, 143, SONDA_CLASS_BASE, SONDA_ACTIVITY_UNKNOWN, SONDA__ES_PLAIN, 2,
        {ROLE("instigator", ACTOR), FIELD("user_name", TARGET_USER_NAME)}},
    {"od_delete_group", NONE, 144, SONDA_CLASS_BASE, SONDA_ACTIVITY_UNKNOWN, SONDA__ES_PLAIN, 1,
        {ROLE("instigator", ACTOR)}},
    {"setextattr", 46, 27, SONDA_CLASS_FILE, SONDA_FILE_SET_ATTRIBUTES, SONDA__ES_PLAIN, 2,
        {FIELD("target.path", TARGET_FILENAME), FIELD("extattr", EXTENDED_ATTRIBUTE)}},
    {"deleteextattr", 69, 70, SONDA_CLASS_FILE, SONDA_FILE_SET_ATTRIBUTES, SONDA__ES_PLAIN, 2,
        {FIELD("target.path", TARGET_FILENAME), FIELD("extattr", EXTENDED_ATTRIBUTE)}},
    {"getextattr", 63, 64, SONDA_CLASS_FILE, SONDA_ACTIVITY_OTHER, SONDA__ES_PLAIN, 2,
        {FIELD("target.path", TARGET_FILENAME), FIELD("extattr", EXTENDED_ATTRIBUTE)}},
    {"listextattr", 65, 66, SONDA_CLASS_FILE, SONDA_ACTIVITY_OTHER, SONDA__ES_PLAIN, 1,
        {FIELD("target.path", TARGET_FILENAME)}},
    {"setmode", 48, 29, SONDA_CLASS_FILE, SONDA_FILE_SET_ATTRIBUTES, SONDA__ES_PLAIN, 2,
        {FIELD("target.path", TARGET_FILENAME), USE("mode", OCTAL, SONDA_FIELD_MODE)}},
    {"setflags", 47, 28, SONDA_CLASS_FILE, SONDA_FILE_SET_ATTRIBUTES, SONDA__ES_PLAIN, 1,
        {FIELD("target.path", TARGET_FILENAME)}},
    {"setattrlist", 45, 26, SONDA_CLASS_FILE, SONDA_FILE_SET_ATTRIBUTES, SONDA__ES_PLAIN, 1,
        {FIELD("target.path", TARGET_FILENAME)}},
    {"utimes", 58, 59, SONDA_CLASS_FILE, SONDA_FILE_SET_ATTRIBUTES, SONDA__ES_PLAIN, 1,
        {FIELD("target.path", TARGET_FILENAME)}},
    {"setowner", 49, 30, SONDA_CLASS_FILE, SONDA_FILE_SET_SECURITY, SONDA__ES_PLAIN, 3,
        {FIELD("target.path", TARGET_FILENAME), FIELD("uid", TARGET_UID), FIELD("gid", TARGET_GID)}},
    {"setacl", 81, 82, SONDA_CLASS_FILE, SONDA_FILE_SET_SECURITY, SONDA__ES_PLAIN, 1,
        {FIELD("target.path", TARGET_FILENAME)}},
    {"kextload", 2, 17, SONDA_CLASS_KERNEL_EXTENSION, DRIVER_LOAD, SONDA__ES_PLAIN, 1,
        {FIELD("identifier", MODULE)}},
    {"kextunload", NONE, 18, SONDA_CLASS_KERNEL_EXTENSION, DRIVER_UNLOAD, SONDA__ES_PLAIN, 1,
        {FIELD("identifier", MODULE)}},
    {"iokit_open", 91, 24, SONDA_CLASS_BASE, SONDA_ACTIVITY_UNKNOWN, SONDA__ES_PLAIN, 0, {{NULL, 0, 0, 0}}},
    {"uipc_bind", 77, 76, SONDA_CLASS_FILE, SONDA_FILE_CREATE, SONDA__ES_PLAIN, 3,
        {ROLE("dir.path", DIR), FIELD("filename", TARGET_FILENAME),
         USE("mode", OCTAL, SONDA_FIELD_MODE)}},
    {"uipc_connect", 79, 78, SONDA_CLASS_FILE, SONDA_FILE_OPEN, SONDA__ES_PLAIN, 1,
        {FIELD("file.path", TARGET_FILENAME)}},
    {"xpc_connect", NONE, 145, SONDA_CLASS_BASE, SONDA_ACTIVITY_UNKNOWN, SONDA__ES_PLAIN, 1,
        {FIELD("service_name", SERVICE_NAME)}},
    {"readlink", 38, 39, SONDA_CLASS_FILE, SONDA_FILE_READ, SONDA__ES_PLAIN, 1,
        {FIELD("source.path", TARGET_FILENAME)}},
    {"readdir", 67, 68, SONDA_CLASS_FILE, SONDA_FILE_READ, SONDA__ES_PLAIN, 1,
        {FIELD("target.path", TARGET_FILENAME)}},
    {"lookup", NONE, 43, SONDA_CLASS_FILE, SONDA_ACTIVITY_OTHER, SONDA__ES_PLAIN, 2,
        {ROLE("source_dir.path", DIR), FIELD("relative_target", TARGET_FILENAME)}},
    {"access", NONE, 55, SONDA_CLASS_FILE, SONDA_ACTIVITY_OTHER, SONDA__ES_PLAIN, 1,
        {FIELD("target.path", TARGET_FILENAME)}},
    {"stat", NONE, 54, SONDA_CLASS_FILE, SONDA_ACTIVITY_OTHER, SONDA__ES_PLAIN, 1,
        {FIELD("target.path", TARGET_FILENAME)}},
    {"chdir", 50, 51, SONDA_CLASS_FILE, SONDA_ACTIVITY_OTHER, SONDA__ES_PLAIN, 1,
        {FIELD("target.path", TARGET_FILENAME)}},
    {"chroot", 56, 57, SONDA_CLASS_FILE, SONDA_ACTIVITY_OTHER, SONDA__ES_PLAIN, 1,
        {FIELD("target.path", TARGET_FILENAME)}},
    {"getattrlist", 52, 53, SONDA_CLASS_FILE, SONDA_ACTIVITY_OTHER, SONDA__ES_PLAIN, 1,
        {FIELD("target.path", TARGET_FILENAME)}},
    {"fsgetpath", 71, 72, SONDA_CLASS_FILE, SONDA_ACTIVITY_OTHER, SONDA__ES_PLAIN, 1,
        {FIELD("target.path", TARGET_FILENAME)}},
    {"fcntl", 90, 62, SONDA_CLASS_FILE, SONDA_ACTIVITY_OTHER, SONDA__ES_PLAIN, 1,
        {FIELD("target.path", TARGET_FILENAME)}},
    {"dup", NONE, 73, SONDA_CLASS_FILE, SONDA_ACTIVITY_OTHER, SONDA__ES_PLAIN, 1,
        {FIELD("target.path", TARGET_FILENAME)}},
    {"searchfs", 88, 89, SONDA_CLASS_FILE, SONDA_ACTIVITY_OTHER, SONDA__ES_PLAIN, 1,
        {FIELD("target.path", TARGET_FILENAME)}},
    {"file_provider_materialize", 34, 35, SONDA_CLASS_FILE, SONDA_ACTIVITY_OTHER, SONDA__ES_PLAIN, 3,
        {ROLE("instigator", ACTOR), FIELD("source.path", SOURCE_FILENAME),
         FIELD("target.path", TARGET_FILENAME)}},
    {"file_provider_update", 36, 37, SONDA_CLASS_FILE, SONDA_ACTIVITY_OTHER, SONDA__ES_PLAIN, 2,
        {FIELD("source.path", SOURCE_FILENAME), FIELD("target_path", TARGET_FILENAME)}},
    {"pty_grant", NONE, 83, SONDA_CLASS_BASE, SONDA_ACTIVITY_UNKNOWN, SONDA__ES_PLAIN, 0, {{NULL, 0, 0, 0}}},
    {"pty_close", NONE, 84, SONDA_CLASS_BASE, SONDA_ACTIVITY_UNKNOWN, SONDA__ES_PLAIN, 0, {{NULL, 0, 0, 0}}},
    {"settime", 74, 75, SONDA_CLASS_BASE, SONDA_ACTIVITY_UNKNOWN, SONDA__ES_PLAIN, 0, {{NULL, 0, 0, 0}}},
    {"network_flow", NONE, SONDA_ES_TYPE_NETWORK_FLOW, SONDA_CLASS_NETWORK, SONDA_NETWORK_OPEN, SONDA__ES_FLOW, 7,
        {FIELD("local_address", SOURCE_IP), FIELD("local_port", SOURCE_PORT),
         FIELD("remote_address", DESTINATION_IP), FIELD("remote_port", DESTINATION_PORT),
         FIELD("remote_hostname", DESTINATION_HOSTNAME), FIELD("protocol", PROTOCOL),
         FIELD("outbound", INITIATED)}},
    {"dns_query", NONE, SONDA_ES_TYPE_DNS_QUERY, SONDA_CLASS_DNS, SONDA_DNS_QUERY, SONDA__ES_PLAIN, 3,
        {FIELD("query_name", QUERY_NAME), FIELD("status", QUERY_STATUS),
         USE("answers", LIST, SONDA_FIELD_QUERY_RESULTS)}},
};
/* clang-format on */
const size_t sonda__es_kind_count = sizeof sonda__es_kinds / sizeof sonda__es_kinds[0];

const sonda__es_kind *sonda__es_kind_by_name(sonda__span name)
{
    if (sonda__span_is(name, "cs_invalidate")) {
        name = sonda__span_text("cs_invalidated"); /* as Jamf writes it */
    }
    for (size_t i = 0; i < sonda__es_kind_count; i++) {
        if (name.len > 0 && name.data[0] == sonda__es_kinds[i].name[0] &&
            sonda__span_is(name, sonda__es_kinds[i].name)) {
            return &sonda__es_kinds[i];
        }
    }
    return NULL;
}

const sonda__es_kind *sonda__es_kind_by_type(uint32_t type)
{
    for (size_t i = 0; i < sonda__es_kind_count && type < SONDA__ES_NO_TYPE; i++) {
        if (sonda__es_kinds[i].auth == type || sonda__es_kinds[i].notify == type) {
            return &sonda__es_kinds[i];
        }
    }
    return NULL;
}
