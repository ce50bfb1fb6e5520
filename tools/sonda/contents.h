/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The content a command detects with: rules of the operator, a pack, or the
 * default rules in the program; and filters over it.
 *
 * Module tools.
 */

#ifndef SONDA_TOOLS_CONTENTS_H
#define SONDA_TOOLS_CONTENTS_H

#include "arguments.h"
#include "sonda/content.h"

/*
 * Loads what the arguments ask for. `signed_only`: a pack must carry a
 * signature. An exit code, with the reason told.
 */
int contents_open(program *self,
                  const arguments *given,
                  bool signed_only,
                  sonda_content **content);

/* Loads one pack file, over `base` (may be NULL). An exit code, with the reason told. */
int contents_of_pack(program *self,
                     const char *path,
                     bool signed_only,
                     sonda_content **content);

#endif
