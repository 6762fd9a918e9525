//! What happens at the customers': Work Orders, their shifts, guards who punch in and out and sometimes forget,
//! incidents, notes, administrators who correct and delete.

use dataconnect::digest::Digest;
use dataconnect::operation::Operation;
use dataconnect::payload::{DELETE_PUNCHES, POST_INCIDENTS, POST_NOTES, POST_PUNCHES, POST_WORKORDERREQUESTS};
use serde_json::{Value, json};

use super::bodies::{self, Guard, Pair, Secrets};
use super::dice::Dice;
use super::script::Event;

/// Tenants by what makes them awkward in a key, a path or a log.
const TENANTS: [&str; 4] = ["Securitime", "Guards & Söhne/Ost", "2/Securitime", "../3"];

/// An event, and when it happened, from 0 to 1.
pub(super) struct Happening {
    pub(super) at: f64,
    pub(super) event: Event,
}

/// The customers, and all that happens there.
pub(super) struct World {
    dice: Dice,
    pairs: Vec<Pair>,
    guards: Vec<Guard>,
    /// By pair. All count from 1, so that the records of two tenants have the same ids.
    last_id: Vec<u64>,
    pub(super) secrets: Secrets,
    pub(super) happenings: Vec<Happening>,
}

/// A Work Order while its events are told.
struct WorkOrder {
    pair: usize,
    number: String,
    stem: String,
    begins: f64,
}

impl World {
    /// A world in which at least so many events happen.
    pub(super) fn new(seed: u64, events: usize) -> Self {
        let mut dice = Dice::new(seed);
        let mut secrets = Secrets::default();
        let customers = u64::try_from(events / 500).unwrap_or_default().clamp(2, 40);
        let pair = |(customer, tenant): (u64, &str)| Pair { customer, tenant: tenant.to_owned() };
        // Every customer has the first tenant; the others have a few.
        let first = (1..=customers).map(|customer| (customer, TENANTS[0]));
        let pairs: Vec<_> = first.chain(TENANTS[1..].iter().map(|tenant| (2, *tenant))).map(pair).collect();
        let guard = |index: usize| Guard { id: format!("G-{index}"), name: secrets.name(&mut dice) };
        let guards = (0..200).map(guard).collect();
        let last_id = vec![0; pairs.len()];
        let mut world = Self { dice, pairs, guards, last_id, secrets, happenings: Vec::new() };
        while world.happenings.len() < events {
            world.work_order();
        }
        world
    }

    /// Customer and tenant of number `index`, which exists whatever the world.
    pub(super) fn pair(&self, index: usize) -> &Pair {
        &self.pairs[index]
    }

    fn work_order(&mut self) {
        let pair = usize::try_from(self.dice.number(0..self.pairs.len() as u64)).unwrap_or_default();
        let stem = format!("T{}.{}", 49_000 + pair, self.next_id(pair));
        let order = WorkOrder { pair, number: format!("{stem}.001N"), stem, begins: self.dice.part() * 0.8 };

        self.tell_work_order(&order, 0.0);
        if self.dice.happens(0.05) {
            self.tell_work_order(&order, 0.05);
        }
        for _ in 0..self.dice.number(3..9) {
            self.shift(&order);
        }
        for _ in 0..self.dice.number(0..3) {
            self.incident(&order);
            self.note(&order);
        }
    }

    fn tell_work_order(&mut self, order: &WorkOrder, after: f64) {
        let content = bodies::work_order(&self.pairs[order.pair], &order.number, &mut self.dice, &mut self.secrets);
        self.happen(order, after, &POST_WORKORDERREQUESTS, order.number.clone(), content, false);
    }

    fn shift(&mut self, order: &WorkOrder) {
        let guard = self.dice.one_of(&self.guards).clone();
        let begins = self.dice.part() * 0.15;
        self.punch(order, &guard, "In", begins);
        // Now and then a guard forgets to punch out.
        if self.dice.happens(0.93) {
            self.punch(order, &guard, "Out", begins + 0.01);
        }
    }

