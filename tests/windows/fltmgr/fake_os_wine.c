/* SPDX-License-Identifier: Apache-2.0 */

/*
 * tests/driver on Wine's kernel, as an fltmgr.sys of our own: threads, the
 * client's door (a device that runs one case at each control code), and the
 * kernel functions that the cases look into. The driver is loaded by the
 * service control manager like any other; Wine does not run the DriverEntry of
 * an imported module, so everything begins in FltRegisterFilter().
 */

#include "fake_state.h"

#include "cases.h"

#define SLOTS 1024
#define CASE_CODE 0x222000u /* CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_BUFFERED, 0) */

NTSTATUS NTAPI real_register(PDRIVER_OBJECT, const FLT_REGISTRATION *, PFLT_FILTER *);

static LONG lock;
static LONG64 pool_held;
static PDRIVER_OBJECT driver_object;
static struct {
    ULONG_PTR tid;
    UINT32 pid;
} slots[SLOTS];

struct fake_os_thread {
    void (*run)(void *user);
    void *user;
    LONG done;
};

static void rest(void)
{
    LARGE_INTEGER time;

    time.QuadPart = -1000; /* 100 us */
    KeDelayExecutionThread(KernelMode, FALSE, &time);
}

void fake_os_lock(void)
{
    while (InterlockedExchange(&lock, 1) != 0) {
        rest();
    }
}

void fake_os_unlock(void)
{
    InterlockedExchange(&lock, 0);
}

void fake_os_wait(void)
{
    fake_os_unlock();
    rest();
    fake_os_lock();
}

void fake_os_changed(void)
{
}

static VOID NTAPI begin_thread(PVOID user)
{
    fake_os_thread *thread = user;

    thread->run(thread->user);
    InterlockedExchange(&thread->done, 1);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

fake_os_thread *fake_os_start(void (*run)(void *user), void *user)
{
    fake_os_thread *thread = fake_os_allocate(sizeof *thread);
    HANDLE handle;

    thread->run = run;
    thread->user = user;
    thread->done = 0;
    (void)PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, NULL, NULL, NULL, begin_thread,
                               thread);
    ZwClose(handle);
    return thread;
}

void fake_os_join(fake_os_thread *thread)
{
    while (InterlockedCompareExchange(&thread->done, 0, 0) == 0) {
        rest();
    }
    rest();
    fake_os_release(thread);
}

void fake_os_set_pid(UINT32 pid)
{
    ULONG_PTR tid = (ULONG_PTR)PsGetCurrentThreadId();

    slots[tid / 4 % SLOTS].tid = tid;
    slots[tid / 4 % SLOTS].pid = pid;
}

UINT32 fake_os_pid(void)
{
    ULONG_PTR tid = (ULONG_PTR)PsGetCurrentThreadId();

    return slots[tid / 4 % SLOTS].tid == tid ? slots[tid / 4 % SLOTS].pid : 4;
}

void *fake_os_allocate(SIZE_T size)
{
    return ExAllocatePool(NonPagedPool, size);
}

void fake_os_release(void *at)
{
    ExFreePool(at);
}

PVOID NTAPI FakeExAllocatePoolWithTag(POOL_TYPE type, SIZE_T size, ULONG tag)
{
    SIZE_T *made = ExAllocatePool(NonPagedPool, size + 64);

    (void)type;
    (void)tag;
    made[0] = size;
    pool_held += size;
    return (UINT8 *)made + 64;
}

VOID NTAPI FakeExFreePoolWithTag(PVOID at, ULONG tag)
{
    SIZE_T *made = (SIZE_T *)(void *)((UINT8 *)at - 64);

    (void)tag;
    pool_held -= made[0];
    ExFreePool(made);
}

VOID NTAPI FakeKeInitializeEvent(PRKEVENT event, EVENT_TYPE type, BOOLEAN state)
{
    (void)type;
    event->Header.SignalState = state;
}

LONG NTAPI FakeKeSetEvent(PRKEVENT event, LONG increment, BOOLEAN wait)
{
    (void)increment;
    (void)wait;
    return InterlockedExchange(&event->Header.SignalState, 1);
}

