/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Joins the components of a path that the kernel walked from its end.
 *
 * The kernel side sends names only, because joining them there would need a
 * second pass over memory of unknown length; here it is one copy backwards.
 *
 * Layer 3 (normalise): uses base.
 */

#include "core/normalise/linux_path.h"

/* Takes the first component off a walk. */
static sonda__span next_component(sonda__span *walk)
{
    const char *zero = memchr(walk->data, '\0', walk->len);
    size_t len = zero != NULL ? (size_t)(zero - walk->data) : walk->len;
    sonda__span component = sonda__span_of(walk->data, len);
    size_t taken = zero != NULL ? len + 1 : len;

    *walk = sonda__span_of(walk->data + taken, walk->len - taken);
    return component;
}

/* Each component and a slash in front of it. */
static size_t joined_len(sonda__span walk)
{
    bool ends_in_zero = walk.len > 0 && walk.data[walk.len - 1] == '\0';

    return ends_in_zero || walk.len == 0 ? walk.len : walk.len + 1;
}

/* Writes the path so that it ends at `end`. */
static void join(sonda__span walk, char *end)
{
    while (walk.len > 0) {
        sonda__span component = next_component(&walk);

        end -= component.len;
        memcpy(end, component.data, component.len);
        *--end = '/';
    }
}

sonda__span sonda__linux_walk(sonda__arena *arena, sonda__span walk)
{
    size_t len = joined_len(walk);
    char *out;

    if (len == 0) {
        return sonda__span_of("/", 1);
    }
    out = sonda__arena_take(arena, len, 1);
    if (out == NULL) {
        return sonda__span_of(NULL, 0);
    }
    join(walk, out + len);
    return sonda__span_of(out, len);
}

/* Drops the last component of a path without a slash at its end. */
static size_t parent_len(const char *path, size_t len)
{
    while (len > 0 && path[len - 1] != '/') {
        len--;
    }
    return len > 0 ? len - 1 : 0;
}

/* Appends the components of `text` to the `len` bytes at `out`. */
static size_t append_text(char *out, size_t len, sonda__span text)
{
    size_t at = 0;

    while (at < text.len) {
        const char *from = text.data + at;
        const char *slash = memchr(from, '/', text.len - at);
        sonda__span component =
            sonda__span_of(from, slash != NULL ? (size_t)(slash - from) : text.len - at);

        at += component.len + 1;
        if (sonda__span_is(component, "..")) {
            len = parent_len(out, len);
        } else if (component.len > 0 && !sonda__span_is(component, ".")) {
            out[len++] = '/';
            memcpy(out + len, component.data, component.len);
            len += component.len;
        }
    }
    return len;
}

sonda__span sonda__linux_resolve(sonda__arena *arena, sonda__span base, sonda__span text)
{
    size_t base_len = joined_len(base);
    size_t room;
    char *out = sonda__arena_rest(arena, &room);
    size_t len;

    if (text.len > room || base_len > room - text.len || room - text.len - base_len < 1) {
        return sonda__span_of(NULL, 0);
    }
    join(base, out + base_len);
    len = append_text(out, base_len, text);
    if (len == 0) {
        out[len++] = '/';
    }
    sonda__arena_keep(arena, len);
    return sonda__span_of(out, len);
}
