/* SPDX-License-Identifier: Apache-2.0 */

#include "cases.h"

#include "client.h"
#include "fake.h"
#include "fake_os.h"

#define CHECK(condition)       \
    do {                       \
        if (!(condition)) {    \
            return #condition; \
        }                      \
    } while (0)

#define CREATE(disposition) ((ULONG)(disposition) << 24)
#define FILE_NAME L"\\Device\\HarddiskVolume3\\Users\\a\\tool.exe"
#define THREADS 4

typedef sonda_driver_reply reply;
typedef sonda_driver_counters counters;

/* ---- answers ---- */

static LONG answers_given;

static NTSTATUS answer(
    const void *request, ULONG len, UINT32 verdict, UINT32 cache_ms, void *out, ULONG *out_len)
{
    reply given = {SONDA_DRIVER_VERSION, verdict, 0, cache_ms, 0};

    if (len < SONDA_DRIVER_REQUEST_AT_RECORD + SONDA_DRIVER_HEAD_SIZE ||
        U32(request, SONDA_DRIVER_REQUEST_AT_SIZE) != len) {
        return STATUS_UNSUCCESSFUL;
    }
    InterlockedIncrement(&answers_given);
    given.id = U64(request, SONDA_DRIVER_REQUEST_AT_ID);
    memcpy(out, &given, sizeof given);
    *out_len = sizeof given;
    return STATUS_SUCCESS;
}

static NTSTATUS allow(const void *request, ULONG len, void *out, ULONG *out_len)
{
    return answer(request, len, SONDA_DRIVER_ALLOW, 0, out, out_len);
}

static NTSTATUS deny(const void *request, ULONG len, void *out, ULONG *out_len)
{
    return answer(request, len, SONDA_DRIVER_DENY, 0, out, out_len);
}

static NTSTATUS deny_and_keep(const void *request, ULONG len, void *out, ULONG *out_len)
{
    return answer(request, len, SONDA_DRIVER_DENY, 1000, out, out_len);
}

static fake_file tool(void)
{
    fake_file file;

    memset(&file, 0, sizeof file);
    file.name = FILE_NAME;
    return file;
}

static NTSTATUS execute(fake_file *file)
{
    return fake_create(file, FILE_EXECUTE | FILE_READ_DATA, CREATE(FILE_OPEN), FILE_OPENED);
}

/* ---- decisions ---- */

static const char *case_allow(void)
{
    fake_file file = tool();

    CHECK(options(SONDA_DRIVER_OPTION_ASK_EXECUTE) == STATUS_SUCCESS);
    fake_answer_with(allow);
    CHECK(execute(&file) == STATUS_SUCCESS);
    CHECK(!file.cancelled);
    CHECK(count().outcomes[SONDA_DRIVER_ANSWERED] == 1);
    CHECK(read_batch() == 0); /* the client has it already */
    fake_forget(&file);
    return NULL;
}

static const char *case_deny(void)
{
    fake_file file = tool();

    CHECK(options(SONDA_DRIVER_OPTION_ASK_EXECUTE) == STATUS_SUCCESS);
    fake_answer_with(deny);
    CHECK(execute(&file) == STATUS_ACCESS_DENIED);
    CHECK(file.cancelled);
    fake_forget(&file);
    CHECK(options(SONDA_DRIVER_OPTION_ASK_START) == STATUS_SUCCESS);
    CHECK(fake_start_process(500, FAKE_APP, FILE_NAME, L"tool") == STATUS_ACCESS_DENIED);
    return NULL;
}

static void open_in_thread(void *user)
{
    fake_be(FAKE_APP);
    *(NTSTATUS *)user = STATUS_UNSUCCESSFUL;
    {
        fake_file file = tool();

        *(NTSTATUS *)user = execute(&file);
        fake_forget(&file);
    }
}

