/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Finding rule files and compiling them.
 *
 * A file that was named is taken whatever it is called; in a folder the ending
 * decides. A signal gets its turn between files.
 *
 * Module tools.
 */

#include "ruleset.h"
#include "complaints.h"
#include "sonda/host/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The largest rule of SigmaHQ has 40 KB; a file of many rules may be larger. */
#define RULE_FILE_MAX ((size_t)16 << 20)
/* All of SigmaHQ, with its history of other files, has a fifth of it. */
#define ARCHIVE_MAX ((size_t)512 << 20)

typedef struct gathering {
    program *program;
    ruleset *set;
    complaints trouble;
    const char *root;
    const char *policy;
    size_t files;
    sonda_error error; /* of what was named */
} gathering;

static bool ends_with(const char *text, const char *ending)
{
    size_t len = strlen(text);
    size_t tail = strlen(ending);

    return len >= tail && strcmp(text + len - tail, ending) == 0;
}

/*
 * What was named may be an archive, whatever it is called. A damaged one is
 * refused whole: half of somebody's rules would go unnoticed.
 */
static sonda_status
add_named(gathering *all, const char *path, const uint8_t *bytes, size_t len)
{
    size_t files = 0;
    sonda_status status = len == 0 ? SONDA_ERR_UNSUPPORTED
                                   : sonda_compile_add_tar(all->set->compile, path, bytes, len,
                                                           &files, &all->error);

    all->error.message[0] = status == SONDA_ERR_UNSUPPORTED ? '\0' : all->error.message[0];
    if (status != SONDA_ERR_UNSUPPORTED) {
        all->files += files;
        all->files--; /* the archive itself is none */
        return status;
    }
    if (len > RULE_FILE_MAX) {
        (void)snprintf(all->error.message, sizeof all->error.message,
                       "larger than 16 MiB and no tar archive");
        return SONDA_ERR_LIMIT;
    }
    return sonda_compile_add_yaml(all->set->compile, path, bytes, len);
}

static sonda_status add_file(const char *path, void *user)
{
    gathering *all = user;
    sonda_error error = SONDA_ERROR_INIT;
    uint8_t *bytes = NULL;
    size_t len = 0;
    bool named = strcmp(path, all->root) == 0;
    sonda_status status;

    if (sonda_host_check(all->program->host) != SONDA_OK) {
        return SONDA_ERR_CANCELLED;
    }
    if (!named && !ends_with(path, ".yml") && !ends_with(path, ".yaml")) {
        return SONDA_OK;
    }
    all->files++;
    status =
        sonda_file_read(path, named ? ARCHIVE_MAX : RULE_FILE_MAX, NULL, &bytes, &len, &error);
    if (status != SONDA_OK) {
        all->set->unreadable++;
        if (complaints_admit(&all->trouble)) {
            complain(all->program, "%s: %s", path, error.message);
        }
        return SONDA_OK;
    }
    status = named ? add_named(all, path, bytes, len)
                   : sonda_compile_add_yaml(all->set->compile, path, bytes, len);
    free(bytes);
    return status;
}

/* Standard input as it comes. */
typedef struct incoming {
    uint8_t *bytes;
    size_t len;
    size_t room;
} incoming;

static sonda_status
on_bytes(const uint8_t *bytes, size_t len, uint64_t offset, uint64_t total, void *user)
{
    incoming *self = user;

    (void)offset;
    (void)total;
    if (len > ARCHIVE_MAX - self->len) {
        return SONDA_ERR_LIMIT;
    }
    if (len > self->room - self->len) {
        size_t room = 2 * (self->len + len);
        uint8_t *more = realloc(self->bytes, room);

        if (more == NULL) {
            return SONDA_ERR_NO_MEMORY;
        }
        self->bytes = more;
        self->room = room;
    }
    if (len != 0) {
        memcpy(self->bytes + self->len, bytes, len);
    }
    self->len += len;
    return SONDA_OK;
}

static sonda_status add_standard_input(gathering *all, sonda_error *error)
{
    sonda_host_read_options options = SONDA_HOST_READ_OPTIONS_INIT;
    incoming input = {NULL, 0, 0};
    sonda_status status;

    options.on_bytes = on_bytes;
    options.user = &input;
    status = sonda_host_read(all->program->host, "-", &options, error);
    if (status == SONDA_OK) {
        all->files++;
        status = add_named(all, "-", input.bytes, input.len);
    }
    free(input.bytes);
    return status;
}

typedef sonda_status (*set_fn)(sonda_compile *compile,
                               const void *bytes,
                               size_t len,
                               sonda_error *error);

/* Names the line of a side file, where there is one. */
static void complain_at(const gathering *all, const char *path, const sonda_error *error)
{
    if (error->line != 0) {
        complain(all->program, "%s:%u: %s", path, error->line, error->message);
    } else {
        complain(all->program, "%s: %s", path, error->message);
    }
}

