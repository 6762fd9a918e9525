"""What the roles of the functions, and the bucket's policy, let be done. Each check yields the faults that it finds."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase

from botocore.exceptions import ClientError
from deployment import Deployment
from receiver import OPERATIONS, TABLES, Operation, Receiver, Token
from server import REGION

# Of all that could be done with a table, an object or the bucket, a function does none of these.
NO_BUSINESS = {
    "dynamodb": ("get_item", "delete_item", "scan", "delete_table"),
    "s3": ("get_object", "delete_object", "list_objects_v2"),
}


def the_api_may_call_each_function(receiver: Receiver, deployment: Deployment) -> Iterator[str]:
    """ministack does not ask the functions' own policies, which the API needs on AWS."""
    lambdas = receiver.server.client("lambda")
    for operation in OPERATIONS:
        arn = receiver.routes.get(operation.route)
        if arn is None:
            yield f"there is no route {operation.route}"
            continue
        account = arn.split(":")[4]
        call = f"arn:aws:execute-api:{REGION}:{account}:{deployment.api()}/$default/{operation.method}{operation.path}"
        try:
            policy = json.loads(policy_of(lambdas, arn))
        except ClientError as error:
            yield f"{operation.route}: {error}"
            continue
        if not any(allows(statement, call) for statement in policy["Statement"]):
            yield f"{operation.route}: the policy of {arn} does not let {call} in"


def policy_of(lambdas, arn: str) -> str:
    """The policy of the function, or of the alias that the ARN ends with."""
    parts = arn.split(":")
    qualifier = {"Qualifier": parts[7]} if len(parts) > 7 else {}
    return lambdas.get_policy(FunctionName=parts[6], **qualifier)["Policy"]


def allows(statement: dict, source: str) -> bool:
    conditions = statement.get("Condition", {}).get("ArnLike", {}).get("AWS:SourceArn", "")
    return (
        statement["Effect"] == "Allow"
        and statement["Principal"] == {"Service": "apigateway.amazonaws.com"}
        and statement["Action"] == "lambda:InvokeFunction"
        and fnmatchcase(source, conditions)
    )


def a_role_writes_to_its_own_place_alone(receiver: Receiver) -> Iterator[str]:
    for operation in OPERATIONS:
        dynamodb = receiver.server.client_as(receiver.role(operation), "dynamodb")
        s3 = receiver.server.client_as(receiver.role(operation), "s3")
        key = {"CustomerTenant": {"S": "0/Rehearsal"}, "RecordId": {"S": operation.name}}
        for table in TABLES:
            call = {"TableName": receiver.outputs[table], "Item": key}
            yield from wrong(operation, table, table == operation.table, dynamodb.put_item, **call)
        for other in OPERATIONS:
            for start in ("raw", "rejected"):
                place = f"{start}/operation={other.name}/rehearsal"
                call = {"Bucket": receiver.bucket, "Key": place, "Body": b"{}"}
                yield from wrong(operation, place, other == operation, s3.put_object, **call)
        yield from wrong(operation, "elsewhere", False, s3.put_object, Bucket=receiver.bucket, Key="x", Body=b"{}")
        table, place = {"TableName": receiver.outputs[operation.table]}, {"Bucket": receiver.bucket}
        keyed = {"Key": f"raw/operation={operation.name}/rehearsal"}
        for name in NO_BUSINESS["dynamodb"]:
            call = {**table, "Key": key} if name.endswith("_item") else table
            yield from wrong(operation, operation.table, False, getattr(dynamodb, name), **call)
        for name in NO_BUSINESS["s3"]:
            call = {**place, **keyed} if name.endswith("_object") else place
            yield from wrong(operation, "the archive", False, getattr(s3, name), **call)


def each_function_may_log_and_trace(receiver: Receiver) -> Iterator[str]:
    """ministack writes the logs itself, and asks nobody's role."""
    groups = []
    for operation in OPERATIONS:
        function = receiver.function(operation)
        groups.append(function["LoggingConfig"]["LogGroup"])
        account = function["Role"].split(":")[4]
        stream = f"arn:aws:logs:{REGION}:{account}:log-group:{groups[-1]}:log-stream:rehearsal"
        for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
            yield from receiver.faults_of_permission(function["Role"], action, stream)
        for action in ("xray:PutTraceSegments", "xray:PutTelemetryRecords"):
            yield from receiver.faults_of_permission(function["Role"], action, "*")
    if len(set(groups)) != len(OPERATIONS):
        yield f"some share a log group: {groups}"


