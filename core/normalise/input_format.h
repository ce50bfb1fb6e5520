/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What format an input has, by its first bytes.
 *
 * Layer 3 (normalise): uses base.
 */

#ifndef SONDA_CORE_NORMALISE_INPUT_FORMAT_H
#define SONDA_CORE_NORMALISE_INPUT_FORMAT_H

#include "core/base/span.h"
#include "sonda/input.h"

/*
 * The format of an input that begins with `start`; SONDA_FORMAT_AUTO when that
 * takes more bytes. `last`: there are no more. What is nothing we know is JSON,
 * whose framing will say so.
 */
uint32_t sonda__input_detect(sonda__span start, bool last);

/*
 * Bytes of a UTF-8 byte order mark at the start, 0 or 3; false when that takes
 * more bytes.
 */
bool sonda__input_byte_order_mark(sonda__span start, bool last, size_t *len);

#endif
