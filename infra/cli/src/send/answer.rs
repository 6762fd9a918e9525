//! What came back, a line each.

use std::time::Duration;

use dataconnect::operation::Operation;
use serde::Serialize;
use serde_json::Value;

use crate::output::{Column, Row, Tone};

/// An answer, or that there was none.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    operation: &'static str,
    /// `None` where nobody answered.
    status: Option<u16>,
    milliseconds: u64,
    /// Of a 200: what the event did.
    outcome: Option<String>,
    record_id: Option<String>,
    /// Of anything else: the problem's title and detail, or why there was no answer.
    problem: Option<String>,
    request_id: Option<String>,
}

impl Answer {
    pub(super) fn of(operation: &Operation, status: u16, text: &str, elapsed: Duration) -> Self {
        let body: Value = serde_json::from_str(text).unwrap_or_default();
        let member = |name: &str| body[name].as_str().map(str::to_owned);
        let problem = match (member("title"), member("detail")) {
            (Some(title), Some(detail)) => Some(format!("{title}: {detail}")),
            (Some(title), None) => Some(title),
            // API Gateway's own answers.
            (None, _) => member("message").or_else(|| (status != 200).then(|| "an answer without details".to_owned())),
        };
        Self {
            operation: operation.name,
            status: Some(status),
            milliseconds: millis(elapsed),
            outcome: member("outcome"),
            record_id: member("recordId"),
            problem,
            request_id: member("requestId"),
        }
    }

    pub(super) fn none(operation: &Operation, error: &ureq::Error, elapsed: Duration) -> Self {
        Self {
            operation: operation.name,
            status: None,
            milliseconds: millis(elapsed),
            outcome: None,
            record_id: None,
            problem: Some(format!("no answer: {error}")),
            request_id: None,
        }
    }

    /// Whether it is a 200 of the receiver, which says what the event did.
    pub(super) fn is_good(&self) -> bool {
        self.status == Some(200) && self.outcome.is_some()
    }
}

fn millis(elapsed: Duration) -> u64 {
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}

impl Row for Answer {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::new("operation", |answer| (Tone::Plain, answer.operation.to_owned())),
            Column::new("status", |answer| {
                let status = answer.status.map_or_else(|| "none".to_owned(), |status| status.to_string());
                (if answer.is_good() { Tone::Good } else { Tone::Bad }, status)
            }),
            Column::new("ms", |answer| (Tone::Plain, answer.milliseconds.to_string())),
            Column::new("outcome", |answer| {
                (Tone::Plain, answer.outcome.clone().or_else(|| answer.problem.clone()).unwrap_or_default())
            }),
            Column::new("record id", |answer| (Tone::Plain, answer.record_id.clone().unwrap_or_default())),
            Column::whole("request id", |answer| (Tone::Faint, answer.request_id.clone().unwrap_or_default())),
        ]
    }
}