NTSTATUS NTAPI FakeKeWaitForSingleObject(PVOID object,
                                         KWAIT_REASON reason,
                                         KPROCESSOR_MODE mode,
                                         BOOLEAN alertable,
                                         PLARGE_INTEGER timeout)
{
    PRKEVENT event = object;
    LONG signalled = 0;
    ULONG64 until;

    (void)reason;
    (void)mode;
    (void)alertable;
    fake_os_lock();
    until = fake.now_ms + (ULONG64)(-timeout->QuadPart) / 10000;
    fake.waiting++;
    while (signalled == 0 && fake.now_ms < until) {
        fake_os_wait();
        signalled = InterlockedExchange(&event->Header.SignalState, 0);
    }
    fake.waiting--;
    fake_os_unlock();
    return signalled != 0 ? STATUS_SUCCESS : STATUS_TIMEOUT;
}

VOID NTAPI FakeKeQuerySystemTimePrecise(PLARGE_INTEGER now)
{
    now->QuadPart = 133456789012345678;
}

PIRP NTAPI FakeIoGetTopLevelIrp(void)
{
    return NULL;
}

/* ---- loading and the client's door ---- */

static LONG loaded;

NTSTATUS fake_load(void)
{
    NTSTATUS status = STATUS_SUCCESS;

    if (InterlockedExchange(&loaded, 1) == 0) {
        ULONG64 now_ms = fake.now_ms;

        memset(&fake, 0, sizeof fake);
        fake.now_ms = now_ms;
        status = driver_object->DriverInit(driver_object, NULL);
    }
    return status;
}

void fake_unload(void)
{
    InterlockedExchange(&loaded, 0);
    (void)fake.registration->FilterUnloadCallback(0);
}

SIZE_T fake_pool_held(void)
{
    return (SIZE_T)pool_held;
}

LONG fake_references(void)
{
    return fake.references;
}

static void put(char *out, SIZE_T room, SIZE_T *at, const char *text)
{
    for (; *text != '\0' && *at + 1 < room; text++) {
        out[(*at)++] = *text;
    }
    out[*at] = '\0';
}

/* In: the number of a case. Out: "name: ok" or what does not hold. */
static NTSTATUS NTAPI control(PDEVICE_OBJECT device, PIRP irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
    char *out = irp->AssociatedIrp.SystemBuffer;
    SIZE_T room = stack->Parameters.DeviceIoControl.OutputBufferLength;
    NTSTATUS status = STATUS_SUCCESS;
    SIZE_T at = 0;

    (void)device;
    if (stack->MajorFunction == IRP_MJ_DEVICE_CONTROL) {
        UINT32 number = *(const UINT32 *)(const void *)out;

        status = STATUS_NO_MORE_ENTRIES;
        if (number < driver_case_count) {
            const char *wrong = run_case(&driver_cases[number]);

            put(out, room, &at, driver_cases[number].name);
            put(out, room, &at, wrong == NULL ? ": ok" : ": does not hold: ");
            put(out, room, &at, wrong == NULL ? "" : wrong);
            status = STATUS_SUCCESS;
        }
    }
    irp->IoStatus.Status = status;
    irp->IoStatus.Information = at;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

NTSTATUS NTAPI WineRegisterFilter(PDRIVER_OBJECT object,
                                  const FLT_REGISTRATION *registration,
                                  PFLT_FILTER *filter)
{
    UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\Device\\SondaFake");
    UNICODE_STRING link = RTL_CONSTANT_STRING(L"\\DosDevices\\SondaFake");
    PDEVICE_OBJECT device;

    if (driver_object == NULL) {
        driver_object = object;
        loaded = 1;
        (void)IoCreateDevice(object, 0, &name, FILE_DEVICE_UNKNOWN, 0, FALSE, &device);
        (void)IoCreateSymbolicLink(&link, &name);
        object->MajorFunction[IRP_MJ_CREATE] = control;
        object->MajorFunction[IRP_MJ_CLOSE] = control;
        object->MajorFunction[IRP_MJ_DEVICE_CONTROL] = control;
    }
    return FltRegisterFilter(object, registration, filter);
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
    (void)object;
    (void)path;
    return STATUS_SUCCESS;
}
