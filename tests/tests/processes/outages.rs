//! The receiver's own trouble is answered as such, in time, and is over when the trouble is.

use std::time::{Duration, Instant};

use dataconnect::operation::Operation;
use dataconnect::payload::{OPERATIONS, POST_INCIDENTS};
use futures_util::future::join_all;
use lambda_http::http::StatusCode;
use tests::broken::{Counting, dynamodb_refusal, quoting, refusing, s3_refusal};
use tests::fixtures::function_timeout;
use tests::function::Function;
use tests::gateway::{Call, Origin};
use tests::receiver::Receiver;
use tests::stores::Stores;

use crate::logs::lines;
use crate::{call, function, function_with, sample_of};

const DYNAMODB: &str = "AWS_ENDPOINT_URL_DYNAMODB";
const S3: &str = "AWS_ENDPOINT_URL_S3";

/// Sends what must be answered with 503 and a time to come back, before Lambda ends the function.
async fn assert_unavailable(function: &Function, call: &Call, what: &str) {
    let started = Instant::now();
    let (request_id, seen) = function.answer(call.event(Origin::HttpApi)).await;
    assert!(started.elapsed() < Duration::from_secs(function_timeout()), "{what}: {:?}", started.elapsed());
    assert_eq!(seen.status, 503, "{what}: {}", seen.body);
    let retry_after = seen.headers["retry-after"].to_str().unwrap();
    assert!(retry_after.parse::<u32>().unwrap() > 0, "{what}: Retry-After: {retry_after}");
    assert_eq!(seen.headers["content-type"], "application/problem+json", "{what}");
    assert_eq!((seen.text("type"), seen.text("requestId")), ("urn:problem-type:dataconnect:unavailable", &*request_id));
    assert!(seen.body["detail"].is_null(), "no internals: {}", seen.body);
}

/// What of an event the stores have: records and objects.
pub(crate) async fn taken(stores: &Stores, operation: &Operation, tenant: &str) -> (usize, usize) {
    let objects = stores.keys(&format!("raw/operation={}/tenant={tenant}/", operation.name)).await;
    (stores.items(&format!("2/{tenant}")).await.len(), objects.len())
}

#[tokio::test]
async fn each_function_answers_503_while_a_store_is_down_and_200_afterwards() {
    let survive = async |operation: &'static Operation, down: &[&'static str], kept: (usize, usize)| {
        let what = format!("{} without {down:?}", operation.name);
        let tenant = format!("down-{}-{}-{}", operation.name, kept.0, kept.1);
        let sample = call(operation, sample_of(operation, &tenant));
        let nowhere = refusing().await;
        let changes: Vec<_> = down.iter().map(|variable| (*variable, nowhere.as_str())).collect();
        assert_unavailable(&function_with(operation, &changes).await, &sample, &what).await;
        // What one store took stays, for the next try to find.
        let stores = Receiver::of(operation).stores;
        assert_eq!(taken(&stores, operation, &tenant).await, kept, "{what}");

        let (_, seen) = function(operation).await.answer(sample.event(Origin::HttpApi)).await;
        assert_eq!(seen.status, 200, "{what}: {}", seen.body);
        assert_eq!(taken(&stores, operation, &tenant).await, (1, 1), "{what}");
    };
    // Side by side, for the retries take their time.
    join_all(OPERATIONS.map(async |operation| {
        survive(operation, &[DYNAMODB], (0, 1)).await;
        survive(operation, &[S3], (1, 0)).await;
        survive(operation, &[DYNAMODB, S3], (0, 0)).await;
    }))
    .await;
}

#[tokio::test]
async fn a_rejection_that_cannot_be_kept_is_our_trouble_and_not_the_senders() {
    let nowhere = refusing().await;
    let cut_off = function_with(&POST_INCIDENTS, &[(S3, &nowhere)]).await;
    assert_unavailable(&cut_off, &call(&POST_INCIDENTS, "{"), "invalid JSON").await;
    // What needs no store is answered all the same.
    let mut stranger = call(&POST_INCIDENTS, "{");
    stranger.headers.clear();
    let (_, seen) = cut_off.answer(stranger.event(Origin::HttpApi)).await;
    assert_eq!(seen.status, 401);
}

#[tokio::test]
async fn a_store_that_refuses_is_our_trouble_too() {
    for (status, dynamodb) in [(400, true), (500, true), (403, false), (500, false)] {
        let status = StatusCode::from_u16(status).unwrap();
        let text = if dynamodb { dynamodb_refusal } else { s3_refusal };
        let endpoint = quoting(status, text).await;
        let changes = [(if dynamodb { DYNAMODB } else { S3 }, endpoint.as_str())];
        let function = function_with(&POST_INCIDENTS, &changes).await;
        let what = format!("{status} by {}", if dynamodb { "DynamoDB" } else { "S3" });
        assert_unavailable(&function, &call(&POST_INCIDENTS, sample_of(&POST_INCIDENTS, &what)), &what).await;
        let code = if dynamodb { "ValidationException" } else { "InvalidArgument" };
        let lines = lines(&function.stop().await);
        let causes: Vec<_> = lines.iter().filter(|line| line["level"] == "ERROR").collect();
        assert_eq!(causes.len(), 1, "{lines:?}");
        assert!(causes[0]["error"].as_str().unwrap().contains(code), "the log has the cause: {causes:?}");
    }
}

#[tokio::test]
async fn a_write_that_met_another_of_the_same_object_is_tried_again() {
    let s3 = Counting::recovering(StatusCode::CONFLICT).await;
    let function = function_with(&POST_INCIDENTS, &[(S3, &s3.endpoint)]).await;
    let call = call(&POST_INCIDENTS, sample_of(&POST_INCIDENTS, "conflict"));
    let (_, seen) = function.answer(call.event(Origin::HttpApi)).await;
    assert_eq!((seen.status, s3.requests()), (StatusCode::OK, 2), "{seen:?}");
}

#[tokio::test]
async fn a_store_that_hangs_is_given_up_before_lambda_ends_the_function() {
    let hanging = Counting::hanging().await;
    let given_up = async |variables: &'static [&'static str]| {
        let changes: Vec<_> = variables.iter().map(|variable| (*variable, hanging.endpoint.as_str())).collect();
        let function = function_with(&POST_INCIDENTS, &changes).await;
        let what = format!("{variables:?} hanging");
        assert_unavailable(&function, &call(&POST_INCIDENTS, sample_of(&POST_INCIDENTS, &what)), &what).await;
    };
    // Side by side, for each of them takes its time.
    let rejected = async {
        let function = function_with(&POST_INCIDENTS, &[(S3, &hanging.endpoint)]).await;
        assert_unavailable(&function, &call(&POST_INCIDENTS, "{"), "a rejection, S3 hanging").await;
    };
    tokio::join!(given_up(&[DYNAMODB]), given_up(&[S3]), given_up(&[DYNAMODB, S3]), rejected);
}
