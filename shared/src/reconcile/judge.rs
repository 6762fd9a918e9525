//! Whether a record has an event: a pure function.

use super::{Finding, MissingEvent};
use crate::event::Event;
use crate::operation::Effect;
use crate::record::{History, HistoryEntry, Outcome};

/// Says of an event of the archive how it stands to its record's history, which is empty if there is no such record.
pub(crate) fn judge(history: &History, event: &Event) -> Finding {
    if let Some(entry) = history.find(event.operation.name, &event.content_hash) {
        let of = entry.archive_key.clone();
        return if of == event.archive_key { Finding::Known } else { Finding::Repeat { of } };
    }
    if history.dropped() > 0 {
        return Finding::CannotTell { dropped: history.dropped() };
    }
    let wrote = |entry: &&HistoryEntry| matches!(entry.outcome, Outcome::Created | Outcome::Corrected);
    let last_write = history.entries().iter().filter(wrote).max_by_key(|entry| entry.at);
    match (event.operation.effect, last_write) {
        // Creating and deleting commute. Two bodies do not: the later one stands. Of two in one millisecond nobody knows
        // which that is, and what stands is left to stand.
        (Effect::Write, Some(last)) if event.received_at <= last.at => {
            Finding::Superseded { received_at: event.received_at, by: last.archive_key.clone() }
        }
        _ => Finding::Missing(MissingEvent {
            archive_key: event.archive_key.clone(),
            received_at: event.received_at,
            request_id: event.request_id.clone(),
        }),
    }
}
