/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Layouts of ETW events, by the manifests that providers register and the MOF
 * classes of the kernel.
 *
 * Between Windows 10 1903 and Windows 11 26H1 these changed with a new version
 * only, Threat-Intelligence version 0 excepted, which is therefore absent.
 * Layouts of several versions have the fields that all of them begin with.
 *
 * Layer 3 (normalise). Data only.
 */

#include "core/normalise/etw_layout.h"

/* clang-format off */
#define END {SONDA__ETW_END, 0, 0, NULL}
#define PASS(type) {SONDA__ETW_##type, SONDA__ETW_PASS, 0, NULL}
#define FIELD(type, use, id) {SONDA__ETW_##type, SONDA__ETW_##use, SONDA_FIELD_##id, NULL}
#define NAMED(type, use, name) {SONDA__ETW_##type, SONDA__ETW_##use, SONDA_FIELD_UNKNOWN, name}
#define CONSTANT(id, value) {SONDA__ETW_CONSTANT, SONDA__ETW_VALUE, SONDA_FIELD_##id, value}
#define NOTE(type, use) {SONDA__ETW_##type, SONDA__ETW_##use, 0, NULL}

#define HEAD SONDA__ETW_ACTOR_IN_HEAD
#define DATA SONDA__ETW_ACTOR_IN_DATA
#define SOURCE SONDA__ETW_ACTOR_SOURCE

/* OCSF activities that sonda/event.h does not name. */
#define MODULE_UNLOAD 2u
#define NETWORK_TRAFFIC 6u
#define MEMORY_ALLOCATE 1u
#define MEMORY_MODIFY 2u
#define MEMORY_READ 7u
#define MEMORY_WRITE 8u
#define MEMORY_MAP 9u

/* ---- Microsoft-Windows-Kernel-Process ---- */

static const sonda__etw_field start_0[] = {
    FIELD(U32, VALUE, PROCESS_ID), FIELD(U64, TIME, PROCESS_START), FIELD(U32, VALUE, PARENT_PROCESS_ID),
    FIELD(U32, VALUE, TERMINAL_SESSION_ID), FIELD(WIDE, VALUE, IMAGE), END,
};
static const sonda__etw_field start_1[] = {
    FIELD(U32, VALUE, PROCESS_ID), FIELD(U64, TIME, PROCESS_START), FIELD(U32, VALUE, PARENT_PROCESS_ID),
    FIELD(U32, VALUE, TERMINAL_SESSION_ID), PASS(U32), FIELD(WIDE, VALUE, IMAGE), END,
};
static const sonda__etw_field start_3[] = {
    FIELD(U32, VALUE, PROCESS_ID), PASS(U64), FIELD(U64, TIME, PROCESS_START), FIELD(U32, VALUE, PARENT_PROCESS_ID),
    PASS(U64), FIELD(U32, VALUE, TERMINAL_SESSION_ID), PASS(U32), PASS(U32), PASS(U32),
    FIELD(SID, VALUE, INTEGRITY_LEVEL), FIELD(WIDE, VALUE, IMAGE), END,
};
static const sonda__etw_field stop_0[] = {
    FIELD(U32, VALUE, PROCESS_ID), FIELD(U64, TIME, PROCESS_START), PASS(U64), FIELD(U32, VALUE, EXIT_CODE),
    PASS(U32), PASS(U32), PASS(U64), PASS(U64), NAMED(NARROW, VALUE, "ImageFileName"), END,
};
static const sonda__etw_field stop_1[] = {
    FIELD(U32, VALUE, PROCESS_ID), FIELD(U64, TIME, PROCESS_START), PASS(U64), FIELD(U32, VALUE, EXIT_CODE),
    PASS(U32), PASS(U32), PASS(U64), PASS(U64), PASS(U64), PASS(U32), PASS(U32), PASS(U32), PASS(U32), PASS(U32),
    NAMED(NARROW, VALUE, "ImageFileName"), END,
};
static const sonda__etw_field stop_2[] = {
    FIELD(U32, VALUE, PROCESS_ID), PASS(U64), FIELD(U64, TIME, PROCESS_START), PASS(U64), FIELD(U32, VALUE, EXIT_CODE),
    PASS(U32), PASS(U32), PASS(U64), PASS(U64), PASS(U64), PASS(U32), PASS(U32), PASS(U32), PASS(U32), PASS(U32),
    NAMED(NARROW, VALUE, "ImageFileName"), END,
};
static const sonda__etw_field thread[] = {
    FIELD(U32, VALUE, TARGET_PROCESS_ID), FIELD(U32, VALUE, NEW_THREAD_ID), PASS(POINTER), PASS(POINTER),
    PASS(POINTER), PASS(POINTER), PASS(POINTER), FIELD(POINTER, HEX, START_ADDRESS), PASS(POINTER), END,
};
static const sonda__etw_field image[] = {
    NAMED(POINTER, HEX, "ImageBase"), NAMED(POINTER, HEX, "ImageSize"), FIELD(U32, VALUE, PROCESS_ID), PASS(U32),
    PASS(U32), PASS(POINTER), FIELD(WIDE, VALUE, IMAGE_LOADED), END,
};

