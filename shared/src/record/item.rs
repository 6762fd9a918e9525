//! Records as `DynamoDB` items.

use std::mem;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use super::attributes::{ELEMENT, size, size_of_members};
use super::{Attributes, Deletion, History, HistoryEntry, Outcome, Record};
use crate::archive::ArchiveKey;
use crate::digest::Digest;
use crate::key::{RecordId, RecordKey};

/// An item is at most 400 KB, names included ("Quotas", `DynamoDB` developer guide).
const MAX_ITEM_BYTES: usize = 400 * 1_024;
/// What an entry of the history takes at most besides its own texts: names, time, outcome, hash, and what holds them.
const MOST_OF_ENTRY: usize = 256;
/// Likewise a record: names, customer, times, counts, and what says that a body is left out.
const MOST_OF_RECORD: usize = 512;
/// Begins the notes of a delete event in the attribute `Drift`. No note of a body begins so.
const DELETION_NOTE: &str = "In the deletion: ";

/// The names of the attributes that are the receiver's own.
pub mod attribute {
    /// Partition key, S: `2/Securitime`.
    pub const CUSTOMER_TENANT: &str = "CustomerTenant";
    /// Sort key, S.
    pub const RECORD_ID: &str = "RecordId";
    /// Sort key of the index `ByWorkOrder`, S.
    pub const WORK_ORDER_STEM: &str = "WorkOrderStem";
    /// When the record was first written, S: RFC 3339, UTC, milliseconds.
    pub const RECEIVED_AT: &str = "ReceivedAt";
    /// When the record was last written, S: as above.
    pub const UPDATED_AT: &str = "UpdatedAt";
    /// How many accepted events made the record what it is, N.
    pub const REVISION: &str = "Revision";
    /// Those events, L of M.
    pub const HISTORY: &str = "History";
    /// How many events a long history dropped from its middle, N.
    pub const HISTORY_DROPPED: &str = "HistoryDropped";
    /// Where the body differs from the documented shape, L of S.
    pub const DRIFT: &str = "Drift";
    /// When the first delete event came, S.
    pub const DELETED_AT: &str = "DeletedAt";
    /// The body of that event, M.
    pub const DELETION: &str = "Deletion";
    /// Whether a body is missing because an item cannot hold it, BOOL.
    pub const OVERSIZE: &str = "Oversize";

    /// All of them. A member of a body never takes one's place.
    pub const OWN: [&str; 12] = [
        CUSTOMER_TENANT,
        RECORD_ID,
        WORK_ORDER_STEM,
        RECEIVED_AT,
        UPDATED_AT,
        REVISION,
        HISTORY,
        HISTORY_DROPPED,
        DRIFT,
        DELETED_AT,
        DELETION,
        OVERSIZE,
    ];
}

