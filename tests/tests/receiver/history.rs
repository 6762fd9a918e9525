//! Long histories.

use dataconnect::payload::{DELETE_PUNCHES, POST_PUNCHES};
use serde_json::{Value, json};
use tests::receiver::Receiver;

#[tokio::test]
async fn a_history_past_two_hundred_entries_keeps_its_beginning_and_its_end_and_counts_the_rest() {
    let (receiver, tenant) = (Receiver::of(&POST_PUNCHES), "history-long");
    let body = |value: u32| receiver.body(tenant, 1, &json!({ "Value": value }));
    for value in 0..205 {
        assert_eq!(receiver.accepted(body(value)).await, if value == 0 { "Created" } else { "Corrected" });
    }
    let item = receiver.stores.only(tenant).await;
    assert_eq!((&item["Revision"], &item["HistoryDropped"]), (&json!({ "N": "205" }), &json!({ "N": "5" })));
    assert_eq!((&item["Value"], item.get("Oversize")), (&json!({ "N": "204" }), None));
    let entries = item["History"].as_array().unwrap();
    assert_eq!(entries.len(), 200);
    assert_eq!(entries[0]["Outcome"], "Created");
    let hashes: Vec<_> = entries.iter().map(|entry| entry["ContentHash"].as_str().unwrap()).collect();
    for (value, is_known) in [(0, true), (99, true), (100, false), (104, false), (105, true), (204, true)] {
        let canonical = serde_json::from_str::<Value>(&body(value)).unwrap().to_string();
        let hash = dataconnect::digest::Digest::of(canonical.as_bytes()).to_string();
        assert_eq!(hashes.contains(&hash.as_str()), is_known, "{value}");
    }

    for value in [0, 99, 105, 204] {
        assert_eq!(receiver.accepted(body(value)).await, "Duplicate");
    }
    let deletions = Receiver::of(&DELETE_PUNCHES);
    assert_eq!(deletions.accepted(deletions.body(tenant, 1, &json!({}))).await, "Deleted");
    let item = receiver.stores.only(tenant).await;
    assert_eq!((&item["HistoryDropped"], &item["Value"]), (&json!({ "N": "6" }), &json!({ "N": "204" })));
    assert!(item["DeletedAt"].is_string());
}

/// A deletion that came early, and so many more that the middle was dropped: the punch still comes in as the first.
#[tokio::test]
async fn a_late_punch_fills_a_tombstone_with_a_long_history() {
    let (punches, deletions, tenant) =
        (Receiver::of(&POST_PUNCHES), Receiver::of(&DELETE_PUNCHES), "history-tombstone");
    for index in 0..202 {
        let outcome = deletions.accepted(deletions.body(tenant, 1, &json!({ "By": index }))).await;
        assert_eq!(outcome, if index == 0 { "Deleted" } else { "AlreadyDeleted" });
    }
    assert_eq!(punches.accepted(punches.body(tenant, 1, &json!({ "GuardId": "G" }))).await, "Created");
    assert_eq!(punches.accepted(punches.body(tenant, 1, &json!({ "GuardId": "H" }))).await, "Corrected");
    let item = punches.stores.only(tenant).await;
    assert_eq!((&item["GuardId"], &item["Deletion"]["By"]), (&json!("H"), &json!({ "N": "0" })));
}