#define START(id, first, last, flags, fields) \
    {id, first, last, flags, DATA, SONDA__OBJECT_START, SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH, fields, sonda__etw_finish_start}
#define STOP(version, fields) \
    {2, version, version, 0, DATA, 0, SONDA_CLASS_PROCESS, SONDA_PROCESS_TERMINATE, fields, NULL}

static const sonda__etw_layout kernel_process[] = {
    START(1, 0, 0, 0, start_0), START(1, 1, 2, 0, start_1), START(1, 3, 5, 0, start_3),
    STOP(0, stop_0), STOP(1, stop_1), STOP(2, stop_2),
    {3, 0, 1, 0, SOURCE, SONDA__OBJECT_THREAD, SONDA_CLASS_PROCESS, SONDA_PROCESS_INJECT, thread, sonda__etw_finish_thread},
    {4, 0, 1, SONDA__ETW_QUIET, SOURCE, 0, SONDA_CLASS_PROCESS, SONDA_ACTIVITY_OTHER, thread, NULL},
    {5, 0, 0, 0, DATA, 0, SONDA_CLASS_MODULE, SONDA_MODULE_LOAD, image, NULL},
    {6, 0, 0, 0, DATA, 0, SONDA_CLASS_MODULE, MODULE_UNLOAD, image, NULL},
    START(15, 0, 0, SONDA__ETW_SNAPSHOT, start_1), START(15, 1, 1, SONDA__ETW_SNAPSHOT, start_3),
};

/* ---- the classic process class ---- */

#define CLASSIC_HEAD PASS(POINTER), FIELD(U32, VALUE, PROCESS_ID), FIELD(U32, VALUE, PARENT_PROCESS_ID), \
    FIELD(U32, VALUE, TERMINAL_SESSION_ID)
#define CLASSIC_TAIL FIELD(USER, VALUE, TARGET_USER_SID), NOTE(NARROW, NAME), FIELD(WIDE, VALUE, COMMAND_LINE), END
#define CLASSIC_END FIELD(USER, VALUE, TARGET_USER_SID), NAMED(NARROW, VALUE, "ImageFileName"), END

static const sonda__etw_field classic_start_2[] = {CLASSIC_HEAD, PASS(U32), CLASSIC_TAIL};
static const sonda__etw_field classic_start_3[] = {CLASSIC_HEAD, PASS(U32), PASS(POINTER), CLASSIC_TAIL};
static const sonda__etw_field classic_start_4[] = {CLASSIC_HEAD, PASS(U32), PASS(POINTER), PASS(U32), CLASSIC_TAIL};
static const sonda__etw_field classic_stop_2[] = {CLASSIC_HEAD, FIELD(U32, VALUE, EXIT_CODE), CLASSIC_END};
static const sonda__etw_field classic_stop_3[] = {
    CLASSIC_HEAD, FIELD(U32, VALUE, EXIT_CODE), PASS(POINTER), CLASSIC_END};
static const sonda__etw_field classic_stop_4[] = {
    CLASSIC_HEAD, FIELD(U32, VALUE, EXIT_CODE), PASS(POINTER), PASS(U32), CLASSIC_END};