static const char *time_out(UINT32 flags, NTSTATUS expected)
{
    NTSTATUS opened = STATUS_UNSUCCESSFUL;
    reply late = {SONDA_DRIVER_VERSION, SONDA_DRIVER_DENY, 0, 0, 0};
    static fake_message message;
    fake_os_thread *thread;
    const UINT8 *record;

    CHECK(options(SONDA_DRIVER_OPTION_ASK_EXECUTE | flags) == STATUS_SUCCESS);
    thread = fake_os_start(open_in_thread, &opened);
    CHECK(fake_get(&message));
    fake_advance(200);
    fake_os_join(thread);
    CHECK(opened == expected);
    late.id = U64(message.bytes, SONDA_DRIVER_REQUEST_AT_ID);
    CHECK(fake_reply(message.id, &late, sizeof late) == STATUS_FLT_NO_WAITER_FOR_REPLY);
    CHECK(count().outcomes[SONDA_DRIVER_TIMED_OUT] == 1);
    CHECK(find(read_batch(), SONDA_DRIVER_FILE_EXECUTE, &record) == 1);
    CHECK(record != NULL);
    CHECK((U16(record, SONDA_DRIVER_AT_FLAGS) & SONDA_DRIVER_HEAD_DEFAULTED) != 0);
    CHECK(U64(record, SONDA_DRIVER_AT_REQUEST) == late.id);
    return NULL;
}

static const char *case_time_out_allows(void)
{
    return time_out(0, STATUS_SUCCESS);
}

static const char *case_time_out_denies_where_asked(void)
{
    return time_out(SONDA_DRIVER_OPTION_DEFAULT_DENY, STATUS_ACCESS_DENIED);
}

static const char *case_no_client(void)
{
    fake_file file = tool();

    CHECK(options(SONDA_DRIVER_OPTION_ASK_EXECUTE) == STATUS_SUCCESS);
    fake_disconnect(FAKE_DECISIONS);
    CHECK(execute(&file) == STATUS_SUCCESS);
    CHECK(count().outcomes[SONDA_DRIVER_NO_CLIENT] == 1);
    fake_forget(&file);
    fake_disconnect(FAKE_EVENTS);
    CHECK(execute(&file) == STATUS_SUCCESS); /* the options went with the client */
    CHECK(file.stream == NULL);
    return NULL;
}

static const char *case_client_dies_during_a_request(void)
{
    NTSTATUS opened = STATUS_UNSUCCESSFUL;
    static fake_message message;
    fake_os_thread *thread;

    CHECK(options(SONDA_DRIVER_OPTION_ASK_EXECUTE) == STATUS_SUCCESS);
    thread = fake_os_start(open_in_thread, &opened);
    CHECK(fake_get(&message));
    fake_disconnect(FAKE_DECISIONS);
    fake_os_join(thread);
    CHECK(opened == STATUS_SUCCESS);
    CHECK(count().outcomes[SONDA_DRIVER_DISCONNECTED] == 1);
    return NULL;
}

/* What a confused or hostile client can reply, in turn. */
static reply wrong_reply;
static ULONG wrong_len;

static NTSTATUS answer_wrongly(const void *request, ULONG len, void *out, ULONG *out_len)
{
    reply given = wrong_reply;

    (void)len;
    given.id += U64(request, SONDA_DRIVER_REQUEST_AT_ID);
    memcpy(out, &given, sizeof given);
    *out_len = wrong_len;
    return STATUS_SUCCESS;
}

static const char *case_bad_replies_decide_nothing(void)
{
    static const reply wrong[] = {
        {SONDA_DRIVER_VERSION + 1, SONDA_DRIVER_DENY, 0, 0, 0},
        {SONDA_DRIVER_VERSION, 0, 0, 0, 0},
        {SONDA_DRIVER_VERSION, 3, 0, 0, 0},
        {SONDA_DRIVER_VERSION, SONDA_DRIVER_DENY, 1, 0, 0},
    };
    fake_file file = tool();

    CHECK(options(SONDA_DRIVER_OPTION_ASK_EXECUTE) == STATUS_SUCCESS);
    fake_answer_with(answer_wrongly);
    wrong_len = sizeof(reply);
    for (unsigned i = 0; i < 4; i++) {
        wrong_reply = wrong[i];
        CHECK(execute(&file) == STATUS_SUCCESS);
        CHECK(count().outcomes[SONDA_DRIVER_BAD_REPLY] == i + 1);
    }
    wrong_reply = (reply){SONDA_DRIVER_VERSION, SONDA_DRIVER_DENY, 0, 0, 0};
    wrong_len = sizeof(reply) - 4;
    CHECK(execute(&file) == STATUS_SUCCESS);
    CHECK(count().outcomes[SONDA_DRIVER_BAD_REPLY] == 5);
    fake_forget(&file);
    return NULL;
}

