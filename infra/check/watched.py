"""What each alarm watches and tells, compared as a whole. Each check yields a sentence for a fault."""

import re

from alarms import alarms
from assertions import TABLE_VARIABLES, of_type
from stacks import attributes_read
from whole import attribute, differences, ref, sub, without

TOPIC = [ref("AlarmTopicArn")]
# Whether an alarm is told, and also that it is over.
OVER = {"AlarmActions": TOPIC, "OKActions": TOPIC}
TOLD = {"AlarmActions": TOPIC}
UNTOLD = {}
OWN = ref("MetricsNamespace")
# A parameter of a nested stack takes 4,096 characters; an alarm's ARN of a long stack has about 200.
ARNS = 20


def alarm(namespace, metric, dimensions, told, **more):
    usual = {
        "Namespace": namespace,
        "MetricName": metric,
        "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
        "Statistic": "Sum",
        "EvaluationPeriods": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "Threshold": 1,
        "TreatMissingData": "notBreaching",
    }
    if "ExtendedStatistic" in more:
        del usual["Statistic"]
    return {**usual, **told, **more}


API = {"ApiId": ref("ApiId")}
OPERATION = {"Operation": ref("Operation")}
ALARMS = {
    "alarms.yaml": {
        "Api5xx": alarm("AWS/ApiGateway", "5xx", API, OVER, Period=300),
        "Api4xx": alarm("AWS/ApiGateway", "4xx", API, OVER, Period=300, Threshold=ref("ClientErrorsAlarm")),
        "ApiLatency": alarm(
            "AWS/ApiGateway",
            "Latency",
            API,
            OVER,
            ExtendedStatistic="p99",
            Period=300,
            EvaluationPeriods=3,
            ComparisonOperator="GreaterThanThreshold",
            Threshold=ref("LatencyAlarmMilliseconds"),
        ),
        **{
            f"{table.removesuffix('Table')}{name}": alarm(
                "AWS/DynamoDB", metric, {"TableName": ref(table), "Operation": "PutItem"}, OVER, Period=300
            )
            for table in TABLE_VARIABLES
            for name, metric in {"Throttles": "ThrottledRequests", "SystemErrors": "SystemErrors"}.items()
        },
    },
    "operation-alarms.yaml": {
        "Errors": alarm(
            "AWS/Lambda",
            "Errors",
            {"FunctionName": ref("FunctionName"), "Resource": sub("${FunctionName}:live")},
            OVER,
            Period=60,
        ),
        "Failures": alarm(OWN, "Failures", OPERATION, UNTOLD, Period=60),
        "Throttles": alarm("AWS/Lambda", "Throttles", {"FunctionName": ref("FunctionName")}, OVER, Period=60),
        "Rejections": alarm(OWN, "Rejections", OPERATION, TOLD, Period=300),
        "Drift": alarm(OWN, "Drift", OPERATION, TOLD, Period=3_600),
        "Quiet": alarm(
            OWN,
            "Accepted",
            OPERATION,
            UNTOLD,
            Period=3_600,
            EvaluationPeriods=ref("SilenceHours"),
            ComparisonOperator="LessThanThreshold",
            TreatMissingData="breaching",
        ),
        "Traffic": alarm(OWN, "Accepted", OPERATION, UNTOLD, Period=86_400, EvaluationPeriods=7, DatapointsToAlarm=1),
    },
    "downstream.yaml": {
        "DeadLettersAlarm": alarm(
            "AWS/SQS",
            "ApproximateNumberOfMessagesVisible",
            {"QueueName": attribute("DeadLetters", "QueueName")},
            TOLD,
            Statistic="Maximum",
            Period=60,
            ComparisonOperator="GreaterThanThreshold",
            Threshold=0,
        ),
    },
}
SILENT = {"AlarmRule": sub('ALARM("${Quiet}") AND ALARM("${Traffic}")'), **TOLD}


def alarms_have_the_decided_values(stacks):
    found = {name: without(properties, "AlarmDescription") for name, properties in alarms(stacks)}
    expected = {f"{file}: {name}": values for file, own in ALARMS.items() for name, values in own.items()}
    for name in sorted({*found, *expected}):
        yield from differences(name, found.get(name, {}), expected.get(name, {}))
    composite = {
        f"{file}: {name}": without(resource["Properties"], "AlarmDescription")
        for file, stack in stacks.items()
        for name, resource in of_type(stack, "AWS::CloudWatch::CompositeAlarm").items()
    }
    yield from differences("composite alarms", composite, {"operation-alarms.yaml: Silent": SILENT})


def resolved(value, holds):
    """A value where every condition holds, or none does."""
    if isinstance(value, list):
        elements = [resolved(element, holds) for element in value]
        return [element for element in elements if element != ref("AWS::NoValue")]
    if not isinstance(value, dict):
        return value
    if "Fn::If" in value:
        return resolved(value["Fn::If"][1 if holds else 2], holds)
    return {name: resolved(element, holds) for name, element in value.items()}


