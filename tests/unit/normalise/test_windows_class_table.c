/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Class and activity by Windows channel and event id.
 */

#include "core/normalise/windows_class_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

typedef struct row {
    const char *channel;
    uint32_t event_id;
    uint32_t class_uid;
    uint32_t activity_id;
} row;

static sonda_event *fresh(const char *channel, uint32_t event_id)
{
    sonda_event *event = NULL;

    assert_int_equal(sonda_event_open(&event, NULL), SONDA_OK);
    event->channel = sonda__span_text(channel);
    event->event_id = event_id;
    event->product = SONDA_PRODUCT_WINDOWS;
    return event;
}

#define SYSMON "Microsoft-Windows-Sysmon/Operational"

static void test_windows_classify__known_ids__class_and_activity(void **state)
{
    static const row rows[] = {
        {SYSMON, 1, SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH},
        {SYSMON, 3, SONDA_CLASS_NETWORK, SONDA_NETWORK_OPEN},
        {SYSMON, 5, SONDA_CLASS_PROCESS, SONDA_PROCESS_TERMINATE},
        {SYSMON, 6, SONDA_CLASS_KERNEL_EXTENSION, 1},
        {SYSMON, 7, SONDA_CLASS_MODULE, SONDA_MODULE_LOAD},
        {SYSMON, 8, SONDA_CLASS_PROCESS, SONDA_PROCESS_INJECT},
        {SYSMON, 10, SONDA_CLASS_PROCESS, SONDA_PROCESS_OPEN},
        {SYSMON, 11, SONDA_CLASS_FILE, SONDA_FILE_CREATE},
        {SYSMON, 13, SONDA_CLASS_REGISTRY_VALUE, SONDA_REGISTRY_MODIFY},
        {SYSMON, 22, SONDA_CLASS_DNS, SONDA_DNS_QUERY},
        {SYSMON, 26, SONDA_CLASS_FILE, SONDA_FILE_DELETE},
        {SYSMON, 29, SONDA_CLASS_FILE, SONDA_FILE_CREATE},
        {"microsoft-windows-SYSMON/operational", 1, SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH},
        {"Linux-Sysmon/Operational", 1, SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH},
        {"Security", 4688, SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH},
        {"security", 4689, SONDA_CLASS_PROCESS, SONDA_PROCESS_TERMINATE},
        {"Security", 4624, SONDA_CLASS_AUTHENTICATION, 1},
        {"Security", 4634, SONDA_CLASS_AUTHENTICATION, 2},
        {"Security", 4697, SONDA_CLASS_WINDOWS_SERVICE, 1},
        {"Security", 4698, SONDA_CLASS_SCHEDULED_JOB, 1},
        {"Security", 5156, SONDA_CLASS_NETWORK, SONDA_NETWORK_OPEN},
        {"Security", 5159, SONDA_CLASS_NETWORK, 5},
        {"System", 7045, SONDA_CLASS_WINDOWS_SERVICE, 1},
        {"Microsoft-Windows-PowerShell/Operational", 4104, SONDA_CLASS_SCRIPT,
         SONDA_SCRIPT_EXECUTE},
        {"Windows PowerShell", 800, SONDA_CLASS_SCRIPT, SONDA_SCRIPT_EXECUTE},
        {"Microsoft-Windows-TaskScheduler/Operational", 106, SONDA_CLASS_SCHEDULED_JOB, 1},
        {"Microsoft-Windows-DNS-Client/Operational", 3008, SONDA_CLASS_DNS, SONDA_DNS_QUERY},
        {SYSMON, 0, SONDA_CLASS_BASE, SONDA_ACTIVITY_UNKNOWN},
        {SYSMON, 19, SONDA_CLASS_BASE, SONDA_ACTIVITY_UNKNOWN},
        {SYSMON, 255, SONDA_CLASS_BASE, SONDA_ACTIVITY_UNKNOWN},
        {"Security", 1, SONDA_CLASS_BASE, SONDA_ACTIVITY_UNKNOWN},
        {"Security", 1102, SONDA_CLASS_BASE, SONDA_ACTIVITY_UNKNOWN},
        {"Application", 1, SONDA_CLASS_BASE, SONDA_ACTIVITY_UNKNOWN},
        {"", 1, SONDA_CLASS_BASE, SONDA_ACTIVITY_UNKNOWN},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sonda_event *event = fresh(rows[i].channel, rows[i].event_id);

        sonda__windows_classify(event);
        if (event->class_uid != rows[i].class_uid ||
            event->activity_id != rows[i].activity_id) {
            fail_msg("%s %u: %u/%u", rows[i].channel, rows[i].event_id, event->class_uid,
                     event->activity_id);
        }
        sonda_event_close(event);
    }
}

