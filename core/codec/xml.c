/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The XML pull reader: one cursor, one stack of open names, no recursion.
 *
 * A failure is latched: the cursor stays, and every later call fails with the
 * same status, so a decoder may test once at the end of a loop. Text between
 * two tags is one token however many comments, CDATA sections and references
 * it is broken by; only then is it copied.
 *
 * Layer 1 (codec): uses core/base. No allocation.
 */

#include "core/codec/xml.h"

#include "core/codec/number.h"
#include "core/codec/utf8.h"

#define COMMENT_OPEN "<!--"
#define COMMENT_CLOSE "-->"
#define CDATA_OPEN "<![CDATA["
#define CDATA_CLOSE "]]>"

static bool fail(sonda__xml *xml, sonda_status status, size_t at, const char *reason)
{
    xml->status = status;
    xml->error_at = at;
    xml->reason = reason;
    return false;
}

static bool fail_at_end(sonda__xml *xml)
{
    return fail(xml, SONDA_ERR_TRUNCATED, xml->input.len, "XML ends inside an element");
}

static bool at_end(const sonda__xml *xml)
{
    return xml->at >= xml->input.len;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool looking_at(const sonda__xml *xml, const char *text)
{
    size_t len = strlen(text);

    return xml->input.len - xml->at >= len && memcmp(xml->input.data + xml->at, text, len) == 0;
}

static void skip_blanks(sonda__xml *xml)
{
    while (!at_end(xml) && is_blank(xml->input.data[xml->at])) {
        xml->at++;
    }
}

/* Where `text` begins at or after the cursor, or the input's length. */
static size_t find(const sonda__xml *xml, const char *text)
{
    size_t len = strlen(text);
    size_t at = xml->at;

    while (at < xml->input.len) {
        const char *hit = memchr(xml->input.data + at, text[0], xml->input.len - at);
        if (hit == NULL) {
            break;
        }
        at = (size_t)(hit - xml->input.data);
        if (xml->input.len - at >= len && memcmp(hit, text, len) == 0) {
            return at;
        }
        at++;
    }
    return xml->input.len;
}

/* Moves behind the next `close`, giving what stands before it. */
static bool take_until(sonda__xml *xml, const char *close, sonda__span *inside)
{
    size_t end = find(xml, close);

    if (end == xml->input.len) {
        return fail_at_end(xml);
    }
    *inside = sonda__span_of(xml->input.data + xml->at, end - xml->at);
    xml->at = end + strlen(close);
    return true;
}

/*
 * Passes over a comment or a processing instruction. `skipped` tells whether
 * there was one; any other `<!` but CDATA is a document type, which is refused.
 */
static bool skip_markup(sonda__xml *xml, bool *skipped)
{
    sonda__span ignored;

    *skipped = true;
    if (looking_at(xml, COMMENT_OPEN)) {
        xml->at += strlen(COMMENT_OPEN);
        return take_until(xml, COMMENT_CLOSE, &ignored);
    }
    if (looking_at(xml, "<?")) {
        xml->at += 2;
        return take_until(xml, "?>", &ignored);
    }
    *skipped = false;
    if (looking_at(xml, "<!") && !looking_at(xml, CDATA_OPEN)) {
        return fail(xml, SONDA_ERR_MALFORMED, xml->at, "XML document type is refused");
    }
    return true;
}

/* `digits` is what stands between `&#` and `;`. */
static bool parse_reference_number(sonda__span digits, uint32_t *number)
{
    uint32_t base = 10;
    size_t i = 0;

    if (digits.len > 0 && digits.data[0] == 'x') {
        base = 16;
        i = 1;
    }
    if (i == digits.len) {
        return false;
    }
    *number = 0;
    for (; i < digits.len; i++) {
        int digit = sonda__hex_digit(digits.data[i]);
        if (digit < 0 || (uint32_t)digit >= base) {
            return false;
        }
        *number = *number * base + (uint32_t)digit;
        if (*number > 0x10ffff) {
            return false;
        }
    }
    return true;
}

/* `name` is what stands between `&` and `;`. Returns bytes written, 0: unknown. */
static size_t put_reference(char *out, sonda__span name)
{
    static const struct {
        const char *name;
        char byte;
    } predefined[] = {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}};
    uint32_t number;

    if (name.len > 1 && name.data[0] == '#') {
        sonda__span digits = sonda__span_of(name.data + 1, name.len - 1);
        return parse_reference_number(digits, &number) ? sonda__utf8_encode(number, out) : 0;
    }
    for (size_t i = 0; i < sizeof predefined / sizeof predefined[0]; i++) {
        if (sonda__span_is(name, predefined[i].name)) {
            out[0] = predefined[i].byte;
            return 1;
        }
    }
    return 0;
}

