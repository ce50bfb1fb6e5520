/* SPDX-License-Identifier: Apache-2.0 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sonda/recording.h"

#define RECORDS 3u
#define RECORD_SIZE 80u
#define UNIT_SIZE (SONDA_RECORDING_FRAME_SIZE + RECORD_SIZE)
#define FILE_SIZE (SONDA_RECORDING_HEADER_SIZE + RECORDS * UNIT_SIZE)

typedef struct seen {
    unsigned records;
    unsigned skipped;
    uint64_t last_number;
    uint64_t last_offset;
    uint64_t skip_number;
    uint64_t skip_offset;
    sonda_status skip_status;
    uint64_t seqs[RECORDS];
    sonda_status answer;
} seen;

static sonda_status
on_record(const void *record, size_t len, uint64_t number, uint64_t offset, void *user)
{
    seen *s = user;
    sonda_record_header header;

    assert_int_equal(sonda_record_header_read(record, len, &header), SONDA_OK);
    if (s->records < RECORDS) {
        s->seqs[s->records] = header.seq;
    }
    s->records++;
    s->last_number = number;
    s->last_offset = offset;
    return s->answer;
}

static void on_skipped(
    uint64_t number, uint64_t offset, sonda_status status, const char *reason, void *user)
{
    seen *s = user;

    assert_true(strlen(reason) > 0);
    s->skipped++;
    s->skip_number = number;
    s->skip_offset = offset;
    s->skip_status = status;
}

static size_t unit_at(unsigned index)
{
    return SONDA_RECORDING_HEADER_SIZE + (size_t)index * UNIT_SIZE;
}

static void make_file(uint8_t file[FILE_SIZE])
{
    sonda_recording_info info = SONDA_RECORDING_INFO_INIT;

    info.product = 2;
    info.machine = SONDA_MACHINE_X86_64;
    info.wall_ns = 1700000000000000000u;
    info.mono_ns = 12345;
    assert_int_equal(sonda_recording_header_write(&info, file), SONDA_OK);
    for (unsigned i = 0; i < RECORDS; i++) {
        uint8_t *frame = file + unit_at(i);
        uint8_t *record = frame + SONDA_RECORDING_FRAME_SIZE;
        sonda_record_header header = {.size = RECORD_SIZE, .source = 2, .seq = i + 1};

        memset(record, 'S', RECORD_SIZE); /* also what a frame's mark begins with */
        assert_int_equal(sonda_record_header_write(&header, record), SONDA_OK);
        assert_int_equal(sonda_recording_frame_write(record, RECORD_SIZE, frame), SONDA_OK);
    }
}

static sonda_input_callbacks callbacks_into(seen *s)
{
    sonda_input_callbacks callbacks = SONDA_INPUT_CALLBACKS_INIT;

    memset(s, 0, sizeof *s);
    callbacks.on_record = on_record;
    callbacks.on_skipped = on_skipped;
    callbacks.user = s;
    return callbacks;
}

/* Feeds `size` bytes in pieces; the status of finish, or the first failure. */
static sonda_status
read_file(const uint8_t *file, size_t size, size_t piece, seen *s, sonda_error *error)
{
    sonda_input_callbacks callbacks = callbacks_into(s);
    sonda_recording *recording = NULL;
    sonda_status status = SONDA_OK;

    assert_int_equal(sonda_recording_open(&recording, NULL), SONDA_OK);
    for (size_t at = 0; at < size && status == SONDA_OK; at += piece) {
        size_t len = size - at < piece ? size - at : piece;

        status = sonda_recording_feed(recording, file + at, len, &callbacks, error);
    }
    if (status == SONDA_OK) {
        status = sonda_recording_finish(recording, &callbacks, error);
    }
    sonda_recording_close(recording);
    return status;
}

static void test_recording__any_piece_size__gives_every_record(void **state)
{
    uint8_t file[FILE_SIZE];
    seen s;

    (void)state;
    make_file(file);
    for (size_t piece = 1; piece <= FILE_SIZE; piece++) {
        assert_int_equal(read_file(file, FILE_SIZE, piece, &s, NULL), SONDA_OK);

        assert_int_equal(s.records, RECORDS);
        assert_int_equal(s.skipped, 0);
        assert_int_equal(s.last_number, RECORDS);
        assert_int_equal(s.last_offset,
                         unit_at(2) + SONDA_RECORDING_FRAME_SIZE + SONDA_RECORD_HEADER_SIZE);
    }
}

