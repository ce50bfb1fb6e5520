/* SPDX-License-Identifier: Apache-2.0 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/codec/number.h"
#include "core/crypto/hash.h"

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

/* FIPS 180-4 examples. */
static void test_sha256__vectors_of_nist__agree(void **state)
{
    static const struct {
        const char *text;
        const char *digest;
    } cases[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t wanted[SONDA__SHA256_SIZE];
        uint8_t digest[SONDA__SHA256_SIZE];

        (void)from_hex(cases[i].digest, wanted);
        sonda__sha256(cases[i].text, strlen(cases[i].text), digest);
        assert_memory_equal(digest, wanted, sizeof wanted);
    }
}

static void test_sha256__a_million_in_pieces__agrees(void **state)
{
    uint8_t wanted[SONDA__SHA256_SIZE];
    uint8_t digest[SONDA__SHA256_SIZE];
    sonda__sha256_state running;
    char piece[1000];

    (void)state;
    (void)from_hex("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0", wanted);
    memset(piece, 'a', sizeof piece);
    sonda__sha256_begin(&running);
    for (int i = 0; i < 1000; i++) {
        sonda__sha256_add(&running, piece, sizeof piece);
    }
    sonda__sha256_add(&running, NULL, 0);
    sonda__sha256_end(&running, digest);

    assert_memory_equal(digest, wanted, sizeof wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sha256__vectors_of_nist__agree),
        cmocka_unit_test(test_sha256__a_million_in_pieces__agrees),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
