/* SPDX-License-Identifier: Apache-2.0 */

/*
 * From the rules an event matched to the correlations it completes.
 *
 * What an event means for correlations waits in one sorted run, and the first
 * is taken until none is left: a correlation stands behind all it may hear of,
 * so each is asked once about all that one event brought it.
 *
 * Layer 4 (detect). Allocates at open only.
 */

#include "core/detect/correlate.h"

#include "core/base/allocate.h"
#include "core/codec/code_point.h"
#include "core/codec/decimal.h"
#include "core/crypto/hash.h"
#include "core/rules/content_state.h"

/* Windows an event that came late is looked at in: they overlap, so few tell all. */
#define LATE_WINDOWS_MAX 64u

/* What one event means for one group of one correlation. */
typedef struct waiting {
    const sonda_content *content;
    const uint8_t *input;
    uint32_t correlation;
    uint32_t event_rule;
    sonda__window_key key;
    uint64_t mask;
    uint64_t value;
} waiting;

struct sonda__correlator {
    sonda_allocator allocator;
    size_t count;
    uint32_t left_out;
    uint32_t reserved;
    waiting waiting[SONDA__EVENT_WAITED_MAX];
};

/* One event's way through; borrowed things only. */
typedef struct correlating {
    sonda__correlator *correlator;
    sonda__windows *windows;
    const sonda_event *event;
    sonda__correlated_fn on_correlated;
    void *user;
} correlating;

