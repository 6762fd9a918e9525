//! `events`.

use std::collections::VecDeque;
use std::time::Duration;

use dataconnect::record::Outcome;
use jiff::Timestamp;
use serde::Serialize;

use crate::cli::{EventsArgs, OutcomeName};
use crate::connect::{Receiver, Stores};
use crate::engine::events::{Arrival, Became, Question, ask};
use crate::exit::Exit;
use crate::interrupt::interrupted;
use crate::output::{Clock, Column, Progress, Report, Row, Tone};

/// Between two looks of `--follow`.
const BETWEEN_LOOKS: Duration = Duration::from_secs(5);
/// How far each look of `--follow` reaches back behind the last event: a function has that long to store one.
const LOOK_BACK: jiff::SignedDuration = jiff::SignedDuration::from_secs(30);
/// Events of that time that are remembered, so that none is told twice.
const REMEMBERED: usize = 10_000;

/// A line.
#[derive(Serialize)]
struct Line {
    #[serde(flatten)]
    arrival: Arrival,
    #[serde(skip)]
    time: String,
}

impl Row for Line {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::new("time", |line| (Tone::Plain, line.time.clone())),
            Column::new("operation", |line| (Tone::Plain, line.arrival.operation.to_owned())),
            Column::new("outcome", |line| (tone(&line.arrival.outcome), line.arrival.outcome.clone())),
            Column::new("customer", |line| (Tone::Plain, line.arrival.customer.clone().unwrap_or_default())),
            Column::new("record", |line| {
                let rejected = line.arrival.reason.map(|reason| (Tone::Bad, reason.to_owned()));
                rejected.unwrap_or_else(|| (Tone::Plain, line.arrival.record_id.clone().unwrap_or_default()))
            }),
            Column::new("work order", |line| (Tone::Plain, line.arrival.work_order.clone().unwrap_or_default())),
            Column::whole("request", |line| (Tone::Faint, line.arrival.request_id.clone())),
        ]
    }
}

/// Answers.
///
/// # Errors
/// If a store cannot be read.
pub async fn run(args: EventsArgs) -> anyhow::Result<Exit> {
    let stores = Receiver::find(&args.target).await?.stores()?;
    let question = Question {
        operation: args.operation.map(crate::cli::OperationName::operation),
        customer: args.customer,
        tenant: args.tenant.clone(),
        work_order: args.work_order.clone(),
        since: args.span.since,
        until: args.span.until,
        outcome: args.outcome.map(became),
        limit: args.limit,
    };
    let (report, clock) = (Report::new(args.view), Clock::new(args.view));
    if args.follow {
        return follow(&stores, question, &report, &clock).await;
    }
    let progress = Progress::new(None, "records read");
    let arrivals = ask(&stores, &question, |records| progress.add(records)).await?;
    drop(progress);
    let lines: Vec<_> = arrivals.into_iter().map(|arrival| Line::new(arrival, &clock)).collect();
    if lines.is_empty() && report.for_people() {
        report.say("Nothing came in.")?;
        return Ok(Exit::Good);
    }
    report.print(&lines)?;
    if report.for_people() && lines.len() == args.limit {
        report.say(&format!("The newest {}; there may be more: --limit, --since, --until.", args.limit))?;
    }
    Ok(Exit::Good)
}

/// Tells what comes in, oldest first, until Ctrl-C. Each look reads what the question reads.
async fn follow(stores: &Stores, mut question: Question, report: &Report, clock: &Clock) -> anyhow::Result<Exit> {
    if question.is_scan() {
        report.warn("each look reads whole tables; --customer with --tenant reads that customer's records alone")?;
    }
    let mut told: VecDeque<Arrival> = VecDeque::new();
    let mut is_first = true;
    let mut stop = std::pin::pin!(interrupted());
    question.since = question.since.or(Some(Timestamp::now()));
    question.limit = REMEMBERED;
    loop {
        let arrivals = tokio::select! {
            arrivals = ask(stores, &question, |_| ()) => arrivals?,
            () = &mut stop => return Ok(Exit::Interrupted),
        };
        let new: Vec<_> = arrivals.into_iter().rev().filter(|arrival| !told.contains(arrival)).collect();
        if let Some(last) = new.last() {
            question.since = question.since.max(last.at.checked_sub(LOOK_BACK).ok());
        }
        told.extend(new.iter().cloned());
        told.retain(|arrival| question.since.is_none_or(|since| since <= arrival.at));
        let lines: Vec<_> = new.into_iter().map(|arrival| Line::new(arrival, clock)).collect();
        if is_first && !report.for_people() || !lines.is_empty() {
            if is_first {
                report.print(&lines)?;
            } else {
                report.print_more(&lines)?;
            }
            is_first = false;
        }
        tokio::select! {
            () = tokio::time::sleep(BETWEEN_LOOKS) => {}
            () = &mut stop => return Ok(Exit::Interrupted),
        }
    }
}

impl Line {
    fn new(arrival: Arrival, clock: &Clock) -> Self {
        Self { time: clock.show(arrival.at), arrival }
    }
}

fn tone(outcome: &str) -> Tone {
    match outcome {
        "Rejected" => Tone::Bad,
        "Corrected" | "Deleted" | "AlreadyDeleted" => Tone::Warning,
        _ => Tone::Good,
    }
}

fn became(outcome: OutcomeName) -> Became {
    match outcome {
        OutcomeName::Created => Became::Accepted(Outcome::Created),
        OutcomeName::Corrected => Became::Accepted(Outcome::Corrected),
        OutcomeName::Deleted => Became::Accepted(Outcome::Deleted),
        OutcomeName::AlreadyDeleted => Became::Accepted(Outcome::AlreadyDeleted),
        OutcomeName::Rejected => Became::Rejected,
    }
}
