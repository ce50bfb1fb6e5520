/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Writes the seeds of fuzz_etl and fuzz_etw into two folders: trace files
 * with small buffers, and events of several providers in a row.
 */

#include "etl_build.h"

#include "core/codec/bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static etl_build b;
static etw_data data;
static uint8_t events[16384];
static size_t events_len;
static const char *etl_folder;
static const char *etw_folder;

static void
write_seed(const char *folder, const char *name, int first, const void *bytes, size_t len)
{
    char path[1024];
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "wb");
    if (file == NULL || (first >= 0 && fputc(first, file) == EOF) ||
        fwrite(bytes, 1, len, file) != len || fclose(file) != 0) {
        abort();
    }
}

static void add(const char *provider, uint16_t id, uint8_t version, const char *script)
{
    int classic = strcmp(provider, "classic") == 0 || strcmp(provider, "volume") == 0;
    const etw_head head = {id, version, (uint8_t)classic, 4000, 17, ETL_START_FILETIME};
    size_t len;

    etw_script(&data, 0, script);
    len = etw_payload(events + events_len + 2, etw_guid(provider), &head, &data);
    sonda__put_u16le(events + events_len, (uint16_t)len);
    events_len += 2 + len;
}

static void end_events(const char *name)
{
    write_seed(etw_folder, name, -1, events, events_len);
    events_len = 0;
}

static void write_events(void)
{
    add("volume", 35, 2, "w=\\Device\\X|w=C:");
    add("classic", 3, 4, "p=1|u4=4|u4=0|u4=0|u4=259|p=1|u4=0|user=|n=System|w=");
    add("process", 1, 3,
        "u4=40|u8=9|u8=133444736000000000|u4=5|u8=8|u4=1|u4=0|u4=1|u4=1|sid=12288|w="
        "\\Device\\X\\a.exe");
    add("classic", 1, 4, "p=ff|u4=40|u4=5|u4=1|u4=259|p=1|u4=0|user=12288|n=a.exe|w=a.exe /c");
    add("process", 3, 1, "u4=40|u4=78|p=1|p=2|p=3|p=4|p=5|p=7ff0|p=7|u4=0");
    add("process", 2, 2,
        "u4=40|u8=8|u8=133444736000000000|u8=1|u4=3|u4=1|u4=9|u8=0|u8=0|u8=0|u4=0|u4=0|u4=0|u4="
        "0|u4=0|n=a.exe");
    end_events("processes");
    add("file", 12, 1, "p=1|p=a2|u4=7|u4=16|u4=128|u4=7|w=\\Device\\X\\f");
    add("file", 16, 1, "u8=512|p=1|p=a2|p=a1|u4=7|u4=100|u4=2|u4=0");
    add("file", 14, 1, "p=1|p=a2|p=a1|u4=7");
    add("file", 10, 0, "p=a1|w=\\Device\\X\\g");
    end_events("files");
    add("registry", 2, 0, "p=0|p=b1|u4=0|u4=2|w=|w=\\REGISTRY\\MACHINE\\S");
    add("registry", 1, 0, "p=b1|p=b2|u4=0|u4=1|w=|w=Run");
    add("registry", 5, 0, "p=b2|u4=0|u4=1|u4=10|w=|w=E|d=C:\\e.exe");
    add("registry", 5, 0, "p=b2|u4=0|u4=11|u4=8|w=|w=Q|u2=8|h8=1000000ff");
    add("registry", 13, 0, "p=b2|u4=0|w=");
    end_events("registry");
    add("network", 12, 0, "u4=77|u4=0|ip4=10.0.0.2|ip4=10.0.0.1|be2=443|be2=50000");
    add("network", 31, 0, "u4=77|u4=0|ip6=2|ip6=1|be2=443|be2=50000");
    add("dns", 3008, 0, "w=example.com|u4=28|u8=2|u4=87|w=::1;");
    add("powershell", 4104, 1, "u4=1|u4=2|w=iex|w=abc|w=C:\\a.ps1");
    add("audit", 5, 0, "u4=77|u4=5136|u4=0");
    add("threat", 14, 1,
        "u4=0|u4=70|u8=1|u8=2|u1=0|u1=0|u1=0|u4=71|u8=3|u4=80|u8=4|u8=5|u1=0|u1=0|u1=0|p=7ff0|"
        "p=10");
    add("unknown", 1, 0, "u4=77");
    end_events("others");
}

/* What is unused behind events only makes seeds longer: buffers end with them. */
static void shrink(void)
{
    size_t to = 0;

    for (size_t at = 0; at < b.len; at += ETL_BUFFER) {
        size_t len = sonda__u32le_at(b.bytes + at + 4);

        sonda__put_u32le(b.bytes + at, (uint32_t)len);
        memmove(b.bytes + to, b.bytes + at, len);
        to += len;
    }
    b.len = to;
}

static void write_trace(const char *name, int is_32, uint32_t clock, int change)
{
    const etw_head head = {1, 1, 0, 11, 22, ETL_START_TICKS};
    const etw_head process = {1, 4, 1, 11, 22, ETL_START_TICKS};

    etl_begin(&b, is_32, clock, 3000);
    etl_next_buffer(&b);
    etw_script(&data, is_32, "w=abc|u4=1");
    etl_event(&b, etw_guid("dns"), &head, &data);
    etl_event_with_item(&b, etw_guid("unknown"), &head, &data);
    etl_marker(&b, 0x10, 0xc0, 40);
    etl_next_buffer(&b);
    etw_script(&data, is_32,
               "p=ff|u4=40|u4=5|u4=1|u4=259|p=1|u4=0|user=12288|n=a.exe|w=a.exe /c");
    etl_kernel(&b, 1, 0x0301, &process, &data);
    etl_event(&b, etw_guid("classic"), &process, &data);
    etl_end(&b);
    shrink();
    if (change == 1) {
        b.bytes[sonda__u32le_at(b.bytes) + 52] |= 0x40;
    } else if (change == 2) {
        b.len -= 30;
    } else if (change == 3) {
        b.bytes[sonda__u32le_at(b.bytes) + 72] = 0;
    }
    write_seed(etl_folder, name, 7, b.bytes, b.len);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        return 2;
    }
    etl_folder = argv[1];
    etw_folder = argv[2];
    write_events();
    write_trace("counter", 0, 1, 0);
    write_trace("cycles_32", 1, 3, 0);
    write_trace("compressed", 0, 2, 1);
    write_trace("cut", 0, 2, 2);
    write_trace("no_length", 1, 1, 3);
    return 0;
}
