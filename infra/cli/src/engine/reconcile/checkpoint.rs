//! Where a run is, in a file.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, bail};
use dataconnect::key::{RecordId, RecordKey};
use dataconnect::reconcile::{Counts, Place, Row};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Question, Tally};

/// Where a run is, and what it has counted so far. Holds no more than the conservation table has rows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Checkpoint {
    question: Question,
    /// When the run began, in seconds since 1970: what is behind it answers for what there was then.
    began: i64,
    pub(super) phase: usize,
    pub(super) after_key: Option<String>,
    after_record: Option<(String, String)>,
    pub(super) place: Option<Place>,
    pub(super) tally: Tally,
    pub(super) rows: Vec<(Row, Counts)>,
}

impl Checkpoint {
    pub(super) fn new(question: Question) -> Self {
        Self {
            question,
            began: Timestamp::now().as_second(),
            phase: 0,
            after_key: None,
            after_record: None,
            place: None,
            tally: Tally::default(),
            rows: Vec::new(),
        }
    }

    /// The checkpoint in a file, if it is there and of this question. One of another version is none. A file that never
    /// was one is a fault: it would be written over.
    pub(super) fn read(file: &Path, question: &Question) -> anyhow::Result<Option<Self>> {
        let text = match fs::read(file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", file.display())),
        };
        let value: Value = serde_json::from_slice(&text).unwrap_or_default();
        if value.get("question").is_none() || value.get("phase").is_none() {
            bail!("{} is no checkpoint; name another file with --checkpoint", file.display());
        }
        let read: Option<Self> = serde_json::from_value(value).ok();
        Ok(read.filter(|checkpoint| checkpoint.question == *question))
    }

    /// Writes it in one step: whoever is interrupted leaves the one before.
    pub(super) fn write(&self, file: &Path) -> anyhow::Result<()> {
        let context = || format!("cannot write {}", file.display());
        if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).with_context(context)?;
        }
        let new = file.with_extension("new");
        fs::write(&new, serde_json::to_vec(self)?).with_context(context)?;
        fs::rename(&new, file).with_context(context)
    }

    pub(super) fn remove(file: &Path) -> anyhow::Result<()> {
        match fs::remove_file(file) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(error).with_context(|| format!("cannot remove {}", file.display()))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn began(&self) -> Timestamp {
        Timestamp::from_second(self.began).unwrap_or(Timestamp::MIN)
    }

    pub(super) fn next_phase(&mut self) {
        self.phase += 1;
        (self.after_key, self.after_record, self.place) = (None, None, None);
    }

    pub(super) fn after_record(&self) -> Option<RecordKey> {
        let (pair, id) = self.after_record.as_ref()?;
        Some(RecordKey { customer_tenant: pair.parse().ok()?, record_id: RecordId::from_stored(id.clone()) })
    }

    pub(super) fn set_record(&mut self, key: &RecordKey) {
        self.after_record = Some((key.customer_tenant.to_string(), key.record_id.to_string()));
    }
}
