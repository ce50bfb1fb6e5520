/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What log sources mean. The facts here are repeated from the specification's
 * taxonomy, not from the table.
 */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>

#include "compile/log_source.h"
#include "core/base/allocate.h"
#include "sonda/event.h"

typedef struct fixture {
    sonda_allocator allocator;
    sonda__pool pool;
    const sonda__log_source *sources;
    size_t count;
    sonda_error error;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    sonda_error error = SONDA_ERROR_INIT;

    sonda_allocator_read(NULL, &f->allocator);
    sonda__pool_init(&f->pool, &f->allocator);
    f->error = error;
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;

    sonda__pool_reset(&f->pool);
    free(f);
    return 0;
}

static sonda_status
resolve(fixture *f, const char *product, const char *category, const char *service)
{
    const sonda__log_source_name name = {
        .product = sonda__span_text(product),
        .category = sonda__span_text(category),
        .service = sonda__span_text(service),
    };

    f->count = 0;
    return sonda__log_source_resolve(&f->pool, &name, &f->sources, &f->count, &f->error);
}

static void
test_log_source__windows_process_creation__sysmon_security_and_adapters(void **state)
{
    fixture *f = *state;
    const sonda__log_source *security;

    assert_int_equal(resolve(f, "windows", "process_creation", ""), SONDA_OK);

    assert_int_equal(f->count, 3);
    assert_true(
        sonda__span_is(f->sources[0].channels[0], "Microsoft-Windows-Sysmon/Operational"));
    assert_int_equal(f->sources[0].event_ids[0], 1);
    assert_int_equal(f->sources[0].alias_count, 0);
    security = &f->sources[1];
    assert_true(sonda__span_is(security->channels[0], "Security"));
    assert_int_equal(security->event_ids[0], 4688);
    assert_int_equal(security->alias_count, 2);
    assert_true(sonda__span_is(security->aliases[0].rule_name, "Image"));
    assert_true(sonda__span_is(security->aliases[0].record_name, "NewProcessName"));
    assert_true(sonda__span_is(security->aliases[1].rule_name, "ParentImage"));
    assert_true(sonda__span_is(security->aliases[1].record_name, "ParentProcessName"));
    assert_int_equal(f->sources[2].class_uid, SONDA_CLASS_PROCESS);
    assert_int_equal(f->sources[2].channel_empty, 1);
    for (size_t i = 0; i < f->count; i++) {
        assert_int_equal(f->sources[i].product, SONDA_PRODUCT_WINDOWS);
    }
}

static void test_log_source__category_with_service__only_that_services_events(void **state)
{
    fixture *f = *state;

    assert_int_equal(resolve(f, "windows", "process_creation", "security"), SONDA_OK);
    assert_int_equal(f->count, 1);
    assert_int_equal(f->sources[0].event_ids[0], 4688);
    assert_int_equal(resolve(f, "windows", "process_creation", "system"), SONDA_ERR_NOT_FOUND);
    assert_non_null(strstr(f->error.message, "'process_creation' in service 'system'"));
}

static void test_log_source__sysmon_categories__their_event_ids(void **state)
{
    static const struct {
        const char *category;
        uint32_t ids[4];
        const char *event_type;
    } rows[] = {
        {"file_change", {2}, NULL},
        {"network_connection", {3}, NULL},
        {"sysmon_status", {4, 16}, NULL},
        {"process_termination", {5}, NULL},
        {"driver_load", {6}, NULL},
        {"image_load", {7}, NULL},
        {"create_remote_thread", {8}, NULL},
        {"raw_access_thread", {9}, NULL},
        {"process_access", {10}, NULL},
        {"file_event", {11}, NULL},
        {"registry_event", {12, 13, 14}, NULL},
        {"registry_add", {12}, "CreateKey"},
        {"registry_delete", {12}, "DeleteKey"},
        {"registry_set", {13}, NULL},
        {"registry_rename", {14}, NULL},
        {"create_stream_hash", {15}, NULL},
        {"pipe_created", {17, 18}, NULL},
        {"wmi_event", {19, 20, 21}, NULL},
        {"dns_query", {22}, NULL},
        {"file_delete", {23}, NULL},
        {"clipboard_capture", {24}, NULL},
        {"process_tampering", {25}, NULL},
        {"file_delete_detected", {26}, NULL},
        {"file_block_executable", {27}, NULL},
        {"file_block_shredding", {28}, NULL},
        {"file_executable_detected", {29}, NULL},
        {"sysmon_error", {255}, NULL},
    };
    fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const sonda__log_source *source;
        size_t count = 0;

        assert_int_equal(resolve(f, "windows", rows[i].category, ""), SONDA_OK);
        source = &f->sources[0];
        assert_true(
            sonda__span_is(source->channels[0], "Microsoft-Windows-Sysmon/Operational"));
        while (count < 4 && rows[i].ids[count] != 0) {
            assert_int_equal(source->event_ids[count], rows[i].ids[count]);
            count++;
        }
        assert_int_equal(source->event_id_count, count);
        assert_int_equal(source->condition_count, rows[i].event_type != NULL);
        if (rows[i].event_type != NULL) {
            assert_true(sonda__span_is(source->conditions[0].field, "EventType"));
            assert_true(sonda__span_is(source->conditions[0].values[0], rows[i].event_type));
        }
    }
}

