/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One pass over the fields finds what es_kind_table.c asks for; then the fields
 * of the table are added behind them, in one order.
 *
 * Who an event is about is the trap: `process` acts, but of an exec it is the
 * image that the same process ran before, and of a fork it is the parent. The
 * parent of a process is known by its audit token only, so its image comes from
 * the process table, where a process is known by (pid, pidversion).
 *
 * Layer 3 (normalise): uses base, codec, event. No allocation.
 */

#include "core/normalise/es_event.h"

#include "core/codec/number.h"
#include "core/codec/time_text.h"
#include "core/normalise/es_kind_table.h"

#define NOT_SET "4294967295"
#define PERMISSIONS 07777u
#define PROTECTION_EXECUTE 4u

/* Members of a process block that fields are made of. */
typedef enum leaf {
    LEAF_PPID,
    LEAF_USER,
    LEAF_CDHASH,
    LEAF_TEAM_ID,
    LEAF_TTY,
    LEAF_SIGNING_ID,
    LEAF_START_TIME,
    LEAF_PID,
    LEAF_PATH,
    LEAF_AUID,
    LEAF_EUID,
    LEAF_EGID,
    LEAF_RUID,
    LEAF_RGID,
    LEAF_ASID,
    LEAF_FLAGS,
    LEAF_PLATFORM,
    LEAF_VERSION,
    LEAF_PARENT_PID,
    LEAF_RESPONSIBLE_PID,
    LEAF_PARENT_VERSION,
    LEAF_COUNT
} leaf;

/* Its name, and its field where the process is the one the event is about. */
typedef struct leaf_row {
    const char *name;
    uint8_t len;
    sonda_field_id field; /* NONE: it takes more than its text */
} leaf_row;

#define LEAF(name, field)                           \
    {                                               \
        name, sizeof(name) - 1, SONDA_FIELD_##field \
    }

static const leaf_row leaves[LEAF_COUNT] = {
    [LEAF_PPID] = LEAF("ppid", NONE),
    [LEAF_USER] = LEAF("user", NONE),
    [LEAF_CDHASH] = LEAF("cdhash", CD_HASH),
    [LEAF_TEAM_ID] = LEAF("team_id", TEAM_ID),
    [LEAF_TTY] = LEAF("tty.path", NONE),
    [LEAF_SIGNING_ID] = LEAF("signing_id", SIGNING_ID),
    [LEAF_START_TIME] = LEAF("start_time", NONE),
    [LEAF_PID] = LEAF("audit_token.pid", PROCESS_ID),
    [LEAF_PATH] = LEAF("executable.path", IMAGE),
    [LEAF_AUID] = LEAF("audit_token.auid", NONE),
    [LEAF_EUID] = LEAF("audit_token.euid", EFFECTIVE_UID),
    [LEAF_EGID] = LEAF("audit_token.egid", EFFECTIVE_GID),
    [LEAF_RUID] = LEAF("audit_token.ruid", UID),
    [LEAF_RGID] = LEAF("audit_token.rgid", GID),
    [LEAF_ASID] = LEAF("audit_token.asid", SESSION_ID),
    [LEAF_FLAGS] = LEAF("codesigning_flags", CODE_SIGNING_FLAGS),
    [LEAF_PLATFORM] = LEAF("is_platform_binary", IS_PLATFORM_BINARY),
    [LEAF_VERSION] = LEAF("audit_token.pidversion", PROCESS_ID_VERSION),
    [LEAF_PARENT_PID] = LEAF("parent_audit_token.pid", NONE),
    [LEAF_RESPONSIBLE_PID] = LEAF("responsible_audit_token.pid", RESPONSIBLE_PROCESS_ID),
    [LEAF_PARENT_VERSION] = LEAF("parent_audit_token.pidversion", PARENT_PROCESS_ID_VERSION),
};

