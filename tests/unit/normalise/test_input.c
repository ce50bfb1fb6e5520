/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The push parser: what is a record, how records are numbered, where reading
 * resumes. Every case is fed whole and in pieces of every size.
 */

#include "core/event/event.h"
#include "core/normalise/json_event.h"
#include "sonda/input.h"
#include "sonda/recording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

/* What came out, as text: "1@0 {…}" for a record, "2@9 !MALFORMED" for a skipped one. */
typedef struct log {
    char text[4096];
    size_t used;
    uint64_t last_number;
    bool decode; /* records the decoder refuses are written as skipped */
    sonda_event *event;
    uint16_t source;
    sonda_status answer;
} log;

static void put(log *to, const char *text, size_t len)
{
    if (to->used + len < sizeof to->text) {
        memcpy(to->text + to->used, text, len);
        to->used += len;
        to->text[to->used] = '\0';
    }
}

static void put_place(log *to, uint64_t number, uint64_t offset)
{
    char place[64];
    int len = snprintf(place, sizeof place, "%s%llu@%llu ", to->used == 0 ? "" : "\n",
                       (unsigned long long)number, (unsigned long long)offset);

    assert_int_equal(number, to->last_number + 1);
    to->last_number = number;
    put(to, place, (size_t)len);
}

static bool readable(log *to, const sonda_record_header *header, sonda__span payload)
{
    sonda__event_begin(to->event, header, sonda__names_of_table());
    return header->source != SONDA_SOURCE_JSON ||
           sonda__decode_json(to->event, payload, NULL) == SONDA_OK;
}

static sonda_status
on_record(const void *record, size_t len, uint64_t number, uint64_t offset, void *user)
{
    log *to = user;
    sonda_record_header header;
    sonda__span payload =
        sonda__span_of((const char *)record + SONDA_RECORD_HEADER_SIZE, len - 64);

    assert_int_equal(sonda_record_header_read(record, len, &header), SONDA_OK);
    assert_int_equal(header.seq, number);
    assert_int_equal(header.stream, 7);
    to->source = header.source;
    if (to->decode && !readable(to, &header, payload)) {
        put_place(to, number, offset);
        put(to, "!", 1);
    } else {
        put_place(to, number, offset);
        put(to, payload.data, payload.len < 40 ? payload.len : 40);
    }
    return to->answer;
}

static void on_skipped(
    uint64_t number, uint64_t offset, sonda_status status, const char *reason, void *user)
{
    log *to = user;

    assert_non_null(reason);
    assert_true(reason[0] != '\0');
    assert_true(status < 0);
    if (to->decode) {
        put_place(to, number, 0);
        to->used -= 2; /* where it is not compared with the decoder's opinion */
        put(to, "0 !", 3);
        return;
    }
    put_place(to, number, offset);
    put(to, "!", 1);
    put(to, sonda_status_name(status) + strlen("SONDA_ERR_"),
        strlen(sonda_status_name(status)) - strlen("SONDA_ERR_"));
}

/* Feeds `text` in pieces of `step` bytes and writes down what comes. */
static uint32_t feed_in_steps(log *to, uint32_t format, sonda__span text, size_t step)
{
    sonda_input_options options = SONDA_INPUT_OPTIONS_INIT;
    sonda_input_callbacks callbacks = SONDA_INPUT_CALLBACKS_INIT;
    sonda_input *input = NULL;
    uint32_t found;

    to->used = 0;
    to->text[0] = '\0';
    to->last_number = 0;
    options.stream = 7;
    options.format = format;
    callbacks.on_record = on_record;
    callbacks.on_skipped = on_skipped;
    callbacks.user = to;
    assert_int_equal(sonda_input_open(&input, &options, NULL), SONDA_OK);
    for (size_t at = 0; at < text.len; at += step) {
        size_t len = text.len - at < step ? text.len - at : step;

        assert_int_equal(sonda_input_feed(input, text.data + at, len, &callbacks), SONDA_OK);
    }
    assert_int_equal(sonda_input_finish(input, &callbacks), SONDA_OK);
    assert_int_equal(sonda_input_count(input), to->last_number);
    found = sonda_input_format(input);
    sonda_input_close(input);
    return found;
}

