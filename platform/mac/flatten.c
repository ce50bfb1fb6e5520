/* SPDX-License-Identifier: Apache-2.0 */

/*
 * From a message to a record, by a table of its members.
 *
 * Nothing is interpreted, and a member is read only when the message's version
 * has it. Pointers may be NULL and texts of any length: what has no room is
 * cut or left out, and the record says so.
 *
 * Names of users are not looked up: the directory service that knows them may
 * itself be waiting for one of our answers.
 *
 * Platform (mac).
 */

#include <string.h>

#include "platform/mac/es_events.h"
#include "platform/mac/members.h"
#include "platform/mac/source.h"
#include "sonda/spi/es_record.h"

/* The most that one text, and all arguments or all variables, may take. */
#define TEXT_MAX ((size_t)1024 * 1024)
#define ARGUMENTS_MAX ((size_t)1024 * 1024)
#define ENVIRONMENT_MAX ((size_t)256 * 1024)
/* The most elements of a list; a count may lie. */
#define LIST_MAX 65536u
#define STAT_SIZE 96u

struct writer {
    uint8_t *payload;
    size_t len;
    size_t room;
    uint32_t version; /* of the message */
    bool truncated;
};

static void store(uint8_t *at, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        at[i] = (uint8_t)(value >> (8 * i));
    }
}

static void put(struct writer *writer,
                uint32_t block,
                uint32_t field,
                uint32_t flags,
                const void *bytes,
                size_t len)
{
    size_t size = (SONDA_ES_ITEM_HEAD_SIZE + len + 7u) & ~(size_t)7u;
    uint8_t *at = writer->payload + writer->len;

    if (size > writer->room - writer->len) {
        writer->truncated = true;
        return;
    }
    store(at, field, 2);
    at[2] = (uint8_t)block;
    at[3] = (uint8_t)flags;
    store(at + 4, len, 4);
    if (len != 0) {
        memcpy(at + SONDA_ES_ITEM_HEAD_SIZE, bytes, len);
    }
    memset(at + SONDA_ES_ITEM_HEAD_SIZE + len, 0, size - SONDA_ES_ITEM_HEAD_SIZE - len);
    writer->len += size;
}

static void
put_number(struct writer *writer, uint32_t block, uint32_t field, uint64_t value, size_t size)
{
    uint8_t bytes[8];

    store(bytes, value, size);
    put(writer, block, field, 0, bytes, size);
}

/* A text of which at most `most` bytes have room. */
static void put_text(
    struct writer *writer, uint32_t block, uint32_t field, const es_string *text, size_t most)
{
    size_t left = writer->room - writer->len;
    size_t len = text->data != NULL ? text->length : 0;
    uint32_t flags = text->data == NULL ? SONDA_ES_ITEM_NULL : 0;

    left = left > SONDA_ES_ITEM_HEAD_SIZE + 8u ? left - SONDA_ES_ITEM_HEAD_SIZE - 8u : 0;
    most = most < left ? most : left;
    if (len > most) {
        len = most;
        flags |= SONDA_ES_ITEM_TRUNCATED;
        writer->truncated = true;
    }
    put(writer, block, field, flags, text->data, len);
}

static uint64_t nanoseconds(const es_timespec *time)
{
    return (uint64_t)time->tv_sec * 1000000000u + (uint64_t)time->tv_nsec;
}

static void
put_stat(struct writer *writer, uint32_t block, uint32_t field, const es_stat *status)
{
    const uint32_t words[] = {
        (uint32_t)status->st_dev, status->st_mode,           status->st_nlink, status->st_uid,
        status->st_gid,           (uint32_t)status->st_rdev, status->st_flags, status->st_gen};
    const uint64_t longs[] = {status->st_ino,
                              (uint64_t)status->st_size,
                              (uint64_t)status->st_blocks,
                              (uint64_t)status->st_blksize,
                              nanoseconds(&status->st_atimespec),
                              nanoseconds(&status->st_mtimespec),
                              nanoseconds(&status->st_ctimespec),
                              nanoseconds(&status->st_birthtimespec)};
    uint8_t bytes[STAT_SIZE];

    for (size_t i = 0; i < 8; i++) {
        store(bytes + 4 * i, words[i], 4);
        store(bytes + 32 + 8 * i, longs[i], 8);
    }
    put(writer, block, field, 0, bytes, sizeof bytes);
}

/* A file's path, whether it was cut, and its stat are fields in a row. */
static void
put_file(struct writer *writer, uint32_t block, uint32_t first_field, const es_file *file)
{
    if (file == NULL) {
        put(writer, block, 0, SONDA_ES_ITEM_NULL, NULL, 0);
        return;
    }
    put_text(writer, block, first_field, &file->path, TEXT_MAX);
    put_number(writer, block, first_field + 1, file->path_truncated, 1);
    put_stat(writer, block, first_field + 2, &file->stat);
    writer->truncated |= file->path_truncated;
}

