/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Recordings to measure with, from the data folder that tests use too.
 *
 * Benchmarks only.
 */

#ifndef SONDA_BENCH_RECORDING_DATA_H
#define SONDA_BENCH_RECORDING_DATA_H

#include <stddef.h>

/*
 * The unpacked contents of `archive`, a zip below windows/security-datasets
 * that holds `name`; unpacked once into the build folder. NULL, with the reason
 * on standard output, when the data or python3 is absent. free() it.
 */
char *recording_data_load(const char *archive, const char *name, size_t *len);

/* Seconds of processor time this thread has used: figures are per core. */
double recording_data_cpu_seconds(void);

#endif
