/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Recordings: files of records, checksummed, that survive being cut.
 *
 * Bytes in, bytes out, no I/O: the writer fills small buffers that the caller
 * writes, the reader is fed pieces of any size. A recording that was cut, by a
 * full disk or a power failure, is read up to the cut; one with damage in the
 * middle is read around it. Everything written before either is kept.
 *
 * The format, little-endian. File header, 64 bytes: 0 magic, the bytes 89 53 4f
 * 4e 44 41 0d 0a; 8 u16 version (1); 10 u16 size of the header; 12 u16 product
 * (SONDA_PRODUCT_…); 14 u16 machine (SONDA_MACHINE_…); 16 u64 wall_ns and 24
 * u64 mono_ns, read at the same moment; 32 zeroes; 60 u32 checksum of bytes 0
 * to 59. Then for each record a frame of 16 bytes: 0 the bytes "SREC"; 4 u32
 * size of the record; 8 u32 checksum of the record; 12 u32 checksum of bytes 0
 * to 11; then the record. Checksums are CRC-32C.
 *
 * A frame has a checksum of its own so that its size can be trusted when the
 * record behind it is damaged, and a mark so that the next frame can be found
 * when the frame itself is.
 *
 * Public. Compiles alone as C99 and C++11.
 */

#ifndef SONDA_RECORDING_H
#define SONDA_RECORDING_H

#include "sonda/allocator.h"
#include "sonda/input.h"
#include "sonda/record.h"
#include "sonda/status.h"

/** Bytes of a file header. */
#define SONDA_RECORDING_HEADER_SIZE 64u
/** Bytes in front of each record. */
#define SONDA_RECORDING_FRAME_SIZE 16u

/** Processor a recording was made on. Pinned values. */
#define SONDA_MACHINE_UNKNOWN 0u
#define SONDA_MACHINE_X86_64 1u
#define SONDA_MACHINE_AARCH64 2u

/** What the file header says about the recording's host; all may be 0. */
typedef struct sonda_recording_info {
    /** sizeof(sonda_recording_info), set by SONDA_RECORDING_INFO_INIT. */
    uint32_t struct_size;
    /** SONDA_PRODUCT_…. */
    uint16_t product;
    /** SONDA_MACHINE_…. */
    uint16_t machine;
    /** Wall clock when the recording began, nanoseconds since 1970 UTC. */
    uint64_t wall_ns;
    /** The records' monotonic clock at that moment. */
    uint64_t mono_ns;
} sonda_recording_info;

#define SONDA_RECORDING_INFO_INIT                  \
    {                                              \
        sizeof(sonda_recording_info), 0, 0, 0u, 0u \
    }

/** A recording being read. */
typedef struct sonda_recording sonda_recording;

SONDA_BEGIN_DECLS

/**
 * Make the file header of a new recording.
 *
 * @param info  About the host; NULL when nothing is known.
 * @param out   SONDA_RECORDING_HEADER_SIZE bytes, which the caller writes
 *              first.
 *
 * @retval SONDA_OK                    Made.
 * @retval SONDA_ERR_INVALID_ARGUMENT  `out` is NULL.
 * @retval SONDA_ERR_ABI               The info struct is not one we know.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_recording_header_write(const sonda_recording_info *info,
                                                    uint8_t *out);

/**
 * Make the frame that stands in front of a record.
 *
 * The caller writes the frame and then the record itself, which is not copied.
 *
 * @param record      A whole record.
 * @param record_len  Bytes of it.
 * @param out         SONDA_RECORDING_FRAME_SIZE bytes.
 *
 * @retval SONDA_OK                    Made.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval other                       What sonda_record_header_read() says of
 *                                     the record; it must not be written.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_recording_frame_write(const void *record,
                                                   size_t record_len,
                                                   uint8_t *out);

/**
 * Open a reader.
 *
 * @param recording  Output handle.
 * @param allocator  NULL for malloc and free; copied.
 *
 * @retval SONDA_OK                    Opened; close with sonda_recording_close().
 * @retval SONDA_ERR_INVALID_ARGUMENT  `recording` is NULL.
 * @retval SONDA_ERR_NO_MEMORY         Nothing was opened.
 * @retval SONDA_ERR_ABI               The allocator struct is not one we know.
 *
 * @threads   Any; one caller at a time per reader.
 * @allocates The reader with room for one record: about SONDA_RECORD_MAX,
 *            touched only as used. All it will ever have.
 */
