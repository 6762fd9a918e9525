//! A function's process: how it is started, and what it has used.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nix::sched::{CpuSet, sched_setaffinity};
use nix::sys::signal::{Signal, kill};
use nix::time::clock_getcpuclockid;
use nix::unistd::Pid;

use crate::cgroup::Cgroup;

/// Environment variables.
pub(crate) type Environment = BTreeMap<String, String>;

/// The processor of the bench, and that of the functions. They must not take each other's time.
const BENCH_CPU: usize = 0;
const FUNCTION_CPU: usize = 1;

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

/// Keeps the bench, and what it starts from now on but for functions, to its processor.
pub(crate) fn keep_to_one_cpu() -> Result<()> {
    pin(BENCH_CPU)
}

fn pin(cpu: usize) -> Result<()> {
    let mut set = CpuSet::new();
    set.set(cpu)?;
    sched_setaffinity(Pid::from_raw(0), &set).context("the bench needs two processors")
}

fn unpin() -> Result<()> {
    let mut set = CpuSet::new();
    (0..CpuSet::count()).try_for_each(|cpu| set.set(cpu))?;
    Ok(sched_setaffinity(Pid::from_raw(0), &set)?)
}

/// How many processors there are for what may run on any.
pub(crate) fn processors() -> Result<usize> {
    let counting = thread::spawn(|| -> Result<usize> {
        unpin()?;
        Ok(thread::available_parallelism()?.get())
    });
    counting.join().map_err(|_| anyhow::anyhow!("the counting thread panicked"))?
}

/// A process, killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    /// When it was asked for.
    pub(crate) started: Instant,
}

impl Process {
    /// Starts a command with nothing in its environment but what is given, and with nobody to read what it writes.
    pub(crate) fn start(command: &[PathBuf], environment: Environment, place: Place) -> Result<Self> {
        let (program, arguments) = command.split_first().context("a command")?;
        let mut command = Command::new(program);
        command.args(arguments).env_clear().envs(environment);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Self::spawn(command, place)
    }

    /// The same in a control group, which the process is in before it becomes the program.
    pub(crate) fn start_in(group: &Cgroup, program: &Path, environment: Environment) -> Result<Self> {
        let mut shell = Command::new("/bin/sh");
        shell.arg("-c").arg(HELD).arg(program).env_clear().envs(environment);
        shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = Self::spawn(shell, Place::OneCpu)?;
        BufReader::new(process.output()?).read_line(&mut String::new())?;
        group.add(process.pid()?)?;
        let mut input = process.child.stdin.take().context("a pipe")?;
        process.started = Instant::now();
        input.write_all(b"\n")?;
        Ok(process)
    }

    /// Starts a command as it is.
    pub(crate) fn spawn(mut command: Command, place: Place) -> Result<Self> {
        let program = command.get_program().to_owned();
        // A process runs where the thread that starts it does.
        let starting = thread::spawn(move || -> Result<Self> {
            match place {
                Place::OneCpu => pin(FUNCTION_CPU)?,
                Place::AnyCpu => unpin()?,
            }
            let started = Instant::now();
            Ok(Self { child: command.spawn()?, started })
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
