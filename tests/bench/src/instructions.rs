//! Instructions, counted by callgrind: the figure that no other load on the machine changes.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::bed::{Bed, Stores};
use crate::subject::Subject;

/// Warm events that are counted.
const EVENTS: u64 = 50;

/// Instructions of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Instructions {
    /// To the first poll.
    pub(crate) start: u64,
    /// Of the first event.
    pub(crate) first: u64,
    /// Of a warm event, the mean.
    pub(crate) warm: u64,
}

/// Counts them, in three lives of other lengths.
pub(crate) async fn count(bed: &Bed, subject: &Subject, folder: &Path) -> Result<Instructions> {
    let output = &folder.join("callgrind.out");
    let start = life(bed, subject, output, 0).await?;
    let one = life(bed, subject, output, 1).await?;
    let all = life(bed, subject, output, 1 + EVENTS).await?;
    Ok(Instructions { start, first: one.saturating_sub(start), warm: all.saturating_sub(one) / EVENTS })
}

/// Leaves the profile of warm events in a file, for `callgrind_annotate`.
pub(crate) async fn profile(bed: &Bed, subject: &Subject, output: &Path) -> Result<u64> {
    life(bed, subject, output, 1 + EVENTS * 20).await
}

/// The instructions of a life with so many events.
async fn life(bed: &Bed, subject: &Subject, output: &Path, events: u64) -> Result<u64> {
    let mut option = std::ffi::OsString::from("--callgrind-out-file=");
    option.push(output);
    let valgrind = ["valgrind".into(), "--tool=callgrind".into(), PathBuf::from(option)];
    let mut running = bed.run(subject, &valgrind, Stores::There).await?;
    running.runtime.polled().await.with_context(|| subject.name)?;
    for _ in 0..events {
        running.answer().await?;
        running.runtime.polled().await?;
    }
    running.process.end()?;
    let profile = fs::read_to_string(output).context("valgrind writes no profile: is it installed?")?;
    let total = profile.lines().rev().find_map(|line| line.strip_prefix("totals: ")).context("a total")?;
    Ok(total.trim().parse()?)
}
