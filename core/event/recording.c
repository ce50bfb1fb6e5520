/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Reading recordings, fed in pieces.
 *
 * Units (the file header, a frame with its record) are taken straight from the
 * fed bytes when they stand there whole; only one that is split between feeds
 * is gathered in the buffer. Where the pieces end therefore changes the work,
 * never the outcome. After damage the reader looks for the next frame whose
 * own checksum holds.
 *
 * Layer 2 (event): uses base and codec. Allocates in open only.
 */

#include "sonda/recording.h"

#include "sonda/abi.h"
#include "core/base/allocate.h"
#include "core/base/error.h"
#include "core/codec/crc32c.h"
#include "core/event/recording_format.h"

#define BUFFER_SIZE (SONDA_RECORD_MAX + SONDA_RECORDING_FRAME_SIZE)
/* How much damage is searched at once when it comes in small pieces. */
#define SEARCH_SIZE 4096u

/* What the next unit is. */
typedef enum unit {
    UNIT_FILE_HEADER,
    UNIT_FRAME,
    UNIT_DAMAGE, /* whatever comes before the next sound frame */
} unit;

struct sonda_recording {
    sonda_allocator allocator;
    sonda_recording_info info;
    unit expected;
    bool finished;
    bool inside;
    sonda_status ended; /* what ended the reading for good, or SONDA_OK */
    uint64_t offset;    /* in the file, of the unit expected */
    uint64_t number;    /* records so far, damaged ones too */
    size_t wanted;      /* bytes that let the expected unit go on */
    size_t gathered;
    uint8_t buffer[BUFFER_SIZE];
};

/* The call under way. */
typedef struct feeding {
    sonda_recording *recording;
    const sonda_input_callbacks *callbacks;
    sonda_error *error;
} feeding;

