/* SPDX-License-Identifier: Apache-2.0 */

/*
 * All of SigmaHQ on its own regression events: exactly the expected matches.
 *
 * Rules and events are test data beside the project, found through
 * SONDA_TEST_DATA or in ../shared/data; without them this is skipped.
 */

#define _XOPEN_SOURCE 700

#include "tests/unit/detect/rule_fixture.h"

#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/normalise/json_event.h"
#include "sonda/input.h"

/* nftw() passes nothing of ours along, hence statics. */
static sonda_compile *compile;
static rule_fixture fixture;
static char root[2048];
static const char *file_name;
static uint64_t record_number;
static char *expected; /* lines of "file TAB record TAB rule", each behind a newline */
static size_t expected_count;
static size_t found_count;

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
                                      fixture.matcher, out, 16) > 0);
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

static int match_file(const char *path, const struct stat *info, int type, struct FTW *walk)
{
    sonda_input_callbacks callbacks = SONDA_INPUT_CALLBACKS_INIT;
    sonda_input *input = NULL;
    size_t len;
    char *bytes;

    (void)info;
    (void)walk;
    if (type != FTW_F || !ends_with(path, ".json")) {
        return 0;
    }
    callbacks.on_record = on_record;
    file_name = path + strlen(root) + 1;
    bytes = read_file(path, &len);
    assert_int_equal(sonda_input_open(&input, NULL, NULL), SONDA_OK);
    assert_int_equal(sonda_input_feed(input, bytes, len, &callbacks), SONDA_OK);
    assert_int_equal(sonda_input_finish(input, &callbacks), SONDA_OK);
    sonda_input_close(input);
    free(bytes);
    return 0;
}

static void load_expected(const char *path)
{
    size_t len;
    char *bytes = read_file(path, &len);

    expected = malloc(len + 3);
    assert_non_null(expected);
    (void)snprintf(expected, len + 3, "\n%s\n", bytes);
    for (const char *at = bytes; *at != '\0'; at++) {
        expected_count += *at == '\n' ? 1 : 0;
    }
    free(bytes);
}

static void test_corpus__regression_events__match_exactly_what_they_should(void **state)
{
    const char *data = getenv("SONDA_TEST_DATA");
    char path[4096];
    struct stat info;

    (void)state;
    (void)snprintf(root, sizeof root, "%s/sigma",
                   data != NULL ? data : SONDA_SOURCE_DIR "/../shared/data");
    (void)snprintf(path, sizeof path, "%s/regression-expected.tsv", root);
    if (stat(path, &info) != 0) {
        print_message("skipped: no SigmaHQ in %s; set SONDA_TEST_DATA\n", root);
        skip();
    }
    load_rules();
    load_expected(path);

    (void)snprintf(path, sizeof path, "%s/regression_data", root);
    assert_int_equal(nftw(path, match_file, 16, FTW_PHYS), 0);

    assert_int_equal(found_count, expected_count);
    free(expected);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_corpus__regression_events__match_exactly_what_they_should),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
