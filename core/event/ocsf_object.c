/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What OCSF requires of its objects beyond what fields give.
 *
 * A record need not say whether a file is a folder, or how a module was
 * loaded; the schema asks all the same and has a number for "unknown".
 *
 * Layer 2 (event): uses base and codec. No allocation.
 */

#include "core/event/ocsf_object.h"

#include "core/event/ocsf.h"
#include "core/event/value.h"

/* A constant that stands in where neither `member` nor `instead` is given. */
typedef struct stand_in {
    const char *object;
    const char *member;
    const char *instead;
    const char *value;
} stand_in;

#define UNKNOWN_NAME "\"unknown\""

static const stand_in stand_ins[] = {
    {"file", "name", "path", UNKNOWN_NAME},
    {"file", "type_id", "path", "0"},
    {"file_result", "name", "path", UNKNOWN_NAME},
    {"file_result", "type_id", "path", "0"},
    {"signature", "algorithm_id", "algorithm_id", "0"},
    {"module", "load_type_id", "load_type_id", "0"},
    {"driver", "file", "file", "{\"name\":\"unknown\",\"type_id\":0}"},
    {"script", "script_content", "script_content", "{\"value\":\"\"}"},
    {"connection_info", "direction_id", "direction_id", "0"},
    {"reg_key", "path", "path", UNKNOWN_NAME},
    {"reg_value", "path", "path", UNKNOWN_NAME},
    {"reg_value", "name", "path", UNKNOWN_NAME},
    {"win_service", "name", "name", UNKNOWN_NAME},
    {"job", "name", "name", UNKNOWN_NAME},
    {"query", "hostname", "hostname", UNKNOWN_NAME},
    {"user", "name", "uid", UNKNOWN_NAME},
};

static void put_stand_ins(sonda__json_writer *json,
                          const sonda__ocsf_page *page,
                          sonda__span path,
                          sonda__span name)
{
    for (size_t i = 0; i < sizeof stand_ins / sizeof stand_ins[0]; i++) {
        const stand_in *row = &stand_ins[i];

        if (sonda__span_is(name, row->object) &&
            !sonda__ocsf_page_has(page, path, row->member) &&
            !sonda__ocsf_page_has(page, path, row->instead)) {
            sonda__json_writer_key(json, sonda__span_text(row->member));
            sonda__json_writer_raw(json, row->value);
        }
    }
}

static void put_profiles(sonda__json_writer *json, const sonda__ocsf_page *page)
{
    sonda__json_put_array(json, "profiles");
    /* Where the class itself has no device, the profile allows it. */
    sonda__json_writer_string(json, sonda__span_text("host"));
    if (page->event->product == SONDA_PRODUCT_LINUX) {
        sonda__json_writer_string(json, sonda__span_text("linux/linux_users"));
    }
    if (sonda__ocsf_page_has(page, sonda__span_text("process"), "container") ||
        sonda__ocsf_page_has(page, sonda__span_text("actor.process"), "container")) {
        sonda__json_writer_string(json, sonda__span_text("container"));
    }
    if (page->profile != NULL) {
        sonda__json_writer_string(json, sonda__span_text(page->profile));
    }
    sonda__json_writer_array_end(json);
}

static void
put_metadata(sonda__json_writer *json, const sonda__ocsf_page *page, sonda__span path)
{
    (void)path;
    sonda__json_put_object(json, "product");
    sonda__json_put_text(json, "name", "Sonda");
    sonda__json_put_text(json, "vendor_name", "Sonda");
    sonda__json_put_text(json, "version", sonda_version());
    sonda__json_writer_object_end(json);
    sonda__json_put_text(json, "version", SONDA__OCSF_VERSION);
    sonda__json_put_unsigned(json, "sequence", page->event->header.seq);
    put_profiles(json, page);
}

/* The machine's name, from the record or from who opened the event. */
static sonda__span host_of(const sonda__ocsf_page *page)
{
    sonda__span host = sonda__ocsf_page_text(page, sonda__span_text("device"), "hostname");

    return host.len != 0 ? host : page->event->host;
}

