/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Correlations: rules about what other rules found, in windows of time.
 *
 * Called in the order of records, with the rules that an event matched. An
 * event is one entry of a window, whatever number of its rules the correlation
 * names. A correlation that holds is told to those that name it, within the
 * same event; what a pack may hold admits no circle.
 *
 * Layer 4 (detect): uses base, codec, crypto, event, rules and track.
 */

#ifndef SONDA_CORE_DETECT_CORRELATE_H
#define SONDA_CORE_DETECT_CORRELATE_H

#include "core/event/event.h"
#include "core/track/windows.h"
#include "sonda/content.h"

/* What rules have to do with correlations. */
#define SONDA__RULE_WAITED_FOR 0x1u /* some correlation names it */
#define SONDA__RULE_SPOKEN_FOR 0x2u /* and none of them wants it to speak for itself */

/* Sets the roles of all rules; `roles` holds one for each, zeroed. */
void sonda__correlation_roles(const sonda_content *content, uint8_t *roles);

/* One correlation that holds at an event. */
typedef struct sonda__correlated {
    const sonda_content *content; /* the pack it is from */
    const uint8_t *correlation;   /* its entry */
    const uint8_t *input;         /* of the rule that this event completed it by */
    const sonda__windows *windows;
    uint32_t rule_index; /* over all packs */
    uint32_t first;      /* entries of the window, or SONDA__WINDOW_NONE: late, alone */
    uint32_t last;
    uint32_t placed; /* the event's own */
    uint64_t mask;   /* positions of its rules that the event is */
    double measured; /* what the condition was asked about */
} sonda__correlated;

/* Returns whether correlations that name this one shall hear of it. */
typedef bool (*sonda__correlated_fn)(const sonda__correlated *found, void *user);

/* Scratch of one worker. */
typedef struct sonda__correlator sonda__correlator;

sonda_status sonda__correlator_open(sonda__correlator **correlator,
                                    const sonda_allocator *allocator);

/* NULL does nothing. */
void sonda__correlator_close(sonda__correlator *correlator);

/*
 * Tells the correlations of `content` that `event` matched `rules` (numbers
 * over all packs). Its names are resolved for `content`. Returns what was left
 * out because an event has room for no more.
 */
uint32_t sonda__correlate(sonda__correlator *correlator,
                          const sonda_content *content,
                          sonda__windows *windows,
                          const sonda_event *event,
                          const uint32_t *rules,
                          size_t rule_count,
                          sonda__correlated_fn on_correlated,
                          void *user);

/*
 * The event's field that answers to name `number` of the correlation an input
 * belongs to: the first candidate that is there and not null; or NULL.
 */
const sonda__field *sonda__correlation_field(const sonda_content *content,
                                             const uint8_t *input,
                                             uint32_t number,
                                             const sonda_event *event);

#endif
