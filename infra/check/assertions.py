"""What has to hold of template.yaml that no linter sees. Each check yields a sentence for a fault.

They read the template as SAM expands it: what CloudFormation will see.
"""

import json
import re
from pathlib import Path

BINARIES = Path("functions/src/bin")

# Prefix of the logical ids: name of the binary, route, table.
OPERATIONS = {
    "PostWorkOrderRequests": ("post-workorderrequests", "POST /workorderrequests", "WorkOrdersTable"),
    "PostPunches": ("post-punches", "POST /punches", "PunchesTable"),
    "DeletePunches": ("delete-punches", "DELETE /punches", "PunchesTable"),
    "PostIncidents": ("post-incidents", "POST /incidents", "IncidentsTable"),
    "PostNotes": ("post-notes", "POST /notes", "NotesTable"),
}
TABLE_VARIABLES = {
    "WorkOrdersTable": "WORK_ORDERS_TABLE",
    "PunchesTable": "PUNCHES_TABLE",
    "IncidentsTable": "INCIDENTS_TABLE",
    "NotesTable": "NOTES_TABLE",
}


def of_type(template, kind):
    return {name: resource for name, resource in template["Resources"].items() if resource["Type"] == kind}


def properties(template, name):
    return template["Resources"].get(name, {}).get("Properties", {})


def as_text(value):
    """`!GetAtt A.Arn` and `!Sub ${A.Arn}/x` alike, as they are written in a `!Sub`."""
    if isinstance(value, dict) and "Fn::GetAtt" in value:
        return "${%s}" % ".".join(value["Fn::GetAtt"])
    if isinstance(value, dict) and isinstance(value.get("Fn::Sub"), str):
        return value["Fn::Sub"]
    return value if isinstance(value, str) else json.dumps(value)


def as_list(value):
    return value if isinstance(value, list) else [value]


def statements(role):
    return [statement for policy in role.get("Policies", []) for statement in policy["PolicyDocument"]["Statement"]]


def faults_of_grants(name, role, used):
    """What a role allows and has no use for, or the other way round; `used` has the resources of each action."""
    allowed = {}
    for statement in statements(role):
        if set(statement) != {"Effect", "Action", "Resource"} or statement["Effect"] != "Allow":
            yield f"{name} has a statement that is no plain Allow: {statement}"
            continue
        for action in as_list(statement["Action"]):
            allowed.setdefault(action, set()).update(map(as_text, as_list(statement["Resource"])))
    if allowed != used:
        yield f"{name} allows {allowed}, not {used}"
    if role.get("ManagedPolicyArns"):
        yield f"{name} has managed policies"


