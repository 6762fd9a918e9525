//! The tables: every record is what its events make of it, each event once, in an order that time allows.

use std::collections::BTreeSet;

use serde_json::Value;

use super::finding::{Breach, Findings};
use super::holdings::{Holdings, RecordPlace};
use super::model::{self, Applied};
use super::sendings::{Sending, Sendings};

/// An entry of a record's history, with the event that it tells of.
pub(super) struct Told<'a> {
    pub(super) number: usize,
    pub(super) outcome: &'a str,
    pub(super) archive_key: &'a str,
    at: &'a str,
}

/// The entries of a record's history whose events were sent.
pub(super) fn history<'a>(sendings: &Sendings<'_>, place: &RecordPlace, item: &'a Value) -> Vec<Told<'a>> {
    let entries = item["History"].as_array().into_iter().flatten();
    entries.filter_map(|entry| told(sendings, place, entry)).collect()
}

fn told<'a>(sendings: &Sendings<'_>, place: &RecordPlace, entry: &'a Value) -> Option<Told<'a>> {
    let text = |member: &str| entry[member].as_str().unwrap_or_default();
    let number = sendings.of_entry(text("Operation"), place, text("ContentHash"))?;
    Some(Told { number, outcome: text("Outcome"), archive_key: text("ArchiveKey"), at: text("At") })
}

pub(super) fn check(sendings: &Sendings<'_>, holdings: &Holdings, findings: &mut Findings) {
    for (place, item) in &holdings.records {
        if sendings.by_record.contains_key(place) {
            check_record(sendings, holdings, place, item, findings);
        } else {
            findings.note(Breach::Stranger, place, "nobody sent an event of this record");
        }
    }
}

fn check_record(
    sendings: &Sendings<'_>,
    holdings: &Holdings,
    place: &RecordPlace,
    item: &Value,
    findings: &mut Findings,
) {
    let told = history(sendings, place, item);
    let entries = item["History"].as_array().map_or(0, Vec::len);
    if told.len() != entries || told.is_empty() {
        findings.note(Breach::Stranger, place, format_args!("{} of {entries} entries were sent", told.len()));
        return;
    }
    let distinct: BTreeSet<_> = told.iter().map(|entry| entry.number).collect();
    if distinct.len() != told.len() {
        findings.note(Breach::Doubled, place, "an event stands in the history twice");
    }
    check_order(sendings, place, &told, findings);
    check_objects(sendings, holdings, place, &told, findings);
    check_item(sendings, place, item, &told, findings);
}

/// What was acknowledged before another event was sent at all came first.
fn check_order(sendings: &Sendings<'_>, place: &RecordPlace, told: &[Told<'_>], findings: &mut Findings) {
    let acknowledged = |sending: &Sending<'_>| sending.acknowledged().map(|(_, entry, _)| entry.last).min();
    let sent = |sending: &Sending<'_>| sending.deliveries.iter().map(|(_, entry)| entry.first).min();
    for (index, later) in told.iter().enumerate() {
        let later_acknowledged = acknowledged(&sendings.events[later.number]);
        for earlier in &told[..index] {
            let earlier_sent = sent(&sendings.events[earlier.number]);
            if later_acknowledged.zip(earlier_sent).is_some_and(|(acknowledged, sent)| acknowledged < sent) {
                let what = format_args!("{} stands before {}", earlier.archive_key, later.archive_key);
                findings.note(Breach::Wrong, place, format_args!("against the order of time, {what}"));
            }
        }
    }
}

/// What the history says is in the archive is there, unless nobody was told so of those very bytes.
fn check_objects(
    sendings: &Sendings<'_>,
    holdings: &Holdings,
    place: &RecordPlace,
    told: &[Told<'_>],
    findings: &mut Findings,
) {
    for entry in told {
        let sending = &sendings.events[entry.number];
        match holdings.objects.get(entry.archive_key) {
            Some(body) if sending.has_body(body) => {}
            Some(_) => findings.note(Breach::Wrong, place, format_args!("{} is another body", entry.archive_key)),
            None if sending.was_acknowledged_at(entry.archive_key) => {
                findings.note(Breach::Lost, place, format_args!("the history's {} is not there", entry.archive_key));
            }
            None => {}
        }
    }
}

fn check_item(sendings: &Sendings<'_>, place: &RecordPlace, item: &Value, told: &[Told<'_>], findings: &mut Findings) {
    let applied = told.iter().map(|entry| Applied { event: sendings.events[entry.number].event, at: entry.at });
    let applied: Vec<_> = applied.collect();
    let outcomes: Vec<_> = told.iter().map(|entry| entry.outcome).collect();
    let expected = model::outcomes(&applied);
    if outcomes != expected {
        findings.note(Breach::Wrong, place, format_args!("the history says {outcomes:?}, not {expected:?}"));
    }
    let (expected, comparable) = (model::item(&applied), model::comparable(item));
    if expected != comparable {
        findings.note(Breach::Wrong, place, format_args!("differs in {}", differences(&expected, &comparable)));
    }
}

/// The attributes in which two items differ.
fn differences(one: &Value, other: &Value) -> String {
    let names = |item: &Value| item.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let names: BTreeSet<_> = names(one).into_iter().chain(names(other)).collect();
    names.into_iter().filter(|name| one[name] != other[name]).collect::<Vec<_>>().join(", ")
}
