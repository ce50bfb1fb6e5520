/* SPDX-License-Identifier: Apache-2.0 */

/*
 * JSON records to events: both Windows shapes, other objects, duplicates,
 * arrays, text as the source wrote it.
 */

#include "core/base/limits.h"
#include "core/normalise/json_event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static int open_event(void **state)
{
    return sonda_event_open((sonda_event **)state, NULL) == SONDA_OK ? 0 : -1;
}

static int close_event(void **state)
{
    sonda_event_close(*state);
    return 0;
}

static sonda_status decode_with(sonda_event *event, const char *json, const sonda__names *names)
{
    static const sonda_record_header header = {.wall_ns = 77};

    sonda__event_begin(event, &header, names);
    return sonda__decode_json(event, sonda__span_text(json), NULL);
}

static void decode(sonda_event *event, const char *json)
{
    assert_int_equal(decode_with(event, json, sonda__names_of_table()), SONDA_OK);
}

/* Fields as text: "name=value", null as "name:null", ill-formed marked with '!'. */
static const char *fields_of(const sonda_event *event)
{
    static char text[4096];
    size_t used = 0;

    text[0] = '\0';
    for (size_t i = 0; i < event->field_count; i++) {
        const sonda__field *field = &event->fields[i];
        bool null = (field->flags & SONDA_VALUE_NULL) != 0;

        used += (size_t)snprintf(text + used, sizeof text - used, "%s%.*s%s%.*s%s",
                                 used == 0 ? "" : " ", (int)field->name.len, field->name.data,
                                 null ? ":null" : "=", (int)field->text.len, field->text.data,
                                 (field->flags & SONDA_VALUE_ILL_FORMED) != 0 ? "!" : "");
        assert_true(used < sizeof text);
    }
    return text;
}

static void expect_fields(sonda_event *event, const char *json, const char *fields)
{
    decode(event, json);
    assert_string_equal(fields_of(event), fields);
}

static void test_json_event__flat_windows__fields_as_written_and_rules_names(void **state)
{
    sonda_event *event = *state;

    expect_fields(event,
                  "{\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"EventID\":1,"
                  "\"SourceName\":\"Microsoft-Windows-Sysmon\",\"Hostname\":\"h\","
                  "\"Image\":\"C:\\\\a.exe\",\"Keywords\":-9223372036854775808}",
                  "Channel=Microsoft-Windows-Sysmon/Operational EventID=1 "
                  "SourceName=Microsoft-Windows-Sysmon Hostname=h Image=C:\\a.exe "
                  "Keywords=-9223372036854775808 Provider_Name=Microsoft-Windows-Sysmon "
                  "Computer=h");
    assert_int_equal(event->product, SONDA_PRODUCT_WINDOWS);
    assert_int_equal(event->event_id, 1);
    assert_true(sonda__span_is(event->channel, "Microsoft-Windows-Sysmon/Operational"));
    assert_true(sonda__span_is(event->provider, "Microsoft-Windows-Sysmon"));
    assert_int_equal(event->class_uid, SONDA_CLASS_PROCESS);
    assert_int_equal(event->activity_id, SONDA_PROCESS_LAUNCH);
    assert_true(sonda__span_is(sonda__event_text(event, SONDA_FIELD_PROVIDER_NAME),
                               "Microsoft-Windows-Sysmon"));
    assert_true(sonda__span_is(sonda__event_text(event, SONDA_FIELD_IMAGE), "C:\\a.exe"));
}

static void test_json_event__flat_with_its_own_provider_name__gets_no_second(void **state)
{
    expect_fields(*state,
                  "{\"Channel\":\"System\",\"EventID\":\"7045\",\"Provider_Name\":\"p\","
                  "\"SourceName\":\"s\",\"Computer\":\"c\",\"Hostname\":\"h\"}",
                  "Channel=System EventID=7045 Provider_Name=p SourceName=s Computer=c "
                  "Hostname=h");
    assert_true(sonda__span_is(((sonda_event *)*state)->provider, "p"));
    assert_int_equal(((sonda_event *)*state)->event_id, 7045);
}

