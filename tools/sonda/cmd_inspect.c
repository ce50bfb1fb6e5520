/* SPDX-License-Identifier: Apache-2.0 */

/*
 * `sonda inspect`: what a pack or a recording holds.
 *
 * Module tools.
 */

#include "commands.h"
#include "complaints.h"
#include "contents.h"
#include "duration.h"
#include "response_words.h"
#include "sonda/event.h"
#include "sonda/recording.h"
#include "text.h"

#include <string.h>

/* The file header's first bytes, from sonda/recording.h. */
static const uint8_t recording_magic[] = {0x89, 'S', 'O', 'N', 'D', 'A', 0x0d, 0x0a};

#define SOURCES 11u

typedef struct inspecting {
    program *program;
    const char *path;
    sonda_recording *recording; /* NULL: nothing read yet, or no recording */
    sonda_error error;
    complaints damage;
    uint64_t bytes;
    uint64_t records;
    uint64_t by_source[SOURCES];
    uint64_t first_ns;
    uint64_t last_ns;
    bool is_recording;
} inspecting;

static sonda_status
on_record(const void *record, size_t record_len, uint64_t number, uint64_t offset, void *user)
{
    inspecting *self = user;
    sonda_record_header header;

    (void)number;
    (void)offset;
    if (sonda_record_header_read(record, record_len, &header) == SONDA_OK) {
        self->records++;
        self->by_source[header.source < SOURCES ? header.source : 0]++;
        if (header.wall_ns != 0) {
            self->first_ns = self->first_ns != 0 ? self->first_ns : header.wall_ns;
            self->last_ns = header.wall_ns;
        }
    }
    return SONDA_OK;
}

static void on_skipped(
    uint64_t number, uint64_t offset, sonda_status status, const char *reason, void *user)
{
    inspecting *self = user;

    (void)status;
    if (complaints_admit(&self->damage)) {
        complain(self->program, "%s: record %llu, byte %llu: %s", self->path,
                 (unsigned long long)number, (unsigned long long)offset, reason);
    }
}

static sonda_input_callbacks callbacks_of(inspecting *self)
{
    sonda_input_callbacks callbacks = SONDA_INPUT_CALLBACKS_INIT;

    callbacks.on_record = on_record;
    callbacks.on_skipped = on_skipped;
    callbacks.user = self;
    return callbacks;
}

/* The first block says what the file is; a pack needs no second one. */
static sonda_status
on_bytes(const uint8_t *bytes, size_t len, uint64_t offset, uint64_t total, void *user)
{
    inspecting *self = user;
    sonda_input_callbacks callbacks = callbacks_of(self);

    (void)total;
    if (offset == 0) {
        size_t shown = len < sizeof recording_magic ? len : sizeof recording_magic;

        self->is_recording = memcmp(bytes, recording_magic, shown) == 0;
    }
    if (!self->is_recording) {
        return SONDA_ERR_END;
    }
    self->bytes = offset + len;
    return sonda_recording_feed(self->recording, bytes, len, &callbacks, &self->error);
}

static void print_time(program *self, const char *name, uint64_t time_ns)
{
    char time[TIME_ROOM];

    if (time_ns != 0) {
        time_write(time_ns, time);
        print(self, "%-12s %s\n", name, time);
    }
}

static void print_recording(inspecting *self)
{
    static const char *const products[] = {"unknown system", "windows", "linux", "macos"};
    static const char *const machines[] = {"unknown machine", "x86-64", "aarch64"};
    static const char *const sources[SOURCES] = {"vendors", "generic", "linux",  "json",
                                                 "sysmon",  "audit",   "health", "evtx",
                                                 "driver",  "etw",     "es"};
    sonda_recording_info info = SONDA_RECORDING_INFO_INIT;
    program *to = self->program;

    print(to, "recording    %s\n", self->path);
    if (sonda_recording_get_info(self->recording, &info) == SONDA_OK) {
        print(to, "made on      %s, %s\n", products[info.product < 4 ? info.product : 0],
              machines[info.machine < 3 ? info.machine : 0]);
        print_time(to, "begun", info.wall_ns);
    }
    print_time(to, "first", self->first_ns);
    print_time(to, "last", self->last_ns);
    print(to, "bytes        %llu\n", (unsigned long long)self->bytes);
    print(to, "records      %llu\n", (unsigned long long)self->records);
    for (size_t i = 0; i < SOURCES; i++) {
        if (self->by_source[i] != 0) {
            print(to, "  %-10s %llu\n", sources[i], (unsigned long long)self->by_source[i]);
        }
    }
    print(to, "unreadable   %llu\n", (unsigned long long)self->damage.count);
}

static int inspect_recording(inspecting *self, sonda_status status)
{
    sonda_input_callbacks callbacks = callbacks_of(self);

    if (status == SONDA_OK) {
        status = sonda_recording_finish(self->recording, &callbacks, &self->error);
    }
    complaints_close(&self->damage, "damaged places");
    if (status == SONDA_ERR_CANCELLED) {
        return EXIT_INTERRUPTED;
    }
    print_recording(self);
    /* A torn tail was told of by on_skipped; all before it has been counted. */
    if (status == SONDA_OK || (status == SONDA_ERR_TRUNCATED && self->records != 0)) {
        return self->records == 0 && self->damage.count != 0 ? EXIT_INPUT : EXIT_DONE;
    }
    complain(self->program, "%s: %s", self->path, self->error.message);
    return status == SONDA_ERR_VERSION || status == SONDA_ERR_CHECKSUM ? EXIT_REFUSED
                                                                       : EXIT_INPUT;
}

