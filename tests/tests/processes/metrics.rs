//! The metrics are valid in CloudWatch's Embedded Metric Format ("Specification: Embedded metric format", CloudWatch user
//! guide), and count what the requests were.

use dataconnect::payload::{DELETE_PUNCHES, POST_PUNCHES};
use serde_json::{Value, json};

use crate::call;
use crate::logs::{every_outcome, told};
use crate::sample_of;

/// The units that CloudWatch knows (`MetricDatum`, CloudWatch API reference) and that are used here.
const UNITS: [&str; 3] = ["Count", "Milliseconds", "Bytes"];

fn assert_valid(line: &Value) {
    let timestamp = line["_aws"]["Timestamp"].as_u64().expect("milliseconds since 1970");
    assert!((1_600_000_000_000..10_000_000_000_000).contains(&timestamp), "{line}");
    let blocks = line["_aws"]["CloudWatchMetrics"].as_array().expect("blocks");
    assert!(!blocks.is_empty());
    let mut seen = Vec::new();
    for block in blocks {
        let namespace = block["Namespace"].as_str().expect("a namespace");
        assert!((1..=255).contains(&namespace.len()) && !namespace.starts_with("AWS/"), "{block}");
        let sets = block["Dimensions"].as_array().expect("sets of dimensions");
        assert!(!sets.is_empty(), "{block}");
        for set in sets {
            let names = set.as_array().expect("a set of dimensions");
            assert!(names.len() <= 30, "{block}");
            for name in names {
                let value = line[name.as_str().expect("a name")].as_str();
                assert!(value.is_some_and(|value| (1..=1_024).contains(&value.len())), "dimension {name} in {line}");
            }
        }
        let metrics = block["Metrics"].as_array().expect("metrics");
        assert!((1..=100).contains(&metrics.len()), "{block}");
        for metric in metrics {
            let name = metric["Name"].as_str().expect("a name");
            assert!(line[name].is_number(), "metric {name} in {line}");
            assert!(UNITS.contains(&metric["Unit"].as_str().expect("a unit")), "{metric}");
            assert!(!seen.contains(&name), "{name} is counted twice in {line}");
            seen.push(name);
        }
    }
    let extra =
        line.as_object().unwrap().iter().filter(|(name, value)| value.is_number() && !seen.contains(&name.as_str()));
    assert_eq!(extra.count(), 0, "a number that is no metric: {line}");
}

#[tokio::test]
async fn each_request_is_one_valid_line_that_counts_it() {
    let told =
        told(&POST_PUNCHES, &[("METRICS_NAMESPACE", "Guards/Events")], every_outcome(&POST_PUNCHES, "counted")).await;
    for told in &told {
        let (metrics, log) = (&told.metrics, &told.log);
        assert_valid(metrics);
        for block in metrics["_aws"]["CloudWatchMetrics"].as_array().unwrap() {
            assert_eq!(block["Namespace"], "Guards/Events");
        }
        // The two lines tell the same.
        assert_eq!((&metrics["Operation"], &metrics["Outcome"]), (&log["operation"], &log["outcome"]), "{metrics}");
        assert_eq!(metrics["Events"], 1);
        assert_eq!((&metrics["Latency"], &metrics["BodyBytes"]), (&log["milliseconds"], &log["bytes"]));
        assert_eq!(metrics["ColdStarts"], json!(u8::from(log["cold_start"] == true)));
        assert_eq!(metrics["Duplicates"], json!(u8::from(log["outcome"] == "Duplicate")));
        let status = log["status"].as_u64().expect("a status");
        assert_eq!(metrics["Accepted"], json!(u8::from(status == 200)), "{metrics}");
        assert_eq!(metrics["Failures"], json!(u8::from(status >= 500)), "{metrics}");
        assert_eq!(metrics["Drift"], json!(log["drift"].as_u64().unwrap_or(0)));
        let rejected = log["outcome"] == "Rejected";
        assert_eq!(metrics["Rejections"], if rejected { json!(1) } else { Value::Null });
        assert_eq!(metrics["Reason"], if rejected { log["reason"].clone() } else { Value::Null });
        assert_eq!(metrics["Token"], log["token"]);
        assert_eq!(metrics["TokenUses"], if log["token"].is_string() { json!(1) } else { Value::Null });
    }
    assert_eq!(told.iter().filter(|told| told.metrics["Rejections"] == 1).count(), 4);
}

#[tokio::test]
async fn a_deletion_is_counted_as_what_it_is() {
    let deletion = call(&DELETE_PUNCHES, sample_of(&DELETE_PUNCHES, "counted-deletion"));
    let mut another = deletion.clone();
    another.body = another.body.map(|body| body.replace("editor456", "editor457"));
    let calls = vec![("first", deletion.clone()), ("same", deletion), ("another", another)];
    let told = told(&DELETE_PUNCHES, &[], calls).await;
    let outcomes: Vec<_> = told.iter().map(|told| told.metrics["Outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["Deleted", "Duplicate", "AlreadyDeleted"]);
    for told in &told {
        assert_valid(&told.metrics);
    }
}
