//! Mistakes that other receivers of webhooks make, and this one must not. Each test names its mistake; those that are
//! tests of something larger stand elsewhere:
//!
//! - the raw object is deleted when the table write fails; an outage is answered as the sender's fault: `outages`
//! - duplicate checks that read and then write, and race: `concurrency`
//! - a key made of parts joined with no separator: `keys`

use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

use dataconnect::payload::{OPERATIONS, POST_INCIDENTS};
use dataconnect::table::Table;
use lambda_http::http::StatusCode;
use serde_json::json;
use tests::gateway::Origin;
use tests::receiver::{Receiver, TOKEN};
use tests::stores::dynamodb;

/// Verification is defined and never called, or lets a missing header through, or panics on one.
#[tokio::test]
async fn the_token_is_verified_by_every_operation_and_a_missing_one_is_an_answer() {
    for operation in OPERATIONS {
        let receiver = Receiver::of(operation);
        for origin in [Origin::HttpApi, Origin::RestApi, Origin::FunctionUrl] {
            let mut call = receiver.call(receiver.body("neighbours-token", 1, &json!({})));
            call.headers.clear();
            assert_eq!(receiver.answer(&call, origin).await.status, StatusCode::UNAUTHORIZED);
            let mut event = call.event(origin);
            event["headers"] = json!({});
            event["multiValueHeaders"] = json!({});
            assert_eq!(receiver.answer_event(event).await.status, StatusCode::UNAUTHORIZED);
        }
        assert!(receiver.stores.items("2/neighbours-token").await.is_empty());
    }
}

/// The body is dropped without a JSON Content-Type, or when it comes as Base64, and answered 200 all the same.
#[tokio::test]
async fn a_200_means_that_the_body_was_stored_however_it_came() {
    let receiver = Receiver::of(&POST_INCIDENTS);
    let body = receiver.body("neighbours-body", 1, &json!({ "Details": "x" }));
    let mut call = receiver.call(&body);
    call.headers.retain(|(name, _)| name == "authorization");
    let seen = receiver.answer(&call, Origin::HttpApi).await;
    assert_eq!(receiver.stores.body(seen.text("archiveKey")).await, body.as_bytes());
    assert_eq!(receiver.stores.only("neighbours-body").await["Details"], "x");

    let body = receiver.body("neighbours-base64", 1, &json!({ "Details": "y" }));
    let seen = receiver.send_bytes(body.as_bytes()).await;
    assert_eq!(receiver.stores.body(seen.text("archiveKey")).await, body.as_bytes());
    assert_eq!(receiver.stores.only("neighbours-base64").await["Details"], "y");
}

/// Duplicates are handled for POST and not for DELETE.
#[tokio::test]
async fn duplicates_are_known_to_every_operation() {
    for operation in OPERATIONS {
        let receiver = Receiver::of(operation);
        let body = receiver.body(&format!("neighbours-duplicate-{}", operation.name), 1, &json!({}));
        assert_ne!(receiver.accepted(&body).await, "Duplicate");
        assert_eq!(receiver.accepted(&body).await, "Duplicate");
    }
}

/// A body is cut short at a limit and accepted.
#[tokio::test]
async fn no_body_is_cut_short() {
    let receiver = Receiver::of(&POST_INCIDENTS);
    for bytes in [65_536, 131_072, 262_144, 1_048_576] {
        let tenant = format!("neighbours-cut-{bytes}");
        let body = receiver.body(&tenant, 1, &json!({ "Details": "x".repeat(bytes), "End": "end" }));
        let seen = receiver.send(&body).await;
        assert!(receiver.stores.body(seen.text("archiveKey")).await == body.as_bytes(), "{bytes}");
        let item = receiver.stores.only(&tenant).await;
        let is_whole = item["Details"].as_str().is_some_and(|text| text.len() == bytes) && item["End"] == "end";
        assert_ne!(is_whole, item["Oversize"] == true, "{bytes}");
    }
}

/// A store that accepts connections and never answers holds the sender until its own timeout, and it is told nothing.
#[tokio::test]
async fn a_store_that_hangs_is_given_up_in_time_to_answer() {
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let mut receiver = Receiver::of(&POST_INCIDENTS);
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    receiver.pipeline.table = Table::new(dynamodb(endpoint), receiver.stores.table.clone());
    let started = Instant::now();
    let seen = receiver.send(receiver.body("neighbours-hang", 1, &json!({}))).await;
    assert_eq!((seen.status, seen.headers["retry-after"].is_empty()), (StatusCode::SERVICE_UNAVAILABLE, false));
    // The function's own timeout in template.yaml.
    assert!(started.elapsed() < Duration::from_secs(15));
}

/// The token is in the log or in an answer on a failure.
#[tokio::test]
async fn no_answer_repeats_the_token_or_the_body() {
    let receiver = Receiver::of(&POST_INCIDENTS);
    for body in
        ["{\"Pin\":\"s3cret\"", "\"s3cret\"", r#"{"CustomerId":"s3cret","Tenant":"x"}"#, r#"{"IncidentId":"s3cret"}"#]
    {
        for token in [TOKEN, "s3cret-token"] {
            let mut call = receiver.call(body);
            call.headers[0].1 = format!("Bearer {token}");
            let seen = receiver.answer(&call, Origin::HttpApi).await;
            let told = format!("{} {:?}", seen.body, seen.headers);
            assert!(!told.contains("s3cret") && !told.contains(TOKEN), "{told}");
        }
    }
}
