//! Rejections: events that are kept, but make no record.

use std::fmt;

/// Why an event was rejected. The body is kept under `rejected/`, in a folder of this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// No body.
    EmptyBody,
    /// Not JSON.
    InvalidJson,
    /// Nested too deep to be an event.
    TooDeep,
    /// More values than any event has.
    TooManyValues,
    /// JSON, but no object.
    NotAnObject,
    /// `CustomerId`, `Tenant` or the record id stands there twice, with two values.
    AmbiguousKey,
    /// No usable `CustomerId`.
    InvalidCustomerId,
    /// No usable `Tenant`.
    InvalidTenant,
    /// No usable record id.
    InvalidRecordId,
    /// The token may not write for this customer and tenant.
    Forbidden,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::EmptyBody,
        Self::InvalidJson,
        Self::TooDeep,
        Self::TooManyValues,
        Self::NotAnObject,
        Self::AmbiguousKey,
        Self::InvalidCustomerId,
        Self::InvalidTenant,
        Self::InvalidRecordId,
        Self::Forbidden,
    ];

    /// The reason's name in the archive, the logs and the problem type: `invalid-json`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::EmptyBody => "empty-body",
            Self::InvalidJson => "invalid-json",
            Self::TooDeep => "too-deep",
            Self::TooManyValues => "too-many-values",
            Self::NotAnObject => "not-an-object",
            Self::AmbiguousKey => "ambiguous-key",
            Self::InvalidCustomerId => "invalid-customer-id",
            Self::InvalidTenant => "invalid-tenant",
            Self::InvalidRecordId => "invalid-record-id",
            Self::Forbidden => "forbidden",
        }
    }

    /// Reads what [`name`](Self::name) gives.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }

    /// The problem's title (RFC 9457, section 3.1.3): the same for every occurrence.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::EmptyBody => "The body is empty",
            Self::InvalidJson => "The body is not JSON",
            Self::TooDeep => "The body is nested too deep",
            Self::TooManyValues => "The body has too many values",
            Self::NotAnObject => "The body is not a JSON object",
            Self::AmbiguousKey => "A key of the event is given twice",
            Self::InvalidCustomerId => "CustomerId is missing or not usable",
            Self::InvalidTenant => "Tenant is missing or not usable",
            Self::InvalidRecordId => "The record id is missing or not usable",
            Self::Forbidden => "The token may not write for this customer and tenant",
        }
    }
}

/// A rejection: the reason, and the place of the fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// Why.
    pub reason: Reason,
    /// Where, for the sender. Holds no value of the body.
    pub detail: String,
}

impl Rejection {
    /// A rejection with a detail.
    pub(crate) fn new(reason: Reason, detail: impl fmt::Display) -> Self {
        Self { reason, detail: detail.to_string() }
    }
}
