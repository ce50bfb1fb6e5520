/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A hash by id and a heap by time over one array of tickets.
 *
 * An answered ticket stays, to tell latecomers, and moves in the heap from its
 * due time to its deadline. When room is needed it goes before any other.
 *
 * Layer 5 (engine). Allocates at open only.
 */

#include "core/engine/ticket_table.h"

#include "core/base/allocate.h"
#include "core/base/hash.h"
#include "sonda/event.h"

#include <assert.h>

#define NONE UINT32_MAX
#define CAPACITY_MAX (1024u * 1024u)

sonda_status sonda__ticket_table_open(sonda__ticket_table *table,
                                      uint32_t capacity,
                                      sonda_verdict fallback,
                                      const sonda_allocator *allocator)
{
    uint32_t buckets = 16;

    if (capacity == 0 || capacity > CAPACITY_MAX) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    while (buckets < capacity) {
        buckets *= 2;
    }
    memset(table, 0, sizeof *table);
    table->allocator = *allocator;
    table->capacity = capacity;
    table->fallback = fallback;
    table->bucket_mask = buckets - 1;
    table->tickets = sonda__allocate_zeroed(allocator, capacity, sizeof *table->tickets);
    table->buckets = sonda__allocate(allocator, buckets, sizeof *table->buckets);
    table->heap = sonda__allocate(allocator, capacity, sizeof *table->heap);
    if (table->tickets == NULL || table->buckets == NULL || table->heap == NULL) {
        sonda__ticket_table_close(table);
        return SONDA_ERR_NO_MEMORY;
    }
    memset(table->buckets, 0xff, buckets * sizeof *table->buckets);
    for (uint32_t i = 0; i < capacity; i++) {
        table->tickets[i].next_in_bucket = i + 1 < capacity ? i + 1 : NONE;
    }
    return SONDA_OK;
}

void sonda__ticket_table_close(sonda__ticket_table *table)
{
    sonda__release(&table->allocator, table->heap);
    sonda__release(&table->allocator, table->buckets);
    sonda__release(&table->allocator, table->tickets);
}

uint64_t sonda__ticket_due_ns(uint64_t asked_ns, uint64_t deadline_ns)
{
    uint64_t given = deadline_ns > asked_ns ? deadline_ns - asked_ns : 0;
    uint64_t most = given / 5 * 4;

    if (given < SONDA__TICKET_HEADROOM_NS) {
        return asked_ns;
    }
    if (given - most < SONDA__TICKET_HEADROOM_NS) {
        most = given - SONDA__TICKET_HEADROOM_NS;
    }
    return asked_ns + most;
}

/* The heap. */

static uint64_t time_at(const sonda__ticket_table *table, uint32_t at)
{
    return table->tickets[table->heap[at]].next_ns;
}

static void swap(sonda__ticket_table *table, uint32_t a, uint32_t b)
{
    uint32_t held = table->heap[a];

    table->heap[a] = table->heap[b];
    table->heap[b] = held;
    table->tickets[table->heap[a]].heap_at = a;
    table->tickets[table->heap[b]].heap_at = b;
}

static void sift_up(sonda__ticket_table *table, uint32_t at)
{
    while (at > 0 && time_at(table, at) < time_at(table, (at - 1) / 2)) {
        swap(table, at, (at - 1) / 2);
        at = (at - 1) / 2;
    }
}

static void sift_down(sonda__ticket_table *table, uint32_t at)
{
    for (;;) {
        uint32_t least = at;

        for (uint32_t child = 2 * at + 1; child <= 2 * at + 2; child++) {
            if (child < table->heap_count && time_at(table, child) < time_at(table, least)) {
                least = child;
            }
        }
        if (least == at) {
            return;
        }
        swap(table, at, least);
        at = least;
    }
}

/* The hash. */

static uint32_t *bucket_of(const sonda__ticket_table *table, uint64_t id)
{
    return &table->buckets[sonda__hash_step(0, id) & table->bucket_mask];
}

static uint32_t find(const sonda__ticket_table *table, uint64_t id)
{
    uint32_t index = *bucket_of(table, id);

    while (index != NONE && table->tickets[index].id != id) {
        index = table->tickets[index].next_in_bucket;
    }
    return index;
}

static void forget(sonda__ticket_table *table, uint32_t index)
{
    uint32_t *link = bucket_of(table, table->tickets[index].id);
    uint32_t at = table->tickets[index].heap_at;

    while (*link != index) {
        link = &table->tickets[*link].next_in_bucket;
    }
    *link = table->tickets[index].next_in_bucket;
    swap(table, at, table->heap_count - 1);
    table->heap_count--;
    if (at < table->heap_count) {
        sift_up(table, at);
        sift_down(table, at);
    }
    table->tickets[index].next_in_bucket = table->free_head;
    table->free_head = index;
}