static void test_recording__empty_file__is_no_error(void **state)
{
    seen s;

    (void)state;
    assert_int_equal(read_file(NULL, 0, 1, &s, NULL), SONDA_OK);
    assert_int_equal(s.records, 0);
}

static void test_recording__cut_anywhere__keeps_what_is_whole(void **state)
{
    uint8_t file[FILE_SIZE];

    (void)state;
    make_file(file);
    for (size_t size = SONDA_RECORDING_HEADER_SIZE; size < FILE_SIZE; size++) {
        size_t whole = (size - SONDA_RECORDING_HEADER_SIZE) / UNIT_SIZE;
        size_t rest = (size - SONDA_RECORDING_HEADER_SIZE) % UNIT_SIZE;
        sonda_error error = SONDA_ERROR_INIT;
        seen s;
        sonda_status status = read_file(file, size, 7, &s, &error);

        assert_int_equal(status, rest == 0 ? SONDA_OK : SONDA_ERR_TRUNCATED);
        assert_int_equal(s.records, whole);
        assert_int_equal(s.skipped, rest == 0 ? 0 : 1);
        if (rest != 0) {
            assert_int_equal(s.skip_status, SONDA_ERR_TRUNCATED);
            assert_int_equal(s.skip_number, whole + 1);
            assert_int_equal(s.skip_offset, unit_at((unsigned)whole));
            assert_int_equal(error.offset, unit_at((unsigned)whole));
        }
    }
}

static void test_recording__cut_in_file_header__says_so(void **state)
{
    uint8_t file[FILE_SIZE];
    sonda_error error = SONDA_ERROR_INIT;
    seen s;

    (void)state;
    make_file(file);
    for (size_t size = 1; size < SONDA_RECORDING_HEADER_SIZE; size++) {
        assert_int_equal(read_file(file, size, 5, &s, &error), SONDA_ERR_TRUNCATED);
        assert_int_equal(error.offset, size);
    }
}

static void test_recording__flipped_bit__loses_one_record_and_names_it(void **state)
{
    uint8_t file[FILE_SIZE];

    (void)state;
    for (size_t at = unit_at(1); at < unit_at(2); at++) {
        seen s;

        make_file(file);
        file[at] ^= 0x10;
        assert_int_equal(read_file(file, FILE_SIZE, 1 + at % 50, &s, NULL), SONDA_OK);

        assert_int_equal(s.records, 2);
        assert_int_equal(s.seqs[0], 1);
        assert_int_equal(s.seqs[1], 3);
        assert_int_equal(s.skipped, 1);
        assert_int_equal(s.skip_number, 2);
        assert_int_equal(s.skip_offset, unit_at(1));
        assert_int_equal(s.skip_status, SONDA_ERR_CHECKSUM);
    }
}

static void test_recording__zeroes_in_the_middle__reads_around(void **state)
{
    uint8_t file[FILE_SIZE];
    seen s;

    (void)state;
    make_file(file);
    memset(file + unit_at(0) + 3, 0, UNIT_SIZE);

    assert_int_equal(read_file(file, FILE_SIZE, 1, &s, NULL), SONDA_OK);

    assert_int_equal(s.records, 1);
    assert_int_equal(s.seqs[0], 3);
    assert_int_equal(s.skipped, 1);
}

static void test_recording__not_a_recording__is_refused_at_once(void **state)
{
    static const uint8_t text[SONDA_RECORDING_HEADER_SIZE] = "{\"EventID\": 1}";
    sonda_error error = SONDA_ERROR_INIT;
    seen s;

    (void)state;
    assert_int_equal(read_file(text, sizeof text, 64, &s, &error), SONDA_ERR_MALFORMED);
    assert_string_equal(error.message, "not a recording");
    assert_int_equal(read_file(text, 10, 64, &s, &error), SONDA_ERR_MALFORMED);
}

