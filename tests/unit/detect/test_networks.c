/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Rules that wait for networks: those hold whose networks have the address, and
 * no other rule is looked at.
 */

#include "tests/unit/detect/rule_fixture.h"

#include "core/detect/matcher.h"

#define ADDRESSES (3 * (size_t)SONDA__ADDRESSES_KEPT)

static const char detection[] =
    "    a: {Address|cidr: ['10.0.0.0/8', '192.168.4.0/22', '172.16.0.0/12', '1.2.3.4/32']}\n"
    "    b: {Address|cidr: ['fe80::/10', '2001:db8::/33', '::1/128', '10.64.0.0/10']}\n"
    "    condition: a or b";

static void check(rule_fixture *fixture, const char *address, uint32_t expected)
{
    uint64_t before = sonda__matcher_counts(fixture->matcher)->evaluated;

    fixture_event(fixture, (const test_field[]){{"Address", address, 0}, {NULL, NULL, 0}});
    if (fixture_match(fixture) != expected ||
        sonda__matcher_counts(fixture->matcher)->evaluated - before != expected) {
        fail_msg("%s: %u", address, (unsigned)fixture->matches);
    }
}

static void test_networks__addresses_in_and_beside__are_told_apart(void **state)
{
    static const char *const inside[] = {
        "10.0.0.0",   "10.255.255.255",       "10.64.1.1",       "192.168.4.0", "192.168.7.255",
        "172.16.0.0", "172.31.9.9",           "1.2.3.4",         "fe80::1",     "FEBF::1%eth0",
        "::1",        "2001:DB8:7fff:ffff::", "0:0:0:0:0:0:0:1",
    };
    static const char *const beside[] = {
        "11.0.0.0",
        "9.255.255.255",
        "192.168.3.255",
        "192.168.8.0",
        "172.32.0.0",
        "172.15.1.1",
        "1.2.3.5",
        "fec0::1",
        "::2",
        "2001:db8:8000::",
        "::10.0.0.1",
        "::ffff:10.0.0.1",
        "10.0.0",
        "10.0.0.1 ",
        "010.0.0.1",
        "",
        "-",
        "a:b",
    };
    rule_fixture fixture;

    (void)state;
    fixture_open(&fixture, content_of_detection(detection));
    for (size_t i = 0; i < sizeof inside / sizeof inside[0]; i++) {
        check(&fixture, inside[i], 1);
    }
    for (size_t i = 0; i < sizeof beside / sizeof beside[0]; i++) {
        check(&fixture, beside[i], 0);
    }
    fixture_close(&fixture);
}

static void test_networks__more_addresses_than_are_kept__each_is_asked(void **state)
{
    test_field fields[ADDRESSES + 1] = {{NULL, NULL, 0}};
    rule_fixture fixture;

    (void)state;
    fixture_open(&fixture, content_of_detection(detection));
    for (size_t at = 0; at < ADDRESSES; at++) {
        for (size_t i = 0; i < ADDRESSES; i++) {
            fields[i].name = "Address";
            fields[i].text = i == at ? "fe80::9" : i % 2 == 0 ? "8.8.8.8" : "none";
        }
        fixture_event(&fixture, fields);
        assert_int_equal(fixture_match(&fixture), 1);
        fields[at].text = "8.8.4.4";
        fixture_event(&fixture, fields);
        assert_int_equal(fixture_match(&fixture), 0);
    }
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_networks__addresses_in_and_beside__are_told_apart),
        cmocka_unit_test(test_networks__more_addresses_than_are_kept__each_is_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
