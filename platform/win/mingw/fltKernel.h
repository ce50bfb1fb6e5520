/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Stands in for the WDK's header of this name: the part of the filter manager's
 * interface that the driver uses, written down from Microsoft's documentation.
 *
 * mingw-w64 has ntifs.h but no fltKernel.h; a build with the WDK has its own and
 * does not see this one. Layouts are of 64-bit Windows; the asserted sizes are
 * those of the WDK.
 */

#ifndef SONDA_PLATFORM_WIN_MINGW_FLTKERNEL_H
#define SONDA_PLATFORM_WIN_MINGW_FLTKERNEL_H

#include <ntifs.h>

typedef struct sonda_flt_filter *PFLT_FILTER;
typedef struct sonda_flt_instance *PFLT_INSTANCE;
typedef struct sonda_flt_port *PFLT_PORT;
typedef void *PFLT_CONTEXT;

typedef union _FLT_PARAMETERS {
    struct {
        IO_SECURITY_CONTEXT *SecurityContext;
        ULONG Options;
    } Create;
    struct {
        ULONG Length;
        ULONG Unused;
        ULONG FileInformationClass;
        PVOID ParentOfTarget;
        ULONG_PTR Flags;
        PVOID InfoBuffer;
    } SetFileInformation;
    struct {
        ULONG SyncType;
        ULONG PageProtection;
    } AcquireForSectionSynchronization;
    ULONG64 Whole[6];
} FLT_PARAMETERS;

typedef struct _FLT_IO_PARAMETER_BLOCK {
    ULONG IrpFlags;
    UCHAR MajorFunction, MinorFunction, OperationFlags, Reserved;
    PFILE_OBJECT TargetFileObject;
    PFLT_INSTANCE TargetInstance;
    FLT_PARAMETERS Parameters;
} FLT_IO_PARAMETER_BLOCK;

typedef struct _FLT_CALLBACK_DATA {
    ULONG Flags;
    PETHREAD Thread;
    FLT_IO_PARAMETER_BLOCK *Iopb;
    IO_STATUS_BLOCK IoStatus;
    PVOID TagData;
    PVOID FilterContext[4];
    CCHAR RequestorMode;
} FLT_CALLBACK_DATA, *PFLT_CALLBACK_DATA;

typedef struct _FLT_RELATED_OBJECTS {
    USHORT Size, TransactionContext;
    PFLT_FILTER Filter;
    PVOID Volume;
    PFLT_INSTANCE Instance;
    PFILE_OBJECT FileObject;
    PVOID Transaction;
} FLT_RELATED_OBJECTS;
typedef const FLT_RELATED_OBJECTS *PCFLT_RELATED_OBJECTS;

typedef struct _FLT_FILE_NAME_INFORMATION {
    USHORT Size, NamesParsed;
    ULONG Format;
    UNICODE_STRING Name, Volume, Share, Extension, Stream, FinalComponent, ParentDir;
} FLT_FILE_NAME_INFORMATION, *PFLT_FILE_NAME_INFORMATION;

typedef enum {
    FLT_PREOP_SUCCESS_WITH_CALLBACK = 0,
    FLT_PREOP_SUCCESS_NO_CALLBACK = 1,
    FLT_PREOP_SYNCHRONIZE = 5
} FLT_PREOP_CALLBACK_STATUS;
typedef enum { FLT_POSTOP_FINISHED_PROCESSING = 0 } FLT_POSTOP_CALLBACK_STATUS;

typedef FLT_PREOP_CALLBACK_STATUS(NTAPI *PFLT_PRE_OPERATION_CALLBACK)(PFLT_CALLBACK_DATA,
                                                                      PCFLT_RELATED_OBJECTS,
                                                                      PVOID *);
typedef FLT_POSTOP_CALLBACK_STATUS(NTAPI *PFLT_POST_OPERATION_CALLBACK)(PFLT_CALLBACK_DATA,
                                                                        PCFLT_RELATED_OBJECTS,
                                                                        PVOID,
                                                                        ULONG);

typedef struct _FLT_CONTEXT_REGISTRATION {
    USHORT ContextType, Flags;
    VOID(NTAPI *ContextCleanupCallback)(PFLT_CONTEXT, USHORT);
    SIZE_T Size;
    ULONG PoolTag;
    PVOID Reserved[3];
} FLT_CONTEXT_REGISTRATION;

typedef struct _FLT_OPERATION_REGISTRATION {
    UCHAR MajorFunction;
    ULONG Flags;
    PFLT_PRE_OPERATION_CALLBACK PreOperation;
    PFLT_POST_OPERATION_CALLBACK PostOperation;
    PVOID Reserved1;
} FLT_OPERATION_REGISTRATION;

typedef struct _FLT_REGISTRATION {
    USHORT Size, Version;
    ULONG Flags;
    const FLT_CONTEXT_REGISTRATION *ContextRegistration;
    const FLT_OPERATION_REGISTRATION *OperationRegistration;
    NTSTATUS(NTAPI *FilterUnloadCallback)(ULONG);
    PVOID Others[10];
} FLT_REGISTRATION;

