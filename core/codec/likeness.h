/* SPDX-License-Identifier: Apache-2.0 */

/*
 * How much alike two names are, to suggest one for the other.
 *
 * Layer 1 (codec). No allocation.
 */

#ifndef SONDA_CORE_CODEC_LIKENESS_H
#define SONDA_CORE_CODEC_LIKENESS_H

#include "core/base/span.h"

/*
 * Letters to put in, take out or change between two names, case left aside;
 * UINT32_MAX for names beyond SONDA__FIELD_NAME_MAX.
 */
uint32_t sonda__name_distance(sonda__span a, sonda__span b);

/* Whether names that far apart are alike enough to suggest one for the other. */
bool sonda__name_is_like(sonda__span a, sonda__span b, uint32_t distance);

#endif
