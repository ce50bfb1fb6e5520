/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the layers above need of content beside its public header.
 *
 * Layer 3 (rules): uses base, codec, crypto and event.
 */

#ifndef SONDA_CORE_RULES_CONTENT_H
#define SONDA_CORE_RULES_CONTENT_H

#include "core/event/names.h"
#include "sonda/content.h"

/*
 * Resolves names for events that this content shall match: the table, the
 * native names of the base, then those of the pack. Lives with the content.
 */
const sonda__names *sonda__content_names(const sonda_content *content);

#endif
