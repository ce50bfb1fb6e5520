/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Resolving objects, volumes and the two halves of a process start.
 *
 * Nothing waits: what has not been told yet is missing in the event, and the
 * same records in the same order give the same events.
 *
 * Layer 3 (track): uses base and event. Allocates at open only.
 */

#include "core/track/etw_join.h"

#include "core/base/allocate.h"
#include "core/base/limits.h"
#include "core/codec/number.h"
#include "core/event/value.h"
#include "sonda/finding.h"

/* Kinds of sonda__object_key. */
#define KIND_FILE 0u
#define KIND_KEY 1u

/* Processes whose first thread is still to come: begun, at most this long ago. */
#define STARTS 256u
/* The two halves of a start are a moment apart; a pid needs longer to come back. */
#define HALVES_NS (UINT64_C(10) * 1000 * 1000 * 1000)

typedef struct volume {
    size_t device_len;
    size_t letter_len;
    char device[SONDA__VOLUME_NAME_MAX];
    char letter[SONDA__VOLUME_NAME_MAX];
} volume;

typedef struct start {
    uint64_t pid; /* 0: none, or its first thread has come */
} start;

struct sonda__etw_join {
    sonda__object_names *names;
    bool classic_seen; /* the classic event is the event of a start */
    size_t volume_count;
    volume volumes[SONDA__VOLUMES_MAX];
    start starts[STARTS];
    sonda_allocator allocator;
};

