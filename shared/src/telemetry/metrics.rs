//! Metrics, as a line in CloudWatch's Embedded Metric Format ("Specification: Embedded metric format", CloudWatch user
//! guide).
//!
//! Our own module, and not a crate: the crates for it bring a recorder behind locks, histograms and a registry to gather
//! in the background, for what is one JSON line a request.

use std::io::{self, Write};
use std::time::SystemTime;

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use super::Summary;
use crate::answer::Answer;
use crate::record::Outcome;

/// As many bytes as a line has, or a few more.
const LINE_BYTES: usize = 1_280;

/// Writes the metrics of requests.
#[derive(Debug, Clone)]
pub struct Metrics {
    /// What CloudWatch is to make of a line, in JSON: without and with a reason, in each without and with a token.
    directives: [[Box<RawValue>; 2]; 2],
}

/// One line: the values of metrics and dimensions, and what CloudWatch makes of them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Line<'a> {
    operation: &'static str,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
    events: u8,
    latency: f64,
    body_bytes: usize,
    accepted: u8,
    failures: u8,
    drift: usize,
    duplicates: u8,
    cold_starts: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    rejections: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_uses: Option<u8>,
    #[serde(rename = "_aws")]
    directive: Directive<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive<'a> {
    timestamp: u64,
    cloud_watch_metrics: &'a RawValue,
}

/// Metrics with their own dimensions, for CloudWatch counts every combination of values as a metric, and bills it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Block<'a> {
    namespace: &'a str,
    dimensions: &'static [&'static [&'static str]],
    metrics: &'static [Metric],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metric {
    name: &'static str,
    unit: &'static str,
}

const fn count(name: &'static str) -> Metric {
    Metric { name, unit: "Count" }
}

const OF_OUTCOME: [Metric; 1] = [count("Events")];
const OF_OPERATION: [Metric; 7] = [
    Metric { name: "Latency", unit: "Milliseconds" },
    Metric { name: "BodyBytes", unit: "Bytes" },
    count("Accepted"),
    count("Failures"),
    count("Drift"),
    count("Duplicates"),
    count("ColdStarts"),
];
const OF_REASON: [Metric; 1] = [count("Rejections")];
const OF_TOKEN: [Metric; 1] = [count("TokenUses")];

fn blocks(namespace: &str, has_reason: bool, has_token: bool) -> Vec<Block<'_>> {
    let block = |dimensions, metrics| Block { namespace, dimensions, metrics };
    let mut blocks = vec![block(&[&["Operation", "Outcome"]], &OF_OUTCOME), block(&[&["Operation"]], &OF_OPERATION)];
    if has_reason {
        // By operation too, for an alarm cannot add up reasons that nobody has seen yet.
        blocks.push(block(&[&["Operation", "Reason"], &["Operation"]], &OF_REASON));
    }
    if has_token {
        blocks.push(block(&[&["Token"]], &OF_TOKEN));
    }
    blocks
}

impl Metrics {
    /// Metrics in a CloudWatch namespace.
    #[must_use]
    pub fn new(namespace: &str) -> Self {
        let directives = [false, true].map(|has_reason| {
            [false, true].map(|has_token| {
                // Strings alone: nothing in it fails to be JSON.
                to_raw_value(&blocks(namespace, has_reason, has_token)).unwrap_or_else(|_| RawValue::NULL.to_owned())
            })
        });
        Self { directives }
    }

    pub(super) fn write(&self, summary: &Summary<'_>) {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let line = self.line(summary, u64::try_from(now.as_millis()).unwrap_or_default());
        // Made whole and written at once: nothing in it fails to be JSON, and without a standard output there is nobody
        // to tell.
        let mut json = Vec::with_capacity(LINE_BYTES);
        if serde_json::to_writer(&mut json, &line).is_ok() {
            json.push(b'\n');
            let _ = io::stdout().lock().write_all(&json);
        }
    }

