/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The headers that events of a trace file begin with.
 *
 * All begin with four bytes: two of a length or a version, the kind of header,
 * and flags that say a header follows. Layouts are public knowledge (the
 * documented structures, and ntwmi.h of the Windows Driver Kit); what they have
 * in common with EVENT_RECORD is copied, the rest passed over.
 *
 * Layer 3 (normalise): uses base, codec.
 */

#include "core/normalise/etl_event.h"

#include "core/codec/bytes.h"
#include "core/codec/time_text.h"

#define HEAD_OF_RECORD SONDA_RECORD_HEADER_SIZE

/* Flags of the marker. */
#define MARKER_HEADER 0x80u
#define MARKER_MESSAGE 0x10u

/* Kinds of header: 32 and 64 bits. */
#define SYSTEM_32 0x01u
#define SYSTEM_64 0x02u
#define COMPACT_32 0x03u
#define COMPACT_64 0x04u
#define FULL_32 0x0au
#define INSTANCE_32 0x0bu
#define ERROR_HEADER 0x0du
#define MESSAGE_HEADER 0x0fu
#define PERFORMANCE_32 0x10u
#define PERFORMANCE_64 0x11u
#define EVENT_32 0x12u
#define EVENT_64 0x13u
#define FULL_64 0x14u
#define INSTANCE_64 0x15u

#define SYSTEM_SIZE 32u
#define COMPACT_SIZE 24u
#define PERFORMANCE_SIZE 16u
#define FULL_SIZE 48u
#define EVENT_SIZE 80u
#define ITEM_SIZE 8u

#define EVENT_HAS_ITEMS 0x0001u

/* Groups of the kernel's own events. */
#define GROUP_FILE 0u
#define GROUP_PROCESS 3u
#define TYPE_FILE_HEADER 0u

/* Offsets in TRACE_LOGFILE_HEADER; those behind its pointers move with them. */
#define LOG_CPU_MHZ 52u
#define LOG_FREQUENCY 256u
#define LOG_START 264u
#define LOG_CLOCK 272u
#define LOG_SIZE 280u
#define LOG_POINTERS 8u /* less, where pointers have 4 bytes */

#define FILETIME_PER_SECOND UINT64_C(10000000)
#define HZ_MAX (UINT64_C(1) << 40)
#define NOT_KNOWN 0xffffffffu

static const uint8_t process_guid[16] = {0xd0, 0xa8, 0x6f, 0x3d, 0x05, 0xfe, 0xd0, 0x11,
                                         0x9d, 0xda, 0x00, 0xc0, 0x4f, 0xd7, 0xba, 0x7c};

static bool is_kernel_kind(uint32_t kind)
{
    return (kind >= SYSTEM_32 && kind <= COMPACT_64) || kind == PERFORMANCE_32 ||
           kind == PERFORMANCE_64;
}

size_t sonda__etl_event_len(const uint8_t *bytes)
{
    if ((bytes[3] & MARKER_HEADER) == 0) {
        return 0;
    }
    if ((bytes[3] & MARKER_MESSAGE) != 0) {
        return sonda__u16le_at(bytes);
    }
    if (is_kernel_kind(bytes[2])) {
        return sonda__u16le_at(bytes + 4);
    }
    switch (bytes[2]) {
    case FULL_32:
    case FULL_64:
    case INSTANCE_32:
    case INSTANCE_64:
    case ERROR_HEADER:
    case MESSAGE_HEADER:
    case EVENT_32:
    case EVENT_64:
        return sonda__u16le_at(bytes);
    default:
        return 0;
    }
}

/* ---- time ---- */

/* ticks * 10^7 / frequency, or UINT64_MAX where that is beyond 64 bits. */
static uint64_t filetimes_of(uint64_t ticks, uint64_t frequency)
{
    uint64_t seconds = ticks / frequency;
    uint64_t rest = ticks % frequency; /* below 2^40: no product overflows */

    return seconds > UINT64_MAX / FILETIME_PER_SECOND / 2
               ? UINT64_MAX
               : seconds * FILETIME_PER_SECOND + rest * FILETIME_PER_SECOND / frequency;
}

static uint64_t filetime_of(const sonda__etl_clock *clock, uint64_t stamp)
{
    uint64_t apart;

    if (!clock->is_known) {
        return 0;
    }
    if (clock->type == 2) {
        return stamp;
    }
    if (stamp >= clock->ticks) {
        apart = filetimes_of(stamp - clock->ticks, clock->frequency);
        return apart > UINT64_MAX - clock->filetime ? 0 : clock->filetime + apart;
    }
    apart = filetimes_of(clock->ticks - stamp, clock->frequency);
    return apart > clock->filetime ? 0 : clock->filetime - apart;
}

