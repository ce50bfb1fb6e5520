/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The event: a class and activity of OCSF, and a list of (field, value).
 *
 * An event lives in storage opened once and reused; what its accessors return
 * points into that storage or into the record it was decoded from, and is good
 * until either is used again.
 *
 * Public. Compiles alone as C99 and C++11.
 */

#ifndef SONDA_EVENT_H
#define SONDA_EVENT_H

#include "sonda/allocator.h"
#include "sonda/field.h"
#include "sonda/record.h"
#include "sonda/status.h"

/** OCSF 1.8 classes Sonda writes. 0: base event, for what fits no class. */
#define SONDA_CLASS_BASE 0u
#define SONDA_CLASS_FILE 1001u
#define SONDA_CLASS_KERNEL_EXTENSION 1002u
#define SONDA_CLASS_MEMORY 1004u
#define SONDA_CLASS_MODULE 1005u
#define SONDA_CLASS_SCHEDULED_JOB 1006u
#define SONDA_CLASS_PROCESS 1007u
#define SONDA_CLASS_SCRIPT 1009u
#define SONDA_CLASS_FINDING 2004u
#define SONDA_CLASS_AUTHENTICATION 3002u
#define SONDA_CLASS_NETWORK 4001u
#define SONDA_CLASS_DNS 4003u
#define SONDA_CLASS_REGISTRY_KEY 201001u
#define SONDA_CLASS_REGISTRY_VALUE 201002u
#define SONDA_CLASS_WINDOWS_SERVICE 201004u

/** OCSF activities of the classes above; 0 is unknown, 99 is other. */
#define SONDA_ACTIVITY_UNKNOWN 0u
#define SONDA_ACTIVITY_OTHER 99u
#define SONDA_PROCESS_LAUNCH 1u
#define SONDA_PROCESS_TERMINATE 2u
#define SONDA_PROCESS_OPEN 3u
#define SONDA_PROCESS_INJECT 4u
#define SONDA_PROCESS_SET_USER_ID 5u
#define SONDA_FILE_CREATE 1u
#define SONDA_FILE_READ 2u
#define SONDA_FILE_UPDATE 3u
#define SONDA_FILE_DELETE 4u
#define SONDA_FILE_RENAME 5u
#define SONDA_FILE_SET_ATTRIBUTES 6u
#define SONDA_FILE_SET_SECURITY 7u
#define SONDA_FILE_OPEN 14u
#define SONDA_MODULE_LOAD 1u
#define SONDA_NETWORK_OPEN 1u
#define SONDA_NETWORK_CLOSE 2u
#define SONDA_NETWORK_LISTEN 7u
#define SONDA_DNS_QUERY 1u
#define SONDA_REGISTRY_CREATE 1u
#define SONDA_REGISTRY_READ 2u
#define SONDA_REGISTRY_MODIFY 3u
#define SONDA_REGISTRY_DELETE 4u
#define SONDA_REGISTRY_RENAME 5u
#define SONDA_SCRIPT_EXECUTE 1u

/** The system an event comes from: Sigma's `product`. Pinned values. */
#define SONDA_PRODUCT_NONE 0u
#define SONDA_PRODUCT_WINDOWS 1u
#define SONDA_PRODUCT_LINUX 2u
#define SONDA_PRODUCT_MACOS 3u

/** Value flag: the source said null; the text is empty. */
#define SONDA_VALUE_NULL 0x0001u
/** Value flag: the text is not well-formed UTF-8. */
#define SONDA_VALUE_ILL_FORMED 0x0002u
/** Value flag: the adapter or the source cut the value. */
#define SONDA_VALUE_TRUNCATED 0x0004u
/** Value flag: filled by the process table, not by the record. */
#define SONDA_VALUE_ENRICHED 0x0008u
/** Value flag: read from memory the watched process could change meanwhile. */
#define SONDA_VALUE_UNTRUSTED 0x0010u
/** Value flag: shown in findings and OCSF, never matched by rules. */
#define SONDA_VALUE_HIDDEN 0x0020u

/** An event in storage of its own. */
typedef struct sonda_event sonda_event;

/** One (field, value), borrowed from an event. */
typedef struct sonda_field_view {
    /** sizeof(sonda_field_view), set by SONDA_FIELD_VIEW_INIT. */
    uint32_t struct_size;
    /** Table id, native id, or SONDA_FIELD_UNKNOWN. */
    sonda_field_id id;
    /** Type the table gives; SONDA_TYPE_STRING for native names. */
    sonda_value_type type;
    /** SONDA_VALUE_… flags. */
    uint16_t flags;
    uint32_t reserved;
    /** The field's spelling; not zero-terminated. */
    const char *name;
    size_t name_len;
    /** The value as the source wrote it; not zero-terminated. */
    const char *text;
    size_t text_len;
} sonda_field_view;

#define SONDA_FIELD_VIEW_INIT                                      \
    {                                                              \
        sizeof(sonda_field_view), 0u, 0, 0, 0u, NULL, 0u, NULL, 0u \
    }

SONDA_BEGIN_DECLS

/**
 * Open storage for one event, large enough for any record.
 *
 * @param event      Output handle.
 * @param allocator  NULL for malloc and free; copied.
 *
 * @retval SONDA_OK                    Opened; close with sonda_event_close().
 * @retval SONDA_ERR_INVALID_ARGUMENT  `event` is NULL.
 * @retval SONDA_ERR_NO_MEMORY         Nothing was opened.
 * @retval SONDA_ERR_ABI               The allocator struct is not one we know.
 *
 * @threads   Any; one caller at a time per event.
 * @allocates The event: about SONDA_RECORD_MAX, touched only as used.
 */
