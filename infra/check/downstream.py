"""What has to hold of infra/stacks/downstream.yaml. Each check yields a sentence for a fault."""

import json
import re
from pathlib import Path

from assertions import as_text, faults_of_grants, properties
from whole import chosen, ref

ITEM_SOURCE = Path("shared/src/record/item.rs")
STREAM_HOURS = 24
# DynamoDB's types of the record's own attributes that are no text.
TYPES = {"Revision": "N", "HistoryDropped": "N", "History": "L", "Drift": "L", "Deletion": "M", "Oversize": "BOOL"}


def own_attributes():
    """The record's own attributes, as the source names them."""
    return re.findall(r'pub const [A-Z_]+: &str = "(\w+)"', ITEM_SOURCE.read_text())


def image(*without):
    return {name: {TYPES.get(name, "S"): name} for name in own_attributes() if name not in without}


def record(event, **images):
    keys = {name: {"S": name} for name in ("CustomerTenant", "RecordId")}
    return {"eventName": event, "eventSource": "aws:dynamodb", "dynamodb": {"Keys": keys, **images}}


def matches(pattern, value):
    """Whether a pattern of EventBridge takes the value, for the kinds of pattern that are used here."""
    if isinstance(pattern, dict):
        return all(
            matches(inner, value.get(key) if isinstance(value, dict) else None) for key, inner in pattern.items()
        )
    return any(
        (value is not None) == choice["exists"] if isinstance(choice, dict) else value == choice for choice in pattern
    )


def at(value, path):
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def pipe_of(stacks):
    pipe = properties(stacks["downstream.yaml"], "PunchesPipe")
    return pipe, pipe["SourceParameters"]["DynamoDBStreamParameters"]


def pipe_reads_the_punches(template, stacks):
    pipe, _ = pipe_of(stacks)
    if pipe["Source"] != {"Ref": "PunchesStreamArn"}:
        yield f"the pipe reads {as_text(pipe['Source'])}"
    passed = as_text(properties(template, "DownstreamStack")["Parameters"].get("PunchesStreamArn"))
    if passed != "${PunchesTable.StreamArn}":
        yield f"the pipe is given {passed}, not the stream of the table of punches"
    # Without a stream there is no ARN, and without both images no telling a deletion from a correction.
    if properties(template, "PunchesTable").get("StreamSpecification") != {"StreamViewType": "NEW_AND_OLD_IMAGES"}:
        yield "PunchesTable has no stream with new and old images"


def pipe_passes_on_what_was_written(stacks):
    pipe, _ = pipe_of(stacks)
    patterns = [json.loads(entry["Pattern"]) for entry in pipe["SourceParameters"]["FilterCriteria"]["Filters"]]
    alive, deleted = image("DeletedAt", "Deletion"), image()
    for what, told, change in [
        ("a punch", True, record("INSERT", NewImage=alive)),
        ("a deletion before its punch", True, record("INSERT", NewImage=deleted)),
        ("a correction", True, record("MODIFY", NewImage=alive, OldImage=alive)),
        ("a deletion", True, record("MODIFY", NewImage=deleted, OldImage=alive)),
        ("a punch after its deletion", True, record("MODIFY", NewImage=deleted, OldImage=deleted)),
        ("an item removed by hand", False, record("REMOVE", OldImage=alive)),
    ]:
        if any(matches(pattern, change) for pattern in patterns) != told:
            yield f"the filter {'drops' if told else 'passes on'} {what}"
    if "eventName" in json.dumps(patterns):
        yield "the filter asks for eventName, which the pipes' manual lists among what no filter reads"


def events_say_what_they_should(stacks):
    target = pipe_of(stacks)[0]["TargetParameters"]
    if target["EventBridgeEventBusParameters"] != {"Source": "dataconnect", "DetailType": "Punch changed"}:
        yield f"subscribers ask for dataconnect and Punch changed, not {target['EventBridgeEventBusParameters']}"

    whole = record("MODIFY", NewImage=image(), OldImage=image())
    found = {path: at(whole, path) for path in re.findall(r"<\$\.([^>]*)>", target["InputTemplate"])}
    for path, value in found.items():
        if not isinstance(value, str):
            yield f"{path} is no text of a change's"
    try:
        event = json.loads(re.sub(r"<\$\.([^>]*)>", lambda match: json.dumps(found[match[1]]), target["InputTemplate"]))
    except ValueError as error:
        yield f"the event is no JSON: {error}"
        return
    # The sample's values are the attributes' names.
    odd = {"Change": "MODIFY", "DeletedBefore": "DeletedAt"}
    expected = ["CustomerTenant", "RecordId", "WorkOrderStem", "Change", "Revision", "UpdatedAt", "DeletedAt"]
    if event != {name: odd.get(name, name) for name in [*expected, "DeletedBefore"]}:
        yield f"the event is {event}"
    if found.get("dynamodb.OldImage.DeletedAt.S") is None or "dynamodb.NewImage.DeletedAt.S" not in found:
        yield "the event does not tell whether the punch was deleted before and is now"


