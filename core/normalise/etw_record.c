/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Reads user data by its layout, field by field.
 *
 * Every read is bounded; the reader's status is looked at once, when all are
 * done. Texts that the event needs go into its arena, as UTF-8.
 *
 * Layer 3 (normalise): uses base, codec, event.
 */

#include "core/normalise/etw_record.h"

#include "core/base/error.h"
#include "core/codec/address_text.h"
#include "core/codec/bytes.h"
#include "core/codec/number.h"
#include "core/codec/time_text.h"
#include "core/codec/utf8.h"
#include "core/normalise/etw_layout.h"
#include "core/normalise/evtx_value.h"
#include "sonda/spi/etw_record.h"

#define NOT_KNOWN 0xffffffffu
#define SID_HEAD 8u
/* Bytes of an event without layout that are written out: ETW allows 64 KiB. */
#define RAW_MAX 65536u

typedef struct decoder {
    sonda_event *event;
    const uint8_t *head;
    sonda__reader reader;
    bool is_32_bit;
    sonda_status status; /* of the first field that could not be added */
    sonda__etw_notes notes;
} decoder;

static void note(decoder *d, sonda_status status)
{
    d->status = d->status == SONDA_OK ? status : d->status;
}

/* ---- adding ---- */

static void
add_text(decoder *d, const sonda__etw_field *field, sonda__span text, uint16_t flags)
{
    note(d, field->id == SONDA_FIELD_UNKNOWN
                ? sonda__event_add_named(d->event, sonda__span_text(field->text), text, flags)
                : sonda__event_add(d->event, field->id, sonda__span_of("", 0), text, flags));
}

static void add_static(decoder *d, sonda_field_id id, const char *text)
{
    note(d, sonda__event_add(d->event, id, sonda__span_of("", 0), sonda__span_text(text), 0));
}

/* Text formatted on the stack, into the arena. */
static sonda__span keep(decoder *d, const char *text, size_t len)
{
    char *copy = sonda__arena_take(&d->event->arena, len, 1);

    if (copy == NULL) {
        note(d, SONDA_ERR_LIMIT);
        return sonda__span_of("", 0);
    }
    memcpy(copy, text, len);
    return sonda__span_of(copy, len);
}

/* A value as Windows renders it. */
static sonda__span render(decoder *d, uint32_t type, sonda__span bytes, uint16_t *flags)
{
    const sonda__evtx_value value = {type, bytes};
    size_t room;
    char *out = sonda__arena_rest(&d->event->arena, &room);
    size_t len = 0;

    if (sonda__evtx_render(value, out, room, &len, flags) != SONDA_OK) {
        note(d, SONDA_ERR_LIMIT);
        return sonda__span_of("", 0);
    }
    sonda__arena_keep(&d->event->arena, len);
    return sonda__span_of(out, len);
}

/* ---- numbers ---- */

static void use_number(decoder *d, const sonda__etw_field *field, uint64_t number)
{
    char text[SONDA__DECIMAL_MAX];
    size_t len;

    switch (field->use) {
    case SONDA__ETW_OBJECT:
        d->event->link.object = number;
        return;
    case SONDA__ETW_KEY:
        d->event->link.key = number;
        return;
    case SONDA__ETW_STATUS:
        d->notes.status = (uint32_t)number;
        return;
    case SONDA__ETW_KIND:
        d->notes.kind = (uint32_t)number;
        return;
    case SONDA__ETW_VALUE:
        len = sonda__format_decimal(number, text);
        break;
    case SONDA__ETW_HEX:
        len = sonda__format_hex(number, text);
        break;
    case SONDA__ETW_TIME:
        len = sonda__format_decimal(sonda__time_of_filetime(number), text);
        break;
    default:
        return;
    }
    add_text(d, field, keep(d, text, len), 0);
}

static uint64_t read_pointer(decoder *d)
{
    return d->is_32_bit ? sonda__reader_u32le(&d->reader) : sonda__reader_u64le(&d->reader);
}

static uint64_t read_port(decoder *d)
{
    uint16_t bytes = sonda__reader_u16le(&d->reader);

    return (uint64_t)(bytes & 0xffu) << 8 | bytes >> 8;
}

/* ---- texts ---- */

