"""What the alarms look at. Each check yields the faults that it finds."""

import json
from collections.abc import Iterator

from deployment import STACK, Deployment
from receiver import OPERATIONS, TABLES, Receiver

ALIAS = "live"


def each_alarm_looks_at_something_that_is_there(receiver: Receiver, stack: Deployment) -> Iterator[str]:
    """A metric that the functions sent during the rehearsal, or one of AWS's own of something in the stack."""
    sent = set(metrics_sent(receiver))
    named = names(receiver, stack)
    alarms = [alarm for alarm in alarms_of(receiver) if alarm["AlarmName"].startswith(STACK)]
    if not alarms:
        yield "there are none"
    for alarm in alarms:
        dimensions = {each["Name"]: each["Value"] for each in alarm.get("Dimensions", [])}
        if alarm["Namespace"].startswith("AWS/"):
            wrong = [f"{name}={value}" for name, value in dimensions.items() if value not in named.get(name, ())]
            yield from (f"{alarm['AlarmName']}: there is no {each}" for each in wrong)
        elif (alarm["Namespace"], alarm["MetricName"], frozenset(dimensions.items())) not in sent:
            yield f"{alarm['AlarmName']}: nobody sent {alarm['Namespace']}, {alarm['MetricName']} of {dimensions}"
        known = receiver.server.client("sns").list_topics()["Topics"]
        unknown = set(alarm["AlarmActions"]) - {topic["TopicArn"] for topic in known}
        yield from (f"{alarm['AlarmName']}: there is no {each}" for each in unknown)


def alarms_of(receiver: Receiver) -> list[dict]:
    pages = receiver.server.client("cloudwatch").get_paginator("describe_alarms").paginate()
    return [alarm for page in pages for alarm in page["MetricAlarms"]]


def names(receiver: Receiver, stack: Deployment) -> dict[str, set[str]]:
    functions = {receiver.function(operation)["FunctionName"] for operation in OPERATIONS}
    queues = receiver.server.client("sqs").list_queues().get("QueueUrls", [])
    return {
        "ApiId": {stack.api()},
        "Stage": {"$default"},
        "FunctionName": functions,
        "Resource": {f"{name}:{ALIAS}" for name in functions},
        "TableName": {receiver.outputs[table] for table in TABLES},
        "QueueName": {queue.rpartition("/")[2] for queue in queues},
        "Operation": {"PutItem"},
    }


def metrics_sent(receiver: Receiver) -> Iterator[tuple[str, str, frozenset]]:
    """The metrics in the functions' logs, where CloudWatch finds them, each with its dimensions."""
    for operation in OPERATIONS:
        for line in receiver.log_lines(operation):
            if '"_aws"' not in line:
                continue
            values = json.loads(line)
            for directive in values["_aws"]["CloudWatchMetrics"]:
                for dimensions in directive["Dimensions"]:
                    of = frozenset((name, values[name]) for name in dimensions)
                    yield from ((directive["Namespace"], metric["Name"], of) for metric in directive["Metrics"])
