/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Warnings of fields that a rule's log source does not fill, through the public
 * compiler: which are given, and which must not be.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "compile/known_fields_table.h"
#include "sonda/compile/compile.h"
#include "sonda/field.h"

/* The warnings of one rule as "line text;..."; its items begin at line 4. */
static void warnings_of(const char *source, const char *items, char *told, size_t size)
{
    sonda_compile_warning warning = SONDA_COMPILE_WARNING_INIT;
    sonda_compile *compile;
    char rule[1024];
    size_t used = 0;

    (void)snprintf(rule, sizeof rule,
                   "title: t\nlogsource: {%s}\ndetection:\n  s:\n%s  condition: s\n", source,
                   items);
    assert_int_equal(sonda_compile_open(&compile, NULL, NULL), SONDA_OK);
    assert_int_equal(sonda_compile_add_yaml(compile, "r.yml", rule, strlen(rule)), SONDA_OK);
    assert_int_equal(sonda_compile_count(compile, SONDA_COMPILE_COMPILED), 1);
    told[0] = '\0';
    for (size_t i = 0; sonda_compile_warning_get(compile, 0, i, &warning) == SONDA_OK; i++) {
        int wrote = snprintf(told + used, size - used, "%u %.*s;", warning.line,
                             (int)warning.text.len, warning.text.data);
        assert_true(wrote > 0 && (size_t)wrote < size - used);
        used += (size_t)wrote;
    }
    sonda_compile_close(compile);
}

#define NO "no record of this log source has the field "

static void test_known_fields__not_filled__is_told_with_the_nearest_name(void **state)
{
    static const struct {
        const char *source;
        const char *items;
        const char *told;
    } rows[] = {
        {"product: windows, category: process_creation", "    Commandline: x\n",
         "5 " NO "'Commandline': write 'CommandLine'?;"},
        {"product: windows, category: network_connection", "    CommandLine|contains: x\n",
         "5 " NO "'CommandLine';"},
        {"product: windows, service: sysmon", "    Imgae: x\n    Image: y\n    Zzz: x\n",
         "5 " NO "'Imgae': write 'Image'?;7 " NO "'Zzz';"},
        {"product: linux, category: file_event", "    TargetFileName: x\n",
         "5 " NO "'TargetFileName': write 'TargetFilename'?;"},
        {"product: windows, category: image_load", "    Image|fieldref: ImageLoad\n",
         "5 " NO "'ImageLoad': write 'ImageLoaded'?;"},
        {"product: windows, category: ps_script", "    ScriptBlock: x\n",
         "5 " NO "'ScriptBlock': write 'ScriptBlockId'?;"},
        {"product: macos, category: process_creation", "    Imgae: x\n",
         "5 " NO "'Imgae': write 'Image'?;"},
        {"product: windows, service: security", "    EventID: 4624\n    LogonTyp: 3\n",
         "6 " NO "'LogonTyp': write 'LogonType'?;"},
        {"product: windows, service: security",
         "    EventID: [4624, 4625]\n    ServiceFileName: x\n", "6 " NO "'ServiceFileName';"},
        {"product: windows, service: system",
         "    Provider_Name: Service Control Manager\n    EventID: 7045\n    ServiceNames: x\n",
         "7 " NO "'ServiceNames': write 'ServiceName'?;"},
    };
    char told[1024];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        warnings_of(rows[i].source, rows[i].items, told, sizeof told);
        assert_string_equal(told, rows[i].told);
    }
}

