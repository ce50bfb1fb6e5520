/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Reading the policy file.
 *
 * What it asks for can end processes, so nothing in it is passed over: an
 * unknown key, a second document, a thing named twice are all refused.
 *
 * Module compile.
 */

#include "compile/policy.h"

#include <stdlib.h>

#include "compile/refuse.h"
#include "compile/rule_id.h"
#include "compile/yaml_document.h"
#include "sonda/content.h"

/* One entry of the file; a list of names is as many of the pack's. */
typedef struct written {
    const sonda__yaml_node *rule;
    const sonda__yaml_node *tag;
    const sonda__yaml_node *level;
    const sonda__yaml_node *action;
    const sonda__yaml_node *feature;
} written;

typedef struct reading {
    sonda__pool *pool;
    sonda__policy *policy;
    sonda_error *error;
} reading;

static sonda_status refuse(const reading *to, uint32_t line, const char *reason)
{
    return sonda__at_line(to->error, line,
                          sonda__error_set(to->error, SONDA_ERR_MALFORMED, 0, "%s", reason));
}

static sonda_status
refuse_text(const reading *to, const sonda__yaml_node *node, const char *format)
{
    return sonda__at_line(
        to->error, node->line,
        sonda__error_set(to->error, SONDA_ERR_MALFORMED, 0, format, sonda__clip(node->text)));
}

static bool is_text(const sonda__yaml_node *node)
{
    return node->kind == SONDA__YAML_SCALAR && node->value != SONDA__VALUE_NONE &&
           node->text.len != 0;
}

static sonda_status read_action(const reading *to, const sonda__yaml_node *node, uint32_t *word)
{
    static const char *const words[] = {"alert", "deny", "kill", "none"};

    if (!is_text(node)) {
        return refuse(to, node->line, "an action is a word: write alert, deny, kill or none");
    }
    for (uint32_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (sonda__span_is(node->text, words[i])) {
            *word = SONDA_ACTION_ALERT + i;
            return SONDA_OK;
        }
    }
    return refuse_text(to, node, "unknown action '%v': write alert, deny, kill or none");
}

static sonda_status read_level(const reading *to, const sonda__yaml_node *node, uint32_t *level)
{
    static const char *const words[] = {"informational", "low", "medium", "high", "critical"};

    if (!is_text(node)) {
        return refuse(to, node->line,
                      "a level is a word: write informational, low, medium, high or critical");
    }
    for (uint32_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (sonda__span_is(node->text, words[i])) {
            *level = i;
            return SONDA_OK;
        }
    }
    return refuse_text(
        to, node, "unknown level '%v': write informational, low, medium, high or critical");
}

static bool is_name(sonda__span text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];

        if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' &&
            c != '-' && c != '.') {
            return false;
        }
    }
    return text.len != 0;
}

static sonda_status
read_feature(const reading *to, const sonda__yaml_node *node, sonda__span *feature)
{
    if (node == NULL) {
        return SONDA_OK;
    }
    if (!is_text(node) || !is_name(node->text)) {
        return refuse(to, node->line,
                      "a feature is a name: write letters, digits, '_', '-' and '.'");
    }
    if (node->text.len > SONDA__FEATURE_NAME_MAX) {
        return refuse(to, node->line, "a feature of more than 64 bytes: shorten its name");
    }
    *feature = sonda__pool_text(to->pool, node->text);
    return feature->data == NULL ? SONDA_ERR_NO_MEMORY : SONDA_OK;
}

