/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pull reader for XML: tags, attributes and text of one element and what is in it.
 *
 * It reads the XML that event logs are rendered in and no more: no document
 * type (refused, and with it every entity but the five predefined and numeric
 * ones), no namespaces (a prefix is part of the name), no check for repeated
 * attributes. Bytes are passed on as they are: control characters, CR LF and
 * ill-formed UTF-8 are not errors.
 *
 * Layer 1 (codec): uses core/base. No allocation: text that needs no
 * change points into the input, other text goes into the arena.
 */

#ifndef SONDA_CORE_CODEC_XML_H
#define SONDA_CORE_CODEC_XML_H

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/span.h"
#include "sonda/status.h"

typedef enum sonda__xml_token {
    SONDA__XML_START, /* `name` is the element's; its attributes may be read */
    SONDA__XML_END,   /* `name` is the element's; also after `<a/>` */
    SONDA__XML_TEXT,  /* `text`: all text up to the next tag, CDATA included */
    SONDA__XML_DONE,  /* the root element is closed and only blanks follow */
    SONDA__XML_FAILED /* `status`, `error_at`, `reason` say what and where */
} sonda__xml_token;

/* Where the reader stands. */
typedef enum sonda__xml_place {
    SONDA__XML_BETWEEN, /* outside any tag */
    SONDA__XML_IN_TAG,  /* behind a start tag's name or an attribute */
    SONDA__XML_CLOSING  /* behind `<a/>`: its END is due */
} sonda__xml_place;

typedef struct sonda__xml {
    sonda__span input;
    size_t at;
    sonda__arena *arena;
    sonda__xml_place place;
    uint32_t depth;
    bool root_seen;
    sonda__span name;
    sonda__span text;
    size_t error_at;
    const char *reason; /* static English, for a message */
    sonda_status status;
    sonda__span open[SONDA__DEPTH_MAX];
} sonda__xml;

/* `input` and `arena` must live as long as what the reader returns. */
void sonda__xml_init(sonda__xml *xml, sonda__span input, sonda__arena *arena);

/*
 * The next token. Attributes that were not read are checked and passed over.
 * After SONDA__XML_FAILED every further call fails the same way. `status` is
 * SONDA_ERR_TRUNCATED (the input ends inside the root element),
 * SONDA_ERR_MALFORMED, or SONDA_ERR_LIMIT (depth, arena).
 */
sonda__xml_token sonda__xml_next(sonda__xml *xml);

/*
 * The next attribute of the element whose START was just returned. False when
 * there is none left, and on failure: sonda__xml_next() then says which.
 */
bool sonda__xml_attribute(sonda__xml *xml, sonda__span *name, sonda__span *value);

/*
 * Right after a START: the element's text, children's text left out, up to and
 * with its END. False on failure.
 */
bool sonda__xml_element_text(sonda__xml *xml, sonda__span *text);

/* Right after a START: passes over everything to the element's END. */
bool sonda__xml_skip_element(sonda__xml *xml);

#endif
