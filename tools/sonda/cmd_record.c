/* SPDX-License-Identifier: Apache-2.0 */

/*
 * `sonda record`: raw records of this machine to a file.
 *
 * The file is made when the first record comes, so that a machine that cannot
 * be watched leaves none behind.
 *
 * Module tools.
 */

#include "commands.h"
#include "machine.h"

#include <stdio.h>
#include <string.h>

typedef struct recording {
    program *program;
    const char *path;
    sonda_output *out;
    uint64_t records;
    int code;
    bool is_live;
} recording;

static sonda_status create(recording *self)
{
    sonda_recording_info info = SONDA_RECORDING_INFO_INIT;
    sonda_error error = SONDA_ERROR_INIT;
    uint8_t header[SONDA_RECORDING_HEADER_SIZE];
    sonda_status status;

    if (self->out != NULL) {
        return SONDA_OK;
    }
    status = strcmp(self->path, "-") == 0
                 ? sonda_output_attach(&self->out, SONDA_OUTPUT_STDOUT, NULL)
                 : sonda_output_create(&self->out, self->path, NULL, &error);
    if (status != SONDA_OK) {
        complain(self->program, "%s: %s", self->path,
                 error.message[0] != '\0' ? error.message : sonda_status_text(status));
        self->code = EXIT_OUTPUT;
        return SONDA_ERR_IO;
    }
    machine_describe(&info);
    (void)sonda_recording_header_write(&info, header);
    return sonda_output_write(self->out, header, sizeof header);
}

static void on_live(const sonda_source_description *description,
                    const sonda_source_capabilities *capabilities,
                    void *user)
{
    recording *self = user;

    (void)capabilities;
    self->is_live = true;
    if (create(self) != SONDA_OK) {
        sonda_host_stop(self->program->host);
    } else if (self->program->err_is_terminal) {
        complain(self->program, "recording this machine (%s) to %s; Ctrl-C ends it",
                 description->name, self->path);
    }
}

static sonda_status
on_record(const void *record, size_t record_len, uint64_t now_ns, void *user)
{
    recording *self = user;
    uint8_t frame[SONDA_RECORDING_FRAME_SIZE];
    sonda_status status = create(self);

    (void)now_ns;
    if (status != SONDA_OK ||
        sonda_recording_frame_write(record, record_len, frame) != SONDA_OK) {
        return status;
    }
    (void)sonda_output_write(self->out, frame, sizeof frame);
    status = sonda_output_write(self->out, record, record_len);
    self->records += status == SONDA_OK;
    return status;
}

static sonda_status on_idle(void *user)
{
    recording *self = user;

    return self->out == NULL ? SONDA_OK : sonda_output_flush(self->out);
}

/* Closes the file; EXIT_OUTPUT or EXIT_CLOSED_PIPE when it is not whole. */
static int close_file(recording *self)
{
    char reason[128];
    sonda_status status;

    if (self->out == NULL) {
        return self->code;
    }
    (void)sonda_output_flush(self->out);
    (void)snprintf(reason, sizeof reason, "%s", sonda_output_reason(self->out));
    status = sonda_output_close(self->out);
    if (status == SONDA_ERR_END) {
        return EXIT_CLOSED_PIPE;
    }
    if (status != SONDA_OK) {
        complain(self->program, "%s: %s; what was written before is kept", self->path,
                 reason[0] != '\0' ? reason : "closing failed");
        return EXIT_OUTPUT;
    }
    return EXIT_DONE;
}

static void tell(const recording *self, const sonda_host_numbers *numbers)
{
    if (self->program->err_is_terminal) {
        complain(self->program, "%llu records in %.1f s, %llu lost",
                 (unsigned long long)self->records, (double)numbers->live_ns / 1e9,
                 (unsigned long long)numbers->lost);
    }
}

static int run(program *self, arguments *given)
{
    recording job = {.program = self, .path = given->out_path, .code = EXIT_DONE};
    sonda_host_run_options options = SONDA_HOST_RUN_OPTIONS_INIT;
    sonda_host_numbers numbers = SONDA_HOST_NUMBERS_INIT;
    sonda_error error = SONDA_ERROR_INIT;
    sonda_status status = SONDA_ERR_UNSUPPORTED;
    int code;

    if (given->out_path == NULL) {
        complain(self, "record: -o FILE is missing (see 'sonda record --help')");
        return EXIT_USAGE;
    }
    options.source = machine_source();
    options.duration_ms = given->duration_ms;
    options.on_live = on_live;
    options.on_record = on_record;
    options.on_idle = on_idle;
    options.user = &job;
    if (options.source != NULL) {
        status = sonda_host_run(self->host, &options, &numbers, &error);
    }
    code = close_file(&job);
    if (code != EXIT_DONE) {
        return code;
    }
    tell(&job, &numbers);
    return machine_outcome(self, status, &error);
}

const command command_record = {
    "record",
    COMMAND_RECORD,
    "",
    "write raw records of this machine to a file",
    "Writes what the adapter of this machine delivers to a recording, for\n"
    "`sonda replay` on any machine, until Ctrl-C. `-o -` is standard output.",
    0,
    0,
    run,
};
