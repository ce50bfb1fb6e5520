/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Handles to the processes that the client named: itself, and lsass.
 *
 * They are told by number, so that no name is compared here. Rights are taken
 * out of handles to the sensor only, and only where the client asked for it.
 */

#include "platform.h"

/* terminate, create thread, VM operation, VM write, duplicate handles, set
 * information, suspend */
#define STEERING_RIGHTS 0x0a6bu

OB_PREOP_CALLBACK_STATUS NTAPI on_handle(PVOID context, POB_PRE_OPERATION_INFORMATION info)
{
    BOOLEAN duplicate = info->Operation == OB_OPERATION_HANDLE_DUPLICATE;
    LONG pid = (LONG)(ULONG_PTR)PsGetProcessId(info->Object);
    /* The access asked for comes first in the parameters of either operation. */
    ACCESS_MASK *access = &info->Parameters->CreateHandleInformation.DesiredAccess;
    driver_event event;
    int slot = 0;

    while (slot < SONDA_DRIVER_WATCHED_COUNT && READ(driver.watched[slot]) != pid) {
        slot++;
    }
    if (slot == SONDA_DRIVER_WATCHED_COUNT || info->KernelHandle != 0 || is_sensor() ||
        PsGetCurrentProcess() == info->Object) {
        return OB_PREOP_SUCCESS;
    }
    event_begin(&event, SONDA_DRIVER_PROCESS_HANDLE);
    event.head.argument = *access;
    if (slot == 0 && (READ(driver.options) & SONDA_DRIVER_OPTION_PROTECT) != 0) {
        *access &= ~STEERING_RIGHTS;
    }
    event.head.argument2 = *access;
    event.head.flags = duplicate ? SONDA_DRIVER_HEAD_DUPLICATED : 0;
    event.head.other_pid = (UINT32)pid;
    event.head.other_start = (UINT64)PsGetProcessCreateTimeQuadPart(info->Object);
    event_emit(&event);
    return OB_PREOP_SUCCESS;
}
