/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The filter manager's side of files: names, contexts, callbacks.
 */

#include "fake_state.h"

fake_state fake;

static PFILE_OBJECT object_of(fake_file *file)
{
    return (PFILE_OBJECT)(void *)file;
}

static fake_file *file_of(PFILE_OBJECT object)
{
    return (fake_file *)(void *)object;
}

static const FLT_OPERATION_REGISTRATION *operation_of(UCHAR major)
{
    const FLT_OPERATION_REGISTRATION *at = fake.registration->OperationRegistration;

    while (at->MajorFunction != IRP_MJ_OPERATION_END && at->MajorFunction != major) {
        at++;
    }
    return at;
}

void fake_enter(void)
{
    fake_os_lock();
    fake.inside++;
    fake_os_unlock();
}

void fake_leave(void)
{
    fake_os_lock();
    fake.inside--;
    fake_os_changed();
    fake_os_unlock();
}

typedef struct call {
    FLT_CALLBACK_DATA data;
    FLT_IO_PARAMETER_BLOCK block;
    FLT_RELATED_OBJECTS objects;
    IO_SECURITY_CONTEXT security;
} call;

static void begin(call *c, fake_file *file, UCHAR major)
{
    memset(c, 0, sizeof *c);
    c->data.Iopb = &c->block;
    c->data.RequestorMode = UserMode;
    c->block.MajorFunction = major;
    c->block.TargetFileObject = object_of(file);
    c->objects.Filter = fake.filter;
    c->objects.Instance = (PFLT_INSTANCE)(void *)&fake;
    c->objects.FileObject = object_of(file);
    c->block.Parameters.Create.SecurityContext = &c->security;
}

/* Both callbacks around an operation that ends in `status` and `information`. */
static NTSTATUS run(call *c, NTSTATUS status, ULONG_PTR information)
{
    const FLT_OPERATION_REGISTRATION *of;
    FLT_PREOP_CALLBACK_STATUS before;
    PVOID context = NULL;

    fake_enter();
    if (!fake.filtering) {
        fake_leave();
        return status;
    }
    of = operation_of(c->block.MajorFunction);
    before = of->PreOperation(&c->data, &c->objects, &context);
    c->data.IoStatus.Status = status;
    c->data.IoStatus.Information = information;
    if (file_of(c->objects.FileObject)->renamed != NULL && before == FLT_PREOP_SYNCHRONIZE) {
        file_of(c->objects.FileObject)->name = file_of(c->objects.FileObject)->renamed;
    }
    if (before != FLT_PREOP_SUCCESS_NO_CALLBACK && of->PostOperation != NULL) {
        (void)of->PostOperation(&c->data, &c->objects, context, 0);
    }
    fake_leave();
    return c->data.IoStatus.Status;
}

NTSTATUS fake_create_as(fake_file *file,
                        ACCESS_MASK access,
                        ULONG options,
                        ULONG result,
                        KPROCESSOR_MODE mode,
                        ULONG irp_flags)
{
    call c;

    begin(&c, file, IRP_MJ_CREATE);
    c.security.DesiredAccess = access;
    c.data.RequestorMode = (CCHAR)mode;
    c.block.IrpFlags = irp_flags;
    c.block.Parameters.Create.Options = options;
    return run(&c, STATUS_SUCCESS, result);
}

NTSTATUS fake_create(fake_file *file, ACCESS_MASK access, ULONG options, ULONG result)
{
    return fake_create_as(file, access, options, result, UserMode, 0);
}

void fake_write(fake_file *file, ULONG irp_flags)
{
    call c;

    begin(&c, file, IRP_MJ_WRITE);
    c.block.IrpFlags = irp_flags;
    (void)run(&c, STATUS_SUCCESS, 0);
}

void fake_set(
    fake_file *file, ULONG information_class, const void *buffer, ULONG len, NTSTATUS status)
{
    call c;

    begin(&c, file, IRP_MJ_SET_INFORMATION);
    c.block.Parameters.SetFileInformation.FileInformationClass = information_class;
    c.block.Parameters.SetFileInformation.InfoBuffer = (PVOID)(ULONG_PTR)buffer;
    c.block.Parameters.SetFileInformation.Length = len;
    (void)run(&c, status, 0);
}

void fake_map(fake_file *file, ULONG protection)
{
    call c;

    begin(&c, file, IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION);
    c.data.RequestorMode = KernelMode; /* as the memory manager's always is */
    c.block.Parameters.AcquireForSectionSynchronization.SyncType = SyncTypeCreateSection;
    c.block.Parameters.AcquireForSectionSynchronization.PageProtection = protection;
    (void)run(&c, STATUS_SUCCESS, 0);
}

void fake_cleanup(fake_file *file)
{
    call c;

    begin(&c, file, IRP_MJ_CLEANUP);
    (void)run(&c, STATUS_SUCCESS, 0);
}

void fake_filtering(BOOLEAN on)
{
    fake_os_lock();
    fake.filtering = on;
    fake_os_unlock();
}

/* ---- what the driver calls ---- */