def wrong(operation: Operation, where: str, allowed: bool, call: Callable, **arguments: object) -> Iterator[str]:
    denial = denial_of(call, **arguments)
    if allowed and denial:
        yield f"{operation.name} may not {call.__name__} in {where}: {denial}"
    elif not allowed and not denial:
        yield f"{operation.name} may {call.__name__} in {where}"


def denial_of(call: Callable, **arguments: object) -> str:
    """IAM's refusal; empty if there was none. Any other failure is none of its business."""
    try:
        call(**arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("AccessDenied", "AccessDeniedException"):
            raise
        return error.response["Error"]["Message"]
    return ""


def the_bucket_takes_nothing_without_tls(receiver: Receiver) -> Iterator[str]:
    """Asked as a load balancer would ask that had taken the request without."""
    for operation in OPERATIONS:
        s3 = receiver.server.client_as(receiver.role(operation), "s3")
        call = {"Bucket": receiver.bucket, "Key": f"raw/operation={operation.name}/rehearsal", "Body": b"{}"}
        if denial := denial_of(s3.put_object, **call):
            yield f"{operation.name} over TLS: {denial}"
        s3.meta.events.register("before-sign.s3", without_tls)
        if "explicit deny in a resource-based policy" not in denial_of(s3.put_object, **call):
            yield f"{operation.name} could write without TLS"


def without_tls(request, **_: object) -> None:
    request.headers["X-Forwarded-Proto"] = "http"


@contextmanager
def denied(receiver: Receiver, role: str, action: str) -> Iterator[None]:
    """The role without the statements that allow this action."""
    policies = {
        name: receiver.iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for name in receiver.iam.list_role_policies(RoleName=role)["PolicyNames"]
    }
    for name, policy in policies.items():
        kept = [statement for statement in policy["Statement"] if statement["Action"] != action]
        document = json.dumps({**policy, "Statement": kept})
        receiver.iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=document)
    try:
        yield
    finally:
        for name, policy in policies.items():
            receiver.iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(policy))


def without_its_table_nothing_is_lost(receiver: Receiver, token: Token) -> Iterator[str]:
    for operation in OPERATIONS:
        body, before = operation.variant("no-table"), receiver.keys()
        with denied(receiver, receiver.role(operation), "dynamodb:PutItem"):
            yield from faults_of_outage(receiver, operation, body, token)
        if receiver.item(operation, body) is not None:
            yield f"{operation.route}: there is a record"
        new = receiver.keys() - before
        if len(new) != 1 or receiver.object(*new)["Body"].read() != body:
            yield f"{operation.route}: the body is not in the archive, but {new or 'nothing'}"
        yield from faults_of_next_try(receiver, operation, body, token)


def without_the_archive_nothing_is_lost(receiver: Receiver, token: Token) -> Iterator[str]:
    for operation in OPERATIONS:
        body, before = operation.variant("no-archive"), receiver.keys()
        with denied(receiver, receiver.role(operation), "s3:PutObject"):
            yield from faults_of_outage(receiver, operation, body, token)
        if new := receiver.keys() - before:
            yield f"{operation.route}: there is {new}"
        yield from faults_of_next_try(receiver, operation, body, token)


def faults_of_outage(receiver: Receiver, operation: Operation, body: bytes, token: Token) -> Iterator[str]:
    answer = receiver.send(operation, body, token.secret)
    if answer.status != 503 or not answer.headers.get("Retry-After", "").isdecimal():
        yield f"{operation.route}: {answer}, Retry-After {answer.headers.get('Retry-After')}"


def faults_of_next_try(receiver: Receiver, operation: Operation, body: bytes, token: Token) -> Iterator[str]:
    answer = receiver.send(operation, body, token.secret)
    if answer.status != 200:
        yield f"{operation.route}, again: {answer}"
        return
    item = receiver.item(operation, body)
    if item is None:
        yield f"{operation.route}, again: there is no record"
    elif receiver.object(item["History"][-1]["ArchiveKey"])["Body"].read() != body:
        yield f"{operation.route}, again: the body is not in the archive"
