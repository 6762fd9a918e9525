//! `punches`.

use dataconnect::payload::Direction;
use jiff::SignedDuration;
use serde::Serialize;

use crate::cli::PunchesArgs;
use crate::connect::Receiver;
use crate::engine::pairing::{Punch, Remark, Shift};
use crate::engine::punches::{Question, ask};
use crate::exit::Exit;
use crate::output::{Column, Report, Row, Tone, readers_zone};

/// A shift, or a punch that is not paired.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    guard: Option<String>,
    schedule: Option<String>,
    /// Local time of a zone that is not sent.
    in_local: Option<String>,
    out_local: Option<String>,
    minutes: Option<i64>,
    in_id: Option<String>,
    out_id: Option<String>,
    /// A punch that is neither, or does not say.
    other_id: Option<String>,
    remarks: Vec<Remark>,
    late_minutes: Option<i64>,
}

impl Row for Line {
    fn columns() -> Vec<Column<Self>> {
        fn text(text: Option<&str>) -> (Tone, String) {
            (Tone::Plain, text.unwrap_or_default().to_owned())
        }
        vec![
            Column::new("guard", |line| text(line.guard.as_deref())),
            Column::new("schedule", |line| text(line.schedule.as_deref())),
            Column::new("in (local)", |line| text(line.in_local.as_deref())),
            Column::new("out (local)", |line| text(line.out_local.as_deref())),
            Column::new("hours", |line| {
                (Tone::Plain, line.minutes.map(|all| format!("{}:{:02}", all / 60, all % 60)).unwrap_or_default())
            }),
            Column::new("punches", |line| {
                let ids = [&line.in_id, &line.out_id, &line.other_id];
                (Tone::Faint, ids.into_iter().flatten().cloned().collect::<Vec<_>>().join(" "))
            }),
            Column::new("remarks", |line| {
                let words: Vec<_> = line.remarks.iter().map(|remark| words(*remark, line.late_minutes)).collect();
                let tone = line.remarks.iter().map(|remark| tone(*remark)).find(|tone| *tone != Tone::Warning);
                (if words.is_empty() { Tone::Plain } else { tone.unwrap_or(Tone::Warning) }, words.join(", "))
            }),
        ]
    }
}

/// Answers.
///
/// # Errors
/// If the table cannot be read.
pub async fn run(args: PunchesArgs) -> anyhow::Result<Exit> {
    let stores = Receiver::find(&args.target).await?.stores()?;
    let question = Question { customer: args.customer, work_order: args.work_order, date: args.date };
    let answer = ask(&stores, &question, &readers_zone(args.view)).await?;
    let lines: Vec<_> = answer.shifts.iter().map(Line::of).collect();
    let report = Report::new(args.view);
    for unreadable in &answer.unreadable {
        report.warn(&format!("a record is left out: {unreadable}"))?;
    }
    let exit = if answer.unreadable.is_empty() { Exit::Good } else { Exit::Bad };
    if !report.for_people() {
        report.print(&lines)?;
        return Ok(exit);
    }
    if lines.is_empty() {
        report.say("No punches.")?;
        return Ok(exit);
    }
    report.print(&lines)?;
    report.say(&summary(&lines))?;
    report.say(
        "The punch's body is provisional. Paired are punches of one GuardId and ScheduleId, by PunchType and \
         PunchDateLocal; what does not tell these is not paired. The times are local times of zones that are not sent: \
         hours over a change of the clocks are an hour off, and late is what no zone explains.",
    )?;
    Ok(exit)
}

fn summary(lines: &[Line]) -> String {
    let pairs = lines.iter().filter(|line| line.minutes.is_some());
    let minutes: i64 = pairs.clone().filter_map(|line| line.minutes).sum();
    let mut parts = vec![format!("{} paired, {}:{:02} hours", pairs.count(), minutes / 60, minutes % 60)];
    let mut remarks: Vec<_> = lines.iter().flat_map(|line| line.remarks.iter().copied()).collect();
    remarks.sort_unstable();
    for same in remarks.chunk_by(PartialEq::eq) {
        parts.push(format!("{} {}", same.len(), words(same[0], None)));
    }
    format!("\n{}.", parts.join("; "))
}

impl Line {
    fn of(shift: &Shift) -> Self {
        let punch = |direction| shift.punches().find(|punch| punch.direction == Some(direction));
        let (first, last) = (punch(Direction::In), punch(Direction::Out));
        let any = shift.punches().next();
        let time = |punch: Option<&Punch>| Some(punch?.at?.strftime("%Y-%m-%d %H:%M").to_string());
        let id = |punch: Option<&Punch>| punch.map(|punch| punch.id.clone());
        let late = shift.punches().filter_map(Punch::lateness).max();
        Self {
            guard: any.and_then(|punch| punch.guard.clone()),
            schedule: any.and_then(|punch| punch.schedule.clone()),
            in_local: time(first),
            out_local: time(last),
            minutes: shift.length().map(|length| length.as_mins()),
            in_id: id(first),
            out_id: id(last),
            other_id: id(shift.punches().find(|punch| punch.direction.is_none())),
            remarks: shift.remarks.clone(),
            late_minutes: late.map(|late: SignedDuration| late.as_mins()),
        }
    }
}

fn words(remark: Remark, late_minutes: Option<i64>) -> String {
    let text = match remark {
        Remark::OutMissing => "out missing",
        Remark::InMissing => "in missing",
        Remark::Deleted => "deleted",
        Remark::Corrected => "corrected",
        Remark::Late => match late_minutes {
            Some(minutes) => return format!("at least {} h late", minutes / 60),
            None => "late",
        },
        Remark::Long => "longer than a day",
        Remark::NoBody => "no body in the record",
        Remark::NoGuard => "no GuardId",
        Remark::NoDirection => "PunchType is neither In nor Out",
        Remark::NoTime => "no PunchDateLocal",
    };
    text.to_owned()
}

fn tone(remark: Remark) -> Tone {
    match remark {
        Remark::Corrected | Remark::Late => Tone::Warning,
        Remark::Deleted => Tone::Faint,
        _ => Tone::Bad,
    }
}
