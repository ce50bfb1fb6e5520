/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Linux adapter records to events.
 *
 * The payload is read in full before anything is added: first the head, then
 * each item, remembered by its kind. What a type does not have adds no field.
 * A fork is an activity of its own, so that rules of process creation see an
 * exec only; the process table knows it by the record's type.
 *
 * Layer 3 (normalise): uses base, codec, event.
 */

#include "core/normalise/linux_record.h"

#include "core/base/error.h"
#include "core/codec/address_text.h"
#include "core/codec/number.h"
#include "core/codec/reader.h"
#include "core/codec/utf8.h"
#include "core/normalise/linux_path.h"
#include "sonda/spi/linux_record.h"

#define ITEM_KINDS (SONDA_LINUX_ITEM_USER + 1u)
#define NOT_SET 0xffffffffu
#define COMM_SIZE 16u
#define PERMISSIONS 07777u
#define FAMILY_IPV4 2u
#define FAMILY_IPV6 10u
#define PROTOCOL_TCP 6u
#define PROTOCOL_UDP 17u
/* OCSF's activity for a connection that was not to be had. */
#define NETWORK_FAIL 4u
#define IN_PROGRESS (-115)

typedef struct item {
    sonda__span bytes; /* `data` is NULL: not there */
    uint16_t flags;    /* SONDA_LINUX_ITEM_… */
} item;

typedef struct payload_view {
    sonda__span bytes;
    item items[ITEM_KINDS];
    sonda_event *event;
    sonda_status status; /* of the first field that could not be added */
} payload_view;

/* Numbers of the head: its size was checked, so offsets below it hold. */
static uint32_t u32_at(const payload_view *view, size_t offset)
{
    sonda__reader reader;

    sonda__reader_init(&reader, view->bytes.data + offset, SONDA_LINUX_HEAD_SIZE - offset);
    return sonda__reader_u32le(&reader);
}

static uint16_t u16_at(const payload_view *view, size_t offset)
{
    return (uint16_t)u32_at(view, offset);
}

static uint64_t u64_at(const payload_view *view, size_t offset)
{
    return u32_at(view, offset) | (uint64_t)u32_at(view, offset + 4) << 32;
}

static int32_t s32_at(const payload_view *view, size_t offset)
{
    uint32_t bits = u32_at(view, offset);
    int32_t number;

    memcpy(&number, &bits, sizeof number);
    return number;
}

static uint16_t flags_of(const item *of, sonda__span text)
{
    uint16_t flags = sonda__utf8_valid(text) ? 0 : SONDA_VALUE_ILL_FORMED;

    if ((of->flags & (SONDA_LINUX_ITEM_TRUNCATED | SONDA_LINUX_ITEM_UNREADABLE)) != 0) {
        flags |= SONDA_VALUE_TRUNCATED;
    }
    if ((of->flags & SONDA_LINUX_ITEM_UNTRUSTED) != 0) {
        flags |= SONDA_VALUE_UNTRUSTED;
    }
    return flags;
}

static void add_text(payload_view *view, sonda_field_id id, sonda__span text, uint16_t flags)
{
    sonda_status status =
        text.data != NULL
            ? sonda__event_add(view->event, id, sonda__span_of("", 0), text, flags)
            : SONDA_ERR_LIMIT;

    view->status = view->status == SONDA_OK ? status : view->status;
}

static void add_static(payload_view *view, sonda_field_id id, const char *text)
{
    add_text(view, id, sonda__span_text(text), 0);
}

static void add_number(payload_view *view, sonda_field_id id, uint64_t number)
{
    sonda_status status = sonda__event_add_number(view->event, id, number);

    view->status = view->status == SONDA_OK ? status : view->status;
}

/* Text that was formatted on the stack. */
static void add_copy(payload_view *view, sonda_field_id id, const char *text, size_t len)
{
    sonda_status status = sonda__event_add_copy(view->event, id, sonda__span_of(text, len), 0);

    view->status = view->status == SONDA_OK ? status : view->status;
}

static void add_octal(payload_view *view, sonda_field_id id, uint32_t number)
{
    char text[12];
    size_t at = sizeof text;

    do {
        text[--at] = "01234567"[number & 7u];
        number >>= 3;
    } while (number != 0);
    add_copy(view, id, text + at, sizeof text - at);
}

