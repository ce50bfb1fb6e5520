/* SPDX-License-Identifier: Apache-2.0 */

/* Loading: what is refused and how, what callers can ask, signatures. */

#include "core/crypto/hash.h"
#include "tests/unit/rules/pack_fixture.h"

#include <mbedtls/ecdsa.h>

static pack_fixture pack;

static int make_pack(void **state)
{
    (void)state;
    pack = pack_fixture_make(pack_fixture_yaml);
    return 0;
}

static int free_pack(void **state)
{
    (void)state;
    free(pack.bytes);
    return 0;
}

static void assert_refused(sonda_status expected, const char *reason)
{
    sonda_content *content = NULL;
    sonda_error error = SONDA_ERROR_INIT;
    sonda_status status = pack_fixture_load(pack.bytes, pack.len, &content, &error);

    if (status != expected || strstr(error.message, reason) == NULL) {
        fail_msg("%s: %s", sonda_status_name(status), error.message);
    }
    assert_int_equal(error.status, expected);
}

static void test_content__whole__answers_questions(void **state)
{
    sonda_content *content = NULL;
    sonda_rule_view view = SONDA_RULE_VIEW_INIT;
    sonda_content_info info = SONDA_CONTENT_INFO_INIT;
    sonda_text text;
    uint32_t index = 9;
    const char *two = "00000000-0000-4000-8000-000000000002";

    (void)state;
    assert_int_equal(pack_fixture_load(pack.bytes, pack.len, &content, NULL), SONDA_OK);

    assert_int_equal(sonda_content_rule_count(content), 4);
    assert_int_equal(sonda_content_rule(content, 0, &view), SONDA_OK);
    assert_memory_equal(view.title.data, "One", view.title.len);
    assert_int_equal(view.level, SONDA_LEVEL_HIGH);
    assert_int_equal(view.tag_count, 2);
    assert_int_equal(sonda_content_rule_tag(content, 0, 1, &text), SONDA_OK);
    assert_memory_equal(text.data, "attack.execution", text.len);
    assert_int_equal(sonda_content_rule_falsepositive(content, 0, 0, &text), SONDA_OK);
    assert_memory_equal(text.data, "None known", text.len);
    assert_int_equal(sonda_content_find_rule(content, two, strlen(two), &index), SONDA_OK);
    assert_int_equal(index, 1);
    assert_int_equal(sonda_content_info_get(content, &info), SONDA_OK);
    assert_int_equal(info.rule_count, 4);
    assert_int_equal(info.filter_count, 1);
    assert_int_equal(info.size_bytes, pack.len);
    sonda_content_release(content);
}

static void test_content__questions_out_of_range__are_not_found(void **state)
{
    sonda_content *content = NULL;
    sonda_rule_view view = SONDA_RULE_VIEW_INIT;
    sonda_text text;
    uint32_t index = 9;

    (void)state;
    assert_int_equal(pack_fixture_load(pack.bytes, pack.len, &content, NULL), SONDA_OK);

    assert_int_equal(sonda_content_rule(content, 4, &view), SONDA_ERR_NOT_FOUND);
    assert_int_equal(sonda_content_rule_tag(content, 0, 2, &text), SONDA_ERR_NOT_FOUND);
    assert_int_equal(sonda_content_find_rule(content, "none", 4, &index), SONDA_ERR_NOT_FOUND);
    assert_int_equal(index, 9);
    view.struct_size = 1;
    assert_int_equal(sonda_content_rule(content, 0, &view), SONDA_ERR_ABI);
    sonda_content_release(content);
}

