//! A fleet of real function binaries.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use dataconnect::operation::Operation;
use dataconnect::payload::OPERATIONS;
use serde_json::Value;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::JoinHandle;

use super::instance::{Instance, Job, State};
use super::{Answer, Backend};
use crate::fixtures::function_timeout;
use crate::function::Environment;

/// What a fleet is made of.
pub struct Manning<'a> {
    /// The folder of the functions' binaries.
    pub binaries: &'a Path,
    /// The environment of an operation's instance of a number.
    pub environment: &'a dyn Fn(&'static Operation, usize) -> Environment,
    /// How many instances an operation has.
    pub instances: &'a dyn Fn(&'static Operation) -> usize,
    /// The folder of the logs, one for each instance.
    pub logs: &'a Path,
}

/// Instances of the five functions. All processes end when this is dropped.
#[derive(Debug)]
pub struct Fleet {
    queues: BTreeMap<&'static str, mpsc::UnboundedSender<Job>>,
    states: Vec<Arc<State>>,
    working: Vec<JoinHandle<()>>,
}

impl Fleet {
    /// Starts a fleet. Each instance starts its process with its first event.
    ///
    /// # Errors
    /// If a log cannot be written.
    pub fn start(manning: &Manning<'_>) -> io::Result<Self> {
        fs::create_dir_all(manning.logs)?;
        let mut fleet = Self { queues: BTreeMap::new(), states: vec![], working: vec![] };
        for operation in OPERATIONS {
            let (sender, jobs) = mpsc::unbounded_channel();
            let jobs = Arc::new(Mutex::new(jobs));
            for number in 0..(manning.instances)(operation) {
                let state = Arc::<State>::default();
                let instance = Instance {
                    binary: manning.binaries.join(operation.name),
                    environment: (manning.environment)(operation, number),
                    log: File::create(manning.logs.join(format!("{}-{number}.log", operation.name)))?,
                    timeout: Duration::from_secs(function_timeout()),
                    state: Arc::clone(&state),
                };
                fleet.states.push(state);
                fleet.working.push(tokio::spawn(instance.work(Arc::clone(&jobs))));
            }
            fleet.queues.insert(operation.name, sender);
        }
        Ok(fleet)
    }

    /// Kills one of the instances that are handling an event, the first from `number` on, and says whether there was
    /// one.
    #[must_use]
    pub fn kill_in_mid_request(&self, number: usize) -> bool {
        let count = self.states.len();
        let states = (0..count).map(|offset| &self.states[(number + offset) % count]);
        let Some(busy) = states.into_iter().find(|state| state.busy.load(Ordering::SeqCst)) else { return false };
        busy.kill.notify_waiters();
        true
    }

    /// How many instances were killed in mid-request.
    #[must_use]
    pub fn killed(&self) -> u64 {
        self.states.iter().map(|state| state.killed.load(Ordering::SeqCst)).sum()
    }

    /// How many ended by themselves or took too long, which none should.
    #[must_use]
    pub fn crashed(&self) -> u64 {
        self.states.iter().map(|state| state.crashed.load(Ordering::SeqCst)).sum()
    }

    /// How many instances there are.
    #[must_use]
    pub fn instances(&self) -> usize {
        self.states.len()
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        // Each process is killed with the task that holds it.
        self.working.iter().for_each(JoinHandle::abort);
    }
}

impl Backend for Fleet {
    async fn answer(&self, operation: &'static Operation, event: Value) -> Answer {
        let (answer, answered) = oneshot::channel();
        let queued = self.queues[operation.name].send(Job { queued: Instant::now(), event, answer });
        if queued.is_err() {
            return Answer::crashed();
        }
        answered.await.unwrap_or_else(|_| Answer::crashed())
    }
}
