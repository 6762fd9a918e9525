//! The receiver in this process, and receivers that each break one promise: what its neighbours do, and what a careless
//! change would make of it.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use dataconnect::answer::Answer as Said;
use dataconnect::archive::{Archive, ArchiveEntry, Origin};
use dataconnect::auth::Gate;
use dataconnect::digest::Digest;
use dataconnect::event::{Event, ParsedEvent};
use dataconnect::key::CustomerTenant;
use dataconnect::operation::{Effect, Operation};
use dataconnect::payload::OPERATIONS;
use dataconnect::pipeline::Pipeline;
use dataconnect::record::{Outcome, Record, merge};
use dataconnect::rejection::Reason;
use dataconnect::request::RawBody;
use dataconnect::table::Table;
use lambda_http::Request;
use serde_json::Value;
use tests::audit::Places;
use tests::faults::Layers;
use tests::fleet::{Answer, Backend};
use tests::gateway::{Seen, request};
use tests::sender::Tokens;

/// What a receiver does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Conduct {
    AsItIs,
    AcknowledgesBeforeTheWrite,
    PutsUnconditionally,
    RemovesWhatIsDeleted,
    SkipsTheArchiveOnError,
    ReadsThenWrites,
    TakesRepeatsForNew,
    MixesTenantsUp,
    LetsAnybodyIn,
    RefusesDrift,
    RevivesThePunch,
}

use Conduct::{
    AcknowledgesBeforeTheWrite, AsItIs, LetsAnybodyIn, MixesTenantsUp, PutsUnconditionally, ReadsThenWrites,
    RefusesDrift, RemovesWhatIsDeleted, RevivesThePunch, SkipsTheArchiveOnError, TakesRepeatsForNew,
};

/// A receiver of all five operations.
pub(super) struct InProcess {
    conduct: Conduct,
    pipelines: BTreeMap<&'static str, Pipeline>,
    dynamodb: aws_sdk_dynamodb::Client,
    tables: BTreeMap<&'static str, String>,
}

/// A failure of a store, of which the sender is told to try again.
struct Unavailable;

