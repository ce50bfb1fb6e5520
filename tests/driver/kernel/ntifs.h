/* SPDX-License-Identifier: Apache-2.0 */

/*
 * As much of the Windows kernel's header as the driver needs, for a build on
 * Linux: types of the same size, constants of the same value, and functions
 * that tests/driver provides. Compiled with -fshort-wchar.
 */

#ifndef SONDA_TESTS_DRIVER_KERNEL_NTIFS_H
#define SONDA_TESTS_DRIVER_KERNEL_NTIFS_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define VOID void
#define NTAPI
#define NTKERNELAPI
#define TRUE 1
#define FALSE 0
#define FIELD_OFFSET(type, field) offsetof(type, field)
#define NT_SUCCESS(status) ((status) >= 0)
#define RtlZeroMemory(at, len) memset(at, 0, len)
#define RtlCopyMemory(to, from, len) memcpy(to, from, len)

typedef uint8_t UINT8, UCHAR, BOOLEAN, KIRQL;
typedef char CCHAR;
typedef uint16_t UINT16, USHORT;
typedef uint32_t UINT32, ULONG, ACCESS_MASK;
typedef uint64_t UINT64, ULONG64;
typedef int32_t LONG, NTSTATUS;
typedef int64_t LONG64, LONGLONG;
typedef uintptr_t ULONG_PTR, KSPIN_LOCK;
typedef size_t SIZE_T;
typedef wchar_t WCHAR;
typedef const wchar_t *PCWSTR;
typedef void *PVOID, *HANDLE, *PSECURITY_DESCRIPTOR, *PIRP;
typedef ULONG *PULONG;
typedef ULONG_PTR *PULONG_PTR;
typedef BOOLEAN *PBOOLEAN;
typedef enum { NonPagedPoolNx = 512, PagedPool = 1 } POOL_TYPE;
typedef enum { KernelMode, UserMode } KPROCESSOR_MODE;

typedef union _LARGE_INTEGER {
    LONGLONG QuadPart;
} LARGE_INTEGER, *PLARGE_INTEGER;

typedef struct _UNICODE_STRING {
    USHORT Length;
    USHORT MaximumLength;
    WCHAR *Buffer;
} UNICODE_STRING, *PUNICODE_STRING;
typedef const UNICODE_STRING *PCUNICODE_STRING;
#define RTL_CONSTANT_STRING(text)                                              \
    {                                                                          \
        sizeof(text) - sizeof(WCHAR), sizeof(text), (WCHAR *)(uintptr_t)(text) \
    }

typedef struct _GUID {
    uint32_t Data1;
    uint16_t Data2;
    uint16_t Data3;
    uint8_t Data4[8];
} GUID;

typedef struct _EPROCESS *PEPROCESS;
typedef struct _ETHREAD *PETHREAD;
typedef struct _DRIVER_OBJECT *PDRIVER_OBJECT;
typedef struct _FILE_OBJECT *PFILE_OBJECT;
typedef struct _OBJECT_TYPE *POBJECT_TYPE;

typedef struct _IO_STATUS_BLOCK {
    union {
        NTSTATUS Status;
        PVOID Pointer;
    };
    ULONG_PTR Information;
} IO_STATUS_BLOCK;

typedef struct _IO_SECURITY_CONTEXT {
    PVOID SecurityQos;
    PVOID AccessState;
    ACCESS_MASK DesiredAccess;
    ULONG FullCreateOptions;
} IO_SECURITY_CONTEXT;

typedef struct _OBJECT_ATTRIBUTES {
    PUNICODE_STRING ObjectName;
    PSECURITY_DESCRIPTOR SecurityDescriptor;
} OBJECT_ATTRIBUTES, *POBJECT_ATTRIBUTES;
#define OBJ_KERNEL_HANDLE 0x200
#define OBJ_CASE_INSENSITIVE 0x40
#define InitializeObjectAttributes(attributes, name, flags, root, descriptor) \
    ((attributes)->ObjectName = (name), (attributes)->SecurityDescriptor = (descriptor))

typedef struct _KEVENT {
    LONG signalled;
} KEVENT;
typedef enum { NotificationEvent, SynchronizationEvent } EVENT_TYPE;
typedef enum { Executive, UserRequest = 6 } KWAIT_REASON;
#define IO_NO_INCREMENT 0

