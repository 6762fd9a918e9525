//! Our own trouble: 503, never the sender's fault, and the same event is fine afterwards.

use std::net::TcpListener;

use aws_sdk_dynamodb::types::AttributeValue;
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

/// The record's history names an object of the day before, which never came.
#[tokio::test]
async fn the_object_that_a_history_names_is_there_once_a_repeat_on_another_day_was_acknowledged() {
    let (broken, healthy) = (S3IsClosed.receiver(&POST_INCIDENTS), Receiver::of(&POST_INCIDENTS));
    let body = healthy.body("outages-day", 1, &json!({ "Details": "x" }));
    assert_unavailable(&broken.send(&body).await, "S3 is closed");

    let mut item = healthy.stores.item("2/outages-day", "1").await.unwrap();
    let entry = item.get_mut("History").and_then(|history| history.as_l().ok()?.first()?.as_m().ok().cloned());
    let mut entry = entry.unwrap();
    let today = entry["ArchiveKey"].as_s().unwrap().clone();
    let (before, after) = today.split_once("/date=").unwrap();
    let (_, name) = after.split_once('/').unwrap();
    let yesterday = format!("{before}/date=2026-01-01/{name}");
    entry.insert("ArchiveKey".to_owned(), AttributeValue::S(yesterday.clone()));
    item.insert("History".to_owned(), AttributeValue::L(vec![AttributeValue::M(entry)]));
    healthy.stores.put_item(item).await;

    assert_eq!(healthy.accepted(&body).await, "Duplicate");
    for key in [today, yesterday] {
        assert_eq!(healthy.stores.body(&key).await, body.as_bytes(), "{key}");
    }
}

/// Both are kept byte for byte, in whichever order they come through.
#[tokio::test]
async fn another_spelling_never_takes_the_place_of_bytes_that_are_yet_to_come() {
    let (broken, healthy) = (S3IsClosed.receiver(&POST_INCIDENTS), Receiver::of(&POST_INCIDENTS));
    let body = healthy.body("outages-spelling", 1, &json!({ "Details": "x" }));
    assert_unavailable(&broken.send(&body).await, "S3 is closed");
    let spelled = format!(" {body}\n");
    for sent in [&spelled, &body] {
        let seen = healthy.send(sent).await;
        assert_eq!((seen.status, seen.text("outcome")), (StatusCode::OK, "Duplicate"));
        assert_eq!(healthy.stores.body(seen.text("archiveKey")).await, sent.as_bytes());
    }
    let item = healthy.stores.only("outages-spelling").await;
    let named = healthy.stores.body(item["History"][0]["ArchiveKey"].as_str().unwrap()).await;
    assert_eq!(named, body.as_bytes());
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
