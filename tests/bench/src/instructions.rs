//! Instructions, counted by callgrind: the figure that no other load on the machine changes.

use std::collections::HashMap;
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
const TRIES: u32 = 8;

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
#[derive(Debug, Clone, Copy)]
struct Life {
    instructions: u64,
    connections: Connections,
    /// The length of the last event's body.
    body_bytes: usize,
}

/// The connections to the stores that a life had, one after the other too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Connections {
    /// Before its first poll.
    at_start: u64,
    /// Of these, those that a call was answered on.
    used_at_start: u64,
    /// In all.
    in_all: u64,
}

impl Connections {
    /// Whether those of the start are there for the events. Under valgrind a second is hardly enough for the receiver to
    /// open them: where it gives up, nobody can tell how far it came, and its first event opens others.
    fn are_kept(self) -> bool {
        self.used_at_start == self.at_start && (self.at_start == 0 || self.at_start == self.in_all)
    }
}

/// Counts them, in three lives of other lengths.
pub(crate) async fn count(bed: &Bed, subject: &Subject, folder: &Path) -> Result<Instructions> {
    let (one, warm) = one_and_warm(bed, subject, folder, Given::default(), EVENTS).await?;
    let start = started(bed, subject, folder, one.connections).await?.instructions;
    Ok(Instructions { start, first: one.instructions.saturating_sub(start), warm: warm.instructions })
}

/// Counts those of a warm event that a subject is given, in two lives.
pub(crate) async fn warm(bed: &Bed, subject: &Subject, folder: &Path, given: Given) -> Result<Warm> {
    Ok(one_and_warm(bed, subject, folder, given, FEW_EVENTS).await?.1)
}

/// A life of one event, and the mean of so many more in a life that differs from it in these alone: to open a connection
/// takes millions, which must be in both lives or in neither.
///
/// Where the machine is too busy for any life to keep its connections, two will do that gave them up alike.
async fn one_and_warm(bed: &Bed, subject: &Subject, folder: &Path, given: Given, events: u64) -> Result<(Life, Warm)> {
    let output = &folder.join("callgrind.out");
    let mut kinds: HashMap<Connections, [Option<Life>; 2]> = HashMap::new();
    let mut pair = None;
    'tries: for _ in 0..TRIES {
        for (place, in_all) in [1, 1 + events].into_iter().enumerate() {
            let life = life(bed, subject, output, given, in_all).await?;
            let kind = kinds.entry(life.connections).or_default();
            kind[place] = Some(life);
            let &mut [Some(one), Some(all)] = kind else { continue };
            pair = Some((one, all));
            if life.connections.are_kept() {
                break 'tries;
            }
        }
    }
    let (one, all) =
        pair.with_context(|| format!("{}: no two lives are alike: the machine is too busy", subject.name))?;
    let instructions = all.instructions.saturating_sub(one.instructions) / events;
    Ok((one, Warm { instructions, body_bytes: all.body_bytes }))
}

/// A life without events that starts with the connections of others.
async fn started(bed: &Bed, subject: &Subject, folder: &Path, of_others: Connections) -> Result<Life> {
    let wanted = (of_others.at_start, of_others.used_at_start);
    for _ in 0..TRIES {
        let life = life(bed, subject, &folder.join("callgrind.out"), Given::default(), 0).await?;
        if (life.connections.at_start, life.connections.used_at_start) == wanted {
            return Ok(life);
        }
    }
    bail!("{}: no start has the connections of another: the machine is too busy to count", subject.name)
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
    // Code that valgrind does not improve is there sooner, and a start needs little of any twice.
    let valgrind = ["valgrind".into(), "--tool=callgrind".into(), "--vex-iropt-level=0".into(), PathBuf::from(option)];
    let (before, connected, opened) = (bed.sink.writes(), bed.sink.connections(), bed.sink.openings());
    let mut running = bed.run_with(subject, &valgrind, Stores::There, given).await?;
    running.polled().await.with_context(|| subject.name)?;
    let (at_start, used_at_start) = (bed.sink.connections() - connected, bed.sink.openings() - opened);
    for _ in 0..events {
        running.answer().await?;
        running.polled().await?;
    }
    let body_bytes = running.events.body_bytes();
    running.process.end().await?;
    check_writes(subject, given, bed.sink.writes().since(before), events)?;
    let profile = fs::read_to_string(output).context("valgrind writes no profile: is it installed?")?;
    let total = profile.lines().rev().find_map(|line| line.strip_prefix("totals: ")).context("a total")?;
    Ok(Life {
        instructions: total.trim().parse()?,
        connections: Connections { at_start, used_at_start, in_all: bed.sink.connections() - connected },
        body_bytes,
    })
}
