/* SPDX-License-Identifier: Apache-2.0 */

/* core/normalise/etw_record.c, etw_finish.c, etw_layout_table.c */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/normalise/etw_record.h"
#include "sonda/spi/etw_record.h"
#include "tests/unit/normalise/etl_build.h"

static sonda_event *event;
static sonda_error error;
static etw_data data;
static uint8_t payload[ETW_DATA_MAX + 128];

static int open_event(void **state)
{
    (void)state;
    return sonda_event_open(&event, NULL) == SONDA_OK ? 0 : -1;
}

static int close_event(void **state)
{
    (void)state;
    sonda_event_close(event);
    return 0;
}

static sonda_status decode_bytes(size_t len)
{
    sonda_record_header header = {0};

    header.source = SONDA_SOURCE_ETW;
    header.type = SONDA_ETW_EVENT;
    header.version = SONDA_ETW_VERSION;
    sonda__event_begin(event, &header, sonda__names_of_table());
    return sonda__decode_etw(event, sonda__span_of((const char *)payload, len), &error);
}

/* One row: what an event is made of and what it becomes. */
typedef struct row {
    const char *provider;
    uint16_t id;
    uint8_t version;
    uint8_t classic;
    uint8_t quiet;
    uint8_t snapshot;
    uint32_t class_uid;
    uint32_t activity_id;
    const char *script;
    const char *fields; /* name=value, parted by '|' */
} row;

static const etw_head plain_head = {0, 0, 0, 4242, 17, ETL_START_FILETIME};

static sonda_status decode_row(const row *r, int is_32, int change)
{
    etw_head head = plain_head;
    size_t len;

    head.id = r->id;
    head.version = r->version;
    head.classic = r->classic;
    etw_script(&data, is_32, r->script);
    data.len = change < 0 ? data.len - (size_t)-change : data.len + (size_t)change;
    len = etw_payload(payload, etw_guid(r->provider), &head, &data);
    return decode_bytes(len);
}

static sonda__span value_of(sonda__span name)
{
    for (size_t i = 0; i < event->field_count; i++) {
        if (sonda__span_equal(event->fields[i].name, name)) {
            return event->fields[i].text;
        }
    }
    print_error("no field %.*s\n", (int)name.len, name.data);
    fail();
    return name;
}

static void expect_fields(const char *fields)
{
    while (*fields != '\0') {
        const char *value = strchr(fields, '=') + 1;
        const char *end = strchr(value, '|');
        size_t len = end != NULL ? (size_t)(end - value) : strlen(value);
        sonda__span name = sonda__span_of(fields, (size_t)(value - 1 - fields));
        sonda__span found = value_of(name);

        if (!sonda__span_equal(found, sonda__span_of(value, len))) {
            print_error("%.*s is %.*s\n", (int)name.len, name.data, (int)found.len, found.data);
            fail();
        }
        fields = value + len + (end != NULL);
    }
}

#define PROCESS SONDA_CLASS_PROCESS
#define FILE_ SONDA_CLASS_FILE
#define NETWORK SONDA_CLASS_NETWORK
#define LAUNCH SONDA_PROCESS_LAUNCH
#define OTHER SONDA_ACTIVITY_OTHER
#define START_FIELDS                                                                       \
    "ProcessId=77|ParentProcessId=5|ProcessStart=1700000000000000000|TerminalSessionId=1|" \
    "Image=\\Device\\X\\a.exe"
#define ENDS4 "u4=77|u4=0|ip4=10.0.0.2|ip4=10.0.0.1|be2=443|be2=50000"
#define ENDS6 "u4=77|u4=0|ip6=2|ip6=1|be2=443|be2=50000"
#define OUT4                                                                  \
    "ProcessId=77|SourceIp=10.0.0.1|SourcePort=50000|DestinationIp=10.0.0.2|" \
    "DestinationPort=443|SourceIsIpv6=false"
#define IN4                                                                 \
    "ProcessId=77|SourceIp=10.0.0.2|SourcePort=443|DestinationIp=10.0.0.1|" \
    "DestinationPort=50000|DestinationIsIpv6=false"
#define OUT6                                                                                \
    "ProcessId=77|SourceIp=2001::1|DestinationIp=2001::2|DestinationPort=443|SourceIsIpv6=" \
    "true"
#define IN6 \
    "ProcessId=77|SourceIp=2001::2|DestinationIp=2001::1|SourcePort=443|SourceIsIpv6=true"
