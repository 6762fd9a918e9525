//! Instructions, counted by callgrind: the figure that no other load on the machine changes.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::bed::{Bed, Stores, check_writes};
use crate::course::{Course, Given};
use crate::subject::Subject;

/// Warm events that are counted.
const EVENTS: u64 = 50;
/// The same where there is much to count.
const FEW_EVENTS: u64 = 20;
/// How often lives are tried that are to be alike.
const TRIES: u32 = 5;
/// The stores that a connection is opened to.
const STORES: u64 = 2;

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

/// One life, all together.
#[derive(Debug, Clone, Copy, Default)]
struct Life {
    instructions: u64,
    connected: Connected,
    /// The length of the last event's body.
    body_bytes: usize,
}

/// When a subject has its connections to the stores.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Connected {
    /// Before its first poll.
    AtStart,
    /// When an event needs them.
    #[default]
    AtAnEvent,
}

/// Counts them, in three lives of other lengths.
pub(crate) async fn count(bed: &Bed, subject: &Subject, folder: &Path) -> Result<Instructions> {
    let lives = alike(bed, subject, folder, Given::default(), [0, 1, 1 + EVENTS]).await?;
    let [start, one, all] = lives.map(|life| life.instructions);
    Ok(Instructions { start, first: one.saturating_sub(start), warm: all.saturating_sub(one) / EVENTS })
}

/// Counts those of a warm event that a subject is given, in two lives.
pub(crate) async fn warm(bed: &Bed, subject: &Subject, folder: &Path, given: Given) -> Result<Warm> {
    let [one, all] = alike(bed, subject, folder, given, [1, 1 + FEW_EVENTS]).await?;
    let instructions = all.instructions.saturating_sub(one.instructions) / FEW_EVENTS;
    Ok(Warm { instructions, body_bytes: all.body_bytes })
}

/// Lives of so many events each, whose difference is in their events alone.
///
/// The receiver gives up opening its connections where that takes long, as it can under valgrind beside other work. Its first
/// event opens them then: millions of instructions that must be in all of the lives or in none.
async fn alike<const LIVES: usize>(
    bed: &Bed,
    subject: &Subject,
    folder: &Path,
    given: Given,
    events: [u64; LIVES],
) -> Result<[Life; LIVES]> {
    let output = &folder.join("callgrind.out");
    for _ in 0..TRIES {
        let mut lives = [Life::default(); LIVES];
        for (life, events) in lives.iter_mut().zip(events) {
            *life = self::life(bed, subject, output, given, events).await?;
        }
        if lives.iter().all(|life| life.connected == lives[0].connected) {
            return Ok(lives);
        }
    }
    bail!("{}: connected now before its first event, now at it: the machine is too busy to count", subject.name)
}

/// Leaves the profile of warm events in a file, for `callgrind_annotate`.
pub(crate) async fn profile(bed: &Bed, subject: &Subject, output: &Path, course: Course) -> Result<u64> {
    // A correction takes many times as long, and less of the profile is the start.
    let events = if course == Course::Created { EVENTS * 20 } else { EVENTS };
    Ok(life(bed, subject, output, Given { course, ..Given::default() }, 1 + events).await?.instructions)
}

/// A life with so many events.
async fn life(bed: &Bed, subject: &Subject, output: &Path, given: Given, events: u64) -> Result<Life> {
    let mut option = std::ffi::OsString::from("--callgrind-out-file=");
    option.push(output);
    let valgrind = ["valgrind".into(), "--tool=callgrind".into(), PathBuf::from(option)];
    let (before, opened) = (bed.sink.writes(), bed.sink.openings());
    let mut running = bed.run_with(subject, &valgrind, Stores::There, given).await?;
    running.polled().await.with_context(|| subject.name)?;
    let is_connected = bed.sink.openings() >= opened + STORES;
    let connected = if is_connected { Connected::AtStart } else { Connected::AtAnEvent };
    for _ in 0..events {
        running.answer().await?;
        running.polled().await?;
    }
    let body_bytes = running.events.body_bytes();
    running.process.end().await?;
    check_writes(subject, given, bed.sink.writes().since(before), events)?;
    let profile = fs::read_to_string(output).context("valgrind writes no profile: is it installed?")?;
    let total = profile.lines().rev().find_map(|line| line.strip_prefix("totals: ")).context("a total")?;
    Ok(Life { instructions: total.trim().parse()?, connected, body_bytes })
}