typedef NTSTATUS(NTAPI *PFLT_CONNECT_NOTIFY)(PFLT_PORT, PVOID, PVOID, ULONG, PVOID *);
typedef VOID(NTAPI *PFLT_DISCONNECT_NOTIFY)(PVOID);
typedef NTSTATUS(NTAPI *PFLT_MESSAGE_NOTIFY)(PVOID, PVOID, ULONG, PVOID, ULONG, PULONG);

_Static_assert(sizeof(FLT_PARAMETERS) == 0x30, "as in the WDK");
_Static_assert(sizeof(FLT_IO_PARAMETER_BLOCK) == 0x48, "as in the WDK");
_Static_assert(sizeof(FLT_CALLBACK_DATA) == 0x58, "as in the WDK");
_Static_assert(sizeof(FLT_REGISTRATION) == 0x70, "as in the WDK");
_Static_assert(sizeof(FLT_FILE_NAME_INFORMATION) == 0x78, "as in the WDK");

#define IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION ((UCHAR)0xff)
#define IRP_MJ_OPERATION_END ((UCHAR)0x80)
#define FLT_STREAM_CONTEXT 0x0008
#define FLT_CONTEXT_END 0xffff
#define FLT_REGISTRATION_VERSION 0x0203
#define FLT_SET_CONTEXT_KEEP_IF_EXISTS 1
#define FLT_PORT_ALL_ACCESS 0x001f0001
#define FLT_FILE_NAME_OPENED 0x0002
#define FLT_FILE_NAME_QUERY_DEFAULT 0x0100
#define FLT_FILE_NAME_QUERY_CACHE_ONLY 0x0200
#define FLTFL_POST_OPERATION_DRAINING 0x0001
#define FLTFL_OPERATION_REGISTRATION_SKIP_PAGING_IO 0x0001

NTSTATUS NTAPI FltRegisterFilter(PDRIVER_OBJECT, const FLT_REGISTRATION *, PFLT_FILTER *);
NTSTATUS NTAPI FltStartFiltering(PFLT_FILTER);
VOID NTAPI FltUnregisterFilter(PFLT_FILTER);
NTSTATUS NTAPI FltBuildDefaultSecurityDescriptor(PSECURITY_DESCRIPTOR *, ACCESS_MASK);
VOID NTAPI FltFreeSecurityDescriptor(PSECURITY_DESCRIPTOR);
NTSTATUS NTAPI FltCreateCommunicationPort(PFLT_FILTER,
                                          PFLT_PORT *,
                                          POBJECT_ATTRIBUTES,
                                          PVOID,
                                          PFLT_CONNECT_NOTIFY,
                                          PFLT_DISCONNECT_NOTIFY,
                                          PFLT_MESSAGE_NOTIFY,
                                          LONG);
VOID NTAPI FltCloseCommunicationPort(PFLT_PORT);
VOID NTAPI FltCloseClientPort(PFLT_FILTER, PFLT_PORT *);
NTSTATUS NTAPI
FltSendMessage(PFLT_FILTER, PFLT_PORT *, PVOID, ULONG, PVOID, PULONG, PLARGE_INTEGER);
NTSTATUS NTAPI FltGetFileNameInformation(PFLT_CALLBACK_DATA,
                                         ULONG,
                                         PFLT_FILE_NAME_INFORMATION *);
VOID NTAPI FltReleaseFileNameInformation(PFLT_FILE_NAME_INFORMATION);
NTSTATUS NTAPI FltIsDirectory(PFILE_OBJECT, PFLT_INSTANCE, PBOOLEAN);
VOID NTAPI FltCancelFileOpen(PFLT_INSTANCE, PFILE_OBJECT);
NTSTATUS NTAPI FltAllocateContext(PFLT_FILTER, USHORT, SIZE_T, POOL_TYPE, PFLT_CONTEXT *);
NTSTATUS NTAPI
FltSetStreamContext(PFLT_INSTANCE, PFILE_OBJECT, ULONG, PFLT_CONTEXT, PFLT_CONTEXT *);
NTSTATUS NTAPI FltGetStreamContext(PFLT_INSTANCE, PFILE_OBJECT, PFLT_CONTEXT *);
VOID NTAPI FltReleaseContext(PFLT_CONTEXT);
NTSTATUS NTAPI FltGetEcpListFromCallbackData(PFLT_FILTER, PFLT_CALLBACK_DATA, PVOID *);
NTSTATUS NTAPI FltFindExtraCreateParameter(PFLT_FILTER, PVOID, const GUID *, PVOID *, ULONG *);

/* Of the kernel itself, missing in mingw-w64's headers. */
NTSTATUS NTAPI PsGetProcessExitStatus(PEPROCESS);
ULONG NTAPI PsGetProcessSessionId(PEPROCESS);
NTSTATUS NTAPI
CmCallbackGetKeyObjectIDEx(PLARGE_INTEGER, PVOID, PULONG_PTR, PCUNICODE_STRING *, ULONG);
VOID NTAPI CmCallbackReleaseKeyObjectIDEx(PCUNICODE_STRING);
VOID NTAPI KeQuerySystemTimePrecise(PLARGE_INTEGER);

#endif
