//! Our own trouble: 503, never the sender's fault, and the same event is fine afterwards.

use std::net::TcpListener;

use dataconnect::archive::Archive;
use dataconnect::operation::Operation;
use dataconnect::payload::{OPERATIONS, POST_INCIDENTS};
use dataconnect::table::Table;
use lambda_http::http::StatusCode;
use lambda_http::http::header::RETRY_AFTER;
use serde_json::json;
use tests::gateway::Seen;
use tests::receiver::{Receiver, stack};
use tests::stores::{dynamodb, s3};

/// An endpoint on which nothing listens.
fn closed() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[derive(Debug, Clone, Copy)]
enum Trouble {
    DynamoDbIsClosed,
    TableIsMissing,
    S3IsClosed,
    BucketIsMissing,
}

use Trouble::{BucketIsMissing, DynamoDbIsClosed, S3IsClosed, TableIsMissing};

impl Trouble {
    fn receiver(self, operation: &'static Operation) -> Receiver {
        let mut receiver = Receiver::of(operation);
        let (table, bucket) = (receiver.stores.table.clone(), receiver.stores.bucket.clone());
        match self {
            DynamoDbIsClosed => receiver.pipeline.table = Table::new(dynamodb(closed()), table),
            TableIsMissing => {
                receiver.pipeline.table = Table::new(dynamodb(stack().dynamodb_endpoint()), "no-such-table".to_owned());
            }
            S3IsClosed => receiver.pipeline.archive = Archive::new(s3(closed()), bucket),
            BucketIsMissing => {
                receiver.pipeline.archive = Archive::new(s3(stack().s3_endpoint()), "no-such-bucket".to_owned());
            }
        }
        receiver
    }

    fn is_the_tables(self) -> bool {
        matches!(self, DynamoDbIsClosed | TableIsMissing)
    }
}

fn assert_unavailable(seen: &Seen, what: &str) {
    assert_eq!(seen.status, StatusCode::SERVICE_UNAVAILABLE, "{what}: {}", seen.body);
    assert!(seen.headers[RETRY_AFTER].to_str().unwrap().parse::<u32>().unwrap() > 0);
    let problem = json!({
        "type": "urn:problem-type:dataconnect:unavailable", "title": "The event could not be stored; try again",
        "status": 503, "requestId": seen.text("requestId"),
    });
    assert_eq!(seen.body, problem, "{what}");
}

#[tokio::test]
async fn what_one_store_does_not_take_is_unavailable_kept_by_the_other_and_fine_the_next_time() {
    for trouble in [DynamoDbIsClosed, TableIsMissing, S3IsClosed, BucketIsMissing] {
        for operation in OPERATIONS {
            let tenant = format!("outages-{trouble:?}-{}", operation.name);
            let (broken, healthy) = (trouble.receiver(operation), Receiver::of(operation));
            let body = healthy.body(&tenant, "1", &json!({ "Details": "x" }));
            let what = format!("{trouble:?} {}", operation.name);
            assert_unavailable(&broken.send(&body).await, &what);

            let prefix = format!("raw/operation={}/tenant={tenant}/", operation.name);
            let archived = healthy.stores.keys(&prefix).await;
            let recorded = healthy.stores.items(&format!("2/{tenant}")).await;
            assert_eq!(
                (archived.len(), recorded.len()),
                if trouble.is_the_tables() { (1, 0) } else { (0, 1) },
                "{what}"
            );
            // As long as it lasts, and afterwards: one record, one history entry, one object.
            assert_unavailable(&broken.send(&body).await, &what);
            let written = if operation.method == "DELETE" { "Deleted" } else { "Created" };
            let outcome = if trouble.is_the_tables() { written } else { "Duplicate" };
            assert_eq!(healthy.accepted(&body).await, outcome, "{what}");
            let item = healthy.stores.only(&tenant).await;
            assert_eq!((&item["Revision"], item["History"].as_array().unwrap().len()), (&json!({ "N": "1" }), 1));
            let archived = healthy.stores.keys(&prefix).await;
            assert_eq!(archived.len(), 1, "{archived:?}");
            assert_eq!(healthy.stores.body(&archived[0]).await, body.as_bytes());
        }
    }
}

/// Another spelling of the event has an object of its own. The record's history names the first one's, which never came.
#[tokio::test]
async fn the_object_that_a_history_names_is_there_once_a_repeat_was_acknowledged() {
    let (broken, healthy) = (S3IsClosed.receiver(&POST_INCIDENTS), Receiver::of(&POST_INCIDENTS));
    let body = healthy.body("outages-spelling", 1, &json!({ "Details": "x" }));
    assert_unavailable(&broken.send(&body).await, "S3 is closed");
    let spelled = format!(" {body}\n");
    assert_eq!(healthy.accepted(&spelled).await, "Duplicate");
    let item = healthy.stores.only("outages-spelling").await;
    let archived = healthy.stores.body(item["History"][0]["ArchiveKey"].as_str().unwrap()).await;
    assert_eq!(archived, spelled.as_bytes());
}

#[tokio::test]
async fn a_rejected_body_that_cannot_be_kept_is_our_trouble_and_not_the_senders() {
    for trouble in [S3IsClosed, BucketIsMissing] {
        let receiver = trouble.receiver(&POST_INCIDENTS);
        for body in ["", "{", "[]", "{}", r#"{"CustomerId":2,"Tenant":"outages-rejected"}"#] {
            assert_unavailable(&receiver.send(body).await, &format!("{trouble:?} {body}"));
        }
    }
}

#[tokio::test]
async fn a_rejection_needs_no_table_and_a_refused_sender_no_store_at_all() {
    let receiver = DynamoDbIsClosed.receiver(&POST_INCIDENTS);
    assert_eq!(receiver.send("{").await.status, StatusCode::BAD_REQUEST);
    for trouble in [DynamoDbIsClosed, S3IsClosed] {
        let receiver = trouble.receiver(&POST_INCIDENTS);
        let mut call = receiver.call("{}");
        call.headers.clear();
        let seen = receiver.answer(&call, tests::gateway::Origin::HttpApi).await;
        assert_eq!(seen.status, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn with_both_stores_gone_nothing_is_promised() {
    let mut receiver = DynamoDbIsClosed.receiver(&POST_INCIDENTS);
    receiver.pipeline.archive = S3IsClosed.receiver(&POST_INCIDENTS).pipeline.archive;
    assert_unavailable(&receiver.send(receiver.body("outages-both", 1, &json!({}))).await, "both");
}
