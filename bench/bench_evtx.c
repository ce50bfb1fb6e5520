/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Windows event log files: to records, to events, and matched against all of
 * SigmaHQ. The chunks of every log in the data folder stand behind one another
 * as one file, fed again and again in blocks as the host reads them.
 *
 * Benchmarks only.
 */

#define _XOPEN_SOURCE 700

#include "bench/recording_data.h"
#include "bench/rule_data.h"
#include "core/detect/match.h"
#include "core/engine/decode.h"
#include "core/normalise/evtx_file.h"
#include "core/rules/content.h"
#include "sonda/input.h"

#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define BLOCK ((size_t)128 * 1024)
#define ROUNDS 40
#define PASSES 5

/* A log of its own: a header, and the chunks of all. */
static char *image;
static size_t image_len;
static size_t image_room;

typedef struct reading {
    sonda_event *event;           /* NULL: records only */
    const sonda_content *content; /* NULL: no matching */
    const sonda__names *names;
    sonda__matcher *matcher;
    uint64_t records;
    uint64_t bytes; /* of payloads, and of the texts of events */
    uint64_t matches;
    uint64_t failed;
} reading;

static void append(const char *bytes, size_t len)
{
    if (image_room - image_len < len) {
        image_room = 2 * (image_room + len);
        image = realloc(image, image_room);
        if (image == NULL) {
            abort();
        }
    }
    memcpy(image + image_len, bytes, len);
    image_len += len;
}

static int add_log(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    static char bytes[8 * 1024 * 1024];
    size_t len = strlen(path);
    FILE *file;

    (void)info;
    (void)at;
    if (kind != FTW_F || len < 5 || strcmp(path + len - 5, ".evtx") != 0 ||
        (file = fopen(path, "rb")) == NULL) {
        return 0;
    }
    len = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    if (len > SONDA__EVTX_FILE_HEADER_SIZE) {
        size_t head = SONDA__EVTX_FILE_HEADER_SIZE;
        size_t chunks = (len - head) / SONDA__EVTX_CHUNK_SIZE * SONDA__EVTX_CHUNK_SIZE;

        append(bytes, image_len == 0 ? head : 0);
        append(bytes + head, chunks);
    }
    return 0;
}

static void count_match(uint32_t rule_index, void *user)
{
    reading *self = user;

    (void)rule_index;
    self->matches++;
}

static sonda_status
on_record(const void *record, size_t len, uint64_t number, uint64_t offset, void *user)
{
    reading *self = user;
    sonda_error error = SONDA_ERROR_INIT;
    sonda_record_header header;

    (void)number;
    (void)offset;
    self->records++;
    self->bytes += len;
    if (self->event == NULL) {
        return SONDA_OK;
    }
    if (sonda__decode_record(self->event, sonda__span_of(record, len), self->names, &header,
                             &error) != SONDA_OK) {
        self->failed++;
        return SONDA_OK;
    }
    self->bytes += self->event->field_count;
    if (self->content != NULL) {
        (void)sonda__match(self->content, self->event, self->matcher, count_match, self);
    }
    return SONDA_OK;
}

static void read_rounds(reading *self, size_t rounds)
{
    sonda_input_callbacks callbacks = SONDA_INPUT_CALLBACKS_INIT;
    sonda_input *input = NULL;

    callbacks.on_record = on_record;
    callbacks.user = self;
    if (sonda_input_open(&input, NULL, NULL) != SONDA_OK) {
        abort();
    }
    for (size_t round = 0; round < rounds; round++) {
        size_t at = round == 0 ? 0 : SONDA__EVTX_FILE_HEADER_SIZE;

        while (at < image_len) {
            size_t len = image_len - at < BLOCK ? image_len - at : BLOCK;
            (void)sonda_input_feed(input, image + at, len, &callbacks);
            at += len;
        }
    }
    (void)sonda_input_finish(input, &callbacks);
    sonda_input_close(input);
}

static void measure(const char *what, reading *self)
{
    size_t rounds = self->content != NULL ? ROUNDS / 8 : ROUNDS;
    double best = 1e9;

    for (int pass = 0; pass < PASSES; pass++) {
        double start = recording_data_cpu_seconds();
        double taken;

        self->records = self->bytes = self->matches = self->failed = 0;
        read_rounds(self, rounds);
        taken = recording_data_cpu_seconds() - start;
        best = taken < best ? taken : best;
    }
    printf("%-22s %9.0f records/s %6.0f ns/record, %llu records, %llu failed, %llu matches\n",
           what, (double)self->records / best, best / (double)self->records * 1e9,
           (unsigned long long)(self->records / rounds),
           (unsigned long long)(self->failed / rounds),
           (unsigned long long)(self->matches / rounds));
}

/* What reading every byte costs, to compare with. */
static void measure_bytes(void)
{
    double best = 1e9;
    uint64_t sum = 0;

    for (int pass = 0; pass < PASSES; pass++) {
        double start = recording_data_cpu_seconds();
        double taken;

        for (size_t at = 0; at + sizeof sum <= image_len; at += sizeof sum) {
            uint64_t word;
            memcpy(&word, image + at, sizeof word);
            sum ^= word;
        }
        taken = recording_data_cpu_seconds() - start;
        best = taken < best ? taken : best;
    }
    printf("%.1f MB of chunks; reading every byte takes %.2f ms (%llx)\n",
           (double)image_len / 1e6, best * 1e3, (unsigned long long)sum);
}

int main(void)
{
    const char *data = getenv("SONDA_TEST_DATA");
    reading self = {.names = sonda__names_of_table()};
    sonda_content *content;
    char path[2048];

    data = data != NULL ? data : SONDA_SOURCE_DIR "/../shared/data";
    snprintf(path, sizeof path, "%s/windows/evtx-attack-samples", data);
    (void)nftw(path, add_log, 16, FTW_PHYS);
    snprintf(path, sizeof path, "%s/sigma/regression_data", data);
    (void)nftw(path, add_log, 16, FTW_PHYS);
    if (image_len == 0) {
        printf("skipped: no event logs below %s\n", data);
        return 0;
    }
    measure_bytes();
    measure("file to records", &self);
    if (sonda_event_open(&self.event, NULL) != SONDA_OK) {
        return 1;
    }
    measure("file to events", &self);
    content = rule_data_load();
    if (content != NULL && sonda__matcher_open(&self.matcher, NULL) == SONDA_OK) {
        self.names = sonda__content_names(content);
        measure("with SigmaHQ's names", &self);
        self.content = content;
        measure("matched to SigmaHQ", &self);
    }
    sonda__matcher_close(self.matcher);
    sonda_content_release(content);
    sonda_event_close(self.event);
    free(image);
    return 0;
}
