/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The real ETW behind etw_api.h.
 *
 * Thin on purpose: none of this can be tried without Windows, so reading must
 * be enough. Nothing here decides; etw_session.c does.
 *
 * Platform (win).
 */

#define WIN32_LEAN_AND_MEAN
#include <winsock2.h>
/* winsock2.h before windows.h */
#include <windows.h>
/* windows.h before what builds on it */
#include <evntrace.h>
/* evntrace.h before evntcons.h */
#include <evntcons.h>
#include <stdio.h>
#include <string.h>

#include "platform/win/etw_source.h"

/* Of later headers than mingw's. */
#define FILTER_TYPE_EVENT_ID 0x80000200u
#define CONTROL_CAPTURE_STATE 2u
#define CONTROL_ENABLE 1u
#define NAME_ROOM 64u
/* How long enabling may wait for a provider; 0 would not wait and not tell. */
#define ENABLE_WAIT_MS 2000u

struct properties {
    EVENT_TRACE_PROPERTIES head;
    WCHAR name[NAME_ROOM];
};

struct id_filter {
    uint8_t filter_in;
    uint8_t reserved;
    uint16_t count;
    uint16_t ids[ETW_WANTED_MAX];
};

static void widen(const char *name, WCHAR *wide)
{
    (void)MultiByteToWideChar(CP_UTF8, 0, name, -1, wide, NAME_ROOM);
}

static void prepare(struct properties *properties, const struct etw_plan *plan)
{
    memset(properties, 0, sizeof *properties);
    properties->head.Wnode.BufferSize = sizeof *properties;
    properties->head.Wnode.Flags = WNODE_FLAG_TRACED_GUID;
    properties->head.Wnode.ClientContext = 2; /* time stamps are system time */
    properties->head.BufferSize = plan->buffer_kb;
    properties->head.MinimumBuffers = plan->buffers_min;
    properties->head.MaximumBuffers = plan->buffers_max;
    properties->head.FlushTimer = 1;
    properties->head.LogFileMode = EVENT_TRACE_REAL_TIME_MODE;
    properties->head.LoggerNameOffset = offsetof(struct properties, name);
    if (plan->kernel) {
        properties->head.LogFileMode |= EVENT_TRACE_SYSTEM_LOGGER_MODE;
        properties->head.EnableFlags = EVENT_TRACE_FLAG_PROCESS;
    }
}

static enum etw_result result_of(ULONG code)
{
    switch (code) {
    case ERROR_SUCCESS:
        return ETW_OK;
    case ERROR_ALREADY_EXISTS:
        return ETW_EXISTS;
    case ERROR_ACCESS_DENIED:
        return ETW_DENIED;
    default:
        return ETW_FAILED;
    }
}

static enum etw_result api_start(void *user, const struct etw_plan *plan, uint64_t *session)
{
    struct properties properties;
    WCHAR name[NAME_ROOM];
    TRACEHANDLE handle = 0;
    enum etw_result result;

    (void)user;
    prepare(&properties, plan);
    widen(plan->name, name);
    result = result_of(StartTraceW(&handle, name, &properties.head));
    *session = handle;
    return result;
}

static void api_stop(void *user, const struct etw_plan *plan)
{
    struct properties properties;
    WCHAR name[NAME_ROOM];

    (void)user;
    prepare(&properties, plan);
    widen(plan->name, name);
    (void)ControlTraceW(0, name, &properties.head, EVENT_TRACE_CONTROL_STOP);
}

/* A GUID in memory is its bytes; copied because ours are not aligned. */
static GUID guid_of(const struct etw_provider *provider)
{
    GUID guid;

    memcpy(&guid, provider->guid, sizeof guid);
    return guid;
}

