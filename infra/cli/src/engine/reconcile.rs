//! Holds the archive against the tables, and the tables against the archive, all of it in one go that can be interrupted.

mod checkpoint;
mod difference;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use dataconnect::archive::ArchiveKey;
use dataconnect::key::RecordKey;
use dataconnect::operation::Operation;
use dataconnect::payload::OPERATIONS;
use dataconnect::reconcile::{Conservation, Inspector, Plan, Rebuilder, Reconciler, Repair, Scope, Task as Mending};
use dataconnect::table::{Cursor, Select};
use futures_util::TryStreamExt;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use checkpoint::Checkpoint;
pub use difference::{Difference, Kind};

use crate::connect::{Receiver, Stores};

/// How often the checkpoint is written.
const BETWEEN_CHECKPOINTS: Duration = Duration::from_secs(2);
/// Keys that a rebuild holds at once: some 40 MB.
const KEYS_AT_ONCE: usize = 100_000;

/// What is asked for. A run goes on from a checkpoint of the very same question alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The bucket.
    pub bucket: String,
    /// The tables.
    pub tables: Vec<String>,
    /// The first day, UTC.
    pub since: Option<String>,
    /// The last day.
    pub until: Option<String>,
    /// What to do besides reporting.
    pub task: Task,
}

/// What to do besides reporting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Task {
    /// Nothing.
    Report,
    /// Apply to the tables what they do not have.
    Repair,
    /// Make the records anew, and compare.
    Rebuild,
}

/// What has been counted so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Objects of the archive.
    pub objects: u64,
    /// Records of the tables.
    pub records: u64,
    /// Records made anew.
    pub rebuilt: u64,
    /// Events that were applied.
    pub applied: u64,
    /// What is wrong.
    pub differences: u64,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// All was gone through.
    Done,
    /// It was told to stop. The next run of the same question goes on from there.
    Stopped,
}

/// What a run tells as it goes.
#[derive(Debug)]
pub enum Told {
    /// Something is not as it should be, or was mended.
    Difference(Difference),
    /// So many more objects or records were gone through.
    Progress(u64),
}

