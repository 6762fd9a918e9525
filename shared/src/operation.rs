//! What an operation is. The five stand with their payloads, in [`payload`](crate::payload).

use crate::drift::Drift;
use crate::json::Object;

/// One operation of the DataConnect API, served by one Lambda function.
#[derive(Debug)]
pub struct Operation {
    /// The function's and binary's name, and the operation's name in the archive, the records and the logs:
    /// `post-punches`.
    pub name: &'static str,
    /// The HTTP method of its route: `POST`.
    pub method: &'static str,
    /// The path of its route: `/punches`.
    pub path: &'static str,
    /// The environment variable that names its table: `PUNCHES_TABLE`.
    pub table_variable: &'static str,
    /// The environment variable that says which members identify a record, in place of `record_id`:
    /// `POST_PUNCHES_RECORD_ID`.
    pub record_id_variable: &'static str,
    /// The member that identifies a record: `PunchId`.
    pub record_id: &'static str,
    /// What to do with an event that does not have that member.
    pub without_record_id: WithoutRecordId,
    /// What an event does to its record.
    pub effect: Effect,
    /// Reads the body as the operation's payload model, for the drift that this finds.
    pub note_drift: fn(&Object, &mut Drift),
}

/// What to do with an event that does not have the member that identifies its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithoutRecordId {
    /// The member is documented: reject the event.
    Reject,
    /// The member is provisional: the content hash stands in for it, so that the same body still finds the same record.
    UseContentHash,
}

/// What an event does to its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The body becomes the record's members.
    Write,
    /// The record is marked as deleted, whether its members came already or not.
    Delete,
}
