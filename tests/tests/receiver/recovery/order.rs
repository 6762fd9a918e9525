//! When an event came decides whether it may still be applied, and after which others.

use dataconnect::payload::{DELETE_PUNCHES, POST_PUNCHES};
use dataconnect::reconcile::{Finding, Plan, Repair, Summary};
use jiff::Timestamp;
use serde_json::json;
use tests::plain::{history_outcomes, plain};
use tests::receiver::Receiver;

use super::{Arrival, at, found, lose, of_tenant, only_missing, reconciler, repair, store};

#[tokio::test]
async fn a_missing_body_never_replaces_one_that_came_later() {
    let (receiver, tenant) = (Receiver::of(&POST_PUNCHES), "recovery-superseded");
    let body = |text: &str| receiver.body(tenant, 1, &json!({ "Text": text }));
    store(&receiver, body("first"), at("09:00:00")).await;
    let stale = lose(&receiver, body("stale"), at("10:00:00")).await;
    let current = Arrival::new(&receiver, body("current"), at("11:00:00")).event.archive_key;
    store(&receiver, body("current"), at("11:00:00")).await;

    let before = receiver.stores.only(tenant).await;
    let expected = Summary { known: 2, superseded: 1, ..Summary::default() };
    assert_eq!(repair(&receiver, tenant).await, expected);
    assert_eq!(receiver.stores.only(tenant).await, before);
    let found = found(&receiver, tenant).await;
    let found = found.iter().find(|found| found.key == stale).unwrap();
    let Finding::Superseded { received_at, by } = &found.finding else { panic!("{found:?}") };
    assert_eq!((*received_at, by), (at("10:00:00"), &current));

    lose(&receiver, body("newest"), at("12:00:00")).await;
    assert_eq!(
        repair(&receiver, tenant).await,
        Summary { known: 2, missing: 1, superseded: 1, applied: 1, ..Summary::default() }
    );
    let item = receiver.stores.only(tenant).await;
    assert_eq!((&item["Text"], &item["UpdatedAt"]), (&json!("newest"), &json!("2026-11-23T12:00:00.000Z")));
    assert_eq!(history_outcomes(&item), ["Created", "Corrected", "Corrected"]);
}

#[tokio::test]
async fn of_two_bodies_of_one_millisecond_the_one_that_stands_is_left_to_stand() {
    let (receiver, tenant) = (Receiver::of(&POST_PUNCHES), "recovery-same-time");
    store(&receiver, receiver.body(tenant, 1, &json!({ "Text": "stands" })), at("10:00:00")).await;
    lose(&receiver, receiver.body(tenant, 1, &json!({ "Text": "lost" })), at("10:00:00")).await;
    assert_eq!(repair(&receiver, tenant).await, Summary { known: 1, superseded: 1, ..Summary::default() });
    assert_eq!(receiver.stores.only(tenant).await["Text"], "stands");
}

/// Found missing, and corrected by the sender before it was applied.
#[tokio::test]
async fn what_came_since_it_was_found_is_not_replaced_either() {
    let (receiver, tenant) = (Receiver::of(&POST_PUNCHES), "recovery-since");
    lose(&receiver, receiver.body(tenant, 1, &json!({ "Text": "stale" })), at("10:00:00")).await;
    let missing = only_missing(&receiver, tenant).await;
    store(&receiver, receiver.body(tenant, 1, &json!({ "Text": "current" })), at("11:00:00")).await;
    let before = receiver.stores.only(tenant).await;
    let repair = reconciler(&receiver).repair(&missing).await.unwrap();
    assert!(matches!(repair, Repair::NotApplied(Finding::Superseded { .. })), "{repair:?}");
    assert_eq!(receiver.stores.only(tenant).await, before);
}

#[tokio::test]
async fn a_deletion_is_applied_however_late_it_is_found() {
    let (punches, deletions) = (Receiver::of(&POST_PUNCHES), Receiver::of(&DELETE_PUNCHES));
    let tenant = "recovery-deletion";
    lose(&deletions, deletions.body(tenant, 1, &json!({ "Reason": "r" })), at("10:00:00")).await;
    store(&punches, punches.body(tenant, 1, &json!({ "Text": "x" })), at("11:00:00")).await;
    store(&punches, punches.body(tenant, 1, &json!({ "Text": "y" })), at("12:00:00")).await;
    assert_eq!(repair(&deletions, tenant).await, Summary { missing: 1, applied: 1, ..Summary::default() });
    assert_eq!(repair(&deletions, tenant).await, Summary { known: 1, ..Summary::default() });
    let item = punches.stores.only(tenant).await;
    assert_eq!((&item["DeletedAt"], &item["Text"]), (&json!("2026-11-23T10:00:00.000Z"), &json!("y")));
    assert_eq!(item["UpdatedAt"], "2026-11-23T12:00:00.000Z");

    // A punch whose deletion came through is applied, and stays deleted.
    let tenant = "recovery-deleted";
    lose(&punches, punches.body(tenant, 1, &json!({ "Text": "x" })), at("10:00:00")).await;
    store(&deletions, deletions.body(tenant, 1, &json!({})), at("11:00:00")).await;
    assert_eq!(repair(&punches, tenant).await.applied, 1);
    let item = punches.stores.only(tenant).await;
    assert_eq!((&item["DeletedAt"], &item["Text"]), (&json!("2026-11-23T11:00:00.000Z"), &json!("x")));
}

/// The keys of a day stand in the order of their digests, not of their times.
#[tokio::test]
async fn corrections_are_applied_in_the_order_in_which_they_came_within_a_day_and_over_days() {
    let receiver = Receiver::of(&POST_PUNCHES);
    for concurrency in [1, 16] {
        let tenant = format!("recovery-order-{concurrency}");
        let times = (0..24).map(|hour| at("08:00:00") + std::time::Duration::from_secs(3_600 * hour));
        let times: Vec<Timestamp> = times.collect();
        for (number, time) in times.iter().enumerate() {
            for id in ["T1", "T1.2"] {
                lose(&receiver, receiver.body(&tenant, id, &json!({ "Text": number })), *time).await;
            }
        }
        let plan = Plan { concurrency: concurrency.try_into().unwrap(), ..Plan::repair() };
        let summary = reconciler(&receiver).run(of_tenant(&tenant, plan)).finish().await.unwrap();
        assert_eq!(summary, Summary { missing: 48, applied: 48, ..Summary::default() });
        let items = receiver.stores.items(&format!("2/{tenant}")).await;
        assert_eq!(items.len(), 2);
        for item in items.iter().map(plain) {
            assert_eq!(item["Text"], json!({ "N": "23" }));
            let expected: Vec<_> = times.iter().map(|time| json!(format!("{time:.3}"))).collect();
            let history = item["History"].as_array().unwrap();
            let written: Vec<_> = history.iter().map(|entry| entry["At"].clone()).collect();
            assert_eq!(written, expected);
        }
    }
}
