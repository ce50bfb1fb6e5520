/* SPDX-License-Identifier: Apache-2.0 */

/* State of the fake filter manager, under the lock of fake_os.h. */

#ifndef SONDA_TESTS_DRIVER_FAKE_STATE_H
#define SONDA_TESTS_DRIVER_FAKE_STATE_H

#include "fake.h"
#include "fake_os.h"

/* Under Wine the kernel has functions of these names; there ours have another,
 * which the import library gives the driver (tests/windows/fltmgr/fltmgr.def). */
#ifdef FAKE_UNDER_WINE
#define FAKE(name) NTAPI Fake##name
#else
#define FAKE(name) NTAPI name
#endif

enum { REQUEST_NONE, REQUEST_NEW, REQUEST_TAKEN, REQUEST_ANSWERED };

typedef struct fake_request {
    int state;
    ULONG64 id;
    const void *bytes;
    UINT32 len;
    UINT8 reply[256];
    ULONG reply_len;
} fake_request;

typedef struct fake_port {
    PFLT_CONNECT_NOTIFY connect;
    PFLT_DISCONNECT_NOTIFY disconnect;
    PFLT_MESSAGE_NOTIFY message;
    PVOID server_cookie, client_cookie;
    BOOLEAN open, connected;
} fake_port;

typedef struct fake_state {
    const FLT_REGISTRATION *registration;
    PFLT_FILTER filter;
    BOOLEAN filtering;
    LONG inside; /* callbacks and messages under way */
    LONG references;
    fake_port ports[2];
    fake_request requests[128];
    ULONG64 last_id, now_ms;
    LONG waiting;
    fake_answer answer;
    PCREATE_PROCESS_NOTIFY_ROUTINE_EX on_process;
    PCREATE_THREAD_NOTIFY_ROUTINE on_thread;
    PLOAD_IMAGE_NOTIFY_ROUTINE on_image;
    PEX_CALLBACK_FUNCTION on_registry;
    POB_PRE_OPERATION_CALLBACK on_handle;
} fake_state;

extern fake_state fake;

void fake_enter(void);
void fake_leave(void);

#endif