/* Payloads that must stay as they are until the input is moved. */
typedef struct standing {
    log *to;
    sonda__span payloads[64];
    char *copies[64];
    size_t count;
} standing;

static sonda_status on_payload(const sonda_record_header *header,
                               const void *payload,
                               size_t payload_len,
                               uint64_t number,
                               uint64_t offset,
                               void *user)
{
    standing *self = user;
    uint8_t *record = malloc(SONDA_RECORD_HEADER_SIZE + payload_len);
    sonda_status status;

    assert_int_equal(sonda_record_header_write(header, record), SONDA_OK);
    memcpy(record + SONDA_RECORD_HEADER_SIZE, payload, payload_len);
    status =
        on_record(record, SONDA_RECORD_HEADER_SIZE + payload_len, number, offset, self->to);
    assert_true(self->count < 64);
    self->payloads[self->count] = sonda__span_of(payload, payload_len);
    self->copies[self->count++] = (char *)record;
    return status;
}

static void
on_none(uint64_t number, uint64_t offset, sonda_status status, const char *reason, void *user)
{
    standing *self = user;

    on_skipped(number, offset, status, reason, self->to);
}

static void expect_standing(standing *self)
{
    for (size_t i = 0; i < self->count; i++) {
        assert_memory_equal(self->payloads[i].data, self->copies[i] + SONDA_RECORD_HEADER_SIZE,
                            self->payloads[i].len);
        free(self->copies[i]);
    }
    self->count = 0;
}

/*
 * As feed_in_steps() with the bytes put in the room, a limit of records for each
 * call, and other memory before each.
 */
static void
feed_by_room(log *to, uint32_t format, sonda__span text, size_t step, uint32_t limit)
{
    static char memory[2][SONDA_INPUT_BUFFER_MIN];
    sonda_input_options options = SONDA_INPUT_OPTIONS_INIT;
    sonda_input_callbacks callbacks = SONDA_INPUT_CALLBACKS_INIT;
    standing kept = {.to = to};
    sonda_input *input = NULL;
    sonda_status status = SONDA_OK;
    size_t at = 0;

    to->used = 0;
    to->text[0] = '\0';
    to->last_number = 0;
    options.stream = 7;
    options.format = format;
    callbacks.limit = limit;
    callbacks.on_record = on_record;
    callbacks.on_payload = on_payload;
    callbacks.on_skipped = on_none;
    callbacks.user = &kept;
    assert_int_equal(sonda_input_open(&input, &options, NULL), SONDA_OK);
    for (unsigned turn = 0; at < text.len || status == SONDA_ERR_FULL; turn++) {
        size_t len = text.len - at < step ? text.len - at : step;
        void *bytes = NULL;
        size_t room = 0;

        assert_int_equal(sonda_input_move(input, memory[turn % 2], sizeof memory[0]), SONDA_OK);
        if (status == SONDA_ERR_FULL) {
            status = sonda_input_feed(input, NULL, 0, &callbacks);
        } else {
            assert_int_equal(sonda_input_room(input, &bytes, &room), SONDA_OK);
            assert_true(room >= len);
            memcpy(bytes, text.data + at, len);
            at += len;
            status = sonda_input_feed(input, bytes, len, &callbacks);
        }
        assert_true(status == SONDA_OK || status == SONDA_ERR_FULL);
        assert_true(kept.count <= limit);
        expect_standing(&kept);
    }
    do {
        status = sonda_input_finish(input, &callbacks);
        expect_standing(&kept);
    } while (status == SONDA_ERR_FULL);
    assert_int_equal(status, SONDA_OK);
    assert_int_equal(sonda_input_count(input), to->last_number);
    sonda_input_close(input);
}

typedef struct framed {
    const char *text;
    const char *records;
} framed;

static void expect_frames(uint32_t format, const framed *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        sonda__span text = sonda__span_text(rows[i].text);

        for (size_t step = text.len > 0 ? text.len : 1; step > 0; step--) {
            log got = {.answer = SONDA_OK};

            feed_in_steps(&got, format, text, step);
            if (strcmp(got.text, rows[i].records) != 0) {
                fail_msg("in steps of %zu:\n%s\ngave:\n%s\nnot:\n%s", step, rows[i].text,
                         got.text, rows[i].records);
            }
            for (uint32_t limit = 1; limit <= 3; limit++) {
                feed_by_room(&got, format, text, step, limit);
                assert_string_equal(got.text, rows[i].records);
            }
        }
    }
}

