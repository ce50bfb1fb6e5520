/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Endpoint Security records to events.
 *
 * Each item becomes the fields that eslogger's JSON would have given, by the
 * names of es_name_table.c; es_event.c makes the event of them.
 *
 * Layer 3 (normalise): uses base, codec, event. No allocation.
 */

#include "core/normalise/es_record.h"

#include "core/base/error.h"
#include "core/codec/address_text.h"
#include "core/codec/number.h"
#include "core/codec/reader.h"
#include "core/codec/time_text.h"
#include "core/codec/utf8.h"
#include "core/normalise/es_event.h"
#include "core/normalise/es_kind_table.h"
#include "core/normalise/es_name_table.h"

/* "2025-08-07T15:13:09.798115": nanoseconds and the Z behind microseconds. */
#define MICROSECONDS_LEN (SONDA__TIME_LEN - 4u)
#define EVENT "event."

typedef struct decoder {
    sonda_event *event;
    sonda__es_head head;
    sonda__span kind_name; /* of the event, below "event." */
    char number[SONDA__DECIMAL_MAX];
    uint16_t elements[SONDA_ES_FIELD_COUNT]; /* of lists, as many as are fields */
    uint16_t last[SONDA_ES_FIELD_COUNT];     /* of them, the last one's index */
    sonda_status status;                     /* of the first field that failed */
} decoder;

uint64_t sonda__es_number(sonda__span bytes)
{
    uint64_t number = 0;

    if (bytes.len > sizeof number) {
        return 0;
    }
    for (size_t i = bytes.len; i > 0; i--) {
        number = number << 8 | (uint8_t)bytes.data[i - 1];
    }
    return number;
}

int64_t sonda__es_signed(sonda__span bytes)
{
    uint64_t number = sonda__es_number(bytes);
    uint64_t sign = bytes.len > 0 && bytes.len <= 8 ? UINT64_C(1) << (8 * bytes.len - 1) : 0;

    return (int64_t)((number ^ sign) - sign);
}

sonda_status sonda__es_read_head(sonda__span payload, sonda__es_head *head, sonda_error *error)
{
    sonda__reader reader;
    uint32_t size;

    sonda__reader_init(&reader, payload.data, payload.len);
    size = sonda__reader_u32le(&reader);
    head->type = sonda__reader_u32le(&reader);
    head->message_version = sonda__reader_u32le(&reader);
    head->action = sonda__reader_u32le(&reader);
    head->time_ns = sonda__reader_u64le(&reader);
    head->mach_time = sonda__reader_u64le(&reader);
    head->seq = sonda__reader_u64le(&reader);
    head->global_seq = sonda__reader_u64le(&reader);
    head->thread = sonda__reader_u64le(&reader);
    head->flags = sonda__reader_u32le(&reader);
    head->result_type = sonda__reader_u32le(&reader);
    head->result = sonda__reader_u32le(&reader);
    sonda__reader_skip(&reader, 4);
    if (reader.status != SONDA_OK) {
        return sonda__error_set(error, SONDA_ERR_TRUNCATED, payload.len,
                                "Endpoint Security record: its head is cut short");
    }
    if (size != payload.len) {
        return sonda__error_set(error, SONDA_ERR_MALFORMED, SONDA_ES_AT_SIZE,
                                "Endpoint Security record: its length is not the payload's");
    }
    return SONDA_OK;
}

bool sonda__es_next_item(sonda__span payload, size_t *offset, sonda__es_item *item)
{
    sonda__reader reader;
    uint32_t len;
    size_t left;
    size_t padding;

    sonda__reader_init(&reader, payload.data + *offset, payload.len - *offset);
    item->field = sonda__reader_u16le(&reader);
    item->block = sonda__reader_u8(&reader);
    item->flags = sonda__reader_u8(&reader);
    len = sonda__reader_u32le(&reader);
    item->bytes = sonda__reader_bytes(&reader, len);
    if (reader.status != SONDA_OK) {
        return false;
    }
    item->bytes = item->bytes.data != NULL ? item->bytes : sonda__span_of("", 0);
    left = sonda__reader_left(&reader);
    padding = (8u - (len & 7u)) & 7u;
    *offset = payload.len - left + (padding < left ? padding : left);
    return true;
}

