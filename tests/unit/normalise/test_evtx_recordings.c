/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Real event logs: those of SigmaHQ's regression data give the same events as
 * the JSON that stands beside them, field by field; every other file reads to
 * its last record; and spoiled in any way they neither crash nor lose records
 * that the spoiling did not touch.
 *
 * The data is not part of the project: SONDA_TEST_DATA says where it is, else
 * it is looked for beside the source folder.
 */

#define _XOPEN_SOURCE 700

#include "core/engine/decode.h"
#include "sonda/input.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define FILE_MAX ((size_t)2 * 1024 * 1024)
#define RECORDS_MAX 32u
#define PATHS_MAX 512u

/* Events of one file; texts live in the events. */
typedef struct log_events {
    sonda_event *events[RECORDS_MAX];
    char *records[RECORDS_MAX];
    size_t count;
} log_events;

typedef struct tally {
    sonda_event *event;
    uint64_t records;
    uint64_t skipped;
    uint64_t undecoded;
    uint64_t damaged;
    uint64_t without_channel;
    uint32_t in_chunk[64]; /* records of each */
} tally;

/* Of the file's layout. */
#define FILE_HEADER 4096u
#define CHUNK 65536u
#define CHUNK_HEADER 512u

static char *paths[PATHS_MAX];
static size_t path_count;

static int note_path(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    size_t len = strlen(path);

    (void)info;
    (void)at;
    if (kind == FTW_F && len > 5 && strcmp(path + len - 5, ".evtx") == 0 &&
        path_count < PATHS_MAX) {
        paths[path_count++] = strdup(path);
    }
    return 0;
}

/* Skips the test, saying why, when the data is not there. */
static void find_logs(const char *folder)
{
    const char *data = getenv("SONDA_TEST_DATA");
    char full[2048];

    snprintf(full, sizeof full, "%s/%s",
             data != NULL ? data : SONDA_SOURCE_DIR "/../shared/data", folder);
    for (path_count = path_count > PATHS_MAX ? 0 : path_count; path_count > 0;) {
        free(paths[--path_count]);
    }
    if (nftw(full, note_path, 16, FTW_PHYS) != 0 || path_count == 0) {
        print_message("skipped: no %s; SONDA_TEST_DATA says where the test data is\n", full);
        skip();
    }
}

static size_t read_file(const char *path, char *bytes)
{
    FILE *file = fopen(path, "rb");
    size_t len;

    assert_non_null(file);
    len = fread(bytes, 1, FILE_MAX, file);
    fclose(file);
    assert_true(len > 0 && len < FILE_MAX);
    return len;
}

static void feed(const char *bytes, size_t len, size_t piece, sonda_input_callbacks *callbacks)
{
    sonda_input *input = NULL;

    assert_int_equal(sonda_input_open(&input, NULL, NULL), SONDA_OK);
    for (size_t at = 0; at < len; at += piece) {
        size_t take = len - at < piece ? len - at : piece;
        assert_int_equal(sonda_input_feed(input, bytes + at, take, callbacks), SONDA_OK);
    }
    assert_int_equal(sonda_input_finish(input, callbacks), SONDA_OK);
    sonda_input_close(input);
}

/* ---- against the JSON of the same records ---- */

static sonda_status
keep(const void *record, size_t len, uint64_t number, uint64_t offset, void *user)
{
    log_events *all = user;
    sonda_error error = SONDA_ERROR_INIT;
    sonda_record_header header;

    (void)number;
    (void)offset;
    assert_true(all->count < RECORDS_MAX);
    all->records[all->count] = malloc(len);
    memcpy(all->records[all->count], record, len);
    assert_int_equal(sonda_event_open(&all->events[all->count], NULL), SONDA_OK);
    assert_int_equal(sonda__decode_record(all->events[all->count],
                                          sonda__span_of(all->records[all->count], len),
                                          sonda__names_of_table(), &header, &error),
                     SONDA_OK);
    all->count++;
    return SONDA_OK;
}

static void read_events(const char *path, log_events *all)
{
    static char bytes[FILE_MAX];
    sonda_input_callbacks callbacks = SONDA_INPUT_CALLBACKS_INIT;
    size_t len = read_file(path, bytes);

    callbacks.on_record = keep;
    callbacks.user = all;
    all->count = 0;
    feed(bytes, len, len, &callbacks);
}