#define EXPECT_FRAMES(format, rows) expect_frames(format, rows, sizeof(rows) / sizeof *(rows))

static void test_input_json__well_formed__each_object_is_a_record(void **state)
{
    static const framed rows[] = {
        {"", ""},
        {"\n\r\n  \n", ""},
        {"{}", "1@0 {}"},
        {"{}\n", "1@0 {}"},
        {"{\"a\":1}\n{\"b\":2}\n", "1@0 {\"a\":1}\n2@8 {\"b\":2}"},
        {"{\"a\":1}\r\n{\"b\":2}\r\n", "1@0 {\"a\":1}\n2@9 {\"b\":2}"},
        {"\xef\xbb\xbf{\"a\":1}\n{\"b\":2}", "1@3 {\"a\":1}\n2@11 {\"b\":2}"},
        {"\n\n{\"a\":1} \t\n\n \r\n{\"b\":2}\n\n", "1@2 {\"a\":1}\n2@16 {\"b\":2}"},
        {"  {\"a\":1}\n  {\"b\":2}\n", "1@2 {\"a\":1}\n2@12 {\"b\":2}"},
        {"{\"a\":1}{\"b\":2} {\"c\":3}\n{}",
         "1@0 {\"a\":1}\n2@7 {\"b\":2}\n3@15 {\"c\":3}\n4@23 {}"},
        {"{\"a\":\"}{\"}\n{\"b\":\"} {\"}\n", "1@0 {\"a\":\"}{\"}\n2@11 {\"b\":\"} {\"}"},
        {"{\n \"a\":\n  {\n}\n}\n{\n}\n", "1@0 {\n \"a\":\n  {\n}\n}\n2@16 {\n}"},
        {"{\n\"a\":[\n{\"b\":1},\n{\"b\":2}\n]}\n{\"c\":3}\n",
         "1@0 {\n\"a\":[\n{\"b\":1},\n{\"b\":2}\n]}\n2@28 {\"c\":3}"},
        {"{\"a\":[{\"b\":1}\n,{\"b\":2}]}\n{}\n",
         "1@0 {\"a\":[{\"b\":1}\n,{\"b\":2}]}\n2@25 {}"},
        {"{\n}{\n}\n", "1@0 {\n}\n2@3 {\n}"},
    };

    (void)state;
    EXPECT_FRAMES(SONDA_FORMAT_AUTO, rows);
}

static void test_input_json__array__each_element_is_a_record(void **state)
{
    static const framed rows[] = {
        {"[]", ""},
        {"[]\n", ""},
        {" \n[ \n ]\n ", ""},
        {"[{\"a\":1}]", "1@1 {\"a\":1}"},
        {"[{\"a\":1},{\"b\":2}]", "1@1 {\"a\":1}\n2@9 {\"b\":2}"},
        {"\xef\xbb\xbf[\n{\"a\":1},\n{\"b\":2}\n]\n", "1@5 {\"a\":1}\n2@14 {\"b\":2}"},
        {"[\r\n  {\r\n\"a\":1\r\n}\r\n,\r\n{}]\r\n", "1@5 {\r\n\"a\":1\r\n}\n2@21 {}"},
        {"[{\"a\":[1,[2]]} , {\"b\":\"]\"}]", "1@1 {\"a\":[1,[2]]}\n2@17 {\"b\":\"]\"}"},
        {"[{}]\n{\"after\":1}\n", "1@1 {}\n2@5 {\"after\":1}"},
        {"[1,\"a\",null,[{}],{}]",
         "1@1 !MALFORMED\n2@3 !MALFORMED\n3@7 !MALFORMED\n4@12 !MALFORMED\n5@17 {}"},
    };

    (void)state;
    EXPECT_FRAMES(SONDA_FORMAT_AUTO, rows);
}

