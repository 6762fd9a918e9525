//! Answers: what the sender reads.
//!
//! Successes are all 200, for a sender may test for exactly that. Faults are problem details (RFC 9457) with the request
//! id and no internals: the log holds the cause.

use lambda_http::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use lambda_http::http::{HeaderName, HeaderValue, StatusCode};
use lambda_http::{Body, Response};
use serde::Serialize;

use crate::archive::ArchiveKey;
use crate::auth::Unauthorized;
use crate::key::RecordKey;
use crate::record::Outcome;
use crate::rejection::{Reason, Rejection};

/// When a sender may try again after our own trouble, in seconds.
const RETRY_AFTER_SECONDS: &str = "5";

/// The answer to a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The event is in the archive and in its record.
    Accepted {
        /// What it did.
        outcome: Outcome,
        /// The record.
        key: RecordKey,
        /// Its body's place in the archive.
        archive_key: ArchiveKey,
        /// Where it differs from the documented shape, in so many places.
        drift: usize,
    },
    /// No token that the deployment accepts. Nothing of the body was read.
    Unauthorized(Unauthorized),
    /// Another method than the operation's, which only a wrong route can bring.
    MethodNotAllowed {
        /// The operation's method.
        allowed: &'static str,
    },
    /// The event is kept, and makes no record.
    Rejected {
        /// Why, and where the fault is.
        rejection: Rejection,
        /// The record that it would have been, if it was read so far.
        key: Option<RecordKey>,
    },
    /// Archive or table failed: the sender shall try again. Both writes are idempotent.
    Unavailable {
        /// The record that the event is about, if it was read so far.
        key: Option<RecordKey>,
    },
    /// Something unforeseen.
    Failed {
        /// Likewise.
        key: Option<RecordKey>,
    },
}

/// The body of a 200.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Success<'a> {
    outcome: &'static str,
    record_id: &'a str,
    archive_key: &'a str,
    request_id: &'a str,
}

/// The body of any other answer (RFC 9457, section 3.1).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Problem<'a> {
    r#type: String,
    title: &'static str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    request_id: &'a str,
}

impl Answer {
    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Accepted { .. } => StatusCode::OK,
            Self::Unauthorized(_) => StatusCode::UNAUTHORIZED,
            Self::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::Rejected { rejection, .. } if rejection.reason == Reason::Forbidden => StatusCode::FORBIDDEN,
            Self::Rejected { .. } => StatusCode::BAD_REQUEST,
            Self::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Failed { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The answer's name in logs and metrics: the outcome of an accepted event, or what became of the request.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Accepted { outcome, .. } => outcome.name(),
            Self::Unauthorized(_) => "Unauthorized",
            Self::MethodNotAllowed { .. } => "MethodNotAllowed",
            Self::Rejected { .. } => "Rejected",
            Self::Unavailable { .. } => "Unavailable",
            Self::Failed { .. } => "Failed",
        }
    }

    /// The record that the request was about, as far as it was read.
    #[must_use]
    pub fn key(&self) -> Option<&RecordKey> {
        match self {
            Self::Accepted { key, .. } => Some(key),
            Self::Rejected { key, .. } | Self::Unavailable { key } | Self::Failed { key } => key.as_ref(),
            _ => None,
        }
    }

    /// The HTTP response.
    #[must_use]
    pub fn into_response(self, request_id: &str) -> Response<Body> {
        let status = self.status();
        match &self {
            Self::Accepted { outcome, key, archive_key, .. } => {
                let success = Success {
                    outcome: outcome.name(),
                    record_id: key.record_id.as_str(),
                    archive_key: archive_key.as_str(),
                    request_id,
                };
                response(status, "application/json", &success, None)
            }
            Self::Unauthorized(reason) => {
                // RFC 6750, section 3: the error code only where a token was brought.
                let challenge = match reason {
                    Unauthorized::Missing => "Bearer",
                    Unauthorized::Unknown | Unauthorized::Expired => "Bearer error=\"invalid_token\"",
                };
                let title = "A valid bearer token is required";
                problem(status, "unauthorized", title, None, request_id, Some((WWW_AUTHENTICATE, challenge)))
            }
            Self::MethodNotAllowed { allowed } => {
                let title = "The method is not the operation's";
                problem(status, "method-not-allowed", title, None, request_id, Some((ALLOW, allowed)))
            }
            Self::Rejected { rejection: Rejection { reason, detail }, .. } => {
                problem(status, reason.name(), reason.title(), Some(detail), request_id, None)
            }
            Self::Unavailable { .. } => {
                let title = "The event could not be stored; try again";
                problem(status, "unavailable", title, None, request_id, Some((RETRY_AFTER, RETRY_AFTER_SECONDS)))
            }
            Self::Failed { .. } => problem(status, "failed", "Something went wrong here", None, request_id, None),
        }
    }
}

fn problem(
    status: StatusCode,
    name: &str,
    title: &'static str,
    detail: Option<&str>,
    request_id: &str,
    header: Option<(HeaderName, &'static str)>,
) -> Response<Body> {
    let r#type = format!("urn:problem-type:dataconnect:{name}");
    let problem = Problem { r#type, title, status: status.as_u16(), detail, request_id };
    response(status, "application/problem+json", &problem, header)
}

fn response(
    status: StatusCode,
    content_type: &'static str,
    body: &impl Serialize,
    header: Option<(HeaderName, &'static str)>,
) -> Response<Body> {
    // Serialising strings and numbers to memory does not fail.
    let body = serde_json::to_string(body).unwrap_or_default();
    let mut response = Response::new(Body::Text(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let Some((name, value)) = header {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
