//! Who runs on which processor, and for how long. The bench compiles elsewhere too, for it is in the workspace, but
//! measures on Linux alone.

use std::thread;

use anyhow::{Result, anyhow};

pub(crate) use system::{keep_to, keep_to_none, time_of};

/// The processor of the bench, and that of the functions. They must not take each other's time.
pub(crate) const OF_BENCH: usize = 0;
pub(crate) const OF_FUNCTIONS: usize = 1;

/// How many processors there are for what may run on any.
pub(crate) fn processors() -> Result<usize> {
    let counting = thread::spawn(|| -> Result<usize> {
        keep_to_none()?;
        Ok(thread::available_parallelism()?.get())
    });
    counting.join().map_err(|_| anyhow!("the counting thread panicked"))?
}

#[cfg(target_os = "linux")]
mod system {
    use std::time::Duration;

    use anyhow::{Context, Result};
    use nix::sched::{CpuSet, sched_setaffinity};
    use nix::time::clock_getcpuclockid;
    use nix::unistd::Pid;

    /// Keeps this thread, and what it starts from now on, to a processor.
    pub(crate) fn keep_to(cpu: usize) -> Result<()> {
        let mut set = CpuSet::new();
        set.set(cpu)?;
        sched_setaffinity(Pid::from_raw(0), &set).context("the bench needs two processors")
    }

    /// Lets this thread run on all that there are.
    pub(crate) fn keep_to_none() -> Result<()> {
        let mut set = CpuSet::new();
        (0..CpuSet::count()).try_for_each(|cpu| set.set(cpu))?;
        Ok(sched_setaffinity(Pid::from_raw(0), &set)?)
    }

    /// The processor time that a process has used, all threads together.
    pub(crate) fn time_of(process: Pid) -> Result<Duration> {
        Ok(clock_getcpuclockid(process)?.now()?.into())
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::time::Duration;

    use anyhow::{Result, bail};
    use nix::unistd::Pid;

    const NEEDS_LINUX: &str = "the bench needs Linux";

    pub(crate) fn keep_to(_: usize) -> Result<()> {
        bail!(NEEDS_LINUX)
    }

    pub(crate) fn keep_to_none() -> Result<()> {
        bail!(NEEDS_LINUX)
    }

    pub(crate) fn time_of(_: Pid) -> Result<Duration> {
        bail!(NEEDS_LINUX)
    }
}
