/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The tree of known keys.
 *
 * Of several keys that came in one place the last comes first, so that a stream
 * of one kind of events compares each key once.
 *
 * Layer 3 (normalise): uses base, codec, event. No allocation.
 */

#include "core/normalise/json_shapes.h"

/* Keys in one place: beyond that a search would cost more than it saves. */
#define SIBLINGS_MAX 32u

_Static_assert(sizeof(sonda__json_shape) == 64, "one cache line each");
_Static_assert(SONDA__JSON_SHAPES_MAX <= UINT16_MAX, "places are kept in 16 bits");

void sonda__json_shapes_reset(sonda__json_shapes *shapes, const sonda__names *names)
{
    shapes->names = names;
    shapes->count = 1;
    memset(&shapes->shapes[0], 0, sizeof shapes->shapes[0]);
}

static inline bool differ_64(const char *a, const char *b)
{
    uint64_t left;
    uint64_t right;

    memcpy(&left, a, sizeof left);
    memcpy(&right, b, sizeof right);
    return left != right;
}

static inline bool differ_32(const char *a, const char *b)
{
    uint32_t left;
    uint32_t right;

    memcpy(&left, a, sizeof left);
    memcpy(&right, b, sizeof right);
    return left != right;
}

/* By words that overlap at the end: keys are too short for memcmp() to pay. */
static inline bool same(const char *a, const char *b, size_t len)
{
    if (len >= 8) {
        for (size_t at = 0; at + 8 < len; at += 8) {
            if (differ_64(a + at, b + at)) {
                return false;
            }
        }
        return !differ_64(a + len - 8, b + len - 8);
    }
    if (len >= 4) {
        return !differ_32(a, b) && !differ_32(a + len - 4, b + len - 4);
    }
    return memcmp(a, b, len) == 0;
}

/* Moves a place before its siblings. */
static void
bring_forward(sonda__json_shape *shapes, uint32_t parent, uint32_t before, uint32_t at)
{
    if (before != 0) {
        shapes[before].sibling = shapes[at].sibling;
        shapes[at].sibling = shapes[parent].child;
        shapes[parent].child = (uint16_t)at;
    }
}

uint32_t sonda__json_shapes_take(sonda__json_shapes *shapes,
                                 uint32_t at,
                                 sonda__json *json,
                                 sonda__span *key)
{
    sonda__json_shape *all = shapes->shapes;
    uint32_t before = 0;
    sonda__span rest = sonda__json_key_ahead(json);

    for (uint32_t child = all[at].child; child != 0; child = all[child].sibling) {
        size_t len = all[child].len;

        if (len <= rest.len && same(rest.data, all[child].text, len)) {
            if (!sonda__json_take_key(json, rest.data + len)) {
                return 0;
            }
            bring_forward(all, at, before, child);
            *key = sonda__span_of(rest.data, len - 1);
            return child;
        }
        before = child;
    }
    return 0;
}

/* A key that is written in JSON as it is. */
static bool is_plain(sonda__span key)
{
    for (size_t i = 0; i < key.len; i++) {
        if (key.data[i] == '"' || key.data[i] == '\\' || (unsigned char)key.data[i] < 0x20) {
            return false;
        }
    }
    return key.len < sizeof((sonda__json_shape *)0)->text;
}

uint32_t sonda__json_shapes_learn(sonda__json_shapes *shapes,
                                  uint32_t at,
                                  const sonda__field *field,
                                  uint8_t role)
{
    sonda__json_shape *all = shapes->shapes;
    sonda__span name = field->name;
    uint32_t siblings = 0;
    sonda__json_shape *added;

    for (uint32_t child = all[at].child; child != 0; child = all[child].sibling) {
        if (all[child].len == name.len + 1 &&
            memcmp(all[child].text, name.data, name.len) == 0) {
            return child;
        }
        siblings++;
    }
    if (siblings == SIBLINGS_MAX || shapes->count == SONDA__JSON_SHAPES_MAX ||
        !is_plain(name)) {
        return 0;
    }
    added = &all[shapes->count];
    memset(added, 0, sizeof *added);
    memcpy(added->text, name.data, name.len);
    added->text[name.len] = '"';
    added->len = (uint16_t)(name.len + 1);
    added->id = field->id;
    added->role = role;
    added->sibling = all[at].child;
    all[at].child = (uint16_t)shapes->count;
    return shapes->count++;
}
