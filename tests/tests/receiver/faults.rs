//! The receiver's promises while the stores, or the network before them, misbehave in each way by itself and in all.

use std::fmt::Write as _;
use std::net::SocketAddr;

use dataconnect::archive::Archive;
use dataconnect::digest::Digest;
use dataconnect::operation::Operation;
use dataconnect::payload::{DELETE_PUNCHES, POST_PUNCHES};
use dataconnect::table::Table;
use futures_util::StreamExt;
use lambda_http::http::StatusCode;
use serde_json::{Value, json};
use tests::faults::{Fault, FaultPlan, Layers};
use tests::plain::plain;
use tests::receiver::{Receiver, stack};
use tokio::task::JoinSet;

mod layer;

/// As many tries as a patient sender makes.
const TRIES: usize = 200;

/// Both stores of the local stack, each behind a layer.
async fn layers(plan: &FaultPlan) -> Layers {
    let [dynamodb, s3] = [stack().dynamodb_endpoint(), stack().s3_endpoint()].map(|endpoint| address(&endpoint));
    Layers::start(dynamodb, s3, plan).await
}

/// The receiver of an operation that knows the stores only through the layers, with the product's own clients.
fn receiver(layers: &Layers, operation: &'static Operation, name: &str) -> Receiver {
    let mut receiver = Receiver::of(operation);
    let (dynamodb, s3) = layers.clients(name);
    receiver.pipeline.archive = Archive::new(s3, receiver.stores.bucket.clone());
    receiver.pipeline.table = Table::new(dynamodb, receiver.stores.table.clone());
    receiver
}

pub(crate) fn address(endpoint: &str) -> SocketAddr {
    endpoint.strip_prefix("http://").unwrap().parse().unwrap()
}

/// One event, and the receiver that it is for.
#[derive(Clone)]
struct Sent {
    receiver: Receiver,
    record: usize,
    body: String,
}

impl Sent {
    /// Tries again on our trouble until it is acknowledged.
    async fn until_accepted(self) {
        let mut refusals = String::new();
        for _ in 0..TRIES {
            let seen = self.receiver.send(&self.body).await;
            if seen.status == StatusCode::OK {
                return;
            }
            assert_eq!(seen.status, StatusCode::SERVICE_UNAVAILABLE, "{}", seen.body);
            writeln!(refusals, "{}", seen.body).unwrap();
        }
        panic!("never accepted: {}\n{refusals}", self.body);
    }
}

/// Of each record a punch, two corrections and a deletion: four events.
fn events(layers: &Layers, tenant: &str, records: usize) -> Vec<Sent> {
    let [punches, deletions] = [&POST_PUNCHES, &DELETE_PUNCHES].map(|operation| receiver(layers, operation, tenant));
    let of_record = |record: usize| {
        let punch = |time: &str| punches.body(tenant, record, &json!({ "PunchTime": time }));
        let deletion = deletions.body(tenant, record, &json!({ "By": "editor" }));
        let posted = ["06:58", "07:00", "07:02"].map(|time| (&punches, punch(time)));
        let all = posted.into_iter().chain([(&deletions, deletion)]);
        all.map(|(receiver, body)| Sent { receiver: receiver.clone(), record, body }).collect::<Vec<_>>()
    };
    (0..records).flat_map(of_record).collect()
}

/// Sends the events, half of them twice, in an order by the seed and so many at a time. All must be kept, once.
async fn assert_kept(layers: &Layers, tenant: &str, records: usize, at_once: usize) {
    let events = events(layers, tenant, records);
    let repeats = events.iter().step_by(2).cloned();
    let mut sent: Vec<_> = events.iter().cloned().chain(repeats).collect();
    fastrand::Rng::with_seed(4).shuffle(&mut sent);
    futures_util::stream::iter(sent).for_each_concurrent(at_once, Sent::until_accepted).await;

    let stores = Receiver::of(&POST_PUNCHES).stores;
    for of_record in events.chunk_by(|one, other| one.record == other.record) {
        let record = of_record[0].record;
        let item = stores.item(&format!("2/{tenant}"), &record.to_string()).await;
        let item = plain(&item.unwrap_or_else(|| panic!("{tenant}: no record {record}")));
        assert_eq!(item["Revision"], json!({ "N": of_record.len().to_string() }), "{tenant}: {item}");
        let history = item["History"].as_array().unwrap();
        assert_eq!(history.len(), of_record.len(), "{tenant}: {item}");
        for event in of_record {
            let entry = only_entry(history, event).unwrap_or_else(|| panic!("{tenant}: {} in {item}", event.body));
            let archived = stores.body(entry["ArchiveKey"].as_str().unwrap()).await;
            assert_eq!(archived, event.body.as_bytes(), "{tenant}");
        }
    }
}

/// The entry of an event, if there is exactly one. The bodies of these tests are canonical as they are sent.
fn only_entry<'a>(history: &'a [Value], event: &Sent) -> Option<&'a Value> {
    let hash = Digest::of(event.body.as_bytes()).to_string();
    let operation = event.receiver.pipeline.operation.name;
    let mut entries = history.iter().filter(|entry| entry["ContentHash"] == hash && entry["Operation"] == operation);
    entries.next().filter(|_| entries.next().is_none())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn under_each_fault_alone_every_event_is_kept_and_kept_once() {
    let mut kinds = JoinSet::new();
    for fault in Fault::ALL {
        kinds.spawn(async move {
            // Each hang takes as long as the SDK's patience: few events, all of them at once.
            let (rate, records, at_once) = if fault == Fault::Hang { (0.25, 3, 18) } else { (0.4, 12, 24) };
            let layers = layers(&FaultPlan::only(fault, 11, rate)).await;
            let tenant = format!("faults-alone-{}", fault.name().replace(' ', "-"));
            assert_kept(&layers, &tenant, records, at_once).await;
            for layer in [&layers.dynamodb, &layers.s3] {
                let injected = layer.injected();
                assert_eq!(injected.keys().collect::<Vec<_>>(), [&fault]);
                assert!(injected[&fault] < layer.requests(), "{tenant}: some requests must get through");
            }
        });
    }
    kinds.join_all().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn under_all_faults_at_once_every_event_is_kept_and_kept_once() {
    let layers = layers(&FaultPlan::mixture(12, 0.3)).await;
    assert_kept(&layers, "faults-mixture", 24, 24).await;
    let kinds = layers.dynamodb.injected().len() + layers.s3.injected().len();
    assert!(kinds > Fault::ALL.len(), "{:?} {:?}", layers.dynamodb.injected(), layers.s3.injected());
}
