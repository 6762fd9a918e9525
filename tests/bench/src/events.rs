//! The events that a function is given: those of `tests/fixtures/events`, each with a record id of its own.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use bytes::Bytes;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::course::Given;

/// The token that the functions accept.
const TOKEN: &str = "dc_bench-token";

/// The setting `ACCESS_TOKENS` with the events' token as its one entry.
pub(crate) fn access_tokens() -> String {
    format!("bench:{}", hex::encode(Sha256::digest(TOKEN)))
}

/// What makes a body as long as it is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filling {
    /// Members that the vendor does not document.
    Members,
    /// Elements of `FileAttachmentUrls`, which the vendor documents as strings: as many as there would be members, and
    /// as long as those with their names.
    Attachments,
}

/// What is wrong with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alteration {
    /// Its body does not say which record it is about.
    WithoutId,
    /// It has no token.
    WithoutToken,
}

/// Events of one operation, without end.
#[derive(Debug, Clone)]
pub(crate) struct Events {
    event: Value,
    body: Value,
    id: &'static str,
    given: Given,
    next: u64,
    body_bytes: usize,
}

impl Events {
    /// Those of an operation, for a course. Bodies are of a length, or as long as the sample where that is longer.
    pub(crate) fn of(root: &Path, operation: &str, given: Given) -> Result<Self> {
        let id = match operation {
            "post-workorderrequests" => "WorkOrderNumber",
            "post-incidents" => "IncidentId",
            "post-notes" => "NoteId",
            _ => "PunchId",
        };
        let path = root.join("tests/fixtures/events").join(operation).with_extension("json");
        let text = fs::read(&path).with_context(|| path.display().to_string())?;
        let mut event: Value = serde_json::from_slice(&text)?;
        if given.course.alteration() == Some(Alteration::WithoutToken) {
            event["headers"].as_object_mut().context("headers")?.remove("authorization");
        } else {
            event["headers"]["authorization"] = json!(format!("Bearer {TOKEN}"));
        }
        let body = serde_json::from_str(event["body"].as_str().context("a body")?)?;
        Ok(Self { event, body, id, given, next: 0, body_bytes: 0 })
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
        let short = self.given.bytes.saturating_sub(self.body.to_string().len());
        let mut body = self.body.clone();
        if short > 0 {
            // Texts of the length that members have, so that a longer body is more of the same.
            let text = "what the vendor adds to an event, in some words";
            for number in 0..short.div_ceil(text.len() + 18) {
                match self.given.filling {
                    Filling::Members => body[format!("Addition{number:04}")] = json!(text),
                    Filling::Attachments => attach(&mut body, &format!("{text} : Addition{number:04}")),
                }
            }
        }
        if self.given.course.alteration() == Some(Alteration::WithoutId) {
            // Null in its place, so that the body is as long but for a few bytes.
            body[self.id] = Value::Null;
        }
        let body = body.to_string();
        self.body_bytes = body.len();
        self.event["body"] = json!(body);
        Bytes::from(self.event.to_string())
    }

    /// The length of the last one's body.
    pub(crate) fn body_bytes(&self) -> usize {
        self.body_bytes
    }
}

fn attach(body: &mut Value, text: &str) {
    if let Value::Array(attachments) = &mut body["FileAttachmentUrls"] {
        attachments.push(json!(text));
    }
}