static void test_recording__other_version__is_refused_by_name(void **state)
{
    uint8_t file[FILE_SIZE];
    seen s;

    (void)state;
    make_file(file);
    file[8] = 2;
    assert_int_equal(read_file(file, FILE_SIZE, 999, &s, NULL), SONDA_ERR_VERSION);
}

static void test_recording__damaged_file_header__is_refused(void **state)
{
    uint8_t file[FILE_SIZE];
    seen s;

    (void)state;
    make_file(file);
    file[17] ^= 1;
    assert_int_equal(read_file(file, FILE_SIZE, 999, &s, NULL), SONDA_ERR_CHECKSUM);
}

static void test_recording__callback_stops__status_stays(void **state)
{
    uint8_t file[FILE_SIZE];
    seen s;
    sonda_input_callbacks callbacks = callbacks_into(&s);
    sonda_recording *recording = NULL;

    (void)state;
    make_file(file);
    s.answer = SONDA_ERR_CANCELLED;
    assert_int_equal(sonda_recording_open(&recording, NULL), SONDA_OK);

    assert_int_equal(sonda_recording_feed(recording, file, FILE_SIZE, &callbacks, NULL),
                     SONDA_ERR_CANCELLED);
    assert_int_equal(s.records, 1);
    assert_int_equal(sonda_recording_feed(recording, file, 1, &callbacks, NULL),
                     SONDA_ERR_CANCELLED);
    sonda_recording_close(recording);
}

static void test_recording_get_info__after_header__is_what_was_written(void **state)
{
    uint8_t file[FILE_SIZE];
    seen s;
    sonda_input_callbacks callbacks = callbacks_into(&s);
    sonda_recording_info info = SONDA_RECORDING_INFO_INIT;
    sonda_recording *recording = NULL;

    (void)state;
    make_file(file);
    assert_int_equal(sonda_recording_open(&recording, NULL), SONDA_OK);
    assert_int_equal(sonda_recording_get_info(recording, &info), SONDA_ERR_BAD_STATE);

    assert_int_equal(sonda_recording_feed(recording, file, 64, &callbacks, NULL), SONDA_OK);

    assert_int_equal(sonda_recording_get_info(recording, &info), SONDA_OK);
    assert_int_equal(info.product, 2);
    assert_int_equal(info.machine, SONDA_MACHINE_X86_64);
    assert_int_equal(info.wall_ns, 1700000000000000000u);
    assert_int_equal(info.mono_ns, 12345);
    sonda_recording_close(recording);
}

static void test_recording_frame_write__unsound_record__is_refused(void **state)
{
    uint8_t record[RECORD_SIZE] = {0};
    uint8_t frame[SONDA_RECORDING_FRAME_SIZE];
    sonda_record_header header = {.size = RECORD_SIZE};

    (void)state;
    assert_int_equal(sonda_record_header_write(&header, record), SONDA_OK);
    assert_int_equal(sonda_recording_frame_write(record, RECORD_SIZE, frame), SONDA_OK);
    assert_int_equal(sonda_recording_frame_write(record, RECORD_SIZE - 1, frame),
                     SONDA_ERR_TRUNCATED);
    assert_int_equal(sonda_recording_frame_write(NULL, 0, frame), SONDA_ERR_INVALID_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recording__any_piece_size__gives_every_record),
        cmocka_unit_test(test_recording__empty_file__is_no_error),
        cmocka_unit_test(test_recording__cut_anywhere__keeps_what_is_whole),
        cmocka_unit_test(test_recording__cut_in_file_header__says_so),
        cmocka_unit_test(test_recording__flipped_bit__loses_one_record_and_names_it),
        cmocka_unit_test(test_recording__zeroes_in_the_middle__reads_around),
        cmocka_unit_test(test_recording__not_a_recording__is_refused_at_once),
        cmocka_unit_test(test_recording__other_version__is_refused_by_name),
        cmocka_unit_test(test_recording__damaged_file_header__is_refused),
        cmocka_unit_test(test_recording__callback_stops__status_stays),
        cmocka_unit_test(test_recording_get_info__after_header__is_what_was_written),
        cmocka_unit_test(test_recording_frame_write__unsound_record__is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
