/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Generated rules and events: matching by tables answers what evaluating every
 * rule does.
 *
 * Values of events are made from those of rules, and changed a little: a byte,
 * a case, a dash, what stands before and behind. SONDA_PAIRS says how many
 * pairs of a rule and an event (200,000 otherwise), SONDA_SEED where to begin.
 */

#include "tests/unit/detect/reference.h"
#include "tests/unit/detect/rule_fixture.h"

#include <stdlib.h>

#define RULES 40
#define EVENTS 100
#define VALUES_MAX 512
#define VALUE_ROOM 160
#define YAML_ROOM 262144
#define LONG_VALUE 5000

typedef struct text {
    char bytes[VALUE_ROOM];
    size_t len;
} text;

typedef struct generator {
    uint64_t state;
    char yaml[YAML_ROOM];
    size_t yaml_len;
    text values[VALUES_MAX]; /* that rules ask for */
    size_t value_count;
    char room[64][LONG_VALUE + 2 * VALUE_ROOM];
    size_t room_used;
} generator;

static generator gen;
static rule_fixture fixture;

static uint32_t below(uint32_t limit)
{
    gen.state = gen.state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(gen.state >> 33) % limit;
}

static const char *const tokens[] = {
    "\\cmd.exe",
    "powershell",
    " -enc ",
    "/c",
    "\xe2\x80\x93x",
    "\xc3\x84",
    "\xc3\xa4",
    "K",
    "\xe2\x84\xaa",
    "\xc4\xb0",
    "abc",
    "a",
    "A",
    "--",
    "C:\\Windows\\",
    "system32",
    " ",
    ".dll",
    "1",
    "4688",
    "\xc8\xba",
    "\xe2\xb1\xa5",
    "Start-",
    "\xf0\x9f\x94\xb8",
    "bcd",
    "run",
    " /q",
    "\xce\xa3\xcf\x82",
    "xyz",
    "\\",
    "-",
};

static const char *const modifiers[] = {
    "",
    "|contains",
    "|startswith",
    "|endswith",
    "|contains|all",
    "|contains",
    "|endswith",
    "|cased",
    "|contains|cased",
    "|startswith|cased",
    "|endswith|cased",
    "|windash|contains",
    "|windash|contains|all",
    "|re",
    "|re|i",
    "|base64offset|contains",
    "|wide|base64offset|contains",
    "|exists",
    "|gt",
    "|neq",
    "|contains|neq",
    "|fieldref",
    "|utf16le|contains",
    "|cidr",
};

static const char *const fields[] = {"Image", "CommandLine", "Native", "NewProcessName"};

static const char *const conditions[] = {
    "s1",
    "s1 and s2",
    "s1 or s2",
    "s1 and not s2",
    "1 of s*",
    "all of s*",
    "not s1",
    "s1 and (s2 or not s3)",
    "s1 or (s2 and s3)",
    "s1 and (s2 or s3)",
    "not (s1 or not s2)",
};

static const char *const sources[] = {
    "  product: windows\n  category: process_creation\n",
    "  product: windows\n",
    "  product: windows\n  service: security\n",
    "  product: windows\n  category: file_event\n",
};

static const struct {
    const char *channel;
    uint32_t event_id;
    uint32_t class_uid;
    uint32_t activity;
} events[] = {
    {"Microsoft-Windows-Sysmon/Operational", 1, SONDA_CLASS_PROCESS, 1},
    {"Security", 4688, SONDA_CLASS_PROCESS, 1},
    {"security", 4624, 0, 0},
    {"Microsoft-Windows-Sysmon/Operational", 11, 1001, 1},
    {"Application", 1000, 0, 0},
};

#define PICK(list) ((list)[below((uint32_t)(sizeof(list) / sizeof((list)[0])))])

static void say(const char *what)
{
    size_t len = strlen(what);

    assert_true(gen.yaml_len + len + 1 < YAML_ROOM);
    memcpy(gen.yaml + gen.yaml_len, what, len + 1);
    gen.yaml_len += len;
}

/* A value of YAML in double quotes. */
static void say_quoted(const text *value)
{
    say("\"");
    for (size_t i = 0; i < value->len; i++) {
        char one[3] = {value->bytes[i], '\0', '\0'};

        if (one[0] == '\0') {
            memcpy(one, "\\0", 3);
        } else if (one[0] == '"' || one[0] == '\\') {
            one[1] = one[0];
            one[0] = '\\';
        }
        say(one);
    }
    say("\"");
}

static void append(text *value, const char *bytes, size_t len)
{
    if (value->len + len <= VALUE_ROOM) {
        memcpy(value->bytes + value->len, bytes, len);
        value->len += len;
    }
}

static text make_value(bool wildcards)
{
    text value = {.len = 0};
    uint32_t parts = below(20) == 0 ? 0 : 1 + below(4);

    for (uint32_t i = 0; i < parts; i++) {
        const char *token = PICK(tokens);

        append(&value, token, strlen(token));
        if (wildcards && below(12) == 0) {
            append(&value, below(2) == 0 ? "*" : "?", 1);
        }
        if (below(60) == 0) {
            append(&value, "\0", 1);
        }
    }
    if (gen.value_count < VALUES_MAX) {
        gen.values[gen.value_count++] = value;
    }
    return value;
}

