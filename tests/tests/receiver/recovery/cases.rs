//! Events that are known, or missing, in other ways than most.

use dataconnect::payload::{DELETE_PUNCHES, POST_INCIDENTS, POST_NOTES, POST_PUNCHES};
use dataconnect::reconcile::{Finding, Repair, Summary};
use serde_json::json;
use tests::plain::history_outcomes;
use tests::receiver::Receiver;

use super::{at, found, lose, only_missing, reconciler, repair, report, store};

#[tokio::test]
async fn another_spelling_and_another_day_of_a_known_event_are_known() {
    let (receiver, tenant) = (Receiver::of(&POST_INCIDENTS), "recovery-spelling");
    let body = receiver.body(tenant, 1, &json!({ "Details": "x" }));
    store(&receiver, body.as_str(), at("10:00:00")).await;
    lose(&receiver, format!(" {body}\n"), at("11:00:00")).await;
    lose(&receiver, body.as_str(), "2026-11-24T00:00:01Z".parse().unwrap()).await;
    assert_eq!(report(&receiver, tenant).await, Summary { known: 3, ..Summary::default() });
}

#[tokio::test]
async fn two_objects_of_one_missing_event_are_applied_once_as_it_came_first() {
    let (receiver, tenant) = (Receiver::of(&POST_INCIDENTS), "recovery-twice");
    let body = receiver.body(tenant, 1, &json!({ "Details": "x" }));
    let first = lose(&receiver, format!(" {body}"), at("23:59:58.5")).await;
    lose(&receiver, body.as_str(), at("23:59:59")).await;
    lose(&receiver, body.as_str(), "2026-11-24T00:00:01Z".parse().unwrap()).await;
    assert_eq!(report(&receiver, tenant).await.missing, 3);
    assert_eq!(repair(&receiver, tenant).await.applied, 1);
    assert_eq!(report(&receiver, tenant).await, Summary { known: 3, ..Summary::default() });
    let item = receiver.stores.only(tenant).await;
    assert_eq!((&item["ReceivedAt"], &item["Revision"]), (&json!("2026-11-23T23:59:58.500Z"), &json!({ "N": "1" })));
    assert_eq!(item["History"][0]["ArchiveKey"], first.as_str());
}

#[tokio::test]
async fn records_of_long_and_odd_names_are_found() {
    let receiver = Receiver::of(&POST_PUNCHES);
    let long = |end: &str| format!("{}{end}", "😀".repeat(240));
    let ids = ["a/b", "../raw", "%2F", "~", "~a", " ", "\0\n", "é=?#", "sha256-1", "1.0123456789abcdef"];
    let ids: Vec<_> = ids.map(str::to_owned).into_iter().chain([long("a"), long("b")]).collect();
    for tenant in ["recovery-odd/é=..%~".to_owned(), format!("recovery-odd-{}", "/".repeat(200))] {
        for (index, id) in ids.iter().enumerate() {
            // Of half of them the record knows another event already.
            if index % 2 == 0 {
                store(&receiver, receiver.body(&tenant, id.as_str(), &json!({})), at("09:00:00")).await;
            }
            lose(&receiver, receiver.body(&tenant, id.as_str(), &json!({ "A": 1 })), at("10:00:00")).await;
        }
        let summary = report(&receiver, &tenant).await;
        assert_eq!(summary, Summary { known: 6, missing: 12, ..Summary::default() });
        assert_eq!(repair(&receiver, &tenant).await.applied, 12);
        assert_eq!(report(&receiver, &tenant).await, Summary { known: 18, ..Summary::default() });
        assert_eq!(receiver.stores.items(&format!("2/{tenant}")).await.len(), ids.len());
    }
}

#[tokio::test]
async fn an_event_that_its_content_identifies_is_applied_under_its_hash() {
    let tenant = "recovery-content";
    for (receiver, outcome) in [(Receiver::of(&POST_PUNCHES), "Created"), (Receiver::of(&DELETE_PUNCHES), "Deleted")] {
        let body = json!({ "CustomerId": 2, "Tenant": tenant, "GuardId": "G" }).to_string();
        lose(&receiver, body.as_str(), at("10:00:00")).await;
        assert_eq!(repair(&receiver, tenant).await.applied, 1);
        assert_eq!(receiver.accepted(body).await, "Duplicate", "after {outcome}");
    }
    let item = Receiver::of(&POST_PUNCHES).stores.only(tenant).await;
    assert!(item["RecordId"].as_str().unwrap().starts_with("sha256-"), "{item}");
    assert_eq!(history_outcomes(&item), ["Created", "Deleted"]);
}

#[tokio::test]
async fn a_body_that_is_too_large_for_an_item_is_applied_without_its_members() {
    let (receiver, tenant) = (Receiver::of(&POST_NOTES), "recovery-oversize");
    lose(&receiver, receiver.body(tenant, 1, &json!({ "Text": "x".repeat(500_000) })), at("10:00:00")).await;
    assert_eq!(repair(&receiver, tenant).await.applied, 1);
    assert_eq!(repair(&receiver, tenant).await, Summary { known: 1, ..Summary::default() });
    assert_eq!(receiver.stores.only(tenant).await["Oversize"], true);
}

#[tokio::test]
async fn a_history_that_dropped_entries_cannot_tell_and_nothing_is_applied() {
    let (receiver, tenant) = (Receiver::of(&POST_NOTES), "recovery-dropped");
    let body = |number: u32| receiver.body(tenant, 1, &json!({ "Text": number }));
    for number in 0..203_u32 {
        let at = at("10:00:00") + std::time::Duration::from_secs(number.into());
        store(&receiver, body(number), at).await;
    }
    let late = lose(&receiver, body(999), at("20:00:00")).await;
    let before = receiver.stores.only(tenant).await;
    assert_eq!(before["HistoryDropped"], json!({ "N": "3" }));
    let expected = Summary { known: 200, cannot_tell: 4, ..Summary::default() };
    assert_eq!(repair(&receiver, tenant).await, expected);
    let found = found(&receiver, tenant).await;
    let late = found.iter().find(|found| found.key == late).unwrap();
    assert!(matches!(late.finding, Finding::CannotTell { dropped: 3 }), "{late:?}");
    assert_eq!(receiver.stores.only(tenant).await, before);
}

#[tokio::test]
async fn repairing_twice_and_repairing_what_the_sender_brought_since_change_nothing() {
    let (receiver, tenant) = (Receiver::of(&POST_NOTES), "recovery-repeat");
    let body = receiver.body(tenant, 1, &json!({ "Text": "x" }));
    lose(&receiver, body.as_str(), at("10:00:00")).await;
    let missing = only_missing(&receiver, tenant).await;
    assert_eq!(missing.received_at(), at("10:00:00"));
    receiver.accepted(body.as_str()).await;
    let before = receiver.stores.only(tenant).await;
    for _ in 0..2 {
        let repair = reconciler(&receiver).repair(&missing).await.unwrap();
        let known = matches!(repair, Repair::NotApplied(Finding::Known | Finding::Repeat { .. }));
        assert!(known, "{repair:?}");
    }
    assert_eq!(receiver.stores.only(tenant).await, before);
}