#define CLASSIC_START(opcode, version, flags, fields)                                              \
    {opcode, version, version, SONDA__ETW_CLASSIC | (flags), DATA, SONDA__OBJECT_CLASSIC_START,    \
     SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH, fields, NULL}
/* Kernel-Process 2 is the event of an end; where it is not, the table still learns. */
#define CLASSIC_STOP(opcode, version, flags, fields)                                               \
    {opcode, version, version, SONDA__ETW_CLASSIC | (flags), DATA, 0, SONDA_CLASS_PROCESS,         \
     SONDA_PROCESS_TERMINATE, fields, NULL}

static const sonda__etw_layout classic_process[] = {
    CLASSIC_START(1, 2, 0, classic_start_2), CLASSIC_START(1, 3, 0, classic_start_3),
    CLASSIC_START(1, 4, 0, classic_start_4),
    CLASSIC_STOP(2, 2, SONDA__ETW_QUIET, classic_stop_2), CLASSIC_STOP(2, 3, SONDA__ETW_QUIET, classic_stop_3),
    CLASSIC_STOP(2, 4, SONDA__ETW_QUIET, classic_stop_4),
    CLASSIC_START(3, 2, SONDA__ETW_SNAPSHOT, classic_start_2), CLASSIC_START(3, 3, SONDA__ETW_SNAPSHOT, classic_start_3),
    CLASSIC_START(3, 4, SONDA__ETW_SNAPSHOT, classic_start_4),
    CLASSIC_START(4, 2, SONDA__ETW_SNAPSHOT, classic_start_2), CLASSIC_START(4, 3, SONDA__ETW_SNAPSHOT, classic_start_3),
    CLASSIC_START(4, 4, SONDA__ETW_SNAPSHOT, classic_start_4),
};

/* ---- volumes ---- */

static const sonda__etw_field volume[] = {NOTE(WIDE, NAME), NOTE(WIDE, LEAF), END};

static const sonda__etw_layout system_configuration[] = {
    {35, 0, 255, SONDA__ETW_CLASSIC | SONDA__ETW_QUIET, DATA, SONDA__OBJECT_VOLUME, SONDA_CLASS_BASE, 0, volume, NULL},
};

/* ---- Microsoft-Windows-Kernel-File ---- */

static const sonda__etw_field file_name[] = {NOTE(POINTER, KEY), NOTE(WIDE, NAME), END};
static const sonda__etw_field file_create[] = {
    PASS(POINTER), NOTE(POINTER, OBJECT), PASS(U32), NAMED(U32, HEX, "CreateOptions"),
    NAMED(U32, HEX, "CreateAttributes"), NAMED(U32, HEX, "ShareAccess"), NOTE(WIDE, NAME), END,
};
static const sonda__etw_field file_close[] = {PASS(POINTER), NOTE(POINTER, OBJECT), PASS(POINTER), PASS(U32), END};
static const sonda__etw_field file_transfer[] = {
    NAMED(U64, VALUE, "ByteOffset"), PASS(POINTER), NOTE(POINTER, OBJECT), NOTE(POINTER, KEY), PASS(U32),
    NAMED(U32, VALUE, "IOSize"), NAMED(U32, HEX, "IOFlags"), END,
};
static const sonda__etw_field file_path[] = {
    PASS(POINTER), NOTE(POINTER, OBJECT), NOTE(POINTER, KEY), PASS(POINTER), PASS(U32), PASS(U32), NOTE(WIDE, NAME), END,
};

