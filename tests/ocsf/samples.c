/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Prints OCSF events for check.py: of each class one as sources give it, one
 * with every field of the table, and one with none.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/event/event.h"
#include "core/event/field_rows.h"

#define OUTPUT_MAX (1024u * 1024u)

typedef struct pair {
    const char *name;
    const char *text;
} pair;

typedef struct sample {
    uint32_t class_uid;
    uint32_t activity_id;
    uint16_t product;
    const char *channel;
    pair fields[24];
} sample;

static const sample samples[] = {
    {SONDA_CLASS_BASE,
     SONDA_ACTIVITY_OTHER,
     SONDA_PRODUCT_WINDOWS,
     "Security",
     {{"EventID", "4720"}, {"SubjectUserName", "alice"}, {"TargetUserName", "bob"}}},
    {SONDA_CLASS_PROCESS,
     SONDA_PROCESS_LAUNCH,
     SONDA_PRODUCT_WINDOWS,
     "Microsoft-Windows-Sysmon/Operational",
     {{"EventID", "1"},
      {"Computer", "ws1.example.test"},
      {"Image", "C:\\Windows\\System32\\cmd.exe"},
      {"CommandLine", "cmd /c \"whoami\""},
      {"CurrentDirectory", "C:\\Users\\"},
      {"User", "CORP\\alice"},
      {"ProcessId", "4242"},
      {"ProcessGuid", "{6cbc0d1d-2c1e-5f52-9601-000000000400}"},
      {"Hashes", "SHA1=0A0B,MD5=AB,SHA256=FF,IMPHASH=00"},
      {"IntegrityLevel", "High"},
      {"ParentImage", "C:\\Windows\\explorer.exe"},
      {"ParentProcessId", "2001"},
      {"ParentCommandLine", "C:\\Windows\\Explorer.EXE"},
      {"LogonId", "0x3e7"},
      {"TerminalSessionId", "1"},
      {"Product", "Microsoft Windows"},
      {"Company", "Microsoft Corporation"},
      {"SomethingNative", "one"},
      {"SomethingNative", "two"}}},
    {SONDA_CLASS_PROCESS,
     SONDA_PROCESS_LAUNCH,
     SONDA_PRODUCT_WINDOWS,
     "security",
     {{"NewProcessName", "C:\\Windows\\System32\\net.exe"},
      {"NewProcessId", "0x1a4"},
      {"ProcessId", "0xbb8"},
      {"ParentProcessName", "C:\\Windows\\System32\\cmd.exe"},
      {"SubjectUserName", "alice"},
      {"SubjectDomainName", "CORP"},
      {"SubjectUserSid", "S-1-5-18"},
      {"TargetUserName", "-"},
      {"CommandLine", "net user"}}},
    {SONDA_CLASS_PROCESS,
     SONDA_PROCESS_LAUNCH,
     SONDA_PRODUCT_LINUX,
     "",
     {{"Image", "/usr/bin/curl"},
      {"CommandLine", "curl http://127.0.0.1/\xff\xfe"},
      {"User", "root"},
      {"Uid", "0"},
      {"EffectiveUid", "0"},
      {"LoginUid", "1000"},
      {"Gid", "0"},
      {"ProcessId", "77"},
      {"ParentProcessId", "1"},
      {"ParentImage", "/usr/bin/bash"},
      {"ContainerId", "0123456789ab"},
      {"EnvironmentSize", "512"}}},
    {SONDA_CLASS_PROCESS,
     SONDA_PROCESS_TERMINATE,
     SONDA_PRODUCT_LINUX,
     "",
     {{"Image", "/usr/bin/curl"}, {"ProcessId", "77"}, {"ExitCode", "1"}}},
    {SONDA_CLASS_PROCESS,
     SONDA_PROCESS_OPEN,
     SONDA_PRODUCT_WINDOWS,
     "Microsoft-Windows-Sysmon/Operational",
     {{"SourceImage", "C:\\a.exe"},
      {"SourceProcessId", "1"},
      {"TargetImage", "C:\\Windows\\System32\\lsass.exe"},
      {"TargetProcessId", "632"},
      {"GrantedAccess", "0x1010"}}},
    {SONDA_CLASS_PROCESS,
     SONDA_PROCESS_INJECT,
     SONDA_PRODUCT_WINDOWS,
     "Microsoft-Windows-Sysmon/Operational",
     {{"SourceImage", "C:\\a.exe"},
      {"TargetImage", "C:\\b.exe"},
      {"StartAddress", "0x7FFB"},
      {"StartModule", "C:\\c.dll"}}},
    {SONDA_CLASS_FILE,
     SONDA_FILE_RENAME,
     SONDA_PRODUCT_LINUX,
     "",
     {{"Image", "/usr/bin/mv"},
      {"ProcessId", "9"},
      {"User", "alice"},
      {"SourceFilename", "/tmp/a"},
      {"TargetFilename", "/tmp/b"},
      {"Inode", "12"},
      {"Mode", "0755"}}},
    {SONDA_CLASS_FILE,
     SONDA_FILE_CREATE,
     SONDA_PRODUCT_WINDOWS,
     "Microsoft-Windows-Sysmon/Operational",
     {{"PipeName", "\\msagent_1"}, {"Image", "System"}, {"ProcessId", "4"}}},
    {SONDA_CLASS_KERNEL_EXTENSION,
     1,
     SONDA_PRODUCT_WINDOWS,
     "Microsoft-Windows-Sysmon/Operational",
     {{"ImageLoaded", "C:\\x.sys"}, {"SignatureStatus", "Valid"}, {"Provider_Name", "Sysmon"}}},
    {SONDA_CLASS_KERNEL_EXTENSION, 1, SONDA_PRODUCT_LINUX, "", {{"Module", "nf_tables"}}},
    {SONDA_CLASS_MEMORY, 1, SONDA_PRODUCT_LINUX, "", {{"Image", "/bin/a"}}},
    {SONDA_CLASS_MODULE,
     SONDA_MODULE_LOAD,
     SONDA_PRODUCT_WINDOWS,
     "Microsoft-Windows-Sysmon/Operational",
     {{"ImageLoaded", "C:\\x.dll"}, {"Image", "C:\\a.exe"}, {"Signed", "true"}}},
    {SONDA_CLASS_SCHEDULED_JOB, 1, SONDA_PRODUCT_WINDOWS, "Security", {{"TaskName", "\\t"}}},
    {SONDA_CLASS_SCRIPT,
     SONDA_SCRIPT_EXECUTE,
     SONDA_PRODUCT_WINDOWS,
     "Microsoft-Windows-PowerShell/Operational",
     {{"ScriptBlockText", "IEX $a"}, {"ScriptBlockId", "g"}, {"Path", ""}}},
    {SONDA_CLASS_AUTHENTICATION,
     1,
     SONDA_PRODUCT_WINDOWS,
     "Security",
     {{"TargetUserName", "bob"},
      {"TargetDomainName", "CORP"},
      {"LogonType", "3"},
      {"IpAddress", "::ffff:10.0.0.1"},
      {"IpPort", "0"},
      {"Computer", "dc"}}},
    {SONDA_CLASS_AUTHENTICATION, 1, SONDA_PRODUCT_WINDOWS, "Security", {{"IpAddress", "-"}}},
    {SONDA_CLASS_NETWORK,
     SONDA_NETWORK_OPEN,
     SONDA_PRODUCT_LINUX,
     "",
     {{"DestinationIp", "127.0.0.1"},
      {"DestinationPort", "80"},
      {"Protocol", "tcp"},
      {"Initiated", "true"},
      {"Image", "/usr/bin/curl"},
      {"ProcessId", "7"}}},
    {SONDA_CLASS_DNS,
     SONDA_DNS_QUERY,
     SONDA_PRODUCT_WINDOWS,
     "Microsoft-Windows-Sysmon/Operational",
     {{"QueryName", "example.test"}, {"QueryStatus", "0"}, {"Computer", "ws1"}}},
    {SONDA_CLASS_REGISTRY_KEY,
     SONDA_REGISTRY_CREATE,
     SONDA_PRODUCT_WINDOWS,
     "Microsoft-Windows-Sysmon/Operational",
     {{"TargetObject", "HKLM\\SOFTWARE\\X"}, {"EventType", "CreateKey"}}},
    {SONDA_CLASS_REGISTRY_VALUE,
     SONDA_REGISTRY_MODIFY,
     SONDA_PRODUCT_WINDOWS,
     "Microsoft-Windows-Sysmon/Operational",
     {{"TargetObject", "HKLM\\SOFTWARE\\X\\Run"}, {"Details", "DWORD (0x00000001)"}}},
    {SONDA_CLASS_WINDOWS_SERVICE,
     1,
     SONDA_PRODUCT_WINDOWS,
     "System",
     {{"ServiceName", "x"}, {"ImagePath", "C:\\x.exe -s"}, {"StartType", "auto start"}}},
};

