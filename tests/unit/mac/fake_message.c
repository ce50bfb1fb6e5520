/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Messages made up member by member.
 */

#include "fake_inside.h"

#include <stdlib.h>
#include <string.h>

#include "platform/mac/members.h"

/* Read, it faults: what a version does not have must not be touched. */
#define NOWHERE ((void *)(uintptr_t)0x10)

static es_string text(const char *characters)
{
    return (es_string){strlen(characters), characters};
}

bool fake_is_auth(uint32_t type)
{
    return notify_form(type) != type;
}

static void fill_file(es_file *file, const char *path)
{
    file->path = text(path);
    file->stat.st_ino = 4711;
    file->stat.st_mode = 0100644;
}

static void fill_process(struct fake_message *made,
                         const struct fake_event *event,
                         uint32_t at,
                         uint32_t pid,
                         uint32_t pidversion)
{
    es_process *process = &made->processes[at];
    uint32_t version = made->message.version;

    process->audit_token.val[TOKEN_PID] = pid;
    process->audit_token.val[TOKEN_PIDVERSION] = pidversion;
    process->ppid = 1;
    process->is_platform_binary = event->platform_binary;
    process->signing_id = event->without_text ? (es_string){0, NULL} : text("com.example.tool");
    process->team_id = event->without_text ? (es_string){12, NULL} : text("TEAM");
    fill_file(&made->files[3], "/usr/bin/tool");
    process->executable = &made->files[3];
    process->tty = version >= ES_VERSION_TTY ? NULL : NOWHERE;
    process->parent_audit_token.val[TOKEN_PID] = 1;
}

static uint32_t or_else(uint32_t value, uint32_t otherwise)
{
    return value != 0 ? value : otherwise;
}

static void fill_exec(struct fake_message *made, es_event_exec *exec)
{
    uint32_t version = made->message.version;

    exec->target = &made->processes[1];
    exec->dyld_exec_path = version >= 7 ? text("/usr/bin/tool") : (es_string){64, NOWHERE};
    exec->script = version >= 2 ? NULL : NOWHERE;
    exec->cwd = version >= 3 ? &made->files[1] : NOWHERE;
}

static void fill_signal(struct fake_message *made, es_event_signal *signal)
{
    signal->sig = 9;
    signal->target = &made->processes[1];
    signal->instigator = made->message.version >= 9 ? NULL : NOWHERE;
}

static void fill_new(struct fake_message *made)
{
    es_event_create *create = (void *)&made->message.event;

    create->destination_type = ES_DESTINATION_TYPE_NEW_PATH;
    create->destination.new_path.dir = &made->files[1];
    create->destination.new_path.filename = text("name");
    create->destination.new_path.mode = 0644;
}

static void fill_rename(struct fake_message *made, es_event_rename *rename)
{
    rename->source = &made->files[0];
    rename->destination_type = ES_DESTINATION_TYPE_NEW_PATH;
    rename->destination.new_path.dir = &made->files[1];
    rename->destination.new_path.filename = text("renamed");
}

static void fill_close(struct fake_message *made, const struct fake_event *event)
{
    es_event_close *close = (void *)&made->message.event;

    close->modified = event->modified;
    close->target = &made->files[0];
    /* What stands where an older version has nothing must not count. */
    close->was_mapped_writable = made->message.version < 6;
}

static void fill_pointed(struct fake_message *made)
{
    made->message.event.pointer = &made->pointed;
    switch (made->message.event_type) {
    case ES_NOTIFY_AUTHENTICATION:
        made->pointed.authentication.success = true;
        made->pointed.authentication.data = &made->od;
        made->od.record_name = text("ada");
        break;
    case ES_NOTIFY_BTM_LAUNCH_ITEM_ADD:
        made->pointed.btm.item = &made->item;
        made->item.item_url = text("file:///Library/LaunchDaemons/x.plist");
        made->pointed.btm.executable_path = text("/opt/x");
        break;
    case ES_NOTIFY_SUDO:
        made->pointed.sudo.command = text("/bin/sh");
        break;
    default:
        break;
    }
}

static void fill_event(struct fake_message *made, const struct fake_event *event)
{
    void *at = &made->message.event;

    switch (notify_form(event->type)) {
    case ES_NOTIFY_EXEC:
        fill_exec(made, at);
        break;
    case ES_NOTIFY_FORK:
    case ES_NOTIFY_GET_TASK:
    case ES_NOTIFY_PROC_SUSPEND_RESUME:
        ((es_event_process *)at)->target = &made->processes[1];
        break;
    case ES_NOTIFY_SIGNAL:
        fill_signal(made, at);
        break;
    case ES_NOTIFY_CREATE:
        fill_new(made);
        break;
    case ES_NOTIFY_RENAME:
        fill_rename(made, at);
        break;
    case ES_NOTIFY_CLOSE:
        fill_close(made, event);
        break;
    case ES_NOTIFY_UNLINK:
        ((es_event_two_files *)at)->first = &made->files[0];
        ((es_event_two_files *)at)->second = &made->files[1];
        break;
    case ES_NOTIFY_OPEN:
    case ES_NOTIFY_SETMODE:
        ((es_event_number_file *)at)->number = 1;
        ((es_event_number_file *)at)->target = &made->files[0];
        break;
    case ES_NOTIFY_MMAP:
        ((es_event_mmap *)at)->source = &made->files[0];
        break;
    case ES_NOTIFY_MOUNT:
        ((es_event_mount *)at)->statfs = &made->statfs;
        break;
    default:
        if (event->type >= ES_FIRST_POINTER_EVENT) {
            fill_pointed(made);
        }
        break;
    }
}

static void fill_arguments(struct fake_message *made, const struct fake_event *event)
{
    made->arguments = event->arguments;
    made->argument_len = event->argument_len;
    made->argument = malloc(event->argument_len + 1);
    memset(made->argument, 'a', event->argument_len + 1);
}

struct fake_message *fake_build(const struct fake_event *event)
{
    struct fake_message *made = calloc(1, sizeof *made);
    uint32_t pid = or_else(event->pid, 500);
    uint32_t pidversion = or_else(event->pidversion, 1);

    made->message.version = or_else(event->version, 9);
    made->message.event_type = event->type;
    made->message.action_type =
        fake_is_auth(event->type) ? ES_ACTION_TYPE_AUTH : ES_ACTION_TYPE_NOTIFY;
    made->message.mach_time = fake_now_ticks();
    made->message.deadline = made->message.mach_time + fake_ticks(event->given_ns);
    made->message.thread = made->message.version >= ES_VERSION_THREAD ? &made->thread : NOWHERE;
    strncpy(made->path, event->path != NULL ? event->path : "/tmp/file", sizeof made->path - 1);
    fill_file(&made->files[0], made->path);
    fill_file(&made->files[1], "/tmp");
    fill_process(made, event, 0, pid, pidversion);
    fill_process(made, event, 1, or_else(event->target_pid, pid),
                 or_else(event->target_pidversion, pidversion + 1));
    made->message.process = event->without_process ? NULL : &made->processes[0];
    fill_arguments(made, event);
    fill_event(made, event);
    return made;
}
