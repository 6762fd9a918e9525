//! A function's process: how it is started, and what it has used.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::time::{sleep, timeout};

use crate::cgroup::Cgroup;
use crate::processor;

/// Environment variables.
pub(crate) type Environment = BTreeMap<String, String>;

/// How often a process that is to do something is looked at, whether it still runs.
const LOOK: Duration = Duration::from_millis(100);
/// How long a process may take to end, with a profile to write too; and how often it is looked at meanwhile.
const ENDING: Duration = Duration::from_secs(10);
const LOOK_AT_ENDING: Duration = Duration::from_millis(2);
/// The bytes of what a process complained of last that are told, at most.
const LAST_WORDS: usize = 4_096;

/// A shell that says that it is there, and becomes the command when it is told to.
const HELD: &str = "echo && read go && exec \"$0\" \"$@\" >/dev/null";

/// Where a process may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// On the processor of the functions.
    OneCpu,
    /// On all that there are, the bench's too.
    AnyCpu,
}

/// A process, killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    /// What it has written to standard error.
    errors: File,
    /// When it was asked for.
    pub(crate) started: Instant,
}

impl Process {
    /// Starts a command with nothing in its environment but what is given, and with nobody to read what it writes
    /// to standard output.
    pub(crate) fn start(command: &[PathBuf], environment: Environment, place: Place) -> Result<Self> {
        let (program, arguments) = command.split_first().context("a command")?;
        let mut command = Command::new(program);
        command.args(arguments).env_clear().envs(environment);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        Self::spawn(command, place)
    }

    /// The same in a control group, which the process is in before it becomes the program.
    pub(crate) fn start_in(group: &Cgroup, program: &Path, environment: Environment) -> Result<Self> {
        let mut shell = Command::new("/bin/sh");
        shell.arg("-c").arg(HELD).arg(program).env_clear().envs(environment);
        shell.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = Self::spawn(shell, Place::OneCpu)?;
        BufReader::new(process.output()?).read_line(&mut String::new())?;
        group.add(process.pid()?)?;
        let mut input = process.child.stdin.take().context("a pipe")?;
        process.started = Instant::now();
        input.write_all(b"\n")?;
        Ok(process)
    }

    /// Starts a command as it is, but for its standard error.
    pub(crate) fn spawn(mut command: Command, place: Place) -> Result<Self> {
        let program = command.get_program().to_owned();
        let errors = tempfile::tempfile()?;
        command.stderr(errors.try_clone()?);
        // A process runs where the thread that starts it does.
        let starting = thread::spawn(move || -> Result<Self> {
            match place {
                Place::OneCpu => processor::keep_to(processor::OF_FUNCTIONS)?,
                Place::AnyCpu => processor::keep_to_none()?,
            }
            let started = Instant::now();
            Ok(Self { child: command.spawn()?, errors, started })
        });
        let started = starting.join().map_err(|_| anyhow::anyhow!("the starting thread panicked"))?;
        started.with_context(|| program.display().to_string())
    }

    /// What it writes to standard output, which was to be a pipe. It can be taken once.
    pub(crate) fn output(&mut self) -> Result<ChildStdout> {
        self.child.stdout.take().context("a pipe")
    }

    fn pid(&self) -> Result<Pid> {
        Ok(Pid::from_raw(self.child.id().try_into()?))
    }

    /// The processor time that it has used, all threads together.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        processor::time_of(self.pid()?)
    }

    /// The memory that it has resident, in bytes.
    pub(crate) fn resident(&self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS")?;
        let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kilobytes * 1024)
    }

    /// Waits for what the process is to do, and no longer than it runs.
    pub(crate) async fn while_running<T>(&mut self, doing: impl Future<Output = Result<T>>) -> Result<T> {
        let mut doing = pin!(doing);
        loop {
            if let Ok(done) = timeout(LOOK, &mut doing).await {
                return done;
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("it has ended, {status}: {}", self.last_words()?);
            }
        }
    }

    /// The end of what it has written to standard error.
    pub(crate) fn last_words(&self) -> io::Result<String> {
        let length = self.errors.metadata()?.len();
        let mut words = vec![0; LAST_WORDS];
        // The process writes where its own handle of the file stands: nothing here may move that.
        let read = self.errors.read_at(&mut words, length.saturating_sub(LAST_WORDS as u64))?;
        Ok(String::from_utf8_lossy(&words[..read]).trim().to_owned())
    }

    /// Asks it to end, and waits until it has. One that does not is killed.
    pub(crate) async fn end(mut self) -> Result<()> {
        kill(self.pid()?, Signal::SIGTERM)?;
        let asked = Instant::now();
        while self.child.try_wait()?.is_none() && asked.elapsed() < ENDING {
            sleep(LOOK_AT_ENDING).await;
        }
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Fails where it has ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    fn shell(script: &str) -> Process {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        Process::spawn(command, Place::AnyCpu).expect("a shell")
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_process_that_has_ended_is_not_waited_for_and_its_complaint_is_told() {
        let mut process = shell("echo no region >&2; exit 3");
        let waiting = timeout(Duration::from_secs(30), process.while_running(pending::<Result<()>>()));
        let error = waiting.await.expect("no wait").expect_err("an error").to_string();
        assert!(error.contains("exit status: 3") && error.ends_with("no region"), "{error}");
    }

    #[tokio::test(flavor = "current_thread")]
    async fn what_a_process_does_is_waited_for_while_it_runs() {
        let mut process = shell("exec sleep 60");
        let doing = async {
            sleep(LOOK * 2).await;
            Ok("done")
        };
        assert_eq!(process.while_running(doing).await.expect("it runs"), "done");
        process.end().await.expect("it ends");
    }
}
