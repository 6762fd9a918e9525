"""The stack in that account: built, deployed, updated and deleted with SAM, as the README has its users do it."""

import platform
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

from samtranslator.yaml_helper import yaml_parse
from server import REGION, Server, end_group

STACK = "dataconnect"
TEMPLATE = Path("template.yaml")
CONFIG = Path("samconfig.toml")
TOOLS = Path(".dataconnect/tools/bin").absolute()
BUILD = Path(".dataconnect/rehearsed/build")

# The release profile without what takes most of its time: how fast the functions are is not the question here.
QUICK_BUILD = {"CARGO_PROFILE_RELEASE_LTO": "off", "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "16"}

# What a user may have in samconfig.toml that is not to be used here. Its parameters give way to those below.
NOT_TAKEN = ("profile", "region", "s3_bucket", "role_arn", "notification_arns")

ARCHITECTURE = "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"

# What the template is deployed with. One that it does not have is passed over.
PARAMETERS = {
    "Architecture": ARCHITECTURE,
    "Downstream": "true",
    "Analytics": "false",
    "GradualDeployment": "false",
}

# What ministack takes none of.
LEFT_OUT = {
    "GradualDeployment": "ministack refuses CodeDeploy's resources",
    "Analytics": "ministack refuses Athena's saved queries",
    "a domain": "ministack refuses Route 53's groups of records",
    "the alarms of silence": "ministack refuses composite alarms",
    "a pipe's run": "ministack runs none to an event bus; its work was done here, as the template describes it",
    "sam delete": "it takes no address of nested templates but S3's own; CloudFormation was asked itself",
    "the API's Body": "ministack passes over it; the routes were made from that same Body",
    "encryption, backups, lifecycle, throttling, access logs, tracing": "ministack takes the settings and does nothing",
}


def parameters_of(template: Path) -> dict[str, str]:
    """The values for those of the template's parameters that get one here."""
    # Read as text, since its tags are CloudFormation's own.
    section = re.search(r"^Parameters:\n(.*?)^\S", template.read_text(), re.DOTALL | re.MULTILINE)
    names = re.findall(r"^  (\w+):$", section[1], re.MULTILINE) if section else []
    silence = {name: "0" for name in names if name.endswith("SilenceHours")}
    return {name: value for name, value in {**PARAMETERS, **silence}.items() if name in names}


class Deployment:
    """The stack, and what it is made of."""

    def __init__(self, server: Server):
        self.server = server
        self.cloudformation = server.client("cloudformation")
        self.parameters = parameters_of(TEMPLATE)

    def sam(self, command: str, *arguments: str) -> None:
        environment = self.server.environment()
        environment["PATH"] = f"{TOOLS}:{environment['PATH']}"
        environment.update(QUICK_BUILD)
        log = self.server.logs / f"sam-{command}.log"
        with log.open("w") as output:
            sam = subprocess.Popen(
                [TOOLS / "sam", command, *arguments, "--region", REGION],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                sam.wait()
            except BaseException:
                # With cargo and the compilers that it started.
                end_group(sam.pid, signal.SIGKILL)
                sam.wait()
                raise
        if sam.returncode:
            lines = log.read_text(errors="replace").strip().splitlines()
            raise RuntimeError("\n".join([f"sam {command} failed:", *lines[-30:]]))

    def config(self) -> str:
        """samconfig.toml without what names a place of the user's own."""
        lines = [line for line in CONFIG.read_text().splitlines() if not line.startswith(NOT_TAKEN)]
        path = self.server.folder / "samconfig.toml"
        path.write_text("\n".join(lines) + "\n")
        return str(path)

    def overrides(self, **more: str) -> list[str]:
        return ["--parameter-overrides", *(f"{name}={value}" for name, value in {**self.parameters, **more}.items())]

    def build(self) -> None:
        folders = ["--template-file", str(TEMPLATE), "--build-dir", str(BUILD)]
        self.sam("build", *folders, "--config-file", self.config(), *self.overrides())

    def deploy(self, *tokens: str) -> None:
        """Creates the stack, or updates it."""
        template = ["--template-file", str(BUILD / "template.yaml"), "--stack-name", STACK]
        options = ["--config-file", self.config(), "--resolve-s3", "--no-confirm-changeset", "--no-progressbar"]
        try:
            self.sam("deploy", *template, *options, *self.overrides(AccessTokens=",".join(tokens)))
        except RuntimeError as error:
            raise RuntimeError("\n".join(self.failures()) or str(error)) from error

    def failures(self) -> Iterator[str]:
        """What CloudFormation could not make, in the stack and in those nested in it."""
        names = [stack["StackName"] for stack in self.cloudformation.list_stacks()["StackSummaries"]]
        for name in names if STACK in names else ():
            for event in self.cloudformation.describe_stack_events(StackName=name)["StackEvents"]:
                if event["ResourceStatus"].endswith("FAILED"):
                    yield f"{name}, {event['LogicalResourceId']}: {event.get('ResourceStatusReason')}"

    def delete(self) -> None:
        self.cloudformation.delete_stack(StackName=STACK)
        waiter = self.cloudformation.get_waiter("stack_delete_complete")
        waiter.wait(StackName=STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 120})

    # What there is.

    def stacks(self) -> dict[str, str]:
        """The stack and those nested in it, each with its status."""
        described = self.cloudformation.describe_stacks()["Stacks"]
        return {stack["StackName"]: stack["StackStatus"] for stack in described if stack["StackName"].startswith(STACK)}

    def outputs(self) -> dict[str, str]:
        stack = self.cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def resources(self, stack: str = STACK) -> dict[str, dict]:
        """Each resource of the stack under the name that the template gives it."""
        pages = self.cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
        return {each["LogicalResourceId"]: each for page in pages for each in page["StackResourceSummaries"]}

    def physical(self, name: str) -> str:
        return self.resources()[name]["PhysicalResourceId"]

    def processed(self, stack: str = STACK) -> dict:
        """The template as CloudFormation saw it, with SAM's resources expanded."""
        body = self.cloudformation.get_template(StackName=stack, TemplateStage="Processed")["TemplateBody"]
        return body if isinstance(body, dict) else yaml_parse(body)

    # The routes.

    def api(self) -> str:
        resources = self.resources().values()
        (api,) = [each for each in resources if each["ResourceType"] == "AWS::ApiGatewayV2::Api"]
        return api["PhysicalResourceId"]

    def make_routes(self) -> dict[str, str]:
        """Makes the routes of the API's Body, which ministack passes over; yields each with its function's ARN."""
        gateway, api = self.server.client("apigatewayv2"), self.api()
        for route in gateway.get_routes(ApiId=api)["Items"]:
            gateway.delete_route(ApiId=api, RouteId=route["RouteId"])
        for integration in gateway.get_integrations(ApiId=api)["Items"]:
            gateway.delete_integration(ApiId=api, IntegrationId=integration["IntegrationId"])
        routes = {}
        for route, definition in self.routes_of_body().items():
            uri = self.resolve(definition["uri"])
            made = gateway.create_integration(
                ApiId=api,
                IntegrationType=definition["type"].upper(),
                IntegrationMethod=definition["httpMethod"],
                IntegrationUri=uri,
                PayloadFormatVersion=definition["payloadFormatVersion"],
                TimeoutInMillis=definition["timeoutInMillis"],
            )
            gateway.create_route(ApiId=api, RouteKey=route, Target=f"integrations/{made['IntegrationId']}")
            routes[route] = uri.split("/functions/")[1].removesuffix("/invocations")
        return routes

    def routes_of_body(self) -> dict[str, dict]:
        resources = self.processed()["Resources"].values()
        (api,) = [each for each in resources if each["Type"] == "AWS::ApiGatewayV2::Api"]
        return {
            f"{method.upper()} {path}": operation["x-amazon-apigateway-integration"]
            for path, operations in api["Properties"]["Body"]["paths"].items()
            for method, operation in operations.items()
            if "x-amazon-apigateway-integration" in operation
        }

    def resolve(self, value: str | dict) -> str:
        """The few of CloudFormation's functions that SAM uses in a Body."""
        if isinstance(value, str):
            return value
        resources = self.resources()

        def named(match: re.Match) -> str:
            name, _, attribute = match[1].partition(".")
            pseudo = {"AWS::Partition": "aws", "AWS::Region": REGION}
            if name in pseudo:
                return pseudo[name]
            physical = resources[name]["PhysicalResourceId"]
            if attribute == "Arn":
                return self.server.client("lambda").get_function(FunctionName=physical)["Configuration"]["FunctionArn"]
            return physical

        return re.sub(r"\$\{([^}]+)\}", named, value["Fn::Sub"])
