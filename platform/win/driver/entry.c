/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Load and unload, stage by stage.
 *
 * Everything that is taken is taken here, and the load fails where something is
 * not to be had: a sensor that lacks half its senses must say so. Unload is
 * possible at any moment and goes the stages back: the ports close first, which
 * ends requests under way, then each notification, whose removal waits for its
 * last call.
 */

#include "platform.h"

DRIVER_INITIALIZE DriverEntry;

enum { FILTER, PROCESS, THREAD, IMAGE, REGISTRY, OBJECT, PORTS, FILTERING, STAGE_COUNT };

driver_state driver;

static void undo(LONG stage)
{
    switch (stage) {
    case FILTER:
        FltUnregisterFilter(driver.filter);
        break;
    case PROCESS:
        PsSetCreateProcessNotifyRoutineEx(on_process, TRUE);
        break;
    case THREAD:
        PsRemoveCreateThreadNotifyRoutine(on_thread);
        break;
    case IMAGE:
        PsRemoveLoadImageNotifyRoutine(on_image);
        break;
    case REGISTRY:
        CmUnRegisterCallback(driver.registry_cookie);
        break;
    case OBJECT:
        ObUnRegisterCallbacks(driver.object_handle);
        break;
    case PORTS:
        ports_close();
        break;
    default: /* FILTERING ends with FILTER */
        break;
    }
}

static NTSTATUS NTAPI on_unload(ULONG flags)
{
    while (driver.stage > 0) {
        undo(--driver.stage);
    }
    ExFreePoolWithTag(driver.queue, POOL_TAG);
    return STATUS_SUCCESS;
}

static const FLT_CONTEXT_REGISTRATION contexts[] = {
    {FLT_STREAM_CONTEXT, 0, stream_gone, sizeof(driver_stream), POOL_TAG, {0}},
    {FLT_CONTEXT_END, 0, NULL, 0, 0, {0}},
};

static const FLT_REGISTRATION filter = {
    .Size = sizeof filter,
    .Version = FLT_REGISTRATION_VERSION,
    .ContextRegistration = contexts,
    .OperationRegistration = file_operations,
    .FilterUnloadCallback = on_unload,
};

static NTSTATUS enter(PDRIVER_OBJECT object, LONG stage)
{
    UNICODE_STRING altitude = RTL_CONSTANT_STRING(ALTITUDE);
    OB_OPERATION_REGISTRATION handles = {
        PsProcessType, OB_OPERATION_HANDLE_CREATE | OB_OPERATION_HANDLE_DUPLICATE, on_handle,
        NULL};
    OB_CALLBACK_REGISTRATION objects = {OB_FLT_REGISTRATION_VERSION, 1, altitude, NULL,
                                        &handles};

    switch (stage) {
    case FILTER:
        return FltRegisterFilter(object, &filter, &driver.filter);
    case PROCESS:
        return PsSetCreateProcessNotifyRoutineEx(on_process, FALSE);
    case THREAD:
        return PsSetCreateThreadNotifyRoutine(on_thread);
    case IMAGE:
        return PsSetLoadImageNotifyRoutine(on_image);
    case REGISTRY:
        return CmRegisterCallbackEx(on_registry, &altitude, object, NULL,
                                    &driver.registry_cookie, NULL);
    case OBJECT:
        return ObRegisterCallbacks(&objects, &driver.object_handle);
    case PORTS:
        return ports_open();
    default:
        return FltStartFiltering(driver.filter);
    }
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
    NTSTATUS status = STATUS_SUCCESS;

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
    while (driver.stage < STAGE_COUNT && NT_SUCCESS(status)) {
        status = enter(object, driver.stage);
        driver.stage += NT_SUCCESS(status);
    }
    if (!NT_SUCCESS(status)) {
        (void)on_unload(0);
    }
    return status;
}
