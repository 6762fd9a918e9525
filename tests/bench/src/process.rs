//! A function's process: how it is started, and what it has used.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nix::sched::{CpuSet, sched_setaffinity};
use nix::sys::signal::{Signal, kill};
use nix::time::clock_getcpuclockid;
use nix::unistd::Pid;

/// Environment variables.
pub(crate) type Environment = BTreeMap<String, String>;

/// The processor of the bench, and that of the functions. They must not take each other's time.
const BENCH_CPU: usize = 0;
const FUNCTION_CPU: usize = 1;

/// Keeps the bench, and what it starts from now on but for functions, to its processor.
pub(crate) fn keep_to_one_cpu() -> Result<()> {
    pin(BENCH_CPU)
}

fn pin(cpu: usize) -> Result<()> {
    let mut set = CpuSet::new();
    set.set(cpu)?;
    sched_setaffinity(Pid::from_raw(0), &set).context("the bench needs two processors")
}

/// A process, killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    /// When it was asked for.
    pub(crate) started: Instant,
}

impl Process {
    /// Starts a command with nothing in its environment but what is given.
    pub(crate) fn start(command: &[PathBuf], environment: Environment) -> Result<Self> {
        let (program, arguments) = command.split_first().context("a command")?;
        let mut command = Command::new(program);
        command.args(arguments).env_clear().envs(environment);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // A process runs where the thread that starts it does.
        let starting = thread::spawn(move || -> Result<Self> {
            pin(FUNCTION_CPU)?;
            let started = Instant::now();
            Ok(Self { child: command.spawn()?, started })
        });
        let started = starting.join().map_err(|_| anyhow::anyhow!("the starting thread panicked"))?;
        started.with_context(|| program.display().to_string())
    }

    fn pid(&self) -> Result<Pid> {
        Ok(Pid::from_raw(self.child.id().try_into()?))
    }

    /// The processor time that it has used, all threads together.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        Ok(Duration::from(clock_getcpuclockid(self.pid()?)?.now()?))
    }

    /// The memory that it has resident, in bytes.
    pub(crate) fn resident(&self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS")?;
        let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kilobytes * 1024)
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn end(mut self) -> Result<()> {
        kill(self.pid()?, Signal::SIGTERM)?;
        self.child.wait()?;
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
