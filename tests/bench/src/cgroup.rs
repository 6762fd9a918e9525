//! A share of a processor, as Lambda gives it by the memory setting: a control group's quota of CPU time.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use nix::unistd::Pid;

/// The memory, in MB, with which a function has one whole processor ("Configure Lambda function memory", Lambda
/// developer guide). With less it has as much less of it.
pub(crate) const WHOLE_CPU: u32 = 1_769;
/// How often a group is given its quota. Lambda's own slices are of about this length.
pub(crate) const PERIOD: Duration = Duration::from_millis(20);

/// Where the two versions of control groups have the controller of CPU time.
const FIRST_VERSION: &str = "/sys/fs/cgroup/cpu";
const SECOND_VERSION: &str = "/sys/fs/cgroup";

/// A control group with a quota. It is removed when it is dropped; its processes must have ended.
#[derive(Debug)]
pub(crate) struct Cgroup {
    folder: PathBuf,
}

impl Cgroup {
    /// Makes one whose processes have the CPU time of a function with so much memory.
    ///
    /// # Errors
    /// If this user may write neither version of control groups here.
    pub(crate) fn of_memory(megabytes: u32) -> Result<Self> {
        let period = PERIOD.as_micros();
        let quota = period * u128::from(megabytes) / u128::from(WHOLE_CPU);
        let first = Self::make(FIRST_VERSION, |folder| {
            set(&folder.join("cpu.cfs_period_us"), &period.to_string())?;
            set(&folder.join("cpu.cfs_quota_us"), &quota.to_string())
        });
        first
            .or_else(|_| {
                Self::make(SECOND_VERSION, |folder| set(&folder.join("cpu.max"), &format!("{quota} {period}")))
            })
            .context("no control group with a quota of CPU time can be made here")
    }

    fn make(controller: &str, limit: impl FnOnce(&Path) -> io::Result<()>) -> Result<Self> {
        let folder = Path::new(controller).join("dataconnect-bench");
        // One that a bench has left that was stopped: its processes have ended since.
        fs::remove_dir(&folder).ok();
        fs::create_dir(&folder).with_context(|| folder.display().to_string())?;
        // Removed again where it has no controller.
        let group = Self { folder };
        limit(&group.folder).with_context(|| group.folder.display().to_string())?;
        Ok(group)
    }

    /// Takes a process in.
    pub(crate) fn add(&self, process: Pid) -> Result<()> {
        Ok(set(&self.folder.join("cgroup.procs"), &process.to_string())?)
    }

    /// How often its processes have been stopped until they had a quota again.
    pub(crate) fn throttled(&self) -> Result<u64> {
        let statistics = fs::read_to_string(self.folder.join("cpu.stat"))?;
        let line = statistics.lines().find_map(|line| line.strip_prefix("nr_throttled "));
        Ok(line.context("nr_throttled")?.trim().parse()?)
    }
}

/// Writes a file that must be there: what makes one in a folder of another kind has limited nothing.
fn set(file: &Path, value: &str) -> io::Result<()> {
    OpenOptions::new().write(true).open(file)?.write_all(value.as_bytes())
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        // Where it cannot be removed, nothing is left to do: an empty group takes nothing.
        fs::remove_dir(&self.folder).ok();
    }
}
