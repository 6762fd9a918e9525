//! `DynamoDB` is gone while S3 works, and the sender gives up.

use std::collections::BTreeMap;
use std::time::Duration;

use dataconnect::archive::Archive;
use dataconnect::operation::Operation;
use dataconnect::payload::OPERATIONS;
use dataconnect::reconcile::{Plan, ReconcileError, Summary};
use dataconnect::table::Table;
use dataconnect_local::stack::LocalStack;
use lambda_http::http::StatusCode;
use serde_json::{Value, json};
use tests::broken::refusing;
use tests::plain::{plain, timeless};
use tests::receiver::{Receiver, template};
use tests::stores::{Stores, dynamodb, s3};

use super::{of_tenant, only_missing, reconciler, repair, report};

const TENANTS: [&str; 2] = ["recovery-outage", "recovery-outage/ü"];
const CUSTOMERS: [u64; 2] = [2, 22];
const RECORDS: u64 = 20;

/// A receiver on a stack of its own.
fn receiver_on(stack: &LocalStack, operation: &'static Operation) -> Receiver {
    let mut receiver = Receiver::of(operation);
    receiver.stores = Stores::of(stack, operation);
    receiver.pipeline.archive = Archive::new(s3(stack.s3_endpoint()), receiver.stores.bucket.clone());
    receiver.pipeline.table = Table::new(dynamodb(stack.dynamodb_endpoint()), receiver.stores.table.clone());
    receiver
}

async fn without_table(mut receiver: Receiver) -> Receiver {
    receiver.pipeline.table = Table::new(dynamodb(refusing().await), receiver.stores.table.clone());
    receiver
}

fn body(operation: &Operation, tenant: &str, customer: u64, id: u64, text: &str) -> String {
    json!({ "CustomerId": customer, "Tenant": tenant, operation.record_id: id.to_string(), "Text": text }).to_string()
}

/// The events of an operation and tenant: a few from before the outage, and those in it, the corrections last.
fn bodies(operation: &Operation, tenant: &str) -> (Vec<String>, Vec<String>) {
    let (mut before, mut during, mut corrections) = (Vec::new(), Vec::new(), Vec::new());
    for customer in CUSTOMERS {
        for id in 0..RECORDS {
            let first = if id % 5 == 0 { &mut before } else { &mut during };
            first.push(body(operation, tenant, customer, id, "first"));
            if id % 3 == 0 {
                corrections.push(body(operation, tenant, customer, id, "second"));
            }
        }
    }
    during.extend(corrections);
    (before, during)
}

async fn items(receiver: &Receiver, tenant: &str) -> BTreeMap<String, Value> {
    let mut items = BTreeMap::new();
    for customer in CUSTOMERS {
        for item in receiver.stores.items(&format!("{customer}/{tenant}")).await {
            let item = plain(&item);
            items.insert(format!("{customer} {}", item["RecordId"]), item);
        }
    }
    items
}

async fn archived(receiver: &Receiver, tenant: &str) -> BTreeMap<String, Vec<u8>> {
    let encoded = tenant.replace('/', "%2F").replace('ü', "%C3%BC");
    let prefix = format!("raw/operation={}/tenant={encoded}/", receiver.pipeline.operation.name);
    let mut bodies = BTreeMap::new();
    for key in receiver.stores.keys(&prefix).await {
        let body = receiver.stores.body(&key).await;
        bodies.insert(key, body);
    }
    bodies
}

/// Each entry of the history says what its object says: when the event came, with which request. The record's own times
/// are the first's and the last's.
async fn assert_times(receiver: &Receiver, item: &Value) {
    let entries = item["History"].as_array().unwrap();
    let mut times = Vec::new();
    for entry in entries {
        let head = receiver.stores.head(entry["ArchiveKey"].as_str().unwrap()).await;
        let metadata = head.metadata().unwrap();
        assert_eq!(entry["At"].as_str(), metadata.get("received-at").map(String::as_str));
        assert_eq!(entry["RequestId"].as_str(), metadata.get("request-id").map(String::as_str));
        times.push(entry["At"].clone());
    }
    times.sort_by_key(ToString::to_string);
    assert_eq!((Some(&item["ReceivedAt"]), Some(&item["UpdatedAt"])), (times.first(), times.last()), "{item}");
}

/// Loses the events of one operation. Gives all bodies that were sent.
async fn lose_all(operation: &'static Operation, twin: &Receiver, tenant: &str) -> Vec<String> {
    let healthy = Receiver::of(operation);
    let broken = without_table(healthy.clone()).await;
    let (before, during) = bodies(operation, tenant);
    for body in &before {
        healthy.accepted(body).await;
        twin.accepted(body).await;
    }
    // The corrections come in a later millisecond than what they correct.
    tokio::time::sleep(Duration::from_millis(2)).await;
    for body in &during {
        assert_eq!(broken.send(body).await.status, StatusCode::SERVICE_UNAVAILABLE);
        twin.accepted(body).await;
    }
    let (known, missing) = (before.len() as u64, during.len() as u64);
    let expected = Summary { known, missing, ..Summary::default() };
    assert_eq!(report(&healthy, tenant).await, expected, "{} {tenant}", operation.name);
    [before, during].concat()
}

