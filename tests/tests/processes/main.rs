//! The five real binaries and what starts them, and that template, fixtures and code agree.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod answers;
mod connections;
mod dependencies;
mod endings;
mod events;
mod fixtures;
mod hostile;
mod logs;
mod make_run;
mod metrics;
mod openapi;
mod outages;
mod run;
mod secrets;
mod soak;
mod starts;
mod template;
mod tokens;

use std::path::{Path, PathBuf};

use dataconnect::operation::Operation;
use serde_json::Value;
use tests::fixtures::sample;
use tests::function::{Environment, Function, environment};
use tests::gateway::Call;
use tests::receiver::{Receiver, stack};

/// The binary of an operation. All of the package `functions` stand side by side.
fn binary(operation: &Operation) -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_post-punches")).with_file_name(operation.name)
}

/// A function of an operation as it is deployed, on the stack that all tests share.
async fn function(operation: &Operation) -> Function {
    function_with(operation, &[]).await
}

/// The same with other variables.
async fn function_with(operation: &Operation, changes: &[(&str, &str)]) -> Function {
    Function::start(&binary(operation), &changed(environment(operation, stack()), changes)).await
}

/// An environment with other variables.
fn changed(mut environment: Environment, changes: &[(&str, &str)]) -> Environment {
    environment.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    environment
}

/// The sample of an operation, of another tenant.
fn sample_of(operation: &Operation, tenant: &str) -> String {
    let text = String::from_utf8(sample(operation)).unwrap();
    text.replace("\"Securitime\"", &Value::from(tenant).to_string())
}

/// A call to an operation with the token that the function accepts.
fn call(operation: &'static Operation, body: impl Into<String>) -> Call {
    Receiver::of(operation).call(body)
}
