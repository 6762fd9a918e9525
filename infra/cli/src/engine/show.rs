//! One record: what it is, and what made it so.

use dataconnect::archive::KeptBody;
use dataconnect::json::{self, Json, Object};
use dataconnect::key::{CustomerTenant, RecordId, RecordKey};
use dataconnect::operation::{Effect, Operation};
use dataconnect::payload::OPERATIONS;
use dataconnect::record::{HistoryEntry, Record, UnreadableItem};

use super::diff::{Change, changes};
use crate::connect::Stores;

/// Which record.
#[derive(Debug, Clone)]
pub struct Question {
    /// Its id.
    pub id: String,
    /// Whose.
    pub customer: Option<CustomerTenant>,
    /// An operation that writes its table.
    pub operation: Option<&'static Operation>,
}

/// A record that was found.
#[derive(Debug)]
pub struct Shown {
    /// An operation that writes its table.
    pub operation: &'static Operation,
    /// Its key.
    pub key: RecordKey,
    /// It, or what is wrong with it.
    pub record: Result<Record, UnreadableItem>,
}

/// An event of a record, with its body.
#[derive(Debug)]
pub struct Revision {
    /// The event.
    pub entry: HistoryEntry,
    /// Its body; `None` if the archive does not give it.
    pub body: Option<KeptBody>,
    /// What it changed of the body before it. `None` for the first, for a deletion, and where one of both cannot be read.
    pub changes: Option<Vec<Change>>,
}

/// Finds the records of an id in whichever table. Without a customer that is a Scan of each table.
///
/// # Errors
/// If a store cannot be read.
pub async fn find(stores: &Stores, question: &Question) -> anyhow::Result<Vec<Shown>> {
    let mut tables: Vec<&'static Operation> = Vec::new();
    for operation in question.operation.map_or(OPERATIONS.to_vec(), |operation| vec![operation]) {
        if tables.iter().all(|known| known.table_variable != operation.table_variable) {
            tables.push(operation);
        }
    }
    let mut found = Vec::new();
    for operation in tables {
        let table = stores.table(operation);
        for key in keys(stores, operation, question).await? {
            match table.get(&key).await? {
                Ok(None) => {}
                Ok(Some(record)) => found.push(Shown { operation, key, record: Ok(record) }),
                Err(unreadable) => found.push(Shown { operation, key, record: Err(unreadable) }),
            }
        }
    }
    Ok(found)
}

async fn keys(stores: &Stores, operation: &Operation, question: &Question) -> anyhow::Result<Vec<RecordKey>> {
    if let Some(pair) = &question.customer {
        let record_id = RecordId::from_stored(question.id.clone());
        return Ok(vec![RecordKey { customer_tenant: pair.clone(), record_id }]);
    }
    let table = stores.table(operation);
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let (keys, next) = table.keys_of(&question.id, after).await?;
        found.extend(keys);
        after = next;
        if after.is_none() {
            return Ok(found);
        }
    }
}

/// Reads the bodies of a record's events, oldest first, and says what each changed. Holds them all: 200 at most.
///
/// # Errors
/// If the archive cannot be read.
pub async fn revisions(stores: &Stores, record: &Record) -> anyhow::Result<Vec<Revision>> {
    let archive = stores.archive();
    let mut revisions = Vec::new();
    let mut before: Option<Object> = None;
    for entry in record.history.entries() {
        let body = archive.fetch(&entry.archive_key).await?.body();
        let writes = |operation: &&Operation| operation.name == entry.operation && operation.effect == Effect::Write;
        let mut changed = None;
        if OPERATIONS.iter().any(writes) {
            let after = body.as_ref().and_then(|body| members(&body.bytes));
            changed = before.as_ref().zip(after.as_ref()).map(|(before, after)| changes(before, after));
            before = after;
        }
        revisions.push(Revision { entry: entry.clone(), body, changes: changed });
    }
    Ok(revisions)
}

fn members(body: &[u8]) -> Option<Object> {
    match json::parse(body).ok()?.root {
        Json::Object(members) => Some(members),
        _ => None,
    }
}
