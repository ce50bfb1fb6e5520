/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What this machine was proven to offer.
 *
 * Platform (mac).
 */

#ifndef SONDA_PLATFORM_MAC_CAPABILITIES_H
#define SONDA_PLATFORM_MAC_CAPABILITIES_H

#include "platform/mac/source.h"

/* For the seam. */
void capabilities(const sonda_source *source, sonda_source_capabilities *out);

/* Has the canary been seen whole? */
bool capabilities_proven(const sonda_source *source);

#endif