static void drop_events(log_events *all)
{
    for (size_t i = 0; i < all->count; i++) {
        sonda_event_close(all->events[i]);
        free(all->records[i]);
    }
}

/*
 * The converter that made the JSON writes GUIDs bare and in upper case and times
 * to microseconds; Windows writes braces, lower case and seven digits.
 */
static bool same_guid(sonda__span json, sonda__span evtx)
{
    return evtx.len == 38 && evtx.data[0] == '{' && json.len == 36 &&
           sonda__span_equal_ascii_case(json, sonda__span_of(evtx.data + 1, 36));
}

static bool same_time(sonda__span json, sonda__span evtx)
{
    return evtx.len == 28 && json.len == 27 && json.data[26] == 'Z' &&
           memcmp(json.data, evtx.data, 26) == 0;
}

/* It also leaves out white space at a text's end. */
static bool same_trimmed(sonda__span json, sonda__span evtx)
{
    while (evtx.len > json.len && evtx.data[evtx.len - 1] == ' ') {
        evtx.len--;
    }
    return sonda__span_equal(json, evtx);
}

static bool same_field(const sonda__field *json, const sonda__field *evtx)
{
    return json->id == evtx->id && json->flags == evtx->flags &&
           sonda__span_equal(json->name, evtx->name) &&
           (same_trimmed(json->text, evtx->text) || same_guid(json->text, evtx->text) ||
            same_time(json->text, evtx->text));
}

static void print_field(const char *what, const sonda__field *field)
{
    print_message("  %s %.*s (%u, %u) = '%.*s'\n", what, (int)field->name.len, field->name.data,
                  (unsigned)field->id, (unsigned)field->flags, (int)field->text.len,
                  field->text.data);
}

static size_t compare_events(const char *path, const sonda_event *json, const sonda_event *evtx)
{
    size_t differences = json->field_count != evtx->field_count;

    for (size_t i = 0; i < json->field_count && i < evtx->field_count; i++) {
        if (!same_field(&json->fields[i], &evtx->fields[i])) {
            print_message("%s\n", path);
            print_field("json", &json->fields[i]);
            print_field("evtx", &evtx->fields[i]);
            differences++;
        }
    }
    differences += json->class_uid != evtx->class_uid || json->event_id != evtx->event_id ||
                   json->activity_id != evtx->activity_id || json->product != evtx->product ||
                   !sonda__span_equal(json->channel, evtx->channel) ||
                   !sonda__span_equal(json->provider, evtx->provider) ||
                   json->time_ns / 1000 != evtx->time_ns / 1000;
    return differences;
}

static void test_evtx__sigmahq_regression__same_events_as_their_json(void **state)
{
    log_events json;
    log_events evtx;
    size_t events = 0;
    size_t differences = 0;

    (void)state;
    find_logs("sigma/regression_data");
    for (size_t i = 0; i < path_count; i++) {
        char other[2048];
        snprintf(other, sizeof other, "%.*s.json", (int)strlen(paths[i]) - 5, paths[i]);
        read_events(paths[i], &evtx);
        read_events(other, &json);
        assert_int_equal(evtx.count, json.count);
        for (size_t k = 0; k < evtx.count; k++) {
            differences += compare_events(paths[i], json.events[k], evtx.events[k]);
            events++;
        }
        drop_events(&evtx);
        drop_events(&json);
    }

    assert_int_equal(differences, 0);
    assert_true(events >= path_count);
}

/* ---- all of them, whole and spoiled ---- */

static sonda_status
count(const void *record, size_t len, uint64_t number, uint64_t offset, void *user)
{
    tally *seen = user;
    sonda_error error = SONDA_ERROR_INIT;
    sonda_record_header header;

    seen->in_chunk[(offset - FILE_HEADER) / CHUNK]++;
    assert_int_equal(number, seen->records + seen->skipped + 1);
    seen->records++;
    if (sonda__decode_record(seen->event, sonda__span_of(record, len), sonda__names_of_table(),
                             &header, &error) != SONDA_OK) {
        seen->undecoded++;
    }
    seen->without_channel += seen->event->channel.len == 0;
    return SONDA_OK;
}

static void count_skipped(
    uint64_t number, uint64_t offset, sonda_status status, const char *reason, void *user)
{
    tally *seen = user;

    (void)offset;
    (void)status;
    assert_true(reason[0] != '\0');
    assert_int_equal(number, seen->records + seen->skipped + 1);
    seen->skipped++;
}

