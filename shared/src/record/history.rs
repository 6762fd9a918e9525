//! The events that made a record what it is.

use jiff::Timestamp;

use super::Outcome;
use crate::archive::ArchiveKey;
use crate::digest::Digest;

/// Entries that a history keeps. At some 500 bytes an entry they take a quarter of an item's 400 KB.
const MAX_ENTRIES: usize = 200;

/// The accepted events of a record, oldest first. A long one loses its middle: how a record began and how it came to
/// be what it is are worth more than what lies between.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    pub(super) entries: Vec<HistoryEntry>,
    pub(super) dropped: u64,
}

/// One accepted event.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryEntry {
    /// When it came.
    pub at: Timestamp,
    /// The name of the operation that it was sent to.
    pub operation: String,
    /// What it did.
    pub outcome: Outcome,
    /// The digest of its canonical JSON.
    pub content_hash: Digest,
    /// Where its body stands in the archive.
    pub archive_key: ArchiveKey,
    /// The request that it came with.
    pub request_id: String,
}

impl History {
    /// The entries that are kept.
    #[must_use]
    pub fn entries(&self) -> &[HistoryEntry] {
        &self.entries
    }

    /// How many entries were dropped from the middle.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// The entry of an event of this content, sent to this operation.
    #[must_use]
    pub fn find(&self, operation: &str, content_hash: &Digest) -> Option<&HistoryEntry> {
        self.entries.iter().find(|entry| entry.operation == operation && entry.content_hash == *content_hash)
    }

    /// Whether a body was written, other than a delete event's.
    #[must_use]
    pub fn has_written(&self) -> bool {
        self.entries.iter().any(|entry| entry.outcome == Outcome::Created)
    }

    pub(super) fn push(&mut self, entry: HistoryEntry) {
        self.entries.push(entry);
        if self.entries.len() > MAX_ENTRIES {
            self.drop_from_the_middle();
        }
    }

    /// Drops the oldest entry of the newer half, but never the one that says that the record was created.
    fn drop_from_the_middle(&mut self) {
        let middle = MAX_ENTRIES / 2;
        let place = if self.entries[middle].outcome == Outcome::Created { middle + 1 } else { middle };
        self.entries.remove(place);
        self.dropped += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(index: u32, outcome: Outcome) -> HistoryEntry {
        HistoryEntry {
            at: Timestamp::UNIX_EPOCH,
            operation: "post-punches".to_owned(),
            outcome,
            content_hash: Digest::of(&index.to_be_bytes()),
            archive_key: ArchiveKey::from_stored(String::new()),
            request_id: index.to_string(),
        }
    }

    #[test]
    fn a_long_history_keeps_its_beginning_and_its_end() {
        let mut history = History::default();
        for index in 0..1_000 {
            history.push(entry(index, Outcome::Corrected));
        }
        let kept: Vec<_> = history.entries().iter().map(|entry| entry.request_id.as_str()).collect();
        assert_eq!((kept.len(), history.dropped()), (MAX_ENTRIES, 800));
        assert_eq!((kept[0], kept[99], kept[100], kept[199]), ("0", "99", "900", "999"));
    }

    #[test]
    fn the_entry_that_created_the_record_is_never_dropped() {
        let mut history = History::default();
        for index in 0..1_000 {
            history.push(entry(index, if index == 150 { Outcome::Created } else { Outcome::AlreadyDeleted }));
        }
        assert!(history.has_written());
    }
}
