// POST /punches in JavaScript: Powertools for parsing and logs, the AWS SDK for the two writes.

import { Buffer } from "node:buffer";
import { createHash, timingSafeEqual } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { Logger } from "@aws-lambda-powertools/logger";
import { parse } from "@aws-lambda-powertools/parser";
import { ConditionalCheckFailedException, DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
// Not `{ z }`, which no bundler can take apart.
import * as z from "zod";

const OPERATION = "post-punches";
const MAX_ATTEMPTS = 40; // writes of one record that others come before

// What makes the keys. All other members pass as they are.
const Punch = z.looseObject({
  CustomerId: z.union([z.number().int().nonnegative(), z.string().regex(/^\d+$/)]),
  Tenant: z.string().min(1),
  PunchId: z.union([z.number().int(), z.string().min(1)]).nullish(),
  WorkOrderStem: z.string().min(1).nullish(),
});

class Rejected extends Error {
  constructor(status, reason, title) {
    super(title);
    Object.assign(this, { status, reason });
  }
}

// A store's own trouble, to be told from ours.
class Unavailable extends Error {}

// Reads `name:digest[:expires=YYYY-MM-DD][:for=CustomerId/Tenant+CustomerId/Tenant],…`.
function accessTokens(setting) {
  return setting.split(",").map((entry) => {
    const [name, digest, ...options] = entry.trim().split(":");
    if (!/^[0-9a-f]{64}$/i.test(digest)) throw new Error("ACCESS_TOKENS is malformed");
    const { expires = "9999-12-31", for: pairs } = Object.fromEntries(options.map((option) => option.split("=", 2)));
    const boundTo = pairs && new Set(pairs.split("+").map(decodeURIComponent));
    return { name, digest: Buffer.from(digest, "hex"), lastDay: expires, boundTo };
  });
}

// Init: whatever need not be done for every event.
const { ACCESS_TOKENS, PUNCHES_TABLE, ARCHIVE_BUCKET } = process.env;
const tokens = accessTokens(ACCESS_TOKENS);
const config = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
};
const dynamodb = new DynamoDBClient(config);
const s3 = new S3Client(config);
const logger = new Logger({ serviceName: OPERATION });

export async function handler(event, context) {
  logger.addContext(context);
  const requestId = context.awsRequestId;
  const now = new Date().toISOString();
  const token = authenticate(event.headers.authorization ?? "", now);
  if (!token) {
    logger.info("request", { outcome: "Unauthorized", status: 401 });
    const challenge = { "www-authenticate": 'Bearer error="invalid_token"' };
    return problem(401, "unauthorized", "A valid bearer token is required", requestId, challenge);
  }
  let outcome, response;
  try {
    [outcome, response] = await take(event, token, now, requestId);
  } catch (error) {
    // Its name alone: its text may quote the body.
    logger.error("the event was not stored", { cause: (error.cause ?? error).name });
    [outcome, response] =
      error instanceof Unavailable
        ? ["Unavailable", problem(503, "unavailable", error.message, requestId, { "retry-after": "5" })]
        : ["Failed", problem(500, "failed", "Something went wrong here", requestId)];
  }
  logger.info("request", { outcome, status: response.statusCode, token: token.name });
  return response;
}

function authenticate(authorization, now) {
  const bearer = /^bearer +(\S+) *$/i.exec(authorization);
  if (!bearer) return undefined;
  const digest = createHash("sha256").update(bearer[1]).digest();
  // Every entry is compared in full, so that the time taken does not tell which one came close.
  const [found] = tokens.filter((token) => timingSafeEqual(token.digest, digest));
  return found && day(now) <= found.lastDay ? found : undefined;
}