/* ---- names ---- */

static char *put(char *at, sonda__span text)
{
    memcpy(at, text.data, text.len);
    return at + text.len;
}

/* "process.", "event.exec." or "event.exec.target.", and `name` behind it. */
static sonda__span name_of(decoder *d, uint8_t block, const char *name, const char *member)
{
    sonda__span of_block = sonda__span_text(sonda__es_blocks[block]);
    sonda__span parts[2] = {sonda__span_text(name), sonda__span_text(member)};
    size_t room =
        sizeof EVENT + d->kind_name.len + of_block.len + parts[0].len + parts[1].len + 4;
    char *text = sonda__arena_take(&d->event->arena, room, 1);
    char *at = text;

    if (text == NULL) {
        return sonda__span_of(NULL, 0);
    }
    if (block != SONDA_ES_BLOCK_PROCESS) {
        at = put(at, sonda__span_text(EVENT));
        at = put(at, d->kind_name);
        *at++ = '.';
    }
    at = put(at, of_block);
    for (size_t i = 0; i < 2; i++) {
        if (parts[i].len > 0 && at[-1] != '.') {
            *at++ = '.';
        }
        at = put(at, parts[i]);
    }
    return sonda__span_of(text, (size_t)(at - text));
}

static void add(decoder *d, sonda__span name, sonda__span text, uint16_t flags)
{
    sonda_status status = SONDA_ERR_LIMIT;

    if (name.data != NULL && text.data != NULL) {
        status = sonda__event_add_named(d->event, name, text, flags);
    }
    d->status = d->status == SONDA_OK ? status : d->status;
}

static sonda__span kept(decoder *d, const char *text, size_t len)
{
    char *copy = sonda__arena_take(&d->event->arena, len, 1);

    if (copy != NULL) {
        memcpy(copy, text, len);
    }
    return sonda__span_of(copy, len);
}

static sonda__span decimal(decoder *d, uint64_t number)
{
    return kept(d, d->number, sonda__format_decimal(number, d->number));
}

static void add_top(decoder *d, const char *name, uint64_t number)
{
    add(d, sonda__span_text(name), decimal(d, number), 0);
}

/* ---- forms ---- */

static sonda__span hex(decoder *d, sonda__span bytes)
{
    char *text = bytes.len <= SONDA_RECORD_MAX
                     ? sonda__arena_take(&d->event->arena, 2 * bytes.len + 1, 1)
                     : NULL;

    for (size_t i = 0; i < bytes.len && text != NULL; i++) {
        text[2 * i] = "0123456789ABCDEF"[(uint8_t)bytes.data[i] >> 4];
        text[2 * i + 1] = "0123456789ABCDEF"[(uint8_t)bytes.data[i] & 15u];
    }
    return sonda__span_of(text, 2 * bytes.len);
}

static sonda__span address(decoder *d, sonda__span bytes)
{
    char text[SONDA__ADDRESS_TEXT_MAX];
    uint8_t raw[16] = {0};

    if (bytes.len != 4 && bytes.len != 16) {
        return sonda__span_of("", 0);
    }
    memcpy(raw, bytes.data, bytes.len);
    return kept(d, text,
                bytes.len == 4 ? sonda__format_ipv4(raw, text) : sonda__format_ipv6(raw, text));
}

static sonda__span start_time(decoder *d, uint64_t time_ns)
{
    char text[SONDA__TIME_LEN];

    (void)sonda__format_time(time_ns, text);
    text[MICROSECONDS_LEN] = 'Z';
    return kept(d, text, MICROSECONDS_LEN + 1);
}

static sonda__span nano_time(decoder *d, uint64_t time_ns)
{
    char text[SONDA__TIME_LEN];

    return kept(d, text, sonda__format_time(time_ns, text));
}

