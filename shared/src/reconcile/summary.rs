//! How many of each.

use super::{Finding, Found, Repair};

/// How many objects were found to be what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Their records have them.
    pub known: u64,
    /// Their records do not have them, those counted that were applied since.
    pub missing: u64,
    /// Their records do not have them, and have later ones.
    pub superseded: u64,
    /// Their records may have dropped them.
    pub cannot_tell: u64,
    /// They are no events of the records that their keys name.
    pub unreadable: u64,
    /// Of the missing, those that were applied.
    pub applied: u64,
}

impl Summary {
    /// Counts one more.
    pub fn add(&mut self, found: &Found) {
        let count = match found.finding {
            Finding::Known | Finding::Repeat { .. } => &mut self.known,
            Finding::Missing(_) => &mut self.missing,
            Finding::Superseded { .. } => &mut self.superseded,
            Finding::CannotTell { .. } => &mut self.cannot_tell,
            Finding::Unreadable(_) => &mut self.unreadable,
        };
        *count += 1;
        if matches!(found.repair, Some(Repair::Applied(_))) {
            self.applied += 1;
        }
    }
}
