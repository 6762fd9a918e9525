//! What is not as it should be.

use dataconnect::operation::Operation;
use dataconnect::reconcile::{Finding, Found, Holding, Inspected, Rebuilt, Repair, Verdict};
use serde::Serialize;

use super::name;

/// One thing that is not as it should be, or was mended, or is worth knowing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// What kind.
    pub kind: Kind,
    /// The operation's name; of a record, one that writes its table.
    pub operation: &'static str,
    /// The object or the record.
    pub what: String,
    /// More about it.
    pub detail: String,
}

/// What kind of difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The archive has an event that its record does not have.
    Missing,
    /// The same, and it was applied.
    Repaired,
    /// An object is no event of the record that its key names.
    Unreadable,
    /// A record is not as the receiver writes it.
    Edited,
    /// A history names a body that is not there.
    Gone,
    /// A history names a body that is another.
    Different,
    /// A record is not what the archive makes of it.
    Rebuilt,
    /// An event is not in its record because a later one stands. No difference: nobody was told that it is kept.
    Superseded,
    /// A long history may have dropped it. No difference that anybody could see.
    CannotTell,
    /// A body has to be restored before it can be read.
    Frozen,
}

impl Kind {
    /// Whether it is wrong, so that a run with one ends with the exit code 1.
    #[must_use]
    pub fn is_wrong(self) -> bool {
        match self {
            Self::Missing | Self::Unreadable | Self::Edited | Self::Gone | Self::Different | Self::Rebuilt => true,
            Self::Repaired | Self::Superseded | Self::CannotTell | Self::Frozen => false,
        }
    }

    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Missing => "not in its record",
            Self::Repaired => "applied to its record",
            Self::Unreadable => "no event of its record",
            Self::Edited => "edited by hand",
            Self::Gone => "body gone",
            Self::Different => "body differs",
            Self::Rebuilt => "record differs",
            Self::Superseded => "a later one stands",
            Self::CannotTell => "cannot tell",
            Self::Frozen => "to be restored first",
        }
    }
}

impl Difference {
    pub(super) fn of_object(operation: &'static Operation, found: &Found) -> Option<Self> {
        let (kind, detail) = match (&found.repair, &found.finding) {
            (Some(Repair::Applied(outcome)), _) => (Kind::Repaired, outcome.name().to_owned()),
            (Some(Repair::NotApplied(finding)), _) | (None, finding) => match finding {
                Finding::Known | Finding::Repeat { .. } => return None,
                Finding::Missing(event) => {
                    (Kind::Missing, format!("came {:.3}, request {}", event.received_at(), event.request_id()))
                }
                Finding::Superseded { by, .. } => (Kind::Superseded, format!("by {by}")),
                Finding::CannotTell { dropped } => {
                    (Kind::CannotTell, format!("the history has dropped {dropped} entries"))
                }
                Finding::Unreadable(why) => (Kind::Unreadable, why.to_string()),
            },
        };
        Some(Self { kind, operation: operation.name, what: found.key.to_string(), detail })
    }

    pub(super) fn of_record(operation: &'static Operation, inspected: &Inspected) -> Vec<Self> {
        let record = inspected.key.as_ref().map_or_else(|| "a record of no key of ours".to_owned(), name);
        let entries = match &inspected.entries {
            Ok(entries) => entries,
            Err(unreadable) => {
                let detail = unreadable.to_string();
                return vec![Self { kind: Kind::Edited, operation: operation.name, what: record, detail }];
            }
        };
        let differences = entries.iter().filter_map(|(entry, holding)| {
            let (kind, why) = match holding {
                Holding::Kept => return None,
                Holding::Gone => (Kind::Gone, String::new()),
                Holding::Frozen => (Kind::Frozen, String::new()),
                Holding::Different(why) => (Kind::Different, format!(": {why}")),
            };
            let detail = format!("{} of {:.3}, {}{why}", entry.operation, entry.at, entry.archive_key);
            Some(Self { kind, operation: operation.name, what: record.clone(), detail })
        });
        differences.collect()
    }

    pub(super) fn of_rebuilt(operation: &'static Operation, rebuilt: &Rebuilt) -> Option<Self> {
        let (kind, detail) = match &rebuilt.verdict {
            // The other two directions say what these are.
            Verdict::Same | Verdict::OtherOrder | Verdict::Fewer { .. } | Verdict::NoEvents => return None,
            Verdict::Different(names) => (Kind::Rebuilt, format!("in {}", names.join(", "))),
            Verdict::Absent => (Kind::Rebuilt, "the table does not have it".to_owned()),
            Verdict::CannotTell { dropped } => (Kind::CannotTell, format!("the history has dropped {dropped} entries")),
            Verdict::Unreadable(why) => (Kind::Edited, why.to_string()),
        };
        Some(Self { kind, operation: operation.name, what: rebuilt.record.clone(), detail })
    }
}
