/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The public compiler: outcomes, the order that does not matter, duplicates,
 * filters, and want of memory.
 */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <stdbool.h>
#include <string.h>

#include "sonda/compile/compile.h"

#define ID_A "11111111-1111-4111-8111-111111111111"
#define ID_B "22222222-2222-4222-8222-222222222222"
#define SOURCE "logsource: {category: process_creation, product: windows}\n"
#define DETECTION "detection:\n  sel: {Image|endswith: '\\evil.exe'}\n  condition: sel\n"
#define RULE(id, title) "title: " title "\nid: " id "\n" SOURCE DETECTION "level: high\n"
#define FILTER(rules)                                                             \
    "title: quiet\nid: 33333333-3333-4333-8333-333333333333\n" SOURCE "filter:\n" \
    "  rules: " rules "\n  sel: {User|startswith: adm_}\n  condition: sel\n"

typedef struct fixture {
    sonda_compile *compile;
    const void *pack;
    size_t pack_len;
    sonda_error error;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    sonda_error error = SONDA_ERROR_INIT;

    f->error = error;
    *state = f;
    return sonda_compile_open(&f->compile, NULL, NULL);
}

static int tear_down(void **state)
{
    fixture *f = *state;

    sonda_compile_close(f->compile);
    free(f);
    return 0;
}

static void add(fixture *f, const char *path, const char *text)
{
    assert_int_equal(sonda_compile_add_yaml(f->compile, path, text, strlen(text)), SONDA_OK);
}

static sonda_status finish(fixture *f)
{
    return sonda_compile_finish(f->compile, &f->pack, &f->pack_len, &f->error);
}

static sonda_compile_entry entry(const fixture *f, size_t index)
{
    sonda_compile_entry view = SONDA_COMPILE_ENTRY_INIT;

    assert_int_equal(sonda_compile_entry_get(f->compile, index, &view), SONDA_OK);
    return view;
}

static bool text_is(sonda_text text, const char *expected)
{
    return text.len == strlen(expected) && memcmp(text.data, expected, text.len) == 0;
}

static bool text_holds(sonda_text text, const char *word)
{
    char copy[512];

    snprintf(copy, sizeof copy, "%.*s", (int)text.len, text.data);
    return strstr(copy, word) != NULL;
}

static void test_compile__good_rule__is_compiled_and_told_of(void **state)
{
    fixture *f = *state;
    sonda_compile_entry e;

    add(f, "dir/a.yml", RULE(ID_A, "A rule"));
    assert_int_equal(finish(f), SONDA_OK);

    assert_true(f->pack_len > 0);
    assert_int_equal(sonda_compile_count(f->compile, 0), 1);
    assert_int_equal(sonda_compile_count(f->compile, SONDA_COMPILE_COMPILED), 1);
    e = entry(f, 0);
    assert_int_equal(e.outcome, SONDA_COMPILE_COMPILED);
    assert_int_equal(e.kind, SONDA_COMPILE_KIND_RULE);
    assert_int_equal(e.level, SONDA_LEVEL_HIGH);
    assert_int_equal(e.line, 1);
    assert_true(text_is(e.path, "dir/a.yml"));
    assert_true(text_is(e.id, ID_A));
    assert_true(text_is(e.title, "A rule"));
    assert_int_equal(e.reason.len, 0);
}

