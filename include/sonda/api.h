/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What every public header needs: symbol visibility and the version.
 *
 * The library is built with hidden visibility; only declarations that carry
 * SONDA_API leave it, and CI compares them with the export lists.
 *
 * Public. Compiles alone as C99 and C++11.
 */

#ifndef SONDA_API_H
#define SONDA_API_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32) && defined(SONDA_SHARED)
#ifdef SONDA_BUILDING
#define SONDA_API __declspec(dllexport)
#else
#define SONDA_API __declspec(dllimport)
#endif
#elif defined(__GNUC__)
#define SONDA_API __attribute__((visibility("default")))
#else
#define SONDA_API
#endif

#ifdef __cplusplus
#define SONDA_BEGIN_DECLS extern "C" {
#define SONDA_END_DECLS }
#else
#define SONDA_BEGIN_DECLS
#define SONDA_END_DECLS
#endif

/** Version of these headers. The ABI is stable within a major version. */
#define SONDA_VERSION_MAJOR 0
#define SONDA_VERSION_MINOR 1
#define SONDA_VERSION_PATCH 0
#define SONDA_VERSION_STRING "0.1.0"

SONDA_BEGIN_DECLS

/**
 * Version of the library that was linked, "MAJOR.MINOR.PATCH".
 *
 * @return  Static string; differs from SONDA_VERSION_STRING when headers and
 *          library come from different releases.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API const char *sonda_version(void);

SONDA_END_DECLS

#endif