static const char *case_more_requests_than_buffers(void)
{
    static NTSTATUS opened[SONDA_DRIVER_REQUEST_COUNT];
    static fake_os_thread *threads[SONDA_DRIVER_REQUEST_COUNT];
    fake_file file = tool();

    CHECK(options(SONDA_DRIVER_OPTION_ASK_EXECUTE) == STATUS_SUCCESS);
    for (int i = 0; i < SONDA_DRIVER_REQUEST_COUNT; i++) {
        threads[i] = fake_os_start(open_in_thread, &opened[i]);
    }
    fake_until_asked(SONDA_DRIVER_REQUEST_COUNT);
    CHECK(execute(&file) == STATUS_SUCCESS);
    CHECK(count().outcomes[SONDA_DRIVER_BUSY] == 1);
    fake_advance(200);
    for (int i = 0; i < SONDA_DRIVER_REQUEST_COUNT; i++) {
        fake_os_join(threads[i]);
        CHECK(opened[i] == STATUS_SUCCESS);
    }
    CHECK(count().outcomes[SONDA_DRIVER_TIMED_OUT] == SONDA_DRIVER_REQUEST_COUNT);
    fake_forget(&file);
    return NULL;
}

static const char *case_unload_during_requests(void)
{
    static NTSTATUS opened[THREADS];
    fake_os_thread *threads[THREADS];

    CHECK(options(SONDA_DRIVER_OPTION_ASK_EXECUTE) == STATUS_SUCCESS);
    for (int i = 0; i < THREADS; i++) {
        threads[i] = fake_os_start(open_in_thread, &opened[i]);
    }
    fake_until_asked(THREADS);
    fake_unload(); /* comes back only when all of them have */
    for (int i = 0; i < THREADS; i++) {
        fake_os_join(threads[i]);
        CHECK(opened[i] == STATUS_SUCCESS);
    }
    CHECK(fake_pool_held() == 0);
    return fake_load() == STATUS_SUCCESS ? NULL : "loads again";
}

/* ---- the cache of a stream ---- */

static const char *case_verdict_is_kept_until_a_write(void)
{
    fake_file file = tool();
    ULONG len;

    CHECK(options(SONDA_DRIVER_OPTION_ASK_EXECUTE) == STATUS_SUCCESS);
    fake_answer_with(deny_and_keep);
    CHECK(execute(&file) == STATUS_ACCESS_DENIED);
    CHECK(execute(&file) == STATUS_ACCESS_DENIED);
    CHECK(answers_given == 1);
    CHECK(count().cached == 1);
    fake_write(&file, 0);
    CHECK(execute(&file) == STATUS_ACCESS_DENIED);
    CHECK(answers_given == 2);
    CHECK(command(SONDA_DRIVER_COMMAND_FORGET, 0, 0, NULL, 0, &len) == STATUS_SUCCESS);
    CHECK(execute(&file) == STATUS_ACCESS_DENIED);
    CHECK(answers_given == 3);
    CHECK(execute(&file) == STATUS_ACCESS_DENIED);
    CHECK(answers_given == 3);
    fake_map(&file, PAGE_READWRITE);
    CHECK(execute(&file) == STATUS_ACCESS_DENIED);
    CHECK(execute(&file) == STATUS_ACCESS_DENIED); /* mapped: never kept again */
    CHECK(answers_given == 5);
    fake_forget(&file);
    return NULL;
}

/* Another program writes while the client thinks. */
static fake_file *written_meanwhile;

static NTSTATUS write_then_deny(const void *request, ULONG len, void *out, ULONG *out_len)
{
    fake_write(written_meanwhile, 0);
    return answer(request, len, SONDA_DRIVER_DENY, 1000, out, out_len);
}

static const char *case_verdict_for_changed_content_is_not_kept(void)
{
    fake_file file = tool();

    CHECK(options(SONDA_DRIVER_OPTION_ASK_EXECUTE) == STATUS_SUCCESS);
    written_meanwhile = &file;
    fake_answer_with(write_then_deny);
    CHECK(execute(&file) == STATUS_ACCESS_DENIED);
    fake_answer_with(allow);
    CHECK(execute(&file) == STATUS_SUCCESS);
    CHECK(answers_given == 2);
    fake_forget(&file);
    return NULL;
}

