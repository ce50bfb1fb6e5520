/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Records of the Windows driver to events, under Sysmon's names where it has
 * the same.
 *
 * The kernel's names become those that people and rules use: the device of a
 * volume its drive letter, where the user part said which, and the registry's
 * root HKLM or HKU. What is not known is left as the kernel has it. A process
 * that acts on another is the source, as in Sysmon's events 8 and 10.
 *
 * Layer 3 (normalise): uses base, codec, event.
 */

#include "core/normalise/driver_record.h"

#include "core/base/error.h"
#include "core/codec/number.h"
#include "core/codec/reader.h"
#include "core/codec/time_text.h"
#include "core/codec/utf8.h"
#include "sonda/spi/driver_record.h"

#define ITEM_KINDS (SONDA_DRIVER_ITEM_DIRECTORY + 1u)
#define REG_SZ 1u
#define REG_EXPAND_SZ 2u
#define REG_DWORD 4u
#define REG_LINK 6u
#define REG_QWORD 11u
/* OCSF's activity for a kernel extension that was loaded. */
#define DRIVER_LOAD 1u
/* A machine has 26 letters; more volumes keep the kernel's names. */
#define DRIVES_MAX 26u

typedef struct item {
    sonda__span bytes; /* `data` is NULL: not there */
    uint16_t flags;    /* SONDA_DRIVER_ITEM_… */
} item;

typedef struct payload_view {
    sonda__span bytes;
    item items[ITEM_KINDS];
    sonda__span drives[DRIVES_MAX];
    size_t drive_count;
    sonda_event *event;
    sonda_status status; /* of the first field that could not be added */
} payload_view;

/* Numbers of the head: its size was checked, so offsets below it hold. */
static uint32_t u32_at(const payload_view *view, size_t offset)
{
    sonda__reader reader;

    sonda__reader_init(&reader, view->bytes.data + offset, SONDA_DRIVER_HEAD_SIZE - offset);
    return sonda__reader_u32le(&reader);
}

static uint64_t u64_at(const payload_view *view, size_t offset)
{
    return u32_at(view, offset) | (uint64_t)u32_at(view, offset + 4) << 32;
}

static void keep(payload_view *view, sonda_status status)
{
    view->status = view->status == SONDA_OK ? status : view->status;
}

static void add_number(payload_view *view, sonda_field_id id, size_t offset)
{
    keep(view, sonda__event_add_number(view->event, id, u32_at(view, offset)));
}

static void add_hex(payload_view *view, sonda_field_id id, uint64_t number)
{
    char text[SONDA__HEX_MAX];

    keep(view, sonda__event_add_copy(view->event, id,
                                     sonda__span_of(text, sonda__format_hex(number, text)), 0));
}

static void add_static(payload_view *view, sonda_field_id id, const char *text)
{
    keep(view,
         sonda__event_add(view->event, id, sonda__span_of("", 0), sonda__span_text(text), 0));
}

/* A start of a process: nanoseconds since 1970, as every source's. */
static void add_start(payload_view *view, sonda_field_id id, size_t offset)
{
    uint64_t filetime = u64_at(view, offset);

    if (filetime != 0) {
        keep(view, sonda__event_add_number(view->event, id, sonda__time_of_filetime(filetime)));
    }
}

/* Copies `front` and the UTF-16 text behind it into the arena; `data` is NULL
 * where there is no room. An odd last byte is no character and is left out. */
static sonda__span
text_of(payload_view *view, sonda__span front, sonda__span utf16, uint16_t *flags)
{
    sonda__span even = sonda__span_of(utf16.data, utf16.len & ~(size_t)1);
    size_t room;
    char *out = sonda__arena_rest(&view->event->arena, &room);
    bool ill_formed = false;
    size_t len = 0;

    if (out == NULL || room < front.len ||
        sonda__utf16le_to_utf8(even, out + front.len, room - front.len, &len, &ill_formed) !=
            SONDA_OK) {
        return sonda__span_of(NULL, 0);
    }
    memcpy(out, front.data, front.len);
    sonda__arena_keep(&view->event->arena, front.len + len);
    *flags |= ill_formed ? SONDA_VALUE_ILL_FORMED : 0;
    return sonda__span_of(out, front.len + len);
}