/*
 * Appends `piece` to arena text, references replaced. A reference is never
 * shorter than what it stands for, so room for the piece is room enough.
 */
static bool append_unescaped(sonda__xml *xml, sonda__span *text, sonda__span piece)
{
    size_t room;
    char *out = sonda__arena_rest(xml->arena, &room);
    size_t used = 0;
    size_t offset = (size_t)(piece.data - xml->input.data);

    if (room < piece.len) {
        return fail(xml, SONDA_ERR_LIMIT, offset, "XML text beyond the limit");
    }
    for (size_t i = 0; i < piece.len;) {
        const char *end;
        size_t put;
        if (piece.data[i] != '&') {
            out[used++] = piece.data[i++];
            continue;
        }
        end = memchr(piece.data + i, ';', piece.len - i);
        put = end == NULL ? 0
                          : put_reference(out + used,
                                          sonda__span_of(piece.data + i + 1,
                                                         (size_t)(end - piece.data) - i - 1));
        if (put == 0) {
            return fail(xml, SONDA_ERR_MALFORMED, offset + i, "unknown XML reference");
        }
        used += put;
        i = (size_t)(end - piece.data) + 1;
    }
    sonda__arena_keep(xml->arena, used);
    text->len += used;
    return true;
}

static bool append_copy(sonda__xml *xml, sonda__span *text, sonda__span piece)
{
    size_t room;
    char *out = sonda__arena_rest(xml->arena, &room);

    if (room < piece.len) {
        return fail(xml, SONDA_ERR_LIMIT, xml->at, "XML text beyond the limit");
    }
    memcpy(out, piece.data, piece.len);
    sonda__arena_keep(xml->arena, piece.len);
    text->len += piece.len;
    return true;
}

/* Makes `text` end where the arena's next byte begins, so that it can grow. */
static bool own(sonda__xml *xml, sonda__span *text, bool *owned)
{
    sonda__span before = *text;
    size_t room;

    if (*owned) {
        return true;
    }
    *owned = true;
    *text = sonda__span_of(sonda__arena_rest(xml->arena, &room), 0);
    return before.len == 0 || append_copy(xml, text, before);
}

/* Adds one piece of text: borrowed while it is the only one and needs no change. */
static bool
append(sonda__xml *xml, sonda__span *text, bool *owned, sonda__span piece, bool escaped)
{
    if (piece.len == 0) {
        return true;
    }
    if (escaped && memchr(piece.data, '&', piece.len) != NULL) {
        return own(xml, text, owned) && append_unescaped(xml, text, piece);
    }
    if (text->len == 0 && !*owned) {
        *text = piece;
        return true;
    }
    return own(xml, text, owned) && append_copy(xml, text, piece);
}

/* All text up to the next tag; the cursor stops at its `<`. */
static bool gather_text(sonda__xml *xml, sonda__span *text)
{
    bool owned = false;
    bool skipped;
    sonda__span piece;

    *text = sonda__span_of(xml->input.data + xml->at, 0);
    while (!at_end(xml)) {
        size_t from = xml->at;
        if (xml->input.data[from] != '<') {
            xml->at = find(xml, "<");
            piece = sonda__span_of(xml->input.data + from, xml->at - from);
            if (!append(xml, text, &owned, piece, true)) {
                return false;
            }
            continue;
        }
        if (!skip_markup(xml, &skipped)) {
            return false;
        }
        if (skipped) {
            continue;
        }
        if (!looking_at(xml, CDATA_OPEN)) {
            return true;
        }
        xml->at += strlen(CDATA_OPEN);
        if (!take_until(xml, CDATA_CLOSE, &piece) || !append(xml, text, &owned, piece, false)) {
            return false;
        }
    }
    return fail_at_end(xml);
}

