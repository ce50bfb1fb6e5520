/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The event: storage, building, and the public read-only view.
 *
 * Storage is one block, opened once: the struct, the field array, the arena.
 * The arena holds a record's worth of changed text beside the renderings, so
 * within SONDA_RECORD_MAX decoding never runs out.
 *
 * Layer 2 (event): uses base and codec.
 */

#include "core/event/event.h"

#include "sonda/abi.h"
#include "core/base/allocate.h"
#include "core/codec/number.h"
#include "core/codec/utf8.h"
#include "core/event/field_rows.h"

#define FIELDS_SIZE (SONDA__EVENT_FIELDS_MAX * sizeof(sonda__field))
#define ARENA_SIZE SONDA__EVENT_ARENA_BYTES
#define BLOCK_SIZE (sizeof(sonda_event) + FIELDS_SIZE + ARENA_SIZE)

/* The field array stands right behind the struct. */
_Static_assert(sizeof(sonda_event) % _Alignof(sonda__field) == 0, "field array alignment");

sonda_status sonda_event_open(sonda_event **event, const sonda_allocator *allocator)
{
    static const sonda_record_header no_header;
    sonda_allocator ours;
    sonda_event *opened;
    sonda_status status;

    if (event == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    status = sonda_allocator_read(allocator, &ours);
    if (status != SONDA_OK) {
        return status;
    }
    opened = sonda__allocate(&ours, 1, BLOCK_SIZE);
    if (opened == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    memset(opened, 0, sizeof *opened);
    opened->fields = (sonda__field *)(opened + 1);
    opened->field_capacity = SONDA__EVENT_FIELDS_MAX;
    opened->allocator = ours;
    opened->host = sonda__span_of("", 0);
    sonda__arena_init(&opened->arena, opened->fields + SONDA__EVENT_FIELDS_MAX, ARENA_SIZE);
    sonda__event_begin(opened, &no_header, sonda__names_of_table());
    *event = opened;
    return SONDA_OK;
}

void sonda_event_close(sonda_event *event)
{
    if (event != NULL) {
        sonda_allocator allocator = event->allocator;

        sonda__release(&allocator, event);
    }
}

void sonda__event_begin(sonda_event *event,
                        const sonda_record_header *header,
                        const sonda__names *names)
{
    event->header = *header;
    event->class_uid = SONDA_CLASS_BASE;
    event->activity_id = SONDA_ACTIVITY_UNKNOWN;
    event->product = SONDA_PRODUCT_NONE;
    event->is_quiet = false;
    event->is_raw = false;
    event->link.role = SONDA__OBJECT_NONE;
    event->event_id = 0;
    event->time_ns = header->wall_ns;
    event->channel = sonda__span_of("", 0);
    event->provider = sonda__span_of("", 0);
    event->names = names;
    event->names_serial = 0;
    event->field_count = 0;
    event->chain_count = 0;
    event->waited_count = 0;
    event->waited_lost = 0;
    sonda__arena_reset(&event->arena);
}

sonda_status sonda__event_add(
    sonda_event *event, sonda_field_id id, sonda__span name, sonda__span text, uint16_t flags)
{
    sonda__field *field;

    if (event->field_count == event->field_capacity) {
        return SONDA_ERR_LIMIT;
    }
    field = &event->fields[event->field_count++];
    field->id = id;
    field->flags = flags;
    field->reserved = 0;
    field->name = name.len != 0 ? name : sonda__names_spelling(event->names, id);
    field->text = text;
    return SONDA_OK;
}

sonda_status
sonda__event_add_named(sonda_event *event, sonda__span name, sonda__span text, uint16_t flags)
{
    sonda_field_id id = sonda__names_find(event->names, name);

    return sonda__event_add(event, id, name, text, flags);
}

sonda_status sonda__event_add_number(sonda_event *event, sonda_field_id id, uint64_t number)
{
    char digits[SONDA__DECIMAL_MAX];
    size_t len = sonda__format_decimal(number, digits);

    return sonda__event_add_copy(event, id, sonda__span_of(digits, len), 0);
}

sonda_status
sonda__event_add_copy(sonda_event *event, sonda_field_id id, sonda__span text, uint16_t flags)
{
    char *copy = sonda__arena_take(&event->arena, text.len, 1);

    if (copy == NULL) {
        return SONDA_ERR_LIMIT;
    }
    if (text.len != 0) {
        memcpy(copy, text.data, text.len);
    }
    if (!sonda__utf8_valid(text)) {
        flags |= SONDA_VALUE_ILL_FORMED;
    }
    return sonda__event_add(event, id, sonda__span_of("", 0), sonda__span_of(copy, text.len),
                            flags);
}

const sonda__field *sonda__event_find(const sonda_event *event, sonda_field_id id)
{
    for (size_t i = 0; i < event->field_count; i++) {
        if (event->fields[i].id == id) {
            return &event->fields[i];
        }
    }
    return NULL;
}

sonda__span sonda__event_text(const sonda_event *event, sonda_field_id id)
{
    const sonda__field *field = sonda__event_find(event, id);

    return field != NULL ? field->text : sonda__span_of("", 0);
}

uint32_t sonda_event_class(const sonda_event *event)
{
    return event != NULL ? event->class_uid : SONDA_CLASS_BASE;
}

uint32_t sonda_event_activity(const sonda_event *event)
{
    return event != NULL ? event->activity_id : SONDA_ACTIVITY_UNKNOWN;
}

uint64_t sonda_event_time_ns(const sonda_event *event)
{
    return event != NULL ? event->time_ns : 0;
}

uint16_t sonda_event_product(const sonda_event *event)
{
    return event != NULL ? event->product : (uint16_t)SONDA_PRODUCT_NONE;
}

const sonda_record_header *sonda_event_header(const sonda_event *event)
{
    return event != NULL ? &event->header : NULL;
}

size_t sonda_event_field_count(const sonda_event *event)
{
    return event != NULL ? event->field_count : 0;
}

static sonda_status fill_view(const sonda__field *field, sonda_field_view *view)
{
    sonda_field_view filled = SONDA_FIELD_VIEW_INIT;

    if (field == NULL) {
        return SONDA_ERR_NOT_FOUND;
    }
    filled.id = field->id;
    filled.type =
        field->id < SONDA_FIELD_COUNT ? sonda__field_rows[field->id].type : SONDA_TYPE_STRING;
    filled.flags = field->flags;
    filled.name = field->name.data;
    filled.name_len = field->name.len;
    filled.text = field->text.data;
    filled.text_len = field->text.len;
    return sonda_abi_write(&filled, sizeof filled, view);
}

sonda_status sonda_event_field(const sonda_event *event, size_t index, sonda_field_view *view)
{
    if (event == NULL || view == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    return fill_view(index < event->field_count ? &event->fields[index] : NULL, view);
}

sonda_status
sonda_event_find(const sonda_event *event, sonda_field_id id, sonda_field_view *view)
{
    if (event == NULL || view == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    return fill_view(sonda__event_find(event, id), view);
}
