/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Walks the ops of a shape and renders the values they name.
 *
 * The payload may come from anywhere, so nothing in it is believed: places are
 * checked where they are used, and the work is bounded by steps and by text,
 * since an op may name a value that another has named before.
 *
 * Layer 3 (normalise): uses base, codec, event.
 */

#include "core/normalise/evtx_record.h"

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/codec/bytes.h"
#include "core/codec/number.h"
#include "core/codec/time_text.h"
#include "core/codec/utf8.h"
#include "core/normalise/evtx_format.h"
#include "core/normalise/evtx_value.h"
#include "core/normalise/windows_class_table.h"

/* Ops run for one record: each may become a field, or be a part of one. */
#define STEPS_MAX ((size_t)4 * SONDA__EVENT_FIELDS_MAX)

typedef struct instance {
    const uint8_t *ops;
    size_t op_count;
    sonda__span text;
    const uint8_t *values; /* their table, and behind it their bytes */
    size_t values_len;
    size_t value_count;
} instance;

typedef struct op {
    uint32_t kind;
    uint32_t role;
    uint32_t index;
    sonda__span text;
    sonda__span name;
    uint64_t hash;
} op;

typedef struct decoder {
    sonda_event *event;
    const char *reason;
    size_t steps;
    size_t text_left; /* that may still be rendered */
    size_t mark;      /* fields when the element at hand began */
    sonda__span name; /* of the next field, from a value; empty: its op says */
    sonda__span channel;
    sonda__span provider;
    sonda__span event_id;
    sonda__span utc_time;
    sonda__span created; /* as text where it was no FILETIME */
} decoder;

static sonda_status fail(decoder *d, sonda_status status, const char *reason)
{
    d->reason = reason;
    return status;
}

/* ---- the payload ---- */

static sonda_status open_instance(decoder *d, sonda__span bytes, instance *in)
{
    const uint8_t *p = (const uint8_t *)bytes.data;
    size_t shape_len;
    size_t left;

    if (bytes.len < SONDA__EVTX_INSTANCE_SIZE + SONDA__EVTX_SHAPE_SIZE) {
        return fail(d, SONDA_ERR_TRUNCATED, "an event log record cut short");
    }
    shape_len = sonda__u32le_at(p);
    in->values_len = sonda__u32le_at(p + 4);
    in->value_count = sonda__u16le_at(p + 8);
    p += SONDA__EVTX_INSTANCE_SIZE;
    left = bytes.len - SONDA__EVTX_INSTANCE_SIZE;
    if (shape_len < SONDA__EVTX_SHAPE_SIZE || shape_len > left ||
        in->values_len > left - shape_len ||
        in->value_count > in->values_len / SONDA__EVTX_VALUE_SIZE) {
        return fail(d, SONDA_ERR_TRUNCATED, "an event log record cut short");
    }
    in->values = p + shape_len;
    in->op_count = sonda__u16le_at(p);
    in->ops = p + SONDA__EVTX_SHAPE_SIZE;
    in->text.len = sonda__u16le_at(p + 2);
    in->text.data = (const char *)in->ops + in->op_count * SONDA__EVTX_OP_SIZE;
    return in->op_count * SONDA__EVTX_OP_SIZE + in->text.len ==
                   shape_len - SONDA__EVTX_SHAPE_SIZE
               ? SONDA_OK
               : fail(d, SONDA_ERR_MALFORMED, "an event log record of another layout");
}

/* Checks a part of the shape's text. */
static inline bool is_text(const instance *in, size_t at, size_t len)
{
    return len <= in->text.len && at <= in->text.len - len;
}

