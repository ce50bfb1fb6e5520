/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A flat record under construction, and the event it becomes: what the tests of
 * the Linux programs' and the Windows driver's records share.
 *
 * Tests only.
 */

#ifndef SONDA_TESTS_UNIT_NORMALISE_FLAT_RECORD_H
#define SONDA_TESTS_UNIT_NORMALISE_FLAT_RECORD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/event/event.h"

/* A payload under construction, and the event it becomes. */
struct fixture {
    uint8_t payload[8192];
    size_t len;
    sonda_record_header header;
    sonda_event *event;
    sonda_error error;
};

static inline void put(struct fixture *f, size_t offset, uint64_t number, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        f->payload[offset + i] = (uint8_t)(number >> (8 * i));
    }
}

static inline void put_u32(struct fixture *f, size_t offset, uint32_t number)
{
    put(f, offset, number, 4);
}

static inline void
add_item(struct fixture *f, uint16_t kind, uint16_t flags, const char *bytes, size_t len)
{
    put(f, f->len, kind, 2);
    put(f, f->len + 2, flags, 2);
    put(f, f->len + 4, len, 4);
    memcpy(f->payload + f->len + 8, bytes, len);
    f->len += (8 + len + 7) & ~(size_t)7;
}

static inline void assert_text(const struct fixture *f, sonda_field_id id, const char *expected)
{
    sonda__span text = sonda__event_text(f->event, id);

    assert_non_null(sonda__event_find(f->event, id));
    assert_int_equal(text.len, strlen(expected));
    assert_memory_equal(text.data, expected, text.len);
}

static inline uint16_t flags_of(const struct fixture *f, sonda_field_id id)
{
    const sonda__field *field = sonda__event_find(f->event, id);

    assert_non_null(field);
    return field->flags;
}

static inline int open_fixture(void **state)
{
    static struct fixture fixture;

    memset(&fixture, 0, sizeof fixture);
    fixture.error.struct_size = sizeof fixture.error;
    *state = &fixture;
    return sonda_event_open(&fixture.event, NULL);
}

static inline int close_fixture(void **state)
{
    struct fixture *f = *state;

    sonda_event_close(f->event);
    return 0;
}

#endif