static NTSTATUS forget_then_deny(const void *request, ULONG len, void *out, ULONG *out_len)
{
    ULONG none;

    (void)command(SONDA_DRIVER_COMMAND_FORGET, 0, 0, NULL, 0, &none);
    return answer(request, len, SONDA_DRIVER_DENY, 1000, out, out_len);
}

static const char *case_verdict_of_older_content_is_not_kept(void)
{
    fake_file file = tool();

    CHECK(options(SONDA_DRIVER_OPTION_ASK_EXECUTE) == STATUS_SUCCESS);
    fake_answer_with(forget_then_deny);
    CHECK(execute(&file) == STATUS_ACCESS_DENIED);
    fake_answer_with(allow);
    CHECK(execute(&file) == STATUS_SUCCESS);
    CHECK(answers_given == 2);
    fake_forget(&file);
    return NULL;
}

/* ---- events ---- */

static const char *case_life_of_a_file(void)
{
    static const UINT16 types[] = {SONDA_DRIVER_FILE_CREATE,  SONDA_DRIVER_FILE_WRITE,
                                   SONDA_DRIVER_FILE_CLEANUP, SONDA_DRIVER_FILE_SIZE,
                                   SONDA_DRIVER_FILE_RENAME,  SONDA_DRIVER_FILE_DELETE};
    fake_file file = tool();
    const UINT64 size = 4096;
    const UINT8 on = 1;
    const UINT8 *record;
    ULONG len;

    CHECK(fake_create(&file, FILE_WRITE_DATA, CREATE(FILE_CREATE), FILE_CREATED) ==
          STATUS_SUCCESS);
    fake_write(&file, 0);
    fake_write(&file, 0); /* the second is the first's */
    fake_write(&file, IRP_PAGING_IO);
    fake_cleanup(&file);
    fake_cleanup(&file);
    fake_set(&file, 20, &size, sizeof size, STATUS_SUCCESS);
    file.renamed = L"\\Device\\HarddiskVolume3\\b";
    fake_set(&file, 65, &on, 1, STATUS_SUCCESS);
    fake_set(&file, 13, &on, 1, STATUS_ACCESS_DENIED); /* came to nothing */
    fake_set(&file, 13, &on, 1, STATUS_SUCCESS);
    fake_set(&file, 4, &size, sizeof size, STATUS_SUCCESS); /* of no interest */
    len = read_batch();
    for (unsigned i = 0; i < 6; i++) {
        CHECK(find(len, types[i], &record) == 6);
        CHECK(record != NULL);
        CHECK(U64(record, SONDA_DRIVER_AT_SEQUENCE) == i + 1);
        CHECK(U32(record, SONDA_DRIVER_AT_PID) == FAKE_APP);
        CHECK(U64(record, SONDA_DRIVER_AT_START) == FAKE_APP * 1000);
        CHECK(U64(record, SONDA_DRIVER_AT_STREAM) == 1);
    }
    (void)find(len, SONDA_DRIVER_FILE_CREATE, &record);
    CHECK(ITEM_IS(record, SONDA_DRIVER_ITEM_NAME, FILE_NAME));
    (void)find(len, SONDA_DRIVER_FILE_SIZE, &record);
    CHECK(U64(record, SONDA_DRIVER_AT_LENGTH) == size);
    (void)find(len, SONDA_DRIVER_FILE_RENAME, &record);
    CHECK(ITEM_IS(record, SONDA_DRIVER_ITEM_NAME, FILE_NAME));
    CHECK(ITEM_IS(record, SONDA_DRIVER_ITEM_TARGET_NAME, L"\\Device\\HarddiskVolume3\\b"));
    (void)find(len, SONDA_DRIVER_FILE_DELETE, &record);
    CHECK(U32(record, SONDA_DRIVER_AT_ARGUMENT) == 1);
    fake_forget(&file);
    return NULL;
}

