//! The files in `tests/fixtures/` are what they are said to be.

use std::fs;

use dataconnect::drift::Drift;
use dataconnect::json::{Json, parse};
use dataconnect::payload::OPERATIONS;
use serde_json::Value;
use tests::fixtures::{fixture, root, sample};
use tests::receiver::TOKEN;

use crate::function;

#[test]
fn each_operation_has_one_sample_and_no_sample_is_left_over() {
    let mut files: Vec<_> = fs::read_dir(root().join("tests/fixtures"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    files.sort();
    let mut expected = OPERATIONS.map(|operation| format!("{}.json", operation.name));
    expected.sort();
    assert_eq!(files, expected);
}

#[test]
fn each_sample_is_valid_json_of_the_documented_shape() {
    for operation in OPERATIONS {
        let body = sample(operation);
        serde_json::from_slice::<serde_json::Value>(&body)
            .unwrap_or_else(|error| panic!("{}: {error}", operation.name));
        let document = parse(&body).unwrap();
        assert_eq!(document.duplicates.len(), 0, "{}", operation.name);
        let Json::Object(members) = document.root else { panic!("{} is an object", operation.name) };
        let mut drift = Drift::default();
        (operation.note_drift)(&members, &mut drift);
        assert_eq!(drift, Drift::default(), "{}", operation.name);
        assert!(members.contains_key(operation.record_id), "{}", operation.name);
    }
}

#[tokio::test]
async fn each_event_for_cargo_lambda_invoke_carries_the_sample_and_is_accepted_with_a_token() {
    for operation in OPERATIONS {
        let text = String::from_utf8(fixture(&format!("events/{}", operation.name))).unwrap();
        let (before, after) = text.split_once("PAT").expect("a place for the token");
        assert!(!after.contains("PAT"), "{}: one place", operation.name);
        let event: Value = serde_json::from_str(&format!("{before}{TOKEN}{after}")).unwrap();
        assert_eq!(event["body"].as_str().unwrap().as_bytes(), sample(operation), "{}", operation.name);
        assert_eq!(event["routeKey"], format!("{} {}", operation.method, operation.path));

        let (_, seen) = function(operation).await.answer(event).await;
        assert_eq!(seen.status, 200, "{}: {}", operation.name, seen.body);
    }
}

#[test]
fn every_file_that_the_readme_names_is_there() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let breaks = |character: char| !(character.is_ascii_alphanumeric() || "-_./".contains(character));
    let named: Vec<_> = readme.split(breaks).filter(|word| word.starts_with("tests/fixtures/")).collect();
    assert!(!named.is_empty());
    for path in named {
        assert!(root().join(path.trim_end_matches('.')).exists(), "{path}");
    }
}
