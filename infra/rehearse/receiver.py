"""The receiver from outside: its operations, what is sent to it, and what is then in its tables and its archive."""

import base64
import hashlib
import http.client
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from boto3.dynamodb.types import TypeDeserializer
from deployment import Deployment
from server import Server

FIXTURES = Path("tests/fixtures")
TABLES = ("WorkOrdersTable", "PunchesTable", "IncidentsTable", "NotesTable")


@dataclass(frozen=True)
class Operation:
    name: str
    table: str
    record_id: str
    outcome: str = "Created"

    @property
    def method(self) -> str:
        return self.name.partition("-")[0].upper()

    @property
    def path(self) -> str:
        return "/" + self.name.partition("-")[2]

    @property
    def route(self) -> str:
        return f"{self.method} {self.path}"

    def fixture(self) -> bytes:
        return (FIXTURES / f"{self.name}.json").read_bytes()

    def variant(self, word: str) -> bytes:
        """The fixture as another record's."""
        event = json.loads(self.fixture())
        event[self.record_id] = f"{event[self.record_id]}-{word}-{self.method}"
        return json.dumps(event).encode()


OPERATIONS = (
    Operation("post-workorderrequests", "WorkOrdersTable", "WorkOrderNumber"),
    Operation("post-punches", "PunchesTable", "PunchId"),
    Operation("delete-punches", "PunchesTable", "PunchId", outcome="Deleted"),
    Operation("post-incidents", "IncidentsTable", "IncidentId"),
    Operation("post-notes", "NotesTable", "NoteId"),
)


@dataclass
class Token:
    """As `make token` makes one."""

    name: str
    bound_to: str = ""
    secret: str = field(default_factory=lambda: "dc_" + secrets.token_urlsafe(32))

    def entry(self) -> str:
        bound = f":for={self.bound_to}" if self.bound_to else ""
        return f"{self.name}:{hashlib.sha256(self.secret.encode()).hexdigest()}{bound}"


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: dict

    def __str__(self) -> str:
        return f"{self.status} {json.dumps(self.body)}"


class Receiver:
    """What the rehearsal asks of the deployed receiver."""

    def __init__(self, server: Server, deployment: Deployment):
        self.server = server
        self.deployment = deployment
        self.outputs = deployment.outputs()
        self.bucket = self.outputs["ArchiveBucket"]
        self.routes: dict[str, str] = {}
        self.sent = dict.fromkeys((operation.name for operation in OPERATIONS), 0)
        self.dynamodb = server.client("dynamodb")
        self.s3 = server.client("s3")
        self.iam = server.client("iam")

    def send(self, operation: Operation, body: bytes, token: str | None) -> Answer:
        """Over the API, as WFX does."""
        headers = {
            "Host": f"{self.deployment.api()}.execute-api.localhost:{self.server.port}",
            "Content-Type": "application/json",
        }
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        connection = self.server.connection()
        try:
            connection.request(operation.method, operation.path, body, headers)
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        self.sent[operation.name] += 1
        try:
            return Answer(response.status, response.headers, json.loads(text))
        except ValueError:
            return Answer(response.status, response.headers, {"no JSON": text.decode(errors="replace")})

    # What is stored.

    def item(self, operation: Operation, body: bytes) -> dict | None:
        """The record of this event, with the plain values of its members."""
        event = json.loads(body)
        key = {
            "CustomerTenant": {"S": f"{event['CustomerId']}/{event['Tenant']}"},
            "RecordId": {"S": str(event[operation.record_id])},
        }
        table = self.outputs[operation.table]
        found = self.dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
        return found and {name: TypeDeserializer().deserialize(value) for name, value in found.items()}

    def object(self, key: str) -> dict:
        return self.s3.get_object(Bucket=self.bucket, Key=key, ChecksumMode="ENABLED")

    def keys(self) -> set[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        return {each["Key"] for page in pages for each in page.get("Contents", [])}

    def contents(self) -> dict[str, list[str]]:
        """All that tables and archive hold, to be compared."""
        held = {}
        for name in TABLES:
            pages = self.dynamodb.get_paginator("scan").paginate(TableName=self.outputs[name])
            held[name] = sorted(json.dumps(item, sort_keys=True) for page in pages for item in page["Items"])
        pages = self.s3.get_paginator("list_object_versions").paginate(Bucket=self.bucket)
        versions = [each for page in pages for each in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]]
        held["archive"] = sorted(f"{each['Key']} {each['VersionId']} {each.get('ETag')}" for each in versions)
        return held

    # The functions.

    def function(self, operation: Operation) -> dict:
        """The configuration of the function, and of its version, that the route leads to."""
        return self.server.client("lambda").get_function_configuration(FunctionName=self.routes[operation.route])

    def log_lines(self, operation: Operation) -> list[str]:
        group = self.function(operation)["LoggingConfig"]["LogGroup"]
        pages = self.server.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
        return [event["message"] for page in pages for event in page["events"]]

    def role(self, operation: Operation) -> str:
        return self.function(operation)["Role"].rpartition("/")[2]

    def faults_of_permission(self, role: str, action: str, resource: str) -> Iterator[str]:
        """By IAM's simulation, where the call itself cannot be tried; the role is an ARN."""
        question = {"PolicySourceArn": role, "ActionNames": [action], "ResourceArns": [resource]}
        (result,) = self.iam.simulate_principal_policy(**question)["EvaluationResults"]
        if result["EvalDecision"] != "allowed":
            yield f"{role}: {action} on {resource} is {result['EvalDecision']}"


def plain(body: bytes) -> dict:
    """The event as a record's members are read back: numbers exact."""
    return json.loads(body, parse_float=Decimal, parse_int=Decimal)


def checksum(body: bytes) -> str:
    return base64.b64encode(hashlib.sha256(body).digest()).decode()
