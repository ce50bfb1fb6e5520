/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Recorded telemetry as bytes in, as records out: a push parser without I/O.
 *
 * A file, a pipe or a socket is fed in pieces of any size; where a piece ends
 * changes nothing in what comes out. The parser finds where each record begins
 * and ends, numbers them from 1, unreadable ones too, and hands them over with
 * a header of their own. What stands inside a record is the decoder's: a worker
 * that is given the record says SONDA_ERR_MALFORMED for broken contents.
 *
 * JSON: one object a line, objects over several lines, or, when the input
 * begins with `[`, one array of them. An object may be followed on its line by
 * another object and by nothing else. Whatever cannot be read ends before the
 * first later line whose first byte is `{` (within an array: after the element,
 * if its braces balance within the line) and counts as one record; so does a
 * value that is not an object. Blank lines, a UTF-8 byte order mark and CRLF
 * count nothing.
 *
 * Event XML: each <Event> element, on one line or several. What stands between
 * (headers of syslog, lines of other programs, an element around all) counts
 * nothing; an element in which another begins was cut and is one unreadable
 * record. Audit log: each line that is not blank.
 *
 * Windows event log file: every record of every chunk, in the order of the
 * file. A checksum that does not hold costs nothing: the chunk is read all the
 * same, and what stands between two readable records counts as one unreadable
 * one. What a record takes from its chunk (templates, names) goes into its
 * payload, so that it is decoded and recorded like any other.
 *
 * Windows trace file: every event of every buffer, in the order of the file, with
 * its time converted by what the file says of its clock. Events with a header of
 * another kind than modern, classic and the kernel's process events, and buffers
 * that are compressed, count as one unreadable record each.
 *
 * Public. Compiles alone as C99 and C++11.
 */

#ifndef SONDA_INPUT_H
#define SONDA_INPUT_H

#include "sonda/allocator.h"
#include "sonda/record.h"
#include "sonda/status.h"

/** Formats of input. Pinned values. */
#define SONDA_FORMAT_AUTO 0u
/** A recording made by Sonda; see sonda/recording.h. */
#define SONDA_FORMAT_RECORDING 1u
/** JSON objects; records of SONDA_SOURCE_JSON. */
#define SONDA_FORMAT_JSON 2u
/** Sysmon's and Windows' event XML; records of SONDA_SOURCE_SYSMON_XML. */
#define SONDA_FORMAT_SYSMON_XML 3u
/** Lines of the Linux audit log; records of SONDA_SOURCE_AUDIT. */
#define SONDA_FORMAT_AUDIT 4u
/** A Windows event log file (.evtx); records of SONDA_SOURCE_EVTX. */
#define SONDA_FORMAT_EVTX 5u
/** A Windows trace file (.etl), not compressed; records of SONDA_SOURCE_ETW. */
#define SONDA_FORMAT_ETL 6u

/** One input between open and close. */
typedef struct sonda_input sonda_input;

/** Options of sonda_input_open(). */
typedef struct sonda_input_options {
    /** sizeof(sonda_input_options), set by SONDA_INPUT_OPTIONS_INIT. */
    uint32_t struct_size;
    /** SONDA_FORMAT_…; AUTO tells it by content. */
    uint32_t format;
    /** Goes into the header of each record that the parser makes. */
    uint32_t stream;
    /** Zero. */
    uint32_t reserved;
} sonda_input_options;

#define SONDA_INPUT_OPTIONS_INIT                               \
    {                                                          \
        sizeof(sonda_input_options), SONDA_FORMAT_AUTO, 0u, 0u \
    }

