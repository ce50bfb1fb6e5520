/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The default rules, compiled when the program is built.
 *
 * Module tools. embedded_pack.c is made in the build tree by embed.c.
 */

#ifndef SONDA_TOOLS_EMBEDDED_PACK_H
#define SONDA_TOOLS_EMBEDDED_PACK_H

#include <stddef.h>
#include <stdint.h>

extern const uint8_t embedded_pack[];
/* 0: there were no rules. */
extern const size_t embedded_pack_len;

#endif