static void test_input_json__broken_among_lines__is_one_record(void **state)
{
    static const framed rows[] = {
        {"\xef\xbb\xbf{}\n", "1@3 {}"},
        {"{\"a\":1}\nnull\n{\"b\":2}\n", "1@0 {\"a\":1}\n2@8 !MALFORMED\n3@13 {\"b\":2}"},
        {"{\"a\":1}\n[1]\n{\"b\":2}\n", "1@0 {\"a\":1}\n2@8 !MALFORMED\n3@12 {\"b\":2}"},
        {"{\"a\":1}\n[{}]\n{\"b\":2}\n", "1@0 {\"a\":1}\n2@8 !MALFORMED\n3@13 {\"b\":2}"},
        {"null\n5\n\"x\"\n{}\n", "1@0 !MALFORMED\n2@5 !MALFORMED\n3@7 !MALFORMED\n4@11 {}"},
        {"x\ny\n}\n\n{}\n", "1@0 !MALFORMED\n2@7 {}"},
        {"{}\nx\n  {}\n{}\n", "1@0 {}\n2@3 !MALFORMED\n3@10 {}"},
        {"{\"a\":1\n{\"b\":2}\n", "1@7 !MALFORMED\n2@7 {\"b\":2}"},
        {"{\"a\":\n{\"b\":2}\n{\"c\":3}\n", "1@14 !MALFORMED\n2@6 {\"b\":2}\n3@14 {\"c\":3}"},
        {"{\"a\":[\n{\"b\":2}\n", "1@15 !TRUNCATED\n2@7 {\"b\":2}"},
        {"{\"a\":\"x\n{\"b\":2}\n", "1@7 !MALFORMED\n2@8 {\"b\":2}"},
        {"{\"a\":\"x\ny\"}\n{\"b\":2}\n", "1@7 !MALFORMED\n2@12 {\"b\":2}"},
        {"{\"a\":1} x\n{\"b\":2}\n", "1@8 !MALFORMED\n2@10 {\"b\":2}"},
        {"{\"a\":1},\n{\"b\":2}\n", "1@7 !MALFORMED\n2@9 {\"b\":2}"},
        {"{\n\"a\":1,\n}\n{\n}\n", "1@9 !MALFORMED\n2@11 {\n}"},
        {"{\"a\":1", "1@6 !TRUNCATED"},
        {"{\"a\":1\n", "1@7 !TRUNCATED"},
        {"null {}\n{}\n", "1@0 !MALFORMED\n2@5 {}\n3@8 {}"},
        {"nul\n{}\n", "1@3 !MALFORMED\n2@4 {}"},
        {"12", "1@0 !MALFORMED"},
    };

    (void)state;
    EXPECT_FRAMES(SONDA_FORMAT_JSON, rows);
}

