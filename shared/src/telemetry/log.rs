//! Structured logs, as JSON lines on standard output, where Lambda reads them.

use std::env;
use std::io;
use std::panic;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::Summary;
use crate::answer::Answer;
use crate::key::RecordKey;

/// Starts logging. Other crates are heard only when something fails: at finer levels the SDK prints what it sends.
pub fn init() {
    // Lambda sets it from the function's LoggingConfig ("Advanced logging controls", Lambda developer guide).
    let level = env::var("AWS_LAMBDA_LOG_LEVEL").ok().and_then(|level| level.parse().ok());
    let targets = Targets::new()
        .with_default(LevelFilter::ERROR)
        .with_target(env!("CARGO_CRATE_NAME"), level.unwrap_or(LevelFilter::INFO));
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
        .with_writer(io::stdout);
    // A second call, in a test, keeps the first one's settings.
    let _ = tracing_subscriber::registry().with(targets).with(lines).try_init();

    // A panic's message may quote what was being read; its place is enough to find it.
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "panicked");
    }));
}

pub(super) fn write(summary: &Summary<'_>) {
    let Summary { operation, ids, handled, .. } = summary;
    let answer = &handled.answer;
    let key = answer.key();
    let customer = key.map(|key: &RecordKey| key.customer_tenant.customer_id());
    let tenant = key.map(|key| key.customer_tenant.tenant());
    let record_id = key.map(|key| key.record_id.as_str());
    let (reason, drift) = match answer {
        Answer::Accepted { drift, .. } => (None, Some(*drift)),
        Answer::Unauthorized(reason) => (Some(reason.to_string()), None),
        Answer::Rejected { rejection, .. } => (Some(rejection.reason.name().to_owned()), None),
        _ => (None, None),
    };
    tracing::info!(
        operation = operation.name,
        outcome = answer.name(),
        reason,
        status = answer.status().as_u16(),
        customer,
        tenant,
        record_id,
        request_id = ids.request_id,
        api_request_id = ids.api_request_id,
        trace_id = ids.trace_id,
        milliseconds = summary.milliseconds(),
        bytes = handled.body_bytes,
        token = handled.token_name,
        drift,
        cold_start = summary.cold_start,
        "request"
    );
}
