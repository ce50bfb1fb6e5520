/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Fields of events of Windows' own channels, as Microsoft documents them and as
 * the providers' manifests have them: all that any version writes. Only events
 * whose fields never vary stand here; a provider is asked for where a channel is
 * shared and another one could use the same id.
 *
 * Absent on purpose: Defender, whose names have spaces that tools leave out or
 * replace; classic providers (Application, Windows PowerShell), whose data has
 * no names; and what is not documented.
 *
 * Module compile. Data only.
 */

#include "compile/known_fields_table.h"

#define SECURITY "Security"
#define POWERSHELL "Microsoft-Windows-PowerShell/Operational"
#define TASKS "Microsoft-Windows-TaskScheduler/Operational"
#define SERVICES "Service Control Manager"

#define SUBJECT "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId "
#define TARGET "TargetUserSid TargetUserName TargetDomainName TargetLogonId "
#define PROCESS "ProcessId ProcessName "
#define LOGON                                                               \
    "LogonType LogonProcessName AuthenticationPackageName WorkstationName " \
    "TransmittedServices LmPackageName KeyLength " PROCESS "IpAddress IpPort "
#define OBJECT SUBJECT "ObjectServer ObjectType ObjectName HandleId "
#define ACCESS "AccessList AccessMask "
#define CLIENT "ClientProcessStartKey ClientProcessId ParentProcessId "
#define TASK SUBJECT CLIENT "TaskName TaskContent RpcCallClientLocality FQDN "
#define ACCOUNT SUBJECT "TargetUserName TargetDomainName TargetSid PrivilegeList "
#define ATTRIBUTES                                                                    \
    ACCOUNT "SamAccountName DisplayName UserPrincipalName HomeDirectory HomePath "    \
            "ScriptPath ProfilePath UserWorkstations PasswordLastSet AccountExpires " \
            "PrimaryGroupId AllowedToDelegateTo OldUacValue NewUacValue "             \
            "UserAccountControl UserParameters SidHistory LogonHours Dummy "
#define COMPUTER ATTRIBUTES "DnsHostName ServicePrincipalNames ComputerAccountChange "
#define MEMBER ACCOUNT "MemberName MemberSid MembershipExpirationTime "
#define CERTIFICATE "CertIssuerName CertSerialNumber CertThumbprint "
#define TICKET                                                                        \
    "TargetUserName TargetDomainName TargetSid ServiceName ServiceSid TicketOptions " \
    "Status TicketEncryptionType IpAddress IpPort ResponseTicket "                    \
    "RequestTicketHash ResponseTicketHash AccountSupportedEncryptionTypes "           \
    "AccountAvailableKeys ServiceSupportedEncryptionTypes ServiceAvailableKeys "      \
    "DCSupportedEncryptionTypes DCAvailableKeys ClientAdvertizedEncryptionTypes "     \
    "SessionKeyEncryptionType PreAuthEncryptionType "
#define DIRECTORY                                                                 \
    SUBJECT "OpCorrelationID AppCorrelationID DSName DSType ObjectDN ObjectGUID " \
            "ObjectClass TreeDelete "
#define SHARE SUBJECT ACCESS "ObjectType IpAddress IpPort ShareName ShareLocalPath "
#define FILTERED                                                                     \
    "ProcessID Application Direction SourceAddress SourcePort DestAddress DestPort " \
    "Protocol FilterRTID LayerName LayerRTID RemoteUserID RemoteMachineID "          \
    "FilterOrigin OriginalProfile CurrentProfile InterfaceIndex "

