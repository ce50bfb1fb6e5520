/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Chunks and their records. Where a chunk's checksum of its records holds, its
 * header says where they end: what stands behind is left over from another use
 * of the same memory. Where it does not, or in a file that was not closed, the
 * records go on for as long as they are numbered on.
 *
 * Layer 3 (normalise): uses base, codec.
 */

#include "core/normalise/evtx_file.h"

#include "core/codec/bytes.h"
#include "core/codec/crc32.h"
#include "core/codec/time_text.h"

/* File header: u32 flags at 120, the checksum of 120 bytes behind. */
#define HEADER_FLAGS 120u
#define HEADER_CRC 124u
#define FLAG_DIRTY 1u

/* Chunk header: 128 bytes, then tables of names and templates. */
#define CHUNK_HEADER_SIZE 512u
#define CHUNK_SIZE_AT 40u
#define CHUNK_SIZE_VALUE 128u
#define CHUNK_FREE_AT 48u
#define CHUNK_DATA_CRC_AT 52u
#define CHUNK_FLAGS_AT 120u
#define CHUNK_CRC_AT 124u
#define FLAG_NO_CRC 4u

/* Record: signature, u32 size, u64 number, u64 FILETIME; binary XML; u32 size. */
#define RECORD_HEAD 24u
#define RECORD_MIN 28u

/* Numbers that may be missing between two records of a chunk: it holds few more. */
#define LOST_MAX 256u

static const uint8_t file_mark[8] = {'E', 'l', 'f', 'F', 'i', 'l', 'e', 0};
static const uint8_t chunk_mark[8] = {'E', 'l', 'f', 'C', 'h', 'n', 'k', 0};
static const uint8_t record_mark[4] = {0x2a, 0x2a, 0, 0};

void sonda__evtx_file_init(sonda__evtx_file *file)
{
    file->offset = 0;
    file->last_id = 0;
    file->has_last_id = false;
    file->header_done = false;
    file->dirty = false;
    file->in_chunk = false;
    file->in_place = false;
    file->reported = false;
    file->trusted = false;
    file->torn = false;
    file->chunk = NULL;
    file->chunk_len = 0;
    file->at = 0;
    file->limit = 0;
    file->reason = "";
    file->held = 0;
}

static sonda__evtx_unit
unit_of(sonda__evtx_kind kind, sonda_status status, uint64_t offset, const char *reason)
{
    sonda__evtx_unit unit = {kind, status, offset, 0, reason};

    return unit;
}

static sonda__evtx_unit more(void)
{
    return unit_of(SONDA__EVTX_MORE, SONDA_OK, 0, "");
}

static sonda__evtx_unit in_chunk(const sonda__evtx_file *file,
                                 sonda__evtx_kind kind,
                                 sonda_status status,
                                 size_t at,
                                 const char *reason)
{
    return unit_of(kind, status, file->offset + at, reason);
}

/* ---- bytes ---- */

/*
 * `size` bytes, or all that are left when `last`: in place or gathered in the
 * buffer. False when there are not enough yet.
 */
static bool gather(sonda__evtx_file *file, sonda__span *bytes, size_t size, bool last)
{
    size_t take = size - file->held;

    if (file->held == 0 && bytes->len >= size) {
        file->in_place = true;
        file->chunk = (const uint8_t *)bytes->data;
        file->chunk_len = size;
        return true;
    }
    take = take < bytes->len ? take : bytes->len;
    if (take > 0) {
        memcpy(file->buffer + file->held, bytes->data, take);
        *bytes = sonda__span_of(bytes->data + take, bytes->len - take);
        file->held += take;
    }
    file->in_place = false;
    file->chunk = file->buffer;
    file->chunk_len = file->held;
    return file->held == size || (last && file->held > 0);
}

/* Done with the first `size` bytes of what was gathered. */
static void release(sonda__evtx_file *file, sonda__span *bytes, size_t size)
{
    if (file->in_place) {
        *bytes = sonda__span_of(bytes->data + size, bytes->len - size);
    } else {
        file->held -= size;
        memmove(file->buffer, file->buffer + size, file->held);
    }
    file->offset += size;
}

