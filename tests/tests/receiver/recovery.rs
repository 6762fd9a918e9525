//! What is archived and not recorded is found, and applied as if it had been recorded when it came.

mod cases;
mod inspection;
mod listing;
mod order;
mod outage;
mod random;
mod rebuild;
mod strangers;

use dataconnect::archive::{ArchiveEntry, ArchiveKey, Origin};
use dataconnect::auth::Gate;
use dataconnect::event::{Event, ParsedEvent};
use dataconnect::reconcile::{Finding, Found, MissingEvent, Plan, Reconciler, Scope, Summary};
use dataconnect::request::RawBody;
use jiff::Timestamp;
use lambda_http::Body;
use lambda_http::http::HeaderMap;
use tests::receiver::Receiver;

/// The reconciler of what a receiver keeps.
fn reconciler(receiver: &Receiver) -> Reconciler {
    let pipeline = receiver.pipeline.clone();
    Reconciler {
        operation: pipeline.operation,
        record_id: pipeline.record_id,
        archive: pipeline.archive,
        table: pipeline.table,
    }
}

/// A plan for a tenant alone.
fn of_tenant(tenant: &str, plan: Plan) -> Plan {
    Plan { scope: Scope::Tenant(tenant.to_owned()), ..plan }
}

async fn report(receiver: &Receiver, tenant: &str) -> Summary {
    reconciler(receiver).run(of_tenant(tenant, Plan::report())).finish().await.unwrap()
}

async fn repair(receiver: &Receiver, tenant: &str) -> Summary {
    reconciler(receiver).run(of_tenant(tenant, Plan::repair())).finish().await.unwrap()
}

/// All that is found of a tenant.
async fn found(receiver: &Receiver, tenant: &str) -> Vec<Found> {
    let reconciler = reconciler(receiver);
    let mut run = reconciler.run(of_tenant(tenant, Plan::report()));
    let mut all = Vec::new();
    while let Some(found) = run.next().await.unwrap() {
        all.push(found);
    }
    all
}

/// The one object of a tenant, which must be missing.
async fn only_missing(receiver: &Receiver, tenant: &str) -> MissingEvent {
    let found = found(receiver, tenant).await;
    match &found[..] {
        [Found { finding: Finding::Missing(event), .. }] => event.clone(),
        other => panic!("one missing event, not {other:?}"),
    }
}

/// A time of the day on which most of these events came.
fn at(time: &str) -> Timestamp {
    format!("2026-11-23T{time}Z").parse().unwrap()
}

/// What a request brought, at a time of the test's choice.
struct Arrival {
    event: Event,
    body: RawBody,
}

impl Arrival {
    fn new(receiver: &Receiver, body: impl Into<Vec<u8>>, at: Timestamp) -> Self {
        let gate = Gate::Open;
        let caller = gate.admit(&HeaderMap::new(), at).unwrap();
        let body = RawBody::read(&caller, Body::Binary(body.into()), at);
        let Receiver { pipeline, .. } = receiver;
        let request_id = format!("request-{}-{}", at.as_millisecond(), body.digest.short());
        let parsed = ParsedEvent::parse(pipeline.operation, &pipeline.record_id, &body, &request_id).unwrap();
        Self { event: parsed.authorise(&caller).unwrap(), body }
    }

    async fn archive(&self, receiver: &Receiver) -> ArchiveKey {
        let entry = ArchiveEntry {
            key: &self.event.archive_key,
            body: self.body.bytes.clone(),
            digest: &self.body.digest,
            received_at: self.body.received_at,
            request_id: &self.event.request_id,
            origin: Origin::Accepted,
        };
        receiver.pipeline.archive.put(entry).await.unwrap();
        self.event.archive_key.clone()
    }
}

/// Stores an event as a request does that came at this time. Gives its outcome.
async fn store(receiver: &Receiver, body: impl Into<Vec<u8>>, at: Timestamp) -> &'static str {
    let arrival = Arrival::new(receiver, body, at);
    arrival.archive(receiver).await;
    receiver.pipeline.table.record(&arrival.event).await.unwrap().outcome.name()
}

/// Stores an event's body, but not its record. Gives the body's key.
async fn lose(receiver: &Receiver, body: impl Into<Vec<u8>>, at: Timestamp) -> ArchiveKey {
    Arrival::new(receiver, body, at).archive(receiver).await
}
