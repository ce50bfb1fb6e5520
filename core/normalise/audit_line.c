/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Audit lines as the kernel, auditd, its plugins and old daemons write them.
 *
 * The format is a habit, not a grammar: free words stand between pairs, old
 * lines put pairs in parentheses or commas behind values, enriched logs append
 * upper-case names behind 0x1d. So nothing after the stamp can make a line
 * unreadable: what is no pair is kept as text.
 *
 * Layer 3 (normalise): uses base, codec, event. No allocation.
 */

#include "core/normalise/audit_line.h"

#include "core/base/error.h"
#include "core/codec/number.h"
#include "core/codec/time_text.h"
#include "core/codec/utf8.h"

/* Between a raw line and what auditd's log_format = ENRICHED appends. */
#define ENRICHED_SEPARATOR '\x1d'
/* Between several keys of one rule, inside the hexadecimal form. */
#define KEY_SEPARATOR '\x01'

typedef struct line {
    sonda_event *event;
    sonda__span type;
} line;

/* A cursor over part of the line. */
typedef struct cursor {
    const char *at;
    const char *end;
    bool nested; /* inside msg='…' */
} cursor;

static cursor cursor_of(sonda__span text, bool nested)
{
    cursor c = {text.data, text.data + text.len, nested};
    return c;
}

static sonda__span between(const char *from, const char *to)
{
    return sonda__span_of(from, (size_t)(to - from));
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ENRICHED_SEPARATOR;
}

static bool starts_with(const cursor *c, const char *text)
{
    size_t len = strlen(text);

    return (size_t)(c->end - c->at) >= len && memcmp(c->at, text, len) == 0;
}

/* Whether anything stands behind the blanks. */
static bool skip_blanks(cursor *c)
{
    while (c->at < c->end && is_blank(*c->at)) {
        c->at++;
    }
    return c->at < c->end;
}

static sonda_status add(line *l, sonda__span name, sonda__span text, uint16_t flags)
{
    if (!sonda__utf8_valid(text)) {
        flags |= SONDA_VALUE_ILL_FORMED;
    }
    return sonda__event_add_named(l->event, name, text, flags);
}

/*
 * Names whose unquoted value is hexadecimal text: auparse's typetab.h of
 * audit-userspace (types ESCAPED, ESCAPED_FILE, ESCAPED_KEY, TTY_DATA and
 * PROCTITLE).
 */
static const char *const escaped_names[] = {
    "acct",
    "apparmor",
    "cgroup",
    "cmd",
    "comm",
    "cwd",
    "data",
    "denied_mask",
    "device",
    "dir",
    "exe",
    "file",
    "grp",
    "info",
    "invalid_context",
    "key",
    "name",
    "new-chardev",
    "new-disk",
    "new-fs",
    "new-net",
    "new-rng",
    "new_group",
    "ocomm",
    "old-chardev",
    "old-disk",
    "old-fs",
    "old-net",
    "old-rng",
    "operation",
    "path",
    "proctitle",
    "profile",
    "requested_mask",
    "root_dir",
    "sw",
    "vm",
    "watch",
};

/* "a0", "a12", "a1[3]": an argument of an EXECVE line. */
static bool is_argument(sonda__span name)
{
    size_t i = 1;

    if (name.len < 2 || name.data[0] != 'a') {
        return false;
    }
    while (i < name.len && name.data[i] >= '0' && name.data[i] <= '9') {
        i++;
    }
    return i > 1 && (i == name.len || name.data[i] == '[');
}

static bool is_escaped(const line *l, sonda__span name)
{
    for (size_t i = 0; i < sizeof escaped_names / sizeof escaped_names[0]; i++) {
        if (name.data[0] == escaped_names[i][0] && sonda__span_is(name, escaped_names[i])) {
            return true;
        }
    }
    return sonda__span_is(l->type, "EXECVE") && is_argument(name);
}

/* The kernel and audit_encode_value() write upper-case digits in pairs. */
static bool is_hex_text(sonda__span text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'))) {
            return false;
        }
    }
    return text.len >= 2 && text.len % 2 == 0;
}

