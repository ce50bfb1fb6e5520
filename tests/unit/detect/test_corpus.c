/* SPDX-License-Identifier: Apache-2.0 */

/*
 * All of SigmaHQ on its own regression events and on recordings of attacks:
 * exactly the expected matches, with the instructions of this processor and
 * with those of any.
 *
 * Rules and events are test data beside the project, found through
 * SONDA_TEST_DATA or in ../shared/data; without them this is skipped.
 */

#define _XOPEN_SOURCE 700

#include "tests/unit/detect/rule_fixture.h"

#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/detect/matcher.h"
#include "core/normalise/json_event.h"
#include "sonda/input.h"

/* nftw() passes nothing of ours along, hence statics. */
static sonda_compile *compile;
static rule_fixture fixture;
static char data_root[2000];
static char root[2048];
static const char *file_name;
static uint64_t record_number;
static char *expected; /* lines of "file TAB record TAB rule", each behind a newline */
static size_t expected_count;
static size_t found_count;
static bool only_negated; /* rules may match by what they negate, which has no evidence */

static char *read_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    char *bytes;
    struct stat info;

    assert_non_null(file);
    assert_int_equal(stat(path, &info), 0);
    *len = (size_t)info.st_size;
    bytes = malloc(*len + 2);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *len, file), *len);
    bytes[*len] = '\0';
    (void)fclose(file);
    return bytes;
}

static bool ends_with(const char *path, const char *end)
{
    size_t len = strlen(path);

    return len > strlen(end) && strcmp(path + len - strlen(end), end) == 0;
}

static int add_rule(const char *path, const struct stat *info, int type, struct FTW *walk)
{
    size_t len;
    char *bytes;

    (void)info;
    (void)walk;
    if (type == FTW_F && ends_with(path, ".yml")) {
        bytes = read_file(path, &len);
        assert_int_equal(sonda_compile_add_yaml(compile, path, bytes, len), SONDA_OK);
        free(bytes);
    }
    return 0;
}

static void load_rules(void)
{
    static const char *const folders[] = {"rules", "rules-emerging-threats",
                                          "rules-threat-hunting"};
    sonda_content_options options = SONDA_CONTENT_OPTIONS_INIT;
    sonda_content *content = NULL;
    const void *pack;
    size_t pack_len;

    assert_int_equal(sonda_compile_open(&compile, NULL, NULL), SONDA_OK);
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        char path[4096];

        (void)snprintf(path, sizeof path, "%s/%s", root, folders[i]);
        assert_int_equal(nftw(path, add_rule, 16, FTW_PHYS), 0);
    }
    assert_int_equal(sonda_compile_finish(compile, &pack, &pack_len, NULL), SONDA_OK);
    options.require_signature = 0;
    assert_int_equal(sonda_content_load(&content, pack, pack_len, &options, NULL, NULL),
                     SONDA_OK);
    sonda_compile_close(compile);
    fixture_open(&fixture, content);
}

static void on_match(uint32_t rule_index, void *user)
{
    sonda_rule_view view = SONDA_RULE_VIEW_INIT;
    sonda__evidence out[16];
    char line[4096];

    (void)user;
    assert_int_equal(sonda_content_rule(fixture.content, rule_index, &view), SONDA_OK);
    (void)snprintf(line, sizeof line, "\n%s\t%u\t%.*s\n", file_name, (unsigned)record_number,
                   (int)view.id.len, view.id.data);
    if (strstr(expected, line) == NULL) {
        fail_msg("besides:%s", line);
    }
    found_count++;
    assert_true(sonda__match_evidence(fixture.content, rule_index, fixture.event,
                                      fixture.matcher, out, 16) > 0 ||
                only_negated);
}

static sonda_status
on_record(const void *record, size_t record_len, uint64_t number, uint64_t offset, void *user)
{
    sonda_record_header header;
    sonda__span payload = sonda__span_of((const char *)record + SONDA_RECORD_HEADER_SIZE,
                                         record_len - SONDA_RECORD_HEADER_SIZE);

    (void)offset;
    (void)user;
    record_number = number;
    assert_int_equal(sonda_record_header_read(record, record_len, &header), SONDA_OK);
    sonda__event_begin(fixture.event, &header, sonda__content_names(fixture.content));
    assert_int_equal(sonda__decode_json(fixture.event, payload, NULL), SONDA_OK);
    assert_int_equal(
        sonda__match(fixture.content, fixture.event, fixture.matcher, on_match, NULL),
        SONDA_OK);
    return SONDA_OK;
}

