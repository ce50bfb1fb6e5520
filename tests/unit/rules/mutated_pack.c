/* SPDX-License-Identifier: Apache-2.0 */

#include "tests/unit/rules/mutated_pack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <string.h>

#include "core/crypto/hash.h"

#define TABLE_END \
    (SONDA__PACK_HEADER_SIZE + (size_t)SONDA__SECTION_COUNT * SONDA__SECTION_ENTRY_SIZE)

size_t mutated_section(const uint8_t *bytes, uint32_t kind, size_t *len)
{
    const uint8_t *row =
        bytes + SONDA__PACK_HEADER_SIZE + (size_t)kind * SONDA__SECTION_ENTRY_SIZE;

    *len = (size_t)sonda__pack_u64(row + SONDA__AT_SECTION_SIZE);
    return (size_t)sonda__pack_u64(row + SONDA__AT_SECTION_OFFSET);
}

void mutated_put32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        at[i] = (uint8_t)(value >> (8 * i));
    }
}

void mutated_put64(uint8_t *at, uint64_t value)
{
    mutated_put32(at, (uint32_t)value);
    mutated_put32(at + 4, (uint32_t)(value >> 32));
}

void mutated_seal(uint8_t *bytes, size_t len)
{
    sonda__sha256_state state;
    size_t after = SONDA__AT_DIGEST + SONDA__SHA256_SIZE;

    sonda__sha256_begin(&state);
    sonda__sha256_add(&state, bytes, SONDA__AT_DIGEST);
    sonda__sha256_add(&state, bytes + after, len - after - SONDA__SIGNATURE_SIZE);
    sonda__sha256_end(&state, bytes + SONDA__AT_DIGEST);
}

/* A section while the pack is put together. */
typedef struct section {
    uint8_t *at;
    size_t len;
    size_t entry;
} section;

static section open_section(uint8_t *bytes, uint32_t kind)
{
    section opened = {NULL, 0, sonda__section_entry_size((sonda__section_kind)kind)};

    opened.at = bytes + mutated_section(bytes, kind, &opened.len);
    return opened;
}

/* A section that is not empty, the signature left alone. */
static uint32_t pick_kind(generated *gen, const uint8_t *bytes)
{
    for (;;) {
        uint32_t kind = generated_below(gen, SONDA__SECTION_SIGNATURE);
        size_t len;

        (void)mutated_section(bytes, kind, &len);
        if (len > 0) {
            return kind;
        }
    }
}

static uint8_t *pick_entry(generated *gen, const section *from)
{
    return from->at + generated_below(gen, (uint32_t)(from->len / from->entry)) * from->entry;
}

/* Numbers at which something begins or ends. */
static uint32_t edge(generated *gen, const uint8_t *bytes)
{
    static const uint32_t edges[] = {0, 1, 2, 63, 64, 0x7fffffff, 0x80000000, UINT32_MAX};
    uint32_t kind = generated_below(gen, SONDA__SECTION_COUNT);
    size_t len;

    if (generated_below(gen, 2) == 0) {
        return edges[generated_below(gen, sizeof edges / sizeof edges[0])];
    }
    (void)mutated_section(bytes, kind, &len);
    len /= sonda__section_entry_size((sonda__section_kind)kind);
    return (uint32_t)len + generated_below(gen, 3) - 1;
}

static void change_number(generated *gen, mutated_pack *pack)
{
    section in = open_section(pack->bytes, pick_kind(gen, pack->bytes));
    uint8_t *entry = pick_entry(gen, &in);
    size_t column = in.entry < 4 ? 0 : generated_below(gen, (uint32_t)in.entry / 4) * 4;
    uint32_t was;

    if (in.entry < 4) {
        *entry = (uint8_t)edge(gen, pack->bytes);
        return;
    }
    was = sonda__pack_u32(entry + column);
    switch (generated_below(gen, 4)) {
    case 0:
        mutated_put32(entry + column, was + 1);
        break;
    case 1:
        mutated_put32(entry + column, was - 1);
        break;
    case 2:
        mutated_put32(entry + column, edge(gen, pack->bytes));
        break;
    default:
        memcpy(entry + column, pick_entry(gen, &in) + column, 4);
        break;
    }
}

static void change_byte(generated *gen, mutated_pack *pack)
{
    section in = open_section(pack->bytes, pick_kind(gen, pack->bytes));
    uint8_t *at = in.at + generated_below(gen, (uint32_t)in.len);

    *at = (uint8_t)(generated_below(gen, 2) == 0 ? *at ^ 1u << generated_below(gen, 8)
                                                 : generated_below(gen, 256));
}

static void swap_entries(generated *gen, mutated_pack *pack)
{
    section in = open_section(pack->bytes, pick_kind(gen, pack->bytes));
    uint8_t *a = pick_entry(gen, &in);
    uint8_t *b = pick_entry(gen, &in);
    uint8_t kept[256];

    assert_true(in.entry <= sizeof kept);
    memcpy(kept, a, in.entry);
    memmove(a, b, in.entry);
    if (generated_below(gen, 2) == 0) {
        memcpy(b, kept, in.entry);
    }
}

