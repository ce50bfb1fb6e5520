/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Windows Event Log and Sysmon event ids to OCSF class and activity.
 *
 * A table by channel, ids ascending. What fits no OCSF class we write (account
 * changes, WMI consumers, the clipboard) stays a base event: rules find it by
 * channel and id all the same. Handles and object accesses depend on the kind of
 * the object, registry events on what was done: those have a function.
 *
 * Layer 3 (normalise): uses base and event.
 */

#include "core/normalise/windows_class_table.h"

/* OCSF activities that sonda/event.h does not name, by class. */
#define LOGON 1u
#define LOGOFF 2u
#define KERBEROS_TICKET 3u
#define KERBEROS_SERVICE_TICKET 4u
#define KERBEROS_RENEWAL 5u
#define KERBEROS_PREAUTHENTICATION 6u
#define CONNECTION_REFUSED 5u
#define SERVICE_CREATE 1u
#define SERVICE_RECONFIGURE 2u
#define SERVICE_STOP 4u
#define JOB_CREATE 1u
#define JOB_UPDATE 2u
#define JOB_DELETE 3u
#define JOB_ENABLE 4u
#define JOB_DISABLE 5u
#define JOB_START 6u
#define DRIVER_LOAD 1u

typedef struct meaning {
    uint32_t event_id;
    uint32_t class_uid;
    uint32_t activity_id;
} meaning;

typedef struct channel_meanings {
    const char *channel;
    size_t count;
    const meaning *meanings;
} channel_meanings;

static const meaning sysmon[] = {
    {1, SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH},
    {2, SONDA_CLASS_FILE, SONDA_FILE_SET_ATTRIBUTES},
    {3, SONDA_CLASS_NETWORK, SONDA_NETWORK_OPEN},
    {5, SONDA_CLASS_PROCESS, SONDA_PROCESS_TERMINATE},
    {6, SONDA_CLASS_KERNEL_EXTENSION, DRIVER_LOAD},
    {7, SONDA_CLASS_MODULE, SONDA_MODULE_LOAD},
    {8, SONDA_CLASS_PROCESS, SONDA_PROCESS_INJECT},
    {9, SONDA_CLASS_FILE, SONDA_FILE_READ}, /* a raw disk */
    {10, SONDA_CLASS_PROCESS, SONDA_PROCESS_OPEN},
    {11, SONDA_CLASS_FILE, SONDA_FILE_CREATE},
    {12, SONDA_CLASS_REGISTRY_KEY, SONDA_ACTIVITY_OTHER},
    {13, SONDA_CLASS_REGISTRY_VALUE, SONDA_REGISTRY_MODIFY},
    {14, SONDA_CLASS_REGISTRY_KEY, SONDA_REGISTRY_RENAME},
    {15, SONDA_CLASS_FILE, SONDA_FILE_CREATE}, /* a stream of a file */
    {17, SONDA_CLASS_FILE, SONDA_FILE_CREATE}, /* a named pipe is a file to OCSF */
    {18, SONDA_CLASS_FILE, SONDA_FILE_OPEN},
    {22, SONDA_CLASS_DNS, SONDA_DNS_QUERY},
    {23, SONDA_CLASS_FILE, SONDA_FILE_DELETE},
    {25, SONDA_CLASS_PROCESS, SONDA_ACTIVITY_OTHER}, /* image replaced or locked */
    {26, SONDA_CLASS_FILE, SONDA_FILE_DELETE},
    {27, SONDA_CLASS_FILE, SONDA_FILE_CREATE}, /* an executable, blocked */
    {28, SONDA_CLASS_FILE, SONDA_FILE_DELETE}, /* shredding, blocked */
    {29, SONDA_CLASS_FILE, SONDA_FILE_CREATE}, /* an executable */
};

