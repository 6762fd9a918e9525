//! Asking for the facts. What is not answered is not known, and no reason to stop.

mod metrics;
mod topic;

use std::fmt;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use dataconnect::archive::ArchiveKey;
use dataconnect::auth::AccessList;
use dataconnect::operation::Operation;
use dataconnect::payload::OPERATIONS;
use dataconnect::rejected::RejectedPlace;
use jiff::Timestamp;

use super::facts::{Access, Facts, Known, Rejected, Table, Token, Traffic, Waiting};
use crate::connect::{Place, Receiver, Stores};
use metrics::Metrics;

/// The tables, each by the operation that makes its records.
const TABLES: [&str; 4] = ["WorkOrdersTable", "PunchesTable", "IncidentsTable", "NotesTable"];
/// S3 gives no more keys at once, and nobody needs to know how many more there are.
const COUNTED: u16 = 1_000;

/// What is known of a receiver.
///
/// # Errors
/// If its stores are not known.
pub(super) async fn facts(receiver: &Receiver) -> anyhow::Result<Facts> {
    let (now, stores) = (Timestamp::now(), receiver.stores()?);
    let metrics = Metrics::of(receiver, now);
    let mut facts = Facts {
        now,
        access: access(receiver, &metrics).await,
        subscribers: topic::subscribers(receiver).await,
        tables: Vec::new(),
        rejected: Vec::new(),
        traffic: Vec::new(),
    };
    for output in TABLES {
        facts.tables.push(table(receiver, &stores, output).await);
    }
    for operation in OPERATIONS {
        facts.rejected.push(Rejected { operation: operation.name, waiting: waiting(&stores, operation).await });
        facts.traffic.push(Traffic {
            operation: operation.name,
            last: metrics.last_accepted(operation).await,
            silence_hours: silence_hours(receiver, operation),
        });
    }
    Ok(facts)
}

/// Why only a deployed stack could say, or `None` for one.
fn undeployed(receiver: &Receiver) -> Option<&'static str> {
    match receiver.place {
        Place::Stack(_) => None,
        Place::Local(_) => Some("the local stack has none of this; only AWS can say"),
        Place::Named => Some("no stack was asked; name it with --stack"),
    }
}

async fn access(receiver: &Receiver, metrics: &Metrics) -> Known<Access> {
    if let (Place::Named, Some(why)) = (&receiver.place, undeployed(receiver)) {
        return Known::NotVerified(why.to_owned());
    }
    if receiver.parameter("Authentication") == Some("off") {
        return Known::Is(Access::Anybody);
    }
    let list = match receiver.access_tokens().map(|setting| setting.parse::<AccessList>()) {
        Ok(Ok(list)) => list,
        Ok(Err(error)) => return Known::Is(Access::Malformed(error.to_string())),
        Err(error) => return Known::NotVerified(format!("{error:#}")),
    };
    let mut tokens = Vec::new();
    for entry in list.entries() {
        tokens.push(Token { entry: entry.clone(), uses: metrics.token_uses(&entry.name).await });
    }
    Known::Is(Access::Tokens(tokens))
}

async fn table(receiver: &Receiver, stores: &Stores, output: &'static str) -> Table {
    if let (Place::Local(_), Some(why)) = (&receiver.place, undeployed(receiver)) {
        let unknown = || Known::NotVerified(why.to_owned());
        return Table { output, point_in_time_recovery: unknown(), deletion_protection: unknown() };
    }
    let name = receiver.output(output).unwrap_or_default();
    let backups = stores.dynamodb.describe_continuous_backups().table_name(name).send().await;
    let recovery = answered(backups).map(|backups| {
        let described = backups.continuous_backups_description.and_then(|one| one.point_in_time_recovery_description);
        let status = described.and_then(|one| one.point_in_time_recovery_status);
        status.is_some_and(|status| status.as_str() == "ENABLED")
    });
    let described = stores.dynamodb.describe_table().table_name(name).send().await;
    let protection = answered(described)
        .map(|described| described.table.and_then(|table| table.deletion_protection_enabled).unwrap_or_default());
    Table { output, point_in_time_recovery: recovery, deletion_protection: protection }
}

async fn waiting(stores: &Stores, operation: &Operation) -> Known<Waiting> {
    let listed = stores.archive().list(&ArchiveKey::rejected_folder(operation), None, COUNTED).await;
    answered(listed).map(|listed| Waiting {
        count: listed.objects.len(),
        and_more: listed.is_truncated,
        // The keys are in their order, and the day stands first in it.
        since: listed
            .objects
            .first()
            .and_then(|object| RejectedPlace::of(&object.key))
            .map(|place| place.date.to_string()),
    })
}

/// The parameter `PostPunchesSilenceHours` of `post-punches`.
fn silence_hours(receiver: &Receiver, operation: &Operation) -> u32 {
    let name = format!("{}SilenceHours", operation.name.replace('-', ""));
    receiver.parameter_like(&name).and_then(|hours| hours.parse().ok()).unwrap_or_default()
}

/// What AWS answered, or why it did not.
fn answered<T, E, R>(result: Result<T, SdkError<E, R>>) -> Known<T>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: fmt::Debug + Send + Sync + 'static,
{
    result.map_or_else(
        |error| {
            let refused = error.code().map(|code| format!("AWS refuses: {code}"));
            Known::NotVerified(refused.unwrap_or_else(|| format!("no answer: {:#}", anyhow::Error::new(error))))
        },
        Known::Is,
    )
}

impl<T> Known<T> {
    fn map<U>(self, change: impl FnOnce(T) -> U) -> Known<U> {
        match self {
            Self::Is(value) => Known::Is(change(value)),
            Self::NotVerified(why) => Known::NotVerified(why),
        }
    }
}