NTSTATUS NTAPI FltRegisterFilter(PDRIVER_OBJECT object,
                                 const FLT_REGISTRATION *registration,
                                 PFLT_FILTER *filter)
{
    (void)object;
    fake.registration = registration;
    fake.filter = (PFLT_FILTER)(void *)&fake;
    *filter = fake.filter;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI FltStartFiltering(PFLT_FILTER filter)
{
    (void)filter;
    fake_os_lock();
    fake.filtering = TRUE;
    fake_os_unlock();
    return STATUS_SUCCESS;
}

/* Waits for the callbacks that are under way. */
VOID NTAPI FltUnregisterFilter(PFLT_FILTER filter)
{
    (void)filter;
    fake_os_lock();
    fake.filtering = FALSE;
    while (fake.inside != 0) {
        fake_os_wait();
    }
    fake_os_unlock();
}

NTSTATUS NTAPI FltGetFileNameInformation(PFLT_CALLBACK_DATA data,
                                         ULONG options,
                                         PFLT_FILE_NAME_INFORMATION *name)
{
    const fake_file *file = file_of(data->Iopb->TargetFileObject);
    PFLT_FILE_NAME_INFORMATION made;
    SIZE_T len = 0;

    (void)options;
    if (file->name == NULL) {
        return STATUS_NOT_FOUND;
    }
    while (file->name[len] != 0) {
        len++;
    }
    made = fake_os_allocate(sizeof *made);
    memset(made, 0, sizeof *made);
    made->Name.Buffer = (WCHAR *)(ULONG_PTR)file->name;
    made->Name.Length = (USHORT)(len * sizeof(WCHAR));
    InterlockedIncrement(&fake.references);
    *name = made;
    return STATUS_SUCCESS;
}

VOID NTAPI FltReleaseFileNameInformation(PFLT_FILE_NAME_INFORMATION name)
{
    InterlockedDecrement(&fake.references);
    fake_os_release(name);
}

NTSTATUS NTAPI FltIsDirectory(PFILE_OBJECT object, PFLT_INSTANCE instance, PBOOLEAN directory)
{
    (void)instance;
    *directory = file_of(object)->directory;
    return STATUS_SUCCESS;
}

VOID NTAPI FltCancelFileOpen(PFLT_INSTANCE instance, PFILE_OBJECT object)
{
    (void)instance;
    file_of(object)->cancelled = TRUE;
}

NTSTATUS NTAPI FltGetEcpListFromCallbackData(PFLT_FILTER filter,
                                             PFLT_CALLBACK_DATA data,
                                             PVOID *list)
{
    (void)filter;
    *list = file_of(data->Iopb->TargetFileObject)->prefetched ? data : NULL;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI FltFindExtraCreateParameter(
    PFLT_FILTER filter, PVOID list, const GUID *guid, PVOID *context, ULONG *size)
{
    (void)filter;
    (void)list;
    (void)size;
    *context = NULL;
    return guid->Data1 == 0xe1777b21 ? STATUS_SUCCESS : STATUS_NOT_FOUND;
}

/* ---- contexts: counted, the count in front of them ---- */

NTSTATUS NTAPI FltAllocateContext(
    PFLT_FILTER filter, USHORT type, SIZE_T size, POOL_TYPE pool, PFLT_CONTEXT *context)
{
    LONG64 *made = fake_os_allocate(size + 16);

    (void)filter;
    (void)type;
    (void)pool;
    made[0] = 1;
    InterlockedIncrement(&fake.references);
    *context = made + 2;
    return STATUS_SUCCESS;
}

VOID NTAPI FltReleaseContext(PFLT_CONTEXT context)
{
    LONG64 *made = (LONG64 *)context - 2;
    LONG64 left;

    InterlockedDecrement(&fake.references);
    fake_os_lock();
    left = --made[0];
    fake_os_unlock();
    if (left == 0) {
        fake.registration->ContextRegistration->ContextCleanupCallback(context,
                                                                       FLT_STREAM_CONTEXT);
        fake_os_release(made);
    }
}

static PFLT_CONTEXT again(PFLT_CONTEXT context)
{
    ((LONG64 *)context - 2)[0]++;
    InterlockedIncrement(&fake.references);
    return context;
}

NTSTATUS NTAPI FltSetStreamContext(PFLT_INSTANCE instance,
                                   PFILE_OBJECT object,
                                   ULONG how,
                                   PFLT_CONTEXT context,
                                   PFLT_CONTEXT *existing)
{
    fake_file *file = file_of(object);
    NTSTATUS status = STATUS_SUCCESS;

    (void)instance;
    (void)how;
    fake_os_lock();
    if (file->stream != NULL) {
        *existing = again(file->stream);
        status = STATUS_FLT_CONTEXT_ALREADY_DEFINED;
    } else {
        file->stream = again(context);
    }
    fake_os_unlock();
    return status;
}

NTSTATUS NTAPI FltGetStreamContext(PFLT_INSTANCE instance,
                                   PFILE_OBJECT object,
                                   PFLT_CONTEXT *context)
{
    fake_file *file = file_of(object);

    (void)instance;
    fake_os_lock();
    *context = file->stream != NULL ? again(file->stream) : NULL;
    fake_os_unlock();
    return *context != NULL ? STATUS_SUCCESS : STATUS_NOT_FOUND;
}

void fake_forget(fake_file *file)
{
    PFLT_CONTEXT stream;

    fake_os_lock();
    stream = file->stream;
    file->stream = NULL;
    fake_os_unlock();
    if (stream != NULL) {
        FltReleaseContext(stream);
    }
}