static const char *case_exempt_work_is_not_seen(void)
{
    fake_file file = tool();
    ULONG created = CREATE(FILE_CREATE);

    CHECK(options(SONDA_DRIVER_OPTION_ASK_EXECUTE | SONDA_DRIVER_OPTION_ASK_CREATE) ==
          STATUS_SUCCESS);
    fake_answer_with(deny);
    CHECK(fake_create_as(&file, FILE_EXECUTE, created, FILE_CREATED, KernelMode, 0) == 0);
    CHECK(fake_create_as(&file, FILE_EXECUTE, created, FILE_CREATED, UserMode, IRP_PAGING_IO) ==
          0);
    file.prefetched = TRUE;
    CHECK(execute(&file) == STATUS_SUCCESS);
    file.prefetched = FALSE;
    fake_be(FAKE_SENSOR);
    CHECK(execute(&file) == STATUS_SUCCESS);
    fake_be(FAKE_APP);
    file.directory = TRUE;
    CHECK(execute(&file) == STATUS_SUCCESS);
    CHECK(answers_given == 0);
    CHECK(read_batch() == 0);
    CHECK(file.stream == NULL);
    return NULL;
}

static const char *case_life_of_a_process(void)
{
    const UINT8 *record;
    ULONG len;

    CHECK(fake_start_process(500, FAKE_APP, FILE_NAME, L"tool /x") == STATUS_SUCCESS);
    fake_start_thread(500, 504); /* its first, made by its parent */
    fake_load_image(500, L"\\Device\\HarddiskVolume3\\a.dll");
    fake_start_thread(500, 508); /* planted */
    fake_start_thread(FAKE_APP, 404);
    fake_stop_process(500);
    len = read_batch();
    CHECK(find(len, SONDA_DRIVER_PROCESS_START, &record) == 4);
    CHECK(U32(record, SONDA_DRIVER_AT_PID) == 500);
    CHECK(U64(record, SONDA_DRIVER_AT_START) == 500000);
    CHECK(U32(record, SONDA_DRIVER_AT_OTHER_PID) == FAKE_APP);
    CHECK(U64(record, SONDA_DRIVER_AT_OTHER_START) == FAKE_APP * 1000);
    CHECK(U32(record, SONDA_DRIVER_AT_SESSION) == 2);
    CHECK(ITEM_IS(record, SONDA_DRIVER_ITEM_COMMAND_LINE, L"tool /x"));
    (void)find(len, SONDA_DRIVER_IMAGE_LOAD, &record);
    CHECK(record != NULL && U64(record, SONDA_DRIVER_AT_LENGTH) == 0x2000);
    (void)find(len, SONDA_DRIVER_REMOTE_THREAD, &record);
    CHECK(record != NULL && U32(record, SONDA_DRIVER_AT_OTHER_ID) == 508);
    (void)find(len, SONDA_DRIVER_PROCESS_STOP, &record);
    CHECK(record != NULL && U32(record, SONDA_DRIVER_AT_ARGUMENT) == 501);
    return NULL;
}

static const char *case_registry_values(void)
{
    static UINT8 data[5000] = {'v', 0, 0, 0};
    const UINT8 *record;
    const UINT8 *bytes;
    ULONG len;

    fake_set_value(L"\\REGISTRY\\MACHINE\\Software\\Run", L"a", 1, data, 4);
    len = read_batch();
    CHECK(find(len, SONDA_DRIVER_VALUE_SET, &record) == 1);
    CHECK(record != NULL && U32(record, SONDA_DRIVER_AT_ARGUMENT) == 1);
    CHECK(ITEM_IS(record, SONDA_DRIVER_ITEM_NAME, L"\\REGISTRY\\MACHINE\\Software\\Run"));
    CHECK(item(record, SONDA_DRIVER_ITEM_VALUE_DATA, &bytes) == 4);
    fake_set_value(L"\\REGISTRY\\MACHINE\\Software\\Run", L"a", 3, data, sizeof data);
    CHECK(find(read_batch(), SONDA_DRIVER_VALUE_SET, &record) == 1);
    CHECK(item(record, SONDA_DRIVER_ITEM_VALUE_DATA, &bytes) == SONDA_DRIVER_VALUE_MAX);
    CHECK(U16(bytes - 8, 2) == SONDA_DRIVER_ITEM_TRUNCATED);
    CHECK(U64(record, SONDA_DRIVER_AT_LENGTH) == sizeof data);
    fake_be(4);
    fake_set_value(L"\\REGISTRY\\MACHINE\\Software\\Run", L"a", 1, data, 4);
    fake_be(FAKE_APP);
    CHECK(read_batch() == 0);
    return NULL;
}

