//! Taking a rejected event in, by the rules now in force.

use crate::archive::{Archive, ArchiveEntry, ArchiveKey, Fetched, Origin};
use crate::auth::{Caller, Gate};
use crate::event::{Event, ParsedEvent};
use crate::key::RecordIdRule;
use crate::operation::Operation;
use crate::reconcile::{Finding, Loaded, Unreadable, judge, load};
use crate::record::Outcome;
use crate::rejection::{Reason, Rejection};
use crate::request::RawBody;
use crate::store_failure::StoreFailure;
use crate::table::{Table, TableError};

use super::RejectedPlace;

/// Everything that replaying what one operation rejected needs: the settings of its function, and its stores.
#[derive(Debug, Clone)]
pub struct Replayer {
    /// The operation.
    pub operation: &'static Operation,
    /// What identifies a record.
    pub record_id: RecordIdRule,
    /// Who may write what.
    pub gate: Gate,
    /// The operator who answers for what no token may write, if one does. Goes into the trace.
    pub vouched_by: Option<String>,
    /// Where bodies are.
    pub archive: Archive,
    /// Where records are.
    pub table: Table,
}

/// What a rejected body is by the rules now in force.
#[derive(Debug, Clone)]
pub enum Prospect {
    /// An event that its record does not have: it would be taken in.
    New(Box<Event>),
    /// An event that came again since and was accepted: its body would go where the others are.
    Known(Box<Event>),
    /// Nothing that would be taken in.
    Stays(NotReplayed),
}

/// Why a rejected body stays where it is.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NotReplayed {
    /// By the rules now in force as well.
    #[error("still rejected, {}: {}", .0.reason.name(), .0.detail)]
    Rejected(Rejection),
    /// Its token was not allowed to send it.
    #[error("its token was not allowed to send it; somebody has to vouch for it")]
    Forbidden,
    /// It is not known who sent it: the list of tokens does not have its token any more, or it came with none.
    #[error("its token is not on the list; somebody has to vouch for it")]
    UnknownSender,
    /// Its record has a body that came later, and would be replaced.
    #[error("its record has a later body, {by}")]
    Superseded {
        /// Where that is.
        by: ArchiveKey,
    },
    /// Its record's history is long, and may have dropped it.
    #[error("its record's history has dropped {dropped} entries, and it may be one of them")]
    CannotTell {
        /// How many it has dropped.
        dropped: u64,
    },
    /// It is no body that the receiver kept, or its record is none that the receiver wrote.
    #[error(transparent)]
    Unreadable(Unreadable),
    /// Other bytes stand under its key in `raw/`.
    #[error("other bytes stand under {0}")]
    Displaced(ArchiveKey),
}

/// What replaying came to.
#[derive(Debug, Clone)]
pub enum Replayed {
    /// It is an event now, and its body is in `raw/`.
    Accepted {
        /// What it did to its record.
        outcome: Outcome,
        /// Where its body is.
        archive_key: ArchiveKey,
    },
    /// It stays where it is.
    Stays(NotReplayed),
}

impl Replayer {
    /// Says what a rejected body would be. Writes nothing.
    ///
    /// # Errors
    /// [`StoreFailure`].
    pub async fn examine(&self, key: &ArchiveKey) -> Result<Prospect, StoreFailure> {
        Ok(match self.read(key).await? {
            Err(stays) => Prospect::Stays(stays),
            Ok((event, _)) => self.weigh(event).await?,
        })
    }

    /// Takes a rejected body in if it is an event by now. Doing it again, after it was stopped anywhere, changes nothing
    /// that was done.
    ///
    /// # Errors
    /// [`StoreFailure`]: the body is still where it was, and perhaps in `raw/` as well.
    pub async fn replay(&self, key: &ArchiveKey) -> Result<Replayed, StoreFailure> {
        let (event, body) = match self.read(key).await? {
            Ok(read) => read,
            Err(stays) => return Ok(Replayed::Stays(stays)),
        };
        let event = match self.weigh(event).await? {
            Prospect::New(event) | Prospect::Known(event) => event,
            Prospect::Stays(stays) => return Ok(Replayed::Stays(stays)),
        };
        self.put(&event.archive_key, key, &event, &body).await?;
        let recorded = self.table.record_unless(&event, |record| stays(judge(&record.history, &event)));
        let recorded = match Box::pin(recorded).await {
            Ok(Ok(recorded)) => recorded,
            Ok(Err(stays)) => return Ok(Replayed::Stays(stays)),
            Err(TableError::Unreadable(item)) => {
                return Ok(Replayed::Stays(NotReplayed::Unreadable(Unreadable::Record(item))));
            }
            Err(error) => return Err(StoreFailure::new("DynamoDB did not take the event of", key, error.into())),
        };
        // As the function does: the first of these bytes may have reached the table and not the archive.
        if recorded.archive_key != event.archive_key && recorded.archive_key.is_of(&body.digest) {
            self.put(&recorded.archive_key, key, &event, &body).await?;
        }
        if !self.holds(&event.archive_key, &body).await? {
            return Ok(Replayed::Stays(NotReplayed::Displaced(event.archive_key)));
        }
        self.archive.remove(key).await?;
        Ok(Replayed::Accepted { outcome: recorded.outcome, archive_key: event.archive_key })
    }