async function take(event, token, now, requestId) {
  const body = Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8");
  const digest = createHash("sha256").update(body).digest();
  let members;
  try {
    members = read(body, token);
  } catch (error) {
    if (!(error instanceof Rejected)) throw error;
    const { status, reason, message } = error;
    const name = encodeURIComponent(requestId);
    const key = `rejected/operation=${OPERATION}/date=${day(now)}/reason=${reason}/${name}.json`;
    await archive(key, body, digest, now, requestId, { reason, token: token.name });
    return ["Rejected", problem(status, reason, message, requestId)];
  }

  const { CustomerId, Tenant, PunchId } = members;
  // The same event in another spelling is the same event.
  const contentHash = createHash("sha256").update(JSON.stringify(sorted(members))).digest("hex");
  const recordId = String(PunchId ?? `sha256-${contentHash}`);
  const archiveKey =
    `raw/operation=${OPERATION}/tenant=${encodeURIComponent(Tenant)}/customer=${CustomerId}/date=${day(now)}` +
    `/${encodeURIComponent(recordId)}.${digest.toString("hex", 0, 8)}.json`;
  const keys = { CustomerTenant: `${CustomerId}/${Tenant}`, RecordId: recordId };
  const entry = {
    At: now,
    Operation: OPERATION,
    ContentHash: contentHash,
    ArchiveKey: archiveKey,
    RequestId: requestId,
  };
  // Both are waited for even when one fails, so that nothing goes on behind the answer.
  const [recorded, archived] = await Promise.allSettled([
    record(keys, members, entry),
    archive(archiveKey, body, digest, now, requestId, {}),
  ]);
  for (const { reason } of [recorded, archived]) if (reason) throw reason;
  const outcome = recorded.value;
  return [outcome, answer(200, "application/json", { outcome, recordId, archiveKey, requestId })];
}

function read(body, token) {
  let json;
  try {
    json = JSON.parse(body.toString());
  } catch {
    throw new Rejected(400, "invalid-json", "The body is not JSON");
  }
  const { success, data } = parse(json, undefined, Punch, true);
  if (!success) throw new Rejected(400, "invalid-event", "The body is not a punch");
  if (token.boundTo && !token.boundTo.has(`${data.CustomerId}/${data.Tenant}`)) {
    throw new Rejected(403, "forbidden", "The token may not write for this customer and tenant");
  }
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== null));
}

// One conditional write and no read. Where a record exists, DynamoDB hands it back with its refusal.
async function record(keys, members, entry) {
  let old;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const history = old?.History ?? [];
    if (history.some(({ ContentHash }) => ContentHash === entry.ContentHash)) return "Duplicate";
    const outcome = old ? "Corrected" : "Created";
    const item = {
      ...members,
      ...keys,
      DeletedAt: old?.DeletedAt,
      Deletion: old?.Deletion,
      ReceivedAt: old?.ReceivedAt ?? entry.At,
      UpdatedAt: entry.At,
      Revision: (old?.Revision ?? 0) + 1,
      History: [...history, { ...entry, Outcome: outcome }],
    };
    const condition = old
      ? {
          ConditionExpression: "#revision = :seen",
          ExpressionAttributeNames: { "#revision": "Revision" },
          ExpressionAttributeValues: marshall({ ":seen": old.Revision }),
        }
      : {
          ConditionExpression: "attribute_not_exists(#key)",
          ExpressionAttributeNames: { "#key": "CustomerTenant" },
        };
    const put = new PutItemCommand({
      TableName: PUNCHES_TABLE,
      Item: marshall(item, { removeUndefinedValues: true }),
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      ...condition,
    });
    try {
      await dynamodb.send(put);
      return outcome;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw unavailable(error);
      old = error.Item && unmarshall(error.Item);
    }
    // The first refusal is no race, but how a record is read.
    if (attempt > 0) await sleep(Math.random() * 50);
  }
  throw unavailable(new Error("the record changed every time"));
}

// Puts a body, unless it is there already. S3 holds it against the digest on arrival.
async function archive(key, body, digest, now, requestId, metadata) {
  const put = new PutObjectCommand({
    Bucket: ARCHIVE_BUCKET,
    Key: key,
    Body: body,
    ContentType: "application/json",
    ChecksumSHA256: digest.toString("base64"),
    Metadata: { "received-at": now, "request-id": requestId, ...metadata },
    IfNoneMatch: "*",
  });
  try {
    await s3.send(put);
  } catch (error) {
    if (error.$metadata?.httpStatusCode !== 412) throw unavailable(error);
  }
}

function unavailable(cause) {
  return new Unavailable("The event could not be stored; try again", { cause });
}

function day(timestamp) {
  return timestamp.slice(0, 10);
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.keys(value).sort().map((name) => [name, sorted(value[name])]));
}

function problem(status, name, title, requestId, headers) {
  const body = { type: `urn:problem-type:dataconnect:${name}`, title, status, requestId };
  return answer(status, "application/problem+json", body, headers);
}

function answer(statusCode, contentType, body, headers) {
  return { statusCode, headers: { "content-type": contentType, ...headers }, body: JSON.stringify(body) };
}
