/* SPDX-License-Identifier: Apache-2.0 */

/*
 * `sonda compile`: Sigma rules to one content pack.
 *
 * Module tools.
 */

#include "commands.h"
#include "ruleset.h"
#include "sonda/host/file.h"
#include "text.h"

static void report_text(program *self, const sonda_compile_entry *entry)
{
    print(self, "%-8s  ", sonda_compile_outcome_name(entry->outcome));
    put_plain(self->out, entry->path.data, entry->path.len, entry->path.len);
    print(self, ":%u  ", entry->line);
    put_plain(self->out, entry->title.data, entry->title.len, entry->title.len);
    if (entry->cost != SONDA_COMPILE_COST_NONE) {
        print(self, "  [%s]", sonda_compile_cost_name(entry->cost));
    }
    if (entry->reason.len != 0) {
        put(self->out, ": ");
        put_plain(self->out, entry->reason.data, entry->reason.len, entry->reason.len);
    }
    put(self->out, "\n");
}

static void
warnings_text(program *self, const ruleset *set, size_t index, const sonda_compile_entry *entry)
{
    sonda_compile_warning warning = SONDA_COMPILE_WARNING_INIT;

    for (size_t i = 0; sonda_compile_warning_get(set->compile, index, i, &warning) == SONDA_OK;
         i++) {
        put(self->out, "warning   ");
        put_plain(self->out, entry->path.data, entry->path.len, entry->path.len);
        print(self, ":%u  ", warning.line);
        put_plain(self->out, warning.text.data, warning.text.len, warning.text.len);
        put(self->out, "\n");
    }
}

static void key_text(sonda_output *out, const char *name, sonda_text text)
{
    json_key(out, name, 0);
    json_string(out, text.data, text.len);
}

static void cost_json(program *self, const sonda_compile_entry *entry)
{
    if (entry->cost == SONDA_COMPILE_COST_NONE) {
        return;
    }
    print(self,
          ",\"cost\":{\"class\":\"%s\",\"per_million\":%u,\"steps_per_event\":%llu,"
          "\"steps_per_byte\":%llu,\"literals\":%u",
          sonda_compile_cost_name(entry->cost), entry->per_million,
          (unsigned long long)entry->steps_per_event, (unsigned long long)entry->steps_per_byte,
          entry->literal_count);
    if (entry->literal_count != 0) {
        key_text(self->out, "rarest", entry->rarest);
        key_text(self->out, "commonest", entry->commonest);
    }
    put(self->out, "}");
}

static void warnings_json(program *self, const ruleset *set, size_t index)
{
    sonda_compile_warning warning = SONDA_COMPILE_WARNING_INIT;

    put(self->out, ",\"warnings\":[");
    for (size_t i = 0; sonda_compile_warning_get(set->compile, index, i, &warning) == SONDA_OK;
         i++) {
        print(self, "%s{\"line\":%u", i == 0 ? "" : ",", warning.line);
        key_text(self->out, "text", warning.text);
        put(self->out, "}");
    }
    put(self->out, "]");
}

static void
report_json(program *self, const ruleset *set, size_t index, const sonda_compile_entry *entry)
{
    static const char *const kinds[] = {"unknown", "rule", "filter", "correlation"};
    uint32_t kind = entry->kind <= SONDA_COMPILE_KIND_CORRELATION ? entry->kind : 0;
    uint32_t level = entry->level <= SONDA_LEVEL_CRITICAL ? entry->level : 0;

    print(self, "{\"outcome\":\"%s\",\"kind\":\"%s\",\"level\":\"%s\",\"line\":%u",
          sonda_compile_outcome_name(entry->outcome), kinds[kind], level_names[level],
          entry->line);
    key_text(self->out, "path", entry->path);
    key_text(self->out, "id", entry->id);
    key_text(self->out, "title", entry->title);
    key_text(self->out, "reason", entry->reason);
    cost_json(self, entry);
    warnings_json(self, set, index);
    put(self->out, "}\n");
}

static void report(program *self, const ruleset *set, uint32_t form)
{
    size_t count = sonda_compile_count(set->compile, 0);

    for (size_t i = 0; form != REPORT_NONE && i < count; i++) {
        sonda_compile_entry entry = SONDA_COMPILE_ENTRY_INIT;

        if (sonda_compile_entry_get(set->compile, i, &entry) != SONDA_OK) {
            continue;
        }
        if (form == REPORT_JSON) {
            report_json(self, set, i, &entry);
        } else {
            report_text(self, &entry);
            warnings_text(self, set, i, &entry);
        }
    }
}

static void tell_counts(program *self, const ruleset *set, const char *path)
{
    complain(self, "%s: %zu compiled, %zu skipped, %zu unmapped, %zu rejected; %zu bytes", path,
             sonda_compile_count(set->compile, SONDA_COMPILE_COMPILED),
             sonda_compile_count(set->compile, SONDA_COMPILE_SKIPPED),
             sonda_compile_count(set->compile, SONDA_COMPILE_UNMAPPED),
             sonda_compile_count(set->compile, SONDA_COMPILE_REJECTED), set->pack_len);
}

static int is_whole(const ruleset *set)
{
    return set->unreadable == 0 &&
           sonda_compile_count(set->compile, 0) ==
               sonda_compile_count(set->compile, SONDA_COMPILE_COMPILED);
}

static int write_pack(program *self, const ruleset *set, const char *path)
{
    sonda_error error = SONDA_ERROR_INIT;

    if (sonda_host_check(self->host) != SONDA_OK) {
        return EXIT_INTERRUPTED;
    }
    if (sonda_file_replace(path, set->pack, set->pack_len, &error) != SONDA_OK) {
        complain(self, "%s: %s", path, error.message);
        return EXIT_OUTPUT;
    }
    if (self->err_is_terminal) {
        tell_counts(self, set, path);
    }
    return EXIT_DONE;
}

static int run(program *self, arguments *given)
{
    ruleset set;
    int code;

    if (given->out_path == NULL && given->report == REPORT_NONE) {
        complain(self, "compile: -o PACK or --report is missing (see 'sonda compile --help')");
        return EXIT_USAGE;
    }
    code = ruleset_open(&set, self, &given->operands, NULL, given->placeholders, given->policy,
                        given->report == REPORT_NONE);
    if (code == EXIT_DONE || (code == EXIT_INPUT && set.compile != NULL)) {
        report(self, &set, given->report);
    }
    if (code == EXIT_DONE && given->strict && !is_whole(&set)) {
        complain(self, "not every rule compiles, and --strict was asked for");
        code = EXIT_DIFFERENCE;
    }
    if (code == EXIT_DONE && given->out_path != NULL) {
        code = write_pack(self, &set, given->out_path);
    }
    ruleset_close(&set);
    return code;
}

const command command_compile = {
    "compile",
    COMMAND_COMPILE,
    "RULES...",
    "make a pack of Sigma rules",
    "Compiles Sigma rules and filters into one pack: files, folders of *.yml, tar\n"
    "archives; `-` is standard input, YAML or tar.\n"
    "What does not compile is named with its reason and left out.",
    1,
    (size_t)-1,
    run,
};
