//! What the receiver must reach: ratios to what was measured in the same round, and counts.

use std::fmt;

use anyhow::{Context, Result};

use crate::figures::{Figures, Run};
use crate::goals::{Goal, OWN_INSTRUCTIONS, SIZE, START_INSTRUCTIONS, TIMES_ACCEPTED, WARM_INSTRUCTIONS};
use crate::instructions::Instructions;
use crate::measure::{GROWN, GROWTH, SLOW, Times, precise};
use crate::paths::{OF_PATHS, PathCost};
use crate::statistics::Sample;
use crate::subject::{LEAN, NODE, NOOP, PYTHON, RECEIVER};

/// Memory after many events, in bytes.
const RESIDENT: f64 = 9e6;

/// A figure beside its limit.
#[derive(Debug, Clone)]
pub(crate) struct Verdict {
    /// What was measured.
    pub(crate) figure: String,
    /// How much it is.
    pub(crate) value: f64,
    /// Its quartiles, where it was measured in every round.
    pub(crate) spread: Option<(f64, f64)>,
    /// The most that it is of any of the functions, where all were measured; and of which.
    pub(crate) worst: Option<(f64, &'static str)>,
    /// How much it may be.
    pub(crate) goal: Goal,
    /// The digits after the point that tell.
    digits: usize,
}

impl Verdict {
    fn ratio(figure: impl Into<String>, value: f64, goal: Goal) -> Self {
        Self { figure: figure.into(), value, spread: None, worst: None, goal, digits: 3 }
    }

    fn count(figure: impl Into<String>, value: f64, goal: Goal) -> Self {
        Self { digits: 0, ..Self::ratio(figure, value, goal) }
    }

    /// A figure of the receiver that every round has, beside the worst of the functions.
    fn of_rounds(run: &Run, figure: impl Into<String>, limit: f64, sample: impl Fn(&Times) -> Sample) -> Result<Self> {
        let figure = figure.into();
        let receiver = sample(&run.of(RECEIVER)?.times);
        let value = receiver.median().with_context(|| format!("{figure}: nothing was measured"))?;
        let of_each = run.ours().filter_map(|ours| Some((sample(&ours.times).median()?, ours.subject.name)));
        let worst = of_each.max_by(|(one, _), (other, _)| one.total_cmp(other));
        Ok(Self { spread: receiver.spread(), worst, ..Self::ratio(figure, value, Goal::limit(limit)) })
    }

    /// Whether the limit is kept.
    pub(crate) fn is_kept(&self) -> bool {
        self.value <= self.goal.limit
    }

    /// Whether what is held is exceeded by more than the margin.
    pub(crate) fn is_broken(&self) -> bool {
        self.goal.is_broken_by(self.value)
    }

