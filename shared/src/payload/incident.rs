//! `POST /incidents`: "This event will be published when a guard reports an Incident during their Schedule."

use jiff::civil::DateTime;

use super::model::payload;
use crate::drift::Place;
use crate::json::Number;
use crate::operation::{Effect, Operation, WithoutRecordId};

/// `POST /incidents`.
pub const POST_INCIDENTS: Operation = Operation {
    name: "post-incidents",
    method: "POST",
    path: "/incidents",
    table_variable: "INCIDENTS_TABLE",
    record_id_variable: "POST_INCIDENTS_RECORD_ID",
    record_id: "IncidentId",
    without_record_id: WithoutRecordId::Reject,
    effect: Effect::Write,
    note_drift: |members, drift| {
        Incident::read_members(members, &Place::Root, drift);
    },
};

payload! {
    /// An Incident, as documented.
    documented struct Incident<'a> {
        /// The customer that the event is for.
        "CustomerId" => customer_id: i64,
        /// The tenant that the event is for.
        "Tenant" => tenant: &'a str,
        /// Identifies the Incident.
        "IncidentId" => incident_id: i64,
        /// The Work Order's number without its last segment.
        "WorkOrderStem" => work_order_stem: &'a str,
        /// Money to recover; the currency is not documented.
        "CostRecovery" => cost_recovery: &'a Number,
        /// Who created it.
        "CreateUserId" => create_user_id: &'a str,
        /// Who edited it last.
        "EditUserId" => edit_user_id: &'a str,
        /// When it happened, in local time of a zone that is not sent.
        "OccurredDateLocal" => occurred_date_local: DateTime,
        /// When it was reported, in local time of a zone that is not sent.
        "ReportedDateLocal" => reported_date_local: DateTime,
        /// What happened.
        "Description" => description: &'a str,
        /// Who reported it. Personal.
        "ReportedBy" => reported_by: &'a str,
        /// Its type: `Security`. The list of types is not documented.
        "IncidentType" => incident_type: &'a str,
        /// How it was reported: `Phone`. The list is not documented.
        "ReportedVia" => reported_via: &'a str,
        /// Who was involved, in one text. Personal.
        "PersonsInvolved" => persons_involved: &'a str,
        /// Its severity: `4`. The scale is not documented.
        "SeverityLevel" => severity_level: i64,
        /// Where the audio recording is.
        "AudioFileUrl" => audio_file_url: &'a str,
        /// Where the attachments are.
        "FileAttachmentUrls" => file_attachment_urls: Vec<&'a str>,
        /// Who called.
        "CallerId" => caller_id: &'a str,
        /// More about it.
        "Details" => details: &'a str,
        /// When the e-mail was sent. The sample has no zone.
        "EmailSent" => email_sent: DateTime,
    }
}