#define THREAT "u4=70|u8=1|u8=2|u1=0|u1=0|u1=0|u4=71|u8=3|u4=80|u8=4|u8=5|u1=0|u1=0|u1=0"
#define ORIGINAL "|u4=90|u8=6|u8=7|u1=0|u1=0|u1=0"
#define THREAT_FIELDS "SourceProcessId=70|SourceThreadId=71|TargetProcessId=80"
#define MEMORY_FIELDS "ProcessId=70|ThreadId=71|TargetProcessId=80"
#define CLASSIC_FIELDS                                                               \
    "ProcessId=77|ParentProcessId=5|TerminalSessionId=1|TargetUserSid=S-1-16-12288|" \
    "CommandLine=a.exe /c \"x\""

static const row rows[] = {
    {"process", 1, 0, 0, 0, 0, PROCESS, LAUNCH,
     "u4=77|u8=133444736000000000|u4=5|u4=1|w=\\Device\\X\\a.exe", START_FIELDS},
    {"process", 1, 1, 0, 0, 0, PROCESS, LAUNCH,
     "u4=77|u8=133444736000000000|u4=5|u4=1|u4=0|w=\\Device\\X\\a.exe", START_FIELDS},
    {"process", 1, 2, 0, 0, 0, PROCESS, LAUNCH,
     "u4=77|u8=133444736000000000|u4=5|u4=1|u4=0|w=\\Device\\X\\a.exe|u4=0|u4=0|w=|w=",
     START_FIELDS},
    {"process", 1, 3, 0, 0, 0, PROCESS, LAUNCH,
     "u4=77|u8=9|u8=133444736000000000|u4=5|u8=8|u4=1|u4=0|u4=1|u4=1|sid=12288|w="
     "\\Device\\X\\a.exe",
     START_FIELDS "|IntegrityLevel=High"},
    {"process", 1, 4, 0, 0, 0, PROCESS, LAUNCH,
     "u4=77|u8=9|u8=133444736000000000|u4=5|u8=8|u4=1|u4=0|u4=1|u4=1|sid=16384|w="
     "\\Device\\X\\a.exe|u8=0",
     START_FIELDS "|IntegrityLevel=System"},
    {"process", 1, 5, 0, 0, 0, PROCESS, LAUNCH,
     "u4=77|u8=9|u8=133444736000000000|u4=5|u8=8|u4=1|u4=0|u4=1|u4=1|sid=99|w=\\Device\\X\\a."
     "exe|u8=0",
     START_FIELDS "|IntegrityLevel=S-1-16-99"},
    {"process", 15, 0, 0, 0, 1, PROCESS, LAUNCH,
     "u4=77|u8=133444736000000000|u4=5|u4=1|u4=0|w=\\Device\\X\\a.exe", START_FIELDS},
    {"process", 15, 1, 0, 0, 1, PROCESS, LAUNCH,
     "u4=77|u8=9|u8=133444736000000000|u4=5|u8=8|u4=1|u4=0|u4=1|u4=1|sid=8192|w=\\Device\\X\\a."
     "exe",
     START_FIELDS "|IntegrityLevel=Medium"},
    {"process", 2, 0, 0, 0, 0, PROCESS, SONDA_PROCESS_TERMINATE,
     "u4=77|u8=133444736000000000|u8=1|u4=3|u4=1|u4=9|u8=0|u8=0|n=a.exe",
     "ProcessId=77|ProcessStart=1700000000000000000|ExitCode=3|ImageFileName=a.exe"},
    {"process", 2, 1, 0, 0, 0, PROCESS, SONDA_PROCESS_TERMINATE,
     "u4=77|u8=133444736000000000|u8=1|u4=3|u4=1|u4=9|u8=0|u8=0|u8=0|u4=0|u4=0|u4=0|u4=0|u4=0|"
     "n=a.exe",
     "ProcessId=77|ProcessStart=1700000000000000000|ExitCode=3|ImageFileName=a.exe"},
    {"process", 2, 2, 0, 0, 0, PROCESS, SONDA_PROCESS_TERMINATE,
     "u4=77|u8=8|u8=133444736000000000|u8=1|u4=3|u4=1|u4=9|u8=0|u8=0|u8=0|u4=0|u4=0|u4=0|u4=0|"
     "u4=0|n=a.exe",
     "ProcessId=77|ProcessStart=1700000000000000000|ExitCode=3|ImageFileName=a.exe"},
    {"process", 3, 0, 0, 0, 0, PROCESS, SONDA_PROCESS_INJECT,
     "u4=77|u4=78|p=1|p=2|p=3|p=4|p=5|p=7ff0|p=7",
     "TargetProcessId=77|NewThreadId=78|StartAddress=0x7ff0|SourceProcessId=4242|"
     "SourceThreadId=17"},
    {"process", 3, 1, 0, 0, 0, PROCESS, SONDA_PROCESS_INJECT,
     "u4=77|u4=78|p=1|p=2|p=3|p=4|p=5|p=7ff0|p=7|u4=0",
     "TargetProcessId=77|NewThreadId=78|StartAddress=0x7ff0|SourceProcessId=4242"},
    {"process", 4, 1, 0, 1, 0, PROCESS, OTHER,
     "u4=77|u4=78|p=1|p=2|p=3|p=4|p=5|p=7ff0|p=7|u4=0|u8=0", ""},
    {"process", 5, 0, 0, 0, 0, SONDA_CLASS_MODULE, SONDA_MODULE_LOAD,
     "p=7ff000|p=1000|u4=77|u4=1|u4=2|p=0|w=C:\\x.dll",
     "ImageBase=0x7ff000|ImageSize=0x1000|ProcessId=77|ImageLoaded=C:\\x.dll"},
    {"process", 6, 0, 0, 0, 0, SONDA_CLASS_MODULE, 2,
     "p=7ff000|p=1000|u4=77|u4=1|u4=2|p=0|w=C:\\x.dll", "ImageLoaded=C:\\x.dll"},

    {"classic", 1, 2, 1, 0, 0, PROCESS, LAUNCH,
     "p=ffff|u4=77|u4=5|u4=1|u4=259|user=12288|n=a.exe|w=a.exe /c \"x\"", CLASSIC_FIELDS},
    {"classic", 1, 3, 1, 0, 0, PROCESS, LAUNCH,
     "p=ffff|u4=77|u4=5|u4=1|u4=259|p=1|user=12288|n=a.exe|w=a.exe /c \"x\"", CLASSIC_FIELDS},
    {"classic", 1, 4, 1, 0, 0, PROCESS, LAUNCH,
     "p=ffff|u4=77|u4=5|u4=1|u4=259|p=1|u4=0|user=12288|n=a.exe|w=a.exe /c \"x\"|w=|w=",
     CLASSIC_FIELDS},
    {"classic", 1, 4, 1, 0, 0, PROCESS, LAUNCH,
     "p=ffff|u4=77|u4=5|u4=1|u4=259|p=1|u4=0|user=|n=a.exe|w=a.exe",
     "ProcessId=77|CommandLine=a.exe"},
    {"classic", 2, 4, 1, 1, 0, PROCESS, SONDA_PROCESS_TERMINATE,
     "p=ffff|u4=77|u4=5|u4=1|u4=3|p=1|u4=0|user=12288|n=a.exe", "ProcessId=77|ExitCode=3"},
    {"classic", 2, 3, 1, 1, 0, PROCESS, SONDA_PROCESS_TERMINATE,
     "p=ffff|u4=77|u4=5|u4=1|u4=3|p=1|user=12288|n=a.exe", "ProcessId=77|ExitCode=3"},
    {"classic", 2, 2, 1, 1, 0, PROCESS, SONDA_PROCESS_TERMINATE,
     "p=ffff|u4=77|u4=5|u4=1|u4=3|user=12288|n=a.exe", "ProcessId=77|ExitCode=3"},
    {"classic", 3, 4, 1, 0, 1, PROCESS, LAUNCH,
     "p=ffff|u4=77|u4=5|u4=1|u4=259|p=1|u4=0|user=12288|n=a.exe|w=a.exe /c \"x\"",
     CLASSIC_FIELDS},

    {"file", 10, 0, 0, 1, 0, FILE_, OTHER, "p=a1|w=\\Device\\X\\f.txt", ""},
    {"file", 11, 0, 0, 1, 0, FILE_, OTHER, "p=a1|w=\\Device\\X\\f.txt", ""},
    {"file", 12, 1, 0, 0, 0, FILE_, SONDA_FILE_OPEN,
     "p=1|p=a2|u4=7|u4=16|u4=128|u4=7|w=\\Device\\X\\f.txt",
     "ProcessId=4242|ThreadId=17|CreateOptions=0x10|CreateAttributes=0x80|ShareAccess=0x7"},
    {"file", 14, 1, 0, 1, 0, FILE_, OTHER, "p=1|p=a2|p=a1|u4=7", ""},
    {"file", 15, 1, 0, 0, 0, FILE_, SONDA_FILE_READ,
     "u8=512|p=1|p=a2|p=a1|u4=7|u4=100|u4=2|u4=0", "ByteOffset=512|IOSize=100|IOFlags=0x2"},
    {"file", 16, 1, 0, 0, 0, FILE_, SONDA_FILE_UPDATE,
     "u8=512|p=1|p=a2|p=a1|u4=7|u4=100|u4=2|u4=0", "IOSize=100"},
    {"file", 26, 1, 0, 0, 0, FILE_, SONDA_FILE_DELETE,
     "p=1|p=a2|p=a1|p=0|u4=7|u4=13|w=\\Device\\X\\f.txt", "ProcessId=4242"},
    {"file", 27, 1, 0, 0, 0, FILE_, SONDA_FILE_RENAME,
     "p=1|p=a2|p=a1|p=0|u4=7|u4=10|w=\\Device\\X\\g.txt", "ProcessId=4242"},
    {"file", 30, 1, 0, 0, 0, FILE_, SONDA_FILE_CREATE,
     "p=1|p=a2|u4=7|u4=16|u4=128|u4=7|w=\\Device\\X\\f.txt", "ProcessId=4242"},

    {"network", 10, 0, 0, 0, 0, NETWORK, 6, ENDS4 "|u4=0|u4=0|u4=0|p=0", OUT4 "|Protocol=tcp"},
    {"network", 11, 0, 0, 0, 0, NETWORK, 6, ENDS4, OUT4},
    {"network", 12, 0, 0, 0, 0, NETWORK, SONDA_NETWORK_OPEN, ENDS4 "|u2=1460",
     OUT4 "|Initiated=true|Protocol=tcp"},
    {"network", 13, 0, 0, 0, 0, NETWORK, SONDA_NETWORK_CLOSE, ENDS4, OUT4},
    {"network", 14, 0, 0, 0, 0, NETWORK, 6, ENDS4, OUT4},
    {"network", 15, 0, 0, 0, 0, NETWORK, SONDA_NETWORK_OPEN, ENDS4, IN4 "|Initiated=false"},
    {"network", 16, 0, 0, 0, 0, NETWORK, SONDA_NETWORK_OPEN, ENDS4, OUT4},
    {"network", 18, 0, 0, 0, 0, NETWORK, 6, ENDS4, OUT4},
    {"network", 26, 0, 0, 0, 0, NETWORK, 6, ENDS6, OUT6},
    {"network", 28, 0, 0, 0, 0, NETWORK, SONDA_NETWORK_OPEN, ENDS6, OUT6 "|Initiated=true"},
    {"network", 29, 0, 0, 0, 0, NETWORK, SONDA_NETWORK_CLOSE, ENDS6, OUT6},
    {"network", 31, 0, 0, 0, 0, NETWORK, SONDA_NETWORK_OPEN, ENDS6, IN6 "|Initiated=false"},
    {"network", 34, 0, 0, 0, 0, NETWORK, 6, ENDS6, OUT6},
    {"network", 42, 0, 0, 0, 0, NETWORK, 6, ENDS4, OUT4 "|Protocol=udp"},
    {"network", 43, 0, 0, 0, 0, NETWORK, 6, ENDS4, IN4 "|Protocol=udp"},
    {"network", 58, 0, 0, 0, 0, NETWORK, 6, ENDS6, OUT6 "|Protocol=udp"},
    {"network", 59, 0, 0, 0, 0, NETWORK, 6, ENDS6, IN6 "|Protocol=udp"},

    {"registry", 1, 0, 0, 0, 0, SONDA_CLASS_REGISTRY_KEY, SONDA_REGISTRY_CREATE,
     "p=b1|p=b2|u4=0|u4=1|w=|w=Run", "ProcessId=4242|EventType=CreateKey"},
    {"registry", 1, 0, 0, 0, 0, SONDA_CLASS_REGISTRY_KEY, SONDA_REGISTRY_READ,
     "p=b1|p=b2|u4=0|u4=2|w=|w=Run", ""},
    {"registry", 1, 0, 0, 0, 0, SONDA_CLASS_REGISTRY_KEY, OTHER,
     "p=b1|p=b2|u4=3221225506|u4=0|w=|w=Run", "Status=0xc0000022"},
    {"registry", 2, 0, 0, 0, 0, SONDA_CLASS_REGISTRY_KEY, SONDA_REGISTRY_READ,
     "p=b1|p=b2|u4=0|u4=2|w=|w=Run", ""},
    {"registry", 3, 0, 0, 0, 0, SONDA_CLASS_REGISTRY_KEY, SONDA_REGISTRY_DELETE,
     "p=b2|u4=0|w=", "EventType=DeleteKey"},
    {"registry", 5, 0, 0, 0, 0, SONDA_CLASS_REGISTRY_VALUE, SONDA_REGISTRY_MODIFY,
     "p=b2|u4=0|u4=1|u4=10|w=|w=Evil|d=C:\\e.exe|u4=0|u4=0|u2=0",
     "EventType=SetValue|Details=C:\\e.exe"},
    {"registry", 5, 0, 0, 0, 0, SONDA_CLASS_REGISTRY_VALUE, SONDA_REGISTRY_MODIFY,
     "p=b2|u4=0|u4=4|u4=4|w=|w=Start|u2=4|u4=4", "Details=DWORD (0x00000004)"},
    {"registry", 5, 0, 0, 0, 0, SONDA_CLASS_REGISTRY_VALUE, SONDA_REGISTRY_MODIFY,
     "p=b2|u4=0|u4=11|u4=8|w=|w=Q|u2=8|h8=1000000ff", "Details=QWORD (0x00000001-0x000000ff)"},
    {"registry", 5, 0, 0, 0, 0, SONDA_CLASS_REGISTRY_VALUE, SONDA_REGISTRY_MODIFY,
     "p=b2|u4=0|u4=3|u4=2|w=|w=B|u2=2|u2=7", "Details=Binary Data"},
    {"registry", 5, 0, 0, 0, 0, SONDA_CLASS_REGISTRY_VALUE, SONDA_REGISTRY_MODIFY,
     "p=b2|u4=0|u4=1|u4=0|w=|w=E|u2=0", "Details=(Empty)"},
    {"registry", 6, 0, 0, 0, 0, SONDA_CLASS_REGISTRY_VALUE, SONDA_REGISTRY_DELETE,
     "p=b2|u4=0|w=|w=Evil", "EventType=DeleteValue"},
    {"registry", 13, 0, 0, 1, 0, SONDA_CLASS_REGISTRY_KEY, OTHER, "p=b2|u4=0|w=", ""},

    {"audit", 5, 0, 0, 0, 0, PROCESS, SONDA_PROCESS_OPEN, "u4=77|u4=5136|u4=0",
     "TargetProcessId=77|GrantedAccess=0x1410|SourceProcessId=4242"},
    {"audit", 5, 0, 0, 0, 0, PROCESS, OTHER, "u4=77|u4=5136|u4=3221225506",
     "Status=0xc0000022"},

    {"dns", 3006, 0, 0, 0, 0, SONDA_CLASS_DNS, OTHER,
     "w=example.com|u4=1|u8=2|w=|u4=0|u4=1|u4=2|u4=3",
     "QueryName=example.com|QueryType=1|IsAsyncQuery=3"},
    {"dns", 3008, 0, 0, 0, 0, SONDA_CLASS_DNS, SONDA_DNS_QUERY,
     "w=example.com|u4=28|u8=2|u4=87|w=::1;",
     "QueryName=example.com|QueryStatus=87|QueryResults=::1;|ProcessId=4242"},

    {"powershell", 4103, 1, 0, 0, 0, SONDA_CLASS_SCRIPT, SONDA_SCRIPT_EXECUTE,
     "w=Host|w=|w=Invoke",
     "ContextInfo=Host|Payload=Invoke|EventID=4103|Channel=Microsoft-Windows-PowerShell/"
     "Operational"},
    {"powershell", 4104, 1, 0, 0, 0, SONDA_CLASS_SCRIPT, SONDA_SCRIPT_EXECUTE,
     "u4=1|u4=2|w=iex $x|w=abc|w=C:\\a.ps1",
     "MessageNumber=1|MessageTotal=2|ScriptBlockText=iex "
     "$x|ScriptBlockId=abc|Path=C:\\a.ps1|EventID=4104"},
    {"powershell", 7937, 1, 0, 0, 0, SONDA_CLASS_SCRIPT, OTHER, "w=Host|w=|w=Command",
     "Payload=Command"},

    {"threat", 1, 1, 0, 0, 0, SONDA_CLASS_MEMORY, 1,
     THREAT ORIGINAL "|p=7ff0|p=1000|u4=12288|u4=64",
     MEMORY_FIELDS "|OriginalProcessId=90|BaseAddress=0x7ff0|RegionSize=0x1000|AllocationType="
                   "0x3000|ProtectionMask=0x40"},
    {"threat", 2, 1, 0, 0, 0, SONDA_CLASS_MEMORY, 2,
     THREAT ORIGINAL "|p=7ff0|p=1000|u4=32|u4=4",
     MEMORY_FIELDS "|ProtectionMask=0x20|LastProtectionMask=0x4"},
    {"threat", 3, 1, 0, 0, 0, SONDA_CLASS_MEMORY, 9, THREAT "|p=7ff0|p=1000|u4=0|u4=64",
     MEMORY_FIELDS "|BaseAddress=0x7ff0"},
    {"threat", 4, 1, 0, 0, 0, PROCESS, OTHER,
     THREAT "|u4=81|u8=0" ORIGINAL "|u1=1|p=7ff0|p=1|p=2|p=3|u8=0",
     THREAT_FIELDS "|TargetThreadId=81|StartAddress=0x7ff0|ApcArgument1=0x1"},
    {"threat", 5, 1, 0, 0, 0, PROCESS, OTHER, THREAT "|u4=81|u8=0|u4=1",
     THREAT_FIELDS "|TargetThreadId=81"},
    {"threat", 14, 1, 0, 0, 0, SONDA_CLASS_MEMORY, 8, "u4=0|" THREAT "|p=7ff0|p=10",
     MEMORY_FIELDS "|OperationStatus=0x0|BytesCopied=0x10"},
    {"threat", 15, 1, 0, 0, 0, PROCESS, OTHER, "u4=0|" THREAT "|u4=81|u8=0",
     THREAT_FIELDS "|TargetThreadId=81"},
    {"threat", 18, 1, 0, 0, 0, PROCESS, OTHER, "u4=0|" THREAT, THREAT_FIELDS},
};

