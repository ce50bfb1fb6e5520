/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Payload of SONDA_SOURCE_EVTX: one record of a Windows event log file, on its
 * own. docs/decisions/0023 says why it looks like this.
 *
 * In the file a record refers to templates and names elsewhere in its chunk. In
 * the payload it is an instance: a shape, which says what fields there are and
 * where each takes its text from, and the record's values as the file has them.
 *
 *   u32 bytes of the shape, u32 bytes of the values, u16 number of values,
 *   u16 zero, the shape, the values
 *
 *   shape:  u16 number of ops, u16 bytes of text, ops, text
 *   op:     u8 kind, u8 role, u16 index, u16 text_at, u16 text_len, u16 name_at,
 *           u16 name_len, u32 zero, u64 sonda__hash() of the name
 *   values: for each u32 offset from the values' start, u32 length in the lower
 *           24 bits and type in the upper 8; then their bytes
 *
 * A value of type SONDA__EVTX_BINXML is an instance itself. Little-endian, no
 * padding. The hash spares the decoder one; a wrong one makes a name unknown.
 *
 * Layer 3 (normalise).
 */

#ifndef SONDA_CORE_NORMALISE_EVTX_FORMAT_H
#define SONDA_CORE_NORMALISE_EVTX_FORMAT_H

#include <stddef.h>

/* The layout above, in the record header's `version`. */
#define SONDA__EVTX_PAYLOAD_VERSION 1u

#define SONDA__EVTX_INSTANCE_SIZE ((size_t)12)
#define SONDA__EVTX_SHAPE_SIZE ((size_t)4)
#define SONDA__EVTX_OP_SIZE ((size_t)24)
#define SONDA__EVTX_VALUE_SIZE ((size_t)8)
#define SONDA__EVTX_LENGTH_MASK 0xffffffu

typedef enum sonda__evtx_op_kind {
    SONDA__EVTX_OP_TEXT = 1,   /* a field with the text given */
    SONDA__EVTX_OP_VALUE,      /* a field with the value `index`; each of an array */
    SONDA__EVTX_OP_PARTS,      /* a field whose text is joined from the `index` ops behind */
    SONDA__EVTX_OP_PART_TEXT,  /* some text of it */
    SONDA__EVTX_OP_PART_VALUE, /* the value `index` */
    SONDA__EVTX_OP_NULL,       /* a field that is null */
    SONDA__EVTX_OP_NAME,       /* the next field is named by the value `index` */
    SONDA__EVTX_OP_MARK,       /* an element with attributes begins */
    SONDA__EVTX_OP_BLOCK       /* the instance that value `index` is */
} sonda__evtx_op_kind;

/* What a field decides, and what a null value of VALUE becomes; bits of `role`. */
#define SONDA__EVTX_ROLE_MASK 0x0fu
#define SONDA__EVTX_ROLE_CHANNEL 1u
#define SONDA__EVTX_ROLE_EVENT_ID 2u
#define SONDA__EVTX_ROLE_PROVIDER 3u
#define SONDA__EVTX_ROLE_TIME_CREATED 4u
#define SONDA__EVTX_ROLE_UTC_TIME 5u
/* Neither of these: nothing. */
#define SONDA__EVTX_NULL_SHOWN 0x10u
/* Shown when nothing was added since the mark. */
#define SONDA__EVTX_NULL_UNLESS_MARKED 0x20u

/* Types of values, as Windows numbers them. */
#define SONDA__EVTX_NULL 0x00u
#define SONDA__EVTX_STRING 0x01u
#define SONDA__EVTX_ANSI 0x02u
#define SONDA__EVTX_INT8 0x03u
#define SONDA__EVTX_UINT8 0x04u
#define SONDA__EVTX_INT16 0x05u
#define SONDA__EVTX_UINT16 0x06u
#define SONDA__EVTX_INT32 0x07u
#define SONDA__EVTX_UINT32 0x08u
#define SONDA__EVTX_INT64 0x09u
#define SONDA__EVTX_UINT64 0x0au
#define SONDA__EVTX_REAL32 0x0bu
#define SONDA__EVTX_REAL64 0x0cu
#define SONDA__EVTX_BOOL 0x0du
#define SONDA__EVTX_BINARY 0x0eu
#define SONDA__EVTX_GUID 0x0fu
#define SONDA__EVTX_SIZE 0x10u
#define SONDA__EVTX_FILETIME 0x11u
#define SONDA__EVTX_SYSTEMTIME 0x12u
#define SONDA__EVTX_SID 0x13u
#define SONDA__EVTX_HEX32 0x14u
#define SONDA__EVTX_HEX64 0x15u
#define SONDA__EVTX_HANDLE 0x20u
#define SONDA__EVTX_BINXML 0x21u
#define SONDA__EVTX_XML 0x23u
#define SONDA__EVTX_ARRAY 0x80u

#endif
