"""What has to hold of conditions, of what nested stacks are passed, and of samconfig.toml, compared as a whole.

Each check yields a sentence for a fault.
"""

import tomllib
from pathlib import Path

from assertions import OPERATIONS, TABLE_VARIABLES, as_list, of_type, properties
from whole import attribute, differences, ref

SAMCONFIG = Path("samconfig.toml")


def equals(parameter, value):
    return {"Fn::Equals": [ref(parameter), value]}


def differs(parameter, value):
    return {"Fn::Not": [equals(parameter, value)]}


# Of each file: its conditions, and what is there under which of them.
CONDITIONS = {
    "template.yaml": {
        "ProtectTables": equals("DeletionProtection", "true"),
        "Domain": differs("DomainName", ""),
        "CloseDefaultEndpoint": {"Fn::And": [{"Condition": "Domain"}, equals("KeepDefaultEndpoint", "false")]},
        "DomainRecords": {"Fn::And": [{"Condition": "Domain"}, differs("HostedZoneId", "")]},
        "Boundary": differs("PermissionsBoundary", ""),
        "Reserve": differs("ReservedConcurrency", 0),
        "Gradual": equals("GradualDeployment", "true"),
        "ObjectLock": differs("ObjectLockYears", 0),
        "Email": differs("AlarmEmail", ""),
        "Downstream": equals("Downstream", "true"),
        "Analytics": equals("Analytics", "true"),
    },
    "operation-alarms.yaml": {"Silence": differs("SilenceHours", 0)},
    "downstream.yaml": {"Bounded": differs("PermissionsBoundary", ""), "Alarmed": differs("AlarmTopicArn", "")},
}
CONDITIONAL = {
    "template.yaml": {
        "ApiDomain": "Domain",
        "ApiDomainMapping": "Domain",
        "ApiDomainRecords": "DomainRecords",
        "DeploymentRole": "Gradual",
        "AlarmSubscription": "Email",
        "DownstreamStack": "Downstream",
        "AnalyticsStack": "Analytics",
        "EventBus": "Downstream",
        "AthenaWorkgroup": "Analytics",
    },
    "operation-alarms.yaml": {"Quiet": "Silence", "Traffic": "Silence", "Silent": "Silence"},
    "downstream.yaml": {"DeadLettersAlarm": "Alarmed"},
}


def own_parameters(*names):
    return {name: ref(name) for name in names}


# Of each nested stack: what it is passed.
PASSED = {
    **{
        f"{prefix}Alarms": {
            "Operation": operation,
            "FunctionName": ref(f"{prefix}Function"),
            "MetricsNamespace": ref("AWS::StackName"),
            "SilenceHours": ref(f"{prefix}SilenceHours"),
            "AlarmTopicArn": ref("AlarmTopic"),
        }
        for prefix, (operation, _, _) in OPERATIONS.items()
    },
    "Alarms": {
        "ApiId": ref("Api"),
        **own_parameters(*TABLE_VARIABLES, "LatencyAlarmMilliseconds", "ClientErrorsAlarm"),
        "AlarmTopicArn": ref("AlarmTopic"),
    },
    "Dashboard": {
        "DashboardName": ref("AWS::StackName"),
        "ApiId": ref("Api"),
        **own_parameters(*(f"{prefix}Function" for prefix in OPERATIONS), *TABLE_VARIABLES, "MemorySize"),
        "MetricsNamespace": ref("AWS::StackName"),
        **{name: attribute(name, "Outputs.AlarmArns") for name in ("Alarms", *(f"{p}Alarms" for p in OPERATIONS))},
    },
    "DownstreamStack": {
        "PunchesStreamArn": attribute("PunchesTable", "StreamArn"),
        "BusName": ref("AWS::StackName"),
        **own_parameters("PermissionsBoundary", "LogRetentionDays"),
        "AlarmTopicArn": ref("AlarmTopic"),
    },
    "AnalyticsStack": {"ArchiveBucket": ref("ArchiveBucket"), "Name": ref("AnalyticsDatabase")},
}


def conditions_are_as_they_are_named(template, stacks):
    for file, stack in {"template.yaml": template, **stacks}.items():
        yield from differences(f"{file}: conditions", stack.get("Conditions", {}), CONDITIONS.get(file, {}))
        parts = {**stack["Resources"], **stack.get("Outputs", {})}
        found = {name: part["Condition"] for name, part in parts.items() if "Condition" in part}
        yield from differences(f"{file}: what is conditional", found, CONDITIONAL.get(file, {}))


def nested_stacks_are_passed_the_right_things(template):
    stacks = of_type(template, "AWS::CloudFormation::Stack")
    for name in sorted({*stacks, *PASSED}):
        yield from differences(name, properties(template, name).get("Parameters", {}), PASSED.get(name, {}))
    for prefix in OPERATIONS:
        file = properties(template, f"{prefix}Alarms").get("TemplateURL")
        if file != "infra/stacks/operation-alarms.yaml":
            yield f"{prefix}Alarms is made from {file}"


