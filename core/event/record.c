/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Record headers, and building generic records.
 *
 * The builder's first failure stays: an embedder adds its fields in a row and
 * looks once, at finish. The header is written last, when the size is known.
 *
 * Layer 2 (event): uses base and codec. No allocation.
 */

#include "core/base/limits.h"
#include "core/codec/number.h"
#include "core/codec/writer.h"
#include "core/event/field_rows.h"
#include "core/event/names.h"
#include "sonda/record.h"

/* Class, activity, product, channel length and event id, before any field. */
#define PREFIX_SIZE 16u

sonda_status sonda_record_header_write(const sonda_record_header *header, uint8_t *out)
{
    sonda__writer writer;

    if (header == NULL || out == NULL || header->size < SONDA_RECORD_HEADER_SIZE) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    if (header->size > SONDA_RECORD_MAX) {
        return SONDA_ERR_LIMIT;
    }
    sonda__writer_init(&writer, out, SONDA_RECORD_HEADER_SIZE);
    sonda__writer_u32le(&writer, header->size);
    sonda__writer_u16le(&writer, header->source);
    sonda__writer_u16le(&writer, header->type);
    sonda__writer_u16le(&writer, header->version);
    sonda__writer_u16le(&writer, header->flags);
    sonda__writer_u32le(&writer, header->stream);
    sonda__writer_u64le(&writer, header->mono_ns);
    sonda__writer_u64le(&writer, header->wall_ns);
    sonda__writer_u64le(&writer, header->seq);
    sonda__writer_u64le(&writer, header->ticket);
    sonda__writer_u64le(&writer, header->deadline_ns);
    sonda__writer_u64le(&writer, 0);
    return writer.status;
}