static void fail(const char *what)
{
    fprintf(stderr, "%s failed\n", what);
    exit(1);
}

static void begin(sonda_event *event, const sample *s)
{
    sonda_record_header header = {.size = 64, .seq = 5, .wall_ns = 1700000000123456789u};

    sonda__event_begin(event, &header, sonda__names_of_table());
    event->class_uid = s->class_uid;
    event->activity_id = s->activity_id;
    event->product = s->product;
    event->channel = sonda__span_text(s->channel);
}

static void add(sonda_event *event, const char *name, const char *text)
{
    if (sonda__event_add_named(event, sonda__span_text(name), sonda__span_text(text), 0) !=
        SONDA_OK) {
        fail("add");
    }
}

static void print(const sonda_event *event)
{
    static char output[OUTPUT_MAX];
    size_t len = 0;

    if (sonda_event_to_ocsf(event, output, sizeof output, &len) != SONDA_OK) {
        fail("sonda_event_to_ocsf");
    }
    fwrite(output, 1, len, stdout);
    putchar('\n');
}

/* Every row of the table, with a text that fits its type; twice, as a list. */
static void print_full(sonda_event *event, const sample *s)
{
    static const char *const texts[] = {
        [SONDA_TYPE_STRING] = "CORP\\text",
        [SONDA_TYPE_NUMBER] = "7",
        [SONDA_TYPE_IP] = "2001:db8::1",
        [SONDA_TYPE_TIME] = "2020-09-04 13:00:00.123",
        [SONDA_TYPE_BOOLEAN] = "True",
        [SONDA_TYPE_PATH] = "C:\\folder\\file.exe",
        [SONDA_TYPE_HASHES] = "MD5=00,SHA512=11",
        [SONDA_TYPE_GUID] = "{00000000-0000-0000-0000-000000000000}",
    };

    begin(event, s);
    for (int round = 0; round < 2; round++) {
        for (sonda_field_id id = 1; id < SONDA_FIELD_COUNT; id++) {
            add(event, sonda_field_name(id), texts[sonda__field_rows[id].type]);
        }
    }
    print(event);
}

/* Texts that fit no type, so that everything typed is unmapped. */
static void print_unfit(sonda_event *event, const sample *s)
{
    begin(event, s);
    for (sonda_field_id id = 1; id < SONDA_FIELD_COUNT; id++) {
        add(event, sonda_field_name(id), "\x80-");
    }
    print(event);
}

int main(void)
{
    sonda_event *event = NULL;

    if (sonda_event_open(&event, NULL) != SONDA_OK) {
        fail("open");
    }
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        const sample *s = &samples[i];

        begin(event, s);
        print(event);
        for (size_t f = 0; s->fields[f].name != NULL; f++) {
            add(event, s->fields[f].name, s->fields[f].text);
        }
        print(event);
        print_full(event, s);
        print_unfit(event, s);
    }
    sonda_event_close(event);
    return 0;
}
