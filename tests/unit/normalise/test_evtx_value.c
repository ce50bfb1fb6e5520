/* SPDX-License-Identifier: Apache-2.0 */

#include "core/normalise/evtx_value.h"

#include "sonda/event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

typedef struct rendered {
    const char *what;
    uint32_t type;
    const char *bytes;
    size_t len;
    const char *text;
} rendered;

/* A literal's bytes without its zero, and how many. */
#define BYTES(literal) literal, sizeof(literal) - 1

static const rendered rows[] = {
    {"string", SONDA__EVTX_STRING, BYTES("a\0\xe4\0"), "a\xc3\xa4"},
    {"empty string", SONDA__EVTX_STRING, BYTES(""), ""},
    {"string that ends in zeros", SONDA__EVTX_STRING, BYTES("a\0\0\0\0\0"), "a"},
    {"string with blanks behind", SONDA__EVTX_STRING, BYTES("a\0 \0"), "a "},
    {"string cut in a character", SONDA__EVTX_STRING, BYTES("a\0b"), "a"},
    {"long string", SONDA__EVTX_STRING, BYTES("1\0002\0003\0004\0005\0006\0007\0008\0009\0"),
     "123456789"},
    {"character beyond 16 bits", SONDA__EVTX_STRING, BYTES("\x3d\xd8\x00\xde"),
     "\xf0\x9f\x98\x80"},
    {"ANSI", SONDA__EVTX_ANSI, BYTES("a\xe4\x80\0"), "a\xc3\xa4\xe2\x82\xac"},
    {"XML as text", SONDA__EVTX_XML, BYTES("<\0"), "<"},
    {"int8", SONDA__EVTX_INT8, BYTES("\x80"), "-128"},
    {"uint8", SONDA__EVTX_UINT8, BYTES("\xff"), "255"},
    {"int16", SONDA__EVTX_INT16, BYTES("\xff\xff"), "-1"},
    {"uint16", SONDA__EVTX_UINT16, BYTES("\x12\x34"), "13330"},
    {"int32", SONDA__EVTX_INT32, BYTES("\x00\x00\x00\x80"), "-2147483648"},
    {"uint32", SONDA__EVTX_UINT32, BYTES("\xff\xff\xff\xff"), "4294967295"},
    {"int64", SONDA__EVTX_INT64, BYTES("\xfe\xff\xff\xff\xff\xff\xff\xff"), "-2"},
    {"uint64", SONDA__EVTX_UINT64, BYTES("\xff\xff\xff\xff\xff\xff\xff\xff"),
     "18446744073709551615"},
    {"real32", SONDA__EVTX_REAL32, BYTES("\xcd\xcc\xcc\x3d"), "0.1"},
    {"real64", SONDA__EVTX_REAL64, BYTES("\x18\x2d\x44\x54\xfb\x21\x09\x40"),
     "3.141592653589793"},
    {"true", SONDA__EVTX_BOOL, BYTES("\x01\x00\x00\x00"), "true"},
    {"any but zero is true", SONDA__EVTX_BOOL, BYTES("\x00\x00\x00\x80"), "true"},
    {"false", SONDA__EVTX_BOOL, BYTES("\x00\x00\x00\x00"), "false"},
    {"binary", SONDA__EVTX_BINARY, BYTES("\x00\xab\xff"), "00ABFF"},
    {"GUID", SONDA__EVTX_GUID,
     BYTES("\x5f\x38\x70\x57\x2a\xc2\xe0\x43\xbf\x4c\x06\xf5\x69\x8f\xfb\xd9"),
     "{5770385f-c22a-43e0-bf4c-06f5698ffbd9}"},
    {"pointer of 32 bits", SONDA__EVTX_SIZE, BYTES("\x00\x10\x00\x00"), "0x1000"},
    {"pointer of 64 bits", SONDA__EVTX_SIZE, BYTES("\x00\x00\x00\x00\x01\x00\x00\x00"),
     "0x100000000"},
    {"handle", SONDA__EVTX_HANDLE, BYTES("\x04\x00\x00\x00\x00\x00\x00\x00"), "0x4"},
    {"FILETIME", SONDA__EVTX_FILETIME, BYTES("\x00\x80\x3e\xd5\xde\xb1\x9d\x01"),
     "1970-01-01T00:00:00.0000000Z"},
    {"FILETIME of a leap day", SONDA__EVTX_FILETIME, BYTES("\xff\xff\xcd\x59\x5c\xef\xd5\x01"),
     "2020-02-29T23:59:59.9999999Z"},
    {"FILETIME zero", SONDA__EVTX_FILETIME, BYTES("\0\0\0\0\0\0\0\0"),
     "1601-01-01T00:00:00.0000000Z"},
    {"FILETIME far away", SONDA__EVTX_FILETIME, BYTES("\xff\xff\xff\xff\xff\xff\xff\xff"),
     "60056-05-28T05:36:10.9551615Z"},
    {"SYSTEMTIME", SONDA__EVTX_SYSTEMTIME,
     BYTES("\xe7\x07\x0b\x00\x04\x00\x17\x00\x12\x00\x05\x00\x09\x00\x07\x00"),
     "2023-11-23T18:05:09.007Z"},
    {"SID", SONDA__EVTX_SID,
     BYTES("\x01\x02\x00\x00\x00\x00\x00\x05\x20\x00\x00\x00\x20\x02\x00\x00"), "S-1-5-32-544"},
    {"SID of a large authority", SONDA__EVTX_SID,
     BYTES("\x01\x01\x01\x00\x00\x00\x00\x05\x01\x00\x00\x00"), "S-1-0x10000000005-1"},
    {"hex32", SONDA__EVTX_HEX32, BYTES("\xef\xbe\xad\xde"), "0xdeadbeef"},
    {"hex64", SONDA__EVTX_HEX64, BYTES("\xe7\x03\x00\x00\x00\x00\x00\x00"), "0x3e7"},
    {"number of a wrong length", SONDA__EVTX_UINT32, BYTES("\x01\x02"), "0102"},
    {"SID whose count lies", SONDA__EVTX_SID, BYTES("\x01\x05\x00\x00\x00\x00\x00\x05"),
     "0105000000000005"},
    {"type that there is not", 0x7f, BYTES("\x01"), "01"},
};