static const meaning security[] = {
    {4624, SONDA_CLASS_AUTHENTICATION, LOGON},
    {4625, SONDA_CLASS_AUTHENTICATION, LOGON},
    {4634, SONDA_CLASS_AUTHENTICATION, LOGOFF},
    {4647, SONDA_CLASS_AUTHENTICATION, LOGOFF},
    {4648, SONDA_CLASS_AUTHENTICATION, LOGON},
    {4656, SONDA_CLASS_FILE, SONDA_FILE_OPEN},
    {4657, SONDA_CLASS_REGISTRY_VALUE, SONDA_REGISTRY_MODIFY},
    {4658, SONDA_CLASS_FILE, SONDA_ACTIVITY_OTHER},
    {4660, SONDA_CLASS_FILE, SONDA_FILE_DELETE},
    {4663, SONDA_CLASS_FILE, SONDA_FILE_OPEN},
    {4670, SONDA_CLASS_FILE, SONDA_FILE_SET_SECURITY},
    {4688, SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH},
    {4689, SONDA_CLASS_PROCESS, SONDA_PROCESS_TERMINATE},
    {4697, SONDA_CLASS_WINDOWS_SERVICE, SERVICE_CREATE},
    {4698, SONDA_CLASS_SCHEDULED_JOB, JOB_CREATE},
    {4699, SONDA_CLASS_SCHEDULED_JOB, JOB_DELETE},
    {4700, SONDA_CLASS_SCHEDULED_JOB, JOB_ENABLE},
    {4701, SONDA_CLASS_SCHEDULED_JOB, JOB_DISABLE},
    {4702, SONDA_CLASS_SCHEDULED_JOB, JOB_UPDATE},
    {4768, SONDA_CLASS_AUTHENTICATION, KERBEROS_TICKET},
    {4769, SONDA_CLASS_AUTHENTICATION, KERBEROS_SERVICE_TICKET},
    {4770, SONDA_CLASS_AUTHENTICATION, KERBEROS_RENEWAL},
    {4771, SONDA_CLASS_AUTHENTICATION, KERBEROS_PREAUTHENTICATION},
    {4776, SONDA_CLASS_AUTHENTICATION, SONDA_ACTIVITY_OTHER},
    {4778, SONDA_CLASS_AUTHENTICATION, LOGON},
    {4779, SONDA_CLASS_AUTHENTICATION, LOGOFF},
    {5140, SONDA_CLASS_FILE, SONDA_FILE_OPEN},
    {5145, SONDA_CLASS_FILE, SONDA_FILE_OPEN},
    {5152, SONDA_CLASS_NETWORK, CONNECTION_REFUSED},
    {5154, SONDA_CLASS_NETWORK, SONDA_NETWORK_LISTEN},
    {5155, SONDA_CLASS_NETWORK, CONNECTION_REFUSED},
    {5156, SONDA_CLASS_NETWORK, SONDA_NETWORK_OPEN},
    {5157, SONDA_CLASS_NETWORK, CONNECTION_REFUSED},
    {5158, SONDA_CLASS_NETWORK, SONDA_ACTIVITY_OTHER}, /* a bind */
    {5159, SONDA_CLASS_NETWORK, CONNECTION_REFUSED},
};

static const meaning service_control[] = {
    {7031, SONDA_CLASS_WINDOWS_SERVICE, SERVICE_STOP},
    {7034, SONDA_CLASS_WINDOWS_SERVICE, SERVICE_STOP},
    {7036, SONDA_CLASS_WINDOWS_SERVICE, SONDA_ACTIVITY_OTHER},
    {7040, SONDA_CLASS_WINDOWS_SERVICE, SERVICE_RECONFIGURE},
    {7045, SONDA_CLASS_WINDOWS_SERVICE, SERVICE_CREATE},
};

static const meaning powershell[] = {
    {4103, SONDA_CLASS_SCRIPT, SONDA_SCRIPT_EXECUTE},
    {4104, SONDA_CLASS_SCRIPT, SONDA_SCRIPT_EXECUTE},
};

static const meaning powershell_classic[] = {
    {400, SONDA_CLASS_SCRIPT, SONDA_SCRIPT_EXECUTE},
    {403, SONDA_CLASS_SCRIPT, SONDA_ACTIVITY_OTHER},
    {600, SONDA_CLASS_SCRIPT, SONDA_SCRIPT_EXECUTE},
    {800, SONDA_CLASS_SCRIPT, SONDA_SCRIPT_EXECUTE},
};

static const meaning task_scheduler[] = {
    {106, SONDA_CLASS_SCHEDULED_JOB, JOB_CREATE},
    {129, SONDA_CLASS_SCHEDULED_JOB, JOB_START},
    {140, SONDA_CLASS_SCHEDULED_JOB, JOB_UPDATE},
    {141, SONDA_CLASS_SCHEDULED_JOB, JOB_DELETE},
    {142, SONDA_CLASS_SCHEDULED_JOB, JOB_DISABLE},
    {200, SONDA_CLASS_SCHEDULED_JOB, JOB_START},
    {201, SONDA_CLASS_SCHEDULED_JOB, SONDA_ACTIVITY_OTHER},
};

static const meaning dns_client[] = {
    {3006, SONDA_CLASS_DNS, SONDA_DNS_QUERY},
    {3008, SONDA_CLASS_DNS, SONDA_DNS_QUERY},
    {3020, SONDA_CLASS_DNS, SONDA_DNS_QUERY},
};

