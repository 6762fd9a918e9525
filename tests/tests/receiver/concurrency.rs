//! Events of one record that arrive at the same time. `DynamoDB` serialises them.

use std::collections::BTreeMap;

use dataconnect::payload::{DELETE_PUNCHES, POST_PUNCHES};
use serde_json::{Value, json};
use tests::plain::history_outcomes;
use tests::receiver::Receiver;
use tokio::task::JoinSet;

/// Sends all bodies at once, each to its receiver, and counts the outcomes.
async fn send_at_once(events: impl IntoIterator<Item = (Receiver, String)>) -> BTreeMap<String, usize> {
    let mut sending = JoinSet::new();
    for (receiver, body) in events {
        sending.spawn(async move { receiver.accepted(body).await });
    }
    let mut outcomes = BTreeMap::new();
    for outcome in sending.join_all().await {
        *outcomes.entry(outcome).or_default() += 1;
    }
    outcomes
}

fn counts<const N: usize>(counts: [(&str, usize); N]) -> BTreeMap<String, usize> {
    counts.map(|(outcome, count)| (outcome.to_owned(), count)).into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_32_identical_events_at_once_one_makes_the_record() {
    for (operation, outcome) in [(&POST_PUNCHES, "Created"), (&DELETE_PUNCHES, "Deleted")] {
        let receiver = Receiver::of(operation);
        let tenant = format!("concurrency-same-{outcome}");
        let body = receiver.body(&tenant, 1, &json!({}));
        let outcomes = send_at_once((0..32).map(|_| (receiver.clone(), body.clone()))).await;
        assert_eq!(outcomes, counts([(outcome, 1), ("Duplicate", 31)]));
        let item = receiver.stores.only(&tenant).await;
        assert_eq!((history_outcomes(&item), &item["Revision"]), (vec![outcome], &json!({ "N": "1" })));
        let objects = receiver.stores.keys(&format!("raw/operation={}/tenant={tenant}/", operation.name)).await;
        assert_eq!(objects.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_24_different_bodies_at_once_none_is_lost() {
    let (receiver, tenant) = (Receiver::of(&POST_PUNCHES), "concurrency-corrections");
    let bodies: Vec<_> = (0..24).map(|value| receiver.body(tenant, 1, &json!({ "Value": value }))).collect();
    let outcomes = send_at_once(bodies.iter().map(|body| (receiver.clone(), body.clone()))).await;
    assert_eq!(outcomes, counts([("Created", 1), ("Corrected", 23)]));
    let item = receiver.stores.only(tenant).await;
    assert_eq!(item["Revision"], json!({ "N": "24" }));
    let entries = item["History"].as_array().unwrap();
    let mut hashes: Vec<_> = entries.iter().map(|entry| entry["ContentHash"].to_string()).collect();
    hashes.sort();
    hashes.dedup();
    assert_eq!(hashes.len(), 24);
    // The members are those of the last entry, whichever that is.
    let last = receiver.stores.body(entries[23]["ArchiveKey"].as_str().unwrap()).await;
    let last: Value = serde_json::from_slice(&last).unwrap();
    assert_eq!(item["Value"], json!({ "N": last["Value"].to_string() }));
    // Each of them is known from now on.
    let again = send_at_once(bodies.into_iter().map(|body| (receiver.clone(), body))).await;
    assert_eq!(again, counts([("Duplicate", 24)]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_punch_and_its_deletion_at_once_end_deleted_with_the_members() {
    let (punches, deletions) = (Receiver::of(&POST_PUNCHES), Receiver::of(&DELETE_PUNCHES));
    for round in 0..4 {
        let tenant = format!("concurrency-deleted-{round}");
        let punch = punches.body(&tenant, 1, &json!({ "GuardId": "G" }));
        let deletion = deletions.body(&tenant, 1, &json!({ "By": "editor" }));
        let outcomes = send_at_once((0..16).map(|index| match index % 2 {
            0 => (punches.clone(), punch.clone()),
            _ => (deletions.clone(), deletion.clone()),
        }))
        .await;
        assert_eq!(outcomes, counts([("Created", 1), ("Deleted", 1), ("Duplicate", 14)]));
        let item = punches.stores.only(&tenant).await;
        assert_eq!((&item["GuardId"], &item["Deletion"]["By"]), (&json!("G"), &json!("editor")));
        let mut history = history_outcomes(&item);
        history.sort_unstable();
        assert_eq!((history, &item["Revision"]), (vec!["Created", "Deleted"], &json!({ "N": "2" })));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn events_of_different_records_at_once_do_not_disturb_each_other() {
    let (receiver, tenant) = (Receiver::of(&POST_PUNCHES), "concurrency-different");
    let events = (0..32).map(|id| (receiver.clone(), receiver.body(tenant, id, &json!({}))));
    assert_eq!(send_at_once(events).await, counts([("Created", 32)]));
    assert_eq!(receiver.stores.items(&format!("2/{tenant}")).await.len(), 32);
}
