//! The archive: every body under `raw/` was sent, to that operation, for that customer and tenant.

use std::collections::BTreeSet;

use dataconnect::digest::Digest;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::finding::{Breach, Findings};
use super::holdings::Holdings;
use super::records;
use super::sendings::Sendings;
use crate::sender::Event;

/// What stands for itself in a key ("The archive", README).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');

pub(super) fn check(sendings: &Sendings<'_>, holdings: &Holdings, findings: &mut Findings) {
    for (key, body) in holdings.objects.iter().filter(|(key, _)| !key.starts_with("rejected/")) {
        match sendings.of_body(operation_of(key), body) {
            None => findings.note(Breach::Stranger, key, "nobody sent this body there"),
            Some(number) => {
                let event = sendings.events[number].event;
                if *key != expected_key(event, date_of(key), body) {
                    findings.note(Breach::Wrong, key, "is not where the event's body belongs");
                }
            }
        }
    }
}

/// How many events are in the archive and in no record. Nobody was told that they are kept: they are the senders' to
/// repeat, or the reconciler's.
pub(super) fn orphans(sendings: &Sendings<'_>, holdings: &Holdings) -> BTreeSet<usize> {
    let raw = holdings.objects.iter().filter(|(key, _)| key.starts_with("raw/"));
    let archived = raw.filter_map(|(key, body)| sendings.of_body(operation_of(key), body));
    let mut orphans: BTreeSet<usize> = archived.collect();
    for (place, item) in &holdings.records {
        for entry in records::history(sendings, place, item) {
            orphans.remove(&entry.number);
        }
    }
    orphans
}

pub(super) fn operation_of(key: &str) -> &str {
    named(key, "operation=")
}

pub(super) fn date_of(key: &str) -> &str {
    named(key, "date=")
}

fn named<'a>(key: &'a str, name: &str) -> &'a str {
    key.split('/').find_map(|part| part.strip_prefix(name)).unwrap_or_default()
}

fn expected_key(event: &Event, date: &str, body: &[u8]) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, ENCODED).to_string();
    let digest = Digest::of(body).to_string();
    format!(
        "raw/operation={}/tenant={}/customer={}/date={date}/{}.{}.json",
        event.operation.name,
        encoded(&event.tenant),
        event.customer,
        encoded(&event.record_id),
        &digest[..16]
    )
}