static void test_etw_record__every_layout_both_widths__fields(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * (sizeof rows / sizeof rows[0]); i++) {
        const row *r = &rows[i / 2];
        sonda_status status = decode_row(r, (int)(i % 2), 0);

        if (status != SONDA_OK || event->class_uid != r->class_uid ||
            event->activity_id != r->activity_id) {
            print_error("%s %u v%u: %d, class %u, activity %u\n", r->provider, r->id,
                        r->version, (int)status, event->class_uid, event->activity_id);
            fail();
        }
        assert_false(event->is_raw);
        assert_int_equal(event->is_quiet, r->quiet);
        assert_int_equal((event->header.flags & SONDA_RECORD_SNAPSHOT) != 0, r->snapshot);
        assert_int_equal(event->product, SONDA_PRODUCT_WINDOWS);
        assert_int_equal(event->time_ns, ETL_START_NS);
        expect_fields(r->fields);
    }
}

static void test_etw_record__bytes_behind_the_layout__not_looked_at(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(decode_row(&rows[i], 0, 40), SONDA_OK);
        expect_fields(rows[i].fields);
    }
}

static void test_etw_record__data_cut_anywhere__truncated_or_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t len;

        assert_int_equal(decode_row(&rows[i], 0, 0), SONDA_OK);
        len = data.len;
        for (size_t cut = 1; cut <= len; cut++) {
            sonda_status status = decode_row(&rows[i], 0, -(int)cut);

            assert_true(status == SONDA_OK || status == SONDA_ERR_TRUNCATED);
            /* Texts end with the data, too; numbers do not. */
            assert_true(cut < len || rows[i].script[0] == 'w' || status == SONDA_ERR_TRUNCATED);
        }
    }
}

