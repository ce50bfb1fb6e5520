/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Addresses of an event's values, parsed once each, and the networks that hold
 * them, found without asking each network.
 *
 * Layer 4 (detect). No allocation.
 */

#ifndef SONDA_CORE_DETECT_NETWORKS_H
#define SONDA_CORE_DETECT_NETWORKS_H

#include "core/codec/address.h"
#include "core/detect/scan.h"

/* Address that a field's value is, or NULL; good until the next call. */
const sonda__address *sonda__networks_address(sonda__matcher *matcher, uint32_t field);

/* Calls with each literal of the table that is a network with the field's address in it. */
void sonda__networks_find(const sonda__question *question,
                          const sonda__scan_table *table,
                          uint32_t field,
                          sonda__literal_fn on_literal);

#endif