    /// The line of one request.
    fn line<'a>(&'a self, summary: &Summary<'a>, timestamp: u64) -> Line<'a> {
        let handled = summary.handled;
        let answer = &handled.answer;
        let status = answer.status();
        let (duplicate, drift, reason) = match answer {
            Answer::Accepted { outcome, drift, .. } => (*outcome == Outcome::Duplicate, *drift, None),
            Answer::Rejected { rejection, .. } => (false, 0, Some(rejection.reason.name())),
            _ => (false, 0, None),
        };
        let token = handled.token_name.as_deref();

        let cloud_watch_metrics = &self.directives[usize::from(reason.is_some())][usize::from(token.is_some())];
        Line {
            operation: summary.operation.name,
            outcome: answer.name(),
            reason,
            token,
            events: 1,
            latency: summary.milliseconds(),
            body_bytes: handled.body_bytes,
            accepted: u8::from(status.is_success()),
            failures: u8::from(status.is_server_error()),
            drift,
            duplicates: u8::from(duplicate),
            cold_starts: u8::from(summary.cold_start),
            rejections: reason.map(|_| 1),
            token_uses: token.map(|_| 1),
            directive: Directive { timestamp, cloud_watch_metrics },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::*;
    use crate::payload::POST_PUNCHES;
    use crate::pipeline::Handled;
    use crate::rejection::{Reason, Rejection};
    use crate::request::RequestIds;

    fn line(answer: Answer, token: Option<&str>) -> Value {
        let handled = Handled { answer, token_name: token.map(str::to_owned), body_bytes: 7 };
        let ids = RequestIds { request_id: "r".to_owned(), api_request_id: None, trace_id: None };
        let elapsed = Duration::from_micros(1_500);
        let summary = Summary { operation: &POST_PUNCHES, ids: &ids, handled: &handled, elapsed, cold_start: true };
        serde_json::to_value(Metrics::new("Test").line(&summary, 1_700_000_000_000)).expect("JSON")
    }

    #[test]
    fn every_metric_and_dimension_that_a_block_names_is_a_member_of_the_line() {
        let rejection = Rejection { reason: Reason::InvalidJson, detail: String::new() };
        for line in [
            line(Answer::Rejected { rejection, key: None }, Some("wfx")),
            line(Answer::Unavailable { key: None }, None),
        ] {
            for block in line["_aws"]["CloudWatchMetrics"].as_array().expect("blocks") {
                let sets = block["Dimensions"].as_array().expect("sets of dimensions");
                let mut dimensions = sets.iter().flat_map(|set| set.as_array().expect("a set of dimensions"));
                assert!(dimensions.all(|name| line[name.as_str().expect("a name")].is_string()), "{line}");
                let metrics = block["Metrics"].as_array().expect("metrics");
                assert!(metrics.iter().all(|metric| line[metric["Name"].as_str().expect("a name")].is_number()));
            }
        }
    }

    #[test]
    fn what_is_published_is_what_the_alarms_are_checked_against() {
        let published = serde_json::to_value(blocks("Test", true, true)).expect("JSON");
        let checked: Value = serde_json::from_str(include_str!("metrics.json")).expect("JSON");
        assert_eq!(published, checked, "metrics.json, which the checks of the alarms and the dashboard read");
    }

    #[test]
    fn a_rejection_is_counted_by_its_reason_and_a_token_by_its_name() {
        let rejection = Rejection { reason: Reason::InvalidJson, detail: "secret".to_owned() };
        let line = line(Answer::Rejected { rejection, key: None }, Some("wfx"));
        assert_eq!((&line["Rejections"], &line["Reason"]), (&json!(1), &json!("invalid-json")));
        assert_eq!((&line["TokenUses"], &line["Token"]), (&json!(1), &json!("wfx")));
        assert_eq!((&line["Latency"], &line["ColdStarts"]), (&json!(1.5), &json!(1)));
        assert_eq!((&line["Accepted"], &line["Failures"]), (&json!(0), &json!(0)));
        assert!(!line.to_string().contains("secret"));
    }

    #[test]
    fn trouble_of_our_own_is_counted_as_a_failure() {
        for answer in [Answer::Unavailable { key: None }, Answer::Failed { key: None }] {
            let line = line(answer, None);
            assert_eq!((&line["Accepted"], &line["Failures"]), (&json!(0), &json!(1)), "{line}");
        }
    }
}
