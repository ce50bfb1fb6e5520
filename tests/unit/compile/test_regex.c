/* SPDX-License-Identifier: Apache-2.0 */

/* Regular expressions that are refused, each by name, and limits. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "compile/regex.h"
#include "core/base/allocate.h"

typedef struct fixture {
    sonda_allocator allocator;
    sonda__pool pool;
    sonda__regex_scratch *scratch;
    sonda__lowered_regex regex;
    sonda_error error;
} fixture;

static int open_fixture(void **state)
{
    static const sonda_error no_error = SONDA_ERROR_INIT;
    fixture *f = calloc(1, sizeof *f);

    f->error = no_error;
    f->scratch = calloc(1, sizeof *f->scratch);
    assert_int_equal(sonda_allocator_read(NULL, &f->allocator), SONDA_OK);
    sonda__pool_init(&f->pool, &f->allocator);
    *state = f;
    return 0;
}

static int close_fixture(void **state)
{
    fixture *f = *state;

    sonda__pool_reset(&f->pool);
    free(f->scratch);
    free(f);
    return 0;
}

static sonda_status compile_text(fixture *f, const char *pattern)
{
    const sonda__regex_options options = {0};

    memset(&f->regex, 0, sizeof f->regex);
    return sonda__regex_compile(&f->pool, f->scratch, sonda__span_text(pattern), &options,
                                &f->regex, &f->error);
}

static void test_regex__beyond_an_automaton__is_refused_by_name(void **state)
{
    static const struct {
        const char *pattern;
        sonda_status status;
        const char *named;
    } rows[] = {
        {"a(?=b)", SONDA_ERR_UNSUPPORTED, "look-around"},
        {"a(?!b)", SONDA_ERR_UNSUPPORTED, "look-around"},
        {"(?<=a)b", SONDA_ERR_UNSUPPORTED, "look-around"},
        {"(?<!a)b", SONDA_ERR_UNSUPPORTED, "look-around"},
        {"(a)\\1", SONDA_ERR_UNSUPPORTED, "back-reference"},
        {"(?<n>a)\\k<n>", SONDA_ERR_UNSUPPORTED, "back-reference"},
        {"(?P<n>a)(?P=n)", SONDA_ERR_UNSUPPORTED, "back-reference"},
        {"(?>a+)b", SONDA_ERR_UNSUPPORTED, "atomic"},
        {"a++b", SONDA_ERR_UNSUPPORTED, "possessive"},
        {"a{2}+b", SONDA_ERR_UNSUPPORTED, "possessive"},
        {"(?(1)a|b)", SONDA_ERR_UNSUPPORTED, "conditional"},
        {"(?R)", SONDA_ERR_UNSUPPORTED, "recursion"},
        {"(*SKIP)a", SONDA_ERR_UNSUPPORTED, "verb"},
        {"(?x)a b", SONDA_ERR_UNSUPPORTED, "flag"},
        {"\\p{L}", SONDA_ERR_UNSUPPORTED, "property"},
        {"\\Qa.b\\E", SONDA_ERR_UNSUPPORTED, "\\Q"},
        {"a\\Kb", SONDA_ERR_UNSUPPORTED, "\\K"},
        {"\\y", SONDA_ERR_MALFORMED, "unknown escape"},
        {"(a", SONDA_ERR_MALFORMED, "'('"},
        {"a)", SONDA_ERR_MALFORMED, "')'"},
        {"[a", SONDA_ERR_MALFORMED, "'['"},
        {"[z-a]", SONDA_ERR_MALFORMED, "range"},
        {"[[:nope:]]", SONDA_ERR_MALFORMED, "[:alpha:]"},
        {"*a", SONDA_ERR_MALFORMED, "nothing to repeat"},
        {"a{3,2}", SONDA_ERR_MALFORMED, "out of order"},
        {"a\\", SONDA_ERR_MALFORMED, "trailing backslash"},
        {"\\xg", SONDA_ERR_MALFORMED, "hexadecimal"},
        {"(?<na", SONDA_ERR_MALFORMED, "group name"},
        {"a{70000}", SONDA_ERR_LIMIT, "65535"},
        {"a{9000}", SONDA_ERR_LIMIT, "states"},
        {"((a{100}){100}){100}", SONDA_ERR_LIMIT, "states"},
    };
    fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sonda_status status = compile_text(f, rows[i].pattern);

        if (status != rows[i].status || strstr(f->error.message, rows[i].named) == NULL) {
            fail_msg("/%s/ gave %s: %s", rows[i].pattern, sonda_status_name(status),
                     f->error.message);
        }
    }
}

static void test_regex__too_deep__is_refused_before_the_stack_is(void **state)
{
    fixture *f = *state;
    char pattern[20001];

    memset(pattern, '(', 10000);
    memset(pattern + 10000, ')', 10000);
    pattern[20000] = '\0';

    assert_int_equal(compile_text(f, pattern), SONDA_ERR_LIMIT);
    assert_non_null(strstr(f->error.message, "groups"));
}

static void test_regex__repetitions_of_nothing__end(void **state)
{
    fixture *f = *state;

    assert_int_equal(compile_text(f, "((((){60000}){60000}){60000}){60000}"), SONDA_OK);
    assert_true(f->regex.code_count < 10);
}

static void test_regex__counted__is_written_out(void **state)
{
    fixture *f = *state;

    assert_int_equal(compile_text(f, "a{2,4}"), SONDA_OK);
    /* Two, then twice a split and one more, then the match. */
    assert_int_equal(f->regex.code_count, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_regex__beyond_an_automaton__is_refused_by_name,
                                        open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(test_regex__too_deep__is_refused_before_the_stack_is,
                                        open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(test_regex__repetitions_of_nothing__end, open_fixture,
                                        close_fixture),
        cmocka_unit_test_setup_teardown(test_regex__counted__is_written_out, open_fixture,
                                        close_fixture),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
