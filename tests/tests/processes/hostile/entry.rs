//! What the table is made of.

use std::fmt::Display;

use dataconnect::operation::{Operation, WithoutRecordId};

use super::request::Request;

/// Who must answer an entry, and what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    /// The function takes it: 200, and its body is in the archive.
    Taken,
    /// The function refuses it with this status, and this at the end of the problem's type.
    Refused(u16, &'static str),
    /// It does not get to a function: the server in front answers with one of these.
    Front(&'static [u16]),
    /// It does not get to a function: the server in front fails on it, or hangs up.
    FrontFails,
}

/// A hostile request.
#[derive(Debug)]
pub(super) struct Entry {
    /// What is hostile about it, and which operation it is sent to.
    pub(super) name: String,
    pub(super) operation: &'static Operation,
    pub(super) request: Request,
    pub(super) expected: Expected,
}

impl Entry {
    pub(super) fn new(operation: &'static Operation, what: impl Display, request: Request, expected: Expected) -> Self {
        Self { name: format!("{}, {what}", operation.name), operation, request, expected }
    }
}

/// What becomes of an event in which nothing can be the record's id.
pub(super) fn without_id(operation: &Operation) -> Expected {
    match operation.without_record_id {
        WithoutRecordId::UseContentHash => Expected::Taken,
        WithoutRecordId::Reject => Expected::Refused(400, "invalid-record-id"),
    }
}

/// The beginning of a text, for an entry's name.
pub(super) fn brief(text: impl AsRef<[u8]>) -> String {
    let text = text.as_ref();
    let shown = text[..text.len().min(40)].escape_ascii();
    if text.len() > 40 { format!("`{shown}...` ({} bytes)", text.len()) } else { format!("`{shown}`") }
}
