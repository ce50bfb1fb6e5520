/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Registry: keys made, deleted and renamed, values set and deleted.
 *
 * A deleted key has no name any more, so deletions are told before they are
 * carried out; the rest after it succeeded. The data of a value was copied into
 * the kernel by the configuration manager on every system this driver loads on.
 */

#include "platform.h"

/* REG_CREATED_NEW_KEY */
#define CREATED 1u

static void emit_key(driver_event *event, PVOID object)
{
    PCUNICODE_STRING name = NULL;

    if (CmCallbackGetKeyObjectIDEx(&driver.registry_cookie, object, NULL, &name, 0) !=
        STATUS_SUCCESS) {
        name = NULL;
        event->head.flags |= SONDA_DRIVER_HEAD_NAMELESS;
        COUNT(nameless);
    }
    event_add_text(event, SONDA_DRIVER_ITEM_NAME, name);
    event_emit(event);
    if (name != NULL) {
        CmCallbackReleaseKeyObjectIDEx(name);
    }
}

static void set(driver_event *event, const REG_SET_VALUE_KEY_INFORMATION *info)
{
    BOOLEAN whole = info->DataSize <= SONDA_DRIVER_VALUE_MAX;

    event->head.argument = info->Type;
    event->head.length = info->DataSize;
    event_add_text(event, SONDA_DRIVER_ITEM_VALUE_NAME, info->ValueName);
    event_add(event, SONDA_DRIVER_ITEM_VALUE_DATA, info->Data,
              whole ? info->DataSize : SONDA_DRIVER_VALUE_MAX);
    event->items[event->item_count - 1].flags = whole ? 0 : SONDA_DRIVER_ITEM_TRUNCATED;
    emit_key(event, info->Object);
}

static void done(REG_NOTIFY_CLASS class, PVOID object, const void *before)
{
    const REG_CREATE_KEY_INFORMATION *create = before;
    driver_event event;

    if (class == RegNtPostSetValueKey) {
        event_begin(&event, SONDA_DRIVER_VALUE_SET);
        set(&event, before);
    } else if (class == RegNtPostRenameKey) {
        event_begin(&event, SONDA_DRIVER_KEY_RENAME);
        event_add_text(&event, SONDA_DRIVER_ITEM_TARGET_NAME,
                       ((const REG_RENAME_KEY_INFORMATION *)before)->NewName);
        emit_key(&event, object);
    } else if (class == RegNtPostCreateKeyEx && create->Disposition != NULL &&
               *create->Disposition == CREATED) {
        event_begin(&event, SONDA_DRIVER_KEY_CREATE);
        event.head.argument = CREATED;
        emit_key(&event, object);
    }
}

NTSTATUS NTAPI on_registry(PVOID context, PVOID class_number, PVOID info)
{
    REG_NOTIFY_CLASS class = (REG_NOTIFY_CLASS)(ULONG_PTR)class_number;
    const REG_DELETE_VALUE_KEY_INFORMATION *value = info;
    const REG_POST_OPERATION_INFORMATION *post = info;
    driver_event event;

    if (info == NULL || ExGetPreviousMode() == KernelMode || is_sensor()) {
        return STATUS_SUCCESS;
    }
    if (class == RegNtPreDeleteKey) {
        event_begin(&event, SONDA_DRIVER_KEY_DELETE);
        emit_key(&event, ((const REG_DELETE_KEY_INFORMATION *)info)->Object);
    } else if (class == RegNtPreDeleteValueKey) {
        event_begin(&event, SONDA_DRIVER_VALUE_DELETE);
        event_add_text(&event, SONDA_DRIVER_ITEM_VALUE_NAME, value->ValueName);
        emit_key(&event, value->Object);
    } else if ((class == RegNtPostCreateKeyEx || class == RegNtPostSetValueKey ||
                class == RegNtPostRenameKey) &&
               post->Status == STATUS_SUCCESS && post->PreInformation != NULL) {
        done(class, post->Object, post->PreInformation);
    }
    return STATUS_SUCCESS;
}
