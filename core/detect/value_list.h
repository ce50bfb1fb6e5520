/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Items with many values, answered by one look at each value of the event.
 *
 * Layer 4 (detect). No allocation.
 */

#ifndef SONDA_CORE_DETECT_VALUE_LIST_H
#define SONDA_CORE_DETECT_VALUE_LIST_H

#include "core/detect/pattern.h"

/* An item that has a list. */
typedef struct sonda__list_item {
    const sonda__value_list *list;
    sonda__list patterns;
    sonda_field_id id;
    bool keyword; /* any field of the record */
} sonda__list_item;

/*
 * Number of the first of an item's patterns that holds, or SONDA__VALUE_NONE:
 * what asking one after the other would find.
 */
uint32_t sonda__value_list_first(const sonda__question *question, const sonda__list_item *item);

#endif
