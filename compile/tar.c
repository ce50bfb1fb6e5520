/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Reading tar: 512-byte headers, each with a checksum, and the contents behind
 * them, padded to 512.
 *
 * A name that does not fit its header stands in an entry before it: of type 'L'
 * as GNU writes, or as `path=` in one of type 'x' as POSIX says, which may also
 * hold the size. An archive ends with two zero blocks or with its bytes: some
 * writers leave the blocks out.
 *
 * Nothing is written to disk, so a name is a name: what looks like a way out of
 * the folder is none.
 *
 * Module compile.
 */

#include "compile/tar.h"

#include "core/base/error.h"

#define BLOCK ((size_t)512)
/* Where a header keeps what. */
#define NAME_AT 0u
#define NAME_LEN 100u
#define SIZE_AT 124u
#define SIZE_LEN 12u
#define SUM_AT 148u
#define SUM_LEN 8u
#define TYPE_AT 156u
#define MAGIC_AT 257u
#define PREFIX_AT 345u
#define PREFIX_LEN 155u

/* What entries before a file say of it. */
typedef struct overrides {
    sonda__span path; /* empty: not told */
    bool has_size;
    uint64_t size;
} overrides;

/* Text of a header's field: up to its first zero, or all of it. */
static sonda__span field(const uint8_t *header, size_t at, size_t room)
{
    const void *zero = memchr(header + at, 0, room);
    const char *text = (const char *)header + at;

    return sonda__span_of(text, zero != NULL ? (size_t)((const char *)zero - text) : room);
}

/* GNU's form of numbers that octal has no room for: a bit, then big-endian. */
static bool binary_number(const uint8_t *bytes, size_t room, uint64_t *number)
{
    uint64_t value = bytes[0] & 0x7fu;

    for (size_t i = 1; i < room; i++) {
        if (value > UINT64_MAX >> 8) {
            return false;
        }
        value = value << 8 | bytes[i];
    }
    *number = value;
    return true;
}

/* Octal digits between spaces, ended by a space, a zero or the field. */
static bool number(const uint8_t *header, size_t at, size_t room, uint64_t *number)
{
    const uint8_t *bytes = header + at;
    uint64_t value = 0;
    size_t i = 0;

    if ((bytes[0] & 0x80) != 0) {
        return binary_number(bytes, room, number);
    }
    while (i < room && bytes[i] == ' ') {
        i++;
    }
    for (; i < room && bytes[i] >= '0' && bytes[i] <= '7'; i++) {
        value = value << 3 | (uint64_t)(bytes[i] - '0'); /* 12 digits: 36 bits */
    }
    if (i < room && bytes[i] != ' ' && bytes[i] != '\0') {
        return false;
    }
    *number = value;
    return true;
}

/* The sum of a header's bytes, its own field taken as spaces. */
static bool sum_holds(const uint8_t *header)
{
    uint64_t written;
    uint64_t sum = 0;

    for (size_t i = 0; i < BLOCK; i++) {
        sum += i >= SUM_AT && i < SUM_AT + SUM_LEN ? ' ' : header[i];
    }
    return number(header, SUM_AT, SUM_LEN, &written) && written == sum;
}

static bool is_zero(const uint8_t *header)
{
    for (size_t i = 0; i < BLOCK; i++) {
        if (header[i] != 0) {
            return false;
        }
    }
    return true;
}

bool sonda__tar_is(const void *bytes, size_t len)
{
    return len >= BLOCK && sum_holds(bytes);
}

void sonda__tar_init(sonda__tar *tar, const void *bytes, size_t len)
{
    tar->bytes = bytes;
    tar->len = len;
    tar->at = 0;
}

static sonda_status
refuse(sonda__tar *tar, size_t at, sonda_status status, const char *reason, sonda_error *error)
{
    tar->at = tar->len;
    (void)sonda__error_set(error, status, at, "%s at byte %u of the archive", reason,
                           (uint64_t)at);
    return status;
}

/* The value of `key` in a record "LEN key=value\n" that has the key. */
static bool record_value(sonda__span record, const char *key, sonda__span *value)
{
    size_t len = strlen(key);

    if (record.len <= len || memcmp(record.data, key, len) != 0 || record.data[len] != '=') {
        return false;
    }
    *value = sonda__span_of(record.data + len + 1, record.len - len - 1);
    return true;
}

static bool decimal(sonda__span text, uint64_t *number)
{
    uint64_t value = 0;

    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || value > UINT64_MAX / 16) {
            return false;
        }
        value = value * 10 + (uint64_t)(text.data[i] - '0');
    }
    *number = value;
    return text.len > 0;
}

