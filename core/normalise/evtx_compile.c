/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Binary XML is XML in tokens: an element opens, its attributes follow, then
 * its content, then it closes. Text is in the tokens or comes from a value that
 * a substitution token names by number. We walk the tokens once, keep a frame
 * for each open element, and write a field wherever one has text.
 *
 * The dependency that an element may have (left out when some value is null) is
 * passed over: the element's own value is that very one, and is null.
 *
 * Layer 3 (normalise): uses base, codec.
 */

#include "core/normalise/evtx_compile.h"

#include "core/codec/bytes.h"
#include "core/codec/reader.h"
#include "core/normalise/evtx_names.h"

enum token {
    TOKEN_END = 0x00,
    TOKEN_OPEN = 0x01,
    TOKEN_CLOSE_START = 0x02,
    TOKEN_CLOSE_EMPTY = 0x03,
    TOKEN_CLOSE = 0x04,
    TOKEN_TEXT = 0x05,
    TOKEN_ATTRIBUTE = 0x06,
    TOKEN_CDATA = 0x07,
    TOKEN_CHARACTER = 0x08,
    TOKEN_ENTITY = 0x09,
    TOKEN_PI_TARGET = 0x0a,
    TOKEN_PI_DATA = 0x0b,
    TOKEN_VALUE = 0x0d,
    TOKEN_OPTIONAL_VALUE = 0x0e,
    TOKEN_FRAGMENT = 0x0f
};

/* The token has something more, such as attributes. */
#define TOKEN_MORE 0x40u

#define NO_INDEX UINT32_MAX

static const sonda__span nothing = {"", 0};

/* A field whose text is being collected: an attribute's, or an element's own. */
typedef struct field {
    sonda__span name; /* empty: its text is dropped */
    sonda__evtx_place place;
    uint32_t head; /* its first op */
    uint32_t parts;
} field;

typedef struct frame {
    sonda__evtx_scope below;
    sonda__span attributes; /* what their names begin with */
    field content;
    uint32_t name_index; /* of the value that names it, or NO_INDEX */
    bool data;           /* a Data element of EventData */
    bool quiet;          /* says nothing when it is empty */
    bool has_children;
    bool has_content;
    bool has_attributes;
    bool has_fixed_attributes;
    bool naming; /* the attribute being read is its name */
} frame;

typedef struct compiler {
    sonda__evtx_shape *shape;
    const sonda__evtx_source *source;
    sonda__reader reader;
    uint32_t depth;
    bool in_start; /* attributes may follow */
    bool in_attribute;
    field attribute;
    frame frames[SONDA__DEPTH_MAX];
} compiler;

static sonda_status fail(compiler *c, sonda_status status, const char *reason)
{
    c->shape->reason = reason;
    return status;
}

static frame *top(compiler *c)
{
    return &c->frames[c->depth - 1];
}

/* ---- fields ---- */

static uint32_t role_of(const field *f)
{
    if (f->place == SONDA__EVTX_DATA) {
        return sonda__span_is(f->name, "UtcTime") ? SONDA__EVTX_ROLE_UTC_TIME : 0;
    }
    if (f->place != SONDA__EVTX_SYSTEM) {
        return 0;
    }
    if (sonda__span_is(f->name, "Channel")) {
        return SONDA__EVTX_ROLE_CHANNEL;
    }
    if (sonda__span_is(f->name, "EventID")) {
        return SONDA__EVTX_ROLE_EVENT_ID;
    }
    if (sonda__span_is(f->name, "Provider_Name")) {
        return SONDA__EVTX_ROLE_PROVIDER;
    }
    return sonda__span_is(f->name, "TimeCreated_SystemTime") ? SONDA__EVTX_ROLE_TIME_CREATED
                                                             : 0;
}

/* What a null text of the top element's own means. */
static uint32_t null_of(const frame *f)
{
    if (f->quiet || f->has_children) {
        return 0;
    }
    return f->has_attributes && !f->data ? SONDA__EVTX_NULL_UNLESS_MARKED
                                         : SONDA__EVTX_NULL_SHOWN;
}