static void test_compile__each_kind_of_document__gets_its_outcome(void **state)
{
    static const struct {
        const char *text;
        uint32_t outcome;
        uint32_t kind;
        uint32_t line;
        const char *reason;
    } rows[] = {
        {"title: c\ncorrelation: {type: event_count}\n", SONDA_COMPILE_REJECTED,
         SONDA_COMPILE_KIND_CORRELATION, 2, "no rules: write a list of ids or names"},
        {"title: u\nlogsource: {product: aws}\n" DETECTION, SONDA_COMPILE_UNMAPPED,
         SONDA_COMPILE_KIND_RULE, 1, "product 'aws'"},
        {"", SONDA_COMPILE_SKIPPED, SONDA_COMPILE_KIND_UNKNOWN, 1, "holds no document"},
        {"# nothing\n", SONDA_COMPILE_SKIPPED, SONDA_COMPILE_KIND_UNKNOWN, 1,
         "holds no document"},
        {"- a\n", SONDA_COMPILE_REJECTED, SONDA_COMPILE_KIND_UNKNOWN, 1, "not a Sigma rule"},
        {"just text\n", SONDA_COMPILE_REJECTED, SONDA_COMPILE_KIND_UNKNOWN, 1,
         "not a Sigma rule"},
        {"\ntitle: x\n", SONDA_COMPILE_REJECTED, SONDA_COMPILE_KIND_UNKNOWN, 2,
         "neither detection nor correlation nor filter"},
        {"action: global\ntitle: x\n", SONDA_COMPILE_REJECTED, SONDA_COMPILE_KIND_UNKNOWN, 1,
         "'action' is Sigma 1"},
        {"title: [\n", SONDA_COMPILE_REJECTED, SONDA_COMPILE_KIND_UNKNOWN, 2, "not YAML"},
        {"title: t\ntitle: u\n", SONDA_COMPILE_REJECTED, SONDA_COMPILE_KIND_UNKNOWN, 2,
         "key 'title' stands twice"},
    };
    fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sonda_compile_entry e;
        add(f, "x.yml", rows[i].text);
        assert_int_equal(sonda_compile_count(f->compile, 0), i + 1);
        e = entry(f, i);
        assert_int_equal(e.outcome, rows[i].outcome);
        assert_int_equal(e.kind, rows[i].kind);
        assert_int_equal(e.line, rows[i].line);
        if (!text_holds(e.reason, rows[i].reason)) {
            fail_msg("%.*s", (int)e.reason.len, e.reason.data);
        }
    }
    assert_int_equal(finish(f), SONDA_ERR_EMPTY);
    assert_string_equal(f->error.message,
                        "no rule is usable: 7 rejected, 1 unmapped, 2 skipped");
}

static void test_compile__wrong_attributes__one_reason_with_its_line(void **state)
{
    static const struct {
        const char *text;
        uint32_t line;
        const char *reason;
    } rows[] = {
        {"id: " ID_A "\n" SOURCE DETECTION, 1, "no title"},
        {"title:\n" SOURCE DETECTION, 1, "no title"},
        {"title: t\nid: 5\n" SOURCE DETECTION, 2, "id is not a UUID"},
        {"title: t\nid: " ID_A "0\n" SOURCE DETECTION, 2, "id is not a UUID"},
        {"title: t\nid: [x]\n" SOURCE DETECTION, 2, "id is not a UUID"},
        {"title: t\nlevel: terrible\n" SOURCE DETECTION, 2, "level is none of"},
        {"title: t\nlevel: High\n" SOURCE DETECTION, 2, "level is none of"},
        {"title: t\nstatus: fresh\n" SOURCE DETECTION, 2, "status is none of"},
        {"title: t\ndescription: [x]\n" SOURCE DETECTION, 2, "description is a list"},
        {"title: t\n" DETECTION, 1, "no logsource"},
        {"title: t\nlogsource: windows\n" DETECTION, 2, "no logsource"},
        {"title: t\nlogsource: {definition: x}\n" DETECTION, 2, "logsource names nothing"},
        {"title: t\nlogsource:\n  category: [x]\n" DETECTION, 3, "category is a list"},
        {"title: t\n" SOURCE "detection:\n", 3, "detection is a mapping"},
        {"title: re\n" SOURCE "detection:\n  s: {A|re: '(?=x)'}\n  condition: s\n", 4, "look"},
        {"title: t\n" SOURCE "detection:\n  s:\n    A|expand: '%x%'\n  condition: s\n", 5,
         "placeholder"},
        {"title: cidr\n" SOURCE "detection:\n  s: {A|cidr: 'x/8'}\n  condition: s\n", 4, "x/8"},
    };
    fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        add(f, "x.yml", rows[i].text);
    }
    finish(f);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sonda_compile_entry e = entry(f, i);
        if (e.outcome != SONDA_COMPILE_REJECTED || e.line != rows[i].line ||
            !text_holds(e.reason, rows[i].reason)) {
            fail_msg("%s%s at %u: %.*s", rows[i].text, sonda_compile_outcome_name(e.outcome),
                     e.line, (int)e.reason.len, e.reason.data);
        }
    }
}

