/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The log source table, written for this project from the taxonomy of the
 * Sigma specification and from the names Windows gives its channels.
 *
 * Where Windows' own channel name differs from the one the taxonomy writes
 * (DNS client, Hyper-V, kernel tracing), both stand here: records carry the
 * former, rules were tested with the latter.
 *
 * Services of Linux that are text files (syslog, sshd, ...) are absent on
 * purpose: no source of ours reads them, so rules of theirs are unmapped.
 *
 * Module compile. Data only.
 */

#include "compile/log_source_table.h"

#include "sonda/event.h"

#define W SONDA_PRODUCT_WINDOWS
#define L SONDA_PRODUCT_LINUX
#define M SONDA_PRODUCT_MACOS

/* clang-format off */
const sonda__service_row sonda__service_rows[] = {
    {W, "application", {"Application"}},
    {W, "application-experience", {"Microsoft-Windows-Application-Experience/Program-Telemetry",
                                   "Microsoft-Windows-Application-Experience/Program-Compatibility-Assistant"}},
    {W, "applocker", {"Microsoft-Windows-AppLocker/MSI and Script",
                      "Microsoft-Windows-AppLocker/EXE and DLL",
                      "Microsoft-Windows-AppLocker/Packaged app-Deployment",
                      "Microsoft-Windows-AppLocker/Packaged app-Execution"}},
    {W, "appmodel-runtime", {"Microsoft-Windows-AppModel-Runtime/Admin"}},
    {W, "appxdeployment-server", {"Microsoft-Windows-AppXDeploymentServer/Operational"}},
    {W, "appxpackaging-om", {"Microsoft-Windows-AppxPackaging/Operational"}},
    {W, "bitlocker", {"Microsoft-Windows-BitLocker/BitLocker Management"}},
    {W, "bits-client", {"Microsoft-Windows-Bits-Client/Operational"}},
    {W, "capi2", {"Microsoft-Windows-CAPI2/Operational"}},
    {W, "certificateservicesclient-lifecycle-system",
        {"Microsoft-Windows-CertificateServicesClient-Lifecycle-System/Operational"}},
    {W, "codeintegrity-operational", {"Microsoft-Windows-CodeIntegrity/Operational"}},
    {W, "dhcp", {"Microsoft-Windows-DHCP-Server/Operational"}},
    {W, "diagnosis-scripted", {"Microsoft-Windows-Diagnosis-Scripted/Operational"}},
    {W, "dns-client", {"Microsoft-Windows-DNS-Client/Operational",
                       "Microsoft-Windows-DNS Client Events/Operational"}},
    {W, "dns-server", {"DNS Server"}},
    {W, "dns-server-analytic", {"Microsoft-Windows-DNS-Server/Analytical",
                                "Microsoft-Windows-DNSServer/Analytical"}},
    {W, "dns-server-audit", {"Microsoft-Windows-DNS-Server/Audit",
                             "Microsoft-Windows-DNSServer/Audit"}},
    {W, "driver-framework", {"Microsoft-Windows-DriverFrameworks-UserMode/Operational"}},
    {W, "firewall-as", {"Microsoft-Windows-Windows Firewall With Advanced Security/Firewall"}},
    {W, "hyper-v-worker", {"Microsoft-Windows-Hyper-V-Worker-Admin",
                           "Microsoft-Windows-Hyper-V-Worker"}},
    {W, "iis-configuration", {"Microsoft-IIS-Configuration/Operational"}},
    {W, "kernel-event-tracing", {"Microsoft-Windows-Kernel-EventTracing/Admin",
                                 "Microsoft-Windows-Kernel-EventTracing"}},
    {W, "kernel-shimengine", {"Microsoft-Windows-Kernel-ShimEngine/Operational",
                              "Microsoft-Windows-Kernel-ShimEngine/Diagnostic"}},
    {W, "ldap", {"Microsoft-Windows-LDAP-Client/Debug"}},
    {W, "lsa-server", {"Microsoft-Windows-LSA/Operational"}},
    {W, "microsoft-servicebus-client", {"Microsoft-ServiceBus-Client/Admin",
                                        "Microsoft-ServiceBus-Client/Operational"}},
    {W, "msexchange-management", {"MSExchange Management"}},
    {W, "ntfs", {"Microsoft-Windows-Ntfs/Operational"}},
    {W, "ntlm", {"Microsoft-Windows-NTLM/Operational"}},
    {W, "openssh", {"OpenSSH/Operational"}},
    {W, "powershell", {"Microsoft-Windows-PowerShell/Operational", "PowerShellCore/Operational"}},
    {W, "powershell-classic", {"Windows PowerShell"}},
    {W, "printservice-admin", {"Microsoft-Windows-PrintService/Admin"}},
    {W, "printservice-operational", {"Microsoft-Windows-PrintService/Operational"}},
    {W, "security", {"Security"}},
    {W, "security-mitigations", {"Microsoft-Windows-Security-Mitigations/Kernel Mode",
                                 "Microsoft-Windows-Security-Mitigations/User Mode",
                                 "Microsoft-Windows-Security-Mitigations/KernelMode",
                                 "Microsoft-Windows-Security-Mitigations/UserMode"}},
    {W, "sense", {"Microsoft-Windows-SENSE/Operational"}},
    {W, "servicebus-client", {"Microsoft-ServiceBus-Client/Admin",
                              "Microsoft-ServiceBus-Client/Operational"}},
    {W, "shell-core", {"Microsoft-Windows-Shell-Core/Operational"}},
    {W, "smbclient-connectivity", {"Microsoft-Windows-SmbClient/Connectivity"}},
    {W, "smbclient-security", {"Microsoft-Windows-SmbClient/Security"}},
    {W, "smbserver-connectivity", {"Microsoft-Windows-SMBServer/Connectivity"}},
    {W, "sysmon", {"Microsoft-Windows-Sysmon/Operational"}},
    {W, "system", {"System"}},
    {W, "taskscheduler", {"Microsoft-Windows-TaskScheduler/Operational"}},
    {W, "terminalservices-localsessionmanager",
        {"Microsoft-Windows-TerminalServices-LocalSessionManager/Operational"}},
    {W, "vhdmp", {"Microsoft-Windows-VHDMP/Operational",
                  "Microsoft-Windows-VHDMP-Operational"}},
    {W, "windefend", {"Microsoft-Windows-Windows Defender/Operational"}},
    {W, "wmi", {"Microsoft-Windows-WMI-Activity/Operational"}},

    {L, "sysmon", {"Linux-Sysmon/Operational"}},
    {L, "auditd", {"auditd"}},
};
const size_t sonda__service_row_count =
    sizeof sonda__service_rows / sizeof sonda__service_rows[0];

