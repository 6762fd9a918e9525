//! What a soak does.

use std::path::{Path, PathBuf};
use std::time::Duration;

use dataconnect::operation::Operation;
use dataconnect::payload::{OPERATIONS, POST_PUNCHES};

use crate::fixtures::root;

/// Clocks of instances, as `libfaketime` is told of them. A day ahead is what midnight does to a repeat: its body goes
/// under another date.
const CLOCKS: [Option<&str>; 4] = [None, Some("+4m"), Some("-4m"), Some("+26h")];

/// So many times as many instances as others has the function that most of what is sent goes to.
const PUNCHES: usize = 8;

/// What a soak does, and with what.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Decides everything that chance decides, but for what the machine's own timing does.
    pub seed: u64,
    /// How many events happen. Some are sent more than once.
    pub events: usize,
    /// How long they are sent.
    pub duration: Duration,
    /// How long senders go on trying after that.
    pub patience: Duration,
    /// The share of the stores' requests that meet a fault.
    pub faults: f64,
    /// How many requests the senders have under way.
    pub concurrency: usize,
    /// The least number of instances of a function.
    pub instances: usize,
    /// How long between two kills of an instance in mid-request.
    pub kill_every: Duration,
    /// The folder of the functions' and the local stack's binaries.
    pub binaries: PathBuf,
    /// `libfaketime.so.1`, which gives instances clocks that are wrong. None are without.
    pub faketime: Option<PathBuf>,
    /// Where the data, the logs and the ledger go. It must be empty.
    pub folder: PathBuf,
}

impl Plan {
    /// Ten minutes and 100,000 events.
    #[must_use]
    pub fn long(seed: u64, binaries: PathBuf, folder: PathBuf) -> Self {
        Self {
            seed,
            events: 100_000,
            duration: Duration::from_mins(10),
            patience: Duration::from_mins(5),
            faults: 0.1,
            concurrency: 256,
            instances: 4,
            kill_every: Duration::from_secs(2),
            binaries,
            faketime: faketime(),
            folder,
        }
    }

    /// About a minute, for every change.
    #[must_use]
    pub fn short(seed: u64, binaries: PathBuf, folder: PathBuf) -> Self {
        Self {
            events: 2_000,
            duration: Duration::from_secs(40),
            kill_every: Duration::from_millis(500),
            ..Self::long(seed, binaries, folder)
        }
    }

    /// How many instances an operation has.
    pub(super) fn instances_of(&self, operation: &Operation) -> usize {
        if operation.name == POST_PUNCHES.name { PUNCHES * self.instances } else { self.instances }
    }

    /// The clock of an operation's instance of a number, if it is wrong, and what makes it so.
    pub(super) fn clock(&self, number: usize) -> Option<(&Path, &'static str)> {
        self.faketime.as_deref().zip(CLOCKS[number % CLOCKS.len()])
    }

    /// How many instances have a wrong clock.
    pub(super) fn skewed(&self) -> usize {
        let numbers = OPERATIONS.into_iter().flat_map(|operation| 0..self.instances_of(operation));
        numbers.filter(|number| self.clock(*number).is_some()).count()
    }
}

/// Where `make` installs it. The package has it for this one platform.
fn faketime() -> Option<PathBuf> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return None;
    }
    let python = std::fs::read_dir(root().join(".dataconnect/tools/lib")).ok()?;
    let library = "site-packages/libfaketime/vendor/libfaketime/src/libfaketime.so.1";
    python.filter_map(|folder| Some(folder.ok()?.path().join(library))).find(|path| path.is_file())
}
