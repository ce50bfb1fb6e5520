/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Builds ETW user data and trace files for tests, as wrong as wanted.
 *
 * User data come from a script: `type=value` parted by '|', such as
 * "u4=77|p=1000|w=\Device\x|be2=443". Numbers are decimal, pointers (p) and
 * `h8` hexadecimal. w and n are zero-terminated texts, UTF-16 and narrow;
 * ip4 and ip6 addresses (ip6 by the last byte), sid a mandatory label or
 * account S-1-16-N, user the same as the kernel logs it (empty: none), d a
 * length of two bytes and that UTF-16 text, x hexadecimal digits as bytes.
 *
 * Tests only.
 */

#ifndef SONDA_TESTS_ETL_BUILD_H
#define SONDA_TESTS_ETL_BUILD_H

#include <stddef.h>
#include <stdint.h>

#define ETW_DATA_MAX 8192u
#define ETL_BUILD_MAX (64u * 1024u)
#define ETL_BUFFER 4096u

typedef struct etw_data {
    uint8_t bytes[ETW_DATA_MAX];
    size_t len;
    int is_32;
} etw_data;

/* The layouts' providers, by a short name; NULL bytes where there is none. */
const uint8_t *etw_guid(const char *name);

void etw_script(etw_data *data, int is_32, const char *script);

/* What an event's head says beside its provider. */
typedef struct etw_head {
    uint16_t id; /* of a classic event its opcode */
    uint8_t version;
    uint8_t classic;
    uint32_t pid;
    uint32_t tid;
    uint64_t filetime;
} etw_head;

/* A record's payload; returns its length. `out` has room for data and 72 bytes. */
size_t
etw_payload(uint8_t *out, const uint8_t *guid, const etw_head *head, const etw_data *data);

/* The same as a whole record of a stream. */
size_t etw_record(uint8_t *out,
                  uint32_t stream,
                  uint64_t seq,
                  const uint8_t *guid,
                  const etw_head *head,
                  const etw_data *data);

/* ---- trace files ---- */

/* 2023-11-14 22:13:20 UTC: when the trace begins, and by its own clock. */
#define ETL_START_FILETIME UINT64_C(133444736000000000)
#define ETL_START_NS UINT64_C(1700000000000000000)
#define ETL_START_TICKS UINT64_C(5000000000)

typedef struct etl_build {
    uint8_t bytes[ETL_BUILD_MAX];
    size_t len;
    size_t buffer; /* where the buffer under way begins */
    int is_32;
    uint32_t clock;
    uint64_t frequency; /* of the counter; MHz of the processor */
} etl_build;

/* The first buffer, with the file's own header. `clock`: 1, 2 or 3. */
void etl_begin(etl_build *b, int is_32, uint32_t clock, uint64_t frequency);
void etl_next_buffer(etl_build *b);
/* Ends the buffer under way; the file is whole then. */
void etl_end(etl_build *b);

/* A modern event, or with `classic` one with a full header, at clock time. */
void etl_event(etl_build *b, const uint8_t *guid, const etw_head *head, const etw_data *data);
/* The same with one item of extended data. */
void etl_event_with_item(etl_build *b,
                         const uint8_t *guid,
                         const etw_head *head,
                         const etw_data *data);
/* One of the kernel's own, `kind` of header without its width, `head->filetime` its clock. */
void etl_kernel(
    etl_build *b, uint32_t kind, uint16_t hook, const etw_head *head, const etw_data *data);
/* Any marker and length, and as many bytes. */
void etl_marker(etl_build *b, uint32_t kind, uint32_t flags, uint16_t len);

#endif
