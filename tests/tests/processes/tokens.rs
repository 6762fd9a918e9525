//! Who may write, asked of the real binaries: one right token among all that are nearly right, and what a stranger
//! leaves behind.

use std::collections::BTreeMap;

use dataconnect::digest::Digest;
use dataconnect::payload::OPERATIONS;
use dataconnect_local::stack::LocalStack;
use lambda_http::http::header::WWW_AUTHENTICATE;
use serde_json::{Value, json};
use tests::function::{Function, environment};
use tests::gateway::Origin;
use tests::receiver::{TOKEN, template};
use tests::stores::Stores;

use crate::{binary, call, changed, sample_of};

const EXPIRED: &str = "dc_expired-token";
const BOUND: &str = "dc_token-that-is-bound-to-another-tenant";

/// What an API hands on of these `Authorization` headers: an HTTP API joins them, a REST API gives them all, and the
/// last of them by itself.
fn with_authorization(mut event: Value, values: &[String]) -> Value {
    let lists = event["multiValueHeaders"].is_object();
    let one = if lists { values.last().cloned() } else { (!values.is_empty()).then(|| values.join(",")) };
    for (member, value) in [("headers", one.map(Value::from)), ("multiValueHeaders", Some(json!(values)))] {
        let Some(headers) = event[member].as_object_mut() else { continue };
        headers.remove("authorization");
        headers.extend(value.filter(|_| !values.is_empty()).map(|value| ("authorization".to_owned(), value)));
    }
    event
}

/// The headers of those that may not write, and whether there is a token in them that is looked up.
fn strangers() -> Vec<(&'static str, Vec<String>, Option<bool>)> {
    let bearer = |token: &str| format!("Bearer {token}");
    let right = bearer(TOKEN);
    let digest = Digest::of(TOKEN.as_bytes()).to_string();
    let one = |what, value: String, is_token| (what, vec![value], Some(is_token));
    vec![
        ("missing", vec![], Some(false)),
        one("empty", String::new(), false),
        one("the scheme alone", "Bearer".to_owned(), false),
        one("the token alone", TOKEN.to_owned(), false),
        one("scheme Basic", format!("Basic {TOKEN}"), false),
        one("scheme Digest", format!("Digest {TOKEN}"), false),
        one("a scheme that begins so", format!("Bearers {TOKEN}"), false),
        one("expired", bearer(EXPIRED), true),
        one("unknown", bearer("dc_another-token"), true),
        one("the digest", bearer(&digest), true),
        one("the beginning", bearer(&TOKEN[..TOKEN.len() - 1]), true),
        one("half of it", bearer(&TOKEN[..TOKEN.len() / 2]), true),
        one("the end", bearer(&TOKEN[1..]), true),
        one("with something behind", bearer(&format!("{TOKEN}\u{a0}")), true),
        one("of 100 KB", bearer(&"x".repeat(100_000)), true),
        one("the right one and 100 KB", bearer(&format!("{TOKEN}{}", "x".repeat(100_000))), true),
        // An HTTP API makes one unknown token of two headers, a REST API leaves two.
        ("the right one and another", vec![right.clone(), bearer("wrong")], None),
        ("another and the right one", vec![bearer("wrong"), right.clone()], None),
        ("the right one twice", vec![right.clone(), right.clone()], None),
        ("the right one and nothing", vec![right, String::new()], None),
    ]
}

#[tokio::test]
async fn no_binary_takes_a_token_that_is_nearly_right_or_keeps_anything_of_who_brings_it() {
    let own = LocalStack::memory(&template()).unwrap();
    let digest = |token: &str| Digest::of(token.as_bytes());
    let tokens = format!(
        "test:{},old:{}:expires=2020-01-01,bound:{}:for=3/Other",
        digest(TOKEN),
        digest(EXPIRED),
        digest(BOUND)
    );
    for operation in OPERATIONS {
        let (stores, tenant) = (Stores::of(&own, operation), format!("tokens-{}", operation.name));
        let environment = changed(environment(operation, &own), &[("ACCESS_TOKENS", &tokens)]);
        let function = Function::start(&binary(operation), &environment).await;
        let before = stores.keys("").await;
        for origin in [Origin::HttpApi, Origin::RestApi] {
            let event = call(operation, sample_of(operation, &tenant)).event(origin);
            for (what, values, is_token) in strangers() {
                let what = format!("{} {origin:?}, {what}", operation.name);
                let (_, seen) = function.answer(with_authorization(event.clone(), &values)).await;
                assert_eq!(seen.status, 401, "{what}: {}", seen.body);
                assert_eq!(seen.text("type"), "urn:problem-type:dataconnect:unauthorized", "{what}");
                let challenge = if is_token.unwrap_or(origin == Origin::HttpApi) {
                    "Bearer error=\"invalid_token\""
                } else {
                    "Bearer"
                };
                assert_eq!(seen.headers[WWW_AUTHENTICATE], challenge, "{what}");
            }
        }
        assert_eq!(stores.keys("").await, before, "{}: nothing is kept of a stranger", operation.name);

        // Known, but for another tenant: the bodies are kept, for they may be a fault of the setting.
        let mut kept = BTreeMap::new();
        for origin in [Origin::HttpApi, Origin::RestApi] {
            let body = sample_of(operation, &tenant);
            let event = call(operation, body.as_str()).event(origin);
            let (request_id, seen) = function.answer(with_authorization(event, &[format!("Bearer {BOUND}")])).await;
            assert_eq!((seen.status.as_u16(), seen.text("type")), (403, "urn:problem-type:dataconnect:forbidden"));
            kept.insert(request_id, body);
        }
        let added: Vec<_> = stores.keys("").await.into_iter().filter(|key| !before.contains(key)).collect();
        assert_eq!(added.len(), kept.len(), "{added:?}");
        for (request_id, body) in kept {
            let key = added.iter().find(|key| key.ends_with(&format!("/reason=forbidden/{request_id}.json")));
            assert_eq!(stores.body(key.unwrap_or_else(|| panic!("{added:?}"))).await, body.as_bytes());
        }
        assert!(stores.items(&format!("2/{tenant}")).await.is_empty(), "{}: no record", operation.name);

        // The right token, after all of them.
        let event = call(operation, sample_of(operation, &tenant)).event(Origin::HttpApi);
        assert_eq!(function.answer(event).await.1.status, 200, "{}", operation.name);
        let lines = function.stop().await.stdout;
        assert!(!lines.iter().any(|line| line.contains("dc_")), "no token in the log");
    }
}