#[tokio::test]
async fn after_an_outage_of_the_tables_every_record_is_what_it_would_have_been() {
    let twins = LocalStack::memory(&template()).unwrap();
    for tenant in TENANTS {
        let mut sent = BTreeMap::new();
        for operation in OPERATIONS {
            sent.insert(operation.name, lose_all(operation, &receiver_on(&twins, operation), tenant).await);
        }
        for operation in OPERATIONS {
            let receiver = Receiver::of(operation);
            let before = archived(&receiver, tenant).await;
            let summary = repair(&receiver, tenant).await;
            assert!(summary.missing > 0 && summary.applied == summary.missing, "{summary:?}");
            let known = sent[operation.name].len() as u64;
            assert_eq!(repair(&receiver, tenant).await, Summary { known, ..Summary::default() }, "{}", operation.name);
            assert_eq!(archived(&receiver, tenant).await, before, "bodies stay as they are");
        }
        for operation in OPERATIONS {
            let (receiver, twin) = (Receiver::of(operation), receiver_on(&twins, operation));
            let (repaired, expected) = (items(&receiver, tenant).await, items(&twin, tenant).await);
            assert_eq!(repaired.len() as u64, RECORDS * CUSTOMERS.len() as u64);
            for (id, item) in &repaired {
                assert_eq!(timeless(item.clone()), timeless(expected[id].clone()));
                assert_times(&receiver, item).await;
            }
            for body in &sent[operation.name] {
                assert_eq!(receiver.accepted(body).await, "Duplicate", "the sender's late retry");
            }
            assert_eq!(items(&receiver, tenant).await, repaired);
        }
    }
}

/// Sender and operator at the same time: one of the two brings each event, the other finds it there.
#[tokio::test]
async fn a_retry_that_races_the_repair_makes_no_second_entry() {
    let tenant = "recovery-race";
    for operation in OPERATIONS.into_iter().filter(|operation| operation.method == "POST") {
        let healthy = Receiver::of(operation);
        let broken = without_table(healthy.clone()).await;
        let bodies: Vec<_> = (0..40).map(|id| body(operation, tenant, 2, id, "x")).collect();
        for body in &bodies {
            assert_eq!(broken.send(body).await.status, StatusCode::SERVICE_UNAVAILABLE);
        }
        let retries = async {
            for body in bodies.iter().rev() {
                healthy.accepted(body).await;
            }
        };
        let (summary, ()) = tokio::join!(repair(&healthy, tenant), retries);
        assert!(summary.applied <= summary.missing && summary.known + summary.missing >= 40, "{summary:?}");
        let items = healthy.stores.items(&format!("2/{tenant}")).await;
        assert_eq!(items.len(), 40);
        for item in items.iter().map(plain) {
            assert_eq!((&item["Revision"], item["History"].as_array().unwrap().len()), (&json!({ "N": "1" }), 1));
        }
    }
}

#[tokio::test]
async fn a_store_that_fails_again_is_an_error_that_names_the_object() {
    let operation = OPERATIONS[0];
    let tenant = "recovery-again";
    let healthy = Receiver::of(operation);
    let broken = without_table(healthy.clone()).await;
    broken.send(body(operation, tenant, 2, 1, "x")).await;
    let missing = only_missing(&healthy, tenant).await;

    let plan = || of_tenant(tenant, Plan::repair());
    let reconciler_without_table = reconciler(&broken);
    let mut run = reconciler_without_table.run(plan());
    let error = run.next().await.unwrap_err();
    assert!(matches!(error, ReconcileError::Record { .. }) && error.to_string().contains("/1."), "{error}");
    assert!(run.next().await.unwrap().is_none() && run.checkpoint().is_none(), "the run is over, and nothing is done");
    let error = reconciler(&broken).repair(&missing).await.unwrap_err();
    assert!(matches!(error, ReconcileError::Apply { .. }), "{error}");
    assert!(error.to_string().contains(missing.archive_key().as_str()), "{error}");

    let mut without_archive = reconciler(&healthy);
    without_archive.archive = Archive::new(s3(refusing().await), healthy.stores.bucket.clone());
    let error = without_archive.run(plan()).finish().await.unwrap_err();
    assert!(matches!(error, ReconcileError::List { .. }) && error.to_string().contains(tenant), "{error}");
    let error = without_archive.repair(&missing).await.unwrap_err();
    assert!(matches!(error, ReconcileError::Open { .. }), "{error}");
    assert!(error.to_string().contains(missing.archive_key().as_str()), "{error}");

    assert_eq!(healthy.stores.items(&format!("2/{tenant}")).await.len(), 0);
    assert_eq!(repair(&healthy, tenant).await.applied, 1);
}