def pipe_loses_nothing(stacks):
    pipe, source = pipe_of(stacks)
    if source["StartingPosition"] != "TRIM_HORIZON":
        yield "the pipe misses what changes while it is made"
    if source.get("BatchSize", 100) > 10:
        yield "an event bus takes 10 events at once, the pipe sends more"
    if source.get("ParallelizationFactor", 1) != 1:
        yield "changes of one record may pass each other"
    if source.get("OnPartialBatchItemFailure") != "AUTOMATIC_BISECT":
        yield "one refused change takes its whole batch to the dead letters"
    if source.get("DeadLetterConfig") != {"Arn": {"Fn::GetAtt": ["DeadLetters", "Arn"]}}:
        yield "what is refused goes nowhere"
    if not 0 < source.get("MaximumRecordAgeInSeconds", -1) < STREAM_HOURS * 3600:
        yield "the stream forgets a change before the pipe gives it up"
    if not 0 < source.get("MaximumRetryAttempts", -1) <= 1000:
        yield "a change is given up at once, or holds up the others until the stream forgets it"
    if as_text(pipe["Target"]) != "${Bus.Arn}":
        yield f"the pipe leads to {as_text(pipe['Target'])}"


def pipe_logs_faults_and_no_records(stacks):
    logs = pipe_of(stacks)[0].get("LogConfiguration", {})
    if logs.get("Level") != "ERROR" or "CloudwatchLogsLogDestination" not in logs:
        yield "the pipe does not log its faults"
    if "IncludeExecutionData" in logs:
        yield "the pipe writes records into its log"
    if "RetentionInDays" not in properties(stacks["downstream.yaml"], "PipeLogGroup"):
        yield "the pipe's log is kept for ever"


def pipe_role_allows_just_what_is_used(stacks):
    stack = stacks["downstream.yaml"]
    role = properties(stack, "PipeRole")
    stream = as_text({"Ref": "PunchesStreamArn"})
    used = {
        "dynamodb:DescribeStream": {stream},
        "dynamodb:GetRecords": {stream},
        "dynamodb:GetShardIterator": {stream},
        "dynamodb:ListStreams": {"*"},
        "events:PutEvents": {"${Bus.Arn}"},
        "sqs:SendMessage": {"${DeadLetters.Arn}"},
    }
    yield from faults_of_grants("PipeRole", role, used)
    if as_text(pipe_of(stacks)[0]["RoleArn"]) != "${PipeRole.Arn}":
        yield "the pipe has another role than PipeRole"
    if role.get("PermissionsBoundary") != chosen("Bounded", ref("PermissionsBoundary")):
        yield "PipeRole is not bounded"
    for statement in role["AssumeRolePolicyDocument"]["Statement"]:
        account = statement.get("Condition", {}).get("StringEquals", {}).get("aws:SourceAccount")
        source = as_text(statement.get("Condition", {}).get("ArnLike", {}).get("aws:SourceArn", ""))
        if statement["Principal"] != {"Service": "pipes.amazonaws.com"} or account != {"Ref": "AWS::AccountId"}:
            yield "PipeRole can be assumed by others than pipes of this account"
        if ":pipes:" not in source or not source.endswith(":${AWS::AccountId}:pipe/*"):
            yield f"PipeRole can be assumed for {source}"


def dead_letters_are_kept_and_closed(stacks):
    stack = stacks["downstream.yaml"]
    queue = properties(stack, "DeadLetters")
    if queue.get("SqsManagedSseEnabled") is not True and "KmsMasterKeyId" not in queue:
        yield "DeadLetters is not encrypted"
    if queue.get("MessageRetentionPeriod") != 14 * 24 * 3600:
        yield "DeadLetters forgets before 14 days are over"
    policy = properties(stack, "DeadLettersPolicy")
    denied = [
        statement
        for statement in policy.get("PolicyDocument", {}).get("Statement", [])
        if (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "sqs:*")
        and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        and as_text(statement["Resource"]) == "${DeadLetters.Arn}"
    ]
    if not denied or policy["Queues"] != [{"Ref": "DeadLetters"}]:
        yield "DeadLetters can be used without TLS"
    alarm = properties(stack, "DeadLettersAlarm")
    watched = [as_text(dimension["Value"]) for dimension in alarm.get("Dimensions", [])]
    if watched != ["${DeadLetters.QueueName}"] or alarm["Threshold"] != 0:
        yield "no alarm goes off at the first dead letter"


CHECKS = [
    pipe_reads_the_punches,
    pipe_passes_on_what_was_written,
    events_say_what_they_should,
    pipe_loses_nothing,
    pipe_logs_faults_and_no_records,
    pipe_role_allows_just_what_is_used,
    dead_letters_are_kept_and_closed,
]

