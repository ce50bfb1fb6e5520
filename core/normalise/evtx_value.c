/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One small function for each type, in a table by the type's number.
 *
 * Rendered as EvtRender does on current Windows: GUIDs in braces and lower case,
 * times with seven digits, hexadecimal without leading zeros. ANSI strings do
 * not say their code page; we take Windows-1252.
 *
 * Layer 3 (normalise): uses base, codec.
 */

#include "core/normalise/evtx_value.h"

#include "core/codec/bytes.h"
#include "core/codec/number.h"
#include "core/codec/real_text.h"
#include "core/codec/utf8.h"
#include "sonda/event.h"

/* More than any of fixed length takes; a SID's and binary's go by their length. */
#define ROOM_FIXED 64u
#define ROOM_FACTOR 4u

/* FILETIME counts 100 ns from 1601; days from there to year 0, 1 March. */
#define TICKS_PER_SECOND UINT64_C(10000000)
#define SECONDS_PER_DAY 86400u
#define DAYS_TO_1601 584694u
#define DAYS_PER_ERA 146097u

static const uint8_t *bytes_of(sonda__span span)
{
    return (const uint8_t *)span.data;
}

/* ---- text ---- */

/* Strings are counted, but some end in zeros all the same. */
static sonda__span without_zeros(sonda__span utf16)
{
    while (utf16.len >= 2 && utf16.data[utf16.len - 1] == 0 && utf16.data[utf16.len - 2] == 0) {
        utf16.len -= 2;
    }
    return utf16;
}

static sonda_status
render_string(sonda__span bytes, char *out, size_t room, size_t *len, uint16_t *flags)
{
    bool ill_formed = false;
    sonda_status status;

    bytes.len &= ~(size_t)1;
    status = sonda__utf16le_to_utf8(without_zeros(bytes), out, room, len, &ill_formed);
    if (ill_formed) {
        *flags |= SONDA_VALUE_ILL_FORMED;
    }
    return status == SONDA_OK ? SONDA_OK : SONDA_ERR_LIMIT;
}

/* 0x80 to 0x9f of Windows-1252; the five that it lacks stay controls. */
static const uint16_t windows_1252[32] = {
    0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008d, 0x017d, 0x008f, 0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178,
};

static size_t render_ansi(sonda__span bytes, char *out)
{
    size_t len = 0;

    while (bytes.len > 0 && bytes.data[bytes.len - 1] == 0) {
        bytes.len--;
    }
    for (size_t i = 0; i < bytes.len; i++) {
        uint32_t code = bytes_of(bytes)[i];

        len += sonda__utf8_encode(
            code >= 0x80 && code < 0xa0 ? windows_1252[code - 0x80] : code, out + len);
    }
    return len;
}

static size_t render_binary(sonda__span bytes, char *out)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < bytes.len; i++) {
        out[2 * i] = digits[bytes_of(bytes)[i] >> 4];
        out[2 * i + 1] = digits[bytes_of(bytes)[i] & 15];
    }
    return 2 * bytes.len;
}

/* ---- numbers ---- */

static size_t render_int8(const uint8_t *p, char *out)
{
    return sonda__format_signed((int8_t)p[0], out);
}

static size_t render_uint8(const uint8_t *p, char *out)
{
    return sonda__format_decimal(p[0], out);
}

static size_t render_int16(const uint8_t *p, char *out)
{
    return sonda__format_signed((int16_t)sonda__u16le_at(p), out);
}

static size_t render_uint16(const uint8_t *p, char *out)
{
    return sonda__format_decimal(sonda__u16le_at(p), out);
}

static size_t render_int32(const uint8_t *p, char *out)
{
    return sonda__format_signed((int32_t)sonda__u32le_at(p), out);
}

static size_t render_uint32(const uint8_t *p, char *out)
{
    return sonda__format_decimal(sonda__u32le_at(p), out);
}

static size_t render_int64(const uint8_t *p, char *out)
{
    return sonda__format_signed((int64_t)sonda__u64le_at(p), out);
}

static size_t render_uint64(const uint8_t *p, char *out)
{
    return sonda__format_decimal(sonda__u64le_at(p), out);
}

static size_t render_real32(const uint8_t *p, char *out)
{
    return sonda__format_float(sonda__u32le_at(p), out);
}

static size_t render_real64(const uint8_t *p, char *out)
{
    return sonda__format_double(sonda__u64le_at(p), out);
}

static size_t render_bool(const uint8_t *p, char *out)
{
    bool is = sonda__u32le_at(p) != 0;

    memcpy(out, is ? "true" : "false", is ? 4 : 5);
    return is ? 4 : 5;
}

static size_t render_hex32(const uint8_t *p, char *out)
{
    return sonda__format_hex(sonda__u32le_at(p), out);
}

