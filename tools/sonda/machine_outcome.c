/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the end of a live run means for the exit code.
 *
 * Module tools.
 */

#include "machine.h"

int machine_outcome(program *self, sonda_status status, const sonda_error *error)
{
    const char *reason = error->message[0] != '\0' ? error->message : sonda_status_text(status);

    if (status == SONDA_OK || status == SONDA_ERR_CANCELLED) {
        return EXIT_DONE;
    }
    complain(self, "this machine cannot be watched: %s", reason);
    return EXIT_REFUSED;
}
