//! No secret and nothing personal reaches a function's output, whatever becomes of the request.

use dataconnect::digest::Digest;
use dataconnect::operation::Operation;
use dataconnect::payload::{OPERATIONS, POST_INCIDENTS};
use futures_util::future::join_all;
use lambda_http::http::StatusCode;
use serde_json::{Value, json};
use tests::broken::{dynamodb_refusal, quoting, refusing, s3_refusal};
use tests::fixtures::sample;
use tests::gateway::{Call, Origin};

use crate::{call, function_with};

/// Stands in every text that no output may hold.
const MARK: &str = "CONFIDENTIAL";

/// The token that the function accepts. Its beginning may not be printed either.
const TOKEN: &str = "dc_CONFIDENTIAL-token-that-is-accepted";

/// Numbers that no output may hold, in place of those of the sample.
const NUMBER: u64 = 7_391_846_205_517;

/// Marks every text and number of a body but those that say which record it is of, which the log may name.
fn marked(value: &Value, name: &str, operation: &Operation) -> Value {
    match value {
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), marked(value, name, operation))).collect()
        }
        _ if ["CustomerId", "Tenant", operation.record_id].contains(&name) => value.clone(),
        Value::Array(elements) => elements.iter().map(|element| marked(element, name, operation)).collect(),
        Value::String(text) => json!(format!("{MARK} {text}")),
        Value::Number(_) => json!(NUMBER),
        other => other.clone(),
    }
}