static sonda_status decode_hex(line *l, sonda__span hex, sonda__span *text)
{
    char *out = sonda__arena_take(&l->event->arena, hex.len / 2, 1);

    if (out == NULL) {
        return SONDA_ERR_LIMIT;
    }
    for (size_t i = 0; i < hex.len / 2; i++) {
        int high = sonda__hex_digit(hex.data[2 * i]);
        int low = sonda__hex_digit(hex.data[2 * i + 1]);
        out[i] = (char)(high << 4 | low);
    }
    *text = sonda__span_of(out, hex.len / 2);
    return SONDA_OK;
}

/* Blanks between arguments, as ausearch shows them: rules are written for that. */
static void blank_proctitle(sonda__span *text, char *bytes)
{
    while (text->len > 0 && bytes[text->len - 1] == '\0') {
        text->len--;
    }
    for (size_t i = 0; i < text->len; i++) {
        if (bytes[i] == '\0') {
            bytes[i] = ' ';
        }
    }
}

static sonda_status add_keys(line *l, sonda__span name, sonda__span keys)
{
    const char *end = keys.data + keys.len;
    sonda_status status = SONDA_OK;

    while (status == SONDA_OK) {
        const char *stop = memchr(keys.data, KEY_SEPARATOR, keys.len);
        status = add(l, name, between(keys.data, stop == NULL ? end : stop), 0);
        if (stop == NULL) {
            break;
        }
        keys = between(stop + 1, end);
    }
    return status;
}

/* Adds an unquoted value, decoded where the format says that it is encoded. */
static sonda_status add_bare(line *l, sonda__span name, sonda__span value)
{
    sonda__span text = value;

    if (is_hex_text(value) && is_escaped(l, name)) {
        sonda_status status = decode_hex(l, value, &text);
        if (status != SONDA_OK) {
            return status;
        }
        if (sonda__span_is(name, "proctitle")) {
            /* decode_hex() has just written these bytes. */
            char *bytes = (char *)l->event->arena.block + l->event->arena.used - text.len;
            blank_proctitle(&text, bytes);
        } else if (sonda__span_is(name, "key")) {
            return add_keys(l, name, text);
        }
    }
    return add(l, name, text, 0);
}

/* "(hostname=?, addr=?, res=success)" of old lines: not part of the values. */
static sonda__span trim_bare(sonda__span value)
{
    while (value.len > 1) {
        char last = value.data[value.len - 1];
        bool closes = last == ')' && memchr(value.data, '(', value.len) == NULL;
        if (last != ',' && !closes) {
            break;
        }
        value.len--;
    }
    return value;
}

static sonda_status read_pairs(line *l, cursor c);

/* msg='…': pairs of their own up to the last quote of the raw part. */
static sonda_status read_message(line *l, cursor *c)
{
    const char *from = ++c->at;
    const char *stop = memchr(from, ENRICHED_SEPARATOR, (size_t)(c->end - from));
    const char *quote = stop == NULL ? c->end : stop;

    while (quote > from && quote[-1] != '\'') {
        quote--;
    }
    if (quote == from) {
        c->at = stop == NULL ? c->end : stop;
        return read_pairs(l, cursor_of(between(from, c->at), true));
    }
    c->at = quote;
    return read_pairs(l, cursor_of(between(from, quote - 1), true));
}

/* A value up to `close`; one that never closes was cut. */
static sonda_status read_enclosed(line *l, cursor *c, sonda__span name, char close)
{
    const char *from = c->at + 1;
    const char *stop = memchr(from, close, (size_t)(c->end - from));

    c->at = stop == NULL ? c->end : stop + 1;
    return add(l, name, between(from, stop == NULL ? c->end : stop),
               stop == NULL ? SONDA_VALUE_TRUNCATED : 0);
}

static sonda_status read_value(line *l, cursor *c, sonda__span name)
{
    const char *from = c->at;

    if (starts_with(c, "'") && !c->nested && sonda__span_is(name, "msg")) {
        return read_message(l, c);
    }
    if (starts_with(c, "\"") || starts_with(c, "'")) {
        return read_enclosed(l, c, name, *c->at);
    }
    if (starts_with(c, "{")) {
        return read_enclosed(l, c, name, '}');
    }
    while (c->at < c->end && !is_blank(*c->at)) {
        c->at++;
    }
    return add_bare(l, name, trim_bare(between(from, c->at)));
}