/* A line that looks whole goes out unread; the decoder refuses it under its number. */
static void test_input_json__broken_line_that_looks_whole__keeps_its_number(void **state)
{
    static const framed rows[] = {
        {"{}\n{\"a\":1,}\n{}\n", "1@0 {}\n2@3 !\n3@12 {}"},
        {"{}\n{\"a\":1},x}\n{\"b\":1}\n", "1@0 {}\n2@3 !\n3@14 {\"b\":1}"},
        {"{\"a\":{}\n{\"b\":1}\n", "1@0 !\n2@8 {\"b\":1}"},
        {"{\"a\":1}}\n{\"b\":1}\n", "1@0 !\n2@9 {\"b\":1}"},
        {"{\"a\" \"b\"}", "1@0 !"},
        {"{\"a\":1}\"}\n\r\n{}", "1@0 !\n2@12 {}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sonda__span text = sonda__span_text(rows[i].text);

        for (size_t step = text.len; step > 0; step--) {
            log got = {.answer = SONDA_OK, .decode = true};

            assert_int_equal(sonda_event_open(&got.event, NULL), SONDA_OK);
            feed_in_steps(&got, SONDA_FORMAT_AUTO, text, step);
            sonda_event_close(got.event);
            assert_string_equal(got.text, rows[i].records);
        }
    }
}

static void test_input_json__broken_in_an_array__resumes_behind_it_or_at_a_line(void **state)
{
    static const framed rows[] = {
        {"[{\"a\":1,},{\"b\":2}]", "1@8 !MALFORMED\n2@10 {\"b\":2}"},
        {"[{\"a\":[1 2]},{\"b\":2}]", "1@9 !MALFORMED\n2@13 {\"b\":2}"},
        {"[{\"a\":}{\"},{\"b\":2}]\n", "1@6 !MALFORMED\n2@7 !MALFORMED"},
        {"[{\"a\":\"},\",},{\"b\":2}]", "1@11 !MALFORMED\n2@13 {\"b\":2}"},
        {"[{\"a\":\"\\\"}\",},{\"b\":2}]", "1@12 !MALFORMED\n2@14 {\"b\":2}"},
        {"[x,{\"b\":2}]", "1@1 !MALFORMED\n2@3 {\"b\":2}"},
        {"[,{\"b\":2}]", "1@1 !MALFORMED\n2@2 {\"b\":2}"},
        {"[{},]\n{\"b\":2}\n", "1@1 {}\n2@4 !MALFORMED\n3@6 {\"b\":2}"},
        {"[{} {\"b\":2},{}]", "1@1 {}\n2@4 !MALFORMED\n3@12 {}"},
        {"[\n{\"a\":1,},\n{\"b\":2}\n]\n", "1@9 !MALFORMED\n2@12 {\"b\":2}"},
        {"[\n{\"a\":\"x},\n{\"b\":2}\n]\n", "1@11 !MALFORMED\n2@12 {\"b\":2}"},
        {"[\n{\"a\":{,\n{\"b\":2},\n{\"c\":3}]",
         "1@8 !MALFORMED\n2@10 {\"b\":2}\n3@19 {\"c\":3}"},
        {"[\n{\n\"a\":1,\n},\n{\"b\":2}]", "1@11 !MALFORMED\n2@14 {\"b\":2}"},
        {"[{},", "1@1 {}\n2@4 !TRUNCATED"},
        {"[{}\n", "1@1 {}\n2@4 !TRUNCATED"},
        {"[", "1@1 !TRUNCATED"},
        {"[{\"a\":1", "1@7 !TRUNCATED"},
    };

    (void)state;
    EXPECT_FRAMES(SONDA_FORMAT_JSON, rows);
}

/* `size` bytes of JSON in one string, in a buffer that ends with `tail`. */
static sonda__span long_text(const char *head, size_t size, const char *tail)
{
    size_t head_len = strlen(head);
    size_t tail_len = strlen(tail);
    char *text = malloc(head_len + size + tail_len);

    assert_non_null(text);
    memcpy(text, head, head_len);
    memset(text + head_len, 'x', size);
    memcpy(text + head_len + size, tail, tail_len);
    return sonda__span_of(text, head_len + size + tail_len);
}

static void expect_of_long(sonda__span text, const char *records)
{
    static const size_t steps[] = {65536, 1000003, 64 * 1024 * 1024};

    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        log got = {.answer = SONDA_OK};

        feed_in_steps(&got, SONDA_FORMAT_AUTO, text, steps[i]);
        assert_string_equal(got.text, records);
    }
    free((char *)(uintptr_t)text.data);
}

static void test_input_json__beyond_the_record_limit__is_one_unreadable_record(void **state)
{
    const size_t most = SONDA_RECORD_MAX - SONDA_RECORD_HEADER_SIZE;

    (void)state;
    expect_of_long(long_text("{\"a\":\"", most - 8, "\"}\n{}\n"),
                   "1@0 {\"a\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n2@4194241 {}");
    expect_of_long(long_text("{\"a\":\"", most - 7, "\"}\n{}\n"), "1@0 !LIMIT\n2@4194242 {}");
    expect_of_long(long_text("{\n\"a\":\"", 9000000, "\"\n}\n{}\n"),
                   "1@0 !LIMIT\n2@9000011 {}");
    expect_of_long(long_text("[{\"a\":\"", 9000000, "\"},{}]\n"), "1@1 !LIMIT\n2@9000010 {}");
    expect_of_long(long_text("[{\"a\":\"", most - 7, "\"},{}]\n"), "1@1 !LIMIT\n2@4194243 {}");
    expect_of_long(long_text("{}\n{\"a\" ", 9000000, "\"}\n{}\n"),
                   "1@0 {}\n2@8 !MALFORMED\n3@9000011 {}");
}

static void test_input_lines__audit__each_line_is_a_record(void **state)
{
    static const framed rows[] = {
        {"type=A msg=audit(1.0:1): a\ntype=B msg=audit(1.0:1): b",
         "1@0 type=A msg=audit(1.0:1): a\n2@27 type=B msg=audit(1.0:1): b"},
        {"node=h type=A msg=audit(1.0:1):\r\n\n \r\nx\n",
         "1@0 node=h type=A msg=audit(1.0:1):\n2@37 x"},
    };

    (void)state;
    EXPECT_FRAMES(SONDA_FORMAT_AUTO, rows);
}

