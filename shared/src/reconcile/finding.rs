//! What reconciling finds.

use jiff::Timestamp;

use crate::archive::ArchiveKey;
use crate::key::RecordKey;
use crate::record::{Outcome, UnreadableItem};
use crate::rejection::Rejection;

/// What was found of one object.
#[derive(Debug, Clone)]
pub struct Found {
    /// The object.
    pub key: ArchiveKey,
    /// What it is.
    pub finding: Finding,
    /// What applying it came to, if it was missing and the task was to repair.
    pub repair: Option<Repair>,
}

/// How an object of the archive stands to its record.
#[derive(Debug, Clone)]
pub enum Finding {
    /// The record's history has its event, under this key.
    Known,
    /// The record's history has its event by its content, which came spelled otherwise or on another day.
    Repeat {
        /// Where the history says that its body is.
        of: ArchiveKey,
    },
    /// The record does not have its event. Two objects of one event, spelled otherwise or of two days, are both missing
    /// until one is applied.
    Missing(MissingEvent),
    /// The record does not have its event, and has a body that came later, or in the same millisecond. Never applied: it
    /// would replace that.
    Superseded {
        /// When the event came.
        received_at: Timestamp,
        /// Where the body is that came later.
        by: ArchiveKey,
    },
    /// The record's history does not have its event, and has dropped entries that it may have been among. Never applied:
    /// it would count twice.
    CannotTell {
        /// How many entries the history has dropped.
        dropped: u64,
    },
    /// It cannot be read as an event of the record that its key names.
    Unreadable(Unreadable),
}

/// An event that its record does not have, and should. Made by examining the archive alone. It is small: the body stays
/// there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingEvent {
    pub(super) archive_key: ArchiveKey,
    pub(super) received_at: Timestamp,
    pub(super) request_id: String,
}

/// Why an object cannot be read as an event of the record that its key names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Somebody else put it there.
    #[error("its key is none that the receiver makes")]
    Key,
    /// Somebody else put it there.
    #[error("its metadata does not say when it came, or with which request")]
    Metadata,
    /// Somebody else put it there.
    #[error("it is longer than the body of a request can be")]
    TooLong,
    /// It was deleted since it was listed, or moved to a storage class that S3 does not read from at once.
    #[error("it is not there any more, or in a storage class that has to be restored first")]
    NotAtHand,
    /// Its bytes are no event, or not by the rule that now says what identifies a record.
    #[error("its body is no event: {}", .0.detail)]
    Body(Rejection),
    /// Its bytes are an event of another record: somebody put it there, or another rule has been set since for what
    /// identifies a record.
    #[error("its body is of another record, {} {}", .0.customer_tenant, .0.record_id)]
    AnotherRecord(RecordKey),
    /// The record itself is not as the receiver writes it.
    #[error(transparent)]
    Record(UnreadableItem),
}

/// What applying a missing event came to.
#[derive(Debug, Clone)]
pub enum Repair {
    /// It is in its record now.
    Applied(Outcome),
    /// The record was not changed, for it is not missing any more, or never was: another object brought it, or the sender
    /// did, or what came later.
    NotApplied(Finding),
}

impl Found {
    pub(super) fn new(key: ArchiveKey, finding: Finding) -> Self {
        Self { key, finding, repair: None }
    }

    /// When it came, if it is missing.
    pub(super) fn missing_since(&self) -> Option<Timestamp> {
        match &self.finding {
            Finding::Missing(event) => Some(event.received_at),
            _ => None,
        }
    }
}

impl MissingEvent {
    /// Where its body is.
    #[must_use]
    pub fn archive_key(&self) -> &ArchiveKey {
        &self.archive_key
    }

    /// When it came.
    #[must_use]
    pub fn received_at(&self) -> Timestamp {
        self.received_at
    }

    /// The request that it came with, by which the logs tell why it is missing.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }
}