static void put_system(sonda__json_writer *json, uint16_t product)
{
    static const struct {
        const char *name;
        uint32_t type_id;
    } systems[] = {
        [SONDA_PRODUCT_NONE] = {"unknown", 0},
        [SONDA_PRODUCT_WINDOWS] = {"Windows", 100},
        [SONDA_PRODUCT_LINUX] = {"Linux", 200},
        [SONDA_PRODUCT_MACOS] = {"macOS", 300},
    };
    size_t row = product < sizeof systems / sizeof systems[0] ? product : SONDA_PRODUCT_NONE;

    sonda__json_put_object(json, "os");
    sonda__json_put_text(json, "name", systems[row].name);
    sonda__json_put_unsigned(json, "type_id", systems[row].type_id);
    sonda__json_writer_object_end(json);
}

static void put_device(sonda__json_writer *json, const sonda__ocsf_page *page, sonda__span path)
{
    sonda__json_put_unsigned(json, "type_id", 0);
    put_system(json, page->event->product);
    if (sonda__ocsf_page_has(page, path, "hostname")) {
        return;
    }
    if (host_of(page).len != 0) {
        sonda__json_put_string(json, "hostname", host_of(page));
    } else {
        sonda__json_put_text(json, "name", "unknown");
    }
}

/* An event without an acting process or user still has who reported it. */
static void put_actor(sonda__json_writer *json, const sonda__ocsf_page *page, sonda__span path)
{
    if (!sonda__ocsf_page_has_inside(page, path)) {
        sonda__span provider = page->event->provider;

        sonda__json_put_string(json, "app_name",
                               provider.len != 0 ? provider : sonda__span_text("unknown"));
    }
}

static void
put_process(sonda__json_writer *json, const sonda__ocsf_page *page, sonda__span path)
{
    sonda__span image = sonda__ocsf_page_text(page, path, "file.path");

    if (image.len != 0) {
        sonda__json_put_string(json, "name", sonda__value_file_name(image));
    } else if (!sonda__ocsf_page_has(page, path, "pid") &&
               !sonda__ocsf_page_has(page, path, "uid")) {
        sonda__json_put_text(json, "name", "unknown");
    }
}

static void
put_endpoint(sonda__json_writer *json, const sonda__ocsf_page *page, sonda__span path)
{
    if (sonda__ocsf_page_has_inside(page, path)) {
        return;
    }
    if (host_of(page).len != 0) {
        sonda__json_put_string(json, "hostname", host_of(page));
    } else {
        sonda__json_put_text(json, "name", "unknown");
    }
}

static bool holds(sonda__span text, const char *part)
{
    size_t len = strlen(part);

    for (size_t i = 0; i + len <= text.len; i++) {
        if (memcmp(text.data + i, part, len) == 0) {
            return true;
        }
    }
    return false;
}

static void put_script(sonda__json_writer *json, const sonda__ocsf_page *page, sonda__span path)
{
    const uint32_t type_unknown = 0;
    const uint32_t type_powershell = 2;

    (void)path;
    sonda__json_put_unsigned(json, "type_id",
                             holds(page->event->channel, "PowerShell") ? type_powershell
                                                                       : type_unknown);
}

/* Objects that want more than a constant. */
static const struct {
    const char *name;
    void (*put)(sonda__json_writer *json, const sonda__ocsf_page *page, sonda__span path);
} special[] = {
    {"metadata", put_metadata},
    {"device", put_device},
    {"actor", put_actor},
    {"process", put_process},
    {"parent_process", put_process},
    {"src_endpoint", put_endpoint},
    {"dst_endpoint", put_endpoint},
    {"script", put_script},
};

static sonda__span last_component(sonda__span path)
{
    size_t at = path.len;

    while (at > 0 && path.data[at - 1] != '.') {
        at--;
    }
    return sonda__span_of(path.data + at, path.len - at);
}

void sonda__ocsf_object_begin(sonda__json_writer *json,
                              const sonda__ocsf_page *page,
                              sonda__span path)
{
    sonda__span name = last_component(path);

    sonda__json_writer_object_begin(json);
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++) {
        if (sonda__span_is(name, special[i].name)) {
            special[i].put(json, page, path);
        }
    }
    put_stand_ins(json, page, path, name);
}
