/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Recorded audit logs against what another parser (elastic/go-libaudit) read.
 *
 * That parser interprets, this one keeps the line, so these differences are
 * meant: it drops fields whose value is "?", "(null)" or empty; splits subj and
 * obj into parts; turns 4294967295 into "unset", res and success into "result",
 * numbers of arch, syscall and exit into names; decodes saddr; applies the
 * erase key in what a TTY recorded; puts keys beside the data; and of a name
 * that stands twice keeps one value.
 *
 * The logs are not part of the project: without them the test is skipped.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/codec/time_text.h"
#include "core/normalise/audit_line.h"

#define TEXT_MAX 8192

static sonda_event *event;

/* One "name": "value" line of the golden file, unescaped. */
typedef struct pair {
    char name[256];
    char value[TEXT_MAX];
} pair;

static FILE *open_data(const char *file)
{
    const char *folder = getenv("SONDA_TEST_DATA");
    char path[1024];
    FILE *opened;

    (void)snprintf(path, sizeof path, "%s/linux/auditd/%s",
                   folder != NULL ? folder : SONDA_SOURCE_DIR "/../shared/data", file);
    opened = fopen(path, "rb");
    if (opened == NULL) {
        print_message("skipped: %s is not there\n", path);
    }
    return opened;
}

static char unescaped(const char **from)
{
    static const char escapes[] = "n\nr\rt\t";
    const char *known = (*from)[1] == '\0' ? NULL : strchr("nrt", (*from)[1]);
    char code[3] = {0};

    if ((*from)[1] == 'u') {
        memcpy(code, *from + 4, 2);
        *from += 6;
        return (char)strtol(code, NULL, 16);
    }
    *from += 2;
    return known != NULL ? strchr(escapes, *known)[1] : (*from)[-1];
}

/* Copies a JSON string's contents up to its closing quote; what follows it. */
static const char *unescape(const char *from, char *out)
{
    while (*from != '"' && *from != '\0') {
        *out++ = *from == '\\' ? unescaped(&from) : *from++;
    }
    *out = '\0';
    return from;
}

/* The line as a pair, or as a lone string in an array; false when neither. */
static bool parse_pair(const char *line, pair *p)
{
    size_t len;

    line += strspn(line, " ");
    p->value[0] = '\0';
    if (*line != '"') {
        return false;
    }
    line = unescape(line + 1, p->name) + 1;
    line += strspn(line, ": ");
    if (*line == '"') {
        unescape(line + 1, p->value);
        return true;
    }
    len = strcspn(line, ",\n");
    memcpy(p->value, line, len);
    p->value[len] = '\0';
    return true;
}

static bool any_equal(const char *name, const char *value)
{
    for (size_t i = 0; i < event->field_count; i++) {
        if (sonda__span_is(event->fields[i].name, name) &&
            sonda__span_is(event->fields[i].text, value)) {
            return true;
        }
    }
    return false;
}

static sonda__span text_of(const char *name)
{
    for (size_t i = 0; i < event->field_count; i++) {
        if (sonda__span_is(event->fields[i].name, name)) {
            return event->fields[i].text;
        }
    }
    return sonda__span_of("", 0);
}

static bool is_result(const char *text)
{
    bool success =
        any_equal("res", "success") || any_equal("res", "1") || any_equal("success", "yes");
    bool failed = any_equal("res", "failed") || any_equal("success", "no");

    return success != failed && strcmp(text, success ? "success" : "fail") == 0;
}

/* "subj_role": one of the parts of subj. */
static bool is_part_of_label(const pair *p)
{
    bool subject = strncmp(p->name, "subj_", 5) == 0;
    sonda__span text = text_of(subject ? "subj" : "obj");
    size_t len = strlen(p->value);

    for (size_t i = 0; i + len <= text.len; i++) {
        if (memcmp(text.data + i, p->value, len) == 0) {
            return subject || strncmp(p->name, "obj_", 4) == 0;
        }
    }
    return false;
}

static bool is_interpreted(const pair *p)
{
    static const char *const rows[][3] = {
        {"arch", "x86_64", "c000003e"},     {"syscall", "open", "2"},
        {"syscall", "finit_module", "313"}, {"syscall", "connect", "42"},
        {"syscall", "kill", "62"},          {"exit", "EACCES", "-13"},
        {"exit", "EINPROGRESS", "-115"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(p->name, rows[i][0]) == 0 && strcmp(p->value, rows[i][1]) == 0) {
            return any_equal(rows[i][0], rows[i][2]);
        }
    }
    return strcmp(p->value, "unset") == 0 && any_equal(p->name, "4294967295");
}