sonda_status sonda__etw_join_open(sonda__etw_join **join, const sonda_allocator *allocator)
{
    sonda__etw_join *opened = sonda__allocate_zeroed(allocator, 1, sizeof *opened);
    sonda_status status;

    if (opened == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    opened->allocator = *allocator;
    status = sonda__object_names_open(&opened->names, SONDA__OBJECT_NAMES_MAX,
                                      SONDA__OBJECT_TEXT_BYTES, allocator);
    if (status != SONDA_OK) {
        sonda__etw_join_close(opened);
        return status;
    }
    *join = opened;
    return SONDA_OK;
}

void sonda__etw_join_close(sonda__etw_join *join)
{
    if (join != NULL) {
        sonda_allocator allocator = join->allocator;

        sonda__object_names_close(join->names);
        sonda__release(&allocator, join);
    }
}

uint64_t sonda__etw_join_memory(void)
{
    /* An entry, and its part of the buckets. */
    return sizeof(sonda__etw_join) + SONDA__OBJECT_NAMES_MAX * UINT64_C(48) +
           SONDA__OBJECT_TEXT_BYTES;
}

void sonda__etw_join_get_numbers(const sonda__etw_join *join, sonda__object_numbers *numbers)
{
    sonda__object_names_get_numbers(join->names, numbers);
}

/* ---- paths ---- */

static bool begins_with(sonda__span path, const char *with, size_t len)
{
    return path.len >= len &&
           sonda__span_equal_ascii_case(sonda__span_of(path.data, len),
                                        sonda__span_of(with, len)) &&
           (path.len == len || path.data[len] == '\\');
}

/* `text` with `old_len` bytes at its front replaced, in the event's arena. */
static sonda__span
replace_front(sonda_event *event, sonda__span text, size_t old_len, sonda__span front)
{
    size_t rest = text.len - old_len;
    char *out = sonda__arena_take(&event->arena, front.len + rest, 1);

    if (out == NULL) {
        return text;
    }
    memcpy(out, front.data, front.len);
    if (rest > 0) {
        memcpy(out + front.len, text.data + old_len, rest);
    }
    return sonda__span_of(out, front.len + rest);
}

static sonda__span by_letter(const sonda__etw_join *join, sonda_event *event, sonda__span path)
{
    if (path.len == 0 || path.data[0] != '\\') {
        return path;
    }
    for (size_t i = 0; i < join->volume_count; i++) {
        const volume *v = &join->volumes[i];

        if (begins_with(path, v->device, v->device_len)) {
            return replace_front(event, path, v->device_len,
                                 sonda__span_of(v->letter, v->letter_len));
        }
    }
    return path;
}

/* Registry paths as Sysmon writes them. */
static sonda__span by_hive(sonda_event *event, sonda__span key)
{
    static const char machine[] = "\\REGISTRY\\MACHINE";
    static const char user[] = "\\REGISTRY\\USER";

    if (begins_with(key, machine, sizeof machine - 1)) {
        return replace_front(event, key, sizeof machine - 1, sonda__span_text("HKLM"));
    }
    if (begins_with(key, user, sizeof user - 1)) {
        return replace_front(event, key, sizeof user - 1, sonda__span_text("HKU"));
    }
    return key;
}

static void learn_volume(sonda__etw_join *join, const sonda_event *event)
{
    sonda__span device = event->link.name;
    sonda__span letter = event->link.leaf;
    size_t at = 0;
    volume *v;

    while (device.len > 0 && device.data[device.len - 1] == '\\') {
        device.len--;
    }
    while (letter.len > 0 && letter.data[letter.len - 1] == '\\') {
        letter.len--;
    }
    if (device.len == 0 || device.len > SONDA__VOLUME_NAME_MAX || letter.len == 0 ||
        letter.len > SONDA__VOLUME_NAME_MAX) {
        return;
    }
    while (at < join->volume_count &&
           !(join->volumes[at].device_len == device.len &&
             memcmp(join->volumes[at].device, device.data, device.len) == 0)) {
        at++;
    }
    if (at == SONDA__VOLUMES_MAX) {
        return;
    }
    v = &join->volumes[at];
    join->volume_count += at == join->volume_count;
    v->device_len = device.len;
    v->letter_len = letter.len;
    memcpy(v->device, device.data, device.len);
    memcpy(v->letter, letter.data, letter.len);
}

/* Fields that hold paths of files. */
static void name_volumes(const sonda__etw_join *join, sonda_event *event)
{
    for (size_t i = 0; i < event->field_count && join->volume_count > 0; i++) {
        sonda__field *field = &event->fields[i];

        if (field->id == SONDA_FIELD_IMAGE || field->id == SONDA_FIELD_IMAGE_LOADED ||
            field->id == SONDA_FIELD_TARGET_FILENAME) {
            field->text = by_letter(join, event, field->text);
        }
    }
}

/* ---- objects ---- */

static sonda__object_key key_of(const sonda_event *event, uint32_t kind, uint64_t number)
{
    const sonda__object_key key = {event->header.stream, kind, number};

    return key;
}

/* The name of an object in the event's arena, or an empty text. */
static sonda__span
name_of(const sonda__etw_join *join, sonda_event *event, uint32_t kind, uint64_t number)
{
    sonda__object_key key = key_of(event, kind, number);
    size_t len = number == 0 ? 0 : sonda__object_names_find(join->names, &key);
    char *out = len == 0 ? NULL : sonda__arena_take(&event->arena, len, 1);

    if (out == NULL) {
        return sonda__span_of("", 0);
    }
    sonda__object_names_copy(join->names, &key, out);
    return sonda__span_of(out, len);
}

static void learn_name(const sonda__etw_join *join,
                       const sonda_event *event,
                       uint32_t kind,
                       uint64_t number,
                       sonda__span name)
{
    sonda__object_key key = key_of(event, kind, number);

    sonda__object_names_put(join->names, &key, name);
}

static void forget_name(const sonda__etw_join *join,
                        const sonda_event *event,
                        uint32_t kind,
                        uint64_t number)
{
    sonda__object_key key = key_of(event, kind, number);

    sonda__object_names_forget(join->names, &key);
}

static void add(sonda_event *event, sonda_field_id id, sonda__span text, uint16_t flags)
{
    if (text.len > 0 && sonda__event_find(event, id) == NULL) {
        (void)sonda__event_add(event, id, sonda__span_of("", 0), text, flags);
    }
}

static void apply_file(const sonda__etw_join *join, sonda_event *event)
{
    sonda__object_link *link = &event->link;
    bool named = link->role == SONDA__OBJECT_FILE_NAMED && link->name.len > 0;
    sonda__span name = link->name;

    if (named) {
        learn_name(join, event, KIND_FILE, link->object, name);
        learn_name(join, event, KIND_FILE, link->key, name);
    } else {
        name = name_of(join, event, KIND_FILE, link->object);
        name = name.len > 0 ? name : name_of(join, event, KIND_FILE, link->key);
    }
    if (!event->is_quiet) {
        add(event, SONDA_FIELD_TARGET_FILENAME, by_letter(join, event, name),
            named ? 0 : SONDA_VALUE_ENRICHED);
    }
}

/* "base\leaf"; either may be empty. */
static sonda__span join_parts(sonda_event *event, sonda__span base, sonda__span leaf)
{
    char *out;

    if (base.len == 0 || leaf.len == 0) {
        return base.len == 0 ? leaf : base;
    }
    out = sonda__arena_take(&event->arena, base.len + 1 + leaf.len, 1);
    if (out == NULL) {
        return base;
    }
    memcpy(out, base.data, base.len);
    out[base.len] = '\\';
    memcpy(out + base.len + 1, leaf.data, leaf.len);
    return sonda__span_of(out, base.len + 1 + leaf.len);
}

static bool is_absolute(sonda__span key)
{
    return key.len > 0 && key.data[0] == '\\';
}

static void apply_key(const sonda__etw_join *join, sonda_event *event)
{
    sonda__object_link *link = &event->link;
    sonda__span name = link->name;

    if (link->role == SONDA__OBJECT_KEY_NAMED) {
        if (!is_absolute(link->leaf) && !is_absolute(name)) {
            name = join_parts(event, name_of(join, event, KIND_KEY, link->key), name);
        }
        name = is_absolute(link->leaf) ? link->leaf : join_parts(event, name, link->leaf);
        learn_name(join, event, KIND_KEY, link->object, name);
    } else {
        if (!is_absolute(name)) {
            name = join_parts(event, name_of(join, event, KIND_KEY, link->object), name);
        }
        name = join_parts(event, name, link->leaf);
    }
    add(event, SONDA_FIELD_TARGET_OBJECT, by_hive(event, name), 0);
}

/* ---- processes ---- */

static uint64_t number_of(const sonda_event *event, sonda_field_id id)
{
    uint64_t number = 0;

    (void)sonda__value_number(sonda__event_text(event, id), &number);
    return number;
}

static uint32_t live_process(const sonda__process_table *table, uint64_t pid)
{
    const sonda__process_key bare = {0, pid, 0, {0, 0}};
    uint32_t index = pid == 0 ? SONDA__PROCESS_NONE : sonda__process_find(table, &bare);

    return index != SONDA__PROCESS_NONE &&
                   (table->entries[index].flags & SONDA_PROCESS_EXITED) == 0
               ? index
               : SONDA__PROCESS_NONE;
}

/* Whether the entry can be the other half of a start told of at `time_ns`. */
static bool is_other_half(const sonda__process *e, uint64_t time_ns)
{
    uint64_t apart =
        time_ns > e->changed_ns ? time_ns - e->changed_ns : e->changed_ns - time_ns;

    return apart <= HALVES_NS;
}

static sonda__span image_of(sonda__process_table *table, uint32_t index)
{
    sonda__span texts[SONDA__PROCESS_TEXT_COUNT];

    sonda__process_texts(table, index, texts);
    return texts[SONDA__PROCESS_IMAGE];
}

/* A copy in the event's arena; empty where there is no room. */
static sonda__span keep(sonda_event *event, sonda__span text)
{
    char *copy = text.len == 0 ? NULL : sonda__arena_take(&event->arena, text.len, 1);

    if (copy == NULL) {
        return sonda__span_of("", 0);
    }
    memcpy(copy, text.data, text.len);
    return sonda__span_of(copy, text.len);
}

/* The program a command line begins with, without its quotes. */
static sonda__span first_word(sonda__span line)
{
    char end = ' ';
    size_t len = 0;

    if (line.len > 0 && line.data[0] == '"') {
        line = sonda__span_of(line.data + 1, line.len - 1);
        end = '"';
    }
    while (len < line.len && line.data[len] != end) {
        len++;
    }
    return sonda__span_of(line.data, len);
}

/*
 * The path of a classic start whose other half is not known: the command
 * line's, when that is a whole path and of this program. Whoever starts a
 * process chooses that text.
 */
static void guess_image(sonda_event *event)
{
    sonda__span name = event->link.name;
    sonda__span word = first_word(sonda__event_text(event, SONDA_FIELD_COMMAND_LINE));

    if (word.len > 3 && word.data[1] == ':' && word.data[2] == '\\' &&
        sonda__span_equal_ascii_case(sonda__value_file_name(word), name)) {
        add(event, SONDA_FIELD_IMAGE, word, SONDA_VALUE_UNTRUSTED);
    }
    add(event, SONDA_FIELD_IMAGE, name, 0);
}

static void expect_thread(sonda__etw_join *join, uint64_t pid)
{
    join->starts[pid / 4 % STARTS].pid = pid; /* Windows' pids are multiples of 4 */
}

/* Completes a classic start by what Kernel-Process said of it. */
static void
apply_classic(sonda__etw_join *join, sonda__process_table *table, sonda_event *event)
{
    uint64_t pid = number_of(event, SONDA_FIELD_PROCESS_ID);
    uint32_t index = live_process(table, pid);
    bool is_snapshot = (event->header.flags & SONDA_RECORD_SNAPSHOT) != 0;

    join->classic_seen = true;
    if (index != SONDA__PROCESS_NONE &&
        (is_snapshot || is_other_half(&table->entries[index], event->time_ns)) &&
        sonda__span_equal_ascii_case(sonda__value_file_name(image_of(table, index)),
                                     event->link.name)) {
        add(event, SONDA_FIELD_IMAGE, keep(event, image_of(table, index)),
            SONDA_VALUE_ENRICHED);
        if (table->entries[index].key.start_ns != 0 &&
            sonda__event_find(event, SONDA_FIELD_PROCESS_START) == NULL) {
            (void)sonda__event_add_number(event, SONDA_FIELD_PROCESS_START,
                                          table->entries[index].key.start_ns);
        }
    }
    guess_image(event);
    if (!is_snapshot) {
        expect_thread(join, pid);
    }
}

/* The classic event came first: path and start time complete its entry. */
static bool complete_entry(sonda__process_table *table, const sonda_event *event, uint64_t pid)
{
    uint32_t index = live_process(table, pid);
    sonda__span image = sonda__event_text(event, SONDA_FIELD_IMAGE);
    const sonda__process_key key = {
        0, pid, number_of(event, SONDA_FIELD_PROCESS_START), {0, 0}};
    sonda__span texts[SONDA__PROCESS_TEXT_COUNT];

    if (index == SONDA__PROCESS_NONE || table->entries[index].key.start_ns != 0 ||
        !is_other_half(&table->entries[index], event->time_ns) ||
        !sonda__span_equal_ascii_case(sonda__value_file_name(image_of(table, index)),
                                      sonda__value_file_name(image))) {
        return false;
    }
    sonda__process_learn_key(table, index, &key);
    sonda__process_texts(table, index, texts);
    texts[SONDA__PROCESS_IMAGE] = image;
    sonda__process_set_texts(table, index, texts);
    return true;
}

/* True when the process table must still be told. */
static bool apply_start(sonda__etw_join *join, sonda__process_table *table, sonda_event *event)
{
    uint64_t pid = number_of(event, SONDA_FIELD_PROCESS_ID);

    event->is_quiet = join->classic_seen;
    if ((event->header.flags & SONDA_RECORD_SNAPSHOT) == 0) {
        expect_thread(join, pid);
    }
    return !join->classic_seen || !complete_entry(table, event, pid);
}

/* The image of the process that something is done to. */
static void name_target(sonda__process_table *table, sonda_event *event)
{
    uint32_t index = live_process(table, number_of(event, SONDA_FIELD_TARGET_PROCESS_ID));

    if (index != SONDA__PROCESS_NONE &&
        sonda__event_find(event, SONDA_FIELD_TARGET_IMAGE) == NULL) {
        add(event, SONDA_FIELD_TARGET_IMAGE, keep(event, image_of(table, index)),
            SONDA_VALUE_ENRICHED);
    }
}

/* A thread is remote unless its process began it, or it is the process's first. */
static void apply_thread(sonda__etw_join *join, sonda__process_table *table, sonda_event *event)
{
    uint64_t target = event->link.object;
    start *expected = &join->starts[target / 4 % STARTS];

    if (expected->pid == target && target != 0) {
        expected->pid = 0;
        event->is_quiet = true;
    }
    if (number_of(event, SONDA_FIELD_SOURCE_PROCESS_ID) == target) {
        event->is_quiet = true;
    }
    name_target(table, event);
}

bool sonda__etw_join_apply(sonda__etw_join *join,
                           sonda__process_table *table,
                           sonda_event *event)
{
    name_volumes(join, event);
    switch (event->link.role) {
    case SONDA__OBJECT_FILE:
    case SONDA__OBJECT_FILE_NAMED:
        apply_file(join, event);
        break;
    case SONDA__OBJECT_FILE_FORGET:
        forget_name(join, event, KIND_FILE, event->link.object);
        forget_name(join, event, KIND_FILE, event->link.key);
        break;
    case SONDA__OBJECT_KEY:
    case SONDA__OBJECT_KEY_NAMED:
        apply_key(join, event);
        break;
    case SONDA__OBJECT_KEY_FORGET:
        forget_name(join, event, KIND_KEY, event->link.object);
        break;
    case SONDA__OBJECT_VOLUME:
        learn_volume(join, event);
        break;
    case SONDA__OBJECT_START:
        return apply_start(join, table, event);
    case SONDA__OBJECT_CLASSIC_START:
        apply_classic(join, table, event);
        break;
    case SONDA__OBJECT_THREAD:
        apply_thread(join, table, event);
        break;
    case SONDA__OBJECT_TARGET:
        name_target(table, event);
        break;
    default:
        break;
    }
    return true;
}
