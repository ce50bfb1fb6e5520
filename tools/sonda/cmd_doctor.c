/* SPDX-License-Identifier: Apache-2.0 */

/*
 * `sonda doctor`: what this machine offers, with a remedy for each gap, and
 * whether the configuration file says what its writer meant.
 *
 * Module tools.
 */

#include "commands.h"
#include "config.h"
#include "contents.h"
#include "machine.h"
#include "text.h"

static const char *const state_names[] = {"?", "ok", "degraded", "missing", "note"};
static const char *const state_colours[] = {"", "\033[32m", "\033[33m", "\033[31m", "\033[2m"};

static void
row(program *self, uint32_t state, const char *name, const char *detail, const char *remedy)
{
    uint32_t known = state < sizeof state_names / sizeof state_names[0] ? state : 0;

    print(self, "%s%-8s%s  %-33s  ", self->out_colour ? state_colours[known] : "",
          state_names[known], self->out_colour ? "\033[0m" : "", name);
    put(self->out, detail);
    put(self->out, "\n");
    if (remedy[0] != '\0') {
        print(self, "%-8s  %-33s  remedy: ", "", "");
        put(self->out, remedy);
        put(self->out, "\n");
    }
}

static void
on_rung(const char *rung, uint32_t state, const char *detail, const char *remedy, void *user)
{
    row(user, state, rung, detail, remedy);
}

typedef struct teller {
    program *program;
    const char *path;
} teller;

static void on_problem(void *user, unsigned line, const char *what, const char *word)
{
    teller *to = user;

    print(to->program, "%-8s  %-33s  ", "wrong", "configuration");
    put(to->program->out, to->path);
    print(to->program, ":%u: %s '", line, what);
    put_plain(to->program->out, word, 4096, 80);
    put(to->program->out, "'\n");
}

/* Disabled rules and filters must exist among the default rules to mean anything. */
static int check_content(program *self, const config *settings)
{
    arguments wanted = {0};
    sonda_content *content = NULL;
    int code;

    wanted.filters = settings->filters;
    code = contents_open(self, &wanted, false, &content);
    for (size_t i = 0; code == EXIT_DONE && i < settings->disable.count; i++) {
        const char *id = settings->disable.items[i];
        uint32_t index;
        size_t len = 0;

        while (id[len] != '\0') {
            len++;
        }
        if (sonda_content_find_rule(content, id, len, &index) != SONDA_OK) {
            row(self, 2, "configuration",
                "disables a rule that the default rules do not have:", id);
        }
    }
    sonda_content_release(content);
    return code;
}

static int check_config(program *self, const arguments *given)
{
    const char *path = given->config != NULL ? given->config : config_default_path;
    teller to = {self, path};
    config settings;
    int code;

    if (given->no_config) {
        return EXIT_DONE;
    }
    code = config_read(&settings, self, path, given->config == NULL, on_problem, &to);
    if (code == EXIT_DONE && settings.problems != 0) {
        code = EXIT_USAGE;
    } else if (code == EXIT_DONE && settings.text == NULL) {
        print(self, "%-8s  %-33s  no %s\n", state_names[4], "configuration", path);
    } else if (code == EXIT_DONE) {
        code = check_content(self, &settings);
        if (code == EXIT_DONE) {
            row(self, 1, "configuration", path, "");
        }
    }
    config_reset(&settings);
    return code;
}

static int run(program *self, arguments *given)
{
    sonda_status status = machine_probe(on_rung, self);
    int code = check_config(self, given);

    if (status != SONDA_OK) {
        print(self, "\nThis machine cannot be watched by this user as it is.\n");
        return EXIT_REFUSED;
    }
    print(self, "\nThis machine can be watched: sonda run\n");
    return code;
}

const command command_doctor = {
    "doctor",
    COMMAND_DOCTOR,
    "",
    "show what this machine offers, and what is missing",
    "Tries what the sensor needs, rung by rung, and names the remedy for each gap.\n"
    "Checks the configuration file. Exit code 0: this machine can be watched.",
    0,
    0,
    run,
};