static void test_evtx_render__each_type__as_windows_writes_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sonda__evtx_value value = {rows[i].type, {rows[i].bytes, rows[i].len}};
        char text[256];
        size_t len = 0;
        uint16_t flags = 0;

        print_message("  %s\n", rows[i].what);
        assert_int_equal(sonda__evtx_render(value, text, sizeof text - 1, &len, &flags),
                         SONDA_OK);
        text[len] = '\0';
        assert_string_equal(text, rows[i].text);
        assert_int_equal(flags, 0);
    }
}

static void test_evtx_render__lone_surrogate__kept_and_flagged(void **state)
{
    sonda__evtx_value value = {SONDA__EVTX_STRING,
                               {"\x3d\xd8"
                                "a\0",
                                4}};
    char text[64];
    size_t len = 0;
    uint16_t flags = 0;

    (void)state;
    assert_int_equal(sonda__evtx_render(value, text, sizeof text, &len, &flags), SONDA_OK);

    assert_int_equal(flags, SONDA_VALUE_ILL_FORMED);
    assert_memory_equal(text,
                        "\xed\xa0\xbd"
                        "a",
                        4);
}

static void test_evtx_render__no_room__is_refused(void **state)
{
    static const char bytes[64];
    uint16_t flags = 0;
    size_t len = 0;
    char text[66];

    (void)state;
    for (uint32_t type = 0; type < 0x30; type++) {
        sonda__evtx_value value = {type, {bytes, type == SONDA__EVTX_STRING ? 2u : 64u}};

        if (type != SONDA__EVTX_STRING && type != SONDA__EVTX_XML) {
            assert_int_equal(sonda__evtx_render(value, text, sizeof text, &len, &flags),
                             SONDA_ERR_LIMIT);
        }
    }
}

static size_t elements(uint32_t type, const char *bytes, size_t len, char *joined)
{
    sonda__evtx_value array = {type | SONDA__EVTX_ARRAY, {bytes, len}};
    sonda__evtx_value element;
    size_t count = 0;
    size_t at = 0;

    while (sonda__evtx_next_element(&array, &element)) {
        uint16_t flags = 0;
        size_t written = 0;

        assert_int_equal(sonda__evtx_render(element, joined + at, 256 - at, &written, &flags),
                         SONDA_OK);
        at += written;
        joined[at++] = '|';
        count++;
    }
    joined[at] = '\0';
    return count;
}

static void test_evtx_array__each_kind__is_parted(void **state)
{
    char text[512];

    (void)state;
    assert_int_equal(elements(SONDA__EVTX_STRING, BYTES("a\0\0\0b\0c\0\0\0"), text), 2);
    assert_string_equal(text, "a|bc|");
    assert_int_equal(elements(SONDA__EVTX_STRING, BYTES("\0\0a\0"), text), 2);
    assert_string_equal(text, "|a|");
    assert_int_equal(elements(SONDA__EVTX_STRING, BYTES("a\0b"), text), 1);
    assert_int_equal(elements(SONDA__EVTX_ANSI, BYTES("x\0yz\0"), text), 2);
    assert_string_equal(text, "x|yz|");
    assert_int_equal(elements(SONDA__EVTX_UINT16, BYTES("\1\0\2\0\3"), text), 3);
    assert_string_equal(text, "1|2|03|");
    assert_int_equal(
        elements(SONDA__EVTX_SID, BYTES("\1\1\0\0\0\0\0\5\x12\0\0\0\1\0\0\0\0\0\0\5"), text),
        2);
    assert_string_equal(text, "S-1-5-18|S-1-5|");
    assert_int_equal(elements(SONDA__EVTX_UINT32, BYTES(""), text), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_evtx_render__each_type__as_windows_writes_it),
        cmocka_unit_test(test_evtx_render__lone_surrogate__kept_and_flagged),
        cmocka_unit_test(test_evtx_render__no_room__is_refused),
        cmocka_unit_test(test_evtx_array__each_kind__is_parted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