def outputs_list_the_alarms(stacks):
    outputs = stacks["operation-alarms.yaml"]["Outputs"]
    for name in ("Errors", "Failures"):
        if outputs[f"{name}Alarm"]["Value"] != ref(name):
            yield f"{name}Alarm is {outputs[f'{name}Alarm']['Value']}"
    for file in ("alarms.yaml", "operation-alarms.yaml"):
        stack = stacks[file]
        for holds in (True, False):
            there = {
                name: resource
                for kind in ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
                for name, resource in of_type(stack, kind).items()
                if holds or "Condition" not in resource
            }
            # What tells nobody is listed where it takes a deployment back.
            listed = [name for name in there if "AlarmActions" in there[name]["Properties"] or name == "Failures"]
            separator, arns = resolved(stack["Outputs"]["AlarmArns"]["Value"], holds)["Fn::Join"]
            if sorted(map(str, arns)) != sorted(str(attribute(name)) for name in listed) or separator != '","':
                yield f"{file}: AlarmArns joins {arns}, not the ARNs of {listed}"
            if len(arns) > ARNS:
                yield f"{file}: AlarmArns can be longer than what a parameter takes"


def no_parameter_joins_lists_of_alarms(template):
    for name, nested in of_type(template, "AWS::CloudFormation::Stack").items():
        for parameter, value in nested["Properties"].get("Parameters", {}).items():
            lists = [stack for stack, output in attributes_read(value) if output == "Outputs.AlarmArns"]
            # A `!Sub` reads attributes as well.
            lists += re.findall(r"\.Outputs\.AlarmArns\}", str(value))
            if len(lists) > 1:
                yield f"{name}: {parameter} can be longer than the 4,096 characters that it takes"


CHECKS = [
    alarms_have_the_decided_values,
    outputs_list_the_alarms,
    no_parameter_joins_lists_of_alarms,
]

MUTATIONS = [
    *(
        (alarms_have_the_decided_values, *mutation)
        for mutation in [
            ("alarms.yaml", "Threshold: 1", "Threshold: 1000000"),
            ("alarms.yaml", "Threshold: !Ref ClientErrorsAlarm", "Threshold: !Ref LatencyAlarmMilliseconds"),
            ("alarms.yaml", "GreaterThanOrEqualToThreshold", "LessThanThreshold"),
            ("alarms.yaml", "ExtendedStatistic: p99", "ExtendedStatistic: p50"),
            ("alarms.yaml", "EvaluationPeriods: 3", "EvaluationPeriods: 30"),
            ("alarms.yaml", "TreatMissingData: notBreaching", "TreatMissingData: breaching"),
            ("alarms.yaml", "Value: !Ref NotesTable", "Value: !Ref PunchesTable"),
            ("alarms.yaml", "Value: PutItem", "Value: GetItem"),
            ("alarms.yaml", "      OKActions: [!Ref AlarmTopicArn]\n", ""),
            ("alarms.yaml", "MetricName: 5xx\n", "MetricName: 5xx\n      ActionsEnabled: false\n"),
            ("operation-alarms.yaml", ":live", ":alive"),
            ("operation-alarms.yaml", "Threshold: 1", "Threshold: 1000000"),
            ("operation-alarms.yaml", "GreaterThanOrEqualToThreshold", "LessThanThreshold"),
            ("operation-alarms.yaml", "MetricName: Failures", "MetricName: Rejections"),
            ("operation-alarms.yaml", "Period: 60\n", "Period: 86400\n"),
            ("operation-alarms.yaml", "Value: !Ref Operation\n", "Value: !Ref FunctionName\n"),
            ("operation-alarms.yaml", "Period: 86400", "Period: 3600"),
            ("downstream.yaml", "GreaterThanThreshold", "LessThanThreshold"),
            ("downstream.yaml", "Statistic: Maximum", "Statistic: Sum"),
        ]
    ),
    (outputs_list_the_alarms, "operation-alarms.yaml", "Value: !Ref Errors", "Value: !Ref Drift"),
    (outputs_list_the_alarms, "operation-alarms.yaml", "Value: !Ref Failures", "Value: !Ref Drift"),
    (outputs_list_the_alarms, "operation-alarms.yaml", "          - !GetAtt Throttles.Arn\n", ""),
    (outputs_list_the_alarms, "operation-alarms.yaml", "          - !GetAtt Silent.Arn\n", ""),
    (outputs_list_the_alarms, "operation-alarms.yaml", "!GetAtt Silent.Arn", "!GetAtt Quiet.Arn"),
    (outputs_list_the_alarms, "alarms.yaml", "        - !GetAtt NotesSystemErrors.Arn", "        - !GetAtt Api5xx.Arn"),
    (outputs_list_the_alarms, "alarms.yaml", "- '\",\"'", "- ','"),
    (
        no_parameter_joins_lists_of_alarms,
        "Alarms: !GetAtt Alarms.Outputs.AlarmArns",
        "Alarms: !Join [',', [!GetAtt Alarms.Outputs.AlarmArns, !GetAtt PostNotesAlarms.Outputs.AlarmArns]]",
    ),
    (
        no_parameter_joins_lists_of_alarms,
        "Alarms: !GetAtt Alarms.Outputs.AlarmArns",
        "Alarms: !Sub '${Alarms.Outputs.AlarmArns},${PostNotesAlarms.Outputs.AlarmArns}'",
    ),
]
