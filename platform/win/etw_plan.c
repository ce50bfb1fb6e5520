/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What is asked of ETW: two sessions, and the events of each provider.
 *
 * Process events have a session of their own, so that a burst of file events
 * cannot displace them. That session is a system logger, because only the
 * kernel's classic process event carries the command line. Buffers: with ETW's
 * defaults (768 KB in all) another sensor lost 41.8 % of process starts without
 * a word; 256 KB × 64 to 128 is what it needed.
 *
 * Wanted are what core has a layout for, and the events that give numbers of
 * files and keys their names. Reads, queries, enumerations and packets are not:
 * keyword and id filters keep them in the kernel, and the adapter drops what
 * comes all the same.
 *
 * Keywords and ids are those of the manifests of Windows 10 and 11; not tried
 * on a machine.
 *
 * Platform (win). Data only.
 */

#include "platform/win/etw_api.h"
#include "sonda/spi/source.h"

/* clang-format off */
#define U32_BYTES(n) (n) & 0xffu, (n) >> 8 & 0xffu, (n) >> 16 & 0xffu, (n) >> 24 & 0xffu
#define U16_BYTES(n) (n) & 0xffu, (n) >> 8 & 0xffu
#define GUID_BYTES(a, b, c, ...) {U32_BYTES(a), U16_BYTES(b), U16_BYTES(c), __VA_ARGS__}
#define WANT(id, class_name) {id, SONDA_SOURCE_CLASS_##class_name, false}
#define TELL(id, class_name) {id, SONDA_SOURCE_CLASS_##class_name, true}

const struct etw_plan etw_plans[ETW_SESSION_COUNT] = {
    {"Sonda Process", 256, 64, 128, true},
    {"Sonda Activity", 256, 64, 128, false},
};

const struct etw_provider etw_providers[] = {
    {"classic process events",
     GUID_BYTES(0x3d6fa8d0u, 0xfe05u, 0x11d0u, 0x9d, 0xda, 0x00, 0xc0, 0x4f, 0xd7, 0xba, 0x7c),
     true, false, false, ETW_SESSION_PROCESS, 0,
     {WANT(1, PROCESS_EXEC), WANT(2, PROCESS_EXIT), TELL(3, OTHER)}},
    {"Microsoft-Windows-Kernel-Process",
     GUID_BYTES(0x22fb2cd6u, 0x0e7bu, 0x422bu, 0xa0, 0xc7, 0x2f, 0xad, 0x1f, 0xd0, 0xe7, 0x16),
     false, true, false, ETW_SESSION_PROCESS, 0x10u | 0x20u | 0x40u,
     {WANT(1, PROCESS_EXEC), WANT(2, PROCESS_EXIT), WANT(3, OTHER), WANT(5, MODULE), TELL(15, OTHER)}},
    {"Microsoft-Windows-Kernel-File",
     GUID_BYTES(0xedd08927u, 0x9cc4u, 0x4e65u, 0xb9, 0x70, 0xc2, 0x56, 0x0f, 0xb5, 0xc2, 0x89),
     false, true, false, ETW_SESSION_ACTIVITY,
     0x10u | 0x20u | 0x80u | 0x200u | 0x400u | 0x800u | 0x1000u,
     {TELL(10, OTHER), WANT(11, OTHER), WANT(12, FILE_OPEN), WANT(14, OTHER), WANT(16, FILE_OPEN),
      WANT(26, FILE_DELETE), WANT(27, FILE_RENAME), WANT(28, FILE_RENAME), WANT(30, FILE_OPEN)}},
    {"Microsoft-Windows-Kernel-Network",
     GUID_BYTES(0x7dd42a49u, 0x5329u, 0x4832u, 0x8d, 0xfd, 0x43, 0xd9, 0x79, 0x15, 0x3a, 0x88),
     false, false, false, ETW_SESSION_ACTIVITY, 0x10u | 0x20u,
     {WANT(12, NETWORK), WANT(15, NETWORK), WANT(28, NETWORK), WANT(31, NETWORK)}},
    {"Microsoft-Windows-Kernel-Registry",
     GUID_BYTES(0x70eb4f03u, 0xc1deu, 0x4f73u, 0xa0, 0x51, 0x33, 0xd1, 0x3d, 0x54, 0x13, 0xbd),
     false, false, false, ETW_SESSION_ACTIVITY, 0x1u | 0x100u | 0x200u | 0x1000u | 0x2000u | 0x4000u,
     {WANT(1, REGISTRY), WANT(2, OTHER), WANT(3, REGISTRY), WANT(5, REGISTRY), WANT(6, REGISTRY),
      WANT(13, OTHER)}},
    {"Microsoft-Windows-Kernel-Audit-API-Calls",
     GUID_BYTES(0xe02a841cu, 0x75a3u, 0x4fa7u, 0xaf, 0xc8, 0xae, 0x09, 0xcf, 0x9b, 0x7f, 0x23),
     false, false, false, ETW_SESSION_ACTIVITY, 0, {WANT(5, OTHER)}},
    {"Microsoft-Windows-DNS-Client",
     GUID_BYTES(0x1c95126eu, 0x7eeau, 0x49a9u, 0xa3, 0xfe, 0xa3, 0x78, 0xb0, 0x3d, 0xdb, 0x4d),
     false, false, false, ETW_SESSION_ACTIVITY, 0, {WANT(3006, OTHER), WANT(3008, OTHER)}},
    {"Microsoft-Windows-PowerShell",
     GUID_BYTES(0xa0c1853bu, 0x5c40u, 0x4b15u, 0x87, 0x66, 0x3c, 0xf1, 0xc5, 0x8f, 0x98, 0x5a),
     false, false, false, ETW_SESSION_ACTIVITY, 0, {WANT(4103, OTHER), WANT(4104, OTHER), WANT(7937, OTHER)}},
    /* What one process does to another's memory and threads; never to its own. */
    {"Microsoft-Windows-Threat-Intelligence",
     GUID_BYTES(0xf4e1897cu, 0xbb5du, 0x5668u, 0xf1, 0xd8, 0x04, 0x0f, 0x4d, 0x8d, 0xd3, 0x44),
     false, false, true, ETW_SESSION_ACTIVITY, 0x4u | 0x40u | 0x400u | 0x1000u | 0x4000u | 0x20000u | 0x80000u,
     {WANT(1, OTHER), WANT(2, OTHER), WANT(3, OTHER), WANT(4, OTHER), WANT(5, OTHER), WANT(13, OTHER),
      WANT(14, OTHER)}},
};
/* clang-format on */

const size_t etw_provider_count = sizeof etw_providers / sizeof etw_providers[0];
