//! `POST /punches`: "This event will be published when a guard Punches into or out of a Schedule."

use jiff::civil::DateTime;

use super::Identifier;
use super::model::payload;
use crate::drift::Place;
use crate::operation::{Effect, Operation, WithoutRecordId};

/// `POST /punches`.
pub const POST_PUNCHES: Operation = Operation {
    name: "post-punches",
    method: "POST",
    path: "/punches",
    table_variable: "PUNCHES_TABLE",
    record_id_variable: "POST_PUNCHES_RECORD_ID",
    record_id: "PunchId",
    without_record_id: WithoutRecordId::UseContentHash,
    effect: Effect::Write,
    note_drift: |members, drift| {
        Punch::read_members(members, &Place::Root, drift);
    },
};

payload! {
    /// A Punch. *Provisional*: the vendor's document as it reached us breaks off before its body.
    ///
    /// Known, because every documented body has them: `CustomerId` and `Tenant`. Likely, after the names in the
    /// documented bodies: all others.
    provisional struct Punch<'a> {
        /// The customer that the event is for. Known.
        "CustomerId" => customer_id: i64,
        /// The tenant that the event is for. Known.
        "Tenant" => tenant: &'a str,
        /// Identifies the Punch. Likely, after `IncidentId`.
        "PunchId" => punch_id: Identifier<'a>,
        /// The Work Order's number without its last segment. Likely, after the Incident's.
        "WorkOrderStem" => work_order_stem: &'a str,
        /// The Schedule that the guard punched into or out of. Likely.
        "ScheduleId" => schedule_id: Identifier<'a>,
        /// The guard. Likely.
        "GuardId" => guard_id: Identifier<'a>,
        /// Whether it is a punch in or a punch out. Likely.
        "PunchType" => punch_type: &'a str,
        /// When, in local time of a zone that is not sent. Likely, after `OccurredDateLocal`.
        "PunchDateLocal" => punch_date_local: DateTime,
    }
}

/// Whether a guard came or went. *Provisional*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// `In`.
    In,
    /// `Out`.
    Out,
}

impl Punch<'_> {
    /// What `PunchType` says, whatever its case. `None` where it says neither, or nothing.
    #[must_use]
    pub fn direction(&self) -> Option<Direction> {
        match self.punch_type?.to_ascii_lowercase().as_str() {
            "in" => Some(Direction::In),
            "out" => Some(Direction::Out),
            _ => None,
        }
    }
}
