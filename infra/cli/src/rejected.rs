//! `rejected`.

use std::io::Write;

use anyhow::{Context, bail};
use dataconnect::payload::OPERATIONS;
use dataconnect::rejected::{Filter, RejectedPlace};
use dataconnect::rejection::Reason;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;

use crate::cli::{
    OperationName, RejectedArgs, RejectedCommand, RejectedFilter, RejectedListArgs, RejectedShowArgs, ReplayArgs,
};
use crate::confirm::confirmed;
use crate::connect::{Receiver, Stores};
use crate::engine::rejected::{
    Fate, Kind, Question, body, count, find, go_through, heaps, replayer, sentence, take_day,
};
use crate::exit::Exit;
use crate::interrupt::interrupted;
use crate::output::{Column, Progress, Report, Row, Tone, json_line, paint, plain, plain_lines};

/// Fates that are printed in full to people; of the others they are told how many there are.
const PRINTED: usize = 200;

/// The rejected of one operation and reason.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    operation: &'static str,
    reason: &'static str,
    count: u64,
    since: String,
    until: String,
    /// Of the latest.
    now: String,
    #[serde(skip)]
    title: &'static str,
}

impl Row for Line {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::new("operation", |line| (Tone::Plain, line.operation.to_owned())),
            Column::new("reason", |line| (Tone::Bad, line.reason.to_owned())),
            Column::new("count", |line| (Tone::Plain, line.count.to_string())),
            Column::new("first day", |line| (Tone::Plain, line.since.clone())),
            Column::new("last day", |line| (Tone::Plain, line.until.clone())),
            Column::new("why", |line| (Tone::Plain, line.title.to_owned())),
            Column::new("the latest, now", |line| (Tone::Faint, line.now.clone())),
        ]
    }
}

impl Row for Fate {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::new("received", |fate| (Tone::Plain, fate.received_at.clone().unwrap_or_default())),
            Column::new("operation", |fate| (Tone::Plain, fate.operation.to_owned())),
            Column::new("request", |fate| (Tone::Faint, fate.request_id.clone())),
            Column::new("", |fate| match fate.fate {
                Kind::TakenIn => (Tone::Good, "taken in".to_owned()),
                Kind::WouldBeTakenIn => (Tone::Good, "would be taken in".to_owned()),
                Kind::Stays => (Tone::Bad, "stays".to_owned()),
            }),
            Column::new("record", |fate| (Tone::Plain, fate.record.clone().unwrap_or_default())),
            Column::new("", |fate| (Tone::Plain, fate.detail.clone())),
        ]
    }
}

/// Does what is asked.
///
/// # Errors
/// If a store fails.
pub async fn run(args: RejectedArgs) -> anyhow::Result<Exit> {
    match args.command {
        RejectedCommand::List(args) => list(args).await,
        RejectedCommand::Show(args) => show(args).await,
        RejectedCommand::Replay(args) => replay(args).await,
    }
}

async fn list(args: RejectedListArgs) -> anyhow::Result<Exit> {
    let receiver = Receiver::find(&args.target).await?;
    let stores = receiver.stores()?;
    let report = Report::new(args.view);
    let question = question(&args.filter)?;
    if args.each {
        return each(&receiver, &stores, &question, report).await;
    }
    let mut lines = Vec::new();
    for heap in heaps(&stores, &question).await? {
        let operation = OPERATIONS.into_iter().find(|operation| operation.name == heap.operation);
        // Where nobody knows the tokens, the rest is still worth telling.
        let now = match operation.map(|operation| replayer(&receiver, &stores, operation, None)) {
            Some(Ok(replayer)) => sentence(&replayer, &heap.last_key).await?,
            _ => String::new(),
        };
        lines.push(Line {
            operation: heap.operation,
            reason: heap.last.reason.name(),
            count: heap.count,
            since: heap.since.to_string(),
            until: heap.last.date.to_string(),
            now,
            title: heap.last.reason.title(),
        });
    }
    if lines.is_empty() && report.for_people() {
        report.say("Nothing is rejected.")?;
    } else {
        report.print(&lines)?;
    }
    Ok(if lines.is_empty() { Exit::Good } else { Exit::Bad })
}

