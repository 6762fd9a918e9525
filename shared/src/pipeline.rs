//! One request, step by step: authenticate, read, parse, authorise, archive and record, answer.

use std::error::Error;
use std::iter;
use std::time::Duration;

use jiff::Timestamp;
use lambda_http::Request;
use tokio::time::timeout;

use crate::answer::Answer;
use crate::archive::{Archive, ArchiveEntry, ArchiveKey};
use crate::auth::{Caller, Gate};
use crate::event::{Event, ParsedEvent};
use crate::key::{RecordIdRule, RecordKey};
use crate::operation::Operation;
use crate::rejection::Rejection;
use crate::request::RawBody;
use crate::table::{Table, TableError};

/// For archiving and recording together, retries and lost races included. Leaves the function time to answer before its
/// timeout of 15 s.
const STORING: Duration = Duration::from_secs(12);

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
            Err(rejection) => return self.reject(rejection, None, body, request_id).await,
        };
        let key = parsed.key().clone();
        match parsed.authorise(caller) {
            Ok(event) => self.store(event, body).await,
            Err(rejection) => self.reject(rejection, Some(key), body, request_id).await,
        }
    }

    /// Archives the body and records the event, at the same time. Both must succeed.
    async fn store(&self, event: Event, body: &RawBody) -> Answer {
        // Boxed, for the SDK's futures are large, and each function that they are awaited in would copy them.
        let archived = Box::pin(self.archive.put(ArchiveEntry {
            key: &event.archive_key,
            body: body.bytes.clone(),
            digest: &body.digest,
            received_at: body.received_at,
            request_id: &event.request_id,
            reason: None,
        }));
        let recorded = Box::pin(self.table.record(&event));

        // Both are waited for even when one fails, so that nothing goes on behind the answer.
        let Ok((archived, recorded)) = timeout(STORING, async { tokio::join!(archived, recorded) }).await else {
            tracing::error!(
                request_id = event.request_id,
                "neither or only one of archive and table took the event in time"
            );
            return Answer::Unavailable;
        };
        if let Err(error) = &archived {
            log_failure("the archive did not take the body", error, &event.request_id);
        }
        if let Err(error) = &recorded {
            log_failure("the table did not take the record", error, &event.request_id);
        }
        match (archived, recorded) {
            (Ok(()), Ok(outcome)) => {
                Answer::Accepted { outcome, key: event.key, archive_key: event.archive_key, drift: event.drift.count() }
            }
            (_, Err(TableError::Unreadable(_))) => Answer::Failed,
            _ => Answer::Unavailable,
        }
    }

    /// Keeps a rejected body. A rejection that is not kept is our own trouble, and is not answered as the sender's.
    async fn reject(&self, rejection: Rejection, key: Option<RecordKey>, body: &RawBody, request_id: &str) -> Answer {
        let reason = rejection.reason.name();
        let archive_key = ArchiveKey::rejected(self.operation, reason, request_id, body.received_at);
        let kept = Box::pin(self.archive.put(ArchiveEntry {
            key: &archive_key,
            body: body.bytes.clone(),
            digest: &body.digest,
            received_at: body.received_at,
            request_id,
            reason: Some(reason),
        }));
        match timeout(STORING, kept).await {
            Ok(Ok(())) => Answer::Rejected { rejection, key },
            Ok(Err(error)) => {
                log_failure("the archive did not take a rejected body", &error, request_id);
                Answer::Unavailable
            }
            Err(_) => {
                tracing::error!(request_id, "the archive did not take a rejected body in time");
                Answer::Unavailable
            }
        }
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
    let causes: Vec<_> = iter::successors(Some(error), |&error| error.source()).map(ToString::to_string).collect();
    tracing::error!(request_id, error = causes.join(": "), "{what}");
}
