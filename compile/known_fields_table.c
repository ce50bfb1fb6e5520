/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Sysmon's names are those of its own schema (version 4.90, `sysmon -s`), all
 * that any version wrote. Those of Linux are what core/normalise/linux_record.c
 * and core/track fill; the names any Windows record has include those that
 * forwarders put beside the System block.
 *
 * Module compile. Data only.
 */

#include "compile/known_fields_table.h"

#include "sonda/event.h"

#define PROCESS "RuleName UtcTime ProcessGuid ProcessId Image User "
#define FILE_OF PROCESS "TargetFilename "
#define REGISTRY PROCESS "EventType TargetObject "
#define BETWEEN                                                                               \
    "RuleName UtcTime SourceProcessGuid SourceProcessGUID SourceProcessId SourceThreadId "    \
    "SourceImage TargetProcessGuid TargetProcessGUID TargetProcessId TargetImage SourceUser " \
    "TargetUser "
#define VERSION_OF "FileVersion Description Product Company OriginalFileName Hashes "
#define WMI "RuleName EventType UtcTime Operation User "

const sonda__known_fields_row sonda__sysmon_fields[] = {
    {1, PROCESS VERSION_OF
     "CommandLine CurrentDirectory LogonGuid LogonId TerminalSessionId IntegrityLevel "
     "ParentProcessGuid ParentProcessId ParentImage ParentCommandLine ParentUser"},
    {2, FILE_OF "CreationUtcTime PreviousCreationUtcTime"},
    {3, PROCESS "Protocol Initiated SourceIsIpv6 SourceIp SourceHostname SourcePort "
                "SourcePortName DestinationIsIpv6 DestinationIp DestinationHostname "
                "DestinationPort DestinationPortName"},
    {4, "UtcTime State Version SchemaVersion"},
    {5, PROCESS},
    {6, "RuleName UtcTime ImageLoaded Hashes Signed Signature SignatureStatus"},
    {7, PROCESS VERSION_OF "ImageLoaded Signed Signature SignatureStatus"},
    {8, BETWEEN "NewThreadId StartAddress StartModule StartFunction"},
    {9, PROCESS "Device"},
    {10, BETWEEN "GrantedAccess CallTrace"},
    {11, FILE_OF "CreationUtcTime"},
    {12, REGISTRY},
    {13, REGISTRY "Details"},
    {14, REGISTRY "NewName"},
    {15, FILE_OF "CreationUtcTime Hash Contents"},
    {16, "UtcTime Configuration ConfigurationFileHash"},
    {17, PROCESS "EventType PipeName"},
    {18, PROCESS "EventType PipeName"},
    {19, WMI "EventNamespace Name Query"},
    {20, WMI "Name Type Destination"},
    {21, WMI "Consumer Filter"},
    {22, PROCESS "QueryName QueryStatus QueryResults"},
    {23, FILE_OF "Hashes IsExecutable Archived"},
    {24, PROCESS "Session ClientInfo Hashes Archived"},
    {25, PROCESS "Type"},
    {26, FILE_OF "Hashes IsExecutable"},
    {27, FILE_OF "Hashes"},
    {28, FILE_OF "Hashes IsExecutable"},
    {29, FILE_OF "Hashes"},
    {255, "UtcTime ID Description"},
};
const size_t sonda__sysmon_field_count =
    sizeof sonda__sysmon_fields / sizeof sonda__sysmon_fields[0];

#define LINUX                                                                                 \
    "Image CommandLine CurrentDirectory User Uid Gid EffectiveUid EffectiveGid SavedUid "     \
    "LoginUid SessionId Terminal ThreadName ProcessId ProcessStart ThreadId ParentProcessId " \
    "ParentProcessStart ParentImage ParentCommandLine ParentUser MountNamespace "             \
    "PidNamespace InnerProcessId Computer Hostname SystemCall audit_serial ReturnCode "

const sonda__known_fields_row sonda__linux_fields[] = {
    {SONDA_CLASS_PROCESS, LINUX
     "ExecutedPath LogonId CapabilitiesEffective CapabilitiesPermitted EnvironmentSize Cgroup "
     "ContainerId Mode Device Inode LinkCount ExitCode ExitSignal"},
    {SONDA_CLASS_FILE, LINUX
     "TargetFilename SourceFilename OpenFlags Mode TargetUid TargetGid Device Inode LinkCount"},
    {SONDA_CLASS_NETWORK,
     LINUX "Protocol Initiated SourceIp SourcePort SourceIsIpv6 DestinationIp DestinationPort "
           "DestinationIsIpv6"},
    {SONDA_CLASS_KERNEL_EXTENSION, LINUX "ImageLoaded Module"},
};
const size_t sonda__linux_field_count =
    sizeof sonda__linux_fields / sizeof sonda__linux_fields[0];

const char sonda__system_fields[] =
    "Provider_Name Provider_Guid EventID Version Level Task Opcode Keywords "
    "TimeCreated_SystemTime EventRecordID Correlation_ActivityID "
    "Correlation_RelatedActivityID Correlation Security EventID_Qualifiers "
    "Provider_EventSourceName EventData_Name Execution_ProcessID "
    "Execution_ThreadID Channel Computer Security_UserID Message Hostname SourceName "
    "EventTime Category Severity";

const char sonda__forwarded_fields[] =
    "ProcessId ProcessID ThreadId ThreadID ExecutionProcessID RecordNumber EventType "
    "OpcodeValue SeverityValue ActivityID ProviderGuid UserID AccountName AccountType Domain "
    "TimeCreated EventReceivedTime SourceModuleName SourceModuleType";
