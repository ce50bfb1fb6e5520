/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Places where a file is damaged.
 *
 * Module tools.
 */

#include "damage.h"

void damage_begin(damage *self)
{
    self->count = 0;
}

void damage_note(damage *self, uint64_t offset, const char *reason)
{
    if (self->count < COMPLAINTS_SHOWN) {
        self->shown[self->count].offset = offset;
        self->shown[self->count].reason = reason;
    }
    self->count++;
}

void damage_tell(const damage *self, program *to, const char *file)
{
    for (uint64_t i = 0; i < self->count && i < COMPLAINTS_SHOWN; i++) {
        complain(to, "%s: byte %llu: %s", file, (unsigned long long)self->shown[i].offset,
                 self->shown[i].reason);
    }
    if (self->count > COMPLAINTS_SHOWN) {
        complain(to, "%s: damaged in %llu more places", file,
                 (unsigned long long)(self->count - COMPLAINTS_SHOWN));
    }
}