/* A bit for each length that one of the names has: most members are of stat. */
#define LENGTHS                                                                          \
    (1u << 4 | 1u << 6 | 1u << 7 | 1u << 8 | 1u << 10 | 1u << 15 | 1u << 16 | 1u << 17 | \
     1u << 18 | 1u << 22 | 1u << 27 | 1u << 29)

typedef struct process_members {
    const sonda__field *leaf[LEAF_COUNT]; /* NULL: not there, or null */
} process_members;

typedef struct message {
    sonda_event *event;
    const sonda__es_kind *kind; /* NULL: not one we know */
    sonda__span kind_name;      /* as the record has it */
    process_members actor;
    process_members other; /* subject, target, or who really acts */
    sonda__es_use_as role; /* of `other`; AS_FIELD: there is none */
    uint32_t role_row;     /* which gave it */
    const sonda__field *use[SONDA__ES_USES_MAX];
    const sonda__field *type; /* members of the message itself */
    const sonda__field *time;
    const sonda__field *thread;
    sonda_status status; /* of the first field that could not be added */
} message;

static bool begins(sonda__span text, const char *with, size_t len)
{
    return text.len >= len && memcmp(text.data, with, len) == 0;
}

static sonda__span behind(sonda__span text, size_t len)
{
    return sonda__span_of(text.data + len, text.len - len);
}

/* ---- finding members ---- */

static void note_leaf(process_members *process, sonda__span name, const sonda__field *field)
{
    if (name.len >= 32 || (LENGTHS >> name.len & 1u) == 0) {
        return;
    }
    for (size_t i = 0; i < LEAF_COUNT; i++) {
        if (leaves[i].len == name.len && memcmp(leaves[i].name, name.data, name.len) == 0) {
            process->leaf[i] = field;
            return;
        }
    }
}

/* A member of the block of row `at`; of several blocks the first row's counts. */
static void note_block(message *m, uint32_t at, sonda__span name, const sonda__field *field)
{
    if (m->role != SONDA__ES_AS_FIELD && at > m->role_row) {
        return;
    }
    if (m->role == SONDA__ES_AS_FIELD || at < m->role_row) {
        memset(&m->other, 0, sizeof m->other);
        m->role = (sonda__es_use_as)m->kind->uses[at].as;
        m->role_row = at;
    }
    note_leaf(&m->other, name, field);
}

static void note_member(message *m, sonda__span name, const sonda__field *field)
{
    for (uint32_t i = 0; i < m->kind->use_count; i++) {
        const sonda__es_use *use = &m->kind->uses[i];

        if (name.len < use->len || name.data[0] != use->member[0] ||
            memcmp(name.data, use->member, use->len) != 0) {
            continue;
        }
        if (use->as < SONDA__ES_AS_SUBJECT && name.len == use->len && m->use[i] == NULL) {
            m->use[i] = field;
        } else if (use->as >= SONDA__ES_AS_SUBJECT && name.len > use->len &&
                   name.data[use->len] == '.') {
            note_block(m, i, behind(name, use->len + 1u), field);
        }
    }
}

/* "event.exec.args": the name between the dots says what it is. */
static void note_event(message *m, sonda__span name, const sonda__field *field)
{
    size_t len = m->kind_name.len;

    if (len == 0) {
        const char *dot = memchr(name.data, '.', name.len);

        len = dot != NULL ? (size_t)(dot - name.data) : name.len;
        m->kind_name = sonda__span_of(name.data, len);
        m->kind = sonda__es_kind_by_name(m->kind_name);
    }
    if (m->kind != NULL && (field->flags & SONDA_VALUE_NULL) == 0 && name.len > len &&
        name.data[len] == '.' && memcmp(name.data, m->kind_name.data, len) == 0) {
        note_member(m, behind(name, len + 1), field);
    }
}

static void note_top(message *m, const sonda__field *field)
{
    if (sonda__span_is(field->name, "time")) {
        m->time = field;
    } else if (sonda__span_is(field->name, "event_type")) {
        m->type = field;
    } else if (sonda__span_is(field->name, "thread.thread_id")) {
        m->thread = field;
    }
}

