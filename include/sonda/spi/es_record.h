/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Payload of a SONDA_SOURCE_ES record, offset by offset.
 *
 * After the 64-byte record header comes a head of fixed size and then items,
 * each a field, a block, flags, a length and bytes. The Endpoint Security
 * adapter copies members of es_message_t into items and interprets nothing; the
 * decoder in core/normalise is the one reader. All numbers are little-endian:
 * macOS runs on little-endian machines only.
 *
 * An item is one member of the message. Its name in eslogger's JSON is the name
 * of its block and that of its field, joined by a dot: (SONDA_ES_BLOCK_TARGET,
 * SONDA_ES_PROCESS_PATH) of an exec is event.exec.target.executable.path. The
 * names stand in core/normalise/es_name_table.c, the events in es_kind_table.c.
 * Items may come in any order, those of a list in the list's.
 *
 * Nothing in a payload is trusted by its reader. A reader skips fields and
 * blocks it does not know, so they may be added without a new version. What a
 * message's version does not have is left out; es_record's reader asks for
 * nothing.
 *
 * Endpoint Security has no events of IP connections and none of DNS. Two types
 * of our own stand for them, for a NetworkExtension provider to fill.
 *
 * One happening that is seen twice (an AUTH_EXEC that is answered, and the
 * NOTIFY_EXEC that the process table needs) is one event when the second record
 * has SONDA_RECORD_SNAPSHOT in its header: it is tracked, neither shown nor
 * matched.
 *
 * Public, for implementers; macros only. Compiles alone as C99 and C++11.
 */

#ifndef SONDA_SPI_ES_RECORD_H
#define SONDA_SPI_ES_RECORD_H

/** Version of this layout, in the record header. */
#define SONDA_ES_VERSION 1u

/*
 * The record type, in the record header and at offset 4 of the payload, is the
 * number of es_event_type_t, AUTH or NOTIFY. Types from here on are not Apple's.
 */
#define SONDA_ES_TYPE_OWN 0x8000u
/** A flow of a NetworkExtension filter: SONDA_ES_FLOW_… fields. */
#define SONDA_ES_TYPE_NETWORK_FLOW 0x8001u
/** A lookup seen by a NetworkExtension DNS proxy: SONDA_ES_DNS_… fields. */
#define SONDA_ES_TYPE_DNS_QUERY 0x8002u

/*
 * The head. Offsets from the start of the payload; the number in a comment is
 * the size in bytes.
 */

/** 4: bytes of the payload, this number included. */
#define SONDA_ES_AT_SIZE 0
/** 4: the event's type, as in the record header. */
#define SONDA_ES_AT_TYPE 4
/** 4: version of the message (es_message_t.version). */
#define SONDA_ES_AT_MESSAGE_VERSION 8
/** 4: 0: to be answered (AUTH); 1: told afterwards (NOTIFY). */
#define SONDA_ES_AT_ACTION 12
/** 8: when, nanoseconds since 1970 UTC. */
#define SONDA_ES_AT_TIME 16
/** 8: mach_time, in its own ticks; the record header has nanoseconds. */
#define SONDA_ES_AT_MACH_TIME 24
/** 8: seq_num: counts messages of this type to this client. */
#define SONDA_ES_AT_SEQ 32
/** 8: global_seq_num: counts all messages to this client. */
#define SONDA_ES_AT_GLOBAL_SEQ 40
/** 8: thread id. */
#define SONDA_ES_AT_THREAD 48
/** 4: SONDA_ES_HEAD_… flags. */
#define SONDA_ES_AT_FLAGS 56
/** 4: of a NOTIFY: 0: the result is a verdict, 1: it is flags. */
#define SONDA_ES_AT_RESULT_TYPE 60
/** 4: of a NOTIFY: the result others gave: 0 allow, 1 deny; or the flags. */
#define SONDA_ES_AT_RESULT 64
/* Offset 68: zero. */
/** Bytes of the head; the first item begins here. */
#define SONDA_ES_HEAD_SIZE 72

/** Head flag: seq_num is there (message version 2). */
#define SONDA_ES_HEAD_SEQ 0x0001u
/** Head flag: global_seq_num is there (version 4). */
#define SONDA_ES_HEAD_GLOBAL_SEQ 0x0002u
/** Head flag: the thread is there (version 4, and it was one of user space). */
#define SONDA_ES_HEAD_THREAD 0x0004u

