//! Properties of the repair, over sequences of events each of which may have been lost.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use dataconnect::payload::{DELETE_PUNCHES, POST_PUNCHES};
use dataconnect::reconcile::{Finding, Summary};
use dataconnect::record::{Record, merge};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use tests::plain::plain;
use tests::receiver::Receiver;
use tokio::runtime::Builder;

use super::{Arrival, at, found, lose, repair, report, store};

/// One event: a punch or its deletion, which body, of which punch, and whether its record is lost.
#[derive(Debug, Clone)]
struct Sent {
    is_punch: bool,
    body: u8,
    punch: u8,
    is_lost: bool,
}

fn sent() -> impl Strategy<Value = Vec<Sent>> {
    let one = (prop::bool::weighted(0.75), 0_u8..4, 0_u8..2, any::<bool>());
    let one = one.prop_map(|(is_punch, body, punch, is_lost)| Sent { is_punch, body, punch, is_lost });
    vec(one, 1..14)
}

struct Receivers {
    tenant: String,
    punches: Receiver,
    deletions: Receiver,
}

impl Receivers {
    fn new() -> Self {
        static CASES: AtomicU64 = AtomicU64::new(0);
        let tenant = format!("recovery-random-{}", CASES.fetch_add(1, Ordering::Relaxed));
        Self { tenant, punches: Receiver::of(&POST_PUNCHES), deletions: Receiver::of(&DELETE_PUNCHES) }
    }

    fn both(&self) -> [&Receiver; 2] {
        [&self.punches, &self.deletions]
    }

    /// The event's receiver, body and time. The events of a run spread over two days.
    fn arrival(&self, number: usize, sent: &Sent) -> (&Receiver, String, jiff::Timestamp) {
        let receiver = if sent.is_punch { &self.punches } else { &self.deletions };
        let body = receiver.body(&self.tenant, sent.punch, &json!({ "Text": sent.body }));
        (receiver, body, at("20:00:00") + Duration::from_secs(1_800 * number as u64))
    }

    async fn send(&self, events: &[Sent]) {
        for (number, sent) in events.iter().enumerate() {
            let (receiver, body, at) = self.arrival(number, sent);
            if sent.is_lost {
                lose(receiver, body, at).await;
            } else {
                store(receiver, body, at).await;
            }
        }
    }

    async fn items(&self) -> Vec<Value> {
        self.punches.stores.items(&format!("2/{}", self.tenant)).await.iter().map(plain).collect()
    }

    async fn item(&self, punch: u8) -> Option<Value> {
        self.punches.stores.item(&format!("2/{}", self.tenant), &punch.to_string()).await.as_ref().map(plain)
    }
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn after_the_repair_every_event_is_in_its_record_or_superseded_and_the_latest_body_stands(events in sent()) {
        Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            let receivers = Receivers::new();
            receivers.send(&events).await;
            for receiver in receivers.both() {
                let before = report(receiver, &receivers.tenant).await;
                let after = repair(receiver, &receivers.tenant).await;
                assert!(after.applied <= before.missing, "{before:?} {after:?}");
            }
            let items = receivers.items().await;
            let entries = || items.iter().flat_map(|item| item["History"].as_array().unwrap());
            for receiver in receivers.both() {
                for found in found(receiver, &receivers.tenant).await {
                    match found.finding {
                        Finding::Known | Finding::Repeat { .. } => {}
                        Finding::Superseded { received_at, by } => {
                            let later = entries().find(|entry| entry["ArchiveKey"] == by.as_str()).unwrap();
                            assert!(received_at < later["At"].as_str().unwrap().parse().unwrap());
                        }
                        other => panic!("{other:?}"),
                    }
                }
            }
            for item in &items {
                let history = item["History"].as_array().unwrap();
                let is_write = |entry: &&Value| entry["Operation"] == POST_PUNCHES.name;
                let writes = history.iter().filter(is_write).map(|entry| entry["At"].as_str().unwrap());
                assert!(writes.is_sorted(), "{item}");
                if let Some(last) = history.iter().rfind(is_write) {
                    let body = receivers.punches.stores.body(last["ArchiveKey"].as_str().unwrap()).await;
                    let body: Value = serde_json::from_slice(&body).unwrap();
                    assert_eq!(item["Text"], json!({ "N": body["Text"].to_string() }), "{item}");
                }
                assert_eq!(item["Revision"], json!({ "N": history.len().to_string() }));
            }
            for receiver in receivers.both() {
                let again = repair(receiver, &receivers.tenant).await;
                assert_eq!((again.missing, again.applied, again.cannot_tell, again.unreadable), (0, 0, 0, 0));
            }
            assert_eq!(receivers.items().await, items);
        });
    }

    #[test]
    fn where_every_record_was_lost_they_become_what_the_events_make(events in sent()) {
        Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            let receivers = Receivers::new();
            let lost: Vec<_> = events.into_iter().map(|sent| Sent { is_lost: true, ..sent }).collect();
            receivers.send(&lost).await;
            for receiver in receivers.both() {
                let Summary { missing, applied, known, .. } = repair(receiver, &receivers.tenant).await;
                assert!(applied > 0 || missing + known == 0);
            }
            for punch in 0..2 {
                let mut expected: Option<Record> = None;
                for (number, sent) in lost.iter().enumerate().filter(|(_, sent)| sent.punch == punch) {
                    let (receiver, body, at) = receivers.arrival(number, sent);
                    expected = Some(merge(expected, &Arrival::new(receiver, body, at).event).0);
                }
                let expected = expected.map(|record| in_order(plain(&record.into_item())));
                assert_eq!(receivers.item(punch).await.map(in_order), expected);
            }
        });
    }
}

/// A record without what the repair of one operation after the other leaves different: which one came first.
fn in_order(mut item: Value) -> Value {
    item["History"].as_array_mut().unwrap().sort_by_key(|entry| entry["At"].to_string());
    item.as_object_mut().unwrap().remove("ReceivedAt");
    item
}
