/* SPDX-License-Identifier: Apache-2.0 */

/* Process starts at a fixed rate: the load that sensors are measured under. */

#ifndef SONDA_BENCH_START_PROGRAMS_H
#define SONDA_BENCH_START_PROGRAMS_H

/* Starts /bin/true `rate` times a second, each at its time, and reaps them. */
void start_programs(unsigned rate, unsigned seconds);

#endif