impl InProcess {
    pub(super) fn new(conduct: Conduct, places: &Places, layers: &Layers, tokens: &Tokens) -> Self {
        let (dynamodb, s3) = layers.clients(&format!("{conduct:?}"));
        let gate = match conduct {
            LetsAnybodyIn => Gate::Open,
            _ => Gate::Tokens(tokens.access_list().parse().expect("an access list")),
        };
        let pipeline = |operation: &'static Operation| Pipeline {
            operation,
            gate: gate.clone(),
            record_id: operation.record_id.parse().expect("a rule"),
            archive: Archive::new(s3.clone(), places.bucket.clone()),
            table: Table::new(dynamodb.clone(), places.tables[operation.table_variable].clone()),
        };
        let pipelines = OPERATIONS.into_iter().map(|operation| (operation.name, pipeline(operation))).collect();
        Self { conduct, pipelines, dynamodb, tables: places.tables.clone() }
    }

    /// The event of a request, if it is one.
    fn event(pipeline: &Pipeline, request: &Request, request_id: &str) -> Option<(Event, RawBody)> {
        let now = jiff::Timestamp::now();
        let caller = pipeline.gate.admit(request.headers(), now).ok()?;
        let body = RawBody::read(&caller, request.body().clone(), now);
        let parsed = ParsedEvent::parse(pipeline.operation, &pipeline.record_id, &body, request_id).ok()?;
        Some((parsed.authorise(&caller).ok()?, body))
    }

    async fn take(&self, pipeline: &Pipeline, mut event: Event, body: &RawBody) -> Result<Said, Unavailable> {
        if self.conduct == AcknowledgesBeforeTheWrite {
            let (pipeline, later, body) = (pipeline.clone(), event.clone(), body.clone());
            tokio::spawn(async move {
                let _ = tokio::join!(archive(&pipeline, &later, &body), pipeline.table.record(&later));
            });
            return Ok(accepted(event, Outcome::Created));
        }
        if self.conduct == RefusesDrift && event.drift.count() > 0 {
            let rejection = dataconnect::rejection::Rejection {
                reason: Reason::InvalidJson,
                detail: "not as documented".to_owned(),
            };
            return Ok(Said::Rejected { rejection, key: None });
        }
        if self.conduct == MixesTenantsUp {
            event.key.customer_tenant = CustomerTenant::new(2, "Securitime").expect("a pair");
        }
        if self.conduct == TakesRepeatsForNew {
            event.content_hash = Digest::of(event.request_id.as_bytes());
        }
        let archived = archive(pipeline, &event, body).await;
        if self.conduct != SkipsTheArchiveOnError {
            archived?;
        }
        let outcome = self.record(pipeline, &event).await?;
        Ok(accepted(event, outcome))
    }

    async fn record(&self, pipeline: &Pipeline, event: &Event) -> Result<Outcome, Unavailable> {
        match (self.conduct, event.operation.effect) {
            (PutsUnconditionally, _) => self.put(None, event).await,
            (RemovesWhatIsDeleted, Effect::Delete) => {
                let delete = self.dynamodb.delete_item().table_name(&self.tables[event.operation.table_variable]);
                delete.set_key(Some(key(event))).send().await.map_err(|_| Unavailable)?;
                Ok(Outcome::Deleted)
            }
            (ReadsThenWrites, _) => {
                let existing = self.get(event).await?;
                // As long as a slow network takes.
                tokio::time::sleep(Duration::from_millis(50)).await;
                self.put(existing, event).await
            }
            (RevivesThePunch, Effect::Write) => {
                let existing = self.get(event).await?;
                self.put(existing.map(|record| Record { deletion: None, ..record }), event).await
            }
            _ => Ok(pipeline.table.record(event).await.map_err(|_| Unavailable)?.outcome),
        }
    }

    async fn get(&self, event: &Event) -> Result<Option<Record>, Unavailable> {
        let get = self.dynamodb.get_item().table_name(&self.tables[event.operation.table_variable]);
        let got = get.consistent_read(true).set_key(Some(key(event))).send().await.map_err(|_| Unavailable)?;
        Ok(got.item.map(|item| Record::from_item(item).expect("a record")))
    }

    async fn put(&self, existing: Option<Record>, event: &Event) -> Result<Outcome, Unavailable> {
        let (record, outcome) = merge(existing, event);
        let put = self.dynamodb.put_item().table_name(&self.tables[event.operation.table_variable]);
        put.set_item(Some(record.into_item())).send().await.map_err(|_| Unavailable)?;
        Ok(outcome)
    }
}

fn key(event: &Event) -> std::collections::HashMap<String, AttributeValue> {
    let text = |value: &dyn std::fmt::Display| AttributeValue::S(value.to_string());
    [
        ("CustomerTenant".to_owned(), text(&event.key.customer_tenant)),
        ("RecordId".to_owned(), text(&event.key.record_id)),
    ]
    .into()
}

async fn archive(pipeline: &Pipeline, event: &Event, body: &RawBody) -> Result<(), Unavailable> {
    let entry = ArchiveEntry {
        key: &event.archive_key,
        body: body.bytes.clone(),
        digest: &body.digest,
        received_at: body.received_at,
        request_id: &event.request_id,
        origin: Origin::Accepted,
    };
    pipeline.archive.put(entry).await.map_err(|_| Unavailable)
}

fn accepted(event: Event, outcome: Outcome) -> Said {
    Said::Accepted { outcome, key: event.key, archive_key: event.archive_key, drift: event.drift.count() }
}

impl Backend for InProcess {
    async fn answer(&self, operation: &'static Operation, event: Value) -> Answer {
        let request_id = format!("request-{:032x}", fastrand::u128(..));
        let request = request(&event).expect("an API's event");
        let pipeline = &self.pipelines[operation.name];
        let said = match (self.conduct, Self::event(pipeline, &request, &request_id)) {
            (AsItIs | LetsAnybodyIn, _) | (_, None) => pipeline.handle(request, &request_id).await.answer,
            (_, Some((event, body))) => {
                self.take(pipeline, event, &body).await.unwrap_or(Said::Unavailable { key: None })
            }
        };
        let seen = Seen::of(said.into_response(&request_id));
        Answer { status: seen.status, body: seen.body }
    }
}
