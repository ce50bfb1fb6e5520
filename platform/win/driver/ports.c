/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The two ports, and the table of functions on Windows.
 *
 * Only administrators and the system may connect, one client each, and the
 * decision port only the process that has the event port: that process is the
 * sensor, whose own work is exempt. Its memory is read and written by
 * platform->copy only.
 */

#include "platform.h"

static NTSTATUS NTAPI
on_connect(PFLT_PORT client, PVOID cookie, PVOID context, ULONG len, PVOID *port_cookie)
{
    ULONG_PTR port = (ULONG_PTR)cookie;
    LONG pid = (LONG)(ULONG_PTR)PsGetCurrentProcessId();

    if (port == PORT_EVENTS) {
        InterlockedExchange(&driver.sensor_pid, pid);
    } else if (READ(driver.sensor_pid) != pid) {
        return STATUS_ACCESS_DENIED;
    }
    *port_cookie = cookie;
    driver.clients[port] = client;
    InterlockedExchange(&driver.connected[port], 1);
    return STATUS_SUCCESS;
}

static void apply(const sonda_driver_command *wanted)
{
    InterlockedExchange(&driver.deadline_ms, (LONG)wanted->deadline_ms);
    for (int i = 0; i < SONDA_DRIVER_WATCHED_COUNT; i++) {
        InterlockedExchange(&driver.watched[i], (LONG)wanted->watched[i]);
    }
    InterlockedExchange(&driver.options, (LONG)wanted->argument);
}

static VOID NTAPI on_disconnect(PVOID cookie)
{
    static const sonda_driver_command none = {.deadline_ms = SONDA_DRIVER_DEADLINE_MAX_MS};
    ULONG_PTR port = (ULONG_PTR)cookie;

    InterlockedExchange(&driver.connected[port], 0);
    if (port == PORT_EVENTS) {
        apply(&none);
        InterlockedExchange(&driver.sensor_pid, 0);
    }
    FltCloseClientPort(driver.filter, &driver.clients[port]);
}

static NTSTATUS give_counters(PVOID out, ULONG capacity, PULONG len)
{
    LONG64 now[sizeof(sonda_driver_counters) / sizeof(LONG64)];
    LONG64 *from = (LONG64 *)&driver.counters;
    KIRQL irql;

    if (capacity < sizeof now) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    KeAcquireSpinLock(&driver.lock, &irql);
    for (SIZE_T i = 0; i < sizeof now / sizeof now[0]; i++) {
        now[i] = READ64(from[i]);
    }
    KeReleaseSpinLock(&driver.lock, irql);
    *len = sizeof now;
    return user_copy(out, now, sizeof now) ? STATUS_SUCCESS : STATUS_INVALID_USER_BUFFER;
}

static NTSTATUS NTAPI
on_message(PVOID cookie, PVOID in, ULONG in_len, PVOID out, ULONG capacity, PULONG len)
{
    sonda_driver_command wanted;

    *len = 0;
    if (in_len != sizeof wanted || !user_copy(&wanted, in, sizeof wanted) ||
        wanted.version != SONDA_DRIVER_VERSION) {
        return STATUS_INVALID_PARAMETER;
    }
    switch (wanted.kind) {
    case SONDA_DRIVER_COMMAND_READ:
        return wanted.argument > SONDA_DRIVER_WAIT_MAX_MS
                   ? STATUS_INVALID_PARAMETER
                   : queue_wait(out, capacity, wanted.argument, len);
    case SONDA_DRIVER_COMMAND_COUNTERS:
        return give_counters(out, capacity, len);
    case SONDA_DRIVER_COMMAND_FORGET:
        InterlockedIncrement(&driver.epoch);
        return STATUS_SUCCESS;
    case SONDA_DRIVER_COMMAND_OPTIONS:
        if ((wanted.argument & ~SONDA_DRIVER_OPTION_ALL) != 0 || wanted.deadline_ms == 0 ||
            wanted.deadline_ms > SONDA_DRIVER_DEADLINE_MAX_MS) {
            return STATUS_INVALID_PARAMETER;
        }
        apply(&wanted);
        return STATUS_SUCCESS;
    default:
        return STATUS_INVALID_PARAMETER;
    }
}

NTSTATUS ports_open(void)
{
    UNICODE_STRING names[] = {RTL_CONSTANT_STRING(L"" SONDA_DRIVER_EVENT_PORT),
                              RTL_CONSTANT_STRING(L"" SONDA_DRIVER_DECISION_PORT)};
    PSECURITY_DESCRIPTOR descriptor = NULL;
    OBJECT_ATTRIBUTES attributes;
    NTSTATUS status = FltBuildDefaultSecurityDescriptor(&descriptor, FLT_PORT_ALL_ACCESS);

    for (ULONG_PTR port = PORT_EVENTS; port <= PORT_DECISIONS && NT_SUCCESS(status); port++) {
        InitializeObjectAttributes(&attributes, &names[port],
                                   OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, descriptor);
        status = FltCreateCommunicationPort(driver.filter, &driver.servers[port], &attributes,
                                            (PVOID)port, on_connect, on_disconnect,
                                            port == PORT_EVENTS ? on_message : NULL, 1);
    }
    if (descriptor != NULL) {
        FltFreeSecurityDescriptor(descriptor);
    }
    return status;
}

/* Ends the requests under way, and the reader's wait. */
void ports_close(void)
{
    InterlockedExchange(&driver.stopping, 1);
    driver.platform->wake();
    for (int port = PORT_EVENTS; port <= PORT_DECISIONS; port++) {
        if (driver.servers[port] != NULL) {
            FltCloseCommunicationPort(driver.servers[port]);
        }
        FltCloseClientPort(driver.filter, &driver.clients[port]);
    }
}

/* ---- the table ---- */

static UINT64 windows_uptime(void)
{
    return KeQueryInterruptTime();
}

static void windows_wake(void)
{
    KeSetEvent(&driver.ready, IO_NO_INCREMENT, FALSE);
}

/* In user mode's name, so that ending the client ends the wait. */
static void windows_wait(UINT32 milliseconds)
{
    LARGE_INTEGER timeout;

    timeout.QuadPart = -10000ll * milliseconds;
    (void)KeWaitForSingleObject(&driver.ready, UserRequest, UserMode, FALSE, &timeout);
}

static NTSTATUS
windows_send(void *request, UINT32 len, void *reply, ULONG *reply_len, UINT32 milliseconds)
{
    LARGE_INTEGER timeout;

    timeout.QuadPart = -10000ll * milliseconds;
    return FltSendMessage(driver.filter, &driver.clients[PORT_DECISIONS], request, len, reply,
                          reply_len, &timeout);
}

const driver_platform driver_windows = {windows_uptime, windows_wake, windows_wait,
                                        windows_send};
