//! Which objects a run goes through, by pages, by days, and after a stop.

use std::collections::BTreeSet;
use std::time::Duration;

use dataconnect::operation::Operation;
use dataconnect::payload::{POST_INCIDENTS, POST_NOTES, POST_WORKORDERREQUESTS};
use dataconnect::reconcile::{Finding, Plan, Scope, Summary};
use dataconnect::table::Table;
use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use serde_json::json;
use tests::broken::Counting;
use tests::receiver::Receiver;
use tests::stores::dynamodb;
use tokio::time::sleep;

use super::{lose, of_tenant, reconciler, repair, report};

fn body(operation: &Operation, tenant: &str, customer: u64, id: usize) -> String {
    json!({ "CustomerId": customer, "Tenant": tenant, operation.record_id: id.to_string() }).to_string()
}

fn day(day: usize) -> Timestamp {
    format!("2026-11-{day:02}T12:00:00Z").parse().unwrap()
}

#[tokio::test]
async fn more_objects_than_s3_lists_at_once_are_all_gone_through() {
    let (receiver, tenant) = (Receiver::of(&POST_WORKORDERREQUESTS), "recovery-many");
    let losses = (0..1_205).map(|id| lose(&receiver, body(&POST_WORKORDERREQUESTS, tenant, 2, id), day(1)));
    stream::iter(losses).buffer_unordered(8).count().await;
    let plan = Plan { concurrency: 16.try_into().unwrap(), ..of_tenant(tenant, Plan::repair()) };
    let summary = reconciler(&receiver).run(plan).finish().await.unwrap();
    assert_eq!(summary, Summary { missing: 1_205, applied: 1_205, ..Summary::default() });
}

#[tokio::test]
async fn no_more_records_are_worked_on_at_once_than_planned() {
    let (receiver, tenant) = (Receiver::of(&POST_NOTES), "recovery-bounded");
    for id in 0..12 {
        lose(&receiver, body(&POST_NOTES, tenant, 2, id), day(1)).await;
    }
    let hanging = Counting::hanging().await;
    let mut reconciler = reconciler(&receiver);
    reconciler.table = Table::new(dynamodb(hanging.endpoint.clone()), receiver.stores.table.clone());
    let small = Plan { concurrency: 3.try_into().unwrap(), page_size: 2.try_into().unwrap(), ..Plan::report() };
    let mut run = reconciler.run(of_tenant(tenant, small));
    let three_are_begun = async {
        while hanging.requests() < 3 {
            sleep(Duration::from_millis(10)).await;
        }
        sleep(Duration::from_millis(200)).await;
    };
    tokio::select! {
        found = run.next() => panic!("the table does not answer: {found:?}"),
        () = three_are_begun => {}
    }
    assert_eq!(hanging.requests(), 3);
}

#[tokio::test]
async fn a_run_that_stopped_anywhere_goes_on_where_it_stopped() {
    let (receiver, tenant) = (Receiver::of(&POST_INCIDENTS), "recovery-resumed");
    let mut keys = BTreeSet::new();
    for id in ["1", "1.2", "1.2.3", "2"] {
        for text in 0..6 {
            let body = receiver.body(tenant, id, &json!({ "Text": text }));
            keys.insert(lose(&receiver, body, day(1 + text % 2)).await);
        }
    }
    let reconciler = reconciler(&receiver);
    for stop in 0..=keys.len() {
        let small = Plan { page_size: 5.try_into().unwrap(), concurrency: 3.try_into().unwrap(), ..Plan::report() };
        let plan = of_tenant(tenant, small);
        let mut seen = BTreeSet::new();
        let mut run = reconciler.run(plan.clone());
        for _ in 0..stop {
            seen.insert(run.next().await.unwrap().unwrap().key);
        }
        let after = run.checkpoint().map(ToString::to_string);
        drop(run);
        let mut run = reconciler.run(Plan { after: after.clone(), ..plan });
        while let Some(found) = run.next().await.unwrap() {
            assert!(after.as_deref() < Some(found.key.as_str()));
            seen.insert(found.key);
        }
        assert_eq!(seen, keys, "stopped after {stop}");
        assert_eq!(run.checkpoint(), keys.last());
    }
    // Most of the way is not gone twice.
    let mut run = reconciler.run(of_tenant(tenant, Plan::report()));
    for _ in 0..keys.len() {
        run.next().await.unwrap().unwrap();
    }
    assert!(run.checkpoint() > keys.iter().nth(keys.len() / 2));
}

#[tokio::test]
async fn days_are_taken_as_asked_for_whatever_the_pages() {
    let (receiver, tenant) = (Receiver::of(&POST_NOTES), "recovery-days");
    for customer in [2, 22, 3] {
        for id in 0..20 {
            lose(&receiver, body(&POST_NOTES, tenant, customer, id), day(1 + id / 2)).await;
        }
    }
    let reconciler = reconciler(&receiver);
    for page_size in [1, 2, 7, 1_000] {
        for (since, until, expected) in [
            (None, None, 60),
            (Some("2026-11-04"), None, 42),
            (None, Some("2026-11-04"), 24),
            (Some("2026-11-04"), Some("2026-11-05"), 12),
            (Some("2026-11-05"), Some("2026-11-04"), 0),
            (Some("2026-12-01"), None, 0),
            (None, Some("2026-10-31"), 0),
        ] {
            let date = |day: Option<&str>| day.map(|day| day.parse().unwrap());
            let plan = Plan {
                since: date(since),
                until: date(until),
                page_size: page_size.try_into().unwrap(),
                ..Plan::report()
            };
            let summary = reconciler.run(of_tenant(tenant, plan)).finish().await.unwrap();
            assert_eq!(summary.missing, expected, "{since:?} to {until:?}, {page_size} at once");
        }
    }
}

#[tokio::test]
async fn a_scope_ends_at_its_tenant_and_customer() {
    let receiver = Receiver::of(&POST_NOTES);
    let tenants = ["recovery-bound", "recovery-bound-b", "recovery-bound/b", "recovery-boun"];
    for tenant in tenants {
        for customer in [2, 22] {
            lose(&receiver, body(&POST_NOTES, tenant, customer, 1), day(1)).await;
        }
    }
    // Another operation's objects are not this one's.
    let incidents = Receiver::of(&POST_INCIDENTS);
    lose(&incidents, body(&POST_INCIDENTS, tenants[0], 2, 1), day(1)).await;

    let customer = Scope::Customer("2/recovery-bound".parse().unwrap());
    let summary = reconciler(&receiver).run(Plan { scope: customer, ..Plan::repair() }).finish().await.unwrap();
    assert_eq!(summary, Summary { missing: 1, applied: 1, ..Summary::default() });
    let summary = repair(&receiver, tenants[0]).await;
    assert_eq!(summary, Summary { known: 1, missing: 1, applied: 1, ..Summary::default() });
    for tenant in &tenants[1..] {
        for customer in [2, 22] {
            assert!(receiver.stores.items(&format!("{customer}/{tenant}")).await.is_empty());
        }
        assert_eq!(report(&receiver, tenant).await.missing, 2, "{tenant}");
    }
    assert_eq!(report(&incidents, tenants[0]).await.missing, 1);

    let reconciler = reconciler(&receiver);
    let mut run = reconciler.run(Plan::report());
    let mut found = BTreeSet::new();
    while let Some(next) = run.next().await.unwrap() {
        if matches!(next.finding, Finding::Missing(_)) {
            found.insert(next.key.to_string());
        }
    }
    let ours = found.iter().filter(|key| key.contains("tenant=recovery-boun")).count();
    assert_eq!(ours, 6, "a run without a scope finds them all");
}
