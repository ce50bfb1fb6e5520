/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Text from outside, made safe for JSON, XML and terminals.
 *
 * Values come as the source wrote them and may hold any byte. JSON gets U+FFFD
 * for what is not UTF-8; a terminal gets no control character and none of those
 * that turn the direction of writing.
 *
 * Module tools.
 */

#ifndef SONDA_TOOLS_TEXT_H
#define SONDA_TOOLS_TEXT_H

#include "sonda/host/output.h"

/* A JSON string, quotes included. */
void json_string(sonda_output *out, const char *text, size_t len);

/* `"name":` with a comma before it unless `first`. */
void json_key(sonda_output *out, const char *name, int first);

/* A decimal number. */
void json_number(sonda_output *out, uint64_t number);

/* Text for XML, in an element or an attribute; what XML cannot hold becomes U+FFFD. */
void xml_text(sonda_output *out, const char *text, size_t len);

/* Zero-terminated text of our own, as it is. */
void put(sonda_output *out, const char *text);

/* Text from outside for a terminal; at most `most` bytes of it, then "...". */
void put_plain(sonda_output *out, const char *text, size_t len, size_t most);

/* Decimal with a comma before each three digits: "118,519". */
void put_grouped(sonda_output *out, uint64_t number);

/* What follows the last / or \ of a path. */
const char *base_name(const char *path, size_t len, size_t *name_len);

#endif