static void test_etw_record__unknown_provider_id_or_version__raw(void **state)
{
    static const struct {
        const char *provider;
        uint16_t id;
        uint8_t version;
        uint8_t classic;
    } unknown[] = {
        {"unknown", 1, 0, 0}, {"process", 1, 6, 0},  {"process", 99, 0, 0},
        {"process", 1, 0, 1}, {"classic", 1, 4, 0},  {"classic", 1, 9, 1},
        {"file", 12, 0, 0},   {"threat", 1, 0, 0},   {"dns", 3008, 1, 0},
        {"network", 9, 0, 0}, {"network", 60, 0, 0}, {"registry", 0, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        row r = {unknown[i].provider,
                 unknown[i].id,
                 unknown[i].version,
                 unknown[i].classic,
                 0,
                 0,
                 SONDA_CLASS_BASE,
                 0,
                 "x=00ff10",
                 ""};
        char expected[96];

        assert_int_equal(decode_row(&r, 0, 0), SONDA_OK);
        assert_true(event->is_raw);
        assert_int_equal(event->class_uid, SONDA_CLASS_BASE);
        expect_fields("UserData=00FF10|ProcessId=4242|ThreadId=17");
        (void)snprintf(expected, sizeof expected, "EventID=%u|Version=%u", r.id, r.version);
        expect_fields(expected);
    }
    expect_fields("Provider_Guid={70eb4f03-c1de-4f73-a051-33d13d5413bd}");
}

static void test_etw_record__raw_without_data__no_field_for_it(void **state)
{
    row r = {"unknown", 1, 0, 0, 0, 0, SONDA_CLASS_BASE, 0, "", ""};

    (void)state;
    assert_int_equal(decode_row(&r, 0, 0), SONDA_OK);
    expect_fields("Provider_Guid={04030201-0605-0807-090a-0b0c0d0e0f10}");
}

static void test_etw_record__broken_heads__refused(void **state)
{
    row r = {"unknown", 1, 0, 0, 0, 0, SONDA_CLASS_BASE, 0, "u4=1", ""};
    sonda_record_header header = {0};

    (void)state;
    assert_int_equal(decode_row(&r, 0, 0), SONDA_OK);
    for (size_t len = 0; len < SONDA_ETW_HEAD_SIZE; len++) {
        assert_int_equal(decode_bytes(len), SONDA_ERR_TRUNCATED);
    }
    assert_int_equal(decode_bytes(SONDA_ETW_HEAD_SIZE), SONDA_ERR_MALFORMED);
    header.source = SONDA_SOURCE_ETW;
    header.version = 2;
    sonda__event_begin(event, &header, sonda__names_of_table());
    assert_int_equal(
        sonda__decode_etw(event, sonda__span_of((const char *)payload, 76), &error),
        SONDA_ERR_VERSION);
}

static void test_etw_record__process_not_known__no_fields_for_it(void **state)
{
    etw_head head = plain_head;
    size_t len;

    (void)state;
    head.id = 3008;
    head.pid = 0xffffffffu;
    head.tid = 0xffffffffu;
    etw_script(&data, 0, "w=a|u4=1|u8=0|u4=0|w=");
    len = etw_payload(payload, etw_guid("dns"), &head, &data);

    assert_int_equal(decode_bytes(len), SONDA_OK);
    assert_null(sonda__event_find(event, SONDA_FIELD_PROCESS_ID));
}

static void test_etw_record__lone_surrogate__kept_and_flagged(void **state)
{
    row r = {"dns",
             3008,
             0,
             0,
             0,
             0,
             SONDA_CLASS_DNS,
             SONDA_DNS_QUERY,
             "x=00d861000000|u4=1|u8=0|u4=0|w=",
             ""};

    (void)state;
    assert_int_equal(decode_row(&r, 0, 0), SONDA_OK);
    assert_int_equal(sonda__event_find(event, SONDA_FIELD_QUERY_NAME)->flags,
                     SONDA_VALUE_ILL_FORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_etw_record__every_layout_both_widths__fields),
        cmocka_unit_test(test_etw_record__bytes_behind_the_layout__not_looked_at),
        cmocka_unit_test(test_etw_record__data_cut_anywhere__truncated_or_whole),
        cmocka_unit_test(test_etw_record__unknown_provider_id_or_version__raw),
        cmocka_unit_test(test_etw_record__raw_without_data__no_field_for_it),
        cmocka_unit_test(test_etw_record__broken_heads__refused),
        cmocka_unit_test(test_etw_record__process_not_known__no_fields_for_it),
        cmocka_unit_test(test_etw_record__lone_surrogate__kept_and_flagged),
    };

    return cmocka_run_group_tests(tests, open_event, close_event);
}
