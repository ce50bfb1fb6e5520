/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Telling a format by content: a recording by its mark, JSON by its first
 * byte, and line formats by the first line that is clearly of one, since a log
 * may begin with lines of another program.
 *
 * Layer 3 (normalise): uses base.
 */

#include "core/normalise/input_format.h"

#include "core/normalise/etl_file.h"

/* Lines of a log that are looked at; a syslog begins with less that is foreign. */
#define LOOK_AT ((size_t)64 * 1024)
#define NONE_MARKED UINT32_MAX

/* Where the first chunk of an event log stands. */
#define EVTX_CHUNK_AT ((size_t)4096)

static const char recording_mark[] = {'\x89', 'S', 'O', 'N', 'D', 'A', '\r', '\n'};
static const char evtx_mark[] = {'E', 'l', 'f', 'F', 'i', 'l', 'e', '\0'};
static const char chunk_mark[] = {'E', 'l', 'f', 'C', 'h', 'n', 'k', '\0'};
static const char order_mark[] = {'\xef', '\xbb', '\xbf'};

static bool begins_with(sonda__span text, const char *with, size_t len)
{
    return text.len >= len && memcmp(text.data, with, len) == 0;
}

/* True when `text` is shorter than `with` and does not contradict it. */
static bool may_begin_with(sonda__span text, const char *with, size_t len)
{
    return text.len < len && (text.len == 0 || memcmp(text.data, with, text.len) == 0);
}

static bool contains(sonda__span text, const char *needle)
{
    size_t len = strlen(needle);
    const char *p = text.data;
    const char *end = text.data + text.len;

    while ((size_t)(end - p) >= len &&
           (p = memchr(p, needle[0], (size_t)(end - p) - len + 1)) != NULL) {
        if (memcmp(p, needle, len) == 0) {
            return true;
        }
        p++;
    }
    return false;
}

static uint32_t format_of_line(sonda__span line)
{
    if (line.len > 0 && (line.data[0] == '{' || line.data[0] == '[')) {
        return SONDA_FORMAT_JSON;
    }
    if ((begins_with(line, "type=", 5) || contains(line, " type=")) &&
        contains(line, "audit(")) {
        return SONDA_FORMAT_AUDIT;
    }
    return contains(line, "<Event") ? SONDA_FORMAT_SYSMON_XML : SONDA_FORMAT_AUTO;
}

/* The first line that says what it is; a line not complete says it only when `last`. */
static uint32_t format_of_lines(sonda__span text, bool last)
{
    uint32_t format = SONDA_FORMAT_AUTO;

    while (text.len > 0 && format == SONDA_FORMAT_AUTO) {
        const char *end = memchr(text.data, '\n', text.len);
        size_t len = end == NULL ? text.len : (size_t)(end - text.data);

        if (end == NULL && !last) {
            return SONDA_FORMAT_AUTO;
        }
        format = format_of_line(sonda__span_of(text.data, len));
        len += end != NULL;
        text = sonda__span_of(text.data + len, text.len - len);
    }
    return format;
}

static size_t blanks(sonda__span text)
{
    size_t count = 0;

    while (count < text.len && (text.data[count] == ' ' || text.data[count] == '\t' ||
                                text.data[count] == '\r' || text.data[count] == '\n')) {
        count++;
    }
    return count;
}

bool sonda__input_byte_order_mark(sonda__span start, bool last, size_t *len)
{
    if (!last && may_begin_with(start, order_mark, sizeof order_mark)) {
        return false;
    }
    *len = begins_with(start, order_mark, sizeof order_mark) ? sizeof order_mark : 0;
    return true;
}

/* A format that has a mark, AUTO when it takes more bytes, NONE_MARKED. */
static uint32_t format_of_mark(sonda__span start, bool last)
{
    bool maybe_etl = false;

    if (begins_with(start, recording_mark, sizeof recording_mark)) {
        return SONDA_FORMAT_RECORDING;
    }
    if (begins_with(start, evtx_mark, sizeof evtx_mark) ||
        begins_with(start, chunk_mark, sizeof chunk_mark)) {
        return SONDA_FORMAT_EVTX;
    }
    if (sonda__etl_detect(start, &maybe_etl)) {
        return SONDA_FORMAT_ETL;
    }
    return !last && ((maybe_etl && start.len > 0) ||
                     may_begin_with(start, recording_mark, sizeof recording_mark) ||
                     may_begin_with(start, evtx_mark, sizeof evtx_mark) ||
                     may_begin_with(start, chunk_mark, sizeof chunk_mark))
               ? SONDA_FORMAT_AUTO
               : NONE_MARKED;
}

/*
 * An event log whose own header is broken: its first chunk stands where it
 * should, and no line before says otherwise.
 */
static bool is_headless_evtx(sonda__span start, size_t skip)
{
    return start.len >= EVTX_CHUNK_AT + sizeof chunk_mark &&
           memcmp(start.data + EVTX_CHUNK_AT, chunk_mark, sizeof chunk_mark) == 0 &&
           (skip >= EVTX_CHUNK_AT ||
            format_of_lines(sonda__span_of(start.data + skip, EVTX_CHUNK_AT - skip), false) ==
                SONDA_FORMAT_AUTO);
}

uint32_t sonda__input_detect(sonda__span start, bool last)
{
    sonda__span whole = start;
    size_t skip = 0;
    uint32_t format = format_of_mark(start, last);

    if (format != NONE_MARKED) {
        return format;
    }
    if (!sonda__input_byte_order_mark(start, last, &skip)) {
        return SONDA_FORMAT_AUTO;
    }
    start = sonda__span_of(start.data + skip, start.len - skip);
    skip = blanks(start);
    if (skip >= LOOK_AT) {
        return SONDA_FORMAT_JSON;
    }
    start = sonda__span_of(start.data + skip, start.len - skip);
    if (start.len > 0 && (start.data[0] == '{' || start.data[0] == '[')) {
        return SONDA_FORMAT_JSON;
    }
    if (is_headless_evtx(whole, (size_t)(start.data - whole.data))) {
        return SONDA_FORMAT_EVTX;
    }
    /* Never past LOOK_AT bytes, so that more of them at a time find no other. */
    format =
        format_of_lines(sonda__span_of(start.data, start.len < LOOK_AT ? start.len : LOOK_AT),
                        last && start.len <= LOOK_AT);
    if (format == SONDA_FORMAT_AUTO && (last || start.len >= LOOK_AT)) {
        return SONDA_FORMAT_JSON;
    }
    return format;
}
