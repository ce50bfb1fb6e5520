/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Literals and globs in text.
 *
 * Layer 4 (detect). No allocation.
 */

#ifndef SONDA_CORE_DETECT_SEARCH_H
#define SONDA_CORE_DETECT_SEARCH_H

#include "core/base/span.h"

/* Nowhere. */
#define SONDA__NOT_FOUND SIZE_MAX

/* First place of `needle`, found in time linear in both; an empty one is at 0. */
size_t sonda__search(sonda__span text, sonda__span needle);

/* Where a literal stands, given which ends of the text it must touch. */
size_t sonda__search_anchored(sonda__span text, sonda__span needle, bool at_start, bool at_end);

/*
 * Whether `text` fits the GLOB bytes of a pack, given which ends it must
 * touch; `found` is the part that did. Each byte of the text is compared with
 * each of the glob at most once; malformed globs fit nothing.
 */
bool sonda__search_glob(
    sonda__span text, sonda__span glob, bool at_start, bool at_end, sonda__span *found);

#endif
