//! What is sent, in which order, and what must come of it: a function of the seed.

use std::time::Duration;

use bytes::Bytes;
use dataconnect::digest::Digest;
use dataconnect::operation::Operation;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::bodies::respelled;
use super::dice::Dice;
use super::tokens::Tokens;
use super::world::World;

/// Mixed into the seed for what concerns the sending, so that it does not hang together with what happens.
const SENDING: u64 = 0x5e4d;

/// One event of the vendor's, however often it is sent.
#[derive(Debug, Clone)]
pub struct Event {
    /// What it is sent to.
    pub operation: &'static Operation,
    /// Its CustomerId.
    pub customer: u64,
    /// Its Tenant.
    pub tenant: String,
    /// The record that it is about.
    pub record_id: String,
    /// Its body.
    pub content: Value,
    /// Whether it differs from the documented shape.
    pub drifts: bool,
}

impl Event {
    /// The partition key of its record.
    #[must_use]
    pub fn customer_tenant(&self) -> String {
        format!("{}/{}", self.customer, self.tenant)
    }

    /// The digest of its canonical JSON. Its members are sorted and its numbers spelled as the receiver has them.
    #[must_use]
    pub fn content_hash(&self) -> Digest {
        Digest::of(self.content.to_string().as_bytes())
    }
}

/// What must come of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// The event of this number is kept.
    Accepted(usize),
    /// It is refused with this status, and the body kept as rejected if there is a reason.
    Refused {
        /// The status.
        status: u16,
        /// The reason, as the archive names it.
        reason: Option<&'static str>,
    },
}

/// How long a sender tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Persistence {
    /// Until it is acknowledged.
    Endless,
    /// So many tries.
    Tries(u32),
}

/// One event on its way: how it is spelled, when it is sent, and by whom.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// What it is sent to.
    pub operation: &'static Operation,
    /// The customer that it is, or says that it is, for.
    pub customer: u64,
    /// The bytes.
    pub body: Bytes,
    /// The token that comes with it.
    pub token: String,
    /// What must come of it.
    pub expected: Expected,
    /// When it is sent, from 0 to 1 of the whole.
    pub at: f64,
    /// How long the sender waits for an answer.
    pub patience: Duration,
    /// How long it tries.
    pub persistence: Persistence,
}

/// All that is sent.
#[derive(Debug)]
pub struct Script {
    /// The events, each once.
    pub events: Vec<Event>,
    /// The deliveries, in the order in which they are sent first.
    pub deliveries: Vec<Delivery>,
    /// The tokens that the senders have.
    pub tokens: Tokens,
    /// Every Pin, phone number, e-mail address, person's name and token that is sent.
    pub secrets: Vec<String>,
}

impl Script {
    /// A script of at least so many events.
    #[must_use]
    pub fn new(seed: u64, events: usize) -> Self {
        let world = World::new(seed, events);
        let mut dice = Dice::new(seed ^ SENDING);
        let bound_to = world.pair(0).clone();
        let tenant = utf8_percent_encode(&bound_to.tenant, NON_ALPHANUMERIC);
        let tokens = Tokens::new(&mut dice, format!("{}/{tenant}", bound_to.customer));

        let mut secrets = world.secrets.0;
        secrets.extend(tokens.all().map(str::to_owned));
        let mut writer = Writer { dice, tokens, deliveries: Vec::new() };
        let mut events = Vec::new();
        for happening in world.happenings {
            let bound = happening.event.customer == bound_to.customer && happening.event.tenant == bound_to.tenant;
            writer.send(events.len(), &happening.event, happening.at, bound);
            events.push(happening.event);
        }
        let Writer { mut deliveries, tokens, .. } = writer;
        deliveries.sort_by(|one, other| one.at.total_cmp(&other.at));
        Self { events, deliveries, tokens, secrets }
    }
}

struct Writer {
    dice: Dice,
    tokens: Tokens,
    deliveries: Vec<Delivery>,
}

impl Writer {
    /// Sends an event at least once, and now and then something beside it that must be refused.
    fn send(&mut self, number: usize, event: &Event, at: f64, bound: bool) {
        self.deliver(number, event, at, bound, event.content.to_string());
        while self.dice.happens(0.08) {
            let spelled = if self.dice.happens(0.3) { respelled(&event.content) } else { event.content.to_string() };
            self.deliver(number, event, at, bound, spelled);
        }
        if self.dice.happens(0.03) {
            self.offend(event, at);
        }
    }

