/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A record is nearly always an instance of a template: a reference and an array
 * of values, one of which is an instance again. We look the compiled template
 * up, copy it and the values, and go into values that are binary XML.
 *
 * What a chunk makes us do is bounded by sums over the chunk, because lengths
 * and references in it may be anything: see the limits.
 *
 * Layer 3 (normalise): uses base, codec.
 */

#include "core/normalise/evtx_payload.h"

#include "core/codec/bytes.h"

#define TOKEN_FRAGMENT 0x0fu
#define TOKEN_INSTANCE 0x0cu
#define FRAGMENT_SIZE 4u
/* Token, a byte, u32 id, u32 offset of the definition. */
#define INSTANCE_SIZE 10u
/* u32 link, GUID, u32 length; its binary XML follows. */
#define DEFINITION_SIZE 24u

/* Where in the chunk something stands. */
typedef struct range {
    size_t begin;
    size_t end;
} range;

static sonda_status fail(sonda__evtx_payloads *self, sonda_status status, const char *reason)
{
    self->reason = reason;
    return status;
}

void sonda__evtx_payloads_begin(sonda__evtx_payloads *self,
                                const uint8_t *chunk,
                                size_t chunk_len)
{
    self->chunk = chunk;
    self->chunk_len = chunk_len;
    self->count = 0;
    self->used = 0;
    self->read = 0;
    self->delivered = 0;
    self->len = 0;
    self->reason = "";
    memset(self->slots, 0, sizeof self->slots);
}

/* ---- templates ---- */

/* The definition's binary XML; false when it does not lie in the chunk. */
static bool definition_at(const sonda__evtx_payloads *self, size_t offset, range *found)
{
    size_t len;

    if (self->chunk_len < DEFINITION_SIZE || offset > self->chunk_len - DEFINITION_SIZE) {
        return false;
    }
    len = sonda__u32le_at(self->chunk + offset + 20);
    found->begin = offset + DEFINITION_SIZE;
    found->end = found->begin + len;
    return len <= self->chunk_len - found->begin;
}

static uint32_t first_block(const sonda__evtx_shape *shape)
{
    uint32_t i = 0;

    while (i < shape->op_count && shape->ops[i * SONDA__EVTX_OP_SIZE] != SONDA__EVTX_OP_BLOCK) {
        i++;
    }
    return i;
}

static void keep_shape(sonda__evtx_payloads *self, sonda__evtx_template *made)
{
    size_t size = sonda__evtx_shape_size(&self->shape);

    if (size > SONDA__EVTX_SHAPE_BYTES_MAX - self->used) {
        made->status = SONDA_ERR_LIMIT;
        made->reason = "templates that come to more than is kept of a chunk";
        return;
    }
    made->at = (uint32_t)self->used;
    made->size = (uint32_t)size;
    made->first_block = first_block(&self->shape);
    sonda__evtx_shape_write(&self->shape, self->bytes + self->used);
    self->used += size;
}

static void compile(sonda__evtx_payloads *self, sonda__evtx_template *made)
{
    sonda__evtx_source source = {self->chunk, self->chunk_len, 0, 0, true};
    range xml;

    if (!definition_at(self, made->offset, &xml)) {
        made->status = SONDA_ERR_MALFORMED;
        made->reason = "a template outside of its chunk";
        return;
    }
    source.begin = xml.begin;
    source.end = xml.end;
    if (xml.end - xml.begin > SONDA__EVTX_SOURCE_BYTES_MAX - self->read) {
        made->status = SONDA_ERR_LIMIT;
        made->reason = "templates that are longer than their chunk";
        return;
    }
    self->read += xml.end - xml.begin;
    made->status = sonda__evtx_compile(&self->shape, &source, &made->scope);
    made->reason = self->shape.reason;
    if (made->status == SONDA_OK) {
        keep_shape(self, made);
    }
}

static bool
is_template(const sonda__evtx_template *known, uint32_t offset, const sonda__evtx_scope *scope)
{
    return known->offset == offset && known->scope.place == scope->place &&
           sonda__span_equal(known->scope.prefix, scope->prefix);
}