    fn punch(&mut self, order: &WorkOrder, guard: &Guard, kind: &str, at: f64) {
        let pair = self.pairs[order.pair].clone();
        if self.dice.happens(0.01) {
            return self.punch_without_id(order, guard, kind, at);
        }
        let id = self.next_id(order.pair);
        let tell = |world: &mut Self, after: f64, edit: u64| {
            let mut content = bodies::punch(&pair, &order.stem, Some(id), guard, kind, &mut world.dice);
            content["EditCount"] = json!(edit);
            world.happen(order, at + after, &POST_PUNCHES, id.to_string(), content, false);
        };
        tell(self, 0.0, 0);
        for edit in 1..=self.some_edits() {
            tell(self, 0.002, edit);
        }
        if self.dice.happens(0.05) {
            self.delete(order, id, at + 0.004);
            // Two administrators, who do not know of each other.
            if self.dice.happens(0.2) {
                self.delete(order, id, at + 0.004);
            }
        }
    }

    /// Mostly none, sometimes a few, and now and then an administrator who cannot decide.
    fn some_edits(&mut self) -> u64 {
        match self.dice.number(0..1_000) {
            0 => self.dice.number(10..30),
            1..60 => self.dice.number(1..4),
            _ => 0,
        }
    }

    fn delete(&mut self, order: &WorkOrder, id: u64, at: f64) {
        let stem = self.dice.happens(0.7).then_some(order.stem.as_str());
        let content = bodies::punch_deletion(&self.pairs[order.pair], stem, id, &mut self.dice);
        self.happen(order, at, &DELETE_PUNCHES, id.to_string(), content, false);
    }

    /// Its content identifies it, and a deletion that carries the whole Punch finds it.
    fn punch_without_id(&mut self, order: &WorkOrder, guard: &Guard, kind: &str, at: f64) {
        let content = bodies::punch(&self.pairs[order.pair], &order.stem, None, guard, kind, &mut self.dice);
        let id = format!("sha256-{}", Digest::of(content.to_string().as_bytes()));
        self.happen(order, at, &POST_PUNCHES, id.clone(), content.clone(), true);
        if self.dice.happens(0.3) {
            self.happen(order, at + 0.004, &DELETE_PUNCHES, id, content, true);
        }
    }

    fn incident(&mut self, order: &WorkOrder) {
        let id = self.next_id(order.pair);
        let at = self.dice.part() * 0.15;
        let mut content = bodies::incident(&self.pairs[order.pair], &order.stem, id, &mut self.dice, &mut self.secrets);
        // A small change of the vendor's, which is accepted.
        let drifts = self.dice.happens(0.05);
        if drifts {
            content["SeverityLevel"] = json!("high");
        }
        self.happen(order, at, &POST_INCIDENTS, id.to_string(), content.clone(), drifts);
        if self.dice.happens(0.3) {
            content["EmailSent"] = json!("2026-05-17T09:00:00");
            self.happen(order, at + 0.003, &POST_INCIDENTS, id.to_string(), content, drifts);
        }
    }

    fn note(&mut self, order: &WorkOrder) {
        let id = self.next_id(order.pair);
        let at = self.dice.part() * 0.15;
        let content = bodies::note(&self.pairs[order.pair], &order.stem, id, &mut self.dice, &mut self.secrets);
        self.happen(order, at, &POST_NOTES, id.to_string(), content, false);
    }

    fn next_id(&mut self, pair: usize) -> u64 {
        self.last_id[pair] += 1;
        self.last_id[pair]
    }

    fn happen(
        &mut self,
        order: &WorkOrder,
        after: f64,
        operation: &'static Operation,
        record_id: String,
        content: Value,
        drifts: bool,
    ) {
        let Pair { customer, tenant } = self.pairs[order.pair].clone();
        let event = Event { operation, customer, tenant, record_id, content, drifts };
        self.happenings.push(Happening { at: order.begins + after, event });
    }
}
