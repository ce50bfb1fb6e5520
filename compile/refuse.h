/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Saying no with a line: what every check of the front end ends with.
 *
 * A reason names what is wrong and, behind a colon or semicolon, what to do.
 *
 * Module compile. No allocation.
 */

#ifndef SONDA_COMPILE_REFUSE_H
#define SONDA_COMPILE_REFUSE_H

#include "core/base/error.h"
#include "sonda/abi.h"

/*
 * Adds the line to what sonda__error_set() just wrote, and returns the status:
 * `return sonda__at_line(error, line, sonda__error_set(error, ...));`
 */
static inline sonda_status
sonda__at_line(sonda_error *error, uint32_t line, sonda_status status)
{
    sonda_error filled = SONDA_ERROR_INIT;

    if (error != NULL && sonda_abi_read(error, &filled, sizeof filled) == SONDA_OK) {
        filled.line = line;
        (void)sonda_abi_write(&filled, sizeof filled, error);
    }
    return status;
}

/*
 * The beginning of a text from outside, short enough to leave a message room
 * for the remedy, never cut within a UTF-8 sequence.
 */
static inline sonda__span sonda__clip(sonda__span text)
{
    const size_t most = 64;

    if (text.len > most) {
        text.len = most;
        while (text.len > 0 && ((unsigned char)text.data[text.len] & 0xc0) == 0x80) {
            text.len--;
        }
    }
    return text;
}

#endif