static sonda__span scalar(decoder *d, sonda__es_form form, sonda__span bytes)
{
    switch (form) {
    case SONDA__ES_NUMBER:
        return decimal(d, sonda__es_number(bytes));
    case SONDA__ES_SIGNED:
        return kept(d, d->number, sonda__format_signed(sonda__es_signed(bytes), d->number));
    case SONDA__ES_BOOLEAN:
        return sonda__span_text(sonda__es_number(bytes) != 0 ? "true" : "false");
    case SONDA__ES_HEX:
        return hex(d, bytes);
    case SONDA__ES_START:
        return start_time(d, sonda__es_number(bytes));
    case SONDA__ES_ADDRESS:
        return address(d, bytes);
    case SONDA__ES_NONE:
    case SONDA__ES_TEXT:
    case SONDA__ES_TOKEN:
    case SONDA__ES_STAT:
    case SONDA__ES_FD:
    case SONDA__ES_NAMED:
    default:
        return bytes;
    }
}

/* ---- items of several fields ---- */

static void add_words(decoder *d, const sonda__es_item *item, const char *name)
{
    sonda__reader reader;

    sonda__reader_init(&reader, item->bytes.data, item->bytes.len);
    for (size_t i = 0; i < SONDA__ES_TOKEN_WORDS; i++) {
        add(d, name_of(d, item->block, name, sonda__es_token_names[i]),
            decimal(d, sonda__reader_u32le(&reader)), 0);
    }
}

static void add_stat(decoder *d, const sonda__es_item *item, const char *name)
{
    sonda__reader reader;

    sonda__reader_init(&reader, item->bytes.data, item->bytes.len);
    for (size_t i = 0; i < SONDA__ES_STAT_MEMBERS; i++) {
        sonda__span member = name_of(d, item->block, name, sonda__es_stat_names[i]);
        uint64_t number = i < SONDA__ES_STAT_WORDS ? sonda__reader_u32le(&reader)
                                                   : sonda__reader_u64le(&reader);

        add(d, member,
            i < SONDA__ES_STAT_WORDS + SONDA__ES_STAT_LONGS ? decimal(d, number)
                                                            : nano_time(d, number),
            0);
    }
}

static void add_descriptor(decoder *d, const sonda__es_item *item, const char *name)
{
    sonda__reader reader;

    sonda__reader_init(&reader, item->bytes.data, item->bytes.len);
    add(d, name_of(d, item->block, name, "fd"), decimal(d, sonda__reader_u32le(&reader)), 0);
    add(d, name_of(d, item->block, name, "fdtype"), decimal(d, sonda__reader_u32le(&reader)),
        0);
}

/* A member the table lacks: whoever fills it in knows its name. */
static void add_named(decoder *d, const sonda__es_item *item)
{
    char name[SONDA__FIELD_NAME_MAX + 1];
    const char *zero = memchr(item->bytes.data, '\0', item->bytes.len);
    size_t len = zero != NULL ? (size_t)(zero - item->bytes.data) : 0;
    sonda__span text;

    if (len == 0 || len > SONDA__FIELD_NAME_MAX / 2) {
        return;
    }
    memcpy(name, item->bytes.data, len + 1);
    text = sonda__span_of(zero + 1, item->bytes.len - len - 1);
    add(d, name_of(d, item->block, name, ""), text,
        sonda__utf8_valid(text) ? 0 : SONDA_VALUE_ILL_FORMED);
}

/* ---- one item ---- */

static uint16_t flags_of(const sonda__es_item *item, sonda__es_form form)
{
    uint16_t flags = (item->flags & SONDA_ES_ITEM_TRUNCATED) != 0 ? SONDA_VALUE_TRUNCATED : 0;

    if (form == SONDA__ES_TEXT && !sonda__utf8_valid(item->bytes)) {
        flags |= SONDA_VALUE_ILL_FORMED;
    }
    return flags;
}

static void add_item(decoder *d, const sonda__es_item *item)
{
    const sonda__es_field *row = &sonda__es_fields[item->field];

    if ((item->flags & SONDA_ES_ITEM_NULL) != 0) {
        add(d, name_of(d, item->block, row->name == NULL ? "" : row->name, ""),
            sonda__span_of("", 0), SONDA_VALUE_NULL);
    } else if (row->form == SONDA__ES_TOKEN) {
        add_words(d, item, row->name);
    } else if (row->form == SONDA__ES_STAT) {
        add_stat(d, item, row->name);
    } else if (row->form == SONDA__ES_FD) {
        add_descriptor(d, item, row->name);
    } else if (row->form == SONDA__ES_NAMED) {
        add_named(d, item);
    } else {
        add(d, name_of(d, item->block, row->name, ""),
            scalar(d, (sonda__es_form)row->form, item->bytes),
            flags_of(item, (sonda__es_form)row->form));
    }
}