static void test_input_lines__beyond_the_record_limit__is_one_unreadable_record(void **state)
{
    (void)state;
    expect_of_long(long_text("type=A msg=audit(1.0:1): \n", 5000000, "\ntype=B\n"),
                   "1@0 type=A msg=audit(1.0:1):\n2@26 !LIMIT\n3@5000027 type=B");
    expect_of_long(
        long_text("type=A msg=audit(1.0:1): \n", SONDA_RECORD_MAX - 63, "\ntype=B\n"),
        "1@0 type=A msg=audit(1.0:1):\n2@26 !LIMIT\n3@4194268 type=B");
}

static void test_input_events__elements__are_records_whatever_is_between(void **state)
{
    static const framed rows[] = {
        {"Jan 1 h sysmon: <Event><A/></Event>\nJan 1 h cron: x\n\n"
         "Jan 1 h sysmon: <Event b='1'/>\n</Event>\n",
         "1@16 <Event><A/></Event>\n2@69 <Event b='1'/>\n</Event>"},
        {"<Events><Event>\n<EventData></EventData>\n</Event><Event>2</Event></Events>",
         "1@8 <Event>\n<EventData></EventData>\n</Event>\n2@48 <Event>2</Event>"},
        {"<Event>1 <Eve\n<Event>2</Event>\n<Event", "1@14 !TRUNCATED\n2@14 <Event>2</Event>"},
        {"<Event>1</Event>\n<Event>cut", "1@0 <Event>1</Event>\n2@27 !TRUNCATED"},
        {"<Event>1</Event>\n<Event>cut</Ev", "1@0 <Event>1</Event>\n2@31 !TRUNCATED"},
        {"no element\n<EventData></EventData></Event>\n", ""},
    };

    (void)state;
    EXPECT_FRAMES(SONDA_FORMAT_SYSMON_XML, rows);
}

static void test_input_events__beyond_the_record_limit__is_one_unreadable_record(void **state)
{
    /* The first element is there to tell the format. */
    const size_t most = SONDA_RECORD_MAX - SONDA_RECORD_HEADER_SIZE;

    (void)state;
    expect_of_long(
        long_text("<Event>1</Event>\n<Event>", most - 15, "</Event>\n<Event>2</Event>"),
        "1@0 <Event>1</Event>\n2@17 <Event>xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"
        "3@4194258 <Event>2</Event>");
    expect_of_long(
        long_text("<Event>1</Event>\n<Event>", most - 14, "</Event>\n<Event>2</Event>"),
        "1@0 <Event>1</Event>\n2@17 !LIMIT\n3@4194259 <Event>2</Event>");
    expect_of_long(long_text("<Event>1</Event>\n<Event>", most, "<Event>2</Event>"),
                   "1@0 <Event>1</Event>\n2@17 !LIMIT\n3@4194264 <Event>2</Event>");
    expect_of_long(
        long_text("<Event>1</Event>\n<Event>", 9000000, "</Event>\n<Event>2</Event>"),
        "1@0 <Event>1</Event>\n2@17 !LIMIT\n3@9000033 <Event>2</Event>");
}

static void test_input__content__tells_the_format(void **state)
{
    static const struct {
        const char *text;
        uint32_t format;
    } rows[] = {
        {"{}", SONDA_FORMAT_JSON},
        {" \n[", SONDA_FORMAT_JSON},
        {"junk\n{}\n", SONDA_FORMAT_JSON},
        {"junk", SONDA_FORMAT_JSON},
        {"", SONDA_FORMAT_JSON},
        {"type=X y\n", SONDA_FORMAT_JSON},
        {"type=SYSCALL msg=audit(1.2:3): a=1\n", SONDA_FORMAT_AUDIT},
        {"\xef\xbb\xbftype=SYSCALL msg=audit(1.2:3): a=1", SONDA_FORMAT_AUDIT},
        {"node=h type=SYSCALL msg=audit(1.2:3): a=1\n", SONDA_FORMAT_AUDIT},
        {"Nov 1 h sysmon: <Event><System>\n", SONDA_FORMAT_SYSMON_XML},
        {"Nov 1 h kernel: boot\nNov 1 h sysmon: <Event><System>\n", SONDA_FORMAT_SYSMON_XML},
        {"<Event xmlns='x'>", SONDA_FORMAT_SYSMON_XML},
        {"Nov 1 h audispd: node=h type=CWD msg=audit(1.2:3): a=1\n", SONDA_FORMAT_AUDIT},
        {"----\ntime->Mon\ntype=CWD msg=audit(1.2:3): a=1\n", SONDA_FORMAT_AUDIT},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (size_t step = 1; step < 40; step += 3) {
            log got = {.answer = SONDA_OK};
            uint32_t found =
                feed_in_steps(&got, SONDA_FORMAT_AUTO, sonda__span_text(rows[i].text), step);

            if (found != rows[i].format) {
                fail_msg("format %u of %s", found, rows[i].text);
            }
        }
    }
}