static void test_compile__placeholders__are_set_once_and_first(void **state)
{
    static const char table[] = "x: [a, b]\n";
    fixture *f = *state;

    assert_int_equal(sonda_compile_set_placeholders(f->compile, table, sizeof table - 1, NULL),
                     SONDA_OK);
    assert_int_equal(sonda_compile_set_placeholders(f->compile, table, sizeof table - 1, NULL),
                     SONDA_ERR_BAD_STATE);
    add(f, "x.yml",
        "title: t\n" SOURCE "detection:\n  s:\n    A|expand: '%x%'\n  condition: s\n");
    finish(f);

    assert_int_equal(entry(f, 0).outcome, SONDA_COMPILE_COMPILED);
    assert_int_equal(sonda_compile_set_placeholders(f->compile, NULL, 1, NULL),
                     SONDA_ERR_INVALID_ARGUMENT);
}

static void test_compile__placeholders_after_rules__are_refused(void **state)
{
    fixture *f = *state;

    add(f, "x.yml", "title: t\n" SOURCE DETECTION);

    assert_int_equal(sonda_compile_set_placeholders(f->compile, "a: b", 4, NULL),
                     SONDA_ERR_BAD_STATE);
}

static void test_compile__one_bad_document__does_not_take_the_others_along(void **state)
{
    fixture *f = *state;

    add(f, "x.yml",
        RULE(ID_A, "one") "---\ntitle: bad\nlevel: x\n" SOURCE DETECTION
                          "---\n" RULE(ID_B, "two"));
    assert_int_equal(finish(f), SONDA_OK);

    assert_int_equal(sonda_compile_count(f->compile, SONDA_COMPILE_COMPILED), 2);
    assert_int_equal(entry(f, 1).outcome, SONDA_COMPILE_REJECTED);
    assert_true(text_is(entry(f, 1).title, "bad"));
    assert_int_equal(entry(f, 2).line, 16);
}

static void test_compile__no_id__one_from_the_title_that_stays(void **state)
{
    fixture *f = *state;
    sonda_compile_entry first;

    add(f, "a.yml", "title: Same\n" SOURCE DETECTION);
    add(f, "b.yml", "title: Same\nlevel: low\n" SOURCE DETECTION);
    add(f, "c.yml", "title: Other\n" SOURCE DETECTION);
    first = entry(f, 0);
    assert_int_equal(first.id.len, 36);
    assert_int_equal(first.id.data[14], '8');
    assert_memory_equal(first.id.data, entry(f, 1).id.data, 36);
    assert_memory_not_equal(first.id.data, entry(f, 2).id.data, 36);

    assert_int_equal(finish(f), SONDA_OK);
    assert_int_equal(entry(f, 1).outcome, SONDA_COMPILE_REJECTED);
}

static void test_compile__id_in_capitals__is_lowered(void **state)
{
    fixture *f = *state;

    add(f, "a.yml", RULE("ABCDEFAB-CDEF-4ABC-8DEF-ABCDEFABCDEF", "t"));
    assert_true(text_is(entry(f, 0).id, "abcdefab-cdef-4abc-8def-abcdefabcdef"));
}

static void test_compile__duplicate_id__first_by_path_stays_other_is_told(void **state)
{
    fixture *f = *state;

    add(f, "z.yml", RULE(ID_A, "later"));
    add(f, "a.yml", "\n" RULE(ID_A, "first"));
    add(f, "m.yml", RULE(ID_B, "between"));
    assert_int_equal(finish(f), SONDA_OK);

    assert_int_equal(entry(f, 1).outcome, SONDA_COMPILE_COMPILED);
    assert_int_equal(entry(f, 0).outcome, SONDA_COMPILE_REJECTED);
    assert_true(text_holds(entry(f, 0).reason, "is taken by a.yml, line 2"));
}

/* Compiles two texts in an order; returns a copy of the pack. */
static void *pack_of(const char *const *paths, const char *const *texts, size_t *len)
{
    fixture f = {.error = SONDA_ERROR_INIT};
    void *copy;

    assert_int_equal(sonda_compile_open(&f.compile, NULL, NULL), SONDA_OK);
    add(&f, paths[0], texts[0]);
    add(&f, paths[1], texts[1]);
    assert_int_equal(finish(&f), SONDA_OK);
    copy = malloc(f.pack_len);
    memcpy(copy, f.pack, f.pack_len);
    *len = f.pack_len;
    sonda_compile_close(f.compile);
    return copy;
}

