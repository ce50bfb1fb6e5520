/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Field ids: one space for the table's fields and for names only content knows.
 *
 * Ids 1 to SONDA_FIELD_COUNT - 1 are rows of the field table and never change
 * meaning. From SONDA_FIELD_NATIVE on, ids are interned when content loads and
 * mean something within that content only.
 *
 * Public. Compiles alone as C99 and C++11.
 */

#ifndef SONDA_FIELD_H
#define SONDA_FIELD_H

#include "sonda/field_table.h"
#include "sonda/status.h"

/** A field's id: a SONDA_FIELD_… of field_table.h, or a native one. */
typedef uint32_t sonda_field_id;

/** Not a field. */
#define SONDA_FIELD_NONE 0u
/** First id of names that come with content. */
#define SONDA_FIELD_NATIVE 0x10000u
/** A name that neither the table nor the content knows; it keeps its spelling. */
#define SONDA_FIELD_UNKNOWN 0xffffffffu

/** How a value's text is to be read. Pinned values. */
typedef uint16_t sonda_value_type;
#define SONDA_TYPE_STRING ((sonda_value_type)0)
/** Decimal, or hexadecimal behind 0x; unsigned 64-bit when parsed. */
#define SONDA_TYPE_NUMBER ((sonda_value_type)1)
/** IPv4 dotted or IPv6 text. */
#define SONDA_TYPE_IP ((sonda_value_type)2)
/** RFC 3339, or Windows' "YYYY-MM-DD hh:mm:ss.fff" in UTC; nanoseconds when parsed. */
#define SONDA_TYPE_TIME ((sonda_value_type)3)
/** "true" or "false", any case, or 1 and 0. */
#define SONDA_TYPE_BOOLEAN ((sonda_value_type)4)
/** A path of the record's system, as the source wrote it. */
#define SONDA_TYPE_PATH ((sonda_value_type)5)
/** Sysmon's "ALG=HEX,ALG=HEX". */
#define SONDA_TYPE_HASHES ((sonda_value_type)6)
/** A GUID with or without braces. */
#define SONDA_TYPE_GUID ((sonda_value_type)7)

SONDA_BEGIN_DECLS

/**
 * Spelling of a table field as Sigma writes it, such as "CommandLine".
 *
 * @return  Static string, or NULL when `id` is not a row of the table.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API const char *sonda_field_name(sonda_field_id id);

/**
 * Id of a table field by its exact Sigma spelling.
 *
 * @return  The id, or SONDA_FIELD_UNKNOWN.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API sonda_field_id sonda_field_by_name(const char *name, size_t name_len);

/**
 * SHA-256 over the field table: ids, names, types. Content carries the hash of
 * the table it was compiled for and is refused under another.
 *
 * @return  32 static bytes.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API const uint8_t *sonda_field_schema_hash(void);

SONDA_END_DECLS

#endif
