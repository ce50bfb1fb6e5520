/* SPDX-License-Identifier: Apache-2.0 */

/*
 * UTF-16 of a command line as UTF-8.
 *
 * Module tools.
 */

#ifndef SONDA_TOOLS_WIDE_H
#define SONDA_TOOLS_WIDE_H

#include <stddef.h>
#include <stdint.h>

/* Bytes that one unit of UTF-16 becomes at most. */
#define WIDE_BYTES_MAX 3u

/*
 * Converts `len` units into `out`, which has WIDE_BYTES_MAX bytes for each; how
 * many bytes there are. A surrogate without its other half is kept, as WTF-8: a
 * file may be named so, and messages about it must not name another.
 */
size_t wide_to_utf8(const uint16_t *units, size_t len, char *out);

#endif
