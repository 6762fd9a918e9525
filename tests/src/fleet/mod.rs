//! Many instances of the five functions behind their routes, as Lambda and API Gateway run them.
//!
//! [`Front`] stands for the API: it turns requests into events and hands them to a [`Backend`]: a [`Fleet`] of real
//! function binaries, or a receiver in this process.

mod front;
mod functions;
mod instance;

use dataconnect::operation::Operation;
use lambda_http::http::StatusCode;
use serde_json::{Value, json};

pub use front::Front;
pub use functions::{Fleet, Manning};

/// What answers the events of the five operations.
pub trait Backend: Send + Sync + 'static {
    /// Answers an event.
    fn answer(&self, operation: &'static Operation, event: Value) -> impl Future<Output = Answer> + Send;
}

/// What a sender is answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The body.
    pub body: Value,
}

impl Answer {
    /// What API Gateway says when Lambda has no instance to spare.
    #[must_use]
    pub fn throttled() -> Self {
        Self { status: StatusCode::SERVICE_UNAVAILABLE, body: json!({ "message": "Service Unavailable" }) }
    }

    /// What API Gateway says when a function crashed, or took too long.
    #[must_use]
    pub fn crashed() -> Self {
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, body: json!({ "message": "Internal Server Error" }) }
    }
}
