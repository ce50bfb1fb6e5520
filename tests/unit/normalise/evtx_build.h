/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Builds event log files for tests, piece by piece and as wrong as wanted.
 *
 * Names stand where they are used; offsets count from the chunk. Tests only.
 */

#ifndef SONDA_TESTS_EVTX_BUILD_H
#define SONDA_TESTS_EVTX_BUILD_H

#include <stddef.h>
#include <stdint.h>

#define EVTX_BUILD_MAX (4096u + 3u * 65536u)
#define EVTX_VALUES_MAX 64u

typedef struct evtx_build {
    uint8_t bytes[EVTX_BUILD_MAX];
    size_t len;
    size_t chunk;      /* where it begins */
    size_t record;     /* the same */
    size_t definition; /* of the template under way */
    size_t values;     /* the table of the values under way */
    uint32_t value_index;
    uint64_t first_id;
    uint64_t next_id;
    int plain; /* elements without a dependency, as in values */
} evtx_build;

/* A file header and the first chunk's. */
void evtx_begin(evtx_build *b);
/* The chunk is filled up, its checksums set, and another begun. */
void evtx_next_chunk(evtx_build *b);
/* Checksums of the last chunk, filled up, and of the file. */
void evtx_end(evtx_build *b);
/* The sums again, after changes, of a chunk that begins there. */
void evtx_sum_chunk(evtx_build *b, size_t chunk);

void evtx_begin_record(evtx_build *b);
void evtx_end_record(evtx_build *b);

void evtx_u8(evtx_build *b, uint32_t value);
void evtx_u16(evtx_build *b, uint32_t value);
void evtx_u32(evtx_build *b, uint32_t value);
void evtx_u64(evtx_build *b, uint64_t value);
void evtx_bytes(evtx_build *b, const void *bytes, size_t len);
/* ASCII as UTF-16. */
void evtx_utf16(evtx_build *b, const char *text);

/* Tokens. */
void evtx_fragment(evtx_build *b);
void evtx_open(evtx_build *b, const char *name, int attributes);
void evtx_attribute(evtx_build *b, const char *name);
void evtx_close_start(evtx_build *b);
void evtx_close_empty(evtx_build *b);
void evtx_close(evtx_build *b);
void evtx_text(evtx_build *b, const char *text);
void evtx_value(evtx_build *b, uint32_t index, uint32_t type);
/* <name>value</name> */
void evtx_leaf(evtx_build *b, const char *name, uint32_t index, uint32_t type);
/* <Data Name="name">value</Data> */
void evtx_data(evtx_build *b, const char *name, uint32_t index, uint32_t type);

/* An instance whose template stands in it; between the two the template's tokens. */
size_t evtx_begin_template(evtx_build *b);
void evtx_end_template(evtx_build *b);
/* An instance of a template of before: the offset is evtx_begin_template()'s. */
void evtx_instance(evtx_build *b, size_t definition);

/* The values behind a template: so many, then each. */
void evtx_begin_values(evtx_build *b, uint32_t count);
void evtx_add(evtx_build *b, uint32_t type, const void *bytes, size_t len);
void evtx_add_text(evtx_build *b, const char *text);
void evtx_add_number(evtx_build *b, uint32_t type, uint64_t number, size_t len);
/* A value that is binary XML: between the two its tokens. Nests once. */
size_t evtx_begin_block(evtx_build *b);
void evtx_end_block(evtx_build *b, size_t block, size_t values, uint32_t index);

/*
 * A record like Sysmon's process start: System, and EventData in a value, with
 * templates that stand in it the first time in a chunk. The command line given.
 */
void evtx_process_start(evtx_build *b, const char *command_line);

#endif