def faults_of_closure(template, name):
    """Where a bucket is open, by itself or by the policy that is named after it."""
    bucket = properties(template, name)
    if list(bucket.get("PublicAccessBlockConfiguration", {}).values()) != [True] * 4:
        yield f"{name} does not block public access in all four ways"
    if bucket.get("OwnershipControls") != {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}:
        yield f"{name} can hold objects of others"
    if "BucketEncryption" not in bucket:
        yield f"{name} does not say how it is encrypted"
    denied = {
        json.dumps(statement["Condition"]): {as_text(resource) for resource in statement["Resource"]}
        for statement in properties(template, f"{name}Policy")["PolicyDocument"]["Statement"]
        if (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    }
    for condition in ({"Bool": {"aws:SecureTransport": "false"}}, {"NumericLessThan": {"s3:TlsVersion": "1.2"}}):
        if denied.get(json.dumps(condition)) != {f"${{{name}.Arn}}", f"${{{name}.Arn}}/*"}:
            yield f"{name}Policy does not refuse everybody everything on {condition}"


def integrations(template):
    """Of each route: its function and the integration that leads to it."""
    for path, methods in properties(template, "Api")["Body"]["paths"].items():
        for method, operation in methods.items():
            integration = operation["x-amazon-apigateway-integration"]
            function = re.search(r"\$\{(\w+Function)", integration["uri"]["Fn::Sub"]).group(1)
            yield f"{method.upper()} {path}", function, integration


def routes_lead_to_their_functions(template):
    found = {route: function for route, function, _ in integrations(template)}
    expected = {route: f"{prefix}Function" for prefix, (_, route, _) in OPERATIONS.items()}
    if found != expected:
        yield f"routes are {found}, not {expected}"
    for route, _, integration in integrations(template):
        if integration["payloadFormatVersion"] != "2.0":
            yield f"{route} has another payload format than 2.0"


def time_limits_are_in_order(template):
    for route, function, integration in integrations(template):
        waits = integration.get("timeoutInMillis", 30_000)
        runs = properties(template, function).get("Timeout", 3) * 1000
        if not runs < waits < 30_000:
            yield f"{route}: {function} may run {runs} ms, the API waits {waits} ms and never over 30000 ms"


def binaries_exist(template):
    functions = of_type(template, "AWS::Lambda::Function")
    binaries = {name: function["Metadata"]["BuildProperties"]["Binary"] for name, function in functions.items()}
    built = set(binaries.values())
    sources = {path.stem for path in BINARIES.glob("*.rs")} | {path.parent.name for path in BINARIES.glob("*/main.rs")}
    for binary in sorted(built - sources):
        yield f"{binary} is deployed, but has no source in {BINARIES}"
    for binary in sorted(sources - built):
        yield f"{binary} is a binary that no function deploys"
    for prefix, (name, _, _) in OPERATIONS.items():
        if binaries.get(f"{prefix}Function") != name:
            yield f"{prefix}Function runs another binary than {name}"


def roles_allow_just_what_is_used(template):
    for prefix, (name, _, table) in OPERATIONS.items():
        role = properties(template, f"{prefix}Role")
        used = {
            "dynamodb:PutItem": {f"${{{table}.Arn}}"},
            "s3:PutObject": {f"${{ArchiveBucket.Arn}}/{kind}/operation={name}/*" for kind in ("raw", "rejected")},
            "logs:CreateLogStream": {f"${{{prefix}LogGroup.Arn}}"},
            "logs:PutLogEvents": {f"${{{prefix}LogGroup.Arn}}"},
            "xray:PutTraceSegments": {"*"},
            "xray:PutTelemetryRecords": {"*"},
        }
        yield from faults_of_grants(f"{prefix}Role", role, used)
        assumers = [statement["Principal"] for statement in role["AssumeRolePolicyDocument"]["Statement"]]
        if assumers != [{"Service": "lambda.amazonaws.com"}]:
            yield f"{prefix}Role can be assumed by others than Lambda"
        if as_text(properties(template, f"{prefix}Function")["Role"]) != f"${{{prefix}Role.Arn}}":
            yield f"{prefix}Function has another role than {prefix}Role"
    for kind in ("AWS::IAM::Policy", "AWS::IAM::RolePolicy", "AWS::IAM::ManagedPolicy"):
        for name in of_type(template, kind):
            yield f"{name} grants something outside of the roles"


def objects_are_written_to_objects(template):
    for name, role in of_type(template, "AWS::IAM::Role").items():
        for statement in statements(role["Properties"]):
            if any(action.startswith("s3:PutObject") for action in as_list(statement["Action"])):
                for resource in map(as_text, as_list(statement["Resource"])):
                    if not resource.endswith("/*"):
                        yield f"{name}: s3:PutObject on {resource} allows no object; it must end in /*"


def functions_are_told_what_they_use(template):
    for prefix, (name, _, table) in OPERATIONS.items():
        expected = {
            "ARCHIVE_BUCKET": "ArchiveBucket",
            TABLE_VARIABLES[table]: table,
            "AUTHENTICATION": "Authentication",
            "ACCESS_TOKENS": "AccessTokens",
            "METRICS_NAMESPACE": "AWS::StackName",
            f"{name.upper().replace('-', '_')}_RECORD_ID": f"{prefix}RecordId",
        }
        variables = properties(template, f"{prefix}Function")["Environment"]["Variables"]
        if variables != {variable: {"Ref": target} for variable, target in expected.items()}:
            yield f"{prefix}Function has the environment {variables}, not {expected}"


def logs_are_kept_and_end(template):
    for prefix in OPERATIONS:
        logging = properties(template, f"{prefix}Function").get("LoggingConfig", {})
        if logging.get("LogGroup") != {"Ref": f"{prefix}LogGroup"}:
            yield f"{prefix}Function does not log to {prefix}LogGroup"
        if logging.get("LogFormat") != "JSON":
            yield f"{prefix}Function does not log JSON"
    for name, group in of_type(template, "AWS::Logs::LogGroup").items():
        if "RetentionInDays" not in group["Properties"]:
            yield f"{name} keeps its logs for ever"


def no_log_level_hides_the_metrics(template):
    for level in template["Parameters"]["LogLevel"]["AllowedValues"]:
        if level not in ("TRACE", "DEBUG", "INFO"):
            yield f"at {level} Lambda would drop the metrics, whose lines count as INFO"


def data_outlives_the_stack(template):
    for kind in ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::S3::BucketPolicy"):
        # A bucket that a first deployment made in vain is empty, and can go; a table is protected even then.
        kept = "Retain" if kind == "AWS::DynamoDB::Table" else "RetainExceptOnCreate"
        for name, resource in of_type(template, kind).items():
            if (resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy")) != (kept, "Retain"):
                yield f"{name} is not retained"
            for fixed in ("TableName", "BucketName"):
                if fixed in resource["Properties"]:
                    yield f"{name} has a fixed name, which a second deployment could not take"


def tables_have_the_one_shape(template):
    keys = [("CustomerTenant", "HASH"), ("RecordId", "RANGE")]
    index = [("CustomerTenant", "HASH"), ("WorkOrderStem", "RANGE")]
    pairs = lambda schema: [(key["AttributeName"], key["KeyType"]) for key in schema]  # noqa: E731
    if set(of_type(template, "AWS::DynamoDB::Table")) != set(TABLE_VARIABLES):
        yield f"tables are not just {sorted(TABLE_VARIABLES)}"
    for name in TABLE_VARIABLES:
        table = properties(template, name)
        indexes = [(i["IndexName"], pairs(i["KeySchema"]), i["Projection"]) for i in table["GlobalSecondaryIndexes"]]
        if pairs(table["KeySchema"]) != keys or indexes != [("ByWorkOrder", index, {"ProjectionType": "ALL"})]:
            yield f"{name} has other keys or indexes than the code writes"
        if {attribute["AttributeType"] for attribute in table["AttributeDefinitions"]} != {"S"}:
            yield f"{name} has a key that is no string"
        if table.get("BillingMode") != "PAY_PER_REQUEST":
            yield f"{name} is not billed on demand"
        if table.get("PointInTimeRecoverySpecification") != {"PointInTimeRecoveryEnabled": True}:
            yield f"{name} has no point-in-time recovery"
        if not table.get("SSESpecification", {}).get("SSEEnabled"):
            yield f"{name} is not encrypted with a key of the account"


def archive_is_closed_and_complete(template):
    bucket = properties(template, "ArchiveBucket")
    if bucket.get("VersioningConfiguration") != {"Status": "Enabled"}:
        yield "ArchiveBucket keeps no versions"
    yield from faults_of_closure(template, "ArchiveBucket")
    for rule in bucket["LifecycleConfiguration"]["Rules"]:
        if "ExpirationInDays" in rule and rule.get("Prefix") != "rejected/":
            yield f"ArchiveBucket: the rule {rule['Id']} deletes accepted bodies"


def access_tokens_are_well_formed(template):
    parameter = template["Parameters"]["AccessTokens"]
    digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    good = [
        "",
        f"wfx:{digest}",
        f"wfx_2.6-A:{digest.upper()}",
        f"wfx:{digest}:expires=2027-06-30",
        f"wfx:{digest}:for=2/Securitime",
        f"old:{digest}:expires=2027-06-30:for=2/Securitime+3/Other%20Tenant,new:{digest}",
    ]
    bad = [
        digest,
        "wfx:the-token-itself",
        f"wfx:{digest[1:]}",
        f"wfx:{digest}0",
        f":{digest}",
        f"{'n' * 65}:{digest}",
        f"a b:{digest}",
        f"wfx:{digest},",
        f",wfx:{digest}",
        f"a:{digest},,b:{digest}",
        f"a:{digest} b:{digest}",
        f"a:{digest}b:{digest}",
        f"a:{digest},a:{digest}",
        f"a:{digest},b:{digest},c:{digest},b:{digest}:expires=2027-06-30",
        f"wfx:{digest}:expires=30.6.2027",
        f"wfx:{digest}:expires=2027-13-01",
        f"wfx:{digest}:until=2027-06-30",
        f"wfx:{digest}:for=",
        f"wfx:{digest}:for=Securitime",
        f"wfx:{digest}:for=2/",
        f"wfx:{digest}:for=2/Securitime+",
        f"wfx:{digest}:for=2/Other Tenant",
        f"wfx:{digest}:for=2/Other%2",
    ]
    for value in good + bad:
        # CloudFormation wants the whole value to match, as `fullmatch` does.
        if bool(re.fullmatch(parameter["AllowedPattern"], value)) != (value in good):
            yield f"AccessTokens {'refuses' if value in good else 'takes'} {value!r}"
    if "token itself" not in parameter["Description"] or "ConstraintDescription" not in parameter:
        yield "AccessTokens does not say what it wants"

    empty = {"Fn::Equals": [{"Ref": "AccessTokens"}, ""]}
    for setting, demand in {"required": {"Fn::Not": [empty]}, "off": empty}.items():
        condition = {"Fn::Equals": [{"Ref": "Authentication"}, setting]}
        rules = [rule for rule in template.get("Rules", {}).values() if rule["RuleCondition"] == condition]
        if not any(demand == assertion["Assert"] for rule in rules for assertion in rule["Assertions"]):
            yield f"with Authentication {setting!r}, no rule asks that AccessTokens be {demand}"
    if template["Parameters"]["Authentication"]["Default"] != "required":
        yield "authentication is off unless asked for"


CHECKS = [
    routes_lead_to_their_functions,
    time_limits_are_in_order,
    binaries_exist,
    roles_allow_just_what_is_used,
    objects_are_written_to_objects,
    functions_are_told_what_they_use,
    logs_are_kept_and_end,
    no_log_level_hides_the_metrics,
    data_outlives_the_stack,
    tables_have_the_one_shape,
    archive_is_closed_and_complete,
    access_tokens_are_well_formed,
]
