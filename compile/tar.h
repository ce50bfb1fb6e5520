/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Files of a tar archive in memory: POSIX ustar and pax, GNU, and the old form
 * before both.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_TAR_H
#define SONDA_COMPILE_TAR_H

#include "compile/pool.h"
#include "sonda/status.h"

/* Where the reading stands; `bytes` must outlive it. */
typedef struct sonda__tar {
    const uint8_t *bytes;
    size_t len;
    size_t at;
} sonda__tar;

typedef struct sonda__tar_file {
    sonda__span name; /* in the pool, zero-terminated; may be any bytes but 0 */
    const uint8_t *bytes;
    size_t len;
} sonda__tar_file;

/* Whether the bytes begin with the header of an archive's first entry. */
bool sonda__tar_is(const void *bytes, size_t len);

void sonda__tar_init(sonda__tar *tar, const void *bytes, size_t len);

/*
 * The next regular file; folders, links and devices are passed over.
 * SONDA_ERR_END after the last. Otherwise SONDA_ERR_MALFORMED or
 * SONDA_ERR_TRUNCATED, with the offset of the header it is about, and
 * SONDA_ERR_NO_MEMORY; then the archive has no next.
 */
sonda_status
sonda__tar_next(sonda__tar *tar, sonda__pool *pool, sonda__tar_file *file, sonda_error *error);

#endif
