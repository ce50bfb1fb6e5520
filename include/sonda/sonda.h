/* SPDX-License-Identifier: Apache-2.0 */

/*
 * All of libsonda's public headers, for who does not mind.
 *
 * The other libraries have their own: sonda/compile/, sonda/host/ and
 * sonda/linux/; what an adapter implements is in sonda/spi/.
 *
 * Public. Compiles alone as C99 and C++11.
 */

#ifndef SONDA_SONDA_H
#define SONDA_SONDA_H

#include "sonda/abi.h"
#include "sonda/allocator.h"
#include "sonda/api.h"
#include "sonda/batch.h"
#include "sonda/content.h"
#include "sonda/engine.h"
#include "sonda/event.h"
#include "sonda/explain.h"
#include "sonda/field.h"
#include "sonda/finding.h"
#include "sonda/input.h"
#include "sonda/record.h"
#include "sonda/recording.h"
#include "sonda/response.h"
#include "sonda/spi/source.h"
#include "sonda/stats.h"
#include "sonda/status.h"
#include "sonda/tracker.h"
#include "sonda/worker.h"

#endif
