/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The XML reader: what it returns, what it borrows, and how it fails.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/codec/xml.h"

static char arena_block[4096];

/* Opens a reader on zero-terminated text with a fresh arena. */
static void open_text(sonda__xml *xml, sonda__arena *arena, const char *text)
{
    sonda__arena_init(arena, arena_block, sizeof arena_block);
    sonda__xml_init(xml, sonda__span_text(text), arena);
}

/* Reads to the end; the last token's kind. */
static sonda__xml_token read_all(sonda__xml *xml)
{
    for (;;) {
        sonda__xml_token token = sonda__xml_next(xml);
        if (token == SONDA__XML_DONE || token == SONDA__XML_FAILED) {
            return token;
        }
    }
}

static void assert_span(sonda__span span, const char *text)
{
    assert_int_equal(span.len, strlen(text));
    assert_memory_equal(span.data, text, span.len);
}

static void test_xml_next__nested_elements__come_in_order(void **state)
{
    sonda__xml xml;
    sonda__arena arena;

    (void)state;
    open_text(&xml, &arena, "<?xml version='1.0'?>\n<a><b>x</b><c/></a>\n");

    assert_int_equal(sonda__xml_next(&xml), SONDA__XML_START);
    assert_span(xml.name, "a");
    assert_int_equal(sonda__xml_next(&xml), SONDA__XML_START);
    assert_span(xml.name, "b");
    assert_int_equal(sonda__xml_next(&xml), SONDA__XML_TEXT);
    assert_span(xml.text, "x");
    assert_int_equal(sonda__xml_next(&xml), SONDA__XML_END);
    assert_int_equal(sonda__xml_next(&xml), SONDA__XML_START);
    assert_span(xml.name, "c");
    assert_int_equal(sonda__xml_next(&xml), SONDA__XML_END);
    assert_span(xml.name, "c");
    assert_int_equal(sonda__xml_next(&xml), SONDA__XML_END);
    assert_span(xml.name, "a");
    assert_int_equal(sonda__xml_next(&xml), SONDA__XML_DONE);
}

static void test_xml_attribute__both_quotes_and_references__are_read(void **state)
{
    sonda__xml xml;
    sonda__arena arena;
    sonda__span name;
    sonda__span value;

    (void)state;
    open_text(&xml, &arena, "<a one=\"it's\" two = 'a &lt; &#x41;' three=''/>");

    assert_int_equal(sonda__xml_next(&xml), SONDA__XML_START);
    assert_true(sonda__xml_attribute(&xml, &name, &value));
    assert_span(name, "one");
    assert_span(value, "it's");
    assert_true(sonda__xml_attribute(&xml, &name, &value));
    assert_span(name, "two");
    assert_span(value, "a < A");
    assert_true(sonda__xml_attribute(&xml, &name, &value));
    assert_span(name, "three");
    assert_int_equal(value.len, 0);
    assert_false(sonda__xml_attribute(&xml, &name, &value));
    assert_int_equal(sonda__xml_next(&xml), SONDA__XML_END);
    assert_int_equal(sonda__xml_next(&xml), SONDA__XML_DONE);
}

static void test_xml_text__nothing_to_replace__is_borrowed(void **state)
{
    const char *text = "<a>plain \xff bytes</a>";
    sonda__xml xml;
    sonda__arena arena;

    (void)state;
    open_text(&xml, &arena, text);

    assert_int_equal(sonda__xml_next(&xml), SONDA__XML_START);
    assert_int_equal(sonda__xml_next(&xml), SONDA__XML_TEXT);
    assert_ptr_equal(xml.text.data, text + 3);
    assert_span(xml.text, "plain \xff bytes");
    assert_int_equal(arena.used, 0);
}