/* "avc:  denied  { read write } for": verdict and permissions without names. */
static sonda_status read_avc(line *l, cursor *c)
{
    const char *open = memchr(c->at, '{', (size_t)(c->end - c->at));
    const char *close = open == NULL ? NULL : memchr(open, '}', (size_t)(c->end - open));
    cursor words;
    sonda_status status;
    const char *from;

    if (!starts_with(c, "avc:") || close == NULL) {
        return SONDA_OK;
    }
    words = cursor_of(between(c->at + 4, open), true);
    (void)skip_blanks(&words);
    from = words.at;
    while (words.at < words.end && !is_blank(*words.at)) {
        words.at++;
    }
    status = add(l, sonda__span_text("seresult"), between(from, words.at), 0);
    words = cursor_of(between(open + 1, close), true);
    while (status == SONDA_OK && skip_blanks(&words)) {
        from = words.at;
        while (words.at < words.end && !is_blank(*words.at)) {
            words.at++;
        }
        status = add(l, sonda__span_text("seperms"), between(from, words.at), 0);
    }
    c->at = close + 1;
    (void)skip_blanks(c);
    if (starts_with(c, "for ")) {
        c->at += 4;
    }
    return status;
}

/* Free words: punctuation alone says nothing. */
static sonda_status add_words(line *l, sonda__span words)
{
    while (words.len > 0 && strchr(":,-( ", words.data[words.len - 1]) != NULL) {
        words.len--;
    }
    if (words.len == 0) {
        return SONDA_OK;
    }
    return add(l, sonda__span_text("audit_text"), words, 0);
}

/* "old auid=" of old LOGIN lines: auparse calls it old_auid. */
static sonda_status prefixed_name(line *l, sonda__span word, sonda__span *name)
{
    size_t len = word.len + 1 + name->len;
    char *out;

    if (!sonda__span_is(word, "old") && !sonda__span_is(word, "new")) {
        return SONDA_OK;
    }
    out = sonda__arena_take(&l->event->arena, len, 1);
    if (out == NULL) {
        return SONDA_ERR_LIMIT;
    }
    memcpy(out, word.data, word.len);
    out[word.len] = '_';
    memcpy(out + word.len + 1, name->data, name->len);
    *name = sonda__span_of(out, len);
    return SONDA_OK;
}

/* The next word: up to a blank, or to the `=` that makes it a name. */
static sonda__span take_word(cursor *c)
{
    const char *from = c->at;

    while (c->at < c->end && !is_blank(*c->at) && (*c->at != '=' || c->at == from)) {
        c->at++;
    }
    return between(from, c->at);
}

/* A pair, its name read: `word` is the free word right before it. */
static sonda_status read_pair(line *l, cursor *c, sonda__span name, sonda__span word)
{
    sonda_status status;

    if (name.data[0] == '(' && name.len > 1) {
        name = sonda__span_of(name.data + 1, name.len - 1);
    }
    status = prefixed_name(l, word, &name);
    c->at++;
    return status != SONDA_OK ? status : read_value(l, c, name);
}

static sonda_status read_pairs(line *l, cursor c)
{
    sonda__span words = {NULL, 0}; /* free words since the last pair */
    sonda__span word = {NULL, 0};  /* the last of them */
    sonda_status status;

    (void)skip_blanks(&c);
    status = read_avc(l, &c);
    while (status == SONDA_OK && skip_blanks(&c)) {
        sonda__span next = take_word(&c);
        if (c.at == c.end || *c.at != '=') {
            words = between(words.len == 0 ? next.data : words.data, c.at);
            word = next;
            continue;
        }
        if (sonda__span_is(word, "old") || sonda__span_is(word, "new")) {
            words.len -= word.len;
        }
        status = add_words(l, words);
        if (status == SONDA_OK) {
            status = read_pair(l, &c, next, word);
        }
        words.len = 0;
        word.len = 0;
    }
    return status != SONDA_OK ? status : add_words(l, words);
}