/* The op numbered `at`, which is one of them. */
static sonda_status read_op(decoder *d, const instance *in, size_t at, op *o)
{
    const uint8_t *p = in->ops + at * SONDA__EVTX_OP_SIZE;
    size_t text_at = sonda__u16le_at(p + 4);
    size_t name_at = sonda__u16le_at(p + 8);

    if (d->steps++ == STEPS_MAX) {
        return fail(d, SONDA_ERR_LIMIT, "more fields than an event holds");
    }
    o->kind = p[0];
    o->role = p[1];
    o->index = sonda__u16le_at(p + 2);
    o->hash = sonda__u64le_at(p + 16);
    if (o->kind == SONDA__EVTX_OP_BLOCK) {
        return SONDA_OK; /* its texts are the parser's */
    }
    o->text.len = sonda__u16le_at(p + 6);
    o->name.len = sonda__u16le_at(p + 10);
    if (!is_text(in, text_at, o->text.len) || !is_text(in, name_at, o->name.len)) {
        return fail(d, SONDA_ERR_MALFORMED, "an event log record of another layout");
    }
    o->text.data = in->text.data + text_at;
    o->name.data = in->text.data + name_at;
    return SONDA_OK;
}

/* A value that the record does not have is null. */
static sonda__evtx_value value_at(const instance *in, size_t index)
{
    const uint8_t *row = in->values + index * SONDA__EVTX_VALUE_SIZE;
    sonda__evtx_value value = {SONDA__EVTX_NULL, {"", 0}};
    size_t offset;
    size_t len;

    if (index >= in->value_count) {
        return value;
    }
    offset = sonda__u32le_at(row);
    len = sonda__u32le_at(row + 4) & SONDA__EVTX_LENGTH_MASK;
    if (offset <= in->values_len && len <= in->values_len - offset) {
        value.type = sonda__u32le_at(row + 4) >> 24;
        value.bytes = sonda__span_of((const char *)in->values + offset, len);
    }
    return value;
}

static bool is_null(sonda__evtx_value value)
{
    return value.type == SONDA__EVTX_NULL || value.type == SONDA__EVTX_BINXML ||
           (value.bytes.len == 0 && value.type != SONDA__EVTX_STRING &&
            value.type != SONDA__EVTX_ANSI);
}

/* ---- fields ---- */

static void note_role(decoder *d, uint32_t role, sonda__span text)
{
    switch (role & SONDA__EVTX_ROLE_MASK) {
    case SONDA__EVTX_ROLE_CHANNEL:
        d->channel = text;
        break;
    case SONDA__EVTX_ROLE_EVENT_ID:
        d->event_id = text;
        break;
    case SONDA__EVTX_ROLE_PROVIDER:
        d->provider = text;
        break;
    case SONDA__EVTX_ROLE_TIME_CREATED:
        d->created = text;
        break;
    case SONDA__EVTX_ROLE_UTC_TIME:
        d->utc_time = text;
        break;
    default:
        break;
    }
}

static sonda_status add(decoder *d, const op *o, sonda__span text, uint16_t flags)
{
    bool renamed = d->name.len != 0;
    sonda__span name = renamed ? d->name : o->name;
    uint64_t hash = renamed ? sonda__hash(name) : o->hash;
    sonda_field_id id = sonda__names_find_hashed(d->event->names, name, hash);

    if (id == SONDA_FIELD_UNKNOWN) {
        id = sonda__names_find_spaceless(d->event->names, name);
    }
    if (sonda__event_add(d->event, id, name, text, flags) != SONDA_OK) {
        return fail(d, SONDA_ERR_LIMIT, "more fields than an event holds");
    }
    if ((o->role & SONDA__EVTX_ROLE_MASK) != 0 && (flags & SONDA_VALUE_NULL) == 0) {
        note_role(d, o->role, text);
    }
    return SONDA_OK;
}

static sonda_status add_null(decoder *d, const op *o)
{
    if ((o->role & SONDA__EVTX_NULL_SHOWN) == 0 &&
        ((o->role & SONDA__EVTX_NULL_UNLESS_MARKED) == 0 || d->event->field_count != d->mark)) {
        return SONDA_OK;
    }
    return add(d, o, sonda__span_of("", 0), SONDA_VALUE_NULL);
}

