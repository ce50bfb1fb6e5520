/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One question of a rule, asked of the fields of an event.
 *
 * Layer 4 (detect). No allocation.
 */

#ifndef SONDA_CORE_DETECT_PATTERN_H
#define SONDA_CORE_DETECT_PATTERN_H

#include "core/detect/matcher.h"

/* An event and the content it is matched against: one pack of a chain. */
typedef struct sonda__question {
    const sonda_content *content;
    const sonda_event *event; /* indexed in `matcher` */
    sonda__matcher *matcher;
} sonda__question;

/* The value that answered a pattern. */
typedef struct sonda__answer {
    uint32_t field;  /* SONDA__NO_FIELD: by its absence */
    size_t position; /* in the event's text, or SONDA__EVIDENCE_WHOLE */
    size_t length;
} sonda__answer;

/* Id of a field of the pack, by its index there. */
static inline sonda_field_id sonda__question_field(const sonda__question *question,
                                                   uint32_t index)
{
    return index < question->content->pack.count[SONDA__SECTION_FIELDS]
               ? question->content->fields[index]
               : SONDA_FIELD_UNKNOWN;
}

/*
 * Whether the pattern holds for the field with `id`. `answer`, unless NULL, is
 * filled when it does; finding the place in the event's text takes time.
 */
bool sonda__pattern_holds(const sonda__question *question,
                          const uint8_t *pattern,
                          sonda_field_id id,
                          sonda__answer *answer);

/* Whether keywords ask this field. */
static inline bool sonda__pattern_asks(const sonda__field *field)
{
    return (field->flags & (SONDA_VALUE_NULL | SONDA_VALUE_HIDDEN | SONDA_VALUE_ENRICHED)) == 0;
}

/*
 * Whether it holds for any field of the record, as keywords ask: not for
 * hidden fields, nor for those that enrichment added.
 */
bool sonda__pattern_holds_anywhere(const sonda__question *question,
                                   const uint8_t *pattern,
                                   sonda__answer *answer);

/* Says where in the event's own text a part of the compared text stands. */
void sonda__pattern_place(const sonda__question *question,
                          sonda__answer *answer,
                          sonda__span compared,
                          sonda__span part);

#endif
