/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The one place of the program that knows which adapter belongs to which
 * system.
 *
 * Module tools.
 */

#include "machine.h"
#include "sonda/event.h"
#include "sonda/host/usage.h"

#if defined(SONDA_WITH_LINUX)
#include "sonda/linux/linux.h"

const sonda_source_ops *machine_source(void)
{
    return sonda_linux_source();
}

sonda_status machine_probe(machine_rung_fn on_rung, void *user)
{
    return sonda_linux_probe(on_rung, user);
}

#define PRODUCT SONDA_PRODUCT_LINUX
#elif defined(SONDA_WITH_WINDOWS)
#include "sonda/windows/windows.h"

const sonda_source_ops *machine_source(void)
{
    return sonda_windows_etw_source();
}

sonda_status machine_probe(machine_rung_fn on_rung, void *user)
{
    return sonda_windows_probe(on_rung, user);
}

#define PRODUCT SONDA_PRODUCT_WINDOWS
#elif defined(SONDA_WITH_MAC)
#include "sonda/mac/mac.h"

const sonda_source_ops *machine_source(void)
{
    return sonda_mac_source();
}

sonda_status machine_probe(machine_rung_fn on_rung, void *user)
{
    return sonda_mac_probe(on_rung, user);
}

#define PRODUCT SONDA_PRODUCT_MACOS
#else
const sonda_source_ops *machine_source(void)
{
    return NULL;
}

sonda_status machine_probe(machine_rung_fn on_rung, void *user)
{
    on_rung("adapter", 3, "this build has no adapter for this system", "", user);
    return SONDA_ERR_UNSUPPORTED;
}

#define PRODUCT SONDA_PRODUCT_NONE
#endif

#if defined(__x86_64__)
#define MACHINE SONDA_MACHINE_X86_64
#elif defined(__aarch64__)
#define MACHINE SONDA_MACHINE_AARCH64
#else
#define MACHINE SONDA_MACHINE_UNKNOWN
#endif

void machine_describe(sonda_recording_info *info)
{
    info->product = PRODUCT;
    info->machine = MACHINE;
    info->wall_ns = sonda_clock_wall_ns();
}