static void
put_token(struct writer *writer, uint32_t block, uint32_t field, const es_audit_token *token)
{
    uint8_t bytes[32];

    for (size_t i = 0; i < 8; i++) {
        store(bytes + 4 * i, token->val[i], 4);
    }
    put(writer, block, field, 0, bytes, sizeof bytes);
}

static void put_tty(struct writer *writer, uint32_t block, const es_file *tty)
{
    if (tty != NULL) {
        put_text(writer, block, SONDA_ES_PROCESS_TTY, &tty->path, TEXT_MAX);
    } else {
        put(writer, block, SONDA_ES_PROCESS_TTY, SONDA_ES_ITEM_NULL, NULL, 0);
    }
}

static void put_newer(struct writer *writer, uint32_t block, const es_process *process)
{
    if (writer->version >= ES_VERSION_TTY) {
        put_tty(writer, block, process->tty);
    }
    if (writer->version >= ES_VERSION_START_TIME) {
        put_number(writer, block, SONDA_ES_PROCESS_START_TIME,
                   (uint64_t)process->start_time.tv_sec * 1000000000u +
                       (uint64_t)process->start_time.tv_usec * 1000u,
                   8);
    }
    if (writer->version >= ES_VERSION_TOKENS) {
        put_token(writer, block, SONDA_ES_PROCESS_PARENT_TOKEN, &process->parent_audit_token);
        put_token(writer, block, SONDA_ES_PROCESS_RESPONSIBLE_TOKEN,
                  &process->responsible_audit_token);
    }
}

static void put_process(struct writer *writer, uint32_t block, const es_process *process)
{
    if (process == NULL) {
        put(writer, block, 0, SONDA_ES_ITEM_NULL, NULL, 0);
        return;
    }
    put_token(writer, block, SONDA_ES_PROCESS_TOKEN, &process->audit_token);
    put_number(writer, block, SONDA_ES_PROCESS_PPID, (uint32_t)process->ppid, 4);
    put_number(writer, block, SONDA_ES_PROCESS_ORIGINAL_PPID, (uint32_t)process->original_ppid,
               4);
    put_number(writer, block, SONDA_ES_PROCESS_GROUP_ID, (uint32_t)process->group_id, 4);
    put_number(writer, block, SONDA_ES_PROCESS_SESSION_ID, (uint32_t)process->session_id, 4);
    put_number(writer, block, SONDA_ES_PROCESS_CODESIGNING_FLAGS, process->codesigning_flags,
               4);
    put_number(writer, block, SONDA_ES_PROCESS_IS_PLATFORM_BINARY, process->is_platform_binary,
               1);
    put_number(writer, block, SONDA_ES_PROCESS_IS_ES_CLIENT, process->is_es_client, 1);
    put(writer, block, SONDA_ES_PROCESS_CDHASH, 0, process->cdhash, sizeof process->cdhash);
    put_text(writer, block, SONDA_ES_PROCESS_SIGNING_ID, &process->signing_id, TEXT_MAX);
    put_text(writer, block, SONDA_ES_PROCESS_TEAM_ID, &process->team_id, TEXT_MAX);
    if (process->executable != NULL) {
        put_file(writer, block, SONDA_ES_PROCESS_PATH, process->executable);
    }
    put_newer(writer, block, process);
}

static void
put_texts(struct writer *writer, uint32_t field, size_t count, const es_string *texts)
{
    for (size_t i = 0; texts != NULL && i < count && i < LIST_MAX; i++) {
        put_text(writer, SONDA_ES_BLOCK_EVENT, field, &texts[i], TEXT_MAX);
    }
}

/* Texts in fixed rooms, zero-terminated unless full. */
static void put_name(struct writer *writer, uint32_t field, const char *name, size_t size)
{
    const char *end = memchr(name, 0, size);

    put(writer, SONDA_ES_BLOCK_EVENT, field, 0, name,
        end != NULL ? (size_t)(end - name) : size);
}

static void put_statfs(struct writer *writer, const es_statfs *status)
{
    if (status != NULL) {
        put_name(writer, SONDA_ES_EVENT_STATFS_F_MNTONNAME, status->f_mntonname,
                 sizeof status->f_mntonname);
        put_name(writer, SONDA_ES_EVENT_STATFS_F_MNTFROMNAME, status->f_mntfromname,
                 sizeof status->f_mntfromname);
        put_name(writer, SONDA_ES_EVENT_STATFS_F_FSTYPENAME, status->f_fstypename,
                 sizeof status->f_fstypename);
    }
}