async fn each(receiver: &Receiver, stores: &Stores, question: &Question, report: Report) -> anyhow::Result<Exit> {
    let replayers = OPERATIONS.into_iter().map(|operation| replayer(receiver, stores, operation, None));
    let replayers = replayers.collect::<anyhow::Result<Vec<_>>>()?;
    let mut fates = Fates::begin(report)?;
    go_through(&replayers, question, true, |fate| fates.tell(fate)).await?;
    fates.finish()?;
    Ok(if fates.count() == 0 { Exit::Good } else { Exit::Bad })
}

async fn show(args: RejectedShowArgs) -> anyhow::Result<Exit> {
    let receiver = Receiver::find(&args.target).await?;
    let stores = receiver.stores()?;
    let report = Report::new(args.view);
    if args.view.csv {
        bail!("a body is no table; take --json");
    }
    let (place, key) = one(&stores, &args.id).await?;
    let Some(kept) = body(&stores, &key).await? else { bail!("the archive does not give {key}") };
    let operation = OPERATIONS.into_iter().find(|operation| operation.name == place.operation);
    let now = match operation.map(|operation| replayer(&receiver, &stores, operation, None)) {
        Some(Ok(replayer)) => sentence(&replayer, &key).await?,
        Some(Err(error)) => error.to_string(),
        None => String::new(),
    };
    let received_at = kept.received_at.map(|at| format!("{at:.3}"));
    let text = String::from_utf8_lossy(&kept.bytes);
    let mut out = anstream::stdout().lock();
    if !report.for_people() {
        let whole = serde_json::json!({
            "operation": place.operation, "reason": place.reason.name(), "requestId": place.request_id,
            "receivedAt": received_at, "token": kept.token, "now": now, "key": key.as_str(), "body": text,
        });
        writeln!(out, "{}", json_line(&whole)?)?;
        return Ok(Exit::Good);
    }
    writeln!(out, "{}", paint(Tone::Bad, &format!("{}: {}", place.reason.name(), place.reason.title())))?;
    let token = kept.token.as_deref().unwrap_or("not known");
    for (name, fact) in [
        ("operation", place.operation),
        ("received", received_at.as_deref().unwrap_or("not known")),
        ("request", &place.request_id),
        ("token", token),
        ("now", &now),
        ("key", key.as_str()),
    ] {
        writeln!(out, "  {name:<10} {}", plain(fact))?;
    }
    writeln!(out, "\n{}", plain_lines(&text))?;
    Ok(Exit::Good)
}

async fn replay(args: ReplayArgs) -> anyhow::Result<Exit> {
    let receiver = Receiver::find(&args.target).await?;
    let stores = receiver.stores()?;
    let report = Report::new(args.view);
    let mut question = question(&args.filter)?;
    let one = match &args.id {
        Some(id) => Some(one(&stores, id).await?),
        None => None,
    };
    if let Some((place, _)) = &one {
        question.operation = OPERATIONS.into_iter().find(|operation| operation.name == place.operation);
    }
    let waiting = if one.is_some() { 1 } else { count(&stores.archive(), &question).await? };
    if waiting == 0 {
        report.say("Nothing is rejected.")?;
        return Ok(Exit::Good);
    }
    if !args.dry_run && !args.yes && !confirmed(&format!("Replay {waiting} rejected events?"), "with --dry-run")? {
        return Ok(Exit::Failed);
    }
    let replayers =
        OPERATIONS.into_iter().map(|operation| replayer(&receiver, &stores, operation, args.vouched_by.clone()));
    let replayers = replayers.collect::<anyhow::Result<Vec<_>>>()?;

    let progress = Progress::new(Some(waiting), "rejected events");
    let mut fates = Fates::begin(report)?;
    let mut tell = |fate: Fate| {
        progress.add(1);
        progress.suspend(|| fates.tell(fate))
    };
    let work = async {
        match one {
            None => go_through(&replayers, &question, args.dry_run, tell).await,
            Some((place, key)) => {
                let replayer = replayers.iter().find(|replayer| replayer.operation.name == place.operation);
                let replayer = replayer.context("no such operation")?;
                take_day(replayer, vec![(place, key)], args.dry_run, &mut tell).await
            }
        }
    };
    let ended = tokio::select! {
        ended = work => Some(ended),
        () = interrupted() => None,
    };
    drop(progress);
    fates.finish()?;
    let Some(ended) = ended else {
        report.warn("interrupted: what is told here is done; the same command goes on with the rest")?;
        return Ok(Exit::Interrupted);
    };
    ended?;
    Ok(if fates.stays > 0 { Exit::Bad } else { Exit::Good })
}

