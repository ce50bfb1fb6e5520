/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The driver's cases, the same on Linux and under Wine.
 */

#ifndef SONDA_TESTS_DRIVER_CASES_H
#define SONDA_TESTS_DRIVER_CASES_H

typedef struct driver_case {
    const char *name;
    /* NULL: it holds; otherwise what does not. The driver is loaded, the
     * sensor connected to both ports, and this thread is one of FAKE_APP. */
    const char *(*run)(void);
} driver_case;

extern const driver_case driver_cases[];
extern const unsigned driver_case_count;

/* Loads, runs one, unloads, and looks that nothing is left. */
const char *run_case(const driver_case *of);

#endif