/** Where records go. Passed to each call, so nothing is kept. */
typedef struct sonda_input_callbacks {
    /** sizeof(sonda_input_callbacks), set by SONDA_INPUT_CALLBACKS_INIT. */
    uint32_t struct_size;
    /**
     * 0, or how many records a call may tell of, readable or not: after them it
     * returns SONDA_ERR_FULL, and a later sonda_input_feed() goes on, with no
     * bytes or with those that come next. Only for bytes that were put where
     * sonda_input_room() said. Only text formats take notice of it.
     */
    uint32_t limit;
    /**
     * One record: header and payload.
     *
     * Called on the thread that feeds, before the call returns, in the order
     * of the input. `record` is good until the callback returns. `number`
     * counts from 1; `offset` is where the payload begins in the input, so
     * that an error offset of the decoder can be added to it. From inside, no
     * function of this input may be called but sonda_input_format().
     *
     * Returns SONDA_OK to go on. Anything else ends the input: the call under
     * way and every later one return that status.
     */
    sonda_status (*on_record)(
        const void *record, size_t record_len, uint64_t number, uint64_t offset, void *user);
    /**
     * One record that could not be read; it has used up `number`.
     *
     * Called like on_record; NULL: not wanted. `offset` is where in the input
     * the trouble shows. `status` is SONDA_ERR_MALFORMED, SONDA_ERR_TRUNCATED,
     * SONDA_ERR_LIMIT, SONDA_ERR_CHECKSUM or SONDA_ERR_UNSUPPORTED; `reason` is
     * one line of English, zero-terminated, static.
     */
    void (*on_skipped)(
        uint64_t number, uint64_t offset, sonda_status status, const char *reason, void *user);
    /** Passed to all of them. */
    void *user;
    /**
     * Something that costs no record is not as it should be: a checksum that
     * does not hold, a file that ends early. It uses up no number; what could
     * be read is delivered all the same.
     *
     * Called like on_record; NULL: not wanted. Arguments as of on_skipped.
     */
    void (*on_damage)(uint64_t offset, sonda_status status, const char *reason, void *user);
    /**
     * NULL, or called instead of on_record for records of text formats: header
     * and payload apart. The payload stays as it is, where it is, until the
     * input's memory is used for something else: see sonda_input_move().
     */
    sonda_status (*on_payload)(const sonda_record_header *header,
                               const void *payload,
                               size_t payload_len,
                               uint64_t number,
                               uint64_t offset,
                               void *user);
} sonda_input_callbacks;

/** Bytes for sonda_input_move(): the longest record, and a block behind it. */
#define SONDA_INPUT_BUFFER_MIN ((size_t)SONDA_RECORD_MAX + 262145u)

#define SONDA_INPUT_CALLBACKS_INIT                                      \
    {                                                                   \
        sizeof(sonda_input_callbacks), 0u, NULL, NULL, NULL, NULL, NULL \
    }

SONDA_BEGIN_DECLS

/**
 * Open an input.
 *
 * @param input      Output handle.
 * @param options    NULL: format by content, stream 0.
 * @param allocator  NULL for malloc and free; copied.
 *
 * @retval SONDA_OK                    Opened; close with sonda_input_close().
 * @retval SONDA_ERR_INVALID_ARGUMENT  `input` is NULL, or no such format.
 * @retval SONDA_ERR_NO_MEMORY         Nothing was opened.
 * @retval SONDA_ERR_ABI               A struct is not one we know.
 *
 * @threads   Any; one caller at a time per input.
 * @allocates The input with room for one record and one block: about
 *            SONDA_RECORD_MAX, twice that where it may be a recording, 2 MiB
 *            where it may be an event log; touched only as used. All it will
 *            ever have.
 */
SONDA_API sonda_status sonda_input_open(sonda_input **input,
                                        const sonda_input_options *options,
                                        const sonda_allocator *allocator);