static void count_damage(uint64_t offset, sonda_status status, const char *reason, void *user)
{
    tally *seen = user;

    (void)offset;
    (void)status;
    (void)reason;
    seen->damaged++;
}

static tally tally_of(sonda_event *event, const char *bytes, size_t len, size_t piece)
{
    tally seen = {.event = event};
    sonda_input_callbacks callbacks = SONDA_INPUT_CALLBACKS_INIT;

    callbacks.on_record = count;
    callbacks.on_skipped = count_skipped;
    callbacks.on_damage = count_damage;
    callbacks.user = &seen;
    feed(bytes, len, piece, &callbacks);
    return seen;
}

static void test_evtx__attack_samples__every_record_is_read(void **state)
{
    static char bytes[FILE_MAX];
    sonda_event *event = NULL;
    uint64_t records = 0;

    (void)state;
    find_logs("windows/evtx-attack-samples");
    assert_int_equal(sonda_event_open(&event, NULL), SONDA_OK);
    for (size_t i = 0; i < path_count; i++) {
        size_t len = read_file(paths[i], bytes);
        tally whole = tally_of(event, bytes, len, len);
        tally pieces = tally_of(event, bytes, len, 5003);

        if (whole.skipped + whole.undecoded + whole.damaged + whole.without_channel != 0) {
            print_message("%s: %d skipped, %d not decoded, %d damaged\n", paths[i],
                          (int)whole.skipped, (int)whole.undecoded, (int)whole.damaged);
        }
        assert_int_equal(whole.skipped, 0);
        assert_int_equal(whole.undecoded, 0);
        assert_int_equal(whole.without_channel, 0);
        assert_int_equal(pieces.records, whole.records);
        assert_int_equal(pieces.damaged, whole.damaged);
        records += whole.records;
    }
    print_message("%d records in %d files\n", (int)records, (int)path_count);
    sonda_event_close(event);
}

/* A pseudo-random sequence of its own, the same on every machine. */
static uint32_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33);
}

/* One bit wrong: other chunks lose nothing, and headers may be wrong for free. */
static void spoil_bit(sonda_event *event, char *bytes, size_t len, size_t at, char bit)
{
    tally whole = tally_of(event, bytes, len, len);
    size_t in_chunk = at < FILE_HEADER ? 0 : (at - FILE_HEADER) % CHUNK;
    uint64_t lost = at < FILE_HEADER || in_chunk < CHUNK_HEADER
                        ? 0
                        : whole.in_chunk[(at - FILE_HEADER) / CHUNK];
    tally seen;

    bytes[at] ^= bit;
    seen = tally_of(event, bytes, len, len);
    bytes[at] ^= bit;
    if (seen.records + lost < whole.records ||
        seen.records + seen.skipped > whole.records + 2) {
        fail_msg("byte %d, bit %d: %d read and %d skipped of %d", (int)at, (int)bit,
                 (int)seen.records, (int)seen.skipped, (int)whole.records);
    }
}

static void test_evtx__spoiled_files__lose_no_more_than_was_hit(void **state)
{
    static char bytes[FILE_MAX];
    uint64_t random = 1;
    sonda_event *event = NULL;

    (void)state;
    find_logs("windows/evtx-attack-samples");
    assert_int_equal(sonda_event_open(&event, NULL), SONDA_OK);
    for (size_t i = 0; i < path_count; i++) {
        size_t len = read_file(paths[i], bytes);
        uint64_t whole = tally_of(event, bytes, len, len).records;

        for (int flip = 0; flip < 20; flip++) {
            /* Half of them where headers and records are. */
            size_t range = flip % 2 == 0 ? len : FILE_HEADER + CHUNK_HEADER + 4096;

            spoil_bit(event, bytes, len, next_random(&random) % range,
                      (char)(1u << next_random(&random) % 8));
        }
        for (int cut = 0; cut < 10; cut++) {
            size_t shorter = next_random(&random) % len;

            assert_true(tally_of(event, bytes, shorter, len).records <= whole);
        }
    }
    sonda_event_close(event);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_evtx__sigmahq_regression__same_events_as_their_json),
        cmocka_unit_test(test_evtx__attack_samples__every_record_is_read),
        cmocka_unit_test(test_evtx__spoiled_files__lose_no_more_than_was_hit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