static void test_input__formats__give_their_source(void **state)
{
    log got = {.answer = SONDA_OK};

    (void)state;
    feed_in_steps(&got, SONDA_FORMAT_JSON, sonda__span_text("{}"), 2);
    assert_int_equal(got.source, SONDA_SOURCE_JSON);
    feed_in_steps(&got, SONDA_FORMAT_AUDIT, sonda__span_text("{}"), 2);
    assert_int_equal(got.source, SONDA_SOURCE_AUDIT);
    feed_in_steps(&got, SONDA_FORMAT_SYSMON_XML, sonda__span_text("<Event></Event>"), 2);
    assert_int_equal(got.source, SONDA_SOURCE_SYSMON_XML);
}

/* A recording of one record, header included. */
static sonda__span small_recording(char *out)
{
    uint8_t *p = (uint8_t *)out;
    sonda_record_header header = {
        .size = 66, .source = SONDA_SOURCE_JSON, .stream = 7, .seq = 1};

    assert_int_equal(sonda_recording_header_write(NULL, p), SONDA_OK);
    p += SONDA_RECORDING_HEADER_SIZE;
    assert_int_equal(sonda_record_header_write(&header, p + SONDA_RECORDING_FRAME_SIZE),
                     SONDA_OK);
    memcpy(p + SONDA_RECORDING_FRAME_SIZE + 64, "{}", 2);
    assert_int_equal(sonda_recording_frame_write(p + SONDA_RECORDING_FRAME_SIZE, 66, p),
                     SONDA_OK);
    return sonda__span_of(out, SONDA_RECORDING_HEADER_SIZE + SONDA_RECORDING_FRAME_SIZE + 66);
}

static void test_input__recording__is_told_and_read(void **state)
{
    char bytes[256];
    sonda__span recording = small_recording(bytes);

    (void)state;
    for (size_t step = 1; step <= recording.len; step++) {
        log got = {.answer = SONDA_OK};

        assert_int_equal(feed_in_steps(&got, SONDA_FORMAT_AUTO, recording, step),
                         SONDA_FORMAT_RECORDING);
        assert_string_equal(got.text, "1@144 {}");
    }
}

static void test_input__recording_cut__says_so_and_ends_well(void **state)
{
    char bytes[256];
    sonda__span recording = small_recording(bytes);
    log got = {.answer = SONDA_OK};

    (void)state;
    recording.len--;
    feed_in_steps(&got, SONDA_FORMAT_AUTO, recording, recording.len);

    assert_string_equal(got.text, "1@64 !TRUNCATED");
}

static void test_input__line_complete_while_input_idles__is_out(void **state)
{
    static const char *const texts[] = {"{\"a\":1}\n", "{\"a\":1}\n{\"b\":2}\n", "{\n}\n",
                                        "[{\"a\":1}", "{\"a\":\"}{\"}\n"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        log got = {.answer = SONDA_OK};
        sonda_input_options options = SONDA_INPUT_OPTIONS_INIT;
        sonda_input_callbacks callbacks = SONDA_INPUT_CALLBACKS_INIT;
        sonda_input *input = NULL;

        options.stream = 7;
        callbacks.on_record = on_record;
        callbacks.user = &got;
        assert_int_equal(sonda_input_open(&input, &options, NULL), SONDA_OK);
        assert_int_equal(sonda_input_feed(input, texts[i], strlen(texts[i]), &callbacks),
                         SONDA_OK);
        assert_int_equal(got.last_number, i == 1 ? 2 : 1);
        sonda_input_close(input);
    }
}