    /// Reads a rejected body as the event that it is now, with the time and the request that it came with.
    async fn read(&self, key: &ArchiveKey) -> Result<Result<(Box<Event>, RawBody), NotReplayed>, StoreFailure> {
        let unreadable = |why| Ok(Err(NotReplayed::Unreadable(why)));
        let Some(place) = RejectedPlace::of(key).filter(|place| place.operation.name == self.operation.name) else {
            return unreadable(Unreadable::Key);
        };
        let Loaded { body, request_id, token } = match load(&self.archive, key).await? {
            Ok(loaded) => loaded,
            Err(why) => return unreadable(why),
        };
        let parsed = match ParsedEvent::parse(self.operation, &self.record_id, &body, &request_id) {
            Ok(parsed) => parsed,
            Err(rejection) => return Ok(Err(NotReplayed::Rejected(rejection))),
        };
        Ok(match self.caller(place.reason, token.as_deref()) {
            Err(doubt) => Err(doubt),
            Ok(caller) => match parsed.authorise(&caller) {
                Ok(event) => Ok((Box::new(event), body)),
                Err(_) => Err(NotReplayed::Forbidden),
            },
        })
    }

    /// Who answers for a body that was rejected for this reason and came with this token.
    fn caller(&self, reason: Reason, token: Option<&str>) -> Result<Caller<'_>, NotReplayed> {
        match &self.vouched_by {
            Some(_) => Ok(Caller::archive()),
            None if reason == Reason::Forbidden => Err(NotReplayed::Forbidden),
            None => self.gate.recall(token).ok_or(NotReplayed::UnknownSender),
        }
    }

    /// Holds an event against its record.
    async fn weigh(&self, event: Box<Event>) -> Result<Prospect, StoreFailure> {
        let history = match self.table.history(&event.key).await? {
            Ok(history) => history,
            Err(item) => return Ok(Prospect::Stays(NotReplayed::Unreadable(Unreadable::Record(item)))),
        };
        let finding = judge(&history, &event);
        let is_known = matches!(finding, Finding::Known | Finding::Repeat { .. });
        Ok(match stays(finding) {
            Some(stays) => Prospect::Stays(stays),
            None if is_known => Prospect::Known(event),
            None => Prospect::New(event),
        })
    }

    async fn put(&self, to: &ArchiveKey, from: &ArchiveKey, event: &Event, body: &RawBody) -> Result<(), StoreFailure> {
        let put = self.archive.put(ArchiveEntry {
            key: to,
            body: body.bytes.clone(),
            digest: &body.digest,
            received_at: event.received_at,
            request_id: &event.request_id,
            origin: Origin::Replayed { from, vouched_by: self.vouched_by.as_deref() },
        });
        Box::pin(put).await.map_err(|error| StoreFailure::new("S3 did not take the body", to, error.into()))
    }

    /// Whether the archive gives these bytes back.
    async fn holds(&self, key: &ArchiveKey, body: &RawBody) -> Result<bool, StoreFailure> {
        Ok(matches!(self.archive.fetch(key).await?, Fetched::Body(kept) if kept.bytes == body.bytes))
    }
}

/// What keeps an event out of its record, if anything does.
fn stays(finding: Finding) -> Option<NotReplayed> {
    match finding {
        Finding::Known | Finding::Repeat { .. } | Finding::Missing(_) => None,
        Finding::Superseded { by, .. } => Some(NotReplayed::Superseded { by }),
        Finding::CannotTell { dropped } => Some(NotReplayed::CannotTell { dropped }),
        Finding::Unreadable(why) => Some(NotReplayed::Unreadable(why)),
    }
}