static const char *case_handles_to_watched_processes(void)
{
    const UINT8 *record;

    CHECK(options(0) == STATUS_SUCCESS);
    CHECK(fake_open_process(500, 0x1fffff, FALSE) == 0x1fffff);
    CHECK(read_batch() == 0);
    CHECK(fake_open_process(FAKE_LSASS, 0x1010, FALSE) == 0x1010);
    CHECK(find(read_batch(), SONDA_DRIVER_PROCESS_HANDLE, &record) == 1);
    CHECK(U32(record, SONDA_DRIVER_AT_OTHER_PID) == FAKE_LSASS);
    CHECK(U32(record, SONDA_DRIVER_AT_ARGUMENT) == 0x1010);
    CHECK(options(SONDA_DRIVER_OPTION_PROTECT) == STATUS_SUCCESS);
    CHECK(fake_open_process(FAKE_SENSOR, 0x1fffff, TRUE) == 0x1fffff);
    CHECK(fake_open_process(FAKE_LSASS, 0x1fffff, FALSE) == 0x1fffff);
    CHECK((fake_open_process(FAKE_SENSOR, 0x1fffff, FALSE) & 0x0a6bu) == 0);
    return NULL;
}

/* ---- the queue ---- */

static const char *case_queue_full(void)
{
    const UINT8 *record;
    UINT64 sequence = 0;
    UINT64 delivered = 0;
    counters now;
    ULONG len;

    for (int i = 0; i < 40000; i++) {
        fake_load_image(500, FILE_NAME);
    }
    now = count();
    CHECK(now.produced[SONDA_DRIVER_IMAGE_LOAD] == 40000);
    CHECK(now.dropped[SONDA_DRIVER_IMAGE_LOAD] > 0);
    CHECK(now.queued_most <= 0x400000);
    while ((len = read_batch()) != 0) {
        delivered += find(len, SONDA_DRIVER_IMAGE_LOAD, &record);
        CHECK(U64(record, SONDA_DRIVER_AT_SEQUENCE) > sequence);
        sequence = U64(record, SONDA_DRIVER_AT_SEQUENCE);
    }
    CHECK(delivered + now.dropped[SONDA_DRIVER_IMAGE_LOAD] == 40000);
    CHECK(count().queued == 0);
    fake_load_image(500, FILE_NAME);
    CHECK(find(read_batch(), SONDA_DRIVER_IMAGE_LOAD, &record) == 1);
    CHECK(U64(record, SONDA_DRIVER_AT_SEQUENCE) == 40001); /* the gap shows the loss */
    return NULL;
}

static const char *case_long_texts_are_cut(void)
{
    static WCHAR text[32768];
    const UINT8 *record;
    const UINT8 *bytes;

    for (unsigned i = 0; i < 32767; i++) {
        text[i] = 'x';
    }
    CHECK(fake_start_process(500, FAKE_APP, text, text) == STATUS_SUCCESS);
    CHECK(find(read_batch(), SONDA_DRIVER_PROCESS_START, &record) == 1);
    CHECK(U32(record, SONDA_DRIVER_AT_SIZE) <= SONDA_DRIVER_RECORD_MAX);
    CHECK(item(record, SONDA_DRIVER_ITEM_NAME, &bytes) == 65534);
    CHECK(item(record, SONDA_DRIVER_ITEM_COMMAND_LINE, &bytes) > 32000);
    CHECK(U16(bytes - 8, 2) == SONDA_DRIVER_ITEM_TRUNCATED);
    return NULL;
}

typedef struct waiter {
    ULONG len;
    NTSTATUS status;
} waiter;

static void wait_for_records(void *user)
{
    waiter *w = user;

    fake_be(FAKE_SENSOR);
    w->status = command(SONDA_DRIVER_COMMAND_READ, 1000, 0, batch, sizeof batch, &w->len);
}

static const char *case_a_record_wakes_the_reader(void)
{
    waiter w = {0, STATUS_UNSUCCESSFUL};
    fake_os_thread *thread = fake_os_start(wait_for_records, &w);
    ULONG len;

    fake_until_asked(1);
    CHECK(command(SONDA_DRIVER_COMMAND_READ, 0, 0, batch, sizeof batch, &len) ==
          STATUS_DEVICE_BUSY);
    fake_load_image(500, FILE_NAME);
    fake_os_join(thread);
    CHECK(w.status == STATUS_SUCCESS && w.len > 0);
    return NULL;
}

