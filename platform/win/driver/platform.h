/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the driver's files know of each other, and the table of functions
 * between them and the system.
 *
 * A driver has one state for the whole machine: the process, thread and image
 * notifications carry no pointer of ours. It is `driver`, filled at load.
 *
 * Nothing here parses, matches, hashes or allocates once the driver is loaded.
 * All callbacks run at APC_LEVEL or below.
 */

#ifndef SONDA_PLATFORM_WIN_DRIVER_PLATFORM_H
#define SONDA_PLATFORM_WIN_DRIVER_PLATFORM_H

#include <fltKernel.h>

#include "sonda/spi/driver_layout.h"

/* Bytes of the queue: two seconds of a machine that makes 5,000 records of
 * 400 bytes each second. A power of two. */
#define QUEUE_SIZE 0x400000u
/* Streams remembered at a time; their memory is paged. */
#define STREAM_MAX 16384
#define ITEM_MAX 3
/* Processes that started and have no thread yet. A power of two. */
#define FRESH_COUNT 256
#define POOL_TAG 0x61646e53u /* "Snda" */
/* Taken at load, and never more: the queue and the requests. */
#define NONPAGED_SIZE (QUEUE_SIZE + SONDA_DRIVER_REQUEST_COUNT * SONDA_DRIVER_REQUEST_MAX)
/* Of registry and object callbacks; not assigned by Microsoft: see the INF file. */
#define ALTITUDE L"389999"

_Static_assert(sizeof(sonda_driver_head) == SONDA_DRIVER_HEAD_SIZE, "as documented");
_Static_assert(sizeof(sonda_driver_command) == SONDA_DRIVER_COMMAND_SIZE, "as documented");
_Static_assert(sizeof(sonda_driver_counters) == SONDA_DRIVER_COUNTERS_SIZE, "as documented");
_Static_assert(sizeof(sonda_driver_request) == SONDA_DRIVER_REQUEST_AT_RECORD, "as documented");
_Static_assert(sizeof(sonda_driver_reply) == SONDA_DRIVER_REPLY_SIZE, "as documented");

/* A record before it is written; borrows the texts. */
typedef struct driver_event {
    sonda_driver_head head;
    sonda_driver_item items[ITEM_MAX];
    const void *bytes[ITEM_MAX]; /* of the items */
    UINT32 item_count;
} driver_event;

/* What the stream of a file is known for; in paged memory. */
typedef struct driver_stream {
    LONG64 decision; /* stream_cache.c */
    UINT64 id;
    LONG epoch, dirty, mapped;
} driver_stream;

/* Clock, waiting and the client: what a test may put itself in the place of. */
typedef struct driver_platform {
    UINT64 (*uptime)(void); /* 100 ns, suspend included */
    void (*wake)(void);     /* the reader of the queue */
    void (*wait)(UINT32 milliseconds);
    NTSTATUS (*send)(void *request, UINT32 len, void *reply, ULONG *reply_len, UINT32 ms);
} driver_platform;

typedef struct driver_state {
    const driver_platform *platform;
    sonda_driver_counters counters; /* those by type, and of the queue, under its lock */
    KSPIN_LOCK lock;                /* of the queue; never held across a wait */
    UINT8 *queue;
    UINT64 head, tail, sequence; /* positions in the queue, only ever growing */
    LONG reading, waiting;
    KEVENT ready;
    UINT8 *requests; /* SONDA_DRIVER_REQUEST_COUNT buffers, and which are taken */
    LONG taken[SONDA_DRIVER_REQUEST_COUNT];
    LONG64 request_id, stream_id;
    LONG stopping, stream_count, epoch;
    LONG options, deadline_ms, sensor_pid, watched[SONDA_DRIVER_WATCHED_COUNT];
    LONG fresh[FRESH_COUNT];
    PFLT_FILTER filter;
    PFLT_PORT servers[2], clients[2]; /* PORT_… */
    LONG connected[2];
    LARGE_INTEGER registry_cookie;
    PVOID object_handle;
} driver_state;

#define READ(value) InterlockedCompareExchange(&(value), 0, 0)
#define READ64(value) InterlockedCompareExchange64(&(value), 0, 0)
#define COUNT(counter) InterlockedIncrement64(&driver.counters.counter)

enum { PORT_EVENTS, PORT_DECISIONS };

extern driver_state driver;

/* record.c */
void event_begin(driver_event *event, UINT16 type);
void event_process(driver_event *event, PEPROCESS process);
void event_other(driver_event *event, HANDLE pid);
void event_add(driver_event *event, UINT16 kind, const void *bytes, SIZE_T len);
void event_add_text(driver_event *event, UINT16 kind, PCUNICODE_STRING text);
UINT32 event_fit(driver_event *event, UINT32 capacity);
void event_write(driver_event *event, UINT8 *out, UINT32 size);
void event_emit(driver_event *event);
BOOLEAN is_sensor(void);

/* queue.c */
UINT8 *queue_reserve(UINT16 type, UINT32 size, UINT64 *sequence);
void queue_commit(UINT8 *record);
NTSTATUS queue_wait(void *out, UINT32 capacity, UINT32 ms, ULONG *len);

/* decide.c: TRUE when it is to be refused. `stream` may be NULL. */
BOOLEAN decide(driver_event *event, driver_stream *stream);

/* stream_cache.c; stream_get() is undone by stream_release(). */
UINT32 stream_verdict(driver_stream *stream, UINT64 now);
void stream_remember(driver_stream *stream, LONG64 before, UINT32 verdict, UINT64 until);
void stream_changed(driver_stream *stream);
driver_stream *stream_get(PCFLT_RELATED_OBJECTS objects, BOOLEAN make);
void stream_release(driver_stream *stream);
VOID NTAPI stream_gone(PFLT_CONTEXT context, USHORT type);

/* process_callbacks.c, object_callbacks.c, registry_callbacks.c, file_callbacks.c */
VOID NTAPI on_process(PEPROCESS process, HANDLE pid, PPS_CREATE_NOTIFY_INFO info);
VOID NTAPI on_thread(HANDLE pid, HANDLE tid, BOOLEAN create);
VOID NTAPI on_image(PUNICODE_STRING name, HANDLE pid, PIMAGE_INFO info);
OB_PREOP_CALLBACK_STATUS NTAPI on_handle(PVOID context, POB_PRE_OPERATION_INFORMATION info);
NTSTATUS NTAPI on_registry(PVOID context, PVOID class_number, PVOID info);
extern const FLT_OPERATION_REGISTRATION file_operations[];

/* ports.c */
NTSTATUS ports_open(void);
void ports_close(void);
extern const driver_platform driver_windows;

/* Memory of a client can go away at any time: FALSE then. */
BOOLEAN user_copy(void *to, const void *from, SIZE_T len);

#endif
