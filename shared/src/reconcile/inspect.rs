//! From the records to the archive: whether what a history names is there, and is what the history says.

use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::archive::{Archive, ArchiveKey, Fetched, Location};
use crate::digest::Digest;
use crate::json::{self, Json};
use crate::key::RecordKey;
use crate::record::{Attributes, HistoryEntry, UnreadableItem};
use crate::store_failure::StoreFailure;
use crate::table::{Cursor, Extent, Ledger, Select, Span, Table, key_of};

/// Goes through the records of a table, and holds the events of their histories against the archive. Reads each body.
#[derive(Debug, Clone)]
pub struct Inspector {
    /// Where records are.
    pub table: Table,
    /// Where bodies are.
    pub archive: Archive,
    /// The first day, UTC, of the events that are looked at. `None`: from the beginning.
    pub since: Option<Date>,
    /// The last day. `None`: to the end.
    pub until: Option<Date>,
    /// How many records are looked at at once.
    pub concurrency: usize,
}

/// What was found of one record.
#[derive(Debug, Clone)]
pub struct Inspected {
    /// The record. `None` if its key is none that the receiver makes.
    pub key: Option<RecordKey>,
    /// The events of the days that are asked for, and how the archive holds them. Or what is wrong with the record.
    pub entries: Result<Vec<(HistoryEntry, Holding)>, UnreadableItem>,
}

/// How the archive holds the body of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holding {
    /// It is there, and is what the history says.
    Kept,
    /// It is not there.
    Gone,
    /// It is there, but has to be restored before it can be read.
    Frozen,
    /// What is there is something else.
    Different(Difference),
}

/// What is wrong with what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Difference {
    /// The history names a key that the receiver does not make for this record.
    #[error("its key is none of this record")]
    Key,
    /// The bytes are not those whose digest the key names.
    #[error("its bytes are not those that its key names")]
    Bytes,
    /// The content is not that whose hash the history has.
    #[error("its content is not that of the history's hash")]
    Content,
}

impl Inspector {
    /// Goes through the records that are asked for, a page at a time, in the order of the table. Every one is given, for
    /// a later run to go on behind its key.
    ///
    /// After an error, [`StoreFailure`], the stream ends.
    #[must_use]
    pub fn run(&self, select: Select, after: Option<Cursor>) -> BoxStream<'_, Result<Inspected, StoreFailure>> {
        let pages = stream::try_unfold(Some(after), move |state| {
            let select = select.clone();
            async move {
                let Some(after) = state else { return Ok(None) };
                let page = self.table.page(&select, Span::default(), Extent::Ledger, after).await?;
                let items = stream::iter(page.items.into_iter().map(Ok));
                Ok(Some((items, page.next.map(Some))))
            }
        });
        let inspected = pages.try_flatten().map_ok(|item| self.inspect(item));
        inspected.try_buffered(self.concurrency).boxed()
    }

    async fn inspect(&self, item: Attributes) -> Result<Inspected, StoreFailure> {
        let key = key_of(&item).ok();
        let ledger = match Ledger::from_item(item) {
            Ok(ledger) => ledger,
            Err(unreadable) => return Ok(Inspected { key, entries: Err(unreadable) }),
        };
        let mut entries = Vec::with_capacity(ledger.history.entries().len());
        for entry in ledger.history.entries().iter().filter(|entry| self.is_asked_for(entry)) {
            entries.push((entry.clone(), self.holding(&ledger.key, entry).await?));
        }
        Ok(Inspected { key, entries: Ok(entries) })
    }

    /// By the day in its key, or, where the key is none of ours, by its time.
    fn is_asked_for(&self, entry: &HistoryEntry) -> bool {
        let day = Location::of(&entry.archive_key).map(|location| location.date);
        let day = day.unwrap_or_else(|| TimeZone::UTC.to_datetime(entry.at).date());
        self.since.is_none_or(|since| since <= day) && self.until.is_none_or(|until| day <= until)
    }

    async fn holding(&self, record: &RecordKey, entry: &HistoryEntry) -> Result<Holding, StoreFailure> {
        let key = &entry.archive_key;
        if !is_of_record(key, record, &entry.operation) {
            return Ok(Holding::Different(Difference::Key));
        }
        Ok(match self.archive.fetch(key).await? {
            Fetched::Nothing => Holding::Gone,
            Fetched::Frozen => Holding::Frozen,
            Fetched::TooLong => Holding::Different(Difference::Bytes),
            Fetched::Body(kept) if !key.is_of(&Digest::of(&kept.bytes)) => Holding::Different(Difference::Bytes),
            Fetched::Body(kept) if content_hash(&kept.bytes) != Some(entry.content_hash) => {
                Holding::Different(Difference::Content)
            }
            Fetched::Body(_) => Holding::Kept,
        })
    }
}

fn is_of_record(key: &ArchiveKey, record: &RecordKey, operation: &str) -> bool {
    let Some(location) = Location::of(key).filter(|location| location.operation() == operation) else { return false };
    // A key that is cut does not give the record in full.
    location.record_key().is_none_or(|named| named == *record)
}

fn content_hash(body: &[u8]) -> Option<Digest> {
    match json::parse(body).ok()?.root {
        Json::Object(members) => Digest::of_content(&members).ok(),
        _ => None,
    }
}