static void print_digest(program *self, const uint8_t *digest)
{
    print(self, "digest       ");
    for (size_t i = 0; i < 32; i++) {
        print(self, "%02x", digest[i]);
    }
    print(self, "\n");
}

static const char *policy_name(const sonda_policy_view *entry)
{
    return entry->kind == SONDA_POLICY_RULE  ? "rule"
           : entry->kind == SONDA_POLICY_TAG ? "tag"
                                             : "level";
}

/* A line an entry, as the policy file has it, then a blank one. */
static void print_policy(program *self, const sonda_content *content)
{
    sonda_policy_view entry = SONDA_POLICY_VIEW_INIT;

    for (uint32_t i = 0; sonda_content_policy(content, i, &entry) == SONDA_OK; i++) {
        print(self, "%-5s  %-5s  ", action_word(entry.action), policy_name(&entry));
        if (entry.kind == SONDA_POLICY_LEVEL) {
            put(self->out, level_names[entry.level <= SONDA_LEVEL_CRITICAL ? entry.level : 0]);
        }
        put_plain(self->out, entry.name.data, entry.name.len, entry.name.len);
        put(self->out, entry.feature.len != 0 ? "  feature " : "");
        put_plain(self->out, entry.feature.data, entry.feature.len, entry.feature.len);
        put(self->out, "\n");
    }
    put(self->out, "\n");
}

static void
print_rule(program *self, const sonda_content *content, uint32_t index, bool with_action)
{
    uint32_t action = SONDA_ACTION_ALERT;
    sonda_rule_view rule = SONDA_RULE_VIEW_INIT;

    if (sonda_content_rule(content, index, &rule) != SONDA_OK) {
        return;
    }
    put_plain(self->out, rule.id.data, rule.id.len, rule.id.len);
    if (with_action) {
        (void)sonda_content_rule_action(content, index, &action);
        print(self, "  %-5s", action_word(action));
    }
    print(self, "  %-13s  ", level_names[rule.level <= SONDA_LEVEL_CRITICAL ? rule.level : 0]);
    put_plain(self->out, rule.title.data, rule.title.len, rule.title.len);
    put(self->out, "\n");
}

static int inspect_pack(program *self, const char *path)
{
    sonda_content_info info = SONDA_CONTENT_INFO_INIT;
    sonda_content *content = NULL;
    int code = contents_of_pack(self, path, false, &content);

    if (code != EXIT_DONE) {
        return code;
    }
    (void)sonda_content_info_get(content, &info);
    print(self, "pack         %s\nversion      %u\nbytes        %llu\n", path, info.version,
          (unsigned long long)info.size_bytes);
    print_digest(self, info.digest);
    print(self, "signature    %s\n", info.signature == 0 ? "none looked at" : "accepted");
    print(self, "rules        %u\nfilters      %u\nlog sources  %u\nnative names %u\n",
          info.rule_count, info.filter_count, info.source_count, info.native_count);
    print(self, "regexes      %u\nworst case   %llu steps an event, %llu a byte\n",
          info.regex_count, (unsigned long long)info.cost_per_event,
          (unsigned long long)info.cost_per_byte);
    print(self, "policy       %u\n\n", info.policy_count);
    if (info.policy_count != 0) {
        print_policy(self, content);
    }
    for (uint32_t i = 0; i < sonda_content_rule_count(content); i++) {
        print_rule(self, content, i, info.policy_count != 0);
    }
    sonda_content_release(content);
    return EXIT_DONE;
}

static int inspect(program *self, const char *path)
{
    inspecting job = {.program = self, .path = path, .damage = {self, 0}};
    sonda_host_read_options options = SONDA_HOST_READ_OPTIONS_INIT;
    sonda_error error = SONDA_ERROR_INIT;
    sonda_status status;
    int code;

    job.error = error;
    options.on_bytes = on_bytes;
    options.user = &job;
    if (sonda_recording_open(&job.recording, NULL) != SONDA_OK) {
        complain(self, "out of memory");
        return EXIT_REFUSED;
    }
    status = sonda_host_read(self->host, path, &options, &error);
    if (job.is_recording) {
        code = inspect_recording(&job, status);
    } else if (status == SONDA_ERR_END || status == SONDA_OK) {
        code = inspect_pack(self, path);
    } else {
        complain(self, "%s: %s", path, error.message);
        code = status == SONDA_ERR_CANCELLED ? EXIT_INTERRUPTED : EXIT_INPUT;
    }
    sonda_recording_close(job.recording);
    return code;
}

static int run(program *self, arguments *given)
{
    int code = EXIT_DONE;

    for (size_t i = 0; i < given->operands.count && code != EXIT_INTERRUPTED; i++) {
        int one = inspect(self, given->operands.items[i]);

        code = one != EXIT_DONE ? one : code;
    }
    return code;
}

const command command_inspect = {
    "inspect",
    COMMAND_INSPECT,
    "FILE...",
    "show what a pack or a recording holds",
    "Checks a pack or a recording and shows its header, counts and digest, and the\n"
    "rules of a pack.",
    1,
    (size_t)-1,
    run,
};
