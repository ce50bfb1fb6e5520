/* SPDX-License-Identifier: Apache-2.0 */

/*
 * JSON text into a bounded buffer.
 *
 * Commas and colons come by themselves; nesting is the caller's promise and
 * asserted. Whatever bytes a string holds, the output is well-formed JSON in
 * UTF-8: ill-formed bytes become U+FFFD. Failure latches in the byte writer,
 * whose `needed` goes on counting.
 *
 * Layer 1 (codec): uses core/base only. No allocation.
 */

#ifndef SONDA_CORE_CODEC_JSON_WRITER_H
#define SONDA_CORE_CODEC_JSON_WRITER_H

#include "core/codec/writer.h"

typedef struct sonda__json_writer {
    sonda__writer out;
    uint64_t filled; /* bit per depth: the container has a member already */
    uint32_t depth;
    bool after_key;
} sonda__json_writer;

/* As sonda__writer_init(). */
void sonda__json_writer_init(sonda__json_writer *json, void *buffer, size_t capacity);

void sonda__json_writer_object_begin(sonda__json_writer *json);
void sonda__json_writer_object_end(sonda__json_writer *json);
void sonda__json_writer_array_begin(sonda__json_writer *json);
void sonda__json_writer_array_end(sonda__json_writer *json);

/* A member's name; its value follows. */
void sonda__json_writer_key(sonda__json_writer *json, sonda__span name);

void sonda__json_writer_string(sonda__json_writer *json, sonda__span text);
void sonda__json_writer_unsigned(sonda__json_writer *json, uint64_t number);
void sonda__json_writer_signed(sonda__json_writer *json, int64_t number);
void sonda__json_writer_boolean(sonda__json_writer *json, bool value);
void sonda__json_writer_null(sonda__json_writer *json);

/* A value that is JSON already: text of our own. */
void sonda__json_writer_raw(sonda__json_writer *json, const char *value);

/* A member in one call; `name` is zero-terminated text of our own. */
void sonda__json_put_string(sonda__json_writer *json, const char *name, sonda__span text);
void sonda__json_put_text(sonda__json_writer *json, const char *name, const char *text);
void sonda__json_put_unsigned(sonda__json_writer *json, const char *name, uint64_t number);
void sonda__json_put_signed(sonda__json_writer *json, const char *name, int64_t number);
void sonda__json_put_boolean(sonda__json_writer *json, const char *name, bool value);
/* A member that is an object or array, up to its end. */
void sonda__json_put_object(sonda__json_writer *json, const char *name);
void sonda__json_put_array(sonda__json_writer *json, const char *name);

#endif
