/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Reads the identity of processes out of an event's fields, in one pass.
 *
 * Layer 3 (track): uses base and event. No allocation.
 */

#include "core/track/event_facts.h"

#include "core/base/hash.h"
#include "core/codec/number.h"
#include "core/event/value.h"
#include "sonda/spi/linux_record.h"

/* First half of an identity made of a process id and its version. */
#define VERSIONED UINT64_C(0x7069642b76657273)

/* Fields we look for. Slot 0 means: not one of them. */
typedef enum slot {
    SLOT_NONE,
    SLOT_PID,
    SLOT_START,
    SLOT_GUID,
    SLOT_IMAGE,
    SLOT_COMMAND_LINE,
    SLOT_DIRECTORY,
    SLOT_USER,
    SLOT_PARENT_PID,
    SLOT_PARENT_START,
    SLOT_PARENT_GUID,
    SLOT_PARENT_IMAGE,
    SLOT_PARENT_COMMAND_LINE,
    SLOT_PARENT_USER,
    SLOT_SOURCE_PID,
    SLOT_SOURCE_GUID,
    SLOT_SOURCE_IMAGE,
    SLOT_SOURCE_COMMAND_LINE,
    SLOT_SOURCE_USER,
    SLOT_NEW_PID,
    SLOT_NEW_IMAGE,
    SLOT_PARENT_NAME,
    SLOT_PROCESS_NAME,
    SLOT_COMPUTER,
    SLOT_HOSTNAME,
    SLOT_VERSION,
    SLOT_PARENT_VERSION,
    SLOT_ES_EVENT,
    SLOT_COUNT
} slot;

static const uint8_t slot_of[SONDA_FIELD_COUNT] = {
    [SONDA_FIELD_PROCESS_ID] = SLOT_PID,
    [SONDA_FIELD_PROCESS_START] = SLOT_START,
    [SONDA_FIELD_PROCESS_GUID] = SLOT_GUID,
    [SONDA_FIELD_IMAGE] = SLOT_IMAGE,
    [SONDA_FIELD_COMMAND_LINE] = SLOT_COMMAND_LINE,
    [SONDA_FIELD_CURRENT_DIRECTORY] = SLOT_DIRECTORY,
    [SONDA_FIELD_USER] = SLOT_USER,
    [SONDA_FIELD_PARENT_PROCESS_ID] = SLOT_PARENT_PID,
    [SONDA_FIELD_PARENT_PROCESS_START] = SLOT_PARENT_START,
    [SONDA_FIELD_PARENT_PROCESS_GUID] = SLOT_PARENT_GUID,
    [SONDA_FIELD_PARENT_IMAGE] = SLOT_PARENT_IMAGE,
    [SONDA_FIELD_PARENT_COMMAND_LINE] = SLOT_PARENT_COMMAND_LINE,
    [SONDA_FIELD_PARENT_USER] = SLOT_PARENT_USER,
    [SONDA_FIELD_SOURCE_PROCESS_ID] = SLOT_SOURCE_PID,
    [SONDA_FIELD_SOURCE_PROCESS_GUID] = SLOT_SOURCE_GUID,
    [SONDA_FIELD_SOURCE_PROCESS_GUID_UPPER] = SLOT_SOURCE_GUID,
    [SONDA_FIELD_SOURCE_IMAGE] = SLOT_SOURCE_IMAGE,
    [SONDA_FIELD_SOURCE_COMMAND_LINE] = SLOT_SOURCE_COMMAND_LINE,
    [SONDA_FIELD_SOURCE_USER] = SLOT_SOURCE_USER,
    [SONDA_FIELD_NEW_PROCESS_ID] = SLOT_NEW_PID,
    [SONDA_FIELD_NEW_PROCESS_NAME] = SLOT_NEW_IMAGE,
    [SONDA_FIELD_PARENT_PROCESS_NAME] = SLOT_PARENT_NAME,
    [SONDA_FIELD_PROCESS_NAME] = SLOT_PROCESS_NAME,
    [SONDA_FIELD_COMPUTER] = SLOT_COMPUTER,
    [SONDA_FIELD_HOSTNAME] = SLOT_HOSTNAME,
    [SONDA_FIELD_PROCESS_ID_VERSION] = SLOT_VERSION,
    [SONDA_FIELD_PARENT_PROCESS_ID_VERSION] = SLOT_PARENT_VERSION,
    [SONDA_FIELD_ES_EVENT] = SLOT_ES_EVENT,
};

/* The first value of each slot; `data` is NULL where the event has none. */
static void collect(const sonda_event *event, sonda__span slots[SLOT_COUNT])
{
    memset(slots, 0, SLOT_COUNT * sizeof slots[0]);
    for (size_t i = 0; i < event->field_count; i++) {
        const sonda__field *field = &event->fields[i];

        if (field->id < SONDA_FIELD_COUNT && (field->flags & SONDA_VALUE_NULL) == 0) {
            sonda__span *at = &slots[slot_of[field->id]];

            *at = at->data == NULL && field->text.data != NULL ? field->text : *at;
        }
    }
}

