//! What a function tells of itself: one log line and one metrics line a request.
//!
//! Neither ever holds a body, a token, a Pin, a phone number, an e-mail address or a name.

mod log;
mod metrics;

use std::time::Duration;

pub use log::init;
pub use metrics::Metrics;

use crate::operation::Operation;
use crate::pipeline::Handled;
use crate::request::RequestIds;

/// What there is to tell of one request.
#[derive(Debug)]
pub struct Summary<'a> {
    /// The function's operation.
    pub operation: &'static Operation,
    /// The request's ids.
    pub ids: &'a RequestIds,
    /// What became of it.
    pub handled: &'a Handled,
    /// How long that took.
    pub elapsed: Duration,
    /// Whether it was the first of this process.
    pub cold_start: bool,
}

impl Summary<'_> {
    /// Writes the log line and the metrics line.
    pub fn tell(&self, metrics: &Metrics) {
        log::write(self);
        metrics.write(self);
    }

    fn milliseconds(&self) -> f64 {
        // Microseconds are precision enough, and print short.
        (self.elapsed.as_secs_f64() * 1e6).round() / 1e3
    }
}
