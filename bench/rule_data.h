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
 * All rules that compile, as a pack for free(), and `copies` - 1 times as many
 * of the same shape. NULL, with the reason on standard output, when the data is
 * absent.
 */
uint8_t *rule_data_compile(uint32_t copies, size_t *len);

/*
 * The pack as content that borrows it, without a signature; prints what it
 * comes to, and the best time of several loads.
 */
sonda_content *rule_data_open(const uint8_t *pack, size_t len);

/* Both, for all rules once; the pack lives as long as the process. */
sonda_content *rule_data_load(void);

#endif
