//! What was sent, by what it must have become.

use std::collections::{BTreeMap, HashMap};

use dataconnect::digest::Digest;
use dataconnect::operation::Operation;

use super::holdings::RecordPlace;
use crate::sender::{Acknowledged, Delivery, Entry, Event, Expected, Ledger, Script};

/// An event with all its deliveries.
pub(super) struct Sending<'a> {
    pub(super) event: &'a Event,
    pub(super) deliveries: Vec<(&'a Delivery, &'a Entry)>,
}

impl<'a> Sending<'a> {
    /// The deliveries that were answered with a 200, and what it said.
    pub(super) fn acknowledged(&self) -> impl Iterator<Item = (&'a Delivery, &'a Entry, &'a Acknowledged)> {
        self.deliveries
            .iter()
            .filter_map(|(delivery, entry)| entry.acknowledged().map(|acknowledged| (*delivery, *entry, acknowledged)))
    }

    pub(super) fn is_acknowledged(&self) -> bool {
        self.acknowledged().next().is_some()
    }

    /// Whether a sender was told that bytes are kept which a key names by their digest, on whatever day.
    pub(super) fn was_acknowledged_at(&self, key: &str) -> bool {
        self.acknowledged()
            .any(|(delivery, _, _)| key.ends_with(&format!(".{}.json", Digest::of(&delivery.body).short())))
    }

    /// Whether one of the deliveries has this body.
    pub(super) fn has_body(&self, body: &[u8]) -> bool {
        self.deliveries.iter().any(|(delivery, _)| delivery.body == body)
    }

    pub(super) fn place(&self) -> RecordPlace {
        RecordPlace {
            table: self.event.operation.table_variable,
            customer_tenant: self.event.customer_tenant(),
            record_id: self.event.record_id.clone(),
        }
    }
}

/// All that was sent.
pub(super) struct Sendings<'a> {
    /// By the event's number.
    pub(super) events: Vec<Sending<'a>>,
    /// The numbers of the events of each record.
    pub(super) by_record: BTreeMap<RecordPlace, Vec<usize>>,
    /// The deliveries that must be refused.
    pub(super) refused: Vec<(&'a Delivery, &'a Entry)>,
    by_content: HashMap<(&'static str, RecordPlace, String), usize>,
    by_body: HashMap<(&'static str, Digest), usize>,
}

impl<'a> Sendings<'a> {
    pub(super) fn of(script: &'a Script, ledger: &'a Ledger) -> Self {
        let events = script.events.iter().map(|event| Sending { event, deliveries: Vec::new() });
        let mut sendings = Self {
            events: events.collect(),
            by_record: BTreeMap::new(),
            refused: Vec::new(),
            by_content: HashMap::new(),
            by_body: HashMap::new(),
        };
        for sent @ (delivery, _) in ledger.sent(script) {
            match delivery.expected {
                Expected::Refused { .. } => sendings.refused.push(sent),
                Expected::Accepted(number) => {
                    sendings.by_body.insert((delivery.operation.name, Digest::of(&delivery.body)), number);
                    sendings.events[number].deliveries.push(sent);
                }
            }
        }
        for (number, sending) in sendings.events.iter().enumerate() {
            let (operation, place) = (sending.event.operation.name, sending.place());
            sendings.by_record.entry(place.clone()).or_default().push(number);
            sendings.by_content.insert((operation, place, sending.event.content_hash().to_string()), number);
        }
        sendings
    }

    /// The event of an entry in a record's history.
    pub(super) fn of_entry(&self, operation: &str, place: &RecordPlace, content_hash: &str) -> Option<usize> {
        let operation = known(operation)?.name;
        self.by_content.get(&(operation, place.clone(), content_hash.to_owned())).copied()
    }

    /// The event that a body was sent as.
    pub(super) fn of_body(&self, operation: &str, body: &[u8]) -> Option<usize> {
        self.by_body.get(&(known(operation)?.name, Digest::of(body))).copied()
    }
}

fn known(operation: &str) -> Option<&'static Operation> {
    dataconnect::payload::OPERATIONS.into_iter().find(|known| known.name == operation)
}