static uint64_t number_in(sonda__span text)
{
    uint64_t number = 0;

    (void)sonda__value_number(text, &number);
    return number;
}

/* Twice the nibble of a hexadecimal digit plus one; 0: no digit. */
static const uint8_t odd_nibbles[256] = {
    ['0'] = 1,  ['1'] = 3,  ['2'] = 5,  ['3'] = 7,  ['4'] = 9,  ['5'] = 11,
    ['6'] = 13, ['7'] = 15, ['8'] = 17, ['9'] = 19, ['a'] = 21, ['b'] = 23,
    ['c'] = 25, ['d'] = 27, ['e'] = 29, ['f'] = 31, ['A'] = 21, ['B'] = 23,
    ['C'] = 25, ['D'] = 27, ['E'] = 29, ['F'] = 31,
};

/* Appends `count` digits to `value`; `all` loses its bit where one is none. */
static inline uint64_t digits_in(const char *text, size_t count, uint64_t value, unsigned *all)
{
    for (size_t i = 0; i < count; i++) {
        unsigned nibble = odd_nibbles[(unsigned char)text[i]];

        *all &= nibble;
        value = value << 4 | nibble >> 1;
    }
    return value;
}

/* As Windows writes them, {8-4-4-4-12}; false for another form. */
static bool guid_in_braces(sonda__span text, uint64_t guid[2])
{
    const char *p = text.data;
    unsigned all = 1;
    uint64_t high;
    uint64_t low;

    if (text.len != 38 || p[0] != '{' || p[9] != '-' || p[14] != '-' || p[19] != '-' ||
        p[24] != '-' || p[37] != '}') {
        return false;
    }
    high = digits_in(p + 15, 4, digits_in(p + 10, 4, digits_in(p + 1, 8, 0, &all), &all), &all);
    low = digits_in(p + 25, 12, digits_in(p + 20, 4, 0, &all), &all);
    if (all == 0) {
        return false;
    }
    guid[0] = high;
    guid[1] = low;
    return true;
}

/* 32 hexadecimal digits, whatever braces and dashes stand between them. */
static void guid_in(sonda__span text, uint64_t guid[2])
{
    uint64_t halves[2] = {0, 0};
    size_t digits = 0;

    if (guid_in_braces(text, guid)) {
        return;
    }
    for (size_t i = 0; i < text.len && digits <= 32; i++) {
        int digit = sonda__hex_digit(text.data[i]);

        if (digit >= 0 && digits < 32) {
            halves[digits / 16] = halves[digits / 16] << 4 | (uint64_t)digit;
        }
        digits += digit >= 0;
    }
    guid[0] = digits == 32 ? halves[0] : 0;
    guid[1] = digits == 32 ? halves[1] : 0;
}

/* Sysmon writes names such as "<unknown process>" where it missed the start. */
static sonda__span known_image(sonda__span image)
{
    return image.len > 0 && image.data[0] == '<' ? sonda__span_of(NULL, 0) : image;
}

static sonda__span either(sonda__span first, sonda__span second)
{
    return first.data != NULL ? first : second;
}

static void fill_key(sonda__process_key *key,
                     uint64_t scope,
                     sonda__span pid,
                     sonda__span start,
                     sonda__span guid)
{
    key->scope = scope;
    key->pid = number_in(pid);
    key->start_ns = number_in(start);
    guid_in(guid, key->guid);
}

/*
 * macOS: a process id and its version, which every exec changes, are an identity
 * that parents and targets are known by, too. It stands in the place of a GUID.
 */
static void add_version(sonda__process_key *key, sonda__span version)
{
    if (version.data != NULL && key->pid != 0 && (key->guid[0] | key->guid[1]) == 0) {
        key->guid[0] = VERSIONED;
        key->guid[1] = key->pid << 32 | (number_in(version) & UINT32_MAX);
    }
}

/* The process that acts on another: Sysmon's CreateRemoteThread, ProcessAccess. */
static void fill_from_source(sonda__event_facts *facts, const sonda__span *s, uint64_t scope)
{
    const sonda__span none = {NULL, 0};
    sonda__process_facts *process = &facts->process;

    facts->by_source_fields = true;
    fill_key(&process->key, scope, s[SLOT_SOURCE_PID], none, s[SLOT_SOURCE_GUID]);
    add_version(&process->key, s[SLOT_VERSION]);
    process->text[SONDA__PROCESS_IMAGE] = known_image(s[SLOT_SOURCE_IMAGE]);
    process->text[SONDA__PROCESS_COMMAND_LINE] = s[SLOT_SOURCE_COMMAND_LINE];
    process->text[SONDA__PROCESS_USER] = s[SLOT_SOURCE_USER];
}

