//! The receiver under attack: `make run`, and what must be so after it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use dataconnect::operation::Operation;
use dataconnect::payload::OPERATIONS;
use futures_util::StreamExt;
use futures_util::stream;
use serde_json::Value;
use tests::stores::Stores;
use tokio::time::timeout;

use super::checks::{problem, success};
use super::entry::{Entry, Expected};
use super::request::{REFUSED, Sender};
use super::wire::{Answer, exchange};
use crate::run::{Ports, READY, Terminal, env_file, free_ports, make_run, stop, stores};

/// So many requests are under way at once: one for each function, of which there is one instance.
const AT_ONCE: usize = 5;

/// How long an answer may take. `cargo lambda watch` gives a request up after a minute.
const PATIENCE: Duration = Duration::from_secs(45);

/// A running receiver, and what it has answered.
pub(super) struct Target<'a> {
    pub(super) sender: Sender,
    run: Terminal,
    ports: Ports,
    folder: &'a Path,
    env: BTreeMap<String, String>,
    requests_before: usize,
    answered: Mutex<Answered>,
}

/// What the functions have answered so far.
#[derive(Default)]
struct Answered {
    requests: usize,
    archive_keys: BTreeSet<String>,
    kept_rejections: usize,
}

impl<'a> Target<'a> {
    pub(super) fn start(folder: &'a Path) -> Self {
        let ports = free_ports();
        let run = make_run(ports, folder);
        run.wait_for(READY);
        let env = env_file(folder);
        let sender = Sender::new(env["DATACONNECT_TOKEN"].clone());
        let requests_before = logged_requests(folder);
        Self { sender, run, ports, folder, env, requests_before, answered: Mutex::default() }
    }

    /// Sends all entries of a group, and fails with the name of each that was not answered as expected.
    pub(super) async fn attack(&self, group: &str, entries: Vec<Entry>) {
        let names: BTreeSet<_> = entries.iter().map(|entry| &entry.name).collect();
        assert_eq!(names.len(), entries.len(), "{group}: each entry has a name of its own");
        let checks = stream::iter(&entries).map(async |entry| {
            let fault = self.check(entry).await.err()?;
            Some(format!("{group}: {}: expected {:?}, but {fault}", entry.name, entry.expected))
        });
        let faults: Vec<_> = checks.buffer_unordered(AT_ONCE).filter_map(std::future::ready).collect().await;
        assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), entries.len(), faults.join("\n"));
    }

    /// After each group, every function still takes a good event.
    pub(super) async fn assert_alive(&self, group: &str) {
        let good = |operation| Entry::new(operation, "a good event", self.sender.good(operation), Expected::Taken);
        self.attack(&format!("after {group}"), OPERATIONS.into_iter().map(good).collect()).await;
    }

    async fn check(&self, entry: &Entry) -> Result<(), String> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.ports[0]));
        let answer = timeout(PATIENCE, exchange(address, &entry.request)).await;
        // Every other request to that function would hang as well.
        let answer = answer.unwrap_or_else(|_| panic!("{} hangs: its function may have ended", entry.name));
        match (entry.expected, answer) {
            (Expected::Taken, Some(answer)) => {
                let archive_key = success(&answer)?;
                let archived = self.stores(entry.operation).body(&archive_key).await;
                let mut answered = self.answered.lock().unwrap();
                answered.requests += 1;
                answered.archive_keys.insert(archive_key);
                same(&archived, entry.request.body())
            }
            (Expected::Refused(status, reason), Some(answer)) => {
                let mut answered = self.answered.lock().unwrap();
                answered.requests += 1;
                // Of a stranger, nothing is kept.
                answered.kept_rejections += usize::from(status != 401);
                problem(&answer, status, reason)
            }
            (Expected::Front(statuses), Some(answer)) => {
                let is_expected = statuses.contains(&answer.status) && !is_of_a_function(&answer);
                if is_expected { Ok(()) } else { Err(format!("{answer:?}")) }
            }
            (Expected::FrontFails, None) => Ok(()),
            (Expected::FrontFails, Some(answer)) if !is_of_a_function(&answer) => Ok(()),
            (_, answer) => Err(format!("{answer:?}")),
        }
    }

    /// The archive has what was answered with a place in it, what was rejected, and nothing else; the tables have
    /// nothing of those that were refused.
    pub(super) async fn assert_nothing_else_is_stored(&self) {
        let stores = self.stores(OPERATIONS[0]);
        let archived: BTreeSet<_> = stores.keys("raw/").await.into_iter().collect();
        let rejected = stores.keys("rejected/").await.len();
        {
            let answered = self.answered.lock().unwrap();
            let extra: Vec<_> = archived.symmetric_difference(&answered.archive_keys).collect();
            assert!(extra.is_empty(), "in the archive or in an answer, but not in both: {extra:?}");
            assert_eq!(rejected, answered.kept_rejections, "one body is kept for each rejection");
        }
        for operation in OPERATIONS {
            for customer in [2, 3] {
                let items = self.stores(operation).items(&format!("{customer}/{REFUSED}")).await;
                assert!(items.is_empty(), "{} wrote for who was refused: {items:?}", operation.name);
            }
        }
    }

    /// Each request that a function answered is in the log once and no other is; no line is broken by what was sent,
    /// and none tells of a fault or holds the token.
    pub(super) fn assert_the_log_is_whole(&self) {
        let text = fs::read_to_string(log(self.folder)).unwrap();
        let lines = text.lines().filter(|line| line.starts_with('{'));
        let lines: Vec<Value> =
            lines.map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect();
        let faults: Vec<_> = lines.iter().filter(|line| line["level"] == "ERROR" || line["level"] == "WARN").collect();
        assert!(faults.is_empty(), "{faults:?}");
        let requests = logged_requests(self.folder) - self.requests_before;
        assert_eq!(requests, self.answered.lock().unwrap().requests, "one line for each request");
        assert!(!text.contains(&self.sender.token) && !text.contains("panicked"), "the log has the token or a panic");
    }

    pub(super) fn stop(self) {
        stop(self.run, self.ports, self.folder);
    }

    fn stores(&self, operation: &Operation) -> Stores {
        stores(&self.env, operation)
    }
}

/// Whether a function has given this answer, and not what stands in front of it.
fn is_of_a_function(answer: &Answer) -> bool {
    let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    body["requestId"].is_string()
}

fn same(archived: &[u8], sent: &[u8]) -> Result<(), String> {
    if archived == sent { Ok(()) } else { Err(format!("the archive has {}", super::entry::brief(archived))) }
}

fn log(folder: &Path) -> std::path::PathBuf {
    folder.join("watch.log")
}

/// How many requests the functions have logged.
fn logged_requests(folder: &Path) -> usize {
    fs::read_to_string(log(folder)).unwrap().matches(r#""message":"request""#).count()
}