/* Units up to a zero one, which is passed over, or up to the end. */
static sonda__span read_wide(decoder *d)
{
    const uint8_t *p = d->reader.next;
    size_t units = sonda__reader_left(&d->reader) / 2;
    size_t len = 0;
    sonda__span bytes;

    while (len < units && (p[2 * len] | p[2 * len + 1]) != 0) {
        len++;
    }
    bytes = sonda__reader_bytes(&d->reader, 2 * len);
    if (len < units) {
        sonda__reader_skip(&d->reader, 2);
    }
    return bytes;
}

static sonda__span read_narrow(decoder *d)
{
    const uint8_t *p = d->reader.next;
    size_t left = sonda__reader_left(&d->reader);
    const uint8_t *zero = left == 0 ? NULL : memchr(p, 0, left);
    sonda__span bytes =
        sonda__reader_bytes(&d->reader, zero != NULL ? (size_t)(zero - p) : left);

    if (zero != NULL) {
        sonda__reader_skip(&d->reader, 1);
    }
    return bytes;
}

static sonda__span wide_text(decoder *d, sonda__span bytes, uint16_t *flags)
{
    size_t room;
    char *out = sonda__arena_rest(&d->event->arena, &room);
    bool ill_formed = false;
    size_t len = 0;

    if (bytes.len == 0) {
        return sonda__span_of("", 0);
    }
    if (sonda__utf16le_to_utf8(bytes, out, room, &len, &ill_formed) != SONDA_OK) {
        note(d, SONDA_ERR_LIMIT);
        return sonda__span_of("", 0);
    }
    *flags |= ill_formed ? SONDA_VALUE_ILL_FORMED : 0;
    sonda__arena_keep(&d->event->arena, len);
    return sonda__span_of(out, len);
}

static void use_text(decoder *d, const sonda__etw_field *field, sonda__span bytes, bool is_wide)
{
    uint16_t flags = 0;
    sonda__span text;

    if (field->use == SONDA__ETW_PASS || d->reader.status != SONDA_OK) {
        return;
    }
    text = is_wide          ? wide_text(d, bytes, &flags)
           : bytes.len == 0 ? sonda__span_of("", 0)
                            : render(d, SONDA__EVTX_ANSI, bytes, &flags);
    if (field->use == SONDA__ETW_NAME) {
        d->event->link.name = text;
    } else if (field->use == SONDA__ETW_LEAF) {
        d->event->link.leaf = text;
    } else if (text.len > 0 || field->id != SONDA_FIELD_IMAGE) {
        add_text(d, field, text, flags);
    }
}

/* ---- the rest ---- */

static void read_sid(decoder *d, const sonda__etw_field *field)
{
    size_t left = sonda__reader_left(&d->reader);
    size_t len = left < 2 ? SID_HEAD : SID_HEAD + 4u * d->reader.next[1];
    sonda__span bytes = sonda__reader_bytes(&d->reader, len);
    uint16_t flags = 0;

    if (d->reader.status == SONDA_OK && field->use != SONDA__ETW_PASS) {
        sonda__span text = render(d, SONDA__EVTX_SID, bytes, &flags);

        add_text(d, field, text, flags);
    }
}

/* The kernel logs where the SID was, and of what attributes, in front of it. */
static void read_user(decoder *d, const sonda__etw_field *field)
{
    const uint8_t *p = d->reader.next;

    if (sonda__reader_left(&d->reader) >= 4 && sonda__u32le_at(p) == 0) {
        sonda__reader_skip(&d->reader, 4);
        return;
    }
    sonda__reader_skip(&d->reader, d->is_32_bit ? 8 : 16);
    if (d->reader.status == SONDA_OK) {
        read_sid(d, field);
    }
}

static void read_address(decoder *d, const sonda__etw_field *field)
{
    bool is_ipv6 = field->type == SONDA__ETW_IPV6;
    sonda__span bytes = sonda__reader_bytes(&d->reader, is_ipv6 ? 16 : 4);
    char text[SONDA__ADDRESS_TEXT_MAX];
    size_t len;

    if (d->reader.status != SONDA_OK) {
        return;
    }
    len = is_ipv6 ? sonda__format_ipv6((const uint8_t *)bytes.data, text)
                  : sonda__format_ipv4((const uint8_t *)bytes.data, text);
    add_text(d, field, keep(d, text, len), 0);
}