static void find_members(message *m)
{
    size_t count = m->event->field_count;

    for (size_t i = 0; i < count; i++) {
        const sonda__field *field = &m->event->fields[i];

        if (begins(field->name, "event.", 6)) {
            note_event(m, behind(field->name, 6), field);
        } else if ((field->flags & SONDA_VALUE_NULL) != 0) {
            continue;
        } else if (begins(field->name, "process.", 8)) {
            note_leaf(&m->actor, behind(field->name, 8), field);
        } else {
            note_top(m, field);
        }
    }
}

/* ---- adding fields ---- */

static void add(message *m, sonda_field_id id, sonda__span text, uint16_t flags)
{
    sonda_status status =
        sonda__event_add(m->event, id, sonda__span_of("", 0), text, (uint16_t)(flags));

    m->status = m->status == SONDA_OK ? status : m->status;
}

static void add_field(message *m, sonda_field_id id, const sonda__field *field)
{
    if (field != NULL && id != SONDA_FIELD_NONE) {
        add(m, id, field->text, field->flags);
    }
}

static void add_number(message *m, sonda_field_id id, uint64_t number)
{
    sonda_status status = sonda__event_add_number(m->event, id, number);

    m->status = m->status == SONDA_OK ? status : m->status;
}

static void add_copy(message *m, sonda_field_id id, const char *text, size_t len)
{
    sonda_status status = sonda__event_add_copy(m->event, id, sonda__span_of(text, len), 0);

    m->status = m->status == SONDA_OK ? status : m->status;
}

static bool number_in(const sonda__field *field, uint64_t *number)
{
    return field != NULL && sonda__parse_decimal(field->text, number) == SONDA_OK;
}

static void add_hex(message *m, sonda_field_id id, const sonda__field *field)
{
    char text[SONDA__HEX_MAX];
    uint64_t number = 0;

    if (number_in(field, &number)) {
        add_copy(m, id, text, sonda__format_hex(number, text));
    }
}

static void add_octal(message *m, sonda_field_id id, const sonda__field *field)
{
    char text[8];
    size_t at = sizeof text;
    uint64_t number = 0;

    if (!number_in(field, &number)) {
        return;
    }
    number &= PERMISSIONS;
    do {
        text[--at] = "01234567"[number & 7u];
        number >>= 3;
    } while (number != 0);
    add_copy(m, id, text + at, sizeof text - at);
}

/* ---- processes ---- */

static void add_start(message *m, const sonda__field *field)
{
    uint64_t start_ns = 0;

    if (field != NULL && sonda__parse_time(field->text, &start_ns) == SONDA_OK) {
        add_number(m, SONDA_FIELD_PROCESS_START, start_ns);
    }
}

static const sonda__field *user_of(const process_members *process)
{
    return process->leaf[LEAF_USER] != NULL ? process->leaf[LEAF_USER]
                                            : process->leaf[LEAF_RUID];
}

static const sonda__field *parent_of(const process_members *process)
{
    return process->leaf[LEAF_PARENT_PID] != NULL ? process->leaf[LEAF_PARENT_PID]
                                                  : process->leaf[LEAF_PPID];
}

/* "ttys003" of /dev/ttys003, as `who` and Linux have it. */
static void add_terminal(message *m, const sonda__field *field)
{
    if (field != NULL) {
        size_t skip = begins(field->text, "/dev/", 5) ? 5 : 0;

        add(m, SONDA_FIELD_TERMINAL, behind(field->text, skip), field->flags);
    }
}