static void test_compile__files_in_any_order__give_the_same_bytes(void **state)
{
    static const char *const paths[] = {"a.yml", "b.yml"};
    static const char *const swapped_paths[] = {"b.yml", "a.yml"};
    static const char *const texts[] = {RULE(ID_A, "one") "---\n" RULE(ID_B, "x"),
                                        RULE(ID_B, "two") "---\n" FILTER("any")};
    const char *const swapped[] = {texts[1], texts[0]};
    size_t len;
    size_t other_len;
    void *pack = pack_of(paths, texts, &len);
    void *other = pack_of(swapped_paths, swapped, &other_len);

    (void)state;
    assert_int_equal(len, other_len);
    assert_memory_equal(pack, other, len);
    free(pack);
    free(other);
}

static void test_compile__filter__by_any_by_id_and_by_name(void **state)
{
    static const char *const filters[] = {
        FILTER("any"),
        FILTER(ID_A),
        FILTER("[" ID_A ", " ID_B "]"),
        FILTER("[some_rule]"),
    };

    (void)state;
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        fixture f = {.error = SONDA_ERROR_INIT};
        assert_int_equal(sonda_compile_open(&f.compile, NULL, NULL), SONDA_OK);
        add(&f, "a.yml", RULE(ID_A, "t\nname: some_rule"));
        add(&f, "f.yml", filters[i]);
        assert_int_equal(finish(&f), SONDA_OK);
        assert_int_equal(entry(&f, 1).outcome, SONDA_COMPILE_COMPILED);
        assert_int_equal(entry(&f, 1).kind, SONDA_COMPILE_KIND_FILTER);
        sonda_compile_close(f.compile);
    }
}

static void test_compile__filters_alone__are_a_pack_to_lay_over_another(void **state)
{
    fixture *f = *state;

    add(f, "f.yml", FILTER("[" ID_A "]"));
    assert_int_equal(finish(f), SONDA_OK);
    assert_true(f->pack_len > 0);
}

static void test_compile__wrong_filter__is_refused_with_its_line(void **state)
{
    static const struct {
        const char *text;
        uint32_t line;
        const char *reason;
    } rows[] = {
        {FILTER("[nosuch]"), 5, "rule 'nosuch', which is not among these"},
        {FILTER("[]"), 5, "a filter names its rules"},
        {FILTER("[[x]]"), 5, "a target of a filter"},
        {"title: f\n" SOURCE "filter:\n  sel: {A: 1}\n  condition: sel\n", 4,
         "a filter names its rules"},
        {"title: f\n" SOURCE "filter: any\n", 3, "filter is a mapping"},
        {"title: f\nfilter: {rules: any, condition: x}\n", 1, "no logsource"},
        {"title: f\n" SOURCE "filter:\n  rules: any\n  condition: x\n", 5, "'x'"},
    };
    fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        add(f, "f.yml", rows[i].text);
    }
    finish(f);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sonda_compile_entry e = entry(f, i);
        if (e.outcome != SONDA_COMPILE_REJECTED || e.line != rows[i].line ||
            !text_holds(e.reason, rows[i].reason)) {
            fail_msg("%s%u: %.*s", rows[i].text, e.line, (int)e.reason.len, e.reason.data);
        }
    }
}

static void test_compile__after_finish__nothing_more_is_taken(void **state)
{
    fixture *f = *state;

    add(f, "a.yml", RULE(ID_A, "t"));
    assert_int_equal(finish(f), SONDA_OK);
    assert_int_equal(sonda_compile_add_yaml(f->compile, "b.yml", "", 0), SONDA_ERR_BAD_STATE);
    assert_int_equal(finish(f), SONDA_ERR_BAD_STATE);
}