static bool ends_name(char c)
{
    switch (c) {
    case '/':
    case '>':
    case '=':
    case '<':
    case '"':
    case '\'':
    case '&':
    case '\0':
        return true;
    default:
        return is_blank(c);
    }
}

static bool begins_name(char c)
{
    return c != '-' && c != '.' && (c < '0' || c > '9');
}

static bool take_name(sonda__xml *xml, sonda__span *name)
{
    size_t from = xml->at;

    while (!at_end(xml) && !ends_name(xml->input.data[xml->at])) {
        xml->at++;
    }
    if (at_end(xml)) {
        return fail_at_end(xml);
    }
    *name = sonda__span_of(xml->input.data + from, xml->at - from);
    if (name->len == 0 || !begins_name(name->data[0])) {
        return fail(xml, SONDA_ERR_MALFORMED, from, "not an XML name");
    }
    return true;
}

static bool take_byte(sonda__xml *xml, char byte, const char *reason)
{
    if (at_end(xml)) {
        return fail_at_end(xml);
    }
    if (xml->input.data[xml->at] != byte) {
        return fail(xml, SONDA_ERR_MALFORMED, xml->at, reason);
    }
    xml->at++;
    return true;
}

static sonda__xml_token start_tag(sonda__xml *xml)
{
    if (xml->depth == SONDA__DEPTH_MAX) {
        fail(xml, SONDA_ERR_LIMIT, xml->at, "XML nested too deep");
        return SONDA__XML_FAILED;
    }
    xml->at++;
    if (!take_name(xml, &xml->name)) {
        return SONDA__XML_FAILED;
    }
    xml->open[xml->depth++] = xml->name;
    xml->root_seen = true;
    xml->place = SONDA__XML_IN_TAG;
    return SONDA__XML_START;
}

static sonda__xml_token end_tag(sonda__xml *xml)
{
    size_t from = xml->at;

    xml->at += 2;
    if (!take_name(xml, &xml->name)) {
        return SONDA__XML_FAILED;
    }
    if (!sonda__span_equal(xml->name, xml->open[xml->depth - 1])) {
        fail(xml, SONDA_ERR_MALFORMED, from, "XML end tag without its start tag");
        return SONDA__XML_FAILED;
    }
    skip_blanks(xml);
    if (!take_byte(xml, '>', "XML end tag is not closed")) {
        return SONDA__XML_FAILED;
    }
    xml->depth--;
    return SONDA__XML_END;
}

/* Before and after the root element: blanks, comments, instructions, a BOM. */
static sonda__xml_token outside_root(sonda__xml *xml)
{
    bool skipped = true;

    if (xml->at == 0 && looking_at(xml, "\xef\xbb\xbf")) {
        xml->at = 3;
    }
    while (skipped) {
        skip_blanks(xml);
        if (!skip_markup(xml, &skipped)) {
            return SONDA__XML_FAILED;
        }
    }
    if (at_end(xml)) {
        if (xml->root_seen) {
            return SONDA__XML_DONE;
        }
        fail(xml, SONDA_ERR_TRUNCATED, xml->at, "no XML element");
        return SONDA__XML_FAILED;
    }
    if (xml->root_seen || xml->input.data[xml->at] != '<') {
        fail(xml, SONDA_ERR_MALFORMED, xml->at, "text outside the XML root element");
        return SONDA__XML_FAILED;
    }
    return start_tag(xml);
}

void sonda__xml_init(sonda__xml *xml, sonda__span input, sonda__arena *arena)
{
    memset(xml, 0, sizeof *xml);
    xml->input = input;
    xml->arena = arena;
    xml->reason = "";
}

/* Leaves the start tag at its end. False when an attribute comes instead. */
static bool leave_tag(sonda__xml *xml)
{
    if (looking_at(xml, "/>")) {
        xml->at += 2;
        xml->place = SONDA__XML_CLOSING;
        return true;
    }
    if (looking_at(xml, ">")) {
        xml->at++;
        xml->place = SONDA__XML_BETWEEN;
        return true;
    }
    return false;
}

