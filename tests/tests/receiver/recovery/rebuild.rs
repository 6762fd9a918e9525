//! Records made anew from the archive are those of the tables, or what differs is told.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use dataconnect::payload::{DELETE_PUNCHES, POST_PUNCHES};
use dataconnect::reconcile::{Place, Rebuilder, Rebuilt, Scope, Verdict};
use futures_util::TryStreamExt;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;
use tests::receiver::Receiver;
use tokio::runtime::Builder;

use super::{Arrival, at, lose, reconciler, store};

fn rebuilder(tenant: &str, keys_at_once: usize) -> Rebuilder {
    let operations = [&POST_PUNCHES, &DELETE_PUNCHES].map(|operation| reconciler(&Receiver::of(operation)));
    Rebuilder { operations: operations.into(), scope: Scope::Tenant(tenant.to_owned()), keys_at_once, concurrency: 4 }
}

async fn rebuilt(rebuilder: &Rebuilder, from: Option<Place>) -> Vec<Rebuilt> {
    rebuilder.run(from).try_collect().await.unwrap()
}

async fn only_verdict(tenant: &str) -> Verdict {
    let rebuilt = rebuilt(&rebuilder(tenant, 1_000), None).await;
    assert_eq!(rebuilt.len(), 1, "{rebuilt:?}");
    rebuilt[0].verdict.clone()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_came_in_order_is_the_same_however_few_keys_are_held_at_once(
        events in vec((prop::bool::weighted(0.75), 0_u8..4, 0_u8..6), 1..30),
        keys_at_once in 1_usize..12,
    ) {
        static CASES: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
        let case = CASES.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let tenant = format!("rebuild-random-{case}");
        Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            let (punches, deletions) = (Receiver::of(&POST_PUNCHES), Receiver::of(&DELETE_PUNCHES));
            for (number, (is_punch, body, punch)) in events.iter().enumerate() {
                let receiver = if *is_punch { &punches } else { &deletions };
                let body = receiver.body(&tenant, *punch, &json!({ "Text": body, "Cost": 1.50 }));
                store(receiver, body, at("20:00:00") + Duration::from_secs(1_800 * number as u64)).await;
            }
            let rebuilder = rebuilder(&tenant, keys_at_once);
            let all = rebuilt(&rebuilder, None).await;
            assert!(all.iter().all(|one| one.verdict == Verdict::Same && one.unreadable == 0), "{all:?}");
            let records: BTreeSet<_> = all.iter().map(|one| one.record.as_str()).collect();
            let sent: BTreeSet<_> = events.iter().map(|(_, _, punch)| punch).collect();
            assert_eq!((records.len(), all.len()), (sent.len(), sent.len()), "each record once");
            for (done, one) in all.iter().enumerate() {
                let rest = rebuilt(&rebuilder, Some(one.place.clone())).await;
                let names = |all: &[Rebuilt]| all.iter().map(|one| one.record.clone()).collect::<Vec<_>>();
                assert_eq!(names(&rest), names(&all[done + 1..]));
            }
        });
    }
}

#[tokio::test]
async fn a_record_that_is_not_there_lacks_an_event_or_was_edited_is_told() {
    let punches = Receiver::of(&POST_PUNCHES);
    lose(&punches, punches.body("rebuild-absent", 1, &json!({})), at("10:00:00")).await;
    assert_eq!(only_verdict("rebuild-absent").await, Verdict::Absent);

    store(&punches, punches.body("rebuild-fewer", 1, &json!({})), at("10:00:00")).await;
    lose(&punches, punches.body("rebuild-fewer", 1, &json!({ "More": 1 })), at("11:00:00")).await;
    assert_eq!(only_verdict("rebuild-fewer").await, Verdict::Fewer { events: 1 });

    let tenant = "rebuild-edited";
    store(&punches, punches.body(tenant, 1, &json!({ "GuardId": "G-1" })), at("10:00:00")).await;
    assert_eq!(only_verdict(tenant).await, Verdict::Same);
    let mut item = punches.stores.item(&format!("2/{tenant}"), "1").await.unwrap();
    item.insert("GuardId".to_owned(), AttributeValue::S("G-2".to_owned()));
    item.insert("Approved".to_owned(), AttributeValue::Bool(true));
    punches.stores.put_item(item).await;
    assert_eq!(only_verdict(tenant).await, Verdict::Different(vec!["Approved".to_owned(), "GuardId".to_owned()]));
}

#[tokio::test]
async fn deliveries_that_raced_or_were_repeated_after_an_error_are_the_same_in_the_order_of_the_history() {
    let (punches, tenant) = (Receiver::of(&POST_PUNCHES), "rebuild-raced");
    let [first, second] = [("10:00:00", 1), ("10:00:01", 2)]
        .map(|(time, text)| Arrival::new(&punches, punches.body(tenant, 1, &json!({ "Text": text })), at(time)));
    for arrival in [&second, &first] {
        arrival.archive(&punches).await;
        punches.pipeline.table.record(&arrival.event).await.unwrap();
    }
    assert_eq!(only_verdict(tenant).await, Verdict::OtherOrder);

    let tenant = "rebuild-repeated";
    let body = punches.body(tenant, 1, &json!({}));
    lose(&punches, body.as_str(), at("10:00:00")).await;
    store(&punches, body.as_str(), at("10:00:30")).await;
    assert_eq!(only_verdict(tenant).await, Verdict::OtherOrder);
}