static const char *case_unload_while_the_reader_waits(void)
{
    waiter w = {0, STATUS_UNSUCCESSFUL};
    fake_os_thread *thread = fake_os_start(wait_for_records, &w);

    fake_until_asked(1);
    fake_unload();
    fake_os_join(thread);
    CHECK(w.status == STATUS_SUCCESS && w.len == 0);
    return fake_load() == STATUS_SUCCESS ? NULL : "loads again";
}

static void produce(void *user)
{
    fake_be(FAKE_APP);
    for (int i = 0; i < *(int *)user; i++) {
        fake_load_image(500, FILE_NAME);
    }
}

static const char *case_many_writers_one_reader(void)
{
    fake_os_thread *threads[THREADS];
    int each = 20000;
    UINT64 delivered = 0;
    const UINT8 *record;
    counters now;

    for (int i = 0; i < THREADS; i++) {
        threads[i] = fake_os_start(produce, &each);
    }
    do {
        delivered += find(read_batch(), SONDA_DRIVER_IMAGE_LOAD, &record);
        now = count();
    } while (now.produced[SONDA_DRIVER_IMAGE_LOAD] < (UINT64)each * THREADS);
    for (int i = 0; i < THREADS; i++) {
        fake_os_join(threads[i]);
    }
    while (count().queued != 0) {
        delivered += find(read_batch(), SONDA_DRIVER_IMAGE_LOAD, &record);
    }
    now = count();
    CHECK(delivered + now.dropped[SONDA_DRIVER_IMAGE_LOAD] == (UINT64)each * THREADS);
    return NULL;
}

/* ---- the client ---- */

static const char *case_commands_that_lie_change_nothing(void)
{
    static const UINT32 wrong[][4] = {
        {SONDA_DRIVER_VERSION + 1, SONDA_DRIVER_COMMAND_FORGET, 0, 0},
        {SONDA_DRIVER_VERSION, 0, 0, 0},
        {SONDA_DRIVER_VERSION, 99, 0, 0},
        {SONDA_DRIVER_VERSION, SONDA_DRIVER_COMMAND_READ, SONDA_DRIVER_WAIT_MAX_MS + 1, 0},
        {SONDA_DRIVER_VERSION, SONDA_DRIVER_COMMAND_OPTIONS, 0x8000, 100},
        {SONDA_DRIVER_VERSION, SONDA_DRIVER_COMMAND_OPTIONS, 0, 0},
        {SONDA_DRIVER_VERSION, SONDA_DRIVER_COMMAND_OPTIONS, 0,
         SONDA_DRIVER_DEADLINE_MAX_MS + 1},
    };
    UINT32 words[8] = {SONDA_DRIVER_VERSION, SONDA_DRIVER_COMMAND_FORGET};
    ULONG len;

    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        memcpy(words, wrong[i], sizeof wrong[i]);
        CHECK(fake_command(words, sizeof words, batch, sizeof batch, &len) ==
              STATUS_INVALID_PARAMETER);
    }
    CHECK(fake_command(words, 31, NULL, 0, &len) == STATUS_INVALID_PARAMETER);
    CHECK(fake_command(NULL, sizeof words, NULL, 0, &len) == STATUS_INVALID_PARAMETER);
    CHECK(command(SONDA_DRIVER_COMMAND_COUNTERS, 0, 0, batch, 8, &len) ==
          STATUS_BUFFER_TOO_SMALL);
    fake_load_image(500, FILE_NAME);
    CHECK(command(SONDA_DRIVER_COMMAND_READ, 0, 0, batch, 100, &len) ==
          STATUS_BUFFER_TOO_SMALL);
    CHECK(command(SONDA_DRIVER_COMMAND_READ, 0, 0, NULL, 4096, &len) ==
          STATUS_INVALID_USER_BUFFER);
    CHECK(read_batch() > 0); /* and it is still there */
    return NULL;
}