/* Text of a value in the arena. */
static sonda_status
render(decoder *d, sonda__evtx_value value, sonda__span *text, uint16_t *flags)
{
    size_t room;
    char *out = sonda__arena_rest(&d->event->arena, &room);
    size_t len = 0;
    sonda_status status =
        sonda__evtx_render(value, out, room < d->text_left ? room : d->text_left, &len, flags);

    if (status != SONDA_OK) {
        return fail(d, status, "more text than an event log record has");
    }
    sonda__arena_keep(&d->event->arena, len);
    d->text_left -= len;
    *text = sonda__span_of(out, len);
    return SONDA_OK;
}

static sonda_status add_value(decoder *d, const op *o, sonda__evtx_value value)
{
    sonda__span text = {"", 0};
    uint16_t flags = 0;
    sonda_status status = render(d, value, &text, &flags);

    if (status == SONDA_OK) {
        status = add(d, o, text, flags);
    }
    if (status == SONDA_OK && value.type == SONDA__EVTX_FILETIME && value.bytes.len == 8 &&
        (o->role & SONDA__EVTX_ROLE_MASK) == SONDA__EVTX_ROLE_TIME_CREATED) {
        d->event->time_ns =
            sonda__time_of_filetime(sonda__u64le_at((const uint8_t *)value.bytes.data));
        d->created = sonda__span_of("", 0);
    }
    return status;
}

/* An array repeats its field. */
static sonda_status add_values(decoder *d, const op *o, sonda__evtx_value value)
{
    sonda__evtx_value element;
    sonda_status status = SONDA_OK;

    if (is_null(value)) {
        return add_null(d, o);
    }
    if ((value.type & SONDA__EVTX_ARRAY) == 0) {
        return add_value(d, o, value);
    }
    while (status == SONDA_OK && sonda__evtx_next_element(&value, &element)) {
        status = add_value(d, o, element);
    }
    return status;
}

/* ---- text in parts ---- */

static sonda_status copy_text(decoder *d, sonda__span text)
{
    char *copy =
        text.len <= d->text_left ? sonda__arena_take(&d->event->arena, text.len, 1) : NULL;

    if (copy == NULL) {
        return fail(d, SONDA_ERR_LIMIT, "more text than an event log record has");
    }
    d->text_left -= text.len;
    memcpy(copy, text.data, text.len);
    return SONDA_OK;
}

/* An array's elements within a text are parted by commas. */
static sonda_status append_value(decoder *d, sonda__evtx_value value, uint16_t *flags)
{
    sonda__evtx_value element;
    sonda__span text;
    sonda_status status = SONDA_OK;

    if (is_null(value)) {
        return SONDA_OK;
    }
    if ((value.type & SONDA__EVTX_ARRAY) == 0) {
        return render(d, value, &text, flags);
    }
    for (size_t i = 0; status == SONDA_OK && sonda__evtx_next_element(&value, &element); i++) {
        status = i == 0 ? SONDA_OK : copy_text(d, sonda__span_text(", "));
        if (status == SONDA_OK) {
            status = render(d, element, &text, flags);
        }
    }
    return status;
}

/* The ops from `at` on are the parts; each is appended where the last one ended. */
static sonda_status add_parts(decoder *d, const instance *in, const op *whole, size_t at)
{
    size_t room;
    char *begin = sonda__arena_rest(&d->event->arena, &room);
    uint16_t flags = 0;
    sonda_status status = SONDA_OK;
    char *end;

    for (size_t i = 0; status == SONDA_OK && i < whole->index; i++) {
        op part;

        status = read_op(d, in, at + i, &part);
        if (status == SONDA_OK) {
            status = part.kind == SONDA__EVTX_OP_PART_TEXT
                         ? copy_text(d, part.text)
                         : append_value(d, value_at(in, part.index), &flags);
        }
    }
    if (status != SONDA_OK) {
        return status;
    }
    end = sonda__arena_rest(&d->event->arena, &room);
    return add(d, whole, sonda__span_of(begin, (size_t)(end - begin)), flags);
}

