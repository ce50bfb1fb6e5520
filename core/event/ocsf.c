/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Writing events as OCSF.
 *
 * The leaves of a page are in an order in which the members of an object stand
 * together: one walk writes them, closing and opening objects between leaves
 * that have different parents. Whenever an object opens, the attributes that
 * the schema requires of it and that no field gives are written.
 *
 * Layer 2 (event): uses base and codec. No allocation.
 */

#include "core/event/ocsf.h"

#include "core/event/ocsf_object.h"
#include "core/event/ocsf_page.h"
#include "core/event/ocsf_value.h"
#include "core/event/value.h"

#define NS_PER_MS 1000000u
#define CATEGORY_SYSTEM 1u

void sonda__ocsf_classification(sonda__json_writer *json,
                                uint32_t class_uid,
                                uint32_t activity_id,
                                uint32_t severity_id,
                                uint64_t time_ns)
{
    const sonda__ocsf_class *row = sonda__ocsf_class_of(class_uid);
    uint64_t type_uid = (uint64_t)row->class_uid * 100 + activity_id;

    sonda__json_put_unsigned(json, "activity_id", activity_id);
    sonda__json_put_unsigned(json, "category_uid", row->category_uid);
    sonda__json_put_unsigned(json, "class_uid", row->class_uid);
    sonda__json_put_unsigned(json, "type_uid", type_uid);
    sonda__json_put_unsigned(json, "severity_id", severity_id);
    sonda__json_put_unsigned(json, "time", time_ns / NS_PER_MS);
}

static sonda__span parent_of(sonda__span path)
{
    while (path.len > 0 && path.data[path.len - 1] != '.') {
        path.len--;
    }
    return sonda__span_of(path.data, path.len > 0 ? path.len - 1 : 0);
}

/* The last component. */
static sonda__span name_of(sonda__span path)
{
    size_t parent = parent_of(path).len;
    size_t at = parent == 0 ? 0 : parent + 1;

    return sonda__span_of(path.data + at, path.len - at);
}

static bool ends_component(sonda__span path, size_t len)
{
    return len == path.len || path.data[len] == '.';
}

/* Length of the objects that two paths share. */
static size_t shared(sonda__span a, sonda__span b)
{
    size_t found = 0;

    for (size_t i = 0; i <= a.len && i <= b.len; i++) {
        if (i > 0 && ends_component(a, i) && ends_component(b, i)) {
            found = i;
        }
        if (i == a.len || i == b.len || a.data[i] != b.data[i]) {
            break;
        }
    }
    return found;
}

/* Closes the objects of `path` beyond its first `keep` bytes. */
static void close_objects(sonda__json_writer *json, sonda__span path, size_t keep)
{
    while (path.len > keep) {
        sonda__json_writer_object_end(json);
        path = parent_of(path);
    }
}

/* Opens the objects of `path` beyond its first `have` bytes. */
static void open_objects(sonda__json_writer *json,
                         const sonda__ocsf_page *page,
                         sonda__span path,
                         size_t have)
{
    size_t at = have == 0 ? 0 : have + 1;

    while (at < path.len) {
        size_t end = at;
        sonda__span object;

        while (!ends_component(path, end)) {
            end++;
        }
        object = sonda__span_of(path.data, end);
        sonda__json_writer_key(json, name_of(object));
        sonda__ocsf_object_begin(json, page, object);
        at = end + 1;
    }
}

static void put_leaf(sonda__json_writer *json, const sonda__ocsf_page *page, size_t leaf)
{
    const sonda__ocsf_slot *slot = &page->slots[leaf];
    sonda__span path = sonda__span_text(sonda__ocsf_leaves[leaf].path);
    const char *split_off = slot->form == SONDA__OCSF_ACCOUNT ? "domain" : "name";
    bool alone = !sonda__ocsf_page_has(page, parent_of(path), split_off) ||
                 (slot->form != SONDA__OCSF_ACCOUNT && slot->form != SONDA__OCSF_REGISTRY);

    sonda__ocsf_value_put(json, slot->form, name_of(path), slot->text, alone);
}

