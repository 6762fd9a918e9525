"""POST /punches in Python: Powertools for parsing and logs, boto3 for the two writes."""

import base64
import hashlib
import hmac
import json
import os
import random
import re
import time
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timezone
from decimal import Decimal
from typing import Annotated, NamedTuple
from urllib.parse import quote, unquote

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.parser import BaseModel, ValidationError, parse
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import ConfigDict, Field

OPERATION = "post-punches"
MAX_ATTEMPTS = 40  # writes of one record that others come before


class Punch(BaseModel):
    """What makes the keys. All other members pass as they are."""

    model_config = ConfigDict(extra="allow")

    CustomerId: Annotated[int, Field(ge=0)]
    Tenant: Annotated[str, Field(min_length=1)]
    PunchId: int | Annotated[str, Field(min_length=1)] | None = None
    WorkOrderStem: Annotated[str, Field(min_length=1)] | None = None


class AccessToken(NamedTuple):
    name: str
    digest: bytes
    last_day: str
    bound_to: set[str] | None


class Rejected(Exception):
    def __init__(self, status: int, reason: str, title: str):
        self.status, self.reason, self.title = status, reason, title


def access_tokens(setting: str) -> list[AccessToken]:
    """Reads `name:digest[:expires=YYYY-MM-DD][:for=CustomerId/Tenant+CustomerId/Tenant],…`."""
    tokens = []
    for entry in setting.split(","):
        name, digest, *options = entry.strip().split(":")
        options = dict(option.split("=", 1) for option in options)
        pairs = options.get("for")
        bound_to = {unquote(pair) for pair in pairs.split("+")} if pairs else None
        tokens.append(AccessToken(name, bytes.fromhex(digest), options.get("expires", "9999-12-31"), bound_to))
    return tokens


# Init: whatever need not be done for every event.
TOKENS = access_tokens(os.environ["ACCESS_TOKENS"])
TABLE = os.environ["PUNCHES_TABLE"]
BUCKET = os.environ["ARCHIVE_BUCKET"]
CONFIG = Config(connect_timeout=1, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 3})
DYNAMODB = boto3.client("dynamodb", config=CONFIG)
S3 = boto3.client("s3", config=CONFIG)
# boto3 blocks: the body goes to S3 from a thread of its own while the record goes to DynamoDB.
ARCHIVER = ThreadPoolExecutor(max_workers=1)
logger = Logger(service=OPERATION)
to_attribute = TypeSerializer().serialize
from_attribute = TypeDeserializer().deserialize


@logger.inject_lambda_context
def handler(event, context):
    request_id = context.aws_request_id
    now = datetime.now(timezone.utc)
    token = authenticate(event["headers"].get("authorization", ""), now)
    if token is None:
        logger.info("request", outcome="Unauthorized", status=401)
        title = "A valid bearer token is required"
        return problem(401, "unauthorized", title, request_id, {"www-authenticate": 'Bearer error="invalid_token"'})
    try:
        status, outcome, response = take(event, token, now, request_id)
    except (BotoCoreError, ClientError) as error:
        logger.error("the event was not stored", error=type(error).__name__)
        status, outcome = 503, "Unavailable"
        title = "The event could not be stored; try again"
        response = problem(503, "unavailable", title, request_id, {"retry-after": "5"})
    except Exception as error:  # its text may quote the body
        logger.error("failed", error=type(error).__name__)
        status, outcome = 500, "Failed"
        response = problem(500, "failed", "Something went wrong here", request_id)
    logger.info("request", outcome=outcome, status=status, token=token.name)
    return response


def authenticate(authorization: str, now: datetime) -> AccessToken | None:
    bearer = re.fullmatch(r"bearer +(\S+) *", authorization, re.IGNORECASE)
    if not bearer:
        return None
    digest = hashlib.sha256(bearer[1].encode()).digest()
    # Every entry is compared in full, so that the time taken does not tell which one came close.
    found = [token for token in TOKENS if hmac.compare_digest(token.digest, digest)]
    return found[0] if found and f"{now:%Y-%m-%d}" <= found[0].last_day else None


