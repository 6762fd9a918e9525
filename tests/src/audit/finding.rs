//! What an audit finds.

use std::fmt;

/// What kind of promise a finding breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Breach {
    /// Something that was acknowledged is not there, or not as it was sent.
    Lost,
    /// An event has effect twice.
    Doubled,
    /// A record, an answer or an order is not as the events have it.
    Wrong,
    /// Something is there that nobody sent, or that its sender may not write.
    Stranger,
    /// An event was refused, or not acknowledged in all the time that there was.
    Refused,
}

/// A broken promise, and the offender.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// What kind of promise.
    pub breach: Breach,
    /// The record, object or delivery.
    pub offender: String,
    /// What is the matter with it.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?}: {}: {}", self.breach, self.offender, self.what)
    }
}

/// Findings as they come up.
#[derive(Debug, Default)]
pub(super) struct Findings(pub(super) Vec<Finding>);

impl Findings {
    pub(super) fn note(&mut self, breach: Breach, offender: impl fmt::Display, what: impl fmt::Display) {
        self.0.push(Finding { breach, offender: offender.to_string(), what: what.to_string() });
    }
}