/* Makes room by forgetting a ticket that has its answer; false: all wait. */
static bool forget_answered(sonda__ticket_table *table)
{
    for (uint32_t at = 0; at < table->heap_count; at++) {
        if (table->tickets[table->heap[at]].answered != 0) {
            forget(table, table->heap[at]);
            return true;
        }
    }
    return false;
}

sonda_status sonda__ticket_ask(sonda__ticket_table *table,
                               uint64_t id,
                               uint64_t asked_ns,
                               uint64_t deadline_ns)
{
    uint32_t index;
    sonda__ticket *ticket;

    if (id == 0) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    if (find(table, id) != NONE) {
        return SONDA_ERR_ALREADY;
    }
    if (table->free_head == NONE && !forget_answered(table)) {
        table->numbers.refused++;
        return SONDA_ERR_FULL;
    }
    index = table->free_head;
    ticket = &table->tickets[index];
    table->free_head = ticket->next_in_bucket;
    ticket->id = id;
    ticket->deadline_ns = deadline_ns;
    ticket->next_ns = sonda__ticket_due_ns(asked_ns, deadline_ns);
    ticket->answered = 0;
    ticket->next_in_bucket = *bucket_of(table, id);
    *bucket_of(table, id) = index;
    ticket->heap_at = table->heap_count;
    table->heap[table->heap_count++] = index;
    sift_up(table, ticket->heap_at);
    table->numbers.asked++;
    return SONDA_OK;
}

/* The ticket has its answer and waits for its deadline, to be forgotten. */
static void settle(sonda__ticket_table *table, uint32_t index)
{
    sonda__ticket *ticket = &table->tickets[index];

    assert(ticket->answered == 0);
    ticket->answered = 1;
    if (ticket->deadline_ns > ticket->next_ns) {
        ticket->next_ns = ticket->deadline_ns;
        sift_down(table, ticket->heap_at);
    }
}

sonda_status sonda__ticket_answer(sonda__ticket_table *table, uint64_t id)
{
    uint32_t index = find(table, id);

    if (index == NONE) {
        return SONDA_ERR_NOT_FOUND;
    }
    if (table->tickets[index].answered != 0) {
        return SONDA_ERR_ALREADY;
    }
    settle(table, index);
    table->numbers.answered++;
    return SONDA_OK;
}

bool sonda__ticket_next_due(const sonda__ticket_table *table, uint64_t *next_ns)
{
    if (table->heap_count == 0) {
        return false;
    }
    *next_ns = time_at(table, 0);
    return true;
}

sonda_status sonda__ticket_expire(sonda__ticket_table *table,
                                  uint64_t now_ns,
                                  uint64_t *id,
                                  sonda_verdict *verdict)
{
    while (table->heap_count > 0 && time_at(table, 0) <= now_ns) {
        uint32_t index = table->heap[0];

        if (table->tickets[index].answered != 0) {
            forget(table, index);
            continue;
        }
        settle(table, index);
        table->numbers.fallen_back++;
        *id = table->tickets[index].id;
        *verdict = table->fallback;
        return SONDA_OK;
    }
    return SONDA_ERR_END;
}

sonda_status sonda__ticket_fallback_record(uint64_t id,
                                           sonda_verdict verdict,
                                           uint64_t wall_ns,
                                           uint8_t *buffer,
                                           size_t buffer_size,
                                           size_t *record_len)
{
    static const char state[] = "ticket unanswered";
    static const char allow[] = "fallback verdict: allow";
    static const char deny[] = "fallback verdict: deny";
    const char *said = verdict == SONDA_VERDICT_DENY ? deny : allow;
    sonda_record_header header = {0};
    sonda_record_builder builder;

    header.wall_ns = wall_ns;
    (void)sonda_record_begin(&builder, buffer, buffer_size, &header, SONDA_CLASS_BASE,
                             SONDA_ACTIVITY_OTHER, SONDA_PRODUCT_NONE);
    (void)sonda_record_add(&builder, SONDA_FIELD_HEALTH_STATE, state, sizeof state - 1);
    (void)sonda_record_add(&builder, SONDA_FIELD_MESSAGE, said, strlen(said));
    (void)sonda_record_add_number(&builder, SONDA_FIELD_TICKET, id);
    return sonda_record_finish(&builder, SONDA_SOURCE_HEALTH, 0, record_len);
}
