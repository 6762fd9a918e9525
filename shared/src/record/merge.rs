//! What an event does to a record: a pure function.

use jiff::Timestamp;

use super::attributes::stem_of_deletion;
use super::{Attributes, Deletion, History, HistoryEntry, Outcome, Record};
use crate::event::Event;
use crate::operation::Effect;

/// Applies an event to what is known of its record.
///
/// The record comes back unchanged, its revision included, when it knows the event already. Creating and deleting
/// commute, and repeats change nothing, with two exceptions: a repeat of an event that a long history dropped is taken
/// for a new one; and a delete event's body that was left out, because the record was too large, stays out when a
/// correction makes room.
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
        archive_key: event.archive_key.clone(),
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
    let stem_of_deletion = match &record.deletion {
        None => None,
        // Its body was too large for the record; what its stem was, is what is known.
        Some(deletion) if deletion.body.is_empty() => record.work_order_stem.clone(),
        Some(deletion) => stem_of_deletion(&deletion.body),
    };
    record.work_order_stem = event.work_order_stem.clone().or(stem_of_deletion);
    record.members.clone_from(&event.members);
    record.drift = event.drift.to_notes();
    outcome
}

/// The first delete event stays on the record; later ones are noted in its history alone.
fn delete(record: &mut Record, event: &Event) -> Outcome {
    if record.deletion.is_some() {
        return Outcome::AlreadyDeleted;
    }
    record.work_order_stem = record.work_order_stem.take().or_else(|| event.work_order_stem.clone());
    let (body, drift) = (event.members.clone(), event.drift.to_notes());
    record.deletion = Some(Deletion { at: event.received_at, body, drift });
    Outcome::Deleted
}

#[cfg(test)]
mod tests;