/* In lower case, as tags are compared and UUIDs are kept. */
static sonda_status
read_name(const reading *to, const sonda__yaml_node *node, sonda__policy_entry *entry)
{
    char *text;

    if (!is_text(node)) {
        return refuse(to, node->line,
                      "a rule is named by its id and a tag by itself: write it");
    }
    if (node->text.len > SONDA__RULE_ID_MAX) {
        return refuse(to, node->line, "a name of more than 255 bytes, which no rule has");
    }
    entry->name = sonda__pool_text(to->pool, node->text);
    if (entry->name.data == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    if (entry->kind == SONDA__POLICY_OF_RULE && !sonda__is_uuid(entry->name)) {
        return SONDA_OK;
    }
    text = sonda__pool_take(to->pool, node->text.len, 1);
    if (text == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    for (size_t i = 0; i < node->text.len; i++) {
        char c = node->text.data[i];

        text[i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    entry->name = sonda__span_of(text, node->text.len);
    return SONDA_OK;
}

static sonda_status
add_one(const reading *to, const sonda__policy_entry *shared, const sonda__yaml_node *node)
{
    sonda__policy_entry entry = *shared;
    sonda_status status = entry.kind == SONDA__POLICY_OF_LEVEL
                              ? read_level(to, node, &entry.level)
                              : read_name(to, node, &entry);

    entry.line = node->line;
    if (status == SONDA_OK) {
        to->policy->list[to->policy->count++] = entry;
    }
    return status;
}

/* A name, or a list of them. */
static sonda_status
add_all(const reading *to, const sonda__policy_entry *shared, const sonda__yaml_node *node)
{
    sonda_status status = SONDA_OK;

    if (node->kind != SONDA__YAML_LIST) {
        return add_one(to, shared, node);
    }
    if (node->count == 0) {
        return refuse(to, node->line, "an empty list: name a rule, tag or level in it");
    }
    for (const sonda__yaml_entry *e = node->first; status == SONDA_OK && e != NULL;
         e = e->next) {
        status = add_one(to, shared, e->value);
    }
    return status;
}

/* Sorts the keys of an entry into `found`. */
static sonda_status take_keys(const reading *to, const sonda__yaml_node *node, written *found)
{
    const struct {
        const char *key;
        const sonda__yaml_node **to;
    } places[] = {{"rule", &found->rule},
                  {"tag", &found->tag},
                  {"level", &found->level},
                  {"action", &found->action},
                  {"feature", &found->feature}};

    for (const sonda__yaml_entry *e = node->first; e != NULL; e = e->next) {
        size_t i = 0;

        while (i < sizeof places / sizeof places[0] &&
               !sonda__span_is(e->key->text, places[i].key)) {
            i++;
        }
        if (i == sizeof places / sizeof places[0]) {
            return refuse_text(to, e->key,
                               "unknown key '%v': an entry has one of rule, tag and level, an "
                               "action, and perhaps a feature");
        }
        *places[i].to = e->value;
    }
    return SONDA_OK;
}

/* The one thing an entry is about; NULL: none, or several. */
static const sonda__yaml_node *subject_of(const written *found, uint32_t *kind)
{
    const sonda__yaml_node *const nodes[] = {found->rule, found->tag, found->level};
    const sonda__yaml_node *subject = NULL;

    for (uint32_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++) {
        if (nodes[i] != NULL && subject != NULL) {
            return NULL;
        }
        if (nodes[i] != NULL) {
            subject = nodes[i];
            *kind = SONDA__POLICY_OF_RULE + i;
        }
    }
    return subject;
}

static sonda_status read_entry(const reading *to, const sonda__yaml_node *node)
{
    sonda__policy_entry shared = {0};
    written found = {NULL, NULL, NULL, NULL, NULL};
    const sonda__yaml_node *subject;
    sonda_status status;

    if (node->kind != SONDA__YAML_MAP) {
        return refuse(to, node->line,
                      "an entry is a mapping: write `- level: critical` and under it "
                      "`action: deny`");
    }
    status = take_keys(to, node, &found);
    if (status != SONDA_OK) {
        return status;
    }
    subject = subject_of(&found, &shared.kind);
    if (subject == NULL) {
        return refuse(to, node->line,
                      "an entry is about one of rule, tag and level: write exactly one");
    }
    if (found.action == NULL) {
        return refuse(to, node->line,
                      "an entry without action: write alert, deny, kill or none");
    }
    status = read_action(to, found.action, &shared.action);
    if (status == SONDA_OK) {
        status = read_feature(to, found.feature, &shared.feature);
    }
    return status == SONDA_OK ? add_all(to, &shared, subject) : status;
}

/* At most so many entries as the list has names; 0: more than may be. */
static size_t room_for(const sonda__yaml_node *list)
{
    size_t room = 1;

    for (const sonda__yaml_entry *e = list->first; e != NULL; e = e->next) {
        for (const sonda__yaml_entry *key = e->value->kind == SONDA__YAML_MAP ? e->value->first
                                                                              : NULL;
             key != NULL; key = key->next) {
            room += key->value->kind == SONDA__YAML_LIST ? key->value->count : 1;
        }
        if (room > (size_t)5 * SONDA__POLICY_ENTRIES_MAX) {
            return 0;
        }
    }
    return room;
}

static sonda_status read_list(const reading *to, const sonda__yaml_node *list)
{
    size_t room = list->kind == SONDA__YAML_LIST ? room_for(list) : 1;
    sonda_status status = SONDA_OK;

    if (list->kind != SONDA__YAML_LIST) {
        return refuse(to, list->line, "'policy' is a list: begin each entry with a dash");
    }
    if (room != 0) {
        to->policy->list = sonda__pool_take(to->pool, room, sizeof *to->policy->list);
        if (to->policy->list == NULL) {
            return SONDA_ERR_NO_MEMORY;
        }
    }
    for (const sonda__yaml_entry *e = room == 0 ? NULL : list->first;
         status == SONDA_OK && e != NULL; e = e->next) {
        status = read_entry(to, e->value);
    }
    if (room == 0 || to->policy->count > SONDA__POLICY_ENTRIES_MAX) {
        return refuse(to, list->line, "more than 65536 entries: name tags or levels instead");
    }
    return status;
}

static sonda_status read_root(const reading *to, const sonda__yaml_node *root)
{
    static const char wanted[] = "a policy is a mapping: write `policy:` and under it entries";

    if (root->kind != SONDA__YAML_MAP || root->first == NULL) {
        return refuse(to, root->line, wanted);
    }
    for (const sonda__yaml_entry *e = root->first; e != NULL; e = e->next) {
        if (!sonda__span_is(e->key->text, "policy")) {
            return refuse_text(to, e->key,
                               "unknown key '%v': a policy file has the key policy alone");
        }
    }
    return read_list(to, root->first->value);
}

static int compare_names(sonda__span a, sonda__span b)
{
    size_t both = a.len < b.len ? a.len : b.len;
    int sign = both == 0 ? 0 : memcmp(a.data, b.data, both);

    return sign != 0 ? sign : (a.len > b.len) - (a.len < b.len);
}

static int compare_things(const sonda__policy_entry *a, const sonda__policy_entry *b)
{
    if (a->kind != b->kind) {
        return a->kind < b->kind ? -1 : 1;
    }
    if (a->level != b->level) {
        return a->level < b->level ? -1 : 1;
    }
    return compare_names(a->name, b->name);
}

static int compare_entries(const void *left, const void *right)
{
    const sonda__policy_entry *a = left;
    const sonda__policy_entry *b = right;
    int order = compare_things(a, b);

    return order != 0 ? order : (a->line > b->line) - (a->line < b->line);
}

static sonda_status put_in_order(const reading *to)
{
    static const char *const levels[] = {"informational", "low", "medium", "high", "critical"};
    const sonda__policy *policy = to->policy;

    if (policy->count != 0) {
        qsort(policy->list, policy->count, sizeof *policy->list, compare_entries);
    }
    for (size_t i = 1; i < policy->count; i++) {
        const sonda__policy_entry *one = &policy->list[i - 1];
        const sonda__policy_entry *other = &policy->list[i];

        if (compare_things(one, other) == 0) {
            return sonda__at_line(
                to->error, other->line,
                sonda__error_set(to->error, SONDA_ERR_MALFORMED, 0,
                                 "'%v' was given an action on line %u already: take one out",
                                 other->kind == SONDA__POLICY_OF_LEVEL
                                     ? sonda__span_text(levels[other->level])
                                     : sonda__clip(other->name),
                                 (uint64_t)one->line));
        }
    }
    return SONDA_OK;
}

/* Nothing may stand behind the policy. */
static sonda_status read_end(const reading *to, sonda__yaml *yaml, sonda__pool *tree)
{
    const sonda__yaml_node *root = NULL;
    sonda_status status = sonda__yaml_next(yaml, tree, &root, to->error);

    if (status == SONDA_OK) {
        return refuse(to, root->line, "a second document: a policy file has one");
    }
    return status == SONDA_ERR_END ? SONDA_OK : status;
}

sonda_status sonda__policy_read(sonda__pool *pool,
                                const void *bytes,
                                size_t len,
                                const sonda_allocator *allocator,
                                sonda__policy *policy,
                                sonda_error *error)
{
    const reading to = {pool, policy, error};
    const sonda__yaml_node *root = NULL;
    sonda__yaml *yaml = NULL;
    sonda__pool tree;
    sonda_status status = sonda__yaml_open(&yaml, len == 0 ? "" : bytes, len, allocator);

    policy->count = 0;
    policy->list = NULL;
    if (status != SONDA_OK) {
        return status;
    }
    sonda__pool_init(&tree, allocator);
    status = sonda__yaml_next(yaml, &tree, &root, error);
    if (status == SONDA_OK) {
        status = read_root(&to, root);
    } else if (status == SONDA_ERR_END) {
        status = refuse(&to, 1, "an empty policy: write `policy:` and under it entries");
    }
    if (status == SONDA_OK) {
        status = read_end(&to, yaml, &tree);
    }
    sonda__pool_reset(&tree);
    sonda__yaml_close(yaml);
    return status == SONDA_OK ? put_in_order(&to) : status;
}

static void mark_known(sonda__policy *policy, sonda__span id)
{
    sonda__policy_entry wanted = {.kind = SONDA__POLICY_OF_RULE, .name = id};
    size_t low = 0;
    size_t high = policy->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare_things(&wanted, &policy->list[middle]);

        if (order == 0) {
            policy->list[middle].known = true;
            return;
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
}

sonda_status
sonda__policy_check(sonda__policy *policy, const sonda__report *report, sonda_error *error)
{
    bool any = false;

    for (size_t i = 0; i < report->count; i++) {
        const sonda__report_entry *entry = &report->entries[i];

        any = any || entry->kind == SONDA_COMPILE_KIND_RULE ||
              entry->kind == SONDA_COMPILE_KIND_CORRELATION;
        if (entry->outcome == SONDA_COMPILE_COMPILED && entry->filter == NULL) {
            mark_known(policy, entry->id);
        }
    }
    for (size_t i = 0; any && i < policy->count; i++) {
        const sonda__policy_entry *entry = &policy->list[i];

        if (entry->kind == SONDA__POLICY_OF_RULE && !entry->known) {
            return sonda__at_line(
                error, entry->line,
                sonda__error_set(error, SONDA_ERR_NOT_FOUND, 0,
                                 "no rule that compiles has the id '%v': correct it or take it "
                                 "out",
                                 sonda__clip(entry->name)));
        }
    }
    return SONDA_OK;
}

void sonda__policy_put(sonda__pack_sections *sections, const sonda__policy *policy)
{
    sonda__pack_buffer *out = &sections->section[SONDA__SECTION_POLICY];

    for (size_t i = 0; i < policy->count; i++) {
        const sonda__policy_entry *entry = &policy->list[i];

        sonda__pack_buffer_u32(out, entry->kind);
        sonda__pack_buffer_u32(out, entry->action);
        sonda__pack_buffer_u32(out, entry->level);
        sonda__pack_buffer_u32(out, entry->line);
        sonda__pack_put_text(sections, out, entry->name);
        sonda__pack_put_text(sections, out, entry->feature);
    }
}
