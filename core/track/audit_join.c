/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pending serials: slots for the serials, blocks for what is kept of their lines.
 *
 * A serial's values are written one behind the other into a chain of blocks: a
 * byte that tells the fact, four for the length, the text. Nobody reads them
 * before the serial is complete, so a chain needs no index, and a serial with
 * one short line takes one block.
 *
 * Layer 3 (track): uses base, codec, event. Allocates when opened, never after.
 */

#include "core/track/audit_join.h"

#include "core/base/allocate.h"
#include "core/base/limits.h"
#include "core/codec/number.h"
#include "core/track/audit_facts.h"

/* How long a serial waits, in event time. */
#define PATIENCE_NS UINT64_C(2000000000)
#define NO_BLOCK UINT32_MAX
#define BLOCK_ROOM (SONDA__AUDIT_BLOCK_BYTES - (uint32_t)sizeof(uint32_t))
#define FACT_HEAD 5u

typedef struct block {
    uint32_t next;
    uint8_t bytes[BLOCK_ROOM];
} block;

typedef struct pending {
    bool used;
    bool complete;
    bool cut;
    uint32_t first; /* NO_BLOCK: nothing kept yet */
    uint32_t last;
    uint32_t blocks;
    uint32_t last_used; /* bytes in the last block */
    uint64_t bytes;     /* in all blocks */
    uint64_t order;     /* of the first line */
    uint64_t serial;
    uint64_t time_ns;
    uint64_t node;
    sonda_record_header header; /* of the first line */
} pending;

struct sonda__audit_join {
    sonda_allocator allocator;
    sonda__audit_join_stats stats;
    uint64_t lines;
    uint32_t returned; /* first of the blocks that came back */
    uint32_t returned_count;
    uint32_t fresh; /* blocks from here on were never used */
    uint32_t used;  /* slots in use */
    block *blocks;
    pending slots[SONDA__AUDIT_PENDING_MAX];
};

/* What of a line says where it belongs. */
typedef struct line_key {
    sonda__audit_line line;
    uint64_t serial;
    uint64_t time_ns;
    uint64_t node;
} line_key;