/// What became of each: told as it comes in JSON and CSV, and counted. Held are those that people are told of at the end.
struct Fates {
    report: Report,
    held: Vec<Fate>,
    taken_in: u64,
    would_be_taken_in: u64,
    stays: u64,
}

impl Fates {
    fn begin(report: Report) -> anyhow::Result<Self> {
        if !report.for_people() {
            report.begin::<Fate>()?;
        }
        Ok(Self { report, held: Vec::new(), taken_in: 0, would_be_taken_in: 0, stays: 0 })
    }

    fn tell(&mut self, fate: Fate) -> anyhow::Result<()> {
        *match fate.fate {
            Kind::TakenIn => &mut self.taken_in,
            Kind::WouldBeTakenIn => &mut self.would_be_taken_in,
            Kind::Stays => &mut self.stays,
        } += 1;
        if !self.report.for_people() {
            self.report.add(&fate)?;
        } else if self.held.len() < PRINTED {
            self.held.push(fate);
        }
        Ok(())
    }

    fn count(&self) -> u64 {
        self.taken_in + self.would_be_taken_in + self.stays
    }

    fn finish(&self) -> anyhow::Result<()> {
        if !self.report.for_people() {
            return Ok(());
        }
        if !self.held.is_empty() {
            self.report.print(&self.held)?;
        }
        let parts = [
            (self.taken_in, "taken in"),
            (self.would_be_taken_in, "would be taken in"),
            (self.stays, "stay under rejected/"),
        ];
        let parts: Vec<_> =
            parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
        let is_cut = self.count() > self.held.len() as u64;
        let more = if is_cut { format!("; printed are {PRINTED}, --json has all") } else { String::new() };
        Ok(self.report.say(&format!("\n{}{more}.", parts.join(", ")))?)
    }
}

async fn one(stores: &Stores, id: &str) -> anyhow::Result<(RejectedPlace, dataconnect::archive::ArchiveKey)> {
    find(stores, id).await?.with_context(|| format!("nothing that is rejected came with the request {id}"))
}

/// The archive goes by days of UTC: any day that the span touches is taken whole.
fn question(filter: &RejectedFilter) -> anyhow::Result<Question> {
    let day = |time: Timestamp| TimeZone::UTC.to_datetime(time).date();
    let until = filter.span.until.map(|until| until.checked_sub(1.nanosecond())).transpose()?;
    let reason = match &filter.reason {
        None => None,
        Some(name) => Some(Reason::from_name(name).with_context(|| {
            let names: Vec<_> = Reason::ALL.into_iter().map(Reason::name).collect();
            format!("no reason is called {name}; there are {}", names.join(", "))
        })?),
    };
    Ok(Question {
        operation: filter.operation.map(OperationName::operation),
        filter: Filter { since: filter.span.since.map(day), until: until.map(day), reason },
    })
}