/* TRACE_LOGFILE_HEADER: the moment it was written is known by both clocks. */
static void read_log_header(sonda__etl_clock *clock, const uint8_t *header)
{
    const uint8_t *log = header + SYSTEM_SIZE;
    size_t less = header[2] == SYSTEM_32 ? LOG_POINTERS : 0;

    clock->type = sonda__u32le_at(log + LOG_CLOCK - less);
    clock->ticks = sonda__u64le_at(header + 16);
    clock->filetime = sonda__u64le_at(log + LOG_START - less);
    clock->frequency = clock->type == 3 ? sonda__u32le_at(log + LOG_CPU_MHZ) * UINT64_C(1000000)
                                        : sonda__u64le_at(log + LOG_FREQUENCY - less);
    clock->is_known = clock->type == 2 || ((clock->type == 1 || clock->type == 3) &&
                                           clock->frequency != 0 && clock->frequency < HZ_MAX);
}

/* ---- records ---- */

/* What a record's head is made of. */
typedef struct head {
    uint16_t flags;
    uint16_t id;
    uint8_t version;
    uint8_t opcode;
    uint8_t level;
    uint8_t channel;
    uint16_t task;
    uint64_t keyword;
    uint64_t stamp;
    uint32_t pid;
    uint32_t tid;
    const uint8_t *provider;
    const uint8_t *activity; /* NULL: none */
} head;

static void make_record(sonda__etl_file *file,
                        const head *from,
                        const uint8_t *data,
                        size_t data_len,
                        uint64_t *time_ns)
{
    uint8_t *out = file->record + HEAD_OF_RECORD;
    uint64_t filetime = filetime_of(&file->clock, from->stamp);

    memset(out, 0, SONDA_ETW_HEAD_SIZE);
    sonda__put_u32le(out + SONDA_ETW_AT_SIZE, (uint32_t)(SONDA_ETW_HEAD_SIZE + data_len));
    sonda__put_u16le(out + SONDA_ETW_AT_FLAGS, from->flags);
    sonda__put_u16le(out + SONDA_ETW_AT_ID, from->id);
    out[SONDA_ETW_AT_VERSION] = from->version;
    out[SONDA_ETW_AT_OPCODE] = from->opcode;
    out[SONDA_ETW_AT_LEVEL] = from->level;
    out[SONDA_ETW_AT_CHANNEL] = from->channel;
    sonda__put_u16le(out + SONDA_ETW_AT_TASK, from->task);
    sonda__put_u64le(out + SONDA_ETW_AT_KEYWORD, from->keyword);
    sonda__put_u64le(out + SONDA_ETW_AT_TIME, filetime);
    sonda__put_u32le(out + SONDA_ETW_AT_PID, from->pid);
    sonda__put_u32le(out + SONDA_ETW_AT_TID, from->tid);
    memcpy(out + SONDA_ETW_AT_PROVIDER, from->provider, 16);
    if (from->activity != NULL) {
        memcpy(out + SONDA_ETW_AT_ACTIVITY, from->activity, 16);
    }
    if (data_len > 0) {
        memcpy(out + SONDA_ETW_HEAD_SIZE, data, data_len);
    }
    file->record_len = HEAD_OF_RECORD + SONDA_ETW_HEAD_SIZE + data_len;
    *time_ns = sonda__time_of_filetime(filetime);
}

/* Where user data begin behind a modern header: items may come before. */
static size_t data_begin(const uint8_t *bytes, size_t len)
{
    size_t at = EVENT_SIZE;

    if ((sonda__u16le_at(bytes + 4) & EVENT_HAS_ITEMS) == 0) {
        return at;
    }
    for (size_t i = 0; i < SONDA__ETL_ITEMS_MAX && len - at >= ITEM_SIZE; i++) {
        bool more = (sonda__u16le_at(bytes + at + 4) & 1u) != 0;
        size_t size = ITEM_SIZE + sonda__u16le_at(bytes + at + 6);

        size = (size + 7u) & ~(size_t)7u;
        if (size > len - at) {
            return 0;
        }
        at += size;
        if (!more) {
            return at;
        }
    }
    return 0;
}

