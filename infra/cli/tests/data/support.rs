//! A receiver of the test's own, and the tool that looks at it.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use dataconnect::archive::{Archive, ArchiveEntry, Origin};
use dataconnect::auth::Gate;
use dataconnect::event::ParsedEvent;
use dataconnect::operation::Operation;
use dataconnect::pipeline::Pipeline;
use dataconnect::request::RawBody;
use dataconnect::table::Table;
use dataconnect_local::stack::{LocalStack, Options};
use jiff::Timestamp;
use lambda_http::Body;
use lambda_http::http::HeaderMap;
use serde_json::Value;
use tempfile::TempDir;
use tests::receiver::{Receiver, TOKEN, access_tokens, template};
use tests::stores::{Stores, dynamodb, s3};

/// A local stack, and the folder that `make run` would have made for it.
pub(crate) struct Place {
    stack: LocalStack,
    folder: TempDir,
}

/// What the tool said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self::of(LocalStack::memory(&template()).unwrap(), tempfile::tempdir().unwrap())
    }

    /// With its data on disk: in memory, the stack's writes slow down with the number of stream records there are.
    pub(crate) fn on_disk() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = Options { data: Some(folder.path().join("data")), ..Options::default() };
        Self::of(LocalStack::start(&template(), &options).unwrap(), folder)
    }

    fn of(stack: LocalStack, folder: TempDir) -> Self {
        let mut environment = stack.environment();
        environment.insert("DATACONNECT_TOKEN".to_owned(), TOKEN.to_owned());
        let lines = environment.iter().map(|(name, value)| format!("export {name}='{value}'\n"));
        fs::write(folder.path().join("env"), lines.collect::<String>()).unwrap();
        Self { stack, folder }
    }

    pub(crate) fn stores(&self, operation: &'static Operation) -> Stores {
        Stores::of(&self.stack, operation)
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The receiver of an operation, whose token is named `development` as `make run` names it.
    pub(crate) fn receiver(&self, operation: &'static Operation, rule: &str) -> Receiver {
        let stores = self.stores(operation);
        let pipeline = Pipeline {
            operation,
            gate: Gate::Tokens(access_tokens().replacen("test:", "development:", 1).parse().unwrap()),
            record_id: rule.parse().unwrap(),
            archive: Archive::new(s3(self.stack.s3_endpoint()), stores.bucket.clone()),
            table: Table::new(dynamodb(self.stack.dynamodb_endpoint()), stores.table.clone()),
        };
        Receiver { pipeline, stores }
    }

    /// Stores an event as if it had come then. `keeps` says what of it arrives.
    pub(crate) async fn store(&self, operation: &'static Operation, body: Value, at: &str, keeps: Keeps) {
        let Receiver { pipeline, .. } = self.receiver(operation, operation.record_id);
        let at: Timestamp = at.parse().unwrap();
        let gate = Gate::Open;
        let caller = gate.admit(&HeaderMap::new(), at).unwrap();
        let body = RawBody::read(&caller, Body::Text(body.to_string()), at);
        let request_id = format!("request-{}", body.digest.short());
        let parsed = ParsedEvent::parse(operation, &pipeline.record_id, &body, &request_id).unwrap();
        let event = parsed.authorise(&caller).unwrap();
        if keeps != Keeps::Record {
            let entry = ArchiveEntry {
                key: &event.archive_key,
                body: body.bytes.clone(),
                digest: &body.digest,
                received_at: at,
                request_id: &request_id,
                origin: Origin::Accepted,
            };
            pipeline.archive.put(entry).await.unwrap();
        }
        if keeps != Keeps::Body {
            pipeline.table.record(&event).await.unwrap();
        }
    }

    /// Runs the tool on this stack, in UTC and with no terminal.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Said {
        self.run_with(arguments, &[]).await
    }

    /// Likewise, with settings.
    pub(crate) async fn run_with(&self, arguments: &[&str], settings: &[(&str, &str)]) -> Said {
        let mut command = self.command(arguments);
        command.envs(settings.iter().copied());
        let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Said { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dataconnect"));
        command.args(arguments).arg("--local").arg("--folder").arg(self.folder()).stdin(Stdio::null());
        command.env_clear().env("TZ", "UTC").env("XDG_STATE_HOME", self.folder());
        command
    }
}

/// What of an event arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keeps {
    Both,
    Body,
    Record,
}

impl Said {
    /// Asserts the exit code.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        self
    }

    /// The objects of `--json`.
    pub(crate) fn objects(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect()
    }

    /// Without the blanks at the ends of lines.
    pub(crate) fn trimmed(&self) -> String {
        self.out.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
    }
}
