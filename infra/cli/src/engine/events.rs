//! What came in.
//!
//! The tables have no index by time. What came is found by their records' histories: of a customer, or of a Work Order, by
//! a Query that reads those records alone; otherwise by a Scan of each table, which DynamoDB bills by the table's size
//! (half a read unit for each 4 KB, twice that here for what is consistent: some 0.03 dollars a million small records).
//! What is held is the newest events that are asked for, however many there are.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use dataconnect::archive::ArchiveKey;
use dataconnect::key::CustomerTenant;
use dataconnect::operation::Operation;
use dataconnect::payload::OPERATIONS;
use dataconnect::record::{HistoryEntry, Outcome};
use dataconnect::rejected::{Filter, Listing, RejectedPlace};
use dataconnect::table::{Extent, Ledger, Select, Span};
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::operations;
use crate::connect::Stores;

/// Rejected bodies that are read at once.
const CONCURRENCY: usize = 16;

/// Which events.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// Sent to this operation.
    pub operation: Option<&'static Operation>,
    /// Of this customer.
    pub customer: Option<u64>,
    /// Of this tenant.
    pub tenant: Option<String>,
    /// Of this Work Order, by its stem.
    pub work_order: Option<String>,
    /// From then on.
    pub since: Option<Timestamp>,
    /// Before then.
    pub until: Option<Timestamp>,
    /// With what outcome.
    pub outcome: Option<Became>,
    /// At most so many: the newest.
    pub limit: usize,
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Became {
    /// It was accepted, with this outcome.
    Accepted(Outcome),
    /// It was rejected.
    Rejected,
}

/// An event that came in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Arrival {
    /// When.
    #[serde(serialize_with = "in_milliseconds")]
    pub at: Timestamp,
    /// The operation's name.
    pub operation: &'static str,
    /// What became of it: an outcome, or `Rejected`.
    pub outcome: String,
    /// Customer and tenant, of one that was accepted.
    pub customer: Option<String>,
    /// Its record, likewise.
    pub record_id: Option<String>,
    /// The Work Order of its record.
    pub work_order: Option<String>,
    /// Why it was rejected.
    pub reason: Option<&'static str>,
    /// The request that it came with.
    pub request_id: String,
    /// Where its body is.
    pub archive_key: String,
}

/// The newest of many, so many of them.
struct Newest {
    limit: usize,
    held: BinaryHeap<Reverse<Arrival>>,
}

impl Question {
    /// The customer and tenant, if both are known.
    fn pair(&self) -> Option<CustomerTenant> {
        CustomerTenant::new(self.customer?, self.tenant.as_deref()?).ok()
    }

    fn select(&self) -> Select {
        match (self.pair(), &self.work_order) {
            (Some(pair), Some(stem)) => Select::WorkOrder(pair, stem.clone()),
            (Some(pair), None) => Select::Customer(pair),
            (None, _) => Select::Everything,
        }
    }

    /// Whether whole tables are read for it.
    #[must_use]
    pub fn is_scan(&self) -> bool {
        self.select() == Select::Everything
    }

    fn admits_record(&self, ledger: &Ledger) -> bool {
        let pair = &ledger.key.customer_tenant;
        self.customer.is_none_or(|customer| customer == pair.customer_id())
            && self.tenant.as_deref().is_none_or(|tenant| tenant == pair.tenant())
            && (self.work_order.is_none() || self.work_order == ledger.work_order_stem)
    }

    fn admits_time(&self, at: Timestamp) -> bool {
        self.since.is_none_or(|since| since <= at) && self.until.is_none_or(|until| at < until)
    }

    fn admits_entry(&self, entry: &HistoryEntry) -> bool {
        self.admits_time(entry.at)
            && self.operation.is_none_or(|operation| operation.name == entry.operation)
            && self.outcome.is_none_or(|outcome| outcome == Became::Accepted(entry.outcome))
    }

    /// Of what was rejected nobody knows whose it is.
    fn admits_rejected(&self) -> bool {
        self.customer.is_none()
            && self.tenant.is_none()
            && self.work_order.is_none()
            && self.outcome.is_none_or(|outcome| outcome == Became::Rejected)
    }
}

impl Newest {
    fn push(&mut self, arrival: Arrival) {
        self.held.push(Reverse(arrival));
        if self.held.len() > self.limit {
            self.held.pop();
        }
    }
}