static field *current(compiler *c)
{
    return c->in_attribute ? &c->attribute : &top(c)->content;
}

/* Before the first op of a field comes the one that names it. */
static sonda_status begin_field(compiler *c, field *f)
{
    sonda_status status = SONDA_OK;

    if (!c->in_attribute && top(c)->name_index != NO_INDEX) {
        status = sonda__evtx_put_op(c->shape, SONDA__EVTX_OP_NAME, 0, top(c)->name_index,
                                    nothing, nothing);
    }
    f->head = c->shape->op_count;
    return status != SONDA_OK
               ? status
               : sonda__evtx_put_op(c->shape, SONDA__EVTX_OP_PARTS, 0, 0, nothing, nothing);
}

static sonda_status
put_part(compiler *c, sonda__evtx_op_kind kind, uint32_t index, sonda__span text)
{
    field *f = current(c);
    sonda_status status = SONDA_OK;

    if (f->name.len == 0) {
        return SONDA_OK;
    }
    if (f->parts++ == 0) {
        status = begin_field(c, f);
    }
    return status != SONDA_OK ? status
                              : sonda__evtx_put_op(c->shape, kind, 0, index, text, nothing);
}

/* The field's text is complete: one part stands for itself. */
static sonda_status end_field(compiler *c)
{
    field *f = current(c);
    uint32_t role = role_of(f);
    uint8_t *head = c->shape->ops + f->head * SONDA__EVTX_OP_SIZE;
    const uint8_t *only = head + SONDA__EVTX_OP_SIZE;
    uint32_t count = c->shape->op_count;
    sonda__span text = nothing;
    sonda_status status;

    if (f->parts == 0) {
        return SONDA_OK;
    }
    if (!c->in_attribute) {
        role |= null_of(top(c));
        top(c)->has_content = true;
    } else if (f->parts == 1 && only[0] == SONDA__EVTX_OP_PART_VALUE) {
        top(c)->has_attributes = true;
    } else {
        top(c)->has_attributes = top(c)->has_fixed_attributes = true;
    }
    c->shape->op_count = f->head;
    if (f->parts > 1) {
        status = sonda__evtx_put_op(c->shape, SONDA__EVTX_OP_PARTS, role, f->parts, nothing,
                                    f->name);
        c->shape->op_count = count;
    } else {
        text = sonda__span_of(c->shape->text + sonda__u16le_at(only + 4),
                              sonda__u16le_at(only + 6));
        status = sonda__evtx_put_op(c->shape,
                                    only[0] == SONDA__EVTX_OP_PART_VALUE ? SONDA__EVTX_OP_VALUE
                                                                         : SONDA__EVTX_OP_TEXT,
                                    role, sonda__u16le_at(only + 2), text, f->name);
    }
    f->parts = 0;
    return status;
}

/* ---- reading ---- */

static size_t offset_of(const compiler *c)
{
    return (size_t)(c->reader.next - c->source->chunk);
}

/* UTF-16 behind its length. */
static sonda__span read_utf16(compiler *c)
{
    size_t units = sonda__reader_u16le(&c->reader);

    return sonda__reader_bytes(&c->reader, 2 * units);
}

/* A name stands right here when first used, and is referred to later. */
static sonda_status read_name(compiler *c, sonda__evtx_name *name)
{
    size_t at = sonda__reader_u32le(&c->reader);
    bool here = c->reader.status == SONDA_OK && at == offset_of(c);
    size_t size = 0;

    if (c->reader.status != SONDA_OK) {
        return fail(c, SONDA_ERR_TRUNCATED, "a template cut short");
    }
    if (!sonda__evtx_name_read(name, c->source->chunk, c->source->chunk_len, at, &size)) {
        return fail(c, SONDA_ERR_MALFORMED, "a name outside of its chunk");
    }
    if (here) {
        sonda__reader_skip(&c->reader, size);
    }
    return SONDA_OK;
}