static void change_header(generated *gen, mutated_pack *pack)
{
    static const uint8_t rows[] = {SONDA__AT_SECTION_KIND,   SONDA__AT_SECTION_ENTRY,
                                   SONDA__AT_SECTION_OFFSET, SONDA__AT_SECTION_OFFSET + 4,
                                   SONDA__AT_SECTION_SIZE,   SONDA__AT_SECTION_SIZE + 4};
    size_t row = SONDA__PACK_HEADER_SIZE +
                 (size_t)generated_below(gen, SONDA__SECTION_COUNT) * SONDA__SECTION_ENTRY_SIZE;
    uint8_t *at = pack->bytes + row + rows[generated_below(gen, sizeof rows)];

    if (generated_below(gen, 4) == 0) {
        at = pack->bytes + generated_below(gen, SONDA__PACK_HEADER_SIZE / 4) * 4;
    }
    mutated_put32(at, generated_below(gen, 2) == 0
                          ? edge(gen, pack->bytes)
                          : sonda__pack_u32(at) + (generated_below(gen, 3) - 1) * 8);
}

/* The pack ends early, or goes on. */
static void change_length(generated *gen, mutated_pack *pack)
{
    size_t least = TABLE_END + SONDA__SIGNATURE_SIZE;

    if (generated_below(gen, 4) == 0 && pack->len + 64 <= MUTATED_PACK_ROOM) {
        memset(pack->bytes + pack->len, 0, 64);
        pack->len += 1 + generated_below(gen, 64);
    } else {
        pack->len = least + generated_below(gen, (uint32_t)(pack->len - least));
    }
    if (generated_below(gen, 8) != 0) {
        mutated_put64(pack->bytes + SONDA__AT_TOTAL_SIZE, pack->len);
    }
}

/* Entries of a section go, or stand there twice. */
static void resize(generated *gen, const section *from, uint8_t *to, size_t *len)
{
    size_t count = from->len / from->entry;
    size_t at = generated_below(gen, (uint32_t)count + 1) * from->entry;
    size_t run = (1 + generated_below(gen, 3)) * from->entry;

    memcpy(to, from->at, at);
    *len = at;
    if (generated_below(gen, 2) == 0) {
        run = run > from->len - at ? from->len - at : run;
        at += run; /* left out */
    } else if (at >= run) {
        memcpy(to + *len, from->at + at - run, run);
        *len += run;
    }
    memcpy(to + *len, from->at + at, from->len - at);
    *len += from->len - at;
}

static void make_up(generated *gen, const section *from, uint8_t *to, size_t *len)
{
    *len = generated_below(gen, 9) * from->entry;
    for (size_t i = 0; i < *len; i++) {
        to[i] = (uint8_t)(i % 4 == 0 ? generated_below(gen, 16) : 0);
    }
}

/* Copies the section's bytes, spoiled; returns how many. */
static size_t put_section(
    generated *gen, uint8_t *to, uint32_t kind, const section *own, const section *other)
{
    size_t len = own->len;

    if (kind == SONDA__SECTION_SIGNATURE || generated_below(gen, 24) != 0) {
        memcpy(to, own->at, len);
        return len;
    }
    switch (generated_below(gen, 8)) {
    case 0:
        make_up(gen, own, to, &len);
        break;
    case 1:
    case 2:
        memcpy(to, other->at, other->len);
        len = other->len;
        break;
    default:
        resize(gen, own, to, &len);
        break;
    }
    return len;
}

/* The pack of spoiled sections, each where it must be. */
static void
rebuild(mutated_pack *out, generated *gen, const uint8_t *pack, const uint8_t *other)
{
    static uint8_t sources[2][MUTATED_PACK_ROOM];
    size_t end = TABLE_END;

    memcpy(sources[0], pack, (size_t)sonda__pack_u64(pack + SONDA__AT_TOTAL_SIZE));
    memcpy(sources[1], other, (size_t)sonda__pack_u64(other + SONDA__AT_TOTAL_SIZE));
    memset(out->bytes, 0, sizeof out->bytes);
    memcpy(out->bytes, pack, TABLE_END);
    for (uint32_t kind = 0; kind < SONDA__SECTION_COUNT; kind++) {
        section own = open_section(sources[0], kind);
        section others = open_section(sources[1], kind);
        uint8_t *row =
            out->bytes + SONDA__PACK_HEADER_SIZE + (size_t)kind * SONDA__SECTION_ENTRY_SIZE;
        size_t at = (end + 7) & ~(size_t)7;
        size_t len = put_section(gen, out->bytes + at, kind, &own, &others);

        mutated_put64(row + SONDA__AT_SECTION_OFFSET, at);
        mutated_put64(row + SONDA__AT_SECTION_SIZE, len);
        end = at + len;
    }
    out->len = end;
    mutated_put64(out->bytes + SONDA__AT_TOTAL_SIZE, end);
}

static void change(generated *gen, mutated_pack *pack)
{
    switch (generated_below(gen, 8)) {
    case 0:
    case 1:
        change_byte(gen, pack);
        break;
    case 2:
        swap_entries(gen, pack);
        break;
    default:
        change_number(gen, pack);
        break;
    }
}

void mutated_make(mutated_pack *out,
                  generated *gen,
                  const uint8_t *pack,
                  size_t pack_len,
                  const uint8_t *other)
{
    uint32_t changes = generated_below(gen, 3) == 0 ? generated_below(gen, 4) : 0;

    assert_true(pack_len <= MUTATED_PACK_ROOM / 4);
    if (generated_below(gen, 3) == 0) {
        rebuild(out, gen, pack, other);
    } else {
        memcpy(out->bytes, pack, pack_len);
        out->len = pack_len;
        changes++;
    }
    for (uint32_t i = 0; i < changes; i++) {
        change(gen, out);
    }
    if (generated_below(gen, 16) == 0) {
        change_header(gen, out);
    }
    if (generated_below(gen, 32) == 0) {
        change_length(gen, out);
    }
    mutated_seal(out->bytes, out->len);
}
