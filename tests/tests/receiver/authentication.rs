//! Who may write.

use dataconnect::auth::Gate;
use dataconnect::digest::Digest;
use dataconnect::payload::{OPERATIONS, POST_INCIDENTS, POST_PUNCHES};
use lambda_http::http::StatusCode;
use lambda_http::http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use serde_json::json;
use tests::gateway::{Call, Origin, Seen};
use tests::receiver::{Receiver, TOKEN};

const ORIGINS: [Origin; 3] = [Origin::HttpApi, Origin::RestApi, Origin::FunctionUrl];

/// The call with this header in place of its `authorization`, or without one.
fn with_authorization(mut call: Call, value: Option<&str>) -> Call {
    call.headers.retain(|(name, _)| name != "authorization");
    call.headers.extend(value.map(|value| ("authorization".to_owned(), value.to_owned())));
    call
}

fn assert_unauthorized(seen: &Seen, challenge: &str, what: &str) {
    assert_eq!(seen.status, StatusCode::UNAUTHORIZED, "{what}: {}", seen.body);
    assert_eq!(seen.headers[WWW_AUTHENTICATE], challenge, "{what}");
    assert_eq!(seen.headers[CONTENT_TYPE], "application/problem+json");
    let title = "A valid bearer token is required";
    let r#type = "urn:problem-type:dataconnect:unauthorized";
    assert_eq!(
        seen.body,
        json!({ "type": r#type, "title": title, "status": 401, "requestId": seen.text("requestId") }),
        "{what}"
    );
}

#[tokio::test]
async fn whoever_brings_no_token_of_the_list_is_refused_by_every_operation_and_leaves_nothing() {
    let tenant = "authentication-refused";
    let (long, digest) = ("x".repeat(100_000), Digest::of(TOKEN.as_bytes()).to_string());
    let prefix = &TOKEN[..TOKEN.len() - 1];
    let (none, invalid) = ("Bearer", "Bearer error=\"invalid_token\"");
    let cases = [
        (None, none),
        (Some(String::new()), none),
        (Some("Bearer".to_owned()), none),
        (Some("Bearer ".to_owned()), none),
        (Some(TOKEN.to_owned()), none),
        (Some(format!("Basic {TOKEN}")), none),
        (Some(format!("Token {TOKEN}")), none),
        (Some(format!("Bearer{TOKEN}")), none),
        (Some(format!("Bearer {prefix}")), invalid),
        (Some(format!("Bearer {TOKEN}x")), invalid),
        (Some(format!("Bearer {}", TOKEN.to_uppercase())), invalid),
        (Some(format!("Bearer {digest}")), invalid),
        (Some(format!("Bearer {long}")), invalid),
        (Some("Bearer ünbekannt".to_owned()), invalid),
        // As an HTTP API joins two headers: neither of the two counts.
        (Some(format!("Bearer {TOKEN}, Bearer {TOKEN}")), invalid),
        (Some(format!("Bearer other,Bearer {TOKEN}")), invalid),
    ];
    for operation in OPERATIONS {
        let receiver = Receiver::of(operation);
        let body = receiver.body(tenant, "1", &json!({}));
        for (value, challenge) in &cases {
            let call = with_authorization(receiver.call(&body), value.as_deref());
            for origin in ORIGINS {
                let seen = receiver.answer(&call, origin).await;
                let start: String = value.iter().flat_map(|value| value.chars().take(40)).collect();
                assert_unauthorized(&seen, challenge, &format!("{} {origin:?} {start:?}", operation.name));
            }
        }
        assert!(receiver.stores.items(&format!("2/{tenant}")).await.is_empty());
        let prefix = format!("raw/operation={}/tenant={tenant}/", operation.name);
        assert!(receiver.stores.keys(&prefix).await.is_empty());
    }
}

#[tokio::test]
async fn nothing_of_a_refused_body_is_read_or_kept() {
    let receiver = Receiver::of(&POST_INCIDENTS);
    for body in ["", "{", "[]", r#"{"CustomerId":2}"#] {
        let call = with_authorization(receiver.call(body), None);
        let seen = receiver.answer(&call, Origin::HttpApi).await;
        assert_unauthorized(&seen, "Bearer", body);
        let kept = receiver.stores.keys("rejected/operation=post-incidents/").await;
        let id = seen.text("requestId");
        assert!(!kept.iter().any(|key| key.ends_with(&format!("/{id}.json"))), "{kept:?}");
    }
}

#[tokio::test]
async fn the_scheme_is_read_without_case_and_blanks_do_not_matter() {
    let receiver = Receiver::of(&POST_INCIDENTS);
    for (id, value) in ["bearer", "BEARER", "bEaReR  "].into_iter().enumerate() {
        let body = receiver.body("authentication-scheme", id, &json!({}));
        let call = with_authorization(receiver.call(body), Some(&format!(" {value} {TOKEN} ")));
        for origin in ORIGINS {
            assert_eq!(receiver.answer(&call, origin).await.status, StatusCode::OK, "{value} {origin:?}");
        }
    }
}

/// A REST API gives each of the two headers, and the last of them a second time by itself.
#[tokio::test]
async fn two_authorization_headers_are_refused_whichever_of_them_is_right() {
    let receiver = Receiver::of(&POST_INCIDENTS);
    let right = format!("Bearer {TOKEN}");
    for (one, other) in [("Bearer wrong", right.as_str()), (&right, "Bearer wrong"), (&right, &right)] {
        let body = receiver.body("authentication-two", 1, &json!({}));
        let mut event = receiver.call(body).event(Origin::RestApi);
        event["multiValueHeaders"]["authorization"] = json!([one, other]);
        event["headers"]["authorization"] = json!(other);
        assert_unauthorized(&receiver.answer_event(event).await, "Bearer", &format!("{one}, {other}"));
    }
    assert!(receiver.stores.items("2/authentication-two").await.is_empty());
}

#[tokio::test]
async fn either_of_two_live_tokens_is_accepted_and_an_expired_one_is_not() {
    let [old, new, past] = ["old-token", "new-token", "past-token"].map(|token| Digest::of(token.as_bytes()));
    let tokens = format!("old:{old}:expires=2999-12-31,new:{new},past:{past}:expires=2026-01-31");
    let receiver = Receiver::with_tokens(&POST_PUNCHES, &tokens);
    let body = receiver.body("authentication-live", 1, &json!({}));
    for (token, outcome) in [("old-token", "Created"), ("new-token", "Duplicate")] {
        let call = with_authorization(receiver.call(&body), Some(&format!("Bearer {token}")));
        assert_eq!(receiver.answer(&call, Origin::HttpApi).await.text("outcome"), outcome);
    }
    let call = with_authorization(receiver.call(&body), Some("Bearer past-token"));
    let seen = receiver.answer(&call, Origin::HttpApi).await;
    assert_unauthorized(&seen, "Bearer error=\"invalid_token\"", "expired");
}

#[tokio::test]
async fn where_authentication_is_switched_off_everybody_may_write() {
    let mut receiver = Receiver::of(&POST_PUNCHES);
    receiver.pipeline.gate = Gate::Open;
    for value in [None, Some("Bearer anything"), Some("Basic x")] {
        let body = receiver.body("authentication-off", value.unwrap_or("none"), &json!({}));
        let seen = receiver.answer(&with_authorization(receiver.call(body), value), Origin::HttpApi).await;
        assert_eq!((seen.status, seen.text("outcome")), (StatusCode::OK, "Created"));
    }
}

#[tokio::test]
async fn another_method_than_the_operations_is_not_taken() {
    for operation in OPERATIONS {
        let receiver = Receiver::of(operation);
        let mut call = receiver.call(receiver.body("authentication-method", 1, &json!({})));
        call.method = "PUT".to_owned();
        let seen = receiver.answer(&call, Origin::HttpApi).await;
        assert_eq!((seen.status, seen.body["status"].as_u64()), (StatusCode::METHOD_NOT_ALLOWED, Some(405)));
        assert_eq!(seen.headers["allow"], operation.method);
        assert!(receiver.stores.items("2/authentication-method").await.is_empty());
    }
}