static void test_xml_text__all_that_it_is_made_of__is_one_token(void **state)
{
    static const struct {
        const char *xml;
        const char *text;
    } rows[] = {
        {"<a>x &amp; y</a>", "x & y"},
        {"<a>&lt;&gt;&amp;&quot;&apos;</a>", "<>&\"'"},
        {"<a>&#10;&#x9;&#xe9;&#8364;&#x1F600;</a>", "\n\t\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
        {"<a>&#xD800;</a>", "\xed\xa0\x80"},
        {"<a><![CDATA[1 < 2 &amp; ]]></a>", "1 < 2 &amp; "},
        {"<a>x<!-- no -->y<?pi?>z</a>", "xyz"},
        {"<a>&amp;<![CDATA[&]]>&amp;</a>", "&&&"},
        {"<a>x<![CDATA[]]></a>", "x"},
        {"<a>\xc3\xa9\x01</a>", "\xc3\xa9\x01"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sonda__xml xml;
        sonda__arena arena;
        open_text(&xml, &arena, rows[i].xml);
        assert_int_equal(sonda__xml_next(&xml), SONDA__XML_START);
        assert_int_equal(sonda__xml_next(&xml), SONDA__XML_TEXT);
        assert_span(xml.text, rows[i].text);
        assert_int_equal(sonda__xml_next(&xml), SONDA__XML_END);
        assert_int_equal(sonda__xml_next(&xml), SONDA__XML_DONE);
    }
}

static void test_xml_element_text__children_between__joins_own_text_only(void **state)
{
    sonda__xml xml;
    sonda__arena arena;
    sonda__span text;

    (void)state;
    open_text(&xml, &arena, "<a><b>one<c d='&amp;'>inner</c>two</b><b/></a>");
    sonda__xml_next(&xml);
    sonda__xml_next(&xml);

    assert_true(sonda__xml_element_text(&xml, &text));

    assert_span(text, "onetwo");
    assert_int_equal(sonda__xml_next(&xml), SONDA__XML_START);
    assert_true(sonda__xml_element_text(&xml, &text));
    assert_int_equal(text.len, 0);
    assert_int_equal(sonda__xml_next(&xml), SONDA__XML_END);
    assert_int_equal(sonda__xml_next(&xml), SONDA__XML_DONE);
}

static void test_xml_skip_element__nested_content__ends_behind_it(void **state)
{
    sonda__xml xml;
    sonda__arena arena;

    (void)state;
    open_text(&xml, &arena, "<a><b><c>x</c><c/></b><d/></a>");
    sonda__xml_next(&xml);
    sonda__xml_next(&xml);

    assert_true(sonda__xml_skip_element(&xml));

    assert_int_equal(sonda__xml_next(&xml), SONDA__XML_START);
    assert_span(xml.name, "d");
}

static void test_xml_next__broken_input__says_what_and_where(void **state)
{
    static const struct {
        const char *xml;
        sonda_status status;
        size_t at;
    } rows[] = {
        {"", SONDA_ERR_TRUNCATED, 0},
        {"  ", SONDA_ERR_TRUNCATED, 2},
        {"text", SONDA_ERR_MALFORMED, 0},
        {"<a>", SONDA_ERR_TRUNCATED, 3},
        {"<a", SONDA_ERR_TRUNCATED, 2},
        {"<a b", SONDA_ERR_TRUNCATED, 4},
        {"<a /", SONDA_ERR_TRUNCATED, 4},
        {"<a b='x", SONDA_ERR_TRUNCATED, 7},
        {"<a>x", SONDA_ERR_TRUNCATED, 4},
        {"<a><!-- x</a>", SONDA_ERR_TRUNCATED, 13},
        {"<a><![CDATA[x</a>", SONDA_ERR_TRUNCATED, 17},
        {"<a></b>", SONDA_ERR_MALFORMED, 3},
        {"<a></a><b/>", SONDA_ERR_MALFORMED, 7},
        {"<a></a>x", SONDA_ERR_MALFORMED, 7},
        {"<a></a b>", SONDA_ERR_MALFORMED, 7},
        {"<a>&bogus;</a>", SONDA_ERR_MALFORMED, 3},
        {"<a>x &amp</a>", SONDA_ERR_MALFORMED, 5},
        {"<a>&#x110000;</a>", SONDA_ERR_MALFORMED, 3},
        {"<a>&#99999999999999999999;</a>", SONDA_ERR_MALFORMED, 3},
        {"<a>&#;</a>", SONDA_ERR_MALFORMED, 3},
        {"<a>&#x;</a>", SONDA_ERR_MALFORMED, 3},
        {"<a b=c/>", SONDA_ERR_MALFORMED, 5},
        {"<a b/>", SONDA_ERR_MALFORMED, 4},
        {"<a b='<'/>", SONDA_ERR_MALFORMED, 6},
        {"<a b='1'c='2'/>", SONDA_ERR_MALFORMED, 8},
        {"<a/ >", SONDA_ERR_MALFORMED, 2},
        {"<1a/>", SONDA_ERR_MALFORMED, 1},
        {"<!DOCTYPE a><a/>", SONDA_ERR_MALFORMED, 0},
        {"<a><!ENTITY x 'y'></a>", SONDA_ERR_MALFORMED, 3},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sonda__xml xml;
        sonda__arena arena;
        open_text(&xml, &arena, rows[i].xml);
        assert_int_equal(read_all(&xml), SONDA__XML_FAILED);
        assert_int_equal(xml.status, rows[i].status);
        assert_int_equal(xml.error_at, rows[i].at);
        assert_int_not_equal(xml.reason[0], '\0');
        assert_int_equal(sonda__xml_next(&xml), SONDA__XML_FAILED);
    }
}

static void test_xml_next__one_level_past_the_depth__is_a_limit(void **state)
{
    char text[3 * (SONDA__DEPTH_MAX + 1) + 1];
    sonda__xml xml;
    sonda__arena arena;

    (void)state;
    text[0] = '\0';
    for (size_t i = 0; i <= SONDA__DEPTH_MAX; i++) {
        memcpy(text + 3 * i, "<a>", 4);
    }
    open_text(&xml, &arena, text);

    assert_int_equal(read_all(&xml), SONDA__XML_FAILED);

    assert_int_equal(xml.status, SONDA_ERR_LIMIT);
    assert_int_equal(xml.error_at, sizeof(text) - 4);
}

static void test_xml_text__arena_too_small__is_a_limit(void **state)
{
    sonda__xml xml;
    sonda__arena arena;

    (void)state;
    open_text(&xml, &arena, "<a>four &amp; more</a>");
    sonda__arena_init(&arena, arena_block, 4);

    assert_int_equal(read_all(&xml), SONDA__XML_FAILED);

    assert_int_equal(xml.status, SONDA_ERR_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_xml_next__nested_elements__come_in_order),
        cmocka_unit_test(test_xml_attribute__both_quotes_and_references__are_read),
        cmocka_unit_test(test_xml_text__nothing_to_replace__is_borrowed),
        cmocka_unit_test(test_xml_text__all_that_it_is_made_of__is_one_token),
        cmocka_unit_test(test_xml_element_text__children_between__joins_own_text_only),
        cmocka_unit_test(test_xml_skip_element__nested_content__ends_behind_it),
        cmocka_unit_test(test_xml_next__broken_input__says_what_and_where),
        cmocka_unit_test(test_xml_next__one_level_past_the_depth__is_a_limit),
        cmocka_unit_test(test_xml_text__arena_too_small__is_a_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