static size_t render_hex64(const uint8_t *p, char *out)
{
    return sonda__format_hex(sonda__u64le_at(p), out);
}

/* ---- identifiers ---- */

static size_t render_guid(const uint8_t *p, char *out)
{
    /* Three little-endian numbers, then bytes; '-' before these. */
    static const uint8_t order[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
    static const char digits[] = "0123456789abcdef";
    size_t len = 0;

    out[len++] = '{';
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            out[len++] = '-';
        }
        out[len++] = digits[p[order[i]] >> 4];
        out[len++] = digits[p[order[i]] & 15];
    }
    out[len++] = '}';
    return len;
}

/* Bytes of the SID at `bytes`' start, 0 when it is none. */
static size_t sid_size(sonda__span bytes)
{
    size_t size = bytes.len < 8 ? 0 : 8 + 4 * (size_t)bytes_of(bytes)[1];

    return size <= bytes.len ? size : 0;
}

static size_t render_sid(sonda__span bytes, char *out)
{
    const uint8_t *p = bytes_of(bytes);
    uint64_t authority = (uint64_t)p[2] << 40 | (uint64_t)p[3] << 32 | (uint64_t)p[4] << 24 |
                         (uint64_t)p[5] << 16 | (uint64_t)p[6] << 8 | p[7];
    size_t len = 2;

    memcpy(out, "S-", 2);
    len += sonda__format_decimal(p[0], out + len);
    out[len++] = '-';
    len += authority >> 32 == 0 ? sonda__format_decimal(authority, out + len)
                                : sonda__format_hex(authority, out + len);
    for (size_t at = 8; at + 4 <= bytes.len; at += 4) {
        out[len++] = '-';
        len += sonda__format_decimal(sonda__u32le_at(p + at), out + len);
    }
    return len;
}

/* ---- times ---- */

/* At least `width` digits. */
static size_t put_padded(uint64_t number, size_t width, char *out)
{
    char digits[SONDA__DECIMAL_MAX];
    size_t len = sonda__format_decimal(number, digits);
    size_t zeros = len < width ? width - len : 0;

    memset(out, '0', zeros);
    memcpy(out + zeros, digits, len);
    return zeros + len;
}

static char *put_part(char *out, uint64_t number, size_t width, char before)
{
    *out++ = before;
    return out + put_padded(number, width, out);
}

/* Two digits of a number below 100, behind a separator. */
static char *put_pair(char *out, uint32_t number, char before)
{
    out[0] = before;
    out[1] = (char)('0' + number / 10);
    out[2] = (char)('0' + number % 10);
    return out + 3;
}

/* Year, month and day of a day counted from 1601-01-01. */
static char *put_date(char *out, uint32_t days)
{
    uint32_t era = (days + DAYS_TO_1601) / DAYS_PER_ERA;
    uint32_t of_era = (days + DAYS_TO_1601) % DAYS_PER_ERA;
    uint32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    uint32_t of_year = of_era - (365 * year + year / 4 - year / 100);
    uint32_t month = (5 * of_year + 2) / 153; /* from March */
    uint32_t day = of_year - (153 * month + 2) / 5 + 1;

    year += 400 * era + (month >= 10);
    month = month < 10 ? month + 3 : month - 9;
    out += put_padded(year, 4, out);
    out = put_pair(out, month, '-');
    return put_pair(out, day, '-');
}

static size_t render_filetime(const uint8_t *p, char *out)
{
    uint64_t ticks = sonda__u64le_at(p);
    uint64_t seconds = ticks / TICKS_PER_SECOND;
    uint32_t of_day = (uint32_t)(seconds % SECONDS_PER_DAY);
    char *end = put_date(out, (uint32_t)(seconds / SECONDS_PER_DAY));

    end = put_pair(end, of_day / 3600, 'T');
    end = put_pair(end, of_day / 60 % 60, ':');
    end = put_pair(end, of_day % 60, ':');
    end = put_part(end, ticks % TICKS_PER_SECOND, 7, '.');
    *end++ = 'Z';
    return (size_t)(end - out);
}

/* Year, month, day of the week, day, hour, minute, second, millisecond. */
static size_t render_systemtime(const uint8_t *p, char *out)
{
    char *end = out + put_padded(sonda__u16le_at(p), 4, out);

    end = put_part(end, sonda__u16le_at(p + 2), 2, '-');
    end = put_part(end, sonda__u16le_at(p + 6), 2, '-');
    end = put_part(end, sonda__u16le_at(p + 8), 2, 'T');
    end = put_part(end, sonda__u16le_at(p + 10), 2, ':');
    end = put_part(end, sonda__u16le_at(p + 12), 2, ':');
    end = put_part(end, sonda__u16le_at(p + 14), 3, '.');
    *end++ = 'Z';
    return (size_t)(end - out);
}

