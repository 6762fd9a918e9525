//! `POST /notes`: "This event will be published when an administrator creates a public Note on a Schedule."

use jiff::civil::DateTime;

use super::Identifier;
use super::model::payload;
use crate::drift::Place;
use crate::operation::{Effect, Operation, WithoutRecordId};

/// `POST /notes`.
pub const POST_NOTES: Operation = Operation {
    name: "post-notes",
    method: "POST",
    path: "/notes",
    table_variable: "NOTES_TABLE",
    record_id_variable: "POST_NOTES_RECORD_ID",
    record_id: "NoteId",
    without_record_id: WithoutRecordId::UseContentHash,
    effect: Effect::Write,
    note_drift: |members, drift| {
        Note::read_members(members, &Place::Root, drift);
    },
};

payload! {
    /// A public Note on a Schedule. *Provisional*: the vendor's document as it reached us breaks off before its body.
    ///
    /// Known, because every documented body has them: `CustomerId` and `Tenant`. Likely, after the names in the
    /// documented bodies: all others.
    provisional struct Note<'a> {
        /// The customer that the event is for. Known.
        "CustomerId" => customer_id: i64,
        /// The tenant that the event is for. Known.
        "Tenant" => tenant: &'a str,
        /// Identifies the Note. Likely, after `IncidentId`.
        "NoteId" => note_id: Identifier<'a>,
        /// The Work Order's number without its last segment. Likely, after the Incident's.
        "WorkOrderStem" => work_order_stem: &'a str,
        /// The Schedule that the Note is on. Likely.
        "ScheduleId" => schedule_id: Identifier<'a>,
        /// The Note's text. Likely, after the Incident's.
        "Description" => description: &'a str,
        /// The administrator. Likely, after the Incident's.
        "CreateUserId" => create_user_id: &'a str,
        /// When, in local time of a zone that is not sent. Likely, after `OccurredDateLocal`.
        "CreatedDateLocal" => created_date_local: DateTime,
    }
}
