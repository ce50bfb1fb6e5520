/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Switches that take responses back while workers run.
 *
 * Layer 5 (engine).
 */

#ifndef SONDA_CORE_ENGINE_SWITCHES_H
#define SONDA_CORE_ENGINE_SWITCHES_H

#include "core/base/span.h"
#include "sonda/engine.h"

#include <stdatomic.h>

typedef struct sonda__switch {
    char *name; /* NULL for SONDA_SWITCH_ALL */
    size_t name_len;
    uint32_t kind; /* SONDA_SWITCH_… */
    uint32_t reserved;
    atomic_uint_fast32_t is_on;
    atomic_uint_fast64_t withheld;
} sonda__switch;

/* The first is SONDA_SWITCH_ALL. Workers read those below `count`. */
typedef struct sonda__switches {
    sonda__switch *list;
    atomic_uint_fast32_t count;
    atomic_uint_fast32_t on_count; /* 0: workers look no further */
    atomic_flag lock;              /* of those who set */
} sonda__switches;

/* What a finding goes by. */
typedef struct sonda__switch_subject {
    sonda__span rule;
    sonda__span tenant;
    const sonda_content *content; /* that knows the names of the features */
    uint64_t features;            /* bits */
} sonda__switch_subject;

sonda_status sonda__switches_open(sonda__switches *switches, const sonda_allocator *allocator);
void sonda__switches_close(sonda__switches *switches, const sonda_allocator *allocator);

/*
 * The widest switch that is on and takes the subject's response back, counted;
 * NULL: none. Good until the engine is closed.
 */
const sonda__switch *sonda__switches_ask(const sonda__switches *switches,
                                         const sonda__switch_subject *subject);

/* One switch on or off; as sonda_engine_switch(). */
sonda_status sonda__switches_set(sonda__switches *switches,
                                 uint32_t kind,
                                 sonda__span name,
                                 bool on,
                                 const sonda_allocator *allocator);

/* One switch, as sonda_engine_switch_get(). */
sonda_status
sonda__switches_get(const sonda__switches *switches, size_t index, sonda_switch_view *view);

#endif
