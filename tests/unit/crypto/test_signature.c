/* SPDX-License-Identifier: Apache-2.0 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/codec/number.h"
#include "core/crypto/signature.h"

/* Bytes of a text in hexadecimal. */
static size_t from_hex(const char *hex, uint8_t *out)
{
    size_t len = strlen(hex) / 2;

    for (size_t i = 0; i < len; i++) {
        out[i] =
            (uint8_t)(sonda__hex_digit(hex[2 * i]) << 4 | sonda__hex_digit(hex[2 * i + 1]));
    }
    return len;
}

/* RFC 6979, A.2.5: P-256 with SHA-256, messages "sample" and "test". */
#define P256_KEY                                                       \
    "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29f" \
    "b67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
#define SAMPLE_R "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
#define SAMPLE_S "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
#define TEST_R "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
#define TEST_S "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083"
#define P256_SPKI "3059301306072a8648ce3d020106082a8648ce3d030107034200"
/* The same key in PEM. */
#define P256_PEM                                                         \
    "-----BEGIN PUBLIC KEY-----\n"                                       \
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7\n" \
    "Yfps5mliLmDyn7Z5A/4QCLi8maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==\n"     \
    "-----END PUBLIC KEY-----\n"

/* RFC 8032, 7.1, tests 1 and 2. */
#define ED_KEY_1 "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
#define ED_SIGNATURE_1                                                 \
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155" \
    "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
#define ED_KEY_2 "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
#define ED_SIGNATURE_2                                                 \
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da" \
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
#define ED_SPKI "302a300506032b6570032100"

static sonda_status
verify(uint32_t algorithm, const char *key_hex, const char *message, const char *signature_hex)
{
    uint8_t key[128];
    uint8_t signature[128];
    size_t key_len = from_hex(key_hex, key);
    size_t signature_len = from_hex(signature_hex, signature);

    return sonda__signature_verify(
        algorithm, sonda__span_of((const char *)key, key_len), sonda__span_text(message),
        sonda__span_of((const char *)signature, signature_len), NULL);
}

static void test_signature_p256__vectors_of_rfc6979__verify(void **state)
{
    (void)state;
    assert_int_equal(verify(SONDA_KEY_ECDSA_P256, P256_KEY, "sample", SAMPLE_R SAMPLE_S),
                     SONDA_OK);
    assert_int_equal(verify(SONDA_KEY_ECDSA_P256, P256_KEY, "test", TEST_R TEST_S), SONDA_OK);
}

static void test_signature_p256__key_in_der_or_pem__is_the_same(void **state)
{
    uint8_t signature[64];

    (void)state;
    assert_int_equal(verify(SONDA_KEY_ECDSA_P256, P256_SPKI P256_KEY, "test", TEST_R TEST_S),
                     SONDA_OK);
    (void)from_hex(TEST_R TEST_S, signature);
    assert_int_equal(sonda__signature_verify(SONDA_KEY_ECDSA_P256, sonda__span_text(P256_PEM),
                                             sonda__span_text("test"),
                                             sonda__span_of((const char *)signature, 64), NULL),
                     SONDA_OK);
}

static void test_signature_p256__der_sequence__verifies(void **state)
{
    (void)state;
    assert_int_equal(verify(SONDA_KEY_ECDSA_P256, P256_KEY, "sample",
                            "3046022100" SAMPLE_R "022100" SAMPLE_S),
                     SONDA_OK);
    assert_int_equal(verify(SONDA_KEY_ECDSA_P256, P256_KEY, "sample",
                            "3046022100" SAMPLE_R "022100" SAMPLE_S "00"),
                     SONDA_ERR_SIGNATURE);
}

static void test_signature_p256__der_with_a_lying_length__does_not_verify(void **state)
{
    (void)state;
    assert_int_equal(verify(SONDA_KEY_ECDSA_P256, P256_KEY, "sample",
                            "3045022100" SAMPLE_R "022100" SAMPLE_S),
                     SONDA_ERR_SIGNATURE);
}

