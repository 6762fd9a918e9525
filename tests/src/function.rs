//! A real function binary, run as Lambda runs it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use dataconnect::operation::Operation;
use dataconnect_local::stack::LocalStack;
use lambda_http::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::fixtures::function_of;
use crate::gateway::Seen;
use crate::receiver::{access_tokens, template};
use crate::runtime_api::{Report, RuntimeApi};

/// How long a test waits before it fails. Never a measure of speed: it is longer than anything may take.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// Environment variables.
pub type Environment = BTreeMap<String, String>;

/// What a deployment gives the function of an operation: the template's variables, with the names of the stack's tables
/// and bucket, and [`TOKEN`](crate::receiver::TOKEN) as the one token, named `test`.
#[must_use]
pub fn environment(operation: &Operation, stack: &LocalStack) -> Environment {
    let template = template();
    let mut environment = template.environment_of(&function_of(&template, operation));
    environment.extend(stack.environment().into_iter().filter(|(name, _)| name.starts_with("AWS_")));
    environment.insert("ACCESS_TOKENS".to_owned(), access_tokens());
    environment
}

/// What Lambda itself gives every function.
#[must_use]
pub fn lambda_environment(runtime_api: &str) -> Environment {
    let variables = [
        ("AWS_LAMBDA_RUNTIME_API", runtime_api),
        ("AWS_LAMBDA_FUNCTION_NAME", "tested"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/tested"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/11/23/[$LATEST]0"),
        ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
        ("AWS_LAMBDA_LOG_LEVEL", "INFO"),
    ];
    variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

/// A process with nothing in its environment but what is given, killed when it is dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    stdout: JoinHandle<Vec<String>>,
    stderr: JoinHandle<Vec<String>>,
}

/// A process that has ended, and all that it wrote.
#[derive(Debug)]
pub struct Ended {
    /// How.
    pub status: ExitStatus,
    /// The lines on standard output.
    pub stdout: Vec<String>,
    /// The lines on standard error.
    pub stderr: Vec<String>,
}

impl Process {
    /// Starts a binary.
    #[must_use]
    pub fn start(binary: &Path, environment: &Environment) -> Self {
        let mut command = Command::new(binary);
        command.env_clear().envs(environment).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.kill_on_drop(true).spawn();
        let mut child = child.unwrap_or_else(|error| panic!("{}: {error}", binary.display()));
        let stdout = tokio::spawn(lines(child.stdout.take().expect("a pipe")));
        let stderr = tokio::spawn(lines(child.stderr.take().expect("a pipe")));
        Self { child, stdout, stderr }
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        let pid = self.child.id().and_then(|pid| Pid::from_raw(pid.try_into().ok()?)).expect("it runs");
        kill_process(pid, signal).expect("it takes signals");
    }

    /// Waits until it ends.
    pub async fn ended(mut self) -> Ended {
        let ending = async {
            let status = self.child.wait().await.expect("its status");
            let (stdout, stderr) = tokio::join!(self.stdout, self.stderr);
            Ended { status, stdout: stdout.expect("its output"), stderr: stderr.expect("its errors") }
        };
        timeout(PATIENCE, ending).await.expect("the process ends")
    }
}

async fn lines(pipe: impl AsyncRead + Unpin) -> Vec<String> {
    let mut lines = BufReader::new(pipe).lines();
    let mut all = Vec::new();
    while let Some(line) = lines.next_line().await.expect("a process writes text") {
        all.push(line);
    }
    all
}

/// A running function.
#[derive(Debug)]
pub struct Function {
    /// Its process.
    pub process: Process,
    /// What feeds it.
    pub runtime: RuntimeApi,
}

impl Function {
    /// Starts a function's binary in an environment, to which that of Lambda is added.
    pub async fn start(binary: &Path, environment: &Environment) -> Self {
        let runtime = RuntimeApi::start().await;
        let mut whole = lambda_environment(&runtime.address());
        whole.extend(environment.clone());
        Self { process: Process::start(binary, &whole), runtime }
    }

    /// Has it handle an event. Gives the request's id, and what it reports.
    pub async fn invoke(&self, event: Value) -> (String, Report) {
        let (request_id, report) = self.runtime.send(event);
        let report = timeout(PATIENCE, report).await.expect("the function answers").expect("one report");
        (request_id, report)
    }

    /// Has it answer an event. Gives the request's id, and what a sender sees.
    pub async fn answer(&self, event: Value) -> (String, Seen) {
        match self.invoke(event).await {
            (request_id, Report::Response(response)) => (request_id, seen(&response)),
            (_, Report::Error(error)) => panic!("the function failed: {error}"),
        }
    }

    /// Stops it, and gives all that it wrote.
    pub async fn stop(self) -> Ended {
        self.process.signal(Signal::TERM);
        self.process.ended().await
    }
}

/// What a sender sees of a function's response, in either of API Gateway's formats.
fn seen(response: &Value) -> Seen {
    assert_eq!(response["isBase64Encoded"], false, "every answer is text: {response}");
    let status = response["statusCode"].as_u64().and_then(|status| StatusCode::from_u16(status.try_into().ok()?).ok());
    let mut headers = HeaderMap::new();
    // A REST API sends both, and each value that stands in both but once.
    for member in ["headers", "multiValueHeaders"] {
        for (name, values) in response[member].as_object().into_iter().flatten() {
            let name: HeaderName = name.parse().expect("a header's name");
            for value in values.as_array().unwrap_or(&vec![values.clone()]) {
                let value = HeaderValue::from_str(value.as_str().expect("text")).expect("a header's value");
                if !headers.get_all(&name).iter().any(|known| known == value) {
                    headers.append(&name, value);
                }
            }
        }
    }
    let body = response["body"].as_str().and_then(|body| serde_json::from_str(body).ok());
    Seen { status: status.expect("a status"), headers, body: body.expect("every answer is JSON") }
}
