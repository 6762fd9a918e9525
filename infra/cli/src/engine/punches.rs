//! The punches of a Work Order, or of a customer's day.

use dataconnect::drift::{Drift, Place};
use dataconnect::key::CustomerTenant;
use dataconnect::payload::{self, POST_PUNCHES};
use dataconnect::record::{Outcome, Record, to_object};
use dataconnect::table::{Extent, Select, Span};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::pairing::{Punch, Shift, pair};
use crate::connect::Stores;

/// Which punches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Whose.
    pub customer: Option<CustomerTenant>,
    /// Of this Work Order, by its stem.
    pub work_order: Option<String>,
    /// Of this day, by the local time of the punch; by when it came where the punch tells none.
    pub date: Option<Date>,
}

/// The answer.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// The shifts, by time.
    pub shifts: Vec<Shift>,
    /// Records that are not as the receiver writes them.
    pub unreadable: Vec<String>,
}

/// Reads and pairs the punches. Of a day, the days around it are paired as well, so that a night shift is one. All that is
/// asked for is held at once: a Work Order, or a customer's days since then.
///
/// A Work Order of a known customer is one Query of the index `ByWorkOrder`, a customer one of the table; a Work Order
/// alone is a Scan of the table.
///
/// # Errors
/// If the table cannot be read.
pub async fn ask(stores: &Stores, question: &Question, zone: &TimeZone) -> anyhow::Result<Answer> {
    let table = stores.table(&POST_PUNCHES);
    let select = match (&question.customer, &question.work_order) {
        (Some(pair), Some(stem)) => Select::WorkOrder(pair.clone(), stem.clone()),
        (Some(pair), None) => Select::Customer(pair.clone()),
        (None, _) => Select::Everything,
    };
    // No zone is more than a day away, and no event comes before what it tells.
    let since = match question.date {
        Some(date) => Some(TimeZone::UTC.to_timestamp(date.checked_sub(2.days())?.at(0, 0, 0, 0))?),
        None => None,
    };
    let span = Span { since };
    let (mut punches, mut answer, mut after) = (Vec::new(), Answer::default(), None);
    loop {
        let page = table.page(&select, span, Extent::Whole, after).await?;
        for item in page.items {
            match Record::from_item(item) {
                Ok(record) if is_of(&record, question) => punches.push(punch_of(&record)),
                Ok(_) => {}
                Err(unreadable) => answer.unreadable.push(unreadable.to_string()),
            }
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    answer.shifts = pair(punches);
    if let Some(date) = question.date {
        let day = |punch: &Punch| punch.at.map_or_else(|| zone.to_datetime(punch.received_at).date(), DateTime::date);
        answer.shifts.retain(|shift| shift.punches().any(|punch| day(punch) == date));
    }
    Ok(answer)
}

fn is_of(record: &Record, question: &Question) -> bool {
    question.work_order.is_none() || question.work_order == record.work_order_stem
}

/// What a record tells, by the provisional model.
fn punch_of(record: &Record) -> Punch {
    let members = to_object(&record.members);
    let model = payload::Punch::read_members(&members, &Place::Root, &mut Drift::default());
    let entries = record.history.entries();
    let wrote = entries.iter().rfind(|entry| matches!(entry.outcome, Outcome::Created | Outcome::Corrected));
    let corrections = entries.iter().filter(|entry| entry.outcome == Outcome::Corrected).count();
    Punch {
        id: record.key.record_id.to_string(),
        guard: model.guard_id.as_ref().map(|id| id.0.to_string()),
        schedule: model.schedule_id.as_ref().map(|id| id.0.to_string()),
        direction: model.direction(),
        at: model.punch_date_local,
        received_at: wrote.map_or(record.received_at, |entry| entry.at),
        deleted_at: record.deletion.as_ref().map(|deletion| deletion.at),
        corrections: corrections as u64,
        has_body: !record.members.is_empty(),
    }
}
