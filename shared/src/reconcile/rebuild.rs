//! Makes records anew from the archive, in memory, and compares them with those of the table.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};

use super::listing::Listing;
use super::{Plan, ReconcileError, Reconciler, Scope};
use crate::archive::{ArchiveKey, Location};
use crate::event::Event;
use crate::key::RecordKey;
use crate::record::{HistoryEntry, Record, UnreadableItem, merge, to_object};

/// Makes the records of one table anew, and compares.
///
/// The bodies of a record lie under many days, so its keys have to be gathered first. Where there are more keys than
/// `keys_at_once`, that is done for a part of the records at a time, and the archive is listed again for each part: what
/// is held does not grow with the archive, the listings do.
#[derive(Debug, Clone)]
pub struct Rebuilder {
    /// The reconcilers of the operations that write to the table.
    pub operations: Vec<Reconciler>,
    /// Whose records.
    pub scope: Scope,
    /// How many keys are held at once, more or less. A key is some 150 bytes.
    pub keys_at_once: usize,
    /// How many records are made at once.
    pub concurrency: usize,
}

/// Where a run is, for a later one to go on from.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Place {
    part: u64,
    parts: u64,
    /// The record that was done last in that part.
    after: Option<String>,
}

/// A record, made anew.
#[derive(Debug, Clone)]
pub struct Rebuilt {
    /// Its tenant, customer and id, as the archive's keys have them.
    pub record: String,
    /// How many events the archive has of it.
    pub events: usize,
    /// How many of its objects are no events of it.
    pub unreadable: usize,
    /// How the table's compares.
    pub verdict: Verdict,
    /// Where to go on behind it.
    pub place: Place,
}

/// How a record that was made anew compares with the table's.
///
/// Not compared is `Drift`: another version of the receiver may find other differences in the same body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// They are the same.
    Same,
    /// They are the same if the events are applied in the order and with the times of the table's history. Deliveries
    /// raced, were repeated after an error, or were repaired.
    OtherOrder,
    /// The table's is what its history makes of the archive, and the archive has events that its history does not have.
    /// Reconciling says what they are.
    Fewer {
        /// How many.
        events: usize,
    },
    /// The table's is another. Names the attributes.
    Different(Vec<String>),
    /// The table has no such record.
    Absent,
    /// The table's history is long and dropped some of its events.
    CannotTell {
        /// How many.
        dropped: u64,
    },
    /// The table's is not as the receiver writes it.
    Unreadable(UnreadableItem),
    /// None of the objects is an event of it.
    NoEvents,
}

/// The keys of the records of one part.
type Gathered = BTreeMap<String, Vec<(usize, ArchiveKey)>>;

impl Rebuilder {
    /// Makes all records anew, from a place of an earlier run. Writes nothing.
    ///
    /// After an error the stream ends.
    #[must_use]
    pub fn run(&self, from: Option<Place>) -> BoxStream<'_, Result<Rebuilt, ReconcileError>> {
        let start = from.unwrap_or(Place { part: 0, parts: 1, after: None });
        let parts = stream::try_unfold(Some(start), move |state| async move {
            let Some(Place { part, parts, after }) = state else { return Ok(None) };
            let (mut gathered, parts) = self.gather(part, parts).await?;
            if let Some(after) = after {
                gathered = gathered.split_off(&format!("{after}\0"));
            }
            let records = gathered.into_iter().map(move |(record, keys)| Ok((part, parts, record, keys)));
            let next = (part + 1 < parts).then_some(Place { part: part + 1, parts, after: None });
            Ok(Some((stream::iter(records), next)))
        });
        let rebuilt = parts.try_flatten().map_ok(move |(part, parts, record, keys)| async move {
            let place = Place { part, parts, after: Some(record.clone()) };
            self.rebuild(record, keys, place).await
        });
        rebuilt.try_buffered(self.concurrency).boxed()
    }

    /// Gathers the keys of a part's records. The first part finds out how many parts there are: whenever its keys become
    /// too many, every other record is left to a later part.
    async fn gather(&self, part: u64, mut parts: u64) -> Result<(Gathered, u64), ReconcileError> {
        let mut gathered = Gathered::new();
        let mut held = 0;
        for (index, reconciler) in self.operations.iter().enumerate() {
            let plan = Plan { scope: self.scope.clone(), ..Plan::report() };
            let mut listing = Listing::new(&reconciler.archive, reconciler.operation, plan);
            while let Some(keys) = listing.page().await? {
                for key in keys {
                    let Some(record) = record_of(&key).filter(|record| hash(record) % parts == part) else { continue };
                    gathered.entry(record).or_default().push((index, key));
                    held += 1;
                }
                while part == 0 && held > self.keys_at_once && gathered.len() > 1 {
                    parts *= 2;
                    gathered.retain(|record, _| hash(record).is_multiple_of(parts));
                    held = gathered.values().map(Vec::len).sum();
                }
            }
        }
        Ok((gathered, parts))
    }

    async fn rebuild(
        &self,
        record: String,
        keys: Vec<(usize, ArchiveKey)>,
        place: Place,
    ) -> Result<Rebuilt, ReconcileError> {
        let mut events = Vec::with_capacity(keys.len());
        for (index, key) in &keys {
            if let Ok(event) = self.operations[*index].load(key).await? {
                events.push(event);
            }
        }
        let unreadable = keys.len() - events.len();
        let verdict = match events.first() {
            None => Verdict::NoEvents,
            Some(first) => self.compare(&first.key.clone(), &mut events).await?,
        };
        Ok(Rebuilt { record, events: events.len(), unreadable, verdict, place })
    }

    async fn compare(&self, key: &RecordKey, events: &mut [Event]) -> Result<Verdict, ReconcileError> {
        let Some(reconciler) = self.operations.first() else { return Ok(Verdict::Absent) };
        let held = reconciler.table.get(key).await.map_err(ReconcileError::Store)?;
        Ok(match held {
            Err(unreadable) => Verdict::Unreadable(unreadable),
            Ok(None) => Verdict::Absent,
            Ok(Some(held)) => verdict(&held, events),
        })
    }
}

