/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Field names to ids: the table's rows, and native names that content adds.
 *
 * Built once when content loads, then read by any number of threads. A name
 * resolves to its table id, to SONDA_FIELD_NATIVE + n for the n-th native name
 * of the content, or to SONDA_FIELD_UNKNOWN.
 *
 * Layer 2 (event): uses base.
 */

#ifndef SONDA_CORE_EVENT_NAMES_H
#define SONDA_CORE_EVENT_NAMES_H

#include "core/base/span.h"
#include "sonda/allocator.h"
#include "sonda/field.h"

/*
 * Native names of one content. All of SigmaHQ uses about 700; the limit keeps a
 * hostile pack's table below 4 MiB.
 */
#define SONDA__NAMES_NATIVE_MAX 131072u

typedef struct sonda__names sonda__names;

/* The names without any content: the table only. Static, never released. */
const sonda__names *sonda__names_of_table(void);

/*
 * Opens a resolver for the table and `native_count` names beside it, numbered
 * in order. A native name that the table has is a caller's mistake and gets
 * SONDA_ERR_INVALID_ARGUMENT, as does a name given twice; more than
 * SONDA__NAMES_NATIVE_MAX of them get SONDA_ERR_LIMIT. The spans must outlive
 * the resolver.
 */
sonda_status sonda__names_open(sonda__names **names,
                               const sonda__span *native,
                               size_t native_count,
                               const sonda_allocator *allocator);

void sonda__names_close(sonda__names *names);

/* The id of a name, exact and case-sensitive. */
sonda_field_id sonda__names_find(const sonda__names *names, sonda__span name);

/* The same for who has sonda__hash() of the name already. */
sonda_field_id
sonda__names_find_hashed(const sonda__names *names, sonda__span name, uint64_t hash);

/*
 * The same for a name without its spaces: Defender writes "Threat Name", rules
 * ThreatName. SONDA_FIELD_UNKNOWN for a name that has none.
 */
sonda_field_id sonda__names_find_spaceless(const sonda__names *names, sonda__span name);

/* Spelling of an id that these names know; empty for others. */
sonda__span sonda__names_spelling(const sonda__names *names, sonda_field_id id);

#endif
