/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Where a JSON record ends, mostly without reading it.
 *
 * Exact framing reads a value by the same reader that decodes it: it alone
 * knows where a value ends and where one is broken. That would read everything
 * twice, so a line is taken as a record unread when all of this holds: it begins
 * with `{`, it ends in `}`, no `}` in it is followed by `{`, and the next line
 * that is not blank begins with `{` or there is none. The result is the same:
 *
 *  - An object complete at the end of the line is the record either way.
 *  - One complete before it is followed by something other than `{`, which makes
 *    the record unreadable up to the next line that begins with `{`.
 *  - One not complete would have to go on with `{` after `}`, which JSON never
 *    has outside of strings, nor strings line ends: unreadable, and reading
 *    resumes at that same next line.
 *
 * In the last two cases the decoder refuses the record; the count is the same.
 *
 * Layer 3 (normalise): uses base and codec.
 */

#include "core/normalise/framing.h"

enum mode {
    MODE_TOP,
    MODE_FIRST_ELEMENT, /* or the end of the array */
    MODE_ELEMENT,
    MODE_SEPARATOR,
    MODE_BALANCE, /* over a broken element to where its braces balance */
    MODE_SEEK     /* to the first line that begins with `{` */
};

/* Whether the line at the window's start is a record unread. */
typedef enum line_answer {
    LINE_NO,
    LINE_YES,
    LINE_OPEN,  /* its end has not come yet */
    LINE_UNSURE /* it depends on a line that has not come yet */
} line_answer;

void sonda__json_framing_init(sonda__json_framing *framing)
{
    memset(framing, 0, sizeof *framing);
    framing->mode = MODE_TOP;
}

/* Every unit that consumes or changes the mode is made here. */
static sonda__unit
step(sonda__json_framing *framing, sonda__unit_kind kind, enum mode mode, size_t consumed)
{
    sonda__unit unit = {kind, SONDA_OK, 0, 0, consumed, ""};

    framing->mode = (uint8_t)mode;
    framing->reading = false;
    framing->searched = 0;
    return unit;
}

static sonda__unit more(void)
{
    sonda__unit unit = {SONDA__UNIT_MORE, SONDA_OK, 0, 0, 0, ""};

    return unit;
}

static sonda__unit
record(sonda__json_framing *framing, enum mode mode, size_t end, size_t consumed)
{
    sonda__unit unit = step(framing, SONDA__UNIT_RECORD, mode, consumed);

    unit.end = end;
    return unit;
}

