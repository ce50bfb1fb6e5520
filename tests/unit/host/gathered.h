/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Reads a path through the host, counting what comes.
 *
 * Tests only.
 */

#ifndef SONDA_TESTS_UNIT_HOST_GATHERED_H
#define SONDA_TESTS_UNIT_HOST_GATHERED_H

#include "sonda/host/host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

typedef struct gathered {
    uint64_t len;
    uint64_t total;
    unsigned idles;
    sonda_host *host;
} gathered;

static sonda_status
gather(const uint8_t *bytes, size_t len, uint64_t offset, uint64_t total, void *user)
{
    gathered *all = user;

    assert_non_null(bytes);
    assert_int_equal(offset, all->len);
    all->len += len;
    all->total = total;
    return SONDA_OK;
}

static sonda_status count_idle_and_stop(void *user)
{
    gathered *all = user;

    all->idles++;
    sonda_host_stop(all->host);
    return SONDA_OK;
}

static sonda_status read_into(gathered *all, const char *path, sonda_error *error)
{
    sonda_host_read_options options = SONDA_HOST_READ_OPTIONS_INIT;
    sonda_host_options quiet = SONDA_HOST_OPTIONS_INIT;
    sonda_status status;

    quiet.signals = 0;
    options.on_bytes = gather;
    options.on_idle = count_idle_and_stop;
    options.user = all;
    assert_int_equal(sonda_host_open(&all->host, &quiet, NULL), SONDA_OK);
    status = sonda_host_read(all->host, path, &options, error);
    sonda_host_close(all->host);
    return status;
}

#endif
