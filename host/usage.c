/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Processor time, peak memory and the two clocks, through libuv.
 *
 * Module host.
 */

#include "sonda/host/usage.h"

#include <stddef.h>
#include <uv.h>

#include "sonda/abi.h"

static uint64_t nanoseconds(uv_timeval_t time)
{
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_usec * 1000u;
}

sonda_status sonda_usage_read(sonda_usage *usage)
{
    sonda_usage filled = SONDA_USAGE_INIT;
    uv_rusage_t used;

    if (usage == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    if (uv_getrusage(&used) != 0) {
        return SONDA_ERR_IO;
    }
    filled.cpu_ns = nanoseconds(used.ru_utime) + nanoseconds(used.ru_stime);
    filled.peak_bytes = used.ru_maxrss * 1024u;
    return sonda_abi_write(&filled, sizeof filled, usage);
}

uint64_t sonda_clock_wall_ns(void)
{
    uv_timeval64_t now;

    if (uv_gettimeofday(&now) != 0) {
        return 0;
    }
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_usec * 1000u;
}

uint64_t sonda_clock_monotonic_ns(void)
{
    return uv_hrtime();
}