static void test_log_source__registry_delete__keys_and_values(void **state)
{
    fixture *f = *state;

    assert_int_equal(resolve(f, "windows", "registry_delete", "sysmon"), SONDA_OK);
    assert_int_equal(f->count, 2);
    assert_true(sonda__span_is(f->sources[1].conditions[0].values[0], "DeleteValue"));
}

static void test_log_source__windows_services__their_channels(void **state)
{
    static const char *const rows[][2] = {
        {"security", "Security"},
        {"system", "System"},
        {"application", "Application"},
        {"powershell-classic", "Windows PowerShell"},
        {"windefend", "Microsoft-Windows-Windows Defender/Operational"},
        {"taskscheduler", "Microsoft-Windows-TaskScheduler/Operational"},
        {"firewall-as", "Microsoft-Windows-Windows Firewall With Advanced Security/Firewall"},
        {"codeintegrity-operational", "Microsoft-Windows-CodeIntegrity/Operational"},
        {"ntlm", "Microsoft-Windows-NTLM/Operational"},
        {"dns-server", "DNS Server"},
        {"driver-framework", "Microsoft-Windows-DriverFrameworks-UserMode/Operational"},
        {"msexchange-management", "MSExchange Management"},
    };
    fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(resolve(f, "windows", "", rows[i][0]), SONDA_OK);
        assert_int_equal(f->count, 1);
        assert_true(sonda__span_is(f->sources[0].channels[0], rows[i][1]));
        assert_int_equal(f->sources[0].event_id_count, 0);
    }
}

static void test_log_source__powershell__both_channels(void **state)
{
    fixture *f = *state;

    assert_int_equal(resolve(f, "windows", "ps_script", ""), SONDA_OK);
    assert_int_equal(f->sources[0].event_ids[0], 4104);
    assert_int_equal(f->sources[0].channel_count, 2);
    assert_true(sonda__span_is(f->sources[0].channels[1], "PowerShellCore/Operational"));
}

static void test_log_source__linux_categories__sysmon_and_adapter(void **state)
{
    fixture *f = *state;

    assert_int_equal(resolve(f, "linux", "file_event", ""), SONDA_OK);

    assert_int_equal(f->count, 2);
    assert_true(sonda__span_is(f->sources[0].channels[0], "Linux-Sysmon/Operational"));
    assert_int_equal(f->sources[0].event_ids[0], 11);
    assert_int_equal(f->sources[1].class_uid, SONDA_CLASS_FILE);
    assert_int_equal(f->sources[1].activity_count, 3);
    assert_int_equal(f->sources[1].activities[0], SONDA_FILE_CREATE);
    assert_int_equal(f->sources[1].channel_empty, 1);
}

static void test_log_source__product_alone__every_event_of_it(void **state)
{
    fixture *f = *state;

    assert_int_equal(resolve(f, "linux", "", ""), SONDA_OK);
    assert_int_equal(f->count, 1);
    assert_int_equal(f->sources[0].product, SONDA_PRODUCT_LINUX);
    assert_int_equal(f->sources[0].channel_count, 0);
    assert_int_equal(f->sources[0].channel_empty, 0);
    assert_int_equal(f->sources[0].has_class, 0);
}

static void test_log_source__category_alone__that_of_every_product(void **state)
{
    fixture *f = *state;
    uint32_t products = 0;

    assert_int_equal(resolve(f, "", "process_creation", ""), SONDA_OK);
    for (size_t i = 0; i < f->count; i++) {
        products |= 1u << f->sources[i].product;
    }
    assert_int_equal(products, 0xe);
    assert_int_equal(resolve(f, "", "antivirus", ""), SONDA_OK);
    assert_int_equal(f->sources[0].event_id_count, 12);
}

static void test_log_source__auditd__native_lines_only(void **state)
{
    fixture *f = *state;

    assert_int_equal(resolve(f, "linux", "", "auditd"), SONDA_OK);
    assert_int_equal(f->count, 1);
    assert_true(sonda__span_is(f->sources[0].channels[0], "auditd"));
}

static void test_log_source__what_nothing_delivers__is_unmapped_with_a_reason(void **state)
{
    static const char *const rows[][4] = {
        {"aws", "", "cloudtrail", "product 'aws'"},
        {"Windows", "process_creation", "", "product 'Windows'"},
        {"", "webserver", "", "category 'webserver'"},
        {"", "", "apache", "service 'apache'"},
        {"linux", "", "sshd", "service 'sshd' of linux"},
        {"macos", "registry_set", "", "category 'registry_set' of macos"},
        {"windows", "nosuch", "", "category 'nosuch' of windows"},
    };
    fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(resolve(f, rows[i][0], rows[i][1], rows[i][2]), SONDA_ERR_NOT_FOUND);
        assert_non_null(strstr(f->error.message, rows[i][3]));
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_log_source__windows_process_creation__sysmon_security_and_adapters),
        TEST(test_log_source__category_with_service__only_that_services_events),
        TEST(test_log_source__sysmon_categories__their_event_ids),
        TEST(test_log_source__registry_delete__keys_and_values),
        TEST(test_log_source__windows_services__their_channels),
        TEST(test_log_source__powershell__both_channels),
        TEST(test_log_source__linux_categories__sysmon_and_adapter),
        TEST(test_log_source__product_alone__every_event_of_it),
        TEST(test_log_source__category_alone__that_of_every_product),
        TEST(test_log_source__auditd__native_lines_only),
        TEST(test_log_source__what_nothing_delivers__is_unmapped_with_a_reason),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
