//! Each operation with its sample: the answer, the item in full, and the object.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dataconnect::digest::Digest;
use dataconnect::operation::Operation;
use dataconnect::payload::OPERATIONS;
use lambda_http::http::StatusCode;
use lambda_http::http::header::CONTENT_TYPE;
use serde_json::{Value, json};
use tests::fixtures::sample;
use tests::gateway::Seen;
use tests::plain::{plain, stored};
use tests::receiver::Receiver;

/// The operation's sample for a tenant of this test.
fn sample_for(operation: &Operation, tenant: &str) -> String {
    let text = String::from_utf8(sample(operation)).unwrap();
    text.replace("\"Securitime\"", &format!("\"{tenant}\""))
}

async fn send(operation: &'static Operation, tenant: &str) -> (Receiver, String, Seen) {
    let receiver = Receiver::of(operation);
    let body = sample_for(operation, tenant);
    let seen = receiver.send(&body).await;
    (receiver, body, seen)
}

#[tokio::test]
async fn the_answer_tells_the_outcome_the_record_the_object_and_the_request() {
    for operation in OPERATIONS {
        let (_, body, seen) = send(operation, "samples-answer").await;
        assert_eq!(seen.status, StatusCode::OK, "{}", seen.body);
        assert_eq!(seen.headers[CONTENT_TYPE], "application/json");

        let id = &serde_json::from_str::<Value>(&body).unwrap()[operation.record_id];
        let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
        let outcome = if operation.method == "DELETE" { "Deleted" } else { "Created" };
        let digest = Digest::of(body.as_bytes()).short();
        let archive_key = seen.text("archiveKey");
        assert_eq!(
            seen.body,
            json!({ "outcome": outcome, "recordId": id, "archiveKey": archive_key, "requestId": seen.text("requestId") })
        );
        let folder = format!("raw/operation={}/tenant=samples-answer/customer=2/date=", operation.name);
        assert!(archive_key.starts_with(&folder), "{archive_key}");
        assert!(archive_key.ends_with(&format!("/{id}.{digest}.json")), "{archive_key}");
    }
}

#[tokio::test]
async fn the_item_holds_every_member_as_it_came_and_the_receivers_own_attributes() {
    for operation in OPERATIONS {
        // Deletions share a table with punches: a tenant of its own for each.
        let tenant = format!("samples-item-{}", operation.name);
        let (receiver, body, seen) = send(operation, &tenant).await;
        let item = receiver.stores.only(&tenant).await;
        let at = item["ReceivedAt"].as_str().unwrap().to_owned();
        assert_is_a_time(&at);

        let body: Value = serde_json::from_str(&body).unwrap();
        let members = stored(&body);
        let hash = content_hash(&body);
        let outcome = seen.text("outcome");
        let mut expected = json!({
            "CustomerTenant": format!("2/{tenant}"),
            "RecordId": seen.text("recordId"),
            "WorkOrderStem": "T49098.34277",
            "ReceivedAt": at,
            "UpdatedAt": at,
            "Revision": { "N": "1" },
            "History": [{
                "At": at,
                "Operation": operation.name,
                "Outcome": outcome,
                "ContentHash": hash,
                "ArchiveKey": seen.text("archiveKey"),
                "RequestId": seen.text("requestId"),
            }],
        });
        let expected_members = expected.as_object_mut().unwrap();
        if operation.method == "DELETE" {
            expected_members.insert("DeletedAt".to_owned(), json!(at));
            expected_members.insert("Deletion".to_owned(), members);
        } else {
            expected_members.extend(members.as_object().unwrap().clone());
        }
        assert_eq!(item, expected, "{}", operation.name);
    }
}

#[tokio::test]
async fn the_object_is_the_body_byte_for_byte_with_its_checksum_and_the_request_id() {
    for operation in OPERATIONS {
        let (receiver, body, seen) = send(operation, "samples-object").await;
        let head = receiver.stores.head(seen.text("archiveKey")).await;
        assert_eq!(head.content_type(), Some("application/json"));
        let sha256 = STANDARD.encode(Digest::of(body.as_bytes()).as_bytes());
        assert_eq!(head.checksum_sha256(), Some(sha256.as_str()));
        let metadata = head.metadata().unwrap();
        assert_eq!(metadata["request-id"], seen.text("requestId"));
        assert_is_a_time(&metadata["received-at"]);
        assert!(!metadata.contains_key("reason"));
        assert_eq!(receiver.stores.body(seen.text("archiveKey")).await, body.as_bytes());
    }
}

#[tokio::test]
async fn the_index_finds_a_work_orders_records_in_all_four_tables() {
    let mut kinds = Vec::new();
    for operation in OPERATIONS {
        let (receiver, ..) = send(operation, "samples-index").await;
        let found = receiver.stores.by_work_order("2/samples-index", "T49098.34277").await;
        assert_eq!(found.len(), 1, "{}", operation.name);
        let item = plain(&found[0]);
        kinds.push(format!("{} {}", operation.table_variable, item["RecordId"].as_str().unwrap()));
    }
    kinds.dedup();
    assert_eq!(
        kinds,
        ["WORK_ORDERS_TABLE T49098.34277.001N", "PUNCHES_TABLE 98117", "INCIDENTS_TABLE 123", "NOTES_TABLE 731"]
    );
}

/// RFC 3339 in UTC with milliseconds, of these minutes.
fn assert_is_a_time(text: &str) {
    let time: jiff::Timestamp = text.parse().unwrap();
    assert_eq!(format!("{time:.3}"), text);
    assert!(jiff::Timestamp::now().duration_since(time).abs() < jiff::SignedDuration::from_mins(30), "{text}");
}

/// The digest of the canonical JSON: `serde_json`'s maps are sorted, and it prints no blanks.
fn content_hash(body: &Value) -> String {
    Digest::of(body.to_string().as_bytes()).to_string()
}
