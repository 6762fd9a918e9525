//! Reconciling the tables with the archive: finds the events that the archive holds and no record knows, and applies
//! them.
//!
//! An event is stored by two writes at once. If the archive took its body and the table did not take its record, the
//! sender was told so; if it never came back, the event is in the archive alone. The reconciler goes through the
//! archive's keys in their order, a record and day at a time: one read of the record's history tells most bodies for
//! known by their keys, and only the others are read ([`Finding`]). What is missing is applied by the same code as in the
//! functions, with the time and the request id that the archive keeps, so that the record becomes what it would have
//! been, and its history names the very object that is there. Only `ReceivedAt` stays as it was where later events made
//! the record, and a delete event that comes in late stays behind one that did not.
//!
//! A late body must not replace what came after it, and an event that a long history may have dropped must not count
//! twice: neither is applied, both are reported.
//!
//! [`Reconciler::run`] is the whole of it; [`Reconciler::repair`] one step.
//!
//! The other direction is [`Inspector`]'s: it goes through the records, and holds each event of their histories against
//! the body in the archive. [`Conservation`] counts what both found, by day, customer and operation, from both ends. And
//! [`Rebuilder`] makes the records anew from the archive, in memory, and compares.

mod conservation;
mod error;
mod finding;
mod inspect;
mod judge;
mod listing;
mod load;
mod objects;
mod rebuild;
mod run;
mod summary;

pub use conservation::{Conservation, Counts, Row};
pub use error::ReconcileError;
pub use finding::{Finding, Found, MissingEvent, Repair, Unreadable};
pub use inspect::{Difference, Holding, Inspected, Inspector};
pub(crate) use judge::judge;
pub use listing::Scope;
pub(crate) use load::{Loaded, load};
pub use rebuild::{Place, Rebuilder, Rebuilt, Verdict};
pub use run::{Plan, Run, Task};
pub use summary::Summary;

use crate::archive::{Archive, ArchiveKey, Location};
use crate::auth::Caller;
use crate::event::{Event, ParsedEvent};
use crate::key::{RecordIdRule, RecordKey};
use crate::operation::Operation;
use crate::record::History;
use crate::request::RawBody;
use crate::table::{Table, TableError};
use objects::RecordObjects;

/// Everything that reconciling one operation needs.
#[derive(Debug, Clone)]
pub struct Reconciler {
    /// The operation.
    pub operation: &'static Operation,
    /// What identifies a record: the setting of the operation's function.
    pub record_id: RecordIdRule,
    /// Where bodies are.
    pub archive: Archive,
    /// Where records are.
    pub table: Table,
}

impl Reconciler {
    /// Goes through the archive as planned.
    #[must_use]
    pub fn run(&self, plan: Plan) -> Run<'_> {
        Run::new(self, plan)
    }

    /// Applies a missing event to its record, unless the record has changed since so that it must not be. Doing it again
    /// changes nothing; nor does the sender's own retry, before, after or at the same time.
    ///
    /// # Errors
    /// [`ReconcileError`] when the stores did not do their work.
    pub async fn repair(&self, missing: &MissingEvent) -> Result<Repair, ReconcileError> {
        let key = &missing.archive_key;
        let event = match self.load(key).await? {
            Ok(event) => event,
            Err(unreadable) => return Ok(Repair::NotApplied(Finding::Unreadable(unreadable))),
        };
        let recorded = self.table.record_unless(&event, |record| match judge(&record.history, &event) {
            Finding::Missing(_) => None,
            other => Some(other),
        });
        match Box::pin(recorded).await {
            Ok(Ok(recorded)) => Ok(Repair::Applied(recorded.outcome)),
            Ok(Err(finding)) => Ok(Repair::NotApplied(finding)),
            Err(TableError::Unreadable(item)) => Ok(Repair::NotApplied(Finding::Unreadable(Unreadable::Record(item)))),
            Err(source) => Err(ReconcileError::Apply { key: key.clone(), source }),
        }
    }

    /// Says of each body of a record whether the record knows it. The missing ones come last, in the order of their
    /// times.
    async fn examine(&self, objects: &RecordObjects) -> Result<Vec<Found>, ReconcileError> {
        let all = |unreadable: &Unreadable| {
            let found = |key: &ArchiveKey| Found::new(key.clone(), Finding::Unreadable(unreadable.clone()));
            objects.keys.iter().map(found).collect()
        };
        let Some(location) = objects.keys.first().and_then(Location::of) else { return Ok(all(&Unreadable::Key)) };
        let record = match location.record_key() {
            Some(record) => Some(record),
            None => self.record_of_bodies(&objects.keys).await?,
        };
        let history = match record {
            // None of the bodies can be read, as each will tell.
            None => Ok(Ok(History::default())),
            Some(record) => self.table.history(&record).await,
        };
        let history =
            match history.map_err(|source| ReconcileError::Record { prefix: objects.prefix.clone(), source })? {
                Ok(history) => history,
                Err(item) => return Ok(all(&Unreadable::Record(item))),
            };

        let mut found = Vec::with_capacity(objects.keys.len());
        for key in &objects.keys {
            found.push(Found::new(key.clone(), self.find(&history, key).await?));
        }
        found.sort_by_key(Found::missing_since);
        Ok(found)
    }

    async fn find(&self, history: &History, key: &ArchiveKey) -> Result<Finding, ReconcileError> {
        if history.entries().iter().any(|entry| entry.archive_key == *key) {
            return Ok(Finding::Known);
        }
        Ok(match self.load(key).await? {
            Ok(event) => judge(history, &event),
            Err(unreadable) => Finding::Unreadable(unreadable),
        })
    }

    /// The record of bodies whose keys do not give it in full.
    async fn record_of_bodies(&self, keys: &[ArchiveKey]) -> Result<Option<RecordKey>, ReconcileError> {
        for key in keys {
            if let Ok(event) = self.load(key).await? {
                return Ok(Some(event.key));
            }
        }
        Ok(None)
    }

    /// Reads an object as the event that its request brought.
    async fn load(&self, key: &ArchiveKey) -> Result<Result<Event, Unreadable>, ReconcileError> {
        let Loaded { body, request_id, .. } = match load(&self.archive, key).await.map_err(ReconcileError::Open)? {
            Ok(loaded) => loaded,
            Err(unreadable) => return Ok(Err(unreadable)),
        };
        Ok(self.read(&body, &request_id, key))
    }

    fn read(&self, body: &RawBody, request_id: &str, key: &ArchiveKey) -> Result<Event, Unreadable> {
        let parsed = ParsedEvent::parse(self.operation, &self.record_id, body, request_id);
        let event = parsed.and_then(|parsed| parsed.authorise(&Caller::archive())).map_err(Unreadable::Body)?;
        let is_same_record = match (Location::of(&event.archive_key), Location::of(key)) {
            (Some(of_body), Some(of_key)) => of_body.is_same_record(&of_key),
            _ => false,
        };
        if !is_same_record {
            return Err(Unreadable::AnotherRecord(event.key));
        }
        // Of a repeat in other words, which was put where the first one's body was missing, the key is the first one's.
        Ok(Event { archive_key: key.clone(), ..event })
    }
}