/* ---- elements ---- */

static sonda__evtx_place block_of(sonda__span name)
{
    if (sonda__span_is(name, "System")) {
        return SONDA__EVTX_SYSTEM;
    }
    if (sonda__span_is(name, "EventData")) {
        return SONDA__EVTX_DATA;
    }
    if (sonda__span_is(name, "UserData")) {
        return SONDA__EVTX_USER;
    }
    return sonda__span_is(name, "RenderingInfo") ? SONDA__EVTX_RENDER : SONDA__EVTX_PLAIN;
}

/* The blocks of an event: their own names show only before their attributes. */
static sonda_status place_block(compiler *c, frame *f, sonda__span name)
{
    sonda_status status = sonda__evtx_put_name(c->shape, nothing, "", name, &f->content.name);

    f->below.place = block_of(name);
    f->quiet = true;
    if (f->below.place == SONDA__EVTX_PLAIN) {
        f->quiet = false;
        status = sonda__evtx_put_name(c->shape, sonda__span_text("Event"), ".", name,
                                      &f->content.name);
        f->below.prefix = f->content.name;
    }
    if (f->below.place == SONDA__EVTX_RENDER) {
        f->below.prefix = f->content.name;
    }
    f->attributes = f->below.place == SONDA__EVTX_SYSTEM ? nothing : f->content.name;
    return status;
}

/* How an element is named and what its children and attributes are, by its parent. */
static sonda_status
place_element(compiler *c, frame *f, const sonda__evtx_scope *in, sonda__span name)
{
    const char *with = in->place == SONDA__EVTX_PLAIN ? "." : "_";
    sonda__span prefix = in->prefix;
    sonda_status status;

    if (in->place == SONDA__EVTX_TOP && sonda__span_is(name, "Event")) {
        f->below.place = SONDA__EVTX_EVENT;
        return SONDA_OK;
    }
    if (in->place == SONDA__EVTX_EVENT) {
        return place_block(c, f, name);
    }
    f->data = in->place == SONDA__EVTX_DATA && sonda__span_is(name, "Data");
    if (in->place == SONDA__EVTX_RENDER && sonda__span_is(name, "Message")) {
        prefix = nothing;
    }
    status = sonda__evtx_put_name(c->shape, prefix, with, name, &f->content.name);
    f->content.place = in->place;
    f->attributes = f->content.name;
    f->below.prefix = f->content.name;
    f->below.place = in->place == SONDA__EVTX_SYSTEM ? SONDA__EVTX_SYSTEM : SONDA__EVTX_ELEMENT;
    if (in->place == SONDA__EVTX_PLAIN || in->place == SONDA__EVTX_TOP) {
        f->below.place = SONDA__EVTX_PLAIN;
    }
    if (in->place == SONDA__EVTX_USER) { /* the provider's element itself is not named */
        f->below.prefix = nothing;
        f->attributes = nothing;
    }
    return status;
}

static sonda_status open_element(compiler *c, const sonda__evtx_scope *scope, bool attributes)
{
    const sonda__evtx_scope *in = c->depth == 0 ? scope : &top(c)->below;
    sonda__evtx_name name;
    sonda_status status = SONDA_OK;
    frame *f;

    if (c->depth == SONDA__DEPTH_MAX) {
        return fail(c, SONDA_ERR_LIMIT, "elements nested too deep");
    }
    if (c->depth > 0) {
        status = end_field(c);
        top(c)->has_children = true;
    }
    sonda__reader_skip(&c->reader, (c->source->in_template ? 2u : 0u) + 4u);
    if (status == SONDA_OK) {
        status = read_name(c, &name);
    }
    if (status != SONDA_OK) {
        return status;
    }
    if (attributes) {
        sonda__reader_skip(&c->reader, 4);
    }
    f = &c->frames[c->depth++];
    memset(f, 0, sizeof *f);
    f->below.prefix = f->attributes = f->content.name = nothing;
    f->name_index = NO_INDEX;
    c->in_start = true;
    return place_element(c, f, in, sonda__evtx_name_text(&name));
}