/* Whether the event has what the other parser read, differences allowed for. */
static bool agrees(const pair *p)
{
    sonda__span data = text_of("data");

    if (any_equal(p->name, p->value) || is_interpreted(p) || is_part_of_label(p)) {
        return true;
    }
    if (strcmp(p->name, "result") == 0) {
        return is_result(p->value);
    }
    if (strcmp(p->name, "data") == 0) {
        return data.len > 0 && memchr(data.data, 0x7f, data.len) != NULL;
    }
    return any_equal("type", "SOCKADDR") && text_of("saddr").len > 0;
}

static void check_pair(const pair *p, const char *line)
{
    bool good = true;
    uint64_t time_ns = 0;

    if (strcmp(p->name, "@timestamp") == 0) {
        good = sonda__parse_time(sonda__span_text(p->value), &time_ns) == SONDA_OK &&
               time_ns == event->time_ns;
    } else if (strcmp(p->name, "record_type") == 0) {
        good = sonda__span_equal_ascii_case(text_of("type"), sonda__span_text(p->value));
    } else if (strcmp(p->name, "sequence") == 0) {
        good = any_equal("audit_serial", p->value);
    } else if (strcmp(p->name, "raw_msg") != 0 && strcmp(p->value, "{") != 0) {
        good = agrees(p);
    }
    if (!good) {
        fail_msg("%s should be \"%s\" in %s", p->name, p->value, line);
    }
}

/* The next line that is not blank, decoded. */
static bool next_event(FILE *log, char *line, sonda_status *status)
{
    static const sonda_record_header header = {.source = SONDA_SOURCE_AUDIT};

    do {
        if (fgets(line, TEXT_MAX, log) == NULL) {
            return false;
        }
    } while (line[0] == '\n');
    sonda__event_begin(event, &header, sonda__names_of_table());
    *status = sonda__decode_audit(event, sonda__span_text(line), NULL);
    return true;
}

static size_t compare(FILE *log, FILE *golden)
{
    static char line[TEXT_MAX];
    static char text[TEXT_MAX];
    static pair p;
    sonda_status status = SONDA_OK;
    size_t pairs = 0;

    while (fgets(text, sizeof text, golden) != NULL) {
        if (strncmp(text, "  {", 3) == 0) {
            assert_true(next_event(log, line, &status));
            assert_int_equal(status, SONDA_OK);
        } else if (strncmp(text, "  null", 6) == 0) {
            assert_true(next_event(log, line, &status));
            assert_int_equal(status, SONDA_ERR_MALFORMED);
        } else if (strstr(text, "\"keys\"") != NULL) {
            assert_non_null(fgets(text, sizeof text, golden));
            assert_true(parse_pair(text, &p));
            assert_true(any_equal("key", p.name));
        } else if (parse_pair(text, &p)) {
            check_pair(&p, line);
            pairs++;
        }
    }
    assert_false(next_event(log, line, &status));
    return pairs;
}

static void check_log(const char *file, size_t at_least)
{
    char golden_file[64];
    FILE *log = open_data(file);
    FILE *golden;

    if (log == NULL) {
        skip();
    }
    (void)snprintf(golden_file, sizeof golden_file, "%s.golden", file);
    golden = open_data(golden_file);
    assert_non_null(golden);
    assert_int_equal(sonda_event_open(&event, NULL), SONDA_OK);

    assert_true(compare(log, golden) >= at_least);

    sonda_event_close(event);
    (void)fclose(golden);
    (void)fclose(log);
}

static void test_decode_audit__rhel7_log__agrees_with_another_parser(void **state)
{
    (void)state;
    check_log("audit-rhel7.log", 700);
}

static void test_decode_audit__ubuntu16_log__agrees_with_another_parser(void **state)
{
    (void)state;
    check_log("audit-ubuntu16.log", 35);
}

static void test_decode_audit__log_of_2007__agrees_with_another_parser(void **state)
{
    (void)state;
    check_log("test2.log", 130);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode_audit__rhel7_log__agrees_with_another_parser),
        cmocka_unit_test(test_decode_audit__ubuntu16_log__agrees_with_another_parser),
        cmocka_unit_test(test_decode_audit__log_of_2007__agrees_with_another_parser),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
