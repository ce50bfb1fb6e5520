/* SPDX-License-Identifier: Apache-2.0 */

/*
 * From what the lines of one serial say to one event with Sysmon's names.
 *
 * Only what succeeded becomes an event, as with Sysmon: a refused open or a
 * path that does not exist changed nothing, and the native line still tells. A
 * connect under way (EINPROGRESS) is one, since nothing later reports it.
 *
 * Relative names are resolved against CWD and cleaned by their letters only
 * ("/tmp/../etc" is "/etc"); symbolic links are not followed. A name relative to
 * an open directory stays as it is: the log does not say which it was.
 *
 * Layer 3 (track): uses base, codec, event. No allocation.
 */

#include "core/track/audit_facts.h"

#include "core/codec/address_text.h"
#include "core/codec/number.h"
#include "core/codec/utf8.h"
#include "core/track/audit_syscall_table.h"

/* asm-generic/fcntl.h, the same on the architectures of the table. */
#define OPEN_ACCESS_MASK 03u
#define OPEN_TRUNCATE 01000u
/* Of a file's mode, what chmod changes. */
#define PERMISSIONS 07777u
/* AT_FDCWD, -100, as the low half of an argument. */
#define AT_CURRENT_DIRECTORY 0xffffff9cu
#define FAMILY_INET 2u
#define FAMILY_INET6 10u
/* OCSF 1002 and 3002; what only this file needs of them. */
#define KERNEL_LOAD 1u
#define KERNEL_UNLOAD 2u
#define LOGIN_LOGON 1u
#define LOGIN_LOGOFF 2u

/* auid and ses of a process that nobody logged in for. */
#define UNSET "4294967295"

static sonda__span text_of(const sonda__audit_facts *facts, sonda__audit_fact fact)
{
    sonda__span text = facts->text[fact];

    if (sonda__span_is(text, "(null)") || sonda__span_is(text, "(none)") ||
        sonda__span_is(text, "?")) {
        text.len = 0;
    }
    return text;
}

/* Empty texts are absent fields. */
static sonda_status add(sonda_event *event, sonda_field_id id, sonda__span text, uint16_t flags)
{
    if (text.len == 0) {
        return SONDA_OK;
    }
    if (!sonda__utf8_valid(text)) {
        flags |= SONDA_VALUE_ILL_FORMED;
    }
    return sonda__event_add(event, id, sonda__span_of("", 0), text, flags);
}

static bool is_number(sonda__span text)
{
    uint64_t number;

    return sonda__parse_decimal(text, &number) == SONDA_OK;
}

/* Interpreted logs have names where numbers are: those say who, not which. */
static sonda_status add_id(sonda_event *event, sonda_field_id id, sonda__span text)
{
    return is_number(text) && !sonda__span_is(text, UNSET) ? add(event, id, text, 0) : SONDA_OK;
}

/* The name where the log has it; uid 0 has one everywhere. */
static sonda__span user_of(const sonda__audit_facts *facts)
{
    sonda__span user = text_of(facts, SONDA__FACT_USER);
    sonda__span uid = text_of(facts, SONDA__FACT_UID);

    if (user.len != 0) {
        return user;
    }
    return sonda__span_is(uid, "0") ? sonda__span_text("root") : uid;
}

typedef struct copied_fact {
    sonda__audit_fact fact;
    sonda_field_id id;
    bool is_id;
} copied_fact;

static sonda_status add_facts(sonda_event *event,
                              const sonda__audit_facts *facts,
                              const copied_fact *rows,
                              size_t count)
{
    sonda_status status = SONDA_OK;

    for (size_t i = 0; i < count && status == SONDA_OK; i++) {
        sonda__span text = text_of(facts, rows[i].fact);
        status =
            rows[i].is_id ? add_id(event, rows[i].id, text) : add(event, rows[i].id, text, 0);
    }
    return status;
}

