//! The events that a function is given: those of `tests/fixtures/events`, each with a record id of its own.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use bytes::Bytes;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The token that the functions accept.
const TOKEN: &str = "dc_bench-token";

/// The setting `ACCESS_TOKENS` with the events' token as its one entry.
pub(crate) fn access_tokens() -> String {
    format!("bench:{}", hex::encode(Sha256::digest(TOKEN)))
}

/// Events of one operation, without end.
#[derive(Debug, Clone)]
pub(crate) struct Events {
    event: Value,
    body: Value,
    id: &'static str,
    bytes: usize,
    next: u64,
}

impl Events {
    /// Those of an operation, whose bodies are of a length, or as long as the sample where that is longer.
    pub(crate) fn of(root: &Path, operation: &str, bytes: usize) -> Result<Self> {
        let id = match operation {
            "post-workorderrequests" => "WorkOrderNumber",
            "post-incidents" => "IncidentId",
            "post-notes" => "NoteId",
            _ => "PunchId",
        };
        let path = root.join("tests/fixtures/events").join(operation).with_extension("json");
        let text = fs::read(&path).with_context(|| path.display().to_string())?;
        let mut event: Value = serde_json::from_slice(&text)?;
        event["headers"]["authorization"] = json!(format!("Bearer {TOKEN}"));
        let body = serde_json::from_str(event["body"].as_str().context("a body")?)?;
        Ok(Self { event, body, id, bytes, next: 0 })
    }

    /// The same, numbered after another, so that none of them is of a record of others.
    pub(crate) fn after(mut self, number: u64) -> Self {
        self.next = number;
        self
    }

    /// The next one.
    pub(crate) fn next(&mut self) -> Bytes {
        self.next += 1;
        let id = 1_000_000 + self.next;
        self.body[self.id] = if self.id == "WorkOrderNumber" { json!(format!("T{id}.34277.1")) } else { json!(id) };
        let short = self.bytes.saturating_sub(self.body.to_string().len());
        let mut body = self.body.clone();
        if short > 0 {
            // Members of the length that members have, so that a longer body is more of the same.
            let text = "what the vendor adds to an event, in some words";
            for number in 0..short.div_ceil(text.len() + 16) {
                body[format!("Addition{number:04}")] = json!(text);
            }
        }
        self.event["body"] = json!(body.to_string());
        Bytes::from(self.event.to_string())
    }
}
