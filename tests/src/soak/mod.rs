//! The soak: senders, a fleet of real functions, faults everywhere between, and the audit afterwards.

mod chaos;
mod leaks;
mod plan;
mod recovery;
mod report;
mod stack;
mod surroundings;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use dataconnect::reconcile::Summary;
use tokio::time::sleep;

use crate::audit::{Audit, Finding, Holdings};
use crate::faults::Fault;
use crate::fleet::Front;
use crate::sender::{Delivering, Ledger, Script, deliver};
pub use chaos::Done;
pub use leaks::Search;
pub use plan::Plan;
use surroundings::Surroundings;

/// How often a watcher is told how far a soak is.
const TOLD_EVERY: Duration = Duration::from_secs(10);

/// The longest pause of a sender before it tries again: what `Retry-After` asks for.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A soak that is over.
#[derive(Debug)]
pub struct Soak {
    /// What it was to do.
    pub plan: Arc<Plan>,
    /// What was sent.
    pub script: Script,
    /// What was answered.
    pub ledger: Ledger,
    /// What became of it.
    pub audit: Audit,
    /// What the reconciler found afterwards, and applied.
    pub reconciled: Summary,
    /// What became of it then.
    pub audit_after: Audit,
    /// Faults by kind.
    pub faults: BTreeMap<Fault, u64>,
    /// Requests that went to the stores.
    pub requests: u64,
    /// What broke besides.
    pub done: Done,
    /// How many instances there were.
    pub instances: usize,
    /// How many of them had a wrong clock.
    pub skewed: usize,
    /// How often one was killed in mid-request.
    pub killed: u64,
    /// How often one crashed or timed out.
    pub crashed: u64,
    /// The search of the logs.
    pub search: Search,
    /// How long it took, audit included.
    pub took: Duration,
}

impl Soak {
    /// Runs a soak, and tells `progress` how far it is: deliveries that ended, of how many.
    ///
    /// # Errors
    /// If something does not start, or a file cannot be read or written.
    pub async fn run(plan: Plan, progress: impl Fn(usize, usize) + Send + 'static) -> anyhow::Result<Self> {
        let began = Instant::now();
        let plan = Arc::new(plan);
        let script = Script::new(plan.seed, plan.events);
        let (surroundings, stack) = Surroundings::start(&plan, &script).await?;
        let Surroundings { places, layers, fleet, logs } = surroundings;
        let front = Front::start(Arc::clone(&fleet)).await;

        let ended = Arc::new(AtomicUsize::new(0));
        let how = Delivering {
            url: front.url(),
            duration: plan.duration,
            patience: plan.patience,
            longest_pause: LONGEST_PAUSE,
            concurrency: plan.concurrency,
            ended: Arc::clone(&ended),
        };
        let breaking = tokio::spawn(chaos::break_down(Arc::clone(&plan), layers.clone(), stack));
        let killing = tokio::spawn(chaos::kill_instances(Arc::clone(&plan), Arc::clone(&fleet)));
        let watching = tokio::spawn(watch(ended, script.deliveries.len(), progress));
        let ledger = deliver(&script, &how).await;
        watching.abort();
        killing.abort();
        // The stack is kept until everything is read.
        let (done, _stack) = breaking.await??;
        drop(front);
        write_ledger(&plan, &script, &ledger)?;

        let audit = Audit::of(&script, &ledger, &Holdings::read(&places).await);
        let reconciled = recovery::reconcile(&places).await?;
        let audit_after = Audit::of(&script, &ledger, &Holdings::read(&places).await);
        Ok(Self {
            audit,
            reconciled,
            audit_after,
            faults: layers.injected(),
            requests: layers.requests(),
            done,
            instances: fleet.instances(),
            skewed: plan.skewed(),
            killed: fleet.killed(),
            crashed: fleet.crashed(),
            search: leaks::search(&logs, &script.secrets)?,
            took: began.elapsed(),
            plan,
            script,
            ledger,
        })
    }

    /// Whether every promise was kept, and the reconciler has left in the archive alone only what it must not apply.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let Summary { missing, superseded, cannot_tell, unreadable, applied, .. } = self.reconciled;
        let left = u64::try_from(self.audit_after.orphans).unwrap_or(u64::MAX);
        self.findings().next().is_none()
            && self.search.leaks.is_empty()
            && (applied == missing && left <= superseded && cannot_tell + unreadable == 0)
    }

    /// What both audits found.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.audit.findings.iter().chain(&self.audit_after.findings)
    }
}

async fn watch(ended: Arc<AtomicUsize>, all: usize, progress: impl Fn(usize, usize) + Send) {
    loop {
        progress(ended.load(Ordering::Relaxed), all);
        sleep(TOLD_EVERY).await;
    }
}

fn write_ledger(plan: &Plan, script: &Script, ledger: &Ledger) -> anyhow::Result<()> {
    let mut file = BufWriter::new(File::create(plan.folder.join("ledger.jsonl"))?);
    ledger.write(script, &mut file)?;
    Ok(file.flush()?)
}
