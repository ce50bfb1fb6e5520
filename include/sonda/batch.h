/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Batches: records whose decoding and matching run beside those of other
 * batches, with the same results as one worker after the other.
 *
 * A batch holds copies of a bounded number of records, and room for what they
 * are decoded to. Fill it; then, for each of its places in order,
 *
 *   sonda_batch_decode()  in parallel with other batches, each with a worker;
 *   sonda_batch_apply()   batch after batch, in record order, one at a time;
 *   sonda_batch_match()   in parallel again.
 *
 * Correlations are evaluated by sonda_worker_process() only so far: content that
 * has some (sonda_content_correlation_count()) is not for batches.
 *
 * What a worker's callbacks hear during apply belongs behind what they hear
 * during match of the same place: that is the order of sonda_worker_process().
 *
 * Public. Compiles alone as C99 and C++11.
 */

#ifndef SONDA_BATCH_H
#define SONDA_BATCH_H

#include "sonda/worker.h"

/** Most records in a batch. */
#define SONDA_BATCH_MAX 64u

/** Records between filling and clearing. */
typedef struct sonda_batch sonda_batch;

SONDA_BEGIN_DECLS

/**
 * Open a batch.
 *
 * @param batch      Output handle.
 * @param allocator  NULL for malloc and free; copied.
 *
 * @retval SONDA_OK                    Opened; close with sonda_batch_close().
 * @retval SONDA_ERR_INVALID_ARGUMENT  `batch` is NULL.
 * @retval SONDA_ERR_NO_MEMORY         Nothing was opened.
 * @retval SONDA_ERR_ABI               The allocator struct is not one we know.
 *
 * @threads   Any; one caller at a time per batch.
 * @allocates All it will ever have: a few times SONDA_RECORD_MAX, touched only
 *            as used.
 */
SONDA_API sonda_status sonda_batch_open(sonda_batch **batch, const sonda_allocator *allocator);

/**
 * Close a batch. NULL does nothing.
 *
 * @threads   The last user.
 * @allocates Nothing; gives back.
 */
SONDA_API void sonda_batch_close(sonda_batch *batch);

/**
 * The memory of a batch, for sonda_input_move(): payloads that stand there go by
 * sonda_batch_add_payload(). Until the batch is cleared, all its records must.
 *
 * @param batch  From sonda_batch_open().
 * @param bytes  Output: good until the batch is closed.
 * @param size   Output: SONDA_INPUT_BUFFER_MIN.
 *
 * @retval SONDA_OK                    There.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 *
 * @threads   One caller at a time per batch.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_batch_memory(sonda_batch *batch, void **bytes, size_t *size);

/**
 * Add a record whose payload stays where it is, at the place sonda_batch_count()
 * had before.
 *
 * @param batch        From sonda_batch_open().
 * @param header       As on_payload of sonda/input.h gives it; copied.
 * @param payload      Must stay as it is until the batch is cleared.
 * @param payload_len  Its bytes; with those of a header the header's size.
 *
 * @retval SONDA_OK                    Added.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer, or a size that is not that of
 *                                     the header.
 * @retval SONDA_ERR_FULL              There are SONDA_BATCH_MAX.
 *
 * @threads   One caller at a time per batch.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_batch_add_payload(sonda_batch *batch,
                                               const sonda_record_header *header,
                                               const void *payload,
                                               size_t payload_len);

/**
 * Copy a record in, at the place sonda_batch_count() had before.
 *
 * @param batch       From sonda_batch_open().
 * @param record      As for sonda_worker_process().
 * @param record_len  Bytes in `record`, 64 to SONDA_RECORD_MAX.
 * @param seq         Becomes the copy's number, if its header can be read.
 *
 * @retval SONDA_OK                    Copied.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer or length out of range.
 * @retval SONDA_ERR_FULL              First work off what is there, then clear.
 *                                     An empty batch takes any record.
 *
 * @threads   One caller at a time per batch.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_batch_add(sonda_batch *batch,
                                       const void *record,
                                       size_t record_len,
                                       uint64_t seq);

/**
 * Records in the batch.
 *
 * @return  0 to SONDA_BATCH_MAX; 0 for NULL.
 *
 * @threads   One caller at a time per batch.
 * @allocates Nothing.
 */
SONDA_API size_t sonda_batch_count(const sonda_batch *batch);

/**
 * Empty a batch. NULL does nothing.
 *
 * @threads   One caller at a time per batch.
 * @allocates Nothing.
 */
SONDA_API void sonda_batch_clear(sonda_batch *batch);

/**
 * Decode the record at a place. Places from 0, in order, each once.
 *
 * When the events before it have used up the batch's room, the record is left
 * for sonda_batch_apply(), which then does everything with it.
 *
 * @param batch   Filled.
 * @param index   Below sonda_batch_count().
 * @param worker  Any worker of the engine.
 * @param now_ns  As for sonda_worker_process().
 *
 * @retval SONDA_OK                    Decoded, or cannot be decoded: see
 *                                     sonda_batch_error() after apply.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer or `index` out of range.
 * @retval SONDA_ERR_BAD_STATE         Called from inside a callback.
 *
 * @threads   One caller at a time per batch and per worker.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_batch_decode(sonda_batch *batch,
                                          size_t index,
                                          sonda_worker *worker,
                                          uint64_t now_ns);

/**
 * The event at a place, from sonda_batch_decode() until the batch is cleared: for
 * sonda_tracker_correlate(), once it has been matched.
 *
 * @return  NULL when there is none: the place is out of range, its record was
 *          left for want of room, or could not be read, which its error tells.
 *
 * @threads   One caller at a time per batch.
 * @allocates Nothing.
 */
SONDA_API const sonda_event *sonda_batch_event(const sonda_batch *batch, size_t index);

/**
 * Track the event at a place, and evaluate what the tracker completes by it.
 *
 * @param batch   Decoded at every place.
 * @param index   Below sonda_batch_count(); in order, each once.
 * @param worker  One whose tracker is that of all these records.
 * @param now_ns  As for sonda_worker_process().
 *
 * @retval SONDA_OK                    Done.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer or `index` out of range.
 * @retval SONDA_ERR_BAD_STATE         Called from inside a callback.
 *
 * @threads   One caller at a time per tracker, in record order.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_batch_apply(sonda_batch *batch,
                                         size_t index,
                                         sonda_worker *worker,
                                         uint64_t now_ns);

/**
 * Evaluate the event at a place, if there is one.
 *
 * @param batch   Applied at every place.
 * @param index   Below sonda_batch_count().
 * @param worker  Any worker of the engine.
 * @param now_ns  As for sonda_worker_process().
 *
 * @retval SONDA_OK                    Done.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer or `index` out of range.
 * @retval SONDA_ERR_BAD_STATE         Called from inside a callback.
 *
 * @threads   One caller at a time per batch and per worker.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_batch_match(sonda_batch *batch,
                                         size_t index,
                                         sonda_worker *worker,
                                         uint64_t now_ns);

/**
 * What became of the record at a place.
 *
 * @return  Borrowed until the batch is cleared: status SONDA_OK when it was
 *          decoded, else what sonda_worker_process() would have returned, with
 *          its detail. NULL for NULL and for an index out of range.
 *
 * @threads   One caller at a time per batch, after sonda_batch_apply().
 * @allocates Nothing.
 */
SONDA_API const sonda_error *sonda_batch_error(const sonda_batch *batch, size_t index);

SONDA_END_DECLS

#endif
