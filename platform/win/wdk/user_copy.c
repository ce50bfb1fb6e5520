/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Copies to and from memory of a client, which can go away between two bytes.
 * For gcc, which has no structured exceptions in C: ../mingw/user_copy.c.
 */

#include "../driver/platform.h"

BOOLEAN user_copy(void *to, const void *from, SIZE_T len)
{
    __try {
        RtlCopyMemory(to, from, len);
        return TRUE;
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        return FALSE;
    }
}