#define FILE_EVENT(id, version, flags, role, activity, fields) \
    {id, version, version, flags, HEAD, SONDA__OBJECT_##role, SONDA_CLASS_FILE, activity, fields, NULL}

static const sonda__etw_layout kernel_file[] = {
    FILE_EVENT(10, 0, SONDA__ETW_QUIET, FILE_NAMED, SONDA_ACTIVITY_OTHER, file_name),
    FILE_EVENT(11, 0, SONDA__ETW_QUIET, FILE_FORGET, SONDA_ACTIVITY_OTHER, file_name),
    FILE_EVENT(12, 1, 0, FILE_NAMED, SONDA_FILE_OPEN, file_create),
    FILE_EVENT(14, 1, SONDA__ETW_QUIET, FILE_FORGET, SONDA_ACTIVITY_OTHER, file_close),
    FILE_EVENT(15, 1, 0, FILE, SONDA_FILE_READ, file_transfer),
    FILE_EVENT(16, 1, 0, FILE, SONDA_FILE_UPDATE, file_transfer),
    FILE_EVENT(26, 1, 0, FILE_NAMED, SONDA_FILE_DELETE, file_path),
    FILE_EVENT(27, 1, 0, FILE_NAMED, SONDA_FILE_RENAME, file_path),
    FILE_EVENT(30, 1, 0, FILE_NAMED, SONDA_FILE_CREATE, file_create),
};

/* ---- Microsoft-Windows-Kernel-Network: the source is whoever began ---- */

#define ENDS(address, local, remote)                                                              \
    FIELD(U32, VALUE, PROCESS_ID), PASS(U32), FIELD(address, VALUE, remote##_IP), FIELD(address, VALUE, local##_IP), \
    FIELD(PORT, VALUE, remote##_PORT), FIELD(PORT, VALUE, local##_PORT)
#define FAMILY(is_ipv6) CONSTANT(SOURCE_IS_IPV6, is_ipv6), CONSTANT(DESTINATION_IS_IPV6, is_ipv6)
#define TCP CONSTANT(PROTOCOL, "tcp")
#define UDP CONSTANT(PROTOCOL, "udp")

static const sonda__etw_field tcp_connect[] = {
    ENDS(IPV4, SOURCE, DESTINATION), TCP, FAMILY("false"), CONSTANT(INITIATED, "true"), END};
static const sonda__etw_field tcp_accept[] = {
    ENDS(IPV4, DESTINATION, SOURCE), TCP, FAMILY("false"), CONSTANT(INITIATED, "false"), END};
static const sonda__etw_field tcp_traffic[] = {ENDS(IPV4, SOURCE, DESTINATION), TCP, FAMILY("false"), END};
static const sonda__etw_field udp_traffic[] = {ENDS(IPV4, SOURCE, DESTINATION), UDP, FAMILY("false"), END};
static const sonda__etw_field udp_received[] = {ENDS(IPV4, DESTINATION, SOURCE), UDP, FAMILY("false"), END};
static const sonda__etw_field tcp6_connect[] = {
    ENDS(IPV6, SOURCE, DESTINATION), TCP, FAMILY("true"), CONSTANT(INITIATED, "true"), END};
static const sonda__etw_field tcp6_accept[] = {
    ENDS(IPV6, DESTINATION, SOURCE), TCP, FAMILY("true"), CONSTANT(INITIATED, "false"), END};
static const sonda__etw_field tcp6_traffic[] = {ENDS(IPV6, SOURCE, DESTINATION), TCP, FAMILY("true"), END};
static const sonda__etw_field udp6_traffic[] = {ENDS(IPV6, SOURCE, DESTINATION), UDP, FAMILY("true"), END};
static const sonda__etw_field udp6_received[] = {ENDS(IPV6, DESTINATION, SOURCE), UDP, FAMILY("true"), END};

#define NET(id, activity, fields) {id, 0, 0, 0, DATA, 0, SONDA_CLASS_NETWORK, activity, fields, NULL}

static const sonda__etw_layout kernel_network[] = {
    NET(10, NETWORK_TRAFFIC, tcp_traffic), NET(11, NETWORK_TRAFFIC, tcp_traffic),
    NET(12, SONDA_NETWORK_OPEN, tcp_connect), NET(13, SONDA_NETWORK_CLOSE, tcp_traffic),
    NET(14, NETWORK_TRAFFIC, tcp_traffic), NET(15, SONDA_NETWORK_OPEN, tcp_accept),
    NET(16, SONDA_NETWORK_OPEN, tcp_connect), NET(18, NETWORK_TRAFFIC, tcp_traffic),
    NET(26, NETWORK_TRAFFIC, tcp6_traffic), NET(27, NETWORK_TRAFFIC, tcp6_traffic),
    NET(28, SONDA_NETWORK_OPEN, tcp6_connect), NET(29, SONDA_NETWORK_CLOSE, tcp6_traffic),
    NET(30, NETWORK_TRAFFIC, tcp6_traffic), NET(31, SONDA_NETWORK_OPEN, tcp6_accept),
    NET(32, SONDA_NETWORK_OPEN, tcp6_connect), NET(34, NETWORK_TRAFFIC, tcp6_traffic),
    NET(42, NETWORK_TRAFFIC, udp_traffic), NET(43, NETWORK_TRAFFIC, udp_received),
    NET(58, NETWORK_TRAFFIC, udp6_traffic), NET(59, NETWORK_TRAFFIC, udp6_received),
};

/* ---- Microsoft-Windows-Kernel-Registry ---- */

static const sonda__etw_field key_open[] = {
    NOTE(POINTER, KEY), NOTE(POINTER, OBJECT), NOTE(U32, STATUS), NOTE(U32, KIND), NOTE(WIDE, NAME), NOTE(WIDE, LEAF), END,
};
static const sonda__etw_field key_create[] = {
    NOTE(POINTER, KEY), NOTE(POINTER, OBJECT), NOTE(U32, STATUS), NOTE(U32, KIND), NOTE(WIDE, NAME), NOTE(WIDE, LEAF),
    CONSTANT(EVENT_TYPE, "CreateKey"), END,
};
static const sonda__etw_field key_delete[] = {
    NOTE(POINTER, OBJECT), NOTE(U32, STATUS), NOTE(WIDE, NAME), CONSTANT(EVENT_TYPE, "DeleteKey"), END,
};
static const sonda__etw_field key_close[] = {NOTE(POINTER, OBJECT), NOTE(U32, STATUS), NOTE(WIDE, NAME), END};
static const sonda__etw_field value_set[] = {
    NOTE(POINTER, OBJECT), NOTE(U32, STATUS), NOTE(U32, KIND), PASS(U32), NOTE(WIDE, NAME), NOTE(WIDE, LEAF),
    NOTE(DATA, CONTENTS), CONSTANT(EVENT_TYPE, "SetValue"), END,
};
static const sonda__etw_field value_delete[] = {
    NOTE(POINTER, OBJECT), NOTE(U32, STATUS), NOTE(WIDE, NAME), NOTE(WIDE, LEAF), CONSTANT(EVENT_TYPE, "DeleteValue"), END,
};

#define KEY_EVENT(id, role, activity, fields, finish) \
    {id, 0, 0, 0, HEAD, SONDA__OBJECT_##role, SONDA_CLASS_REGISTRY_KEY, activity, fields, finish}
#define VALUE_EVENT(id, activity, fields, finish) \
    {id, 0, 0, 0, HEAD, SONDA__OBJECT_KEY, SONDA_CLASS_REGISTRY_VALUE, activity, fields, finish}

static const sonda__etw_layout kernel_registry[] = {
    KEY_EVENT(1, KEY_NAMED, SONDA_REGISTRY_CREATE, key_create, sonda__etw_finish_key),
    KEY_EVENT(2, KEY_NAMED, SONDA_REGISTRY_READ, key_open, sonda__etw_finish_key),
    KEY_EVENT(3, KEY, SONDA_REGISTRY_DELETE, key_delete, sonda__etw_finish_delete),
    VALUE_EVENT(5, SONDA_REGISTRY_MODIFY, value_set, sonda__etw_finish_value),
    VALUE_EVENT(6, SONDA_REGISTRY_DELETE, value_delete, sonda__etw_finish_delete),
    {13, 0, 0, SONDA__ETW_QUIET, HEAD, SONDA__OBJECT_KEY_FORGET, SONDA_CLASS_REGISTRY_KEY, SONDA_ACTIVITY_OTHER, key_close, NULL},
};

/* ---- Microsoft-Windows-Kernel-Audit-API-Calls ---- */

static const sonda__etw_field process_open[] = {
    FIELD(U32, VALUE, TARGET_PROCESS_ID), FIELD(U32, HEX, GRANTED_ACCESS), NOTE(U32, STATUS), END,
};
static const sonda__etw_layout audit_calls[] = {
    {5, 0, 0, 0, SOURCE, SONDA__OBJECT_TARGET, SONDA_CLASS_PROCESS, SONDA_PROCESS_OPEN, process_open, sonda__etw_finish_status},
};

/* ---- Microsoft-Windows-DNS-Client: the end of a query is the event ---- */

static const sonda__etw_field dns_called[] = {
    FIELD(WIDE, VALUE, QUERY_NAME), NAMED(U32, VALUE, "QueryType"), NAMED(U64, VALUE, "QueryOptions"),
    NAMED(WIDE, VALUE, "ServerList"), NAMED(U32, VALUE, "IsNetworkQuery"), NAMED(U32, VALUE, "NetworkQueryIndex"),
    NAMED(U32, VALUE, "InterfaceIndex"), NAMED(U32, VALUE, "IsAsyncQuery"), END,
};
static const sonda__etw_field dns_completed[] = {
    FIELD(WIDE, VALUE, QUERY_NAME), NAMED(U32, VALUE, "QueryType"), NAMED(U64, VALUE, "QueryOptions"),
    FIELD(U32, VALUE, QUERY_STATUS), FIELD(WIDE, VALUE, QUERY_RESULTS), END,
};
static const sonda__etw_layout dns_client[] = {
    {3006, 0, 0, 0, HEAD, 0, SONDA_CLASS_DNS, SONDA_ACTIVITY_OTHER, dns_called, NULL},
    {3008, 0, 0, 0, HEAD, 0, SONDA_CLASS_DNS, SONDA_DNS_QUERY, dns_completed, NULL},
};

/* ---- Microsoft-Windows-PowerShell ---- */

static const sonda__etw_field script_block[] = {
    FIELD(U32, VALUE, MESSAGE_NUMBER), FIELD(U32, VALUE, MESSAGE_TOTAL), FIELD(WIDE, VALUE, SCRIPT_BLOCK_TEXT),
    FIELD(WIDE, VALUE, SCRIPT_BLOCK_ID), FIELD(WIDE, VALUE, PATH), END,
};
static const sonda__etw_field pipeline[] = {
    FIELD(WIDE, VALUE, CONTEXT_INFO), NAMED(WIDE, VALUE, "UserData"), FIELD(WIDE, VALUE, PAYLOAD), END,
};
static const sonda__etw_layout powershell[] = {
    {4103, 1, 1, 0, HEAD, 0, SONDA_CLASS_SCRIPT, SONDA_SCRIPT_EXECUTE, pipeline, NULL},
    {4104, 1, 1, 0, HEAD, 0, SONDA_CLASS_SCRIPT, SONDA_SCRIPT_EXECUTE, script_block, NULL},
    {7937, 1, 1, 0, HEAD, 0, SONDA_CLASS_SCRIPT, SONDA_ACTIVITY_OTHER, pipeline, NULL},
};

/* ---- Microsoft-Windows-Threat-Intelligence ---- */

#define THREAT_LEVELS PASS(U8), PASS(U8), PASS(U8)
/* Process id, its creation, a key for boot and process, three levels of trust. */
#define THREAT_PROCESS(id) FIELD(U32, VALUE, id), PASS(U64), PASS(U64), THREAT_LEVELS
#define THREAT_ENDS THREAT_PROCESS(SOURCE_PROCESS_ID), FIELD(U32, VALUE, SOURCE_THREAD_ID), PASS(U64), \
    THREAT_PROCESS(TARGET_PROCESS_ID)
/* Memory is not a process: there the caller is the process of the event. */
#define MEMORY_ENDS THREAT_PROCESS(PROCESS_ID), FIELD(U32, VALUE, THREAD_ID), PASS(U64), \
    THREAT_PROCESS(TARGET_PROCESS_ID)
#define ORIGINAL NAMED(U32, VALUE, "OriginalProcessId"), PASS(U64), PASS(U64), THREAT_LEVELS
#define REGION NAMED(POINTER, HEX, "BaseAddress"), NAMED(POINTER, HEX, "RegionSize")
#define OUTCOME NAMED(U32, HEX, "OperationStatus")

static const sonda__etw_field allocated[] = {
    MEMORY_ENDS, ORIGINAL, REGION, NAMED(U32, HEX, "AllocationType"), NAMED(U32, HEX, "ProtectionMask"), END};
static const sonda__etw_field protected[] = {
    MEMORY_ENDS, ORIGINAL, REGION, NAMED(U32, HEX, "ProtectionMask"), NAMED(U32, HEX, "LastProtectionMask"), END};
static const sonda__etw_field mapped[] = {
    MEMORY_ENDS, REGION, NAMED(U32, HEX, "AllocationType"), NAMED(U32, HEX, "ProtectionMask"), END};
static const sonda__etw_field queued[] = {
    THREAT_ENDS, NAMED(U32, VALUE, "TargetThreadId"), PASS(U64), ORIGINAL, PASS(U8), FIELD(POINTER, HEX, START_ADDRESS),
    NAMED(POINTER, HEX, "ApcArgument1"), NAMED(POINTER, HEX, "ApcArgument2"), NAMED(POINTER, HEX, "ApcArgument3"), END};
static const sonda__etw_field context_set[] = {THREAT_ENDS, NAMED(U32, VALUE, "TargetThreadId"), PASS(U64), END};
static const sonda__etw_field copied[] = {
    OUTCOME, MEMORY_ENDS, NAMED(POINTER, HEX, "BaseAddress"), NAMED(POINTER, HEX, "BytesCopied"), END};
static const sonda__etw_field suspended_thread[] = {
    OUTCOME, THREAT_ENDS, NAMED(U32, VALUE, "TargetThreadId"), PASS(U64), END};
static const sonda__etw_field suspended[] = {OUTCOME, THREAT_ENDS, END};

#define THREAT(id, class_uid, activity, fields) \
    {id, 1, 1, 0, DATA, SONDA__OBJECT_TARGET, class_uid, activity, fields, NULL}
#define THREAT_MEMORY(id, activity, fields) THREAT(id, SONDA_CLASS_MEMORY, activity, fields)
#define THREAT_PROCESS_EVENT(id, fields) THREAT(id, SONDA_CLASS_PROCESS, SONDA_ACTIVITY_OTHER, fields)

/* By another process, by the process itself, and the same by drivers. */
static const sonda__etw_layout threat_intelligence[] = {
    THREAT_MEMORY(1, MEMORY_ALLOCATE, allocated), THREAT_MEMORY(2, MEMORY_MODIFY, protected),
    THREAT_MEMORY(3, MEMORY_MAP, mapped), THREAT_PROCESS_EVENT(4, queued), THREAT_PROCESS_EVENT(5, context_set),
    THREAT_MEMORY(6, MEMORY_ALLOCATE, allocated), THREAT_MEMORY(7, MEMORY_MODIFY, protected),
    THREAT_MEMORY(8, MEMORY_MAP, mapped), THREAT_MEMORY(11, MEMORY_READ, copied), THREAT_MEMORY(12, MEMORY_WRITE, copied),
    THREAT_MEMORY(13, MEMORY_READ, copied), THREAT_MEMORY(14, MEMORY_WRITE, copied),
    THREAT_PROCESS_EVENT(15, suspended_thread), THREAT_PROCESS_EVENT(16, suspended_thread),
    THREAT_PROCESS_EVENT(17, suspended), THREAT_PROCESS_EVENT(18, suspended), THREAT_PROCESS_EVENT(19, suspended),
    THREAT_PROCESS_EVENT(20, suspended),
    THREAT_MEMORY(21, MEMORY_ALLOCATE, allocated), THREAT_MEMORY(22, MEMORY_MODIFY, protected),
    THREAT_MEMORY(23, MEMORY_MAP, mapped), THREAT_PROCESS_EVENT(24, queued), THREAT_PROCESS_EVENT(25, context_set),
    THREAT_MEMORY(26, MEMORY_ALLOCATE, allocated), THREAT_MEMORY(27, MEMORY_MODIFY, protected),
    THREAT_MEMORY(28, MEMORY_MAP, mapped),
};

/* ---- providers ---- */

#define U32_BYTES(n) (n) & 0xffu, (n) >> 8 & 0xffu, (n) >> 16 & 0xffu, (n) >> 24 & 0xffu
#define U16_BYTES(n) (n) & 0xffu, (n) >> 8 & 0xffu
#define GUID(a, b, c, ...) {U32_BYTES(a), U16_BYTES(b), U16_BYTES(c), __VA_ARGS__}
#define LAYOUTS(list) list, sizeof(list) / sizeof *(list)

/* The most frequent first. */
static const sonda__etw_provider providers[] = {
    {GUID(0xedd08927u, 0x9cc4u, 0x4e65u, 0xb9, 0x70, 0xc2, 0x56, 0x0f, 0xb5, 0xc2, 0x89),
     "Microsoft-Windows-Kernel-File", NULL, LAYOUTS(kernel_file)},
    {GUID(0x70eb4f03u, 0xc1deu, 0x4f73u, 0xa0, 0x51, 0x33, 0xd1, 0x3d, 0x54, 0x13, 0xbd),
     "Microsoft-Windows-Kernel-Registry", NULL, LAYOUTS(kernel_registry)},
    {GUID(0x22fb2cd6u, 0x0e7bu, 0x422bu, 0xa0, 0xc7, 0x2f, 0xad, 0x1f, 0xd0, 0xe7, 0x16),
     "Microsoft-Windows-Kernel-Process", NULL, LAYOUTS(kernel_process)},
    {GUID(0x7dd42a49u, 0x5329u, 0x4832u, 0x8d, 0xfd, 0x43, 0xd9, 0x79, 0x15, 0x3a, 0x88),
     "Microsoft-Windows-Kernel-Network", NULL, LAYOUTS(kernel_network)},
    {GUID(0xe02a841cu, 0x75a3u, 0x4fa7u, 0xaf, 0xc8, 0xae, 0x09, 0xcf, 0x9b, 0x7f, 0x23),
     "Microsoft-Windows-Kernel-Audit-API-Calls", NULL, LAYOUTS(audit_calls)},
    {GUID(0xf4e1897cu, 0xbb5du, 0x5668u, 0xf1, 0xd8, 0x04, 0x0f, 0x4d, 0x8d, 0xd3, 0x44),
     "Microsoft-Windows-Threat-Intelligence", NULL, LAYOUTS(threat_intelligence)},
    {GUID(0x3d6fa8d0u, 0xfe05u, 0x11d0u, 0x9d, 0xda, 0x00, 0xc0, 0x4f, 0xd7, 0xba, 0x7c),
     "Windows Kernel Trace", NULL, LAYOUTS(classic_process)},
    {GUID(0x1c95126eu, 0x7eeau, 0x49a9u, 0xa3, 0xfe, 0xa3, 0x78, 0xb0, 0x3d, 0xdb, 0x4d),
     "Microsoft-Windows-DNS-Client", NULL, LAYOUTS(dns_client)},
    {GUID(0xa0c1853bu, 0x5c40u, 0x4b15u, 0x87, 0x66, 0x3c, 0xf1, 0xc5, 0x8f, 0x98, 0x5a),
     "Microsoft-Windows-PowerShell", "Microsoft-Windows-PowerShell/Operational", LAYOUTS(powershell)},
    {GUID(0x9b79ee91u, 0xb5fdu, 0x41c0u, 0xa2, 0x43, 0x42, 0x48, 0xe2, 0x66, 0xe9, 0xd0),
     "Windows Kernel Trace", NULL, LAYOUTS(system_configuration)},
};
/* clang-format on */

const sonda__etw_provider *sonda__etw_provider_of(const uint8_t *guid)
{
    for (size_t i = 0; i < sizeof providers / sizeof providers[0]; i++) {
        if (memcmp(providers[i].guid, guid, sizeof providers[i].guid) == 0) {
            return &providers[i];
        }
    }
    return NULL;
}

/* Whether a layout stands before what is looked for. */
static bool is_before(const sonda__etw_layout *layout, uint16_t id, uint8_t version)
{
    return layout->id != id ? layout->id < id : layout->last_version < version;
}

const sonda__etw_layout *sonda__etw_layout_of(const sonda__etw_provider *provider,
                                              bool classic,
                                              uint16_t id,
                                              uint8_t version)
{
    size_t low = 0;
    size_t high = provider->layout_count;
    const sonda__etw_layout *found;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (is_before(&provider->layouts[middle], id, version)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    found = &provider->layouts[low];
    return low < provider->layout_count && found->id == id && found->first_version <= version &&
                   ((found->flags & SONDA__ETW_CLASSIC) != 0) == classic
               ? found
               : NULL;
}
