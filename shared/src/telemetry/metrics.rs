//! Metrics, as a line in CloudWatch's Embedded Metric Format ("Specification: Embedded metric format", CloudWatch user
//! guide).
//!
//! Our own module, and not a crate: the crates for it bring a recorder behind locks, histograms and a registry to gather
//! in the background, for what is one JSON line a request.

use std::io::{self, Write};
use std::time::SystemTime;

use serde_json::{Map, Value, json};

use super::Summary;
use crate::answer::Answer;
use crate::record::Outcome;

/// Writes the metrics of requests.
#[derive(Debug, Clone)]
pub struct Metrics {
    namespace: String,
}

impl Metrics {
    /// Metrics in a CloudWatch namespace.
    #[must_use]
    pub fn new(namespace: String) -> Self {
        Self { namespace }
    }

    pub(super) fn write(&self, summary: &Summary<'_>) {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let line = self.line(summary, u64::try_from(now.as_millis()).unwrap_or_default());
        // Without a standard output there is nobody to tell.
        let _ = writeln!(io::stdout().lock(), "{line}");
    }

    /// The line of one request. Each block of metrics has its own dimensions, for CloudWatch counts every combination
    /// of values as a metric, and bills it.
    fn line(&self, summary: &Summary<'_>, timestamp: u64) -> Value {
        let handled = summary.handled;
        let answer = &handled.answer;
        let status = answer.status();
        let (duplicate, drift, reason) = match answer {
            Answer::Accepted { outcome, drift, .. } => (*outcome == Outcome::Duplicate, *drift, None),
            Answer::Rejected { rejection, .. } => (false, 0, Some(rejection.reason.name())),
            _ => (false, 0, None),
        };
        let token = handled.token_name.as_deref();

        let mut values = Map::new();
        values.insert("Operation".to_owned(), json!(summary.operation.name));
        values.insert("Outcome".to_owned(), json!(answer.name()));
        values.extend(reason.map(|reason| ("Reason".to_owned(), json!(reason))));
        values.extend(token.map(|token| ("Token".to_owned(), json!(token))));

        let mut blocks = Vec::new();
        let mut block = |dimensions: &[&[&str]], metrics: &[(&str, &str, Value)]| {
            let names: Vec<_> = metrics.iter().map(|(name, unit, _)| json!({"Name": name, "Unit": unit})).collect();
            blocks.push(json!({"Namespace": self.namespace, "Dimensions": dimensions, "Metrics": names}));
            values.extend(metrics.iter().map(|(name, _, value)| ((*name).to_owned(), value.clone())));
        };
        block(&[&["Operation", "Outcome"]], &[("Events", "Count", json!(1))]);
        block(
            &[&["Operation"]],
            &[
                ("Latency", "Milliseconds", json!(summary.milliseconds())),
                ("BodyBytes", "Bytes", json!(handled.body_bytes)),
                ("Accepted", "Count", json!(u8::from(status.is_success()))),
                ("Failures", "Count", json!(u8::from(status.is_server_error()))),
                ("Drift", "Count", json!(drift)),
                ("Duplicates", "Count", json!(u8::from(duplicate))),
                ("ColdStarts", "Count", json!(u8::from(summary.cold_start))),
            ],
        );
        if reason.is_some() {
            // By operation too, for an alarm cannot add up reasons that nobody has seen yet.
            block(&[&["Operation", "Reason"], &["Operation"]], &[("Rejections", "Count", json!(1))]);
        }
        if token.is_some() {
            block(&[&["Token"]], &[("TokenUses", "Count", json!(1))]);
        }
        values.insert("_aws".to_owned(), json!({"Timestamp": timestamp, "CloudWatchMetrics": blocks}));
        Value::Object(values)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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
        Metrics::new("Test".to_owned()).line(&summary, 1_700_000_000_000)
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
