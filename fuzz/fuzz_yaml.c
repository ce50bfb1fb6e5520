/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The whole compiler on any bytes: it ends, gives all memory back, tells of
 * every document, and each refusal has a reason and a line.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "sonda/compile/compile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t out;

static void *take(size_t size, void *user)
{
    (void)user;
    out++;
    return malloc(size);
}

static void give_back(void *memory, void *user)
{
    (void)user;
    out--;
    free(memory);
}

static void check(const sonda_compile *compile, size_t index)
{
    sonda_compile_entry entry = SONDA_COMPILE_ENTRY_INIT;

    if (sonda_compile_entry_get(compile, index, &entry) != SONDA_OK || entry.line == 0 ||
        entry.outcome < SONDA_COMPILE_COMPILED || entry.outcome > SONDA_COMPILE_REJECTED ||
        (entry.outcome != SONDA_COMPILE_COMPILED && entry.reason.len == 0)) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sonda_allocator allocator = SONDA_ALLOCATOR_INIT;
    sonda_compile *compile;
    const void *pack;
    size_t pack_len;

    allocator.allocate = take;
    allocator.release = give_back;
    if (sonda_compile_open(&compile, NULL, &allocator) != SONDA_OK) {
        return 0;
    }
    sonda_compile_add_yaml(compile, "fuzz.yml", data, size);
    sonda_compile_finish(compile, &pack, &pack_len, NULL);
    if (sonda_compile_count(compile, 0) == 0) {
        abort();
    }
    for (size_t i = 0; i < sonda_compile_count(compile, 0); i++) {
        check(compile, i);
    }
    sonda_compile_close(compile);
    if (out != 0) {
        abort();
    }
    return 0;
}