/* ---- by type ---- */

typedef struct rendering {
    size_t size; /* 0: a type without a fixed length */
    size_t (*render)(const uint8_t *bytes, char *out);
} rendering;

static const rendering renderings[] = {
    [SONDA__EVTX_INT8] = {1, render_int8},
    [SONDA__EVTX_UINT8] = {1, render_uint8},
    [SONDA__EVTX_INT16] = {2, render_int16},
    [SONDA__EVTX_UINT16] = {2, render_uint16},
    [SONDA__EVTX_INT32] = {4, render_int32},
    [SONDA__EVTX_UINT32] = {4, render_uint32},
    [SONDA__EVTX_INT64] = {8, render_int64},
    [SONDA__EVTX_UINT64] = {8, render_uint64},
    [SONDA__EVTX_REAL32] = {4, render_real32},
    [SONDA__EVTX_REAL64] = {8, render_real64},
    [SONDA__EVTX_BOOL] = {4, render_bool},
    [SONDA__EVTX_GUID] = {16, render_guid},
    [SONDA__EVTX_FILETIME] = {8, render_filetime},
    [SONDA__EVTX_SYSTEMTIME] = {16, render_systemtime},
    [SONDA__EVTX_HEX32] = {4, render_hex32},
    [SONDA__EVTX_HEX64] = {8, render_hex64},
};

/* A pointer's size is the machine's that wrote it. */
static bool is_word(uint32_t type)
{
    return type == SONDA__EVTX_SIZE || type == SONDA__EVTX_HANDLE;
}

static size_t render_bytes(uint32_t type, sonda__span bytes, char *out)
{
    size_t known = sizeof renderings / sizeof renderings[0];

    if (is_word(type) && (bytes.len == 4 || bytes.len == 8)) {
        type = bytes.len == 4 ? SONDA__EVTX_HEX32 : SONDA__EVTX_HEX64;
    }
    if (type < known && renderings[type].size != 0 && renderings[type].size == bytes.len) {
        return renderings[type].render(bytes_of(bytes), out);
    }
    if (type == SONDA__EVTX_SID && sid_size(bytes) == bytes.len && bytes.len != 0) {
        return render_sid(bytes, out);
    }
    return type == SONDA__EVTX_ANSI ? render_ansi(bytes, out) : render_binary(bytes, out);
}

sonda_status sonda__evtx_render(
    sonda__evtx_value value, char *out, size_t room, size_t *len, uint16_t *flags)
{
    if (value.type == SONDA__EVTX_STRING || value.type == SONDA__EVTX_XML) {
        return render_string(value.bytes, out, room, len, flags);
    }
    if (room < ROOM_FIXED || value.bytes.len > (room - ROOM_FIXED) / ROOM_FACTOR) {
        return SONDA_ERR_LIMIT;
    }
    *len = render_bytes(value.type, value.bytes, out);
    return SONDA_OK;
}

/* ---- arrays ---- */

/* Bytes to the zero that ends a text of `unit` bytes a character, or all. */
static size_t text_size(sonda__span bytes, size_t unit)
{
    size_t at = 0;

    while (at + unit <= bytes.len &&
           (bytes.data[at] != 0 || (unit == 2 && bytes.data[at + 1] != 0))) {
        at += unit;
    }
    return at + unit <= bytes.len ? at : bytes.len;
}

static size_t element_size(uint32_t type, sonda__span bytes)
{
    if (type < sizeof renderings / sizeof renderings[0] && renderings[type].size != 0) {
        return renderings[type].size;
    }
    if (type == SONDA__EVTX_SID) {
        return sid_size(bytes);
    }
    return is_word(type) ? 8 : 0;
}

bool sonda__evtx_next_element(sonda__evtx_value *array, sonda__evtx_value *element)
{
    uint32_t type = array->type & ~SONDA__EVTX_ARRAY;
    sonda__span rest = array->bytes;
    size_t end = 0;
    size_t size;

    if (rest.len == 0) {
        return false;
    }
    if (type == SONDA__EVTX_STRING || type == SONDA__EVTX_ANSI) {
        size = text_size(rest, type == SONDA__EVTX_STRING ? 2 : 1);
        end = type == SONDA__EVTX_STRING ? 2 : 1;
    } else {
        size = element_size(type, rest);
        size = size == 0 || size > rest.len ? rest.len : size;
    }
    element->type = type;
    element->bytes = sonda__span_of(rest.data, size);
    size = rest.len - size < end ? rest.len : size + end;
    array->bytes = sonda__span_of(rest.data + size, rest.len - size);
    return true;
}
