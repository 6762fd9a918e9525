//! What was rejected: how much of it, one of it, and taking it in after all.

use std::collections::BTreeMap;

use dataconnect::archive::{Archive, ArchiveKey, KeptBody};
use dataconnect::auth::Gate;
use dataconnect::operation::Operation;
use dataconnect::payload::OPERATIONS;
use dataconnect::rejected::{Filter, Listing, NotReplayed, Prospect, RejectedPlace, Replayed, Replayer};
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Serialize, Serializer};

use super::operations;
use crate::connect::{Receiver, Stores};

/// Bodies that are read or replayed at once.
const CONCURRENCY: usize = 16;

/// Which of the rejected.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// Sent to this operation.
    pub operation: Option<&'static Operation>,
    /// Of these days, for this reason.
    pub filter: Filter,
}

/// The rejected of one operation and reason.
#[derive(Debug, Clone)]
pub struct Heap {
    /// The place of the one that was listed last: the operation, the reason, and the last day.
    pub last: RejectedPlace,
    /// Its key.
    pub last_key: ArchiveKey,
    /// The first day.
    pub since: Date,
    /// How many.
    pub count: u64,
}

/// What became of one.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fate {
    /// The archive's day of it, UTC.
    #[serde(skip)]
    pub date: Date,
    /// When it first came. `None` of what is no event.
    #[serde(serialize_with = "milliseconds")]
    pub received_at: Option<Timestamp>,
    /// The operation's name.
    pub operation: &'static str,
    /// Why it was rejected.
    pub reason: &'static str,
    /// The request that it came with.
    pub request_id: String,
    /// What became of it, or would.
    pub fate: Kind,
    /// Its record, if it is an event.
    pub record: Option<String>,
    /// What it did to its record, or why it stays.
    pub detail: String,
    /// Where its body is now.
    pub archive_key: String,
}

/// What became of one, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// It was taken in.
    TakenIn,
    /// It would be.
    WouldBeTakenIn,
    /// It stays where it is.
    Stays,
}

/// Counts the rejected by operation and reason. Lists keys, and reads no body.
///
/// # Errors
/// If the archive cannot be listed.
pub async fn heaps(stores: &Stores, question: &Question) -> anyhow::Result<Vec<Heap>> {
    let archive = stores.archive();
    let mut heaps: BTreeMap<(&str, &str), Heap> = BTreeMap::new();
    for operation in operations(question.operation) {
        let mut listing = Listing::new(&archive, operation, question.filter.clone());
        while let Some(page) = listing.page().await? {
            for (place, key) in page {
                let heap = heaps.entry((operation.name, place.reason.name())).or_insert_with(|| Heap {
                    last: place.clone(),
                    last_key: key.clone(),
                    since: place.date,
                    count: 0,
                });
                heap.count += 1;
                (heap.last, heap.last_key) = (place, key);
            }
        }
    }
    Ok(heaps.into_values().collect())
}

/// Finds one by its request id or its key. By the request id, the keys are listed until it is found.
///
/// # Errors
/// If the archive cannot be listed.
pub async fn find(stores: &Stores, id: &str) -> anyhow::Result<Option<(RejectedPlace, ArchiveKey)>> {
    let key = ArchiveKey::from_stored(id.to_owned());
    if let Some(place) = RejectedPlace::of(&key) {
        return Ok(Some((place, key)));
    }
    let archive = stores.archive();
    for operation in OPERATIONS {
        let mut listing = Listing::new(&archive, operation, Filter::default());
        while let Some(page) = listing.page().await? {
            if let Some(found) = page.into_iter().find(|(place, _)| place.request_id == id) {
                return Ok(Some(found));
            }
        }
    }
    Ok(None)
}

/// The body of one, as it arrived.
///
/// # Errors
/// If the archive does not give it.
pub async fn body(stores: &Stores, key: &ArchiveKey) -> anyhow::Result<Option<KeptBody>> {
    Ok(stores.archive().fetch(key).await?.body())
}

/// The replayer of an operation, with the settings now in force. Where nobody knows which tokens are accepted, somebody
/// has to vouch.
///
/// # Errors
/// If a setting is malformed, or the tokens are not known.
pub fn replayer(
    receiver: &Receiver,
    stores: &Stores,
    operation: &'static Operation,
    vouched_by: Option<String>,
) -> anyhow::Result<Replayer> {
    let gate = match receiver.gate()? {
        Some(gate) => gate,
        None if vouched_by.is_some() => Gate::Open,
        None => anyhow::bail!(
            "it is not known which tokens may write what: set ACCESS_TOKENS as the functions have it, or vouch for the \
             senders with --vouched-by"
        ),
    };
    Ok(Replayer {
        operation,
        record_id: receiver.record_id(operation)?,
        gate,
        vouched_by,
        archive: stores.archive(),
        table: stores.table(operation),
    })
}