static void read_field(decoder *d, const sonda__etw_field *field)
{
    switch (field->type) {
    case SONDA__ETW_CONSTANT:
        add_static(d, field->id, field->text);
        break;
    case SONDA__ETW_U8:
        use_number(d, field, sonda__reader_u8(&d->reader));
        break;
    case SONDA__ETW_U16:
        use_number(d, field, sonda__reader_u16le(&d->reader));
        break;
    case SONDA__ETW_U32:
        use_number(d, field, sonda__reader_u32le(&d->reader));
        break;
    case SONDA__ETW_U64:
        use_number(d, field, sonda__reader_u64le(&d->reader));
        break;
    case SONDA__ETW_POINTER:
        use_number(d, field, read_pointer(d));
        break;
    case SONDA__ETW_PORT:
        use_number(d, field, read_port(d));
        break;
    case SONDA__ETW_IPV4:
    case SONDA__ETW_IPV6:
        read_address(d, field);
        break;
    case SONDA__ETW_SID:
        read_sid(d, field);
        break;
    case SONDA__ETW_USER:
        read_user(d, field);
        break;
    case SONDA__ETW_WIDE:
        use_text(d, field, read_wide(d), true);
        break;
    case SONDA__ETW_NARROW:
        use_text(d, field, read_narrow(d), false);
        break;
    default: /* SONDA__ETW_DATA */
        d->notes.contents = sonda__reader_bytes(&d->reader, sonda__reader_u16le(&d->reader));
        break;
    }
}

/* ---- the head ---- */

static void add_id(decoder *d, sonda_field_id id, size_t offset)
{
    uint32_t number = sonda__u32le_at(d->head + offset);

    if (number != NOT_KNOWN) {
        note(d, sonda__event_add_number(d->event, id, number));
    }
}

static void add_actor(decoder *d, uint32_t actor)
{
    if (actor == SONDA__ETW_ACTOR_IN_HEAD) {
        add_id(d, SONDA_FIELD_PROCESS_ID, SONDA_ETW_AT_PID);
        add_id(d, SONDA_FIELD_THREAD_ID, SONDA_ETW_AT_TID);
    } else if (actor == SONDA__ETW_ACTOR_SOURCE) {
        add_id(d, SONDA_FIELD_SOURCE_PROCESS_ID, SONDA_ETW_AT_PID);
        add_id(d, SONDA_FIELD_SOURCE_THREAD_ID, SONDA_ETW_AT_TID);
    }
}

static void add_source(decoder *d, const sonda__etw_provider *provider)
{
    sonda_event *event = d->event;

    if (provider != NULL) {
        event->provider = sonda__span_text(provider->name);
        add_static(d, SONDA_FIELD_PROVIDER_NAME, provider->name);
    }
    if (provider != NULL && provider->channel != NULL) {
        event->channel = sonda__span_text(provider->channel);
        add_static(d, SONDA_FIELD_CHANNEL, provider->channel);
    }
    note(d, sonda__event_add_number(event, SONDA_FIELD_EVENT_ID, event->event_id));
}

/* ---- events ---- */

static void decode_raw(decoder *d)
{
    static const sonda__etw_field version = {SONDA__ETW_U8, SONDA__ETW_VALUE,
                                             SONDA_FIELD_VERSION, NULL};
    static const sonda__etw_field opcode = {SONDA__ETW_U8, SONDA__ETW_VALUE, SONDA_FIELD_OPCODE,
                                            NULL};
    static const sonda__etw_field data = {SONDA__ETW_DATA, SONDA__ETW_VALUE,
                                          SONDA_FIELD_UNKNOWN, "UserData"};
    sonda__span guid = sonda__span_of((const char *)d->head + SONDA_ETW_AT_PROVIDER, 16);
    size_t left = sonda__reader_left(&d->reader);
    uint16_t flags = left > RAW_MAX ? SONDA_VALUE_TRUNCATED : 0;
    uint16_t none = 0;

    d->event->is_raw = true;
    note(d, sonda__event_add(d->event, SONDA_FIELD_PROVIDER_GUID, sonda__span_of("", 0),
                             render(d, SONDA__EVTX_GUID, guid, &none), 0));
    use_number(d, &version, d->head[SONDA_ETW_AT_VERSION]);
    use_number(d, &opcode, d->head[SONDA_ETW_AT_OPCODE]);
    if (left > 0) {
        sonda__span bytes = sonda__reader_bytes(&d->reader, left < RAW_MAX ? left : RAW_MAX);

        add_text(d, &data, render(d, SONDA__EVTX_BINARY, bytes, &none), flags);
    }
    add_actor(d, SONDA__ETW_ACTOR_IN_HEAD);
}