/* Objects an evidence can hold: OCSF's evidences, with the Windows extension. */
static bool is_evidence(sonda__span path)
{
    static const char *const objects[] = {
        "actor.",       "connection_info.", "dst_endpoint.", "file.",
        "job.",         "process.",         "query.",        "reg_key.",
        "reg_value.",   "script.",          "src_endpoint.", "user.",
        "win_service.",
    };

    for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++) {
        size_t len = strlen(objects[i]);

        if (path.len > len && memcmp(path.data, objects[i], len) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_any(sonda__span path)
{
    (void)path;
    return true;
}

/* Writes the filled leaves that `wanted` lets through; false when none was. */
static bool
walk(sonda__json_writer *json, const sonda__ocsf_page *page, bool (*wanted)(sonda__span path))
{
    sonda__span open = sonda__span_of("", 0);
    bool any = false;

    for (size_t i = 0; i < SONDA__OCSF_LEAVES; i++) {
        sonda__span path = sonda__span_text(sonda__ocsf_leaves[i].path);
        sonda__span parent = parent_of(path);

        if (page->slots[i].filled && wanted(path)) {
            size_t common = shared(open, parent);

            close_objects(json, open, common);
            open_objects(json, page, parent, common);
            put_leaf(json, page, i);
            open = parent;
            any = true;
        }
    }
    close_objects(json, open, 0);
    return any;
}

/* An object of the top level that no field opened. */
static void
put_absent(sonda__json_writer *json, const sonda__ocsf_page *page, const char *object)
{
    if (!sonda__ocsf_page_has_inside(page, sonda__span_text(object))) {
        open_objects(json, page, sonda__span_text(object), 0);
        sonda__json_writer_object_end(json);
    }
}

static void put_absent_endpoint(sonda__json_writer *json, const sonda__ocsf_page *page)
{
    sonda__ocsf_kind kind = page->class_row->kind;

    if (kind == SONDA__OCSF_KIND_AUTHENTICATION) {
        put_absent(json, page, "dst_endpoint");
    } else if ((kind == SONDA__OCSF_KIND_NETWORK || kind == SONDA__OCSF_KIND_DNS) &&
               !sonda__ocsf_page_has_inside(page, sonda__span_text("dst_endpoint"))) {
        put_absent(json, page, "src_endpoint");
    }
}

/* What the class requires and no field gave. */
static void put_required(sonda__json_writer *json, const sonda__ocsf_page *page)
{
    put_absent(json, page, "metadata");
    put_absent(json, page, "device");
    if (page->class_row->category_uid == CATEGORY_SYSTEM) {
        put_absent(json, page, "actor");
    }
    if (page->class_row->subject != NULL) {
        put_absent(json, page, page->class_row->subject);
    }
    put_absent_endpoint(json, page);
}

static void put_text(sonda__json_writer *json, const sonda__field *field)
{
    if ((field->flags & SONDA_VALUE_NULL) != 0) {
        sonda__json_writer_null(json);
    } else {
        sonda__json_writer_string(json, field->text);
    }
}

/* The next field after `from` that is not mapped and has this name. */
static size_t next_of_name(const sonda__ocsf_page *page, size_t from, sonda__span name)
{
    const sonda_event *event = page->event;

    while (from < event->field_count && (sonda__ocsf_page_is_mapped(page, from) ||
                                         !sonda__span_equal(event->fields[from].name, name))) {
        from++;
    }
    return from;
}

/* A field that OCSF has no place for; an array when the record repeats it. */
static void put_unmapped(sonda__json_writer *json, const sonda__ocsf_page *page, size_t index)
{
    const sonda_event *event = page->event;
    sonda__span name = event->fields[index].name;
    size_t next = next_of_name(page, index + 1, name);

    if (next_of_name(page, 0, name) != index) {
        return; /* written with the first of its name */
    }
    sonda__json_writer_key(json, name);
    if (next == event->field_count) {
        put_text(json, &event->fields[index]);
        return;
    }
    sonda__json_writer_array_begin(json);
    put_text(json, &event->fields[index]);
    for (; next < event->field_count; next = next_of_name(page, next + 1, name)) {
        put_text(json, &event->fields[next]);
    }
    sonda__json_writer_array_end(json);
}

static void put_rest(sonda__json_writer *json, const sonda__ocsf_page *page, const char *member)
{
    bool open = false;

    for (size_t i = 0; i < page->event->field_count; i++) {
        if (sonda__ocsf_page_is_mapped(page, i)) {
            continue;
        }
        if (!open) {
            sonda__json_put_object(json, member);
            open = true;
        }
        put_unmapped(json, page, i);
    }
    if (open) {
        sonda__json_writer_object_end(json);
    }
}

/* One of the objects that every event has, without the others. */
static void put_one(sonda__json_writer *json,
                    const sonda_event *event,
                    const char *profile,
                    bool (*wanted)(sonda__span path))
{
    sonda__ocsf_page page;

    sonda__ocsf_page_init(&page, event);
    page.profile = profile;
    if (!walk(json, &page, wanted)) {
        put_absent(json, &page, wanted(sonda__span_text("device.")) ? "device" : "metadata");
    }
}

static bool is_metadata(sonda__span path)
{
    return path.len >= 9 && memcmp(path.data, "metadata.", 9) == 0;
}

static bool is_device(sonda__span path)
{
    return path.len >= 7 && memcmp(path.data, "device.", 7) == 0;
}

void sonda__ocsf_metadata(sonda__json_writer *json,
                          const sonda_event *event,
                          const char *profile)
{
    put_one(json, event, profile, is_metadata);
}

void sonda__ocsf_device(sonda__json_writer *json, const sonda_event *event)
{
    put_one(json, event, NULL, is_device);
}

void sonda__ocsf_evidence(sonda__json_writer *json, const sonda_event *event)
{
    sonda__ocsf_page page;

    sonda__ocsf_page_init(&page, event);
    if (!walk(json, &page, is_evidence)) {
        memset(page.mapped, 0, sizeof page.mapped);
        put_rest(json, &page, "data");
    }
}

void sonda__ocsf_event(sonda__json_writer *json, const sonda_event *event)
{
    sonda__ocsf_page page;

    sonda__ocsf_page_init(&page, event);
    sonda__json_writer_object_begin(json);
    sonda__ocsf_classification(json, event->class_uid, event->activity_id,
                               SONDA__OCSF_INFORMATIONAL, event->time_ns);
    walk(json, &page, is_any);
    put_required(json, &page);
    put_rest(json, &page, "unmapped");
    sonda__json_writer_object_end(json);
}

static void put_link(sonda__json_writer *json, const sonda__chain_link *link)
{
    sonda__account account = sonda__value_account(link->user);

    sonda__json_put_unsigned(json, "pid", link->pid);
    if (link->image.len != 0) {
        sonda__json_put_string(json, "name", sonda__value_file_name(link->image));
        sonda__json_put_object(json, "file");
        sonda__ocsf_put_file(json, link->image);
        sonda__json_writer_object_end(json);
    }
    if (link->command_line.len != 0) {
        sonda__json_put_string(json, "cmd_line", link->command_line);
    }
    if (link->current_directory.len != 0) {
        sonda__json_put_string(json, "working_directory", link->current_directory);
    }
    if (link->user.len != 0) {
        sonda__json_put_object(json, "user");
        if (account.domain.len != 0) {
            sonda__json_put_string(json, "domain", account.domain);
        }
        sonda__json_put_string(json, "name", account.name);
        sonda__json_writer_object_end(json);
    }
}

void sonda__ocsf_process(sonda__json_writer *json,
                         const char *name,
                         const sonda__chain_link *links,
                         size_t count)
{
    for (size_t i = 0; i < count; i++) {
        sonda__json_put_object(json, i == 0 ? name : "parent_process");
        put_link(json, &links[i]);
    }
    for (size_t i = 0; i < count; i++) {
        sonda__json_writer_object_end(json);
    }
}

sonda_status
sonda_event_to_ocsf(const sonda_event *event, char *buffer, size_t capacity, size_t *length)
{
    sonda__json_writer json;

    if (event == NULL || length == NULL || (buffer == NULL && capacity != 0)) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    sonda__json_writer_init(&json, buffer, capacity);
    sonda__ocsf_event(&json, event);
    *length = json.out.needed;
    return json.out.status;
}
