/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Processes, registry and objects: what the driver registers for, and the
 * happenings that call it. A PEPROCESS is the process id.
 */

#include "fake_state.h"

static PEPROCESS process_of(UINT32 pid)
{
    return (PEPROCESS)(ULONG_PTR)pid;
}

static UNICODE_STRING text_of(const WCHAR *text)
{
    UNICODE_STRING string = {0, 0, (WCHAR *)(ULONG_PTR)text};
    SIZE_T len = 0;

    while (text != NULL && text[len] != 0) {
        len++;
    }
    string.Length = (USHORT)(len * sizeof(WCHAR));
    string.MaximumLength = string.Length;
    return string;
}

void fake_be(UINT32 pid)
{
    fake_os_set_pid(pid);
}

HANDLE FAKE(PsGetCurrentProcessId)(void)
{
    return (HANDLE)(ULONG_PTR)fake_os_pid();
}

PEPROCESS FAKE(PsGetCurrentProcess)(void)
{
    return process_of(fake_os_pid());
}

HANDLE FAKE(PsGetProcessId)(PEPROCESS process)
{
    return (HANDLE)process;
}

LONGLONG FAKE(PsGetProcessCreateTimeQuadPart)(PEPROCESS process)
{
    return (LONGLONG)(ULONG_PTR)process * 1000;
}

