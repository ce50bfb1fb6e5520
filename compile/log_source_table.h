/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What Sigma's log sources mean: the one place where names of categories and
 * services become channels, event ids, classes and activities, and the only
 * place where a field is known by two names.
 *
 * Module compile. Data only.
 */

#ifndef SONDA_COMPILE_LOG_SOURCE_TABLE_H
#define SONDA_COMPILE_LOG_SOURCE_TABLE_H

#include "compile/rule.h"

#define SONDA__SERVICE_CHANNELS_MAX 4u
#define SONDA__CATEGORY_EVENT_IDS_MAX 12u
#define SONDA__CATEGORY_ACTIVITIES_MAX 3u
#define SONDA__CATEGORY_ALIASES_MAX 2u

/* A service: the channels its events come through. */
typedef struct sonda__service_row {
    uint16_t product;
    const char *service;
    const char *channels[SONDA__SERVICE_CHANNELS_MAX]; /* NULL ends them early */
} sonda__service_row;

/*
 * One meaning of a category; several rows of a category are alternatives.
 * With a service: its channels, and the event ids. Without: events that come
 * through no channel (adapters, joined audit lines), by class and activity.
 */
typedef struct sonda__category_row {
    uint16_t product;
    const char *category;
    const char *service;
    uint16_t event_ids[SONDA__CATEGORY_EVENT_IDS_MAX]; /* 0 ends them early */
    uint32_t class_uid;
    uint8_t activities[SONDA__CATEGORY_ACTIVITIES_MAX]; /* 0 ends them; none: any */
    const char *field;                                  /* NULL, or must equal `value` */
    const char *value;
    const char *aliases[SONDA__CATEGORY_ALIASES_MAX][2]; /* rule's name, record's name */
} sonda__category_row;

extern const sonda__service_row sonda__service_rows[];
extern const size_t sonda__service_row_count;
extern const sonda__category_row sonda__category_rows[];
extern const size_t sonda__category_row_count;

#endif