/* Windows Security 4688: ProcessId is the creator's. */
static void fill_from_creation(sonda__event_facts *facts, const sonda__span *s, uint64_t scope)
{
    const sonda__span none = {NULL, 0};
    sonda__process_facts *process = &facts->process;

    fill_key(&process->key, scope, s[SLOT_NEW_PID], none, none);
    fill_key(&process->parent, scope, s[SLOT_PID], none, none);
    process->text[SONDA__PROCESS_IMAGE] = either(s[SLOT_NEW_IMAGE], s[SLOT_IMAGE]);
    process->text[SONDA__PROCESS_COMMAND_LINE] = s[SLOT_COMMAND_LINE];
    facts->parent.text[SONDA__PROCESS_IMAGE] =
        either(s[SLOT_PARENT_NAME], s[SLOT_PARENT_IMAGE]);
}

static void fill_plain(sonda__event_facts *facts, const sonda__span *s, uint64_t scope)
{
    sonda__process_facts *process = &facts->process;

    fill_key(&process->key, scope, s[SLOT_PID], s[SLOT_START], s[SLOT_GUID]);
    fill_key(&process->parent, scope, s[SLOT_PARENT_PID], s[SLOT_PARENT_START],
             s[SLOT_PARENT_GUID]);
    add_version(&process->key, s[SLOT_VERSION]);
    add_version(&process->parent, s[SLOT_PARENT_VERSION]);
    process->text[SONDA__PROCESS_IMAGE] =
        known_image(either(s[SLOT_IMAGE], s[SLOT_PROCESS_NAME]));
    process->text[SONDA__PROCESS_COMMAND_LINE] = s[SLOT_COMMAND_LINE];
    process->text[SONDA__PROCESS_DIRECTORY] = s[SLOT_DIRECTORY];
    process->text[SONDA__PROCESS_USER] = s[SLOT_USER];
    facts->parent.text[SONDA__PROCESS_IMAGE] = known_image(s[SLOT_PARENT_IMAGE]);
    facts->parent.text[SONDA__PROCESS_COMMAND_LINE] = s[SLOT_PARENT_COMMAND_LINE];
    facts->parent.text[SONDA__PROCESS_USER] = s[SLOT_PARENT_USER];
}

static sonda__process_happening happening_of(const sonda_event *event, const sonda__span *slots)
{
    if (event->class_uid != SONDA_CLASS_PROCESS) {
        return SONDA__HAPPENED_ELSE;
    }
    if (event->header.source == SONDA_SOURCE_LINUX && event->header.type == SONDA_LINUX_FORK) {
        return SONDA__HAPPENED_FORK;
    }
    if (sonda__span_is(slots[SLOT_ES_EVENT], "fork")) {
        return SONDA__HAPPENED_FORK;
    }
    if (event->activity_id == SONDA_PROCESS_LAUNCH) {
        return SONDA__HAPPENED_LAUNCH;
    }
    return event->activity_id == SONDA_PROCESS_TERMINATE ? SONDA__HAPPENED_EXIT
                                                         : SONDA__HAPPENED_ELSE;
}

/*
 * Event logs carry what their system chose to log, and rules shall see no more
 * than that. A channel marks a log; adapters and joined audit lines have none.
 */
static bool is_log(const sonda_event *event)
{
    return event->channel.len != 0 || event->header.source == SONDA_SOURCE_JSON ||
           event->header.source == SONDA_SOURCE_SYSMON_XML ||
           event->header.source == SONDA_SOURCE_EVTX;
}

/* Which machine: as the log says, or as the shipper that flattened it does. */
static uint64_t scope_in(const sonda__span *slots)
{
    sonda__span machine = either(slots[SLOT_COMPUTER], slots[SLOT_HOSTNAME]);

    return machine.len > 0 ? sonda__hash(machine) : 0;
}

void sonda__event_facts_of(const sonda_event *event, sonda__event_facts *facts)
{
    sonda__span slots[SLOT_COUNT];
    uint64_t scope;

    collect(event, slots);
    scope = scope_in(slots);
    memset(facts, 0, sizeof *facts);
    facts->happening = happening_of(event, slots);
    /* eslogger's lines have no more of a process's parent than the adapter's records. */
    facts->lineage_visible = !is_log(event) || slots[SLOT_ES_EVENT].data != NULL;
    facts->process.time_ns = event->time_ns;
    facts->process.snapshot = (event->header.flags & SONDA_RECORD_SNAPSHOT) != 0;
    if (slots[SLOT_SOURCE_GUID].data != NULL || slots[SLOT_SOURCE_PID].data != NULL) {
        fill_from_source(facts, slots, scope);
    } else if (slots[SLOT_NEW_PID].data != NULL) {
        fill_from_creation(facts, slots, scope);
    } else {
        fill_plain(facts, slots, scope);
    }
    facts->parent.key = facts->process.parent;
    facts->parent.time_ns = facts->process.time_ns;
}
