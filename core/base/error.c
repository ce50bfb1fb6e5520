/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A formatter of three directives: enough for messages, small enough to trust
 * with a hostile rule title.
 *
 * Layer 0 (base). No allocation.
 */

#include "core/base/error.h"

#include <stdarg.h>

#include "sonda/abi.h"

static void append(sonda_error *error, size_t *used, sonda__span text)
{
    for (size_t i = 0; i < text.len && *used + 1 < sizeof error->message; i++) {
        unsigned char c = (unsigned char)text.data[i];

        if (c < 0x20 || c == 0x7f) {
            c = '?';
        }
        error->message[(*used)++] = (char)c;
    }
    error->message[*used] = '\0';
}

static void append_number(sonda_error *error, size_t *used, uint64_t number)
{
    char digits[20];
    size_t first = sizeof digits;

    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    append(error, used, sonda__span_of(digits + first, sizeof digits - first));
}

sonda_status sonda__error_set(
    sonda_error *error, sonda_status status, uint64_t offset, const char *format, ...)
{
    sonda_error filled = SONDA_ERROR_INIT;
    va_list arguments;
    size_t used = 0;

    if (error == NULL) {
        return status;
    }
    filled.status = status;
    filled.offset = offset;
    va_start(arguments, format);
    for (const char *p = format; *p != '\0'; p++) {
        if (*p != '%' || p[1] == '\0') {
            append(&filled, &used, sonda__span_of(p, 1));
            continue;
        }
        switch (*++p) {
        case 's':
            append(&filled, &used, sonda__span_text(va_arg(arguments, const char *)));
            break;
        case 'v':
            append(&filled, &used, va_arg(arguments, sonda__span));
            break;
        case 'u':
            append_number(&filled, &used, va_arg(arguments, uint64_t));
            break;
        default:
            append(&filled, &used, sonda__span_of(p, 1));
            break;
        }
    }
    va_end(arguments);
    (void)sonda_abi_write(&filled, sizeof filled, error);
    return status;
}
