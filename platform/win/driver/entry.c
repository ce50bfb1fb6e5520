/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Load and unload.
 *
 * Everything that is taken is taken here, and the load fails where something is
 * not to be had: a sensor that lacks half its senses must say so. Unload is
 * possible at any moment: the ports close first, which
 * ends requests under way, then each notification, whose removal waits for its
 * last call.
 */

#include "platform.h"

DRIVER_INITIALIZE DriverEntry;

driver_state driver;

/* What was not registered may be removed all the same, but for three. */
static NTSTATUS NTAPI on_unload(ULONG flags)
{
    if (driver.filter != NULL) {
        ports_close();
    }
    if (driver.object_handle != NULL) {
        ObUnRegisterCallbacks(driver.object_handle);
    }
    (void)CmUnRegisterCallback(driver.registry_cookie);
    (void)PsRemoveLoadImageNotifyRoutine(on_image);
    (void)PsRemoveCreateThreadNotifyRoutine(on_thread);
    (void)PsSetCreateProcessNotifyRoutineEx(on_process, TRUE);
    if (driver.filter != NULL) {
        FltUnregisterFilter(driver.filter);
    }
    ExFreePoolWithTag(driver.queue, POOL_TAG);
    return STATUS_SUCCESS;
}

static const FLT_CONTEXT_REGISTRATION contexts[] = {
    {FLT_STREAM_CONTEXT, 0, stream_gone, sizeof(driver_stream), POOL_TAG, {0}},
    {FLT_CONTEXT_END, 0, NULL, 0, 0, {0}},
};

static const FLT_REGISTRATION filter = {
    sizeof filter, FLT_REGISTRATION_VERSION, 0,
    contexts,      file_operations,          .FilterUnloadCallback = on_unload,
};

static NTSTATUS start(PDRIVER_OBJECT object)
{
    UNICODE_STRING altitude = RTL_CONSTANT_STRING(ALTITUDE);
    OB_OPERATION_REGISTRATION handles = {
        PsProcessType, OB_OPERATION_HANDLE_CREATE | OB_OPERATION_HANDLE_DUPLICATE, on_handle,
        NULL};
    OB_CALLBACK_REGISTRATION objects = {OB_FLT_REGISTRATION_VERSION, 1, altitude, NULL,
                                        &handles};
    LARGE_INTEGER *cookie = &driver.registry_cookie;
    NTSTATUS s = FltRegisterFilter(object, &filter, &driver.filter);

    s = NT_SUCCESS(s) ? PsSetCreateProcessNotifyRoutineEx(on_process, FALSE) : s;
    s = NT_SUCCESS(s) ? PsSetCreateThreadNotifyRoutine(on_thread) : s;
    s = NT_SUCCESS(s) ? PsSetLoadImageNotifyRoutine(on_image) : s;
    s = NT_SUCCESS(s) ? CmRegisterCallbackEx(on_registry, &altitude, object, NULL, cookie, NULL)
                      : s;
    s = NT_SUCCESS(s) ? ObRegisterCallbacks(&objects, &driver.object_handle) : s;
    s = NT_SUCCESS(s) ? ports_open() : s;
    return NT_SUCCESS(s) ? FltStartFiltering(driver.filter) : s;
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
    NTSTATUS status;

    RtlZeroMemory(&driver, sizeof driver);
    driver.platform = &driver_windows;
    driver.deadline_ms = SONDA_DRIVER_DEADLINE_MAX_MS;
    driver.counters.memory = NONPAGED_SIZE + sizeof driver;
    KeInitializeSpinLock(&driver.lock);
    KeInitializeEvent(&driver.ready, SynchronizationEvent, FALSE);
    driver.queue = ExAllocatePoolWithTag(NonPagedPoolNx, NONPAGED_SIZE, POOL_TAG);
    if (driver.queue == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    driver.requests = driver.queue + QUEUE_SIZE;
    status = start(object);
    if (!NT_SUCCESS(status)) {
        (void)on_unload(0);
    }
    return status;
}
