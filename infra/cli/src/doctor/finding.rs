//! What was found.

use serde::Serialize;

use crate::exit::Exit;
use crate::output::{Column, Row, Tone};

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// As it should be.
    Good,
    /// Nobody could say.
    Unverified,
    /// A risk, or soon wrong.
    Warning,
    /// Wrong now: events are refused, or anybody may write.
    Urgent,
}

impl Severity {
    /// What the shell is told of it.
    #[must_use]
    pub fn exit(self) -> Exit {
        match self {
            Self::Good | Self::Unverified => Exit::Good,
            Self::Warning => Exit::Bad,
            Self::Urgent => Exit::Urgent,
        }
    }

    fn shown(self) -> (Tone, String) {
        let (tone, word) = match self {
            Self::Good => (Tone::Good, "good"),
            Self::Unverified => (Tone::Faint, "not verified"),
            Self::Warning => (Tone::Warning, "warning"),
            Self::Urgent => (Tone::Bad, "urgent"),
        };
        (tone, word.to_owned())
    }
}

/// One thing that was found, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How grave it is.
    pub severity: Severity,
    /// What it is about: `token wfx-2026`, `PunchesTable`.
    pub about: String,
    /// What was found.
    pub found: String,
    /// What to do next. Nothing, if it is as it should be.
    pub next: Option<String>,
}

impl Finding {
    pub(super) fn good(about: impl Into<String>, found: impl Into<String>) -> Self {
        Self { severity: Severity::Good, about: about.into(), found: found.into(), next: None }
    }

    pub(super) fn new(
        severity: Severity,
        about: impl Into<String>,
        found: impl Into<String>,
        next: impl Into<String>,
    ) -> Self {
        Self { severity, about: about.into(), found: found.into(), next: Some(next.into()) }
    }

    /// Nobody could say, and why.
    pub(super) fn unverified(about: impl Into<String>, what: &str, why: &str) -> Self {
        Self { severity: Severity::Unverified, about: about.into(), found: format!("{what}: {why}"), next: None }
    }
}

impl Row for Finding {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::new("severity", |finding| finding.severity.shown()),
            Column::new("about", |finding| (Tone::Plain, finding.about.clone())),
            Column::new("found", |finding| (Tone::Plain, finding.found.clone())),
            Column::new("next", |finding| (Tone::Plain, finding.next.clone().unwrap_or_default())),
        ]
    }
}
