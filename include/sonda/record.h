/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The record: what an adapter delivers, what a recording keeps.
 *
 * A record is a 64-byte little-endian header and a payload that only the
 * decoder of its source understands. The header is read field by field and
 * never cast, so a record may stand at any alignment.
 *
 * Public. Compiles alone as C99 and C++11.
 */

#ifndef SONDA_RECORD_H
#define SONDA_RECORD_H

#include "sonda/field.h"
#include "sonda/status.h"

/** Bytes of a record header. */
#define SONDA_RECORD_HEADER_SIZE 64u
/** Largest record, header included: 4 MiB, room for an argv or a field of 1 MB. */
#define SONDA_RECORD_MAX 4194304u

/** Who made a record. 0x8000 and up belong to vendors. Pinned values. */
#define SONDA_SOURCE_NONE 0u
/** (field, type, value) triples: see sonda_record_builder. */
#define SONDA_SOURCE_GENERIC 1u
/** The Linux adapter; payloads in sonda/spi/linux_record.h. */
#define SONDA_SOURCE_LINUX 2u
/** One JSON object; the decoder tells Windows Event Log shapes by content. */
#define SONDA_SOURCE_JSON 3u
/** One line of syslog, or one element, with Sysmon's rendered XML. */
#define SONDA_SOURCE_SYSMON_XML 4u
/** One line of the Linux audit log. */
#define SONDA_SOURCE_AUDIT 5u
/** Sonda's own health: losses, state changes; payload as GENERIC. */
#define SONDA_SOURCE_HEALTH 6u
/** One record of a Windows event log file, freed of its chunk by sonda_input. */
#define SONDA_SOURCE_EVTX 7u
/** The Windows driver; payloads in sonda/spi/driver_record.h. */
#define SONDA_SOURCE_DRIVER 8u
/** One ETW event; payloads in sonda/spi/etw_record.h. */
#define SONDA_SOURCE_ETW 9u
/** The Endpoint Security adapter; payloads in sonda/spi/es_record.h. */
#define SONDA_SOURCE_ES 10u
#define SONDA_SOURCE_VENDOR 0x8000u

/** Header flag: the adapter had to cut something; the decoder marks fields. */
#define SONDA_RECORD_TRUNCATED 0x0001u
/** Header flag: from a start-up snapshot, not something that just happened. */
#define SONDA_RECORD_SNAPSHOT 0x0002u

/** A record header, decoded. Offsets are those of the encoded form. */
typedef struct sonda_record_header {
    /** Offset 0: header and payload together, bytes. */
    uint32_t size;
    /** Offset 4: SONDA_SOURCE_…. */
    uint16_t source;
    /** Offset 6: the source's record type. */
    uint16_t type;
    /** Offset 8: version of the payload's layout. */
    uint16_t version;
    /** Offset 10: SONDA_RECORD_… flags. */
    uint16_t flags;
    /** Offset 12: what `seq` counts in: one ring, one session, one file. */
    uint32_t stream;
    /** Offset 16: monotonic nanoseconds including suspend; 0 if unknown. */
    uint64_t mono_ns;
    /** Offset 24: nanoseconds since 1970 UTC; 0: the payload says. */
    uint64_t wall_ns;
    /** Offset 32: number in the stream; of a file the record number from 1. */
    uint64_t seq;
    /** Offset 40: ticket to be answered; 0: none. */
    uint64_t ticket;
    /** Offset 48: monotonic time by which the ticket must be answered. */
    uint64_t deadline_ns;
    /** Offset 56: zero. */
    uint64_t reserved;
} sonda_record_header;

SONDA_BEGIN_DECLS

/**
 * Encode a header into 64 bytes.
 *
 * @param header  Values to write; `reserved` is written as zero.
 * @param out     SONDA_RECORD_HEADER_SIZE bytes, any alignment.
 *
 * @retval SONDA_OK                    Written.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL, or `size` below 64.
 * @retval SONDA_ERR_LIMIT             `size` above SONDA_RECORD_MAX.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_record_header_write(const sonda_record_header *header,
                                                 uint8_t *out);

/**
 * Decode and check the header of a record.
 *
 * @param record      The record's bytes, any alignment.
 * @param record_len  Bytes at `record`.
 * @param header      Output; untouched on failure.
 *
 * @retval SONDA_OK                    The header is sound and agrees with
 *                                     `record_len`.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_TRUNCATED         Fewer than 64 bytes, or than `size` says.
 * @retval SONDA_ERR_LIMIT             Longer than SONDA_RECORD_MAX.
 * @retval SONDA_ERR_MALFORMED         `size` differs from `record_len`, or the
 *                                     reserved word is not zero.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_record_header_read(const void *record,
                                                size_t record_len,
                                                sonda_record_header *header);

/**
 * Builds a record of (field, type, text) triples, so that a vendor's existing
 * sensor can feed Sonda without inventing JSON. The storage is the caller's
 * and may live on the stack; the members are private to sonda_record_*.
 *
 * The payload: u32 class_uid, u32 activity_id, u16 product (SONDA_PRODUCT_…),
 * u16 channel_len, channel bytes, u32 event_id, then per field: u32 id, u16
 * type, u16 name_len, u32 text_len, name bytes, text bytes. Little-endian, no
 * padding. A field with id SONDA_FIELD_UNKNOWN is known by its name; any other
 * has name_len 0.
 */
