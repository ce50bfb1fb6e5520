/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Ports: the driver's end and the client's.
 */

#include "fake_state.h"

static PFLT_PORT handle_of(fake_port *port)
{
    return (PFLT_PORT)(void *)port;
}

NTSTATUS NTAPI FltBuildDefaultSecurityDescriptor(PSECURITY_DESCRIPTOR *descriptor,
                                                 ACCESS_MASK access)
{
    (void)access;
    *descriptor = &fake;
    return STATUS_SUCCESS;
}

VOID NTAPI FltFreeSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor)
{
    (void)descriptor;
}

NTSTATUS NTAPI FltCreateCommunicationPort(PFLT_FILTER filter,
                                          PFLT_PORT *server,
                                          POBJECT_ATTRIBUTES attributes,
                                          PVOID cookie,
                                          PFLT_CONNECT_NOTIFY connect,
                                          PFLT_DISCONNECT_NOTIFY disconnect,
                                          PFLT_MESSAGE_NOTIFY message,
                                          LONG most)
{
    /* "\SondaEvents", "\SondaDecisions" */
    fake_port *port =
        &fake.ports[attributes->ObjectName->Buffer[6] == L'E' ? FAKE_EVENTS : FAKE_DECISIONS];

    (void)filter;
    (void)most;
    memset(port, 0, sizeof *port);
    port->connect = connect;
    port->disconnect = disconnect;
    port->message = message;
    port->server_cookie = cookie;
    port->open = TRUE;
    *server = handle_of(port);
    return STATUS_SUCCESS;
}

VOID NTAPI FltCloseCommunicationPort(PFLT_PORT server)
{
    fake_os_lock();
    ((fake_port *)(void *)server)->open = FALSE;
    fake_os_changed();
    fake_os_unlock();
}

VOID NTAPI FltCloseClientPort(PFLT_FILTER filter, PFLT_PORT *client)
{
    (void)filter;
    fake_os_lock();
    if (*client != NULL) {
        ((fake_port *)(void *)*client)->connected = FALSE;
        *client = NULL;
        fake_os_changed();
    }
    fake_os_unlock();
}

/* The slot of a new request, with the lock held. */
static fake_request *enqueue(const void *bytes, ULONG len)
{
    for (SIZE_T i = 0; i < sizeof fake.requests / sizeof fake.requests[0]; i++) {
        fake_request *request = &fake.requests[i];

        if (request->state == REQUEST_NONE) {
            request->state = REQUEST_NEW;
            request->id = ++fake.last_id;
            request->bytes = bytes;
            request->len = len;
            fake.waiting++;
            fake_os_changed();
            return request;
        }
    }
    return NULL;
}

static NTSTATUS give(const void *from, ULONG len, void *reply, ULONG *reply_len)
{
    ULONG room = *reply_len;

    memcpy(reply, from, len < room ? len : room);
    *reply_len = len < room ? len : room;
    return len > room ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

NTSTATUS NTAPI FltSendMessage(PFLT_FILTER filter,
                              PFLT_PORT *client,
                              PVOID bytes,
                              ULONG len,
                              PVOID reply,
                              PULONG reply_len,
                              PLARGE_INTEGER timeout)
{
    fake_request *request;
    NTSTATUS status;
    ULONG64 until;

    (void)filter;
    fake_os_lock();
    if (*client == NULL) {
        fake_os_unlock();
        return STATUS_PORT_DISCONNECTED;
    }
    if (fake.answer != NULL) {
        fake_os_unlock();
        return fake.answer(bytes, len, reply, reply_len);
    }
    until = fake.now_ms + (ULONG64)(-timeout->QuadPart) / 10000;
    request = enqueue(bytes, len);
    while (request->state != REQUEST_ANSWERED && *client != NULL && fake.now_ms < until) {
        fake_os_wait();
    }
    status = request->state == REQUEST_ANSWERED
                 ? give(request->reply, request->reply_len, reply, reply_len)
             : *client == NULL ? STATUS_PORT_DISCONNECTED
                               : STATUS_TIMEOUT;
    request->state = REQUEST_NONE;
    fake.waiting--;
    fake_os_unlock();
    return status;
}

/* ---- the client ---- */

NTSTATUS fake_connect(int number, UINT32 pid)
{
    fake_port *port = &fake.ports[number];
    UINT32 before = fake_os_pid();
    NTSTATUS status = STATUS_CONNECTION_COUNT_LIMIT;

    if (!port->open || port->connected) {
        return status;
    }
    fake_be(pid);
    port->connected = TRUE;
    status = port->connect(handle_of(port), port->server_cookie, NULL, 0, &port->client_cookie);
    port->connected = status == STATUS_SUCCESS;
    fake_be(before);
    return status;
}

void fake_disconnect(int number)
{
    fake_port *port = &fake.ports[number];

    if (port->connected) {
        fake_enter();
        port->disconnect(port->client_cookie);
        fake_leave();
    }
}

NTSTATUS fake_command(const void *in, ULONG in_len, void *out, ULONG capacity, ULONG *len)
{
    fake_port *port = &fake.ports[FAKE_EVENTS];
    NTSTATUS status;

    *len = 0;
    fake_enter();
    status = port->open ? port->message(port->client_cookie, (PVOID)(ULONG_PTR)in, in_len, out,
                                        capacity, len)
                        : STATUS_PORT_DISCONNECTED;
    fake_leave();
    return status;
}

BOOLEAN fake_get(fake_message *message)
{
    fake_os_lock();
    while (fake.ports[FAKE_DECISIONS].connected) {
        for (SIZE_T i = 0; i < sizeof fake.requests / sizeof fake.requests[0]; i++) {
            fake_request *request = &fake.requests[i];

            if (request->state == REQUEST_NEW) {
                request->state = REQUEST_TAKEN;
                message->id = request->id;
                message->len = request->len;
                memcpy(message->bytes, request->bytes, request->len);
                fake_os_unlock();
                return TRUE;
            }
        }
        fake_os_wait();
    }
    fake_os_unlock();
    return FALSE;
}

NTSTATUS fake_reply(ULONG64 id, const void *reply, ULONG len)
{
    NTSTATUS status = STATUS_FLT_NO_WAITER_FOR_REPLY;

    fake_os_lock();
    for (SIZE_T i = 0; i < sizeof fake.requests / sizeof fake.requests[0]; i++) {
        fake_request *request = &fake.requests[i];

        if (request->state == REQUEST_TAKEN && request->id == id) {
            memcpy(request->reply, reply, len);
            request->reply_len = len;
            request->state = REQUEST_ANSWERED;
            fake_os_changed();
            status = STATUS_SUCCESS;
            break;
        }
    }
    fake_os_unlock();
    return status;
}

void fake_answer_with(fake_answer answer)
{
    fake_os_lock();
    fake.answer = answer;
    fake_os_unlock();
}

void fake_until_asked(LONG count)
{
    fake_os_lock();
    while (fake.waiting < count) {
        fake_os_wait();
    }
    fake_os_unlock();
}

void fake_advance(UINT32 milliseconds)
{
    fake_os_lock();
    fake.now_ms += milliseconds;
    fake_os_changed();
    fake_os_unlock();
}