const sonda__channel_fields_row sonda__channel_fields[] = {
    {SECURITY, NULL, 4611, SUBJECT "LogonProcessName"},
    {SECURITY, NULL, 4624,
     SUBJECT TARGET LOGON
     "LogonGuid ImpersonationLevel RestrictedAdminMode RemoteCredentialGuard "
     "TargetOutboundUserName TargetOutboundDomainName VirtualAccount TargetLinkedLogonId "
     "ElevatedToken"},
    {SECURITY, NULL, 4625, SUBJECT TARGET LOGON "Status FailureReason SubStatus"},
    {SECURITY, NULL, 4634, TARGET "LogonType"},
    {SECURITY, NULL, 4647, TARGET},
    {SECURITY, NULL, 4648,
     SUBJECT PROCESS
     "LogonGuid TargetUserName TargetDomainName TargetLogonGuid TargetServerName TargetInfo "
     "IpAddress IpPort"},
    {SECURITY, NULL, 4656,
     OBJECT ACCESS PROCESS
     "TransactionId AccessReason PrivilegeList RestrictedSidCount ResourceAttributes"},
    {SECURITY, NULL, 4657,
     SUBJECT PROCESS
     "ObjectName ObjectValueName HandleId OperationType OldValueType OldValue NewValueType "
     "NewValue"},
    {SECURITY, NULL, 4658, SUBJECT PROCESS "ObjectServer HandleId"},
    {SECURITY, NULL, 4660, SUBJECT PROCESS "ObjectServer HandleId TransactionId"},
    {SECURITY, NULL, 4661,
     OBJECT ACCESS PROCESS
     "TransactionId AccessReason PrivilegeList Properties RestrictedSidCount"},
    {SECURITY, NULL, 4662,
     OBJECT ACCESS "OperationType Properties AdditionalInfo AdditionalInfo2"},
    {SECURITY, NULL, 4663, OBJECT ACCESS PROCESS "ResourceAttributes"},
    {SECURITY, NULL, 4672, SUBJECT "PrivilegeList"},
    {SECURITY, NULL, 4673, SUBJECT PROCESS "ObjectServer Service PrivilegeList"},
    {SECURITY, NULL, 4674, OBJECT PROCESS "AccessMask PrivilegeList"},
    {SECURITY, NULL, 4688,
     "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId NewProcessId "
     "NewProcessName TokenElevationType ProcessId CommandLine TargetUserSid TargetUserName "
     "TargetDomainName TargetLogonId ParentProcessName MandatoryLabel"},
    {SECURITY, NULL, 4689, SUBJECT PROCESS "Status"},
    {SECURITY, NULL, 4697,
     SUBJECT CLIENT "ServiceName ServiceFileName ServiceType ServiceStartType ServiceAccount"},
    {SECURITY, NULL, 4698, TASK},
    {SECURITY, NULL, 4699, TASK},
    {SECURITY, NULL, 4700, TASK},
    {SECURITY, NULL, 4701, TASK},
    {SECURITY, NULL, 4702, TASK "TaskContentNew"},
    {SECURITY, NULL, 4720, ATTRIBUTES},
    {SECURITY, NULL, 4722, ACCOUNT},
    {SECURITY, NULL, 4723, ACCOUNT},
    {SECURITY, NULL, 4724, ACCOUNT},
    {SECURITY, NULL, 4725, ACCOUNT},
    {SECURITY, NULL, 4726, ACCOUNT},
    {SECURITY, NULL, 4728, MEMBER},
    {SECURITY, NULL, 4729, MEMBER},
    {SECURITY, NULL, 4732, MEMBER},
    {SECURITY, NULL, 4733, MEMBER},
    {SECURITY, NULL, 4738, ATTRIBUTES},
    {SECURITY, NULL, 4740, ACCOUNT},
    {SECURITY, NULL, 4741, COMPUTER},
    {SECURITY, NULL, 4742, COMPUTER},
    {SECURITY, NULL, 4756, MEMBER},
    {SECURITY, NULL, 4757, MEMBER},
    {SECURITY, NULL, 4768, TICKET CERTIFICATE "PreAuthType"},
    {SECURITY, NULL, 4769, TICKET "LogonGuid TransmittedServices"},
    {SECURITY, NULL, 4771, TICKET CERTIFICATE "PreAuthType"},
    {SECURITY, NULL, 4776, "PackageName TargetUserName Workstation Status"},
    {SECURITY, NULL, 4781, ACCOUNT "OldTargetUserName NewTargetUserName"},
    {SECURITY, NULL, 4798, ACCOUNT "CallerProcessId CallerProcessName"},
    {SECURITY, NULL, 4799, ACCOUNT "CallerProcessId CallerProcessName"},
    {SECURITY, NULL, 5136,
     DIRECTORY "AttributeLDAPDisplayName AttributeSyntaxOID AttributeValue OperationType "
               "AttributeValueExpirationTime"},
    {SECURITY, NULL, 5137, DIRECTORY},
    {SECURITY, NULL, 5140, SHARE},
    {SECURITY, NULL, 5145, SHARE "RelativeTargetName AccessReason"},
    {SECURITY, NULL, 5156, FILTERED},
    {SECURITY, NULL, 5157, FILTERED},

    {POWERSHELL, NULL, 4100, "ContextInfo UserData Payload"},
    {POWERSHELL, NULL, 4103, "ContextInfo UserData Payload"},
    {POWERSHELL, NULL, 4104, "MessageNumber MessageTotal ScriptBlockText ScriptBlockId Path"},
    {POWERSHELL, NULL, 4105, "ScriptBlockId RunspaceId"},
    {POWERSHELL, NULL, 4106, "ScriptBlockId RunspaceId"},

    {TASKS, NULL, 106, "TaskName UserContext"},
    {TASKS, NULL, 129, "TaskName Path ProcessID Priority"},
    {TASKS, NULL, 140, "TaskName UserName"},
    {TASKS, NULL, 141, "TaskName UserName"},
    {TASKS, NULL, 142, "TaskName UserName"},

    {"System", SERVICES, 7036, "param1 param2 Binary"},
    {"System", SERVICES, 7045, "ServiceName ImagePath ServiceType StartType AccountName"},
};
const size_t sonda__channel_field_count =
    sizeof sonda__channel_fields / sizeof sonda__channel_fields[0];