static void test_compile__callers_mistakes__are_told(void **state)
{
    fixture *f = *state;
    sonda_compile_entry e = SONDA_COMPILE_ENTRY_INIT;
    sonda_compile_options options = SONDA_COMPILE_OPTIONS_INIT;
    sonda_compile *other;

    options.struct_size = 1;
    assert_int_equal(sonda_compile_open(&other, &options, NULL), SONDA_ERR_ABI);
    assert_int_equal(sonda_compile_open(NULL, NULL, NULL), SONDA_ERR_INVALID_ARGUMENT);
    assert_int_equal(sonda_compile_add_yaml(NULL, "x", "", 0), SONDA_ERR_INVALID_ARGUMENT);
    assert_int_equal(sonda_compile_add_yaml(f->compile, NULL, "", 0),
                     SONDA_ERR_INVALID_ARGUMENT);
    assert_int_equal(sonda_compile_add_yaml(f->compile, "x", NULL, 1),
                     SONDA_ERR_INVALID_ARGUMENT);
    assert_int_equal(sonda_compile_finish(f->compile, NULL, NULL, NULL),
                     SONDA_ERR_INVALID_ARGUMENT);
    assert_int_equal(sonda_compile_entry_get(f->compile, 0, &e), SONDA_ERR_NOT_FOUND);
    e.struct_size = 1;
    assert_int_equal(sonda_compile_entry_get(f->compile, 0, &e), SONDA_ERR_ABI);
    assert_int_equal(sonda_compile_count(NULL, 0), 0);
    assert_string_equal(sonda_compile_outcome_name(99), "unknown");
    sonda_compile_close(NULL);
}

/* Grants `left` calls, then none; counts what is out. */
typedef struct purse {
    size_t left;
    size_t out;
} purse;

static void *spend(size_t size, void *user)
{
    purse *p = user;

    if (p->left == 0) {
        return NULL;
    }
    p->left--;
    p->out++;
    return malloc(size);
}

static void give_back(void *memory, void *user)
{
    ((purse *)user)->out--;
    free(memory);
}

/* One whole compilation with `grants` allocations; its last status. */
static sonda_status compile_with(size_t grants, const char *text)
{
    purse p = {grants, 0};
    sonda_allocator allocator = SONDA_ALLOCATOR_INIT;
    sonda_compile *compile = NULL;
    const void *pack;
    size_t len;
    sonda_status status;

    allocator.allocate = spend;
    allocator.release = give_back;
    allocator.user = &p;
    status = sonda_compile_open(&compile, NULL, &allocator);
    if (status == SONDA_OK) {
        status = sonda_compile_add_yaml(compile, "a.yml", text, strlen(text));
    }
    if (status == SONDA_OK) {
        status = sonda_compile_finish(compile, &pack, &len, NULL);
    }
    sonda_compile_close(compile);
    assert_int_equal(p.out, 0);
    return status;
}

static void test_compile__every_allocation_that_can_fail__fails_cleanly(void **state)
{
    static const char text[] = RULE(ID_A, "one") "---\n" FILTER("any") "---\nbad\n";
    size_t grants = 0;

    (void)state;
    while (compile_with(grants, text) != SONDA_OK) {
        assert_int_equal(compile_with(grants, text), SONDA_ERR_NO_MEMORY);
        grants++;
        assert_true(grants < 10000);
    }
    assert_true(grants > 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_compile__good_rule__is_compiled_and_told_of),
        TEST(test_compile__each_kind_of_document__gets_its_outcome),
        TEST(test_compile__wrong_attributes__one_reason_with_its_line),
        TEST(test_compile__one_bad_document__does_not_take_the_others_along),
        TEST(test_compile__placeholders__are_set_once_and_first),
        TEST(test_compile__placeholders_after_rules__are_refused),
        TEST(test_compile__no_id__one_from_the_title_that_stays),
        TEST(test_compile__id_in_capitals__is_lowered),
        TEST(test_compile__duplicate_id__first_by_path_stays_other_is_told),
        TEST(test_compile__files_in_any_order__give_the_same_bytes),
        TEST(test_compile__filter__by_any_by_id_and_by_name),
        TEST(test_compile__filters_alone__are_a_pack_to_lay_over_another),
        TEST(test_compile__wrong_filter__is_refused_with_its_line),
        TEST(test_compile__after_finish__nothing_more_is_taken),
        TEST(test_compile__callers_mistakes__are_told),
        TEST(test_compile__every_allocation_that_can_fail__fails_cleanly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