#define STATUS_SUCCESS ((NTSTATUS)0)
#define STATUS_TIMEOUT ((NTSTATUS)0x00000102)
#define STATUS_PENDING ((NTSTATUS)0x00000103)
#define STATUS_REPARSE ((NTSTATUS)0x00000104)
#define STATUS_BUFFER_OVERFLOW ((NTSTATUS)0x80000005u)
#define STATUS_DEVICE_BUSY ((NTSTATUS)0x80000011u)
#define STATUS_UNSUCCESSFUL ((NTSTATUS)0xc0000001u)
#define STATUS_INVALID_PARAMETER ((NTSTATUS)0xc000000du)
#define STATUS_ACCESS_DENIED ((NTSTATUS)0xc0000022u)
#define STATUS_BUFFER_TOO_SMALL ((NTSTATUS)0xc0000023u)
#define STATUS_PORT_DISCONNECTED ((NTSTATUS)0xc0000037u)
#define STATUS_INSUFFICIENT_RESOURCES ((NTSTATUS)0xc000009au)
#define STATUS_CONNECTION_COUNT_LIMIT ((NTSTATUS)0xc0000246u)
#define STATUS_NOT_FOUND ((NTSTATUS)0xc0000225u)
#define STATUS_INVALID_USER_BUFFER ((NTSTATUS)0xc00000e8u)
#define STATUS_FLT_CONTEXT_ALREADY_DEFINED ((NTSTATUS)0xc01c0002u)
#define STATUS_FLT_NO_WAITER_FOR_REPLY ((NTSTATUS)0xc01c0020u)

#define PASSIVE_LEVEL 0
#define IRP_MJ_CREATE 0x00
#define IRP_MJ_WRITE 0x04
#define IRP_MJ_SET_INFORMATION 0x06
#define IRP_MJ_CLEANUP 0x12
#define IRP_PAGING_IO 0x02
#define IRP_SYNCHRONOUS_PAGING_IO 0x40
#define SL_OPEN_PAGING_FILE 0x02
#define SL_OPEN_TARGET_DIRECTORY 0x04
#define FILE_OPEN 1
#define FILE_CREATE 2
#define FILE_OPEN_IF 3
#define FILE_OVERWRITE 4
#define FILE_OPENED 1
#define FILE_CREATED 2
#define FILE_OVERWRITTEN 3
#define FILE_DIRECTORY_FILE 0x00000001
#define FILE_DELETE_ON_CLOSE 0x00001000
#define FILE_READ_DATA 0x0001
#define FILE_WRITE_DATA 0x0002
#define FILE_APPEND_DATA 0x0004
#define FILE_EXECUTE 0x0020
#define PAGE_READONLY 0x02
#define PAGE_READWRITE 0x04
#define PAGE_EXECUTE_READWRITE 0x40
#define SyncTypeCreateSection 1

typedef struct _CLIENT_ID {
    HANDLE UniqueProcess;
    HANDLE UniqueThread;
} CLIENT_ID;

typedef struct _PS_CREATE_NOTIFY_INFO {
    SIZE_T Size;
    ULONG Flags;
    HANDLE ParentProcessId;
    CLIENT_ID CreatingThreadId;
    PFILE_OBJECT FileObject;
    PCUNICODE_STRING ImageFileName;
    PCUNICODE_STRING CommandLine;
    NTSTATUS CreationStatus;
} PS_CREATE_NOTIFY_INFO, *PPS_CREATE_NOTIFY_INFO;

typedef struct _IMAGE_INFO {
    ULONG Properties;
    PVOID ImageBase;
    ULONG ImageSelector;
    SIZE_T ImageSize;
    ULONG ImageSectionNumber;
} IMAGE_INFO, *PIMAGE_INFO;

typedef VOID (*PCREATE_PROCESS_NOTIFY_ROUTINE_EX)(PEPROCESS, HANDLE, PPS_CREATE_NOTIFY_INFO);
typedef VOID (*PCREATE_THREAD_NOTIFY_ROUTINE)(HANDLE, HANDLE, BOOLEAN);
typedef VOID (*PLOAD_IMAGE_NOTIFY_ROUTINE)(PUNICODE_STRING, HANDLE, PIMAGE_INFO);

#define OB_OPERATION_HANDLE_CREATE 1
#define OB_OPERATION_HANDLE_DUPLICATE 2
#define OB_FLT_REGISTRATION_VERSION 0x0100
typedef enum { OB_PREOP_SUCCESS } OB_PREOP_CALLBACK_STATUS;
typedef union _OB_PRE_OPERATION_PARAMETERS {
    struct {
        ACCESS_MASK DesiredAccess;
        ACCESS_MASK OriginalDesiredAccess;
    } CreateHandleInformation;
} OB_PRE_OPERATION_PARAMETERS;
typedef struct _OB_PRE_OPERATION_INFORMATION {
    ULONG Operation;
    ULONG KernelHandle;
    PVOID Object;
    POBJECT_TYPE ObjectType;
    PVOID CallContext;
    OB_PRE_OPERATION_PARAMETERS *Parameters;
} OB_PRE_OPERATION_INFORMATION, *POB_PRE_OPERATION_INFORMATION;
typedef OB_PREOP_CALLBACK_STATUS (*POB_PRE_OPERATION_CALLBACK)(PVOID,
                                                               POB_PRE_OPERATION_INFORMATION);
typedef struct _OB_OPERATION_REGISTRATION {
    POBJECT_TYPE *ObjectType;
    ULONG Operations;
    POB_PRE_OPERATION_CALLBACK PreOperation;
    PVOID PostOperation;
} OB_OPERATION_REGISTRATION;
typedef struct _OB_CALLBACK_REGISTRATION {
    USHORT Version;
    USHORT OperationRegistrationCount;
    UNICODE_STRING Altitude;
    PVOID RegistrationContext;
    OB_OPERATION_REGISTRATION *OperationRegistration;
} OB_CALLBACK_REGISTRATION, *POB_CALLBACK_REGISTRATION;

