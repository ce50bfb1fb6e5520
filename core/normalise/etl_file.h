/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A Windows trace file (.etl) as bytes in, as ETW records out.
 *
 * The file is a row of buffers, each a header of 72 bytes, events, and unused
 * space. Events are read as they come, so that a buffer of any size needs no
 * more memory than its longest event. Modern events, classic ones with their
 * GUID, and the kernel's process events become records; headers of other kinds
 * are counted as records that are not read.
 *
 * Layer 3 (normalise): uses base, codec.
 */

#ifndef SONDA_CORE_NORMALISE_ETL_FILE_H
#define SONDA_CORE_NORMALISE_ETL_FILE_H

#include "core/base/limits.h"
#include "core/base/span.h"
#include "sonda/record.h"
#include "sonda/spi/etw_record.h"

/* Bytes that show whether a file is one. */
#define SONDA__ETL_MARK_SIZE 80u

typedef enum sonda__etl_kind {
    SONDA__ETL_MORE,    /* the bytes given are used up */
    SONDA__ETL_RECORD,  /* `record` has one, its header still to be written */
    SONDA__ETL_SKIPPED, /* one record that is not read, or cannot be */
    SONDA__ETL_DAMAGED  /* something that costs no record is not as it should be */
} sonda__etl_kind;

typedef struct sonda__etl_unit {
    sonda__etl_kind kind;
    sonda_status status;
    uint64_t offset;     /* in the file */
    uint64_t written_ns; /* of a record: its time */
    const char *reason;  /* of the others; static */
} sonda__etl_unit;

/* How the file's time stamps become FILETIMEs. */
typedef struct sonda__etl_clock {
    uint32_t type; /* 1: performance counter, 2: system time, 3: cycles */
    bool is_known;
    uint64_t ticks;     /* a moment by this clock */
    uint64_t filetime;  /* the same moment */
    uint64_t frequency; /* ticks a second */
} sonda__etl_clock;

typedef enum sonda__etl_state {
    SONDA__ETL_AT_BUFFER,
    SONDA__ETL_AT_EVENT,
    SONDA__ETL_IN_REST, /* of a buffer, which is passed over */
    SONDA__ETL_AT_END   /* nothing more can be made of the file */
} sonda__etl_state;

/* Members are private but for `record` and `record_len`. */
typedef struct sonda__etl_file {
    sonda__etl_state state;
    bool lost_events; /* was told */
    uint32_t buffer_size;
    uint32_t filled;     /* bytes of the buffer in use */
    uint32_t at;         /* in the buffer */
    uint32_t padding;    /* behind the last event, still to be passed over */
    uint32_t usual_size; /* of the buffers before */
    uint64_t offset;     /* in the file, of the first byte not done with */
    sonda__etl_clock clock;
    size_t held; /* bytes in `buffer` */
    uint8_t buffer[SONDA__ETL_EVENT_MAX];
    size_t record_len; /* header and payload */
    uint8_t record[SONDA_RECORD_HEADER_SIZE + SONDA_ETW_HEAD_SIZE + SONDA__ETL_EVENT_MAX];
} sonda__etl_file;

void sonda__etl_file_init(sonda__etl_file *file);

/*
 * Whether a file that begins with these bytes is one. `maybe`: they are fewer
 * than SONDA__ETL_MARK_SIZE, and nothing speaks against it so far.
 */
bool sonda__etl_detect(sonda__span start, bool *maybe);

/*
 * The next unit of what was given so far and `bytes`, which moves past what was
 * taken and stays in place until the answer is MORE. `last`: nothing follows.
 */
sonda__etl_unit sonda__etl_file_next(sonda__etl_file *file, sonda__span *bytes, bool last);

#endif