typedef struct sonda_record_builder {
    uint8_t *buffer;
    size_t capacity;
    size_t used;
    sonda_status status;
    uint32_t reserved;
} sonda_record_builder;

/**
 * Start a generic record in a buffer of the caller's.
 *
 * @param builder      Storage to set up.
 * @param buffer       Where the record is built; kept until finish.
 * @param buffer_size  Bytes there; at least 64 + 16.
 * @param header       Stream, times and seq of the record; size, source and
 *                     type are set by finish.
 * @param class_uid    OCSF class, SONDA_CLASS_….
 * @param activity_id  OCSF activity within the class.
 * @param product      SONDA_PRODUCT_….
 *
 * @retval SONDA_OK                    Ready for sonda_record_add_*.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_FULL              The buffer is too small for a header.
 *
 * @threads   One caller at a time per builder.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_record_begin(sonda_record_builder *builder,
                                          uint8_t *buffer,
                                          size_t buffer_size,
                                          const sonda_record_header *header,
                                          uint32_t class_uid,
                                          uint32_t activity_id,
                                          uint16_t product);

/**
 * Say which log the record stands for, when it carries another system's log:
 * rules of a log source may ask for a Windows channel and an event id.
 *
 * @param builder      From sonda_record_begin(), before the first field.
 * @param channel      Such as "Security"; copied. May be NULL when empty.
 * @param channel_len  Bytes of it, at most 255.
 * @param event_id     Event id in the channel, or 0.
 *
 * @retval SONDA_OK                    Set.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL, or too long a channel.
 * @retval SONDA_ERR_BAD_STATE         The record has a field or a log already.
 * @retval SONDA_ERR_FULL              No room left; the record is not usable.
 *
 * @threads   One caller at a time per builder.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_record_set_log(sonda_record_builder *builder,
                                            const char *channel,
                                            size_t channel_len,
                                            uint32_t event_id);

/**
 * Append a field by table id.
 *
 * @param builder   From sonda_record_begin(). After a failure every later call
 *                  returns the same status, so one test at finish suffices.
 * @param field     A row of the field table.
 * @param text      The value as the source writes it; copied.
 * @param text_len  Bytes of it.
 *
 * @retval SONDA_OK                    Appended.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL, or no such field.
 * @retval SONDA_ERR_FULL              No room left; the record is not usable.
 *
 * @threads   One caller at a time per builder.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_record_add(sonda_record_builder *builder,
                                        sonda_field_id field,
                                        const char *text,
                                        size_t text_len);

/**
 * Append a field by name, for names the table does not have. A name that the
 * table has becomes its id.
 *
 * @retval SONDA_OK                    Appended.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL, or an empty name.
 * @retval SONDA_ERR_LIMIT             A name longer than 255 bytes.
 * @retval SONDA_ERR_FULL              No room left; the record is not usable.
 *
 * @threads   One caller at a time per builder.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_record_add_named(sonda_record_builder *builder,
                                              const char *name,
                                              size_t name_len,
                                              const char *text,
                                              size_t text_len);

/**
 * Append a number, written as decimal text.
 *
 * @retval SONDA_OK                    Appended.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL, or no such field.
 * @retval SONDA_ERR_FULL              No room left; the record is not usable.
 *
 * @threads   One caller at a time per builder.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_record_add_number(sonda_record_builder *builder,
                                               sonda_field_id field,
                                               uint64_t number);

/**
 * Finish the record: writes its header.
 *
 * @param builder     From sonda_record_begin().
 * @param source      SONDA_SOURCE_GENERIC, SONDA_SOURCE_HEALTH, or a vendor's
 *                    own number from SONDA_SOURCE_VENDOR up, which is decoded
 *                    as generic.
 * @param type        The source's own record type.
 * @param record_len  Output: bytes of the record in the buffer.
 *
 * @retval SONDA_OK  The buffer holds one record.
 * @retval other     The first failure since sonda_record_begin().
 *
 * @threads   One caller at a time per builder.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_record_finish(sonda_record_builder *builder,
                                           uint16_t source,
                                           uint16_t type,
                                           size_t *record_len);

SONDA_END_DECLS

#endif