static void put_uuid(struct writer *writer, const struct member *member, const uint8_t *uuid)
{
    static const char digits[] = "0123456789ABCDEF";
    char text[36];
    size_t at = 0;

    for (size_t i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            text[at++] = '-';
        }
        text[at++] = digits[uuid[i] >> 4];
        text[at++] = digits[uuid[i] & 15];
    }
    put(writer, member->block, member->field, 0, text, sizeof text);
}

static uint64_t load(const void *at, size_t size)
{
    uint64_t value = 0;

    memcpy(&value, at, size);
    return value;
}

static const void *load_pointer(const void *at)
{
    const void *pointer;

    memcpy(&pointer, at, sizeof pointer);
    return pointer;
}

static void put_plain(struct writer *writer, const struct member *member, const uint8_t *at)
{
    static const uint8_t sizes[] = {
        [MEMBER_BOOL] = 1, [MEMBER_U16] = 2, [MEMBER_U32] = 4, [MEMBER_U64] = 8};
    uint64_t value = load(at, sizes[member->kind]);

    if (member->kind == MEMBER_BOOL) {
        value = value != 0;
    }
    put_number(writer, member->block, member->field, value, sizes[member->kind]);
}

static void put_pointed(struct writer *writer, const struct member *member, const void *pointer)
{
    if (member->kind == MEMBER_PROCESS) {
        put_process(writer, member->block, pointer);
    } else if (member->kind == MEMBER_FILE) {
        put_file(writer, member->block,
                 member->block == SONDA_ES_BLOCK_NEW_PATH ? SONDA_ES_NEW_DIR
                                                          : SONDA_ES_FILE_PATH,
                 pointer);
    } else if (member->kind == MEMBER_STATFS) {
        put_statfs(writer, pointer);
    } else if (pointer != NULL) {
        put(writer, member->block, member->field, 0, pointer, 32);
    }
}

static void put_member(struct writer *writer, const struct member *member, const uint8_t *at)
{
    es_string text;

    switch ((enum member_kind)member->kind) {
    case MEMBER_BOOL:
    case MEMBER_U16:
    case MEMBER_U32:
    case MEMBER_U64:
        put_plain(writer, member, at);
        break;
    case MEMBER_TEXT:
        memcpy(&text, at, sizeof text);
        put_text(writer, member->block, member->field, &text, TEXT_MAX);
        break;
    case MEMBER_TEXTS:
        put_texts(writer, member->field, load(at, sizeof(size_t)),
                  load_pointer(at + sizeof(size_t)));
        break;
    case MEMBER_FILE:
    case MEMBER_PROCESS:
    case MEMBER_STATFS:
    case MEMBER_SHA256:
        put_pointed(writer, member, load_pointer(at));
        break;
    case MEMBER_UUID:
        put_uuid(writer, member, at);
        break;
    case MEMBER_ONE_OF:
    default:
        break;
    }
}

/* Where a member stands, or NULL when what holds it is missing. */
static const uint8_t *place(const struct member *member, const uint8_t *event)
{
    if (member->via != MEMBER_DIRECT) {
        event = load_pointer(event + member->via);
    }
    return event != NULL ? event + member->offset : NULL;
}

/* All members of a group; a choice among them leads to one group more. */
static uint32_t put_group(struct writer *writer, uint32_t group, const uint8_t *event)
{
    uint32_t chosen = 0;
    uint32_t count;
    const struct member *table = members(&count);

    for (uint32_t i = 0; i < count; i++) {
        const struct member *member = &table[i];
        const uint8_t *at = NULL;

        if (member->group == group && member->since <= writer->version) {
            at = place(member, event);
        }
        if (at != NULL && member->kind == MEMBER_ONE_OF) {
            uint32_t choice = (uint32_t)load(at, 4);

            chosen = choice < member->choices ? member->field + choice : 0;
        } else if (at != NULL) {
            put_member(writer, member, at);
        }
    }
    return chosen;
}

/* The lists of an exec have functions of their own. */
static void put_list(struct writer *writer,
                     const void *exec,
                     uint32_t field,
                     uint32_t count,
                     es_string (*get)(const void *exec, uint32_t index),
                     size_t most)
{
    size_t end = writer->len + most < writer->room ? writer->len + most : writer->room;
    size_t room = writer->room;

    writer->room = end;
    for (uint32_t i = 0; i < count && i < LIST_MAX && !writer->truncated; i++) {
        es_string text = get(exec, i);

        put_text(writer, SONDA_ES_BLOCK_EVENT, field, &text, most);
    }
    writer->room = room;
}

