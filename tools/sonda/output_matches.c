/* SPDX-License-Identifier: Apache-2.0 */

/*
 * `--output matches`: file, record number and rule id, tab-separated.
 *
 * Module tools.
 */

#include "emitter.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

/*
 * As given, but for control characters: a tab or a newline in a file's name
 * would forge columns and lines.
 */
static void put_column(sonda_output *out, const char *text, size_t len)
{
    char escape[8];

    for (size_t i = 0; i < len; i++) {
        unsigned char byte = (unsigned char)text[i];

        if (byte < 0x20 || byte == 0x7f) {
            (void)snprintf(escape, sizeof escape, "\\x%02x", byte);
            put(out, escape);
        } else {
            (void)sonda_output_write(out, text + i, 1);
        }
    }
}

static void on_finding(emitter *self, const sonda_finding *finding)
{
    sonda_rule_view rule = SONDA_RULE_VIEW_INIT;
    const char *file = self->file != NULL ? self->file : "live";

    if (sonda_finding_rule(finding, &rule) != SONDA_OK) {
        return;
    }
    put_column(self->out, file, strlen(file));
    put(self->out, "\t");
    json_number(self->out, sonda_finding_record(finding)->seq);
    put(self->out, "\t");
    put_column(self->out, rule.id.data, rule.id.len);
    put(self->out, "\n");
}

const emitter_ops emitter_matches = {NULL, on_finding};
