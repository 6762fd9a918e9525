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
    events: u64,
    instructions: u64,
    connections: Connections,
    /// The length of the last event's body.
    body_bytes: usize,
}

/// The connections to the stores that a life had, one after the other too.
#[derive(Debug, Clone, Copy)]
struct Connections {
    /// Before its first poll.
    at_start: u64,
    /// Of these, those that a call was answered on.
    used_at_start: u64,
    /// In all.
    in_all: u64,
}

impl Life {
    /// Whether the connections of the start are there for the events. Under valgrind a second is hardly enough for the
    /// receiver to open them: where it gives up, nobody can tell how far it came, and its first event opens others.
    fn keeps_connections(&self) -> bool {
        let Connections { at_start, used_at_start, in_all } = self.connections;
        used_at_start == at_start && (at_start == 0 || at_start == in_all)
    }

    /// Whether both opened as many connections, as far as they had the events to.
    fn is_like(&self, other: &Self) -> bool {
        let (connections, others) = (self.connections, other.connections);
        let is_without_events = self.events == 0 || other.events == 0;
        connections.at_start == others.at_start
            && connections.used_at_start == others.used_at_start
            && (is_without_events || connections.in_all == others.in_all)
    }
}

/// Counts them, in three lives of other lengths.
pub(crate) async fn count(bed: &Bed, subject: &Subject, folder: &Path) -> Result<Instructions> {
    let [start, one, all] = lives(bed, subject, folder, Given::default(), [0, 1, 1 + EVENTS]).await?;
    let first = one.instructions.saturating_sub(start.instructions);
    Ok(Instructions { start: start.instructions, first, warm: a_warm_event(&one, &all) })
}

/// Counts those of a warm event that a subject is given, in two lives.
pub(crate) async fn warm(bed: &Bed, subject: &Subject, folder: &Path, given: Given) -> Result<Warm> {
    let [one, all] = lives(bed, subject, folder, given, [1, 1 + FEW_EVENTS]).await?;
    Ok(Warm { instructions: a_warm_event(&one, &all), body_bytes: all.body_bytes })
}

/// The mean of what the longer of two lives has more.
fn a_warm_event(one: &Life, all: &Life) -> u64 {
    all.instructions.saturating_sub(one.instructions) / (all.events - one.events)
}

/// Lives of so many events each, the most last, that differ in these alone: to open a connection takes millions, which
/// must be in all of them or in none.
async fn lives<const LENGTHS: usize>(
    bed: &Bed,
    subject: &Subject,
    folder: &Path,
    given: Given,
    lengths: [u64; LENGTHS],
) -> Result<[Life; LENGTHS]> {
    let output = &folder.join("callgrind.out");
    let mut lived = lengths.map(|_| vec![]);
    for _ in 0..TRIES {
        for (lived, events) in lived.iter_mut().zip(lengths) {
            lived.push(life(bed, subject, output, given, events).await?);
        }
        if let Some(lives) = alike(&lived).find(|lives| lives.iter().all(Life::keeps_connections)) {
            return Ok(lives);
        }
    }
    // The machine is too busy for any life to keep its connections. Those will do that gave them up alike.
    let found = alike(&lived).next();
    found.with_context(|| format!("{}: no lives are alike: the machine is too busy to count", subject.name))
}

/// Lives that are alike, one of each length.
fn alike<const LENGTHS: usize>(lived: &[Vec<Life>; LENGTHS]) -> impl Iterator<Item = [Life; LENGTHS]> {
    lived.iter().next_back().into_iter().flatten().filter_map(|longest| {
        let alike = lived.iter().filter_map(|lives| lives.iter().find(|life| life.is_like(longest)).copied());
        alike.collect::<Vec<_>>().try_into().ok()
    })
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
        events,
        instructions: total.trim().parse()?,
        connections: Connections { at_start, used_at_start, in_all: bed.sink.connections() - connected },
        body_bytes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A life of so many events and connections: at the start, of these used, and in all.
    fn life(events: u64, [at_start, used_at_start, in_all]: [u64; 3]) -> Life {
        Life { events, instructions: 0, connections: Connections { at_start, used_at_start, in_all }, body_bytes: 0 }
    }

    #[test]
    fn lives_with_other_connections_are_not_alike() {
        let lived = [vec![life(0, [2, 0, 2])], vec![life(1, [2, 1, 4]), life(1, [2, 0, 4])], vec![life(51, [2, 0, 4])]];
        let found: Vec<_> = alike(&lived).collect();
        let [[start, one, all]] = found[..] else { panic!("{found:?}") };
        assert_eq!([start, one, all].map(|life| life.connections.used_at_start), [0; 3]);
        assert!(!all.keeps_connections());

        let lived = [vec![life(1, [2, 2, 3])], vec![life(51, [2, 2, 2])]];
        assert_eq!(alike(&lived).count(), 0, "the first one opened another");
    }
}