static void test_content__damaged__is_refused_for_what_it_is(void **state)
{
    (void)state;
    pack.bytes[pack.len / 2] ^= 0x10;
    assert_refused(SONDA_ERR_CHECKSUM, "digest");
    pack.bytes[pack.len / 2] ^= 0x10;

    mutated_put32(pack.bytes + SONDA__AT_VERSION, SONDA__PACK_VERSION + 1);
    assert_refused(SONDA_ERR_VERSION, "version 4");
    mutated_put32(pack.bytes + SONDA__AT_VERSION, SONDA__PACK_VERSION);

    pack.bytes[SONDA__AT_SCHEMA] ^= 1;
    mutated_seal(pack.bytes, pack.len);
    assert_refused(SONDA_ERR_SCHEMA, "field table");
    pack.bytes[SONDA__AT_SCHEMA] ^= 1;
    mutated_seal(pack.bytes, pack.len);

    pack.bytes[0] ^= 1;
    assert_refused(SONDA_ERR_MALFORMED, "not a content pack");
    pack.bytes[0] ^= 1;
}

static void test_content__every_bit_flipped__is_refused(void **state)
{
    (void)state;
    for (size_t bit = 0; bit < pack.len * 8; bit++) {
        sonda_content *content = NULL;
        sonda_status status;

        pack.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        status = pack_fixture_load(pack.bytes, pack.len, &content, NULL);
        pack.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);

        assert_int_not_equal(status, SONDA_OK);
        sonda_content_release(content);
    }
}

static void test_content__cut_anywhere__is_refused(void **state)
{
    (void)state;
    for (size_t len = 0; len < pack.len; len++) {
        uint8_t *exact = malloc(len + 1);
        sonda_content *content = NULL;

        assert_non_null(exact);
        memcpy(exact, pack.bytes, len);
        assert_true(pack_fixture_load(exact, len, &content, NULL) < 0);
        free(exact);
    }
}

static void test_content__too_dear__is_refused(void **state)
{
    sonda_content_options options = SONDA_CONTENT_OPTIONS_INIT;
    sonda_content *content = NULL;

    (void)state;
    options.require_signature = 0;
    options.max_cost_per_byte = 10;
    assert_int_equal(sonda_content_load(&content, pack.bytes, pack.len, &options, NULL, NULL),
                     SONDA_ERR_LIMIT);
}

static void test_content__packs_over_packs__end(void **state)
{
    sonda_content_options options = SONDA_CONTENT_OPTIONS_INIT;
    sonda_content *top = NULL;
    sonda_status status = SONDA_OK;
    int depth = 0;

    (void)state;
    options.require_signature = 0;
    while (status == SONDA_OK && depth < 100) {
        sonda_content *next = NULL;

        options.base = top;
        status = sonda_content_load(&next, pack.bytes, pack.len, &options, NULL, NULL);
        if (status == SONDA_OK) {
            sonda_content_release(top);
            top = next;
            depth++;
        }
    }

    assert_int_equal(status, SONDA_ERR_LIMIT);
    assert_int_equal(sonda_content_rule_count(top), 4 * (uint32_t)depth);
    sonda_content_release(top);
}

static int test_random(void *user, unsigned char *bytes, size_t len)
{
    uint8_t *seed = user;

    for (size_t i = 0; i < len; i++) {
        bytes[i] = (*seed)++;
    }
    return 0;
}

