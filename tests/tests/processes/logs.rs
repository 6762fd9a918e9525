//! What a function tells of each request: one line of log and one of metrics.

use dataconnect::digest::Digest;
use dataconnect::operation::Operation;
use dataconnect::payload::{POST_INCIDENTS, POST_NOTES};
use serde_json::{Value, json};
use tests::broken::refusing;
use tests::fixtures::fixture;
use tests::function::Ended;
use tests::gateway::{Call, Origin, Seen};
use tests::receiver::TOKEN;
use tests::runtime_api::trace_id;

use crate::{call, function_with, sample_of};

const BOUND: &str = "dc_bound-token";
const EXPIRED: &str = "dc_expired-token";

/// A request, its answer, and what the function told of it.
pub(crate) struct Told {
    pub(crate) what: &'static str,
    pub(crate) request_id: String,
    pub(crate) sent: Call,
    pub(crate) seen: Seen,
    pub(crate) log: Value,
    pub(crate) metrics: Value,
}

/// The lines of a process that has ended; each must be JSON.
pub(crate) fn lines(ended: &Ended) -> Vec<Value> {
    assert!(ended.stderr.is_empty(), "{ended:?}");
    let parse = |line: &String| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    ended.stdout.iter().map(parse).collect()
}

/// Has one function answer all calls, and gives each with what was told of it: one line of log, and after it one of
/// metrics. Other lines may come between, but only at level ERROR, and of a request of these.
pub(crate) async fn told(
    operation: &'static Operation,
    changes: &[(&str, &str)],
    calls: Vec<(&'static str, Call)>,
) -> Vec<Told> {
    let bound = format!("bound:{}:for=3/Other", Digest::of(BOUND.as_bytes()));
    let expired = format!("old:{}:expires=2020-01-01", Digest::of(EXPIRED.as_bytes()));
    let tokens = format!("test:{},{bound},{expired}", Digest::of(TOKEN.as_bytes()));
    let mut all = vec![("ACCESS_TOKENS", tokens.as_str())];
    all.extend(changes);
    let function = function_with(operation, &all).await;
    let mut answered = Vec::new();
    for (what, sent) in calls {
        let (request_id, seen) = function.answer(sent.event(Origin::HttpApi)).await;
        answered.push((what, sent, request_id, seen));
    }

    let lines = lines(&function.stop().await);
    let (errors, lines): (Vec<_>, Vec<_>) = lines.into_iter().partition(|line| line["level"] == "ERROR");
    for error in errors {
        let known = answered.iter().any(|(_, _, request_id, _)| error["request_id"] == *request_id);
        assert!(known, "an error says whose it is: {error}");
    }
    assert_eq!(lines.len(), 2 * answered.len(), "two lines a request: {lines:?}");
    let tell = |((what, sent, request_id, seen), lines): (_, &[Value])| {
        let [log, metrics] = lines else { panic!("two lines") };
        assert_eq!((&log["message"], &log["request_id"]), (&json!("request"), &json!(request_id)), "{log}");
        assert!(metrics["_aws"].is_object(), "{metrics}");
        Told { what, request_id, sent, seen, log: log.clone(), metrics: metrics.clone() }
    };
    answered.into_iter().zip(lines.chunks(2)).map(tell).collect()
}

/// A call of each outcome, in an order in which each has it.
pub(crate) fn every_outcome(operation: &'static Operation, tenant: &str) -> Vec<(&'static str, Call)> {
    let good = call(operation, sample_of(operation, tenant));
    let with_token = |token: &str| {
        let mut call = good.clone();
        call.headers[0].1 = format!("Bearer {token}");
        call
    };
    let with_body = |body: String| call(operation, body);
    let text = sample_of(operation, tenant);
    let mut no_token = good.clone();
    no_token.headers.remove(0);
    let mut wrong_method = good.clone();
    wrong_method.method = "GET".into();
    vec![
        ("created", good.clone()),
        ("duplicate", good.clone()),
        ("duplicate, with drift", with_body(text.replacen('{', "{\"CustomerId\": 2,", 1))),
        ("corrected, with drift", with_body(text.replacen('{', "{\"Odd\": 7,", 1))),
        ("invalid JSON", with_body(text.replace('}', ""))),
        ("no customer", with_body(text.replace("CustomerId", "Customer"))),
        ("no body", with_body(String::new())),
        ("forbidden", with_token(BOUND)),
        ("no token", no_token),
        ("unknown token", with_token("dc_unknown-token")),
        ("expired token", with_token(EXPIRED)),
        ("another method", wrong_method),
    ]
}

#[tokio::test]
async fn each_request_is_one_line_with_all_that_an_operator_asks_for() {
    let told = told(&POST_INCIDENTS, &[], every_outcome(&POST_INCIDENTS, "logged")).await;
    let record = json!([2, "logged", "123"]);
    for (told, expected) in told.iter().zip([
        ("created", "Created", None, 200, true, Some("test"), Some(0)),
        ("duplicate", "Duplicate", None, 200, true, Some("test"), Some(0)),
        // A member that stands there twice.
        ("duplicate, with drift", "Duplicate", None, 200, true, Some("test"), Some(1)),
        ("corrected, with drift", "Corrected", None, 200, true, Some("test"), Some(1)),
        ("invalid JSON", "Rejected", Some("invalid-json"), 400, false, Some("test"), None),
        ("no customer", "Rejected", Some("invalid-customer-id"), 400, false, Some("test"), None),
        ("no body", "Rejected", Some("empty-body"), 400, false, Some("test"), None),
        ("forbidden", "Rejected", Some("forbidden"), 403, true, Some("bound"), None),
        ("no token", "Unauthorized", Some("no bearer token"), 401, false, None, None),
        ("unknown token", "Unauthorized", Some("unknown token"), 401, false, None, None),
        ("expired token", "Unauthorized", Some("expired token"), 401, false, None, None),
        ("another method", "MethodNotAllowed", None, 405, false, Some("test"), None),
    ]) {
        let (what, outcome, reason, status, has_record, token, drift) = expected;
        let log = &told.log;
        assert_eq!(told.what, what);
        assert_eq!(told.seen.status.as_u16(), status, "{what}");
        assert_eq!((&log["operation"], &log["outcome"]), (&json!("post-incidents"), &json!(outcome)), "{log}");
        assert_eq!((&log["reason"], &log["status"]), (&json!(reason), &json!(status)), "{log}");
        assert_eq!((&log["token"], &log["drift"]), (&json!(token), &json!(drift)), "{log}");
        let logged = json!([log["customer"], log["tenant"], log["record_id"]]);
        assert_eq!(logged, if has_record { record.clone() } else { json!([null, null, null]) }, "{log}");

        assert_eq!(log["api_request_id"], "api-request-1", "{log}");
        assert_eq!(log["trace_id"], json!(trace_id(&told.request_id)), "{log}");
        assert!(log["milliseconds"].as_f64().unwrap() > 0.0, "{log}");
        let read = if status == 401 { 0 } else { told.sent.body.as_ref().unwrap().len() };
        assert_eq!(log["bytes"], json!(read), "{log}");
        assert!(log["cold_start"].is_boolean(), "{log}");
        // Lambda's JSON format wants both, and filters by the level.
        assert_eq!(log["level"], "INFO", "{log}");
        assert!(log["timestamp"].as_str().unwrap().ends_with('Z'), "{log}");
    }
    assert_eq!(told.len(), 12);
}

#[tokio::test]
async fn an_event_that_is_not_stored_is_one_line_too_besides_its_cause() {
    let nowhere = refusing().await;
    let calls =
        vec![("down", call(&POST_NOTES, sample_of(&POST_NOTES, "logged-down"))), ("rejected", call(&POST_NOTES, "{"))];
    let told = told(&POST_NOTES, &[("AWS_ENDPOINT_URL_S3", &nowhere)], calls).await;
    for told in told {
        let log = &told.log;
        assert_eq!((&log["outcome"], &log["status"]), (&json!("Unavailable"), &json!(503)), "{}: {log}", told.what);
        assert_eq!((&log["token"], &told.metrics["Outcome"]), (&json!("test"), &json!("Unavailable")), "{log}");
        assert_eq!(log["record_id"], if told.what == "down" { json!("731") } else { Value::Null }, "{log}");
    }
}

#[tokio::test]
async fn with_authentication_off_there_is_no_token_to_name() {
    let off = [("AUTHENTICATION", "off"), ("ACCESS_TOKENS", "")];
    let mut open = call(&POST_NOTES, sample_of(&POST_NOTES, "logged-open"));
    open.headers.clear();
    let told = told(&POST_NOTES, &off, vec![("open", open)]).await;
    assert_eq!(told[0].seen.status, 200);
    assert_eq!((&told[0].log["token"], &told[0].metrics["TokenUses"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn at_the_finest_level_there_is_still_nothing_of_a_body_or_a_token() {
    let body = String::from_utf8(fixture("post-notes")).unwrap().replace("Gate code changed", "SECRET");
    let changes = [("AWS_LAMBDA_LOG_LEVEL", "TRACE"), ("RUST_LOG", "trace")];
    let told = told(&POST_NOTES, &changes, vec![("finest", call(&POST_NOTES, body))]).await;
    assert!(!told[0].log.to_string().contains("SECRET"));
}