static enum etw_result
api_enable(void *user, uint64_t session, const struct etw_provider *provider)
{
    struct id_filter ids = {.filter_in = 1};
    EVENT_FILTER_DESCRIPTOR filter = {(ULONGLONG)(uintptr_t)&ids, 0, FILTER_TYPE_EVENT_ID};
    ENABLE_TRACE_PARAMETERS parameters;
    GUID guid = guid_of(provider);

    (void)user;
    while (ids.count < ETW_WANTED_MAX && provider->wanted[ids.count].id != 0) {
        ids.ids[ids.count] = provider->wanted[ids.count].id;
        ids.count++;
    }
    filter.Size = (ULONG)(offsetof(struct id_filter, ids) + ids.count * sizeof ids.ids[0]);
    memset(&parameters, 0, sizeof parameters);
    parameters.Version = ENABLE_TRACE_PARAMETERS_VERSION_2;
    parameters.EnableFilterDesc = &filter;
    parameters.FilterDescCount = 1;
    return result_of(EnableTraceEx2(session, &guid, CONTROL_ENABLE, TRACE_LEVEL_VERBOSE,
                                    provider->keywords, 0, ENABLE_WAIT_MS, &parameters));
}

static void api_rundown(void *user, uint64_t session, const struct etw_provider *provider)
{
    GUID guid = guid_of(provider);

    (void)user;
    (void)EnableTraceEx2(session, &guid, CONTROL_CAPTURE_STATE, TRACE_LEVEL_VERBOSE,
                         provider->keywords, 0, 0, NULL);
}

static bool api_lost(void *user, const struct etw_plan *plan, uint64_t *count)
{
    struct properties properties;
    WCHAR name[NAME_ROOM];

    (void)user;
    prepare(&properties, plan);
    widen(plan->name, name);
    if (ControlTraceW(0, name, &properties.head, EVENT_TRACE_CONTROL_QUERY) != ERROR_SUCCESS) {
        return false;
    }
    *count = (uint64_t)properties.head.EventsLost + properties.head.RealTimeBuffersLost;
    return true;
}

/* What a consumer needs while it is open. */
struct consumer {
    TRACEHANDLE handle;
    etw_event_fn on_event;
    void *context;
};

static struct consumer consumers[ETW_SESSION_COUNT];

static VOID WINAPI on_record(PEVENT_RECORD record)
{
    const struct consumer *to = record->UserContext;
    const EVENT_HEADER *header = &record->EventHeader;
    struct etw_event event = {
        .provider = (const uint8_t *)&header->ProviderId,
        .activity = (const uint8_t *)&header->ActivityId,
        .data = record->UserData,
        .data_len = record->UserDataLength,
        .keyword = header->EventDescriptor.Keyword,
        .time = (uint64_t)header->TimeStamp.QuadPart,
        .pid = header->ProcessId,
        .tid = header->ThreadId,
        .flags = header->Flags,
        .id = header->EventDescriptor.Id,
        .task = header->EventDescriptor.Task,
        .version = header->EventDescriptor.Version,
        .opcode = header->EventDescriptor.Opcode,
        .level = header->EventDescriptor.Level,
        .channel = header->EventDescriptor.Channel,
    };

    to->on_event(to->context, &event);
}

static bool api_open(void *user,
                     const struct etw_plan *plan,
                     etw_event_fn on_event,
                     void *context,
                     uint64_t *consumer)
{
    struct consumer *opened = &consumers[plan - etw_plans];
    EVENT_TRACE_LOGFILEW file;
    WCHAR name[NAME_ROOM];

    (void)user;
    widen(plan->name, name);
    memset(&file, 0, sizeof file);
    file.LoggerName = name;
    file.ProcessTraceMode = PROCESS_TRACE_MODE_REAL_TIME | PROCESS_TRACE_MODE_EVENT_RECORD;
    file.EventRecordCallback = on_record;
    file.Context = opened;
    opened->on_event = on_event;
    opened->context = context;
    opened->handle = OpenTraceW(&file);
    *consumer = (uint64_t)(plan - etw_plans);
    return opened->handle != (TRACEHANDLE)INVALID_HANDLE_VALUE;
}