static sonda_status take_name(decoder *d, sonda__evtx_value value)
{
    uint16_t flags = 0;

    if (is_null(value) || (value.type & SONDA__EVTX_ARRAY) != 0) {
        return SONDA_OK;
    }
    return render(d, value, &d->name, &flags);
}

/* ---- records ---- */

static sonda_status run(decoder *d, const instance *in, const op *o, size_t *at)
{
    sonda_status status = SONDA_OK;

    switch (o->kind) {
    case SONDA__EVTX_OP_TEXT:
        status = add(d, o, o->text, sonda__utf8_valid(o->text) ? 0 : SONDA_VALUE_ILL_FORMED);
        break;
    case SONDA__EVTX_OP_VALUE:
        status = add_values(d, o, value_at(in, o->index));
        break;
    case SONDA__EVTX_OP_PARTS:
        if (o->index > in->op_count - *at) {
            return fail(d, SONDA_ERR_MALFORMED, "an event log record of another layout");
        }
        status = add_parts(d, in, o, *at);
        *at += o->index;
        break;
    case SONDA__EVTX_OP_NULL:
        status = add_null(d, o);
        break;
    case SONDA__EVTX_OP_NAME:
        return take_name(d, value_at(in, o->index));
    case SONDA__EVTX_OP_MARK:
        d->mark = d->event->field_count;
        return SONDA_OK;
    default:
        return fail(d, SONDA_ERR_MALFORMED, "an event log record of another layout");
    }
    d->name = sonda__span_of("", 0);
    return status;
}

static sonda_status decode_instance(decoder *d, sonda__span bytes, uint32_t depth)
{
    instance in;
    sonda_status status = depth < SONDA__EVTX_NESTING_MAX
                              ? open_instance(d, bytes, &in)
                              : fail(d, SONDA_ERR_LIMIT, "fragments nested too deep");

    for (size_t at = 0; status == SONDA_OK && at < in.op_count;) {
        sonda__evtx_value block;
        op o;

        status = read_op(d, &in, at++, &o);
        if (status != SONDA_OK || o.kind != SONDA__EVTX_OP_BLOCK) {
            status = status != SONDA_OK ? status : run(d, &in, &o, &at);
            continue;
        }
        block = value_at(&in, o.index);
        if (block.type == SONDA__EVTX_BINXML && block.bytes.len != 0) {
            status = decode_instance(d, block.bytes, depth + 1);
        }
    }
    return status;
}

/* What log sources are told apart by. */
static void identify(decoder *d)
{
    sonda_event *event = d->event;
    uint64_t id = 0;
    uint64_t time_ns;

    if (sonda__parse_time(d->utc_time, &time_ns) == SONDA_OK ||
        sonda__parse_time(d->created, &time_ns) == SONDA_OK) {
        event->time_ns = time_ns;
    }
    if (d->channel.len == 0 || d->event_id.data == NULL) {
        return;
    }
    event->channel = d->channel;
    event->provider = d->provider.data == NULL ? sonda__span_of("", 0) : d->provider;
    event->product = SONDA_PRODUCT_WINDOWS;
    if (sonda__parse_decimal(d->event_id, &id) == SONDA_OK && id <= UINT32_MAX) {
        event->event_id = (uint32_t)id;
    }
    sonda__windows_classify(event);
}

sonda_status sonda__decode_evtx(sonda_event *event, sonda__span payload, sonda_error *error)
{
    sonda_status status;
    decoder d;

    memset(&d, 0, sizeof d);
    d.event = event;
    d.reason = "";
    d.text_left = SONDA__EVTX_TEXT_FACTOR * payload.len + SONDA__EVTX_TEXT_BASE;
    status = event->header.version == SONDA__EVTX_PAYLOAD_VERSION
                 ? decode_instance(&d, payload, 0)
                 : fail(&d, SONDA_ERR_VERSION, "an event log record of another layout");
    if (status != SONDA_OK) {
        return sonda__error_set(error, status, 0, "%s", d.reason);
    }
    identify(&d);
    return SONDA_OK;
}