static void say_values(const char *modifier)
{
    uint32_t count = 1 + (below(3) == 0 ? below(5) : 0);
    static const char *const regexes[] = {"'a.c'", "'\\\\cmd\\.exe$'", "'^power[a-z]+'",
                                          "'(abc|bcd)+ '", "'run .*xyz'"};

    if (strcmp(modifier, "|exists") == 0) {
        say(below(2) == 0 ? " true\n" : " false\n");
    } else if (strcmp(modifier, "|gt") == 0) {
        say(" 4000\n");
    } else if (strcmp(modifier, "|cidr") == 0) {
        say(" '10.0.0.0/8'\n");
    } else if (strcmp(modifier, "|fieldref") == 0) {
        say(below(2) == 0 ? " Native\n" : " Image\n");
    } else if (strncmp(modifier, "|re", 3) == 0) {
        say(" ");
        say(PICK(regexes));
        say("\n");
    } else if (modifier[0] == '\0' && below(12) == 0) {
        say(" null\n");
    } else {
        say("\n");
        for (uint32_t i = 0; i < count; i++) {
            text value = make_value(strstr(modifier, "base64") == NULL);

            say("      - ");
            say_quoted(&value);
            say("\n");
        }
    }
}

static void say_selection(uint32_t number)
{
    char name[32];
    uint32_t items = 1 + below(2);
    uint32_t first = below(sizeof fields / sizeof fields[0]);

    (void)snprintf(name, sizeof name, "  s%u:\n", (unsigned)number);
    say(name);
    if (below(12) == 0) {
        for (uint32_t i = 0; i <= below(2); i++) {
            text value = make_value(true);

            say("    - ");
            say_quoted(&value);
            say("\n");
        }
        return;
    }
    for (uint32_t i = 0; i < items; i++) {
        const char *modifier = PICK(modifiers);

        say("    ");
        say(fields[(first + i) % (sizeof fields / sizeof fields[0])]);
        say(modifier);
        say(":");
        say_values(modifier);
    }
}

static void say_rule(uint32_t number)
{
    char head[160];

    (void)snprintf(head, sizeof head,
                   "title: generated\nid: 00000000-0000-0000-0000-%012u\nlogsource:\n",
                   (unsigned)number);
    say(number == 0 ? "" : "---\n");
    say(head);
    say(PICK(sources));
    say("detection:\n");
    for (uint32_t i = 1; i <= 3; i++) {
        say_selection(i);
    }
    say("  condition: ");
    say(PICK(conditions));
    say("\nlevel: low\n");
}

/* Rules that the compiler refuses are not in the pack; nothing is lost. */
static void compile_rules(void)
{
    sonda_content_options options = SONDA_CONTENT_OPTIONS_INIT;
    sonda_error error = SONDA_ERROR_INIT;
    sonda_compile *compile = NULL;
    sonda_content *content = NULL;
    const void *pack = NULL;
    size_t pack_len = 0;

    assert_int_equal(sonda_compile_open(&compile, NULL, NULL), SONDA_OK);
    assert_int_equal(sonda_compile_add_yaml(compile, "generated.yml", gen.yaml, gen.yaml_len),
                     SONDA_OK);
    assert_int_equal(sonda_compile_finish(compile, &pack, &pack_len, &error), SONDA_OK);
    options.require_signature = 0;
    if (sonda_content_load(&content, pack, pack_len, &options, NULL, &error) != SONDA_OK) {
        fail_msg("%s\n%s", error.message, gen.yaml);
    }
    sonda_compile_close(compile);
    sonda_content_release(fixture.content);
    fixture.content = content;
}

/* Bytes that are neither a rule's nor far from it. */
static size_t spoil(char *bytes, size_t len)
{
    static const char *const others[] = {
        "/", "\xe2\x80\x93", "\xe2\x80\x94", "\xe2\x80\x95", "-", "\xff", "\xc3", "\x84", "A"};
    const char *other = PICK(others);
    size_t at = len == 0 ? 0 : below((uint32_t)len);

    if (len == 0) {
        return 0;
    }
    if (below(3) == 0) {
        for (size_t i = 0; i < len; i++) {
            bool upper = bytes[i] >= 'A' && bytes[i] <= 'Z';
            bool lower = bytes[i] >= 'a' && bytes[i] <= 'z';

            bytes[i] = (char)((upper || lower) && below(2) == 0 ? bytes[i] ^ 0x20 : bytes[i]);
        }
        return len;
    }
    for (size_t i = 0; below(2) == 0 && i < len; i++) {
        at = bytes[i] == '-' || bytes[i] == '*' || bytes[i] == '?' ? i : at;
    }
    memmove(bytes + at + strlen(other), bytes + at + 1, len - at - 1);
    memcpy(bytes + at, other, strlen(other));
    return len - 1 + strlen(other);
}