/// Finds the newest events, newest first. `seen` is told of the records as they are read.
///
/// # Errors
/// If a store cannot be read.
pub async fn ask(stores: &Stores, question: &Question, mut seen: impl FnMut(u64)) -> anyhow::Result<Vec<Arrival>> {
    let mut newest = Newest { limit: question.limit, held: BinaryHeap::new() };
    if question.outcome != Some(Became::Rejected) {
        let mut variables: Vec<_> = operations(question.operation).map(|operation| operation.table_variable).collect();
        variables.dedup();
        for variable in variables {
            accepted(stores, question, variable, &mut newest, &mut seen).await?;
        }
    }
    if question.admits_rejected() {
        for operation in operations(question.operation) {
            rejected(stores, question, operation, &mut newest).await?;
        }
    }
    Ok(newest.held.into_sorted_vec().into_iter().map(|Reverse(arrival)| arrival).collect())
}

async fn accepted(
    stores: &Stores,
    question: &Question,
    variable: &str,
    newest: &mut Newest,
    seen: &mut impl FnMut(u64),
) -> anyhow::Result<()> {
    let Some(operation) = OPERATIONS.into_iter().find(|operation| operation.table_variable == variable) else {
        return Ok(());
    };
    let table = stores.table(operation);
    let span = Span { since: question.since };
    let mut after = None;
    loop {
        let page = table.page(&question.select(), span, Extent::Ledger, after).await?;
        seen(page.items.len() as u64);
        for item in page.items {
            // What was edited by hand is told by `reconcile`.
            let Some(ledger) = Ledger::from_item(item).ok().filter(|ledger| question.admits_record(ledger)) else {
                continue;
            };
            for entry in ledger.history.entries().iter().filter(|entry| question.admits_entry(entry)) {
                newest.push(Arrival::accepted(&ledger, entry));
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
}

/// The key of a rejected body tells its day, and only the body's metadata the time. So the newest days are gathered, until
/// they have as many as are asked for, and these are looked at.
async fn rejected(
    stores: &Stores,
    question: &Question,
    operation: &'static Operation,
    newest: &mut Newest,
) -> anyhow::Result<()> {
    let archive = stores.archive();
    let day = |time: Timestamp| TimeZone::UTC.to_datetime(time).date();
    let filter = Filter {
        since: question.since.map(day),
        until: question.until.map(day),
        not_before: question.since,
        ..Filter::default()
    };
    let mut days: BTreeMap<Date, Vec<(RejectedPlace, ArchiveKey)>> = BTreeMap::new();
    let mut listing = Listing::new(&archive, operation, filter);
    while let Some(page) = listing.page().await? {
        for (place, key) in page {
            days.entry(place.date).or_default().push((place, key));
        }
        let mut held: usize = days.values().map(Vec::len).sum();
        while let Some(oldest) = days.first_entry().filter(|oldest| held - oldest.get().len() >= question.limit) {
            held -= oldest.get().len();
            oldest.remove();
        }
    }
    let fetched = stream::iter(days.into_values().flatten()).map(async |(place, key)| {
        let fetched = archive.fetch(&key).await?;
        anyhow::Ok((place, key, fetched.body()))
    });
    let mut fetched = std::pin::pin!(fetched.buffer_unordered(CONCURRENCY));
    while let Some((place, key, body)) = fetched.try_next().await? {
        let Some(kept) = body else { continue };
        let Some(at) = kept.received_at.filter(|at| question.admits_time(*at)) else { continue };
        newest.push(Arrival {
            at,
            operation: operation.name,
            outcome: "Rejected".to_owned(),
            customer: None,
            record_id: None,
            work_order: None,
            reason: Some(place.reason.name()),
            request_id: place.request_id,
            archive_key: key.to_string(),
        });
    }
    Ok(())
}

impl Arrival {
    fn accepted(ledger: &Ledger, entry: &HistoryEntry) -> Self {
        let operation = OPERATIONS.into_iter().find(|operation| operation.name == entry.operation);
        Self {
            at: entry.at,
            operation: operation.map_or("unknown", |operation| operation.name),
            outcome: entry.outcome.name().to_owned(),
            customer: Some(ledger.key.customer_tenant.to_string()),
            record_id: Some(ledger.key.record_id.to_string()),
            work_order: ledger.work_order_stem.clone(),
            reason: None,
            request_id: entry.request_id.clone(),
            archive_key: entry.archive_key.to_string(),
        }
    }
}

/// RFC 3339, UTC, as the records have it.
pub(crate) fn in_milliseconds<S: serde::Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{time:.3}"))
}