static const char *case_decision_port_is_the_sensors(void)
{
    fake_disconnect(FAKE_DECISIONS);
    CHECK(fake_connect(FAKE_DECISIONS, FAKE_APP) == STATUS_ACCESS_DENIED);
    CHECK(fake_connect(FAKE_DECISIONS, FAKE_SENSOR) == STATUS_SUCCESS);
    CHECK(fake_connect(FAKE_DECISIONS, FAKE_SENSOR) == STATUS_CONNECTION_COUNT_LIMIT);
    return NULL;
}

static void ask_often(void *user)
{
    fake_file file = tool();

    fake_be(FAKE_APP);
    for (int i = 0; i < *(int *)user; i++) {
        if (execute(&file) != STATUS_SUCCESS) {
            break;
        }
    }
    fake_forget(&file);
}

static const char *case_one_million_requests(void)
{
    fake_os_thread *threads[THREADS];
    int each = 1000000 / THREADS;
    SIZE_T held = fake_pool_held();

    CHECK(options(SONDA_DRIVER_OPTION_ASK_EXECUTE) == STATUS_SUCCESS);
    fake_answer_with(allow);
    for (int i = 0; i < THREADS; i++) {
        threads[i] = fake_os_start(ask_often, &each);
    }
    for (int i = 0; i < THREADS; i++) {
        fake_os_join(threads[i]);
    }
    CHECK(count().outcomes[SONDA_DRIVER_ANSWERED] == 1000000);
    CHECK(fake_pool_held() == held); /* what was taken at load, no more */
    CHECK(count().memory >= held);
    return NULL;
}

static const char *case_streams_have_a_ceiling(void)
{
    static fake_file files[16384 + 10];
    UINT32 remembered = 0;

    for (unsigned i = 0; i < sizeof files / sizeof files[0]; i++) {
        files[i] = tool();
        fake_write(&files[i], 0);
        remembered += files[i].stream != NULL;
    }
    CHECK(remembered == 16384);
    CHECK(count().forgotten == 10);
    for (unsigned i = 0; i < sizeof files / sizeof files[0]; i++) {
        fake_forget(&files[i]);
    }
    return NULL;
}

const driver_case driver_cases[] = {
    {"allow", case_allow},
    {"deny", case_deny},
    {"time-out allows", case_time_out_allows},
    {"time-out denies where asked", case_time_out_denies_where_asked},
    {"no client", case_no_client},
    {"client dies during a request", case_client_dies_during_a_request},
    {"bad replies decide nothing", case_bad_replies_decide_nothing},
    {"more requests than buffers", case_more_requests_than_buffers},
    {"unload during requests", case_unload_during_requests},
    {"verdict is kept until a write", case_verdict_is_kept_until_a_write},
    {"verdict for changed content is not kept", case_verdict_for_changed_content_is_not_kept},
    {"verdict of older content is not kept", case_verdict_of_older_content_is_not_kept},
    {"life of a file", case_life_of_a_file},
    {"exempt work is not seen", case_exempt_work_is_not_seen},
    {"life of a process", case_life_of_a_process},
    {"registry values", case_registry_values},
    {"handles to watched processes", case_handles_to_watched_processes},
    {"queue full", case_queue_full},
    {"long texts are cut", case_long_texts_are_cut},
    {"a record wakes the reader", case_a_record_wakes_the_reader},
    {"unload while the reader waits", case_unload_while_the_reader_waits},
    {"many writers, one reader", case_many_writers_one_reader},
    {"commands that lie change nothing", case_commands_that_lie_change_nothing},
    {"the decision port is the sensor's", case_decision_port_is_the_sensors},
    {"streams have a ceiling", case_streams_have_a_ceiling},
    {"one million requests", case_one_million_requests},
};
const unsigned driver_case_count = sizeof driver_cases / sizeof driver_cases[0];

const char *run_case(const driver_case *of)
{
    const char *wrong;

    answers_given = 0;
    fake_be(FAKE_APP);
    CHECK(fake_load() == STATUS_SUCCESS);
    CHECK(fake_connect(FAKE_EVENTS, FAKE_SENSOR) == STATUS_SUCCESS);
    CHECK(fake_connect(FAKE_DECISIONS, FAKE_SENSOR) == STATUS_SUCCESS);
    wrong = of->run();
    fake_unload();
    if (wrong == NULL) {
        CHECK(fake_references() == 0);
        CHECK(fake_pool_held() == 0);
    }
    return wrong;
}
