/* SPDX-License-Identifier: Apache-2.0 */

/*
 * An event laid out by the places its fields have in OCSF.
 *
 * Layer 2 (event): uses base and codec. No allocation; a page lives on the
 * stack.
 */

#ifndef SONDA_CORE_EVENT_OCSF_PAGE_H
#define SONDA_CORE_EVENT_OCSF_PAGE_H

#include "core/base/limits.h"
#include "core/event/event.h"
#include "core/event/ocsf_rows.h"

/* What every event of a class has in common. */
typedef struct sonda__ocsf_class {
    uint32_t class_uid;
    uint32_t category_uid;
    sonda__ocsf_kind kind;
    const char *subject; /* the object the class requires, or NULL */
} sonda__ocsf_class;

/* Rows of the classes we write; the base event's for any other. */
const sonda__ocsf_class *sonda__ocsf_class_of(uint32_t class_uid);

typedef struct sonda__ocsf_slot {
    sonda__span text;
    sonda__ocsf_form form;
    bool filled;
} sonda__ocsf_slot;

typedef struct sonda__ocsf_page {
    const sonda_event *event;
    const sonda__ocsf_class *class_row;
    const char *profile; /* one more that the attributes come from, or NULL */
    sonda__ocsf_slot slots[SONDA__OCSF_LEAVES];
    uint64_t mapped[SONDA__EVENT_FIELDS_MAX / 64]; /* bit per field of the event */
} sonda__ocsf_page;

void sonda__ocsf_page_init(sonda__ocsf_page *page, const sonda_event *event);

/* Whether field `index` of the event went to a slot. */
bool sonda__ocsf_page_is_mapped(const sonda__ocsf_page *page, size_t index);

/*
 * Whether something is to be written at `member` of `object`, a path or empty,
 * or inside of that. `member` may be several components.
 */
bool sonda__ocsf_page_has(const sonda__ocsf_page *page, sonda__span object, const char *member);

/* Whether something is to be written inside of `object`. */
bool sonda__ocsf_page_has_inside(const sonda__ocsf_page *page, sonda__span object);

/* Text of the slot at `object`.`member`; empty when it is not filled. */
sonda__span
sonda__ocsf_page_text(const sonda__ocsf_page *page, sonda__span object, const char *member);

#endif
