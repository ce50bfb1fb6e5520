/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What is found out about a regular expression once, before it is run.
 *
 * Layer 4 (detect). No allocation.
 */

#ifndef SONDA_CORE_DETECT_REGEX_PREPARE_H
#define SONDA_CORE_DETECT_REGEX_PREPARE_H

#include "core/detect/regex_cache.h"

/* Fills a zeroed machine; `cache` lends its scratch. */
void sonda__regex_prepare(sonda__regex_cache *cache,
                          const sonda__regex_code *code,
                          sonda__regex_machine *machine);

#endif
