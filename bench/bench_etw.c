/* SPDX-License-Identifier: Apache-2.0 */

/*
 * ETW payload to event: each kind of event alone, and the mix that a busy
 * machine sends (mostly files and registry). With and without the tracker's
 * part, which resolves names. Each figure is the best of several passes.
 *
 * Benchmarks only.
 */

#include "bench/recording_data.h"
#include "core/engine/decode.h"
#include "sonda/tracker.h"
#include "tests/unit/normalise/etl_build.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PASSES 7
#define EVENTS 200000u

#define SYSTEM32 "\\Device\\HarddiskVolume3\\Windows\\System32\\"

static const struct kind {
    const char *name;
    const char *provider;
    uint16_t id;
    uint8_t version;
    uint8_t share; /* of the mix, in hundredths */
    const char *script;
} kinds[] = {
    {"file create", "file", 12, 1, 30,
     "p=1|p=a2|u4=7|u4=16|u4=128|u4=7|w=" SYSTEM32 "drivers\\etc\\hosts"},
    {"file write", "file", 16, 1, 15, "u8=512|p=1|p=a2|p=a1|u4=7|u4=100|u4=2|u4=0"},
    {"file close", "file", 14, 1, 15, "p=1|p=a2|p=a1|u4=7"},
    {"key open", "registry", 2, 0, 20,
     "p=0|p=b2|u4=0|u4=2|w=|w="
     "\\REGISTRY\\MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run"},
    {"value set", "registry", 5, 0, 3,
     "p=b2|u4=0|u4=1|u4=60|w=|w=OneDrive|d=C:\\Program Files\\Microsoft OneDrive\\OneDrive.exe "
     "/background|u4=0|u4=0|u2=0"},
    {"image load", "process", 5, 0, 8,
     "p=7ff000|p=1000|u4=4000|u4=1|u4=2|p=0|w=" SYSTEM32 "kernelbase.dll"},
    {"connect", "network", 12, 0, 4,
     "u4=4000|u4=0|ip4=93.184.216.34|ip4=192.168.0.1|be2=443|be2=50000"},
    {"dns query", "dns", 3008, 0, 2,
     "w=settings-win.data.microsoft.com|u4=1|u8=2|u4=0|w=type: 5 x.akamai.net;20.73.194.208;"},
    {"process start", "process", 1, 3, 1,
     "u4=4000|u8=9|u8=133444736000000000|u4=500|u8=8|u4=1|u4=0|u4=1|u4=1|sid=12288|w=" SYSTEM32
     "svchost.exe"},
    {"classic start", "classic", 1, 4, 1,
     "p=ffff|u4=4000|u4=500|u4=1|u4=259|p=1|u4=0|user=12288|n=svchost.exe|w=C:"
     "\\Windows\\System32\\svchost.exe -k netsvcs -p -s Schedule"},
    {"script block", "powershell", 4104, 1, 1,
     "u4=1|u4=1|w=function prompt { \"PS "
     "$($executionContext.SessionState.Path.CurrentLocation)$('>' * ($nestedPromptLevel + 1)) "
     "\" }|w=0d5f1b2c-0b9e-4c5e-9a44-8f1f6d4d1a11|w="},
};
#define KINDS (sizeof kinds / sizeof kinds[0])

static struct {
    uint8_t bytes[1024];
    size_t len;
} records[KINDS];

static void make_records(void)
{
    static etw_data data;

    for (size_t i = 0; i < KINDS; i++) {
        int classic = strcmp(kinds[i].provider, "classic") == 0;
        const etw_head head = {kinds[i].id, kinds[i].version,  (uint8_t)classic, 4000,
                               17,          ETL_START_FILETIME};

        etw_script(&data, 0, kinds[i].script);
        records[i].len =
            etw_record(records[i].bytes, 1, 1, etw_guid(kinds[i].provider), &head, &data);
    }
}

/* Nanoseconds for each of EVENTS events, `order` saying which. */
static double measure(const uint8_t *order, sonda_event *event, sonda_tracker *tracker)
{
    double best = 1e9;

    for (size_t pass = 0; pass < PASSES; pass++) {
        double begin = recording_data_cpu_seconds();
        double took;

        for (size_t i = 0; i < EVENTS; i++) {
            size_t which = order[i % 100];
            sonda_record_header header;
            sonda_error error;

            if (sonda__decode_record(
                    event,
                    sonda__span_of((const char *)records[which].bytes, records[which].len),
                    sonda__names_of_table(), &header, &error) != SONDA_OK ||
                event->is_raw) {
                abort();
            }
            if (tracker != NULL) {
                (void)sonda_tracker_apply(tracker, event);
            }
        }
        took = (recording_data_cpu_seconds() - begin) * 1e9 / EVENTS;
        best = took < best ? took : best;
    }
    return best;
}

int main(void)
{
    uint8_t order[100];
    uint8_t mixed[100];
    size_t filled = 0;
    sonda_event *event = NULL;
    sonda_tracker *tracker = NULL;

    if (sonda_event_open(&event, NULL) != SONDA_OK ||
        sonda_tracker_open(&tracker, NULL, NULL) != SONDA_OK) {
        return 1;
    }
    make_records();
    for (size_t i = 0; i < KINDS; i++) {
        memset(order, (int)i, sizeof order);
        memset(mixed + filled, (int)i, kinds[i].share);
        filled += kinds[i].share;
        printf("%-14s %4zu bytes  %6.0f ns to event  %6.0f ns with its names\n", kinds[i].name,
               records[i].len, measure(order, event, NULL), measure(order, event, tracker));
    }
    if (filled != sizeof mixed) {
        return 1;
    }
    printf("%-14s             %6.0f ns to event  %6.0f ns with its names  (asked: 400)\n",
           "mix", measure(mixed, event, NULL), measure(mixed, event, tracker));
    sonda_tracker_close(tracker);
    sonda_event_close(event);
    return 0;
}
