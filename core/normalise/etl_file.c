/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Buffer by buffer, event by event.
 *
 * Each byte is looked at once: an event whose length cannot be known costs the
 * rest of its buffer, a buffer whose header contradicts itself costs as many
 * bytes as its predecessors had. Buffers are written when full, one of each
 * processor, so events are not in the order of their times.
 *
 * Layer 3 (normalise): uses base, codec.
 */

#include "core/normalise/etl_file.h"

#include "core/codec/bytes.h"
#include "core/normalise/etl_event.h"

#define HEADER_SIZE 72u
#define BUFFER_MIN 256u

/* Offsets in the buffer's header. */
#define AT_SIZE 0u
#define AT_FILLED 4u
#define AT_FLAGS 52u
#define AT_TYPE 54u

#define FLAG_EVENTS_LOST 0x0002u
#define FLAG_BUFFER_LOST 0x0004u
#define FLAG_COMPRESSED 0x0040u
#define TYPE_HEADER 4u

#define HEADER_MARKER 0xc0u
#define KIND_SYSTEM_32 1u
#define KIND_SYSTEM_64 2u

void sonda__etl_file_init(sonda__etl_file *file)
{
    file->state = SONDA__ETL_AT_BUFFER;
    file->lost_events = false;
    file->buffer_size = 0;
    file->filled = 0;
    file->at = 0;
    file->padding = 0;
    file->usual_size = 0;
    file->offset = 0;
    memset(&file->clock, 0, sizeof file->clock);
    file->held = 0;
    file->record_len = 0;
}

/* ---- recognising ---- */

/* No text begins with a byte of zero, as a buffer's size does. */
static bool is_size(sonda__span start)
{
    const uint8_t *p = (const uint8_t *)start.data;

    return (start.len < 1 || p[0] == 0) &&
           (start.len < 4 ||
            (sonda__u32le_at(p) >= BUFFER_MIN && sonda__u32le_at(p) <= SONDA__ETL_BUFFER_MAX));
}

bool sonda__etl_detect(sonda__span start, bool *maybe)
{
    const uint8_t *p = (const uint8_t *)start.data;

    *maybe = is_size(start) && start.len < SONDA__ETL_MARK_SIZE;
    if (!is_size(start) || *maybe) {
        return false;
    }
    return sonda__u16le_at(p + AT_TYPE) == TYPE_HEADER && p[HEADER_SIZE + 3] == HEADER_MARKER &&
           (p[HEADER_SIZE + 2] == KIND_SYSTEM_32 || p[HEADER_SIZE + 2] == KIND_SYSTEM_64) &&
           sonda__u16le_at(p + HEADER_SIZE + 6) == 0;
}

/* ---- taking bytes ---- */

/*
 * `count` bytes that are not done with, in one piece, or NULL when there are
 * fewer; they stand in `bytes` or were copied together.
 */
static const uint8_t *peek(sonda__etl_file *file, sonda__span *bytes, size_t count)
{
    size_t wanted;

    if (file->held == 0 && bytes->len >= count) {
        return (const uint8_t *)bytes->data;
    }
    wanted = file->held < count ? count - file->held : 0;
    wanted = wanted < bytes->len ? wanted : bytes->len;
    if (wanted > 0) {
        memcpy(file->buffer + file->held, bytes->data, wanted);
        file->held += wanted;
        bytes->data += wanted;
        bytes->len -= wanted;
    }
    return file->held >= count ? file->buffer : NULL;
}

/* Done with `count` bytes, or as many as there are. */
static size_t drop(sonda__etl_file *file, sonda__span *bytes, size_t count)
{
    size_t held = count < file->held ? count : file->held;
    size_t given = count - held < bytes->len ? count - held : bytes->len;

    file->held -= held;
    if (file->held > 0) {
        memmove(file->buffer, file->buffer + held, file->held);
    }
    bytes->data += given;
    bytes->len -= given;
    file->offset += held + given;
    return held + given;
}

static size_t drop_in_buffer(sonda__etl_file *file, sonda__span *bytes, size_t count)
{
    size_t done = drop(file, bytes, count);

    file->at += (uint32_t)done;
    return done;
}

static sonda__etl_unit
tell(sonda__etl_kind kind, sonda_status status, uint64_t offset, const char *reason)
{
    const sonda__etl_unit unit = {kind, status, offset, 0, reason};

    return unit;
}

static sonda__etl_unit more(void)
{
    return tell(SONDA__ETL_MORE, SONDA_OK, 0, NULL);
}

/* ---- steps: each takes bytes, or says what it found ---- */

/* Buffers of one file have one size: behind a broken header the next may follow. */
static sonda__etl_unit lose_buffer(sonda__etl_file *file)
{
    file->state = file->usual_size != 0 ? SONDA__ETL_IN_REST : SONDA__ETL_AT_END;
    file->buffer_size = file->usual_size;
    file->at = 0;
    return tell(SONDA__ETL_SKIPPED, SONDA_ERR_MALFORMED, file->offset,
                "the header of a trace buffer contradicts itself");
}