/* Signs the pack with a key made of a counter; returns its public half. */
static void sign(uint8_t point[65])
{
    mbedtls_ecp_keypair pair;
    mbedtls_mpi r;
    mbedtls_mpi s;
    uint8_t seed = 7;
    uint8_t hash[32];
    size_t point_len;
    size_t header = SONDA__PACK_HEADER_SIZE + SONDA__SECTION_COUNT * SONDA__SECTION_ENTRY_SIZE;
    uint8_t *entry = pack.bytes + pack.len - SONDA__SIGNATURE_SIZE;
    mbedtls_ecp_group group;
    mbedtls_mpi d;
    mbedtls_ecp_point q;

    mbedtls_ecp_keypair_init(&pair);
    mbedtls_ecp_group_init(&group);
    mbedtls_ecp_point_init(&q);
    mbedtls_mpi_init(&d);
    mbedtls_mpi_init(&r);
    mbedtls_mpi_init(&s);
    assert_int_equal(mbedtls_ecp_group_load(&group, MBEDTLS_ECP_DP_SECP256R1), 0);
    assert_int_equal(mbedtls_ecp_gen_keypair(&group, &d, &q, test_random, &seed), 0);
    assert_int_equal(mbedtls_ecp_point_write_binary(&group, &q, MBEDTLS_ECP_PF_UNCOMPRESSED,
                                                    &point_len, point, 65),
                     0);
    sonda__sha256(pack.bytes, header, hash);
    assert_int_equal(
        mbedtls_ecdsa_sign(&group, &r, &s, &d, hash, sizeof hash, test_random, &seed), 0);
    mutated_put32(entry + SONDA__AT_SIGNATURE_ALGORITHM, SONDA_KEY_ECDSA_P256);
    mutated_put32(entry + SONDA__AT_SIGNATURE_LENGTH, SONDA__SIGNATURE_LENGTH);
    assert_int_equal(mbedtls_mpi_write_binary(&r, entry + SONDA__AT_SIGNATURE_BYTES, 32), 0);
    assert_int_equal(mbedtls_mpi_write_binary(&s, entry + SONDA__AT_SIGNATURE_BYTES + 32, 32),
                     0);
    mbedtls_mpi_free(&s);
    mbedtls_mpi_free(&r);
    mbedtls_mpi_free(&d);
    mbedtls_ecp_point_free(&q);
    mbedtls_ecp_group_free(&group);
    mbedtls_ecp_keypair_free(&pair);
}

static void
test_content__signature__is_required_by_default_and_must_be_by_a_trusted_key(void **state)
{
    sonda_content_options options = SONDA_CONTENT_OPTIONS_INIT;
    sonda_error error = SONDA_ERROR_INIT;
    sonda_content *content = NULL;
    uint8_t point[65];
    sonda_trusted_key key = {SONDA_KEY_ECDSA_P256, 0, point, sizeof point};
    sonda_content_info info = SONDA_CONTENT_INFO_INIT;

    (void)state;
    assert_int_equal(sonda_content_load(&content, pack.bytes, pack.len, NULL, NULL, &error),
                     SONDA_ERR_SIGNATURE);
    assert_non_null(strstr(error.message, "not signed"));

    sign(point);
    assert_int_equal(sonda_content_load(&content, pack.bytes, pack.len, NULL, NULL, &error),
                     SONDA_ERR_SIGNATURE);
    options.trusted_keys = &key;
    options.trusted_key_count = 1;
    assert_int_equal(sonda_content_load(&content, pack.bytes, pack.len, &options, NULL, &error),
                     SONDA_OK);
    assert_int_equal(sonda_content_info_get(content, &info), SONDA_OK);
    assert_int_equal(info.signature, SONDA_KEY_ECDSA_P256);
    sonda_content_release(content);

    pack.bytes[pack.len - 1] ^= 1;
    pack.bytes[pack.len - SONDA__SIGNATURE_SIZE + SONDA__AT_SIGNATURE_BYTES] ^= 1;
    assert_int_equal(sonda_content_load(&content, pack.bytes, pack.len, &options, NULL, &error),
                     SONDA_ERR_SIGNATURE);
}

/* Three rules, two expressions: one of them with other classes at the same places. */
static void test_content__equal_expressions__are_one(void **state)
{
#define ASKING(id, expression)                                                    \
    "title: T\nid: 00000000-0000-4000-8000-00000000000" id                        \
    "\nlogsource: {product: windows}\ndetection:\n    a: {Image|re: '" expression \
    "'}\n    condition: a\n"
    static const char yaml[] =
        ASKING("1", "a[b-d]e") "---\n" ASKING("2", "a[b-d]e") "---\n" ASKING("3", "a[b-c]e");
    pack_fixture made = pack_fixture_make(yaml);
    sonda_content *content = NULL;
    sonda_content_info info = SONDA_CONTENT_INFO_INIT;

    (void)state;
    assert_int_equal(pack_fixture_load(made.bytes, made.len, &content, NULL), SONDA_OK);
    assert_int_equal(sonda_content_info_get(content, &info), SONDA_OK);
    assert_int_equal(info.rule_count, 3);
    assert_int_equal(info.regex_count, 2);
    sonda_content_release(content);
    free(made.bytes);
#undef ASKING
}