static sonda__unit skipped(sonda__unit unit, sonda_status status, size_t at, const char *reason)
{
    unit.kind = SONDA__UNIT_SKIPPED;
    unit.status = status;
    unit.begin = at;
    unit.reason = reason;
    if (at > SONDA__FRAME_MAX) {
        unit.status = SONDA_ERR_LIMIT;
        unit.begin = 0;
        unit.reason = "longer than a record may be";
    }
    return unit;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t spaces(sonda__span window)
{
    size_t count = 0;

    while (count < window.len && is_space(window.data[count])) {
        count++;
    }
    return count;
}

/* From `at` on, over what may stand between a value and the end of its line. */
static size_t blanks(sonda__span window, size_t at)
{
    while (at < window.len && is_space(window.data[at]) && window.data[at] != '\n') {
        at++;
    }
    return at;
}

/* A line end followed by `{`: its place, or window.len. */
static size_t line_of_object(sonda__span window)
{
    const char *end = window.data + window.len;
    const char *p = window.data;

    while (p < end && (p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
        if (p + 1 < end && p[1] == '{') {
            return (size_t)(p - window.data);
        }
        p++;
    }
    return window.len;
}

static sonda__unit seek(sonda__json_framing *framing, sonda__span window, bool last)
{
    size_t found = line_of_object(window);
    bool line_end_is_last = window.len > 0 && window.data[window.len - 1] == '\n';

    if (found < window.len) {
        return step(framing, SONDA__UNIT_NONE, framing->in_array ? MODE_ELEMENT : MODE_TOP,
                    found + 1);
    }
    return step(framing, SONDA__UNIT_MORE, MODE_SEEK,
                line_end_is_last && !last ? window.len - 1 : window.len);
}

/* A broken record at the top: the first later line is later than its first. */
static sonda__unit broken(sonda__json_framing *framing,
                          sonda__span window,
                          bool last,
                          sonda_status status,
                          size_t at,
                          const char *reason)
{
    return skipped(seek(framing, window, last), status, at, reason);
}

/* A broken record in an array: its braces are counted from its first byte. */
static sonda__unit
broken_element(sonda__json_framing *framing, sonda_status status, size_t at, const char *reason)
{
    framing->depth = 0;
    framing->in_string = false;
    framing->escaped = false;
    return skipped(step(framing, SONDA__UNIT_SKIPPED, MODE_BALANCE, 0), status, at, reason);
}

/* ---- lines taken unread ---- */

static bool objects_adjoin(sonda__span line)
{
    const char *end = line.data + line.len;
    const char *p = line.data;

    while (p < end && (p = memchr(p, '}', (size_t)(end - p))) != NULL) {
        for (p++; p < end && is_space(*p);) {
            p++;
        }
        if (p < end && *p == '{') {
            return true;
        }
    }
    return false;
}

/* Whether what stands from `at`, behind a line, begins a line with `{`. */
static line_answer next_line(sonda__span window, size_t at, bool last, size_t *consumed)
{
    while (at < window.len && (window.data[at] == '\n' || window.data[at] == '\r')) {
        at++;
    }
    *consumed = at;
    if (at > SONDA__FRAME_MAX) {
        return LINE_NO;
    }
    if (at == window.len) {
        return last ? LINE_YES : LINE_UNSURE;
    }
    return window.data[at] == '{' && window.data[at - 1] == '\n' ? LINE_YES : LINE_NO;
}

static line_answer one_line(
    sonda__json_framing *framing, sonda__span window, bool last, size_t *end, size_t *consumed)
{
    const char *line_end = NULL;
    size_t len = window.len;

    if (framing->searched < window.len) {
        line_end = memchr(window.data + framing->searched, '\n', len - framing->searched);
    }
    if (line_end == NULL && !last) {
        framing->searched = window.len;
        return window.len > SONDA__FRAME_MAX ? LINE_NO : LINE_OPEN;
    }
    if (line_end != NULL) {
        len = (size_t)(line_end - window.data);
        framing->searched = len;
    }
    for (*end = len; is_space(window.data[*end - 1]);) {
        (*end)--; /* the line begins with `{` */
    }
    if (len > SONDA__FRAME_MAX || window.data[*end - 1] != '}' ||
        objects_adjoin(sonda__span_of(window.data, *end))) {
        return LINE_NO;
    }
    return next_line(window, len, last, consumed);
}

/* ---- values read ---- */

/* Reads on in the value at the window's start; SONDA_OK once it is complete. */
static sonda_status read_value(sonda__json_framing *framing, sonda__span window, bool last)
{
    sonda__json *json = &framing->json;
    sonda__json_token token;
    sonda_status status = SONDA_OK;

    if (!framing->reading) {
        sonda__json_init(json, window, NULL);
        framing->reading = true;
    }
    sonda__json_extend(json, window, last);
    while (status == SONDA_OK && !sonda__json_complete(json)) {
        status = sonda__json_next(json, &token);
    }
    return status;
}

/* The value is not complete, but more bytes may complete it. */
static bool may_go_on(const sonda__json_framing *framing, sonda__span window, bool last)
{
    return framing->json.status == SONDA_OK && !last && window.len <= SONDA__FRAME_MAX;
}

/* Why a value cannot be read, when it is not for its length. */
static sonda__unit value_fault(const sonda__json_framing *framing, sonda__unit unit)
{
    const sonda__json *json = &framing->json;

    if (json->status == SONDA_OK) {
        return skipped(unit, SONDA_ERR_LIMIT, SONDA__FRAME_MAX + 1, "");
    }
    return skipped(unit, json->status, json->error_offset, json->reason);
}

/* `unsure`: when the value turns out broken, one_line() may yet answer. */
static sonda__unit
complete_value(sonda__json_framing *framing, sonda__span window, bool last, bool unsure)
{
    size_t end = sonda__json_offset(&framing->json);
    size_t at = blanks(window, end);
    bool followed = at < window.len && window.data[at] != '\n' && window.data[at] != '{';

    if ((at == window.len && !last && window.len <= SONDA__FRAME_MAX) || (followed && unsure)) {
        return more();
    }
    if (at > SONDA__FRAME_MAX || followed) {
        return broken(framing, window, last, SONDA_ERR_MALFORMED, at,
                      "something follows the value on its line");
    }
    at += at < window.len && window.data[at] == '\n';
    if (window.data[0] == '{') {
        return record(framing, MODE_TOP, end, at);
    }
    return skipped(step(framing, SONDA__UNIT_SKIPPED, MODE_TOP, at), SONDA_ERR_MALFORMED, 0,
                   "not a JSON object");
}

static sonda__unit top(sonda__json_framing *framing, sonda__span window, bool last)
{
    line_answer answer = LINE_NO;
    size_t end = 0;
    size_t consumed = 0;

    if (!framing->begun && window.data[0] == '[') {
        framing->in_array = true;
        return step(framing, SONDA__UNIT_NONE, MODE_FIRST_ELEMENT, 1);
    }
    framing->begun = true;
    if (window.data[0] == '{') {
        answer = one_line(framing, window, last, &end, &consumed);
    }
    if (answer == LINE_YES) {
        return record(framing, MODE_TOP, end, consumed);
    }
    if (answer == LINE_OPEN) {
        return more();
    }
    if (read_value(framing, window, last) == SONDA_OK) {
        return complete_value(framing, window, last, answer == LINE_UNSURE);
    }
    if (answer == LINE_UNSURE || may_go_on(framing, window, last)) {
        return more();
    }
    return value_fault(framing, seek(framing, window, last));
}

/* ---- one array of records ---- */

static sonda__unit close_array(sonda__json_framing *framing)
{
    bool trailing_comma = framing->mode == MODE_ELEMENT;
    sonda__unit unit = step(framing, SONDA__UNIT_NONE, MODE_TOP, 1);

    framing->in_array = false;
    framing->begun = true;
    if (trailing_comma) {
        return skipped(unit, SONDA_ERR_MALFORMED, 0, "an array ends behind a comma");
    }
    return unit;
}

static sonda__unit element(sonda__json_framing *framing, sonda__span window, bool last)
{
    size_t end;
    sonda__unit unit;

    if (window.data[0] == ']') {
        return close_array(framing);
    }
    if (read_value(framing, window, last) != SONDA_OK) {
        if (may_go_on(framing, window, last)) {
            return more();
        }
        return value_fault(framing, broken_element(framing, SONDA_ERR_MALFORMED, 0, ""));
    }
    end = sonda__json_offset(&framing->json);
    if (end > SONDA__FRAME_MAX) {
        return broken_element(framing, SONDA_ERR_LIMIT, end, "");
    }
    unit = record(framing, MODE_SEPARATOR, end, end);
    return window.data[0] == '{' ? unit
                                 : skipped(unit, SONDA_ERR_MALFORMED, 0, "not a JSON object");
}

static sonda__unit separator(sonda__json_framing *framing, sonda__span window)
{
    if (window.data[0] == ',') {
        return step(framing, SONDA__UNIT_NONE, MODE_ELEMENT, 1);
    }
    if (window.data[0] == ']') {
        return close_array(framing);
    }
    return broken_element(framing, SONDA_ERR_MALFORMED, 0, "a comma is missing in an array");
}

/* Takes one byte of a broken element; true when the element ends before or with it. */
static bool balances(sonda__json_framing *framing, char c, size_t *consumed)
{
    bool was_escaped = framing->escaped;

    framing->escaped = framing->in_string && !was_escaped && c == '\\';
    if (framing->in_string) {
        framing->in_string = was_escaped || c != '"';
        return false;
    }
    if (framing->depth == 0 && (c == ',' || c == ']')) {
        return true;
    }
    framing->in_string = c == '"';
    if (c == '{' || c == '[') {
        framing->depth++;
    } else if (framing->depth > 0 && (c == '}' || c == ']') && --framing->depth == 0) {
        (*consumed)++;
        return true;
    }
    return false;
}

static sonda__unit balance(sonda__json_framing *framing, sonda__span window)
{
    for (size_t at = 0; at < window.len; at++) {
        size_t consumed = at;

        if (window.data[at] == '\n') {
            return step(framing, SONDA__UNIT_NONE, MODE_SEEK, at);
        }
        if (balances(framing, window.data[at], &consumed)) {
            return step(framing, SONDA__UNIT_NONE, MODE_SEPARATOR, consumed);
        }
    }
    return step(framing, SONDA__UNIT_MORE, MODE_BALANCE, window.len);
}

/* The input ends, or the window does. */
static sonda__unit nothing_left(sonda__json_framing *framing, bool last)
{
    if (!last || framing->mode == MODE_TOP) {
        return more();
    }
    return skipped(step(framing, SONDA__UNIT_SKIPPED, MODE_SEEK, 0), SONDA_ERR_TRUNCATED, 0,
                   "the array is not closed");
}

sonda__unit
sonda__json_framing_next(sonda__json_framing *framing, sonda__span window, bool last)
{
    size_t blank;

    if (framing->mode == MODE_SEEK) {
        return seek(framing, window, last);
    }
    if (framing->mode == MODE_BALANCE) {
        return balance(framing, window);
    }
    blank = spaces(window);
    if (blank != 0) {
        return step(framing, SONDA__UNIT_NONE, (enum mode)framing->mode, blank);
    }
    if (window.len == 0) {
        return nothing_left(framing, last);
    }
    switch ((enum mode)framing->mode) {
    case MODE_FIRST_ELEMENT:
    case MODE_ELEMENT:
        return element(framing, window, last);
    case MODE_SEPARATOR:
        return separator(framing, window);
    case MODE_TOP:
    case MODE_BALANCE:
    case MODE_SEEK:
    default:
        return top(framing, window, last);
    }
}
