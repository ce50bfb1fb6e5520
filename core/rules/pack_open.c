/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The outside of a pack: is it one, is it whole, is it for this build.
 *
 * The digest comes before everything that would interpret a byte, but for the
 * magic, the version and the size, without which there is no telling what the
 * digest covers.
 *
 * Layer 3 (rules). No allocation.
 */

#include "core/base/error.h"
#include "core/crypto/hash.h"
#include "core/rules/pack.h"
#include "sonda/field.h"

#define TABLE_END \
    (SONDA__PACK_HEADER_SIZE + (uint64_t)SONDA__SECTION_COUNT * SONDA__SECTION_ENTRY_SIZE)

static sonda_status check_identity(const uint8_t *bytes, size_t len, sonda_error *error)
{
    if (len < 12 || memcmp(bytes, SONDA__PACK_MAGIC, 8) != 0) {
        return sonda__error_set(error, SONDA_ERR_MALFORMED, 0, "not a content pack");
    }
    if (sonda__pack_u32(bytes + SONDA__AT_VERSION) != SONDA__PACK_VERSION) {
        return sonda__error_set(error, SONDA_ERR_VERSION, SONDA__AT_VERSION,
                                "pack version %u, this build reads %u",
                                (uint64_t)sonda__pack_u32(bytes + SONDA__AT_VERSION),
                                (uint64_t)SONDA__PACK_VERSION);
    }
    return SONDA_OK;
}

static sonda_status check_size(const uint8_t *bytes, size_t len, sonda_error *error)
{
    uint64_t total;

    if (len < TABLE_END + SONDA__SIGNATURE_SIZE) {
        return sonda__error_set(error, SONDA_ERR_TRUNCATED, len, "the pack ends in its header");
    }
    total = sonda__pack_u64(bytes + SONDA__AT_TOTAL_SIZE);
    if (total > len) {
        return sonda__error_set(error, SONDA_ERR_TRUNCATED, SONDA__AT_TOTAL_SIZE,
                                "the pack has %u of its %u bytes", (uint64_t)len, total);
    }
    if (total < len) {
        return sonda__error_set(error, SONDA_ERR_MALFORMED, total,
                                "bytes after the end of the pack");
    }
    return len > SONDA__PACK_SIZE_MAX
               ? sonda__error_set(error, SONDA_ERR_LIMIT, 0, "the pack is too large")
               : SONDA_OK;
}

static sonda_status check_digest(const uint8_t *bytes, size_t len, sonda_error *error)
{
    uint8_t digest[SONDA__SHA256_SIZE];
    size_t after = SONDA__AT_DIGEST + SONDA__SHA256_SIZE;
    sonda__sha256_state state;

    sonda__sha256_begin(&state);
    sonda__sha256_add(&state, bytes, SONDA__AT_DIGEST);
    sonda__sha256_add(&state, bytes + after, len - after - SONDA__SIGNATURE_SIZE);
    sonda__sha256_end(&state, digest);
    return memcmp(digest, bytes + SONDA__AT_DIGEST, sizeof digest) == 0
               ? SONDA_OK
               : sonda__error_set(error, SONDA_ERR_CHECKSUM, SONDA__AT_DIGEST,
                                  "the pack differs from its digest");
}

static sonda_status check_schema(const uint8_t *bytes, sonda_error *error)
{
    return memcmp(bytes + SONDA__AT_SCHEMA, sonda_field_schema_hash(), SONDA__SHA256_SIZE) == 0
               ? SONDA_OK
               : sonda__error_set(error, SONDA_ERR_SCHEMA, SONDA__AT_SCHEMA,
                                  "the pack was compiled for another field table");
}

static bool is_zero(const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] != 0) {
            return false;
        }
    }
    return true;
}

/* One row of the section table: where it must be, and `*end` behind it. */
static sonda_status
open_section(sonda__pack *pack, uint32_t kind, uint64_t *end, sonda_error *error)
{
    uint64_t row_at = SONDA__PACK_HEADER_SIZE + (uint64_t)kind * SONDA__SECTION_ENTRY_SIZE;
    const uint8_t *row = pack->bytes + row_at;
    uint32_t entry = sonda__section_entry_size((sonda__section_kind)kind);
    uint64_t offset = sonda__pack_u64(row + SONDA__AT_SECTION_OFFSET);
    uint64_t size = sonda__pack_u64(row + SONDA__AT_SECTION_SIZE);
    uint64_t expected = (*end + 7) & ~UINT64_C(7);

    if (sonda__pack_u32(row + SONDA__AT_SECTION_KIND) != kind ||
        sonda__pack_u32(row + SONDA__AT_SECTION_ENTRY) != entry || offset != expected ||
        offset > pack->len || size > pack->len - offset || size % entry != 0) {
        return sonda__error_set(error, SONDA_ERR_MALFORMED, row_at,
                                "section %u is not where it must be", (uint64_t)kind);
    }
    if (!is_zero(pack->bytes + *end, (size_t)(offset - *end))) {
        return sonda__error_set(error, SONDA_ERR_MALFORMED, *end, "padding that is not zero");
    }
    pack->section[kind] = pack->bytes + offset;
    pack->count[kind] = (uint32_t)(size / entry);
    *end = offset + size;
    return SONDA_OK;
}

static sonda_status open_sections(sonda__pack *pack, sonda_error *error)
{
    uint64_t end = TABLE_END;
    sonda_status status = SONDA_OK;

    if (sonda__pack_u32(pack->bytes + SONDA__AT_SECTION_COUNT) != SONDA__SECTION_COUNT) {
        return sonda__error_set(error, SONDA_ERR_MALFORMED, SONDA__AT_SECTION_COUNT,
                                "wrong number of sections");
    }
    for (uint32_t kind = 0; status == SONDA_OK && kind < SONDA__SECTION_COUNT; kind++) {
        status = open_section(pack, kind, &end, error);
    }
    if (status == SONDA_OK &&
        (end != pack->len || pack->count[SONDA__SECTION_SIGNATURE] != 1)) {
        status = sonda__error_set(error, SONDA_ERR_MALFORMED, end,
                                  "the sections do not fill the pack");
    }
    return status;
}

sonda_status
sonda__pack_open(sonda__pack *pack, const uint8_t *bytes, size_t len, sonda_error *error)
{
    sonda__pack opened = {.bytes = bytes, .len = len};
    sonda_status status = check_identity(bytes, len, error);

    if (status == SONDA_OK) {
        status = check_size(bytes, len, error);
    }
    if (status == SONDA_OK) {
        status = check_digest(bytes, len, error);
    }
    if (status == SONDA_OK) {
        status = check_schema(bytes, error);
    }
    if (status == SONDA_OK) {
        status = open_sections(&opened, error);
    }
    if (status == SONDA_OK) {
        *pack = opened;
    }
    return status;
}