#define MEANINGS(list) sizeof(list) / sizeof *(list), list

/* The most frequent first. */
static const channel_meanings channels[] = {
    {"Microsoft-Windows-Sysmon/Operational", MEANINGS(sysmon)},
    {"Security", MEANINGS(security)},
    {"Linux-Sysmon/Operational", MEANINGS(sysmon)},
    {"System", MEANINGS(service_control)},
    {"Microsoft-Windows-PowerShell/Operational", MEANINGS(powershell)},
    {"PowerShellCore/Operational", MEANINGS(powershell)},
    {"Windows PowerShell", MEANINGS(powershell_classic)},
    {"Microsoft-Windows-TaskScheduler/Operational", MEANINGS(task_scheduler)},
    {"Microsoft-Windows-DNS-Client/Operational", MEANINGS(dns_client)},
};

static const meaning *find(const channel_meanings *of, uint32_t event_id)
{
    size_t low = 0;
    size_t high = of->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (of->meanings[middle].event_id < event_id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < of->count && of->meanings[low].event_id == event_id ? &of->meanings[low]
                                                                     : NULL;
}

static const channel_meanings *meanings_of(sonda__span channel)
{
    for (size_t i = 0; i < sizeof channels / sizeof *channels; i++) {
        if (sonda__span_equal_ascii_case(channel, sonda__span_text(channels[i].channel))) {
            return &channels[i];
        }
    }
    return NULL;
}

/* Sysmon 12 and 14 say in EventType what was done, and to a key or a value. */
static void refine_registry(sonda_event *event)
{
    static const struct {
        const char *event_type;
        uint32_t class_uid;
        uint32_t activity_id;
    } types[] = {
        {"CreateKey", SONDA_CLASS_REGISTRY_KEY, SONDA_REGISTRY_CREATE},
        {"DeleteKey", SONDA_CLASS_REGISTRY_KEY, SONDA_REGISTRY_DELETE},
        {"RenameKey", SONDA_CLASS_REGISTRY_KEY, SONDA_REGISTRY_RENAME},
        {"SetValue", SONDA_CLASS_REGISTRY_VALUE, SONDA_REGISTRY_MODIFY},
        {"DeleteValue", SONDA_CLASS_REGISTRY_VALUE, SONDA_REGISTRY_DELETE},
        {"RenameValue", SONDA_CLASS_REGISTRY_VALUE, SONDA_ACTIVITY_OTHER},
    };
    sonda__span said = sonda__event_text(event, SONDA_FIELD_EVENT_TYPE);

    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (sonda__span_is(said, types[i].event_type)) {
            event->class_uid = types[i].class_uid;
            event->activity_id = types[i].activity_id;
            return;
        }
    }
}

/* Security audits handles to objects of every kind by the same ids. */
static void refine_object(sonda_event *event)
{
    sonda__span type = sonda__event_text(event, SONDA_FIELD_OBJECT_TYPE);
    bool deletes = event->activity_id == SONDA_FILE_DELETE;
    bool opens = event->activity_id == SONDA_FILE_OPEN;

    if (sonda__span_is(type, "Key")) {
        event->class_uid = SONDA_CLASS_REGISTRY_KEY;
        event->activity_id = deletes ? SONDA_REGISTRY_DELETE
                             : opens ? SONDA_REGISTRY_READ
                                     : SONDA_ACTIVITY_OTHER;
    } else if (sonda__span_is(type, "Process")) {
        event->class_uid = SONDA_CLASS_PROCESS;
        event->activity_id = opens ? SONDA_PROCESS_OPEN : SONDA_ACTIVITY_OTHER;
    } else if (!sonda__span_is(type, "File")) {
        event->class_uid = SONDA_CLASS_BASE;
        event->activity_id = SONDA_ACTIVITY_UNKNOWN;
    }
}

static bool concerns_object(const meaning *found)
{
    return found >= security && found < security + sizeof security / sizeof *security &&
           found->event_id >= 4656 && found->event_id <= 4670 && found->event_id != 4657;
}

void sonda__windows_classify(sonda_event *event)
{
    const channel_meanings *of = meanings_of(event->channel);
    const meaning *found = of == NULL ? NULL : find(of, event->event_id);

    if (found == NULL) {
        return;
    }
    event->class_uid = found->class_uid;
    event->activity_id = found->activity_id;
    if (of->meanings == sysmon && event->event_id >= 12 && event->event_id <= 14) {
        refine_registry(event);
    } else if (concerns_object(found)) {
        refine_object(event);
    }
}
