/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Span comparison that ignores the case of ASCII letters.
 *
 * For names of our own formats and of Windows channels only. Sigma values fold
 * by Unicode: that is core/detect's.
 *
 * Layer 0 (base). No allocation.
 */

#include "core/base/span.h"

static char ascii_lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

bool sonda__span_equal_ascii_case(sonda__span a, sonda__span b)
{
    if (a.len != b.len) {
        return false;
    }
    if (a.len == 0 || memcmp(a.data, b.data, a.len) == 0) { /* mostly so where they match */
        return true;
    }
    for (size_t i = 0; i < a.len; i++) {
        if (ascii_lower(a.data[i]) != ascii_lower(b.data[i])) {
            return false;
        }
    }
    return true;
}
