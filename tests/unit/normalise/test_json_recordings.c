/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Real recordings through framing and decoding: every record is read, and
 * their counts are those that other readers of the data give.
 *
 * The data is not part of the project: SONDA_TEST_DATA says where it is, else
 * it is looked for beside the source folder. Python unpacks it into a pipe.
 */

#define _POSIX_C_SOURCE 200809L

#include "core/event/event.h"
#include "core/normalise/json_event.h"
#include "sonda/input.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

/* Every .json of a folder, or the one in a zip archive, one behind the other. */
static const char unpack[] =
    "import pathlib,shutil,sys,zipfile\n"
    "p=pathlib.Path(sys.argv[1])\n"
    "for f in sorted(p.rglob('*.json')) if p.is_dir() else []:\n"
    "    sys.stdout.buffer.write(f.read_bytes() + b'\\n')\n"
    "if p.is_file():\n"
    "    z=zipfile.ZipFile(p)\n"
    "    for n in z.namelist():\n"
    "        if n.endswith('.json') and 'MACOSX' not in n:\n"
    "            shutil.copyfileobj(z.open(n), sys.stdout.buffer, 1 << 20)\n";

typedef struct census {
    sonda_event *event;
    uint64_t records;
    uint64_t unreadable;
    uint64_t windows;
    uint64_t without_time;
    uint64_t by_sysmon_id[32];
    uint64_t launches;
} census;

static void note(census *seen)
{
    const sonda_event *event = seen->event;

    seen->windows += event->product == SONDA_PRODUCT_WINDOWS;
    seen->without_time += event->time_ns == 0;
    if (sonda__span_is(event->channel, "Microsoft-Windows-Sysmon/Operational") &&
        event->event_id < 32) {
        seen->by_sysmon_id[event->event_id]++;
    }
    seen->launches +=
        event->class_uid == SONDA_CLASS_PROCESS && event->activity_id == SONDA_PROCESS_LAUNCH;
}

static sonda_status
on_record(const void *record, size_t len, uint64_t number, uint64_t offset, void *user)
{
    census *seen = user;
    sonda_record_header header;
    sonda__span payload = sonda__span_of((const char *)record + 64, len - 64);

    (void)number;
    (void)offset;
    assert_int_equal(sonda_record_header_read(record, len, &header), SONDA_OK);
    sonda__event_begin(seen->event, &header, sonda__names_of_table());
    seen->records++;
    if (sonda__decode_json(seen->event, payload, NULL) == SONDA_OK) {
        note(seen);
    } else {
        seen->unreadable++;
    }
    return SONDA_OK;
}

static void on_skipped(
    uint64_t number, uint64_t offset, sonda_status status, const char *reason, void *user)
{
    census *seen = user;

    (void)number;
    (void)offset;
    (void)status;
    (void)reason;
    seen->records++;
    seen->unreadable++;
}

/* Skips the test, saying why, when the data is not there. */
static FILE *open_data(const char *path)
{
    const char *folder = getenv("SONDA_TEST_DATA");
    char full[2048];
    char command[8192];
    FILE *file;

    snprintf(full, sizeof full, "%s/%s",
             folder != NULL ? folder : SONDA_SOURCE_DIR "/../shared/data", path);
    file = fopen(full, "rb"); /* opens a folder too, on POSIX */
    if (file == NULL) {
        print_message("skipped: no %s; SONDA_TEST_DATA says where the test data is\n", full);
        skip();
        return NULL;
    }
    fclose(file);
    snprintf(command, sizeof command, "python3 -c \"%s\" '%s'", unpack, full);
    file = popen(command, "r");
    assert_non_null(file);
    return file;
}

static census read_data(const char *path)
{
    static char block[256 * 1024];
    census seen = {0};
    sonda_input_callbacks callbacks = SONDA_INPUT_CALLBACKS_INIT;
    sonda_input *input = NULL;
    FILE *file = open_data(path);
    size_t len;

    callbacks.on_record = on_record;
    callbacks.on_skipped = on_skipped;
    callbacks.user = &seen;
    assert_int_equal(sonda_event_open(&seen.event, NULL), SONDA_OK);
    assert_int_equal(sonda_input_open(&input, NULL, NULL), SONDA_OK);
    while ((len = fread(block, 1, sizeof block, file)) > 0) {
        assert_int_equal(sonda_input_feed(input, block, len, &callbacks), SONDA_OK);
    }
    assert_int_equal(pclose(file), 0);
    assert_int_equal(sonda_input_finish(input, &callbacks), SONDA_OK);
    sonda_input_close(input);
    sonda_event_close(seen.event);
    assert_int_equal(seen.unreadable, 0);
    assert_int_equal(seen.without_time, 0);
    assert_int_equal(seen.windows, seen.records);
    return seen;
}

static void test_recordings__metasploit__all_read(void **state)
{
    census seen =
        read_data("windows/security-datasets/metasploit_logonpasswords_lsass_memory_dump.zip");

    (void)state;
    assert_int_equal(seen.records, 53698);
    assert_int_equal(seen.by_sysmon_id[1], 269);
    assert_int_equal(seen.by_sysmon_id[10], 30414);
    assert_int_equal(seen.by_sysmon_id[13], 3310);
    assert_int_equal(seen.launches, 269 + 53);
}

static void test_recordings__empire__all_read(void **state)
{
    census seen =
        read_data("windows/security-datasets/"
                  "empire_persistence_registry_modification_run_keys_standard_user.zip");

    (void)state;
    assert_int_equal(seen.records, 40569);
    assert_int_equal(seen.by_sysmon_id[1], 120);
    assert_int_equal(seen.by_sysmon_id[12], 7839);
}

static void test_recordings__netprofm__all_read(void **state)
{
    census seen = read_data(
        "windows/security-datasets/psh_metasploit_stop_netprofm_eventlog_before_reboot.zip");

    (void)state;
    assert_int_equal(seen.records, 24252);
    assert_int_equal(seen.by_sysmon_id[10], 9584);
}

static void test_recordings__sigma_regression__nested_events_all_read(void **state)
{
    census seen = read_data("sigma/regression_data");

    (void)state;
    assert_int_equal(seen.records, 124);
    assert_int_equal(seen.by_sysmon_id[1], 72);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recordings__metasploit__all_read),
        cmocka_unit_test(test_recordings__empire__all_read),
        cmocka_unit_test(test_recordings__netprofm__all_read),
        cmocka_unit_test(test_recordings__sigma_regression__nested_events_all_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