/* Reads placeholders or a policy; `path` NULL: there are none. */
static int set_from(gathering *all, const char *path, set_fn set)
{
    sonda_error error = SONDA_ERROR_INIT;
    uint8_t *bytes = NULL;
    size_t len = 0;
    sonda_status status;

    if (path == NULL) {
        return EXIT_DONE;
    }
    status = sonda_file_read(path, RULE_FILE_MAX, NULL, &bytes, &len, &error);
    if (status == SONDA_OK) {
        status = set(all->set->compile, bytes, len, &error);
    }
    free(bytes);
    if (status != SONDA_OK) {
        complain_at(all, path, &error);
    }
    return status == SONDA_OK ? EXIT_DONE : EXIT_INPUT;
}

/* Exit code for one path of the command line. */
static int add_path(gathering *all, const char *path)
{
    static const sonda_error none = SONDA_ERROR_INIT;
    size_t files_before = all->files;
    size_t unreadable_before = all->set->unreadable;
    sonda_status status;

    all->root = path;
    all->error = none;
    status = strcmp(path, "-") == 0 ? add_standard_input(all, &all->error)
                                    : sonda_file_walk(path, add_file, all, &all->error);
    if (status == SONDA_ERR_CANCELLED) {
        return EXIT_INTERRUPTED;
    }
    if (status != SONDA_OK) {
        complain(all->program, "%s: %s", path,
                 all->error.message[0] != '\0' ? all->error.message
                                               : sonda_status_text(status));
        return EXIT_INPUT;
    }
    if (all->files == files_before) {
        complain(all->program, "%s: no rule files (*.yml) in it", path);
        return EXIT_INPUT;
    }
    return all->files - files_before == all->set->unreadable - unreadable_before ? EXIT_INPUT
                                                                                 : EXIT_DONE;
}

static int add_paths(gathering *all, const text_list *paths)
{
    int code = EXIT_DONE;

    for (size_t i = 0; code == EXIT_DONE && i < paths->count; i++) {
        code = add_path(all, paths->items[i]);
    }
    return code;
}

static void tell_entry(gathering *all, const sonda_compile_entry *entry)
{
    if (complaints_admit(&all->trouble)) {
        complain(all->program, "%.*s:%u: %s: %.*s", (int)entry->path.len, entry->path.data,
                 entry->line, sonda_compile_outcome_name(entry->outcome),
                 (int)entry->reason.len, entry->reason.data);
    }
}

/* Rejected documents, or all that are not in the pack when nothing is. */
static void tell(gathering *all, bool nothing)
{
    size_t count = sonda_compile_count(all->set->compile, 0);

    for (size_t i = 0; i < count; i++) {
        sonda_compile_entry entry = SONDA_COMPILE_ENTRY_INIT;

        if (sonda_compile_entry_get(all->set->compile, i, &entry) == SONDA_OK &&
            (nothing ? entry.outcome != SONDA_COMPILE_COMPILED
                     : entry.outcome == SONDA_COMPILE_REJECTED)) {
            tell_entry(all, &entry);
        }
    }
    complaints_close(&all->trouble, "rules could not be compiled");
}

static int finish(gathering *all, bool told)
{
    sonda_error error = SONDA_ERROR_INIT;
    sonda_status status =
        sonda_compile_finish(all->set->compile, &all->set->pack, &all->set->pack_len, &error);

    if (told || status == SONDA_ERR_EMPTY) {
        tell(all, status == SONDA_ERR_EMPTY);
    }
    if (status == SONDA_ERR_EMPTY) {
        complain(all->program, "%s: no usable rule", all->root);
        return EXIT_INPUT;
    }
    if (status == SONDA_ERR_NOT_FOUND) {
        complain_at(all, all->policy, &error);
        return EXIT_INPUT;
    }
    if (status != SONDA_OK) {
        complain(all->program, "%s: %s", all->root, error.message);
        return EXIT_REFUSED;
    }
    return EXIT_DONE;
}

int ruleset_open(ruleset *self,
                 program *of,
                 const text_list *rules,
                 const text_list *filters,
                 const char *placeholders,
                 const char *policy,
                 bool tell_all)
{
    gathering all = {of,     self, {of, 0},         policy != NULL ? policy : "",
                     policy, 0,    SONDA_ERROR_INIT};
    int code;

    memset(self, 0, sizeof *self);
    if (sonda_compile_open(&self->compile, NULL, NULL) != SONDA_OK) {
        complain(of, "out of memory");
        return EXIT_REFUSED;
    }
    code = set_from(&all, placeholders, sonda_compile_set_placeholders);
    if (code == EXIT_DONE) {
        code = set_from(&all, policy, sonda_compile_set_policy);
    }
    if (code == EXIT_DONE) {
        code = add_paths(&all, rules);
    }
    if (code == EXIT_DONE && filters != NULL) {
        code = add_paths(&all, filters);
    }
    return code == EXIT_DONE ? finish(&all, tell_all) : code;
}

void ruleset_close(ruleset *self)
{
    sonda_compile_close(self->compile);
    memset(self, 0, sizeof *self);
}
