"""What the deployed receiver does with events. Each check yields the faults that it finds."""

from collections.abc import Iterator

from receiver import OPERATIONS, Operation, Receiver, Token, checksum, plain

# What may be said of a person in an event, and must not be said in a log.
PERSONAL = (
    "Description",
    "ReportedBy",
    "RequestedBy",
    "Phone",
    "CommaSeparatedEmails",
    "GuardId",
    "CreateUserId",
    "Pin",
)

KEPT_BY_THE_RECEIVER = ("CustomerTenant", "RecordId", "ReceivedAt", "UpdatedAt", "Revision", "History")


def without_a_token_nothing_is_written(receiver: Receiver) -> Iterator[str]:
    before = receiver.contents()
    for operation in OPERATIONS:
        for token in (None, "", "dc_unknown", "wfx"):
            answer = receiver.send(operation, operation.fixture(), token)
            if answer.status != 401 or not answer.headers.get("WWW-Authenticate", "").startswith("Bearer"):
                yield f"{operation.route} with the token {token!r}: {answer}"
    if receiver.contents() != before:
        yield "something was written"


def every_operation_stores_its_event(receiver: Receiver, token: Token) -> Iterator[str]:
    for operation in OPERATIONS:
        body = operation.fixture()
        answer = receiver.send(operation, body, token.secret)
        if answer.status != 200 or answer.body.get("outcome") != operation.outcome:
            yield f"{operation.route}: {answer}"
            continue
        for fault in (
            *faults_of_record(receiver, operation, body, answer.body),
            *faults_of_object(receiver, body, answer.body),
        ):
            yield f"{operation.route}: {fault}"


def faults_of_record(receiver: Receiver, operation: Operation, body: bytes, answer: dict) -> Iterator[str]:
    item, event = receiver.item(operation, body), plain(body)
    if item is None:
        yield f"no record in {operation.table}"
        return
    yield from (f"the record has no {name}" for name in KEPT_BY_THE_RECEIVER if name not in item)
    if operation.name == "delete-punches":
        if item.get("Deletion") != event or "DeletedAt" not in item:
            yield f"the deletion is {item.get('Deletion')}, at {item.get('DeletedAt')}"
    else:
        yield from (f"{name} is {item.get(name)!r}" for name, value in event.items() if item.get(name) != value)
    if item.get("WorkOrderStem") != "T49098.34277":
        yield f"the stem is {item.get('WorkOrderStem')}"
    if "Drift" in item:
        yield f"the documented shape has drift: {item['Drift']}"
    last = item["History"][-1]
    told = {"ArchiveKey": "archiveKey", "RequestId": "requestId", "Outcome": "outcome"}
    yield from (
        f"the history has {last.get(name)} for {name}" for name, of in told.items() if last.get(name) != answer[of]
    )


def faults_of_object(receiver: Receiver, body: bytes, answer: dict) -> Iterator[str]:
    kept = receiver.object(answer["archiveKey"])
    if kept["Body"].read() != body:
        yield f"{answer['archiveKey']} is not the body"
    if kept.get("ChecksumSHA256") != checksum(body):
        yield f"{answer['archiveKey']} has the checksum {kept.get('ChecksumSHA256')}"
    if kept["Metadata"].get("request-id") != answer["requestId"] or "received-at" not in kept["Metadata"]:
        yield f"{answer['archiveKey']} has the metadata {kept['Metadata']}"


def a_repeat_changes_nothing(receiver: Receiver, token: Token) -> Iterator[str]:
    before = receiver.contents()
    for operation in OPERATIONS:
        answer = receiver.send(operation, operation.fixture(), token.secret)
        if answer.status != 200 or answer.body.get("outcome") != "Duplicate":
            yield f"{operation.route}: {answer}"
    if receiver.contents() != before:
        yield "something was written"


def a_token_of_another_customer_is_refused(receiver: Receiver, bound: Token) -> Iterator[str]:
    for operation in OPERATIONS:
        yield from faults_of_rejection(receiver, operation, operation.variant("bound"), bound, 403, "forbidden")


def what_is_no_json_is_refused(receiver: Receiver, token: Token) -> Iterator[str]:
    for operation in OPERATIONS:
        yield from faults_of_rejection(receiver, operation, operation.fixture() + b"}", token, 400, "invalid-json")


def faults_of_rejection(
    receiver: Receiver, operation: Operation, body: bytes, token: Token, status: int, reason: str
) -> Iterator[str]:
    """A rejected body is kept, and nothing else happens."""
    before = receiver.contents()
    answer = receiver.send(operation, body, token.secret)
    if answer.status != status or answer.headers["Content-Type"] != "application/problem+json":
        yield f"{operation.route}: {answer}"
        return
    after = receiver.contents()
    archive = (before.pop("archive"), after.pop("archive"))
    if before != after:
        yield f"{operation.route}: a record was written"
    new = [each.split(" ")[0] for each in archive[1] if each not in archive[0]]
    where = f"rejected/operation={operation.name}/date="
    if (
        len(new) != 1
        or not new[0].startswith(where)
        or not new[0].endswith(f"/reason={reason}/{answer.body['requestId']}.json")
    ):
        yield f"{operation.route}: kept as {new}"
        return
    kept = receiver.object(new[0])
    if kept["Body"].read() != body or kept["Metadata"].get("reason") != reason:
        yield f"{operation.route}: {new[0]} is not the body, or has the metadata {kept['Metadata']}"


def each_function_logs_to_its_group_and_tells_nobody(receiver: Receiver, *tokens: Token) -> Iterator[str]:
    """One line a request, and in none of them a token or what is said of a person."""
    for operation in OPERATIONS:
        group = receiver.function(operation)["LoggingConfig"]["LogGroup"]
        lines = receiver.log_lines(operation)
        requests = [
            line for line in lines if '"message":"request"' in line and f'"operation":"{operation.name}"' in line
        ]
        if len(requests) != receiver.sent[operation.name]:
            yield f"{group} has {len(requests)} lines for {receiver.sent[operation.name]} requests"
        event = plain(operation.fixture())
        secrets = [token.secret for token in tokens] + [str(event[name]) for name in PERSONAL if name in event]
        yield from (f"{group} tells {secret!r}" for secret in secrets if any(f'"{secret}"' in line for line in lines))