static sonda_status close_start(compiler *c)
{
    sonda_status status = SONDA_OK;

    if (c->in_attribute) {
        status = end_field(c);
        c->in_attribute = false;
    }
    c->in_start = false;
    return status;
}

static sonda_status close_element(compiler *c)
{
    frame *f = top(c);
    sonda_status status = end_field(c);

    if (status == SONDA_OK && !f->has_content && !f->has_children && !f->quiet &&
        f->content.name.len != 0 && !(f->has_fixed_attributes && !f->data)) {
        if (f->name_index != NO_INDEX) {
            status = sonda__evtx_put_op(c->shape, SONDA__EVTX_OP_NAME, 0, f->name_index,
                                        nothing, nothing);
        }
        if (status == SONDA_OK) {
            status = sonda__evtx_put_op(c->shape, SONDA__EVTX_OP_NULL, null_of(f), 0, nothing,
                                        f->content.name);
        }
    }
    c->depth--;
    return status;
}

static sonda_status open_attribute(compiler *c)
{
    frame *f = top(c);
    sonda__evtx_name name;
    sonda_status status = SONDA_OK;

    if (c->in_attribute) {
        status = end_field(c);
    }
    if (status == SONDA_OK) {
        status = read_name(c, &name);
    }
    if (status != SONDA_OK) {
        return status;
    }
    memset(&c->attribute, 0, sizeof c->attribute);
    c->attribute.name = nothing;
    c->in_attribute = true;
    f->naming = f->data && sonda__span_is(sonda__evtx_name_text(&name), "Name");
    if (f->naming || f->below.place == SONDA__EVTX_EVENT ||
        f->below.place == SONDA__EVTX_USER) {
        return SONDA_OK;
    }
    c->attribute.place = f->below.place;
    if (!f->has_attributes) {
        status = sonda__evtx_put_op(c->shape, SONDA__EVTX_OP_MARK, 0, 0, nothing, nothing);
    }
    return status != SONDA_OK ? status
                              : sonda__evtx_put_name(
                                    c->shape, f->attributes,
                                    f->below.place == SONDA__EVTX_PLAIN ? ".#attributes." : "_",
                                    sonda__evtx_name_text(&name), &c->attribute.name);
}

/* ---- text ---- */

static sonda_status put_text(compiler *c, sonda__span utf16)
{
    sonda__span text;
    sonda_status status;

    if (c->reader.status != SONDA_OK) {
        return fail(c, SONDA_ERR_TRUNCATED, "a template cut short");
    }
    if (utf16.len == 0) {
        return SONDA_OK;
    }
    status = sonda__evtx_put_utf16(c->shape, utf16, &text);
    if (status != SONDA_OK) {
        return status;
    }
    if (c->in_attribute && top(c)->naming) {
        if (text.len <= SONDA__FIELD_NAME_MAX) {
            top(c)->content.name = text;
        }
        return SONDA_OK;
    }
    return put_part(c, SONDA__EVTX_OP_PART_TEXT, 0, text);
}

static sonda_status put_entity(compiler *c)
{
    sonda__evtx_name name;
    sonda_status status = read_name(c, &name);
    const char *utf16 = NULL;

    if (status != SONDA_OK) {
        return status;
    }
    utf16 = sonda__evtx_entity(sonda__evtx_name_text(&name));
    return utf16 == NULL ? SONDA_OK : put_text(c, sonda__span_of(utf16, 2));
}

/* The event's blocks come as the value of a substitution: a fragment of its own. */
static sonda_status put_block(compiler *c, uint32_t index)
{
    frame *f = top(c);
    sonda__span place = sonda__span_of(c->shape->text, (size_t)f->below.place);
    sonda_status status = end_field(c);

    f->has_children = true;
    return status != SONDA_OK ? status
                              : sonda__evtx_put_op(c->shape, SONDA__EVTX_OP_BLOCK, 0, index,
                                                   place, f->below.prefix);
}

