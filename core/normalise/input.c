/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The push parser: a buffer, a format, and a framing that looks into both.
 *
 * Records leave without a copy of their own: the header is written into the
 * buffer right in front of the payload, over bytes that are done with. The
 * buffer holds one record and one block, whatever the input's length. It is our
 * own or, so that records may outlive the call, that of a batch.
 *
 * Layer 3 (normalise): uses base, codec, event.
 */

#include "sonda/input.h"

#include "sonda/abi.h"
#include "core/base/allocate.h"
#include "core/normalise/etl_file.h"
#include "core/normalise/evtx_file.h"
#include "core/normalise/framing.h"
#include "core/normalise/input_format.h"
#include "sonda/recording.h"

/* Bytes taken at a time: what has been framed stays in the second-level cache. */
#define BLOCK ((size_t)256 * 1024)
#define HEAD ((size_t)SONDA_RECORD_HEADER_SIZE)
#define CAPACITY (HEAD + SONDA__FRAME_MAX + 1 + BLOCK)

_Static_assert(CAPACITY == SONDA_INPUT_BUFFER_MIN, "input.h says it in its own terms");

struct sonda_input {
    sonda_allocator allocator;
    sonda_input_options options;
    uint32_t format;
    sonda_status status; /* what ended the input before its end */
    bool finished;
    bool inside; /* a callback is running */
    bool begun;  /* a byte order mark was looked for */
    uint64_t count;
    uint64_t offset; /* in the input, of buffer[begin] */
    size_t begin;
    size_t end;
    sonda__json_framing json;
    sonda__line_framing lines;
    sonda__event_framing events;
    sonda_recording *recording; /* NULL when the format rules it out */
    sonda__evtx_file *evtx;     /* the same */
    sonda__etl_file *etl;       /* the same */
    char *buffer;               /* `own`, or what sonda_input_move() was given */
    char own[];
};

static bool may_be_recording(uint32_t format)
{
    return format == SONDA_FORMAT_AUTO || format == SONDA_FORMAT_RECORDING;
}

static bool may_be_evtx(uint32_t format)
{
    return format == SONDA_FORMAT_AUTO || format == SONDA_FORMAT_EVTX;
}

static bool may_be_etl(uint32_t format)
{
    return format == SONDA_FORMAT_AUTO || format == SONDA_FORMAT_ETL;
}