/*
 * Items. Each: u16 field, u8 block, u8 flags, u32 length, that many bytes, and
 * zero to seven bytes of padding, so that each begins at a multiple of eight.
 */
#define SONDA_ES_ITEM_HEAD_SIZE 8

/** Item flag: null in the message; without bytes. Of field 0: the whole block. */
#define SONDA_ES_ITEM_NULL 0x01u
/** Item flag: cut at a limit, by the adapter or as path_truncated says. */
#define SONDA_ES_ITEM_TRUNCATED 0x02u

/*
 * Blocks: whose member a field is. Which fields a block has follows from what
 * it is: P a process, F a file, N a new path, others their own.
 */

/** P: `process` of the message. */
#define SONDA_ES_BLOCK_PROCESS 1u
/** The event's own members. */
#define SONDA_ES_BLOCK_EVENT 2u
/** P: target of exec, get_task, trace, signal, … */
#define SONDA_ES_BLOCK_TARGET 3u
/** P: child of fork. */
#define SONDA_ES_BLOCK_CHILD 4u
/** P: instigator of btm_…, od_…, profile_…, authorization_…, tcc_modify. */
#define SONDA_ES_BLOCK_INSTIGATOR 5u
/** P: app of btm_launch_item_…. */
#define SONDA_ES_BLOCK_APP 6u
/** P: petitioner of authorization_…. */
#define SONDA_ES_BLOCK_PETITIONER 7u
/** P: responsible of tcc_modify. */
#define SONDA_ES_BLOCK_RESPONSIBLE 8u
/** P: data.od.instigator, data.touchid.instigator, data.token.instigator. */
#define SONDA_ES_BLOCK_OD_INSTIGATOR 9u
#define SONDA_ES_BLOCK_TOUCHID_INSTIGATOR 10u
#define SONDA_ES_BLOCK_TOKEN_INSTIGATOR 11u
/** F: target of file events. */
#define SONDA_ES_BLOCK_TARGET_FILE 16u
/** F: file of open and uipc_connect. */
#define SONDA_ES_BLOCK_FILE 17u
/** F: source of rename, link, clone, copyfile, mmap, readlink. */
#define SONDA_ES_BLOCK_SOURCE 18u
/** F: destination.existing_file of create and rename. */
#define SONDA_ES_BLOCK_EXISTING_FILE 19u
/** N: destination.new_path of create and rename. */
#define SONDA_ES_BLOCK_NEW_PATH 20u
/** F: parent_dir of unlink. */
#define SONDA_ES_BLOCK_PARENT_DIR 21u
/** F: target_dir of link, clone, copyfile. */
#define SONDA_ES_BLOCK_TARGET_DIR 22u
/** F: target_file of copyfile. */
#define SONDA_ES_BLOCK_TARGET_EXISTING 23u
/** F: dir of uipc_bind. */
#define SONDA_ES_BLOCK_DIR 24u
/** F: file1 and file2 of exchangedata. */
#define SONDA_ES_BLOCK_FILE1 25u
#define SONDA_ES_BLOCK_FILE2 26u
/** F: cwd and script of exec. */
#define SONDA_ES_BLOCK_CWD 27u
#define SONDA_ES_BLOCK_SCRIPT 28u
/** F: source_dir of lookup. */
#define SONDA_ES_BLOCK_SOURCE_DIR 29u
/** F: file.file of gatekeeper_user_override. */
#define SONDA_ES_BLOCK_OVERRIDDEN 30u
/** One above the largest block. */
#define SONDA_ES_BLOCK_COUNT 31u

/*
 * Fields of a process block (1 to 63). Numbers are as many bytes as the member
 * has, 1, 2, 4 or 8; booleans one byte; text without its zero.
 */

/** audit_token, parent_audit_token, responsible_audit_token: 32 bytes, the
 * eight words of audit_token_t: auid, euid, egid, ruid, rgid, pid, asid,
 * pidversion. */
