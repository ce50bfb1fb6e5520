/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Reading the configuration file.
 *
 * The command line comes first: its least level wins, its lists are added to.
 *
 * Module tools.
 */

#include "config.h"
#include "sonda/host/file.h"

#include <stdlib.h>
#include <string.h>

/* A list of a thousand ids has 40 KB. */
#define CONFIG_MAX ((size_t)1 << 20)

static const char *const response_names[] = {"off", "observe", "enforce", NULL};

const char config_default_path[] = "/etc/sonda/sonda.conf";

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Cuts blanks off both ends, in place. */
static char *trim(char *text)
{
    size_t len;

    while (is_blank(*text)) {
        text++;
    }
    len = strlen(text);
    while (len > 0 && is_blank(text[len - 1])) {
        text[--len] = '\0';
    }
    return text;
}

/* Keeps `path` until config_reset(); false when memory runs out. */
static bool own(config *self, char *path)
{
    char **owned = realloc((void *)self->owned, (self->owned_count + 1) * sizeof *owned);

    if (owned == NULL) {
        return false;
    }
    owned[self->owned_count++] = path;
    self->owned = owned;
    return true;
}

/* A path in the file counts from the file's folder. */
static const char *resolve(config *self, const char *file, const char *path)
{
    const char *slash = strrchr(file, '/');
    size_t folder = slash != NULL ? (size_t)(slash - file) + 1 : 0;
    size_t len = strlen(path) + 1;
    char *whole = path[0] == '/' || folder == 0 ? NULL : malloc(folder + len);

    if (whole == NULL) {
        return path;
    }
    memcpy(whole, file, folder);
    memcpy(whole + folder, path, len);
    if (!own(self, whole)) {
        free(whole);
        return path;
    }
    return whole;
}

/* The keys about responses; of each the last one counts. */
static const char *
take_response(config *self, const char *file, const char *key, const char *value)
{
    if (strcmp(key, "response") == 0) {
        if (choice_of(response_names, value) < 0) {
            return "response is off, observe or enforce, not";
        }
        self->response = value;
    } else if (strcmp(key, "policy") == 0) {
        self->policy = resolve(self, file, value);
    } else if (strcmp(key, "switches") == 0) {
        self->switches = resolve(self, file, value);
    } else if (strcmp(key, "tenant") == 0) {
        self->tenant = value;
    } else {
        return "unknown key";
    }
    return NULL;
}

static const char *
take_setting(config *self, const char *file, const char *key, const char *value)
{
    if (value[0] == '\0') {
        return "no value for";
    }
    if (strcmp(key, "min-level") == 0) {
        int level = choice_of(level_names, value);

        if (level < 0) {
            return "min-level is informational, low, medium, high or critical, not";
        }
        self->min_level = (uint32_t)level;
        self->min_level_given = true;
    } else if (strcmp(key, "disable") == 0) {
        (void)text_list_add(&self->disable, value);
    } else if (strcmp(key, "filter") == 0) {
        (void)text_list_add(&self->filters, resolve(self, file, value));
    } else {
        return take_response(self, file, key, value);
    }
    return NULL;
}

/* NULL, or what is wrong with the line; `word` is what it is about. */
static const char *take_line(config *self, const char *file, char *text, const char **word)
{
    char *equals;
    const char *wrong;

    text = trim(text);
    *word = text;
    if (text[0] == '\0' || text[0] == '#') {
        return NULL;
    }
    equals = strchr(text, '=');
    if (equals == NULL) {
        return "not of the form key = value:";
    }
    *equals = '\0';
    text = trim(text);
    equals = trim(equals + 1);
    wrong = take_setting(self, file, text, equals);
    /* What begins with the key itself is about its value. */
    *word = wrong != NULL && strncmp(wrong, text, strlen(text)) == 0 ? equals : text;
    return wrong;
}

int config_read(config *self,
                program *of,
                const char *path,
                bool may_be_absent,
                config_problem_fn on_problem,
                void *user)
{
    sonda_error error = SONDA_ERROR_INIT;
    uint8_t *bytes = NULL;
    size_t len = 0;
    sonda_status status = sonda_file_read(path, CONFIG_MAX, NULL, &bytes, &len, &error);

    memset(self, 0, sizeof *self);
    if (status == SONDA_ERR_NOT_FOUND && may_be_absent) {
        return EXIT_DONE;
    }
    if (status != SONDA_OK) {
        complain(of, "%s: %s", path, error.message);
        return EXIT_INPUT;
    }
    self->text = (char *)bytes;
    for (char *line = self->text; line != NULL;) {
        char *next = strchr(line, '\n');
        const char *word;
        const char *wrong;

        self->line_count++;
        if (next != NULL) {
            *next++ = '\0';
        }
        wrong = take_line(self, path, line, &word);
        if (wrong != NULL) {
            self->problems++;
            on_problem(user, self->line_count, wrong, word);
        }
        line = next;
    }
    return EXIT_DONE;
}

void config_reset(config *self)
{
    for (size_t i = 0; i < self->owned_count; i++) {
        free(self->owned[i]);
    }
    free((void *)self->owned);
    free((void *)self->disable.items);
    free((void *)self->filters.items);
    free(self->text);
    memset(self, 0, sizeof *self);
}

typedef struct teller {
    program *program;
    const char *path;
} teller;

static void tell_problem(void *user, unsigned line, const char *what, const char *word)
{
    teller *to = user;

    complain(to->program, "%s:%u: %s '%s'", to->path, line, what, word);
}

static bool add_all(text_list *to, const text_list *from)
{
    for (size_t i = 0; i < from->count; i++) {
        if (!text_list_add(to, from->items[i])) {
            return false;
        }
    }
    return true;
}

static void apply_responses(const config *self, arguments *given)
{
    if (self->response != NULL && !given->observe && !given->enforce) {
        given->observe = strcmp(self->response, "observe") == 0;
        given->enforce = strcmp(self->response, "enforce") == 0;
        given->response_off = strcmp(self->response, "off") == 0;
    }
    given->policy = given->policy != NULL ? given->policy : self->policy;
    given->switches = given->switches != NULL ? given->switches : self->switches;
    given->tenant = given->tenant != NULL ? given->tenant : self->tenant;
}

int config_apply(config *self, program *of, bool by_default, arguments *given)
{
    teller to = {of, given->config != NULL ? given->config : config_default_path};
    int code;

    memset(self, 0, sizeof *self);
    if (given->config == NULL && (!by_default || given->no_config)) {
        return EXIT_DONE;
    }
    code = config_read(self, of, to.path, given->config == NULL, tell_problem, &to);
    if (code == EXIT_DONE && self->problems != 0) {
        code = EXIT_USAGE;
    }
    if (code != EXIT_DONE) {
        return code;
    }
    if (!given->min_level_given && self->min_level_given) {
        given->min_level = self->min_level;
    }
    apply_responses(self, given);
    if (!add_all(&given->disable, &self->disable) ||
        !add_all(&given->filters, &self->filters)) {
        complain(of, "out of memory");
        return EXIT_REFUSED;
    }
    return EXIT_DONE;
}