static void test_json_event__sysmon_for_linux__is_linux(void **state)
{
    sonda_event *event = *state;

    decode(event, "{\"Channel\":\"Linux-Sysmon/Operational\",\"EventID\":11}");

    assert_int_equal(event->product, SONDA_PRODUCT_LINUX);
    assert_int_equal(event->class_uid, SONDA_CLASS_FILE);
}

static void test_json_event__nested_windows__system_block_flattened(void **state)
{
    sonda_event *event = *state;

    expect_fields(
        event,
        "{\"Event\":{\"#attributes\":{\"xmlns\":\"x\"},\"System\":{\"Provider\":{"
        "\"#attributes\":{\"Name\":\"P\",\"Guid\":\"G\"}},\"EventID\":{\"#attributes\":{"
        "\"Qualifiers\":16384},\"#text\":7045},\"Level\":4,\"TimeCreated\":{\"#attributes\":{"
        "\"SystemTime\":\"1970-01-01T00:00:01Z\"}},\"Correlation\":null,\"Execution\":{"
        "\"#attributes\":{\"ProcessID\":4,\"ThreadID\":5}},\"Channel\":\"System\","
        "\"Computer\":\"c\",\"Security\":{\"#attributes\":{\"UserID\":\"S-1\"}}},"
        "\"EventData\":{\"ServiceName\":\"s\",\"Empty\":\"\",\"None\":null}}}",
        "Provider_Name=P Provider_Guid=G EventID_Qualifiers=16384 EventID=7045 Level=4 "
        "TimeCreated_SystemTime=1970-01-01T00:00:01Z Correlation:null Execution_ProcessID=4 "
        "Execution_ThreadID=5 Channel=System Computer=c Security_UserID=S-1 ServiceName=s "
        "Empty= None:null");
    assert_int_equal(event->product, SONDA_PRODUCT_WINDOWS);
    assert_int_equal(event->event_id, 7045);
    assert_int_equal(event->time_ns, 1000000000);
    assert_true(sonda__span_is(event->provider, "P"));
    assert_int_equal(event->class_uid, SONDA_CLASS_WINDOWS_SERVICE);
}

#define NESTED(rest) \
    "{\"Event\":{\"System\":{\"Channel\":\"Application\",\"EventID\":1}," rest "}}"
#define NESTED_FIELDS "Channel=Application EventID=1"

