/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Writing a lowered rule into the sections: its tree once for each log source,
 * with that source's names for the fields.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_PACK_EMIT_H
#define SONDA_COMPILE_PACK_EMIT_H

#include "compile/pack_sections.h"

/*
 * Appends one alternative for each log source of `rule` and to `out` the
 * reference to them. `owner` as in SONDA__AT_ALTERNATIVE_OWNER.
 */
void sonda__pack_emit_alternatives(sonda__pack_sections *sections,
                                   sonda__pack_buffer *out,
                                   uint32_t owner,
                                   const sonda__rule *rule,
                                   const sonda__lowered_rule *lowered);

/* What a rule's field is called in records of this source. */
sonda__span sonda__pack_record_name(const sonda__log_source *source, sonda__span name);

#endif
