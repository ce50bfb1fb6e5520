/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A record an <Event> element, for rendered event XML in syslog and elsewhere.
 *
 * Only elements count. A syslog is shared: lines of other programs, headers,
 * and an <Events> element around all are no records of this source, so they are
 * passed over as blank lines are. An element that another one begins in was cut
 * and is one unreadable record; markup in a value is escaped, so no value can
 * look like that.
 *
 * Layer 3 (normalise): uses base.
 */

#include "core/normalise/framing.h"

#define OPEN "<Event"
#define OPEN_LEN (sizeof OPEN - 1)
#define CLOSE "</Event>"
#define CLOSE_LEN (sizeof CLOSE - 1)

void sonda__event_framing_init(sonda__event_framing *framing)
{
    framing->inside = false;
    framing->searched = 0;
}

static sonda__unit unit_of(sonda__unit_kind kind, size_t consumed)
{
    sonda__unit unit = {kind, SONDA_OK, 0, 0, consumed, ""};

    return unit;
}

static sonda__unit
skipped(sonda_status status, size_t begin, size_t consumed, const char *reason)
{
    sonda__unit unit = {SONDA__UNIT_SKIPPED, status, begin, 0, consumed, reason};

    return unit;
}

/* "<Event>" or "<Event " at this place, not "<EventData>". */
static bool opens(sonda__span window, size_t at)
{
    char next;

    if (window.len - at <= OPEN_LEN || memcmp(window.data + at, OPEN, OPEN_LEN) != 0) {
        return false;
    }
    next = window.data[at + OPEN_LEN];
    return next == '>' || next == ' ' || next == '\t' || next == '\r' || next == '\n';
}

static bool closes(sonda__span window, size_t at)
{
    return window.len - at >= CLOSE_LEN && memcmp(window.data + at, CLOSE, CLOSE_LEN) == 0;
}

/* The next '<' from `at` on, or the window's length. */
static size_t next_tag(sonda__span window, size_t at)
{
    const char *hit = at >= window.len ? NULL : memchr(window.data + at, '<', window.len - at);

    return hit == NULL ? window.len : (size_t)(hit - window.data);
}

/* Between elements: everything up to the next one is done with. */
static sonda__unit seek(sonda__event_framing *framing, sonda__span window, bool last)
{
    size_t at = next_tag(window, 0);

    while (at < window.len && (last || window.len - at > OPEN_LEN)) {
        if (opens(window, at)) {
            framing->inside = true;
            framing->searched = OPEN_LEN;
            return unit_of(SONDA__UNIT_NONE, at);
        }
        at = next_tag(window, at + 1);
    }
    return unit_of(SONDA__UNIT_MORE, at);
}

/* The element at the window's start ends at `end`, or another begins there. */
static sonda__unit finish(sonda__event_framing *framing, size_t end, bool closed)
{
    sonda__unit unit = unit_of(SONDA__UNIT_RECORD, end);

    framing->inside = !closed;
    framing->searched = OPEN_LEN;
    unit.end = end;
    if (end > SONDA__FRAME_MAX) {
        return skipped(SONDA_ERR_LIMIT, 0, end, "an event longer than a record may be");
    }
    if (!closed) {
        return skipped(SONDA_ERR_TRUNCATED, end, end, "an event without its end tag");
    }
    return unit;
}

/* What is left when no tag that matters was found. */
static sonda__unit unfinished(sonda__event_framing *framing, sonda__span window, bool last)
{
    bool too_long = window.len > SONDA__FRAME_MAX;

    if (too_long || last) {
        sonda__event_framing_init(framing);
    }
    if (too_long) {
        return skipped(SONDA_ERR_LIMIT, 0, window.len, "an event longer than a record may be");
    }
    if (last) {
        return skipped(SONDA_ERR_TRUNCATED, window.len, window.len,
                       "an event without its end tag");
    }
    return unit_of(SONDA__UNIT_MORE, 0);
}

sonda__unit
sonda__event_framing_next(sonda__event_framing *framing, sonda__span window, bool last)
{
    size_t at;

    if (!framing->inside) {
        return seek(framing, window, last);
    }
    at = next_tag(window, framing->searched);
    while (at < window.len && (last || window.len - at >= CLOSE_LEN)) {
        if (closes(window, at)) {
            return finish(framing, at + CLOSE_LEN, true);
        }
        if (opens(window, at)) {
            return finish(framing, at, false);
        }
        at = next_tag(window, at + 1);
    }
    framing->searched = at;
    if (at < window.len) {
        return unit_of(SONDA__UNIT_MORE, 0);
    }
    return unfinished(framing, window, last);
}
