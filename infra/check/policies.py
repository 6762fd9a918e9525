"""Prints what parliament finds in the policies of the roles of the templates that it is given, as a list in JSON.

It is run by check.py, with the Python that has the packages of scanners.txt. Trust policies and those of buckets and
queues are not shown to parliament, which knows no policy without a resource and takes s3:TlsVersion for no number.
"""

import json
import re
import sys
from pathlib import Path

import parliament
import yaml

ACCOUNT = "123456789012"
PSEUDO = {"AWS::Partition": "aws", "AWS::Region": "us-east-1", "AWS::AccountId": ACCOUNT, "AWS::StackName": "stack"}

# What `!GetAtt X.Arn` gives, or `!Ref X` where that is an ARN.
ARNS = {
    "AWS::DynamoDB::Table": "arn:aws:dynamodb:us-east-1:{account}:table/{name}",
    "AWS::Events::EventBus": "arn:aws:events:us-east-1:{account}:event-bus/{name}",
    "AWS::KMS::Key": "arn:aws:kms:us-east-1:{account}:key/{name}",
    "AWS::Lambda::Function": "arn:aws:lambda:us-east-1:{account}:function:{name}",
    "AWS::Logs::LogGroup": "arn:aws:logs:us-east-1:{account}:log-group:{name}:*",
    "AWS::S3::Bucket": "arn:aws:s3:::{name}",
    "AWS::SNS::Topic": "arn:aws:sns:us-east-1:{account}:{name}",
    "AWS::SQS::Queue": "arn:aws:sqs:us-east-1:{account}:{name}",
}
# Parameters that are ARNs. A real stream's ends in a time, whose colons parliament takes for those between the parts.
PARAMETERS = {"PunchesStreamArn": f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/punches/stream/2026-01-01"}


class Loader(yaml.SafeLoader):
    """Reads `!GetAtt A.B` as `{"Fn::GetAtt": ["A", "B"]}`, as the others write it."""


def construct(loader, tag, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


Loader.add_multi_constructor("!", construct)


def resolver(resources):
    """A function that puts plausible values in place of CloudFormation's functions."""

    def attribute(name):
        arn = ARNS.get(resources.get(name, {}).get("Type"), "no ARN is known for {name}")
        return arn.format(account=ACCOUNT, name=name.lower())

    def variable(path):
        name = path.partition(".")[0]
        return attribute(name) if name != path else PSEUDO.get(path) or PARAMETERS.get(path, path.lower())

    def resolve(value):
        if isinstance(value, list):
            return [resolve(element) for element in value]
        if not isinstance(value, dict):
            return value
        if "Ref" in value:
            topic = resources.get(value["Ref"], {}).get("Type") == "AWS::SNS::Topic"
            return attribute(value["Ref"]) if topic else variable(value["Ref"])
        if "Fn::GetAtt" in value:
            return variable(".".join(value["Fn::GetAtt"]))
        if isinstance(value.get("Fn::Sub"), str):
            return re.sub(r"\$\{([^}!]+)\}", lambda match: variable(match[1]), value["Fn::Sub"])
        if "Fn::If" in value:
            return resolve(value["Fn::If"][1])
        return {key: resolve(element) for key, element in value.items()}

    return resolve


def policies(template):
    """Of each role and policy: what it allows."""
    for name, resource in template["Resources"].items():
        if resource["Type"].startswith("AWS::IAM::"):
            properties = resource.get("Properties", {})
            for policy in [*properties.get("Policies", []), properties]:
                if "PolicyDocument" in policy:
                    yield name, policy["PolicyDocument"]


def findings(file):
    template = yaml.load(Path(file).read_text(), Loader)
    resolve = resolver(template["Resources"])
    for name, policy in policies(template):
        for finding in parliament.analyze_policy_string(json.dumps(resolve(policy))).findings:
            where = finding.detail or finding.location.get("string", "")
            yield f"{Path(file).name}: {name}: {finding.issue}: {where}"


if __name__ == "__main__":
    print(json.dumps([finding for file in sys.argv[1:] for finding in findings(file)]))
