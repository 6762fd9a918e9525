"""The life of the account and of the stack in it. Each check yields the faults that it finds."""

from collections.abc import Iterator

from botocore.exceptions import ClientError
from deployment import ARCHITECTURE, BUILD, STACK, Deployment
from receiver import OPERATIONS, Operation, Receiver, Token
from server import Server

# Where an ELF file names the processor, and how.
PROCESSOR = slice(18, 20)
PROCESSORS = {"x86_64": b"\x3e\x00", "arm64": b"\xb7\x00"}


def an_account_starts(server: Server) -> None:
    server.start()


def sam_builds_the_functions(stack: Deployment) -> None:
    stack.build()


def a_function_is_built_for_each_operation() -> Iterator[str]:
    built = list(BUILD.glob("*/bootstrap"))
    if len(built) != len(OPERATIONS):
        yield f"there are {len(built)} of them in {BUILD}"
    contents = [path.read_bytes() for path in built]
    if len(set(contents)) != len(built):
        yield "some are alike"
    for path, content in zip(built, contents, strict=True):
        if content[:4] != b"\x7fELF" or content[PROCESSOR] != PROCESSORS[ARCHITECTURE]:
            yield f"{path} is not for {ARCHITECTURE}"


def sam_creates_the_stack(stack: Deployment, *tokens: Token) -> Iterator[str]:
    stack.deploy(*(token.entry() for token in tokens))
    yield from faults_of_status(stack, "CREATE_COMPLETE")


def faults_of_status(stack: Deployment, *expected: str) -> Iterator[str]:
    statuses = stack.stacks()
    if STACK not in statuses:
        yield f"there is no stack {STACK}"
    yield from (f"{name} is {status}" for name, status in statuses.items() if status not in expected)


def the_api_gets_its_routes(receiver: Receiver, stack: Deployment) -> Iterator[str]:
    receiver.routes = stack.make_routes()
    expected = {operation.route for operation in OPERATIONS}
    if set(receiver.routes) != expected:
        yield f"{sorted(receiver.routes)} instead of {sorted(expected)}"


def each_function_is_the_one_of_its_route(receiver: Receiver) -> Iterator[str]:
    """By what it is told: its own table, and no other's."""
    for operation in OPERATIONS:
        told = receiver.function(operation)["Environment"]["Variables"]
        tables = {name: value for name, value in told.items() if name.endswith("_TABLE")}
        if list(tables.values()) != [receiver.outputs[operation.table]]:
            yield f"{operation.route} is told {tables}"
        if told.get("ARCHIVE_BUCKET") != receiver.bucket:
            yield f"{operation.route} is told {told.get('ARCHIVE_BUCKET')}"


def sam_updates_the_stack(stack: Deployment, receiver: Receiver, *tokens: Token) -> Iterator[str]:
    """With other tokens; the data stay where they are."""
    before, outputs = receiver.contents(), stack.outputs()
    stack.deploy(*(token.entry() for token in tokens))
    yield from faults_of_status(stack, "UPDATE_COMPLETE", "CREATE_COMPLETE")
    if stack.outputs() != outputs:
        yield f"the outputs were {outputs} and are {stack.outputs()}"
    if receiver.contents() != before:
        yield "the data have changed"


def the_new_token_is_taken_and_the_old_one_is_not(receiver: Receiver, old: Token, new: Token) -> Iterator[str]:
    before = receiver.contents()
    for operation in OPERATIONS:
        yield from faults_of_token(receiver, operation, old, 401)
        yield from faults_of_token(receiver, operation, new, 200)
    if receiver.contents() != before:
        yield "a repeat after the update wrote something"


def faults_of_token(receiver: Receiver, operation: Operation, token: Token, status: int) -> Iterator[str]:
    answer = receiver.send(operation, operation.fixture(), token.secret)
    if answer.status != status:
        yield f"{operation.route} with {token.name}: {answer}"


def deleting_the_stack_leaves_the_data(stack: Deployment, receiver: Receiver, server: Server) -> Iterator[str]:
    before = receiver.contents()
    stack.delete()
    yield from (f"there is still {name}, {status}" for name, status in stack.stacks().items())
    left = [each["FunctionName"] for each in server.client("lambda").list_functions()["Functions"]]
    left += [each["Name"] for each in server.client("apigatewayv2").get_apis()["Items"]]
    left += [each["RoleName"] for each in server.client("iam").list_roles()["Roles"]]
    yield from (f"there is still {name}" for name in left if name.startswith(STACK))
    if receiver.contents() != before:
        yield "the data have changed"
    try:
        policy = receiver.s3.get_bucket_policy(Bucket=receiver.bucket)["Policy"]
    except ClientError as error:
        policy = str(error)
    if "aws:SecureTransport" not in policy:
        yield f"the bucket's policy is gone: {policy}"
