//! What was sent, and what was answered.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::script::{Delivery, Script};

/// What became of every delivery of a script, in its order.
#[derive(Debug)]
pub struct Ledger {
    /// When the first was sent.
    pub began: Instant,
    /// One for each delivery.
    pub entries: Vec<Entry>,
}

/// What became of a delivery.
#[derive(Debug, Clone)]
pub struct Entry {
    /// When it was sent first.
    pub first: Instant,
    /// When its last answer came, or was given up.
    pub last: Instant,
    /// How long each try took, in milliseconds.
    pub milliseconds: Vec<u32>,
    /// How many tries were answered with each status; 0 is no answer.
    pub statuses: BTreeMap<u16, u32>,
    /// How it ended.
    pub ending: Ending,
}

/// How a delivery ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Ending {
    /// With a 200.
    Acknowledged(Acknowledged),
    /// With a 4xx, at every try.
    Refused(u16),
    /// Its sender gave up, or the time was over.
    Unanswered,
}

/// What a 200 says.
#[derive(Debug, Clone, PartialEq)]
pub struct Acknowledged {
    /// What the event did.
    pub outcome: String,
    /// The record.
    pub record_id: String,
    /// Where the body is.
    pub archive_key: String,
}

impl Acknowledged {
    /// Reads the body of a 200.
    pub(super) fn read(body: &Value) -> Option<Self> {
        let text = |member: &str| body[member].as_str().map(str::to_owned);
        Some(Self { outcome: text("outcome")?, record_id: text("recordId")?, archive_key: text("archiveKey")? })
    }
}

impl Entry {
    /// What a 200 said, if one came.
    #[must_use]
    pub fn acknowledged(&self) -> Option<&Acknowledged> {
        match &self.ending {
            Ending::Acknowledged(acknowledged) => Some(acknowledged),
            _ => None,
        }
    }

    /// From the first try to the last answer.
    #[must_use]
    pub fn took(&self) -> Duration {
        self.last - self.first
    }
}

impl Ledger {
    /// The deliveries with what became of them.
    pub fn sent<'a>(&'a self, script: &'a Script) -> impl Iterator<Item = (&'a Delivery, &'a Entry)> {
        script.deliveries.iter().zip(&self.entries)
    }

    /// How many tries there were.
    #[must_use]
    pub fn tries(&self) -> usize {
        self.entries.iter().map(|entry| entry.milliseconds.len()).sum()
    }

    /// How many deliveries ended so.
    #[must_use]
    pub fn ended(&self, how: impl Fn(&Ending) -> bool) -> usize {
        self.entries.iter().filter(|entry| how(&entry.ending)).count()
    }

    /// Writes a line of JSON for each delivery: what was sent when, and what became of it. No body, and no token.
    ///
    /// # Errors
    /// What writing says.
    pub fn write(&self, script: &Script, out: &mut impl Write) -> io::Result<()> {
        for (delivery, entry) in self.sent(script) {
            let line = json!({
                "operation": delivery.operation.name,
                "customer": delivery.customer,
                "expected": format!("{:?}", delivery.expected),
                "sentAfter": (entry.first - self.began).as_secs_f64(),
                "endedAfter": (entry.last - self.began).as_secs_f64(),
                "statuses": entry.statuses.iter().map(|(status, count)| (status.to_string(), json!(count))).collect::<Value>(),
                "ending": format!("{:?}", entry.ending),
            });
            writeln!(out, "{line}")?;
        }
        Ok(())
    }
}