static void add_hex(payload_view *view, sonda_field_id id, uint64_t number)
{
    char text[SONDA__HEX_MAX];

    add_copy(view, id, text, sonda__format_hex(number, text));
}

/* A walk, where the record has it. */
static void add_walk(payload_view *view, sonda_field_id id, uint32_t kind)
{
    const item *walk = &view->items[kind];

    if (walk->bytes.data != NULL) {
        sonda__span path = sonda__linux_walk(&view->event->arena, walk->bytes);

        add_text(view, id, path, path.data != NULL ? flags_of(walk, path) : 0);
    }
}

/* A path argument, where it could be read, behind the directory it starts from. */
static void
add_path(payload_view *view, sonda_field_id id, uint32_t base_kind, uint32_t text_kind)
{
    item text = view->items[text_kind];
    const item *base = &view->items[base_kind];
    sonda__span path;

    if (text.bytes.data == NULL || base->bytes.data == NULL ||
        (text.flags & SONDA_LINUX_ITEM_UNREADABLE) != 0) {
        return;
    }
    path = sonda__linux_resolve(&view->event->arena, base->bytes, text.bytes);
    text.flags |= base->flags;
    add_text(view, id, path, path.data != NULL ? flags_of(&text, path) : 0);
}

static void add_plain(payload_view *view, sonda_field_id id, uint32_t kind)
{
    const item *of = &view->items[kind];

    if (of->bytes.data != NULL && of->bytes.len > 0) {
        add_text(view, id, of->bytes, flags_of(of, of->bytes));
    }
}

/* Zero-terminated arguments as one line, the way /proc and Sysmon write it. */
static void add_command_line(payload_view *view)
{
    item arguments = view->items[SONDA_LINUX_ITEM_ARGUMENTS];
    uint32_t copied = u32_at(view, SONDA_LINUX_AT_ARGUMENTS_COPIED);
    size_t len = arguments.bytes.len < copied ? arguments.bytes.len : copied;
    char *line;

    if (arguments.bytes.data == NULL) {
        return;
    }
    if (len < u64_at(view, SONDA_LINUX_AT_ARGUMENTS_SIZE) &&
        (arguments.flags & SONDA_LINUX_ITEM_UNTRUSTED) == 0) {
        arguments.flags |= SONDA_LINUX_ITEM_TRUNCATED;
    }
    while (len > 0 && arguments.bytes.data[len - 1] == '\0') {
        len--;
    }
    line = sonda__arena_take(&view->event->arena, len + 1, 1);
    if (line != NULL) {
        memcpy(line, arguments.bytes.data, len);
        for (size_t i = 0; i < len; i++) {
            if (line[i] == '\0') {
                line[i] = ' ';
            }
        }
    }
    add_text(view, SONDA_FIELD_COMMAND_LINE, sonda__span_of(line, len),
             line != NULL ? flags_of(&arguments, sonda__span_of(line, len)) : 0);
}

/* "pts/3", "tty1", or the numbers of the device. */
static void add_terminal(payload_view *view)
{
    uint32_t device = u32_at(view, SONDA_LINUX_AT_TTY);
    uint32_t major = device >> 20;
    uint32_t minor = device & 0xfffffu;
    char text[32];
    size_t len = 0;

    if (device == 0) {
        return;
    }
    if (major >= 136 && major <= 143) {
        memcpy(text, "pts/", len = 4);
        minor += (major - 136) * 256;
    } else if (major == 4 && minor < 64) {
        memcpy(text, "tty", len = 3);
    } else if (major == 4) {
        memcpy(text, "ttyS", len = 4);
        minor -= 64;
    } else {
        len = sonda__format_decimal(major, text);
        text[len++] = ':';
    }
    len += sonda__format_decimal(minor, text + len);
    add_copy(view, SONDA_FIELD_TERMINAL, text, len);
}

static void add_user(payload_view *view)
{
    if (view->items[SONDA_LINUX_ITEM_USER].bytes.len > 0) {
        add_plain(view, SONDA_FIELD_USER, SONDA_LINUX_ITEM_USER);
    } else {
        add_number(view, SONDA_FIELD_USER, u32_at(view, SONDA_LINUX_AT_UID));
    }
}

