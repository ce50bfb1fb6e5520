/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Forms of output: what is written for an event and for a finding.
 *
 * One form a file: output_text.c for people, output_findings.c (JSON lines),
 * output_matches.c (tab-separated) and output_ocsf.c for machines.
 *
 * Module tools.
 */

#ifndef SONDA_TOOLS_EMITTER_H
#define SONDA_TOOLS_EMITTER_H

#include "arguments.h"
#include "sonda/finding.h"

typedef struct emitter emitter;

typedef struct emitter_ops {
    /* NULL: this form does not show events. */
    void (*on_event)(emitter *self, const sonda_event *event);
    void (*on_finding)(emitter *self, const sonda_finding *finding);
} emitter_ops;

struct emitter {
    program *program;
    sonda_output *out;
    const emitter_ops *ops;
    bool wants_events;
    bool aside; /* not on the program's own thread: must leave its terminal alone */
    const sonda_content *content; /* in force, for the tags of rules */
    const char *file;             /* the input being read; NULL: this machine, live */
    char *scratch;                /* for OCSF, which wants a buffer */
    size_t scratch_size;
};

extern const emitter_ops emitter_text;
extern const emitter_ops emitter_findings;
extern const emitter_ops emitter_matches;
extern const emitter_ops emitter_ocsf;

/* `form` is OUTPUT_…; OUTPUT_DEFAULT asks the terminal. */
void emitter_open(emitter *self, program *of, uint32_t form, bool events);
void emitter_close(emitter *self);

/* Another one of the same form for another thread; `out` is the caller's to set. */
void emitter_aside(emitter *self, const emitter *of);

/* Is what goes out for people to read? */
bool emitter_is_text(const emitter *self);

/* "process", "file", …: short names of OCSF classes, and of activities in them. */
const char *class_name(uint32_t class_uid);
const char *activity_name(uint32_t class_uid, uint32_t activity_id);

#endif