def take(event, token: AccessToken, now: datetime, request_id: str):
    text = event.get("body") or ""
    body = base64.b64decode(text) if event.get("isBase64Encoded") else text.encode()
    digest = hashlib.sha256(body)
    try:
        members, punch = read(body, token)
    except Rejected as rejected:
        key = f"rejected/operation={OPERATION}/date={now:%Y-%m-%d}/reason={rejected.reason}/{quote(request_id, '')}.json"
        archive(key, body, digest, now, request_id, {"reason": rejected.reason, "token": token.name})
        return rejected.status, "Rejected", problem(rejected.status, rejected.reason, rejected.title, request_id)

    # The same event in another spelling is the same event.
    canonical = json.dumps(members, sort_keys=True, separators=(",", ":"), default=str)
    content_hash = hashlib.sha256(canonical.encode()).hexdigest()
    record_id = f"sha256-{content_hash}" if punch.PunchId is None else str(punch.PunchId)
    archive_key = (
        f"raw/operation={OPERATION}/tenant={quote(punch.Tenant, '')}/customer={punch.CustomerId}/date={now:%Y-%m-%d}"
        f"/{quote(record_id, '')}.{digest.hexdigest()[:16]}.json"
    )
    keys = {"CustomerTenant": f"{punch.CustomerId}/{punch.Tenant}", "RecordId": record_id}
    entry = {
        "At": timestamp(now),
        "Operation": OPERATION,
        "ContentHash": content_hash,
        "ArchiveKey": archive_key,
        "RequestId": request_id,
    }
    archiving = ARCHIVER.submit(archive, archive_key, body, digest, now, request_id, {})
    try:
        outcome = record(keys, members, entry)
    finally:
        wait([archiving])  # nothing goes on behind the answer
    archiving.result()
    success = {"outcome": outcome, "recordId": record_id, "archiveKey": archive_key, "requestId": request_id}
    return 200, outcome, answer(200, "application/json", success)


def read(body: bytes, token: AccessToken) -> tuple[dict, Punch]:
    try:
        members = json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise Rejected(400, "invalid-json", "The body is not JSON") from None
    try:
        punch = parse(event=members, model=Punch)
    except ValidationError:
        raise Rejected(400, "invalid-event", "The body is not a punch") from None
    if token.bound_to is not None and f"{punch.CustomerId}/{punch.Tenant}" not in token.bound_to:
        raise Rejected(403, "forbidden", "The token may not write for this customer and tenant")
    return {name: value for name, value in members.items() if value is not None}, punch


def record(keys: dict, members: dict, entry: dict) -> str:
    """One conditional write and no read. Where a record exists, DynamoDB hands it back with its refusal."""
    old = {}
    for attempt in range(MAX_ATTEMPTS):
        history = old.get("History", [])
        if any(known["ContentHash"] == entry["ContentHash"] for known in history):
            return "Duplicate"
        outcome = "Corrected" if old else "Created"
        item = {
            **members,
            **{name: old[name] for name in ("DeletedAt", "Deletion") if name in old},
            **keys,
            "ReceivedAt": old.get("ReceivedAt", entry["At"]),
            "UpdatedAt": entry["At"],
            "Revision": old.get("Revision", 0) + 1,
            "History": [*history, {**entry, "Outcome": outcome}],
        }
        if old:
            condition = {
                "ConditionExpression": "#revision = :seen",
                "ExpressionAttributeNames": {"#revision": "Revision"},
                "ExpressionAttributeValues": {":seen": to_attribute(old["Revision"])},
            }
        else:
            condition = {
                "ConditionExpression": "attribute_not_exists(#key)",
                "ExpressionAttributeNames": {"#key": "CustomerTenant"},
            }
        try:
            DYNAMODB.put_item(
                TableName=TABLE,
                Item=to_attribute(item)["M"],
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **condition,
            )
            return outcome
        except DYNAMODB.exceptions.ConditionalCheckFailedException as refusal:
            old = from_attribute({"M": refusal.response.get("Item", {})})
        if attempt:  # the first refusal is no race, but how a record is read
            time.sleep(random.uniform(0, 0.05))
    raise RuntimeError("the record changed every time")


def archive(key: str, body: bytes, digest, now: datetime, request_id: str, metadata: dict) -> None:
    """Puts a body, unless it is there already. S3 holds it against the digest on arrival."""
    try:
        S3.put_object(
            Bucket=BUCKET,
            Key=key,
            Body=body,
            ContentType="application/json",
            ChecksumSHA256=base64.b64encode(digest.digest()).decode(),
            Metadata={"received-at": timestamp(now), "request-id": request_id, **metadata},
            IfNoneMatch="*",
        )
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 412:
            raise


def timestamp(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def problem(status: int, name: str, title: str, request_id: str, headers: dict | None = None):
    body = {
        "type": f"urn:problem-type:dataconnect:{name}",
        "title": title,
        "status": status,
        "requestId": request_id,
    }
    return answer(status, "application/problem+json", body, headers)


def answer(status: int, content_type: str, body: dict, headers: dict | None = None):
    return {
        "statusCode": status,
        "headers": {"content-type": content_type, **(headers or {})},
        "body": json.dumps(body),
    }
