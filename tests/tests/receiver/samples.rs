//! Each operation with its sample.

use dataconnect::payload::OPERATIONS;
use lambda_http::http::StatusCode;
use tests::fixtures::sample;
use tests::receiver::Receiver;

#[tokio::test]
async fn each_sample_makes_a_record_and_is_archived_byte_for_byte() {
    for operation in OPERATIONS {
        let receiver = Receiver::of(operation);
        let body = sample(operation);
        let seen = receiver.send(String::from_utf8(body.clone()).unwrap()).await;

        assert_eq!(seen.status, StatusCode::OK, "{}: {}", operation.name, seen.body);
        assert!(receiver.stores.item("2/Securitime", seen.text("recordId")).await.is_some());
        assert_eq!(receiver.stores.body(seen.text("archiveKey")).await, body);
    }
}
