/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Rules of the same shape about other things: the longest word of each value
 * becomes another one, letter for letter.
 *
 * Benchmarks only.
 */

#ifndef SONDA_BENCH_RULE_COPY_H
#define SONDA_BENCH_RULE_COPY_H

#include <stddef.h>
#include <stdint.h>

/*
 * Changes the documents of `yaml` in place to those of copy number `copy`, from
 * 1: their ids, and of each value in `detection` a word of three letters or
 * more, or a hash. Conditions, names of fields, regular expressions, addresses,
 * numbers and what filters leave out stay.
 */
void rule_copy(char *yaml, size_t len, uint32_t copy);

#endif
