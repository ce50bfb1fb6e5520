/* SPDX-License-Identifier: Apache-2.0 */

/* Which of two literals is expected in fewer events. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "compile/literal_rarity.h"

typedef struct rarer_row {
    const char *rarer;
    uint32_t rarer_kind;
    const char *commoner;
    uint32_t commoner_kind;
} rarer_row;

static uint32_t rarity(const char *text, uint32_t kind)
{
    return sonda__literal_rarity(sonda__span_text(text), kind, 1);
}

static void test_literal_rarity__typical_value__is_common(void **state)
{
    static const rarer_row rows[] = {
        {"\\lsass.exe", SONDA__LITERAL_END, "0x1400", SONDA__LITERAL_WHOLE},
        {"0x1fffff", SONDA__LITERAL_WHOLE, "|c:\\windows\\system32\\kernelbase.dll+",
         SONDA__LITERAL_INNER},
        {"\\volumecaches\\", SONDA__LITERAL_INNER, "createkey", SONDA__LITERAL_WHOLE},
        {"\\cmstp.exe", SONDA__LITERAL_END, ".dll", SONDA__LITERAL_END},
        {"mimikatz", SONDA__LITERAL_INNER, "info", SONDA__LITERAL_INNER},
        {"c:\\windows\\system32\\cmd.exe", SONDA__LITERAL_WHOLE, "c:\\windows",
         SONDA__LITERAL_START},
        {"/tmp/.x", SONDA__LITERAL_START, "/tmp/", SONDA__LITERAL_START},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rarity(rows[i].rarer, rows[i].rarer_kind) >=
            rarity(rows[i].commoner, rows[i].commoner_kind)) {
            fail_msg("'%s' is not rarer than '%s'", rows[i].rarer, rows[i].commoner);
        }
    }
}

static void test_literal_rarity__asked_by_many__is_commoner(void **state)
{
    sonda__span text = sonda__span_text("\\unheard-of.exe");
    uint32_t by_one = sonda__literal_rarity(text, SONDA__LITERAL_END, 1);
    uint32_t by_many = sonda__literal_rarity(text, SONDA__LITERAL_END, 100);

    (void)state;
    assert_in_range(by_one, 1, by_many - 1);
}

static void test_literal_rarity__extremes__stay_in_range(void **state)
{
    (void)state;
    assert_in_range(sonda__literal_rarity(sonda__span_of("", 0), SONDA__LITERAL_WHOLE, 1), 1,
                    1000000);
    assert_int_equal(
        sonda__literal_rarity(sonda__span_text("\\"), SONDA__LITERAL_INNER, UINT32_MAX),
        1000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_literal_rarity__typical_value__is_common),
        cmocka_unit_test(test_literal_rarity__asked_by_many__is_commoner),
        cmocka_unit_test(test_literal_rarity__extremes__stay_in_range),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
