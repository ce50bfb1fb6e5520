/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Ids of rules.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_RULE_ID_H
#define SONDA_COMPILE_RULE_ID_H

#include "compile/pool.h"

/* A UUID in its usual form of 36 characters, in any case. */
bool sonda__is_uuid(sonda__span text);

/* A copy of a UUID in lower case; data is NULL when there is no memory. */
sonda__span sonda__uuid_copy(sonda__pool *pool, sonda__span text);

/* An id for a rule without one; data is NULL when there is no memory. */
sonda__span sonda__uuid_of_title(sonda__pool *pool, sonda__span title);

#endif