/// Compares a record with what events make of it.
fn verdict(held: &Record, events: &mut [Event]) -> Verdict {
    events.sort_by(|one, other| (one.received_at, &one.archive_key).cmp(&(other.received_at, &other.archive_key)));
    if apply(events.iter()).is_some_and(|record| differences(&record, held).is_empty()) {
        return Verdict::Same;
    }
    if held.history.dropped() > 0 {
        return Verdict::CannotTell { dropped: held.history.dropped() };
    }
    let mut retold = Vec::new();
    for entry in held.history.entries() {
        let event = events.iter().find(|event| is_event_of(event, entry));
        retold.extend(event.map(|event| Event {
            received_at: entry.at,
            request_id: entry.request_id.clone(),
            ..event.clone()
        }));
    }
    let is_held = |event: &&Event| held.history.find(event.operation.name, &event.content_hash).is_some();
    let fewer = events.iter().filter(|event| !is_held(event)).count();
    let differences = match apply(retold.iter()) {
        Some(record) => differences(&record, held),
        None => vec!["History".to_owned()],
    };
    match (differences.is_empty(), fewer) {
        (true, 0) => Verdict::OtherOrder,
        (true, events) => Verdict::Fewer { events },
        (false, _) => Verdict::Different(differences),
    }
}

fn apply<'e>(events: impl Iterator<Item = &'e Event>) -> Option<Record> {
    events.fold(None, |record, event| Some(merge(record, event).0))
}

fn is_event_of(event: &Event, entry: &HistoryEntry) -> bool {
    event.archive_key == entry.archive_key && event.operation.name == entry.operation
}

/// The names of the attributes in which two records of one key differ.
fn differences(one: &Record, other: &Record) -> Vec<String> {
    let deletion = |record: &Record| record.deletion.as_ref().map(|deletion| to_object(&deletion.body));
    let deleted_at = |record: &Record| record.deletion.as_ref().map(|deletion| deletion.at);
    let own = [
        ("WorkOrderStem", one.work_order_stem == other.work_order_stem),
        ("ReceivedAt", one.received_at == other.received_at),
        ("UpdatedAt", one.updated_at == other.updated_at),
        ("Revision", one.revision == other.revision),
        ("History", one.history == other.history),
        ("DeletedAt", deleted_at(one) == deleted_at(other)),
        ("Deletion", deletion(one) == deletion(other)),
    ];
    let (members, others) = (to_object(&one.members), to_object(&other.members));
    let mut names: Vec<_> = members.keys().chain(others.keys()).collect();
    names.sort();
    names.dedup();
    let differing = names.into_iter().filter(|name| members.get(*name) != others.get(*name)).cloned();
    let own = own.into_iter().filter(|(_, same)| !same).map(|(name, _)| name.to_owned());
    differing.chain(own).collect()
}

/// A record's name among those of its table, whatever the operation and the day.
fn record_of(key: &ArchiveKey) -> Option<String> {
    let location = Location::of(key)?;
    let (_, customer) = location.customer_folder.split_once("/tenant=")?;
    Some(format!("tenant={customer}{}", location.record))
}

/// The same in every run of the same program.
fn hash(record: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    record.hash(&mut hasher);
    hasher.finish()
}
