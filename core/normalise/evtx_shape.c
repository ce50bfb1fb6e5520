/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A shape being written: ops in one array, the texts they point to in another.
 *
 * Layer 3 (normalise): uses base, codec.
 */

#include "core/normalise/evtx_shape.h"

#include "core/base/hash.h"
#include "core/codec/bytes.h"
#include "core/codec/utf8.h"

static sonda_status fail(sonda__evtx_shape *shape, sonda_status status, const char *reason)
{
    shape->reason = reason;
    return status;
}

sonda_status sonda__evtx_put_op(sonda__evtx_shape *shape,
                                sonda__evtx_op_kind kind,
                                uint32_t role,
                                uint32_t index,
                                sonda__span text,
                                sonda__span name)
{
    uint8_t *op;

    if (shape->op_count == SONDA__EVTX_SHAPE_OPS_MAX) {
        return fail(shape, SONDA_ERR_LIMIT, "a template of more elements than are read");
    }
    op = shape->ops + shape->op_count++ * SONDA__EVTX_OP_SIZE;
    op[0] = (uint8_t)kind;
    op[1] = (uint8_t)role;
    sonda__put_u16le(op + 2, (uint16_t)index);
    sonda__put_u16le(op + 4, (uint16_t)(text.len == 0 ? 0 : text.data - shape->text));
    sonda__put_u16le(op + 6, (uint16_t)text.len);
    sonda__put_u16le(op + 8, (uint16_t)(name.len == 0 ? 0 : name.data - shape->text));
    sonda__put_u16le(op + 10, (uint16_t)name.len);
    sonda__put_u32le(op + 12, 0);
    sonda__put_u64le(op + 16, name.len == 0 ? 0 : sonda__hash(name));
    return SONDA_OK;
}

/* Where the next text goes; `room` for it. */
static char *text_rest(sonda__evtx_shape *shape, size_t *room)
{
    *room = SONDA__EVTX_SHAPE_TEXT_MAX - shape->text_len;
    return shape->text + shape->text_len;
}

static sonda__span keep_text(sonda__evtx_shape *shape, size_t len)
{
    sonda__span kept = sonda__span_of(shape->text + shape->text_len, len);

    shape->text_len += (uint32_t)len;
    return kept;
}

sonda_status
sonda__evtx_put_utf16(sonda__evtx_shape *shape, sonda__span utf16, sonda__span *kept)
{
    bool ill_formed = false;
    size_t room;
    char *out = text_rest(shape, &room);
    size_t len = 0;
    sonda_status status = sonda__utf16le_to_utf8(utf16, out, room, &len, &ill_formed);

    if (status != SONDA_OK) {
        return fail(shape, SONDA_ERR_LIMIT, "a template of more text than is read");
    }
    *kept = keep_text(shape, len);
    return SONDA_OK;
}

sonda_status sonda__evtx_put_name(sonda__evtx_shape *shape,
                                  sonda__span prefix,
                                  const char *with,
                                  sonda__span name,
                                  sonda__span *kept)
{
    sonda__span pieces[3];
    size_t room;
    char *out = text_rest(shape, &room);
    size_t len = 0;

    pieces[0] = prefix;
    pieces[1] = sonda__span_text(prefix.len == 0 ? "" : with);
    pieces[2] = name;
    if (room < SONDA__FIELD_NAME_MAX) {
        return fail(shape, SONDA_ERR_LIMIT, "a template of more text than is read");
    }
    for (int i = 0; i < 3; i++) {
        size_t left = SONDA__FIELD_NAME_MAX - len;
        size_t take = pieces[i].len < left ? pieces[i].len : left;

        memcpy(out + len, pieces[i].data, take);
        len += take;
    }
    *kept = keep_text(shape, len);
    return SONDA_OK;
}

size_t sonda__evtx_shape_size(const sonda__evtx_shape *shape)
{
    return SONDA__EVTX_SHAPE_SIZE + shape->op_count * SONDA__EVTX_OP_SIZE + shape->text_len;
}

void sonda__evtx_shape_write(const sonda__evtx_shape *shape, uint8_t *out)
{
    size_t ops = shape->op_count * SONDA__EVTX_OP_SIZE;

    sonda__put_u16le(out, (uint16_t)shape->op_count);
    sonda__put_u16le(out + 2, (uint16_t)shape->text_len);
    memcpy(out + SONDA__EVTX_SHAPE_SIZE, shape->ops, ops);
    memcpy(out + SONDA__EVTX_SHAPE_SIZE + ops, shape->text, shape->text_len);
}