sonda_status sonda__correlator_open(sonda__correlator **correlator,
                                    const sonda_allocator *allocator)
{
    sonda__correlator *opened = sonda__allocate(allocator, 1, sizeof *opened);

    if (opened == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    opened->allocator = *allocator;
    opened->count = 0; /* so that nothing of `waiting` is read before it is written */
    opened->left_out = 0;
    opened->reserved = 0;
    *correlator = opened;
    return SONDA_OK;
}

void sonda__correlator_close(sonda__correlator *correlator)
{
    if (correlator != NULL) {
        sonda_allocator allocator = correlator->allocator;

        sonda__release(&allocator, correlator);
    }
}

/* Content. */

static const uint8_t *correlation_of(const sonda_content *content, uint32_t index)
{
    return sonda__pack_entry(&content->pack, SONDA__SECTION_CORRELATIONS, index);
}

static uint32_t rule_of_input(const sonda_content *content, const uint8_t *input)
{
    uint32_t from = sonda__pack_u32(input + SONDA__AT_INPUT_FROM);
    const uint8_t *correlation = NULL;

    if ((from & SONDA__INPUT_CORRELATION) == 0) {
        return content->first_rule + from;
    }
    correlation = correlation_of(content, from ^ SONDA__INPUT_CORRELATION);
    return correlation == NULL ? UINT32_MAX
                               : content->first_rule +
                                     sonda__pack_u32(correlation + SONDA__AT_CORRELATION_RULE);
}

void sonda__correlation_roles(const sonda_content *content, uint8_t *roles)
{
    uint32_t rule_count = sonda_content_rule_count(content);

    for (const sonda_content *pack = content; pack != NULL; pack = pack->base) {
        for (uint32_t i = 0; i < pack->pack.count[SONDA__SECTION_INPUTS]; i++) {
            const uint8_t *input = sonda__pack_entry(&pack->pack, SONDA__SECTION_INPUTS, i);
            uint32_t rule = rule_of_input(pack, input);
            const uint8_t *correlation =
                correlation_of(pack, sonda__pack_u32(input + SONDA__AT_INPUT_CORRELATION));
            bool speaks = correlation != NULL &&
                          (sonda__pack_u32(correlation + SONDA__AT_CORRELATION_FLAGS) &
                           SONDA__CORRELATION_GENERATE) != 0;

            if (rule >= rule_count) {
                continue;
            }
            if (roles[rule] == 0) {
                roles[rule] = SONDA__RULE_WAITED_FOR | SONDA__RULE_SPOKEN_FOR;
            }
            if (speaks) {
                roles[rule] &= (uint8_t)~SONDA__RULE_SPOKEN_FOR;
            }
        }
    }
}

/* Position in INPUTS of the first that is not below (from, event). */
static uint32_t find_inputs(const sonda_content *content, uint32_t from, uint32_t event)
{
    uint32_t low = 0;
    uint32_t high = content->pack.count[SONDA__SECTION_INPUTS];

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const uint8_t *at = sonda__pack_entry(&content->pack, SONDA__SECTION_INPUTS, middle);
        uint32_t its_from = sonda__pack_u32(at + SONDA__AT_INPUT_FROM);

        if (its_from < from ||
            (its_from == from && sonda__pack_u32(at + SONDA__AT_INPUT_EVENT) < event)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* The event's values. */

static const sonda__field *find_visible(const sonda_event *event, sonda_field_id id)
{
    for (size_t i = 0; i < event->field_count; i++) {
        const sonda__field *field = &event->fields[i];

        if (field->id == id && (field->flags & (SONDA_VALUE_HIDDEN | SONDA_VALUE_NULL)) == 0) {
            return field;
        }
    }
    return NULL;
}

const sonda__field *sonda__correlation_field(const sonda_content *content,
                                             const uint8_t *input,
                                             uint32_t number,
                                             const sonda_event *event)
{
    sonda__list list = sonda__pack_list(input + SONDA__AT_INPUT_FIELDS);
    uint32_t name = 0;

    for (uint32_t i = 0; i < list.count && name <= number; i++) {
        const uint8_t *at = sonda__pack_listed(&content->pack, SONDA__SECTION_NUMBERS, list, i);
        uint32_t field = at == NULL ? SONDA__INPUT_NEXT_NAME : sonda__pack_u32(at);
        const sonda__field *found = NULL;

        if (field == SONDA__INPUT_NEXT_NAME) {
            name++;
        } else if (name == number && field < content->pack.count[SONDA__SECTION_FIELDS]) {
            found = find_visible(event, content->fields[field]);
        }
        if (found != NULL) {
            return found;
        }
    }
    return NULL;
}

/* Adds a text to a hash as matching compares it: case folded; then its length. */
static void hash_folded(sonda__sha256_state *state, sonda__span text)
{
    char folded[256];
    uint8_t length[8];
    uint64_t total = 0; /* folding may change how long equal texts are */
    size_t used = 0;

    for (size_t at = 0; at < text.len;) {
        uint32_t code_point;

        at += sonda__code_point_read(text.data + at, text.len - at, &code_point);
        used += sonda__code_point_write(sonda__code_point_fold(code_point), folded + used);
        if (used > sizeof folded - 4) {
            sonda__sha256_add(state, folded, used);
            total += used;
            used = 0;
        }
    }
    sonda__sha256_add(state, folded, used);
    total += used;
    for (size_t i = 0; i < sizeof length; i++) {
        length[i] = (uint8_t)(total >> 8 * i);
    }
    sonda__sha256_add(state, length, sizeof length);
}

/* Hashes fields `first` to `end` of an input; false when one is not there. */
static bool hash_fields(const correlating *c,
                        const sonda_content *content,
                        const uint8_t *input,
                        uint32_t first,
                        uint32_t end,
                        sonda__window_key *key,
                        const uint8_t *seed)
{
    sonda__sha256_state state;
    uint8_t digest[SONDA__SHA256_SIZE];

    sonda__sha256_begin(&state);
    sonda__sha256_add(&state, seed, sizeof *key);
    for (uint32_t i = first; i < end; i++) {
        const sonda__field *field = sonda__correlation_field(content, input, i, c->event);

        if (field == NULL) {
            return false;
        }
        hash_folded(&state, field->text);
    }
    sonda__sha256_end(&state, digest);
    key->word[0] = sonda__pack_u64(digest);
    key->word[1] = sonda__pack_u64(digest + 8);
    return true;
}

static bool is_numeric(uint32_t type)
{
    return type == SONDA__CORRELATE_VALUE_SUM || type == SONDA__CORRELATE_VALUE_AVG ||
           type == SONDA__CORRELATE_VALUE_PERCENTILE;
}

static bool read_number(const sonda__field *field, uint64_t *bits)
{
    sonda__decimal decimal;
    double number;

    if (field == NULL || !sonda__decimal_parse(field->text, &decimal) ||
        !sonda__decimal_to_double(&decimal, &number)) {
        return false;
    }
    memcpy(bits, &number, sizeof *bits);
    return true;
}

/* Group and value; false when the event lacks one of them: it does not count. */
static bool read_fields(const correlating *c, waiting *w, const uint8_t *correlation)
{
    const uint8_t *hash = correlation + SONDA__AT_CORRELATION_HASH;
    uint32_t type = sonda__pack_u32(correlation + SONDA__AT_CORRELATION_TYPE);
    uint32_t names = sonda__pack_list(correlation + SONDA__AT_CORRELATION_NAMES).count;
    uint32_t values = sonda__pack_u32(correlation + SONDA__AT_CORRELATION_VALUES);
    uint32_t groups = values <= names ? names - values : 0;
    sonda__window_key value = {{0, 0}};

    if (!hash_fields(c, w->content, w->input, 0, groups, &w->key, hash)) {
        return false;
    }
    if (is_numeric(type)) {
        return read_number(sonda__correlation_field(w->content, w->input, groups, c->event),
                           &w->value);
    }
    if (values != 0 && !hash_fields(c, w->content, w->input, groups, names, &value, hash)) {
        return false;
    }
    w->value = value.word[0];
    return true;
}

/* What waits. */

static bool is_behind(const waiting *a, const waiting *b)
{
    if (a->content != b->content) {
        return a->content->first_rule > b->content->first_rule;
    }
    return a->correlation > b->correlation;
}

static bool is_same_group(const waiting *a, const waiting *b)
{
    return a->content == b->content && a->correlation == b->correlation &&
           a->key.word[0] == b->key.word[0] && a->key.word[1] == b->key.word[1] &&
           a->value == b->value;
}

/* Into its place behind entry `after`, or into the one it belongs with. */
static void wait_for(sonda__correlator *correlator, size_t after, const waiting *w)
{
    size_t at = correlator->count;

    for (size_t i = after; i < correlator->count; i++) {
        if (is_same_group(&correlator->waiting[i], w)) {
            correlator->waiting[i].mask |= w->mask;
            return;
        }
    }
    if (correlator->count == SONDA__EVENT_WAITED_MAX) {
        correlator->left_out++;
        return;
    }
    for (; at > after && is_behind(&correlator->waiting[at - 1], w); at--) {
        correlator->waiting[at] = correlator->waiting[at - 1];
    }
    correlator->waiting[at] = *w;
    correlator->count++;
}

/* Tells all that wait for `from`, which the event is by matching `event_rule`. */
static void tell_inputs(const correlating *c,
                        size_t after,
                        const sonda_content *content,
                        uint32_t from,
                        uint32_t event_rule)
{
    const sonda__pack *pack = &content->pack;

    for (uint32_t i = find_inputs(content, from, event_rule);
         i < pack->count[SONDA__SECTION_INPUTS]; i++) {
        const uint8_t *input = sonda__pack_entry(pack, SONDA__SECTION_INPUTS, i);
        waiting w = {.content = content, .input = input, .event_rule = event_rule};
        const uint8_t *correlation;

        if (sonda__pack_u32(input + SONDA__AT_INPUT_FROM) != from ||
            sonda__pack_u32(input + SONDA__AT_INPUT_EVENT) != event_rule) {
            break;
        }
        w.correlation = sonda__pack_u32(input + SONDA__AT_INPUT_CORRELATION);
        w.mask = UINT64_C(1) << (sonda__pack_u32(input + SONDA__AT_INPUT_POSITION) & 63);
        correlation = correlation_of(content, w.correlation);
        if (correlation != NULL && read_fields(c, &w, correlation)) {
            wait_for(c->correlator, after, &w);
        }
    }
}

/* Measuring. */

static double
measure(sonda__windows *windows, const uint8_t *correlation, uint32_t first, uint32_t last)
{
    switch (
        (sonda__correlation_type)sonda__pack_u32(correlation + SONDA__AT_CORRELATION_TYPE)) {
    case SONDA__CORRELATE_VALUE_COUNT:
        return sonda__window_distinct(windows, first, last);
    case SONDA__CORRELATE_TEMPORAL:
        return sonda__window_rules(windows, first, last);
    case SONDA__CORRELATE_TEMPORAL_ORDERED:
        return sonda__window_ordered(windows, first, last);
    case SONDA__CORRELATE_VALUE_SUM:
        return sonda__window_sum(windows, first, last);
    case SONDA__CORRELATE_VALUE_AVG:
        return sonda__window_sum(windows, first, last) /
               sonda__window_count(windows, first, last);
    case SONDA__CORRELATE_VALUE_PERCENTILE:
        return sonda__window_percentile(
            windows, first, last, sonda__pack_u32(correlation + SONDA__AT_CORRELATION_PERCENT));
    case SONDA__CORRELATE_EVENT_COUNT:
    case SONDA__CORRELATION_TYPE_COUNT:
        break;
    }
    return sonda__window_count(windows, first, last);
}

/* The same for one event and nothing around it. */
static double measure_alone(const uint8_t *correlation, const waiting *w)
{
    uint32_t type = sonda__pack_u32(correlation + SONDA__AT_CORRELATION_TYPE);
    double measured = 1;

    if (is_numeric(type)) {
        memcpy(&measured, &w->value, sizeof measured);
    } else if (type == SONDA__CORRELATE_TEMPORAL) {
        measured = 0;
        for (uint64_t mask = w->mask; mask != 0; mask &= mask - 1) {
            measured += 1;
        }
    }
    return measured;
}

static bool bound_holds(sonda__correlation_bound bound, double measured, double limit)
{
    switch (bound) {
    case SONDA__BOUND_GT:
        return measured > limit;
    case SONDA__BOUND_GTE:
        return measured >= limit;
    case SONDA__BOUND_LT:
        return measured < limit;
    case SONDA__BOUND_LTE:
        return measured <= limit;
    case SONDA__BOUND_EQ:
        return measured >= limit && measured <= limit;
    case SONDA__BOUND_NEQ:
        return measured < limit || measured > limit;
    case SONDA__BOUND_COUNT:
        break;
    }
    return false;
}

static bool condition_holds(const uint8_t *correlation, double measured)
{
    uint32_t set = sonda__pack_u32(correlation + SONDA__AT_CORRELATION_COMPARES);

    for (uint32_t i = 0; i < SONDA__BOUND_COUNT; i++) {
        uint64_t bits =
            sonda__pack_u64(correlation + SONDA__AT_CORRELATION_BOUNDS + (size_t)8 * i);
        double limit;

        memcpy(&limit, &bits, sizeof limit);
        if ((set >> i & 1) != 0 && !bound_holds((sonda__correlation_bound)i, measured, limit)) {
            return false;
        }
    }
    return true;
}

/*
 * The windows that the placed event is in: the one that ends with it, and for
 * an event out of order those that end with later ones.
 */
static bool find_window(const correlating *c, uint64_t timespan_ns, sonda__correlated *found)
{
    uint64_t time_ns = sonda__windows_entry(c->windows, found->placed)->event.time_ns;
    uint32_t last = found->placed;

    for (uint32_t i = 0; i < LATE_WINDOWS_MAX && last != SONDA__WINDOW_NONE; i++) {
        const sonda__window_entry *end = sonda__windows_entry(c->windows, last);

        if (end->event.time_ns - time_ns > timespan_ns) {
            break;
        }
        found->last = last;
        found->first = sonda__windows_first(c->windows, last, timespan_ns);
        found->measured = measure(c->windows, found->correlation, found->first, last);
        if (condition_holds(found->correlation, found->measured)) {
            return true;
        }
        last = end->next;
    }
    return false;
}

static bool holds(const correlating *c, const waiting *w, sonda__correlated *found)
{
    const uint8_t *hash = found->correlation + SONDA__AT_CORRELATION_HASH;
    sonda__window_group_key key = {
        .rule = {{sonda__pack_u64(hash), sonda__pack_u64(hash + 8)}},
        .group = w->key,
        .timespan_ns = sonda__pack_u64(found->correlation + SONDA__AT_CORRELATION_TIMESPAN),
    };
    sonda__window_event event = {
        .time_ns = c->event->time_ns,
        .seq = c->event->header.seq,
        .mask = w->mask,
        .value = w->value,
        .stream = c->event->header.stream,
    };

    found->first = SONDA__WINDOW_NONE;
    found->last = SONDA__WINDOW_NONE;
    found->placed = sonda__windows_place(c->windows, &key, &event);
    if (found->placed == SONDA__WINDOW_NONE) {
        found->measured = measure_alone(found->correlation, w);
        return condition_holds(found->correlation, found->measured);
    }
    return find_window(c, key.timespan_ns, found);
}

static void ask(const correlating *c, size_t number)
{
    const waiting w = c->correlator->waiting[number];
    sonda__correlated found = {
        .content = w.content,
        .correlation = correlation_of(w.content, w.correlation),
        .input = w.input,
        .windows = c->windows,
        .mask = w.mask,
    };

    if (found.correlation == NULL) {
        return; /* no such entry: checked again, as everything a pack says */
    }
    found.rule_index =
        w.content->first_rule + sonda__pack_u32(found.correlation + SONDA__AT_CORRELATION_RULE);
    if (holds(c, &w, &found) && c->on_correlated(&found, c->user)) {
        tell_inputs(c, number + 1, w.content, w.correlation | SONDA__INPUT_CORRELATION,
                    w.event_rule);
    }
}

uint32_t sonda__correlate(sonda__correlator *correlator,
                          const sonda_content *content,
                          sonda__windows *windows,
                          const sonda_event *event,
                          const uint32_t *rules,
                          size_t rule_count,
                          sonda__correlated_fn on_correlated,
                          void *user)
{
    const correlating c = {correlator, windows, event, on_correlated, user};

    correlator->count = 0;
    correlator->left_out = 0;
    for (size_t i = 0; i < rule_count; i++) {
        uint32_t rule = rules[i];
        const sonda_content *owner = sonda__content_of_rule(content, &rule);

        if (owner != NULL) {
            tell_inputs(&c, 0, owner, rule, rule);
        }
    }
    for (size_t i = 0; i < correlator->count; i++) {
        ask(&c, i);
    }
    return correlator->left_out;
}