/* The process an event is about, or who acts on a file. */
static void add_process(message *m, const process_members *process)
{
    for (size_t i = 0; i < LEAF_COUNT; i++) {
        add_field(m, leaves[i].field, process->leaf[i]);
    }
    add_start(m, process->leaf[LEAF_START_TIME]);
    add_field(m, SONDA_FIELD_PARENT_PROCESS_ID, parent_of(process));
    add_field(m, SONDA_FIELD_USER, user_of(process));
    if (process->leaf[LEAF_AUID] != NULL &&
        !sonda__span_is(process->leaf[LEAF_AUID]->text, NOT_SET)) {
        add_field(m, SONDA_FIELD_LOGIN_UID, process->leaf[LEAF_AUID]);
    }
    add_terminal(m, process->leaf[LEAF_TTY]);
}

/* One process acts on another: the fields Sysmon has for that. */
static void add_pair(message *m)
{
    add_field(m, SONDA_FIELD_SOURCE_IMAGE, m->actor.leaf[LEAF_PATH]);
    add_field(m, SONDA_FIELD_SOURCE_PROCESS_ID, m->actor.leaf[LEAF_PID]);
    add_field(m, SONDA_FIELD_PROCESS_ID_VERSION, m->actor.leaf[LEAF_VERSION]);
    add_start(m, m->actor.leaf[LEAF_START_TIME]);
    add_field(m, SONDA_FIELD_SOURCE_USER, user_of(&m->actor));
    add_field(m, SONDA_FIELD_SOURCE_THREAD_ID, m->thread);
    add_field(m, SONDA_FIELD_TARGET_IMAGE, m->other.leaf[LEAF_PATH]);
    add_field(m, SONDA_FIELD_TARGET_PROCESS_ID, m->other.leaf[LEAF_PID]);
    add_field(m, SONDA_FIELD_TARGET_PROCESS_ID_VERSION, m->other.leaf[LEAF_VERSION]);
    add_field(m, SONDA_FIELD_TARGET_USER, user_of(&m->other));
}

static bool same_number(const sonda__field *a, const sonda__field *b)
{
    return a != NULL && b != NULL && sonda__span_equal(a->text, b->text);
}

static void add_processes(message *m)
{
    bool has_other = m->other.leaf[LEAF_PID] != NULL || m->other.leaf[LEAF_PATH] != NULL;

    if (has_other && m->role == SONDA__ES_AS_TARGET) {
        add_pair(m);
        return;
    }
    add_process(m, has_other ? &m->other : &m->actor);
    if (m->kind != NULL && m->kind->twist == SONDA__ES_FORK &&
        same_number(m->actor.leaf[LEAF_PID], parent_of(&m->other))) {
        add_field(m, SONDA_FIELD_PARENT_IMAGE, m->actor.leaf[LEAF_PATH]);
    }
    if (!has_other) { /* of an exec or a fork the thread is not the new image's */
        add_field(m, SONDA_FIELD_THREAD_ID, m->thread);
    }
}

/* ---- the event's own members ---- */

/* `dir` and a name in it; a name that is a path of its own stays alone. */
static void
add_path(message *m, sonda_field_id id, const sonda__field *dir, const sonda__field *name)
{
    uint16_t flags = name->flags;
    size_t slash;
    char *path;

    if (dir == NULL || begins(name->text, "/", 1)) {
        add_field(m, id, name);
        return;
    }
    flags |= dir->flags;
    slash = dir->text.len > 0 && dir->text.data[dir->text.len - 1] != '/';
    path = sonda__arena_take(&m->event->arena, dir->text.len + slash + name->text.len + 1, 1);
    if (path == NULL) {
        m->status = SONDA_ERR_LIMIT;
        return;
    }
    memcpy(path, dir->text.data, dir->text.len);
    path[dir->text.len] = '/';
    memcpy(path + dir->text.len + slash, name->text.data, name->text.len);
    add(m, id, sonda__span_of(path, dir->text.len + slash + name->text.len), flags);
}

/* Elements of a list have one name; nothing but their kind comes between them. */
static bool is_element(const sonda__field *field, const sonda__field *first)
{
    return (field->flags & SONDA_VALUE_NULL) == 0 &&
           sonda__span_equal(field->name, first->name);
}

