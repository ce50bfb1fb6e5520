/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A Windows event log file as bytes in, as record payloads out.
 *
 * The file is a header of 4 KiB and chunks of 64 KiB, each with its records,
 * the names and the templates they use, and checksums. A chunk is read once all
 * of it is there; one that stands whole in the bytes given is not copied.
 *
 * Damage costs only what it hit: a chunk is read whatever its checksums say, a
 * record is one when its signature and its two lengths agree, and behind what is
 * none the next signature is looked for. What stands between two readable
 * records counts as one unreadable record.
 *
 * Layer 3 (normalise): uses base, codec.
 */

#ifndef SONDA_CORE_NORMALISE_EVTX_FILE_H
#define SONDA_CORE_NORMALISE_EVTX_FILE_H

#include "core/normalise/evtx_payload.h"

#define SONDA__EVTX_FILE_HEADER_SIZE 4096u
#define SONDA__EVTX_CHUNK_SIZE 65536u

typedef enum sonda__evtx_kind {
    SONDA__EVTX_MORE,    /* the bytes given are used up */
    SONDA__EVTX_RECORD,  /* `payloads.payload`, `payloads.len` */
    SONDA__EVTX_SKIPPED, /* one unreadable record */
    SONDA__EVTX_DAMAGED  /* something that costs no record is not as it should be */
} sonda__evtx_kind;

typedef struct sonda__evtx_unit {
    sonda__evtx_kind kind;
    sonda_status status;
    uint64_t offset;     /* in the file */
    uint64_t written_ns; /* of a record: when it was written down */
    const char *reason;  /* of the others; static */
} sonda__evtx_unit;

/* Members are private but for `payloads`' payload. */
typedef struct sonda__evtx_file {
    uint64_t offset;  /* in the file, of the first byte not done with */
    uint64_t last_id; /* of the record met last in the chunk */
    bool has_last_id;
    bool header_done;
    bool dirty;    /* the file was not closed */
    bool in_chunk; /* the rest is of the chunk at hand */
    bool in_place; /* it stands in the bytes given */
    bool reported; /* what is wrong with it was told */
    bool trusted;  /* its checksums hold */
    bool torn;     /* the file ends in it */
    const uint8_t *chunk;
    size_t chunk_len;
    size_t at;    /* in the chunk */
    size_t limit; /* where its header says that records end */
    const char *reason;
    size_t held; /* bytes in `buffer` */
    uint8_t buffer[SONDA__EVTX_CHUNK_SIZE];
    sonda__evtx_payloads payloads;
} sonda__evtx_file;

void sonda__evtx_file_init(sonda__evtx_file *file);

/*
 * The next unit of what was given so far and `bytes`, which moves past what was
 * taken and stays in place until the answer is MORE. `last`: nothing follows.
 */
sonda__evtx_unit sonda__evtx_file_next(sonda__evtx_file *file, sonda__span *bytes, bool last);

#endif