static void test_known_fields__filled_or_not_to_say__is_not_told(void **state)
{
    static const struct {
        const char *source;
        const char *items;
    } rows[] = {
        /* One of the sources has it, under its own name or a record's. */
        {"product: windows, category: process_creation", "    Image: x\n    ParentImage: y\n"},
        {"product: windows, category: process_creation", "    SubjectUserName: x\n"},
        {"product: windows, category: process_creation", "    IntegrityLevel: x\n"},
        {"product: linux, category: process_creation", "    LoginUid: x\n    Company: y\n"},
        {"product: windows, category: dns_query", "    Provider_Name: x\n    Computer: y\n"},
        /* Absence is what is asked for. */
        {"product: windows, category: dns_query", "    Zzz: null\n    Yyy|exists: false\n"},
        /* Keywords have no field; other channels have what their providers say. */
        {"product: windows, category: dns_query", "    '|all': [x, y]\n"},
        {"product: windows, service: system", "    Zzz: x\n"},
        {"product: windows", "    Zzz: x\n"},
        {"product: windows, category: ps_classic_start", "    Zzz: x\n"},
        {"product: windows, category: ps_script", "    ScriptBlockText: x\n    Path: y\n"},
        {"product: macos, category: process_creation", "    SigningId: x\n    User: y\n"},
        {"product: macos, category: process_creation", "    event.exec.env: x\n"},
        /* Of one event of several, of another provider, of an id among others. */
        {"product: windows, service: security",
         "    EventID: [4658, 4663]\n    AccessMask: '0x1'\n"},
        {"product: windows, service: security", "    EventID: [4658, 9]\n    Zzz: x\n"},
        {"product: windows, service: security", "    EventID|startswith: 46\n    Zzz: x\n"},
        {"product: windows, service: system", "    EventID: 7045\n    Zzz: x\n"},
        {"product: windows, service: system",
         "    Provider_Name: Other\n    EventID: 7045\n    Zzz: x\n"},
        /* Forwarders say more of a record than its provider. */
        {"product: windows, service: security", "    EventID: 4798\n    ProcessId: 1\n"},
    };
    char told[1024];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        warnings_of(rows[i].source, rows[i].items, told, sizeof told);
        assert_string_equal(told, "");
    }
}

static void test_known_fields__very_long_name__is_told_without_a_guess(void **state)
{
    char items[400];
    char told[1024];

    (void)state;
    (void)snprintf(items, sizeof items, "    %0200d: x\n", 0);

    warnings_of("product: windows, category: dns_query", items, told, sizeof told);

    assert_memory_equal(told, "5 " NO "'000", 40);
    assert_null(strstr(told, "write"));
}

/* What decoders of ours fill has its name from the field table. */
static void test_known_fields__names_of_linux__are_of_the_field_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sonda__linux_field_count; i++) {
        const char *at = sonda__linux_fields[i].names;

        for (at += strspn(at, " "); *at != '\0'; at += strspn(at, " ")) {
            size_t len = strcspn(at, " ");
            if (sonda_field_by_name(at, len) == SONDA_FIELD_UNKNOWN) {
                fail_msg("no such field: %.*s", (int)len, at);
            }
            at += len;
        }
    }
}

static void test_warning_get__callers_mistakes__are_told(void **state)
{
    sonda_compile_warning warning = SONDA_COMPILE_WARNING_INIT;
    sonda_compile *compile;

    (void)state;
    assert_int_equal(sonda_compile_open(&compile, NULL, NULL), SONDA_OK);
    assert_int_equal(sonda_compile_warning_get(compile, 0, 0, &warning), SONDA_ERR_NOT_FOUND);
    assert_int_equal(sonda_compile_warning_get(compile, 0, 0, NULL),
                     SONDA_ERR_INVALID_ARGUMENT);
    assert_int_equal(sonda_compile_warning_get(NULL, 0, 0, &warning),
                     SONDA_ERR_INVALID_ARGUMENT);
    warning.struct_size = 1;
    assert_int_equal(sonda_compile_warning_get(compile, 0, 0, &warning), SONDA_ERR_ABI);
    sonda_compile_close(compile);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_fields__not_filled__is_told_with_the_nearest_name),
        cmocka_unit_test(test_known_fields__filled_or_not_to_say__is_not_told),
        cmocka_unit_test(test_known_fields__very_long_name__is_told_without_a_guess),
        cmocka_unit_test(test_known_fields__names_of_linux__are_of_the_field_table),
        cmocka_unit_test(test_warning_get__callers_mistakes__are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
