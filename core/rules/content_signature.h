/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Whether a pack's signature is by a trusted key.
 *
 * Layer 3 (rules): uses crypto.
 */

#ifndef SONDA_CORE_RULES_CONTENT_SIGNATURE_H
#define SONDA_CORE_RULES_CONTENT_SIGNATURE_H

#include "core/rules/pack.h"
#include "sonda/content.h"

/*
 * Checks as `options` ask. `accepted` is the algorithm of the signature that
 * verified, 0 when none was required. Only the outside of the pack need be
 * checked before.
 */
sonda_status sonda__content_check_signature(const sonda__pack *pack,
                                            const sonda_content_options *options,
                                            uint32_t *accepted,
                                            sonda_error *error);

#endif
