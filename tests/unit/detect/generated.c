/* SPDX-License-Identifier: Apache-2.0 */

#include "tests/unit/detect/generated.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "sonda/record.h"

uint32_t generated_below(generated *gen, uint32_t limit)
{
    gen->state = gen->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return limit == 0 ? 0 : (uint32_t)(gen->state >> 33) % limit;
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

#define PICK(gen, list) \
    ((list)[generated_below(gen, (uint32_t)(sizeof(list) / sizeof((list)[0])))])

static void say(generated *gen, const char *what)
{
    size_t len = strlen(what);

    assert_true(gen->yaml_len + len + 1 < GENERATED_YAML_ROOM);
    memcpy(gen->yaml + gen->yaml_len, what, len + 1);
    gen->yaml_len += len;
}

/* A value of YAML in double quotes. */
static void say_quoted(generated *gen, const generated_text *value)
{
    say(gen, "\"");
    for (size_t i = 0; i < value->len; i++) {
        char one[3] = {value->bytes[i], '\0', '\0'};

        if (one[0] == '\0') {
            memcpy(one, "\\0", 3);
        } else if (one[0] == '"' || one[0] == '\\') {
            one[1] = one[0];
            one[0] = '\\';
        }
        say(gen, one);
    }
    say(gen, "\"");
}

static void append(generated_text *value, const char *bytes, size_t len)
{
    if (value->len + len <= GENERATED_VALUE_ROOM) {
        memcpy(value->bytes + value->len, bytes, len);
        value->len += len;
    }
}

/* Digests with and without keys, near to each other, whole and cut off. */
static void append_digest(generated *gen, generated_text *value)
{
    static const char *const keys[] = {
        "MD5=", "md5=", "MD5=",         "IMPHASH=", "SHA1=", "D5=",
        "=",    "",     "\xc5\xbfHA1=", "MD5==",    "MD5=,",
    };
    static const char *const digests[] = {
        "0123456789ABCDEF0123456789ABCDEF01234567",
        "01234567e9abcdef0123456789abcdef01234567",
        "0123456789abcdef0123456789abcdee01234567",
        "fedcba98fedcba98fedcba98fedcba98fedcba98",
    };
    static const size_t lengths[] = {32, 32, 32, 32, 32, 40, 31, 33, 8, 7};
    static const char *const ends[] = {"", "", "", "", ",", " "};
    const char *key = PICK(gen, keys);
    const char *end = PICK(gen, ends);

    append(value, key, strlen(key));
    append(value, PICK(gen, digests), PICK(gen, lengths));
    append(value, end, strlen(end));
}

static generated_text make_value(generated *gen, bool wildcards)
{
    bool digests = generated_below(gen, 6) == 0;
    generated_text value = {.len = 0};
    uint32_t parts = generated_below(gen, 20) == 0 ? 0 : 1 + generated_below(gen, 4);

    for (uint32_t i = 0; i < parts; i++) {
        const char *token = PICK(gen, tokens);

        if (digests && generated_below(gen, 6) > 0) {
            append_digest(gen, &value);
            parts = generated_below(gen, 2) == 0 ? 1 : parts;
        } else {
            append(&value, token, strlen(token));
        }
        if (wildcards && generated_below(gen, 12) == 0) {
            append(&value, generated_below(gen, 2) == 0 ? "*" : "?", 1);
        }
        if (generated_below(gen, 60) == 0) {
            append(&value, "\0", 1);
        }
    }
    if (gen->value_count < GENERATED_VALUES) {
        gen->values[gen->value_count++] = value;
    }
    return value;
}

static void say_values(generated *gen, const char *modifier)
{
    uint32_t count = 1 + (generated_below(gen, 3) == 0 ? generated_below(gen, 5) : 0);
    static const char *const regexes[] = {"'a.c'", "'\\\\cmd\\.exe$'", "'^power[a-z]+'",
                                          "'(abc|bcd)+ '", "'run .*xyz'"};
    static const char *const networks[] = {
        "'10.0.0.0/8'",
        "'10.0.0.0/9'",
        "'10.1.0.0/16'",
        "'10.1.2.3/32'",
        "'0.0.0.0/0'",
        "'10.1.2.3/31'",
        "'::/0'",
        "'fe80::/10'",
        "'::1/128'",
        "['10.0.0.0/8', '::1/128', '192.168.0.0/17']",
        "['fe80::/64', 'fe80::1/127', '::ffff:10.0.0.0/104']",
    };

    if (strcmp(modifier, "|exists") == 0) {
        say(gen, generated_below(gen, 2) == 0 ? " true\n" : " false\n");
    } else if (strcmp(modifier, "|gt") == 0) {
        say(gen, " 4000\n");
    } else if (strcmp(modifier, "|cidr") == 0) {
        say(gen, " ");
        say(gen, PICK(gen, networks));
        say(gen, "\n");
    } else if (strcmp(modifier, "|fieldref") == 0) {
        say(gen, generated_below(gen, 2) == 0 ? " Native\n" : " Image\n");
    } else if (strncmp(modifier, "|re", 3) == 0) {
        say(gen, " ");
        say(gen, PICK(gen, regexes));
        say(gen, "\n");
    } else if (modifier[0] == '\0' && generated_below(gen, 12) == 0) {
        say(gen, " null\n");
    } else {
        say(gen, "\n");
        for (uint32_t i = 0; i < count; i++) {
            generated_text value = make_value(gen, strstr(modifier, "base64") == NULL);

            say(gen, "      - ");
            say_quoted(gen, &value);
            say(gen, "\n");
        }
    }
}

static void say_selection(generated *gen, uint32_t number)
{
    char name[32];
    uint32_t items = 1 + generated_below(gen, 2);
    uint32_t first = generated_below(gen, sizeof fields / sizeof fields[0]);

    (void)snprintf(name, sizeof name, "  s%u:\n", (unsigned)number);
    say(gen, name);
    if (generated_below(gen, 12) == 0) {
        for (uint32_t i = 0; i <= generated_below(gen, 2); i++) {
            generated_text value = make_value(gen, true);

            say(gen, "    - ");
            say_quoted(gen, &value);
            say(gen, "\n");
        }
        return;
    }
    for (uint32_t i = 0; i < items; i++) {
        const char *modifier = PICK(gen, modifiers);

        say(gen, "    ");
        say(gen, fields[(first + i) % (sizeof fields / sizeof fields[0])]);
        say(gen, modifier);
        say(gen, ":");
        say_values(gen, modifier);
    }
}

static void say_rule(generated *gen, uint32_t number)
{
    char head[160];

    (void)snprintf(head, sizeof head,
                   "title: generated\nid: 00000000-0000-0000-0000-%012u\nlogsource:\n",
                   (unsigned)number);
    say(gen, number == 0 ? "" : "---\n");
    say(gen, head);
    say(gen, PICK(gen, sources));
    say(gen, "detection:\n");
    for (uint32_t i = 1; i <= 3; i++) {
        say_selection(gen, i);
    }
    say(gen, "  condition: ");
    say(gen, PICK(gen, conditions));
    say(gen, "\nlevel: low\n");
}

void generated_rules(generated *gen, uint64_t seed, uint32_t rules)
{
    gen->state = seed;
    gen->yaml_len = 0;
    gen->value_count = 0;
    for (uint32_t i = 0; i < rules; i++) {
        say_rule(gen, i);
    }
}

static void say_id(generated *gen, uint32_t number)
{
    char id[64];

    (void)snprintf(id, sizeof id, "00000000-0000-0000-0000-%012u", (unsigned)number);
    say(gen, id);
}

static void say_filter(generated *gen, uint32_t number, uint32_t rules)
{
    say(gen, "---\ntitle: filter\nid: ");
    say_id(gen, number);
    say(gen, "\nlogsource:\n");
    say(gen, PICK(gen, sources));
    say(gen, "filter:\n  rules: [");
    say_id(gen, generated_below(gen, rules));
    say(gen, "]\n");
    say_selection(gen, 1);
    say(gen, "  condition: s1\n");
}

static void say_correlation(generated *gen, uint32_t number, uint32_t rules)
{
    static const char *const kinds[] = {
        "event_count\n  condition: {gte: 2}\n",
        "value_count\n  condition: {field: CommandLine, gt: 1}\n",
        "temporal\n",
        "temporal_ordered\n",
        "value_sum\n  condition: {field: Native, lt: 100, neq: 7}\n",
        "value_avg\n  condition: {field: Native, gte: 1}\n",
        "value_percentile\n  condition: {field: Native, percentile: 90, lte: 5}\n",
    };
    static const char *const groups[] = {"", "  group-by: [Image]\n",
                                         "  group-by: [Image, Native]\n"};

    say(gen, "---\ntitle: correlation\nid: ");
    say_id(gen, number);
    say(gen, "\ncorrelation:\n  rules: [");
    say_id(gen, generated_below(gen, rules));
    say(gen, ", ");
    say_id(gen, generated_below(gen, number));
    say(gen, "]\n  timespan: 5m\n");
    say(gen, PICK(gen, groups));
    say(gen, "  type: ");
    say(gen, PICK(gen, kinds));
    say(gen, "level: low\n");
}

void generated_followers(generated *gen, uint32_t rules)
{
    uint32_t number = rules;

    if (generated_below(gen, 2) == 0) {
        say_correlation(gen, number++, rules);
    }
    if (generated_below(gen, 4) == 0) {
        say_correlation(gen, number++, rules);
    }
    if (generated_below(gen, 2) == 0) {
        say_filter(gen, number, rules);
    }
}

/* Bytes that are neither a rule's nor far from it. */
static size_t spoil(generated *gen, char *bytes, size_t len)
{
    static const char *const others[] = {
        "/", "\xe2\x80\x93", "\xe2\x80\x94", "\xe2\x80\x95", "-", "\xff", "\xc3", "\x84", "A"};
    const char *other = PICK(gen, others);
    size_t at = len == 0 ? 0 : generated_below(gen, (uint32_t)len);

    if (len == 0) {
        return 0;
    }
    if (generated_below(gen, 3) == 0) {
        for (size_t i = 0; i < len; i++) {
            bool upper = bytes[i] >= 'A' && bytes[i] <= 'Z';
            bool lower = bytes[i] >= 'a' && bytes[i] <= 'z';

            bytes[i] = (char)((upper || lower) && generated_below(gen, 2) == 0 ? bytes[i] ^ 0x20
                                                                               : bytes[i]);
        }
        return len;
    }
    for (size_t i = 0; generated_below(gen, 2) == 0 && i < len; i++) {
        at = bytes[i] == '-' || bytes[i] == '*' || bytes[i] == '?' ? i : at;
    }
    memmove(bytes + at + strlen(other), bytes + at + 1, len - at - 1);
    memcpy(bytes + at, other, strlen(other));
    return len - 1 + strlen(other);
}

static sonda__span make_text(generated *gen)
{
    static const char *const addresses[] = {
        "10.1.2.3",        "10.1.2.2",     "10.128.0.1",
        "10.1.2.3 ",       "11.1.2.3",     "192.168.127.255",
        "192.168.128.0",   "::1",          "::",
        "fe80::1",         "FE80::1%eth0", "fe80::1:0:0:0:1",
        "::ffff:10.1.2.3", "010.1.2.3",    "10.1.2",
    };
    char *bytes = gen->room[gen->room_used++ % 64];
    size_t len = 0;
    uint32_t pieces = generated_below(gen, 10) == 0 ? 0 : 1 + generated_below(gen, 3);

    if (generated_below(gen, 16) == 0) {
        const char *address = PICK(gen, addresses);

        memcpy(bytes, address, strlen(address));
        return sonda__span_of(bytes, strlen(address));
    }
    if (generated_below(gen, 200) == 0) {
        memset(bytes, 'a' + (int)generated_below(gen, 3), GENERATED_LONG_VALUE);
        len = GENERATED_LONG_VALUE;
        pieces = 1;
    }
    for (uint32_t i = 0;
         i < pieces && (len < GENERATED_VALUE_ROOM || len == GENERATED_LONG_VALUE); i++) {
        const generated_text *value =
            &gen->values[generated_below(gen, (uint32_t)gen->value_count)];
        const char *token = PICK(gen, tokens);

        if (generated_below(gen, 3) == 0) {
            memcpy(bytes + len, token, strlen(token));
            len += strlen(token);
        } else {
            memcpy(bytes + len, value->bytes, value->len);
            len += value->len;
        }
        if (generated_below(gen, 3) == 0 && len < GENERATED_LONG_VALUE) {
            len = spoil(gen, bytes, len);
        }
    }
    return sonda__span_of(bytes, len);
}

static uint16_t make_flags(generated *gen)
{
    if (generated_below(gen, 12) == 0) {
        return SONDA_VALUE_NULL;
    }
    return generated_below(gen, 20) == 0 ? SONDA_VALUE_HIDDEN : 0;
}

void generated_event(generated *gen, sonda_event *event, const sonda__names *names)
{
    static const sonda_record_header header;
    size_t kind = generated_below(gen, sizeof events / sizeof events[0]);

    sonda__event_begin(event, &header, names);
    event->product = SONDA_PRODUCT_WINDOWS;
    event->channel = sonda__span_text(events[kind].channel);
    event->event_id = events[kind].event_id;
    event->class_uid = events[kind].class_uid;
    event->activity_id = events[kind].activity;
    gen->room_used = 0;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        bool list = generated_below(gen, 8) == 0;
        uint32_t count = generated_below(gen, 6) == 0 ? 0 : 1;

        count += list ? generated_below(gen, 3) : 0;
        for (uint32_t k = 0; k < count; k++) {
            uint16_t flags = make_flags(gen);
            sonda__span text =
                flags == SONDA_VALUE_NULL ? sonda__span_of("", 0) : make_text(gen);

            assert_int_equal(
                sonda__event_add_named(event, sonda__span_text(fields[i]), text, flags),
                SONDA_OK);
        }
    }
}