static void test_json_event__forms_of_event_data__all_read(void **state)
{
    static const char *const rows[][2] = {
        {NESTED("\"EventData\":null"), ""},
        {NESTED("\"EventData\":{}"), ""},
        {NESTED("\"EventData\":{\"Data\":\"x\"}"), " Data=x"},
        {NESTED("\"EventData\":{\"Data\":[\"x\",\"y\",1]}"), " Data=x Data=y Data=1"},
        {NESTED("\"EventData\":{\"Data\":{\"#text\":\"x\"}}"), " Data=x"},
        {NESTED("\"EventData\":{\"Data\":{\"#text\":[\"x\",\"y\"]}}"), " Data=x Data=y"},
        {NESTED(
             "\"EventData\":{\"Data\":[{\"#attributes\":{\"Name\":\"Image\"},\"#text\":\"x\"},"
             "{\"@Name\":\"User\",\"#text\":\"u\"}]}"),
         " Image=x User=u"},
        {NESTED("\"EventData\":{\"Data\":[{\"#text\":\"x\",\"#attributes\":{\"Name\":\"A\"}},"
                "\"y\"]}"),
         " A=x Data=y"},
        {NESTED("\"EventData\":{\"#attributes\":{\"Name\":\"T\"},\"UserName\":\"u\"}"),
         " EventData_Name=T UserName=u"},
        {NESTED("\"EventData\":{\"A\":{\"B\":\"x\",\"#text\":\"y\"}}"), " A_B=x A=y"},
        {NESTED("\"EventData\":[\"x\"]"), " EventData=x"},
        {NESTED("\"UserData\":{\"EventXML\":{\"#attributes\":{\"xmlns\":\"n\"},\"User\":\"u\","
                "\"B\":{\"C\":1}}}"),
         " xmlns=n User=u B_C=1"},
        {NESTED("\"UserData\":null"), ""},
        {NESTED("\"RenderingInfo\":{\"Message\":\"m\",\"Level\":\"l\"}"),
         " Message=m RenderingInfo_Level=l"},
        {NESTED("\"Other\":{\"A\":1}"), " Event.Other.A=1"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char expected[256];

        snprintf(expected, sizeof expected, "%s%s", NESTED_FIELDS, rows[i][1]);
        expect_fields(*state, rows[i][0], expected);
    }
}

static void test_json_event__data_that_looks_like_system__does_not_decide(void **state)
{
    sonda_event *event = *state;

    decode(event, NESTED("\"EventData\":{\"Channel\":\"Security\",\"EventID\":4688,"
                         "\"Computer\":\"x\",\"UtcTime\":\"1970-01-01 00:00:02.000\"}"));

    assert_true(sonda__span_is(event->channel, "Application"));
    assert_int_equal(event->event_id, 1);
    assert_int_equal(event->time_ns, 2000000000);
}

static void test_json_event__data_named_utc_time__is_the_time(void **state)
{
    sonda_event *event = *state;

    decode(event, NESTED("\"EventData\":{\"Data\":[{\"@Name\":\"UtcTime\","
                         "\"#text\":\"1970-01-01 00:00:03.000\"}]}"));

    assert_int_equal(event->time_ns, 3000000000);
}

static void test_json_event__other_objects__are_base_events_with_dotted_names(void **state)
{
    sonda_event *event = *state;

    expect_fields(event,
                  "{\"a\":{\"b\":{\"c\":1},\"d\":[1,{\"e\":2},[3]]},\"t\":true,\"f\":false,"
                  "\"n\":null,\"x\":1e999,\"o\":{},\"l\":[]}",
                  "a.b.c=1 a.d=1 a.d.e=2 a.d=3 t=true f=false n:null x=1e999");
    assert_int_equal(event->product, SONDA_PRODUCT_NONE);
    assert_int_equal(event->class_uid, SONDA_CLASS_BASE);
    assert_int_equal(event->channel.len, 0);
    assert_int_equal(event->time_ns, 77);
}

static void test_json_event__channel_or_id_missing__is_no_windows_event(void **state)
{
    static const char *const rows[] = {
        "{\"EventID\":1,\"SourceName\":\"s\"}",
        "{\"Channel\":\"Security\",\"SourceName\":\"s\"}",
        "{\"Channel\":\"\",\"EventID\":1,\"SourceName\":\"s\"}",
        "{\"Channel\":null,\"EventID\":1}",
        "{\"x\":{\"Channel\":\"Security\",\"EventID\":1}}",
        "{\"Event\":{\"Channel\":\"Security\",\"EventID\":1}}",
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sonda_event *event = *state;

        decode(event, rows[i]);
        assert_int_equal(event->product, SONDA_PRODUCT_NONE);
        assert_null(sonda__event_find(event, SONDA_FIELD_PROVIDER_NAME));
    }
}

static void test_json_event__event_id_that_is_no_number__is_0(void **state)
{
    static const char *const ids[] = {"\"x\"", "1e999", "-1", "4294967296", "1.0", "true"};

    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        sonda_event *event = *state;
        char json[128];

        snprintf(json, sizeof json, "{\"Channel\":\"Security\",\"EventID\":%s}", ids[i]);
        decode(event, json);
        assert_int_equal(event->event_id, 0);
        assert_int_equal(event->product, SONDA_PRODUCT_WINDOWS);
    }
}