typedef enum {
    RegNtPreDeleteKey = 0,
    RegNtPreDeleteValueKey = 2,
    RegNtPostSetValueKey = 16,
    RegNtPostRenameKey = 19,
    RegNtPostCreateKeyEx = 27,
} REG_NOTIFY_CLASS;
typedef struct {
    PVOID Object;
} REG_DELETE_KEY_INFORMATION;
typedef struct {
    PVOID Object;
    PUNICODE_STRING ValueName;
} REG_DELETE_VALUE_KEY_INFORMATION;
typedef struct {
    PVOID Object;
    PUNICODE_STRING ValueName;
    ULONG Type;
    PVOID Data;
    ULONG DataSize;
} REG_SET_VALUE_KEY_INFORMATION;
typedef struct {
    PVOID Object;
    PUNICODE_STRING NewName;
} REG_RENAME_KEY_INFORMATION;
typedef struct {
    PULONG Disposition;
} REG_CREATE_KEY_INFORMATION;
typedef struct {
    PVOID Object;
    NTSTATUS Status;
    PVOID PreInformation;
} REG_POST_OPERATION_INFORMATION;
typedef NTSTATUS (*PEX_CALLBACK_FUNCTION)(PVOID, PVOID, PVOID);

typedef NTSTATUS DRIVER_INITIALIZE(PDRIVER_OBJECT, PUNICODE_STRING);
extern POBJECT_TYPE *PsProcessType;

#define InterlockedExchange(at, value) __atomic_exchange_n(at, value, __ATOMIC_SEQ_CST)
#define InterlockedIncrement(at) __atomic_add_fetch(at, 1, __ATOMIC_SEQ_CST)
#define InterlockedDecrement(at) __atomic_sub_fetch(at, 1, __ATOMIC_SEQ_CST)
#define InterlockedIncrement64(at) __atomic_add_fetch(at, 1, __ATOMIC_SEQ_CST)

static inline LONG InterlockedCompareExchange(LONG *at, LONG value, LONG expected)
{
    __atomic_compare_exchange_n(at, &expected, value, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return expected;
}

static inline LONG64 InterlockedCompareExchange64(LONG64 *at, LONG64 value, LONG64 expected)
{
    __atomic_compare_exchange_n(at, &expected, value, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return expected;
}

void KeInitializeSpinLock(KSPIN_LOCK *lock);
void KeAcquireSpinLock(KSPIN_LOCK *lock, KIRQL *irql);
void KeReleaseSpinLock(KSPIN_LOCK *lock, KIRQL irql);
void KeInitializeEvent(KEVENT *event, EVENT_TYPE type, BOOLEAN state);
LONG KeSetEvent(KEVENT *event, LONG increment, BOOLEAN wait);
NTSTATUS KeWaitForSingleObject(
    PVOID object, KWAIT_REASON reason, KPROCESSOR_MODE mode, BOOLEAN alertable, PLARGE_INTEGER);
ULONG64 KeQueryInterruptTime(void);
KIRQL KeGetCurrentIrql(void);
KPROCESSOR_MODE ExGetPreviousMode(void);
PIRP IoGetTopLevelIrp(void);
PVOID ExAllocatePoolWithTag(POOL_TYPE type, SIZE_T size, ULONG tag);
void ExFreePoolWithTag(PVOID at, ULONG tag);
PEPROCESS PsGetCurrentProcess(void);
HANDLE PsGetCurrentProcessId(void);
HANDLE PsGetCurrentThreadId(void);
HANDLE PsGetProcessId(PEPROCESS process);
LONGLONG PsGetProcessCreateTimeQuadPart(PEPROCESS process);
NTSTATUS PsLookupProcessByProcessId(HANDLE pid, PEPROCESS *process);
void ObDereferenceObject(PVOID object);
NTSTATUS PsSetCreateProcessNotifyRoutineEx(PCREATE_PROCESS_NOTIFY_ROUTINE_EX, BOOLEAN remove);
NTSTATUS PsSetCreateThreadNotifyRoutine(PCREATE_THREAD_NOTIFY_ROUTINE);
NTSTATUS PsRemoveCreateThreadNotifyRoutine(PCREATE_THREAD_NOTIFY_ROUTINE);
NTSTATUS PsSetLoadImageNotifyRoutine(PLOAD_IMAGE_NOTIFY_ROUTINE);
NTSTATUS PsRemoveLoadImageNotifyRoutine(PLOAD_IMAGE_NOTIFY_ROUTINE);
NTSTATUS CmRegisterCallbackEx(
    PEX_CALLBACK_FUNCTION, PCUNICODE_STRING, PVOID, PVOID, PLARGE_INTEGER, PVOID);
NTSTATUS CmUnRegisterCallback(LARGE_INTEGER cookie);
NTSTATUS ObRegisterCallbacks(POB_CALLBACK_REGISTRATION, PVOID *handle);
void ObUnRegisterCallbacks(PVOID handle);

#endif
