/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Counting complaints.
 *
 * Module tools.
 */

#include "complaints.h"

bool complaints_admit(complaints *self)
{
    return ++self->count <= COMPLAINTS_SHOWN;
}

void complaints_close(const complaints *self, const char *what)
{
    if (self->count > COMPLAINTS_SHOWN) {
        complain(self->program, "%llu more %s",
                 (unsigned long long)(self->count - COMPLAINTS_SHOWN), what);
    }
}