static void test_json_event__duplicate_keys__the_last_counts(void **state)
{
    static const char *const rows[][2] = {
        {"{\"a\":1,\"a\":2}", "a=2"},
        {"{\"a\":1,\"b\":2,\"a\":3,\"a\":4}", "b=2 a=4"},
        {"{\"a\":[1,2],\"b\":3,\"a\":4}", "b=3 a=4"},
        {"{\"a\":1,\"a\":[2,3]}", "a=2 a=3"},
        {"{\"a\":{\"b\":1},\"a\":{\"c\":2}}", "a.c=2"},
        {"{\"a\":1,\"a\":{}}", ""},
        {"{\"a\":1,\"\\u0061\":2}", "a=2"},
        {"{\"x\":{\"a\":1,\"a\":2},\"y\":{\"a\":3}}", "x.a=2 y.a=3"},
        {"{\"x\":[{\"a\":1},{\"a\":2,\"a\":3}]}", "x.a=1 x.a=3"},
        {"{\"a\":1,\"a\":null}", "a:null"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        expect_fields(*state, rows[i][0], rows[i][1]);
    }
}

static void test_json_event__duplicates_of_what_decides__the_last_decides(void **state)
{
    sonda_event *event = *state;

    decode(event,
           "{\"EventID\":1,\"Channel\":\"Security\",\"SourceName\":\"s\",\"EventID\":4688,"
           "\"Channel\":\"System\",\"SourceName\":null}");

    assert_int_equal(event->event_id, 4688);
    assert_true(sonda__span_is(event->channel, "System"));
    assert_null(sonda__event_find(event, SONDA_FIELD_PROVIDER_NAME));
    assert_int_equal(event->field_count, 3);
}

/* More keys than fit at hand, each twice; then more than an event may have. */
static void test_json_event__many_keys__duplicates_found_and_bounded(void **state)
{
    sonda_event *event = *state;
    char *json = malloc(32 * 10000);
    size_t used = 0;

    assert_non_null(json);
    for (int i = 0; i < 1000; i++) {
        used += (size_t)sprintf(json + used, "%c\"key%d\":%d", i == 0 ? '{' : ',', i % 500, i);
    }
    strcpy(json + used, "}");
    decode(event, json);
    assert_int_equal(event->field_count, 500);
    assert_true(sonda__span_is(event->fields[0].text, "500"));
    assert_true(sonda__span_is(event->fields[499].text, "999"));

    used = 0;
    for (unsigned i = 0; i <= SONDA__EVENT_KEYS_MAX; i++) {
        used += (size_t)sprintf(json + used, "%c\"key%u\":{}", i == 0 ? '{' : ',', i);
    }
    strcpy(json + used, "}");
    assert_int_equal(decode_with(event, json, sonda__names_of_table()), SONDA_ERR_LIMIT);
    free(json);
}

static void test_json_event__more_elements_than_fields__is_a_limit(void **state)
{
    sonda_event *event = *state;
    char *json = malloc(2 * SONDA__EVENT_FIELDS_MAX + 16);
    size_t used = (size_t)sprintf(json, "{\"a\":[1");

    for (unsigned i = 0; i < SONDA__EVENT_FIELDS_MAX; i++) {
        used += (size_t)sprintf(json + used, ",1");
    }
    strcpy(json + used, "]}");
    assert_int_equal(decode_with(event, json, sonda__names_of_table()), SONDA_ERR_LIMIT);
    free(json);
}

static void test_json_event__ill_formed_text__kept_and_flagged(void **state)
{
    expect_fields(*state, "{\"a\":\"\\ud800\",\"b\":\"\xff\",\"c\":\"\xc3\xa9\"}",
                  "a=\xed\xa0\x80! b=\xff! c=\xc3\xa9");
}

static void test_json_event__times__the_most_trusted_is_taken(void **state)
{
    static const struct {
        const char *json;
        uint64_t seconds;
    } rows[] = {
        {"{\"EventTime\":\"1970-01-01 00:00:01\"}", 1},
        {"{\"EventTime\":\"1970-01-01 00:00:01\",\"@timestamp\":\"1970-01-01T00:00:02.000Z\"}",
         2},
        {"{\"@timestamp\":\"1970-01-01T00:00:02Z\",\"TimeCreated\":\"1970-01-01T00:00:03Z\"}",
         3},
        {"{\"UtcTime\":\"1970-01-01 00:00:04.000\",\"TimeCreated\":\"1970-01-01T00:00:03Z\"}",
         4},
        {"{\"UtcTime\":\"-\",\"TimeCreated\":\"1970-01-01T00:00:03Z\"}", 3},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sonda_event *event = *state;

        decode(event, rows[i].json);
        assert_int_equal(event->time_ns, rows[i].seconds * 1000000000);
    }
}

static void test_json_event__native_names__resolve_also_without_spaces(void **state)
{
    sonda_event *event = *state;
    sonda__span native[] = {{"ThreatName", 10}, {"My Own", 6}};
    sonda__names *names = NULL;

    assert_int_equal(sonda__names_open(&names, native, 2, NULL), SONDA_OK);
    assert_int_equal(
        decode_with(event, "{\"Threat Name\":\"a\",\"My Own\":1,\"Other Own\":2}", names),
        SONDA_OK);

    assert_int_equal(event->fields[0].id, SONDA_FIELD_NATIVE);
    assert_true(sonda__span_is(event->fields[0].name, "Threat Name"));
    assert_int_equal(event->fields[1].id, SONDA_FIELD_NATIVE + 1);
    assert_int_equal(event->fields[2].id, SONDA_FIELD_UNKNOWN);
    sonda__names_close(names);
}

static void test_json_event__deep_names__are_cut_at_the_longest_name(void **state)
{
    sonda_event *event = *state;
    char key[201];
    char json[1024];

    memset(key, 'k', sizeof key - 1);
    key[sizeof key - 1] = '\0';
    snprintf(json, sizeof json, "{\"%s\":{\"%s\":{\"%s\":1}}}", key, key, key);
    decode(event, json);

    assert_int_equal(event->fields[0].name.len, SONDA__FIELD_NAME_MAX);
    assert_true(event->fields[0].name.data[200] == '.');
}

typedef struct refused {
    const char *json;
    sonda_status status;
    size_t offset;
} refused;

static void test_json_event__not_one_object__is_refused_at_its_byte(void **state)
{
    static const refused rows[] = {
        {"", SONDA_ERR_TRUNCATED, 0},
        {"[]", SONDA_ERR_MALFORMED, 1},
        {"null", SONDA_ERR_MALFORMED, 4},
        {"{\"a\":1", SONDA_ERR_TRUNCATED, 6},
        {"{\"a\":1,}", SONDA_ERR_MALFORMED, 7},
        {"{} x", SONDA_ERR_MALFORMED, 3},
        {"{\"a\":1}{}", SONDA_ERR_MALFORMED, 7},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sonda_event *event = *state;
        sonda_error error = SONDA_ERROR_INIT;
        sonda_record_header header = {0};

        sonda__event_begin(event, &header, sonda__names_of_table());
        assert_int_equal(sonda__decode_json(event, sonda__span_text(rows[i].json), &error),
                         rows[i].status);
        assert_int_equal(error.offset, rows[i].offset);
        assert_int_equal(error.status, rows[i].status);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_event, close_event)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_json_event__flat_windows__fields_as_written_and_rules_names),
        TEST(test_json_event__flat_with_its_own_provider_name__gets_no_second),
        TEST(test_json_event__sysmon_for_linux__is_linux),
        TEST(test_json_event__nested_windows__system_block_flattened),
        TEST(test_json_event__forms_of_event_data__all_read),
        TEST(test_json_event__data_that_looks_like_system__does_not_decide),
        TEST(test_json_event__data_named_utc_time__is_the_time),
        TEST(test_json_event__other_objects__are_base_events_with_dotted_names),
        TEST(test_json_event__channel_or_id_missing__is_no_windows_event),
        TEST(test_json_event__event_id_that_is_no_number__is_0),
        TEST(test_json_event__duplicate_keys__the_last_counts),
        TEST(test_json_event__duplicates_of_what_decides__the_last_decides),
        TEST(test_json_event__many_keys__duplicates_found_and_bounded),
        TEST(test_json_event__more_elements_than_fields__is_a_limit),
        TEST(test_json_event__ill_formed_text__kept_and_flagged),
        TEST(test_json_event__times__the_most_trusted_is_taken),
        TEST(test_json_event__native_names__resolve_also_without_spaces),
        TEST(test_json_event__deep_names__are_cut_at_the_longest_name),
        TEST(test_json_event__not_one_object__is_refused_at_its_byte),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