static void add_thread_name(payload_view *view)
{
    const char *name = view->bytes.data + SONDA_LINUX_AT_COMM;
    const char *zero = memchr(name, '\0', COMM_SIZE);
    sonda__span text = sonda__span_of(name, zero != NULL ? (size_t)(zero - name) : COMM_SIZE);
    const item plain = {text, 0};

    add_text(view, SONDA_FIELD_THREAD_NAME, text, flags_of(&plain, text));
}

/* What every record says of the process. */
static void add_process(payload_view *view)
{
    add_number(view, SONDA_FIELD_PROCESS_ID, u32_at(view, SONDA_LINUX_AT_PID));
    add_number(view, SONDA_FIELD_PROCESS_START, u64_at(view, SONDA_LINUX_AT_START));
    add_number(view, SONDA_FIELD_THREAD_ID, u32_at(view, SONDA_LINUX_AT_TID));
    add_number(view, SONDA_FIELD_PARENT_PROCESS_ID, u32_at(view, SONDA_LINUX_AT_PARENT_PID));
    add_number(view, SONDA_FIELD_PARENT_PROCESS_START,
               u64_at(view, SONDA_LINUX_AT_PARENT_START));
    add_user(view);
    add_number(view, SONDA_FIELD_UID, u32_at(view, SONDA_LINUX_AT_UID));
    add_number(view, SONDA_FIELD_GID, u32_at(view, SONDA_LINUX_AT_GID));
    add_number(view, SONDA_FIELD_EFFECTIVE_UID, u32_at(view, SONDA_LINUX_AT_EUID));
    add_number(view, SONDA_FIELD_EFFECTIVE_GID, u32_at(view, SONDA_LINUX_AT_EGID));
    add_number(view, SONDA_FIELD_SAVED_UID, u32_at(view, SONDA_LINUX_AT_SUID));
    if (u32_at(view, SONDA_LINUX_AT_LOGIN_UID) != NOT_SET) {
        add_number(view, SONDA_FIELD_LOGIN_UID, u32_at(view, SONDA_LINUX_AT_LOGIN_UID));
        add_number(view, SONDA_FIELD_SESSION_ID, u32_at(view, SONDA_LINUX_AT_LOGIN_SESSION));
    }
    add_terminal(view);
    add_number(view, SONDA_FIELD_MOUNT_NAMESPACE, u32_at(view, SONDA_LINUX_AT_MOUNT_NS));
    add_number(view, SONDA_FIELD_PID_NAMESPACE, u32_at(view, SONDA_LINUX_AT_PID_NS));
    if (u32_at(view, SONDA_LINUX_AT_INNER_PID) != u32_at(view, SONDA_LINUX_AT_PID)) {
        add_number(view, SONDA_FIELD_INNER_PROCESS_ID, u32_at(view, SONDA_LINUX_AT_INNER_PID));
    }
    add_thread_name(view);
}

static void add_inode(payload_view *view)
{
    uint32_t device = u32_at(view, SONDA_LINUX_AT_DEVICE);
    char text[2 * SONDA__DECIMAL_MAX + 1];
    size_t len = sonda__format_decimal(device >> 20, text);

    text[len++] = ':';
    len += sonda__format_decimal(device & 0xfffffu, text + len);
    add_copy(view, SONDA_FIELD_DEVICE, text, len);
    add_number(view, SONDA_FIELD_INODE, u64_at(view, SONDA_LINUX_AT_INODE));
    add_number(view, SONDA_FIELD_LINK_COUNT, u32_at(view, SONDA_LINUX_AT_LINKS));
}

/* The id of a container: 64 hexadecimal digits in the control group's path. */
static void add_container(payload_view *view, sonda__span cgroup)
{
    size_t digits = 0;

    for (size_t i = 0; i <= cgroup.len; i++) {
        if (i < cgroup.len && sonda__hex_digit(cgroup.data[i]) >= 0) {
            digits++;
            continue;
        }
        if (digits == 64) {
            add_text(view, SONDA_FIELD_CONTAINER_ID, sonda__span_of(cgroup.data + i - 64, 64),
                     0);
            return;
        }
        digits = 0;
    }
}