sonda_status sonda_recording_open(sonda_recording **recording, const sonda_allocator *allocator)
{
    static const sonda_recording_info no_info = SONDA_RECORDING_INFO_INIT;
    sonda_allocator ours;
    sonda_recording *opened;
    sonda_status status;

    if (recording == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    status = sonda_allocator_read(allocator, &ours);
    if (status != SONDA_OK) {
        return status;
    }
    opened = sonda__allocate(&ours, 1, sizeof *opened);
    if (opened == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    memset(opened, 0, offsetof(sonda_recording, buffer));
    opened->allocator = ours;
    opened->info = no_info;
    opened->wanted = SONDA_RECORDING_HEADER_SIZE;
    *recording = opened;
    return SONDA_OK;
}

void sonda_recording_close(sonda_recording *recording)
{
    if (recording != NULL) {
        sonda_allocator allocator = recording->allocator;

        sonda__release(&allocator, recording);
    }
}

sonda_status sonda_recording_get_info(const sonda_recording *recording,
                                      sonda_recording_info *info)
{
    if (recording == NULL || info == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    if (recording->expected == UNIT_FILE_HEADER) {
        return SONDA_ERR_BAD_STATE;
    }
    return sonda_abi_write(&recording->info, sizeof recording->info, info);
}

/* Counts a record that could not be read and tells about it. */
static void skip(const feeding *call, sonda_status status, const char *reason)
{
    sonda_recording *recording = call->recording;

    recording->number++;
    if (call->callbacks->on_skipped != NULL) {
        call->callbacks->on_skipped(recording->number, recording->offset, status, reason,
                                    call->callbacks->user);
    }
}

/* Ends the reading for good: this is not a recording we read. */
static sonda_status end(const feeding *call, sonda_status status)
{
    const char *message = "not a recording";

    if (status == SONDA_ERR_VERSION) {
        message = "a recording of a version this build does not read";
    } else if (status == SONDA_ERR_CHECKSUM) {
        message = "the header of the recording is damaged";
    }
    call->recording->ended = sonda__error_set(call->error, status, 0, message);
    return status;
}

/*
 * Each taker is called with at least `wanted` bytes and returns how many it
 * used; when it used none it has changed what is expected or wanted.
 */

static size_t take_file_header(const feeding *call, sonda__span bytes)
{
    sonda_recording *recording = call->recording;
    sonda_status status = sonda__recording_header_parse(bytes, &recording->info);

    if (status != SONDA_OK) {
        end(call, status);
        return 0;
    }
    recording->expected = UNIT_FRAME;
    recording->wanted = SONDA_RECORDING_FRAME_SIZE;
    return SONDA_RECORDING_HEADER_SIZE;
}

static void deliver(const feeding *call, sonda__span record)
{
    sonda_recording *recording = call->recording;
    uint64_t payload =
        recording->offset + SONDA_RECORDING_FRAME_SIZE + SONDA_RECORD_HEADER_SIZE;

    recording->number++;
    recording->ended = call->callbacks->on_record(record.data, record.len, recording->number,
                                                  payload, call->callbacks->user);
}

static void take_record(const feeding *call, sonda__span record, uint32_t checksum)
{
    sonda_record_header header;
    sonda_status status = sonda_record_header_read(record.data, record.len, &header);

    if (sonda__crc32c(record.data, record.len) != checksum) {
        skip(call, SONDA_ERR_CHECKSUM, "the record is damaged");
    } else if (status != SONDA_OK) {
        skip(call, status, "the record's header is not sound");
    } else {
        deliver(call, record);
    }
}

static size_t take_frame(const feeding *call, sonda__span bytes)
{
    sonda_recording *recording = call->recording;
    sonda__recording_frame frame;
    size_t whole;

    if (!sonda__recording_frame_parse(bytes, &frame)) {
        skip(call, SONDA_ERR_CHECKSUM, "damaged; reading goes on at the next sound frame");
        recording->expected = UNIT_DAMAGE;
        return 1;
    }
    whole = SONDA_RECORDING_FRAME_SIZE + (size_t)frame.size;
    if (bytes.len < whole) {
        recording->wanted = whole;
        return 0;
    }
    take_record(call, sonda__span_of(bytes.data + SONDA_RECORDING_FRAME_SIZE, frame.size),
                frame.record_checksum);
    recording->wanted = SONDA_RECORDING_FRAME_SIZE;
    return whole;
}

static size_t take_damage(const feeding *call, sonda__span bytes)
{
    /* Behind this a frame could only begin, not be told to be sound. */
    size_t last = bytes.len - SONDA_RECORDING_FRAME_SIZE;
    sonda__recording_frame frame;
    size_t at = 0;

    while (at <= last) {
        const char *mark = memchr(bytes.data + at, SONDA__RECORDING_MARK[0], last + 1 - at);

        if (mark == NULL) {
            break;
        }
        at = (size_t)(mark - bytes.data);
        if (sonda__recording_frame_parse(sonda__span_of(mark, bytes.len - at), &frame)) {
            call->recording->expected = UNIT_FRAME;
            return at;
        }
        at++;
    }
    return last + 1;
}

static size_t take_unit(const feeding *call, sonda__span bytes)
{
    switch (call->recording->expected) {
    case UNIT_FILE_HEADER:
        return take_file_header(call, bytes);
    case UNIT_FRAME:
        return take_frame(call, bytes);
    case UNIT_DAMAGE:
    default:
        return take_damage(call, bytes);
    }
}

/* Takes all units that stand whole in `bytes`; returns the bytes used. */
static size_t take_units(const feeding *call, sonda__span bytes)
{
    sonda_recording *recording = call->recording;
    size_t at = 0;

    while (recording->ended == SONDA_OK && bytes.len - at >= recording->wanted) {
        size_t used = take_unit(call, sonda__span_of(bytes.data + at, bytes.len - at));

        at += used;
        recording->offset += used;
    }
    return at;
}

/* Bytes worth copying: what the unit lacks, or a stretch to search. */
static size_t worth_gathering(const sonda_recording *recording, size_t len)
{
    size_t lacking = recording->wanted - recording->gathered;

    if (recording->expected == UNIT_DAMAGE) {
        lacking = SEARCH_SIZE - recording->gathered;
    }
    return len < lacking ? len : lacking;
}

/* Adds to the unit in the buffer and takes what is whole; bytes copied. */
static size_t gather(const feeding *call, sonda__span bytes)
{
    sonda_recording *recording = call->recording;
    char *buffer = (char *)recording->buffer;
    size_t copied = worth_gathering(recording, bytes.len);
    size_t used;

    memcpy(buffer + recording->gathered, bytes.data, copied);
    recording->gathered += copied;
    used = take_units(call, sonda__span_of(buffer, recording->gathered));
    recording->gathered -= used;
    memmove(buffer, buffer + used, recording->gathered);
    return copied;
}

static void feed(const feeding *call, sonda__span bytes)
{
    sonda_recording *recording = call->recording;

    while (bytes.len > 0 && recording->ended == SONDA_OK) {
        size_t used = recording->gathered == 0 ? take_units(call, bytes) : gather(call, bytes);

        bytes = sonda__span_of(bytes.data + used, bytes.len - used);
        if (recording->gathered == 0 && bytes.len < recording->wanted &&
            recording->ended == SONDA_OK) {
            memcpy(recording->buffer, bytes.data, bytes.len);
            recording->gathered = bytes.len;
            return;
        }
    }
}

/* Checks a call; what we know of its callbacks is in `ours` then. */
static sonda_status begin_call(const sonda_recording *recording,
                               const sonda_input_callbacks *callbacks,
                               sonda_input_callbacks *ours)
{
    const sonda_input_callbacks none = SONDA_INPUT_CALLBACKS_INIT;
    sonda_status status;

    if (recording == NULL || callbacks == NULL) {
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
    return recording->inside || recording->finished ? SONDA_ERR_BAD_STATE : recording->ended;
}

sonda_status sonda_recording_feed(sonda_recording *recording,
                                  const void *bytes,
                                  size_t len,
                                  const sonda_input_callbacks *callbacks,
                                  sonda_error *error)
{
    sonda_input_callbacks ours;
    feeding call = {recording, &ours, error};
    sonda_status status = begin_call(recording, callbacks, &ours);

    if (status != SONDA_OK || (bytes == NULL && len != 0)) {
        return status != SONDA_OK ? status : SONDA_ERR_INVALID_ARGUMENT;
    }
    recording->inside = true;
    feed(&call, sonda__span_of(bytes, len));
    recording->inside = false;
    return recording->ended;
}

/* A file too short for its header: cut, or something else altogether. */
static sonda_status finish_in_header(const feeding *call)
{
    sonda_recording *recording = call->recording;

    if (recording->gathered == 0) {
        return SONDA_OK;
    }
    if (!sonda__recording_magic_begins(
            sonda__span_of((const char *)recording->buffer, recording->gathered))) {
        return end(call, SONDA_ERR_MALFORMED);
    }
    return sonda__error_set(call->error, SONDA_ERR_TRUNCATED, recording->gathered,
                            "the recording is cut in its header");
}

sonda_status sonda_recording_finish(sonda_recording *recording,
                                    const sonda_input_callbacks *callbacks,
                                    sonda_error *error)
{
    sonda_input_callbacks ours;
    feeding call = {recording, &ours, error};
    sonda_status status = begin_call(recording, callbacks, &ours);

    if (status != SONDA_OK) {
        return status;
    }
    recording->finished = true;
    if (recording->expected == UNIT_FILE_HEADER) {
        return finish_in_header(&call);
    }
    if (recording->expected == UNIT_DAMAGE || recording->gathered == 0) {
        return SONDA_OK;
    }
    recording->inside = true;
    skip(&call, SONDA_ERR_TRUNCATED, "the recording is cut in this record");
    recording->inside = false;
    return sonda__error_set(error, SONDA_ERR_TRUNCATED, recording->offset,
                            "the recording is cut in record %u", recording->number);
}