    /// A value of the figure, with the digits that tell.
    pub(crate) fn number(&self, value: f64) -> String {
        format!("{value:.*}", self.digits)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [value, limit, held] = [self.value, self.goal.limit, self.goal.held].map(|value| self.number(value));
        write!(formatter, "{}: {value}; no more than {limit}", self.figure)?;
        if held == limit { Ok(()) } else { write!(formatter, "; held: {held}") }
    }
}

/// The counted figures: sizes and instructions.
pub(crate) fn counted(run: &Run, paths: &[PathCost]) -> Result<Vec<Verdict>> {
    let sizes = run.ours().filter_map(|Figures { subject, size, .. }| {
        Some(Verdict::count(format!("{}, bytes of the program", subject.name), precise((*size)?), SIZE))
    });
    let mut verdicts: Vec<_> = sizes.collect();
    let instructions = |name| -> Result<Instructions> {
        run.of(name)?.instructions.with_context(|| format!("{name}: no instructions"))
    };
    let beyond = precise(instructions(RECEIVER)?.warm) - precise(instructions(LEAN)?.warm);
    verdicts.push(Verdict::count("instructions of a warm event beyond the lean SDK's", beyond, OWN_INSTRUCTIONS));
    for (name, goal) in WARM_INSTRUCTIONS {
        let warm = precise(instructions(name)?.warm);
        verdicts.push(Verdict::count(format!("{name}, instructions of a warm event"), warm, goal));
    }
    let start = precise(instructions(RECEIVER)?.start);
    verdicts.push(Verdict::count("instructions to the first poll", start, START_INSTRUCTIONS));
    verdicts.extend(of_paths(paths)?);
    Ok(verdicts)
}

/// Those of an event that is not simply accepted.
fn of_paths(paths: &[PathCost]) -> Result<Vec<Verdict>> {
    let verdicts = TIMES_ACCEPTED.into_iter().map(|(name, goal)| {
        let path = paths.iter().find(|path| path.name == name).with_context(|| format!("{name}: not counted"))?;
        let figure = format!("instructions of {OF_PATHS}, {name}, times accepted");
        Ok(Verdict::ratio(figure, path.times_accepted, goal))
    });
    verdicts.collect()
}

/// The measured figures.
pub(crate) fn measured(run: &Run) -> Result<Vec<Verdict>> {
    let (noop, lean) = (&run.of(NOOP)?.times, &run.of(LEAN)?.times);
    let slow = SLOW.as_millis();
    let of_rounds =
        |figure: &str, limit, sample: &dyn Fn(&Times) -> Sample| Verdict::of_rounds(run, figure, limit, sample);
    let beyond = of_rounds(&format!("warm event with stores of {slow} ms, µs beyond them"), 1_000.0, &|times| {
        times.beyond.clone()
    })?;
    let mut verdicts = vec![
        of_rounds("start alone, times no-op", 1.3, &|times| times.start_alone.times(&noop.start_alone))?,
        of_rounds("first event, CPU, times no-op", 2.0, &|times| times.first_cpu.times(&noop.first_cpu))?,
        of_rounds("warm event, times lean SDK", 1.15, &|times| times.warm_of_life.times(&lean.warm_of_life))?,
        Verdict { digits: 0, ..beyond },
    ];
    if let Some((early, late)) = run.of(RECEIVER)?.growth.map(|(early, late)| (precise(early), precise(late))) {
        let figure = format!("RSS after {GROWN} events, MB");
        verdicts.push(Verdict::ratio(figure, late / 1e6, Goal::limit(RESIDENT / 1e6)));
        let figure = format!("RSS after {GROWN} events, times that after {GROWTH}");
        verdicts.push(Verdict::ratio(figure, late / early, Goal::limit(1.05)));
    }
    for peer in [PYTHON, NODE] {
        let Some(Figures { times: theirs, .. }) = run.find(peer) else { continue };
        let part = |what: &str, limit, sample: fn(&Times) -> &Sample| {
            let figure = format!("{what}, part of {peer}'s");
            of_rounds(&figure, limit, &|times| sample(times).times(sample(theirs)))
        };
        verdicts.push(part("start", 1.0 / 40.0, |times| &times.start)?);
        verdicts.push(part("warm event", 1.0 / 4.0, |times| &times.warm_of_life)?);
        verdicts.push(part("RSS", 1.0 / 6.0, |times| &times.resident)?);
    }
    Ok(verdicts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::Course;
    use crate::subject::{Subject, in_place_of_receiver};

    #[test]
    fn a_path_is_missed_beyond_twice_the_accepted_one_and_broken_beyond_what_is_held_and_the_margin() {
        let of = |times: f64| {
            let path = |(name, goal): (&'static str, Goal)| PathCost {
                name,
                course: Course::Created,
                body_bytes: 0,
                instructions: 0,
                times_accepted: goal.held * times,
            };
            of_paths(&TIMES_ACCEPTED.map(path)).expect("all paths")
        };
        assert!(of(1.04).iter().all(|verdict| verdict.is_kept() && !verdict.is_broken()));
        assert!(of(1.06).iter().all(|verdict| verdict.is_kept() && verdict.is_broken()));
        assert!(of(20.0).iter().all(|verdict| !verdict.is_kept()));
        assert!(of_paths(&[]).is_err(), "a path that is not counted");
    }

    #[test]
    fn the_worst_function_stands_beside_the_receiver() {
        let figures = |(name, micros)| {
            let mut times = Times::default();
            times.start.push(micros);
            let subject = Subject { name, ..in_place_of_receiver("/bin/true".into()) };
            Figures { subject, times, instructions: None, size: None, growth: None }
        };
        let run = [(RECEIVER, 1.0), ("post-notes", 3.0), ("post-incidents", 2.0), (LEAN, 9.0)].map(figures);
        let run = Run(run.into());
        let verdict = Verdict::of_rounds(&run, "start", 2.0, |times| times.start.clone()).expect("measured");
        assert_eq!((verdict.worst, verdict.is_kept()), (Some((3.0, "post-notes")), true));
        assert!((verdict.value - 1.0).abs() < 1e-9);
    }
}
