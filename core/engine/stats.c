/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Counting by class, and adding up workers.
 *
 * Layer 5 (engine). No allocation.
 */

#include "core/engine/stats.h"

#include "core/base/abi.h"
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
    unsigned char *sums;
    const unsigned char *addends;

    if (total == NULL || part == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    if (total->struct_size != sizeof *total || part->struct_size != sizeof *part) {
        return SONDA_ERR_ABI;
    }
    sums = (unsigned char *)total + first;
    addends = (const unsigned char *)part + first;
    for (size_t at = 0; at < sizeof *total - first; at += sizeof(uint64_t)) {
        uint64_t sum;
        uint64_t addend;

        memcpy(&sum, sums + at, sizeof sum);
        memcpy(&addend, addends + at, sizeof addend);
        sum += addend;
        memcpy(sums + at, &sum, sizeof sum);
    }
    return SONDA_OK;
}