static sonda_status
add_process(sonda_event *event, const sonda__audit_facts *facts, const sonda__audit_call *call)
{
    static const copied_fact rows[] = {
        {SONDA__FACT_EXE, SONDA_FIELD_IMAGE, false},
        {SONDA__FACT_PID, SONDA_FIELD_PROCESS_ID, true},
        {SONDA__FACT_PARENT_PID, SONDA_FIELD_PARENT_PROCESS_ID, true},
        {SONDA__FACT_UID, SONDA_FIELD_UID, true},
        {SONDA__FACT_GID, SONDA_FIELD_GID, true},
        {SONDA__FACT_EFFECTIVE_UID, SONDA_FIELD_EFFECTIVE_UID, true},
        {SONDA__FACT_EFFECTIVE_GID, SONDA_FIELD_EFFECTIVE_GID, true},
        {SONDA__FACT_LOGIN_UID, SONDA_FIELD_LOGIN_UID, true},
        {SONDA__FACT_SESSION, SONDA_FIELD_SESSION_ID, true},
        {SONDA__FACT_TERMINAL, SONDA_FIELD_TERMINAL, false},
    };
    sonda_status status = add_facts(event, facts, rows, sizeof rows / sizeof rows[0]);

    if (status == SONDA_OK) {
        status = add(event, SONDA_FIELD_USER, user_of(facts), 0);
    }
    if (status == SONDA_OK) {
        status = add(event, SONDA_FIELD_SYSTEM_CALL, sonda__span_text(call->name), 0);
    }
    return status;
}

/* Argument 0 to 3 of the call, 0 when the log has none. */
static uint64_t argument_of(const sonda__audit_facts *facts, int number)
{
    uint64_t value = 0;
    sonda__audit_fact fact = (sonda__audit_fact)(SONDA__FACT_A0 + number);

    (void)sonda__parse_hex(facts->text[fact], &value);
    return value;
}

/* i386 has one call for all of sockets; linux/net.h numbers them. */
static const char *socket_call_name(uint64_t number)
{
    switch (number) {
    case 2:
        return "bind";
    case 3:
        return "connect";
    case 5:
        return "accept";
    case 18:
        return "accept4";
    default:
        return "";
    }
}

static const sonda__audit_call *find_call(const sonda__audit_facts *facts)
{
    sonda__span text = facts->text[SONDA__FACT_CALL];
    const sonda__audit_call *call;
    uint64_t arch = 0;
    uint64_t number;

    (void)sonda__parse_hex(facts->text[SONDA__FACT_ARCH], &arch);
    if (sonda__parse_decimal(text, &number) == SONDA_OK) {
        call = sonda__audit_call_by_number(arch, number);
    } else {
        call = sonda__audit_call_by_name(text);
    }
    if (call == NULL) {
        call = sonda__audit_call_by_name(facts->text[SONDA__FACT_CALL_NAME]);
    }
    if (call != NULL && call->kind == SONDA__CALL_SOCKET) {
        const char *name = socket_call_name(argument_of(facts, 0));
        call = sonda__audit_call_by_name(sonda__span_text(name));
    }
    return call;
}

static bool succeeded(const sonda__audit_facts *facts, const sonda__audit_call *call)
{
    sonda__span exit = facts->text[SONDA__FACT_EXIT];
    static const char in_progress[] = "EINPROGRESS";

    if (!sonda__span_is(facts->text[SONDA__FACT_SUCCESS], "no")) {
        return true;
    }
    return call->kind == SONDA__CALL_CONNECT &&
           (sonda__span_is(exit, "-115") ||
            (exit.len >= sizeof in_progress - 1 &&
             memcmp(exit.data, in_progress, sizeof in_progress - 1) == 0));
}

static sonda_status fill_exec(sonda_event *event, const sonda__audit_facts *facts)
{
    sonda__span line = facts->command_line;
    sonda_status status;

    event->class_uid = SONDA_CLASS_PROCESS;
    event->activity_id = SONDA_PROCESS_LAUNCH;
    if (line.len == 0) {
        line = text_of(facts, SONDA__FACT_TITLE);
    }
    status = add(event, SONDA_FIELD_COMMAND_LINE, line, facts->cut ? SONDA_VALUE_TRUNCATED : 0);
    if (status == SONDA_OK) {
        status =
            add(event, SONDA_FIELD_CURRENT_DIRECTORY, text_of(facts, SONDA__FACT_DIRECTORY), 0);
    }
    return status;
}

/* The first path of that type, or NULL. */
static const sonda__audit_path *find_path(const sonda__audit_facts *facts, const char *type)
{
    for (size_t i = 0; i < facts->path_count; i++) {
        if (sonda__span_is(facts->paths[i].type, type)) {
            return &facts->paths[i];
        }
    }
    return NULL;
}

/* Old kernels give no types: the object is the last path they name. */
static const sonda__audit_path *find_object(const sonda__audit_facts *facts, const char *type)
{
    const sonda__audit_path *path = find_path(facts, type);

    if (path == NULL && facts->path_count > 0 &&
        facts->paths[facts->path_count - 1].type.len == 0) {
        path = &facts->paths[facts->path_count - 1];
    }
    return path;
}

