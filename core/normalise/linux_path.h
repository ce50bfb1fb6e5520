/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Paths as the Linux adapter sends them: walks, and text with its base.
 *
 * Layer 3 (normalise): uses base.
 */

#ifndef SONDA_CORE_NORMALISE_LINUX_PATH_H
#define SONDA_CORE_NORMALISE_LINUX_PATH_H

#include "core/base/arena.h"
#include "core/base/span.h"

/*
 * "true\0bin\0usr\0" as "/usr/bin/true", in the arena; an empty walk is the
 * root, "/". A last component without its zero counts like the others. `data`
 * is NULL when the arena has no room.
 */
sonda__span sonda__linux_walk(sonda__arena *arena, sonda__span walk);

/*
 * `text` as a path relative to the walk `base`, in the arena. "." and ".." are
 * resolved by their letters: what symbolic links would have made of them the
 * record cannot say. `data` is NULL when the arena has no room.
 */
sonda__span sonda__linux_resolve(sonda__arena *arena, sonda__span base, sonda__span text);

#endif