/* The template defined at `offset`, compiled now or before; NULL at the limit. */
static const sonda__evtx_template *
template_of(sonda__evtx_payloads *self, uint32_t offset, const sonda__evtx_scope *scope)
{
    uint32_t mask = 2 * SONDA__EVTX_SHAPES_MAX - 1;
    uint32_t slot = (offset * 0x9e3779b9u) >> 16 & mask;
    sonda__evtx_template *made;

    for (; self->slots[slot] != 0; slot = (slot + 1) & mask) {
        if (is_template(&self->templates[self->slots[slot] - 1], offset, scope)) {
            return &self->templates[self->slots[slot] - 1];
        }
    }
    if (self->count == SONDA__EVTX_SHAPES_MAX) {
        return NULL;
    }
    made = &self->templates[self->count++];
    self->slots[slot] = (uint16_t)self->count;
    memset(made, 0, sizeof *made);
    made->offset = offset;
    made->scope = *scope;
    compile(self, made);
    return made;
}

/* ---- writing ---- */

/* Room for `len` bytes of payload, or NULL. */
static uint8_t *take(sonda__evtx_payloads *self, size_t len)
{
    uint8_t *taken = self->payload + self->len;

    if (len > SONDA__EVTX_PAYLOAD_MAX - self->len) {
        return NULL;
    }
    self->len += len;
    return taken;
}

static sonda_status too_long(sonda__evtx_payloads *self)
{
    return fail(self, SONDA_ERR_LIMIT, "a record that comes to more than is read");
}

static void put_head(uint8_t *head, size_t shape_len, size_t values_len, size_t count)
{
    sonda__put_u32le(head, (uint32_t)shape_len);
    sonda__put_u32le(head + 4, (uint32_t)values_len);
    sonda__put_u16le(head + 8, (uint16_t)count);
    sonda__put_u16le(head + 10, 0);
}

/* What the values' fragment is a child of; false when nothing takes it up. */
static bool scope_of_block(const sonda__evtx_payloads *self,
                           const sonda__evtx_template *in,
                           size_t index,
                           sonda__evtx_scope *scope)
{
    const uint8_t *shape = self->bytes + in->at;
    uint32_t count = sonda__u16le_at(shape);
    const uint8_t *ops = shape + SONDA__EVTX_SHAPE_SIZE;
    const char *text = (const char *)ops + count * SONDA__EVTX_OP_SIZE;

    for (uint32_t i = in->first_block; i < count; i++) {
        const uint8_t *op = ops + i * SONDA__EVTX_OP_SIZE;

        if (op[0] == SONDA__EVTX_OP_BLOCK && sonda__u16le_at(op + 2) == index) {
            scope->place = (sonda__evtx_place)sonda__u16le_at(op + 6);
            scope->prefix =
                sonda__span_of(text + sonda__u16le_at(op + 8), sonda__u16le_at(op + 10));
            return true;
        }
    }
    return false;
}

static sonda_status put_instance(sonda__evtx_payloads *self,
                                 range xml,
                                 const sonda__evtx_scope *scope,
                                 uint32_t depth);

/* One value behind those already there; `row` is its place in the table. */
static sonda_status put_value(sonda__evtx_payloads *self,
                              const sonda__evtx_template *of,
                              size_t index,
                              range value,
                              uint32_t type,
                              uint32_t depth)
{
    sonda__evtx_scope scope;
    uint8_t *copy;

    if (type == SONDA__EVTX_BINXML) {
        return value.begin != value.end && scope_of_block(self, of, index, &scope)
                   ? put_instance(self, value, &scope, depth + 1)
                   : SONDA_OK;
    }
    copy = take(self, value.end - value.begin);
    if (copy == NULL) {
        return too_long(self);
    }
    memcpy(copy, self->chunk + value.begin, value.end - value.begin);
    return SONDA_OK;
}

/*
 * The values of an instance: u16 length, u8 type and a zero for each, then their
 * bytes. `at` is where they begin, `table` where their table in the payload does.
 */
static sonda_status put_values(sonda__evtx_payloads *self,
                               const sonda__evtx_template *of,
                               range in,
                               size_t count,
                               uint32_t depth)
{
    size_t table = self->len;
    size_t at = in.begin + 4 * count;

    if (take(self, SONDA__EVTX_VALUE_SIZE * count) == NULL) {
        return too_long(self);
    }
    for (size_t i = 0; i < count; i++) {
        const uint8_t *from = self->chunk + in.begin + 4 * i;
        uint8_t *row = self->payload + table + SONDA__EVTX_VALUE_SIZE * i;
        size_t len = sonda__u16le_at(from);
        range value = {at, at + len};
        size_t before = self->len;
        sonda_status status;

        if (len > in.end - at) {
            return fail(self, SONDA_ERR_TRUNCATED, "values that reach beyond their record");
        }
        status = put_value(self, of, i, value, from[2], depth);
        if (status != SONDA_OK) {
            return status;
        }
        sonda__put_u32le(row, (uint32_t)(before - table));
        sonda__put_u32le(row + 4, (uint32_t)(self->len - before) | (uint32_t)from[2] << 24);
        at += len;
    }
    return SONDA_OK;
}

