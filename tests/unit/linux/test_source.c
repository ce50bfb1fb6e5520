/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the adapter promises its host, whatever the kernel sends: states,
 * refusals, counters. What needs privilege is skipped without it.
 */

#define _GNU_SOURCE /* setgroups */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sonda/linux/linux.h"

static char unavailable[300]; /* empty, or why the adapter does not open */

static sonda_status take_nothing(void *user, const void *record, size_t record_len)
{
    (void)user;
    (void)record;
    (void)record_len;
    return SONDA_OK;
}

static int try_adapter(void **state)
{
    const sonda_source_ops *ops = sonda_linux_source();
    sonda_sink sink = {sizeof sink, 0, take_nothing, NULL};
    sonda_error error = SONDA_ERROR_INIT;
    sonda_source *source = NULL;

    (void)state;
    if (ops->open(&source, NULL, &sink, NULL, &error) != SONDA_OK) {
        snprintf(unavailable, sizeof unavailable, "%s", error.message);
    }
    ops->close(source);
    return 0;
}

static void need_adapter(void)
{
    if (unavailable[0] != '\0') {
        print_message("skipped: %s\n", unavailable);
        skip();
    }
}

/* A sink without room for every second record, which keeps what health says. */
struct narrow_sink {
    unsigned turn;
    unsigned health;
};

static sonda_status take_half(void *user, const void *record, size_t record_len)
{
    struct narrow_sink *narrow = user;
    sonda_record_header header;

    sonda_record_header_read(record, record_len, &header);
    if (header.source == SONDA_SOURCE_HEALTH) {
        narrow->health++;
        return SONDA_OK;
    }
    return narrow->turn++ % 2 == 0 ? SONDA_OK : SONDA_ERR_FULL;
}

static void test_source__sink_without_room__counts_losses_and_tells_them(void **state)
{
    const sonda_source_ops *ops = sonda_linux_source();
    struct narrow_sink narrow = {0, 0};
    sonda_sink sink = {sizeof sink, 0, take_half, &narrow};
    sonda_source_options options = SONDA_SOURCE_OPTIONS_INIT;
    sonda_source_stats stats = SONDA_SOURCE_STATS_INIT;
    sonda_source *source = NULL;
    uint64_t lost = 0;

    (void)state;
    need_adapter();
    options.snapshot = 0;
    options.classes =
        1u << SONDA_SOURCE_CLASS_PROCESS_EXEC | 1u << SONDA_SOURCE_CLASS_PROCESS_EXIT;
    assert_int_equal(ops->open(&source, &options, &sink, NULL, NULL), SONDA_OK);
    assert_int_equal(ops->start(source, NULL), SONDA_OK);

    assert_int_equal(system("/bin/true"), 0);
    assert_int_equal(system("/bin/true"), 0);
    ops->stop(source);

    ops->stats(source, &stats);
    ops->close(source);
    for (unsigned i = 0; i < SONDA_SOURCE_CLASS_OTHER; i++) {
        const sonda_source_class_stats *of = &stats.by_class[i];

        assert_int_equal(of->produced, of->delivered + of->lost + of->filtered);
        lost += of->lost;
    }
    assert_int_equal(stats.by_class[SONDA_SOURCE_CLASS_PROCESS_FORK].produced, 0);
    assert_int_equal(lost, narrow.turn / 2);
    assert_in_range(narrow.health, 1, 2);
}

static void test_source__stopped_before_or_twice__is_harmless(void **state)
{
    const sonda_source_ops *ops = sonda_linux_source();
    sonda_sink sink = {sizeof sink, 0, take_nothing, NULL};
    sonda_source *source = NULL;

    (void)state;
    need_adapter();
    assert_int_equal(ops->open(&source, NULL, &sink, NULL, NULL), SONDA_OK);

    ops->stop(source);
    ops->stop(source);

    assert_int_equal(ops->start(source, NULL), SONDA_ERR_BAD_STATE);
    assert_int_equal(ops->poll(source, 0), SONDA_ERR_CANCELLED);
    ops->close(source);
}