/* One record off the front: "LEN key=value\n", LEN counting all of it. */
static bool next_record(sonda__span *rest, sonda__span *record)
{
    const char *space = memchr(rest->data, ' ', rest->len);
    size_t digits;
    uint64_t len;

    if (space == NULL) {
        return false;
    }
    digits = (size_t)(space - rest->data);
    if (!decimal(sonda__span_of(rest->data, digits), &len) || len > rest->len ||
        len < digits + 2 || rest->data[len - 1] != '\n') {
        return false;
    }
    *record = sonda__span_of(space + 1, (size_t)len - digits - 2);
    *rest = sonda__span_of(rest->data + len, rest->len - (size_t)len);
    return true;
}

static bool read_pax(sonda__span rest, overrides *said)
{
    sonda__span record;
    sonda__span value;

    while (rest.len > 0) {
        if (!next_record(&rest, &record)) {
            return false;
        }
        if (record_value(record, "path", &value)) {
            said->path = value;
        } else if (record_value(record, "size", &value)) {
            said->has_size = true;
            if (!decimal(value, &said->size)) {
                return false;
            }
        }
    }
    return true;
}

/* Up to the first zero, which no name holds. */
static sonda__span up_to_zero(sonda__span text)
{
    const char *zero = text.len > 0 ? memchr(text.data, 0, text.len) : NULL;

    return sonda__span_of(text.data, zero != NULL ? (size_t)(zero - text.data) : text.len);
}

static sonda_status
give_name(const uint8_t *header, sonda__span path, sonda__pool *pool, sonda__span *name)
{
    sonda__span prefix = sonda__span_of("", 0);
    sonda__span last = up_to_zero(path);
    char *copy;

    if (last.len == 0) {
        last = field(header, NAME_AT, NAME_LEN);
        if (memcmp(header + MAGIC_AT, "ustar\0", 6) == 0) {
            prefix = field(header, PREFIX_AT, PREFIX_LEN);
        }
    }
    copy = sonda__pool_take(pool, prefix.len + last.len + 2, 1);
    if (copy == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    if (prefix.len != 0) {
        memcpy(copy, prefix.data, prefix.len);
        copy[prefix.len++] = '/';
    }
    memcpy(copy + prefix.len, last.data, last.len);
    *name = sonda__span_of(copy, prefix.len + last.len);
    return SONDA_OK;
}

/* A header and the contents behind it; moves on to the next. */
static sonda_status take_entry(sonda__tar *tar,
                               const overrides *said,
                               const uint8_t **header,
                               sonda__span *contents,
                               sonda_error *error)
{
    size_t at = tar->at;
    uint64_t size;

    if (tar->len - at < BLOCK) {
        return refuse(tar, at, SONDA_ERR_TRUNCATED, "cut off within a header", error);
    }
    *header = tar->bytes + at;
    if (!sum_holds(*header)) {
        return refuse(tar, at, SONDA_ERR_MALFORMED, "a header with a wrong checksum", error);
    }
    if (!number(*header, SIZE_AT, SIZE_LEN, &size)) {
        return refuse(tar, at, SONDA_ERR_MALFORMED, "a header with a wrong size", error);
    }
    size = said->has_size ? said->size : size;
    at += BLOCK;
    if (size > tar->len - at) {
        return refuse(tar, at - BLOCK, SONDA_ERR_TRUNCATED,
                      "cut off within the file that begins", error);
    }
    *contents = sonda__span_of((const char *)tar->bytes + at, (size_t)size);
    size = (size + BLOCK - 1) / BLOCK * BLOCK;
    tar->at = size > tar->len - at ? tar->len : at + (size_t)size;
    return SONDA_OK;
}

static bool is_end(const sonda__tar *tar)
{
    return tar->at == tar->len ||
           (tar->len - tar->at >= BLOCK && is_zero(tar->bytes + tar->at));
}

sonda_status
sonda__tar_next(sonda__tar *tar, sonda__pool *pool, sonda__tar_file *file, sonda_error *error)
{
    overrides said = {{"", 0}, false, 0};

    while (!is_end(tar)) {
        size_t begin = tar->at;
        const uint8_t *header;
        sonda__span contents;
        sonda_status status = take_entry(tar, &said, &header, &contents, error);

        if (status != SONDA_OK) {
            return status;
        }
        switch (header[TYPE_AT]) {
        case 'L':
            said.path = contents;
            break;
        case 'x':
            if (!read_pax(contents, &said)) {
                return refuse(tar, begin, SONDA_ERR_MALFORMED, "a wrong extended header",
                              error);
            }
            break;
        case '0':
        case '7':
        case '\0':
            file->bytes = (const uint8_t *)contents.data;
            file->len = contents.len;
            return give_name(header, said.path, pool, &file->name);
        case 'K':
        case 'g':
            break;
        default:
            said = (overrides){{"", 0}, false, 0};
            break;
        }
    }
    return SONDA_ERR_END;
}
