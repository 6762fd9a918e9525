//! Proves or refutes, from what was sent and what is there, that the receiver keeps its promises, and names each
//! offender:
//!
//! 1. every acknowledged event is in the archive, byte for byte, and in its record's history;
//! 2. every record is what the model makes of its events, and their order is one that time allows;
//! 3. nothing is there that was not sent, no event has effect twice, no Tenant's event touches another's record;
//! 4. counted by operation, customer and day, the archive and the tables come to the same.

mod acknowledgements;
mod archive;
mod conservation;
mod finding;
mod holdings;
mod model;
mod records;
mod sendings;

use std::collections::BTreeMap;

pub use conservation::{Counts, Row};
use finding::Findings;
pub use finding::{Breach, Finding};
pub use holdings::{Holdings, Places, RecordPlace};
use sendings::Sendings;

use crate::sender::{Ledger, Script};

/// What an audit says.
#[derive(Debug)]
pub struct Audit {
    /// Each broken promise. None, if all were kept.
    pub findings: Vec<Finding>,
    /// The counts of each operation, customer and day.
    pub conservation: BTreeMap<Row, Counts>,
    /// How many events are in the archive and in no record: those of senders that gave up.
    pub orphans: usize,
}

impl Audit {
    /// Holds what is there against what was sent.
    #[must_use]
    pub fn of(script: &Script, ledger: &Ledger, holdings: &Holdings) -> Self {
        let sendings = Sendings::of(script, ledger);
        let mut findings = Findings::default();
        records::check(&sendings, holdings, &mut findings);
        acknowledgements::check(&sendings, holdings, &mut findings);
        acknowledgements::check_rejected(&sendings, holdings, &mut findings);
        archive::check(&sendings, holdings, &mut findings);
        let conservation = conservation::check(&sendings, holdings, &mut findings);
        let orphans = archive::orphans(&sendings, holdings).len();
        Self { findings: findings.0, conservation, orphans }
    }

    /// How many findings there are of a kind.
    #[must_use]
    pub fn count(&self, breach: Breach) -> usize {
        self.findings.iter().filter(|finding| finding.breach == breach).count()
    }

    /// The sum of all rows.
    #[must_use]
    pub fn total(&self) -> Counts {
        let mut total = Counts::default();
        for counts in self.conservation.values() {
            total.archived += counts.archived;
            total.acknowledged += counts.acknowledged;
            total.created += counts.created;
            total.corrected += counts.corrected;
            total.deleted += counts.deleted;
            total.already_deleted += counts.already_deleted;
            total.orphaned += counts.orphaned;
            total.dangling += counts.dangling;
            total.duplicates += counts.duplicates;
            total.effects += counts.effects;
        }
        total
    }
}