/* Drops "." and ".." and doubled slashes of an absolute path, in place. */
static size_t clean_path(char *path, size_t len)
{
    size_t used = 0;

    for (size_t at = 0; at < len;) {
        size_t from = at + 1;
        size_t end = from;
        while (end < len && path[end] != '/') {
            end++;
        }
        if (end - from == 2 && path[from] == '.' && path[from + 1] == '.') {
            while (used > 0 && path[--used] != '/') {
                /* Back to the parent. */
            }
        } else if (end > from && !(end - from == 1 && path[from] == '.')) {
            path[used++] = '/';
            memmove(path + used, path + from, end - from);
            used += end - from;
        }
        at = end;
    }
    if (used == 0) {
        path[used++] = '/';
    }
    return used;
}

/* `directory`: the argument that names the directory it starts from, or -1. */
static sonda_status
resolve(sonda_event *event, const sonda__audit_facts *facts, int directory, sonda__span *name)
{
    sonda__span base = text_of(facts, SONDA__FACT_DIRECTORY);
    size_t len;
    char *out;

    if (name->len == 0 || name->data[0] == '/') {
        base.len = 0;
    } else if (directory >= 0 &&
               (uint32_t)argument_of(facts, directory) != AT_CURRENT_DIRECTORY) {
        return SONDA_OK;
    }
    if (base.len == 0 && (name->len == 0 || name->data[0] != '/')) {
        return SONDA_OK;
    }
    len = base.len + 1 + name->len;
    out = sonda__arena_take(&event->arena, len, 1);
    if (out == NULL) {
        return SONDA_ERR_LIMIT;
    }
    if (base.len != 0) {
        memcpy(out, base.data, base.len);
    }
    out[base.len] = '/';
    memcpy(out + base.len + 1, name->data, name->len);
    *name = sonda__span_of(out, out[0] == '/' ? clean_path(out, len) : len);
    return SONDA_OK;
}

static sonda_status add_path(sonda_event *event,
                             const sonda__audit_facts *facts,
                             sonda_field_id id,
                             const sonda__audit_path *path,
                             int directory)
{
    sonda__span name;
    sonda_status status;

    if (path == NULL || path->name.len == 0 || sonda__span_is(path->name, "(null)")) {
        return SONDA_ERR_NOT_FOUND;
    }
    name = path->name;
    status = resolve(event, facts, directory, &name);
    return status == SONDA_OK ? add(event, id, name, 0) : status;
}

static uint64_t open_flags(const sonda__audit_facts *facts, const sonda__audit_call *call)
{
    sonda__span octal = facts->text[SONDA__FACT_OPEN_FLAGS];
    uint64_t flags = 0;

    if (call->flags >= 0) {
        return argument_of(facts, call->flags);
    }
    for (size_t i = 0; i < octal.len && octal.data[i] >= '0' && octal.data[i] <= '7'; i++) {
        flags = flags << 3 | (uint64_t)(octal.data[i] - '0');
    }
    return octal.len == 0 ? OPEN_TRUNCATE : flags; /* creat() */
}

static sonda_status
fill_open(sonda_event *event, const sonda__audit_facts *facts, const sonda__audit_call *call)
{
    const sonda__audit_path *path = find_path(facts, "CREATE");
    uint64_t flags = open_flags(facts, call);

    event->activity_id = SONDA_FILE_CREATE;
    if (path == NULL) {
        path = find_object(facts, "NORMAL");
        event->activity_id = (flags & (OPEN_ACCESS_MASK | OPEN_TRUNCATE)) != 0
                                 ? SONDA_FILE_UPDATE
                                 : SONDA_FILE_OPEN;
    }
    return add_path(event, facts, SONDA_FIELD_TARGET_FILENAME, path, call->directory);
}

static sonda_status
fill_rename(sonda_event *event, const sonda__audit_facts *facts, const sonda__audit_call *call)
{
    sonda_status status;

    event->activity_id = SONDA_FILE_RENAME;
    status = add_path(event, facts, SONDA_FIELD_TARGET_FILENAME, find_path(facts, "CREATE"),
                      call->directory);
    if (status != SONDA_OK) {
        return status;
    }
    /* Of two names that went, the second is what the new one replaced. */
    status = add_path(event, facts, SONDA_FIELD_SOURCE_FILENAME, find_path(facts, "DELETE"),
                      call->directory < 0 ? -1 : 0);
    return status == SONDA_ERR_NOT_FOUND ? SONDA_OK : status;
}