/// Looks at each of the rejected, or takes it in, a day at a time: those of one record in the order in which they came,
/// so that the latest stands. What is done is not there any more, so doing it again goes on where it was stopped.
///
/// # Errors
/// If a store fails; what was told until then is done.
pub async fn go_through(
    replayers: &[Replayer],
    question: &Question,
    is_dry_run: bool,
    mut tell: impl FnMut(Fate) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    for replayer in
        replayers.iter().filter(|one| operations(question.operation).any(|asked| asked.name == one.operation.name))
    {
        let mut listing = Listing::new(&replayer.archive, replayer.operation, question.filter.clone());
        let mut day: Vec<(RejectedPlace, ArchiveKey)> = Vec::new();
        while let Some(page) = listing.page().await? {
            for (place, key) in page {
                if day.last().is_some_and(|(last, _)| last.date != place.date) {
                    take_day(replayer, std::mem::take(&mut day), is_dry_run, &mut tell).await?;
                }
                day.push((place, key));
            }
        }
        take_day(replayer, day, is_dry_run, &mut tell).await?;
    }
    Ok(())
}

/// Takes those of a day, or the one that is asked for.
///
/// # Errors
/// As [`go_through`].
pub async fn take_day(
    replayer: &Replayer,
    day: Vec<(RejectedPlace, ArchiveKey)>,
    is_dry_run: bool,
    tell: &mut impl FnMut(Fate) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let examined = stream::iter(day).map(|(place, key)| async move {
        let prospect = replayer.examine(&key).await?;
        anyhow::Ok((place, key, prospect))
    });
    let mut examined = examined.buffered(CONCURRENCY);
    let mut events: BTreeMap<String, Vec<(Timestamp, Fate, ArchiveKey)>> = BTreeMap::new();
    while let Some((place, key, prospect)) = examined.try_next().await? {
        match prospect {
            Prospect::Stays(why) => tell(Fate::stays(&place, &key, &why))?,
            Prospect::New(event) | Prospect::Known(event) if is_dry_run => {
                tell(Fate::of_event(&place, &event, Kind::WouldBeTakenIn, "by the settings now in force"))?;
            }
            Prospect::New(event) | Prospect::Known(event) => {
                let fate = Fate::of_event(&place, &event, Kind::TakenIn, "");
                events.entry(fate.record.clone().unwrap_or_default()).or_default().push((event.received_at, fate, key));
            }
        }
    }
    let by_record = stream::iter(events.into_values()).map(|mut events| async move {
        events.sort_by_key(|(received_at, ..)| *received_at);
        let mut fates = Vec::with_capacity(events.len());
        for (_, fate, key) in events {
            fates.push(match replayer.replay(&key).await? {
                Replayed::Accepted { outcome, archive_key } => {
                    Fate { detail: outcome.name().to_owned(), archive_key: archive_key.to_string(), ..fate }
                }
                Replayed::Stays(why) => {
                    Fate { fate: Kind::Stays, detail: why.to_string(), archive_key: key.to_string(), ..fate }
                }
            });
        }
        anyhow::Ok(fates)
    });
    let mut by_record = by_record.buffer_unordered(CONCURRENCY);
    while let Some(fates) = by_record.try_next().await? {
        fates.into_iter().try_for_each(&mut *tell)?;
    }
    Ok(())
}

impl Fate {
    fn stays(place: &RejectedPlace, key: &ArchiveKey, why: &NotReplayed) -> Self {
        Self {
            date: place.date,
            received_at: None,
            operation: place.operation.name,
            reason: place.reason.name(),
            request_id: place.request_id.clone(),
            fate: Kind::Stays,
            record: None,
            detail: why.to_string(),
            archive_key: key.to_string(),
        }
    }

    fn of_event(place: &RejectedPlace, event: &dataconnect::event::Event, fate: Kind, detail: &str) -> Self {
        Self {
            date: place.date,
            received_at: Some(event.received_at),
            operation: place.operation.name,
            reason: place.reason.name(),
            request_id: place.request_id.clone(),
            fate,
            record: Some(format!("{} {}", event.key.customer_tenant, event.key.record_id)),
            detail: detail.to_owned(),
            archive_key: event.archive_key.to_string(),
        }
    }
}

/// Of the archive's rejected, what the latest of a heap is by the rules now in force, in a sentence.
///
/// # Errors
/// If the archive cannot be read.
pub async fn sentence(replayer: &Replayer, key: &ArchiveKey) -> anyhow::Result<String> {
    Ok(match replayer.examine(key).await? {
        Prospect::New(_) => "would be taken in by the settings now in force".to_owned(),
        Prospect::Known(_) => "came again since, and was accepted".to_owned(),
        Prospect::Stays(why) => why.to_string(),
    })
}

/// How many there are.
///
/// # Errors
/// If the archive cannot be listed.
pub async fn count(archive: &Archive, question: &Question) -> anyhow::Result<u64> {
    let mut count = 0;
    for operation in operations(question.operation) {
        let mut listing = Listing::new(archive, operation, question.filter.clone());
        while let Some(page) = listing.page().await? {
            count += page.len() as u64;
        }
    }
    Ok(count)
}

#[expect(clippy::ref_option, reason = "serde hands it over so")]
fn milliseconds<S: Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(|time| format!("{time:.3}")).serialize(serializer)
}
