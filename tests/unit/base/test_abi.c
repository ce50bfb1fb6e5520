/* SPDX-License-Identifier: Apache-2.0 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sonda/abi.h"

/* A struct as it was, as we know it, and as a newer caller has it. */
typedef struct first {
    uint32_t struct_size;
    uint32_t a;
} first;

typedef struct ours {
    uint32_t struct_size;
    uint32_t a;
    uint64_t b;
} ours;

typedef struct newer {
    uint32_t struct_size;
    uint32_t a;
    uint64_t b;
    uint64_t c;
} newer;

static void test_abi_read__older_caller__keeps_our_default(void **state)
{
    first given = {sizeof given, 7};
    ours known = {sizeof known, 1, 2};

    (void)state;
    assert_int_equal(sonda_abi_read(&given, &known, sizeof known), SONDA_OK);
    assert_int_equal(known.struct_size, sizeof known);
    assert_int_equal(known.a, 7);
    assert_int_equal(known.b, 2);
}

static void test_abi_read__newer_caller__passes_while_zero(void **state)
{
    newer given = {sizeof given, 7, 8, 0};
    ours known = {sizeof known, 1, 2};

    (void)state;
    assert_int_equal(sonda_abi_read(&given, &known, sizeof known), SONDA_OK);
    assert_int_equal(known.b, 8);
    given.c = 1;
    assert_int_equal(sonda_abi_read(&given, &known, sizeof known), SONDA_ERR_ABI);
}

static void test_abi_read__size_never_set__is_refused(void **state)
{
    const uint32_t sizes[] = {0, 3, SONDA_STRUCT_MAX + 1, UINT32_MAX};
    ours known = {sizeof known, 1, 2};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        first given = {sizes[i], 7};

        assert_int_equal(sonda_abi_read(&given, &known, sizeof known), SONDA_ERR_ABI);
        assert_int_equal(known.a, 1);
    }
}

static void test_abi_read__size_alone__keeps_every_default(void **state)
{
    first given = {sizeof(uint32_t), 7};
    ours known = {sizeof known, 1, 2};

    (void)state;
    assert_int_equal(sonda_abi_read(&given, &known, sizeof known), SONDA_OK);
    assert_int_equal(known.a, 1);
    assert_int_equal(known.b, 2);
}

static void test_abi_write__newer_caller__keeps_its_zeroes(void **state)
{
    newer given = {sizeof given, 0, 0, 0};
    ours known = {sizeof known, 3, 4};

    (void)state;
    assert_int_equal(sonda_abi_write(&known, sizeof known, &given), SONDA_OK);
    assert_int_equal(given.struct_size, sizeof given);
    assert_int_equal(given.b, 4);
    assert_int_equal(given.c, 0);
    given.c = 1;
    assert_int_equal(sonda_abi_write(&known, sizeof known, &given), SONDA_ERR_ABI);
}

static void test_abi_write__older_caller__gets_what_it_knows(void **state)
{
    struct {
        first given;
        uint32_t behind;
    } caller = {{sizeof(first), 0}, 0x55555555};
    ours known = {sizeof known, 3, UINT64_MAX};

    (void)state;
    assert_int_equal(sonda_abi_write(&known, sizeof known, &caller.given), SONDA_OK);
    assert_int_equal(caller.given.struct_size, sizeof(first));
    assert_int_equal(caller.given.a, 3);
    assert_int_equal(caller.behind, 0x55555555);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_abi_read__older_caller__keeps_our_default),
        cmocka_unit_test(test_abi_read__newer_caller__passes_while_zero),
        cmocka_unit_test(test_abi_read__size_never_set__is_refused),
        cmocka_unit_test(test_abi_read__size_alone__keeps_every_default),
        cmocka_unit_test(test_abi_write__newer_caller__keeps_its_zeroes),
        cmocka_unit_test(test_abi_write__older_caller__gets_what_it_knows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
