/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Writes the seeds of fuzz_evtx into a folder: chunks without the file's header
 * and without what is unused behind their records, so that they are small.
 */

#include "evtx_build.h"
#include "evtx_read.h"

#include "core/codec/bytes.h"
#include "core/normalise/evtx_format.h"

#include <stdio.h>
#include <stdlib.h>

static evtx_build b;
static evtx_read seen;
static const char *folder;

static void write_seed(const char *name, int first, const void *bytes, size_t len)
{
    char path[1024];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "wb");
    if (file == NULL || fputc(first, file) == EOF || fwrite(bytes, 1, len, file) != len ||
        fclose(file) != 0) {
        abort();
    }
}

static void write_chunk(const char *name)
{
    size_t len = b.len - 4096;

    sonda__put_u32le(b.bytes + 4096 + 48, (uint32_t)len);
    evtx_sum_chunk(&b, 4096);
    write_seed(name, 7, b.bytes + 4096, len);
}

static void write_types(void)
{
    static const uint8_t bytes[16] = {1, 1, 0, 0, 0, 0, 0, 5, 18};
    static const uint8_t sizes[] = {0, 6, 6, 1, 1,  2, 2, 4,  4,  8, 8,
                                    4, 8, 4, 9, 16, 8, 8, 16, 12, 4, 8};
    uint32_t count = sizeof sizes;

    evtx_begin(&b);
    evtx_begin_record(&b);
    evtx_fragment(&b);
    (void)evtx_begin_template(&b);
    evtx_open(&b, "Event", 0);
    evtx_close_start(&b);
    evtx_open(&b, "EventData", 0);
    evtx_close_start(&b);
    for (uint32_t i = 0; i < 2 * count; i++) {
        evtx_data(&b, "V", i, i < count ? i : (i - count) | SONDA__EVTX_ARRAY);
    }
    evtx_close(&b);
    evtx_close(&b);
    evtx_end_template(&b);
    evtx_begin_values(&b, 2 * count);
    for (uint32_t i = 0; i < 2 * count; i++) {
        evtx_add(&b, i < count ? i : (i - count) | SONDA__EVTX_ARRAY, bytes, sizes[i % count]);
    }
    evtx_end_record(&b);
    write_chunk("types");
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        return 2;
    }
    folder = argv[1];
    evtx_begin(&b);
    evtx_process_start(&b, "cmd.exe");
    evtx_process_start(&b, "a \xe4");
    write_chunk("two_records");
    b.bytes[4096 + 700] ^= 1;
    write_seed("flipped", 1, b.bytes + 4096, b.len - 4096);
    write_seed("cut", 255 - 1, b.bytes + 4096, b.len - 4096 - 100);
    write_types();
    evtx_begin(&b);
    evtx_process_start(&b, "cmd.exe");
    evtx_end(&b);
    evtx_read_bytes(&seen, b.bytes, b.len, b.len);
    write_seed("payload", 255, seen.record + SONDA_RECORD_HEADER_SIZE,
               sonda__u32le_at((const uint8_t *)seen.record) - SONDA_RECORD_HEADER_SIZE);
    evtx_read_close(&seen);
    return 0;
}
