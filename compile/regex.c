/* SPDX-License-Identifier: Apache-2.0 */

/*
 * From the syntax tree to the automaton: Thompson's construction.
 *
 * Counted repetitions are written out, so an expression has at most
 * SONDA__REGEX_CODE_MAX instructions and one code point costs at most as many
 * steps. A repetition of nothing is written once: nested ones would otherwise
 * take time without taking room.
 *
 * Module compile.
 */

#include "compile/regex.h"

#include "compile/regex_parse.h"
#include "core/base/error.h"

typedef struct emitter {
    sonda__lowered_code *code;
    size_t count;
} emitter;

static sonda_status emit(emitter *out, uint32_t op, uint32_t a, uint32_t b)
{
    if (out->count == SONDA__REGEX_CODE_MAX) {
        return SONDA_ERR_LIMIT;
    }
    out->code[out->count].op = op;
    out->code[out->count].a = a;
    out->code[out->count].b = b;
    out->count++;
    return SONDA_OK;
}

static sonda_status emit_node(emitter *out, const sonda__regex_node *node);

static sonda_status emit_sequence(emitter *out, const sonda__regex_node *node)
{
    sonda_status status = SONDA_OK;

    for (const sonda__regex_node *child = node->child; status == SONDA_OK && child != NULL;
         child = child->next) {
        status = emit_node(out, child);
    }
    return status;
}

/* Instructions chained through `a` until the place they jump to is known. */
static void patch_chain(emitter *out, uint32_t last, uint32_t target)
{
    while (last != UINT32_MAX) {
        uint32_t before = out->code[last].a;

        out->code[last].a = target;
        last = before;
    }
}

static sonda_status emit_choice(emitter *out, const sonda__regex_node *node)
{
    uint32_t jumps = UINT32_MAX;
    sonda_status status = SONDA_OK;

    for (const sonda__regex_node *child = node->child; status == SONDA_OK && child != NULL;
         child = child->next) {
        size_t split = out->count;

        if (child->next == NULL) {
            status = emit_node(out, child);
            continue;
        }
        status = emit(out, SONDA__CODE_SPLIT, (uint32_t)split + 1, 0);
        if (status == SONDA_OK) {
            status = emit_node(out, child);
        }
        if (status == SONDA_OK) {
            status = emit(out, SONDA__CODE_JUMP, jumps, 0);
            jumps = (uint32_t)out->count - 1;
            out->code[split].b = (uint32_t)out->count;
        }
    }
    if (status == SONDA_OK) {
        patch_chain(out, jumps, (uint32_t)out->count);
    }
    return status;
}

/* x* behind what was written: L: split body, out; body; jump L. */
static sonda_status emit_star(emitter *out, const sonda__regex_node *child)
{
    size_t split = out->count;
    sonda_status status = emit(out, SONDA__CODE_SPLIT, (uint32_t)split + 1, 0);

    if (status == SONDA_OK) {
        status = emit_node(out, child);
    }
    if (status == SONDA_OK) {
        status = emit(out, SONDA__CODE_JUMP, (uint32_t)split, 0);
        out->code[split].b = (uint32_t)out->count;
    }
    return status;
}

/* Up to `count` more: each may be the last, so each can jump past all. */
static sonda_status emit_optional(emitter *out, const sonda__regex_node *child, uint32_t count)
{
    uint32_t splits = UINT32_MAX;
    sonda_status status = SONDA_OK;

    for (uint32_t i = 0; status == SONDA_OK && i < count; i++) {
        size_t before = out->count + 1;

        status = emit(out, SONDA__CODE_SPLIT, splits, (uint32_t)out->count + 1);
        splits = (uint32_t)out->count - 1;
        if (status == SONDA_OK) {
            status = emit_node(out, child);
        }
        if (out->count == before) {
            break;
        }
    }
    if (status == SONDA_OK) {
        patch_chain(out, splits, (uint32_t)out->count);
    }
    return status;
}

static sonda_status emit_repeat(emitter *out, const sonda__regex_node *node)
{
    sonda_status status = SONDA_OK;

    for (uint32_t i = 0; status == SONDA_OK && i < node->least; i++) {
        size_t before = out->count;

        status = emit_node(out, node->child);
        if (out->count == before) {
            break;
        }
    }
    if (status != SONDA_OK) {
        return status;
    }
    return node->most == SONDA__REGEX_UNBOUNDED
               ? emit_star(out, node->child)
               : emit_optional(out, node->child, node->most - node->least);
}

static sonda_status emit_node(emitter *out, const sonda__regex_node *node)
{
    switch (node->kind) {
    case SONDA__REGEX_EMPTY:
        return SONDA_OK;
    case SONDA__REGEX_CODE:
        return emit(out, node->code.op, node->code.a, node->code.b);
    case SONDA__REGEX_SEQUENCE:
        return emit_sequence(out, node);
    case SONDA__REGEX_CHOICE:
        return emit_choice(out, node);
    case SONDA__REGEX_REPEAT:
        return emit_repeat(out, node);
    }
    return SONDA_ERR_INVALID_ARGUMENT;
}

static sonda_status
emit_all(emitter *out, const sonda__regex_options *options, const sonda__regex_node *root)
{
    sonda_status status = SONDA_OK;

    if (options->at_start) {
        status = emit(out, SONDA__CODE_ASSERT, SONDA__ASSERT_TEXT_START, 0);
    }
    if (status == SONDA_OK) {
        status = emit_node(out, root);
    }
    if (status == SONDA_OK && options->at_end) {
        status = emit(out, SONDA__CODE_ASSERT, SONDA__ASSERT_TEXT_END, 0);
    }
    return status == SONDA_OK ? emit(out, SONDA__CODE_MATCH, 0, 0) : status;
}

/* Copies what was built into memory that lasts as long as the rule. */
static sonda_status keep(sonda__pool *pool,
                         const emitter *out,
                         const sonda__regex_tree *tree,
                         sonda__lowered_regex *regex)
{
    size_t at = 0;

    regex->code = sonda__pool_take(pool, out->count, sizeof *regex->code);
    regex->classes = sonda__pool_take(pool, tree->class_count, sizeof *regex->classes);
    if (regex->code == NULL || regex->classes == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    memcpy(regex->code, out->code, out->count * sizeof *regex->code);
    regex->code_count = out->count;
    for (const sonda__regex_class_link *link = tree->classes; link != NULL; link = link->next) {
        regex->classes[at++] = link->set;
    }
    regex->class_count = at;
    return SONDA_OK;
}

sonda_status sonda__regex_compile(sonda__pool *pool,
                                  sonda__regex_scratch *scratch,
                                  sonda__span pattern,
                                  const sonda__regex_options *options,
                                  sonda__lowered_regex *regex,
                                  sonda_error *error)
{
    emitter out = {scratch->code, 0};
    sonda__regex_tree tree = {0};
    sonda_status status = sonda__regex_parse(pool, pattern, options, &tree, error);

    if (status != SONDA_OK) {
        return status;
    }
    status = emit_all(&out, options, tree.root);
    if (status != SONDA_OK) {
        return sonda__error_set(
            error, status, 0,
            "the regular expression needs more than %u states: write smaller repetitions",
            (uint64_t)SONDA__REGEX_CODE_MAX);
    }
    return keep(pool, &out, &tree, regex);
}
