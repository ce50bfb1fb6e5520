/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Fuzz target: any bytes as a recording, fed whole and in small pieces.
 *
 * Both ways must report the same records; the first byte of the input chooses
 * the size of the pieces.
 */

#include <stdint.h>
#include <stdlib.h>

#include "sonda/recording.h"

typedef struct tally {
    uint64_t records;
    uint64_t skipped;
    uint64_t digest;
} tally;

static void mix(tally *seen, uint64_t value)
{
    seen->digest = (seen->digest ^ value) * UINT64_C(0x9e3779b97f4a7c15);
}

static sonda_status
on_record(const void *record, size_t len, uint64_t number, uint64_t offset, void *user)
{
    sonda_record_header header;
    tally *seen = user;

    if (sonda_record_header_read(record, len, &header) != SONDA_OK) {
        abort();
    }
    seen->records++;
    mix(seen, number);
    mix(seen, offset);
    mix(seen, len);
    return SONDA_OK;
}

static void on_skipped(
    uint64_t number, uint64_t offset, sonda_status status, const char *reason, void *user)
{
    tally *seen = user;

    (void)reason;
    seen->skipped++;
    mix(seen, number);
    mix(seen, offset);
    mix(seen, (uint64_t) - (int64_t)status);
}

static tally read_all(const uint8_t *data, size_t size, size_t piece)
{
    tally seen = {0, 0, 0};
    sonda_recording *recording = NULL;
    sonda_input_callbacks callbacks = SONDA_INPUT_CALLBACKS_INIT;
    sonda_status status = SONDA_OK;

    callbacks.on_record = on_record;
    callbacks.on_skipped = on_skipped;
    callbacks.user = &seen;
    if (sonda_recording_open(&recording, NULL) != SONDA_OK) {
        abort();
    }
    for (size_t at = 0; at < size && status == SONDA_OK; at += piece) {
        size_t len = size - at < piece ? size - at : piece;

        status = sonda_recording_feed(recording, data + at, len, &callbacks, NULL);
    }
    mix(&seen, (uint64_t) - (int64_t)sonda_recording_finish(recording, &callbacks, NULL));
    sonda_recording_close(recording);
    return seen;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t piece = size == 0 ? 1 : 1 + data[size - 1] % 97u;
    tally whole = read_all(data, size, size == 0 ? 1 : size);
    tally pieces = read_all(data, size, piece);

    if (whole.records != pieces.records || whole.skipped != pieces.skipped ||
        whole.digest != pieces.digest) {
        abort();
    }
    return 0;
}