static void api_process(void *user, uint64_t consumer)
{
    (void)user;
    (void)ProcessTrace(&consumers[consumer].handle, 1, NULL, NULL);
}

static void api_close(void *user, uint64_t consumer)
{
    (void)user;
    (void)CloseTrace(consumers[consumer].handle);
}

static void api_volumes(void *user, etw_volume_fn on_volume, void *context)
{
    (void)user;
    for (WCHAR letter = L'A'; letter <= L'Z'; letter++) {
        WCHAR drive[] = {letter, L':', 0};
        WCHAR device[MAX_PATH];

        if (QueryDosDeviceW(drive, device, MAX_PATH) != 0) {
            on_volume(context, (const uint16_t *)device, wcslen(device),
                      (const uint16_t *)drive, 2);
        }
    }
}

/* A file made, written, renamed and deleted. */
static void touch_file(void)
{
    WCHAR folder[MAX_PATH];
    WCHAR name[MAX_PATH];
    WCHAR other[MAX_PATH + 4];
    HANDLE file;
    DWORD written;

    if (GetTempPathW(MAX_PATH, folder) == 0 || GetTempFileNameW(folder, L"son", 0, name) == 0) {
        return;
    }
    file = CreateFileW(name, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    if (file != INVALID_HANDLE_VALUE) {
        (void)WriteFile(file, "sonda", 5, &written, NULL);
        (void)CloseHandle(file);
    }
    (void)_snwprintf(other, MAX_PATH + 4, L"%ls.x", name);
    (void)DeleteFileW(MoveFileW(name, other) ? other : name);
}

static void touch_registry(void)
{
    static const WCHAR path[] = L"Software\\Sonda canary";
    HKEY key;
    DWORD value = 1;

    if (RegCreateKeyExW(HKEY_CURRENT_USER, path, 0, NULL, REG_OPTION_VOLATILE, KEY_ALL_ACCESS,
                        NULL, &key, NULL) == ERROR_SUCCESS) {
        (void)RegSetValueExW(key, L"canary", 0, REG_DWORD, (const BYTE *)&value, sizeof value);
        (void)RegCloseKey(key);
        (void)RegDeleteKeyW(HKEY_CURRENT_USER, path);
    }
}

/* A connection to ourselves; the system completes it without accept(). */
static void touch_network(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    int len = sizeof at;
    SOCKET listener;
    SOCKET client;
    WSADATA data;

    if (WSAStartup(MAKEWORD(2, 2), &data) != 0) {
        return;
    }
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener = socket(AF_INET, SOCK_STREAM, 0);
    client = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&at, sizeof at) == 0 && listen(listener, 1) == 0 &&
        getsockname(listener, (struct sockaddr *)&at, &len) == 0) {
        (void)connect(client, (struct sockaddr *)&at, sizeof at);
    }
    (void)closesocket(client);
    (void)closesocket(listener);
    (void)WSACleanup();
}

static DWORD WINAPI do_nothing(void *argument)
{
    (void)argument;
    return 0;
}

static void touch_thread(void)
{
    HANDLE thread = CreateThread(NULL, 0, do_nothing, NULL, 0, NULL);

    if (thread != NULL) {
        (void)CloseHandle(thread);
    }
}

static void api_canary(void *user)
{
    (void)user;
    touch_file();
    touch_registry();
    touch_network();
    touch_thread();
}

static uint64_t api_now(void *user)
{
    FILETIME now;

    (void)user;
    GetSystemTimeAsFileTime(&now);
    return (uint64_t)now.dwHighDateTime << 32 | now.dwLowDateTime;
}

static const struct etw_api windows_etw = {
    api_start,   api_stop,  api_enable,  api_rundown, api_lost, api_open,
    api_process, api_close, api_volumes, api_canary,  api_now,  NULL,
};

const struct etw_api *etw_system(void)
{
    return &windows_etw;
}