static void test_signature_p256__anything_else__does_not_verify(void **state)
{
    (void)state;
    assert_int_equal(verify(SONDA_KEY_ECDSA_P256, P256_KEY, "Sample", SAMPLE_R SAMPLE_S),
                     SONDA_ERR_SIGNATURE);
    assert_int_equal(verify(SONDA_KEY_ECDSA_P256, P256_KEY, "sample", SAMPLE_S SAMPLE_R),
                     SONDA_ERR_SIGNATURE);
    assert_int_equal(verify(SONDA_KEY_ECDSA_P256, P256_KEY, "sample", ""), SONDA_ERR_SIGNATURE);
    assert_int_equal(verify(SONDA_KEY_ECDSA_P256, P256_KEY, "sample", SAMPLE_R),
                     SONDA_ERR_SIGNATURE);
    /* r and s of zero must never pass. */
    assert_int_equal(
        verify(SONDA_KEY_ECDSA_P256, P256_KEY, "sample",
               "00000000000000000000000000000000000000000000000000000000000000000000000000"
               "000000000000000000000000000000000000000000000000000000"),
        SONDA_ERR_SIGNATURE);
}

static void test_signature_p256__not_a_point__is_malformed(void **state)
{
    uint8_t key[65];

    (void)state;
    (void)from_hex(P256_KEY, key);
    key[64] ^= 1;
    assert_int_equal(sonda__signature_verify(
                         SONDA_KEY_ECDSA_P256, sonda__span_of((const char *)key, sizeof key),
                         sonda__span_text("sample"), sonda__span_text("x"), NULL),
                     SONDA_ERR_MALFORMED);
    assert_int_equal(verify(SONDA_KEY_ECDSA_P256, ED_SPKI ED_KEY_1, "", SAMPLE_R SAMPLE_S),
                     SONDA_ERR_MALFORMED);
    assert_int_equal(verify(SONDA_KEY_ECDSA_P256, "", "", SAMPLE_R SAMPLE_S),
                     SONDA_ERR_MALFORMED);
}

static void
test_signature_ed25519__vectors_of_rfc8032__verify_or_are_refused_by_name(void **state)
{
    bool built_in = sonda__signature_supported(SONDA_KEY_ED25519);
    sonda_error error = SONDA_ERROR_INIT;
    sonda_status wanted = built_in ? SONDA_OK : SONDA_ERR_UNSUPPORTED;

    (void)state;
    assert_int_equal(verify(SONDA_KEY_ED25519, ED_KEY_1, "", ED_SIGNATURE_1), wanted);
    assert_int_equal(verify(SONDA_KEY_ED25519, ED_KEY_2, "\x72", ED_SIGNATURE_2), wanted);
    assert_int_equal(verify(SONDA_KEY_ED25519, ED_SPKI ED_KEY_2, "\x72", ED_SIGNATURE_2),
                     wanted);
    if (!built_in) {
        (void)sonda__signature_verify(SONDA_KEY_ED25519, sonda__span_text(""),
                                      sonda__span_text(""), sonda__span_text(""), &error);
        assert_non_null(strstr(error.message, "Ed25519"));
    }
}

static void test_signature_ed25519__anything_else__does_not_verify(void **state)
{
    (void)state;
    if (!sonda__signature_supported(SONDA_KEY_ED25519)) {
        print_message("built without libsodium\n");
        skip();
    }
    assert_int_equal(verify(SONDA_KEY_ED25519, ED_KEY_1, "x", ED_SIGNATURE_1),
                     SONDA_ERR_SIGNATURE);
    assert_int_equal(verify(SONDA_KEY_ED25519, ED_KEY_2, "", ED_SIGNATURE_1),
                     SONDA_ERR_SIGNATURE);
    assert_int_equal(verify(SONDA_KEY_ED25519, ED_KEY_1, "", "00"), SONDA_ERR_SIGNATURE);
    assert_int_equal(verify(SONDA_KEY_ED25519, P256_KEY, "", ED_SIGNATURE_1),
                     SONDA_ERR_MALFORMED);
}

static void test_signature__unknown_algorithm__is_refused(void **state)
{
    (void)state;
    assert_false(sonda__signature_supported(77));
    assert_int_equal(verify(77, P256_KEY, "sample", SAMPLE_R SAMPLE_S), SONDA_ERR_UNSUPPORTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signature_p256__vectors_of_rfc6979__verify),
        cmocka_unit_test(test_signature_p256__key_in_der_or_pem__is_the_same),
        cmocka_unit_test(test_signature_p256__der_sequence__verifies),
        cmocka_unit_test(test_signature_p256__der_with_a_lying_length__does_not_verify),
        cmocka_unit_test(test_signature_p256__anything_else__does_not_verify),
        cmocka_unit_test(test_signature_p256__not_a_point__is_malformed),
        cmocka_unit_test(
            test_signature_ed25519__vectors_of_rfc8032__verify_or_are_refused_by_name),
        cmocka_unit_test(test_signature_ed25519__anything_else__does_not_verify),
        cmocka_unit_test(test_signature__unknown_algorithm__is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