static sonda_status put_value(compiler *c)
{
    uint32_t index = sonda__reader_u16le(&c->reader);
    uint32_t type = sonda__reader_u8(&c->reader);

    if (c->reader.status != SONDA_OK) {
        return fail(c, SONDA_ERR_TRUNCATED, "a template cut short");
    }
    if (c->in_attribute && top(c)->naming) {
        top(c)->name_index = index;
        return SONDA_OK;
    }
    if (type == SONDA__EVTX_BINXML && !c->in_attribute) {
        return put_block(c, index);
    }
    return put_part(c, SONDA__EVTX_OP_PART_VALUE, index, nothing);
}

static sonda_status skip_instruction(compiler *c, uint32_t token)
{
    sonda__evtx_name name;

    if (token == TOKEN_PI_TARGET) {
        return read_name(c, &name);
    }
    (void)read_utf16(c);
    return SONDA_OK;
}

static sonda_status take_text(compiler *c, uint32_t token)
{
    switch (token) {
    case TOKEN_TEXT:
        sonda__reader_skip(&c->reader, 1); /* its type: always a string */
        return put_text(c, read_utf16(c));
    case TOKEN_CDATA:
        return put_text(c, read_utf16(c));
    case TOKEN_CHARACTER:
        return put_text(c, sonda__reader_bytes(&c->reader, 2));
    case TOKEN_ENTITY:
        return put_entity(c);
    case TOKEN_VALUE:
    case TOKEN_OPTIONAL_VALUE:
        return put_value(c);
    case TOKEN_PI_TARGET:
    case TOKEN_PI_DATA:
        return skip_instruction(c, token);
    default:
        return fail(c, SONDA_ERR_MALFORMED, "a token that binary XML does not have here");
    }
}

static sonda_status take(compiler *c, const sonda__evtx_scope *scope, uint32_t token)
{
    uint32_t kind = token & ~TOKEN_MORE;

    if (kind == TOKEN_FRAGMENT && c->depth == 0) {
        sonda__reader_skip(&c->reader, 3);
        return SONDA_OK;
    }
    if (kind == TOKEN_OPEN && !c->in_start) {
        return open_element(c, scope, (token & TOKEN_MORE) != 0);
    }
    if (c->depth == 0) {
        return fail(c, SONDA_ERR_MALFORMED, "binary XML that begins with no element");
    }
    if (kind == TOKEN_ATTRIBUTE && c->in_start) {
        return open_attribute(c);
    }
    if (kind == TOKEN_CLOSE_START && c->in_start) {
        return close_start(c);
    }
    if (kind == TOKEN_CLOSE_EMPTY && c->in_start) {
        sonda_status status = close_start(c);

        return status != SONDA_OK ? status : close_element(c);
    }
    if (kind == TOKEN_CLOSE && !c->in_start) {
        return close_element(c);
    }
    if (c->in_start && !c->in_attribute) {
        return fail(c, SONDA_ERR_MALFORMED, "text where an attribute should begin");
    }
    return take_text(c, kind);
}

sonda_status sonda__evtx_compile(sonda__evtx_shape *shape,
                                 const sonda__evtx_source *source,
                                 const sonda__evtx_scope *scope)
{
    sonda_status status = SONDA_OK;
    bool begun = false;
    compiler c;

    shape->op_count = 0;
    shape->text_len = 0;
    shape->reason = "";
    c.shape = shape;
    c.source = source;
    c.depth = 0;
    c.in_start = false;
    c.in_attribute = false;
    sonda__reader_init(&c.reader, source->chunk + source->begin, source->end - source->begin);
    while (status == SONDA_OK && (!begun || c.depth > 0)) {
        uint32_t token = sonda__reader_u8(&c.reader);

        status = c.reader.status == SONDA_OK
                     ? take(&c, scope, token)
                     : fail(&c, SONDA_ERR_TRUNCATED, "a template cut short");
        begun = begun || c.depth > 0;
    }
    return status;
}
