/* SPDX-License-Identifier: Apache-2.0 */

/*
 * `--output matches`: file, record number and rule id, tab-separated.
 *
 * Module tools.
 */

#include "emitter.h"
#include "text.h"

static void on_finding(emitter *self, const sonda_finding *finding)
{
    sonda_rule_view rule = SONDA_RULE_VIEW_INIT;

    if (sonda_finding_rule(finding, &rule) != SONDA_OK) {
        return;
    }
    put(self->out, self->file != NULL ? self->file : "live");
    put(self->out, "\t");
    json_number(self->out, sonda_finding_record(finding)->seq);
    put(self->out, "\t");
    (void)sonda_output_write(self->out, rule.id.data, rule.id.len);
    put(self->out, "\n");
}

const emitter_ops emitter_matches = {NULL, on_finding};