static sonda__span make_text(void)
{
    char *bytes = gen.room[gen.room_used++ % 64];
    size_t len = 0;
    uint32_t pieces = below(10) == 0 ? 0 : 1 + below(3);

    if (below(200) == 0) {
        memset(bytes, 'a' + (int)below(3), LONG_VALUE);
        len = LONG_VALUE;
        pieces = 1;
    }
    for (uint32_t i = 0; i < pieces && (len < VALUE_ROOM || len == LONG_VALUE); i++) {
        const text *value = &gen.values[below((uint32_t)gen.value_count)];
        const char *token = PICK(tokens);

        if (below(3) == 0) {
            memcpy(bytes + len, token, strlen(token));
            len += strlen(token);
        } else {
            memcpy(bytes + len, value->bytes, value->len);
            len += value->len;
        }
        if (below(3) == 0 && len < LONG_VALUE) {
            len = spoil(bytes, len);
        }
    }
    return sonda__span_of(bytes, len);
}

static void make_event(void)
{
    static const sonda_record_header header;
    size_t kind = below(sizeof events / sizeof events[0]);
    sonda_event *event = fixture.event;

    sonda__event_begin(event, &header, sonda__content_names(fixture.content));
    event->product = SONDA_PRODUCT_WINDOWS;
    event->channel = sonda__span_text(events[kind].channel);
    event->event_id = events[kind].event_id;
    event->class_uid = events[kind].class_uid;
    event->activity_id = events[kind].activity;
    gen.room_used = 0;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        uint32_t count = below(6) == 0 ? 0 : 1 + (below(8) == 0 ? below(3) : 0);

        for (uint32_t k = 0; k < count; k++) {
            bool null = below(12) == 0;
            uint16_t flags = (uint16_t)(null             ? SONDA_VALUE_NULL
                                        : below(20) == 0 ? SONDA_VALUE_HIDDEN
                                                         : 0);

            assert_int_equal(sonda__event_add_named(event, sonda__span_text(fields[i]),
                                                    null ? sonda__span_of("", 0) : make_text(),
                                                    flags),
                             SONDA_OK);
        }
    }
}

typedef struct found {
    uint32_t rules[RULES];
    size_t count;
} found;

static uint64_t match_count;

static void on_match(uint32_t rule_index, void *user)
{
    found *to = user;

    assert_true(to->count < RULES);
    to->rules[to->count++] = rule_index;
}

static void compare(uint64_t seed)
{
    found expected = {.count = 0};
    found seen = {.count = 0};

    reference_match(fixture.content, fixture.event, fixture.matcher, on_match, &expected);
    assert_int_equal(
        sonda__match(fixture.content, fixture.event, fixture.matcher, on_match, &seen),
        SONDA_OK);
    match_count += seen.count;
    if (seen.count != expected.count ||
        memcmp(seen.rules, expected.rules, seen.count * sizeof seen.rules[0]) != 0) {
        for (size_t i = 0; i < fixture.event->field_count; i++) {
            sonda__field *field = &fixture.event->fields[i];

            print_message("%.*s=%.*s (%u)\n", (int)field->name.len, field->name.data,
                          (int)field->text.len, field->text.data, field->flags);
        }
        fail_msg("SONDA_SEED=%llu: %zu rules instead of %zu\n%s", (unsigned long long)seed,
                 seen.count, expected.count, gen.yaml);
    }
}

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
    const char *value = getenv(name);

    return value == NULL ? otherwise : strtoull(value, NULL, 10);
}

static void test_matching__generated_rules_and_events__answers_as_evaluating_all(void **state)
{
    uint64_t left = from_environment("SONDA_PAIRS", 200000);
    uint64_t seed = from_environment("SONDA_SEED", 1);
    uint64_t rules = 0;

    (void)state;
    print_message("SONDA_SEED=%llu SONDA_PAIRS=%llu\n", (unsigned long long)seed,
                  (unsigned long long)left);
    fixture_open(&fixture, NULL);
    for (uint64_t done = 0; done < left; seed++) {
        gen.state = seed;
        gen.yaml_len = 0;
        gen.value_count = 0;
        for (uint32_t i = 0; i < RULES; i++) {
            say_rule(i);
        }
        compile_rules();
        for (uint32_t i = 0; i < EVENTS; i++) {
            make_event();
            compare(seed);
        }
        rules += sonda_content_rule_count(fixture.content);
        done += EVENTS * (uint64_t)sonda_content_rule_count(fixture.content);
    }
    print_message("%llu rules, %llu matches, %llu conditions evaluated\n",
                  (unsigned long long)rules, (unsigned long long)match_count,
                  (unsigned long long)sonda__matcher_counts(fixture.matcher)->evaluated);
    assert_true(match_count > from_environment("SONDA_PAIRS", 200000) / 100);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matching__generated_rules_and_events__answers_as_evaluating_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
