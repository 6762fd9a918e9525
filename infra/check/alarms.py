"""What has to hold of the alarms (infra/stacks). Each check yields a sentence for a fault."""

import json
from functools import cache
from pathlib import Path

from assertions import of_type

# Held to what the functions publish by a test of the module beside it.
METRICS = Path("shared/src/telemetry/metrics.json")

# "Working with metrics for HTTP APIs" (API Gateway), "Lambda metrics", "DynamoDB metrics": what each publishes, and the
# dimensions that it has. A REST API's names (5XXError) are others.
PUBLISHED = {
    "AWS/ApiGateway": {name: [{"ApiId"}] for name in ("4xx", "5xx", "Count", "Latency", "IntegrationLatency")},
    "AWS/Lambda": {
        name: [{"FunctionName"}, {"FunctionName", "Resource"}] for name in ("Errors", "Throttles", "Duration")
    },
    "AWS/DynamoDB": {
        "ThrottledRequests": [{"TableName", "Operation"}],
        "SystemErrors": [{"TableName", "Operation"}],
        "SuccessfulRequestLatency": [{"TableName", "Operation"}],
        "ConsumedWriteCapacityUnits": [{"TableName"}, {"TableName", "GlobalSecondaryIndexName"}],
    },
    "AWS/SQS": {"ApproximateNumberOfMessagesVisible": [{"QueueName"}]},
}


@cache
def own_metrics():
    """Of each metric that the functions publish, its sets of dimensions."""
    return {
        metric["Name"]: [set(names) for names in block["Dimensions"]]
        for block in json.loads(METRICS.read_text())
        for metric in block["Metrics"]
    }


def fault_of(namespace, name, dimensions):
    """What is wrong with a metric, if anything is: CloudWatch takes any name, and shows and alarms nothing."""
    published = own_metrics() if "MetricsNamespace" in str(namespace) else PUBLISHED.get(namespace)
    if published is None:
        return f"nobody publishes {namespace}"
    if name not in published:
        return f"{namespace} has no metric {name}"
    if set(dimensions) not in published[name]:
        return f"{namespace} publishes {name} by {published[name]}, not by {set(dimensions)}"
    return None


def alarms(stacks):
    for file, stack in stacks.items():
        for name, alarm in of_type(stack, "AWS::CloudWatch::Alarm").items():
            yield f"{file}: {name}", alarm["Properties"]


def alarms_watch_what_is_published(stacks):
    for name, alarm in alarms(stacks):
        dimensions = [dimension["Name"] for dimension in alarm.get("Dimensions", [])]
        fault = fault_of(alarm["Namespace"], alarm["MetricName"], dimensions)
        if fault:
            yield f"{name}: {fault}"


def alarms_can_go_off(stacks):
    for name, alarm in alarms(stacks):
        periods = alarm["EvaluationPeriods"]
        if isinstance(periods, int):
            # "PutMetricAlarm", CloudWatch API reference.
            if alarm["Period"] * periods > (86_400 if alarm["Period"] < 3_600 else 604_800):
                yield f"{name} looks back further than CloudWatch does"
            if alarm.get("DatapointsToAlarm", periods) > periods:
                yield f"{name} wants more data points than it looks at"
        if "Threshold" not in alarm or "TreatMissingData" not in alarm:
            yield f"{name} does not say when it goes off, or what no data mean"
        if alarm["Statistic" if "ExtendedStatistic" not in alarm else "ExtendedStatistic"] not in (
            "Sum",
            "Maximum",
            "p99",
        ):
            yield f"{name} has another statistic than is used here"


def alarms_reach_the_topic(stacks):
    # The one that only takes a deployment back, and the halves of the alarm on silence.
    quiet = {"operation-alarms.yaml: Failures", "operation-alarms.yaml: Quiet", "operation-alarms.yaml: Traffic"}
    topic = {"Ref": "AlarmTopicArn"}
    for name, alarm in alarms(stacks):
        if (topic not in alarm.get("AlarmActions", [])) != (name in quiet):
            yield f"{name} tells nobody, or should not"
    for file, stack in stacks.items():
        for name, alarm in of_type(stack, "AWS::CloudWatch::CompositeAlarm").items():
            if alarm["Properties"].get("AlarmActions") != [topic]:
                yield f"{file}: {name} tells nobody"


def silence_is_told_where_there_was_traffic(stacks):
    resources = stacks["operation-alarms.yaml"]["Resources"]
    rule = resources["Silent"]["Properties"]["AlarmRule"]["Fn::Sub"]
    if rule != 'ALARM("${Quiet}") AND ALARM("${Traffic}")':
        yield f"the rule is {rule}"
    quiet, traffic = (resources[name]["Properties"] for name in ("Quiet", "Traffic"))
    if (quiet["ComparisonOperator"], quiet["TreatMissingData"]) != ("LessThanThreshold", "breaching"):
        yield "a function that is not called is not silent"
    if quiet["EvaluationPeriods"] != {"Ref": "SilenceHours"} or quiet["Period"] != 3_600:
        yield "silence is not counted in hours"
    if (traffic["ComparisonOperator"], traffic["TreatMissingData"], traffic["DatapointsToAlarm"]) != (
        "GreaterThanOrEqualToThreshold",
        "notBreaching",
        1,
    ):
        yield "one day with an event is not traffic"
    for name in ("Quiet", "Traffic", "Silent"):
        if resources[name].get("Condition") != "Silence":
            yield f"{name} cannot be switched off"


CHECKS = [
    alarms_watch_what_is_published,
    alarms_can_go_off,
    alarms_reach_the_topic,
    silence_is_told_where_there_was_traffic,
]

# The check that has to notice, a file of infra/stacks, a text of it, and what replaces the text's first place.
MUTATIONS = [
    (alarms_watch_what_is_published, "alarms.yaml", "MetricName: 5xx", "MetricName: 5XXError"),
    (alarms_watch_what_is_published, "alarms.yaml", "        - Name: Operation\n          Value: PutItem\n", ""),
    (alarms_watch_what_is_published, "operation-alarms.yaml", "MetricName: Drift", "MetricName: Drifts"),
    (alarms_watch_what_is_published, "operation-alarms.yaml", "Namespace: AWS/Lambda", "Namespace: AWS/Lamda"),
    (alarms_can_go_off, "operation-alarms.yaml", "EvaluationPeriods: 7", "EvaluationPeriods: 8"),
    (alarms_can_go_off, "alarms.yaml", "      TreatMissingData: notBreaching\n", ""),
    (alarms_can_go_off, "alarms.yaml", "Statistic: Sum", "Statistic: Average"),
    (alarms_reach_the_topic, "alarms.yaml", "      AlarmActions: [!Ref AlarmTopicArn]\n", ""),
    (
        alarms_reach_the_topic,
        "operation-alarms.yaml",
        "seven days.\n      AlarmActions: [!Ref AlarmTopicArn]\n",
        "seven days.\n",
    ),
    (silence_is_told_where_there_was_traffic, "operation-alarms.yaml", '") AND ALARM("', '") OR ALARM("'),
    (silence_is_told_where_there_was_traffic, "operation-alarms.yaml", "Data: breaching", "Data: missing"),
    (
        silence_is_told_where_there_was_traffic,
        "operation-alarms.yaml",
        "      DatapointsToAlarm: 1\n",
        "      DatapointsToAlarm: 7\n",
    ),
    (silence_is_told_where_there_was_traffic, "operation-alarms.yaml", "    Condition: Silence\n", ""),
]