static void add_list(message *m, sonda_field_id id, const sonda__field *first)
{
    const sonda__field *end = m->event->fields + m->event->field_count;
    char separator = id == SONDA_FIELD_QUERY_RESULTS ? ';' : ' ';
    uint16_t flags = 0;
    size_t room = 0;
    size_t len = 0;
    char *text = sonda__arena_rest(&m->event->arena, &room);

    for (const sonda__field *field = first; field < end; field++) {
        if (!is_element(field, first)) {
            continue;
        }
        if (field->text.len + 1 > room - len) {
            m->status = SONDA_ERR_LIMIT;
            return;
        }
        if (field != first) {
            text[len++] = separator;
        }
        memcpy(text + len, field->text.data, field->text.len);
        len += field->text.len;
        flags |= field->flags;
    }
    sonda__arena_keep(&m->event->arena, len);
    add(m, id, sonda__span_of(text, len), flags);
}

/* A wait status, as wait(2) gives it. */
static void add_exit(message *m, const sonda__field *field)
{
    int64_t status = 0;

    if (sonda__parse_signed(field->text, &status) == SONDA_OK) {
        add_number(m, SONDA_FIELD_EXIT_CODE, (uint64_t)status >> 8 & 0xffu);
        if (((uint64_t)status & 0x7fu) != 0) {
            add_number(m, SONDA_FIELD_EXIT_SIGNAL, (uint64_t)status & 0x7fu);
        }
    }
}

static bool is_true(const sonda__field *field)
{
    return field != NULL &&
           (sonda__span_is(field->text, "true") || sonda__span_is(field->text, "1"));
}

static void add_outcome(message *m, sonda_field_id id, const sonda__field *field)
{
    add(m, id, sonda__span_text(is_true(field) ? "success" : "failed"), 0);
}

/* Whether a row before `at` gave the same field. */
static bool is_given(const message *m, uint32_t at)
{
    for (uint32_t i = 0; i < at; i++) {
        if (m->use[i] != NULL && m->kind->uses[i].field == m->kind->uses[at].field) {
            return true;
        }
    }
    return false;
}

/* Local and remote to source and destination: the source began it. */
static sonda_field_id turned(const message *m, sonda_field_id id)
{
    static const sonda_field_id pairs[][2] = {
        {SONDA_FIELD_SOURCE_IP, SONDA_FIELD_DESTINATION_IP},
        {SONDA_FIELD_SOURCE_PORT, SONDA_FIELD_DESTINATION_PORT},
        {SONDA_FIELD_SOURCE_HOSTNAME, SONDA_FIELD_DESTINATION_HOSTNAME},
    };
    const sonda__field *outbound = m->use[SONDA__ES_USES_MAX - 1];

    if (m->kind->twist != SONDA__ES_FLOW || outbound == NULL || is_true(outbound)) {
        return id;
    }
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        if (id == pairs[i][0] || id == pairs[i][1]) {
            return id == pairs[i][0] ? pairs[i][1] : pairs[i][0];
        }
    }
    return id;
}

static void add_use(message *m, uint32_t at)
{
    const sonda__es_use *use = &m->kind->uses[at];
    const sonda__field *field = m->use[at];
    bool within = at > 0 && m->kind->uses[at - 1].as == SONDA__ES_AS_DIR;

    switch ((sonda__es_use_as)use->as) {
    case SONDA__ES_AS_FIELD:
        add_path(m, turned(m, use->field), within ? m->use[at - 1] : NULL, field);
        break;
    case SONDA__ES_AS_LIST:
        add_list(m, use->field, field);
        break;
    case SONDA__ES_AS_HEX:
        add_hex(m, use->field, field);
        break;
    case SONDA__ES_AS_OCTAL:
        add_octal(m, use->field, field);
        break;
    case SONDA__ES_AS_OUTCOME:
        add_outcome(m, use->field, field);
        break;
    case SONDA__ES_AS_EXIT:
        add_exit(m, field);
        break;
    case SONDA__ES_AS_DIR:
    case SONDA__ES_AS_FLAG:
    case SONDA__ES_AS_SUBJECT:
    case SONDA__ES_AS_TARGET:
    case SONDA__ES_AS_ACTOR:
        break;
    }
}

