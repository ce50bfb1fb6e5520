/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A filter manager that is not one: it calls the driver's callbacks as Windows
 * would, plays the client of its ports, and keeps the only clock, so that a
 * time-out happens when a test says so. Under it fake_os.h is Linux' threads or
 * Wine's kernel.
 */

#ifndef SONDA_TESTS_DRIVER_FAKE_H
#define SONDA_TESTS_DRIVER_FAKE_H

#include <fltKernel.h>

#include "sonda/spi/driver_record.h"

enum { FAKE_EVENTS, FAKE_DECISIONS };

/* Pids that tests use; the start of process n is n * 1000. */
enum { FAKE_APP = 400, FAKE_SENSOR = 800, FAKE_LSASS = 600 };

/* A file; zero but for the name. */
typedef struct fake_file {
    const WCHAR *name;
    const WCHAR *renamed; /* what it is called after a rename */
    PFLT_CONTEXT stream;
    BOOLEAN directory, cancelled, prefetched;
} fake_file;

typedef struct fake_message {
    ULONG64 id; /* of the filter manager, not the driver's */
    UINT32 len;
    UINT8 bytes[SONDA_DRIVER_REQUEST_MAX];
} fake_message;

/* ---- the machine ---- */

NTSTATUS fake_load(void);
/* What FltUnloadFilter would do; returns when the driver is gone. */
void fake_unload(void);
/* Whether operations are shown to the driver. */
void fake_filtering(BOOLEAN on);
/* From now on this thread is one of process `pid`. */
void fake_be(UINT32 pid);
/* Pool the driver holds, bytes; and how often it allocated since the load. */
SIZE_T fake_pool_held(void);
/* Stream contexts and names not given back. */
LONG fake_references(void);
/* Advances the clock; what waits for less comes back. */
void fake_advance(UINT32 milliseconds);

/* ---- programs ---- */

/* Opens; `result` is FILE_CREATED and so on. STATUS_ACCESS_DENIED: refused. */
NTSTATUS fake_create(fake_file *file, ACCESS_MASK access, ULONG options, ULONG result);
NTSTATUS fake_create_as(fake_file *file,
                        ACCESS_MASK access,
                        ULONG options,
                        ULONG result,
                        KPROCESSOR_MODE mode,
                        ULONG irp_flags);
void fake_write(fake_file *file, ULONG irp_flags);
void fake_set(
    fake_file *file, ULONG information_class, const void *buffer, ULONG len, NTSTATUS status);
void fake_map(fake_file *file, ULONG protection);
void fake_cleanup(fake_file *file);
/* The file system forgets the stream. */
void fake_forget(fake_file *file);
NTSTATUS fake_start_process(UINT32 pid, UINT32 parent, const WCHAR *image, const WCHAR *line);
void fake_stop_process(UINT32 pid);
void fake_start_thread(UINT32 pid, UINT32 tid);
void fake_load_image(UINT32 pid, const WCHAR *name);
ACCESS_MASK fake_open_process(UINT32 pid, ACCESS_MASK access, BOOLEAN kernel_handle);
void fake_set_value(const WCHAR *key, const WCHAR *name, ULONG type, void *data, ULONG len);
void fake_registry(ULONG notify_class, PVOID info);

/* ---- the client ---- */

NTSTATUS fake_connect(int port, UINT32 pid);
/* Its process ended. */
void fake_disconnect(int port);
NTSTATUS fake_command(const void *in, ULONG in_len, void *out, ULONG capacity, ULONG *len);
/* Waits for the next request; FALSE: the port was closed. */
BOOLEAN fake_get(fake_message *message);
/* STATUS_FLT_NO_WAITER_FOR_REPLY: too late. */
NTSTATUS fake_reply(ULONG64 id, const void *reply, ULONG len);
/* Answers in the asking thread instead; NULL: as above. */
typedef NTSTATUS (*fake_answer)(const void *request, ULONG len, void *reply, ULONG *reply_len);
void fake_answer_with(fake_answer answer);
/* Waits until so many requests wait for their answer. */
void fake_until_asked(LONG count);

#endif
