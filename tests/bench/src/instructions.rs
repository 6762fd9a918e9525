//! Instructions, counted by callgrind: the figure that no other load on the machine changes.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::bed::{Bed, Stores, check_writes};
use crate::course::{Course, Given};
use crate::subject::Subject;

/// Warm events that are counted.
const EVENTS: u64 = 50;
/// The same where there is much to count.
const FEW_EVENTS: u64 = 20;

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

/// Instructions of a warm event, and what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Warm {
    /// The mean of several.
    pub(crate) instructions: u64,
    /// The length of its body.
    pub(crate) body_bytes: usize,
}

/// Counts them, in three lives of other lengths.
pub(crate) async fn count(bed: &Bed, subject: &Subject, folder: &Path) -> Result<Instructions> {
    let output = &folder.join("callgrind.out");
    let given = Given::default();
    let start = life(bed, subject, output, given, 0).await?.instructions;
    let one = life(bed, subject, output, given, 1).await?.instructions;
    let all = life(bed, subject, output, given, 1 + EVENTS).await?.instructions;
    Ok(Instructions { start, first: one.saturating_sub(start), warm: all.saturating_sub(one) / EVENTS })
}

/// Counts those of a warm event that a subject is given, in two lives.
pub(crate) async fn warm(bed: &Bed, subject: &Subject, folder: &Path, given: Given) -> Result<Warm> {
    let output = &folder.join("callgrind.out");
    let one = life(bed, subject, output, given, 1).await?;
    let all = life(bed, subject, output, given, 1 + FEW_EVENTS).await?;
    Ok(Warm { instructions: all.instructions.saturating_sub(one.instructions) / FEW_EVENTS, ..all })
}

/// Leaves the profile of warm events in a file, for `callgrind_annotate`.
pub(crate) async fn profile(bed: &Bed, subject: &Subject, output: &Path, course: Course) -> Result<u64> {
    // A correction takes many times as long, and less of the profile is the start.
    let events = if course == Course::Created { EVENTS * 20 } else { EVENTS };
    Ok(life(bed, subject, output, Given { course, ..Given::default() }, 1 + events).await?.instructions)
}

/// The instructions of a life with so many events, all together.
async fn life(bed: &Bed, subject: &Subject, output: &Path, given: Given, events: u64) -> Result<Warm> {
    let mut option = std::ffi::OsString::from("--callgrind-out-file=");
    option.push(output);
    let valgrind = ["valgrind".into(), "--tool=callgrind".into(), PathBuf::from(option)];
    let before = bed.sink.writes();
    let mut running = bed.run_with(subject, &valgrind, Stores::There, given).await?;
    running.polled().await.with_context(|| subject.name)?;
    for _ in 0..events {
        running.answer().await?;
        running.polled().await?;
    }
    let body_bytes = running.events.body_bytes();
    running.process.end().await?;
    check_writes(subject, given, bed.sink.writes().since(before), events)?;
    let profile = fs::read_to_string(output).context("valgrind writes no profile: is it installed?")?;
    let total = profile.lines().rev().find_map(|line| line.strip_prefix("totals: ")).context("a total")?;
    Ok(Warm { instructions: total.trim().parse()?, body_bytes })
}