FILE = "downstream.yaml"
MUTATIONS = [
    (pipe_reads_the_punches, "!GetAtt PunchesTable.StreamArn", "!GetAtt NotesTable.StreamArn"),
    (
        pipe_reads_the_punches,
        "  PunchesTable:\n    Type: AWS::DynamoDB::Table",
        "  PunchTable:\n    Type: AWS::DynamoDB::Table",
    ),
    (pipe_reads_the_punches, FILE, "Source: !Ref PunchesStreamArn", "Source: !GetAtt DeadLetters.Arn"),
    (pipe_passes_on_what_was_written, FILE, '"NewImage"', '"newImage"'),
    (pipe_passes_on_what_was_written, FILE, '"RecordId"', '"PunchId"'),
    (pipe_passes_on_what_was_written, FILE, '{"exists": true}', '{"exists": false}'),
    (pipe_passes_on_what_was_written, FILE, '{"dynamodb": {', '{"eventName": ["INSERT", "MODIFY"], "dynamodb": {'),
    (events_say_what_they_should, FILE, "DetailType: Punch changed", "DetailType: $.eventName"),
    (events_say_what_they_should, FILE, "<$.dynamodb.Keys.RecordId.S>", "<$.dynamodb.Keys.RecordID.S>"),
    (events_say_what_they_should, FILE, "<$.dynamodb.NewImage.Revision.N>", "<$.dynamodb.NewImage.Revision.S>"),
    (events_say_what_they_should, FILE, "<$.dynamodb.NewImage.UpdatedAt.S>", "<$.dynamodb.NewImage>"),
    (events_say_what_they_should, FILE, "<$.dynamodb.OldImage.DeletedAt.S>", "<$.dynamodb.NewImage.DeletedAt.S>"),
    (events_say_what_they_should, FILE, "<$.eventName>,", "<$.eventName>"),
    (pipe_loses_nothing, FILE, "TRIM_HORIZON", "LATEST"),
    (pipe_loses_nothing, FILE, "BatchSize: 10", "BatchSize: 100"),
    (pipe_loses_nothing, FILE, "ParallelizationFactor: 1", "ParallelizationFactor: 2"),
    (pipe_loses_nothing, FILE, "          OnPartialBatchItemFailure: AUTOMATIC_BISECT\n", ""),
    (pipe_loses_nothing, FILE, "          MaximumRetryAttempts: 100\n", ""),
    (pipe_loses_nothing, FILE, "MaximumRecordAgeInSeconds: 82800", "MaximumRecordAgeInSeconds: 86400"),
    (pipe_loses_nothing, FILE, "            Arn: !GetAtt DeadLetters.Arn", "            Arn: !GetAtt Bus.Arn"),
    (pipe_loses_nothing, FILE, "Target: !GetAtt Bus.Arn", "Target: !GetAtt DeadLetters.Arn"),
    (pipe_logs_faults_and_no_records, FILE, "Level: ERROR", "Level: ERROR\n        IncludeExecutionData: [ALL]"),
    (pipe_logs_faults_and_no_records, FILE, "Level: ERROR", 'Level: "OFF"'),
    (pipe_logs_faults_and_no_records, FILE, "      RetentionInDays: !Ref LogRetentionDays\n", ""),
    (pipe_role_allows_just_what_is_used, FILE, "Resource: !Ref PunchesStreamArn", 'Resource: "*"'),
    (pipe_role_allows_just_what_is_used, FILE, "Action: events:PutEvents", "Action: events:*"),
    (
        pipe_role_allows_just_what_is_used,
        FILE,
        "                Resource: !GetAtt Bus.Arn",
        '                Resource: "*"',
    ),
    (pipe_role_allows_just_what_is_used, FILE, "                  - dynamodb:GetRecords\n", ""),
    (pipe_role_allows_just_what_is_used, FILE, "aws:SourceAccount: !Ref AWS::AccountId", "aws:SourceAccount: '*'"),
    (pipe_role_allows_just_what_is_used, FILE, "${AWS::AccountId}:pipe/*", "*:pipe/*"),
    (pipe_role_allows_just_what_is_used, FILE, "Service: pipes.amazonaws.com", "Service: lambda.amazonaws.com"),
    (
        pipe_role_allows_just_what_is_used,
        FILE,
        "!If [Bounded, !Ref PermissionsBoundary,",
        "!If [Alarmed, !Ref AlarmTopicArn,",
    ),
    (dead_letters_are_kept_and_closed, FILE, "      SqsManagedSseEnabled: true\n", ""),
    (dead_letters_are_kept_and_closed, FILE, "MessageRetentionPeriod: 1209600", "MessageRetentionPeriod: 345600"),
    (dead_letters_are_kept_and_closed, FILE, 'aws:SecureTransport: "false"', 'aws:SecureTransport: "true"'),
    (dead_letters_are_kept_and_closed, FILE, "Value: !GetAtt DeadLetters.QueueName", "Value: !Ref DeadLetters"),
    (dead_letters_are_kept_and_closed, FILE, "Threshold: 0", "Threshold: 1"),
]
