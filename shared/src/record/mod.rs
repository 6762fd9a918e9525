//! Records: what the events about one Work Order, Punch, Incident or Note come to.

mod attributes;
mod history;
mod item;
mod merge;
mod outcome;

use jiff::Timestamp;

pub use attributes::{Attributes, to_object};
pub(crate) use attributes::{from_body, work_order_stem};
pub use history::{History, HistoryEntry};
pub use item::{UnreadableItem, attribute};
pub use merge::merge;
pub use outcome::Outcome;

use crate::key::RecordKey;

/// A record, as a table holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its key.
    pub key: RecordKey,
    /// The members of the body that was written last. Empty when none came yet, or when it is too large for an item.
    pub members: Attributes,
    /// The Work Order that it belongs to, in the index `ByWorkOrder`.
    pub work_order_stem: Option<String>,
    /// When the record was first written.
    pub received_at: Timestamp,
    /// When the record was last written.
    pub updated_at: Timestamp,
    /// How many accepted events made it what it is. Also the lock: a write is refused when another came first.
    pub revision: u64,
    /// Those events.
    pub history: History,
    /// Where the body that was written last differs from the documented shape.
    pub drift: Vec<String>,
    /// The delete event, if one came.
    pub deletion: Option<Deletion>,
}

/// What a delete event leaves on a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Deletion {
    /// When it came.
    pub at: Timestamp,
    /// The members of its body. Empty when the record is too large for them.
    pub body: Attributes,
    /// Where its body differs from the documented shape.
    pub drift: Vec<String>,
}

impl Record {
    /// Whether a body is missing from the record because an item cannot hold it. It is whole in the archive.
    #[must_use]
    pub fn is_oversize(&self) -> bool {
        let members_left_out = self.history.has_written() && self.members.is_empty();
        let deletion_left_out = self.deletion.as_ref().is_some_and(|deletion| deletion.body.is_empty());
        members_left_out || deletion_left_out
    }
}
