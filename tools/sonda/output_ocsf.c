/* SPDX-License-Identifier: Apache-2.0 */

/*
 * `--output ocsf`: every event and every finding as one OCSF 1.8 object a line.
 *
 * Module tools.
 */

#include "emitter.h"
#include "text.h"

#include <stdlib.h>

/* Makes the scratch buffer hold `need` bytes; false when memory runs out. */
static bool reserve(emitter *self, size_t need)
{
    char *more;

    if (need <= self->scratch_size) {
        return true;
    }
    more = realloc(self->scratch, need);
    if (more == NULL) {
        return false;
    }
    self->scratch = more;
    self->scratch_size = need;
    return true;
}

static void write_line(emitter *self, size_t len)
{
    (void)sonda_output_write(self->out, self->scratch, len);
    put(self->out, "\n");
}

static void on_event(emitter *self, const sonda_event *event)
{
    size_t len = 0;
    sonda_status status = sonda_event_to_ocsf(event, self->scratch, self->scratch_size, &len);

    if (status == SONDA_ERR_FULL && reserve(self, len)) {
        status = sonda_event_to_ocsf(event, self->scratch, self->scratch_size, &len);
    }
    if (status == SONDA_OK) {
        write_line(self, len);
    }
}

static void on_finding(emitter *self, const sonda_finding *finding)
{
    size_t len = 0;
    sonda_status status =
        sonda_finding_to_ocsf(finding, self->scratch, self->scratch_size, &len);

    if (status == SONDA_ERR_FULL && reserve(self, len)) {
        status = sonda_finding_to_ocsf(finding, self->scratch, self->scratch_size, &len);
    }
    if (status == SONDA_OK) {
        write_line(self, len);
    }
}

const emitter_ops emitter_ocsf = {on_event, on_finding};
