//! `rejected`.

use std::io::Write;

use anyhow::{Context, bail};
use dataconnect::payload::OPERATIONS;
use dataconnect::rejected::{Filter, RejectedPlace};
use serde::Serialize;

use crate::cli::{
    OperationName, RejectedArgs, RejectedCommand, RejectedFilter, RejectedListArgs, RejectedShowArgs, ReplayArgs,
    ViewArgs,
};
use crate::confirm::confirmed;
use crate::connect::{Receiver, Stores};
use crate::engine::rejected::{
    Fate, Kind, Question, body, count, find, go_through, heaps, replayer, sentence, take_day,
};
use crate::exit::Exit;
use crate::interrupt::interrupted;
use crate::output::{Clock, Column, Progress, Report, Row, Tone, json_line, paint, plain, plain_lines};

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

/// What became of one, with when it came as the reader wants it.
#[derive(Serialize)]
struct Told {
    #[serde(flatten)]
    fate: Fate,
    #[serde(skip)]
    time: String,
}

impl Row for Told {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::new("received", |one| (Tone::Plain, one.time.clone())),
            Column::new("operation", |one| (Tone::Plain, one.fate.operation.to_owned())),
            Column::whole("request", |one| (Tone::Faint, one.fate.request_id.clone())),
            Column::new("fate", |one| match one.fate.fate {
                Kind::TakenIn => (Tone::Good, "taken in".to_owned()),
                Kind::WouldBeTakenIn => (Tone::Good, "would be taken in".to_owned()),
                Kind::Stays => (Tone::Bad, "stays".to_owned()),
            }),
            Column::new("record", |one| (Tone::Plain, one.fate.record.clone().unwrap_or_default())),
            Column::new("detail", |one| (Tone::Plain, one.fate.detail.clone())),
        ]
    }
}