typedef struct refined {
    const char *channel;
    uint32_t event_id;
    sonda_field_id field;
    const char *text;
    uint32_t class_uid;
    uint32_t activity_id;
} refined;

static void test_windows_classify__kind_of_object_in_a_field__decides(void **state)
{
    static const refined rows[] = {
        {SYSMON, 12, SONDA_FIELD_EVENT_TYPE, "CreateKey", SONDA_CLASS_REGISTRY_KEY,
         SONDA_REGISTRY_CREATE},
        {SYSMON, 12, SONDA_FIELD_EVENT_TYPE, "DeleteKey", SONDA_CLASS_REGISTRY_KEY,
         SONDA_REGISTRY_DELETE},
        {SYSMON, 12, SONDA_FIELD_EVENT_TYPE, "DeleteValue", SONDA_CLASS_REGISTRY_VALUE,
         SONDA_REGISTRY_DELETE},
        {SYSMON, 12, SONDA_FIELD_EVENT_TYPE, "INFO", SONDA_CLASS_REGISTRY_KEY,
         SONDA_ACTIVITY_OTHER},
        {SYSMON, 13, SONDA_FIELD_EVENT_TYPE, "SetValue", SONDA_CLASS_REGISTRY_VALUE,
         SONDA_REGISTRY_MODIFY},
        {SYSMON, 14, SONDA_FIELD_EVENT_TYPE, "RenameKey", SONDA_CLASS_REGISTRY_KEY,
         SONDA_REGISTRY_RENAME},
        {SYSMON, 14, SONDA_FIELD_EVENT_TYPE, "RenameValue", SONDA_CLASS_REGISTRY_VALUE,
         SONDA_ACTIVITY_OTHER},
        {SYSMON, 1, SONDA_FIELD_EVENT_TYPE, "DeleteKey", SONDA_CLASS_PROCESS,
         SONDA_PROCESS_LAUNCH},
        {"Security", 4656, SONDA_FIELD_OBJECT_TYPE, "File", SONDA_CLASS_FILE, SONDA_FILE_OPEN},
        {"Security", 4656, SONDA_FIELD_OBJECT_TYPE, "Key", SONDA_CLASS_REGISTRY_KEY,
         SONDA_REGISTRY_READ},
        {"Security", 4663, SONDA_FIELD_OBJECT_TYPE, "Process", SONDA_CLASS_PROCESS,
         SONDA_PROCESS_OPEN},
        {"Security", 4660, SONDA_FIELD_OBJECT_TYPE, "File", SONDA_CLASS_FILE,
         SONDA_FILE_DELETE},
        {"Security", 4663, SONDA_FIELD_OBJECT_TYPE, "SAM_USER", SONDA_CLASS_BASE,
         SONDA_ACTIVITY_UNKNOWN},
        {"Security", 4657, SONDA_FIELD_OBJECT_TYPE, "Process", SONDA_CLASS_REGISTRY_VALUE,
         SONDA_REGISTRY_MODIFY},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sonda_event *event = fresh(rows[i].channel, rows[i].event_id);

        sonda__event_add(event, rows[i].field, sonda__span_of("", 0),
                         sonda__span_text(rows[i].text), 0);
        sonda__windows_classify(event);
        if (event->class_uid != rows[i].class_uid ||
            event->activity_id != rows[i].activity_id) {
            fail_msg("%u %s: %u/%u", rows[i].event_id, rows[i].text, event->class_uid,
                     event->activity_id);
        }
        sonda_event_close(event);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_windows_classify__known_ids__class_and_activity),
        cmocka_unit_test(test_windows_classify__kind_of_object_in_a_field__decides),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