SONDA_API sonda_status sonda_recording_open(sonda_recording **recording,
                                            const sonda_allocator *allocator);

/**
 * Feed the file's next bytes. Every record they complete reaches the callbacks
 * before this function returns.
 *
 * Damage reaches on_skipped as one record, with the offset of the frame it
 * begins with and SONDA_ERR_CHECKSUM or, for a frame that is sound around a
 * record that is not, what sonda_record_header_read() says; reading goes on
 * behind it. The offset given to on_record is that of the record's payload.
 *
 * @param recording  From sonda_recording_open().
 * @param bytes      The next bytes; may be NULL when `len` is 0.
 * @param len        How many.
 * @param callbacks  Where records go, as sonda/input.h describes; nothing is
 *                   kept.
 * @param error      Detail of a failure, with the offset; may be NULL.
 *
 * @retval SONDA_OK                    Taken.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer, or no on_record.
 * @retval SONDA_ERR_ABI               The callbacks struct is not one we know.
 * @retval SONDA_ERR_MALFORMED         This is no recording.
 * @retval SONDA_ERR_VERSION           A recording of a version we do not read.
 * @retval SONDA_ERR_CHECKSUM          The file header is damaged.
 * @retval SONDA_ERR_BAD_STATE         After sonda_recording_finish(), or from
 *                                     inside a callback.
 * @retval other                       What on_record returned. It, like the
 *                                     three about the file header, ends the
 *                                     reading: every later call returns it.
 *
 * @threads   Those of the reader.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_recording_feed(sonda_recording *recording,
                                            const void *bytes,
                                            size_t len,
                                            const sonda_input_callbacks *callbacks,
                                            sonda_error *error);

/**
 * Say that the file has ended.
 *
 * A record cut in the middle reaches on_skipped with SONDA_ERR_TRUNCATED and
 * the offset of its frame, unless it is what is left of damage reported before.
 *
 * @param recording  From sonda_recording_open().
 * @param callbacks  Where records go.
 * @param error      Detail of a failure; may be NULL.
 *
 * @retval SONDA_OK                    The file ends behind a record, or is
 *                                     empty.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer, or no on_record.
 * @retval SONDA_ERR_ABI               The callbacks struct is not one we know.
 * @retval SONDA_ERR_MALFORMED         This is no recording.
 * @retval SONDA_ERR_TRUNCATED         The file is cut in its header or in a
 *                                     record; `error` says where.
 * @retval SONDA_ERR_BAD_STATE         A second time, or from inside a callback.
 * @retval other                       What sonda_recording_feed() ended with.
 *
 * @threads   Those of the reader.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_recording_finish(sonda_recording *recording,
                                              const sonda_input_callbacks *callbacks,
                                              sonda_error *error);

/**
 * What the file header says.
 *
 * @param recording  From sonda_recording_open(), fed the file header.
 * @param info       Output, with struct_size set; untouched on failure.
 *
 * @retval SONDA_OK                    Filled.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_ABI               The info struct is not one we know.
 * @retval SONDA_ERR_BAD_STATE         The file header has not been read yet.
 *
 * @threads   Those of the reader; also from inside its callbacks.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_recording_get_info(const sonda_recording *recording,
                                                sonda_recording_info *info);

/**
 * Close a reader. NULL does nothing.
 *
 * @threads   The last user; not from inside a callback.
 * @allocates Nothing; gives back.
 */
SONDA_API void sonda_recording_close(sonda_recording *recording);

SONDA_END_DECLS

#endif