/* `values` begins with their number. */
static sonda_status put_filled(sonda__evtx_payloads *self,
                               const sonda__evtx_template *of,
                               range values,
                               uint32_t depth)
{
    size_t head = self->len;
    uint8_t *out = take(self, SONDA__EVTX_INSTANCE_SIZE + of->size);
    size_t begin = self->len;
    size_t count;
    sonda_status status;

    if (out == NULL) {
        return too_long(self);
    }
    if (values.begin > values.end || values.end - values.begin < 4) {
        return fail(self, SONDA_ERR_TRUNCATED, "a record without its values");
    }
    count = sonda__u32le_at(self->chunk + values.begin);
    values.begin += 4;
    if (count > (values.end - values.begin) / 4) {
        return fail(self, SONDA_ERR_TRUNCATED, "more values than their record holds");
    }
    memcpy(out + SONDA__EVTX_INSTANCE_SIZE, self->bytes + of->at, of->size);
    status = put_values(self, of, values, count, depth);
    if (status == SONDA_OK) {
        put_head(self->payload + head, of->size, self->len - begin, count);
    }
    return status;
}

/* A fragment whose elements are written out. */
static sonda_status put_written_out(sonda__evtx_payloads *self,
                                    range xml,
                                    const sonda__evtx_scope *scope,
                                    uint32_t depth)
{
    sonda__evtx_source source = {self->chunk, self->chunk_len, xml.begin, xml.end, depth == 0};
    sonda_status status = sonda__evtx_compile(&self->shape, &source, scope);
    size_t size;
    uint8_t *out;

    if (status != SONDA_OK) {
        return fail(self, status, self->shape.reason);
    }
    size = sonda__evtx_shape_size(&self->shape);
    out = take(self, SONDA__EVTX_INSTANCE_SIZE + size);
    if (out == NULL) {
        return too_long(self);
    }
    put_head(out, size, 0, 0);
    sonda__evtx_shape_write(&self->shape, out + SONDA__EVTX_INSTANCE_SIZE);
    return SONDA_OK;
}

/* `xml` begins with the token of an instance. */
static sonda_status put_reference(sonda__evtx_payloads *self,
                                  range xml,
                                  const sonda__evtx_scope *scope,
                                  uint32_t depth)
{
    const sonda__evtx_template *of;
    range definition;
    uint32_t offset;

    if (xml.end - xml.begin < INSTANCE_SIZE) {
        return fail(self, SONDA_ERR_TRUNCATED, "a record cut short");
    }
    offset = sonda__u32le_at(self->chunk + xml.begin + 6);
    xml.begin += INSTANCE_SIZE;
    of = template_of(self, offset, scope);
    if (of == NULL) {
        return fail(self, SONDA_ERR_LIMIT, "more templates than are kept of a chunk");
    }
    if (of->status != SONDA_OK) {
        return fail(self, of->status, of->reason);
    }
    if (offset == xml.begin && definition_at(self, offset, &definition)) {
        xml.begin = definition.end; /* defined right here, where it is first used */
    }
    return put_filled(self, of, xml, depth);
}

static sonda_status put_instance(sonda__evtx_payloads *self,
                                 range xml,
                                 const sonda__evtx_scope *scope,
                                 uint32_t depth)
{
    if (depth == SONDA__EVTX_NESTING_MAX) {
        return fail(self, SONDA_ERR_LIMIT, "fragments nested too deep");
    }
    if (xml.end - xml.begin >= FRAGMENT_SIZE && self->chunk[xml.begin] == TOKEN_FRAGMENT) {
        xml.begin += FRAGMENT_SIZE;
    }
    return xml.begin < xml.end && self->chunk[xml.begin] == TOKEN_INSTANCE
               ? put_reference(self, xml, scope, depth)
               : put_written_out(self, xml, scope, depth);
}

sonda_status sonda__evtx_payloads_make(sonda__evtx_payloads *self, size_t begin, size_t end)
{
    static const sonda__evtx_scope top = {SONDA__EVTX_TOP, {"", 0}};
    range xml = {begin, end};
    sonda_status status;

    if (self->delivered >= SONDA__EVTX_CHUNK_PAYLOAD_MAX) {
        return fail(self, SONDA_ERR_LIMIT, "records that come to more than is read of a chunk");
    }
    self->len = 0;
    status = put_instance(self, xml, &top, 0);
    self->delivered += self->len;
    return status;
}
