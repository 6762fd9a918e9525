//! `reconcile`.

use std::env;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use dataconnect::reconcile::{Counts, Row as Place};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::cli::ReconcileArgs;
use crate::confirm::confirmed;
use crate::connect::Receiver;
use crate::engine::reconcile::{Difference, Ended, Reconciliation, Task, Told};
use crate::exit::Exit;
use crate::interrupt::interrupted;
use crate::output::{Clock, Column, Progress, Report, Row, Tone};

/// Differences that are printed to people; of the others they are told how many there are.
const PRINTED: usize = 200;

/// A line of the conservation table.
#[derive(Serialize)]
struct Line {
    #[serde(flatten)]
    place: Place,
    #[serde(flatten)]
    counts: Counts,
    archived: u64,
    recorded: u64,
    balanced: bool,
}

impl Row for Line {
    fn columns() -> Vec<Column<Self>> {
        fn number(number: u64) -> (Tone, String) {
            (if number == 0 { Tone::Faint } else { Tone::Plain }, number.to_string())
        }
        fn wrong(number: u64) -> (Tone, String) {
            (if number == 0 { Tone::Faint } else { Tone::Bad }, number.to_string())
        }
        vec![
            Column::new("day", |line| (Tone::Plain, line.place.date.to_string())),
            Column::new("customer", |line| (Tone::Plain, line.place.customer.clone())),
            Column::new("operation", |line| (Tone::Plain, line.place.operation.clone())),
            Column::new("archived", |line| number(line.archived)),
            Column::new("repeats", |line| number(line.counts.repeats)),
            Column::new("missing", |line| wrong(line.counts.missing - line.counts.applied)),
            Column::new("other", |line| {
                number(line.counts.superseded + line.counts.cannot_tell + line.counts.unreadable)
            }),
            Column::new("recorded", |line| number(line.recorded)),
            Column::new("gone", |line| wrong(line.counts.gone)),
            Column::new("differ", |line| wrong(line.counts.different)),
            Column::new("", |line| {
                let (tone, word) = if line.balanced { (Tone::Good, "balanced") } else { (Tone::Bad, "not balanced") };
                (tone, word.to_owned())
            }),
        ]
    }
}

impl Row for Difference {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::new("what", |one| {
                (if one.kind.is_wrong() { Tone::Bad } else { Tone::Plain }, one.kind.words().to_owned())
            }),
            Column::new("operation", |one| (Tone::Plain, one.operation.to_owned())),
            Column::new("object or record", |one| (Tone::Plain, one.what.clone())),
            Column::new("more", |one| (Tone::Plain, one.detail.clone())),
        ]
    }
}

/// Does what is asked.
///
/// # Errors
/// If a store fails. The same command goes on where it stopped.
pub async fn run(args: ReconcileArgs) -> anyhow::Result<Exit> {
    let receiver = Receiver::find(&args.target).await?;
    let stores = receiver.stores()?;
    let report = Report::new(args.view);
    let task = match (args.repair, args.rebuild) {
        (true, _) => Task::Repair,
        (false, true) => Task::Rebuild,
        (false, false) => Task::Report,
    };
    let asked = "Apply to the tables what the archive has and they do not?";
    if task == Task::Repair && !args.yes && !confirmed(asked, "without --repair")? {
        return Ok(Exit::Failed);
    }
    let days = args.span.days()?;
    let file = args.checkpoint.unwrap_or_else(|| default_folder().join(file_name(&stores.bucket, task, days)));
    let concurrency = NonZeroUsize::new(args.concurrency.into()).unwrap_or(NonZeroUsize::MIN);
    let mut reconciliation = Reconciliation::new(&receiver, stores, days, task, concurrency, file, args.restart)?;
    if reconciliation.is_resumed() {
        report.warn(&format!(
            "going on where the run of {} stopped: what came since then may be passed over; --restart begins anew",
            Clock::new(args.view).show(reconciliation.began())
        ))?;
    }

    report.begin::<Difference>()?;
    let progress = Progress::new(None, "objects and records");
    let (mut differences, mut unprinted) = (Vec::new(), 0_u64);
    let ended = reconciliation
        .run(interrupted(), |told| {
            match told {
                Told::Progress(more) => progress.add(more),
                Told::Difference(one) if !report.for_people() => progress.suspend(|| report.add(&one))?,
                Told::Difference(one) if differences.len() < PRINTED => differences.push(one),
                Told::Difference(_) => unprinted += 1,
            }
            Ok(())
        })
        .await;
    drop(progress);
    if !differences.is_empty() {
        report.print(&differences)?;
    }
    if unprinted > 0 {
        report.say(&format!("and {unprinted} more; --json has all"))?;
    }
    if ended? == Ended::Stopped {
        report.warn("interrupted; the same command goes on from here")?;
        return Ok(Exit::Interrupted);
    }
    conclude(&reconciliation, report)
}