/* ---- the file's header ---- */

static sonda__evtx_unit check_file_header(sonda__evtx_file *file)
{
    const uint8_t *p = file->chunk;

    if (memcmp(p, file_mark, sizeof file_mark) != 0) {
        return unit_of(SONDA__EVTX_DAMAGED, SONDA_ERR_MALFORMED, 0,
                       "the file's header is none of an event log");
    }
    if (sonda__crc32(0, p, HEADER_FLAGS) != sonda__u32le_at(p + HEADER_CRC)) {
        return unit_of(SONDA__EVTX_DAMAGED, SONDA_ERR_CHECKSUM, 0,
                       "the file's header and its checksum differ");
    }
    file->dirty = (sonda__u32le_at(p + HEADER_FLAGS) & FLAG_DIRTY) != 0;
    return more();
}

static sonda__evtx_unit read_file_header(sonda__evtx_file *file, sonda__span *bytes, bool last)
{
    sonda__evtx_unit unit;

    if (!gather(file, bytes, SONDA__EVTX_FILE_HEADER_SIZE, last)) {
        return more();
    }
    file->header_done = true;
    if (file->chunk_len >= sizeof chunk_mark &&
        memcmp(file->chunk, chunk_mark, sizeof chunk_mark) == 0) {
        return unit_of(SONDA__EVTX_DAMAGED, SONDA_ERR_MALFORMED, 0,
                       "chunks of an event log without the file's header");
    }
    if (file->chunk_len < SONDA__EVTX_FILE_HEADER_SIZE) {
        unit = unit_of(SONDA__EVTX_SKIPPED, SONDA_ERR_TRUNCATED, file->chunk_len,
                       "the file ends within its header");
    } else {
        unit = check_file_header(file);
    }
    release(file, bytes, file->chunk_len);
    return unit;
}

/* ---- chunks ---- */

static bool is_chunk(const uint8_t *p, size_t len)
{
    return len >= CHUNK_HEADER_SIZE && memcmp(p, chunk_mark, sizeof chunk_mark) == 0 &&
           sonda__u32le_at(p + CHUNK_SIZE_AT) == CHUNK_SIZE_VALUE;
}

/* The same where the bytes may end within its header. */
static bool may_be_chunk(const uint8_t *p, size_t len)
{
    size_t shown = len < sizeof chunk_mark ? len : sizeof chunk_mark;

    return memcmp(p, chunk_mark, shown) == 0 &&
           (len < CHUNK_SIZE_AT + 4 || sonda__u32le_at(p + CHUNK_SIZE_AT) == CHUNK_SIZE_VALUE);
}

/* The next chunk's start from `at` on, where bytes were lost or added; or the end. */
static size_t next_chunk(const uint8_t *p, size_t len, size_t at)
{
    while (at < len) {
        const uint8_t *found = memchr(p + at, chunk_mark[0], len - at);

        if (found == NULL) {
            return len;
        }
        at = (size_t)(found - p);
        if (may_be_chunk(found, len - at)) {
            return at;
        }
        at++;
    }
    return len;
}

static bool is_zero(const uint8_t *p, size_t len)
{
    return len == 0 || (p[0] == 0 && memcmp(p, p + 1, len - 1) == 0);
}

static bool header_holds(const uint8_t *p)
{
    uint32_t crc = sonda__crc32(0, p, CHUNK_FLAGS_AT);

    return sonda__crc32(crc, p + CHUNK_SIZE_VALUE, CHUNK_HEADER_SIZE - CHUNK_SIZE_VALUE) ==
           sonda__u32le_at(p + CHUNK_CRC_AT);
}

