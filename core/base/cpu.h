/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the processor can do, where the compiler's library tells.
 *
 * Zig's lacks the table that __builtin_cpu_supports() reads: CMake finds out by
 * linking, and such a build takes the paths that every processor has.
 *
 * Layer 0 (base).
 */

#ifndef SONDA_CORE_BASE_CPU_H
#define SONDA_CORE_BASE_CPU_H

/* For x86-64 only. `feature` is a string literal. */
#if defined(SONDA_WITHOUT_CPU_SUPPORTS)
#define SONDA__CPU_SUPPORTS(feature) 0
#else
#define SONDA__CPU_SUPPORTS(feature) __builtin_cpu_supports(feature)
#endif

#endif
