"""What has to hold of the functions, of CodeDeploy's role and of the way an alarm is told, compared as a whole.

Each check yields a sentence for a fault.
"""

from assertions import OPERATIONS, as_text, of_type, properties
from samtranslator.translator.logical_id_generator import LogicalIdGenerator
from whole import attribute, chosen, differences, ref, sub, without

FROM_THIS_ACCOUNT = {"StringEquals": {"aws:SourceAccount": ref("AWS::AccountId")}}


def allowed(principal, action, **more):
    return {"Effect": "Allow", "Principal": principal, "Action": action, **more}


def document(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


# Each resource's properties but for its description. CloudWatch encrypts what it tells: it has to be allowed both.
TELLING = {
    "AlarmTopic": {"DisplayName": "DataConnect receiver", "KmsMasterKeyId": ref("AlarmKey")},
    "AlarmTopicPolicy": {
        "Topics": [ref("AlarmTopic")],
        "PolicyDocument": document(
            {
                "Sid": "CloudWatchTells",
                **allowed({"Service": "cloudwatch.amazonaws.com"}, "sns:Publish"),
                "Resource": ref("AlarmTopic"),
                "Condition": FROM_THIS_ACCOUNT,
            },
            {
                "Sid": "DenyWithoutTls",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "sns:Publish",
                "Resource": ref("AlarmTopic"),
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
        ),
    },
    "AlarmSubscription": {"TopicArn": ref("AlarmTopic"), "Protocol": "email", "Endpoint": ref("AlarmEmail")},
    "AlarmKey": {
        "EnableKeyRotation": True,
        "KeyPolicy": document(
            {
                "Sid": "AccountGoverns",
                **allowed({"AWS": sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")}, "kms:*", Resource="*"),
            },
            {
                "Sid": "CloudWatchTells",
                **allowed({"Service": "cloudwatch.amazonaws.com"}, ["kms:Decrypt", "kms:GenerateDataKey"]),
                "Resource": "*",
                "Condition": FROM_THIS_ACCOUNT,
            },
        ),
    },
}

DEPLOYMENT_ROLE = {
    "PermissionsBoundary": chosen("Boundary", ref("PermissionsBoundary")),
    "AssumeRolePolicyDocument": document(allowed({"Service": "codedeploy.amazonaws.com"}, "sts:AssumeRole")),
    "ManagedPolicyArns": [sub("arn:${AWS::Partition}:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited")],
}

FUNCTION = {
    "Runtime": "provided.al2023",
    "Handler": "bootstrap",
    "Architectures": [ref("Architecture")],
    "MemorySize": ref("MemorySize"),
    "TracingConfig": {"Mode": "Active"},
    "ReservedConcurrentExecutions": chosen("Reserve", ref("ReservedConcurrency")),
}


def alarms_can_be_told(template):
    for name, expected in TELLING.items():
        yield from differences(name, without(properties(template, name), "Description"), expected)


def deployment_role_is_what_codedeploy_needs(template):
    role = without(properties(template, "DeploymentRole"), "Description")
    yield from differences("DeploymentRole", role, DEPLOYMENT_ROLE)


def functions_run_as_decided(template):
    for prefix in OPERATIONS:
        function = properties(template, f"{prefix}Function")
        found = {name: function[name] for name in FUNCTION if name in function}
        yield from differences(f"{prefix}Function", found, FUNCTION)


def every_property_makes_a_version(template):
    """With AutoPublishAliasAllProperties, SAM names a version by a hash of all the function's properties."""
    for prefix in OPERATIONS:
        start = f"{prefix}FunctionVersion"
        name = LogicalIdGenerator(start, properties(template, f"{prefix}Function")).gen()
        if name not in of_type(template, "AWS::Lambda::Version"):
            yield f"{prefix}Function publishes no version when its timeout, role or log level changes"


def gradual_deployments_have_the_role(template):
    """Of the template as it expands for a gradual deployment."""
    for name, group in of_type(template, "AWS::CodeDeploy::DeploymentGroup").items():
        role = group["Properties"]["ServiceRoleArn"]
        if role != chosen("Gradual", attribute("DeploymentRole")):
            yield f"{name} has the role {as_text(role)}"
        default = template["Parameters"]["DeploymentType"]["Default"]
        configuration = {"Fn::Sub": ["CodeDeployDefault.Lambda${ConfigName}", {"ConfigName": default}]}
        if group["Properties"]["DeploymentConfigName"] != configuration:
            yield f"{name} does not move the requests as DeploymentType says"


CHECKS = [
    alarms_can_be_told,
    deployment_role_is_what_codedeploy_needs,
    functions_run_as_decided,
    every_property_makes_a_version,
]

GRADUAL_CHECKS = [gradual_deployments_have_the_role]

MUTATIONS = [
    (alarms_can_be_told, "              - kms:GenerateDataKey\n", ""),
    (alarms_can_be_told, "      KmsMasterKeyId: !Ref AlarmKey\n", ""),
    (alarms_can_be_told, "KmsMasterKeyId: !Ref AlarmKey", "KmsMasterKeyId: alias/aws/sns"),
    (alarms_can_be_told, "Service: cloudwatch.amazonaws.com", "Service: events.amazonaws.com"),
    (
        alarms_can_be_told,
        "Service: cloudwatch.amazonaws.com\n            Action:\n",
        "Service: events.amazonaws.com\n            Action:\n",
    ),
    (alarms_can_be_told, "aws:SourceAccount: !Ref AWS::AccountId", "aws:SourceAccount: !Ref AWS::StackName"),
    (alarms_can_be_told, "            Action: sns:Publish\n", "            Action: sns:Subscribe\n"),
    (alarms_can_be_told, "EnableKeyRotation: true", "EnableKeyRotation: false"),
    (alarms_can_be_told, "            Action: kms:*\n", "            Action: kms:Decrypt\n"),
    (alarms_can_be_told, "Endpoint: !Ref AlarmEmail", "Endpoint: somebody@example.com"),
    (alarms_can_be_told, "      TopicArn: !Ref AlarmTopic\n", "      TopicArn: !Ref AlarmKey\n"),
    (deployment_role_is_what_codedeploy_needs, "AWSCodeDeployRoleForLambdaLimited", "AWSCodeDeployRoleForLambda"),
    (deployment_role_is_what_codedeploy_needs, "Service: codedeploy.amazonaws.com", "Service: lambda.amazonaws.com"),
    (
        deployment_role_is_what_codedeploy_needs,
        "      ManagedPolicyArns:\n",
        "      ManagedPolicyArns:\n        - arn:aws:iam::aws:policy/AdministratorAccess\n",
    ),
    (functions_run_as_decided, "    Tracing: Active\n", ""),
    (functions_run_as_decided, "Tracing: Active", "Tracing: PassThrough"),
    (
        functions_run_as_decided,
        "    ReservedConcurrentExecutions: !If [Reserve, !Ref ReservedConcurrency, !Ref AWS::NoValue]\n",
        "",
    ),
    (functions_run_as_decided, "!If [Reserve, !Ref ReservedConcurrency,", "!If [Reserve, !Ref MemorySize,"),
    (functions_run_as_decided, "Runtime: provided.al2023", "Runtime: provided.al2"),
    (functions_run_as_decided, "Handler: bootstrap", "Handler: main"),
    (functions_run_as_decided, "Architectures: [!Ref Architecture]", "Architectures: [x86_64]"),
    (functions_run_as_decided, "    MemorySize: !Ref MemorySize\n", ""),
    (every_property_makes_a_version, "      AutoPublishAliasAllProperties: true\n", ""),
    (every_property_makes_a_version, "AutoPublishAliasAllProperties: true", "AutoPublishAliasAllProperties: false"),
    (
        gradual_deployments_have_the_role,
        "      Role: !If [Gradual, !GetAtt DeploymentRole.Arn, !Ref AWS::NoValue]\n",
        "",
    ),
    (gradual_deployments_have_the_role, "Type: !Ref DeploymentType", "Type: AllAtOnce"),
]