/* "(SECONDS.MS:SERIAL)" at the cursor, its parenthesis included. */
static bool read_stamp(cursor *c, uint64_t *time_ns, sonda__span *serial)
{
    const char *close = memchr(c->at, ')', (size_t)(c->end - c->at));
    const char *dot = close == NULL ? NULL : memchr(c->at, '.', (size_t)(close - c->at));
    const char *colon = dot == NULL ? NULL : memchr(dot, ':', (size_t)(close - dot));
    uint64_t seconds;
    uint64_t fraction;
    uint64_t number;

    if (colon == NULL || colon - dot != 4 ||
        sonda__parse_decimal(between(c->at + 1, dot), &seconds) != SONDA_OK ||
        sonda__parse_decimal(between(dot + 1, colon), &fraction) != SONDA_OK ||
        sonda__parse_decimal(between(colon + 1, close), &number) != SONDA_OK ||
        seconds >= UINT64_MAX / SONDA__NS_PER_SECOND) {
        return false;
    }
    *time_ns = seconds * SONDA__NS_PER_SECOND + fraction * 1000000u;
    *serial = between(colon + 1, close);
    c->at = close + 1;
    if (starts_with(c, ":")) {
        c->at++;
    }
    return true;
}

/* Moves behind the first stamp; `head` is what stands before it. */
static bool find_stamp(cursor *c, sonda__span *head, uint64_t *time_ns, sonda__span *serial)
{
    const char *from = c->at;

    while (c->at < c->end) {
        const char *open = memchr(c->at, '(', (size_t)(c->end - c->at));
        if (open == NULL) {
            return false;
        }
        c->at = open;
        if (open - from >= 5 && memcmp(open - 5, "audit", 5) == 0) {
            *head = between(from, open - 5);
            return read_stamp(c, time_ns, serial);
        }
        c->at++;
    }
    return false;
}

/* node= and type= stand before the stamp, perhaps behind a header of syslog. */
static sonda_status read_head(line *l, sonda__span head)
{
    cursor c = cursor_of(head, false);
    sonda_status status = SONDA_OK;

    while (status == SONDA_OK && skip_blanks(&c)) {
        sonda__span name = take_word(&c);
        bool node = sonda__span_is(name, "node");
        bool type = sonda__span_is(name, "type");
        if (c.at == c.end || *c.at != '=') {
            continue;
        }
        c.at++;
        name.len = node || type ? name.len : 0;
        if (name.len != 0) {
            const char *from = c.at;
            while (c.at < c.end && !is_blank(*c.at)) {
                c.at++;
            }
            l->type = type ? between(from, c.at) : l->type;
            status = add(l, name, between(from, c.at), 0);
        }
    }
    return status;
}

sonda_status sonda__decode_audit(sonda_event *event, sonda__span payload, sonda_error *error)
{
    line l = {event, {NULL, 0}};
    cursor c = cursor_of(payload, false);
    sonda__span head = {NULL, 0};
    sonda__span serial = {NULL, 0};
    sonda_status status;

    if (payload.len == 0 || !find_stamp(&c, &head, &event->time_ns, &serial)) {
        return sonda__error_set(error, SONDA_ERR_MALFORMED,
                                payload.len == 0 ? 0 : (uint64_t)(c.at - payload.data),
                                "no audit(SECONDS.MS:SERIAL)");
    }
    event->class_uid = SONDA_CLASS_BASE;
    event->activity_id = SONDA_ACTIVITY_UNKNOWN;
    event->product = SONDA_PRODUCT_LINUX;
    event->channel = sonda__span_text("auditd");
    status = read_head(&l, head);
    if (status == SONDA_OK && l.type.len == 0) {
        return sonda__error_set(error, SONDA_ERR_MALFORMED, 0, "audit line without type=");
    }
    if (status == SONDA_OK) {
        status = sonda__event_add(event, SONDA_FIELD_AUDIT_SERIAL, sonda__span_of("", 0),
                                  serial, SONDA_VALUE_HIDDEN);
    }
    if (status == SONDA_OK) {
        status = read_pairs(&l, c);
    }
    return status == SONDA_OK ? SONDA_OK
                              : sonda__error_set(error, status, (uint64_t)(c.at - payload.data),
                                                 "too many audit fields");
}
