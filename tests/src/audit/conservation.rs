//! Conservation: what went in is what is there, counted from both ends.

use std::collections::{BTreeMap, BTreeSet};

use super::archive::{date_of, operation_of};
use super::finding::{Breach, Findings};
use super::holdings::Holdings;
use super::records;
use super::sendings::Sendings;

/// The counts of an operation, customer and day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Events of which a body is in the archive.
    pub archived: usize,
    /// Those that the senders were told are kept.
    pub acknowledged: usize,
    /// Entries in histories, by outcome.
    pub created: usize,
    /// Likewise.
    pub corrected: usize,
    /// Likewise.
    pub deleted: usize,
    /// Likewise.
    pub already_deleted: usize,
    /// Events in the archive and in no record, which nobody was told are kept.
    pub orphaned: usize,
    /// Events in a record and not in the archive, likewise.
    pub dangling: usize,
    /// Answers that said `Duplicate`.
    pub duplicates: usize,
    /// Answers that named another outcome.
    pub effects: usize,
}

impl Counts {
    /// Events that had effect on a record.
    #[must_use]
    pub fn recorded(&self) -> usize {
        self.created + self.corrected + self.deleted + self.already_deleted
    }
}

/// Operation, customer and day, in UTC.
pub type Row = (&'static str, u64, String);

/// Counts the table and the archive, each by itself, and holds them against each other.
pub(super) fn check(sendings: &Sendings<'_>, holdings: &Holdings, findings: &mut Findings) -> BTreeMap<Row, Counts> {
    let mut rows: BTreeMap<Row, Counts> = BTreeMap::new();
    // An event that came again on another day counts where its record says that it came first.
    let mut day_of: BTreeMap<usize, String> = BTreeMap::new();
    let mut recorded = BTreeSet::new();
    let row = |number: usize, day: &str| {
        let event = sendings.events[number].event;
        (event.operation.name, event.customer, day.to_owned())
    };
    for (place, item) in &holdings.records {
        for entry in records::history(sendings, place, item) {
            let day = date_of(entry.archive_key);
            let counts = rows.entry(row(entry.number, day)).or_default();
            match entry.outcome {
                "Created" => counts.created += 1,
                "Corrected" => counts.corrected += 1,
                "Deleted" => counts.deleted += 1,
                _ => counts.already_deleted += 1,
            }
            day_of.insert(entry.number, day.to_owned());
            recorded.insert(entry.number);
        }
    }
    let mut archived = BTreeSet::new();
    for (key, body) in holdings.objects.iter().filter(|(key, _)| key.starts_with("raw/")) {
        let Some(number) = sendings.of_body(operation_of(key), body) else { continue };
        day_of.entry(number).or_insert_with(|| date_of(key).to_owned());
        archived.insert(number);
    }
    for (number, day) in &day_of {
        let counts = rows.entry(row(*number, day)).or_default();
        counts.archived += usize::from(archived.contains(number));
        counts.orphaned += usize::from(!recorded.contains(number));
        counts.dangling += usize::from(!archived.contains(number));
        let sending = &sendings.events[*number];
        counts.acknowledged += usize::from(sending.is_acknowledged());
        for (_, _, acknowledged) in sending.acknowledged() {
            let duplicate = acknowledged.outcome == "Duplicate";
            *(if duplicate { &mut counts.duplicates } else { &mut counts.effects }) += 1;
        }
    }
    for (row, counts) in &rows {
        check_row(row, counts, findings);
    }
    rows
}

fn check_row((operation, customer, day): &Row, counts: &Counts, findings: &mut Findings) {
    let balanced = counts.archived + counts.dangling == counts.recorded() + counts.orphaned;
    // Every event that was acknowledged is among those with effect; no more effects were told than there are.
    let covered = counts.acknowledged <= counts.recorded() && counts.effects <= counts.recorded();
    if !balanced || !covered {
        findings.note(Breach::Wrong, format_args!("{operation} {customer} {day}"), format_args!("{counts:?}"));
    }
}