sonda_status sonda__audit_join_open(sonda__audit_join **join, const sonda_allocator *allocator)
{
    sonda_allocator ours;
    sonda__audit_join *opened;
    sonda_status status = sonda_allocator_read(allocator, &ours);

    if (status != SONDA_OK) {
        return status;
    }
    opened = sonda__allocate_zeroed(&ours, 1, sizeof *opened);
    if (opened == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    opened->allocator = ours;
    opened->blocks = sonda__allocate(&ours, SONDA__AUDIT_BLOCKS_MAX, sizeof(block));
    if (opened->blocks == NULL) {
        sonda__audit_join_close(opened);
        return SONDA_ERR_NO_MEMORY;
    }
    opened->returned = NO_BLOCK;
    *join = opened;
    return SONDA_OK;
}

void sonda__audit_join_close(sonda__audit_join *join)
{
    if (join != NULL) {
        sonda_allocator allocator = join->allocator;

        sonda__release(&allocator, join->blocks);
        sonda__release(&allocator, join);
    }
}

/* Room for one more byte or more of this serial; false when there is none. */
static bool add_block(sonda__audit_join *join, pending *slot)
{
    uint32_t taken = join->returned;

    if (slot->blocks == SONDA__AUDIT_SERIAL_BLOCKS_MAX) {
        return false;
    }
    if (taken != NO_BLOCK) {
        join->returned = join->blocks[taken].next;
        join->returned_count--;
    } else if (join->fresh < SONDA__AUDIT_BLOCKS_MAX) {
        taken = join->fresh++;
    } else {
        return false;
    }
    join->blocks[taken].next = NO_BLOCK;
    if (slot->first == NO_BLOCK) {
        slot->first = taken;
    } else {
        join->blocks[slot->last].next = taken;
    }
    slot->last = taken;
    slot->last_used = 0;
    slot->blocks++;
    return true;
}

/* Bytes this serial may still take. */
static uint64_t room_of(const sonda__audit_join *join, const pending *slot)
{
    uint32_t blocks = join->returned_count + (SONDA__AUDIT_BLOCKS_MAX - join->fresh);
    uint32_t allowed = SONDA__AUDIT_SERIAL_BLOCKS_MAX - slot->blocks;
    uint64_t in_last = slot->first == NO_BLOCK ? 0 : BLOCK_ROOM - slot->last_used;

    return in_last + (uint64_t)(blocks < allowed ? blocks : allowed) * BLOCK_ROOM;
}

/* The caller has made sure of room. */
static void put_bytes(sonda__audit_join *join, pending *slot, const void *bytes, size_t len)
{
    const uint8_t *from = bytes;

    slot->bytes += len;
    while (len > 0) {
        size_t part;
        if ((slot->first == NO_BLOCK || slot->last_used == BLOCK_ROOM) &&
            !add_block(join, slot)) {
            return;
        }
        part = BLOCK_ROOM - slot->last_used;
        part = part < len ? part : len;
        memcpy(join->blocks[slot->last].bytes + slot->last_used, from, part);
        slot->last_used += (uint32_t)part;
        from += part;
        len -= part;
    }
}

static void
keep(sonda__audit_join *join, pending *slot, sonda__audit_fact fact, sonda__span text)
{
    uint64_t room = room_of(join, slot);
    uint8_t head[FACT_HEAD] = {(uint8_t)fact};

    if (room < FACT_HEAD + text.len) {
        slot->cut = true;
        join->stats.cut++;
        if (room <= FACT_HEAD) {
            return;
        }
        text.len = (size_t)(room - FACT_HEAD);
    }
    for (size_t i = 0; i < 4; i++) {
        head[1 + i] = (uint8_t)(text.len >> (8 * i));
    }
    put_bytes(join, slot, head, sizeof head);
    put_bytes(join, slot, text.data, text.len);
}

static void release_slot(sonda__audit_join *join, pending *slot)
{
    if (slot->first != NO_BLOCK) {
        join->blocks[slot->last].next = join->returned;
        join->returned = slot->first;
        join->returned_count += slot->blocks;
    }
    slot->used = false;
    join->used--;
}

/* FNV-1a: tells nodes apart; a collision would need equal serial and time, too. */
static uint64_t hash_node(sonda__span node)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < node.len; i++) {
        hash = (hash ^ (uint8_t)node.data[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

static bool read_key(const sonda_event *event, line_key *key)
{
    sonda__span type = {NULL, 0};
    sonda__span node = {NULL, 0};
    sonda__span serial = sonda__event_text(event, SONDA_FIELD_AUDIT_SERIAL);

    for (size_t i = 0; i < event->field_count; i++) {
        sonda__span name = event->fields[i].name;
        if (type.len == 0 && sonda__span_is(name, "type")) {
            type = event->fields[i].text;
        } else if (node.len == 0 && sonda__span_is(name, "node")) {
            node = event->fields[i].text;
        }
        if (type.len != 0) {
            break; /* node= stands before type= */
        }
    }
    key->line = sonda__audit_line_of(type);
    key->time_ns = event->time_ns;
    key->node = hash_node(node);
    return sonda__parse_decimal(serial, &key->serial) == SONDA_OK;
}

/* Completes what has waited long enough; only the same node's clock counts. */
static void complete_old(sonda__audit_join *join, const line_key *key)
{
    for (size_t i = 0; i < SONDA__AUDIT_PENDING_MAX; i++) {
        pending *slot = &join->slots[i];
        if (slot->used && !slot->complete && slot->node == key->node &&
            key->time_ns > slot->time_ns && key->time_ns - slot->time_ns >= PATIENCE_NS) {
            slot->complete = true;
        }
    }
}

static pending *find_slot(sonda__audit_join *join, const line_key *key)
{
    for (size_t i = 0; i < SONDA__AUDIT_PENDING_MAX; i++) {
        pending *slot = &join->slots[i];
        if (slot->used && !slot->complete && slot->serial == key->serial &&
            slot->time_ns == key->time_ns && slot->node == key->node) {
            return slot;
        }
    }
    return NULL;
}

/* The oldest used slot of those that are, or are not, complete; NULL: none. */
static pending *find_oldest(sonda__audit_join *join, bool complete, bool empty_only)
{
    pending *oldest = NULL;

    for (size_t i = 0; i < SONDA__AUDIT_PENDING_MAX; i++) {
        pending *slot = &join->slots[i];
        if (slot->used && slot->complete == complete &&
            (!empty_only || slot->first == NO_BLOCK) &&
            (oldest == NULL || slot->order < oldest->order)) {
            oldest = slot;
        }
    }
    return oldest;
}

static pending *find_unused(sonda__audit_join *join)
{
    for (size_t i = 0; i < SONDA__AUDIT_PENDING_MAX; i++) {
        if (!join->slots[i].used) {
            return &join->slots[i];
        }
    }
    return NULL;
}

static bool has_two_unused(const sonda__audit_join *join)
{
    size_t unused = 0;

    for (size_t i = 0; i < SONDA__AUDIT_PENDING_MAX; i++) {
        unused += join->slots[i].used ? 0 : 1;
    }
    return unused >= 2;
}

/*
 * Before the last slot is taken: a serial of which nothing is kept goes first,
 * else the oldest is complete with what there is and leaves when it is taken.
 */
static void make_room(sonda__audit_join *join)
{
    pending *oldest;

    if (has_two_unused(join)) {
        return;
    }
    oldest = find_oldest(join, false, true);
    if (oldest != NULL) {
        release_slot(join, oldest);
        return;
    }
    oldest = find_oldest(join, false, false);
    if (oldest != NULL) {
        oldest->complete = true;
        join->stats.evicted++;
    }
}

static pending *
begin_slot(sonda__audit_join *join, const line_key *key, const sonda_event *event)
{
    pending *slot;

    make_room(join);
    slot = find_unused(join);
    if (slot == NULL) {
        /* Nobody takes: every slot is complete. */
        slot = find_oldest(join, true, false);
        join->stats.evicted++;
        release_slot(join, slot);
    }
    memset(slot, 0, sizeof *slot);
    slot->used = true;
    join->used++;
    slot->first = NO_BLOCK;
    slot->order = join->lines;
    slot->serial = key->serial;
    slot->time_ns = key->time_ns;
    slot->node = key->node;
    slot->header = event->header;
    join->stats.serials++;
    return slot;
}

void sonda__audit_join_add(sonda__audit_join *join, const sonda_event *event)
{
    line_key key;
    pending *slot;

    if (!sonda__span_is(event->channel, "auditd") || !read_key(event, &key)) {
        return;
    }
    join->lines++;
    complete_old(join, &key);
    slot = find_slot(join, &key);
    if (key.line == SONDA__LINE_END) {
        if (slot != NULL) {
            slot->complete = true;
        }
        return;
    }
    if (slot == NULL) {
        slot = begin_slot(join, &key, event);
    }
    for (size_t i = 0; i < event->field_count && key.line != SONDA__LINE_OTHER; i++) {
        const sonda__field *field = &event->fields[i];
        sonda__audit_fact fact = sonda__audit_fact_of(key.line, field->name);
        if (fact != SONDA__FACT_NONE) {
            keep(join, slot, fact, field->text);
        }
    }
    slot->complete = key.line == SONDA__LINE_LOGIN;
}

/* Reads a chain back, in the order it was written. */
typedef struct chain_reader {
    const sonda__audit_join *join;
    uint32_t at_block;
    uint32_t at;
    uint64_t left;
} chain_reader;

/* `out` NULL: pass over. */
static void get_bytes(chain_reader *reader, void *out, size_t len)
{
    uint8_t *to = out;

    reader->left -= len;
    while (len > 0) {
        size_t part;
        if (reader->at == BLOCK_ROOM) {
            reader->at_block = reader->join->blocks[reader->at_block].next;
            reader->at = 0;
        }
        part = BLOCK_ROOM - reader->at;
        part = part < len ? part : len;
        if (to != NULL) {
            memcpy(to, reader->join->blocks[reader->at_block].bytes + reader->at, part);
            to += part;
        }
        len -= part;
        reader->at += (uint32_t)part;
    }
}

static void store_fact(sonda__audit_facts *facts, sonda__audit_fact fact, sonda__span text)
{
    sonda__audit_path *path =
        facts->path_count == 0 ? NULL : &facts->paths[facts->path_count - 1];

    if (fact == SONDA__FACT_PATH && facts->path_count < SONDA__AUDIT_PATHS_MAX) {
        facts->paths[facts->path_count++].name = text;
    } else if (fact == SONDA__FACT_PATH_TYPE && path != NULL) {
        path->type = text;
    } else if (fact == SONDA__FACT_PATH_MODE && path != NULL) {
        path->mode = text;
    } else if (fact == SONDA__FACT_PATH_INODE && path != NULL) {
        path->inode = text;
    } else if (facts->text[fact].len == 0) {
        facts->text[fact] = text;
    }
}

/* One value into the arena, behind a blank when it begins a further argument. */
static bool
read_text(chain_reader *reader, sonda__arena *arena, size_t len, bool blank, sonda__span *text)
{
    size_t room;
    char *out = sonda__arena_rest(arena, &room);
    size_t before = blank ? 1 : 0;

    if (room < len + before) {
        return false;
    }
    if (blank) {
        out[0] = ' ';
    }
    get_bytes(reader, out + before, len);
    sonda__arena_keep(arena, len + before);
    *text = sonda__span_of(out, len + before);
    return true;
}

/*
 * Two passes over the chain: one takes everything but arguments, one takes the
 * arguments, so that these stand in the arena without a gap: a command line.
 */
static bool read_facts(const sonda__audit_join *join,
                       const pending *slot,
                       bool arguments,
                       sonda_event *out,
                       sonda__audit_facts *facts)
{
    chain_reader reader = {join, slot->first, 0, slot->bytes};

    while (reader.left > 0) {
        uint8_t head[FACT_HEAD];
        sonda__audit_fact fact;
        sonda__span text;
        size_t len = 0;
        bool argument;
        get_bytes(&reader, head, sizeof head);
        fact = (sonda__audit_fact)head[0];
        argument = fact == SONDA__FACT_ARGUMENT || fact == SONDA__FACT_ARGUMENT_MORE;
        for (size_t i = 0; i < 4; i++) {
            len |= (size_t)head[1 + i] << (8 * i);
        }
        if (argument != arguments) {
            get_bytes(&reader, NULL, len);
            continue;
        }
        if (!read_text(&reader, &out->arena, len,
                       fact == SONDA__FACT_ARGUMENT && facts->command_line.data != NULL,
                       &text)) {
            return false;
        }
        if (!argument) {
            store_fact(facts, fact, text);
        } else if (facts->command_line.data == NULL) {
            facts->command_line = text;
        } else {
            facts->command_line.len += text.len;
        }
    }
    return true;
}

/* SONDA_OK: `out` is an event; anything else: the serial gives none. */
static sonda_status build(const sonda__audit_join *join, const pending *slot, sonda_event *out)
{
    const sonda__names *names = out->names;
    uint64_t names_serial = out->names_serial;
    sonda__audit_facts facts;

    if (slot->first == NO_BLOCK) {
        return SONDA_ERR_NOT_FOUND;
    }
    memset(&facts, 0, sizeof facts);
    sonda__event_begin(out, &slot->header, names);
    out->names_serial = names_serial;
    out->time_ns = slot->time_ns;
    facts.cut = slot->cut;
    if (!read_facts(join, slot, false, out, &facts) ||
        !read_facts(join, slot, true, out, &facts)) {
        return SONDA_ERR_LIMIT;
    }
    return sonda__audit_canonical(&facts, out);
}

sonda_status sonda__audit_join_take(sonda__audit_join *join, sonda_event *out)
{
    while (join->used != 0) {
        pending *slot = find_oldest(join, true, false);
        sonda_status status;
        if (slot == NULL) {
            break;
        }
        status = build(join, slot, out);
        release_slot(join, slot);
        if (status == SONDA_OK) {
            join->stats.joined++;
            return SONDA_OK;
        }
    }
    return SONDA_ERR_END;
}

void sonda__audit_join_finish(sonda__audit_join *join)
{
    for (size_t i = 0; i < SONDA__AUDIT_PENDING_MAX; i++) {
        join->slots[i].complete = join->slots[i].used;
    }
}

void sonda__audit_join_get_stats(const sonda__audit_join *join, sonda__audit_join_stats *stats)
{
    *stats = join->stats;
}
