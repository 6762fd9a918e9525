//! The test bed: the stores, and what a function is told so that it writes to them.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::slice;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;

use crate::certificate::Certificate;
use crate::cgroup::Cgroup;
use crate::course::Given;
use crate::events::{Events, access_tokens};
use crate::process::{Environment, Place, Process};
use crate::runtime::Runtime;
use crate::sink::{Sink, Writes};
use crate::subject::{Subject, Work};

/// The length of an event's body, in bytes.
pub(crate) const BODY: usize = 2048;

/// What a function sees of AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stores {
    /// Both stores.
    There,
    /// Nothing listens where they should be, so that no connection is opened.
    Gone,
}

/// Everything around a function.
#[derive(Debug)]
pub(crate) struct Bed {
    root: PathBuf,
    certificate: Certificate,
    /// The stores.
    pub(crate) sink: Sink,
}

/// A started function that has not polled yet.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) process: Process,
    runtime: Runtime,
    pub(crate) events: Events,
    given: Given,
    /// The operation, if it is one of the receiver's functions.
    ours: Option<&'static str>,
}

impl Bed {
    /// Starts the stores. Files go into a folder.
    pub(crate) async fn start(root: &Path, folder: &Path) -> Result<Self> {
        let certificate = Certificate::make(root, folder)?;
        let sink = Sink::start(certificate.server.clone()).await?;
        Ok(Self { root: root.to_owned(), certificate, sink })
    }

    /// Starts a subject, by what stands before its command, if anything does.
    pub(crate) async fn run(&self, subject: &Subject, before: &[PathBuf], stores: Stores) -> Result<Running> {
        self.run_with(subject, before, stores, Given::default()).await
    }

    /// The same, with events that are not accepted, or longer.
    pub(crate) async fn run_with(
        &self,
        subject: &Subject,
        before: &[PathBuf],
        stores: Stores,
        given: Given,
    ) -> Result<Running> {
        self.sink.set_standing(given.course.standing());
        let runtime = Runtime::start().await?;
        let command: Vec<_> = before.iter().chain([&subject.command]).cloned().collect();
        let process = Process::start(&command, self.environment(subject, &runtime, stores)?, Place::OneCpu)?;
        Running::new(&self.root, subject, process, runtime, given)
    }

    /// Starts a subject with a share of a processor.
    pub(crate) async fn run_in(&self, group: &Cgroup, subject: &Subject) -> Result<Running> {
        let given = Given::default();
        self.sink.set_standing(given.course.standing());
        let runtime = Runtime::start().await?;
        let environment = self.environment(subject, &runtime, Stores::There)?;
        let process = Process::start_in(group, &subject.command, environment)?;
        Running::new(&self.root, subject, process, runtime, given)
    }

    fn environment(&self, subject: &Subject, runtime: &Runtime, stores: Stores) -> Result<Environment> {
        let path = |path: &Path| path.to_str().map(str::to_owned).context("a path in UTF-8");
        let (s3, dynamodb) = match stores {
            Stores::There => (self.sink.s3, self.sink.dynamodb),
            Stores::Gone => (nowhere(), nowhere()),
        };
        let roots = if subject.brings_roots() { &self.certificate.amazon_roots } else { &self.certificate.all_roots };
        let variables = [
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_DEFAULT_REGION", "us-east-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "AKIDBENCH".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "any".to_owned()),
            ("AWS_SESSION_TOKEN", "thing".to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
            ("AWS_ENDPOINT_URL_S3", format!("https://{s3}")),
            ("AWS_ENDPOINT_URL_DYNAMODB", format!("https://{dynamodb}")),
            ("AWS_CA_BUNDLE", path(&self.certificate.all_roots)?),
            ("NODE_EXTRA_CA_CERTS", path(&self.certificate.authority)?),
            ("SSL_CERT_FILE", path(roots)?),
            ("ARCHIVE_BUCKET", "archive".to_owned()),
            ("INCIDENTS_TABLE", "incidents".to_owned()),
            ("NOTES_TABLE", "notes".to_owned()),
            ("PUNCHES_TABLE", "punches".to_owned()),
            ("WORK_ORDERS_TABLE", "work-orders".to_owned()),
            ("PATH", std::env::var("PATH").unwrap_or_default()),
        ];
        let mut environment = of_lambda(runtime);
        environment.extend(variables.map(|(name, value)| (name.to_owned(), value)));
        Ok(environment)
    }
}

/// What every function is told: by Lambda, and which token the events carry.
pub(crate) fn of_lambda(runtime: &Runtime) -> Environment {
    let variables = [
        ("AWS_LAMBDA_RUNTIME_API", runtime.address.to_string()),
        ("AWS_LAMBDA_FUNCTION_NAME", "bench".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256".to_owned()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/bench".to_owned()),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/11/23/[$LATEST]0".to_owned()),
        ("AWS_LAMBDA_LOG_FORMAT", "JSON".to_owned()),
        ("ACCESS_TOKENS", access_tokens()),
    ];
    variables.map(|(name, value)| (name.to_owned(), value)).into()
}

/// Where nothing listens: the port "discard" refuses connections on most machines.
fn nowhere() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 9).into()
}

impl Running {
    /// Starts a subject in an environment of its own, on any processor. Its events are numbered after one.
    pub(crate) async fn start(root: &Path, subject: &Subject, stores: &Environment, after: u64) -> Result<Self> {
        let runtime = Runtime::start().await?;
        let mut environment = of_lambda(&runtime);
        environment.extend(stores.clone());
        let process = Process::start(slice::from_ref(&subject.command), environment, Place::AnyCpu)?;
        let mut running = Self::new(root, subject, process, runtime, Given::default())?;
        running.events = running.events.after(after);
        Ok(running)
    }

    fn new(root: &Path, subject: &Subject, process: Process, runtime: Runtime, given: Given) -> Result<Self> {
        let events = Events::of(root, subject.operation, given)?;
        Ok(Self { process, runtime, events, given, ours: subject.is_ours().then_some(subject.operation) })
    }

    /// Waits until the function asks for an event, and says when it did.
    pub(crate) async fn polled(&mut self) -> Result<Instant> {
        self.process.while_running(self.runtime.polled()).await
    }

    /// Has the function, which has polled, answer an event, and gives how long that took.
    pub(crate) async fn answer(&mut self) -> Result<Duration> {
        let event = self.events.next()?;
        let (elapsed, answer) = self.process.while_running(self.runtime.answered(event)).await?;
        self.check(&answer)?;
        Ok(elapsed)
    }

    /// An answer must be what the event's course has.
    fn check(&self, answer: &Bytes) -> Result<()> {
        let course = self.given.course;
        let answer: serde_json::Value = serde_json::from_slice(answer)?;
        ensure!(answer["statusCode"] == course.status(), "{course:?}: the function answers {answer}");
        if let Some(outcome) = self.ours.and_then(|operation| course.outcome(operation)) {
            let body: serde_json::Value = serde_json::from_str(answer["body"].as_str().context("a body")?)?;
            ensure!(body["outcome"] == outcome, "{course:?}: the function answers {body}");
        }
        Ok(())
    }
}

/// Checks that a subject did its work: as many writes to either store as its events ask for.
pub(crate) fn check_writes(subject: &Subject, given: Given, written: Writes, events: u64) -> Result<()> {
    let each = if subject.work == Work::Writes { given.course.writes() } else { Writes::default() };
    let course = given.course;
    ensure!(written == each.times(events), "{}, {course:?}: {events} events, {written:?}", subject.name);
    Ok(())
}