/// Requests with marks wherever a sender can put them.
fn calls(operation: &'static Operation) -> Vec<(&'static str, Call)> {
    let mut body = marked(&serde_json::from_slice(&sample(operation)).unwrap(), "", operation);
    body["Tenant"] = json!("secrets");
    body[MARK] = json!({ MARK: [MARK] });
    let mut good = call(operation, body.to_string());
    good.headers = [
        ("authorization", format!("Bearer {TOKEN}")),
        ("content-type", "application/json".to_owned()),
        ("user-agent", MARK.to_owned()),
        ("cookie", format!("session={MARK}")),
        ("x-api-key", MARK.to_owned()),
        ("x-forwarded-for", MARK.to_owned()),
        ("host", format!("{MARK}:99999")),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec();
    let with_body = |body: Value| Call { body: Some(body.to_string()), ..good.clone() };
    let with_member = |name: &str, value: Value| {
        let mut body = body.clone();
        body[name] = value;
        with_body(body)
    };
    let with_authorization = |value: &str| {
        let mut call = good.clone();
        call.headers[0].1 = value.into();
        call
    };
    let text = body.to_string();
    vec![
        ("accepted", good.clone()),
        ("again", good.clone()),
        ("a path", Call { path: format!("/{MARK}?{MARK}"), ..good.clone() }),
        ("broken off", Call { body: Some(text[..text.len() - 2].to_owned()), ..good.clone() }),
        ("text", Call { body: Some(MARK.to_owned()), ..good.clone() }),
        ("a string", with_body(json!(MARK))),
        ("an array", with_body(json!([MARK]))),
        ("a claim of Base64", Call { is_base64: true, ..good.clone() }),
        ("a customer of another type", with_member("CustomerId", json!(MARK))),
        ("a tenant of another type", with_member("Tenant", json!([MARK]))),
        (
            "a tenant twice",
            Call { body: Some(text.replacen('{', &format!("{{\"Tenant\":\"{MARK}\","), 1)), ..good.clone() },
        ),
        ("a record id of another type", with_member(operation.record_id, json!({ MARK: MARK }))),
        ("another method", Call { method: "PATCH".to_owned(), ..good.clone() }),
        ("an unknown token", with_authorization(&format!("Bearer dc_{MARK}"))),
        ("a token beyond ASCII", with_authorization(&format!("Bearer dc_é{MARK}"))),
        ("another scheme", with_authorization(&format!("Basic {MARK}"))),
        ("a token alone", with_authorization(TOKEN)),
        ("two tokens in one", with_authorization(&format!("Bearer {TOKEN} {TOKEN}"))),
    ]
}

/// Sends all calls to functions, and looks for marks in all that these wrote.
async fn assert_discreet(operation: &'static Operation, what: &str, changes: &[(&str, &str)], statuses: &[u16]) {
    let tokens = format!("test:{}", Digest::of(TOKEN.as_bytes()));
    let all = [&[("ACCESS_TOKENS", tokens.as_str())], changes].concat();
    let send = async |calls: &[(&'static str, Call)]| {
        let function = function_with(operation, &all).await;
        for (sent, call) in calls {
            for origin in [Origin::HttpApi, Origin::RestApi] {
                let (_, seen) = function.answer(call.event(origin)).await;
                let status = seen.status.as_u16();
                assert!(statuses.contains(&status), "{} {what}, {sent}: {status}", operation.name);
            }
        }
        let ended = function.stop().await;
        assert!(ended.stderr.is_empty(), "{ended:?}");
        ended.stdout
    };
    // Some side by side: with a broken store each request takes its time.
    let calls = calls(operation);
    let lines = join_all(calls.chunks(3).map(send)).await.concat();
    assert!(lines.len() >= 4 * calls.len(), "two lines a request");
    for line in &lines {
        for secret in [MARK, &TOKEN[3..8], &NUMBER.to_string()] {
            let place = line.find(secret).map(|at| line[..at].chars().rev().take(300).collect::<String>());
            let place = place.map(|reversed| reversed.chars().rev().collect::<String>());
            assert_eq!(place, None, "{} {what} printed {secret} after this", operation.name);
        }
    }
}

#[tokio::test]
async fn nothing_confidential_is_printed_while_all_is_well() {
    for operation in OPERATIONS {
        assert_discreet(operation, "when all is well", &[], &[200, 400, 401, 405]).await;
    }
}

#[tokio::test]
async fn nothing_confidential_is_printed_when_a_store_refuses_the_connection() {
    let nowhere = refusing().await;
    let both = [("AWS_ENDPOINT_URL_DYNAMODB", nowhere.as_str()), ("AWS_ENDPOINT_URL_S3", nowhere.as_str())];
    assert_discreet(&POST_INCIDENTS, "with both stores down", &both, &[401, 405, 503]).await;
}

#[tokio::test]
async fn nothing_confidential_is_printed_when_dynamodb_quotes_what_it_refuses() {
    let endpoint = quoting(StatusCode::BAD_REQUEST, dynamodb_refusal).await;
    let changes = [("AWS_ENDPOINT_URL_DYNAMODB", endpoint.as_str())];
    assert_discreet(&POST_INCIDENTS, "with a quoting DynamoDB", &changes, &[400, 401, 405, 503]).await;
}

#[tokio::test]
async fn nothing_confidential_is_printed_when_s3_quotes_what_it_refuses() {
    let endpoint = quoting(StatusCode::BAD_REQUEST, s3_refusal).await;
    let changes = [("AWS_ENDPOINT_URL_S3", endpoint.as_str())];
    assert_discreet(&POST_INCIDENTS, "with a quoting S3", &changes, &[401, 405, 503]).await;
}

#[tokio::test]
async fn nothing_confidential_is_printed_when_an_answer_with_the_old_record_is_damaged() {
    // DynamoDB hands the old record back when a condition fails. Cut short on its way, it cannot be read.
    let damaged = |quoted: &str| {
        let whole = json!({
            "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
            "message": "The conditional request failed",
            "Item": { "Description": { "S": quoted } },
        });
        let text = whole.to_string();
        text[..text.len() - 1].to_owned()
    };
    let endpoint = quoting(StatusCode::BAD_REQUEST, damaged).await;
    let changes = [("AWS_ENDPOINT_URL_DYNAMODB", endpoint.as_str())];
    assert_discreet(&POST_INCIDENTS, "with a damaged answer", &changes, &[400, 401, 405, 503]).await;
}
