/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the verifier proves of the prefix tables of networks, broken.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/rules/breach.h"

static const char networks_yaml[] =
    "title: One\n"
    "id: 00000000-0000-4000-8000-000000000001\n"
    "logsource: {product: windows}\n"
    "detection:\n"
    "    s: {DestinationIp|cidr: ['10.0.0.0/8', '192.168.0.0/16', 'fe80::/10']}\n"
    "    k: ['keyword one']\n"
    "    condition: s or k\n";

/* The bytes of the `i`-th literal, of networks a length and an address. */
static uint8_t *bytes_of(const pack_fixture *pack, uint32_t i)
{
    size_t len;
    uint8_t *literal = pack->bytes +
                       mutated_section(pack->bytes, SONDA__SECTION_LITERALS, &len) +
                       i * (size_t)SONDA__LITERAL_SIZE;
    size_t strings = mutated_section(pack->bytes, SONDA__SECTION_STRINGS, &len);

    assert_int_equal(sonda__pack_u32(literal + SONDA__AT_LITERAL_KIND), SONDA__LITERAL_NETWORK);
    return pack->bytes + strings + sonda__pack_u32(literal + SONDA__AT_LITERAL_TEXT);
}

static void test_verify__networks_of_no_address__are_refused(void **state)
{
    static const breach rows[] = {
        {"six bytes", SONDA__SECTION_LITERALS, SONDA__AT_LITERAL_KIND, SONDA__LITERAL_NETWORK,
         SONDA__AT_LITERAL_TEXT + 4, 6, SONDA__SECTION_LITERALS, "a network that is none"},
        {"four bytes", SONDA__SECTION_LITERALS, SONDA__AT_LITERAL_KIND, SONDA__LITERAL_NETWORK,
         SONDA__AT_LITERAL_TEXT + 4, 4, SONDA__SECTION_LITERALS, "no kind, or too short"},
        {"out of range", SONDA__SECTION_LITERALS, SONDA__AT_LITERAL_KIND,
         SONDA__LITERAL_NETWORK, SONDA__AT_LITERAL_TEXT, UINT32_MAX, SONDA__SECTION_LITERALS,
         "a text out of range"},
        {"a place of four bytes", SONDA__SECTION_LITERALS, SONDA__AT_LITERAL_KIND,
         SONDA__LITERAL_NETWORK, SONDA__AT_LITERAL_GRAM, 1, SONDA__SECTION_LITERALS,
         "no kind, or too short"},
        {"text among networks", SONDA__SECTION_LITERALS, SONDA__AT_LITERAL_KIND,
         SONDA__LITERAL_NETWORK, SONDA__AT_LITERAL_KIND, SONDA__LITERAL_WHOLE,
         SONDA__SECTION_LITERALS, "a literal of no kind"},
        {"network among texts", SONDA__SECTION_LITERALS, SONDA__AT_LITERAL_KIND,
         SONDA__LITERAL_INNER, SONDA__AT_LITERAL_KIND, SONDA__LITERAL_NETWORK,
         SONDA__SECTION_LITERALS, "a literal of no kind"},
        {"more than there are", SONDA__SECTION_SCANS, FIRST, SONDA__AT_SCAN_NETWORKS + 4, 99,
         SONDA__SECTION_SCANS, "share literals"},
        {"those of another", SONDA__SECTION_SCANS, FIRST, SONDA__AT_SCAN_NETWORKS, 1,
         SONDA__SECTION_SCANS, "share literals"},
        {"of every field", SONDA__SECTION_SCANS, FIRST, SONDA__AT_SCAN_FIELD, SONDA__SCAN_EVERY,
         SONDA__SECTION_SCANS, "networks of every field"},
    };

    (void)state;
    CHECK_BREACHES(networks_yaml, rows);
}

/* Changes one byte of the `i`-th network, and is told that it is none. */
static void check_byte(const char *name, uint32_t i, size_t at, uint8_t value)
{
    pack_fixture pack = pack_fixture_make(networks_yaml);

    bytes_of(&pack, i)[at] = value;
    mutated_seal(pack.bytes, pack.len);
    check_refused(name, pack.bytes, pack.len, SONDA_ERR_MALFORMED, SONDA__SECTION_LITERALS,
                  "a network that is none, or out of order");
    free(pack.bytes);
}

static void test_verify__networks_out_of_order__are_refused(void **state)
{
    pack_fixture pack = pack_fixture_make(networks_yaml);

    (void)state;
    assert_int_equal(bytes_of(&pack, 0)[0], 8);
    assert_int_equal(bytes_of(&pack, 1)[0], 16);
    assert_int_equal(bytes_of(&pack, 2)[0], 10);
    free(pack.bytes);
    check_byte("bits of a larger address", 0, 0, 33);
    check_byte("bits of no address", 2, 0, 129);
    check_byte("bits behind the prefix", 0, 2, 1);
    check_byte("bits of a byte behind the prefix", 2, 2, 0xa0);
    check_byte("longer than the one behind", 0, 0, 17);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verify__networks_of_no_address__are_refused),
        cmocka_unit_test(test_verify__networks_out_of_order__are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
