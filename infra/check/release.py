"""What has to hold of the API and of how a new version is released. Each check yields a sentence for a fault."""

import re

from assertions import OPERATIONS, as_text, integrations, of_type, properties
from whole import chosen, ref

# "Working with AWS CodeDeploy deployment configurations", CodeDeploy user guide: those for Lambda.
DEPLOYMENTS = {
    *(f"Canary10Percent{minutes}Minutes" for minutes in (5, 10, 15, 30)),
    "Linear10PercentEvery1Minute",
    *(f"Linear10PercentEvery{minutes}Minutes" for minutes in (2, 3, 10)),
    "AllAtOnce",
}
# "Customize HTTP API access logs", API Gateway developer guide: those that are used here.
LOG_VARIABLES = {
    "requestId",
    "requestTime",
    "routeKey",
    "status",
    "responseLatency",
    "integrationLatency",
    "integrationStatus",
    "integrationErrorMessage",
    "error.message",
    "dataProcessed",
    "responseLength",
    "identity.sourceIp",
}
# Properties of AWS::ApiGatewayV2::Stage's RouteSettings.
ROUTE_SETTINGS = {
    "DataTraceEnabled",
    "DetailedMetricsEnabled",
    "LoggingLevel",
    "ThrottlingBurstLimit",
    "ThrottlingRateLimit",
}


def references(value):
    """Every name that a `Ref` or a `!Sub` in it refers to."""
    if isinstance(value, list):
        return set().union(*map(references, value))
    if not isinstance(value, dict):
        return set()
    if "Ref" in value:
        return {value["Ref"]}
    if isinstance(value.get("Fn::Sub"), str):
        return set(re.findall(r"\$\{(\w+)", value["Fn::Sub"]))
    return set().union(*map(references, value.values()))


def requests_go_to_the_published_version(template):
    for route, function, integration in integrations(template):
        if f"${{{function}Aliaslive}}" not in integration["uri"]["Fn::Sub"]:
            yield f"{route} does not lead to the alias live of {function}"
    invoked = {as_text(p["Properties"]["FunctionName"]) for p in of_type(template, "AWS::Lambda::Permission").values()}
    for prefix in OPERATIONS:
        if '{"Ref": "%sFunctionAliaslive"}' % prefix not in invoked:
            yield f"the API may not invoke the alias live of {prefix}Function"


def settings_that_change_make_a_version(template):
    number = "${SettingsVersion.VersionNumber}"
    settings = properties(template, "SettingsVersion")["Content"]
    for prefix in OPERATIONS:
        function = properties(template, f"{prefix}Function")
        kept = ("Environment", "MemorySize", "Architectures", "Timeout", "Runtime", "Handler")
        used = references([function[name] for name in kept])
        used |= references(function["LoggingConfig"].get("ApplicationLogLevel"))
        # A stack keeps its name.
        for name in sorted(used - references(settings) - {"AWS::StackName"}):
            yield f"{prefix}Function is deployed with {name}, which is not among the settings"
        if number not in as_text(function["Description"]):
            # Lambda publishes no second version of a function that is as it was.
            yield f"{prefix}Function's description does not change with the settings"
    versions = of_type(template, "AWS::Lambda::Version")
    for prefix in OPERATIONS:
        own = [v["Properties"] for name, v in versions.items() if name.startswith(f"{prefix}FunctionVersion")]
        if len(own) != 1 or number not in as_text(own[0].get("Description", "")):
            yield f"{prefix}Function publishes no version when the settings change"


def gradual_deployments_can_be_taken_back(template):
    """Of the template as it expands for a gradual deployment."""
    groups = of_type(template, "AWS::CodeDeploy::DeploymentGroup")
    for prefix in OPERATIONS:
        group = groups.get(f"{prefix}FunctionDeploymentGroup", {}).get("Properties")
        if group is None:
            yield f"{prefix}Function is not deployed gradually"
            continue
        alarms = {as_text(alarm["Name"]) for alarm in group["AlarmConfiguration"].get("Alarms", [])}
        if alarms != {f"${{{prefix}Alarms.Outputs.{name}Alarm}}" for name in ("Errors", "Failures")}:
            yield f"{prefix}Function's deployment is taken back by {alarms}, not by the alarms of its operation"
        if "DEPLOYMENT_STOP_ON_ALARM" not in group["AutoRollbackConfiguration"]["Events"]:
            yield f"{prefix}Function's deployment is not taken back"
    for value in template["Parameters"]["DeploymentType"]["AllowedValues"]:
        if value not in DEPLOYMENTS:
            yield f"CodeDeploy has no configuration LambdaX with {value} for the X"


def roles_are_bounded(template):
    boundary = chosen("Boundary", ref("PermissionsBoundary"))
    for name, role in of_type(template, "AWS::IAM::Role").items():
        if role["Properties"].get("PermissionsBoundary") != boundary:
            yield f"{name} takes no permissions boundary"