static bool unit_is(sonda__span utf16, size_t unit, char c)
{
    return 2 * unit + 1 < utf16.len && utf16.data[2 * unit] == c &&
           utf16.data[2 * unit + 1] == '\0';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* Whether UTF-16 begins with ASCII, in any case, up to a backslash or its end. */
static bool begins_with(sonda__span utf16, const char *ascii)
{
    size_t i = 0;

    for (; ascii[i] != '\0'; i++) {
        if (2 * i + 1 >= utf16.len || utf16.data[2 * i + 1] != '\0' ||
            lower(utf16.data[2 * i]) != lower(ascii[i])) {
            return false;
        }
    }
    return 2 * i >= utf16.len || unit_is(utf16, i, '\\');
}

static sonda__span behind(sonda__span utf16, size_t units)
{
    return sonda__span_of(utf16.data + 2 * units, utf16.len - 2 * units);
}

/* The letter of the volume, and what stands behind the volume's name. */
static bool
has_drive(const payload_view *view, sonda__span path, char *letter, sonda__span *rest)
{
    for (size_t i = 0; i < view->drive_count; i++) {
        sonda__span device = behind(view->drives[i], 3);
        size_t units = device.len / 2;

        if (path.len >= device.len && memcmp(path.data, device.data, 2 * units) == 0 &&
            (path.len == device.len || unit_is(path, units, '\\'))) {
            *letter = view->drives[i].data[0];
            *rest = behind(path, units);
            return true;
        }
    }
    return false;
}

/* \??\C:\x is C:\x; \Device\HarddiskVolume3\x is C:\x where that is known. */
static sonda__span path_of(payload_view *view, sonda__span path, uint16_t *flags)
{
    char drive[2] = {0, ':'};
    sonda__span rest = path;

    if (begins_with(path, "\\??")) {
        return text_of(view, sonda__span_of("", 0), path.len > 8 ? behind(path, 4) : path,
                       flags);
    }
    return has_drive(view, path, &drive[0], &rest)
               ? text_of(view, sonda__span_of(drive, 2), rest, flags)
               : text_of(view, sonda__span_of("", 0), path, flags);
}

static void add_text(payload_view *view, sonda_field_id id, sonda__span text, uint16_t flags)
{
    keep(view, text.data != NULL
                   ? sonda__event_add(view->event, id, sonda__span_of("", 0), text, flags)
                   : SONDA_ERR_LIMIT);
}

static uint16_t flags_of(const item *of)
{
    return (of->flags & SONDA_DRIVER_ITEM_TRUNCATED) != 0 ? SONDA_VALUE_TRUNCATED : 0;
}

static void add_item(payload_view *view, sonda_field_id id, uint32_t kind, bool is_path)
{
    const item *of = &view->items[kind];
    uint16_t flags = flags_of(of);

    if (of->bytes.data != NULL) {
        sonda__span text = is_path ? path_of(view, of->bytes, &flags)
                                   : text_of(view, sonda__span_of("", 0), of->bytes, &flags);

        add_text(view, id, text, flags);
    }
}

/* ---- processes ---- */

static void add_process(payload_view *view)
{
    add_number(view, SONDA_FIELD_PROCESS_ID, SONDA_DRIVER_AT_PID);
    add_start(view, SONDA_FIELD_PROCESS_START, SONDA_DRIVER_AT_START);
    add_item(view, SONDA_FIELD_IMAGE, SONDA_DRIVER_ITEM_IMAGE, true);
    add_item(view, SONDA_FIELD_USER, SONDA_DRIVER_ITEM_USER, false);
}

static void add_start_of_process(payload_view *view)
{
    add_item(view, SONDA_FIELD_IMAGE, SONDA_DRIVER_ITEM_NAME, true);
    add_item(view, SONDA_FIELD_COMMAND_LINE, SONDA_DRIVER_ITEM_COMMAND_LINE, false);
    add_item(view, SONDA_FIELD_CURRENT_DIRECTORY, SONDA_DRIVER_ITEM_DIRECTORY, true);
    add_number(view, SONDA_FIELD_PARENT_PROCESS_ID, SONDA_DRIVER_AT_OTHER_PID);
    add_start(view, SONDA_FIELD_PARENT_PROCESS_START, SONDA_DRIVER_AT_OTHER_START);
    add_item(view, SONDA_FIELD_PARENT_IMAGE, SONDA_DRIVER_ITEM_OTHER_IMAGE, true);
    add_number(view, SONDA_FIELD_TERMINAL_SESSION_ID, SONDA_DRIVER_AT_SESSION);
    add_process(view);
}

/* One process that acts on another. */
static void add_pair(payload_view *view)
{
    add_number(view, SONDA_FIELD_SOURCE_PROCESS_ID, SONDA_DRIVER_AT_PID);
    add_number(view, SONDA_FIELD_SOURCE_THREAD_ID, SONDA_DRIVER_AT_TID);
    add_item(view, SONDA_FIELD_SOURCE_IMAGE, SONDA_DRIVER_ITEM_IMAGE, true);
    add_item(view, SONDA_FIELD_SOURCE_USER, SONDA_DRIVER_ITEM_USER, false);
    add_number(view, SONDA_FIELD_TARGET_PROCESS_ID, SONDA_DRIVER_AT_OTHER_PID);
    add_item(view, SONDA_FIELD_TARGET_IMAGE, SONDA_DRIVER_ITEM_OTHER_IMAGE, true);
}

static void add_image_load(payload_view *view)
{
    add_item(view, SONDA_FIELD_IMAGE_LOADED, SONDA_DRIVER_ITEM_NAME, true);
    if (u32_at(view, SONDA_DRIVER_AT_PID) == 0) {
        view->event->class_uid = SONDA_CLASS_KERNEL_EXTENSION;
        view->event->activity_id = DRIVER_LOAD;
        return;
    }
    add_process(view);
}

/* ---- files ---- */

static void add_file(payload_view *view, uint32_t type)
{
    bool renamed = type == SONDA_DRIVER_FILE_RENAME || type == SONDA_DRIVER_FILE_LINK;

    add_item(view, SONDA_FIELD_TARGET_FILENAME,
             renamed ? SONDA_DRIVER_ITEM_TARGET_NAME : SONDA_DRIVER_ITEM_NAME, true);
    if (renamed) {
        add_item(view, SONDA_FIELD_SOURCE_FILENAME, SONDA_DRIVER_ITEM_NAME, true);
    } else if (type == SONDA_DRIVER_FILE_SIZE) {
        keep(view, sonda__event_add_number(view->event, SONDA_FIELD_FILE_SIZE,
                                           u64_at(view, SONDA_DRIVER_AT_LENGTH)));
    } else if (type == SONDA_DRIVER_FILE_CREATE || type == SONDA_DRIVER_FILE_EXECUTE) {
        add_hex(view, SONDA_FIELD_ACCESS_MASK, u32_at(view, SONDA_DRIVER_AT_ARGUMENT));
    } else if (type == SONDA_DRIVER_FILE_DELETE &&
               (u32_at(view, SONDA_DRIVER_AT_ARGUMENT) & 1u) == 0) {
        view->event->activity_id = SONDA_ACTIVITY_OTHER; /* the mark was taken back */
    }
    add_process(view);
}

/* ---- registry ---- */

/* The key, a backslash, and the name of the value. */
static sonda__span
behind_key(payload_view *view, sonda__span key, sonda__span value, uint16_t *flags)
{
    char *whole = sonda__arena_take(&view->event->arena, key.len + 1, 1);

    if (whole == NULL) {
        return sonda__span_of(NULL, 0);
    }
    memcpy(whole, key.data, key.len);
    whole[key.len] = '\\';
    if (value.len == 0) {
        value = sonda__span_of("(\0D\0e\0f\0a\0u\0l\0t\0)\0", 18);
    }
    return text_of(view, sonda__span_of(whole, key.len + 1), value, flags);
}

/* \REGISTRY\MACHINE\x is HKLM\x, \REGISTRY\USER\x is HKU\x; then the value's name. */
static void add_key(payload_view *view)
{
    sonda__span key = view->items[SONDA_DRIVER_ITEM_NAME].bytes;
    sonda__span value = view->items[SONDA_DRIVER_ITEM_VALUE_NAME].bytes;
    uint16_t flags = flags_of(&view->items[SONDA_DRIVER_ITEM_NAME]);
    sonda__span front = sonda__span_of("", 0);
    sonda__span text;

    if (key.data == NULL) {
        return;
    }
    if (begins_with(key, "\\REGISTRY\\MACHINE")) {
        front = sonda__span_text("HKLM");
        key = behind(key, sizeof "\\REGISTRY\\MACHINE" - 1);
    } else if (begins_with(key, "\\REGISTRY\\USER")) {
        front = sonda__span_text("HKU");
        key = behind(key, sizeof "\\REGISTRY\\USER" - 1);
    }
    text = text_of(view, front, key, &flags);
    if (value.data != NULL && text.data != NULL) {
        text = behind_key(view, text, value, &flags);
    }
    add_text(view, SONDA_FIELD_TARGET_OBJECT, text, flags);
}

/* "0x" and eight digits. */
static size_t put_word(char *out, uint32_t word)
{
    memcpy(out, "0x", 2);
    for (size_t i = 0; i < 8; i++) {
        out[2 + i] = "0123456789abcdef"[word >> (28 - 4 * i) & 15u];
    }
    return 10;
}

/* As Sysmon writes the data of a value. */
static void add_details(payload_view *view)
{
    const item *data = &view->items[SONDA_DRIVER_ITEM_VALUE_DATA];
    uint32_t type = u32_at(view, SONDA_DRIVER_AT_ARGUMENT);
    sonda__span bytes = data->bytes;
    uint16_t flags = flags_of(data);
    char text[40] = "QWORD (";
    size_t len = 7;
    sonda__reader reader;

    sonda__reader_init(&reader, bytes.data, bytes.len);
    if (bytes.data != NULL && (type == REG_SZ || type == REG_EXPAND_SZ || type == REG_LINK)) {
        while (bytes.len >= 2 && unit_is(bytes, bytes.len / 2 - 1, '\0')) {
            bytes.len = (bytes.len / 2 - 1) * 2;
        }
        add_text(view, SONDA_FIELD_DETAILS, text_of(view, sonda__span_of("", 0), bytes, &flags),
                 flags);
        return;
    }
    if (type == REG_DWORD && bytes.len >= 4) {
        text[0] = 'D';
        len += put_word(text + len, sonda__reader_u32le(&reader));
    } else if (type == REG_QWORD && bytes.len >= 8) {
        uint32_t low = sonda__reader_u32le(&reader);

        len += put_word(text + len, sonda__reader_u32le(&reader));
        text[len++] = '-';
        len += put_word(text + len, low);
    } else {
        add_static(view, SONDA_FIELD_DETAILS, "Binary Data");
        return;
    }
    text[len++] = ')';
    keep(view,
         sonda__event_add_copy(view->event, SONDA_FIELD_DETAILS, sonda__span_of(text, len), 0));
}

static void add_registry(payload_view *view, uint32_t type)
{
    static const char *const types[SONDA_DRIVER_TYPE_COUNT] = {
        [SONDA_DRIVER_KEY_CREATE] = "CreateKey",     [SONDA_DRIVER_KEY_DELETE] = "DeleteKey",
        [SONDA_DRIVER_KEY_RENAME] = "RenameKey",     [SONDA_DRIVER_VALUE_SET] = "SetValue",
        [SONDA_DRIVER_VALUE_DELETE] = "DeleteValue",
    };

    add_static(view, SONDA_FIELD_EVENT_TYPE, types[type]);
    add_key(view);
    if (type == SONDA_DRIVER_KEY_RENAME) {
        add_item(view, SONDA_FIELD_NEW_NAME, SONDA_DRIVER_ITEM_TARGET_NAME, false);
    } else if (type == SONDA_DRIVER_VALUE_SET) {
        add_details(view);
    }
    add_process(view);
}

/* ---- all ---- */

static const struct {
    uint32_t class_uid;
    uint32_t activity_id;
} kinds[SONDA_DRIVER_TYPE_COUNT] = {
    [SONDA_DRIVER_PROCESS_START] = {SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH},
    [SONDA_DRIVER_PROCESS_STOP] = {SONDA_CLASS_PROCESS, SONDA_PROCESS_TERMINATE},
    [SONDA_DRIVER_REMOTE_THREAD] = {SONDA_CLASS_PROCESS, SONDA_PROCESS_INJECT},
    [SONDA_DRIVER_IMAGE_LOAD] = {SONDA_CLASS_MODULE, SONDA_MODULE_LOAD},
    [SONDA_DRIVER_FILE_CREATE] = {SONDA_CLASS_FILE, SONDA_FILE_CREATE},
    [SONDA_DRIVER_FILE_EXECUTE] = {SONDA_CLASS_FILE, SONDA_FILE_OPEN},
    [SONDA_DRIVER_FILE_WRITE] = {SONDA_CLASS_FILE, SONDA_FILE_UPDATE},
    [SONDA_DRIVER_FILE_MAP_WRITE] = {SONDA_CLASS_FILE, SONDA_FILE_UPDATE},
    [SONDA_DRIVER_FILE_RENAME] = {SONDA_CLASS_FILE, SONDA_FILE_RENAME},
    [SONDA_DRIVER_FILE_LINK] = {SONDA_CLASS_FILE, SONDA_ACTIVITY_OTHER},
    [SONDA_DRIVER_FILE_DELETE] = {SONDA_CLASS_FILE, SONDA_FILE_DELETE},
    [SONDA_DRIVER_FILE_SIZE] = {SONDA_CLASS_FILE, SONDA_FILE_UPDATE},
    [SONDA_DRIVER_FILE_CLEANUP] = {SONDA_CLASS_FILE, SONDA_ACTIVITY_OTHER},
    [SONDA_DRIVER_KEY_CREATE] = {SONDA_CLASS_REGISTRY_KEY, SONDA_REGISTRY_CREATE},
    [SONDA_DRIVER_KEY_DELETE] = {SONDA_CLASS_REGISTRY_KEY, SONDA_REGISTRY_DELETE},
    [SONDA_DRIVER_KEY_RENAME] = {SONDA_CLASS_REGISTRY_KEY, SONDA_REGISTRY_RENAME},
    [SONDA_DRIVER_VALUE_SET] = {SONDA_CLASS_REGISTRY_VALUE, SONDA_REGISTRY_MODIFY},
    [SONDA_DRIVER_VALUE_DELETE] = {SONDA_CLASS_REGISTRY_VALUE, SONDA_REGISTRY_DELETE},
    [SONDA_DRIVER_PROCESS_HANDLE] = {SONDA_CLASS_PROCESS, SONDA_PROCESS_OPEN},
};

static void fill_event(payload_view *view, uint32_t type)
{
    view->event->class_uid = kinds[type].class_uid;
    view->event->activity_id = kinds[type].activity_id;
    view->event->product = SONDA_PRODUCT_WINDOWS;
    switch (type) {
    case SONDA_DRIVER_PROCESS_START:
        add_start_of_process(view);
        break;
    case SONDA_DRIVER_PROCESS_STOP:
        add_number(view, SONDA_FIELD_EXIT_CODE, SONDA_DRIVER_AT_ARGUMENT);
        add_process(view);
        break;
    case SONDA_DRIVER_REMOTE_THREAD:
        add_pair(view);
        add_number(view, SONDA_FIELD_NEW_THREAD_ID, SONDA_DRIVER_AT_OTHER_ID);
        break;
    case SONDA_DRIVER_PROCESS_HANDLE:
        add_pair(view);
        add_hex(view, SONDA_FIELD_GRANTED_ACCESS, u32_at(view, SONDA_DRIVER_AT_ARGUMENT2));
        add_hex(view, SONDA_FIELD_ACCESS_MASK, u32_at(view, SONDA_DRIVER_AT_ARGUMENT));
        break;
    case SONDA_DRIVER_IMAGE_LOAD:
        add_image_load(view);
        break;
    default:
        if (type >= SONDA_DRIVER_KEY_CREATE) {
            add_registry(view, type);
        } else {
            add_file(view, type);
        }
        break;
    }
}

/* Remembers one item; the first of a kind counts, but drives add up. */
static void read_item(payload_view *view, sonda__reader *reader)
{
    uint32_t kind = sonda__reader_u16le(reader);
    uint16_t flags = sonda__reader_u16le(reader);
    uint32_t len = sonda__reader_u32le(reader);
    sonda__span bytes = sonda__reader_bytes(reader, len);
    size_t left = sonda__reader_left(reader);
    size_t padding = (8u - (len & 7u)) & 7u;

    sonda__reader_skip(reader, padding < left ? padding : left);
    if (reader->status != SONDA_OK || kind >= ITEM_KINDS) {
        return;
    }
    bytes = bytes.data != NULL ? bytes : sonda__span_of("", 0);
    if (kind == SONDA_DRIVER_ITEM_DRIVE) {
        /* "C:", a zero, the device's name. */
        if (view->drive_count < DRIVES_MAX && bytes.len > 6 && unit_is(bytes, 1, ':') &&
            unit_is(bytes, 2, '\0')) {
            view->drives[view->drive_count++] = bytes;
        }
    } else if (view->items[kind].bytes.data == NULL) {
        view->items[kind].bytes = bytes;
        view->items[kind].flags = flags;
    }
}

static sonda_status read_items(payload_view *view, sonda__reader *reader, sonda_error *error)
{
    while (sonda__reader_left(reader) > 0) {
        size_t offset = view->bytes.len - sonda__reader_left(reader);

        read_item(view, reader);
        if (reader->status != SONDA_OK) {
            return sonda__error_set(error, SONDA_ERR_TRUNCATED, offset,
                                    "driver record: an item ends behind the record");
        }
    }
    return SONDA_OK;
}

sonda_status sonda__decode_driver(sonda_event *event, sonda__span payload, sonda_error *error)
{
    payload_view view = {.bytes = payload, .event = event, .status = SONDA_OK};
    sonda__reader reader;
    sonda_status status;
    uint32_t type;

    sonda__reader_init(&reader, payload.data, payload.len);
    sonda__reader_skip(&reader, SONDA_DRIVER_HEAD_SIZE);
    if (reader.status != SONDA_OK) {
        return sonda__error_set(error, SONDA_ERR_TRUNCATED, payload.len,
                                "driver record: its head is cut short");
    }
    type = u32_at(&view, SONDA_DRIVER_AT_TYPE) & 0xffffu;
    if (type == 0 || type >= SONDA_DRIVER_TYPE_COUNT || type != event->header.type) {
        return sonda__error_set(error, SONDA_ERR_MALFORMED, SONDA_DRIVER_AT_TYPE,
                                "driver record: %u is no type, or not its header's",
                                (uint64_t)type);
    }
    if (event->header.version != SONDA_DRIVER_VERSION) {
        return sonda__error_set(error, SONDA_ERR_UNSUPPORTED, 0,
                                "driver record: version %u, not 1",
                                (uint64_t)event->header.version);
    }
    if (u32_at(&view, SONDA_DRIVER_AT_SIZE) != payload.len) {
        return sonda__error_set(error, SONDA_ERR_MALFORMED, SONDA_DRIVER_AT_SIZE,
                                "driver record: its length is not the payload's");
    }
    status = read_items(&view, &reader, error);
    if (status != SONDA_OK) {
        return status;
    }
    event->time_ns = sonda__time_of_filetime(u64_at(&view, SONDA_DRIVER_AT_TIME));
    fill_event(&view, type);
    if (view.status != SONDA_OK) {
        return sonda__error_set(error, view.status, 0, "driver record: no room for its fields");
    }
    return SONDA_OK;
}