/* An item of a field and a block we know. */
static void take_item(decoder *d, const sonda__es_item *item)
{
    const sonda__es_field *row = &sonda__es_fields[item->field];
    bool is_null = (item->flags & SONDA_ES_ITEM_NULL) != 0;

    if (row->name == NULL && !is_null) {
        return;
    }
    if (row->is_list == 0 || is_null) {
        add_item(d, item);
    } else if (d->elements[item->field] < SONDA__ES_LIST_MAX) {
        add_item(d, item);
        d->elements[item->field]++;
        d->last[item->field] = (uint16_t)(d->event->field_count - 1);
    } else if (row->form == SONDA__ES_TEXT) {
        d->status = sonda__es_lengthen(d->event, d->last[item->field], item->bytes,
                                       flags_of(item, SONDA__ES_TEXT));
    }
}

static sonda_status take_items(decoder *d, sonda__span payload, sonda_error *error)
{
    size_t offset = SONDA_ES_HEAD_SIZE;
    sonda__es_item item;

    while (offset < payload.len && sonda__es_next_item(payload, &offset, &item)) {
        if (item.field < SONDA_ES_FIELD_COUNT && item.block < SONDA_ES_BLOCK_COUNT &&
            sonda__es_blocks[item.block] != NULL && d->status == SONDA_OK) {
            take_item(d, &item);
        }
    }
    return offset == payload.len
               ? SONDA_OK
               : sonda__error_set(error, SONDA_ERR_TRUNCATED, offset,
                                  "Endpoint Security record: an item ends behind the record");
}

static void add_head(decoder *d)
{
    const sonda__es_head *head = &d->head;

    add_top(d, "schema_version", 1);
    add_top(d, "version", head->message_version);
    add(d, sonda__span_text("time"), nano_time(d, head->time_ns), 0);
    add_top(d, "mach_time", head->mach_time);
    if ((head->flags & SONDA_ES_HEAD_SEQ) != 0) {
        add_top(d, "seq_num", head->seq);
    }
    if ((head->flags & SONDA_ES_HEAD_GLOBAL_SEQ) != 0) {
        add_top(d, "global_seq_num", head->global_seq);
    }
    add_top(d, "event_type", head->type);
    add_top(d, "action_type", head->action);
    if (head->action != 0) {
        add_top(d, "action.result.result_type", head->result_type);
        add_top(d,
                head->result_type == 0 ? "action.result.result.auth"
                                       : "action.result.result.flags",
                head->result);
    }
    if ((head->flags & SONDA_ES_HEAD_THREAD) != 0) {
        add_top(d, "thread.thread_id", head->thread);
    }
}

/* The name of a type we do not know is its number: "type_148". */
static void set_kind_name(decoder *d)
{
    static const char unknown[] = "type_";
    const sonda__es_kind *kind = sonda__es_kind_by_type(d->head.type);
    char text[sizeof unknown + SONDA__DECIMAL_MAX];
    size_t len = sizeof unknown - 1;

    if (kind != NULL) {
        d->kind_name = sonda__span_text(kind->name);
        return;
    }
    memcpy(text, unknown, len);
    d->kind_name = kept(d, text, len + sonda__format_decimal(d->head.type, text + len));
}

sonda_status sonda__decode_es(sonda_event *event, sonda__span payload, sonda_error *error)
{
    decoder d = {.event = event, .status = SONDA_OK};
    sonda_status status = sonda__es_read_head(payload, &d.head, error);

    if (status != SONDA_OK) {
        return status;
    }
    if (d.head.type != event->header.type) {
        return sonda__error_set(error, SONDA_ERR_MALFORMED, SONDA_ES_AT_TYPE,
                                "Endpoint Security record: its type is not its header's");
    }
    set_kind_name(&d);
    add_head(&d);
    status = take_items(&d, payload, error);
    if (status != SONDA_OK) {
        return status;
    }
    status = d.status == SONDA_OK ? sonda__es_interpret(event) : d.status;
    return status == SONDA_OK
               ? SONDA_OK
               : sonda__error_set(error, status, 0,
                                  "Endpoint Security record: no room for its fields");
}
