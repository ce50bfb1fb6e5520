/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Setting and asking switches.
 *
 * A switch that was ever set keeps its place until the engine is closed, so a
 * worker reads the table without a lock: places below the count are complete
 * and only their `is_on` changes. Asked is only when a response is at hand, which
 * is rare, and one load tells that nothing is on.
 *
 * Layer 5 (engine). Allocates names while setting.
 */

#include "core/engine/switches.h"

#include "core/base/allocate.h"
#include "core/rules/content_policy.h"
#include "sonda/abi.h"

/* Beside SONDA_SWITCH_ALL. */
#define PLACES (SONDA_SWITCH_MAX + 1u)

static void put(sonda__switch *at, uint32_t kind, char *name, size_t name_len)
{
    at->kind = kind;
    at->name = name;
    at->name_len = name_len;
    atomic_init(&at->is_on, 0);
    atomic_init(&at->withheld, 0);
}

sonda_status sonda__switches_open(sonda__switches *switches, const sonda_allocator *allocator)
{
    switches->list = sonda__allocate_zeroed(allocator, PLACES, sizeof *switches->list);
    if (switches->list == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    put(&switches->list[0], SONDA_SWITCH_ALL, NULL, 0);
    atomic_init(&switches->count, 1);
    atomic_init(&switches->on_count, 0);
    atomic_flag_clear(&switches->lock);
    return SONDA_OK;
}

void sonda__switches_close(sonda__switches *switches, const sonda_allocator *allocator)
{
    if (switches->list != NULL) {
        for (uint32_t i = 0; i < atomic_load(&switches->count); i++) {
            sonda__release(allocator, switches->list[i].name);
        }
        sonda__release(allocator, switches->list);
    }
}

static sonda__span name_of(const sonda__switch *at)
{
    return sonda__span_of(at->name_len == 0 ? "" : at->name, at->name_len);
}

static bool has_feature(const sonda__switch_subject *subject, sonda__span name)
{
    for (uint32_t i = 0; i < SONDA__FEATURES_MAX; i++) {
        if ((subject->features >> i & 1) != 0 &&
            sonda__span_equal_ascii_case(sonda__content_feature(subject->content, i), name)) {
            return true;
        }
    }
    return false;
}

static bool is_about(const sonda__switch *at, const sonda__switch_subject *subject)
{
    switch (at->kind) {
    case SONDA_SWITCH_ALL:
        return true;
    case SONDA_SWITCH_RULE:
        return sonda__span_equal_ascii_case(subject->rule, name_of(at));
    case SONDA_SWITCH_FEATURE:
        return has_feature(subject, name_of(at));
    case SONDA_SWITCH_TENANT:
        return sonda__span_equal_ascii_case(subject->tenant, name_of(at));
    default:
        return false;
    }
}

/* From all over tenant and feature to a single rule. */
static bool is_wider(const sonda__switch *at, const sonda__switch *than)
{
    static const uint8_t widths[] = {
        [SONDA_SWITCH_ALL] = 4,
        [SONDA_SWITCH_TENANT] = 3,
        [SONDA_SWITCH_FEATURE] = 2,
        [SONDA_SWITCH_RULE] = 1,
    };

    return than == NULL || widths[at->kind] > widths[than->kind];
}

const sonda__switch *sonda__switches_ask(const sonda__switches *switches,
                                         const sonda__switch_subject *subject)
{
    sonda__switch *found = NULL;
    uint32_t count;

    if (atomic_load_explicit(&switches->on_count, memory_order_acquire) == 0) {
        return NULL;
    }
    count = (uint32_t)atomic_load_explicit(&switches->count, memory_order_acquire);
    for (uint32_t i = 0; i < count; i++) {
        sonda__switch *at = &switches->list[i];

        if (atomic_load_explicit(&at->is_on, memory_order_acquire) != 0 &&
            is_wider(at, found) && is_about(at, subject)) {
            found = at;
        }
    }
    if (found != NULL) {
        atomic_fetch_add_explicit(&found->withheld, 1, memory_order_relaxed);
    }
    return found;
}

static void take_lock(sonda__switches *switches)
{
    while (atomic_flag_test_and_set_explicit(&switches->lock, memory_order_acquire)) {
    }
}

static void drop_lock(sonda__switches *switches)
{
    atomic_flag_clear_explicit(&switches->lock, memory_order_release);
}

static sonda__switch *find(const sonda__switches *switches, uint32_t kind, sonda__span name)
{
    uint32_t count = (uint32_t)atomic_load_explicit(&switches->count, memory_order_acquire);

    for (uint32_t i = 0; i < count; i++) {
        sonda__switch *at = &switches->list[i];

        if (at->kind == kind && sonda__span_equal_ascii_case(name_of(at), name)) {
            return at;
        }
    }
    return NULL;
}

/* With the lock held. */
static void turn(sonda__switches *switches, sonda__switch *at, bool on)
{
    bool was_on = atomic_exchange_explicit(&at->is_on, on ? 1 : 0, memory_order_acq_rel) != 0;

    if (on && !was_on) {
        atomic_fetch_add_explicit(&switches->on_count, 1, memory_order_release);
    } else if (!on && was_on) {
        atomic_fetch_sub_explicit(&switches->on_count, 1, memory_order_release);
    }
}

/* With the lock held: a place of its own, on. `*name` is taken over if used. */
static sonda_status add(sonda__switches *switches, uint32_t kind, char **name, size_t name_len)
{
    uint32_t count = (uint32_t)atomic_load_explicit(&switches->count, memory_order_relaxed);
    sonda__switch *at = &switches->list[count < PLACES ? count : 0];

    if (count == PLACES) {
        return SONDA_ERR_LIMIT;
    }
    put(at, kind, *name, name_len);
    *name = NULL;
    atomic_store_explicit(&switches->count, count + 1, memory_order_release);
    turn(switches, at, true);
    return SONDA_OK;
}

/* A name that has no place yet; it is copied before the lock is taken. */
static sonda_status set_new(sonda__switches *switches,
                            uint32_t kind,
                            sonda__span name,
                            const sonda_allocator *allocator)
{
    char *copy = sonda__allocate(allocator, name.len, 1);
    sonda_status status = SONDA_OK;
    sonda__switch *at;

    if (copy == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    memcpy(copy, name.data, name.len);
    take_lock(switches);
    at = find(switches, kind, name);
    if (at != NULL) {
        turn(switches, at, true);
    } else {
        status = add(switches, kind, &copy, name.len);
    }
    drop_lock(switches);
    sonda__release(allocator, copy);
    return status;
}

sonda_status sonda__switches_set(sonda__switches *switches,
                                 uint32_t kind,
                                 sonda__span name,
                                 bool on,
                                 const sonda_allocator *allocator)
{
    sonda__switch *at;

    take_lock(switches);
    at = find(switches, kind, name);
    if (at != NULL) {
        turn(switches, at, on);
    }
    drop_lock(switches);
    return at != NULL || !on ? SONDA_OK : set_new(switches, kind, name, allocator);
}

sonda_status
sonda__switches_get(const sonda__switches *switches, size_t index, sonda_switch_view *view)
{
    sonda_switch_view filled = SONDA_SWITCH_VIEW_INIT;
    const sonda__switch *at;

    if (index >= atomic_load_explicit(&switches->count, memory_order_acquire)) {
        return SONDA_ERR_NOT_FOUND;
    }
    at = &switches->list[index];
    filled.kind = at->kind;
    filled.is_on = (uint32_t)atomic_load_explicit(&at->is_on, memory_order_relaxed);
    filled.name = at->name;
    filled.name_len = at->name_len;
    filled.withheld = atomic_load_explicit(&at->withheld, memory_order_relaxed);
    return sonda_abi_write(&filled, sizeof filled, view);
}
