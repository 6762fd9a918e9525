//! `DELETE /punches`: "This event will be published when an administrator deletes a Punch from a Schedule."

use jiff::civil::DateTime;

use super::Identifier;
use super::model::payload;
use crate::drift::Place;
use crate::operation::{Effect, Operation, WithoutRecordId};

/// `DELETE /punches`.
pub const DELETE_PUNCHES: Operation = Operation {
    name: "delete-punches",
    method: "DELETE",
    path: "/punches",
    table_variable: "PUNCHES_TABLE",
    record_id_variable: "DELETE_PUNCHES_RECORD_ID",
    record_id: "PunchId",
    without_record_id: WithoutRecordId::UseContentHash,
    effect: Effect::Delete,
    note_drift: |members, drift| {
        PunchDeletion::read_members(members, &Place::Root, drift);
    },
};

payload! {
    /// The deletion of a Punch. *Provisional*: the vendor's document as it reached us breaks off before its body.
    ///
    /// Known, because every documented body has them: `CustomerId` and `Tenant`. Likely: all others.
    provisional struct PunchDeletion<'a> {
        /// The customer that the event is for. Known.
        "CustomerId" => customer_id: i64,
        /// The tenant that the event is for. Known.
        "Tenant" => tenant: &'a str,
        /// Identifies the Punch to delete. Likely.
        "PunchId" => punch_id: Identifier<'a>,
        /// The Work Order's number without its last segment. Likely, after the Incident's.
        "WorkOrderStem" => work_order_stem: &'a str,
        /// The administrator. Likely, after `EditUserId`.
        "DeleteUserId" => delete_user_id: &'a str,
        /// When, in local time of a zone that is not sent. Likely, after `OccurredDateLocal`.
        "DeletedDateLocal" => deleted_date_local: DateTime,
    }
}