static void add_exec(payload_view *view)
{
    add_walk(view, SONDA_FIELD_IMAGE, SONDA_LINUX_ITEM_IMAGE);
    add_command_line(view);
    add_walk(view, SONDA_FIELD_CURRENT_DIRECTORY, SONDA_LINUX_ITEM_DIRECTORY);
    add_plain(view, SONDA_FIELD_EXECUTED_PATH, SONDA_LINUX_ITEM_FILENAME);
    add_number(view, SONDA_FIELD_LOGON_ID, u32_at(view, SONDA_LINUX_AT_UID));
    add_hex(view, SONDA_FIELD_CAPABILITIES_EFFECTIVE,
            u64_at(view, SONDA_LINUX_AT_CAP_EFFECTIVE));
    add_hex(view, SONDA_FIELD_CAPABILITIES_PERMITTED,
            u64_at(view, SONDA_LINUX_AT_CAP_PERMITTED));
    add_number(view, SONDA_FIELD_ENVIRONMENT_SIZE,
               u64_at(view, SONDA_LINUX_AT_ENVIRONMENT_SIZE));
    add_walk(view, SONDA_FIELD_CGROUP, SONDA_LINUX_ITEM_CGROUP);
    add_container(view, sonda__event_text(view->event, SONDA_FIELD_CGROUP));
    if (u64_at(view, SONDA_LINUX_AT_INODE) != 0) {
        add_inode(view);
        add_octal(view, SONDA_FIELD_MODE, u32_at(view, SONDA_LINUX_AT_MODE) & PERMISSIONS);
    }
}

/* What wait() would say. */
static void add_exit(payload_view *view)
{
    uint32_t status = u32_at(view, SONDA_LINUX_AT_RESULT);

    add_number(view, SONDA_FIELD_EXIT_CODE, status >> 8 & 0xffu);
    if ((status & 0x7fu) != 0) {
        add_number(view, SONDA_FIELD_EXIT_SIGNAL, status & 0x7fu);
    }
}

static void add_target(payload_view *view)
{
    if ((u16_at(view, SONDA_LINUX_AT_FLAGS) & SONDA_LINUX_HEAD_BY_PATH) != 0) {
        add_path(view, SONDA_FIELD_TARGET_FILENAME, SONDA_LINUX_ITEM_TARGET_BASE,
                 SONDA_LINUX_ITEM_TARGET_TEXT);
        return;
    }
    add_walk(view, SONDA_FIELD_TARGET_FILENAME, SONDA_LINUX_ITEM_TARGET);
    add_inode(view);
}

static void add_file(payload_view *view, uint32_t type)
{
    uint32_t argument = u32_at(view, SONDA_LINUX_AT_ARGUMENT);

    add_target(view);
    if (type == SONDA_LINUX_OPEN) {
        add_hex(view, SONDA_FIELD_OPEN_FLAGS, argument);
        add_octal(view, SONDA_FIELD_MODE, u32_at(view, SONDA_LINUX_AT_MODE) & PERMISSIONS);
        add_number(view, SONDA_FIELD_TARGET_UID, u32_at(view, SONDA_LINUX_AT_OWNER_UID));
    } else if (type == SONDA_LINUX_RENAME) {
        add_path(view, SONDA_FIELD_SOURCE_FILENAME, SONDA_LINUX_ITEM_SOURCE_BASE,
                 SONDA_LINUX_ITEM_SOURCE_TEXT);
    } else if (type == SONDA_LINUX_CHMOD) {
        add_octal(view, SONDA_FIELD_MODE, argument & PERMISSIONS);
    } else if (type == SONDA_LINUX_CHOWN) {
        if (argument != NOT_SET) {
            add_number(view, SONDA_FIELD_TARGET_UID, argument);
        }
        if (u32_at(view, SONDA_LINUX_AT_ARGUMENT2) != NOT_SET) {
            add_number(view, SONDA_FIELD_TARGET_GID, u32_at(view, SONDA_LINUX_AT_ARGUMENT2));
        }
    }
}

/* One end of a connection: address, port, and whether it is IPv6. */
typedef struct endpoint_fields {
    sonda_field_id ip;
    sonda_field_id port;
    sonda_field_id is_ipv6;
} endpoint_fields;

