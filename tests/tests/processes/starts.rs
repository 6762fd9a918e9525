//! A function that is not told what it needs refuses to start, and says what is missing.

use dataconnect::operation::Operation;
use dataconnect::payload::{OPERATIONS, POST_PUNCHES};
use serde_json::Value;
use tests::function::{Environment, Process, environment, lambda_environment};
use tests::receiver::{TOKEN, stack};

use crate::{binary, changed};

/// An address where nobody listens: a function that started after all would fail otherwise than expected.
const NOBODY: &str = "127.0.0.1:9";

fn whole(operation: &Operation) -> Environment {
    let mut whole = lambda_environment(NOBODY);
    whole.extend(environment(operation, stack()));
    whole
}

/// Starts the function, which must fail, and gives the one line that it logs.
async fn complaint(operation: &Operation, environment: &Environment) -> Value {
    let ended = Process::start(&binary(operation), environment).ended().await;
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    assert!(ended.stderr.is_empty(), "{ended:?}");
    let [line] = ended.stdout.as_slice() else { panic!("one line of log: {ended:?}") };
    let line: Value = serde_json::from_str(line).expect("a line of log is JSON");
    assert_eq!((&line["level"], &line["operation"]), (&"ERROR".into(), &operation.name.into()), "{line}");
    line
}

#[tokio::test]
async fn each_function_names_each_variable_that_it_misses() {
    for operation in OPERATIONS {
        for variable in [operation.table_variable, "ARCHIVE_BUCKET", "ACCESS_TOKENS", "AWS_LAMBDA_RUNTIME_API"] {
            let mut environment = whole(operation);
            environment.remove(variable).expect("it was there");
            let message = complaint(operation, &environment).await["message"].as_str().unwrap().to_owned();
            assert!(message.starts_with(&format!("{variable} is not set")), "{}: {message}", operation.name);
            assert!(message.split(' ').count() > 6, "it says what the variable is for: {message}");
        }
    }
}

#[tokio::test]
async fn each_function_names_its_own_record_id_variable_when_the_rule_is_malformed() {
    for operation in OPERATIONS {
        let environment = changed(whole(operation), &[(operation.record_id_variable, "A,,B")]);
        let message = complaint(operation, &environment).await["message"].as_str().unwrap().to_owned();
        assert!(message.starts_with(&format!("{} must be ", operation.record_id_variable)), "{message}");
    }
}

#[tokio::test]
async fn a_malformed_setting_is_named_and_never_quoted() {
    let digest = whole(&POST_PUNCHES)["ACCESS_TOKENS"].clone();
    let token_for_digest = format!("wfx:{TOKEN}");
    let second = format!("{digest},wfx-2027:{TOKEN}");
    let expires = format!("{digest}:expires=QUOTED");
    let twice = format!("{digest},{digest}");
    for (changes, sentence) in [
        (&[("ACCESS_TOKENS", TOKEN)][..], "ACCESS_TOKENS is malformed: entry 1 "),
        (&[("ACCESS_TOKENS", &token_for_digest)], "ACCESS_TOKENS is malformed: entry 1 "),
        (&[("ACCESS_TOKENS", &second)], "ACCESS_TOKENS is malformed: entry 2 "),
        (&[("ACCESS_TOKENS", &expires)], "ACCESS_TOKENS is malformed: entry 1: expires"),
        (&[("ACCESS_TOKENS", &twice)], "ACCESS_TOKENS is malformed: entry 2 "),
        (&[("ACCESS_TOKENS", "")], "ACCESS_TOKENS is not set"),
        (&[("AUTHENTICATION", "QUOTED")], "AUTHENTICATION must be "),
        (&[("AUTHENTICATION", "OFF"), ("ACCESS_TOKENS", "")], "AUTHENTICATION must be "),
        (&[("AUTHENTICATION", "false"), ("ACCESS_TOKENS", "")], "AUTHENTICATION must be "),
        (&[("AUTHENTICATION", "off")], "AUTHENTICATION is \"off\" and ACCESS_TOKENS is set"),
        (&[("PUNCHES_TABLE", "")], "PUNCHES_TABLE is not set"),
        (&[("ARCHIVE_BUCKET", "")], "ARCHIVE_BUCKET is not set"),
        (&[("POST_PUNCHES_RECORD_ID", "/QUOTED//")], "POST_PUNCHES_RECORD_ID must be "),
        (&[("AWS_LAMBDA_RUNTIME_API", "")], "AWS_LAMBDA_RUNTIME_API is not set"),
    ] {
        let line = complaint(&POST_PUNCHES, &changed(whole(&POST_PUNCHES), changes)).await;
        let message = line["message"].as_str().unwrap();
        assert!(message.starts_with(sentence), "{changes:?}: {message}");
        let line = line.to_string();
        for secret in [TOKEN, &TOKEN[..6], "QUOTED"] {
            assert!(!line.contains(secret), "{secret} in {line}");
        }
    }
}
