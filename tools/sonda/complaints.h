/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Many complaints of one kind: a line each for the first few, then a count.
 *
 * Module tools.
 */

#ifndef SONDA_TOOLS_COMPLAINTS_H
#define SONDA_TOOLS_COMPLAINTS_H

#include "program.h"

/* Lines before only counting; a broken file must not flood the terminal. */
#define COMPLAINTS_SHOWN 10u

typedef struct complaints {
    program *program;
    uint64_t count;
} complaints;

/* Counts one; true when it is to be shown. */
bool complaints_admit(complaints *self);

/* Says how many more there were, such as "records could not be read". */
void complaints_close(const complaints *self, const char *what);

#endif
