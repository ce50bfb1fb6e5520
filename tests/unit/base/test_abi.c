/* SPDX-License-Identifier: Apache-2.0 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/abi.h"

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
    assert_int_equal(sonda__abi_read(&known, sizeof known, &given, sizeof(first)), SONDA_OK);
    assert_int_equal(known.struct_size, sizeof known);
    assert_int_equal(known.a, 7);
    assert_int_equal(known.b, 2);
}

static void test_abi_read__newer_caller__passes_while_zero(void **state)
{
    newer given = {sizeof given, 7, 8, 0};
    ours known = {sizeof known, 1, 2};

    (void)state;
    assert_int_equal(sonda__abi_read(&known, sizeof known, &given, sizeof(first)), SONDA_OK);
    assert_int_equal(known.b, 8);
    given.c = 1;
    assert_int_equal(sonda__abi_read(&known, sizeof known, &given, sizeof(first)),
                     SONDA_ERR_ABI);
}

static void test_abi_read__shorter_than_ever__is_refused(void **state)
{
    first given = {4, 7};
    ours known = {sizeof known, 1, 2};

    (void)state;
    assert_int_equal(sonda__abi_read(&known, sizeof known, &given, sizeof(first)),
                     SONDA_ERR_ABI);
    assert_int_equal(known.a, 1);
}

static void test_abi_write__older_caller__gets_what_it_knows(void **state)
{
    struct {
        first given;
        uint32_t behind;
    } caller = {{sizeof(first), 0}, 0x55555555};
    ours known = {sizeof known, 3, UINT64_MAX};

    (void)state;
    assert_int_equal(sonda__abi_write(&caller.given, sizeof(first), &known, sizeof known),
                     SONDA_OK);
    assert_int_equal(caller.given.struct_size, sizeof(first));
    assert_int_equal(caller.given.a, 3);
    assert_int_equal(caller.behind, 0x55555555);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_abi_read__older_caller__keeps_our_default),
        cmocka_unit_test(test_abi_read__newer_caller__passes_while_zero),
        cmocka_unit_test(test_abi_read__shorter_than_ever__is_refused),
        cmocka_unit_test(test_abi_write__older_caller__gets_what_it_knows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