static sonda_status fill_file(sonda_event *event,
                              const sonda__audit_facts *facts,
                              const sonda__audit_call *call,
                              uint32_t activity,
                              const char *path_type)
{
    event->activity_id = activity;
    return add_path(event, facts, SONDA_FIELD_TARGET_FILENAME, find_object(facts, path_type),
                    call->directory);
}

/* The mode asked for, in octal as chmod takes it. */
static sonda_status
fill_mode(sonda_event *event, const sonda__audit_facts *facts, const sonda__audit_call *call)
{
    uint64_t mode = argument_of(facts, call->flags) & PERMISSIONS;
    char text[4];
    size_t at = sizeof text;
    sonda_status status = fill_file(event, facts, call, SONDA_FILE_SET_ATTRIBUTES, "NORMAL");

    do {
        text[--at] = "01234567"[mode & 7u];
        mode >>= 3;
    } while (mode != 0);
    return status != SONDA_OK
               ? status
               : sonda__event_add_copy(event, SONDA_FIELD_MODE,
                                       sonda__span_of(text + at, sizeof text - at), 0);
}

/* struct sockaddr_in and sockaddr_in6: family in the machine's order, rest not. */
static sonda_status add_endpoint(sonda_event *event,
                                 const sonda__audit_facts *facts,
                                 sonda_field_id ip,
                                 sonda_field_id port)
{
    sonda__span hex = facts->text[SONDA__FACT_ADDRESS];
    uint8_t bytes[24] = {0};
    char text[SONDA__ADDRESS_TEXT_MAX];
    uint64_t arch = SONDA__AUDIT_ARCH_LE;
    size_t count = hex.len / 2 < sizeof bytes ? hex.len / 2 : sizeof bytes;
    uint32_t family;
    size_t len;
    sonda_status status;

    for (size_t i = 0; i < count; i++) {
        int high = sonda__hex_digit(hex.data[2 * i]);
        int low = sonda__hex_digit(hex.data[2 * i + 1]);
        if (high < 0 || low < 0) {
            return SONDA_ERR_NOT_FOUND;
        }
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    (void)sonda__parse_hex(facts->text[SONDA__FACT_ARCH], &arch);
    family = (arch & SONDA__AUDIT_ARCH_LE) != 0 ? bytes[0] | (uint32_t)bytes[1] << 8
                                                : (uint32_t)bytes[0] << 8 | bytes[1];
    if (family == FAMILY_INET && count >= 8) {
        len = sonda__format_ipv4(bytes + 4, text);
    } else if (family == FAMILY_INET6 && count >= 24) {
        len = sonda__format_ipv6(bytes + 8, text);
    } else {
        return SONDA_ERR_NOT_FOUND;
    }
    status = sonda__event_add_copy(event, ip, sonda__span_of(text, len), 0);
    return status != SONDA_OK
               ? status
               : sonda__event_add_number(event, port, (uint64_t)bytes[2] << 8 | bytes[3]);
}

static sonda_status
fill_network(sonda_event *event, const sonda__audit_facts *facts, const sonda__audit_call *call)
{
    bool outward = call->kind == SONDA__CALL_CONNECT;
    sonda_status status;

    event->class_uid = SONDA_CLASS_NETWORK;
    event->activity_id =
        call->kind == SONDA__CALL_BIND ? SONDA_NETWORK_LISTEN : SONDA_NETWORK_OPEN;
    status =
        add_endpoint(event, facts, outward ? SONDA_FIELD_DESTINATION_IP : SONDA_FIELD_SOURCE_IP,
                     outward ? SONDA_FIELD_DESTINATION_PORT : SONDA_FIELD_SOURCE_PORT);
    if (status == SONDA_OK && call->kind != SONDA__CALL_BIND) {
        status =
            add(event, SONDA_FIELD_INITIATED, sonda__span_text(outward ? "true" : "false"), 0);
    }
    return status;
}

static sonda_status
fill_module(sonda_event *event, const sonda__audit_facts *facts, uint32_t activity)
{
    sonda_status status =
        add_path(event, facts, SONDA_FIELD_IMAGE_LOADED, find_path(facts, "NORMAL"), -1);

    event->class_uid = SONDA_CLASS_KERNEL_EXTENSION;
    event->activity_id = activity;
    if (status != SONDA_OK && status != SONDA_ERR_NOT_FOUND) {
        return status;
    }
    return add(event, SONDA_FIELD_MODULE, text_of(facts, SONDA__FACT_MODULE), 0);
}

static sonda_status
fill_call(sonda_event *event, const sonda__audit_facts *facts, const sonda__audit_call *call)
{
    event->class_uid = SONDA_CLASS_FILE;
    switch (call->kind) {
    case SONDA__CALL_EXEC:
        return fill_exec(event, facts);
    case SONDA__CALL_OPEN:
        return fill_open(event, facts, call);
    case SONDA__CALL_CREATE:
        return fill_file(event, facts, call, SONDA_FILE_CREATE, "CREATE");
    case SONDA__CALL_TRUNCATE:
        return fill_file(event, facts, call, SONDA_FILE_UPDATE, "NORMAL");
    case SONDA__CALL_RENAME:
        return fill_rename(event, facts, call);
    case SONDA__CALL_REMOVE:
        return fill_file(event, facts, call, SONDA_FILE_DELETE, "DELETE");
    case SONDA__CALL_MODE:
        return fill_mode(event, facts, call);
    case SONDA__CALL_OWNER:
        return fill_file(event, facts, call, SONDA_FILE_SET_SECURITY, "NORMAL");
    case SONDA__CALL_TIMES:
        return fill_file(event, facts, call, SONDA_FILE_SET_ATTRIBUTES, "NORMAL");
    case SONDA__CALL_CONNECT:
    case SONDA__CALL_ACCEPT:
    case SONDA__CALL_BIND:
        return fill_network(event, facts, call);
    case SONDA__CALL_LOAD_MODULE:
        return fill_module(event, facts, KERNEL_LOAD);
    case SONDA__CALL_UNLOAD_MODULE:
        return fill_module(event, facts, KERNEL_UNLOAD);
    case SONDA__CALL_SOCKET:
    default:
        return SONDA_ERR_NOT_FOUND;
    }
}

/* USER_AUTH is the check that a USER_LOGIN, or a sudo, comes after. */
static sonda_status fill_login(sonda_event *event, const sonda__audit_facts *facts)
{
    static const copied_fact rows[] = {
        {SONDA__FACT_EXE, SONDA_FIELD_IMAGE, false},
        {SONDA__FACT_PID, SONDA_FIELD_PROCESS_ID, true},
        {SONDA__FACT_UID, SONDA_FIELD_UID, true},
        {SONDA__FACT_LOGIN_UID, SONDA_FIELD_LOGIN_UID, true},
        {SONDA__FACT_SESSION, SONDA_FIELD_SESSION_ID, true},
        {SONDA__FACT_TERMINAL, SONDA_FIELD_TERMINAL, false},
        {SONDA__FACT_REMOTE_ADDRESS, SONDA_FIELD_IP_ADDRESS, false},
        {SONDA__FACT_REMOTE_HOST, SONDA_FIELD_WORKSTATION_NAME, false},
        {SONDA__FACT_RESULT, SONDA_FIELD_STATUS, false},
    };
    static const sonda__audit_fact accounts[] = {SONDA__FACT_ACCOUNT, SONDA__FACT_ACCOUNT_NAME,
                                                 SONDA__FACT_ACCOUNT_ID};
    sonda__span type = facts->text[SONDA__FACT_TYPE];
    sonda__span account = {NULL, 0};
    sonda_status status = add_facts(event, facts, rows, sizeof rows / sizeof rows[0]);

    event->class_uid = SONDA_CLASS_AUTHENTICATION;
    event->activity_id = sonda__span_is(type, "USER_LOGIN")    ? LOGIN_LOGON
                         : sonda__span_is(type, "USER_LOGOUT") ? LOGIN_LOGOFF
                                                               : SONDA_ACTIVITY_OTHER;
    for (size_t i = 0; i < 3 && account.len == 0; i++) {
        account = text_of(facts, accounts[i]);
    }
    return status == SONDA_OK ? add(event, SONDA_FIELD_TARGET_USER_NAME, account, 0) : status;
}

sonda_status sonda__audit_canonical(const sonda__audit_facts *facts, sonda_event *event)
{
    const sonda__audit_call *call;
    sonda_status status;

    event->product = SONDA_PRODUCT_LINUX;
    if (facts->text[SONDA__FACT_TYPE].len != 0) {
        return fill_login(event, facts);
    }
    call = find_call(facts);
    if (call == NULL || !succeeded(facts, call)) {
        return SONDA_ERR_NOT_FOUND;
    }
    status = fill_call(event, facts, call);
    return status == SONDA_OK ? add_process(event, facts, call) : status;
}