NTSTATUS FAKE(PsLookupProcessByProcessId)(HANDLE pid, PEPROCESS *process)
{
    *process = (PEPROCESS)pid;
    InterlockedIncrement(&fake.references);
    return pid != NULL ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

VOID FAKE(ObDereferenceObject)(PVOID object)
{
    (void)object;
    InterlockedDecrement(&fake.references);
}

NTSTATUS NTAPI PsGetProcessExitStatus(PEPROCESS process)
{
    return (NTSTATUS)(ULONG_PTR)process + 1;
}

ULONG NTAPI PsGetProcessSessionId(PEPROCESS process)
{
    (void)process;
    return 2;
}

KPROCESSOR_MODE FAKE(ExGetPreviousMode)(void)
{
    return fake_os_pid() == 4 ? KernelMode : UserMode;
}

NTSTATUS FAKE(PsSetCreateProcessNotifyRoutineEx)(PCREATE_PROCESS_NOTIFY_ROUTINE_EX routine,
                                                 BOOLEAN remove)
{
    fake.on_process = remove ? NULL : routine;
    return STATUS_SUCCESS;
}

NTSTATUS FAKE(PsSetCreateThreadNotifyRoutine)(PCREATE_THREAD_NOTIFY_ROUTINE routine)
{
    fake.on_thread = routine;
    return STATUS_SUCCESS;
}

NTSTATUS FAKE(PsRemoveCreateThreadNotifyRoutine)(PCREATE_THREAD_NOTIFY_ROUTINE routine)
{
    (void)routine;
    fake.on_thread = NULL;
    return STATUS_SUCCESS;
}

NTSTATUS FAKE(PsSetLoadImageNotifyRoutine)(PLOAD_IMAGE_NOTIFY_ROUTINE routine)
{
    fake.on_image = routine;
    return STATUS_SUCCESS;
}

NTSTATUS FAKE(PsRemoveLoadImageNotifyRoutine)(PLOAD_IMAGE_NOTIFY_ROUTINE routine)
{
    (void)routine;
    fake.on_image = NULL;
    return STATUS_SUCCESS;
}

NTSTATUS FAKE(CmRegisterCallbackEx)(PEX_CALLBACK_FUNCTION function,
                                    PCUNICODE_STRING altitude,
                                    PVOID object,
                                    PVOID context,
                                    PLARGE_INTEGER cookie,
                                    PVOID reserved)
{
    (void)altitude;
    (void)object;
    (void)context;
    (void)reserved;
    fake.on_registry = function;
    cookie->QuadPart = 77;
    return STATUS_SUCCESS;
}

NTSTATUS FAKE(CmUnRegisterCallback)(LARGE_INTEGER cookie)
{
    (void)cookie;
    fake.on_registry = NULL;
    return STATUS_SUCCESS;
}

/* A key object is its own name. */
NTSTATUS NTAPI CmCallbackGetKeyObjectIDEx(
    PLARGE_INTEGER cookie, PVOID object, PULONG_PTR id, PCUNICODE_STRING *name, ULONG flags)
{
    (void)cookie;
    (void)id;
    (void)flags;
    if (object == NULL) {
        return STATUS_INVALID_PARAMETER;
    }
    *name = object;
    InterlockedIncrement(&fake.references);
    return STATUS_SUCCESS;
}

VOID NTAPI CmCallbackReleaseKeyObjectIDEx(PCUNICODE_STRING name)
{
    (void)name;
    InterlockedDecrement(&fake.references);
}

NTSTATUS FAKE(ObRegisterCallbacks)(POB_CALLBACK_REGISTRATION registration, PVOID *handle)
{
    fake.on_handle = registration->OperationRegistration->PreOperation;
    *handle = &fake;
    return STATUS_SUCCESS;
}

VOID FAKE(ObUnRegisterCallbacks)(PVOID handle)
{
    (void)handle;
    fake.on_handle = NULL;
}

/* ---- what happens ---- */

NTSTATUS fake_start_process(UINT32 pid, UINT32 parent, const WCHAR *image, const WCHAR *line)
{
    UNICODE_STRING image_text = text_of(image);
    UNICODE_STRING line_text = text_of(line);
    PS_CREATE_NOTIFY_INFO info;

    memset(&info, 0, sizeof info);
    info.Size = sizeof info;
    info.ParentProcessId = (HANDLE)(ULONG_PTR)parent;
    info.CreatingThreadId.UniqueProcess = (HANDLE)(ULONG_PTR)fake_os_pid();
    info.ImageFileName = &image_text;
    info.CommandLine = line != NULL ? &line_text : NULL;
    fake.on_process(process_of(pid), (HANDLE)(ULONG_PTR)pid, &info);
    return info.CreationStatus;
}

void fake_stop_process(UINT32 pid)
{
    fake.on_process(process_of(pid), (HANDLE)(ULONG_PTR)pid, NULL);
}

void fake_start_thread(UINT32 pid, UINT32 tid)
{
    fake.on_thread((HANDLE)(ULONG_PTR)pid, (HANDLE)(ULONG_PTR)tid, TRUE);
}

void fake_load_image(UINT32 pid, const WCHAR *name)
{
    UNICODE_STRING text = text_of(name);
    IMAGE_INFO info;

    memset(&info, 0, sizeof info);
    info.ImageBase = (PVOID)(ULONG_PTR)0x10000;
    info.ImageSize = 0x2000;
    fake.on_image(&text, (HANDLE)(ULONG_PTR)pid, &info);
}

ACCESS_MASK fake_open_process(UINT32 pid, ACCESS_MASK access, BOOLEAN kernel_handle)
{
    OB_PRE_OPERATION_PARAMETERS parameters;
    OB_PRE_OPERATION_INFORMATION info;

    memset(&info, 0, sizeof info);
    memset(&parameters, 0, sizeof parameters);
    parameters.CreateHandleInformation.DesiredAccess = access;
    info.Operation = OB_OPERATION_HANDLE_CREATE;
    info.KernelHandle = kernel_handle ? 1 : 0;
    info.Object = process_of(pid);
    info.Parameters = &parameters;
    (void)fake.on_handle(NULL, &info);
    return parameters.CreateHandleInformation.DesiredAccess;
}

void fake_registry(ULONG notify_class, PVOID info)
{
    (void)fake.on_registry(NULL, (PVOID)(ULONG_PTR)notify_class, info);
}

void fake_set_value(const WCHAR *key, const WCHAR *name, ULONG type, void *data, ULONG len)
{
    UNICODE_STRING key_text = text_of(key);
    UNICODE_STRING name_text = text_of(name);
    REG_SET_VALUE_KEY_INFORMATION before;
    REG_POST_OPERATION_INFORMATION after;

    memset(&before, 0, sizeof before);
    memset(&after, 0, sizeof after);
    before.Object = &key_text;
    before.ValueName = &name_text;
    before.Type = type;
    before.Data = data;
    before.DataSize = len;
    after.Object = &key_text;
    after.PreInformation = &before;
    fake_registry(RegNtPostSetValueKey, &after);
}
