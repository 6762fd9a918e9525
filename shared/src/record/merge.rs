//! What an event does to a record: a pure function.

use jiff::Timestamp;

use super::attributes::{from_deletion, from_members, work_order_stem};
use super::{Attributes, Deletion, History, HistoryEntry, Outcome, Record};
use crate::event::Event;
use crate::operation::Effect;

/// Applies an event to what is known of its record.
///
/// The record comes back unchanged, its revision included, when it knows the event already. Creating and deleting
/// commute, and repeats change nothing.
#[must_use]
pub fn merge(existing: Option<Record>, event: &Event) -> (Record, Outcome) {
    let mut record = existing.unwrap_or_else(|| empty(event));

    if let Some(known) = record.history.find(event.operation.name, &event.content_hash) {
        // The entry of this very request is our own write, whose answer was lost on its way back.
        let outcome = if known.request_id == event.request_id { known.outcome } else { Outcome::Duplicate };
        return (record, outcome);
    }

    let outcome = match event.operation.effect {
        Effect::Write => write(&mut record, event),
        Effect::Delete => delete(&mut record, event),
    };
    record.updated_at = record.updated_at.max(event.received_at);
    record.revision += 1;
    record.history.push(HistoryEntry {
        at: event.received_at,
        operation: event.operation.name.to_owned(),
        outcome,
        content_hash: event.content_hash,
        archive_key: event.archive_key.to_string(),
        request_id: event.request_id.clone(),
    });
    record.leave_out_what_is_too_large();
    (record, outcome)
}

fn empty(event: &Event) -> Record {
    Record {
        key: event.key.clone(),
        members: Attributes::new(),
        work_order_stem: None,
        received_at: event.received_at,
        updated_at: Timestamp::MIN,
        revision: 0,
        history: History::default(),
        drift: Vec::new(),
        deletion: None,
    }
}

/// The body's members replace those of an earlier one, all of them. A deletion stays: a late or corrected Punch does
/// not come back to life.
fn write(record: &mut Record, event: &Event) -> Outcome {
    let outcome = if record.history.has_written() { Outcome::Corrected } else { Outcome::Created };
    let mut drift = event.drift.clone();
    let stem_of_deletion = record.deletion.as_ref().and(record.work_order_stem.take());
    record.work_order_stem = work_order_stem(&event.members, &mut drift).or(stem_of_deletion);
    record.members = from_members(&event.members, &mut drift);
    record.drift = drift.into_notes();
    outcome
}

/// The first delete event stays on the record; later ones are noted in its history alone.
fn delete(record: &mut Record, event: &Event) -> Outcome {
    if record.deletion.is_some() {
        return Outcome::AlreadyDeleted;
    }
    let mut drift = event.drift.clone();
    let stem = work_order_stem(&event.members, &mut drift);
    record.work_order_stem = record.work_order_stem.take().or(stem);
    let body = from_deletion(&event.members, &mut drift);
    record.deletion = Some(Deletion { at: event.received_at, body, drift: drift.into_notes() });
    Outcome::Deleted
}

#[cfg(test)]
mod tests;
