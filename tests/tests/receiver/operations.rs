//! What a second event about one record does.

use dataconnect::operation::Operation;
use dataconnect::payload::{OPERATIONS, POST_INCIDENTS};
use serde_json::json;
use tests::receiver::Receiver;

fn writing() -> impl Iterator<Item = &'static Operation> {
    OPERATIONS.into_iter().filter(|operation| operation.method == "POST")
}

#[tokio::test]
async fn a_correction_replaces_every_member() {
    for operation in writing() {
        let receiver = Receiver::of(operation);
        let tenant = format!("operations-corrected-{}", operation.name);
        let first = receiver.body(&tenant, "1", &json!({ "Kept": "a", "Changed": 1, "Gone": { "x": [1] } }));
        let second = receiver.body(&tenant, "1", &json!({ "Kept": "a", "Changed": 2, "New": null }));
        assert_eq!(receiver.accepted(first).await, "Created");
        let created = receiver.stores.only(&tenant).await;
        assert_eq!(receiver.accepted(second).await, "Corrected");

        let item = receiver.stores.only(&tenant).await;
        assert_eq!((&item["Kept"], &item["Changed"], &item["New"]), (&json!("a"), &json!({ "N": "2" }), &json!(null)));
        assert!(item.get("New").is_some() && item.get("Gone").is_none(), "{item}");
        assert_eq!(item["Revision"], json!({ "N": "2" }));
        assert_eq!(item["ReceivedAt"], created["ReceivedAt"]);
        assert!(item["UpdatedAt"].as_str() >= created["UpdatedAt"].as_str());
        let outcomes: Vec<_> = item["History"].as_array().unwrap().iter().map(|entry| &entry["Outcome"]).collect();
        assert_eq!(outcomes, ["Created", "Corrected"]);
    }
}

#[tokio::test]
async fn an_event_that_comes_again_writes_nothing() {
    for operation in OPERATIONS {
        let receiver = Receiver::of(operation);
        let tenant = format!("operations-duplicate-{}", operation.name);
        let body = receiver.body(&tenant, "1", &json!({ "Description": "x" }));
        receiver.accepted(&body).await;
        let item = receiver.stores.only(&tenant).await;
        assert_eq!(receiver.accepted(&body).await, "Duplicate");
        assert_eq!(receiver.stores.only(&tenant).await, item);
    }
}

#[tokio::test]
async fn an_event_that_was_serialised_anew_is_the_same_event() {
    let receiver = Receiver::of(&POST_INCIDENTS);
    let first = r#"{"CustomerId":2,"Tenant":"operations-anew","IncidentId":1,"CostRecovery":500.75,"Details":"é/\n"}"#;
    assert_eq!(receiver.accepted(first).await, "Created");
    let item = receiver.stores.only("operations-anew").await;
    let again = [
        "{ \"CustomerId\" : 2,\r\n\t\"Tenant\":\"operations-anew\", \"IncidentId\":1,\"CostRecovery\":500.75,\
         \"Details\":\"é/\\n\" }\n",
        r#"{"Details":"é/\n","CostRecovery":500.75,"IncidentId":1,"Tenant":"operations-anew","CustomerId":2}"#,
        r#"{"CustomerId":2.0,"Tenant":"operations-anew","IncidentId":1e0,"CostRecovery":5.00750E+2,"Details":"é/\n"}"#,
        r#"{"CustomerId":2,"Tenant":"operations\u002danew","IncidentId":1,"CostRecovery":500.75,"Details":"\u00e9\/\n"}"#,
    ];
    for body in again {
        let seen = receiver.send(body).await;
        assert_eq!(seen.text("outcome"), "Duplicate", "{body}");
        // The table knows the event; the archive keeps what came all the same.
        assert_eq!(receiver.stores.body(seen.text("archiveKey")).await, body.as_bytes());
    }
    assert_eq!(receiver.stores.only("operations-anew").await, item);
}

#[tokio::test]
async fn an_object_stays_as_the_first_request_put_it() {
    let receiver = Receiver::of(&POST_INCIDENTS);
    let body = receiver.body("operations-object", 1, &json!({}));
    let [first, second] = [receiver.send(&body).await, receiver.send(&body).await];
    assert_eq!(first.text("archiveKey"), second.text("archiveKey"));
    let head = receiver.stores.head(first.text("archiveKey")).await;
    assert_eq!(head.metadata().unwrap()["request-id"], first.text("requestId"));
}

#[tokio::test]
async fn a_late_repeat_of_an_earlier_body_does_not_undo_a_correction() {
    for operation in writing() {
        let receiver = Receiver::of(operation);
        let tenant = format!("operations-late-{}", operation.name);
        let [first, second] = [1, 2].map(|value| receiver.body(&tenant, "1", &json!({ "Value": value })));
        receiver.accepted(&first).await;
        receiver.accepted(&second).await;
        let item = receiver.stores.only(&tenant).await;
        assert_eq!(receiver.accepted(&first).await, "Duplicate");
        assert_eq!(receiver.stores.only(&tenant).await, item);
    }
}