static sonda__etl_found
read_modern(sonda__etl_file *file, const uint8_t *bytes, size_t len, uint64_t *time_ns)
{
    uint16_t width = bytes[2] == EVENT_32 ? SONDA_ETW_FLAG_32_BIT : 0x0040u;
    head from = {0};
    size_t begin = len < EVENT_SIZE ? 0 : data_begin(bytes, len);

    if (begin == 0) {
        return SONDA__ETL_FOUND_BROKEN;
    }
    from.flags = (uint16_t)(sonda__u16le_at(bytes + 4) | width);
    from.tid = sonda__u32le_at(bytes + 8);
    from.pid = sonda__u32le_at(bytes + 12);
    from.stamp = sonda__u64le_at(bytes + 16);
    from.provider = bytes + 24;
    from.id = sonda__u16le_at(bytes + 40);
    from.version = bytes[42];
    from.channel = bytes[43];
    from.level = bytes[44];
    from.opcode = bytes[45];
    from.task = sonda__u16le_at(bytes + 46);
    from.keyword = sonda__u64le_at(bytes + 48);
    from.activity = bytes + 64;
    make_record(file, &from, bytes + begin, len - begin, time_ns);
    return SONDA__ETL_FOUND_RECORD;
}

static sonda__etl_found
read_full(sonda__etl_file *file, const uint8_t *bytes, size_t len, uint64_t *time_ns)
{
    uint16_t width = bytes[2] == FULL_32 ? SONDA_ETW_FLAG_32_BIT : 0x0040u;
    head from = {0};

    if (len < FULL_SIZE) {
        return SONDA__ETL_FOUND_BROKEN;
    }
    from.flags = (uint16_t)(SONDA_ETW_FLAG_CLASSIC | width);
    from.opcode = bytes[4];
    from.level = bytes[5];
    from.version = (uint8_t)sonda__u16le_at(bytes + 6);
    from.tid = sonda__u32le_at(bytes + 8);
    from.pid = sonda__u32le_at(bytes + 12);
    from.stamp = sonda__u64le_at(bytes + 16);
    from.provider = bytes + 24;
    make_record(file, &from, bytes + FULL_SIZE, len - FULL_SIZE, time_ns);
    return SONDA__ETL_FOUND_RECORD;
}

static size_t kernel_header_size(uint32_t kind)
{
    return kind == SYSTEM_32 || kind == SYSTEM_64     ? SYSTEM_SIZE
           : kind == COMPACT_32 || kind == COMPACT_64 ? COMPACT_SIZE
                                                      : PERFORMANCE_SIZE;
}

static sonda__etl_found
read_process(sonda__etl_file *file, const uint8_t *bytes, size_t len, uint64_t *time_ns)
{
    size_t size = kernel_header_size(bytes[2]);
    bool is_32 = bytes[2] == SYSTEM_32 || bytes[2] == COMPACT_32 || bytes[2] == PERFORMANCE_32;
    bool has_thread = size > PERFORMANCE_SIZE;
    head from = {0};

    from.flags = (uint16_t)(SONDA_ETW_FLAG_CLASSIC | (is_32 ? SONDA_ETW_FLAG_32_BIT : 0x0040u));
    from.version = (uint8_t)sonda__u16le_at(bytes);
    from.opcode = bytes[6];
    from.tid = has_thread ? sonda__u32le_at(bytes + 8) : NOT_KNOWN;
    from.pid = has_thread ? sonda__u32le_at(bytes + 12) : NOT_KNOWN;
    from.stamp = sonda__u64le_at(bytes + (has_thread ? 16 : 8));
    from.provider = process_guid;
    make_record(file, &from, bytes + size, len - size, time_ns);
    return SONDA__ETL_FOUND_RECORD;
}

static sonda__etl_found
read_kernel(sonda__etl_file *file, const uint8_t *bytes, size_t len, uint64_t *time_ns)
{
    if (len < kernel_header_size(bytes[2])) {
        return SONDA__ETL_FOUND_BROKEN;
    }
    if (bytes[7] == GROUP_PROCESS) {
        return read_process(file, bytes, len, time_ns);
    }
    if (bytes[7] != GROUP_FILE) {
        return SONDA__ETL_FOUND_OTHER;
    }
    if (bytes[6] == TYPE_FILE_HEADER && bytes[2] <= SYSTEM_64 &&
        len >= SYSTEM_SIZE + LOG_SIZE - LOG_POINTERS && !file->clock.is_known) {
        read_log_header(&file->clock, bytes);
    }
    return SONDA__ETL_FOUND_OWN;
}

sonda__etl_found sonda__etl_event_read(sonda__etl_file *file,
                                       const uint8_t *bytes,
                                       size_t len,
                                       uint64_t *time_ns)
{
    if ((bytes[3] & MARKER_MESSAGE) != 0) {
        return SONDA__ETL_FOUND_OTHER;
    }
    if (is_kernel_kind(bytes[2])) {
        return read_kernel(file, bytes, len, time_ns);
    }
    if (bytes[2] == EVENT_32 || bytes[2] == EVENT_64) {
        return read_modern(file, bytes, len, time_ns);
    }
    return bytes[2] == FULL_32 || bytes[2] == FULL_64 ? read_full(file, bytes, len, time_ns)
                                                      : SONDA__ETL_FOUND_OTHER;
}
