//! `show`.

use std::io::Write;

use dataconnect::record::{Record, to_object};
use serde::Serialize;
use serde_json::{Value, json};

use crate::cli::{OperationName, ShowArgs};
use crate::connect::{Receiver, Stores};
use crate::engine::show::{Question, Revision, Shown, find, revisions};
use crate::exit::Exit;
use crate::output::{Clock, Column, Report, Row, Tone, json_line, paint, plain, plain_lines};

/// A line of the timeline.
#[derive(Serialize)]
struct Step {
    time: String,
    operation: String,
    outcome: &'static str,
    request: String,
    body: String,
}

impl Row for Step {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::new("time", |step| (Tone::Plain, step.time.clone())),
            Column::new("operation", |step| (Tone::Plain, step.operation.clone())),
            Column::new("outcome", |step| (Tone::Plain, step.outcome.to_owned())),
            Column::whole("request", |step| (Tone::Faint, step.request.clone())),
            Column::new("body", |step| (Tone::Faint, step.body.clone())),
        ]
    }
}

/// Answers.
///
/// # Errors
/// If a store cannot be read, or it is not clear which record is meant.
pub async fn run(args: ShowArgs) -> anyhow::Result<Exit> {
    let stores = Receiver::find(&args.target).await?.stores()?;
    let operation = args.operation.map(OperationName::operation);
    let question = Question { id: args.id.clone(), customer: args.customer.clone(), operation };
    let found = find(&stores, &question).await?;
    let report = Report::new(args.view.into());
    if found.is_empty() {
        report.warn(&format!("no table has a record {}", args.id))?;
        return Ok(Exit::Bad);
    }
    let mut exit = Exit::Good;
    for shown in &found {
        match &shown.record {
            Ok(record) => print(&args, &stores, shown, record).await?,
            Err(unreadable) => {
                report.warn(&format!("{} {}: {unreadable}", shown.key.customer_tenant, shown.key.record_id))?;
                exit = Exit::Bad;
            }
        }
    }
    Ok(exit)
}

async fn print(args: &ShowArgs, stores: &Stores, shown: &Shown, record: &Record) -> anyhow::Result<()> {
    let needs_bodies = args.raw || args.diff;
    let revisions = if needs_bodies { revisions(stores, record).await? } else { Vec::new() };
    let mut out = anstream::stdout().lock();
    if args.view.json {
        return Ok(writeln!(out, "{}", json_line(&as_json(args, shown, record, &revisions))?)?);
    }
    let clock = Clock::new(args.view.into());
    let pair = &record.key.customer_tenant;
    let title = format!("{} of {pair}, in {}", record.key.record_id, stores.table_name(shown.operation));
    writeln!(out, "{}", plain(&title))?;
    let facts = [
        ("work order", record.work_order_stem.clone()),
        ("received", Some(clock.show(record.received_at))),
        ("updated", Some(clock.show(record.updated_at))),
        ("revision", Some(record.revision.to_string())),
        ("deleted", record.deletion.as_ref().map(|deletion| clock.show(deletion.at))),
        ("oversize", record.is_oversize().then(|| "a body is in the archive alone: --raw".to_owned())),
    ];
    for (name, fact) in facts {
        if let Some(fact) = fact {
            writeln!(out, "  {name:<11} {}", plain(&fact))?;
        }
    }
    writeln!(out)?;
    for (name, value) in to_object(&record.members) {
        writeln!(out, "  {}: {}", plain(&name), json_line(&value)?)?;
    }
    writeln!(out)?;
    drop(out);
    print_history(args, record, &clock)?;
    print_notes(record)?;
    print_revisions(args, &revisions, &clock)
}

fn print_history(args: &ShowArgs, record: &Record, clock: &Clock) -> anyhow::Result<()> {
    let steps = record.history.entries().iter().map(|entry| Step {
        time: clock.show(entry.at),
        operation: entry.operation.clone(),
        outcome: entry.outcome.name(),
        request: entry.request_id.clone(),
        body: entry.archive_key.to_string(),
    });
    let report = Report::new(args.view.into());
    report.print(&steps.collect::<Vec<_>>())?;
    if record.history.dropped() > 0 {
        report.say(&format!("The history has dropped {} events from its middle.", record.history.dropped()))?;
    }
    Ok(())
}

fn print_notes(record: &Record) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    let of_deletion = record.deletion.iter().flat_map(|deletion| &deletion.drift);
    let notes: Vec<_> = record.drift.iter().chain(of_deletion).collect();
    if !notes.is_empty() {
        writeln!(out, "\n{}", paint(Tone::Warning, "differs from the documented shape:"))?;
    }
    for note in notes {
        writeln!(out, "  {}", plain(note))?;
    }
    Ok(())
}

fn print_revisions(args: &ShowArgs, revisions: &[Revision], clock: &Clock) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    for Revision { entry, body, changes } in revisions {
        let operation = plain(&entry.operation);
        writeln!(out, "\n{} {operation} {}", clock.show(entry.at), entry.outcome.name())?;
        let Some(body) = body else {
            writeln!(
                out,
                "  {}",
                paint(Tone::Bad, &plain(&format!("the archive does not give {}", entry.archive_key)))
            )?;
            continue;
        };
        if let Some(from) = &body.replayed_from {
            let vouched = body.vouched_by.as_ref().map(|name| format!(", vouched for by {name}")).unwrap_or_default();
            writeln!(out, "  {}", plain(&format!("replayed from {from}{vouched}")))?;
        }
        for change in changes.iter().flatten().filter(|_| args.diff) {
            if let Some(before) = &change.before {
                writeln!(out, "  {}", paint(Tone::Bad, &plain(&format!("- {}: {before}", change.place))))?;
            }
            if let Some(after) = &change.after {
                writeln!(out, "  {}", paint(Tone::Good, &plain(&format!("+ {}: {after}", change.place))))?;
            }
        }
        if args.raw {
            writeln!(out, "{}", plain_lines(&String::from_utf8_lossy(&body.bytes)))?;
        }
    }
    Ok(())
}

fn as_json(args: &ShowArgs, shown: &Shown, record: &Record, revisions: &[Revision]) -> Value {
    let time = |time: jiff::Timestamp| format!("{time:.3}");
    let entries = record.history.entries().iter().enumerate().map(|(number, entry)| {
        let mut one = json!({
            "at": time(entry.at),
            "operation": entry.operation,
            "outcome": entry.outcome.name(),
            "contentHash": entry.content_hash.to_string(),
            "archiveKey": entry.archive_key.as_str(),
            "requestId": entry.request_id,
        });
        if let Some(Revision { body, changes, .. }) = revisions.get(number) {
            let body = body.as_ref();
            if args.raw {
                one["body"] = json!(body.map(|body| String::from_utf8_lossy(&body.bytes).into_owned()));
            }
            one["replayedFrom"] = json!(body.and_then(|body| body.replayed_from.as_deref()));
            if args.diff {
                one["changes"] = json!(changes);
            }
        }
        one
    });
    let deletion = record.deletion.as_ref();
    json!({
        "customer": record.key.customer_tenant.to_string(),
        "recordId": record.key.record_id.as_str(),
        "operation": shown.operation.name,
        "workOrder": record.work_order_stem,
        "receivedAt": time(record.received_at),
        "updatedAt": time(record.updated_at),
        "revision": record.revision,
        "deletedAt": deletion.map(|deletion| time(deletion.at)),
        "members": to_object(&record.members),
        "deletion": deletion.map(|deletion| to_object(&deletion.body)),
        "drift": record.drift,
        "historyDropped": record.history.dropped(),
        "history": entries.collect::<Vec<_>>(),
    })
}
