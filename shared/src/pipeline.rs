//! One request, step by step: authenticate, read, parse, authorise, archive and record, answer.

use std::error::Error;
use std::iter;
use std::time::Duration;

use aws_sdk_s3::error::{ErrorMetadata, SdkError};
use aws_sdk_s3::operation::put_object::PutObjectError;
use jiff::Timestamp;
use lambda_http::Request;
use tokio::time::timeout;

use crate::answer::Answer;
use crate::archive::{Archive, ArchiveEntry, ArchiveKey, Origin};
use crate::auth::{Caller, Gate};
use crate::event::{Event, ParsedEvent};
use crate::key::{RecordIdRule, RecordKey};
use crate::operation::Operation;
use crate::record::Outcome;
use crate::rejection::Rejection;
use crate::request::RawBody;
use crate::table::{Table, TableError};

/// For archiving and recording together, retries and lost races included. Leaves the function time to answer before its
/// timeout of 15 s.
pub const STORING: Duration = Duration::from_secs(12);

/// Everything that one function needs to answer a request.
#[derive(Debug, Clone)]
pub struct Pipeline {
    /// The operation that it serves.
    pub operation: &'static Operation,
    /// Who may write.
    pub gate: Gate,
    /// What identifies a record.
    pub record_id: RecordIdRule,
    /// Where bodies go.
    pub archive: Archive,
    /// Where records go.
    pub table: Table,
}

/// An answer, and what the log says about the request besides.
#[derive(Debug)]
pub struct Handled {
    /// The answer.
    pub answer: Answer,
    /// The name of the token that was accepted.
    pub token_name: Option<String>,
    /// How many bytes the body had, if it was read.
    pub body_bytes: usize,
}

impl Pipeline {
    /// Answers a request.
    pub async fn handle(&self, request: Request, request_id: &str) -> Handled {
        let received_at = now();
        let (head, body) = request.into_parts();
        let caller = match self.gate.admit(&head.headers, received_at) {
            Ok(caller) => caller,
            Err(reason) => return Handled { answer: Answer::Unauthorized(reason), token_name: None, body_bytes: 0 },
        };
        let body = RawBody::read(&caller, body, received_at);
        Handled {
            answer: if head.method == self.operation.method {
                self.take(&caller, &body, request_id).await
            } else {
                Answer::MethodNotAllowed { allowed: self.operation.method }
            },
            token_name: caller.token_name().map(str::to_owned),
            body_bytes: body.bytes.len(),
        }
    }

    /// Takes the body of an admitted sender.
    async fn take(&self, caller: &Caller<'_>, body: &RawBody, request_id: &str) -> Answer {
        let parsed = match ParsedEvent::parse(self.operation, &self.record_id, body, request_id) {
            Ok(parsed) => parsed,
            Err(rejection) => return self.reject(rejection, None, caller, body, request_id).await,
        };
        let key = parsed.key().clone();
        match parsed.authorise(caller) {
            Ok(event) => self.store(event, body).await,
            Err(rejection) => self.reject(rejection, Some(key), caller, body, request_id).await,
        }
    }

    /// Archives the body and records the event, at the same time. Both must succeed.
    async fn store(&self, event: Event, body: &RawBody) -> Answer {
        let entry = ArchiveEntry {
            key: &event.archive_key,
            body: body.bytes.clone(),
            digest: &body.digest,
            received_at: body.received_at,
            request_id: &event.request_id,
            origin: Origin::Accepted,
        };
        let stored = timeout(STORING, self.archive_and_record(&event, entry)).await;
        match stored.unwrap_or(Err(StoreError::TimedOut)) {
            Ok(outcome) => {
                Answer::Accepted { outcome, key: event.key, archive_key: event.archive_key, drift: event.drift.count() }
            }
            Err(error) => {
                log_failure("the event was not stored", &error, &event.request_id);
                let key = Some(event.key);
                match error {
                    StoreError::Table(TableError::Unreadable(_)) => Answer::Failed { key },
                    _ => Answer::Unavailable { key },
                }
            }
        }
    }

    async fn archive_and_record(&self, event: &Event, entry: ArchiveEntry<'_>) -> Result<Outcome, StoreError> {
        // Boxed, for the SDK's futures are large, and each function that they are awaited in would copy them. Both are
        // waited for even when one fails, so that nothing goes on behind the answer.
        let archived = Box::pin(self.archive.put(entry.clone()));
        let recorded = Box::pin(self.table.record(event));
        let (archived, recorded) = tokio::join!(archived, recorded);
        let recorded = recorded?;
        archived?;

        // The same bytes on another day have a key of their own. The first ones may have reached the table and not the
        // archive: their key must not lead nowhere. An event that is spelled otherwise is no stand-in: under a key that
        // names other bytes it would keep those out.
        if recorded.archive_key != event.archive_key && recorded.archive_key.is_of(entry.digest) {
            Box::pin(self.archive.put(ArchiveEntry { key: &recorded.archive_key, ..entry })).await?;
        }
        Ok(recorded.outcome)
    }

    /// Keeps a rejected body. A rejection that is not kept is our own trouble, and is not answered as the sender's.
    /// With it the name of the sender's token, for whoever would replay it: a body that could not be read was held
    /// against no token's customers.
    async fn reject(
        &self,
        rejection: Rejection,
        key: Option<RecordKey>,
        caller: &Caller<'_>,
        body: &RawBody,
        request_id: &str,
    ) -> Answer {
        let reason = rejection.reason;
        let archive_key = ArchiveKey::rejected(self.operation, reason.name(), request_id, body.received_at);
        let kept = Box::pin(self.archive.put(ArchiveEntry {
            key: &archive_key,
            body: body.bytes.clone(),
            digest: &body.digest,
            received_at: body.received_at,
            request_id,
            origin: Origin::Rejected { reason, token: caller.token_name() },
        }));
        let kept =
            timeout(STORING, kept).await.map_or(Err(StoreError::TimedOut), |kept| kept.map_err(StoreError::from));
        match kept {
            Ok(()) => Answer::Rejected { rejection, key },
            Err(error) => {
                log_failure("a rejected body was not kept", &error, request_id);
                Answer::Unavailable { key }
            }
        }
    }
}

/// Why an event was not stored.
#[derive(Debug, thiserror::Error)]
enum StoreError {
    #[error("S3 did not take the body")]
    Archive(#[source] Box<SdkError<PutObjectError>>),
    #[error(transparent)]
    Table(#[from] TableError),
    #[error("it took longer than {} s", STORING.as_secs())]
    TimedOut,
}

impl From<SdkError<PutObjectError>> for StoreError {
    fn from(error: SdkError<PutObjectError>) -> Self {
        Self::Archive(Box::new(error))
    }
}

/// The time, to the millisecond that a record keeps.
fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}

/// The SDK's errors say what happened only in their sources. Its own `DisplayErrorContext` would add their `Debug`, which
/// quotes the service's answer, and with it the record that stands in a refusal.
fn log_failure(what: &str, error: &(dyn Error + 'static), request_id: &str) {
    let causes = iter::successors(Some(error), |&error| error.source());
    // A service's own message may quote what it refuses. Its error code stands in the cause before.
    let causes: Vec<_> = causes.filter(|cause| !cause.is::<ErrorMetadata>()).map(ToString::to_string).collect();
    tracing::error!(request_id, error = causes.join(": "), "{what}");
}
