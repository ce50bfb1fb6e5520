/* SPDX-License-Identifier: Apache-2.0 */

/*
 * From libyaml's events to a tree, without recursion.
 *
 * `weight` is what makes aliases harmless: each node carries the size of all
 * that hangs below it as if written out, an alias adds its target's weight, and
 * a document whose sum passes the limit is refused before anyone walks it.
 *
 * After the first reason to refuse, the rest of the document is read but not
 * built: what stands before it (title and id, usually) still names the rule in
 * the report, and the next document gets its chance. Nesting too deep ends the
 * file instead, because libyaml takes quadratic time for what follows.
 *
 * libyaml takes memory by malloc; all of it is given back by close.
 *
 * Module compile.
 */

#include "compile/yaml_document.h"

#include "compile/refuse.h"
#include "compile/yaml_scalar.h"
#include "core/base/allocate.h"
#include "core/base/limits.h"

#include <yaml.h>

/* What a node counts beside its text: about what it takes in the pool. */
#define NODE_WEIGHT 128u

typedef struct anchor {
    sonda__span name;
    const sonda__yaml_node *node;
    struct anchor *next;
} anchor;

struct sonda__yaml {
    yaml_parser_t parser;
    sonda_allocator allocator;
    const unsigned char *bytes;
    size_t len;
    bool ended;
};

/* One document under construction. */
typedef struct builder {
    sonda__pool *pool;
    sonda_error *error;
    sonda_status status; /* the first reason to refuse it */
    bool hopeless;       /* and nothing behind it is worth reading */
    size_t nesting;      /* of what is read, built or not */
    sonda__yaml_node *root;
    sonda__yaml_node *open[SONDA__DEPTH_MAX];
    const sonda__yaml_node *key[SONDA__DEPTH_MAX]; /* of a map: waits for its value */
    size_t depth;
    anchor *anchors;
    size_t anchor_count;
} builder;

