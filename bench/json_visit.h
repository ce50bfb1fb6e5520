/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The decoder behind functions that C++ can call: core's own headers are C.
 *
 * Benchmarks only.
 */

#ifndef SONDA_BENCH_JSON_VISIT_H
#define SONDA_BENCH_JSON_VISIT_H

#include <stddef.h>

typedef struct json_visit json_visit;

/* NULL when memory runs out. */
json_visit *json_visit_open(void);
void json_visit_close(json_visit *self);

/* Fields of the event that a line gives; 0 when it gives none. */
size_t json_visit_decode(json_visit *self, const char *line, size_t len);

#endif