/// What became of each: told as it comes in JSON and CSV, and counted. Held are those that people are told of at the end.
struct Fates {
    report: Report,
    clock: Clock,
    held: Vec<Told>,
    taken_in: u64,
    would_be_taken_in: u64,
    stays: u64,
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
        return each(&receiver, &stores, &question, Fates::begin(args.view)?).await;
    }
    let mut lines = Vec::new();
    for heap in heaps(&stores, &question).await? {
        // Where nobody knows the tokens, the rest is still worth telling.
        let now = match replayer(&receiver, &stores, heap.last.operation, None) {
            Ok(replayer) => sentence(&replayer, &heap.last_key).await?,
            Err(_) => String::new(),
        };
        lines.push(Line {
            operation: heap.last.operation.name,
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

async fn each(receiver: &Receiver, stores: &Stores, question: &Question, mut fates: Fates) -> anyhow::Result<Exit> {
    let replayers = OPERATIONS.into_iter().map(|operation| replayer(receiver, stores, operation, None));
    let replayers = replayers.collect::<anyhow::Result<Vec<_>>>()?;
    go_through(&replayers, question, true, |fate| fates.keep(fate)).await?;
    fates.finish()?;
    if fates.count() > 0 {
        return Ok(Exit::Bad);
    }
    fates.report.say("Nothing is rejected.")?;
    Ok(Exit::Good)
}

async fn show(args: RejectedShowArgs) -> anyhow::Result<Exit> {
    let receiver = Receiver::find(&args.target).await?;
    let stores = receiver.stores()?;
    let view = args.view.into();
    let (report, clock) = (Report::new(view), Clock::new(view));
    let (place, key) = one(&stores, &args.id).await?;
    let Some(kept) = body(&stores, &key).await? else { bail!("the archive does not give {key}") };
    let now = match replayer(&receiver, &stores, place.operation, None) {
        Ok(replayer) => sentence(&replayer, &key).await?,
        Err(error) => error.to_string(),
    };
    let text = String::from_utf8_lossy(&kept.bytes);
    let mut out = anstream::stdout().lock();
    if !report.for_people() {
        let whole = serde_json::json!({
            "operation": place.operation.name, "reason": place.reason.name(), "requestId": place.request_id,
            "receivedAt": kept.received_at.map(|at| format!("{at:.3}")), "token": kept.token, "now": now,
            "key": key.as_str(), "body": text,
        });
        writeln!(out, "{}", json_line(&whole)?)?;
        return Ok(Exit::Good);
    }
    writeln!(out, "{}", paint(Tone::Bad, &format!("{}: {}", place.reason.name(), place.reason.title())))?;
    let unknown = || "not known".to_owned();
    let came = kept.received_at.map_or_else(unknown, |at| clock.show(at));
    let token = kept.token.clone().unwrap_or_else(unknown);
    for (name, fact) in [
        ("operation", place.operation.name),
        ("received", &came),
        ("request", &place.request_id),
        ("token", &token),
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
    let question = question(&args.filter)?;
    let one = match &args.id {
        Some(id) => Some(one(&stores, id).await?),
        None => None,
    };
    let waiting = if one.is_some() { 1 } else { count(&stores.archive(), &question).await? };
    if waiting == 0 {
        report.say("Nothing is rejected.")?;
        return Ok(Exit::Good);
    }
    if !args.dry_run && !args.yes && !confirmed(&question_of(waiting), "with --dry-run")? {
        return Ok(Exit::Failed);
    }
    let replayer = |operation| replayer(&receiver, &stores, operation, args.vouched_by.clone());

    let progress = Progress::new(Some(waiting), "rejected events");
    let mut fates = Fates::begin(args.view)?;
    let mut tell = |fate: Fate| {
        progress.add(1);
        progress.suspend(|| fates.keep(fate))
    };
    let work = async {
        match one {
            None => {
                let replayers = OPERATIONS.into_iter().map(replayer).collect::<anyhow::Result<Vec<_>>>()?;
                go_through(&replayers, &question, args.dry_run, tell).await
            }
            Some((place, key)) => {
                take_day(&replayer(place.operation)?, vec![(place, key)], args.dry_run, &mut tell).await
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

impl Fates {
    fn begin(view: ViewArgs) -> anyhow::Result<Self> {
        let report = Report::new(view);
        report.begin::<Told>()?;
        Ok(Self { report, clock: Clock::new(view), held: Vec::new(), taken_in: 0, would_be_taken_in: 0, stays: 0 })
    }

    fn keep(&mut self, fate: Fate) -> anyhow::Result<()> {
        *match fate.fate {
            Kind::TakenIn => &mut self.taken_in,
            Kind::WouldBeTakenIn => &mut self.would_be_taken_in,
            Kind::Stays => &mut self.stays,
        } += 1;
        // Of what is no event the archive's day is known, and reading it again for the hour is not worth it.
        let time = fate.received_at.map_or_else(|| fate.date.to_string(), |at| self.clock.show(at));
        let one = Told { fate, time };
        if !self.report.for_people() {
            self.report.add(&one)?;
        } else if self.held.len() < PRINTED {
            self.held.push(one);
        }
        Ok(())
    }

    fn count(&self) -> u64 {
        self.taken_in + self.would_be_taken_in + self.stays
    }

    fn finish(&self) -> anyhow::Result<()> {
        if self.held.is_empty() {
            return Ok(());
        }
        self.report.print(&self.held)?;
        let parts = [
            (self.taken_in, "taken in"),
            (self.would_be_taken_in, "would be taken in"),
            (self.stays, "under rejected/ as before"),
        ];
        let parts: Vec<_> =
            parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
        let is_cut = self.count() > self.held.len() as u64;
        let more = if is_cut { format!("; printed are {PRINTED}, --json has all") } else { String::new() };
        Ok(self.report.say(&format!("\n{}{more}.", parts.join(", ")))?)
    }
}

fn question_of(waiting: u64) -> String {
    if waiting == 1 { "Replay 1 rejected event?".to_owned() } else { format!("Replay {waiting} rejected events?") }
}

async fn one(stores: &Stores, id: &str) -> anyhow::Result<(RejectedPlace, dataconnect::archive::ArchiveKey)> {
    find(stores, id).await?.with_context(|| format!("nothing that is rejected came with the request {id}"))
}

fn question(filter: &RejectedFilter) -> anyhow::Result<Question> {
    let [since, until] = filter.span.days()?;
    Ok(Question {
        operation: filter.operation.map(OperationName::operation),
        filter: Filter { since, until, reason: filter.reason, ..Filter::default() },
    })
}
