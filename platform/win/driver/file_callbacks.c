/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Files: what is created, opened to run, written, mapped, changed and closed.
 *
 * The question comes after the create, when the file system has said what was
 * opened; a refusal undoes the open. Nothing is refused on paging I/O, which is
 * not even seen. Names are asked for only where the filter manager may take its
 * time; elsewhere its cache answers, or the stream's number stands for the name.
 */

#include "platform.h"

typedef FLT_CALLBACK_DATA operation;
typedef const FLT_RELATED_OBJECTS related;
typedef FLT_PREOP_CALLBACK_STATUS pre_status;
typedef FLT_POSTOP_CALLBACK_STATUS post_status;

#define PAGING_IO (IRP_PAGING_IO | IRP_SYNCHRONOUS_PAGING_IO)
#define SL_PAGING_OR_DIRECTORY (SL_OPEN_PAGING_FILE | SL_OPEN_TARGET_DIRECTORY)

/* GUID_ECP_PREFETCH_OPEN: the cache manager warms up a start. */
static const GUID prefetch_open = {
    0xe1777b21, 0x847e, 0x4837, {0xaa, 0x45, 0x64, 0x16, 0x1d, 0x28, 0x06, 0x55}};

static BOOLEAN is_exempt(const operation *data)
{
    return data->RequestorMode == KernelMode || (data->Iopb->IrpFlags & PAGING_IO) != 0 ||
           is_sensor();
}

static BOOLEAN is_prefetch(operation *data)
{
    PVOID list = NULL;
    PVOID context;

    return FltGetEcpListFromCallbackData(driver.filter, data, &list) == STATUS_SUCCESS &&
           list != NULL &&
           FltFindExtraCreateParameter(driver.filter, list, &prefetch_open, &context, NULL) ==
               STATUS_SUCCESS;
}

/* To be released; NULL, and counted, where it cannot be had. */
static PFLT_FILE_NAME_INFORMATION name_of(operation *data, BOOLEAN may_wait)
{
    PFLT_FILE_NAME_INFORMATION name = NULL;
    ULONG how = may_wait && KeGetCurrentIrql() == PASSIVE_LEVEL && IoGetTopLevelIrp() == NULL
                    ? FLT_FILE_NAME_OPENED | FLT_FILE_NAME_QUERY_DEFAULT
                    : FLT_FILE_NAME_OPENED | FLT_FILE_NAME_QUERY_CACHE_ONLY;

    if (FltGetFileNameInformation(data, how, &name) != STATUS_SUCCESS) {
        COUNT(nameless);
        return NULL;
    }
    return name;
}

#define TEXT_OF(name) ((name) != NULL ? &(name)->Name : NULL)
#define ASKS(option) ((READ(driver.options) & (option)) != 0)

static void release_name(PFLT_FILE_NAME_INFORMATION name)
{
    if (name != NULL) {
        FltReleaseFileNameInformation(name);
    }
}

static void begin(driver_event *event, UINT16 type, driver_stream *stream, UINT32 argument)
{
    event_begin(event, type);
    event->head.stream = stream != NULL ? stream->id : 0;
    event->head.argument = argument;
}

static void emit(operation *data, UINT16 type, driver_stream *stream, UINT32 argument)
{
    PFLT_FILE_NAME_INFORMATION name = name_of(data, type != SONDA_DRIVER_FILE_MAP_WRITE);
    driver_event event;

    begin(&event, type, stream, argument);
    event_add_text(&event, SONDA_DRIVER_ITEM_NAME, TEXT_OF(name));
    event_emit(&event);
    release_name(name);
}

