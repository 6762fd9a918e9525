//! One table of records: what an event does to it.

mod read;

use std::convert::Infallible;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};

use crate::archive::ArchiveKey;
use crate::event::Event;
use crate::record::{Attributes, Outcome, Record, UnreadableItem, attribute, merge};

pub use read::{Cursor, Extent, Ledger, Page, Select, Span, key_of};

/// Writes that are tried when others come first. Each refusal means that another writer got through, so this many
/// racing corrections of one record all do.
const MAX_ATTEMPTS: u32 = 40;
/// The longest pause after a first lost race; it doubles with each, up to the limit below.
const FIRST_PAUSE: Duration = Duration::from_millis(4);
/// The longest pause of all.
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// A table of records.
#[derive(Debug, Clone)]
pub struct Table {
    client: Client,
    name: String,
}

/// Why an event was not recorded.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// What the SDK says after its own retries.
    #[error("DynamoDB did not take the record")]
    Put(#[source] Box<SdkError<PutItemError>>),
    /// Others wrote the record first, every time.
    #[error("the record changed {MAX_ATTEMPTS} times while it was written")]
    Contended,
    /// The record in the table is not as the receiver writes it.
    #[error(transparent)]
    Unreadable(#[from] UnreadableItem),
}

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// What it did to its record.
    pub outcome: Outcome,
    /// Where the record's history says that its body is. Of a duplicate, that is where the first one went.
    pub archive_key: ArchiveKey,
}

/// What a record must be for a write to be taken.
enum Expected {
    /// Not there.
    Absent,
    /// There, and still of this revision.
    Revision(u64),
}

/// What became of a write.
enum Put {
    Written,
    /// The record is not as expected, but as given here.
    Refused(Option<Attributes>),
}

impl Table {
    /// The table of a name.
    #[must_use]
    pub fn new(client: Client, name: String) -> Self {
        Self { client, name }
    }

    /// Applies an event to its record: one write and no read where no such record exists. Where one does, `DynamoDB`
    /// hands it back with its refusal, and the merge with it is written unless yet another write came between.
    ///
    /// # Errors
    /// [`TableError`] when nothing was written, or when it is not known.
    pub async fn record(&self, event: &Event) -> Result<Recorded, TableError> {
        let Ok(recorded) = self.record_unless(event, |_| None::<Infallible>).await?;
        Ok(recorded)
    }

    /// Does as [`record`](Self::record) does, unless the record that it finds is refused. What is refused or not is the
    /// very record that the write replaces: no other write comes between.
    ///
    /// # Errors
    /// [`TableError`] when nothing was written, or when it is not known.
    pub(crate) async fn record_unless<R>(
        &self,
        event: &Event,
        refuse: impl Fn(&Record) -> Option<R>,
    ) -> Result<Result<Recorded, R>, TableError> {
        let mut existing: Option<Record> = None;
        for attempt in 0..MAX_ATTEMPTS {
            if let Some(refusal) = existing.as_ref().and_then(&refuse) {
                return Ok(Err(refusal));
            }
            let expected = match &existing {
                None => Expected::Absent,
                Some(record) => Expected::Revision(record.revision),
            };
            let (record, outcome) = merge(existing, event);
            if matches!(expected, Expected::Revision(seen) if seen == record.revision) {
                let known = record.history.find(event.operation.name, &event.content_hash);
                let archive_key = known.map_or_else(|| event.archive_key.clone(), |entry| entry.archive_key.clone());
                return Ok(Ok(Recorded { outcome, archive_key }));
            }
            match self.put(record.into_item(), expected).await? {
                Put::Written => return Ok(Ok(Recorded { outcome, archive_key: event.archive_key.clone() })),
                Put::Refused(item) => existing = item.map(Record::from_item).transpose()?,
            }
            // The first refusal is no race: it is how an existing record is read.
            if attempt > 0 {
                tokio::time::sleep(pause(attempt)).await;
            }
        }
        Err(TableError::Contended)
    }

    async fn put(&self, item: Attributes, expected: Expected) -> Result<Put, TableError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(item))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let put = match expected {
            Expected::Absent => put
                .condition_expression("attribute_not_exists(#key)")
                .expression_attribute_names("#key", attribute::CUSTOMER_TENANT),
            Expected::Revision(seen) => put
                .condition_expression("#revision = :seen")
                .expression_attribute_names("#revision", attribute::REVISION)
                .expression_attribute_values(":seen", AttributeValue::N(seen.to_string())),
        };
        match put.send().await {
            Ok(_) => Ok(Put::Written),
            Err(error) if error.as_service_error().is_some_and(PutItemError::is_conditional_check_failed_exception) => {
                // Moved, for it may be a long record.
                match error.into_service_error() {
                    PutItemError::ConditionalCheckFailedException(refusal) => Ok(Put::Refused(refusal.item)),
                    _ => Ok(Put::Refused(None)),
                }
            }
            Err(error) => Err(TableError::Put(Box::new(error))),
        }
    }
}

/// A random pause ("full jitter") that grows with the attempts, so that writers of one record get out of step.
fn pause(attempt: u32) -> Duration {
    let longest = FIRST_PAUSE.saturating_mul(1 << (attempt - 1).min(10)).min(LONGEST_PAUSE);
    longest.mul_f64(fastrand::f64())
}