fn conclude(reconciliation: &Reconciliation, report: Report) -> anyhow::Result<Exit> {
    let rows = reconciliation.conservation().rows().iter();
    let lines: Vec<_> = rows.map(|(place, counts)| Line::of(place, *counts)).collect();
    let unbalanced = lines.iter().filter(|line| line.is_wrong(reconciliation.began())).count();
    let tally = reconciliation.tally();
    if report.is_json() {
        report.print(&lines)?;
    } else if report.for_people() {
        if !lines.is_empty() {
            report.say("")?;
            report.print(&lines)?;
        }
        let wrong = tally.differences + unbalanced as u64;
        let verdict = match wrong {
            0 => "Archive and tables agree".to_owned(),
            1 => "1 difference".to_owned(),
            _ => format!("{wrong} differences"),
        };
        report.say(&format!(
            "\n{verdict}: {} objects, {} records, {} rebuilt, {} applied.",
            tally.objects, tally.records, tally.rebuilt, tally.applied
        ))?;
    }
    Ok(if tally.differences == 0 && unbalanced == 0 { Exit::Good } else { Exit::Bad })
}

impl Line {
    fn of(place: &Place, counts: Counts) -> Self {
        Self {
            place: place.clone(),
            counts,
            archived: counts.archived(),
            recorded: counts.recorded(),
            balanced: counts.is_balanced(),
        }
    }

    /// Whether both ends should come to the same, and do not. What came since the run began, perhaps between the two
    /// directions, is counted from one end alone.
    fn is_wrong(&self, began: Timestamp) -> bool {
        !self.balanced && self.place.date < TimeZone::UTC.to_datetime(began).date()
    }
}

/// In the state directory (XDG Base Directory Specification): `~/.local/state/dataconnect/`.
fn default_folder() -> PathBuf {
    let state = env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let state = state.or_else(|| env::home_dir().map(|home| home.join(".local/state")));
    state.unwrap_or_default().join("dataconnect")
}

/// Of its own for each question, so that none goes over another's.
fn file_name(bucket: &str, task: Task, days: [Option<Date>; 2]) -> String {
    let what = match task {
        Task::Report => "reconcile",
        Task::Repair => "repair",
        Task::Rebuild => "rebuild",
    };
    match days.map(|day| day.map(|day| day.to_string()).unwrap_or_default()) {
        [since, until] if since.is_empty() && until.is_empty() => format!("{what}-{bucket}.json"),
        [since, until] => format!("{what}-{bucket}-{since}to{until}.json"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_counted_from_both_ends_if_it_was_over_when_the_run_began() {
        let place = |day| Place {
            date: jiff::civil::date(2026, 11, day),
            customer: "2/a".to_owned(),
            operation: "post-notes".to_owned(),
        };
        let began = "2026-11-23T23:59:00Z".parse().unwrap();
        let (even, odd) =
            (Counts { known: 1, created: 1, ..Counts::default() }, Counts { known: 1, ..Counts::default() });
        let is_wrong = |day, counts| Line::of(&place(day), counts).is_wrong(began);
        assert_eq!([22, 23, 24].map(|day| is_wrong(day, odd)), [true, false, false]);
        assert!(!is_wrong(22, even));
    }

    #[test]
    fn every_question_has_a_file_of_its_own() {
        let day = |day| Some(jiff::civil::date(2026, 11, day));
        let mut names = std::collections::BTreeSet::new();
        for task in [Task::Report, Task::Repair, Task::Rebuild] {
            for days in [[None, None], [day(1), None], [None, day(1)], [day(1), day(2)]] {
                assert!(names.insert(file_name("bucket", task, days)), "{task:?} {days:?}");
            }
        }
    }
}