/// One thing to go through.
#[derive(Debug, Clone, Copy)]
enum Phase {
    Archive(&'static Operation),
    Records(&'static Operation),
    Rebuild(&'static Operation),
}

/// A run.
#[derive(Debug)]
pub struct Reconciliation {
    stores: Stores,
    reconcilers: Vec<Reconciler>,
    question: Question,
    days: [Option<Date>; 2],
    concurrency: std::num::NonZeroUsize,
    file: PathBuf,
    checkpoint: Checkpoint,
    conservation: Conservation,
    written: Instant,
}

impl Reconciliation {
    /// A run of the receiver's stores, from the checkpoint in the file if that is one of the same question, unless it is
    /// restarted.
    ///
    /// # Errors
    /// If a setting is malformed, or the file cannot be read or is no checkpoint.
    pub fn new(
        receiver: &Receiver,
        stores: Stores,
        days: [Option<Date>; 2],
        task: Task,
        concurrency: std::num::NonZeroUsize,
        file: PathBuf,
        is_restarted: bool,
    ) -> anyhow::Result<Self> {
        let reconcilers = OPERATIONS.into_iter().map(|operation| {
            Ok(Reconciler {
                operation,
                record_id: receiver.record_id(operation)?,
                archive: stores.archive(),
                table: stores.table(operation),
            })
        });
        let reconcilers = reconcilers.collect::<anyhow::Result<_>>()?;
        let [since, until] = days.map(|day| day.map(|day| day.to_string()));
        let tables = stores.tables.values().cloned().collect();
        let question = Question { bucket: stores.bucket.clone(), tables, since, until, task };
        let read = Checkpoint::read(&file, &question)?.filter(|_| !is_restarted);
        let checkpoint = read.unwrap_or_else(|| Checkpoint::new(question.clone()));
        let conservation = Conservation::of(checkpoint.rows.iter().cloned());
        let written = Instant::now();
        Ok(Self { stores, reconcilers, question, days, concurrency, file, checkpoint, conservation, written })
    }

    /// Whether an earlier run is gone on with.
    #[must_use]
    pub fn is_resumed(&self) -> bool {
        self.checkpoint.tally != Tally::default()
    }

    /// When it began, or the earlier run that is gone on with. What came since may have been passed.
    #[must_use]
    pub fn began(&self) -> Timestamp {
        self.checkpoint.began()
    }

    /// What has been counted, this run's predecessors included.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.checkpoint.tally
    }

    /// The counts by day, customer and operation.
    #[must_use]
    pub fn conservation(&self) -> &Conservation {
        &self.conservation
    }

    /// Goes through everything, until it is told to stop. However it ends, the file says where.
    ///
    /// # Errors
    /// If a store fails, or the file cannot be written.
    pub async fn run(
        &mut self,
        stop: impl Future<Output = ()>,
        mut tell: impl FnMut(Told) -> anyhow::Result<()>,
    ) -> anyhow::Result<Ended> {
        let mut stop = std::pin::pin!(stop);
        let phases = self.phases();
        while let Some(phase) = phases.get(self.checkpoint.phase) {
            let ended = tokio::select! {
                ended = self.go_through(*phase, &mut tell) => Some(ended),
                () = &mut stop => None,
            };
            match ended {
                None => {
                    self.write()?;
                    return Ok(Ended::Stopped);
                }
                Some(Err(error)) => {
                    self.write()?;
                    return Err(error);
                }
                Some(Ok(())) => self.checkpoint.next_phase(),
            }
        }
        Checkpoint::remove(&self.file)?;
        Ok(Ended::Done)
    }

    fn phases(&self) -> Vec<Phase> {
        let mut tables: Vec<&'static Operation> = OPERATIONS.into();
        tables.dedup_by_key(|operation| operation.table_variable);
        let rebuilt = if self.question.task == Task::Rebuild { tables.clone() } else { Vec::new() };
        let archive = OPERATIONS.into_iter().map(Phase::Archive);
        archive.chain(tables.into_iter().map(Phase::Records)).chain(rebuilt.into_iter().map(Phase::Rebuild)).collect()
    }

    async fn go_through(
        &mut self,
        phase: Phase,
        tell: &mut impl FnMut(Told) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        match phase {
            Phase::Archive(operation) => self.archive(operation, tell).await,
            Phase::Records(operation) => self.records(operation, tell).await,
            Phase::Rebuild(operation) => self.rebuild(operation, tell).await,
        }
    }

    async fn archive(
        &mut self,
        operation: &'static Operation,
        tell: &mut impl FnMut(Told) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let Some(reconciler) = self.reconcilers.iter().find(|one| one.operation.name == operation.name).cloned() else {
            return Ok(());
        };
        let [since, until] = self.days;
        let task = if self.question.task == Task::Repair { Mending::Repair } else { Mending::Report };
        let after = self.checkpoint.after_key.clone();
        let plan = Plan { since, until, after, task, concurrency: self.concurrency, ..Plan::report() };
        let mut run = reconciler.run(plan);
        // What was found since the checkpoint is not counted in the file until the checkpoint is behind it; nor is what
        // could not be told.
        let mut pending = Vec::new();
        loop {
            let next = run.next().await?;
            let checkpoint = run.checkpoint().map(ArchiveKey::to_string);
            if checkpoint != self.checkpoint.after_key || next.is_none() {
                let mut wrong = 0;
                for found in &pending {
                    wrong += tell_difference(Difference::of_object(operation, found), tell)?;
                    tell(Told::Progress(1))?;
                }
                for found in pending.drain(..) {
                    self.conservation.count_object(&found);
                    self.checkpoint.tally.objects += 1;
                    let applied = matches!(found.repair, Some(Repair::Applied(_)));
                    self.checkpoint.tally.applied += u64::from(applied);
                }
                self.checkpoint.tally.differences += wrong;
                self.checkpoint.after_key = checkpoint;
                self.write_now_and_then()?;
            }
            match next {
                Some(found) => pending.push(found),
                None => return Ok(()),
            }
        }
    }

    async fn records(
        &mut self,
        operation: &'static Operation,
        tell: &mut impl FnMut(Told) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let [since, until] = self.days;
        let (table, archive) = (self.stores.table(operation), self.stores.archive());
        let inspector = Inspector { table, archive, since, until, concurrency: self.concurrency.get() };
        let after = self.checkpoint.after_record();
        let mut run = inspector.run(Select::Everything, after.as_ref().map(Cursor::behind));
        while let Some(inspected) = run.try_next().await? {
            let mut wrong = 0;
            for difference in Difference::of_record(operation, &inspected) {
                wrong += tell_difference(Some(difference), tell)?;
            }
            tell(Told::Progress(1))?;
            self.conservation.count_entries(&inspected);
            self.checkpoint.tally.records += 1;
            self.checkpoint.tally.differences += wrong;
            if let Some(key) = &inspected.key {
                self.checkpoint.set_record(key);
                self.write_now_and_then()?;
            }
        }
        Ok(())
    }

    async fn rebuild(
        &mut self,
        operation: &'static Operation,
        tell: &mut impl FnMut(Told) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let writes = |one: &&Reconciler| one.operation.table_variable == operation.table_variable;
        let rebuilder = Rebuilder {
            operations: self.reconcilers.iter().filter(writes).cloned().collect(),
            scope: Scope::Everything,
            keys_at_once: KEYS_AT_ONCE,
            concurrency: self.concurrency.get(),
        };
        let mut run = rebuilder.run(self.checkpoint.place.clone());
        while let Some(rebuilt) = run.try_next().await? {
            let wrong = tell_difference(Difference::of_rebuilt(operation, &rebuilt), tell)?;
            tell(Told::Progress(1))?;
            self.checkpoint.tally.rebuilt += 1;
            self.checkpoint.tally.differences += wrong;
            self.checkpoint.place = Some(rebuilt.place);
            self.write_now_and_then()?;
        }
        Ok(())
    }

    fn write_now_and_then(&mut self) -> anyhow::Result<()> {
        if self.written.elapsed() < BETWEEN_CHECKPOINTS {
            return Ok(());
        }
        self.write()
    }

    fn write(&mut self) -> anyhow::Result<()> {
        self.written = Instant::now();
        self.checkpoint.rows = self.conservation.rows().iter().map(|(row, counts)| (row.clone(), *counts)).collect();
        self.checkpoint.write(&self.file)
    }
}

/// Tells of a difference, if there is one. Gives how many are wrong: one or none.
fn tell_difference(
    difference: Option<Difference>,
    tell: &mut impl FnMut(Told) -> anyhow::Result<()>,
) -> anyhow::Result<u64> {
    let Some(difference) = difference else { return Ok(0) };
    let wrong = u64::from(difference.kind.is_wrong());
    tell(Told::Difference(difference))?;
    Ok(wrong)
}

/// A record's key, in the words of the table.
fn name(key: &RecordKey) -> String {
    format!("{} {}", key.customer_tenant, key.record_id)
}
