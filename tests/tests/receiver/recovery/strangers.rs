//! Objects that are no events of the records that their keys name, and records that are none of the receiver's.

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_s3::primitives::ByteStream;
use dataconnect::payload::{POST_NOTES, POST_PUNCHES};
use dataconnect::reconcile::{Finding, Repair, Summary, Unreadable};
use dataconnect::rejection::Reason;
use serde_json::json;
use tests::receiver::{Receiver, stack};
use tests::stores::s3;

use super::{at, found, lose, only_missing, reconciler, repair, report, store};

/// Puts an object there as somebody may who is not the receiver.
async fn put(receiver: &Receiver, key: &str, body: impl Into<Vec<u8>>, metadata: &[(&str, &str)]) {
    let body = ByteStream::from(body.into());
    let mut put = s3(stack().s3_endpoint()).put_object().bucket(&receiver.stores.bucket).key(key).body(body);
    for (name, value) in metadata {
        put = put.metadata(*name, *value);
    }
    put.send().await.unwrap();
}

#[tokio::test]
async fn what_somebody_else_put_there_is_told_by_what_is_wrong_with_it_and_never_applied() {
    let (receiver, tenant) = (Receiver::of(&POST_NOTES), "recovery-strangers");
    let folder = format!("raw/operation=post-notes/tenant={tenant}/customer=2");
    let key = |id: &str| format!("{folder}/date=2026-11-23/{id}.0123456789abcdef.json");
    let good = receiver.body(tenant, "good", &json!({}));
    let metadata = [("received-at", "2026-11-23T10:00:00.000Z"), ("request-id", "r")];

    put(&receiver, &format!("{folder}/readme.txt"), "hello", &metadata).await;
    put(&receiver, &key("no-metadata"), good.as_str(), &[]).await;
    put(&receiver, &key("no-request"), good.as_str(), &metadata[..1]).await;
    put(&receiver, &key("no-time"), good.as_str(), &[("received-at", "yesterday"), ("request-id", "r")]).await;
    put(&receiver, &key("no-json"), "{", &metadata).await;
    put(&receiver, &key("no-event"), "[]", &metadata).await;
    put(&receiver, &key("other-record"), good.as_str(), &metadata).await;
    put(&receiver, &key("other-tenant"), receiver.body("recovery", "other-tenant", &json!({})), &metadata).await;
    put(&receiver, &key("too-long"), " ".repeat(10 * 1_024 * 1_024 + 1), &metadata).await;
    put(&receiver, &key(&format!("cut~{}", "0".repeat(64))), good.as_str(), &metadata).await;
    put(&receiver, &key("good"), good.as_str(), &metadata).await;

    let summary = Summary { missing: 1, applied: 1, unreadable: 10, ..Summary::default() };
    assert_eq!(repair(&receiver, tenant).await, summary);
    let item = receiver.stores.only(tenant).await;
    assert_eq!((&item["RecordId"], &item["History"][0]["ArchiveKey"]), (&json!("good"), &json!(key("good"))));
    let mut told = Vec::new();
    for found in found(&receiver, tenant).await {
        let name = found.key.as_str().rsplit('/').next().unwrap().split(['.', '~']).next().unwrap().to_owned();
        if let Finding::Unreadable(unreadable) = found.finding {
            told.push((name, unreadable));
        }
    }
    let reason = |unreadable: &Unreadable| match unreadable {
        Unreadable::Key => "key",
        Unreadable::Metadata => "metadata",
        Unreadable::TooLong => "length",
        Unreadable::Body(rejection) if rejection.reason == Reason::InvalidJson => "no json",
        Unreadable::Body(rejection) if rejection.reason == Reason::NotAnObject => "no object",
        Unreadable::AnotherRecord(key) if key.customer_tenant.tenant() != tenant => "another tenant",
        Unreadable::AnotherRecord(key) if key.record_id.as_str() == "good" => "another record",
        _ => "something else",
    };
    let told: Vec<_> = told.iter().map(|(name, unreadable)| (name.as_str(), reason(unreadable))).collect();
    let expected = [
        ("cut", "another record"),
        ("no-event", "no object"),
        ("no-json", "no json"),
        ("no-metadata", "metadata"),
        ("no-request", "metadata"),
        ("no-time", "metadata"),
        ("other-record", "another record"),
        ("other-tenant", "another tenant"),
        ("too-long", "length"),
        ("readme", "key"),
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn an_object_that_was_deleted_since_it_was_found_is_told() {
    let (receiver, tenant) = (Receiver::of(&POST_NOTES), "recovery-gone");
    lose(&receiver, receiver.body(tenant, 1, &json!({})), at("10:00:00")).await;
    let missing = only_missing(&receiver, tenant).await;
    let delete = s3(stack().s3_endpoint()).delete_object().bucket(&receiver.stores.bucket);
    delete.key(missing.archive_key().as_str()).send().await.unwrap();
    let repair = reconciler(&receiver).repair(&missing).await.unwrap();
    let is_told = matches!(repair, Repair::NotApplied(Finding::Unreadable(Unreadable::NotAtHand)));
    assert!(is_told, "{repair:?}");
}

#[tokio::test]
async fn under_another_rule_for_record_ids_a_known_event_stays_known_and_a_missing_one_is_not_applied() {
    let (old, tenant) = (Receiver::of(&POST_PUNCHES), "recovery-rule");
    let body = |id: u32| json!({ "CustomerId": 2, "Tenant": tenant, "PunchId": id, "Id": "x" }).to_string();
    store(&old, body(1), at("10:00:00")).await;
    lose(&old, body(2), at("10:00:00")).await;
    let new = Receiver::identified_by(&POST_PUNCHES, "Id");
    assert_eq!(repair(&new, tenant).await, Summary { known: 1, unreadable: 1, ..Summary::default() });
    let found = found(&new, tenant).await;
    let other = |finding: &Finding| matches!(finding, Finding::Unreadable(Unreadable::AnotherRecord(_)));
    assert!(found.iter().any(|found| other(&found.finding)), "{found:?}");
    // By the rule that it came under, it is.
    assert_eq!(repair(&old, tenant).await, Summary { known: 1, missing: 1, applied: 1, ..Summary::default() });
    assert_eq!(old.stores.items(&format!("2/{tenant}")).await.len(), 2);
}

#[tokio::test]
async fn a_record_that_was_edited_by_hand_is_told_and_stops_nothing() {
    let (receiver, tenant) = (Receiver::of(&POST_NOTES), "recovery-edited");
    for id in 1..=3 {
        lose(&receiver, receiver.body(tenant, id, &json!({})), at("10:00:00")).await;
    }
    let missing = found(&receiver, tenant).await;
    store(&receiver, receiver.body(tenant, 2, &json!({ "Text": "x" })), at("09:00:00")).await;
    let mut item = receiver.stores.item(&format!("2/{tenant}"), "2").await.unwrap();
    item.insert("History".to_owned(), AttributeValue::S("none".to_owned()));
    receiver.stores.put_item(item.clone()).await;

    let expected = Summary { missing: 2, applied: 2, unreadable: 2, ..Summary::default() };
    assert_eq!(repair(&receiver, tenant).await, expected);
    let Finding::Missing(second) = &missing[1].finding else { panic!("{missing:?}") };
    let repair = reconciler(&receiver).repair(second).await.unwrap();
    let told = format!("{repair:?}");
    assert!(told.contains("Record(UnreadableItem(\"History\"))"), "{told}");
    assert_eq!(receiver.stores.item(&format!("2/{tenant}"), "2").await.unwrap(), item);
    assert_eq!(report(&receiver, tenant).await.unreadable, 2);
}