static bool take_value(sonda__xml *xml, sonda__span *value)
{
    const char *quote;
    size_t from = xml->at + 1;
    bool owned = false;
    sonda__span piece;

    if (at_end(xml)) {
        return fail_at_end(xml);
    }
    quote = xml->input.data[xml->at] == '"' ? "\"" : "'";
    if (xml->input.data[xml->at] != quote[0]) {
        return fail(xml, SONDA_ERR_MALFORMED, xml->at, "XML attribute value is not quoted");
    }
    xml->at++;
    if (!take_until(xml, quote, &piece)) {
        return false;
    }
    if (piece.len > 0 && memchr(piece.data, '<', piece.len) != NULL) {
        return fail(xml, SONDA_ERR_MALFORMED, from, "XML attribute value holds a '<'");
    }
    *value = sonda__span_of(piece.data, 0);
    return append(xml, value, &owned, piece, true);
}

bool sonda__xml_attribute(sonda__xml *xml, sonda__span *name, sonda__span *value)
{
    size_t from = xml->at;

    if (xml->status != SONDA_OK || xml->place != SONDA__XML_IN_TAG) {
        return false;
    }
    skip_blanks(xml);
    if (leave_tag(xml)) {
        return false;
    }
    if (at_end(xml) || (looking_at(xml, "/") && xml->at + 1 == xml->input.len)) {
        return fail_at_end(xml);
    }
    if (xml->at == from) {
        return fail(xml, SONDA_ERR_MALFORMED, from, "XML tag is not closed");
    }
    if (!take_name(xml, name)) {
        return false;
    }
    skip_blanks(xml);
    if (!take_byte(xml, '=', "XML attribute without a value")) {
        return false;
    }
    skip_blanks(xml);
    return take_value(xml, value);
}

sonda__xml_token sonda__xml_next(sonda__xml *xml)
{
    sonda__span name;
    sonda__span value;

    while (sonda__xml_attribute(xml, &name, &value)) {
        /* Unread attributes are still checked. */
    }
    if (xml->status != SONDA_OK) {
        return SONDA__XML_FAILED;
    }
    if (xml->place == SONDA__XML_CLOSING) {
        xml->place = SONDA__XML_BETWEEN;
        xml->name = xml->open[--xml->depth];
        return SONDA__XML_END;
    }
    if (xml->depth == 0) {
        return outside_root(xml);
    }
    if (!gather_text(xml, &xml->text)) {
        return SONDA__XML_FAILED;
    }
    if (xml->text.len > 0) {
        return SONDA__XML_TEXT;
    }
    return looking_at(xml, "</") ? end_tag(xml) : start_tag(xml);
}

/* Joins two texts that the arena may hold apart. */
static bool join(sonda__xml *xml, sonda__span *text, sonda__span more)
{
    bool owned = false;

    if (text->len == 0) {
        *text = more;
        return true;
    }
    return own(xml, text, &owned) && append_copy(xml, text, more);
}

bool sonda__xml_element_text(sonda__xml *xml, sonda__span *text)
{
    uint32_t depth = xml->depth;

    *text = sonda__span_of(xml->input.data + xml->at, 0);
    for (;;) {
        switch (sonda__xml_next(xml)) {
        case SONDA__XML_TEXT:
            if (xml->depth == depth && !join(xml, text, xml->text)) {
                return false;
            }
            break;
        case SONDA__XML_END:
            if (xml->depth < depth) {
                return true;
            }
            break;
        case SONDA__XML_START:
            break;
        case SONDA__XML_DONE:
        case SONDA__XML_FAILED:
        default:
            return false;
        }
    }
}

bool sonda__xml_skip_element(sonda__xml *xml)
{
    uint32_t depth = xml->depth;

    for (;;) {
        sonda__xml_token token = sonda__xml_next(xml);
        if (token == SONDA__XML_DONE || token == SONDA__XML_FAILED) {
            return false;
        }
        if (token == SONDA__XML_END && xml->depth < depth) {
            return true;
        }
    }
}
