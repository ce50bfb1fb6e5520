/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Giving records another number.
 *
 * Module tools.
 */

#include "numbering.h"
#include "sonda/record.h"

#include <stdlib.h>
#include <string.h>

/* Where a record header keeps its number. */
#define SEQ_OFFSET 32u

const void *numbering_apply(numbering *self, const void *record, size_t len, uint64_t number)
{
    sonda_record_header header;
    uint64_t rest = number;
    uint8_t bytes[8];

    if (sonda_record_header_read(record, len, &header) != SONDA_OK || header.seq == number) {
        return record;
    }
    if (self->copy == NULL) {
        self->copy = malloc((size_t)SONDA_RECORD_MAX);
    }
    if (self->copy == NULL) {
        return record;
    }
    for (size_t i = 0; i < sizeof bytes; i++, rest >>= 8) {
        bytes[i] = (uint8_t)rest;
    }
    memcpy(self->copy, record, len);
    memcpy(self->copy + SEQ_OFFSET, bytes, sizeof bytes);
    return self->copy;
}

void numbering_close(numbering *self)
{
    free(self->copy);
    self->copy = NULL;
}
