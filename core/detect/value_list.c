/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A byte of a value costs some steps of the automaton, whatever the list: each
 * goes one node deeper or back to a shallower one. A glob is asked when all of
 * its pieces were seen.
 *
 * Layer 4 (detect). No allocation.
 */

#include "core/detect/value_list.h"

/* A list at work on the values of one event. */
typedef struct list_search {
    const sonda__question *question;
    const sonda__list_item *item;
    const sonda__value_list *list;
    uint32_t first; /* of the patterns that are known to hold */
    bool any_glob;  /* some glob waits to be asked */
} list_search;

static void set_bit(uint64_t *bits, uint32_t index)
{
    bits[index / 64] |= UINT64_C(1) << (index % 64);
}

static bool has_bit(const uint64_t *bits, uint32_t index)
{
    return (bits[index / 64] >> (index % 64) & 1) != 0;
}

static void take_first(list_search *search, uint32_t pattern)
{
    search->first = pattern < search->first ? pattern : search->first;
}

/*
 * Pieces that end here. When one was seen before, so were all that it ends in:
 * each is gone through once for a value.
 */
static void see_pieces(list_search *search, uint32_t node)
{
    const sonda__value_list *list = search->list;
    sonda__matcher *matcher = search->question->matcher;

    for (node = list->nodes[node].pieces; node != 0;
         node = list->nodes[list->nodes[node].fail].pieces) {
        uint32_t piece = list->nodes[node].piece;

        if (has_bit(matcher->list_pieces, piece)) {
            return;
        }
        set_bit(matcher->list_pieces, piece);
        for (uint32_t glob = list->keys[piece]; glob != 0; glob = list->globs[glob - 1].next) {
            set_bit(matcher->list_globs, glob - 1);
            search->any_glob = true;
        }
    }
}

static uint32_t step(const sonda__value_list *list, uint32_t node, uint8_t byte)
{
    for (;;) {
        uint32_t next = sonda__value_list_child(list, node, byte);

        if (next != 0 || node == 0) {
            return next;
        }
        node = list->nodes[node].fail;
    }
}

/* Literals that begin a value, and those that are it. */
static void search_start(list_search *search, sonda__span text)
{
    const sonda__value_list *list = search->list;
    uint32_t node = 0;

    for (size_t i = 0; i < text.len; i++) {
        node = sonda__value_list_child(list, node, (uint8_t)text.data[i]);
        if (node == 0) {
            return;
        }
        take_first(search, list->nodes[node].start);
    }
    take_first(search, list->nodes[node].whole);
}

/* Those that stand anywhere or end it. */
static void search_all(list_search *search, sonda__span text)
{
    const sonda__value_list *list = search->list;
    size_t at = list->has_inner || text.len < list->longest ? 0 : text.len - list->longest;
    uint32_t node = 0;

    for (; at < text.len; at++) {
        const sonda__value_node *reached;

        node = step(list, node, (uint8_t)text.data[at]);
        reached = &list->nodes[node];
        if (reached->pieces != 0) {
            see_pieces(search, node);
        }
        if (reached->inner < search->first) {
            search->first = reached->inner;
        }
    }
    take_first(search, list->nodes[node].end);
}

static void search_value(list_search *search, uint32_t field)
{
    const sonda__question *question = search->question;
    const sonda__field *value = &question->event->fields[field];
    sonda__span text;

    if ((value->flags & SONDA_VALUE_NULL) != 0) {
        return;
    }
    text = search->list->cased ? value->text : sonda__matcher_folded(question->matcher, field);
    /* A node deeper and one back: less than the list's patterns are charged for. */
    (void)sonda__matcher_step(question->matcher, 2 * (uint64_t)text.len + 1);
    if (search->list->has_start) {
        search_start(search, text);
    }
    if (search->list->has_inner || search->list->has_end) {
        search_all(search, text);
    }
}

static void search_values(list_search *search)
{
    const sonda__question *question = search->question;
    const sonda_event *event = question->event;
    const sonda__list_item *item = search->item;

    if (item->keyword) {
        for (uint32_t i = 0; i < sonda__matcher_field_count(event); i++) {
            if (sonda__pattern_asks(&event->fields[i])) {
                search_value(search, i);
            }
        }
        return;
    }
    for (uint32_t field = sonda__matcher_first(question->matcher, item->id);
         field != SONDA__NO_FIELD; field = sonda__matcher_next(question->matcher, field)) {
        search_value(search, field);
    }
}

static bool holds(const list_search *search, uint32_t index)
{
    const sonda__question *question = search->question;
    const uint8_t *pattern = sonda__pack_listed(
        &question->content->pack, SONDA__SECTION_PATTERNS, search->item->patterns, index);

    if (pattern == NULL) {
        sonda__matcher_trap(question->matcher);
        return false;
    }
    return search->item->keyword
               ? sonda__pattern_holds_anywhere(question, pattern, NULL)
               : sonda__pattern_holds(question, pattern, search->item->id, NULL);
}

static bool all_seen(const list_search *search, const sonda__value_glob *glob)
{
    for (uint32_t i = 0; i < glob->count; i++) {
        if (!has_bit(search->question->matcher->list_pieces,
                     search->list->pieces[glob->pieces + i])) {
            return false;
        }
    }
    return true;
}

/* In the order of the patterns, as globs are. */
static void ask_globs(list_search *search)
{
    const uint64_t *waiting = search->question->matcher->list_globs;

    for (uint32_t i = 0; i < search->list->glob_count; i++) {
        const sonda__value_glob *glob = &search->list->globs[i];

        if (waiting[i / 64] == 0) {
            i |= 63;
            continue;
        }
        if (glob->pattern >= search->first) {
            return;
        }
        if (has_bit(waiting, i) && all_seen(search, glob) && holds(search, glob->pattern)) {
            search->first = glob->pattern;
            return;
        }
    }
}

static void ask_others(list_search *search)
{
    const sonda__value_list *list = search->list;

    for (uint32_t i = 0; i < list->other_count && list->others[i] < search->first &&
                         !sonda__matcher_is_stopped(search->question->matcher);
         i++) {
        take_first(search, holds(search, list->others[i]) ? list->others[i] : search->first);
    }
}

uint32_t sonda__value_list_first(const sonda__question *question, const sonda__list_item *item)
{
    sonda__matcher *matcher = question->matcher;
    list_search search = {question, item, item->list, SONDA__VALUE_NONE, false};

    search_values(&search);
    if (search.any_glob) {
        ask_globs(&search);
        memset(matcher->list_globs, 0, ((size_t)item->list->glob_count + 63) / 64 * 8);
    }
    if (item->list->piece_count > 0) {
        memset(matcher->list_pieces, 0, ((size_t)item->list->piece_count + 63) / 64 * 8);
    }
    ask_others(&search);
    return search.first;
}