static void decode_layout(decoder *d, const sonda__etw_layout *layout)
{
    sonda_event *event = d->event;

    event->class_uid = layout->class_uid;
    event->activity_id = layout->activity_id;
    event->is_quiet = (layout->flags & SONDA__ETW_QUIET) != 0;
    event->link.role = layout->role;
    if ((layout->flags & SONDA__ETW_SNAPSHOT) != 0) {
        event->header.flags |= SONDA_RECORD_SNAPSHOT;
    }
    for (const sonda__etw_field *field = layout->fields; field->type != SONDA__ETW_END;
         field++) {
        read_field(d, field);
    }
    if (d->reader.status == SONDA_OK && layout->finish != NULL) {
        note(d, layout->finish(event, &d->notes));
    }
    add_actor(d, layout->actor);
}

static sonda_status open_payload(decoder *d, sonda__span payload, sonda_error *error)
{
    if (d->event->header.version != SONDA_ETW_VERSION) {
        return sonda__error_set(error, SONDA_ERR_VERSION, 0,
                                "ETW record: version %u of its layout is not known",
                                (uint64_t)d->event->header.version);
    }
    if (payload.len < SONDA_ETW_HEAD_SIZE) {
        return sonda__error_set(error, SONDA_ERR_TRUNCATED, payload.len,
                                "ETW record: its head is cut short");
    }
    if (sonda__u32le_at(d->head + SONDA_ETW_AT_SIZE) != payload.len ||
        d->event->header.type != SONDA_ETW_EVENT) {
        return sonda__error_set(error, SONDA_ERR_MALFORMED, SONDA_ETW_AT_SIZE,
                                "ETW record: its length or type is not its header's");
    }
    d->is_32_bit = (sonda__u16le_at(d->head + SONDA_ETW_AT_FLAGS) & SONDA_ETW_FLAG_32_BIT) != 0;
    sonda__reader_init(&d->reader, d->head + SONDA_ETW_HEAD_SIZE,
                       payload.len - SONDA_ETW_HEAD_SIZE);
    return SONDA_OK;
}

static void decode_event(decoder *d)
{
    const sonda__etw_provider *provider =
        sonda__etw_provider_of(d->head + SONDA_ETW_AT_PROVIDER);
    bool classic =
        (sonda__u16le_at(d->head + SONDA_ETW_AT_FLAGS) & SONDA_ETW_FLAG_CLASSIC) != 0;
    uint16_t id =
        classic ? d->head[SONDA_ETW_AT_OPCODE] : sonda__u16le_at(d->head + SONDA_ETW_AT_ID);
    const sonda__etw_layout *layout =
        provider == NULL
            ? NULL
            : sonda__etw_layout_of(provider, classic, id, d->head[SONDA_ETW_AT_VERSION]);
    uint64_t filetime = sonda__u64le_at(d->head + SONDA_ETW_AT_TIME);

    d->event->product = SONDA_PRODUCT_WINDOWS;
    d->event->event_id = id;
    if (filetime != 0) {
        d->event->time_ns = sonda__time_of_filetime(filetime);
    }
    add_source(d, provider);
    if (layout != NULL) {
        decode_layout(d, layout);
    } else {
        decode_raw(d);
    }
}

sonda_status sonda__decode_etw(sonda_event *event, sonda__span payload, sonda_error *error)
{
    const sonda__object_link no_link = {SONDA__OBJECT_NONE, 0, 0, 0, {"", 0}, {"", 0}};
    decoder d;
    sonda_status status;

    memset(&d, 0, sizeof d);
    d.event = event;
    d.head = (const uint8_t *)payload.data;
    event->link = no_link;
    status = open_payload(&d, payload, error);
    if (status != SONDA_OK) {
        return status;
    }
    decode_event(&d);
    if (d.reader.status != SONDA_OK) {
        return sonda__error_set(error, d.reader.status, payload.len,
                                "ETW record: the data of event %u of %s are cut short",
                                (uint64_t)event->event_id, event->provider.data);
    }
    if (d.status != SONDA_OK) {
        return sonda__error_set(error, d.status, 0, "ETW record: no room for its fields");
    }
    return SONDA_OK;
}