static void test_input__callback_says_stop__every_call_says_it_too(void **state)
{
    log got = {.answer = SONDA_ERR_CANCELLED};
    sonda_input_options options = SONDA_INPUT_OPTIONS_INIT;
    sonda_input_callbacks callbacks = SONDA_INPUT_CALLBACKS_INIT;
    sonda_input *input = NULL;

    (void)state;
    options.stream = 7;
    callbacks.on_record = on_record;
    callbacks.user = &got;
    assert_int_equal(sonda_input_open(&input, &options, NULL), SONDA_OK);

    assert_int_equal(sonda_input_feed(input, "{}\n{}\n", 6, &callbacks), SONDA_ERR_CANCELLED);
    assert_int_equal(sonda_input_feed(input, "{}\n", 3, &callbacks), SONDA_ERR_CANCELLED);
    assert_int_equal(sonda_input_finish(input, &callbacks), SONDA_ERR_CANCELLED);
    assert_int_equal(got.last_number, 1);
    sonda_input_close(input);
}

static void test_input__wrong_calls__are_refused(void **state)
{
    log got = {.answer = SONDA_OK};
    sonda_input_options options = SONDA_INPUT_OPTIONS_INIT;
    sonda_input_callbacks callbacks = SONDA_INPUT_CALLBACKS_INIT;
    sonda_input *input = NULL;

    (void)state;
    options.format = 99;
    assert_int_equal(sonda_input_open(&input, &options, NULL), SONDA_ERR_INVALID_ARGUMENT);
    assert_int_equal(sonda_input_open(NULL, NULL, NULL), SONDA_ERR_INVALID_ARGUMENT);
    options.struct_size = 2;
    assert_int_equal(sonda_input_open(&input, &options, NULL), SONDA_ERR_ABI);
    assert_null(input);

    assert_int_equal(sonda_input_open(&input, NULL, NULL), SONDA_OK);
    assert_int_equal(sonda_input_feed(input, "", 0, &callbacks), SONDA_ERR_INVALID_ARGUMENT);
    callbacks.on_record = on_record;
    callbacks.user = &got;
    assert_int_equal(sonda_input_feed(input, NULL, 1, &callbacks), SONDA_ERR_INVALID_ARGUMENT);
    assert_int_equal(sonda_input_finish(input, &callbacks), SONDA_OK);
    assert_int_equal(sonda_input_finish(input, &callbacks), SONDA_ERR_BAD_STATE);
    assert_int_equal(sonda_input_feed(input, "", 0, &callbacks), SONDA_ERR_BAD_STATE);
    sonda_input_close(input);
    sonda_input_close(NULL);
    assert_int_equal(sonda_input_format(NULL), SONDA_FORMAT_AUTO);
    assert_int_equal(sonda_input_count(NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_input_json__well_formed__each_object_is_a_record),
        cmocka_unit_test(test_input_json__array__each_element_is_a_record),
        cmocka_unit_test(test_input_json__broken_among_lines__is_one_record),
        cmocka_unit_test(test_input_json__broken_line_that_looks_whole__keeps_its_number),
        cmocka_unit_test(test_input_json__broken_in_an_array__resumes_behind_it_or_at_a_line),
        cmocka_unit_test(test_input_json__beyond_the_record_limit__is_one_unreadable_record),
        cmocka_unit_test(test_input_lines__audit__each_line_is_a_record),
        cmocka_unit_test(test_input_lines__beyond_the_record_limit__is_one_unreadable_record),
        cmocka_unit_test(test_input_events__elements__are_records_whatever_is_between),
        cmocka_unit_test(test_input_events__beyond_the_record_limit__is_one_unreadable_record),
        cmocka_unit_test(test_input__content__tells_the_format),
        cmocka_unit_test(test_input__formats__give_their_source),
        cmocka_unit_test(test_input__recording__is_told_and_read),
        cmocka_unit_test(test_input__recording_cut__says_so_and_ends_well),
        cmocka_unit_test(test_input__line_complete_while_input_idles__is_out),
        cmocka_unit_test(test_input__callback_says_stop__every_call_says_it_too),
        cmocka_unit_test(test_input__wrong_calls__are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