static void put_exec_lists(struct writer *writer, const void *exec)
{
    bool truncated = writer->truncated;

    writer->truncated = false;
    put_list(writer, exec, SONDA_ES_EVENT_ARGS, es_exec_arg_count(exec), es_exec_arg,
             ARGUMENTS_MAX);
    truncated |= writer->truncated;
    writer->truncated = false;
    put_list(writer, exec, SONDA_ES_EVENT_ENV, es_exec_env_count(exec), es_exec_env,
             ENVIRONMENT_MAX);
    writer->truncated |= truncated;
}

static void put_event(struct writer *writer, const es_message *message)
{
    const void *event = &message->event;
    uint32_t group = notify_form(message->event_type);

    if (message->event_type >= ES_FIRST_POINTER_EVENT) {
        event = message->event.pointer;
    }
    /* At most two: no group of a group has a choice. */
    for (uint32_t i = 0; i < 2 && event != NULL && group < GROUP_COUNT; i++) {
        group = put_group(writer, group, event);
        if (group == 0) {
            break;
        }
    }
    if (notify_form(message->event_type) == ES_NOTIFY_EXEC) {
        put_exec_lists(writer, event);
    }
}

static uint32_t head_flags(const es_message *message)
{
    uint32_t flags = 0;

    if (message->version >= ES_VERSION_SEQ_NUM) {
        flags |= SONDA_ES_HEAD_SEQ;
    }
    if (message->version >= ES_VERSION_THREAD) {
        flags |= SONDA_ES_HEAD_GLOBAL_SEQ;
        flags |= message->thread != NULL ? SONDA_ES_HEAD_THREAD : 0;
    }
    return flags;
}

static void put_head(struct writer *writer, const es_message *message)
{
    uint32_t flags = head_flags(message);
    uint8_t *head = writer->payload;

    memset(head, 0, SONDA_ES_HEAD_SIZE);
    store(head + SONDA_ES_AT_TYPE, message->event_type, 4);
    store(head + SONDA_ES_AT_MESSAGE_VERSION, message->version, 4);
    store(head + SONDA_ES_AT_ACTION, message->action_type, 4);
    store(head + SONDA_ES_AT_TIME, nanoseconds(&message->time), 8);
    store(head + SONDA_ES_AT_MACH_TIME, message->mach_time, 8);
    store(head + SONDA_ES_AT_FLAGS, flags, 4);
    if ((flags & SONDA_ES_HEAD_SEQ) != 0) {
        store(head + SONDA_ES_AT_SEQ, message->seq_num, 8);
    }
    if ((flags & SONDA_ES_HEAD_GLOBAL_SEQ) != 0) {
        store(head + SONDA_ES_AT_GLOBAL_SEQ, message->global_seq_num, 8);
    }
    if ((flags & SONDA_ES_HEAD_THREAD) != 0) {
        store(head + SONDA_ES_AT_THREAD, message->thread->thread_id, 8);
    }
    if (message->action_type == ES_ACTION_TYPE_NOTIFY) {
        store(head + SONDA_ES_AT_RESULT_TYPE, message->action.notify.result_type, 4);
        store(head + SONDA_ES_AT_RESULT, message->action.notify.result.flags, 4);
    }
    writer->len = SONDA_ES_HEAD_SIZE;
}

static void write_header(struct client *client,
                         const es_message *message,
                         const struct writer *writer,
                         const sonda_record_header *given)
{
    sonda_record_header header = *given;

    header.size = (uint32_t)(SONDA_RECORD_HEADER_SIZE + writer->len);
    header.source = SONDA_SOURCE_ES;
    header.type = (uint16_t)message->event_type;
    header.version = SONDA_ES_VERSION;
    header.flags |= writer->truncated ? SONDA_RECORD_TRUNCATED : 0;
    header.stream = 1 + client->index;
    header.wall_ns = nanoseconds(&message->time);
    header.seq = ++client->seq;
    (void)sonda_record_header_write(&header, client->record);
}

size_t flatten_message(struct client *client,
                       const es_message *message,
                       const sonda_record_header *header)
{
    struct writer writer = {client->record + SONDA_RECORD_HEADER_SIZE, 0,
                            RECORD_ROOM - SONDA_RECORD_HEADER_SIZE, message->version, false};

    put_head(&writer, message);
    put_process(&writer, SONDA_ES_BLOCK_PROCESS, message->process);
    put_event(&writer, message);
    store(writer.payload + SONDA_ES_AT_SIZE, writer.len, 4);
    write_header(client, message, &writer, header);
    return SONDA_RECORD_HEADER_SIZE + writer.len;
}