#define SONDA_ES_PROCESS_TOKEN 1u
#define SONDA_ES_PROCESS_PARENT_TOKEN 2u
#define SONDA_ES_PROCESS_RESPONSIBLE_TOKEN 3u
#define SONDA_ES_PROCESS_PPID 4u
#define SONDA_ES_PROCESS_ORIGINAL_PPID 5u
#define SONDA_ES_PROCESS_GROUP_ID 6u
#define SONDA_ES_PROCESS_SESSION_ID 7u
#define SONDA_ES_PROCESS_CODESIGNING_FLAGS 8u
#define SONDA_ES_PROCESS_IS_PLATFORM_BINARY 9u
#define SONDA_ES_PROCESS_IS_ES_CLIENT 10u
/** 20 bytes as they are. */
#define SONDA_ES_PROCESS_CDHASH 11u
#define SONDA_ES_PROCESS_SIGNING_ID 12u
#define SONDA_ES_PROCESS_TEAM_ID 13u
/** executable.path, executable.path_truncated, executable.stat. */
#define SONDA_ES_PROCESS_PATH 14u
#define SONDA_ES_PROCESS_PATH_TRUNCATED 15u
#define SONDA_ES_PROCESS_STAT 16u
/** tty.path; null when there is none. */
#define SONDA_ES_PROCESS_TTY 17u
/** 8: nanoseconds since 1970 UTC. */
#define SONDA_ES_PROCESS_START_TIME 18u
/** Version 10. */
#define SONDA_ES_PROCESS_CS_VALIDATION_CATEGORY 19u
/** Name of the user of ruid; by the adapter, no member of the message. */
#define SONDA_ES_PROCESS_USER 20u

/* Fields of a file block. A stat is 96 bytes: u32 st_dev, st_mode, st_nlink,
 * st_uid, st_gid, st_rdev, st_flags, st_gen; u64 st_ino, st_size, st_blocks,
 * st_blksize; times as u64 nanoseconds since 1970: st_atimespec, st_mtimespec,
 * st_ctimespec, st_birthtimespec. */
#define SONDA_ES_FILE_PATH 64u
#define SONDA_ES_FILE_PATH_TRUNCATED 65u
#define SONDA_ES_FILE_STAT 66u

/* Fields of a new path: its directory's, its name, and of create its mode. */
#define SONDA_ES_NEW_DIR 72u
#define SONDA_ES_NEW_DIR_TRUNCATED 73u
#define SONDA_ES_NEW_DIR_STAT 74u
#define SONDA_ES_NEW_FILENAME 75u
#define SONDA_ES_NEW_MODE 76u

/*
 * Fields of SONDA_ES_BLOCK_EVENT. The name of a macro is that of the member in
 * eslogger's JSON, upper case, with dots as underscores.
 */

/** Any member this table lacks: its name below the event, a zero, its text. */
#define SONDA_ES_EVENT_NAMED 128u

