/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The reader of tar archives on any bytes: it ends, and what it gives lies
 * within the archive.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "compile/tar.h"
#include "core/base/allocate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sonda_allocator allocator;
    sonda__pool pool;
    sonda__tar tar;
    sonda__tar_file file;
    sonda_status status;
    size_t files = 0;

    if (sonda_allocator_read(NULL, &allocator) != SONDA_OK) {
        return 0;
    }
    (void)sonda__tar_is(data, size);
    sonda__tar_init(&tar, data, size);
    sonda__pool_init(&pool, &allocator);
    while ((status = sonda__tar_next(&tar, &pool, &file, NULL)) == SONDA_OK) {
        files++;
        if (file.bytes < data || file.len > size - (size_t)(file.bytes - data) ||
            file.name.data[file.name.len] != '\0') {
            abort();
        }
        sonda__pool_reset(&pool);
    }
    sonda__pool_reset(&pool);
    if (files > size / 512 || status == SONDA_OK) {
        abort();
    }
    return 0;
}