#define SYSMON(product, category, ...) {product, category, "sysmon", {__VA_ARGS__}, 0, {0}, NULL, NULL, {{NULL}}}
#define EVENTS(product, category, service, ...) {product, category, service, {__VA_ARGS__}, 0, {0}, NULL, NULL, {{NULL}}}
#define EVENT_TYPE(category, id, value) {W, category, "sysmon", {id}, 0, {0}, "EventType", value, {{NULL}}}
#define CLASS(product, category, class_uid, ...) {product, category, NULL, {0}, class_uid, {__VA_ARGS__}, NULL, NULL, {{NULL}}}

const sonda__category_row sonda__category_rows[] = {
    /* Windows: Sysmon, the Security log's own process creation, and adapters. */
    SYSMON(W, "process_creation", 1),
    {W, "process_creation", "security", {4688}, 0, {0}, NULL, NULL,
        {{"Image", "NewProcessName"}, {"ParentImage", "ParentProcessName"}}},
    CLASS(W, "process_creation", SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH),
    SYSMON(W, "file_change", 2),
    CLASS(W, "file_change", SONDA_CLASS_FILE, SONDA_FILE_SET_ATTRIBUTES),
    SYSMON(W, "network_connection", 3),
    CLASS(W, "network_connection", SONDA_CLASS_NETWORK, SONDA_NETWORK_OPEN),
    SYSMON(W, "sysmon_status", 4, 16),
    SYSMON(W, "process_termination", 5),
    CLASS(W, "process_termination", SONDA_CLASS_PROCESS, SONDA_PROCESS_TERMINATE),
    SYSMON(W, "driver_load", 6),
    CLASS(W, "driver_load", SONDA_CLASS_KERNEL_EXTENSION, SONDA_MODULE_LOAD),
    SYSMON(W, "image_load", 7),
    CLASS(W, "image_load", SONDA_CLASS_MODULE, SONDA_MODULE_LOAD),
    SYSMON(W, "create_remote_thread", 8),
    CLASS(W, "create_remote_thread", SONDA_CLASS_PROCESS, SONDA_PROCESS_INJECT),
    SYSMON(W, "raw_access_thread", 9),
    SYSMON(W, "process_access", 10),
    CLASS(W, "process_access", SONDA_CLASS_PROCESS, SONDA_PROCESS_OPEN),
    SYSMON(W, "file_event", 11),
    CLASS(W, "file_event", SONDA_CLASS_FILE, SONDA_FILE_CREATE),
    SYSMON(W, "registry_event", 12, 13, 14),
    CLASS(W, "registry_event", SONDA_CLASS_REGISTRY_KEY, SONDA_REGISTRY_CREATE, SONDA_REGISTRY_DELETE, SONDA_REGISTRY_RENAME),
    CLASS(W, "registry_event", SONDA_CLASS_REGISTRY_VALUE, SONDA_REGISTRY_MODIFY, SONDA_REGISTRY_DELETE, SONDA_REGISTRY_RENAME),
    EVENT_TYPE("registry_add", 12, "CreateKey"),
    CLASS(W, "registry_add", SONDA_CLASS_REGISTRY_KEY, SONDA_REGISTRY_CREATE),
    EVENT_TYPE("registry_delete", 12, "DeleteKey"),
    EVENT_TYPE("registry_delete", 12, "DeleteValue"),
    CLASS(W, "registry_delete", SONDA_CLASS_REGISTRY_KEY, SONDA_REGISTRY_DELETE),
    CLASS(W, "registry_delete", SONDA_CLASS_REGISTRY_VALUE, SONDA_REGISTRY_DELETE),
    SYSMON(W, "registry_set", 13),
    CLASS(W, "registry_set", SONDA_CLASS_REGISTRY_VALUE, SONDA_REGISTRY_MODIFY),
    SYSMON(W, "registry_rename", 14),
    CLASS(W, "registry_rename", SONDA_CLASS_REGISTRY_KEY, SONDA_REGISTRY_RENAME),
    CLASS(W, "registry_rename", SONDA_CLASS_REGISTRY_VALUE, SONDA_REGISTRY_RENAME),
    SYSMON(W, "create_stream_hash", 15),
    SYSMON(W, "pipe_created", 17, 18),
    SYSMON(W, "wmi_event", 19, 20, 21),
    SYSMON(W, "dns_query", 22),
    CLASS(W, "dns_query", SONDA_CLASS_DNS, SONDA_DNS_QUERY),
    SYSMON(W, "file_delete", 23),
    CLASS(W, "file_delete", SONDA_CLASS_FILE, SONDA_FILE_DELETE),
    SYSMON(W, "clipboard_capture", 24),
    SYSMON(W, "clipboard_change", 24),
    SYSMON(W, "process_tampering", 25),
    SYSMON(W, "file_delete_detected", 26),
    SYSMON(W, "file_block_executable", 27),
    SYSMON(W, "file_block_shredding", 28),
    SYSMON(W, "file_executable_detected", 29),
    SYSMON(W, "sysmon_error", 255),
    /* No event log has these: the file system's own tracing and drivers do. */
    CLASS(W, "file_access", SONDA_CLASS_FILE, SONDA_FILE_OPEN, SONDA_FILE_READ),
    CLASS(W, "file_rename", SONDA_CLASS_FILE, SONDA_FILE_RENAME),

    EVENTS(W, "ps_module", "powershell", 4103),
    EVENTS(W, "ps_script", "powershell", 4104),
    CLASS(W, "ps_script", SONDA_CLASS_SCRIPT, SONDA_SCRIPT_EXECUTE),
    EVENTS(W, "ps_classic_start", "powershell-classic", 400),
    EVENTS(W, "ps_classic_provider_start", "powershell-classic", 600),
    EVENTS(W, "ps_classic_script", "powershell-classic", 800),

    /* Defender's events that carry a threat's name or a path. */
    {W, "antivirus", "windefend",
        {1006, 1007, 1008, 1009, 1010, 1011, 1012, 1017, 1018, 1019, 1115, 1116},
        0, {0}, NULL, NULL, {{"Signature", "ThreatName"}, {"Filename", "Path"}}},

    /* Linux: Sysmon for Linux, and adapters or joined audit lines. */
    SYSMON(L, "process_creation", 1),
    CLASS(L, "process_creation", SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH),
    SYSMON(L, "network_connection", 3),
    CLASS(L, "network_connection", SONDA_CLASS_NETWORK, SONDA_NETWORK_OPEN),
    SYSMON(L, "sysmon_status", 4, 16),
    SYSMON(L, "process_termination", 5),
    CLASS(L, "process_termination", SONDA_CLASS_PROCESS, SONDA_PROCESS_TERMINATE),
    SYSMON(L, "raw_access_thread", 9),
    SYSMON(L, "process_access", 10),
    CLASS(L, "process_access", SONDA_CLASS_PROCESS, SONDA_PROCESS_OPEN),
    /* Written, created or moved into place: what an overwrite looks like here. */
    SYSMON(L, "file_event", 11),
    CLASS(L, "file_event", SONDA_CLASS_FILE, SONDA_FILE_CREATE, SONDA_FILE_UPDATE, SONDA_FILE_RENAME),
    SYSMON(L, "file_delete", 23),
    CLASS(L, "file_delete", SONDA_CLASS_FILE, SONDA_FILE_DELETE),
    CLASS(L, "file_rename", SONDA_CLASS_FILE, SONDA_FILE_RENAME),
    CLASS(L, "file_change", SONDA_CLASS_FILE, SONDA_FILE_SET_ATTRIBUTES, SONDA_FILE_SET_SECURITY),
    CLASS(L, "file_access", SONDA_CLASS_FILE, SONDA_FILE_OPEN, SONDA_FILE_READ),
    CLASS(L, "image_load", SONDA_CLASS_MODULE, SONDA_MODULE_LOAD),
    CLASS(L, "driver_load", SONDA_CLASS_KERNEL_EXTENSION, SONDA_MODULE_LOAD),
    CLASS(L, "dns_query", SONDA_CLASS_DNS, SONDA_DNS_QUERY),
    SYSMON(L, "sysmon_error", 255),

    /* macOS: Endpoint Security, by its adapter or eslogger. */
    CLASS(M, "process_creation", SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH),
    CLASS(M, "process_termination", SONDA_CLASS_PROCESS, SONDA_PROCESS_TERMINATE),
    CLASS(M, "process_access", SONDA_CLASS_PROCESS, SONDA_PROCESS_OPEN),
    CLASS(M, "create_remote_thread", SONDA_CLASS_PROCESS, SONDA_PROCESS_INJECT),
    CLASS(M, "network_connection", SONDA_CLASS_NETWORK, SONDA_NETWORK_OPEN),
    CLASS(M, "file_event", SONDA_CLASS_FILE, SONDA_FILE_CREATE, SONDA_FILE_UPDATE, SONDA_FILE_RENAME),
    CLASS(M, "file_delete", SONDA_CLASS_FILE, SONDA_FILE_DELETE),
    CLASS(M, "file_rename", SONDA_CLASS_FILE, SONDA_FILE_RENAME),
    CLASS(M, "file_change", SONDA_CLASS_FILE, SONDA_FILE_SET_ATTRIBUTES, SONDA_FILE_SET_SECURITY),
    CLASS(M, "file_access", SONDA_CLASS_FILE, SONDA_FILE_OPEN, SONDA_FILE_READ),
    CLASS(M, "image_load", SONDA_CLASS_MODULE, SONDA_MODULE_LOAD),
    CLASS(M, "driver_load", SONDA_CLASS_KERNEL_EXTENSION, SONDA_MODULE_LOAD),
    CLASS(M, "dns_query", SONDA_CLASS_DNS, SONDA_DNS_QUERY),
};
/* clang-format on */
const size_t sonda__category_row_count =
    sizeof sonda__category_rows / sizeof sonda__category_rows[0];
