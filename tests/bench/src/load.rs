//! End to end: many senders at once against instances of the five functions, on the local stack.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nix::time::{ClockId, clock_gettime};
use tokio::sync::{Mutex, Semaphore};
use tokio::task::JoinSet;

use crate::bed::Running;
use crate::measure::{micros, precise};
use crate::stack::Stack;
use crate::statistics::Sample;
use crate::subject::Subject;

/// The numbers of senders, and how long each sends.
const SENDERS: [usize; 4] = [1, 4, 16, 64];
pub(crate) const LENGTH: Duration = Duration::from_secs(4);
/// The most instances of a function.
pub(crate) const INSTANCES: usize = 4;
/// How long every instance is warmed, by as many senders as there are instances of all functions.
const WARMING: Duration = Duration::from_secs(1);
/// The numbers of its records that an instance has to itself.
const RECORDS: u64 = 1_000_000;

/// What was measured with a number of senders.
#[derive(Debug, Clone)]
pub(crate) struct Level {
    /// Senders at once.
    pub(crate) senders: usize,
    /// Events, all answered with 200.
    pub(crate) events: u64,
    /// How long that took.
    pub(crate) elapsed: Duration,
    /// Each event with its wait for a free instance, in microseconds.
    pub(crate) latency: Sample,
    /// The same without the wait.
    pub(crate) answered: Sample,
    /// Processor time that it took.
    pub(crate) used: Used,
}

/// Processor time, by who has used it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Used {
    /// The functions, all instances together.
    pub(crate) functions: Duration,
    /// The local stack.
    pub(crate) stack: Duration,
    /// The bench, which plays the Runtime API and the senders.
    pub(crate) bench: Duration,
}

impl Level {
    /// Events a second.
    pub(crate) fn throughput(&self) -> f64 {
        precise(self.events) / self.elapsed.as_secs_f64()
    }

    /// The processors that functions, stack and bench had.
    pub(crate) fn processors(&self) -> f64 {
        let Used { functions, stack, bench } = self.used;
        (functions + stack + bench).div_duration_f64(self.elapsed)
    }

    /// A duration for each of the events, in microseconds.
    pub(crate) fn each(&self, duration: Duration) -> f64 {
        micros(duration) / precise(self.events)
    }
}

impl Used {
    async fn until_now(pools: &[Pool], stack: &Stack) -> Result<Self> {
        let mut functions = Duration::ZERO;
        for pool in pools {
            for instance in pool.instances.lock().await.iter() {
                functions += instance.process.cpu()?;
            }
        }
        let bench = clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID)?.into();
        Ok(Self { functions, stack: stack.process.cpu()?, bench })
    }

    fn since(self, before: Self) -> Self {
        Self {
            functions: self.functions.saturating_sub(before.functions),
            stack: self.stack.saturating_sub(before.stack),
            bench: self.bench.saturating_sub(before.bench),
        }
    }
}

/// What one event took, with and without its wait for a free instance.
#[derive(Debug, Clone, Copy)]
struct Sent {
    latency: Duration,
    answered: Duration,
}

/// The instances of one function. As on Lambda, one has one event at a time.
#[derive(Debug)]
struct Pool {
    free: Semaphore,
    instances: Mutex<VecDeque<Running>>,
}

/// Measures every number of senders. The stack keeps its data in a folder.
pub(crate) async fn measure(root: &Path, functions: &[Subject], stack: &Path, folder: &Path) -> Result<Vec<Level>> {
    let stack = Stack::start(stack, root, folder)?;
    let mut pools = vec![];
    let mut records = 0;
    for function in functions {
        let mut instances = VecDeque::new();
        for _ in 0..INSTANCES {
            let mut instance = Running::start(root, function, &stack.environment, records).await?;
            instance.polled().await.with_context(|| function.name)?;
            instances.push_back(instance);
            records += RECORDS;
        }
        pools.push(Pool { free: Semaphore::new(0), instances: Mutex::new(instances) });
    }
    let pools: Arc<[Pool]> = pools.into();
    level(&pools, &stack, pools.len() * INSTANCES, WARMING).await?;
    let mut levels = vec![];
    for senders in SENDERS {
        levels.push(level(&pools, &stack, senders, LENGTH).await?);
    }
    Ok(levels)
}

/// One number of senders.
async fn level(pools: &Arc<[Pool]>, stack: &Stack, senders: usize, length: Duration) -> Result<Level> {
    let instances = senders.min(INSTANCES);
    for pool in pools.iter() {
        pool.free.add_permits(instances);
    }
    let before = Used::until_now(pools, stack).await?;
    let started = Instant::now();
    let mut sending = JoinSet::new();
    for sender in 0..senders {
        sending.spawn(send(Arc::clone(pools), sender, started + length));
    }
    let mut sent = vec![];
    while let Some(of_one) = sending.join_next().await {
        sent.extend(of_one??);
    }
    let elapsed = started.elapsed();
    let used = Used::until_now(pools, stack).await?.since(before);
    for pool in pools.iter() {
        pool.free.forget_permits(instances);
    }
    let events = u64::try_from(sent.len())?;
    let (mut latency, mut answered) = (Sample::default(), Sample::default());
    for each in sent {
        latency.push(micros(each.latency));
        answered.push(micros(each.answered));
    }
    Ok(Level { senders, events, elapsed, latency, answered, used })
}

/// Sends an event to each function in turn, until it is time.
async fn send(pools: Arc<[Pool]>, first: usize, until: Instant) -> Result<Vec<Sent>> {
    let mut sent = vec![];
    for pool in pools.iter().cycle().skip(first % pools.len()) {
        let asked = Instant::now();
        if asked >= until {
            break;
        }
        let permit = pool.free.acquire().await?;
        let mut instance = pool.instances.lock().await.pop_front().context("a free instance")?;
        let waited = asked.elapsed();
        // Its clock starts when the event has been made, for the making is the bench's.
        let answered = instance.answer().await?;
        sent.push(Sent { latency: waited + answered, answered });
        instance.polled().await?;
        // In front, so that only as many are used as may be.
        pool.instances.lock().await.push_front(instance);
        drop(permit);
    }
    Ok(sent)
}
