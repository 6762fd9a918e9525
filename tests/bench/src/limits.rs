//! What the receiver must reach: ratios to what was measured in the same run, and counts.

use std::fmt;

use anyhow::{Context, Result};

use crate::figures::{Figures, Run};
use crate::measure::{SLOW, precise};
use crate::paths::{OF_PATHS, PathCost};
use crate::statistics::Sample;
use crate::subject::{LEAN, NODE, NOOP, PYTHON, RECEIVER};

/// What a counted figure may exceed its limit by, so that an update of a crate does not stop everything.
const MARGIN: f64 = 1.05;

/// The largest program, in bytes: what is to be reached, and what is held until it is.
const SIZE: Goal = Goal { limit: 6_000_000.0, held: 6_300_000.0 };
/// Instructions of the receiver's own in a warm event: what it takes beyond the leanest use of the SDK.
const OWN_INSTRUCTIONS: Goal = Goal { limit: 250_000.0, held: 412_000.0 };
/// Instructions of an event that is not simply accepted, times those of one that is.
const TIMES_ACCEPTED: f64 = 2.0;
/// Memory after many events, in bytes.
const RESIDENT: u64 = 9_000_000;

/// What a counted figure is to reach, and what it must keep until it has.
#[derive(Debug, Clone, Copy)]
struct Goal {
    limit: f64,
    held: f64,
}

/// A figure beside its limit.
#[derive(Debug, Clone)]
pub(crate) struct Verdict {
    /// What was measured.
    pub(crate) figure: String,
    /// How much it is.
    pub(crate) value: f64,
    /// How much it may be.
    pub(crate) limit: f64,
    /// What it must keep meanwhile.
    held: f64,
    /// The digits after the point that tell.
    digits: usize,
    /// Whether it is a count, which no load on the machine changes.
    pub(crate) is_count: bool,
}

impl Verdict {
    fn ratio(figure: impl Into<String>, value: f64, limit: f64) -> Self {
        Self { figure: figure.into(), value, limit, held: limit, digits: 2, is_count: false }
    }

    fn count(figure: impl Into<String>, value: f64, Goal { limit, held }: Goal) -> Self {
        Self { figure: figure.into(), value, limit, held, digits: 0, is_count: true }
    }

    /// Whether the limit is kept.
    pub(crate) fn is_kept(&self) -> bool {
        self.value <= self.limit
    }

    /// Whether what is held is exceeded by more than the margin.
    pub(crate) fn is_broken(&self) -> bool {
        self.value > self.held * MARGIN
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { figure, value, limit, digits, .. } = self;
        write!(formatter, "{figure}: {value:.digits$}; to be reached: {limit:.digits$}")?;
        if self.held > *limit { write!(formatter, "; held until then: {:.digits$}", self.held) } else { Ok(()) }
    }
}

/// The counted figures: sizes and instructions.
pub(crate) fn counted(run: &Run, paths: &[PathCost]) -> Result<Vec<Verdict>> {
    let mut verdicts: Vec<_> = run
        .0
        .iter()
        .filter(|figures| figures.subject.is_ours())
        .filter_map(|figures| {
            let figure = format!("{}, bytes of the program", figures.subject.name);
            Some(Verdict::count(figure, precise(figures.size?), SIZE))
        })
        .collect();
    let warm = |name| -> Result<f64> {
        let instructions = run.of(name)?.instructions.with_context(|| format!("{name}: no instructions"))?;
        Ok(precise(instructions.warm))
    };
    let own = warm(RECEIVER)? - warm(LEAN)?;
    verdicts.push(Verdict::count("instructions of our own in a warm event", own, OWN_INSTRUCTIONS));
    verdicts.extend(of_paths(paths));
    Ok(verdicts)
}

/// Those of an event that is not simply accepted: all paths but the first.
fn of_paths(paths: &[PathCost]) -> impl Iterator<Item = Verdict> {
    paths.iter().skip(1).map(|path| {
        let figure = format!("instructions of {OF_PATHS}, {}, times accepted", path.name);
        Verdict::ratio(figure, path.times_accepted, TIMES_ACCEPTED)
    })
}

/// The measured figures.
pub(crate) fn measured(run: &Run) -> Result<Vec<Verdict>> {
    let (ours, noop, lean) = (&run.of(RECEIVER)?.times, &run.of(NOOP)?.times, &run.of(LEAN)?.times);
    let mut verdicts = vec![
        Verdict::ratio(
            "exec to first poll without connections, times no-op",
            ratio(&ours.start_alone, &noop.start)?,
            1.3,
        ),
        Verdict::ratio("first event, CPU, times no-op", ratio(&ours.first_cpu, &noop.first_cpu)?, 2.0),
        Verdict::ratio("warm event, times lean SDK", ratio(&ours.warm, &lean.warm)?, 1.15),
        Verdict::ratio(
            format!("warm event with stores of {} ms, ms beyond them", SLOW.as_millis()),
            median(&ours.beyond)? / 1e3,
            1.0,
        ),
    ];
    if let Some((early, late)) = run.of(RECEIVER)?.growth {
        verdicts.push(Verdict::ratio("RSS after 10,000 events, MB", precise(late) / 1e6, precise(RESIDENT) / 1e6));
        verdicts.push(Verdict::ratio(
            "RSS after 10,000 events, times that after 1,000",
            precise(late) / precise(early),
            1.05,
        ));
    }
    for peer in [PYTHON, NODE] {
        let Some(Figures { times: peer_times, .. }) = run.find(peer) else { continue };
        let part = |ours, peers, limit, what: &str| -> Result<_> {
            Ok(Verdict { digits: 3, ..Verdict::ratio(format!("{what}, part of {peer}'s"), ratio(ours, peers)?, limit) })
        };
        verdicts.push(part(&ours.start, &peer_times.start, 1.0 / 40.0, "exec to first poll")?);
        verdicts.push(part(&ours.warm, &peer_times.warm, 1.0 / 4.0, "warm event")?);
        verdicts.push(part(&ours.resident, &peer_times.resident, 1.0 / 6.0, "RSS")?);
    }
    Ok(verdicts)
}

fn median(sample: &Sample) -> Result<f64> {
    sample.median().context("nothing was measured")
}

fn ratio(one: &Sample, other: &Sample) -> Result<f64> {
    Ok(median(one)? / median(other)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::Course;

    #[test]
    fn a_path_that_takes_more_than_twice_the_accepted_one_is_missed_and_with_the_margin_broken() {
        let path = |course, times_accepted| PathCost {
            name: "a path",
            course,
            body_bytes: 0,
            instructions: 0,
            times_accepted,
        };
        let paths = [
            path(Course::Created, 1.0),
            path(Course::Rejected, 2.0),
            path(Course::Duplicate, 2.05),
            path(Course::Duplicate, 2.2),
        ];
        let verdicts: Vec<_> = of_paths(&paths).map(|verdict| (verdict.is_kept(), verdict.is_broken())).collect();
        assert_eq!(verdicts, [(true, false), (false, false), (false, true)]);
    }
}
