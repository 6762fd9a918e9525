//! Conservation: what the archive holds of each day, customer and operation, and what the records say of it, counted
//! from both ends.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Finding, Found, Holding, Inspected, Repair};
use crate::archive::{ArchiveKey, Location};
use crate::record::Outcome;

/// What is counted by itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Row {
    /// The day that the events came, UTC, as their keys have it.
    #[serde(serialize_with = "write_date", deserialize_with = "read_date")]
    pub date: Date,
    /// Customer and tenant: `2/Securitime`.
    pub customer: String,
    /// The operation's name.
    pub operation: String,
}

/// The counts of a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Objects that a history names.
    pub known: u64,
    /// Objects of events that a history has under another key.
    pub repeats: u64,
    /// Objects that no history has, and one should.
    pub missing: u64,
    /// Of these, those that were applied. They are known since.
    pub applied: u64,
    /// Objects that no history has, because what came later stands.
    pub superseded: u64,
    /// Objects that a long history may have dropped.
    pub cannot_tell: u64,
    /// Objects that are no events of the records that their keys name.
    pub unreadable: u64,
    /// Entries of histories, by outcome.
    pub created: u64,
    /// Likewise.
    pub corrected: u64,
    /// Likewise.
    pub deleted: u64,
    /// Likewise.
    pub already_deleted: u64,
    /// Of these, those whose object is not there.
    pub gone: u64,
    /// Of these, those whose object is not what the history says.
    pub different: u64,
}

/// The counts of all rows. As large as there are days, customers and operations, however many events there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conservation {
    rows: BTreeMap<Row, Counts>,
}

impl Counts {
    /// How many objects the archive holds.
    #[must_use]
    pub fn archived(&self) -> u64 {
        self.known + self.repeats + self.missing + self.superseded + self.cannot_tell + self.unreadable
    }

    /// How many events the histories have.
    #[must_use]
    pub fn recorded(&self) -> u64 {
        self.created + self.corrected + self.deleted + self.already_deleted
    }

    /// Whether both ends come to the same: each object that a history names is there, and the other way round.
    #[must_use]
    pub fn is_balanced(&self) -> bool {
        self.known + self.applied == self.recorded() - self.gone
    }
}

impl Conservation {
    /// Goes on from counts that were written down.
    #[must_use]
    pub fn of(rows: impl IntoIterator<Item = (Row, Counts)>) -> Self {
        Self { rows: rows.into_iter().collect() }
    }

    /// The rows, by day.
    #[must_use]
    pub fn rows(&self) -> &BTreeMap<Row, Counts> {
        &self.rows
    }

    /// Counts an object of the archive. One whose key names no day or customer has no row.
    pub fn count_object(&mut self, found: &Found) {
        let Some(counts) = self.row_of(&found.key) else { return };
        // What was not applied is what it turned out to be then: known, if its sender came back in between.
        let finding = match &found.repair {
            Some(Repair::NotApplied(finding)) => finding,
            _ => &found.finding,
        };
        *match finding {
            Finding::Known => &mut counts.known,
            Finding::Repeat { .. } => &mut counts.repeats,
            Finding::Missing(_) => &mut counts.missing,
            Finding::Superseded { .. } => &mut counts.superseded,
            Finding::CannotTell { .. } => &mut counts.cannot_tell,
            Finding::Unreadable(_) => &mut counts.unreadable,
        } += 1;
        counts.applied += u64::from(matches!(found.repair, Some(Repair::Applied(_))));
    }

    /// Counts the events of a record's history, likewise.
    pub fn count_entries(&mut self, inspected: &Inspected) {
        for (entry, holding) in inspected.entries.iter().flatten() {
            let Some(counts) = self.row_of(&entry.archive_key) else { continue };
            *match entry.outcome {
                Outcome::Corrected => &mut counts.corrected,
                Outcome::Deleted => &mut counts.deleted,
                Outcome::AlreadyDeleted => &mut counts.already_deleted,
                // No history has a duplicate.
                Outcome::Created | Outcome::Duplicate => &mut counts.created,
            } += 1;
            match holding {
                Holding::Gone => counts.gone += 1,
                Holding::Different(_) => counts.different += 1,
                Holding::Kept | Holding::Frozen => {}
            }
        }
    }

    fn row_of(&mut self, key: &ArchiveKey) -> Option<&mut Counts> {
        let location = Location::of(key)?;
        let row =
            Row { date: location.date, customer: location.customer(), operation: location.operation().to_owned() };
        Some(self.rows.entry(row).or_default())
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn write_date<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(date)
}

fn read_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reconcile::MissingEvent;

    #[test]
    fn what_its_sender_brought_before_the_repair_is_known() {
        let key = "raw/operation=post-notes/tenant=a/customer=2/date=2026-11-23/1.0123456789abcdef.json";
        let key = ArchiveKey::from_stored(key.to_owned());
        let missing = MissingEvent {
            archive_key: key.clone(),
            received_at: "2026-11-23T08:00:00Z".parse().expect("a time"),
            request_id: "r".to_owned(),
        };
        let counts = |repair| {
            let mut conservation = Conservation::default();
            conservation.count_object(&Found { repair, ..Found::new(key.clone(), Finding::Missing(missing.clone())) });
            let counts = conservation.rows.into_values().next().expect("a row");
            (counts.known, counts.missing, counts.applied)
        };
        assert_eq!(counts(None), (0, 1, 0));
        assert_eq!(counts(Some(Repair::Applied(Outcome::Created))), (0, 1, 1));
        assert_eq!(counts(Some(Repair::NotApplied(Finding::Known))), (1, 0, 0));
    }
}
