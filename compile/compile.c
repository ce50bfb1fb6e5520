/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The public compiler: files in, a report and a pack out.
 *
 * Parsing happens while files are added; whatever needs all of them (order,
 * duplicate ids, what filters aim at, lowering) waits for finish, so that the
 * pack does not depend on the order of adding.
 *
 * Module compile.
 */

#include "sonda/compile/compile.h"

#include "compile/assemble.h"
#include "compile/cost_class.h"
#include "compile/known_fields.h"
#include "compile/policy.h"
#include "compile/refuse.h"
#include "compile/tar.h"
#include "core/base/allocate.h"
#include "sonda/abi.h"

struct sonda_compile {
    sonda_allocator allocator;
    sonda__pool pool; /* all that rules and the report point to */
    sonda__pool tree; /* of the document at hand */
    sonda__report report;
    sonda__pack_writer *writer;
    bool finished;
    bool has_placeholders;
    sonda__placeholders placeholders;
    bool has_policy;
    sonda__policy policy;
};

sonda_status sonda_compile_open(sonda_compile **compile,
                                const sonda_compile_options *options,
                                const sonda_allocator *allocator)
{
    sonda_allocator ours;
    sonda_compile *opened;
    sonda_status status = sonda_allocator_read(allocator, &ours);

    if (compile == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    if (status == SONDA_OK && options != NULL) {
        status = sonda_abi_check(options, sizeof *options);
    }
    if (status != SONDA_OK) {
        return status;
    }
    opened = sonda__allocate_zeroed(&ours, 1, sizeof *opened);
    if (opened == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    opened->allocator = ours;
    sonda__pool_init(&opened->pool, &ours);
    sonda__pool_init(&opened->tree, &ours);
    sonda__report_init(&opened->report, &ours);
    *compile = opened;
    return SONDA_OK;
}

void sonda_compile_close(sonda_compile *compile)
{
    if (compile != NULL) {
        sonda_allocator allocator = compile->allocator;
        sonda__pack_writer_close(compile->writer);
        sonda__report_reset(&compile->report);
        sonda__pool_reset(&compile->tree);
        sonda__pool_reset(&compile->pool);
        sonda__release(&allocator, compile);
    }
}

sonda_status sonda_compile_set_placeholders(sonda_compile *compile,
                                            const void *bytes,
                                            size_t len,
                                            sonda_error *error)
{
    sonda__placeholders table;
    sonda_status status;

    if (compile == NULL || (bytes == NULL && len != 0)) {
        return sonda__error_set(error, SONDA_ERR_INVALID_ARGUMENT, 0, "NULL argument");
    }
    if (compile->finished || compile->has_placeholders || compile->report.count != 0) {
        return sonda__error_set(error, SONDA_ERR_BAD_STATE, 0,
                                "placeholders are set once, before rules are added");
    }
    status = sonda__placeholders_read(&compile->pool, bytes, len, &compile->allocator, &table,
                                      error);
    if (status == SONDA_OK) {
        compile->placeholders = table;
        compile->has_placeholders = true;
    }
    return status;
}

sonda_status sonda_compile_set_policy(sonda_compile *compile,
                                      const void *bytes,
                                      size_t len,
                                      sonda_error *error)
{
    sonda__policy policy;
    sonda_status status;

    if (compile == NULL || (bytes == NULL && len != 0)) {
        return sonda__error_set(error, SONDA_ERR_INVALID_ARGUMENT, 0, "NULL argument");
    }
    if (compile->finished || compile->has_policy) {
        return sonda__error_set(error, SONDA_ERR_BAD_STATE, 0,
                                "a policy is set once, before the pack is written");
    }
    status =
        sonda__policy_read(&compile->pool, bytes, len, &compile->allocator, &policy, error);
    if (status == SONDA_OK) {
        compile->policy = policy;
        compile->has_policy = true;
    }
    return status;
}

static const sonda__placeholders *placeholders_of(const sonda_compile *c)
{
    return c->has_placeholders ? &c->placeholders : NULL;
}

/* Log sources of a rule or filter, from its names. */
static sonda_status resolve(sonda_compile *c, sonda__rule *rule, sonda_error *error)
{
    const sonda__log_source_name name = {rule->category, rule->product, rule->service};

    return sonda__log_source_resolve(&c->pool, &name, &rule->sources, &rule->source_count,
                                     error);
}

/*
 * The outcome of what was parsed. A source that is not found is no fault of the
 * rule's. What is not used goes back to the pool, down to `mark`.
 */
static sonda_status settle(sonda_compile *c,
                           sonda__report_entry *entry,
                           sonda__rule *rule,
                           sonda__pool_mark mark,
                           sonda_status parsed,
                           sonda_error *error)
{
    uint32_t outcome = SONDA_COMPILE_REJECTED;
    sonda_status status = parsed;

    if (parsed == SONDA_OK) {
        status = resolve(c, rule, error);
        outcome = SONDA_COMPILE_UNMAPPED;
    }
    if (status == SONDA_OK) {
        entry->outcome = SONDA_COMPILE_COMPILED;
        entry->id = rule->id;
        return sonda__known_fields_check(rule, &c->pool, entry);
    }
    if (status == SONDA_ERR_NO_MEMORY) {
        return status;
    }
    entry->rule = NULL;
    entry->filter = NULL;
    sonda__pool_rewind(&c->pool, mark);
    return sonda__report_refuse(entry, &c->pool, outcome, error);
}

static sonda_status
take_rule(sonda_compile *c, const sonda__yaml_node *root, sonda__report_entry *entry)
{
    sonda__pool_mark mark = sonda__pool_mark_here(&c->pool);
    sonda__rule *rule = sonda__pool_take(&c->pool, 1, sizeof *rule);
    sonda_error error = SONDA_ERROR_INIT;

    if (rule == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    entry->kind = SONDA_COMPILE_KIND_RULE;
    entry->rule = rule;
    return settle(
        c, entry, rule, mark,
        sonda__rule_parse(&c->pool, root, entry->path, placeholders_of(c), rule, &error),
        &error);
}

static sonda_status
take_filter(sonda_compile *c, const sonda__yaml_node *root, sonda__report_entry *entry)
{
    sonda__pool_mark mark = sonda__pool_mark_here(&c->pool);
    sonda__filter *filter = sonda__pool_take(&c->pool, 1, sizeof *filter);
    sonda_error error = SONDA_ERROR_INIT;

    if (filter == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    entry->kind = SONDA_COMPILE_KIND_FILTER;
    entry->filter = filter;
    return settle(
        c, entry, &filter->rule, mark,
        sonda__filter_parse(&c->pool, root, entry->path, placeholders_of(c), filter, &error),
        &error);
}

/* No log source of its own to resolve: whom it names is known at the end. */
static sonda_status
take_correlation(sonda_compile *c, const sonda__yaml_node *root, sonda__report_entry *entry)
{
    sonda__pool_mark mark = sonda__pool_mark_here(&c->pool);
    sonda__correlation *correlation = sonda__pool_take(&c->pool, 1, sizeof *correlation);
    sonda_error error = SONDA_ERROR_INIT;
    sonda_status status;

    if (correlation == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    entry->kind = SONDA_COMPILE_KIND_CORRELATION;
    status = sonda__correlation_parse(&c->pool, root, entry->path, correlation, &error);
    if (status == SONDA_OK) {
        entry->outcome = SONDA_COMPILE_COMPILED;
        entry->correlation = correlation;
        entry->id = correlation->rule.id;
        return SONDA_OK;
    }
    if (status == SONDA_ERR_NO_MEMORY) {
        return status;
    }
    sonda__pool_rewind(&c->pool, mark);
    return sonda__report_refuse(entry, &c->pool, SONDA_COMPILE_REJECTED, &error);
}

static sonda_status
refuse(sonda_compile *c, sonda__report_entry *entry, uint32_t outcome, const char *reason)
{
    sonda_error error = SONDA_ERROR_INIT;

    sonda__error_set(&error, SONDA_ERR_UNSUPPORTED, 0, "%s", reason);
    return sonda__report_refuse(entry, &c->pool, outcome, &error);
}

static sonda_status
take_other(sonda_compile *c, const sonda__yaml_node *root, sonda__report_entry *entry)
{
    if (root->kind != SONDA__YAML_MAP) {
        return refuse(c, entry, SONDA_COMPILE_REJECTED,
                      "not a Sigma rule: a rule is a mapping of title, logsource, detection");
    }
    if (sonda__yaml_find(root, "action") != NULL) {
        return refuse(c, entry, SONDA_COMPILE_REJECTED,
                      "'action' is Sigma 1: write what it shares into each rule");
    }
    return refuse(c, entry, SONDA_COMPILE_REJECTED,
                  "not a Sigma rule: it has neither detection nor correlation nor filter");
}

static sonda_status
take_root(sonda_compile *c, const sonda__yaml_node *root, sonda__report_entry *entry)
{
    switch (sonda__document_kind_of(root)) {
    case SONDA__DOCUMENT_RULE:
        return take_rule(c, root, entry);
    case SONDA__DOCUMENT_FILTER:
        return take_filter(c, root, entry);
    case SONDA__DOCUMENT_CORRELATION:
        return take_correlation(c, root, entry);
    case SONDA__DOCUMENT_OTHER:
        break;
    }
    return take_other(c, root, entry);
}

/* An entry that knows where the document is and what it calls itself. */
static sonda_status new_entry(sonda_compile *c,
                              const char *path,
                              const sonda__yaml_node *root,
                              sonda__report_entry **entry)
{
    sonda__document_head head;
    sonda_status status = sonda__document_head_read(&c->pool, root, &head);

    *entry = status == SONDA_OK ? sonda__report_add(&c->report) : NULL;
    if (*entry == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    (*entry)->path = path;
    (*entry)->line = root == NULL ? 1 : root->line;
    (*entry)->level = head.level;
    (*entry)->id = head.id;
    (*entry)->title = head.title;
    return SONDA_OK;
}

static bool is_empty(const sonda__yaml_node *root)
{
    return root->kind == SONDA__YAML_SCALAR && root->value == SONDA__VALUE_NONE;
}

/* What sonda__yaml_next() gave. */
static sonda_status take_document(sonda_compile *c,
                                  const char *path,
                                  const sonda__yaml_node *root,
                                  sonda_status read,
                                  const sonda_error *error)
{
    sonda__report_entry *entry;
    sonda_status status;

    if (read == SONDA_OK && is_empty(root)) {
        return SONDA_OK;
    }
    status = new_entry(c, path, root, &entry);
    if (status != SONDA_OK) {
        return status;
    }
    return read == SONDA_OK
               ? take_root(c, root, entry)
               : sonda__report_refuse(entry, &c->pool, SONDA_COMPILE_REJECTED, error);
}

static sonda_status read_documents(sonda_compile *c, const char *path, sonda__yaml *yaml)
{
    for (;;) {
        const sonda__yaml_node *root = NULL;
        sonda_error error = SONDA_ERROR_INIT;
        sonda_status status = sonda__yaml_next(yaml, &c->tree, &root, &error);

        if (status == SONDA_ERR_END) {
            return SONDA_OK;
        }
        if (status != SONDA_ERR_NO_MEMORY) {
            status = take_document(c, path, root, status, &error);
        }
        sonda__pool_reset(&c->tree);
        if (status != SONDA_OK) {
            return status;
        }
    }
}

static sonda_status tell_of_nothing(sonda_compile *c, const char *path)
{
    sonda__report_entry *entry;
    sonda_status status = new_entry(c, path, NULL, &entry);

    return status == SONDA_OK
               ? refuse(c, entry, SONDA_COMPILE_SKIPPED, "the file holds no document")
               : status;
}

sonda_status
sonda_compile_add_yaml(sonda_compile *compile, const char *path, const void *bytes, size_t len)
{
    sonda__yaml *yaml = NULL;
    sonda__span kept;
    sonda_status status;
    size_t before;

    if (compile == NULL || path == NULL || (bytes == NULL && len != 0)) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    if (compile->finished) {
        return SONDA_ERR_BAD_STATE;
    }
    before = compile->report.count;
    kept = sonda__pool_text(&compile->pool, sonda__span_text(path));
    if (kept.data == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    status = sonda__yaml_open(&yaml, len == 0 ? "" : bytes, len, &compile->allocator);
    if (status == SONDA_OK) {
        status = read_documents(compile, kept.data, yaml);
    }
    if (status == SONDA_OK && compile->report.count == before) {
        status = tell_of_nothing(compile, kept.data);
    }
    sonda__yaml_close(yaml);
    sonda__pool_reset(&compile->tree);
    /* Half a rule may stand in the report: nothing more can come of this. */
    compile->finished = status != SONDA_OK;
    return status;
}

static bool is_rule_file(sonda__span name)
{
    static const char *const endings[] = {".yml", ".yaml"};

    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t len = strlen(endings[i]);
        if (name.len > len && memcmp(name.data + name.len - len, endings[i], len) == 0) {
            return true;
        }
    }
    return false;
}

/* One file of an archive, under the archive's path and its own name. */
static sonda_status
add_member(sonda_compile *c, sonda__pool *names, const char *path, const sonda__tar_file *file)
{
    size_t len = strlen(path);
    char *joined = sonda__pool_take(names, len + file->name.len + 2, 1);

    if (joined == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    memcpy(joined, path, len);
    joined[len] = '/';
    memcpy(joined + len + 1, file->name.data, file->name.len);
    return sonda_compile_add_yaml(c, joined, file->bytes, file->len);
}

sonda_status sonda_compile_add_tar(sonda_compile *compile,
                                   const char *path,
                                   const void *bytes,
                                   size_t len,
                                   size_t *files,
                                   sonda_error *error)
{
    sonda__pool names;
    sonda__tar tar;
    sonda_status status = SONDA_OK;

    if (compile == NULL || path == NULL || bytes == NULL || files == NULL) {
        return sonda__error_set(error, SONDA_ERR_INVALID_ARGUMENT, 0, "NULL argument");
    }
    *files = 0;
    if (!sonda__tar_is(bytes, len)) {
        return sonda__error_set(error, SONDA_ERR_UNSUPPORTED, 0, "not a tar archive");
    }
    sonda__pool_init(&names, &compile->allocator);
    sonda__tar_init(&tar, bytes, len);
    while (status == SONDA_OK) {
        sonda__tar_file file;

        status = sonda__tar_next(&tar, &names, &file, error);
        if (status == SONDA_OK && is_rule_file(file.name)) {
            *files += 1;
            status = add_member(compile, &names, path, &file);
        }
        sonda__pool_reset(&names);
    }
    return status == SONDA_ERR_END ? SONDA_OK : status;
}

/* The policy as it stands for the rules that compiled. */
static sonda_status put_policy(sonda_compile *c, sonda_error *error)
{
    sonda_status status = sonda__policy_check(&c->policy, &c->report, error);

    return status == SONDA_OK ? sonda__pack_writer_set_policy(c->writer, &c->policy, error)
                              : status;
}

/* A policy alone is good for laying over other packs. */
static bool is_empty_pack(const sonda_compile *c)
{
    return sonda_compile_count(c, SONDA_COMPILE_COMPILED) == 0 &&
           (!c->has_policy || c->report.count != 0);
}

static sonda_status
write_pack(sonda_compile *c, const void **pack, size_t *pack_len, sonda_error *error)
{
    const uint8_t *bytes;
    sonda_status status = sonda__pack_writer_open(&c->writer, &c->allocator);

    if (status == SONDA_OK) {
        status = sonda__assemble(&c->report, &c->pool, c->writer, error);
    }
    if (status == SONDA_OK && is_empty_pack(c)) {
        return sonda__error_set(error, SONDA_ERR_EMPTY, 0,
                                "no rule is usable: %u rejected, %u unmapped, %u skipped",
                                (uint64_t)sonda_compile_count(c, SONDA_COMPILE_REJECTED),
                                (uint64_t)sonda_compile_count(c, SONDA_COMPILE_UNMAPPED),
                                (uint64_t)sonda_compile_count(c, SONDA_COMPILE_SKIPPED));
    }
    if (status == SONDA_OK && c->has_policy) {
        status = put_policy(c, error);
    }
    if (status == SONDA_OK) {
        status = sonda__pack_writer_finish(c->writer, &bytes, pack_len, error);
    }
    if (status == SONDA_OK) {
        status = sonda__cost_class_report(&c->report, &c->pool, c->writer);
    }
    if (status == SONDA_OK) {
        *pack = bytes;
    }
    return status;
}

sonda_status sonda_compile_finish(sonda_compile *compile,
                                  const void **pack,
                                  size_t *pack_len,
                                  sonda_error *error)
{
    if (compile == NULL || pack == NULL || pack_len == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    if (compile->finished) {
        return SONDA_ERR_BAD_STATE;
    }
    compile->finished = true;
    return write_pack(compile, pack, pack_len, error);
}

size_t sonda_compile_count(const sonda_compile *compile, uint32_t outcome)
{
    size_t count = 0;

    if (compile == NULL || outcome == 0) {
        return compile == NULL ? 0 : compile->report.count;
    }
    for (size_t i = 0; i < compile->report.count; i++) {
        count += compile->report.entries[i].outcome == outcome;
    }
    return count;
}

static sonda_text text_of(sonda__span span)
{
    sonda_text text = {span.data, span.len};

    return text;
}

sonda_status
sonda_compile_entry_get(const sonda_compile *compile, size_t index, sonda_compile_entry *entry)
{
    sonda_compile_entry view = SONDA_COMPILE_ENTRY_INIT;
    const sonda__report_entry *from;
    sonda_status status;

    if (compile == NULL || entry == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    status = sonda_abi_check(entry, sizeof view);
    if (status != SONDA_OK) {
        return status;
    }
    if (index >= compile->report.count) {
        return SONDA_ERR_NOT_FOUND;
    }
    from = &compile->report.entries[index];
    view.outcome = from->outcome;
    view.kind = from->kind;
    view.level = from->level;
    view.line = from->line;
    view.path = text_of(sonda__span_text(from->path));
    view.id = text_of(from->id);
    view.title = text_of(from->title);
    view.reason = text_of(from->reason);
    view.cost = from->cost_class;
    view.literal_count = from->cost.literal_count;
    view.per_million = from->cost.per_million;
    view.steps_per_event = from->cost.event_steps;
    view.steps_per_byte = from->cost.byte_steps;
    view.rarest = text_of(from->cost.rarest);
    view.commonest = text_of(from->cost.commonest);
    return sonda_abi_write(&view, sizeof view, entry);
}

sonda_status sonda_compile_warning_get(const sonda_compile *compile,
                                       size_t index,
                                       size_t which,
                                       sonda_compile_warning *warning)
{
    sonda_compile_warning view = SONDA_COMPILE_WARNING_INIT;
    const sonda__report_warning *from;
    sonda_status status;

    if (compile == NULL || warning == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    status = sonda_abi_check(warning, sizeof view);
    if (status != SONDA_OK) {
        return status;
    }
    from = index < compile->report.count ? compile->report.entries[index].warnings : NULL;
    for (; from != NULL && which > 0; which--) {
        from = from->next;
    }
    if (from == NULL) {
        return SONDA_ERR_NOT_FOUND;
    }
    view.line = from->line;
    view.text = text_of(from->text);
    return sonda_abi_write(&view, sizeof view, warning);
}

const char *sonda_compile_cost_name(uint32_t cost)
{
    static const char *const names[] = {"none", "rare", "common", "always", "heavy"};

    return names[cost < sizeof names / sizeof names[0] ? cost : 0];
}

const char *sonda_compile_outcome_name(uint32_t outcome)
{
    static const char *const names[] = {"unknown", "compiled", "skipped", "unmapped",
                                        "rejected"};

    return names[outcome < sizeof names / sizeof names[0] ? outcome : 0];
}