static const endpoint_fields source_end = {SONDA_FIELD_SOURCE_IP, SONDA_FIELD_SOURCE_PORT,
                                           SONDA_FIELD_SOURCE_IS_IPV6};
static const endpoint_fields destination_end = {
    SONDA_FIELD_DESTINATION_IP, SONDA_FIELD_DESTINATION_PORT, SONDA_FIELD_DESTINATION_IS_IPV6};

/* An IPv6 socket that talks IPv4 has addresses of the form ::ffff:a.b.c.d. */
static bool is_mapped(const uint8_t *address)
{
    static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};

    return memcmp(address, prefix, sizeof prefix) == 0;
}

static void add_end(payload_view *view,
                    const endpoint_fields *fields,
                    size_t address_offset,
                    size_t port_offset)
{
    bool is_ipv6 = u16_at(view, SONDA_LINUX_AT_FAMILY) == FAMILY_IPV6;
    bool untrusted = fields == &destination_end && (u16_at(view, SONDA_LINUX_AT_FLAGS) &
                                                    SONDA_LINUX_HEAD_ADDRESS_UNTRUSTED) != 0;
    char text[SONDA__ADDRESS_TEXT_MAX];
    uint8_t address[16];
    size_t len;

    memcpy(address, view->bytes.data + address_offset, sizeof address);
    if (is_ipv6 && is_mapped(address)) {
        is_ipv6 = false;
        memmove(address, address + 12, 4);
    }
    len = is_ipv6 ? sonda__format_ipv6(address, text) : sonda__format_ipv4(address, text);
    view->status =
        view->status != SONDA_OK
            ? view->status
            : sonda__event_add_copy(view->event, fields->ip, sonda__span_of(text, len),
                                    untrusted ? SONDA_VALUE_UNTRUSTED : 0);
    add_number(view, fields->port, u16_at(view, port_offset));
    add_static(view, fields->is_ipv6, is_ipv6 ? "true" : "false");
}

static void add_protocol(payload_view *view)
{
    uint32_t protocol = u16_at(view, SONDA_LINUX_AT_PROTOCOL);

    if (protocol == PROTOCOL_TCP) {
        add_static(view, SONDA_FIELD_PROTOCOL, "tcp");
    } else if (protocol == PROTOCOL_UDP) {
        add_static(view, SONDA_FIELD_PROTOCOL, "udp");
    } else {
        add_number(view, SONDA_FIELD_PROTOCOL, protocol);
    }
}

/* The source is whoever began the connection, as Sysmon has it. */
static void add_network(payload_view *view, uint32_t type)
{
    bool local_is_source = type != SONDA_LINUX_ACCEPT;
    int32_t result = s32_at(view, SONDA_LINUX_AT_RESULT);
    char text[SONDA__DECIMAL_MAX];

    add_protocol(view);
    add_end(view, local_is_source ? &source_end : &destination_end,
            SONDA_LINUX_AT_LOCAL_ADDRESS, SONDA_LINUX_AT_LOCAL_PORT);
    if (type == SONDA_LINUX_BIND) {
        return;
    }
    add_end(view, local_is_source ? &destination_end : &source_end,
            SONDA_LINUX_AT_REMOTE_ADDRESS, SONDA_LINUX_AT_REMOTE_PORT);
    add_static(view, SONDA_FIELD_INITIATED, local_is_source ? "true" : "false");
    if (result < 0) {
        add_copy(view, SONDA_FIELD_RETURN_CODE, text, sonda__format_signed(result, text));
        if (result != IN_PROGRESS) {
            view->event->activity_id = NETWORK_FAIL;
        }
    }
}

