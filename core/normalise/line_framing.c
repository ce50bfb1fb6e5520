/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A record a line, for audit logs and syslog.
 *
 * Layer 3 (normalise): uses base.
 */

#include "core/normalise/framing.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

void sonda__line_framing_init(sonda__line_framing *framing)
{
    framing->discarding = false;
    framing->searched = 0;
}

static sonda__unit unit_of(sonda__unit_kind kind, size_t consumed)
{
    sonda__unit unit = {kind, SONDA_OK, 0, 0, consumed, ""};

    return unit;
}

/* The window without a line end in it. */
static sonda__unit unfinished(sonda__line_framing *framing, sonda__span window)
{
    sonda__unit unit = unit_of(SONDA__UNIT_MORE, 0);

    if (framing->discarding) {
        unit.consumed = window.len;
        return unit;
    }
    framing->searched = window.len;
    if (window.len > SONDA__FRAME_MAX) {
        framing->discarding = true;
        unit.kind = SONDA__UNIT_SKIPPED;
        unit.status = SONDA_ERR_LIMIT;
        unit.consumed = window.len;
        unit.reason = "a line longer than a record may be";
    }
    return unit;
}

/* A whole line: `len` bytes before its end, `consumed` with it. */
static sonda__unit
line(sonda__line_framing *framing, sonda__span window, size_t len, size_t consumed)
{
    sonda__unit unit = unit_of(SONDA__UNIT_NONE, consumed);
    bool discarded = framing->discarding;

    sonda__line_framing_init(framing);
    unit.end = len;
    while (unit.end > 0 && is_blank(window.data[unit.end - 1])) {
        unit.end--;
    }
    if (discarded || unit.end == 0) {
        return unit;
    }
    unit.kind = SONDA__UNIT_RECORD;
    if (len > SONDA__FRAME_MAX) {
        unit.kind = SONDA__UNIT_SKIPPED;
        unit.status = SONDA_ERR_LIMIT;
        unit.reason = "a line longer than a record may be";
    }
    return unit;
}

sonda__unit
sonda__line_framing_next(sonda__line_framing *framing, sonda__span window, bool last)
{
    size_t from = framing->discarding ? 0 : framing->searched;
    const char *end =
        from == window.len ? NULL : memchr(window.data + from, '\n', window.len - from);

    if (end != NULL) {
        size_t len = (size_t)(end - window.data);

        return line(framing, window, len, len + 1);
    }
    if (last && window.len != 0) {
        return line(framing, window, window.len, window.len);
    }
    return unfinished(framing, window);
}