/* Size of the record at `at`, 0 when there is none. */
static size_t record_size(const sonda__evtx_file *file, size_t at)
{
    const uint8_t *p = file->chunk + at;
    size_t left = file->chunk_len - at;
    size_t size;

    if (left < RECORD_MIN || memcmp(p, record_mark, sizeof record_mark) != 0) {
        return 0;
    }
    size = sonda__u32le_at(p + 4);
    if (size < RECORD_MIN || size > left) {
        return 0;
    }
    if (sonda__u32le_at(p + size - 4) == size) {
        return size;
    }
    /* A flaw in the second length alone: another record follows. */
    return left - size >= sizeof record_mark &&
                   memcmp(p + size, record_mark, sizeof record_mark) == 0
               ? size
               : 0;
}

/* Whether records stand one behind the other up to `end`. */
static bool records_reach(const sonda__evtx_file *file, size_t end)
{
    size_t at = CHUNK_HEADER_SIZE;
    size_t size = 1;

    while (at < end && at < file->chunk_len && size != 0) {
        size = record_size(file, at);
        at += size;
    }
    return at == end;
}

/* What is wrong with the chunk at hand, or NULL; sets where its records end. */
static const char *examine(sonda__evtx_file *file)
{
    const uint8_t *p = file->chunk;
    bool summed;
    size_t records_end;

    file->limit = 0;
    if (!is_chunk(p, file->chunk_len)) {
        return "a chunk without its header; records looked for all the same";
    }
    summed = (sonda__u32le_at(p + CHUNK_FLAGS_AT) & FLAG_NO_CRC) == 0;
    records_end = sonda__u32le_at(p + CHUNK_FREE_AT);
    if ((summed && !header_holds(p)) || records_end < CHUNK_HEADER_SIZE ||
        records_end > SONDA__EVTX_CHUNK_SIZE) {
        file->limit = records_reach(file, records_end) ? records_end : 0;
        return "a chunk's header and its checksum differ; its records are read";
    }
    file->limit = records_end;
    if (records_end > file->chunk_len) {
        return "the file ends within a chunk; its records are read";
    }
    if (summed && sonda__crc32(0, p + CHUNK_HEADER_SIZE, records_end - CHUNK_HEADER_SIZE) !=
                      sonda__u32le_at(p + CHUNK_DATA_CRC_AT)) {
        return "a chunk's records and their checksum differ; they are read";
    }
    return NULL;
}

static void begin_chunk(sonda__evtx_file *file, bool torn)
{
    file->reason = examine(file);
    file->trusted = file->reason == NULL;
    file->reported = file->trusted;
    file->torn = torn;
    file->in_chunk = true;
    file->has_last_id = false;
    file->at = CHUNK_HEADER_SIZE;
    if (!file->trusted) {
        file->at = is_chunk(file->chunk, file->chunk_len) ? CHUNK_HEADER_SIZE : 0;
        /* Never at 0: what was gathered shrinks with every chunk. */
        file->chunk_len = next_chunk(file->chunk, file->chunk_len, 1);
    }
    sonda__evtx_payloads_begin(&file->payloads, file->chunk, file->chunk_len);
}

/* ---- records ---- */

static uint64_t id_at(const sonda__evtx_file *file, size_t at)
{
    return sonda__u64le_at(file->chunk + at + 8);
}

/*
 * Whether a record that stands at `at` belongs to the chunk. Without a limit it
 * is numbered on from the one before, or a little further where some are lost.
 */
static bool belongs(const sonda__evtx_file *file, size_t at)
{
    uint64_t step = id_at(file, at) - file->last_id;

    if (at < file->limit) {
        return true;
    }
    if (file->trusted && !file->dirty) {
        return false;
    }
    if (!file->has_last_id) {
        return file->limit == 0;
    }
    return file->limit == 0 ? step >= 1 && step <= LOST_MAX : step == 1;
}

/* The next record that belongs to the chunk, from `at` on; the end when none does. */
static size_t next_record(const sonda__evtx_file *file, size_t at)
{
    while (at + RECORD_MIN <= file->chunk_len) {
        const uint8_t *found = memchr(file->chunk + at, record_mark[0], file->chunk_len - at);

        if (found == NULL) {
            break;
        }
        at = (size_t)(found - file->chunk);
        if (record_size(file, at) != 0 && belongs(file, at)) {
            return at;
        }
        at++;
    }
    return file->chunk_len;
}