/* Little-endian at any alignment: compilers make one load of it. */
static inline uint32_t u16_at(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static inline uint32_t u32_at(const uint8_t *p)
{
    return u16_at(p) | u16_at(p + 2) << 16;
}

static inline uint64_t u64_at(const uint8_t *p)
{
    return (uint64_t)u32_at(p) | (uint64_t)u32_at(p + 4) << 32;
}

/* Every record passes here: by place, since all 64 bytes are there. */
static void read_header(const uint8_t *p, sonda_record_header *header)
{
    header->size = u32_at(p);
    header->source = (uint16_t)u16_at(p + 4);
    header->type = (uint16_t)u16_at(p + 6);
    header->version = (uint16_t)u16_at(p + 8);
    header->flags = (uint16_t)u16_at(p + 10);
    header->stream = u32_at(p + 12);
    header->mono_ns = u64_at(p + 16);
    header->wall_ns = u64_at(p + 24);
    header->seq = u64_at(p + 32);
    header->ticket = u64_at(p + 40);
    header->deadline_ns = u64_at(p + 48);
    header->reserved = u64_at(p + 56);
}

sonda_status
sonda_record_header_read(const void *record, size_t record_len, sonda_record_header *header)
{
    sonda_record_header parsed;

    if (record == NULL || header == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    if (record_len < SONDA_RECORD_HEADER_SIZE) {
        return SONDA_ERR_TRUNCATED;
    }
    read_header(record, &parsed);
    if (parsed.size > SONDA_RECORD_MAX || record_len > SONDA_RECORD_MAX) {
        return SONDA_ERR_LIMIT;
    }
    if (parsed.size > record_len) {
        return SONDA_ERR_TRUNCATED;
    }
    if (parsed.size != record_len || parsed.reserved != 0) {
        return SONDA_ERR_MALFORMED;
    }
    *header = parsed;
    return SONDA_OK;
}

/* A writer over the room behind what the builder holds. */
static sonda__writer writer_of(const sonda_record_builder *builder)
{
    sonda__writer writer;
    size_t end = builder->capacity < SONDA_RECORD_MAX ? builder->capacity : SONDA_RECORD_MAX;

    sonda__writer_init(&writer, builder->buffer + builder->used, end - builder->used);
    return writer;
}

/* Takes what was written into the record, or keeps the failure. */
static sonda_status keep(sonda_record_builder *builder, const sonda__writer *writer)
{
    if (writer->status == SONDA_OK) {
        builder->used += writer->needed;
    }
    builder->status = writer->status;
    return builder->status;
}

static sonda_status fail(sonda_record_builder *builder, sonda_status status)
{
    if (builder->status == SONDA_OK) {
        builder->status = status;
    }
    return builder->status;
}

sonda_status sonda_record_begin(sonda_record_builder *builder,
                                uint8_t *buffer,
                                size_t buffer_size,
                                const sonda_record_header *header,
                                uint32_t class_uid,
                                uint32_t activity_id,
                                uint16_t product)
{
    sonda_record_header first;
    sonda__writer writer;

    if (builder == NULL || buffer == NULL || header == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    *builder = (sonda_record_builder){buffer, buffer_size, 0, SONDA_OK, 0};
    if (buffer_size < SONDA_RECORD_HEADER_SIZE) {
        return fail(builder, SONDA_ERR_FULL);
    }
    first = *header;
    first.size = SONDA_RECORD_HEADER_SIZE;
    (void)sonda_record_header_write(&first, buffer);
    builder->used = SONDA_RECORD_HEADER_SIZE;
    writer = writer_of(builder);
    sonda__writer_u32le(&writer, class_uid);
    sonda__writer_u32le(&writer, activity_id);
    sonda__writer_u16le(&writer, product);
    sonda__writer_u16le(&writer, 0); /* channel */
    sonda__writer_u32le(&writer, 0); /* event id */
    return keep(builder, &writer);
}

sonda_status sonda_record_set_log(sonda_record_builder *builder,
                                  const char *channel,
                                  size_t channel_len,
                                  uint32_t event_id)
{
    sonda__writer writer;

    if (builder == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    if (builder->status != SONDA_OK) {
        return builder->status;
    }
    if ((channel == NULL && channel_len != 0) || channel_len > SONDA__FIELD_NAME_MAX) {
        return fail(builder, SONDA_ERR_INVALID_ARGUMENT);
    }
    if (builder->used != SONDA_RECORD_HEADER_SIZE + PREFIX_SIZE) {
        return fail(builder, SONDA_ERR_BAD_STATE);
    }
    /* Over the empty channel and event id that begin wrote. */
    builder->used -= 6;
    writer = writer_of(builder);
    sonda__writer_u16le(&writer, (uint16_t)channel_len);
    sonda__writer_bytes(&writer, channel, channel_len);
    sonda__writer_u32le(&writer, event_id);
    return keep(builder, &writer);
}

static sonda_status add(sonda_record_builder *builder,
                        sonda_field_id id,
                        sonda_value_type type,
                        sonda__span name,
                        sonda__span text)
{
    sonda__writer writer = writer_of(builder);

    if (text.len > SONDA_RECORD_MAX) {
        return fail(builder, SONDA_ERR_FULL);
    }
    sonda__writer_u32le(&writer, id);
    sonda__writer_u16le(&writer, type);
    sonda__writer_u16le(&writer, (uint16_t)name.len);
    sonda__writer_u32le(&writer, (uint32_t)text.len);
    sonda__writer_span(&writer, name);
    sonda__writer_span(&writer, text);
    return keep(builder, &writer);
}

static sonda_status
add_table_field(sonda_record_builder *builder, sonda_field_id field, sonda__span text)
{
    if (builder->status != SONDA_OK) {
        return builder->status;
    }
    if (field == SONDA_FIELD_NONE || field >= SONDA_FIELD_COUNT) {
        return fail(builder, SONDA_ERR_INVALID_ARGUMENT);
    }
    return add(builder, field, sonda__field_rows[field].type, sonda__span_of("", 0), text);
}

sonda_status sonda_record_add(sonda_record_builder *builder,
                              sonda_field_id field,
                              const char *text,
                              size_t text_len)
{
    if (builder == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    if (text == NULL && text_len != 0) {
        return fail(builder, SONDA_ERR_INVALID_ARGUMENT);
    }
    return add_table_field(builder, field, sonda__span_of(text, text_len));
}

sonda_status sonda_record_add_named(sonda_record_builder *builder,
                                    const char *name,
                                    size_t name_len,
                                    const char *text,
                                    size_t text_len)
{
    sonda__span spelling = sonda__span_of(name, name_len);
    sonda__span value = sonda__span_of(text, text_len);
    sonda_field_id id;

    if (builder == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    if (builder->status != SONDA_OK) {
        return builder->status;
    }
    if (name == NULL || name_len == 0 || (text == NULL && text_len != 0)) {
        return fail(builder, SONDA_ERR_INVALID_ARGUMENT);
    }
    if (name_len > SONDA__FIELD_NAME_MAX) {
        return fail(builder, SONDA_ERR_LIMIT);
    }
    id = sonda__names_find(sonda__names_of_table(), spelling);
    if (id != SONDA_FIELD_UNKNOWN) {
        return add_table_field(builder, id, value);
    }
    return add(builder, id, SONDA_TYPE_STRING, spelling, value);
}

sonda_status
sonda_record_add_number(sonda_record_builder *builder, sonda_field_id field, uint64_t number)
{
    char digits[SONDA__DECIMAL_MAX];
    size_t len = sonda__format_decimal(number, digits);

    if (builder == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    return add_table_field(builder, field, sonda__span_of(digits, len));
}

static bool is_generic(uint16_t source)
{
    return source == SONDA_SOURCE_GENERIC || source == SONDA_SOURCE_HEALTH ||
           source >= SONDA_SOURCE_VENDOR;
}

sonda_status sonda_record_finish(sonda_record_builder *builder,
                                 uint16_t source,
                                 uint16_t type,
                                 size_t *record_len)
{
    sonda__writer writer;

    if (builder == NULL || record_len == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    if (builder->status != SONDA_OK || !is_generic(source)) {
        return fail(builder, SONDA_ERR_INVALID_ARGUMENT);
    }
    sonda__writer_init(&writer, builder->buffer, 8);
    sonda__writer_u32le(&writer, (uint32_t)builder->used);
    sonda__writer_u16le(&writer, source);
    sonda__writer_u16le(&writer, type);
    *record_len = builder->used;
    return SONDA_OK;
}
