//! The answers: what a 200 says is so, and everything was answered as it must be.

use std::collections::{BTreeMap, HashMap};

use super::finding::{Breach, Findings};
use super::holdings::Holdings;
use super::records::{self, Told};
use super::sendings::{Sending, Sendings};
use crate::sender::{Delivery, Ending, Entry, Expected, Persistence};

pub(super) fn check(sendings: &Sendings<'_>, holdings: &Holdings, findings: &mut Findings) {
    let mut told: HashMap<usize, Told<'_>> = HashMap::new();
    for (place, item) in &holdings.records {
        told.extend(records::history(sendings, place, item).into_iter().map(|entry| (entry.number, entry)));
    }
    for (number, sending) in sendings.events.iter().enumerate() {
        check_event(sending, told.get(&number), holdings, findings);
    }
    for (delivery, entry) in &sendings.refused {
        check_refusal(delivery, entry, findings);
    }
}

fn check_event(sending: &Sending<'_>, told: Option<&Told<'_>>, holdings: &Holdings, findings: &mut Findings) {
    let place = sending.place();
    if told.is_none() && sending.is_acknowledged() {
        findings.note(Breach::Lost, &place, format_args!("{} was acknowledged", sending.event.operation.name));
    }
    let mut effects = 0;
    for (delivery, _, acknowledged) in sending.acknowledged() {
        if acknowledged.record_id != place.record_id {
            findings.note(Breach::Wrong, &place, format_args!("was answered as {}", acknowledged.record_id));
        }
        if holdings.objects.get(&acknowledged.archive_key) != Some(&delivery.body) {
            findings.note(Breach::Lost, &acknowledged.archive_key, "is not the body that was acknowledged");
        }
        if acknowledged.outcome == "Duplicate" {
            continue;
        }
        effects += 1;
        if told.is_some_and(|entry| entry.outcome != acknowledged.outcome) {
            findings.note(Breach::Wrong, &place, format_args!("was answered {}", acknowledged.outcome));
        }
    }
    if effects > 1 {
        findings.note(Breach::Doubled, &place, format_args!("{effects} answers say that the event had effect"));
    }
    for (delivery, entry) in &sending.deliveries {
        check_ending(delivery, entry, &place.to_string(), findings);
    }
}

/// An event is acknowledged in the end, unless its sender gave up.
fn check_ending(delivery: &Delivery, entry: &Entry, offender: &str, findings: &mut Findings) {
    match entry.ending {
        Ending::Refused(status) => findings.note(Breach::Refused, offender, format_args!("answered {status}")),
        Ending::Unanswered if delivery.persistence == Persistence::Endless => {
            findings.note(Breach::Refused, offender, format_args!("never acknowledged: {:?}", entry.statuses));
        }
        Ending::Acknowledged(_) | Ending::Unanswered => {}
    }
}

fn check_refusal(delivery: &Delivery, entry: &Entry, findings: &mut Findings) {
    let Expected::Refused { status, .. } = delivery.expected else { return };
    let offender = format!("a body for {} that must be refused with {status}", delivery.operation.name);
    match &entry.ending {
        Ending::Refused(seen) if *seen == status => {}
        Ending::Acknowledged(_) => findings.note(Breach::Stranger, offender, "was let in"),
        Ending::Unanswered => {
            findings.note(Breach::Refused, offender, format_args!("never answered: {:?}", entry.statuses));
        }
        Ending::Refused(other) => findings.note(Breach::Wrong, offender, format_args!("was refused with {other}")),
    }
}

/// The objects under `rejected/`, by their bodies: each a refused try's, and at least one for every refusal.
pub(super) fn check_rejected(sendings: &Sendings<'_>, holdings: &Holdings, findings: &mut Findings) {
    let mut kept: BTreeMap<(&str, &str, &[u8]), u32> = BTreeMap::new();
    for (key, body) in holdings.objects.iter().filter(|(key, _)| key.starts_with("rejected/")) {
        let named = |name: &str| key.split('/').find_map(|part| part.strip_prefix(name)).unwrap_or_default();
        *kept.entry((named("operation="), named("reason="), body)).or_default() += 1;
    }
    let mut foretold: BTreeMap<(&str, &str, &[u8]), (u32, u32)> = BTreeMap::new();
    for (delivery, entry) in &sendings.refused {
        let Expected::Refused { status, reason: Some(reason) } = delivery.expected else { continue };
        let refused = entry.statuses.get(&status).copied().unwrap_or_default();
        let tries = u32::try_from(entry.milliseconds.len()).unwrap_or(u32::MAX);
        let (least, most) = foretold.entry((delivery.operation.name, reason, &delivery.body)).or_default();
        *least += refused;
        *most += tries;
    }
    for ((operation, reason, body), (least, most)) in &foretold {
        let count = kept.remove(&(*operation, *reason, *body)).unwrap_or_default();
        let offender = format!("{operation} {reason}");
        if count < *least {
            findings.note(Breach::Lost, &offender, format_args!("{count} bodies kept of {least} that were refused"));
        }
        if count > *most {
            findings.note(Breach::Stranger, &offender, format_args!("{count} bodies kept of {most} that were sent"));
        }
    }
    for ((operation, reason, _), count) in kept {
        findings.note(Breach::Stranger, format_args!("{operation} {reason}"), format_args!("{count} that nobody sent"));
    }
}