static void test_source__respond__is_unsupported(void **state)
{
    (void)state;

    assert_int_equal(sonda_linux_source()->respond(NULL, 1, SONDA_VERDICT_DENY, 0),
                     SONDA_ERR_UNSUPPORTED);
}

static void test_source__no_sink__is_refused(void **state)
{
    sonda_error error = SONDA_ERROR_INIT;
    sonda_source *source = NULL;

    (void)state;

    assert_int_equal(sonda_linux_source()->open(&source, NULL, NULL, NULL, &error),
                     SONDA_ERR_INVALID_ARGUMENT);
    assert_null(source);
}

static void test_source__older_host__gets_what_it_knows(void **state)
{
    struct {
        uint32_t struct_size;
        uint32_t drive;
        void *behind;
    } older = {8, 0, state};

    sonda_linux_source()->describe((sonda_source_description *)(void *)&older);

    assert_int_equal(older.drive, SONDA_SOURCE_POLLS);
    assert_ptr_equal(older.behind, state);
}

static void test_source__options_of_another_version__are_refused(void **state)
{
    sonda_sink sink = {sizeof sink, 0, take_nothing, NULL};
    sonda_source_options options = SONDA_SOURCE_OPTIONS_INIT;
    sonda_source *source = NULL;

    (void)state;
    options.struct_size = 0;

    assert_int_equal(sonda_linux_source()->open(&source, &options, &sink, NULL, NULL),
                     SONDA_ERR_ABI);
}

/* In a child, because the privilege does not come back. */
static int open_without_privilege(void)
{
    const sonda_source_ops *ops = sonda_linux_source();
    sonda_sink sink = {sizeof sink, 0, take_nothing, NULL};
    sonda_error error = SONDA_ERROR_INIT;
    sonda_source *source = NULL;

    if (getuid() == 0 &&
        (setgroups(0, NULL) != 0 || setgid(65534) != 0 || setuid(65534) != 0)) {
        return 1;
    }
    if (ops->open(&source, NULL, &sink, NULL, &error) != SONDA_ERR_PERMISSION) {
        return 2;
    }
    return strstr(error.message, "remedy: run as root") != NULL && source == NULL ? 0 : 3;
}

static void test_source__without_privilege__refuses_with_a_remedy(void **state)
{
    pid_t child = fork();
    int status = -1;

    (void)state;
    if (child == 0) {
        _exit(open_without_privilege());
    }

    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void
count_rung(const char *rung, uint32_t state, const char *detail, const char *remedy, void *user)
{
    unsigned *missing = user;

    assert_true(rung[0] != '\0' && detail != NULL && remedy != NULL);
    *missing += state == SONDA_LINUX_RUNG_MISSING;
}

static void test_probe__this_machine__agrees_with_open(void **state)
{
    unsigned missing = 0;
    sonda_status status = sonda_linux_probe(count_rung, &missing);

    (void)state;
    assert_int_equal(status == SONDA_OK, unavailable[0] == '\0');
    assert_int_equal(missing == 0, status == SONDA_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_source__sink_without_room__counts_losses_and_tells_them),
        cmocka_unit_test(test_source__stopped_before_or_twice__is_harmless),
        cmocka_unit_test(test_source__respond__is_unsupported),
        cmocka_unit_test(test_source__no_sink__is_refused),
        cmocka_unit_test(test_source__older_host__gets_what_it_knows),
        cmocka_unit_test(test_source__options_of_another_version__are_refused),
        cmocka_unit_test(test_source__without_privilege__refuses_with_a_remedy),
        cmocka_unit_test(test_probe__this_machine__agrees_with_open),
    };

    return cmocka_run_group_tests(tests, try_adapter, NULL);
}