static sonda_status read_options(sonda_input_options *ours, const sonda_input_options *given)
{
    sonda_input_options defaults = SONDA_INPUT_OPTIONS_INIT;
    sonda_status status;

    *ours = defaults;
    if (given == NULL) {
        return SONDA_OK;
    }
    status = sonda_abi_read(given, ours, sizeof *ours);
    if (status == SONDA_OK && ours->format > SONDA_FORMAT_ETL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    return status;
}

static void init(sonda_input *input, const sonda_input_options *options)
{
    input->options = *options;
    input->format = options->format;
    input->status = SONDA_OK;
    input->finished = false;
    input->inside = false;
    input->begun = false;
    input->count = 0;
    input->offset = 0;
    input->begin = HEAD;
    input->end = HEAD;
    input->recording = NULL;
    input->evtx = NULL;
    input->etl = NULL;
    input->buffer = input->own;
    sonda__json_framing_init(&input->json);
    sonda__line_framing_init(&input->lines);
    sonda__event_framing_init(&input->events);
}

/* What only some formats need. */
static sonda_status open_parts(sonda_input *input, const sonda_allocator *allocator)
{
    if (may_be_evtx(input->format)) {
        input->evtx = sonda__allocate(&input->allocator, 1, sizeof *input->evtx);
        if (input->evtx == NULL) {
            return SONDA_ERR_NO_MEMORY;
        }
        sonda__evtx_file_init(input->evtx);
    }
    if (may_be_etl(input->format)) {
        input->etl = sonda__allocate(&input->allocator, 1, sizeof *input->etl);
        if (input->etl == NULL) {
            return SONDA_ERR_NO_MEMORY;
        }
        sonda__etl_file_init(input->etl);
    }
    return may_be_recording(input->format) ? sonda_recording_open(&input->recording, allocator)
                                           : SONDA_OK;
}

sonda_status sonda_input_open(sonda_input **input,
                              const sonda_input_options *options,
                              const sonda_allocator *allocator)
{
    sonda_allocator ours;
    sonda_input_options wanted;
    sonda_input *opened;
    sonda_status status;

    if (input == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    status = sonda_allocator_read(allocator, &ours);
    if (status == SONDA_OK) {
        status = read_options(&wanted, options);
    }
    if (status != SONDA_OK) {
        return status;
    }
    opened = sonda__allocate(&ours, 1, sizeof *opened + CAPACITY);
    if (opened == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    init(opened, &wanted);
    opened->allocator = ours;
    status = open_parts(opened, allocator);
    if (status != SONDA_OK) {
        sonda_input_close(opened);
        return status;
    }
    *input = opened;
    return SONDA_OK;
}

void sonda_input_close(sonda_input *input)
{
    if (input != NULL) {
        sonda_allocator allocator = input->allocator;

        sonda_recording_close(input->recording);
        sonda__release(&allocator, input->etl);
        sonda__release(&allocator, input->evtx);
        sonda__release(&allocator, input);
    }
}

uint32_t sonda_input_format(const sonda_input *input)
{
    return input == NULL ? SONDA_FORMAT_AUTO : input->format;
}

uint64_t sonda_input_count(const sonda_input *input)
{
    return input == NULL ? 0 : input->count;
}

/* Checks a call; what we know of its callbacks is in `ours` then. */
static sonda_status begin_call(const sonda_input *input,
                               const sonda_input_callbacks *callbacks,
                               sonda_input_callbacks *ours)
{
    const sonda_input_callbacks none = SONDA_INPUT_CALLBACKS_INIT;
    sonda_status status;

    if (input == NULL || callbacks == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    *ours = none;
    status = sonda_abi_read(callbacks, ours, sizeof *ours);
    if (status != SONDA_OK) {
        return status;
    }
    if (ours->on_record == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    return input->finished || input->inside ? SONDA_ERR_BAD_STATE : input->status;
}

/* ---- recordings ---- */

/* Counts a recording's records on their way to the caller. */
typedef struct counting {
    sonda_input *input;
    const sonda_input_callbacks *callbacks;
} counting;

static sonda_status count_record(
    const void *record, size_t record_len, uint64_t number, uint64_t offset, void *user)
{
    counting *through = user;

    through->input->count = number;
    return through->callbacks->on_record(record, record_len, number, offset,
                                         through->callbacks->user);
}

static void count_skipped(
    uint64_t number, uint64_t offset, sonda_status status, const char *reason, void *user)
{
    counting *through = user;

    through->input->count = number;
    if (through->callbacks->on_skipped != NULL) {
        through->callbacks->on_skipped(number, offset, status, reason,
                                       through->callbacks->user);
    }
}

static sonda_status feed_recording(sonda_input *input,
                                   sonda__span bytes,
                                   bool last,
                                   const sonda_input_callbacks *callbacks)
{
    sonda_input_callbacks through = SONDA_INPUT_CALLBACKS_INIT;
    counting user = {input, callbacks};
    sonda_status status;

    through.on_record = count_record;
    through.on_skipped = count_skipped;
    through.user = &user;
    input->inside = true;
    status = sonda_recording_feed(input->recording, bytes.data, bytes.len, &through, NULL);
    if (status == SONDA_OK && last) {
        status = sonda_recording_finish(input->recording, &through, NULL);
        /* A torn tail was told of as a skipped record. */
        status = status == SONDA_ERR_TRUNCATED && input->count > 0 ? SONDA_OK : status;
    }
    input->inside = false;
    return status;
}

/* ---- event log files ---- */

static sonda_status deliver_evtx(sonda_input *input,
                                 const sonda__evtx_unit *unit,
                                 const sonda_input_callbacks *callbacks)
{
    sonda__evtx_payloads *made = &input->evtx->payloads;
    sonda_record_header header = {0};
    sonda_status status;

    header.size = (uint32_t)(HEAD + made->len);
    header.source = (uint16_t)SONDA_SOURCE_EVTX;
    header.version = (uint16_t)SONDA__EVTX_PAYLOAD_VERSION;
    header.stream = input->options.stream;
    header.wall_ns = unit->written_ns;
    header.seq = ++input->count;
    status = sonda_record_header_write(&header, made->header);
    return status != SONDA_OK ? status
                              : callbacks->on_record(made->header, header.size, input->count,
                                                     unit->offset, callbacks->user);
}

/* What a file of another's making has beside records: one that is lost, or damage. */
static void tell_trouble(sonda_input *input,
                         bool is_record,
                         uint64_t offset,
                         sonda_status status,
                         const char *reason,
                         const sonda_input_callbacks *callbacks)
{
    if (is_record) {
        input->count++;
        if (callbacks->on_skipped != NULL) {
            callbacks->on_skipped(input->count, offset, status, reason, callbacks->user);
        }
    } else if (callbacks->on_damage != NULL) {
        callbacks->on_damage(offset, status, reason, callbacks->user);
    }
}

static sonda_status feed_evtx(sonda_input *input,
                              sonda__span bytes,
                              bool last,
                              const sonda_input_callbacks *callbacks)
{
    sonda_status status = SONDA_OK;

    input->inside = true;
    while (status == SONDA_OK) {
        sonda__evtx_unit unit = sonda__evtx_file_next(input->evtx, &bytes, last);

        if (unit.kind == SONDA__EVTX_MORE) {
            break;
        }
        if (unit.kind == SONDA__EVTX_RECORD) {
            status = deliver_evtx(input, &unit, callbacks);
        } else {
            tell_trouble(input, unit.kind == SONDA__EVTX_SKIPPED, unit.offset, unit.status,
                         unit.reason, callbacks);
        }
    }
    input->inside = false;
    return status;
}

/* Nothing is buffered and the format is known: the bytes need no copy. */
static bool is_evtx_uncopied(sonda_input *input, const char *bytes, size_t len)
{
    if (input->begin != input->end) {
        return false;
    }
    if (input->format == SONDA_FORMAT_AUTO &&
        sonda__input_detect(sonda__span_of(bytes, len < 8 ? len : 8), false) ==
            SONDA_FORMAT_EVTX) {
        input->format = SONDA_FORMAT_EVTX;
    }
    return input->format == SONDA_FORMAT_EVTX;
}

/* ---- trace files ---- */

static sonda_status deliver_etl(sonda_input *input,
                                const sonda__etl_unit *unit,
                                const sonda_input_callbacks *callbacks)
{
    sonda_record_header header = {0};
    sonda_status status;

    header.size = (uint32_t)input->etl->record_len;
    header.source = (uint16_t)SONDA_SOURCE_ETW;
    header.type = (uint16_t)SONDA_ETW_EVENT;
    header.version = (uint16_t)SONDA_ETW_VERSION;
    header.stream = input->options.stream;
    header.wall_ns = unit->written_ns;
    header.seq = ++input->count;
    status = sonda_record_header_write(&header, input->etl->record);
    return status != SONDA_OK
               ? status
               : callbacks->on_record(input->etl->record, header.size, input->count,
                                      unit->offset, callbacks->user);
}

static sonda_status feed_etl(sonda_input *input,
                             sonda__span bytes,
                             bool last,
                             const sonda_input_callbacks *callbacks)
{
    sonda_status status = SONDA_OK;

    input->inside = true;
    while (status == SONDA_OK) {
        sonda__etl_unit unit = sonda__etl_file_next(input->etl, &bytes, last);

        if (unit.kind == SONDA__ETL_MORE) {
            break;
        }
        if (unit.kind == SONDA__ETL_RECORD) {
            status = deliver_etl(input, &unit, callbacks);
        } else {
            tell_trouble(input, unit.kind == SONDA__ETL_SKIPPED, unit.offset, unit.status,
                         unit.reason, callbacks);
        }
    }
    input->inside = false;
    return status;
}

/* ---- text ---- */

static uint16_t source_of(uint32_t format)
{
    return format == SONDA_FORMAT_AUDIT        ? (uint16_t)SONDA_SOURCE_AUDIT
           : format == SONDA_FORMAT_SYSMON_XML ? (uint16_t)SONDA_SOURCE_SYSMON_XML
                                               : (uint16_t)SONDA_SOURCE_JSON;
}

/* The header goes where bytes already done with stand, unless it is wanted apart. */
static sonda_status
deliver(sonda_input *input, const sonda__unit *unit, const sonda_input_callbacks *callbacks)
{
    char *payload = input->buffer + input->begin + unit->begin;
    size_t len = unit->end - unit->begin;
    uint64_t offset = input->offset + unit->begin;
    sonda_record_header header = {0};
    sonda_status status = SONDA_OK;

    header.size = (uint32_t)(HEAD + len);
    header.source = source_of(input->format);
    header.stream = input->options.stream;
    header.seq = ++input->count;
    if (callbacks->on_payload == NULL) {
        status = sonda_record_header_write(&header, (uint8_t *)payload - HEAD);
    }
    if (status != SONDA_OK) {
        return status;
    }
    input->inside = true;
    status = callbacks->on_payload != NULL
                 ? callbacks->on_payload(&header, payload, len, input->count, offset,
                                         callbacks->user)
                 : callbacks->on_record(payload - HEAD, HEAD + len, input->count, offset,
                                        callbacks->user);
    input->inside = false;
    return status;
}

static void
skip(sonda_input *input, const sonda__unit *unit, const sonda_input_callbacks *callbacks)
{
    input->count++;
    if (callbacks->on_skipped != NULL) {
        input->inside = true;
        callbacks->on_skipped(input->count, input->offset + unit->begin, unit->status,
                              unit->reason, callbacks->user);
        input->inside = false;
    }
}

static sonda__span window_of(const sonda_input *input)
{
    return sonda__span_of(input->buffer + input->begin, input->end - input->begin);
}

static void consume(sonda_input *input, size_t count)
{
    input->begin += count;
    input->offset += count;
}

static sonda__unit next_unit(sonda_input *input, bool last)
{
    switch (input->format) {
    case SONDA_FORMAT_JSON:
        return sonda__json_framing_next(&input->json, window_of(input), last);
    case SONDA_FORMAT_SYSMON_XML:
        return sonda__event_framing_next(&input->events, window_of(input), last);
    default:
        return sonda__line_framing_next(&input->lines, window_of(input), last);
    }
}

/* Every unit that the bytes at hand complete, up to the limit. */
static sonda_status frame(sonda_input *input, bool last, const sonda_input_callbacks *callbacks)
{
    uint64_t stop = callbacks->limit != 0 ? input->count + callbacks->limit : UINT64_MAX;

    while (input->count < stop) {
        sonda__unit unit = next_unit(input, last);
        sonda_status status = SONDA_OK;

        if (unit.kind == SONDA__UNIT_RECORD) {
            status = deliver(input, &unit, callbacks);
        } else if (unit.kind == SONDA__UNIT_SKIPPED) {
            skip(input, &unit, callbacks);
        }
        consume(input, unit.consumed);
        if (status != SONDA_OK || unit.kind == SONDA__UNIT_MORE) {
            return status;
        }
    }
    return SONDA_ERR_FULL;
}

/* Settles the format, then passes what is buffered on. */
static sonda_status
process(sonda_input *input, bool last, const sonda_input_callbacks *callbacks)
{
    if (input->format == SONDA_FORMAT_AUTO) {
        input->format = sonda__input_detect(window_of(input), last);
    }
    if (input->format == SONDA_FORMAT_AUTO) {
        return SONDA_OK;
    }
    if (input->format == SONDA_FORMAT_RECORDING) {
        sonda__span window = window_of(input);

        consume(input, window.len);
        return feed_recording(input, window, last, callbacks);
    }
    if (input->format == SONDA_FORMAT_EVTX) {
        sonda__span window = window_of(input);

        consume(input, window.len);
        return feed_evtx(input, window, last, callbacks);
    }
    if (input->format == SONDA_FORMAT_ETL) {
        sonda__span window = window_of(input);

        consume(input, window.len);
        return feed_etl(input, window, last, callbacks);
    }
    if (!input->begun) {
        size_t mark = 0;

        if (!sonda__input_byte_order_mark(window_of(input), last, &mark)) {
            return SONDA_OK;
        }
        consume(input, mark);
        input->begun = true;
    }
    return frame(input, last, callbacks);
}

/* Moves what is left to the front of `buffer`. */
static void settle(sonda_input *input, char *buffer)
{
    size_t left = input->end - input->begin;

    if (input->begin != HEAD || buffer != input->buffer) {
        memmove(buffer + HEAD, input->buffer + input->begin, left);
        input->buffer = buffer;
        input->begin = HEAD;
        input->end = HEAD + left;
    }
}

static size_t room_of(const sonda_input *input)
{
    size_t room = CAPACITY - input->end;

    return room < BLOCK ? room : BLOCK;
}

sonda_status sonda_input_room(sonda_input *input, void **bytes, size_t *room)
{
    if (input == NULL || bytes == NULL || room == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    if (input->inside) {
        return SONDA_ERR_BAD_STATE;
    }
    settle(input, input->buffer);
    *bytes = input->buffer + input->end;
    *room = room_of(input);
    return SONDA_OK;
}

sonda_status sonda_input_move(sonda_input *input, void *buffer, size_t size)
{
    if (input == NULL || (buffer != NULL && size < CAPACITY)) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    if (input->inside) {
        return SONDA_ERR_BAD_STATE;
    }
    settle(input, buffer != NULL ? buffer : input->own);
    return SONDA_OK;
}

/* Takes bytes in, if they do not stand where they belong; returns how many. */
static size_t fill(sonda_input *input, const char *bytes, size_t len)
{
    size_t room;

    if (bytes == input->buffer + input->end) {
        room = room_of(input);
        len = len < room ? len : room;
    } else {
        settle(input, input->buffer);
        room = room_of(input);
        len = len < room ? len : room;
        memcpy(input->buffer + input->end, bytes, len);
    }
    input->end += len;
    return len;
}

/* One piece of what is fed; a limit does not end the input. */
static sonda_status
feed_piece(sonda_input *input, bool last, const sonda_input_callbacks *callbacks)
{
    sonda_status status = process(input, last, callbacks);

    input->status = status == SONDA_ERR_FULL ? SONDA_OK : status;
    return status;
}

/* Whether the bytes stand in the room, all of them. */
static bool is_in_room(const sonda_input *input, const void *bytes, size_t len)
{
    return (const char *)bytes == input->buffer + input->end && len <= room_of(input);
}

sonda_status sonda_input_feed(sonda_input *input,
                              const void *bytes,
                              size_t len,
                              const sonda_input_callbacks *callbacks)
{
    const char *p = bytes;
    sonda_input_callbacks ours;
    sonda_status status = begin_call(input, callbacks, &ours);

    if (status == SONDA_OK && len != 0 &&
        (bytes == NULL || (ours.limit != 0 && !is_in_room(input, bytes, len)))) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    if (status == SONDA_OK && len > 0 && is_evtx_uncopied(input, p, len)) {
        input->status = feed_evtx(input, sonda__span_of(p, len), false, &ours);
        return input->status;
    }
    if (status == SONDA_OK && len == 0) {
        return feed_piece(input, false, &ours);
    }
    while (status == SONDA_OK && len > 0) {
        size_t taken = fill(input, p, len);

        p += taken;
        len -= taken;
        status = feed_piece(input, false, &ours);
    }
    return status;
}

sonda_status sonda_input_finish(sonda_input *input, const sonda_input_callbacks *callbacks)
{
    sonda_input_callbacks ours;
    sonda_status status = begin_call(input, callbacks, &ours);

    if (status == SONDA_OK) {
        status = feed_piece(input, true, &ours);
        input->finished = status != SONDA_ERR_FULL;
    }
    return status;
}
