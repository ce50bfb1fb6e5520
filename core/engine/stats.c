/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Counting by class, and adding up workers.
 *
 * Layer 5 (engine). No allocation.
 */

#include "core/engine/stats.h"

#include "sonda/abi.h"
#include "sonda/event.h"

#include <stddef.h>
#include <string.h>

/* Pinned order: positions of events_by_class. */
static const uint32_t classes[SONDA_STATS_CLASS_COUNT] = {
    SONDA_CLASS_BASE,
    SONDA_CLASS_PROCESS,
    SONDA_CLASS_FILE,
    SONDA_CLASS_NETWORK,
    SONDA_CLASS_DNS,
    SONDA_CLASS_MODULE,
    SONDA_CLASS_KERNEL_EXTENSION,
    SONDA_CLASS_MEMORY,
    SONDA_CLASS_SCHEDULED_JOB,
    SONDA_CLASS_SCRIPT,
    SONDA_CLASS_AUTHENTICATION,
    SONDA_CLASS_REGISTRY_KEY,
    SONDA_CLASS_REGISTRY_VALUE,
    SONDA_CLASS_WINDOWS_SERVICE,
};

uint32_t sonda_stats_class(size_t index)
{
    return index < SONDA_STATS_CLASS_COUNT ? classes[index] : SONDA_CLASS_BASE;
}

void sonda__stats_count_event(sonda_stats *stats, uint32_t class_uid)
{
    size_t at = 0;

    for (size_t i = 1; i < SONDA_STATS_CLASS_COUNT && at == 0; i++) {
        at = classes[i] == class_uid ? i : 0;
    }
    stats->events++;
    stats->events_by_class[at]++;
}

void sonda__stats_count_failure(sonda_stats *stats, sonda_status status)
{
    switch (status) {
    case SONDA_ERR_LIMIT:
        stats->beyond_limit++;
        break;
    case SONDA_ERR_UNSUPPORTED:
    case SONDA_ERR_VERSION:
        stats->unsupported++;
        break;
    default:
        stats->malformed++;
        break;
    }
}

sonda_status sonda_stats_add(sonda_stats *total, const sonda_stats *part)
{
    /* All members behind the size are counters of 64 bits. */
    const size_t first = offsetof(sonda_stats, records);
    sonda_stats sum = SONDA_STATS_INIT;
    sonda_stats addend = SONDA_STATS_INIT;
    unsigned char *sums = (unsigned char *)&sum + first;
    const unsigned char *addends = (const unsigned char *)&addend + first;
    sonda_status status;

    if (total == NULL || part == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    status = sonda_abi_read(total, &sum, sizeof sum);
    if (status == SONDA_OK) {
        status = sonda_abi_read(part, &addend, sizeof addend);
    }
    if (status != SONDA_OK) {
        return status;
    }
    for (size_t at = 0; at < sizeof sum - first; at += sizeof(uint64_t)) {
        uint64_t a;
        uint64_t b;

        memcpy(&a, sums + at, sizeof a);
        memcpy(&b, addends + at, sizeof b);
        a += b;
        memcpy(sums + at, &a, sizeof a);
    }
    return sonda_abi_write(&sum, sizeof sum, total);
}