/**
 * Feed the next bytes. Every record that they complete, and that can be told
 * to be complete, reaches the callbacks before this function returns: an object
 * on a line of its own needs no byte after its newline.
 *
 * @param input      From sonda_input_open().
 * @param bytes      The input's next bytes; may be NULL when `len` is 0. Those
 *                   put where sonda_input_room() said are not copied.
 * @param len        How many.
 * @param callbacks  Where records go.
 *
 * @retval SONDA_OK                    Taken, readable or not.
 * @retval SONDA_ERR_FULL              Taken, and the callbacks' limit is
 *                                     reached: feed on.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer, or no on_record.
 * @retval SONDA_ERR_ABI               The callbacks struct is not one we know.
 * @retval SONDA_ERR_BAD_STATE         After sonda_input_finish(), or from
 *                                     inside a callback.
 * @retval SONDA_ERR_VERSION           A recording of a version we do not read.
 * @retval SONDA_ERR_MALFORMED, SONDA_ERR_CHECKSUM, SONDA_ERR_TRUNCATED
 *                                     A recording whose file header is broken.
 * @retval other                       What on_record returned. It and the
 *                                     statuses of recordings end the input:
 *                                     every later call returns the same.
 *
 * @threads   Those of the input.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_input_feed(sonda_input *input,
                                        const void *bytes,
                                        size_t len,
                                        const sonda_input_callbacks *callbacks);

/**
 * Where the next bytes may be put by who reads them, to spare a copy. Payloads
 * told of before may be moved or overwritten.
 *
 * @param input  From sonda_input_open().
 * @param bytes  Output: good until the next call of feed, finish, move or close.
 * @param room   Output: how many fit; 0 only while a limit stops the input.
 *
 * @retval SONDA_OK                    There.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_BAD_STATE         From inside a callback.
 *
 * @threads   Those of the input.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_input_room(sonda_input *input, void **bytes, size_t *room);

/**
 * Go on in other memory. Payloads that on_payload is told of then stand there, and
 * stay good until the next sonda_input_room() or sonda_input_finish(), or, when
 * the input is moved on before that, as long as that memory: so a batch can have
 * records without copying them.
 *
 * @param input   From sonda_input_open().
 * @param buffer  The memory, or NULL for the input's own. What has been fed and
 *                not been told of is copied there.
 * @param size    Its bytes, at least SONDA_INPUT_BUFFER_MIN; of NULL no matter.
 *
 * @retval SONDA_OK                    Moved. The former memory is the caller's.
 * @retval SONDA_ERR_INVALID_ARGUMENT  No input, or too small.
 * @retval SONDA_ERR_BAD_STATE         From inside a callback.
 *
 * @threads   Those of the input.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_input_move(sonda_input *input, void *buffer, size_t size);

/**
 * End the input: what stands unfinished becomes a record, readable or not.
 *
 * @param input      From sonda_input_open().
 * @param callbacks  Where records go.
 *
 * @retval SONDA_OK                    Ended; only close is left.
 * @retval SONDA_ERR_FULL              The callbacks' limit is reached: once more.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer, or no on_record.
 * @retval SONDA_ERR_ABI               The callbacks struct is not one we know.
 * @retval SONDA_ERR_BAD_STATE         A second time, or from inside a callback.
 * @retval SONDA_ERR_VERSION           A recording of a version we do not read.
 * @retval SONDA_ERR_MALFORMED, SONDA_ERR_CHECKSUM, SONDA_ERR_TRUNCATED
 *                                     A recording whose file header is broken.
 * @retval other                       What on_record returned. It and the
 *                                     statuses of recordings end the input:
 *                                     every later call returns the same.
 *
 * @threads   Those of the input.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_input_finish(sonda_input *input,
                                          const sonda_input_callbacks *callbacks);

/**
 * The format the input was opened with or was found to have.
 *
 * @return  SONDA_FORMAT_…; SONDA_FORMAT_AUTO while it is not known yet, and for
 *          NULL.
 *
 * @threads   Those of the input; also from inside its callbacks.
 * @allocates Nothing.
 */
SONDA_API uint32_t sonda_input_format(const sonda_input *input);

/**
 * Records counted so far, unreadable ones too.
 *
 * @return  The count; 0 for NULL.
 *
 * @threads   Those of the input; also from inside its callbacks.
 * @allocates Nothing.
 */
SONDA_API uint64_t sonda_input_count(const sonda_input *input);

/**
 * Close an input. NULL does nothing.
 *
 * @threads   The last user; not from inside a callback.
 * @allocates Nothing; gives back.
 */
SONDA_API void sonda_input_close(sonda_input *input);

SONDA_END_DECLS

#endif