/* An allocator that fails once, at a given call. */
typedef struct failing {
    size_t calls;
    size_t fail_at;
    size_t live;
} failing;

static void *take(size_t size, void *user)
{
    failing *failing_one = user;

    if (failing_one->calls++ == failing_one->fail_at) {
        return NULL;
    }
    failing_one->live++;
    return malloc(size);
}

static void give_back(void *memory, void *user)
{
    failing *failing_one = user;

    failing_one->live--;
    free(memory);
}

static void test_content__no_memory_at_any_call__fails_and_leaks_nothing(void **state)
{
    sonda_content_options options = SONDA_CONTENT_OPTIONS_INIT;
    sonda_status status = SONDA_ERR_NO_MEMORY;
    size_t fail_at = 0;

    (void)state;
    options.require_signature = 0;
    for (; status == SONDA_ERR_NO_MEMORY; fail_at++) {
        failing memory = {0, fail_at, 0};
        sonda_allocator allocator = SONDA_ALLOCATOR_INIT;
        sonda_content *content = NULL;

        allocator.allocate = take;
        allocator.release = give_back;
        allocator.user = &memory;
        status = sonda_content_load(&content, pack.bytes, pack.len, &options, &allocator, NULL);
        sonda_content_release(content);

        assert_int_equal(memory.live, 0);
    }
    assert_int_equal(status, SONDA_OK);
    assert_true(fail_at > 5);
}

/* Seeds that are refused at their version lead a fuzzer nowhere. */
static void test_content__seeds_of_the_fuzz_target__load(void **state)
{
    static const char *const names[] = {"every_part", "literals", "one_rule"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        static uint8_t bytes[65536];
        char path[512];
        sonda_content *content = NULL;
        sonda_error error = SONDA_ERROR_INIT;
        FILE *file;
        size_t len;

        (void)snprintf(path, sizeof path, SONDA_SOURCE_DIR "/fuzz/corpus/pack/%s.pack",
                       names[i]);
        file = fopen(path, "rb");
        assert_non_null(file);
        len = fread(bytes, 1, sizeof bytes, file);
        (void)fclose(file);
        assert_in_range(len, SONDA__PACK_HEADER_SIZE, sizeof bytes);
        memcpy(bytes + SONDA__AT_SCHEMA, sonda_field_schema_hash(), SONDA__SHA256_SIZE);
        mutated_seal(bytes, len);

        if (pack_fixture_load(bytes, len, &content, &error) != SONDA_OK) {
            fail_msg("%s: %s; run scripts/pack_seeds.sh", path, error.message);
        }
        sonda_content_release(content);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_content__equal_expressions__are_one),
        cmocka_unit_test(test_content__seeds_of_the_fuzz_target__load),
        cmocka_unit_test_setup_teardown(test_content__whole__answers_questions, make_pack,
                                        free_pack),
        cmocka_unit_test_setup_teardown(test_content__questions_out_of_range__are_not_found,
                                        make_pack, free_pack),
        cmocka_unit_test_setup_teardown(test_content__damaged__is_refused_for_what_it_is,
                                        make_pack, free_pack),
        cmocka_unit_test_setup_teardown(test_content__every_bit_flipped__is_refused, make_pack,
                                        free_pack),
        cmocka_unit_test_setup_teardown(test_content__cut_anywhere__is_refused, make_pack,
                                        free_pack),
        cmocka_unit_test_setup_teardown(test_content__too_dear__is_refused, make_pack,
                                        free_pack),
        cmocka_unit_test_setup_teardown(test_content__packs_over_packs__end, make_pack,
                                        free_pack),
        cmocka_unit_test_setup_teardown(
            test_content__signature__is_required_by_default_and_must_be_by_a_trusted_key,
            make_pack, free_pack),
        cmocka_unit_test_setup_teardown(
            test_content__no_memory_at_any_call__fails_and_leaks_nothing, make_pack, free_pack),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