/** exec: one item for each of a list, in order. A descriptor: u32 fd, u32 fdtype. */
#define SONDA_ES_EVENT_ARGS 129u
#define SONDA_ES_EVENT_ENV 130u
#define SONDA_ES_EVENT_FDS 131u
#define SONDA_ES_EVENT_LAST_FD 132u
#define SONDA_ES_EVENT_IMAGE_CPUTYPE 133u
#define SONDA_ES_EVENT_IMAGE_CPUSUBTYPE 134u
#define SONDA_ES_EVENT_DYLD_EXEC_PATH 135u
/** exit: as wait() gives it, signed. */
#define SONDA_ES_EVENT_STAT 136u
/** open: FREAD 1, FWRITE 2 and so on, not O_RDONLY and O_WRONLY. */
#define SONDA_ES_EVENT_FFLAG 137u
#define SONDA_ES_EVENT_MODIFIED 138u
#define SONDA_ES_EVENT_WAS_MAPPED_WRITABLE 139u
/** create, rename: 0: existing_file, 1: new_path. */
#define SONDA_ES_EVENT_DESTINATION_TYPE 140u
#define SONDA_ES_EVENT_TARGET_FILENAME 141u
#define SONDA_ES_EVENT_TARGET_NAME 142u
#define SONDA_ES_EVENT_FILENAME 143u
#define SONDA_ES_EVENT_RELATIVE_TARGET 144u
#define SONDA_ES_EVENT_MODE 145u
#define SONDA_ES_EVENT_FLAGS 146u
#define SONDA_ES_EVENT_EXTATTR 147u
#define SONDA_ES_EVENT_UID 148u
#define SONDA_ES_EVENT_GID 149u
#define SONDA_ES_EVENT_EUID 150u
#define SONDA_ES_EVENT_EGID 151u
#define SONDA_ES_EVENT_RUID 152u
#define SONDA_ES_EVENT_RGID 153u
#define SONDA_ES_EVENT_SET_OR_CLEAR 154u
#define SONDA_ES_EVENT_STATFS_F_MNTONNAME 155u
#define SONDA_ES_EVENT_STATFS_F_MNTFROMNAME 156u
#define SONDA_ES_EVENT_STATFS_F_FSTYPENAME 157u
#define SONDA_ES_EVENT_DISPOSITION 158u
/** Of several events: what kind. */
#define SONDA_ES_EVENT_TYPE 159u
#define SONDA_ES_EVENT_SIG 160u
#define SONDA_ES_EVENT_PROTECTION 161u
#define SONDA_ES_EVENT_MAX_PROTECTION 162u
#define SONDA_ES_EVENT_FILE_POS 163u
#define SONDA_ES_EVENT_ADDRESS 164u
#define SONDA_ES_EVENT_SIZE 165u
#define SONDA_ES_EVENT_IDENTIFIER 166u
#define SONDA_ES_EVENT_USER_CLIENT_TYPE 167u
#define SONDA_ES_EVENT_USER_CLIENT_CLASS 168u
#define SONDA_ES_EVENT_DOMAIN 169u
#define SONDA_ES_EVENT_PROTOCOL 170u
#define SONDA_ES_EVENT_SERVICE_NAME 171u
#define SONDA_ES_EVENT_SERVICE_DOMAIN_TYPE 172u
/** btm_launch_item_…. */
#define SONDA_ES_EVENT_ITEM_ITEM_TYPE 173u
#define SONDA_ES_EVENT_ITEM_LEGACY 174u
#define SONDA_ES_EVENT_ITEM_MANAGED 175u
#define SONDA_ES_EVENT_ITEM_UID 176u
#define SONDA_ES_EVENT_ITEM_ITEM_URL 177u
#define SONDA_ES_EVENT_ITEM_APP_URL 178u
#define SONDA_ES_EVENT_EXECUTABLE_PATH 179u
/** xp_malware_…. */
#define SONDA_ES_EVENT_SIGNATURE_VERSION 180u
#define SONDA_ES_EVENT_MALWARE_IDENTIFIER 181u
#define SONDA_ES_EVENT_INCIDENT_IDENTIFIER 182u
#define SONDA_ES_EVENT_DETECTED_PATH 183u
#define SONDA_ES_EVENT_ACTION_TYPE 184u
#define SONDA_ES_EVENT_RESULT_DESCRIPTION 185u
#define SONDA_ES_EVENT_REMEDIATED_PATH 186u
/** authentication, login_…, lw_session_…, openssh_…, screensharing_…. */
#define SONDA_ES_EVENT_SUCCESS 187u
#define SONDA_ES_EVENT_FAILURE_MESSAGE 188u
#define SONDA_ES_EVENT_USERNAME 189u
#define SONDA_ES_EVENT_HAS_UID 190u
#define SONDA_ES_EVENT_GRAPHICAL_SESSION_ID 191u
#define SONDA_ES_EVENT_RESULT_TYPE 192u
#define SONDA_ES_EVENT_SOURCE_ADDRESS_TYPE 193u
#define SONDA_ES_EVENT_SOURCE_ADDRESS 194u
#define SONDA_ES_EVENT_VIEWER_APPLEID 195u
#define SONDA_ES_EVENT_AUTHENTICATION_TYPE 196u
#define SONDA_ES_EVENT_AUTHENTICATION_USERNAME 197u
#define SONDA_ES_EVENT_SESSION_USERNAME 198u
#define SONDA_ES_EVENT_EXISTING_SESSION 199u
#define SONDA_ES_EVENT_DATA_OD_RECORD_TYPE 200u
#define SONDA_ES_EVENT_DATA_OD_RECORD_NAME 201u
#define SONDA_ES_EVENT_DATA_OD_NODE_NAME 202u
#define SONDA_ES_EVENT_DATA_OD_DB_PATH 203u
#define SONDA_ES_EVENT_DATA_TOUCHID_TOUCHID_MODE 204u
#define SONDA_ES_EVENT_DATA_TOUCHID_UID 205u
#define SONDA_ES_EVENT_DATA_TOKEN_PUBKEY_HASH 206u
#define SONDA_ES_EVENT_DATA_TOKEN_TOKEN_ID 207u
#define SONDA_ES_EVENT_DATA_TOKEN_KERBEROS_PRINCIPAL 208u
#define SONDA_ES_EVENT_DATA_AUTO_UNLOCK_USERNAME 209u
#define SONDA_ES_EVENT_DATA_AUTO_UNLOCK_TYPE 210u
/** su, sudo; argv as ARGS. */
#define SONDA_ES_EVENT_FROM_UID 211u
#define SONDA_ES_EVENT_FROM_USERNAME 212u
#define SONDA_ES_EVENT_TO_UID 213u
#define SONDA_ES_EVENT_TO_USERNAME 214u
#define SONDA_ES_EVENT_SHELL 215u
#define SONDA_ES_EVENT_ARGV 216u
#define SONDA_ES_EVENT_COMMAND 217u
#define SONDA_ES_EVENT_REJECT_INFO_PLUGIN_NAME 218u
#define SONDA_ES_EVENT_REJECT_INFO_FAILURE_MESSAGE 219u
/** od_…. */
#define SONDA_ES_EVENT_ERROR_CODE 220u
#define SONDA_ES_EVENT_GROUP_NAME 221u
#define SONDA_ES_EVENT_MEMBER_MEMBER_TYPE 222u
#define SONDA_ES_EVENT_MEMBER_MEMBER_VALUE 223u
#define SONDA_ES_EVENT_USER_NAME 224u
#define SONDA_ES_EVENT_ACCOUNT_TYPE 225u
#define SONDA_ES_EVENT_ACCOUNT_NAME 226u
#define SONDA_ES_EVENT_RECORD_TYPE 227u
#define SONDA_ES_EVENT_RECORD_NAME 228u
#define SONDA_ES_EVENT_ATTRIBUTE_NAME 229u
#define SONDA_ES_EVENT_ATTRIBUTE_VALUE 230u
#define SONDA_ES_EVENT_NODE_NAME 231u
#define SONDA_ES_EVENT_DB_PATH 232u
/** profile_…. */
#define SONDA_ES_EVENT_IS_UPDATE 233u
#define SONDA_ES_EVENT_PROFILE_IDENTIFIER 234u
#define SONDA_ES_EVENT_PROFILE_UUID 235u
#define SONDA_ES_EVENT_PROFILE_INSTALL_SOURCE 236u
#define SONDA_ES_EVENT_PROFILE_ORGANIZATION 237u
#define SONDA_ES_EVENT_PROFILE_DISPLAY_NAME 238u
#define SONDA_ES_EVENT_PROFILE_SCOPE 239u
/** authorization_…; RIGHTS is a list. */
#define SONDA_ES_EVENT_RIGHTS 240u
#define SONDA_ES_EVENT_RETURN_CODE 241u
/** tcc_modify; IDENTITY_TYPE and REASON are numbers. */
#define SONDA_ES_EVENT_SERVICE 242u
#define SONDA_ES_EVENT_IDENTITY 243u
#define SONDA_ES_EVENT_IDENTITY_TYPE 244u
#define SONDA_ES_EVENT_UPDATE_TYPE 245u
#define SONDA_ES_EVENT_RIGHT 246u
#define SONDA_ES_EVENT_REASON 247u
/** gatekeeper_user_override; SHA256 is 32 bytes as they are. */
#define SONDA_ES_EVENT_FILE_TYPE 248u
#define SONDA_ES_EVENT_FILE_FILE_PATH 249u
#define SONDA_ES_EVENT_SHA256 250u
#define SONDA_ES_EVENT_SIGNING_INFO_SIGNING_ID 251u
#define SONDA_ES_EVENT_SIGNING_INFO_TEAM_ID 252u

/** SONDA_ES_TYPE_NETWORK_FLOW; addresses are 4 or 16 bytes in network order. */
#define SONDA_ES_FLOW_LOCAL_ADDRESS 260u
#define SONDA_ES_FLOW_LOCAL_PORT 261u
#define SONDA_ES_FLOW_REMOTE_ADDRESS 262u
#define SONDA_ES_FLOW_REMOTE_PORT 263u
#define SONDA_ES_FLOW_REMOTE_HOSTNAME 264u
/** "tcp", "udp" or a number as text. */
#define SONDA_ES_FLOW_PROTOCOL 265u
/** 1: this process began it. */
#define SONDA_ES_FLOW_OUTBOUND 266u
/** SONDA_ES_TYPE_DNS_QUERY: name, response code, and a list of answers. */
#define SONDA_ES_DNS_QUERY_NAME 270u
#define SONDA_ES_DNS_STATUS 271u
#define SONDA_ES_DNS_ANSWERS 272u
/** One above the largest field. */
#define SONDA_ES_FIELD_COUNT 273u

#endif