SONDA_API sonda_status sonda_event_open(sonda_event **event, const sonda_allocator *allocator);

/**
 * Close an event. NULL does nothing.
 *
 * @threads   The last user.
 * @allocates Nothing; gives back.
 */
SONDA_API void sonda_event_close(sonda_event *event);

/**
 * OCSF class of the event, SONDA_CLASS_….
 *
 * @return  The class; SONDA_CLASS_BASE for an empty event or NULL.
 *
 * @threads   Those of the event.
 * @allocates Nothing.
 */
SONDA_API uint32_t sonda_event_class(const sonda_event *event);

/**
 * OCSF activity within the class.
 *
 * @return  The activity; 0 for an empty event or NULL.
 *
 * @threads   Those of the event.
 * @allocates Nothing.
 */
SONDA_API uint32_t sonda_event_activity(const sonda_event *event);

/**
 * The event's own time: the payload's, else the header's wall_ns.
 *
 * @return  Nanoseconds since 1970 UTC; 0 when neither says.
 *
 * @threads   Those of the event.
 * @allocates Nothing.
 */
SONDA_API uint64_t sonda_event_time_ns(const sonda_event *event);

/**
 * The system the event comes from.
 *
 * @return  SONDA_PRODUCT_….
 *
 * @threads   Those of the event.
 * @allocates Nothing.
 */
SONDA_API uint16_t sonda_event_product(const sonda_event *event);

/**
 * Header of the record the event was decoded from.
 *
 * @return  Borrowed until the event is reused; zeroes for an empty event, NULL
 *          for NULL.
 *
 * @threads   Those of the event.
 * @allocates Nothing.
 */
SONDA_API const sonda_record_header *sonda_event_header(const sonda_event *event);

/**
 * Number of (field, value) pairs; a list counts each element.
 *
 * @return  The count; 0 for NULL.
 *
 * @threads   Those of the event.
 * @allocates Nothing.
 */
SONDA_API size_t sonda_event_field_count(const sonda_event *event);

/**
 * One pair by position, in the order the record has them.
 *
 * @param event  An event.
 * @param index  0 to count - 1.
 * @param view   Output, with struct_size set; borrowed until the event is
 *               reused.
 *
 * @retval SONDA_OK                    Filled.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_ABI               The view's size is not one we know.
 * @retval SONDA_ERR_NOT_FOUND         No such position.
 *
 * @threads   Those of the event.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_event_field(const sonda_event *event,
                                         size_t index,
                                         sonda_field_view *view);

/**
 * First pair of a field by id.
 *
 * @retval SONDA_OK                    Filled.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_ABI               The view's size is not one we know.
 * @retval SONDA_ERR_NOT_FOUND         The event has no such field.
 *
 * @threads   Those of the event.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_event_find(const sonda_event *event,
                                        sonda_field_id id,
                                        sonda_field_view *view);

/**
 * A value as a number: decimal, or hexadecimal behind 0x.
 *
 * @param view    From sonda_event_field() or sonda_event_find().
 * @param number  Output; untouched on failure.
 *
 * @retval SONDA_OK                    Parsed whole.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_ABI               The view's size is not one we know.
 * @retval SONDA_ERR_MALFORMED         Not a number of 64 bits without sign.
 *
 * @threads   Those of the event.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_field_number(const sonda_field_view *view, uint64_t *number);

/**
 * A value as a time: RFC 3339, or Windows' "YYYY-MM-DD hh:mm:ss.fff" in UTC.
 *
 * @param view     From sonda_event_field() or sonda_event_find().
 * @param time_ns  Output, nanoseconds since 1970 UTC; untouched on failure.
 *
 * @retval SONDA_OK                    Parsed whole.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_ABI               The view's size is not one we know.
 * @retval SONDA_ERR_MALFORMED         Not a time, or one outside 1970 to 2554.
 *
 * @threads   Those of the event.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_field_time_ns(const sonda_field_view *view, uint64_t *time_ns);

/**
 * A value as a truth: "true" or "false" in any case, 1 or 0.
 *
 * @param view   From sonda_event_field() or sonda_event_find().
 * @param value  Output, 1 or 0; untouched on failure.
 *
 * @retval SONDA_OK                    Parsed whole.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_ABI               The view's size is not one we know.
 * @retval SONDA_ERR_MALFORMED         Neither.
 *
 * @threads   Those of the event.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_field_boolean(const sonda_field_view *view, uint32_t *value);

/**
 * A value as an internet address.
 *
 * @param view         From sonda_event_field() or sonda_event_find().
 * @param address      Output in network order, room for 16 bytes; untouched on
 *                     failure.
 * @param address_len  Output: 4 or 16.
 *
 * @retval SONDA_OK                    Parsed whole.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_ABI               The view's size is not one we know.
 * @retval SONDA_ERR_MALFORMED         Neither IPv4 nor IPv6.
 *
 * @threads   Those of the event.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_field_address(const sonda_field_view *view,
                                           uint8_t *address,
                                           size_t *address_len);

/**
 * Write the event as one OCSF 1.8 JSON object, without a newline.
 *
 * @param event     A decoded event.
 * @param buffer    Where to write; may be NULL when `capacity` is 0.
 * @param capacity  Bytes there.
 * @param length    Output: bytes the object needs, also when it does not fit.
 *
 * @retval SONDA_OK                    Written.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_FULL              `capacity` is too small; the buffer's
 *                                     contents are undefined, `length` is set.
 *
 * @threads   Those of the event.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_event_to_ocsf(const sonda_event *event,
                                           char *buffer,
                                           size_t capacity,
                                           size_t *length);

SONDA_END_DECLS

#endif