def routes_are_throttled(template):
    stage = properties(template, "ApiApiGatewayDefaultStage")
    limits = {"ThrottlingRateLimit": {"Ref": "ThrottlingRate"}, "ThrottlingBurstLimit": {"Ref": "ThrottlingBurst"}}
    default = stage.get("DefaultRouteSettings", {})
    if {name: default.get(name) for name in limits} != limits:
        yield "the routes are not throttled as the parameters say"
    for key in set(default) - ROUTE_SETTINGS:
        yield f"API Gateway has no route setting {key}"
    routes = {route for _, route, _ in OPERATIONS.values()}
    for route, settings in stage.get("RouteSettings", {}).items():
        if route not in routes:
            yield f"there are settings for {route}, which is no route"
        for key in set(settings) - ROUTE_SETTINGS:
            yield f"API Gateway has no route setting {key}"


def access_is_logged(template):
    settings = properties(template, "ApiApiGatewayDefaultStage").get("AccessLogSettings", {})
    if as_text(settings.get("DestinationArn")) != "${ApiLogGroup.Arn}":
        yield "the API's access is not logged to ApiLogGroup"
    names = set(re.findall(r"\$context\.([\w.]+)", settings.get("Format", "")))
    for name in sorted(names ^ LOG_VARIABLES):
        yield f"$context.{name} is logged and should not be, or the other way round"
    name = as_text(properties(template, "ApiLogGroup").get("LogGroupName", ""))
    if not name.startswith("/aws/vendedlogs/"):
        yield f"the log group {name} makes the account's policy for delivered logs grow"


def a_domain_is_the_only_way_in(template):
    servers = properties(template, "Api")["Body"].get("servers", [])
    endpoints = [server.get("x-amazon-apigateway-endpoint-configuration", {}) for server in servers]
    closed = {"disableExecuteApiEndpoint": {"Fn::If": ["CloseDefaultEndpoint", True, False]}}
    if endpoints != [closed]:
        yield "with a domain, AWS's own address stays open"
    # SAM leaves out the server's address, of which API Gateway warns (serverless-application-model, issue 2424).
    if properties(template, "Api").get("FailOnWarnings"):
        yield "no deployment would succeed, for API Gateway warns of each"
    for configuration in properties(template, "ApiDomain")["DomainNameConfigurations"]:
        if configuration.get("SecurityPolicy") != "TLS_1_2":
            yield "the domain takes TLS older than 1.2"
    if properties(template, "ApiDomainMapping").get("Stage") != {"Ref": "ApiApiGatewayDefaultStage"}:
        yield "the domain does not lead to the API's stage"


CHECKS = [
    requests_go_to_the_published_version,
    settings_that_change_make_a_version,
    roles_are_bounded,
    routes_are_throttled,
    access_is_logged,
    a_domain_is_the_only_way_in,
]

GRADUAL_CHECKS = [gradual_deployments_can_be_taken_back]

# As in mutations.py: the check that has to notice, a text of the template, and what replaces the text's first place.
MUTATIONS = [
    (requests_go_to_the_published_version, "AutoPublishAlias: live", "AutoPublishAlias: alive"),
    (settings_that_change_make_a_version, "        AccessTokens=${AccessTokens}\n", ""),
    (settings_that_change_make_a_version, "        NotesTable=${NotesTable}\n", ""),
    (settings_that_change_make_a_version, "schedule; settings ${SettingsVersion.VersionNumber}", "schedule"),
    (
        settings_that_change_make_a_version,
        "      VersionDescription: !Sub settings ${SettingsVersion.VersionNumber}\n",
        "",
    ),
    (gradual_deployments_can_be_taken_back, "Enabled: !Ref GradualDeployment", "Enabled: false"),
    (gradual_deployments_can_be_taken_back, "- Canary10Percent5Minutes", "- LambdaCanary10Percent5Minutes"),
    (
        gradual_deployments_can_be_taken_back,
        "!GetAtt PostPunchesAlarms.Outputs.Err",
        "!GetAtt PostNotesAlarms.Outputs.Err",
    ),
    (gradual_deployments_can_be_taken_back, "          - !GetAtt PostNotesAlarms.Outputs.FailuresAlarm\n", ""),
    (roles_are_bounded, "      PermissionsBoundary: !If [Boundary, !Ref PermissionsBoundary, !Ref AWS::NoValue]\n", ""),
    (routes_are_throttled, "ThrottlingRateLimit: !Ref", "ThrottleRateLimit: !Ref"),
    (
        routes_are_throttled,
        "      DefaultRouteSettings:",
        "      RouteSettings: {POST /punch: {}}\n      DefaultRouteSettings:",
    ),
    (access_is_logged, "$context.identity.sourceIp", "$context.authorizer.principalId"),
    (access_is_logged, "$context.dataProcessed", "$context.requestLength"),
    (access_is_logged, "/aws/vendedlogs/${AWS::StackName}/api", "/aws/apigateway/${AWS::StackName}"),
    (a_domain_is_the_only_way_in, "      DisableExecuteApiEndpoint: !If [CloseDefaultEndpoint, true, false]\n", ""),
    (a_domain_is_the_only_way_in, "      DisableExecute", "      FailOnWarnings: true\n      DisableExecute"),
    (a_domain_is_the_only_way_in, "SecurityPolicy: TLS_1_2", "SecurityPolicy: TLS_1_0"),
    (a_domain_is_the_only_way_in, "Stage: !Ref ApiApiGatewayDefaultStage", "Stage: $default"),
]
