//! Items that somebody edited by hand.

use aws_sdk_dynamodb::types::AttributeValue;
use dataconnect::payload::{DELETE_PUNCHES, POST_PUNCHES};
use lambda_http::http::StatusCode;
use serde_json::json;
use tests::receiver::Receiver;
use tests::stores::Item;

/// A record of a tenant, and its item to edit.
async fn record(tenant: &str) -> (Receiver, Item) {
    let receiver = Receiver::of(&POST_PUNCHES);
    receiver.accepted(receiver.body(tenant, 1, &json!({ "GuardId": "G" }))).await;
    let item = receiver.stores.item(&format!("2/{tenant}"), "1").await.unwrap();
    (receiver, item)
}

#[tokio::test]
async fn an_attribute_that_was_added_by_hand_survives_a_deletion() {
    let (receiver, mut item) = record("edited-added").await;
    let added = [
        ("Reviewed", AttributeValue::Bool(true)),
        ("Tags", AttributeValue::Ss(vec!["a".to_owned(), "b".to_owned()])),
        ("Scores", AttributeValue::Ns(vec!["1".to_owned(), "2.5".to_owned()])),
        ("Photo", AttributeValue::B(b"\xff\0".to_vec().into())),
    ];
    item.extend(added.clone().map(|(name, value)| (name.to_owned(), value)));
    receiver.stores.put_item(item).await;
    let deletions = Receiver::of(&DELETE_PUNCHES);
    assert_eq!(deletions.accepted(deletions.body("edited-added", 1, &json!({}))).await, "Deleted");
    let item = receiver.stores.item("2/edited-added", "1").await.unwrap();
    for (name, value) in added {
        assert_eq!(item.get(name), Some(&value), "{name}");
    }
    assert!(item.contains_key("GuardId") && item.contains_key("DeletedAt"));
}

#[tokio::test]
async fn a_broken_item_is_not_touched_and_the_body_is_in_the_archive() {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    for (index, (name, value)) in [
        ("Revision", Some(text("one"))),
        ("Revision", Some(AttributeValue::N("-1".to_owned()))),
        ("Revision", None),
        ("History", None),
        ("History", Some(AttributeValue::L(vec![AttributeValue::M(Item::new())]))),
        ("ReceivedAt", Some(text("yesterday"))),
        ("Drift", Some(AttributeValue::L(vec![AttributeValue::Bool(true)]))),
        ("DeletedAt", Some(text("2026-11-23T12:00:00.000Z"))),
    ]
    .into_iter()
    .enumerate()
    {
        let tenant = format!("edited-broken-{index}");
        let (receiver, mut item) = record(&tenant).await;
        match value {
            Some(value) => item.insert(name.to_owned(), value),
            None => item.remove(name),
        };
        receiver.stores.put_item(item.clone()).await;

        let body = receiver.body(&tenant, 1, &json!({ "GuardId": "H" }));
        let seen = receiver.send(&body).await;
        assert_eq!(seen.status, StatusCode::INTERNAL_SERVER_ERROR, "{name}: {}", seen.body);
        let problem = json!({
            "type": "urn:problem-type:dataconnect:failed", "title": "Something went wrong here", "status": 500,
            "requestId": seen.text("requestId"),
        });
        assert_eq!(seen.body, problem);
        assert_eq!(receiver.stores.item(&format!("2/{tenant}"), "1").await.unwrap(), item);
        let keys = receiver.stores.keys(&format!("raw/operation=post-punches/tenant={tenant}/")).await;
        assert_eq!(keys.len(), 2);
        let mut bodies = Vec::new();
        for key in &keys {
            bodies.push(receiver.stores.body(key).await);
        }
        assert!(bodies.contains(&body.into_bytes()));
    }
}