static const struct {
    uint32_t class_uid;
    uint32_t activity_id;
} kinds[SONDA_LINUX_TYPE_COUNT] = {
    [SONDA_LINUX_EXEC] = {SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH},
    [SONDA_LINUX_FORK] = {SONDA_CLASS_PROCESS, SONDA_ACTIVITY_OTHER},
    [SONDA_LINUX_EXIT] = {SONDA_CLASS_PROCESS, SONDA_PROCESS_TERMINATE},
    [SONDA_LINUX_OPEN] = {SONDA_CLASS_FILE, SONDA_FILE_UPDATE},
    [SONDA_LINUX_RENAME] = {SONDA_CLASS_FILE, SONDA_FILE_RENAME},
    [SONDA_LINUX_DELETE] = {SONDA_CLASS_FILE, SONDA_FILE_DELETE},
    [SONDA_LINUX_CHMOD] = {SONDA_CLASS_FILE, SONDA_FILE_SET_ATTRIBUTES},
    [SONDA_LINUX_CHOWN] = {SONDA_CLASS_FILE, SONDA_FILE_SET_SECURITY},
    [SONDA_LINUX_CONNECT] = {SONDA_CLASS_NETWORK, SONDA_NETWORK_OPEN},
    [SONDA_LINUX_ACCEPT] = {SONDA_CLASS_NETWORK, SONDA_NETWORK_OPEN},
    [SONDA_LINUX_BIND] = {SONDA_CLASS_NETWORK, SONDA_NETWORK_LISTEN},
};

static void fill_event(payload_view *view, uint32_t type)
{
    sonda_event *event = view->event;

    event->class_uid = kinds[type].class_uid;
    event->activity_id = kinds[type].activity_id;
    event->product = SONDA_PRODUCT_LINUX;
    if (type == SONDA_LINUX_OPEN && u32_at(view, SONDA_LINUX_AT_ARGUMENT2) == 1) {
        event->activity_id = SONDA_FILE_CREATE;
    }
    if (type == SONDA_LINUX_EXEC) {
        add_exec(view);
    } else if (type == SONDA_LINUX_EXIT) {
        add_exit(view);
    } else if (event->class_uid == SONDA_CLASS_FILE) {
        add_file(view, type);
    } else if (event->class_uid == SONDA_CLASS_NETWORK) {
        add_network(view, type);
    }
    add_process(view);
}

/* Remembers one item; the first of a kind counts. */
static void read_item(payload_view *view, sonda__reader *reader)
{
    uint32_t kind = sonda__reader_u16le(reader);
    uint16_t flags = sonda__reader_u16le(reader);
    uint32_t len = sonda__reader_u32le(reader);
    sonda__span bytes = sonda__reader_bytes(reader, len);
    size_t left = sonda__reader_left(reader);
    size_t padding = (8u - (len & 7u)) & 7u;

    sonda__reader_skip(reader, padding < left ? padding : left);
    if (reader->status == SONDA_OK && kind < ITEM_KINDS &&
        view->items[kind].bytes.data == NULL) {
        view->items[kind].bytes = bytes.data != NULL ? bytes : sonda__span_of("", 0);
        view->items[kind].flags = flags;
    }
}

sonda_status sonda__decode_linux(sonda_event *event, sonda__span payload, sonda_error *error)
{
    payload_view view = {.bytes = payload, .event = event, .status = SONDA_OK};
    sonda__reader reader;
    uint32_t type;

    sonda__reader_init(&reader, payload.data, payload.len);
    sonda__reader_skip(&reader, SONDA_LINUX_HEAD_SIZE);
    if (reader.status != SONDA_OK) {
        return sonda__error_set(error, SONDA_ERR_TRUNCATED, payload.len,
                                "Linux record: its head is cut short");
    }
    type = u16_at(&view, SONDA_LINUX_AT_TYPE);
    if (type == 0 || type >= SONDA_LINUX_TYPE_COUNT || type != event->header.type) {
        return sonda__error_set(error, SONDA_ERR_MALFORMED, SONDA_LINUX_AT_TYPE,
                                "Linux record: %u is no type, or not its header's",
                                (uint64_t)type);
    }
    if (u32_at(&view, SONDA_LINUX_AT_SIZE) != payload.len) {
        return sonda__error_set(error, SONDA_ERR_MALFORMED, SONDA_LINUX_AT_SIZE,
                                "Linux record: its length is not the payload's");
    }
    while (sonda__reader_left(&reader) > 0) {
        size_t offset = payload.len - sonda__reader_left(&reader);

        read_item(&view, &reader);
        if (reader.status != SONDA_OK) {
            return sonda__error_set(error, SONDA_ERR_TRUNCATED, offset,
                                    "Linux record: an item ends behind the record");
        }
    }
    fill_event(&view, type);
    if (view.status != SONDA_OK) {
        return sonda__error_set(error, view.status, 0, "Linux record: no room for its fields");
    }
    return SONDA_OK;
}
