//! Events out of the ordinary: none ends the function, and none costs more than itself.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dataconnect::payload::POST_PUNCHES;
use serde_json::{Value, json};
use tests::function::Function;
use tests::gateway::{Origin, Seen};
use tests::plain::plain;
use tests::receiver::Receiver;
use tests::runtime_api::Report;

use crate::{call, function, sample_of};

/// A way to spoil an event.
type Spoil = fn(&mut Value);

/// What a sender may put into a request's line and headers. None has a say in what becomes of its event.
const MADE_UP: &[(&str, Spoil)] = &[
    ("a Host of digits", |event| set_header(event, "host", "12345")),
    ("a Host that is none", |event| set_header(event, "host", "::::/@[")),
    ("an empty Host", |event| set_header(event, "host", "")),
    ("a scheme that is none", |event| set_header(event, "x-forwarded-proto", "ht tp://")),
    ("a port that is none", |event| set_header(event, "x-forwarded-port", "-1")),
    ("a path that is none", |event| {
        let member = if event["version"] == "2.0" { "rawPath" } else { "path" };
        event[member] = json!("/punches\u{0} {}|\\^ é");
    }),
    ("a query that is none", |event| {
        event["rawQueryString"] = json!("a=%&%zz=\u{1}&=&é");
        event["queryStringParameters"] = json!({"a\u{0}": "%zz", "": "é"});
    }),
    ("a domain and a stage that are none", |event| {
        event["requestContext"]["domainName"] = json!("12345");
        event["requestContext"]["stage"] = json!("% /");
    }),
    ("a cookie", |event| event["cookies"] = json!(["a=b; c", ""])),
    ("an empty header", |event| set_header(event, "x-empty", "")),
    ("a long header", |event| set_header(event, "x-long", &"x".repeat(9_000))),
    ("a header beyond ASCII", |event| set_header(event, "user-agent", "Sécuritime/1.0")),
    ("text that only claims to be Base64", |event| event["isBase64Encoded"] = json!(true)),
];

fn set_header(event: &mut Value, name: &str, value: &str) {
    event["headers"][name] = json!(value);
    if event["multiValueHeaders"].is_object() {
        event["multiValueHeaders"][name] = json!([value]);
    }
}

async fn answer(function: &Function, event: &Value, what: &str) -> Seen {
    match function.invoke(event.clone()).await {
        (_, Report::Error(error)) => panic!("{what} fails the request: {error}"),
        (_, Report::Response(_)) => function.answer(event.clone()).await.1,
    }
}

#[tokio::test]
async fn what_a_sender_makes_up_outside_of_the_body_changes_nothing() {
    let function = function(&POST_PUNCHES).await;
    for origin in [Origin::HttpApi, Origin::RestApi, Origin::FunctionUrl] {
        for (what, spoil) in MADE_UP {
            let mut event = call(&POST_PUNCHES, sample_of(&POST_PUNCHES, "made-up")).event(origin);
            spoil(&mut event);
            let seen = answer(&function, &event, &format!("{what} ({origin:?})")).await;
            assert_eq!(seen.status, 200, "{what} ({origin:?}): {}", seen.body);

            set_header(&mut event, "authorization", "Bearer dc_another-token");
            let seen = answer(&function, &event, &format!("{what} ({origin:?}), unauthorised")).await;
            assert_eq!(seen.status, 401, "{what} ({origin:?}): {}", seen.body);
        }
    }
    let record = plain(&Receiver::of(&POST_PUNCHES).stores.items("2/made-up").await[0]);
    assert_eq!(record["History"].as_array().unwrap().len(), 1, "all were one event: {record}");
    let ended = function.stop().await;
    assert!(!ended.stdout.iter().any(|line| line.contains("panicked")), "{ended:?}");
}

#[tokio::test]
async fn a_body_in_base64_is_the_body() {
    let function = function(&POST_PUNCHES).await;
    let body = sample_of(&POST_PUNCHES, "base64");
    for (origin, outcome) in [(Origin::HttpApi, "Created"), (Origin::RestApi, "Duplicate")] {
        let mut call = call(&POST_PUNCHES, STANDARD.encode(&body));
        call.is_base64 = true;
        let (_, seen) = function.answer(call.event(origin)).await;
        assert_eq!(seen.text("outcome"), outcome);
        assert_eq!(Receiver::of(&POST_PUNCHES).stores.body(seen.text("archiveKey")).await, body.as_bytes());
    }
}

#[tokio::test]
async fn a_body_that_is_not_there_is_rejected_as_such() {
    let function = function(&POST_PUNCHES).await;
    for origin in [Origin::HttpApi, Origin::RestApi] {
        for (body, is_base64) in [(None, false), (None, true), (Some(""), false), (Some(""), true), (Some("  "), false)]
        {
            let mut call = call(&POST_PUNCHES, "");
            (call.body, call.is_base64) = (body.map(str::to_owned), is_base64);
            let (_, seen) = function.answer(call.event(origin)).await;
            assert_eq!(seen.status, 400, "{origin:?} {body:?}: {}", seen.body);
            assert_eq!(seen.text("type"), "urn:problem-type:dataconnect:empty-body", "{origin:?} {body:?}");
        }
    }
}

#[tokio::test]
async fn an_event_that_is_no_request_costs_itself_alone() {
    let function = function(&POST_PUNCHES).await;
    for event in [json!({}), json!(null), json!([1]), json!({"Records": [{"body": "SECRET"}]}), json!("SECRET")] {
        let (_, report) = function.invoke(event.clone()).await;
        assert!(matches!(report, Report::Error(_)), "{event}: {report:?}");
    }
    let (_, seen) =
        function.answer(call(&POST_PUNCHES, sample_of(&POST_PUNCHES, "no-request")).event(Origin::HttpApi)).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    let ended = function.stop().await;
    assert!(!format!("{ended:?}").contains("SECRET"), "{ended:?}");
}

#[tokio::test]
async fn one_warm_process_takes_fifty_events_one_after_the_other() {
    let function = function(&POST_PUNCHES).await;
    for punch in 0..50 {
        let body = sample_of(&POST_PUNCHES, "warm").replace("98117", &punch.to_string());
        let (_, seen) = function.answer(call(&POST_PUNCHES, body).event(Origin::HttpApi)).await;
        assert_eq!(seen.body["outcome"], "Created", "event {punch}: {}", seen.body);
    }
    assert_eq!(Receiver::of(&POST_PUNCHES).stores.items("2/warm").await.len(), 50);

    let lines = function.stop().await.stdout;
    let lines: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let cold: Vec<_> = lines.iter().filter_map(|line| line["cold_start"].as_bool()).collect();
    assert_eq!((cold.len(), cold[0], cold[1..].contains(&true)), (50, true, false));
    let cold: Vec<_> = lines.iter().filter_map(|line| line["ColdStarts"].as_u64()).collect();
    assert_eq!((cold.len(), cold[0], cold[1..].contains(&1)), (50, 1, false));
}