static sonda__evtx_unit read_record(sonda__evtx_file *file, size_t size)
{
    size_t at = file->at;
    sonda__evtx_unit unit;
    sonda_status status =
        sonda__evtx_payloads_make(&file->payloads, at + RECORD_HEAD, at + size - 4);

    file->at += size;
    file->last_id = id_at(file, at);
    file->has_last_id = true;
    if (status != SONDA_OK) {
        return in_chunk(file, SONDA__EVTX_SKIPPED, status, at, file->payloads.reason);
    }
    unit = in_chunk(file, SONDA__EVTX_RECORD, SONDA_OK, at + RECORD_HEAD, "");
    unit.written_ns = sonda__time_of_filetime(sonda__u64le_at(file->chunk + at + 16));
    return unit;
}

/* No record stands at `at`, where one should: everything up to the next is one. */
static sonda__evtx_unit skip_damage(sonda__evtx_file *file)
{
    size_t begin = file->at;
    size_t end = next_record(file, begin);
    bool cut = end == file->chunk_len && file->torn;

    file->at = end;
    return in_chunk(
        file, SONDA__EVTX_SKIPPED, cut ? SONDA_ERR_TRUNCATED : SONDA_ERR_MALFORMED, begin,
        cut ? "a record cut short by the end of the file" : "no record where one should be");
}

/* The first record of a chunk that does not say where they begin. */
static sonda__evtx_unit read_first(sonda__evtx_file *file)
{
    file->at = next_record(file, file->at);
    return read_record(file, record_size(file, file->at));
}

/* Bytes of the chunk where records are due: behind it nothing is missed. */
static size_t due(const sonda__evtx_file *file)
{
    return file->limit < file->chunk_len ? file->limit : file->chunk_len;
}

static sonda__evtx_unit next_of_chunk(sonda__evtx_file *file)
{
    size_t size;

    if (!file->reported) {
        file->reported = true;
        return in_chunk(file, SONDA__EVTX_DAMAGED,
                        file->limit > file->chunk_len ? SONDA_ERR_TRUNCATED
                                                      : SONDA_ERR_CHECKSUM,
                        0, file->reason);
    }
    if (file->at < file->chunk_len) {
        size = record_size(file, file->at);
        if (size != 0 && belongs(file, file->at)) {
            return read_record(file, size);
        }
        if (file->at < due(file)) {
            return skip_damage(file);
        }
        if (file->limit == 0 && next_record(file, file->at) < file->chunk_len) {
            return file->has_last_id ? skip_damage(file) : read_first(file);
        }
    }
    file->in_chunk = false;
    return more();
}

/* Whether a chunk was gathered that is worth reading; what is not is passed over. */
static bool next_is_chunk(sonda__evtx_file *file, sonda__span *bytes, bool last)
{
    while (gather(file, bytes, SONDA__EVTX_CHUNK_SIZE, last)) {
        if (!is_zero(file->chunk, file->chunk_len)) {
            return true;
        }
        release(file, bytes, file->chunk_len);
    }
    return false;
}

sonda__evtx_unit sonda__evtx_file_next(sonda__evtx_file *file, sonda__span *bytes, bool last)
{
    sonda__evtx_unit unit = more();

    if (!file->header_done) {
        unit = read_file_header(file, bytes, last);
        if (!file->header_done) {
            return more();
        }
    }
    while (unit.kind == SONDA__EVTX_MORE) {
        if (!file->in_chunk) {
            if (!next_is_chunk(file, bytes, last)) {
                return more();
            }
            begin_chunk(file, file->chunk_len < SONDA__EVTX_CHUNK_SIZE);
        }
        unit = next_of_chunk(file);
        if (unit.kind == SONDA__EVTX_MORE) {
            release(file, bytes, file->chunk_len);
        }
    }
    return unit;
}
