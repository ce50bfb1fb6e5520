/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Public keys out of their wrappings.
 *
 * A SubjectPublicKeyInfo of either algorithm is a constant followed by the key
 * (RFC 5480, RFC 8410): comparing the constant replaces an ASN.1 parser and
 * accepts nothing but DER.
 *
 * Layer 1 (crypto): uses core/base and Mbed TLS.
 */

#include "core/crypto/public_key.h"

#include <mbedtls/base64.h>

#define PREFIX_MAX 26u
#define DER_MAX (PREFIX_MAX + SONDA__P256_POINT_SIZE)

/* How the keys of one algorithm look. */
typedef struct key_form {
    size_t key_size;
    size_t prefix_size;
    uint8_t prefix[PREFIX_MAX];
} key_form;

static const key_form p256_form = {
    SONDA__P256_POINT_SIZE,
    26,
    {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
     0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00},
};

static const key_form ed25519_form = {
    SONDA__ED25519_KEY_SIZE,
    12,
    {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00},
};

static bool starts_with(sonda__span text, sonda__span start)
{
    return text.len >= start.len && memcmp(text.data, start.data, start.len) == 0;
}

static sonda__span without_trailing_space(sonda__span text)
{
    while (text.len > 0 && strchr(" \t\r\n", text.data[text.len - 1]) != NULL) {
        text.len--;
    }
    return text;
}

/* The base64 between the lines of a PEM file; empty when it is none. */
static sonda__span pem_body(sonda__span key)
{
    const sonda__span first = sonda__span_text("-----BEGIN PUBLIC KEY-----");
    const sonda__span last = sonda__span_text("-----END PUBLIC KEY-----");
    sonda__span body = without_trailing_space(key);

    if (body.len < first.len + last.len || !starts_with(body, first) ||
        memcmp(body.data + body.len - last.len, last.data, last.len) != 0) {
        return sonda__span_of("", 0);
    }
    return sonda__span_of(body.data + first.len, body.len - first.len - last.len);
}

/* A PEM key becomes DER in `room`; any other stays as it is. */
static sonda__span unwrap_pem(sonda__span key, uint8_t room[DER_MAX])
{
    sonda__span body = pem_body(key);
    size_t len = 0;

    /* The decoder knows line ends but not leading ones. */
    while (body.len > 0 && (body.data[0] == '\r' || body.data[0] == '\n')) {
        body = sonda__span_of(body.data + 1, body.len - 1);
    }
    body = without_trailing_space(body);
    if (body.len == 0 ||
        mbedtls_base64_decode(room, DER_MAX, &len, (const uint8_t *)body.data, body.len) != 0) {
        return key;
    }
    return sonda__span_of((const char *)room, len);
}

static sonda_status extract(const key_form *form, sonda__span key, uint8_t *out)
{
    uint8_t room[DER_MAX];
    sonda__span der;

    if (key.len == form->key_size) {
        memcpy(out, key.data, form->key_size);
        return SONDA_OK;
    }
    der = unwrap_pem(key, room);
    if (der.len != form->prefix_size + form->key_size ||
        memcmp(der.data, form->prefix, form->prefix_size) != 0) {
        return SONDA_ERR_MALFORMED;
    }
    memcpy(out, der.data + form->prefix_size, form->key_size);
    return SONDA_OK;
}

sonda_status sonda__public_key_p256(sonda__span key, uint8_t out[SONDA__P256_POINT_SIZE])
{
    return extract(&p256_form, key, out);
}

sonda_status sonda__public_key_ed25519(sonda__span key, uint8_t out[SONDA__ED25519_KEY_SIZE])
{
    return extract(&ed25519_form, key, out);
}
