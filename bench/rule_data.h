/* SPDX-License-Identifier: Apache-2.0 */

/*
 * SigmaHQ's rules from the data folder, compiled and loaded.
 *
 * Benchmarks only.
 */

#ifndef SONDA_BENCH_RULE_DATA_H
#define SONDA_BENCH_RULE_DATA_H

#include "sonda/content.h"

/*
 * All rules that compile, as content without a signature; prints what the pack
 * came to. NULL, with the reason on standard output, when the data is absent.
 */
sonda_content *rule_data_load(void);

#endif
