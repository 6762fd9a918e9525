//! `cargo lambda watch`, which compiles the functions and serves their routes.

use std::{
    collections::BTreeMap,
    env, fs,
    fs::File,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, anyhow};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    process::{Child, Command},
    time::{sleep, timeout},
};

use super::processes;

/// How long it may take to stop by itself; it takes a tenth of this.
const GRACE: Duration = Duration::from_secs(5);

/// The lines of the log that are shown when it dies.
const TAIL: usize = 20;

/// The running command.
pub(super) struct Watch {
    child: Child,
    log: PathBuf,
}

impl Watch {
    /// Starts it in a process group of its own: a Ctrl-C at the terminal reaches us alone, and we stop it in order.
    pub(super) fn start(
        cargo_lambda: &Path,
        address: SocketAddr,
        folder: &Path,
        environment: &BTreeMap<String, String>,
    ) -> anyhow::Result<Self> {
        processes::adopt_orphans();
        let log = folder.join("watch.log");
        let output = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let errors = output.try_clone().with_context(|| format!("cannot write {}", log.display()))?;
        let mut command = Command::new(cargo_lambda);
        command
            .args(["lambda", "watch", "--color", "never"])
            .args(["--invoke-address", &address.ip().to_string()])
            .args(["--invoke-port", &address.port().to_string()])
            // Without --timeout, which answers the functions' polls as well, and each would end after that long without an
            // event.
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .process_group(0);
        for (name, _) in env::vars_os().filter(|(name, _)| name.to_str().is_some_and(is_foreign)) {
            command.env_remove(name);
        }
        let child = command.envs(environment).spawn();
        let child = child.with_context(|| format!("cannot start {}", cargo_lambda.display()))?;
        Ok(Self { child, log })
    }

    /// Where its output goes, and that of the functions.
    pub(super) fn log(&self) -> &Path {
        &self.log
    }

    /// Resolves if it ends by itself, which it never should, with what it said last.
    pub(super) async fn ended(&mut self) -> anyhow::Error {
        let status = match self.child.wait().await {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        };
        anyhow!("`cargo lambda watch` ended ({status}). The end of {}:\n{}", self.log.display(), tail(&self.log))
    }

    /// Stops it and every function. When this returns, no process of theirs is left.
    pub(super) async fn stop(mut self) {
        // Without an id it has ended by itself.
        if let Some(group) = self.child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)) {
            let _ = kill_process_group(group, Signal::TERM);
            let _ = timeout(GRACE, self.child.wait()).await;
        }
        // Again and again, since a process may start another while it is being killed, but not for ever, since one that
        // the kernel holds cannot be killed.
        let _ = timeout(GRACE, async {
            while processes::kill_descendants() {
                sleep(Duration::from_millis(20)).await;
            }
        })
        .await;
    }
}

/// Variables of our own surroundings that the functions must not see: another AWS account, and those of `cargo run`,
/// which would have cargo compile again what depends on them.
fn is_foreign(name: &str) -> bool {
    ["AWS_", "CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|prefix| name.starts_with(prefix))
}

/// The last lines of a log.
pub(super) fn tail(log: &Path) -> String {
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(TAIL)..].join("\n")
}
