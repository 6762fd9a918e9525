"""The way of a punch out of its table to whoever subscribed. Each check yields the faults that it finds.

ministack keeps a pipe to an event bus and does not run it. So its work is done here, as the template describes it: the
records are read from the table's stream, those that the pipe's filter lets through are put into its template, and sent
to the bus.
"""

import json
import re
import time
from collections.abc import Iterator

from deployment import Deployment
from receiver import OPERATIONS, Receiver, Token
from server import Server

STACK = "DownstreamStack"
PUNCH = next(operation for operation in OPERATIONS if operation.name == "post-punches")
DELETION = next(operation for operation in OPERATIONS if operation.name == "delete-punches")
ARRIVES_WITHIN = 20


def the_pipe_leads_from_the_stream_to_the_bus(receiver: Receiver, stack: Deployment, _: Token) -> Iterator[str]:
    pipe = pipe_of(receiver.server, stack)
    stream = receiver.dynamodb.describe_table(TableName=receiver.outputs["PunchesTable"])["Table"]["LatestStreamArn"]
    bus = receiver.server.client("events").describe_event_bus(Name=receiver.outputs["EventBus"])["Arn"]
    if pipe["CurrentState"] != "RUNNING":
        yield f"the pipe is {pipe['CurrentState']}"
    if (pipe["Source"], pipe["Target"]) != (stream, bus):
        yield f"the pipe leads from {pipe['Source']} to {pipe['Target']}, not from {stream} to {bus}"


def the_pipe_may_do_its_work(receiver: Receiver, stack: Deployment, _: Token) -> Iterator[str]:
    """By IAM's simulation: ministack refuses whoever may read one stream and not all of them."""
    pipe, sqs = pipe_of(receiver.server, stack), receiver.server.client("sqs")
    (queue,) = of_type(stack, "AWS::SQS::Queue")
    letters = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    reading = ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator")
    needed = [*((action, pipe["Source"]) for action in reading), ("events:PutEvents", pipe["Target"])]
    for action, resource in (*needed, ("sqs:SendMessage", letters)):
        yield from receiver.faults_of_permission(pipe["RoleArn"], action, resource)


def a_subscriber_hears_of_a_punch_and_of_its_deletion(
    receiver: Receiver, stack: Deployment, token: Token
) -> Iterator[str]:
    queue = subscribe(receiver)
    body = PUNCH.variant("downstream")
    number = json.loads(body)["PunchId"]
    deletion = json.dumps({**json.loads(DELETION.fixture()), "PunchId": number}).encode()
    for operation, event in ((PUNCH, body), (DELETION, deletion)):
        answer = receiver.send(operation, event, token.secret)
        if answer.status != 200:
            yield f"{operation.route}: {answer}"
    carry(receiver, stack)
    heard = [each["detail"] for each in messages(receiver.server, queue) if each["detail"].get("RecordId") == number]
    if [detail["Change"] for detail in heard] != ["INSERT", "MODIFY"]:
        yield f"the subscriber heard {heard}"
        return
    punch, deleted = heard
    if punch["CustomerTenant"] != "2/Securitime" or punch["DeletedAt"] or not deleted["DeletedAt"]:
        yield f"the subscriber heard {heard}"
    yield from (f"the subscriber hears {said!r}" for said in ("G-204", "editor456") if said in json.dumps(heard))


CHECKS = (
    the_pipe_leads_from_the_stream_to_the_bus,
    the_pipe_may_do_its_work,
    a_subscriber_hears_of_a_punch_and_of_its_deletion,
)


def of_type(stack: Deployment, kind: str) -> list[str]:
    """The physical ids of the nested stack's resources of one type."""
    resources = stack.resources(stack.physical(STACK)).values()
    return [each["PhysicalResourceId"] for each in resources if each["ResourceType"] == kind]


def pipe_of(server: Server, stack: Deployment) -> dict:
    (pipe,) = of_type(stack, "AWS::Pipes::Pipe")
    return server.client("pipes").describe_pipe(Name=pipe)


def subscribe(receiver: Receiver) -> str:
    """A queue that gets what the bus says of punches, as somebody else's stack would make it."""
    sqs, events, bus = receiver.server.client("sqs"), receiver.server.client("events"), receiver.outputs["EventBus"]
    queue = sqs.create_queue(QueueName="rehearsal")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = json.dumps({"source": ["dataconnect"], "detail-type": ["Punch changed"]})
    rule = events.put_rule(Name="rehearsal", EventBusName=bus, EventPattern=pattern)["RuleArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    events.put_targets(Rule="rehearsal", EventBusName=bus, Targets=[{"Id": "rehearsal", "Arn": arn}])
    return queue


def carry(receiver: Receiver, stack: Deployment) -> None:
    """What the pipe does with what it finds in the stream."""
    resources = stack.processed(stack.physical(STACK))["Resources"].values()
    (pipe,) = [each["Properties"] for each in resources if each["Type"] == "AWS::Pipes::Pipe"]
    patterns = [json.loads(each["Pattern"]) for each in pipe["SourceParameters"]["FilterCriteria"]["Filters"]]
    target = pipe["TargetParameters"]
    deployed, events = pipe_of(receiver.server, stack), receiver.server.client("events")
    for record in stream_records(receiver.server.client("dynamodbstreams"), deployed["Source"]):
        if not any(matches(pattern, record) for pattern in patterns):
            continue
        entry = {
            "Source": target["EventBridgeEventBusParameters"]["Source"],
            "DetailType": target["EventBridgeEventBusParameters"]["DetailType"],
            "Detail": json.dumps(json.loads(filled(target["InputTemplate"], record))),
            "EventBusName": deployed["Target"],
        }
        result = events.put_events(Entries=[entry])
        if result["FailedEntryCount"]:
            raise RuntimeError(f"the bus refuses {entry}: {result['Entries']}")


def stream_records(streams, arn: str) -> Iterator[dict]:
    for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        start = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        iterator = streams.get_shard_iterator(**start)["ShardIterator"]
        yield from streams.get_records(ShardIterator=iterator)["Records"]


def matches(pattern: dict, record: object) -> bool:
    """Of EventBridge's patterns, what the pipe uses: that a member is there, or is one of some values."""
    if not isinstance(record, dict):
        return False
    for name, expected in pattern.items():
        if isinstance(expected, dict):
            if not matches(expected, record.get(name)):
                return False
        elif not any(name in record if each == {"exists": True} else record.get(name) == each for each in expected):
            return False
    return True


def filled(template: str, record: dict) -> str:
    """The pipe puts each value as JSON, and an empty text where the record has none."""

    def value(match: re.Match) -> str:
        found: object = record
        for name in match[1].split("."):
            found = found.get(name, "") if isinstance(found, dict) else ""
        return json.dumps(found)

    return re.sub(r"<\$\.([^>]+)>", value, template)


def messages(server: Server, queue: str) -> list[dict]:
    """What the queue got, in its order, once nothing more comes."""
    sqs, got, end = server.client("sqs"), [], time.monotonic() + ARRIVES_WITHIN
    while time.monotonic() < end:
        received = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", [])
        if got and not received:
            break
        for message in received:
            got.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return got