sonda_status sonda__yaml_open(sonda__yaml **yaml,
                              const void *bytes,
                              size_t len,
                              const sonda_allocator *allocator)
{
    sonda__yaml *opened = sonda__allocate_zeroed(allocator, 1, sizeof *opened);

    if (opened == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    if (!yaml_parser_initialize(&opened->parser)) {
        sonda__release(allocator, opened);
        return SONDA_ERR_NO_MEMORY;
    }
    opened->allocator = *allocator;
    opened->bytes = bytes;
    opened->len = len;
    /* Said, not guessed: a UTF-16 mark would otherwise switch the encoding. */
    yaml_parser_set_encoding(&opened->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&opened->parser, bytes, len);
    *yaml = opened;
    return SONDA_OK;
}

void sonda__yaml_close(sonda__yaml *yaml)
{
    if (yaml != NULL) {
        sonda_allocator allocator = yaml->allocator;
        yaml_parser_delete(&yaml->parser);
        sonda__release(&allocator, yaml);
    }
}

static uint32_t line_of(const yaml_event_t *event)
{
    return (uint32_t)(event->start_mark.line + 1);
}

static sonda__span text_of(const yaml_char_t *text)
{
    return sonda__span_text((const char *)text);
}

static void refuse(builder *b, sonda_status status)
{
    if (b->status == SONDA_OK) {
        b->status = status;
    }
}

static void no_memory(builder *b)
{
    refuse(b, sonda__error_set(b->error, SONDA_ERR_NO_MEMORY, 0, "out of memory"));
}

/* Adds to the weight of everything that is open, the document included. */
static void add_weight(builder *b, size_t weight, uint32_t line)
{
    size_t total = b->depth > 0 ? b->open[0]->weight : 0;

    if (weight > SONDA__YAML_EXPANDED_MAX || total > SONDA__YAML_EXPANDED_MAX - weight) {
        refuse(b, sonda__at_line(b->error, line,
                                 sonda__error_set(b->error, SONDA_ERR_LIMIT, 0,
                                                  "the document, its aliases written out, is "
                                                  "beyond %u bytes: split it",
                                                  (uint64_t)SONDA__YAML_EXPANDED_MAX)));
        return;
    }
    for (size_t i = 0; i < b->depth; i++) {
        b->open[i]->weight += weight;
    }
}

static bool is_duplicate(const sonda__yaml_node *map, sonda__span key)
{
    for (const sonda__yaml_entry *entry = map->first; entry != NULL; entry = entry->next) {
        if (sonda__span_equal(entry->key->text, key)) {
            return true;
        }
    }
    return false;
}

/* Takes a node as the key that waits for its value, or refuses it. */
static void take_key(builder *b, const sonda__yaml_node *node, uint32_t line)
{
    const sonda__yaml_node *map = b->open[b->depth - 1];
    sonda_status status = SONDA_OK;

    if (node->kind != SONDA__YAML_SCALAR) {
        status = sonda__error_set(b->error, SONDA_ERR_MALFORMED, 0,
                                  "a key is a list or a mapping: write a plain name");
    } else if (sonda__span_is(node->text, "<<")) {
        status = sonda__error_set(b->error, SONDA_ERR_MALFORMED, 0,
                                  "'<<' (merge) is not part of YAML 1.2: write the items out");
    } else if (is_duplicate(map, node->text)) {
        status = sonda__error_set(b->error, SONDA_ERR_MALFORMED, 0,
                                  "key '%v' stands twice in one mapping: rename or remove one",
                                  sonda__clip(node->text));
    } else if (map->count >= SONDA__YAML_KEYS_MAX) {
        status = sonda__error_set(b->error, SONDA_ERR_LIMIT, 0,
                                  "a mapping has more than %u keys: split it",
                                  (uint64_t)SONDA__YAML_KEYS_MAX);
    }
    if (status != SONDA_OK) {
        refuse(b, sonda__at_line(b->error, line, status));
        return;
    }
    b->key[b->depth - 1] = node;
}

/* Hangs a node below what is open: as element, key or value. */
static void attach(builder *b, const sonda__yaml_node *node, uint32_t line)
{
    sonda__yaml_node *parent;
    sonda__yaml_entry *entry;

    if (b->depth == 0) {
        return;
    }
    parent = b->open[b->depth - 1];
    if (parent->kind == SONDA__YAML_MAP && b->key[b->depth - 1] == NULL) {
        take_key(b, node, line);
        return;
    }
    entry = sonda__pool_take(b->pool, 1, sizeof *entry);
    if (entry == NULL) {
        no_memory(b);
        return;
    }
    entry->key = b->key[b->depth - 1];
    entry->value = node;
    b->key[b->depth - 1] = NULL;
    if (parent->last == NULL) {
        parent->first = entry;
    } else {
        parent->last->next = entry;
    }
    parent->last = entry;
    parent->count++;
}

static void remember(builder *b, const yaml_char_t *name, const sonda__yaml_node *node)
{
    anchor *added;

    if (name == NULL) {
        return;
    }
    if (b->anchor_count++ >= SONDA__YAML_ANCHORS_MAX) {
        refuse(b, sonda__at_line(b->error, node->line,
                                 sonda__error_set(b->error, SONDA_ERR_LIMIT, 0,
                                                  "more than %u anchors: write values out",
                                                  (uint64_t)SONDA__YAML_ANCHORS_MAX)));
        return;
    }
    added = sonda__pool_take(b->pool, 1, sizeof *added);
    if (added != NULL) {
        added->name = sonda__pool_text(b->pool, text_of(name));
    }
    if (added == NULL || added->name.data == NULL) {
        no_memory(b);
        return;
    }
    added->node = node;
    added->next = b->anchors;
    b->anchors = added;
}

/* A new node, charged for and hung into the tree; NULL once refused. */
static sonda__yaml_node *
add_node(builder *b, const yaml_event_t *event, sonda__yaml_kind kind, const yaml_char_t *name)
{
    sonda__yaml_node *node = sonda__pool_take(b->pool, 1, sizeof *node);

    if (node == NULL) {
        no_memory(b);
        return NULL;
    }
    node->kind = kind;
    node->line = line_of(event);
    node->weight = NODE_WEIGHT;
    if (kind == SONDA__YAML_SCALAR) {
        node->weight += event->data.scalar.length;
    }
    add_weight(b, node->weight, node->line);
    remember(b, name, node);
    if (b->root == NULL) {
        b->root = node;
    }
    return b->status == SONDA_OK ? node : NULL;
}

/* Only YAML's own tags; "" and "!" mean what the style says. */
static bool is_known_tag(const yaml_char_t *tag)
{
    static const char prefix[] = "tag:yaml.org,2002:";
    static const char *const names[] = {"str", "int", "float", "bool", "null", "map", "seq"};
    sonda__span text;

    if (tag == NULL || sonda__span_is(text_of(tag), "!")) {
        return true;
    }
    text = text_of(tag);
    if (text.len < sizeof prefix || memcmp(text.data, prefix, sizeof prefix - 1) != 0) {
        return false;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (sonda__span_is(text_of(tag + sizeof prefix - 1), names[i])) {
            return true;
        }
    }
    return false;
}

static void check_tag(builder *b, const yaml_event_t *event, const yaml_char_t *tag)
{
    if (!is_known_tag(tag)) {
        refuse(b, sonda__at_line(b->error, line_of(event),
                                 sonda__error_set(b->error, SONDA_ERR_MALFORMED, 0,
                                                  "tag '%v' is unknown: remove it",
                                                  sonda__clip(text_of(tag)))));
    }
}

static bool is_string(const yaml_event_t *event)
{
    const yaml_char_t *tag = event->data.scalar.tag;

    if (tag != NULL) {
        return strcmp((const char *)tag, "!") == 0 || strstr((const char *)tag, ":str") != NULL;
    }
    return event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
}

static void add_scalar(builder *b, const yaml_event_t *event)
{
    char room[SONDA__SCALAR_NUMBER_MAX];
    sonda__span text =
        sonda__span_of((const char *)event->data.scalar.value, event->data.scalar.length);
    sonda__value_kind kind = SONDA__VALUE_STRING;
    sonda__yaml_node *node;

    check_tag(b, event, event->data.scalar.tag);
    if (memchr(text.data, '\0', text.len) != NULL) {
        refuse(b, sonda__at_line(b->error, line_of(event),
                                 sonda__error_set(b->error, SONDA_ERR_MALFORMED, 0,
                                                  "a value holds a NUL: remove it")));
    }
    if (b->status != SONDA_OK) {
        return;
    }
    if (!is_string(event)) {
        kind = sonda__scalar_resolve(text, room, &text);
    }
    node = add_node(b, event, SONDA__YAML_SCALAR, event->data.scalar.anchor);
    if (node == NULL) {
        return;
    }
    node->value = kind;
    node->complete = true;
    node->text = sonda__pool_text(b->pool, text);
    if (node->text.data == NULL) {
        no_memory(b);
        return;
    }
    attach(b, node, node->line);
}

static void open_container(builder *b, const yaml_event_t *event, sonda__yaml_kind kind)
{
    bool map = kind == SONDA__YAML_MAP;
    sonda__yaml_node *node;

    check_tag(b, event, map ? event->data.mapping_start.tag : event->data.sequence_start.tag);
    if (b->status != SONDA_OK) {
        return;
    }
    node = add_node(b, event, kind,
                    map ? event->data.mapping_start.anchor : event->data.sequence_start.anchor);
    if (node == NULL) {
        return;
    }
    attach(b, node, node->line);
    b->key[b->depth] = NULL;
    b->open[b->depth++] = node;
}

static void close_container(builder *b)
{
    if (b->status == SONDA_OK) {
        b->open[--b->depth]->complete = true;
    }
}

static void add_alias(builder *b, const yaml_event_t *event)
{
    sonda__span name = text_of(event->data.alias.anchor);
    uint32_t line = line_of(event);
    const anchor *found = b->anchors;

    while (found != NULL && !sonda__span_equal(found->name, name)) {
        found = found->next;
    }
    if (found == NULL || !found->node->complete) {
        refuse(b, sonda__at_line(b->error, line,
                                 sonda__error_set(b->error, SONDA_ERR_MALFORMED, 0,
                                                  "alias '*%v' names %s: write the value out",
                                                  sonda__clip(name),
                                                  found == NULL ? "no anchor before it"
                                                                : "what it stands in")));
        return;
    }
    add_weight(b, found->node->weight, line);
    if (b->status == SONDA_OK) {
        attach(b, found->node, line);
    }
}

/* Counts nesting, also where nothing is built any more. */
static void count_nesting(builder *b, const yaml_event_t *event)
{
    if (event->type == YAML_SEQUENCE_END_EVENT || event->type == YAML_MAPPING_END_EVENT) {
        b->nesting--;
    } else if (event->type == YAML_SEQUENCE_START_EVENT ||
               event->type == YAML_MAPPING_START_EVENT) {
        b->nesting++;
    }
    b->hopeless = b->nesting > SONDA__DEPTH_MAX;
    if (b->hopeless && b->status == SONDA_OK) {
        refuse(b, sonda__at_line(b->error, line_of(event),
                                 sonda__error_set(b->error, SONDA_ERR_LIMIT, 0,
                                                  "nesting deeper than %u: flatten it; nothing "
                                                  "after this line is read",
                                                  (uint64_t)SONDA__DEPTH_MAX)));
    }
}

/* Feeds one event; true when there is no more to read of the document. */
static bool build(builder *b, const yaml_event_t *event)
{
    count_nesting(b, event);
    if (b->hopeless) {
        return true;
    }
    if (b->status != SONDA_OK || event->type == YAML_DOCUMENT_END_EVENT) {
        return event->type == YAML_DOCUMENT_END_EVENT;
    }
    if (event->type == YAML_SCALAR_EVENT) {
        add_scalar(b, event);
    } else if (event->type == YAML_ALIAS_EVENT) {
        add_alias(b, event);
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        open_container(b, event, SONDA__YAML_LIST);
    } else if (event->type == YAML_MAPPING_START_EVENT) {
        open_container(b, event, SONDA__YAML_MAP);
    } else if (event->type == YAML_SEQUENCE_END_EVENT ||
               event->type == YAML_MAPPING_END_EVENT) {
        close_container(b);
    }
    return false;
}

/* Line that holds a byte; what libyaml does not say for a bad encoding. */
static uint32_t line_at(const sonda__yaml *yaml, size_t offset)
{
    uint32_t line = 1;

    for (size_t i = 0; i < offset && i < yaml->len; i++) {
        line += yaml->bytes[i] == '\n';
    }
    return line;
}

/* libyaml's complaint, in our words where its own say little. */
static sonda_status refuse_syntax(sonda__yaml *yaml, sonda_error *error)
{
    const yaml_parser_t *parser = &yaml->parser;
    const char *problem = parser->problem == NULL ? "syntax error" : parser->problem;
    uint32_t line = (uint32_t)(parser->problem_mark.line + 1);
    sonda_status status;

    yaml->ended = true;
    if (parser->error == YAML_MEMORY_ERROR) {
        return sonda__error_set(error, SONDA_ERR_NO_MEMORY, 0, "out of memory");
    }
    if (parser->error == YAML_READER_ERROR) {
        line = line_at(yaml, parser->problem_offset);
        status = sonda__error_set(error, SONDA_ERR_MALFORMED, parser->problem_offset,
                                  "not UTF-8 text (%s): save the file as UTF-8", problem);
    } else {
        status = sonda__error_set(error, SONDA_ERR_MALFORMED, parser->problem_offset,
                                  "not YAML: %s; nothing after this line is read", problem);
    }
    return sonda__at_line(error, line, status);
}

/* One event; false on broken syntax and at the end of the file. */
static bool
next_event(sonda__yaml *yaml, yaml_event_t *event, sonda_error *error, sonda_status *status)
{
    *status = SONDA_ERR_END;
    if (yaml->ended) {
        return false;
    }
    if (!yaml_parser_parse(&yaml->parser, event)) {
        *status = refuse_syntax(yaml, error);
        return false;
    }
    yaml->ended = event->type == YAML_STREAM_END_EVENT || event->type == YAML_NO_EVENT;
    return !yaml->ended;
}

sonda_status sonda__yaml_next(sonda__yaml *yaml,
                              sonda__pool *pool,
                              const sonda__yaml_node **root,
                              sonda_error *error)
{
    builder b = {.pool = pool, .error = error, .status = SONDA_OK};
    bool done = false;
    yaml_event_t event;
    sonda_status status;

    *root = NULL;
    while (!done) {
        if (!next_event(yaml, &event, b.status == SONDA_OK ? error : NULL, &status)) {
            /* A reason given earlier in the document stands; END is no reason. */
            *root = b.root;
            return b.status != SONDA_OK ? b.status : status;
        }
        done = build(&b, &event);
        yaml_event_delete(&event);
    }
    yaml->ended = yaml->ended || b.hopeless;
    *root = b.root;
    return b.status;
}

const sonda__yaml_node *sonda__yaml_find(const sonda__yaml_node *map, const char *key)
{
    if (map == NULL || map->kind != SONDA__YAML_MAP) {
        return NULL;
    }
    for (const sonda__yaml_entry *entry = map->first; entry != NULL; entry = entry->next) {
        if (sonda__span_is(entry->key->text, key)) {
            return entry->value;
        }
    }
    return NULL;
}
