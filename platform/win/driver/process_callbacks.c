/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Processes, threads and images.
 *
 * The first thread of a process is made by its creator, and would look like one
 * that was planted: a process just started stands in `driver.fresh` until its
 * first thread comes. Two processes of one slot at a time may let such a thread
 * pass as remote; it is never the other way round.
 */

#include "platform.h"

#define FRESH_SLOT(pid) (&driver.fresh[(ULONG_PTR)(pid) >> 2 & (FRESH_COUNT - 1)])

static void started(PEPROCESS process, HANDLE pid, PPS_CREATE_NOTIFY_INFO info)
{
    driver_event event;

    InterlockedExchange(FRESH_SLOT(pid), (LONG)(ULONG_PTR)pid);
    event_begin(&event, SONDA_DRIVER_PROCESS_START);
    event_process(&event, process);
    event_other(&event, info->ParentProcessId);
    event.head.other_id = (UINT32)(ULONG_PTR)info->CreatingThreadId.UniqueProcess;
    event.head.session = PsGetProcessSessionId(process);
    event_add_text(&event, SONDA_DRIVER_ITEM_NAME, info->ImageFileName);
    event_add_text(&event, SONDA_DRIVER_ITEM_COMMAND_LINE, info->CommandLine);
    if ((READ(driver.options) & SONDA_DRIVER_OPTION_ASK_START) == 0 || is_sensor()) {
        event_emit(&event);
    } else if (decide(&event, NULL)) {
        info->CreationStatus = STATUS_ACCESS_DENIED;
    }
}

VOID NTAPI on_process(PEPROCESS process, HANDLE pid, PPS_CREATE_NOTIFY_INFO info)
{
    driver_event event;

    if (info != NULL) {
        started(process, pid, info);
        return;
    }
    event_begin(&event, SONDA_DRIVER_PROCESS_STOP);
    event_process(&event, process);
    event.head.argument = (UINT32)PsGetProcessExitStatus(process);
    event_emit(&event);
}

VOID NTAPI on_thread(HANDLE pid, HANDLE tid, BOOLEAN create)
{
    LONG number = (LONG)(ULONG_PTR)pid;
    driver_event event;

    if (!create || PsGetCurrentProcessId() == pid ||
        InterlockedCompareExchange(FRESH_SLOT(pid), 0, number) == number || is_sensor()) {
        return;
    }
    event_begin(&event, SONDA_DRIVER_REMOTE_THREAD);
    event_other(&event, pid);
    event.head.other_id = (UINT32)(ULONG_PTR)tid;
    event_emit(&event);
}

VOID NTAPI on_image(PUNICODE_STRING name, HANDLE pid, PIMAGE_INFO info)
{
    driver_event event;

    event_begin(&event, SONDA_DRIVER_IMAGE_LOAD);
    event.head.start = pid != NULL ? event.head.start : 0; /* a driver, whoever loads it */
    event.head.pid = (UINT32)(ULONG_PTR)pid;
    event.head.argument = info->Properties;
    event.head.address = (UINT64)(ULONG_PTR)info->ImageBase;
    event.head.length = info->ImageSize;
    event_add_text(&event, SONDA_DRIVER_ITEM_NAME, name);
    event_emit(&event);
}