static void add_members(message *m)
{
    for (uint32_t i = 0; i < m->kind->use_count; i++) {
        if (m->use[i] != NULL && !is_given(m, i)) {
            add_use(m, i);
        }
    }
}

/* A mapping that may be executed is an image that was loaded. */
static void twist_mmap(message *m)
{
    uint64_t protection = 0;

    if (number_in(m->use[1], &protection) && (protection & PROTECTION_EXECUTE) != 0) {
        m->event->class_uid = SONDA_CLASS_MODULE;
        m->event->activity_id = SONDA_MODULE_LOAD;
        add_field(m, SONDA_FIELD_IMAGE_LOADED, m->use[0]);
    }
}

static void classify(message *m)
{
    sonda_event *event = m->event;

    event->class_uid = m->kind->class_uid;
    event->activity_id = m->kind->activity_id;
    if (m->kind->twist == SONDA__ES_CLOSE && is_true(m->use[1])) {
        event->activity_id = SONDA_FILE_UPDATE;
    } else if (m->kind->twist == SONDA__ES_MMAP) {
        twist_mmap(m);
    }
}

/* An element that was unescaped stands right behind the field it lengthens. */
static sonda_status join_next(sonda_event *event, sonda__field *field, sonda__span text)
{
    size_t room = 0;
    char *rest = sonda__arena_rest(&event->arena, &room);
    char *at = rest - text.len;

    if (room == 0) {
        return SONDA_ERR_LIMIT;
    }
    memmove(at + 1, at, text.len);
    *at = ' ';
    sonda__arena_keep(&event->arena, 1);
    field->text.len += 1 + text.len;
    return SONDA_OK;
}

sonda_status
sonda__es_lengthen(sonda_event *event, size_t index, sonda__span text, uint16_t flags)
{
    sonda__field *field = &event->fields[index];
    size_t room = 0;
    char *rest = sonda__arena_rest(&event->arena, &room);
    const char *end = field->text.data + field->text.len;
    size_t moved = end == rest ? 0 : field->text.len;

    field->flags |= flags;
    if (text.len > 0 && end == text.data && text.data + text.len == rest) {
        return join_next(event, field, text);
    }
    if (moved >= room || text.len >= room - moved) {
        return SONDA_ERR_LIMIT;
    }
    if (moved > 0) {
        memcpy(rest, field->text.data, moved);
        field->text.data = rest;
    }
    rest[moved] = ' ';
    memcpy(rest + moved + 1, text.data, text.len);
    sonda__arena_keep(&event->arena, moved + 1 + text.len);
    field->text.len += 1 + text.len;
    return SONDA_OK;
}

sonda_status sonda__es_interpret(sonda_event *event)
{
    message m = {.event = event, .status = SONDA_OK, .role = SONDA__ES_AS_FIELD};
    uint64_t type = 0;

    find_members(&m);
    if (m.kind == NULL && m.kind_name.len == 0 && number_in(m.type, &type) &&
        type <= UINT32_MAX) {
        m.kind = sonda__es_kind_by_type((uint32_t)type); /* its object was empty */
    }
    event->product = SONDA_PRODUCT_MACOS;
    event->is_raw = m.kind == NULL;
    if (m.time != NULL) {
        (void)sonda__parse_time(m.time->text, &event->time_ns);
    }
    if (m.kind != NULL) {
        add(&m, SONDA_FIELD_ES_EVENT, sonda__span_text(m.kind->name), 0);
        add_members(&m);
        classify(&m);
    } else if (m.kind_name.len > 0) {
        add(&m, SONDA_FIELD_ES_EVENT, m.kind_name, 0);
    }
    add_processes(&m);
    return m.status;
}