static void match_records(const char *path)
{
    sonda_input_callbacks callbacks = SONDA_INPUT_CALLBACKS_INIT;
    sonda_input *input = NULL;
    size_t len;
    char *bytes = read_file(path, &len);

    callbacks.on_record = on_record;
    assert_int_equal(sonda_input_open(&input, NULL, NULL), SONDA_OK);
    assert_int_equal(sonda_input_feed(input, bytes, len, &callbacks), SONDA_OK);
    assert_int_equal(sonda_input_finish(input, &callbacks), SONDA_OK);
    sonda_input_close(input);
    free(bytes);
}

static int match_file(const char *path, const struct stat *info, int type, struct FTW *walk)
{
    (void)info;
    (void)walk;
    if (type == FTW_F && ends_with(path, ".json")) {
        file_name = path + strlen(root) + 1;
        match_records(path);
    }
    return 0;
}

static void load_expected(const char *path)
{
    size_t len;
    char *bytes = read_file(path, &len);

    expected = malloc(len + 3);
    assert_non_null(expected);
    (void)snprintf(expected, len + 3, "\n%s\n", bytes);
    expected_count = 0;
    for (const char *at = bytes; *at != '\0'; at++) {
        expected_count += *at == '\n' ? 1 : 0;
    }
    free(bytes);
}

/* Whether the data is there, and the rules of it loaded. */
static bool find_data(const char *file)
{
    const char *data = getenv("SONDA_TEST_DATA");
    char path[4096];
    struct stat info;

    (void)snprintf(data_root, sizeof data_root, "%s",
                   data != NULL ? data : SONDA_SOURCE_DIR "/../shared/data");
    (void)snprintf(root, sizeof root, "%s/sigma", data_root);
    (void)snprintf(path, sizeof path, "%s/%s", data_root, file);
    if (stat(path, &info) != 0) {
        print_message("skipped: no %s; set SONDA_TEST_DATA\n", path);
        return false;
    }
    if (fixture.content == NULL) {
        load_rules();
    }
    return true;
}

static void test_corpus__regression_events__match_exactly_what_they_should(void **state)
{
    char path[4096];

    (void)state;
    if (!find_data("sigma/regression-expected.tsv")) {
        skip();
    }
    (void)snprintf(path, sizeof path, "%s/regression-expected.tsv", root);
    load_expected(path);
    for (uint32_t simd = 0; simd < 2; simd++) {
        sonda__matcher_use_simd(fixture.matcher, simd != 0);
        found_count = 0;
        (void)snprintf(path, sizeof path, "%s/regression_data", root);
        assert_int_equal(nftw(path, match_file, 16, FTW_PHYS), 0);

        assert_int_equal(found_count, expected_count);
    }
    free(expected);
}

/* Unpacks a recording into the build folder, where it stays for the next run. */
static void unpack(const char *folder, const char *archive, const char *path)
{
    char command[8192];
    struct stat info;

    if (stat(path, &info) != 0) {
        (void)snprintf(command, sizeof command,
                       "python3 -m zipfile -e '%s/%s.zip' '%s/bench/data'", folder, archive,
                       SONDA_BINARY_DIR);
        assert_int_equal(system(command), 0);
    }
}

static void test_corpus__recordings__match_exactly_what_they_should(void **state)
{
    static const char *const recordings[][2] = {
        {"metasploit_logonpasswords_lsass_memory_dump",
         "metasploit_logonpasswords_lsass_memory_dump"},
        {"psh_metasploit_stop_netprofm_eventlog_before_reboot",
         "psh_metasploit_stop_netprofm_eventlog_before_reboot"},
        {"empire_persistence_registry_modification_run_keys_standard_user",
         "empire_persistence_registry_modification_run_keys_standard_user_2020-09-04030609"},
    };

    (void)state;
#ifdef _WIN32
    print_message(
        "skipped: no Python here to unpack recordings; same_output.py replays them\n");
    skip();
#endif
    if (!find_data("windows/security-datasets")) {
        skip();
    }
    only_negated = true;
    for (size_t i = 0; i < 2 * sizeof recordings / sizeof recordings[0]; i++) {
        const char *name = recordings[i / 2][1];
        char folder[4096];
        char path[8192];
        char file[512];

        (void)snprintf(folder, sizeof folder, "%s/windows/security-datasets", data_root);
        (void)snprintf(path, sizeof path, "%s/%s.expected.tsv", folder, name);
        load_expected(path);
        (void)snprintf(path, sizeof path, "%s/bench/data/%s.json", SONDA_BINARY_DIR, name);
        unpack(folder, recordings[i / 2][0], path);
        (void)snprintf(file, sizeof file, "%s.json", name);
        file_name = file;
        found_count = 0;
        sonda__matcher_use_simd(fixture.matcher, i % 2 != 0);
        match_records(path);

        assert_int_equal(found_count, expected_count);
        free(expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_corpus__regression_events__match_exactly_what_they_should),
        cmocka_unit_test(test_corpus__recordings__match_exactly_what_they_should),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    if (fixture.content != NULL) {
        fixture_close(&fixture);
    }
    return failed;
}