/// An item that is no record of ours: somebody changed it by hand. Names the attribute at fault, and no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the item's attribute {0} is missing or not as the receiver writes it")]
pub struct UnreadableItem(pub &'static str);

impl Record {
    /// The record as an item.
    #[must_use]
    pub fn into_item(mut self) -> Attributes {
        let is_oversize = self.is_oversize();
        let mut item = mem::take(&mut self.members);
        self.add_own_attributes(&mut item);
        if let Some(Deletion { body, .. }) = self.deletion {
            item.extend(deletion(body));
        }
        if is_oversize {
            item.extend(oversize());
        }
        item
    }

    /// All but the bodies, and what says that one is left out.
    fn add_own_attributes(&self, item: &mut Attributes) {
        let mut set = |name: &str, value| item.insert(name.to_owned(), value);

        set(attribute::CUSTOMER_TENANT, text(&self.key.customer_tenant));
        set(attribute::RECORD_ID, text(&self.key.record_id));
        if let Some(stem) = &self.work_order_stem {
            set(attribute::WORK_ORDER_STEM, text(stem));
        }
        set(attribute::RECEIVED_AT, time(self.received_at));
        set(attribute::UPDATED_AT, time(self.updated_at));
        set(attribute::REVISION, AttributeValue::N(self.revision.to_string()));
        set(attribute::HISTORY, AttributeValue::L(self.history.entries.iter().map(entry_to_map).collect()));
        if self.history.dropped > 0 {
            set(attribute::HISTORY_DROPPED, AttributeValue::N(self.history.dropped.to_string()));
        }
        let notes = self.notes();
        if !notes.is_empty() {
            set(attribute::DRIFT, AttributeValue::L(notes));
        }
        if let Some(deletion) = &self.deletion {
            set(attribute::DELETED_AT, time(deletion.at));
        }
    }

    fn notes(&self) -> Vec<AttributeValue> {
        let of_deletion = self.deletion.iter().flat_map(|deletion| &deletion.drift);
        let of_deletion = of_deletion.map(|note| AttributeValue::S(format!("{DELETION_NOTE}{note}")));
        self.drift.iter().map(text).chain(of_deletion).collect()
    }

    /// Leaves out the body's members if they alone are too large for an item, and the delete event's if they are what
    /// is too much: so that the order of the two makes no difference.
    pub(super) fn leave_out_what_is_too_large(&mut self) {
        let bodies = size(&self.members) + self.deletion.as_ref().map_or(0, |deletion| size_of_members(&deletion.body));
        if self.most_bytes() + bodies <= MAX_ITEM_BYTES {
            return;
        }
        let fixed = self.bytes_besides_bodies();
        if fixed + size(&self.members) > MAX_ITEM_BYTES {
            self.members.clear();
        }
        let used = fixed + size(&self.members);
        if let Some(deletion) = &mut self.deletion
            && used + size_of_members(&deletion.body) > MAX_ITEM_BYTES
        {
            deletion.body.clear();
        }
    }

    /// Once a body is left out, `Oversize` comes in, and of a deletion there stays an empty map: their room is kept.
    pub(super) fn bytes_besides_bodies(&self) -> usize {
        let mut besides = deletion(Attributes::new());
        besides.extend(oversize());
        self.add_own_attributes(&mut besides);
        size(&besides)
    }

    /// What that is at most: quick to tell, and enough for nearly every record.
    pub(super) fn most_bytes(&self) -> usize {
        let notes = self.drift.iter().chain(self.deletion.iter().flat_map(|deletion| &deletion.drift));
        let notes: usize = notes.map(|note| DELETION_NOTE.len() + note.len() + ELEMENT).sum();
        let of_entry = |entry: &HistoryEntry| {
            MOST_OF_ENTRY + entry.operation.len() + entry.archive_key.as_str().len() + entry.request_id.len()
        };
        let entries: usize = self.history.entries.iter().map(of_entry).sum();
        let texts = [self.key.customer_tenant.tenant(), self.key.record_id.as_str()].map(str::len);
        let stem = self.work_order_stem.as_ref().map_or(0, String::len);
        MOST_OF_RECORD + texts.iter().sum::<usize>() + stem + notes + entries
    }

    /// Reads an item that [`into_item`](Self::into_item) made. Attributes that are not the receiver's own are members.
    ///
    /// # Errors
    /// [`UnreadableItem`] when an attribute of the receiver's own is not as it writes it.
    pub fn from_item(mut item: Attributes) -> Result<Self, UnreadableItem> {
        let item = &mut item;
        let key = RecordKey {
            customer_tenant: parsed(item, attribute::CUSTOMER_TENANT)?,
            record_id: RecordId::from_stored(string(item, attribute::RECORD_ID)?),
        };
        let work_order_stem = optional(item, attribute::WORK_ORDER_STEM, string)?;
        let history = History::take_from(item)?;
        let notes = optional(item, attribute::DRIFT, list)?.unwrap_or_default();
        let (deletion_drift, drift) = split_notes(notes)?;
        let deletion = match optional(item, attribute::DELETED_AT, parsed)? {
            Some(at) => Some(Deletion {
                at,
                body: map(item.remove(attribute::DELETION), attribute::DELETION)?,
                drift: deletion_drift,
            }),
            None => None,
        };
        item.remove(attribute::OVERSIZE);
        Ok(Self {
            key,
            work_order_stem,
            received_at: parsed(item, attribute::RECEIVED_AT)?,
            updated_at: parsed(item, attribute::UPDATED_AT)?,
            revision: number(item, attribute::REVISION)?,
            history,
            drift,
            deletion,
            members: mem::take(item),
        })
    }
}

impl History {
    /// Takes the history out of an item, or of as much of it as was asked for.
    ///
    /// # Errors
    /// [`UnreadableItem`] when it is not as the receiver writes it.
    pub(crate) fn take_from(item: &mut Attributes) -> Result<Self, UnreadableItem> {
        let entries = list(item, attribute::HISTORY)?;
        Ok(Self {
            entries: entries.into_iter().map(entry_from_map).collect::<Result<_, _>>()?,
            dropped: optional(item, attribute::HISTORY_DROPPED, number)?.unwrap_or_default(),
        })
    }
}

fn deletion(body: Attributes) -> Attributes {
    Attributes::from([(attribute::DELETION.to_owned(), AttributeValue::M(body))])
}

fn oversize() -> Attributes {
    Attributes::from([(attribute::OVERSIZE.to_owned(), AttributeValue::Bool(true))])
}

fn text(value: &(impl ToString + ?Sized)) -> AttributeValue {
    AttributeValue::S(value.to_string())
}

fn time(time: Timestamp) -> AttributeValue {
    AttributeValue::S(format!("{time:.3}"))
}

fn entry_to_map(entry: &HistoryEntry) -> AttributeValue {
    AttributeValue::M(Attributes::from([
        ("At".to_owned(), time(entry.at)),
        ("Operation".to_owned(), text(&entry.operation)),
        ("Outcome".to_owned(), text(entry.outcome.name())),
        ("ContentHash".to_owned(), text(&entry.content_hash)),
        ("ArchiveKey".to_owned(), text(&entry.archive_key)),
        ("RequestId".to_owned(), text(&entry.request_id)),
    ]))
}

fn entry_from_map(value: AttributeValue) -> Result<HistoryEntry, UnreadableItem> {
    const UNREADABLE: UnreadableItem = UnreadableItem(attribute::HISTORY);
    let entry = &mut map(Some(value), attribute::HISTORY)?;
    let mut member = |name| string(entry, name).map_err(|_| UNREADABLE);
    Ok(HistoryEntry {
        at: member("At")?.parse().map_err(|_| UNREADABLE)?,
        operation: member("Operation")?,
        outcome: Outcome::from_name(&member("Outcome")?).ok_or(UNREADABLE)?,
        content_hash: Digest::from_hex(&member("ContentHash")?).ok_or(UNREADABLE)?,
        archive_key: ArchiveKey::from_stored(member("ArchiveKey")?),
        request_id: member("RequestId")?,
    })
}

/// The notes of the delete event, and those of the body.
fn split_notes(notes: Vec<AttributeValue>) -> Result<(Vec<String>, Vec<String>), UnreadableItem> {
    let (mut of_deletion, mut of_body) = (Vec::new(), Vec::new());
    for note in notes {
        let AttributeValue::S(note) = note else { return Err(UnreadableItem(attribute::DRIFT)) };
        match note.strip_prefix(DELETION_NOTE) {
            Some(rest) => of_deletion.push(rest.to_owned()),
            None => of_body.push(note),
        }
    }
    Ok((of_deletion, of_body))
}

/// Reads an attribute that a record need not have.
fn optional<T>(
    item: &mut Attributes,
    name: &'static str,
    read: impl FnOnce(&mut Attributes, &'static str) -> Result<T, UnreadableItem>,
) -> Result<Option<T>, UnreadableItem> {
    item.contains_key(name).then(|| read(item, name)).transpose()
}

fn string(item: &mut Attributes, name: &'static str) -> Result<String, UnreadableItem> {
    match item.remove(name) {
        Some(AttributeValue::S(text)) => Ok(text),
        _ => Err(UnreadableItem(name)),
    }
}

fn parsed<T: std::str::FromStr>(item: &mut Attributes, name: &'static str) -> Result<T, UnreadableItem> {
    string(item, name)?.parse().map_err(|_| UnreadableItem(name))
}

fn number(item: &mut Attributes, name: &'static str) -> Result<u64, UnreadableItem> {
    match item.remove(name) {
        Some(AttributeValue::N(text)) => text.parse().map_err(|_| UnreadableItem(name)),
        _ => Err(UnreadableItem(name)),
    }
}

fn list(item: &mut Attributes, name: &'static str) -> Result<Vec<AttributeValue>, UnreadableItem> {
    match item.remove(name) {
        Some(AttributeValue::L(values)) => Ok(values),
        _ => Err(UnreadableItem(name)),
    }
}

fn map(value: Option<AttributeValue>, name: &'static str) -> Result<Attributes, UnreadableItem> {
    match value {
        Some(AttributeValue::M(members)) => Ok(members),
        _ => Err(UnreadableItem(name)),
    }
}
