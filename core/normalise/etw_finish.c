/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What layouts cannot say as data: outcomes of calls, and values by their type.
 *
 * A call that failed did not do what its event's activity says; Sysmon does not
 * tell of such at all. The event stays, as an activity of another kind.
 *
 * Layer 3 (normalise): uses base, codec, event.
 */

#include "core/codec/bytes.h"
#include "core/codec/number.h"
#include "core/codec/utf8.h"
#include "core/normalise/etw_layout.h"

#define KEY_CREATED 1u
#define REG_SZ 1u
#define REG_EXPAND_SZ 2u
#define REG_DWORD 4u
#define REG_LINK 6u
#define REG_QWORD 11u

/* What was not done has no kind: EventType is the last field of its layouts. */
static void forget_type(sonda_event *event)
{
    if (event->field_count > 0 &&
        event->fields[event->field_count - 1].id == SONDA_FIELD_EVENT_TYPE) {
        event->field_count--;
    }
}

/* Of a call that failed: true, and the event says so. */
static bool has_failed(sonda_event *event, uint32_t ntstatus, sonda_status *status)
{
    char text[SONDA__HEX_MAX];
    size_t len = sonda__format_hex(ntstatus, text);

    if ((ntstatus & 0x80000000u) == 0) {
        return false;
    }
    forget_type(event);
    event->activity_id = SONDA_ACTIVITY_OTHER;
    *status = sonda__event_add_copy(event, SONDA_FIELD_STATUS, sonda__span_of(text, len), 0);
    return true;
}

sonda_status sonda__etw_finish_status(sonda_event *event, const sonda__etw_notes *notes)
{
    sonda_status status = SONDA_OK;

    (void)has_failed(event, notes->status, &status);
    return status;
}

sonda_status sonda__etw_finish_delete(sonda_event *event, const sonda__etw_notes *notes)
{
    return sonda__etw_finish_status(event, notes);
}

sonda_status sonda__etw_finish_key(sonda_event *event, const sonda__etw_notes *notes)
{
    sonda_status status = SONDA_OK;

    if (has_failed(event, notes->status, &status)) {
        event->link.role = SONDA__OBJECT_KEY_FORGET; /* what it would have opened is none */
        event->link.object = 0;
    } else if (event->activity_id == SONDA_REGISTRY_CREATE && notes->kind != KEY_CREATED) {
        forget_type(event); /* it was there */
        event->activity_id = SONDA_REGISTRY_READ;
    }
    return status;
}

/* Sysmon's word for a mandatory label. */
sonda_status sonda__etw_finish_start(sonda_event *event, const sonda__etw_notes *notes)
{
    static const struct {
        const char *sid;
        const char *level;
    } levels[] = {
        {"S-1-16-0", "Untrusted"},     {"S-1-16-4096", "Low"},   {"S-1-16-8192", "Medium"},
        {"S-1-16-8448", "Medium"},     {"S-1-16-12288", "High"}, {"S-1-16-16384", "System"},
        {"S-1-16-20480", "Protected"},
    };

    (void)notes;
    for (size_t i = 0; i < event->field_count; i++) {
        sonda__field *field = &event->fields[i];

        for (size_t k = 0;
             field->id == SONDA_FIELD_INTEGRITY_LEVEL && k < sizeof levels / sizeof levels[0];
             k++) {
            if (sonda__span_is(field->text, levels[k].sid)) {
                field->text = sonda__span_text(levels[k].level);
                return SONDA_OK;
            }
        }
    }
    return SONDA_OK;
}

/* A thread that its own process began is no news. */
sonda_status sonda__etw_finish_thread(sonda_event *event, const sonda__etw_notes *notes)
{
    uint64_t target = 0;

    (void)notes;
    (void)sonda__parse_decimal(sonda__event_text(event, SONDA_FIELD_TARGET_PROCESS_ID),
                               &target);
    event->link.object = target;
    return SONDA_OK;
}

/* ---- registry values, in Sysmon's words ---- */

static size_t put_hex(uint32_t number, char *out)
{
    for (size_t i = 0; i < 8; i++) {
        out[i] = "0123456789abcdef"[number >> (28 - 4 * i) & 15u];
    }
    return 8;
}

static sonda_status add_details(sonda_event *event, const char *text, size_t len)
{
    return sonda__event_add_copy(event, SONDA_FIELD_DETAILS, sonda__span_of(text, len), 0);
}

static sonda_status add_number(sonda_event *event, sonda__span data, bool is_quad)
{
    const uint8_t *p = (const uint8_t *)data.data;
    char text[32] = "DWORD (0x";
    size_t len = 9;

    text[0] = is_quad ? 'Q' : 'D';
    if (is_quad) {
        len += put_hex(sonda__u32le_at(p + 4), text + len);
        memcpy(text + len, "-0x", 3);
        len += 3;
    }
    len += put_hex(sonda__u32le_at(p), text + len);
    text[len++] = ')';
    return add_details(event, text, len);
}

static sonda_status add_string(sonda_event *event, sonda__span data)
{
    size_t room;
    char *out = sonda__arena_rest(&event->arena, &room);
    bool ill_formed = false;
    size_t len = 0;

    data.len -= data.len % 2;
    while (data.len >= 2 && (data.data[data.len - 1] | data.data[data.len - 2]) == 0) {
        data.len -= 2;
    }
    if (sonda__utf16le_to_utf8(data, out, room, &len, &ill_formed) != SONDA_OK) {
        return SONDA_ERR_LIMIT;
    }
    sonda__arena_keep(&event->arena, len);
    return sonda__event_add(event, SONDA_FIELD_DETAILS, sonda__span_of("", 0),
                            sonda__span_of(out, len), ill_formed ? SONDA_VALUE_ILL_FORMED : 0);
}

sonda_status sonda__etw_finish_value(sonda_event *event, const sonda__etw_notes *notes)
{
    sonda__span data = notes->contents;
    sonda_status status = SONDA_OK;

    if (has_failed(event, notes->status, &status)) {
        return status;
    }
    if (data.len == 0) {
        return add_details(event, "(Empty)", 7);
    }
    if (notes->kind == REG_DWORD && data.len >= 4) {
        return add_number(event, data, false);
    }
    if (notes->kind == REG_QWORD && data.len >= 8) {
        return add_number(event, data, true);
    }
    if (notes->kind == REG_SZ || notes->kind == REG_EXPAND_SZ || notes->kind == REG_LINK) {
        return add_string(event, data);
    }
    return add_details(event, "Binary Data", 11);
}