static sonda__etl_unit enter_buffer(sonda__etl_file *file, const uint8_t *header)
{
    uint16_t flags = sonda__u16le_at(header + AT_FLAGS);
    bool compressed = (flags & FLAG_COMPRESSED) != 0;

    file->buffer_size = sonda__u32le_at(header + AT_SIZE);
    file->filled = sonda__u32le_at(header + AT_FILLED);
    if (file->buffer_size < HEADER_SIZE || file->buffer_size > SONDA__ETL_BUFFER_MAX ||
        (!compressed && (file->filled < HEADER_SIZE || file->filled > file->buffer_size))) {
        return lose_buffer(file);
    }
    file->at = 0;
    file->usual_size = compressed ? file->usual_size : file->buffer_size;
    if (compressed) {
        file->state = SONDA__ETL_IN_REST;
        return tell(SONDA__ETL_SKIPPED, SONDA_ERR_UNSUPPORTED, file->offset,
                    "a compressed trace buffer, which is not read");
    }
    file->state = SONDA__ETL_AT_EVENT;
    file->padding = 0;
    if ((flags & (FLAG_EVENTS_LOST | FLAG_BUFFER_LOST)) != 0 && !file->lost_events) {
        file->lost_events = true;
        return tell(SONDA__ETL_DAMAGED, SONDA_ERR_TRUNCATED, file->offset,
                    "the session lost events while the trace was made");
    }
    return more();
}

/* True: the unit says something; false: go on. */
static bool step_buffer(sonda__etl_file *file, sonda__span *bytes, sonda__etl_unit *unit)
{
    const uint8_t *header = peek(file, bytes, HEADER_SIZE);

    if (header == NULL) {
        *unit = more();
        return true;
    }
    *unit = enter_buffer(file, header);
    if (file->state == SONDA__ETL_AT_EVENT) {
        (void)drop_in_buffer(file, bytes, HEADER_SIZE);
    }
    return unit->kind != SONDA__ETL_MORE;
}

/* What an event was; its bytes stay until the caller drops them. */
static bool
read_event(sonda__etl_file *file, const uint8_t *event, size_t len, sonda__etl_unit *unit)
{
    uint64_t time_ns = 0;

    switch (sonda__etl_event_read(file, event, len, &time_ns)) {
    case SONDA__ETL_FOUND_RECORD:
        *unit = tell(SONDA__ETL_RECORD, SONDA_OK, file->offset, NULL);
        unit->written_ns = time_ns;
        return true;
    case SONDA__ETL_FOUND_OTHER:
        *unit = tell(SONDA__ETL_SKIPPED, SONDA_ERR_UNSUPPORTED, file->offset,
                     "a trace event of a kind that is not read");
        return true;
    case SONDA__ETL_FOUND_BROKEN:
        *unit = tell(SONDA__ETL_SKIPPED, SONDA_ERR_MALFORMED, file->offset,
                     "a trace event that contradicts itself");
        return true;
    case SONDA__ETL_FOUND_OWN:
        break;
    }
    return false;
}

/* What stands between the last event and the next; false: more of it is to come. */
static bool pass_padding(sonda__etl_file *file, sonda__span *bytes)
{
    uint32_t left = file->filled - file->at;

    file->padding = file->padding < left ? file->padding : left;
    file->padding -= (uint32_t)drop_in_buffer(file, bytes, file->padding);
    return file->padding == 0;
}

static bool step_event(sonda__etl_file *file, sonda__span *bytes, sonda__etl_unit *unit)
{
    size_t left;
    const uint8_t *event;
    size_t len;
    bool found;

    if (!pass_padding(file, bytes)) {
        *unit = more();
        return true;
    }
    left = file->filled - file->at;
    if (left < SONDA__ETL_EVENT_LEAST) {
        file->state = SONDA__ETL_IN_REST;
        return false;
    }
    event = peek(file, bytes, SONDA__ETL_EVENT_LEAST);
    if (event != NULL) {
        len = sonda__etl_event_len(event);
        if (len < SONDA__ETL_EVENT_LEAST || len > left) {
            file->state = SONDA__ETL_IN_REST;
            *unit = tell(SONDA__ETL_SKIPPED, SONDA_ERR_MALFORMED, file->offset,
                         "a trace event whose length is none");
            return true;
        }
        event = peek(file, bytes, len);
    }
    if (event == NULL) {
        *unit = more();
        return true;
    }
    found = read_event(file, event, len, unit);
    (void)drop_in_buffer(file, bytes, len);
    file->padding = (8u - (len & 7u)) & 7u;
    return found;
}

static bool step_rest(sonda__etl_file *file, sonda__span *bytes, sonda__etl_unit *unit)
{
    (void)drop_in_buffer(file, bytes, file->buffer_size - file->at);
    if (file->at < file->buffer_size) {
        *unit = more();
        return true;
    }
    file->state = SONDA__ETL_AT_BUFFER;
    return false;
}

static sonda__etl_unit step(sonda__etl_file *file, sonda__span *bytes)
{
    sonda__etl_unit unit = more();
    bool told = false;

    while (!told) {
        switch (file->state) {
        case SONDA__ETL_AT_BUFFER:
            told = step_buffer(file, bytes, &unit);
            break;
        case SONDA__ETL_AT_EVENT:
            told = step_event(file, bytes, &unit);
            break;
        case SONDA__ETL_IN_REST:
            told = step_rest(file, bytes, &unit);
            break;
        case SONDA__ETL_AT_END:
            (void)drop(file, bytes, SIZE_MAX);
            told = true;
            break;
        }
    }
    return unit;
}

/* Ends within a buffer: what was begun is one unreadable record. */
static sonda__etl_unit end(sonda__etl_file *file)
{
    bool cut =
        file->held > 0 || (file->state == SONDA__ETL_AT_EVENT && file->at < file->filled);
    uint64_t offset = file->offset;

    file->state = SONDA__ETL_AT_END;
    file->held = 0;
    return cut ? tell(SONDA__ETL_SKIPPED, SONDA_ERR_TRUNCATED, offset,
                      "the trace ends within a buffer")
               : more();
}

sonda__etl_unit sonda__etl_file_next(sonda__etl_file *file, sonda__span *bytes, bool last)
{
    sonda__etl_unit unit = step(file, bytes);

    return unit.kind == SONDA__ETL_MORE && last && file->state != SONDA__ETL_AT_END ? end(file)
                                                                                    : unit;
}
