/* SPDX-License-Identifier: Apache-2.0 */

/*
 * An event laid out by the places its fields have in OCSF.
 *
 * Each field goes to the first route of its row that fits the event. A place
 * takes one value: of a list the first, the others stay in `unmapped`, as does
 * what cannot be read in the type OCSF asks for.
 *
 * Layer 2 (event): uses base and codec. No allocation.
 */

#include "core/event/ocsf_page.h"

#include "core/event/ocsf_value.h"

const sonda__ocsf_class *sonda__ocsf_class_of(uint32_t class_uid)
{
    static const sonda__ocsf_class rows[] = {
        {SONDA_CLASS_BASE, 0, SONDA__OCSF_KIND_BASE, NULL},
        {SONDA_CLASS_FILE, 1, SONDA__OCSF_KIND_FILE, "file"},
        {SONDA_CLASS_KERNEL_EXTENSION, 1, SONDA__OCSF_KIND_KERNEL, "driver"},
        {SONDA_CLASS_MEMORY, 1, SONDA__OCSF_KIND_MEMORY, "process"},
        {SONDA_CLASS_MODULE, 1, SONDA__OCSF_KIND_MODULE, "module"},
        {SONDA_CLASS_SCHEDULED_JOB, 1, SONDA__OCSF_KIND_JOB, "job"},
        {SONDA_CLASS_PROCESS, 1, SONDA__OCSF_KIND_PROCESS, "process"},
        {SONDA_CLASS_SCRIPT, 1, SONDA__OCSF_KIND_SCRIPT, "script"},
        {SONDA_CLASS_FINDING, 2, SONDA__OCSF_KIND_FINDING, NULL},
        {SONDA_CLASS_AUTHENTICATION, 3, SONDA__OCSF_KIND_AUTHENTICATION, "user"},
        {SONDA_CLASS_NETWORK, 4, SONDA__OCSF_KIND_NETWORK, NULL},
        {SONDA_CLASS_DNS, 4, SONDA__OCSF_KIND_DNS, "query"},
        {SONDA_CLASS_REGISTRY_KEY, 1, SONDA__OCSF_KIND_REGISTRY_KEY, "reg_key"},
        {SONDA_CLASS_REGISTRY_VALUE, 1, SONDA__OCSF_KIND_REGISTRY_VALUE, "reg_value"},
        {SONDA_CLASS_WINDOWS_SERVICE, 1, SONDA__OCSF_KIND_SERVICE, "win_service"},
    };

    for (size_t i = 1; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].class_uid == class_uid) {
            return &rows[i];
        }
    }
    return &rows[0];
}

static bool source_fits(const sonda__ocsf_route *route, const sonda_event *event)
{
    return route->source == SONDA__OCSF_SOURCE_ANY ||
           sonda__span_equal_ascii_case(event->channel, sonda__span_text("Security"));
}

static bool route_fits(const sonda__ocsf_page *page, const sonda__ocsf_route *route)
{
    return (route->kind == SONDA__OCSF_ANY || route->kind == page->class_row->kind) &&
           (route->activity == 0 || route->activity == page->event->activity_id) &&
           source_fits(route, page->event);
}

static const sonda__ocsf_route *route_of(const sonda__ocsf_page *page, sonda_field_id id)
{
    if (id >= SONDA_FIELD_COUNT) {
        return NULL;
    }
    for (size_t i = sonda__ocsf_route_starts[id]; i < sonda__ocsf_route_starts[id + 1]; i++) {
        if (route_fits(page, &sonda__ocsf_routes[i])) {
            return &sonda__ocsf_routes[i];
        }
    }
    return NULL;
}

static void place_field(sonda__ocsf_page *page, size_t index)
{
    const sonda__field *field = &page->event->fields[index];
    const sonda__ocsf_route *route = route_of(page, field->id);
    sonda__ocsf_slot *slot = route == NULL ? NULL : &page->slots[route->leaf];

    if (slot == NULL || slot->filled || field->text.len == 0 ||
        !sonda__ocsf_value_fits((sonda__ocsf_form)route->form, field->text)) {
        return;
    }
    slot->text = field->text;
    slot->form = (sonda__ocsf_form)route->form;
    slot->filled = true;
    page->mapped[index / 64] |= UINT64_C(1) << index % 64;
}

/* The acting process, where the record does not tell it. */
static void place_actor(sonda__ocsf_page *page)
{
    bool launch = page->event->activity_id == SONDA_PROCESS_LAUNCH;

    if (page->class_row->kind != SONDA__OCSF_KIND_PROCESS ||
        (!launch && sonda__ocsf_page_has_inside(page, sonda__span_text("actor")))) {
        return;
    }
    for (size_t i = 0; i < SONDA__OCSF_LEAVES; i++) {
        const sonda__ocsf_leaf *leaf = &sonda__ocsf_leaves[i];
        uint16_t from = launch ? leaf->of_launch : leaf->of_itself;

        if (from != SONDA__OCSF_NO_LEAF && !page->slots[i].filled) {
            page->slots[i] = page->slots[from];
        }
    }
}

void sonda__ocsf_page_init(sonda__ocsf_page *page, const sonda_event *event)
{
    memset(page, 0, sizeof *page);
    page->event = event;
    page->class_row = sonda__ocsf_class_of(event->class_uid);
    for (size_t i = 0; i < event->field_count; i++) {
        place_field(page, i);
    }
    place_actor(page);
}

bool sonda__ocsf_page_is_mapped(const sonda__ocsf_page *page, size_t index)
{
    return (page->mapped[index / 64] >> index % 64 & 1) != 0;
}

/* What follows "object.member" in a path, or NULL when it does not begin so. */
static const char *behind(const char *path, sonda__span object, const char *member)
{
    if (object.len != 0) {
        if (strncmp(path, object.data, object.len) != 0 || path[object.len] != '.') {
            return NULL;
        }
        path += object.len + 1;
    }
    return strncmp(path, member, strlen(member)) == 0 ? path + strlen(member) : NULL;
}

bool sonda__ocsf_page_has_inside(const sonda__ocsf_page *page, sonda__span object)
{
    for (size_t i = 0; i < SONDA__OCSF_LEAVES; i++) {
        if (page->slots[i].filled && behind(sonda__ocsf_leaves[i].path, object, "") != NULL) {
            return true;
        }
    }
    return false;
}

bool sonda__ocsf_page_has(const sonda__ocsf_page *page, sonda__span object, const char *member)
{
    for (size_t i = 0; i < SONDA__OCSF_LEAVES; i++) {
        const char *rest =
            page->slots[i].filled ? behind(sonda__ocsf_leaves[i].path, object, member) : NULL;

        if (rest != NULL && (*rest == '\0' || *rest == '.')) {
            return true;
        }
    }
    return false;
}

sonda__span
sonda__ocsf_page_text(const sonda__ocsf_page *page, sonda__span object, const char *member)
{
    for (size_t i = 0; i < SONDA__OCSF_LEAVES; i++) {
        const char *rest =
            page->slots[i].filled ? behind(sonda__ocsf_leaves[i].path, object, member) : NULL;

        if (rest != NULL && *rest == '\0') {
            return page->slots[i].text;
        }
    }
    return sonda__span_of("", 0);
}