    fn deliver(&mut self, number: usize, event: &Event, at: f64, bound: bool, body: String) {
        let own_token = bound && self.dice.happens(0.5);
        let token = if own_token { self.tokens.bound.clone() } else { self.tokens.free.clone() };
        let gives_up = self.dice.happens(0.005);
        self.push(Delivery {
            operation: event.operation,
            customer: event.customer,
            body: body.into(),
            token,
            expected: Expected::Accepted(number),
            at,
            patience: Duration::ZERO,
            persistence: if gives_up { Persistence::Tries(1) } else { Persistence::Endless },
        });
    }

    /// What a broken sender, a stranger or another customer sends. None of it is an event.
    fn offend(&mut self, event: &Event, at: f64) {
        let whole = event.content.to_string();
        let refused = |status, reason| Expected::Refused { status, reason };
        let without = |member: &str| {
            let mut content = event.content.clone();
            content[member] = json!(null);
            content.to_string()
        };
        let free = self.tokens.free.clone();
        let (body, token, expected) = match self.dice.number(0..7) {
            0 => (whole[..whole.len() - 1].to_owned(), free, refused(400, Some("invalid-json"))),
            1 => (without("CustomerId"), free, refused(400, Some("invalid-customer-id"))),
            2 => (without("Tenant"), free, refused(400, Some("invalid-tenant"))),
            3 => (format!("[{whole}]"), free, refused(400, Some("not-an-object"))),
            4 => (whole, self.tokens.unknown.clone(), refused(401, None)),
            5 => (whole, self.tokens.expired.clone(), refused(401, None)),
            _ => {
                let mut content = event.content.clone();
                content["CustomerId"] = json!(987_654);
                (content.to_string(), self.tokens.bound.clone(), refused(403, Some("forbidden")))
            }
        };
        let operation = event.operation;
        let persistence = Persistence::Tries(2);
        let patience = Duration::ZERO;
        self.push(Delivery {
            operation,
            customer: event.customer,
            body: body.into(),
            token,
            expected,
            at,
            patience,
            persistence,
        });
    }

    /// Sends it when chance will have it: mostly near its time, sometimes long after, or before what it follows.
    fn push(&mut self, delivery: Delivery) {
        let late = match self.dice.number(0..100) {
            0..3 => 0.1,
            3..15 => 0.01,
            _ => 0.000_5,
        };
        // An impatient sender tries again while its first request is still under way.
        let patience = if self.dice.happens(0.03) { Duration::from_secs(1) } else { Duration::from_secs(20) };
        let at = (delivery.at + self.dice.part() * late).clamp(0.0, 1.0);
        self.deliveries.push(Delivery { at, patience, ..delivery });
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use dataconnect::payload::OPERATIONS;

    use super::*;

    #[test]
    fn a_script_is_a_function_of_its_seed() {
        let told = |seed| format!("{:?}", Script::new(seed, 2_000));
        assert_eq!(told(7), told(7));
        assert_ne!(told(7), told(8));
    }

    #[test]
    fn a_script_has_all_that_goes_wrong() {
        let script = Script::new(1, 5_000);
        let sent = |check: &dyn Fn(&Delivery) -> bool| script.deliveries.iter().filter(|sent| check(sent)).count();
        for operation in OPERATIONS {
            assert!(sent(&|sent| sent.operation.name == operation.name) > 20, "{}", operation.name);
        }
        for status in [400, 401, 403] {
            let of_status =
                |sent: &Delivery| matches!(sent.expected, Expected::Refused { status: of, .. } if of == status);
            assert!(sent(&of_status) > 2, "{status}");
        }
        assert!(sent(&|sent| sent.body.starts_with(b"{\r\n")) > 20, "spelled otherwise");
        assert!(sent(&|sent| sent.persistence == Persistence::Tries(1)) > 5, "given up");
        assert!(script.deliveries.len() > script.events.len() + 300, "repeated");
        let ids: HashSet<_> = script.events.iter().map(|event| &event.record_id).collect();
        let records: HashSet<_> =
            script.events.iter().map(|event| (event.customer_tenant(), &event.record_id)).collect();
        assert!(ids.len() * 2 < records.len(), "records of different tenants share their ids");
        // A deletion before its Punch, or a correction before what it corrects.
        let first =
            |number: usize| script.deliveries.iter().position(|sent| sent.expected == Expected::Accepted(number));
        let overtakes = |number: &usize| {
            let (one, other) = (&script.events[number - 1], &script.events[*number]);
            one.record_id == other.record_id && one.tenant == other.tenant && first(*number) < first(number - 1)
        };
        assert!((1..script.events.len()).filter(overtakes).count() > 5, "out of order");
    }

    #[test]
    fn no_event_of_a_script_is_another_one() {
        let script = Script::new(3, 5_000);
        let identity = |event: &Event| (event.operation.name, event.customer_tenant(), event.content_hash());
        let identities: HashSet<_> = script.events.iter().map(identity).collect();
        assert_eq!(identities.len(), script.events.len());
    }
}