static pre_status NTAPI pre_create(operation *data, related *objects, PVOID *context)
{
    ULONG options = data->Iopb->Parameters.Create.Options;
    ACCESS_MASK access = data->Iopb->Parameters.Create.SecurityContext->DesiredAccess;

    *context = NULL;
    if ((options >> 24 == FILE_OPEN && (options & FILE_DELETE_ON_CLOSE) == 0 &&
         (access & (FILE_WRITE_DATA | FILE_APPEND_DATA)) == 0 &&
         ((access & FILE_EXECUTE) == 0 || !ASKS(SONDA_DRIVER_OPTION_ASK_EXECUTE))) ||
        (options & FILE_DIRECTORY_FILE) != 0 ||
        (data->Iopb->OperationFlags & SL_PAGING_OR_DIRECTORY) != 0 || is_exempt(data) ||
        is_prefetch(data)) {
        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

/* Whether the open is to be undone. */
static BOOLEAN opened(operation *data, driver_stream *stream, ACCESS_MASK access)
{
    UINT32 result = (UINT32)data->IoStatus.Information;
    BOOLEAN made = result != FILE_OPENED;
    BOOLEAN ask = made ? ASKS(SONDA_DRIVER_OPTION_ASK_CREATE)
                       : (access & FILE_EXECUTE) != 0 && ASKS(SONDA_DRIVER_OPTION_ASK_EXECUTE);
    PFLT_FILE_NAME_INFORMATION name;
    BOOLEAN refuse = FALSE;
    driver_event event;

    if (made && stream != NULL) {
        stream_changed(stream);
    }
    if (!made && !ask) {
        return FALSE;
    }
    name = name_of(data, TRUE);
    begin(&event, made ? SONDA_DRIVER_FILE_CREATE : SONDA_DRIVER_FILE_EXECUTE, stream, access);
    event.head.argument2 = result;
    event_add_text(&event, SONDA_DRIVER_ITEM_NAME, TEXT_OF(name));
    if (ask) {
        refuse = decide(&event, stream);
    } else {
        event_emit(&event);
    }
    release_name(name);
    return refuse;
}

static post_status NTAPI post_create(operation *data,
                                     related *objects,
                                     PVOID context,
                                     ULONG flags)
{
    BOOLEAN directory = FALSE;
    driver_stream *stream;

    /* STATUS_REPARSE is a success too: the file was not opened yet. */
    if ((flags & FLTFL_POST_OPERATION_DRAINING) != 0 ||
        data->IoStatus.Status != STATUS_SUCCESS ||
        (NT_SUCCESS(FltIsDirectory(objects->FileObject, objects->Instance, &directory)) &&
         directory)) {
        return FLT_POSTOP_FINISHED_PROCESSING;
    }
    stream = stream_get(objects, TRUE);
    if (opened(data, stream, data->Iopb->Parameters.Create.SecurityContext->DesiredAccess)) {
        FltCancelFileOpen(objects->Instance, objects->FileObject);
        data->IoStatus.Status = STATUS_ACCESS_DENIED;
        data->IoStatus.Information = 0;
    } else if ((data->Iopb->Parameters.Create.Options & FILE_DELETE_ON_CLOSE) != 0) {
        emit(data, SONDA_DRIVER_FILE_DELETE, stream, 1);
    }
    stream_release(stream);
    return FLT_POSTOP_FINISHED_PROCESSING;
}

static pre_status NTAPI pre_write(operation *data, related *objects, PVOID *context)
{
    driver_stream *stream;

    if (!is_exempt(data)) {
        stream = stream_get(objects, TRUE);
        if (stream != NULL) {
            stream_changed(stream);
        }
        if (stream == NULL || InterlockedExchange(&stream->dirty, 1) == 0) {
            emit(data, SONDA_DRIVER_FILE_WRITE, stream, 0);
        }
        stream_release(stream);
    }
    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

/* The memory manager asks, in kernel mode, for whoever made the section. Locks
 * of the file are held: nothing here may ask the file system. */
static pre_status NTAPI pre_section(operation *data, related *objects, PVOID *context)
{
    ULONG protection = data->Iopb->Parameters.AcquireForSectionSynchronization.PageProtection;
    ULONG sync = data->Iopb->Parameters.AcquireForSectionSynchronization.SyncType;
    driver_stream *stream;

    if (sync == SyncTypeCreateSection &&
        (protection & (PAGE_READWRITE | PAGE_EXECUTE_READWRITE)) != 0 &&
        ExGetPreviousMode() != KernelMode && !is_sensor()) {
        stream = stream_get(objects, FALSE);
        if (stream != NULL) {
            InterlockedExchange(&stream->mapped, 1);
            stream_changed(stream);
            InterlockedExchange(&stream->dirty, 1);
        }
        emit(data, SONDA_DRIVER_FILE_MAP_WRITE, stream, protection);
        stream_release(stream);
    }
    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static pre_status NTAPI pre_cleanup(operation *data, related *objects, PVOID *context)
{
    driver_stream *stream = is_exempt(data) ? NULL : stream_get(objects, FALSE);

    if (stream != NULL && InterlockedExchange(&stream->dirty, 0) != 0) {
        emit(data, SONDA_DRIVER_FILE_CLEANUP, stream, 0);
    }
    stream_release(stream);
    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

/* By FileInformationClass; the last three are the …Ex forms. */
static UINT16 type_of(const operation *data)
{
    static const UINT8 types[] = {
        [10] = SONDA_DRIVER_FILE_RENAME, [11] = SONDA_DRIVER_FILE_LINK,
        [13] = SONDA_DRIVER_FILE_DELETE, [19] = SONDA_DRIVER_FILE_SIZE,
        [20] = SONDA_DRIVER_FILE_SIZE,   [64] = SONDA_DRIVER_FILE_DELETE,
        [65] = SONDA_DRIVER_FILE_RENAME, [72] = SONDA_DRIVER_FILE_LINK,
    };
    ULONG class = data->Iopb->Parameters.SetFileInformation.FileInformationClass;

    return class < sizeof types ? types[class] : 0;
}

/* The name is asked for before it changes, and goes through to the other side:
 * the same thread comes back, at PASSIVE_LEVEL. */
static pre_status NTAPI pre_set(operation *data, related *objects, PVOID *context)
{
    if (type_of(data) == 0 || is_exempt(data)) {
        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }
    *context = name_of(data, TRUE);
    return FLT_PREOP_SYNCHRONIZE;
}

/* The I/O manager has copied the buffer and checked its length for the class:
 * a size has eight bytes, a disposition one or, as …Ex, four. */
static void emit_change(operation *data, driver_stream *stream, PFLT_FILE_NAME_INFORMATION name)
{
    const void *buffer = data->Iopb->Parameters.SetFileInformation.InfoBuffer;
    ULONG len = data->Iopb->Parameters.SetFileInformation.Length;
    PFLT_FILE_NAME_INFORMATION renamed = NULL;
    driver_event event;

    begin(&event, type_of(data), stream, 0);
    event.head.argument2 = data->Iopb->Parameters.SetFileInformation.FileInformationClass;
    event_add_text(&event, SONDA_DRIVER_ITEM_NAME, TEXT_OF(name));
    if (event.head.type == SONDA_DRIVER_FILE_RENAME) {
        renamed = name_of(data, TRUE);
        event_add_text(&event, SONDA_DRIVER_ITEM_TARGET_NAME, TEXT_OF(renamed));
    } else if (event.head.type == SONDA_DRIVER_FILE_DELETE) {
        RtlCopyMemory(&event.head.argument, buffer, len < 4 ? len : 4);
    } else if (event.head.type == SONDA_DRIVER_FILE_SIZE) {
        RtlCopyMemory(&event.head.length, buffer, len < 8 ? len : 8);
        if (stream != NULL) {
            stream_changed(stream);
        }
    }
    event_emit(&event);
    release_name(renamed);
}

static post_status NTAPI post_set(operation *data, related *objects, PVOID context, ULONG flags)
{
    if ((flags & FLTFL_POST_OPERATION_DRAINING) == 0 &&
        data->IoStatus.Status == STATUS_SUCCESS) {
        driver_stream *stream = stream_get(objects, FALSE);

        emit_change(data, stream, context);
        stream_release(stream);
    }
    release_name(context);
    return FLT_POSTOP_FINISHED_PROCESSING;
}

const FLT_OPERATION_REGISTRATION file_operations[] = {
    {IRP_MJ_CREATE, 0, pre_create, post_create, NULL},
    {IRP_MJ_WRITE, FLTFL_OPERATION_REGISTRATION_SKIP_PAGING_IO, pre_write, NULL, NULL},
    {IRP_MJ_SET_INFORMATION, 0, pre_set, post_set, NULL},
    {IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION, 0, pre_section, NULL, NULL},
    {IRP_MJ_CLEANUP, 0, pre_cleanup, NULL, NULL},
    {IRP_MJ_OPERATION_END, 0, NULL, NULL, NULL},
};
