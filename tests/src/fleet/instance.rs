//! One instance of a function: a process that handles one event at a time, is killed when it takes too long, and is
//! replaced when it ends.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, Notify, mpsc, oneshot};
use tokio::time::sleep;

use super::Answer;
use crate::function::{Environment, lambda_environment};
use crate::runtime_api::{Report, RuntimeApi};
use lambda_http::http::StatusCode;

/// How long an event may wait for an instance. Lambda does not queue: it throttles, and the sender tries again. A queue
/// that nobody's patience outlasts would be worked off for senders that are gone.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// An event that waits for an instance.
pub(super) struct Job {
    pub(super) queued: Instant,
    pub(super) event: Value,
    pub(super) answer: oneshot::Sender<Answer>,
}

/// How an instance is started, again and again.
pub(super) struct Instance {
    pub(super) binary: PathBuf,
    pub(super) environment: Environment,
    /// Where its output goes.
    pub(super) log: File,
    /// Lambda ends a function that takes longer.
    pub(super) timeout: Duration,
    pub(super) state: Arc<State>,
}

/// What others see of an instance, and do to it.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) busy: AtomicBool,
    pub(super) kill: Notify,
    /// How often it was killed in mid-request.
    pub(super) killed: AtomicU64,
    /// How often it ended by itself, or took too long.
    pub(super) crashed: AtomicU64,
}

/// How handling an event ended.
enum Handled {
    Answered(Answer),
    Killed,
    Crashed,
}

impl Instance {
    /// Handles jobs as long as there are any to come.
    pub(super) async fn work(self, jobs: Arc<Mutex<mpsc::UnboundedReceiver<Job>>>) {
        let mut running = None;
        loop {
            let Some(job) = jobs.lock().await.recv().await else { break };
            if job.queued.elapsed() > LONGEST_WAIT {
                drop(job.answer.send(Answer::throttled()));
                continue;
            }
            let (mut child, runtime) = match running.take() {
                Some(running) => running,
                None => self.start().await.expect("a function's binary starts"),
            };
            self.state.busy.store(true, Ordering::SeqCst);
            let handled = self.handle(job.event, &mut child, &runtime).await;
            self.state.busy.store(false, Ordering::SeqCst);
            let answer = match handled {
                Handled::Answered(answer) => {
                    running = Some((child, runtime));
                    answer
                }
                Handled::Killed => {
                    self.state.killed.fetch_add(1, Ordering::SeqCst);
                    Answer::crashed()
                }
                Handled::Crashed => {
                    self.state.crashed.fetch_add(1, Ordering::SeqCst);
                    Answer::crashed()
                }
            };
            // The sender may have hung up.
            drop(job.answer.send(answer));
        }
    }

    async fn start(&self) -> io::Result<(Child, RuntimeApi)> {
        let runtime = RuntimeApi::start().await;
        let mut command = Command::new(&self.binary);
        command.env_clear().envs(lambda_environment(&runtime.address())).envs(&self.environment);
        command.stdin(Stdio::null()).stdout(self.log.try_clone()?).stderr(self.log.try_clone()?);
        Ok((command.kill_on_drop(true).spawn()?, runtime))
    }

    /// Whatever it ends with other than an answer, the process is gone when its `Child` is dropped.
    async fn handle(&self, event: Value, child: &mut Child, runtime: &RuntimeApi) -> Handled {
        let (_, report) = runtime.send(event);
        tokio::select! {
            report = report => match report {
                Ok(Report::Response(response)) => Handled::Answered(answer(&response)),
                _ => Handled::Crashed,
            },
            () = self.state.kill.notified() => {
                drop(child.kill().await);
                Handled::Killed
            }
            _ = child.wait() => Handled::Crashed,
            () = sleep(self.timeout) => {
                drop(child.kill().await);
                Handled::Crashed
            }
        }
    }
}

fn answer(response: &Value) -> Answer {
    let status = response["statusCode"].as_u64().and_then(|status| StatusCode::from_u16(status.try_into().ok()?).ok());
    let body = response["body"].as_str().and_then(|body| serde_json::from_str(body).ok());
    Answer { status: status.unwrap_or(StatusCode::BAD_GATEWAY), body: body.unwrap_or_default() }
}