def faults_of_samconfig(settings, parameters):
    sections = {
        name: {option: value for command in part.values() for option, value in command["parameters"].items()}
        for name, part in settings.items()
        if name != "version"
    }
    if set(sections) != {"default", "prod"}:
        yield f"the deployments are {sorted(sections)}"
    for own in ("stack_name", "s3_prefix", "tags"):
        values = [section.get(own) for section in sections.values()]
        if None in values or len(set(values)) != len(values):
            yield f"{own} is missing, or one for two deployments: {values}"
    for name, section in sections.items():
        if section.get("parallel") is not False:
            yield f"{name}: five builds run at once"
        if "CAPABILITY_IAM" not in " ".join(as_list(section.get("capabilities", ""))).split():
            yield f"{name}: no role can be made"
        if section.get("confirm_changeset") is not True:
            yield f"{name}: nobody is asked before the changes are made"
        for override in as_list(section.get("parameter_overrides", [])):
            if override.partition("=")[0] not in parameters:
                yield f"{name}: {override} sets no parameter of the template"


def deployments_are_kept_apart(template):
    yield from faults_of_samconfig(tomllib.loads(SAMCONFIG.read_text()), template["Parameters"])


CHECKS = [
    conditions_are_as_they_are_named,
    nested_stacks_are_passed_the_right_things,
    deployments_are_kept_apart,
]

# None for samconfig.toml, which is not among the files that are mutated.
MUTATIONS = [
    *(
        (conditions_are_as_they_are_named, *mutation)
        for mutation in [
            ('!Equals [!Ref DeletionProtection, "true"]', '!Equals [!Ref DeletionProtection, "false"]'),
            ('Domain: !Not [!Equals [!Ref DomainName, ""]]', 'Domain: !Equals [!Ref DomainName, ""]'),
            ('!Equals [!Ref KeepDefaultEndpoint, "false"]', '!Equals [!Ref KeepDefaultEndpoint, "true"]'),
            ("CloseDefaultEndpoint: !And", "CloseDefaultEndpoint: !Or"),
            ('!Not [!Equals [!Ref HostedZoneId, ""]]', '!Equals [!Ref HostedZoneId, ""]'),
            ('!Not [!Equals [!Ref PermissionsBoundary, ""]]', '!Equals [!Ref PermissionsBoundary, ""]'),
            ("Reserve: !Not [!Equals [!Ref ReservedConcurrency, 0]]", "Reserve: !Equals [!Ref ReservedConcurrency, 0]"),
            ('!Equals [!Ref GradualDeployment, "true"]', '!Equals [!Ref GradualDeployment, "false"]'),
            ("ObjectLock: !Not [!Equals [!Ref ObjectLockYears, 0]]", "ObjectLock: !Equals [!Ref ObjectLockYears, 0]"),
            ('Email: !Not [!Equals [!Ref AlarmEmail, ""]]', 'Email: !Equals [!Ref AlarmEmail, ""]'),
            ('!Equals [!Ref Downstream, "true"]', '!Equals [!Ref Downstream, "false"]'),
            ('!Equals [!Ref Analytics, "true"]', '!Not [!Equals [!Ref Analytics, "true"]]'),
            ("    Condition: Gradual\n", ""),
            ("    Condition: Email\n", ""),
            ("    Condition: DomainRecords\n", "    Condition: Domain\n"),
            ("operation-alarms.yaml", "!Not [!Equals [!Ref SilenceHours, 0]]", "!Equals [!Ref SilenceHours, 0]"),
            ("operation-alarms.yaml", "    Condition: Silence\n", ""),
            ("downstream.yaml", 'Bounded: !Not [!Equals [!Ref PermissionsBoundary, ""]]', 'Bounded: !Equals ["", ""]'),
            ("downstream.yaml", '!Not [!Equals [!Ref AlarmTopicArn, ""]]', '!Equals [!Ref AlarmTopicArn, ""]'),
            ("downstream.yaml", "    Condition: Alarmed\n", "    Condition: Bounded\n"),
        ]
    ),
    *(
        (nested_stacks_are_passed_the_right_things, *mutation)
        for mutation in [
            ("        Operation: post-notes\n", "        Operation: post-note\n"),
            ("FunctionName: !Ref PostPunchesFunction", "FunctionName: !Ref DeletePunchesFunction"),
            ("SilenceHours: !Ref PostIncidentsSilenceHours", "SilenceHours: !Ref PostNotesSilenceHours"),
            ("MetricsNamespace: !Ref AWS::StackName", "MetricsNamespace: DataConnect"),
            ("AlarmTopicArn: !Ref AlarmTopic", "AlarmTopicArn: !Ref AlarmKey"),
            ("        ApiId: !Ref Api\n        WorkOrders", "        ApiId: !Ref ApiDomain\n        WorkOrders"),
            ("        NotesTable: !Ref NotesTable\n", "        NotesTable: !Ref PunchesTable\n"),
            ("DashboardName: !Ref AWS::StackName", "DashboardName: dataconnect"),
            ("PostNotesFunction: !Ref PostNotesFunction", "PostNotesFunction: !Ref PostPunchesFunction"),
            ("PostNotesAlarms: !GetAtt PostNotesAlarms", "PostNotesAlarms: !GetAtt PostPunchesAlarms"),
            ("BusName: !Ref AWS::StackName", "BusName: dataconnect"),
            ("Name: !Ref AnalyticsDatabase", "Name: !Ref AWS::StackName"),
            (
                "infra/stacks/operation-alarms.yaml\n      Parameters:\n        Operation: post-punches\n",
                "infra/stacks/alarms.yaml\n      Parameters:\n        Operation: post-punches\n",
            ),
        ]
    ),
]
