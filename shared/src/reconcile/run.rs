//! Going through the archive: several records at once, what is found in the order of the keys.

use std::collections::VecDeque;
use std::num::{NonZeroU16, NonZeroUsize};

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesOrdered;
use jiff::civil::Date;

use super::listing::Listing;
use super::objects::{Grouping, RecordObjects};
use super::{Finding, Found, ReconcileError, Reconciler, Scope, Summary};
use crate::archive::ArchiveKey;

/// What to go through, and how.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Whose events.
    pub scope: Scope,
    /// The first day, UTC, of those that the events came on. `None`: from the beginning.
    pub since: Option<Date>,
    /// The last day. `None`: to the end.
    pub until: Option<Date>,
    /// The key to begin after: the checkpoint of an earlier run. `None`: at the first.
    pub after: Option<String>,
    /// What to do about what is missing.
    pub task: Task,
    /// How many records are read or written at once.
    pub concurrency: NonZeroUsize,
    /// How many keys are listed at once. S3 gives 1,000 at most.
    pub page_size: NonZeroU16,
}

/// What to do about what is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// Nothing.
    Report,
    /// Apply it.
    Repair,
}

/// A run under way. It holds a page of keys and the findings of as many records as are worked on at once, however large
/// the archive is.
///
/// A record is never worked on twice at once, and one day after the other, so that its missing events are applied in the
/// order in which they came.
pub struct Run<'r> {
    reconciler: &'r Reconciler,
    task: Task,
    concurrency: usize,
    listing: Listing<'r>,
    grouping: Grouping,
    /// Complete, and not begun.
    waiting: VecDeque<RecordObjects>,
    /// The records of those that are begun and whose findings are not handed out.
    records: VecDeque<String>,
    in_flight: FuturesOrdered<BoxFuture<'r, Result<Examined, ReconcileError>>>,
    /// Ended while a page was listed.
    ended: VecDeque<Result<Examined, ReconcileError>>,
    /// Not handed out.
    found: VecDeque<Found>,
    /// The checkpoint, once the last of those is handed out and the next is asked for.
    next_checkpoint: Option<ArchiveKey>,
    checkpoint: Option<ArchiveKey>,
    is_listed: bool,
    is_over: bool,
}

/// One record and day, done.
struct Examined {
    found: Vec<Found>,
    done_up_to: Option<ArchiveKey>,
}

impl Plan {
    /// Reports on everything, eight records at once.
    #[must_use]
    pub fn report() -> Self {
        Self {
            scope: Scope::Everything,
            since: None,
            until: None,
            after: None,
            task: Task::Report,
            concurrency: NonZeroUsize::MIN.saturating_add(7),
            page_size: NonZeroU16::MIN.saturating_add(999),
        }
    }

    /// Repairs everything, likewise.
    #[must_use]
    pub fn repair() -> Self {
        Self { task: Task::Repair, ..Self::report() }
    }
}

impl<'r> Run<'r> {
    pub(super) fn new(reconciler: &'r Reconciler, plan: Plan) -> Self {
        Self {
            reconciler,
            task: plan.task,
            concurrency: plan.concurrency.get(),
            listing: Listing::new(&reconciler.archive, reconciler.operation, plan),
            grouping: Grouping::default(),
            waiting: VecDeque::new(),
            records: VecDeque::new(),
            in_flight: FuturesOrdered::new(),
            ended: VecDeque::new(),
            found: VecDeque::new(),
            next_checkpoint: None,
            checkpoint: None,
            is_listed: false,
            is_over: false,
        }
    }

    /// What is found next; `None` at the end.
    ///
    /// # Errors
    /// [`ReconcileError`] when a store did not do its work. The run is over then: a new one goes on from the checkpoint.
    pub async fn next(&mut self) -> Result<Option<Found>, ReconcileError> {
        loop {
            if let Some(found) = self.found.pop_front() {
                return Ok(Some(found));
            }
            if let Some(checkpoint) = self.next_checkpoint.take() {
                self.checkpoint = Some(checkpoint);
            }
            if self.is_over {
                return Ok(None);
            }
            match self.examined().await {
                Ok(Some(examined)) => {
                    self.found.extend(examined.found);
                    self.next_checkpoint = examined.done_up_to;
                }
                Ok(None) => self.is_over = true,
                Err(error) => {
                    self.is_over = true;
                    return Err(error);
                }
            }
        }
    }

    /// Goes on to the end. Gives how many of each were found from here on.
    ///
    /// # Errors
    /// Those of [`next`](Self::next).
    pub async fn finish(mut self) -> Result<Summary, ReconcileError> {
        let mut summary = Summary::default();
        while let Some(found) = self.next().await? {
            summary.add(&found);
        }
        Ok(summary)
    }

    /// The key up to which everything is done and was handed out, for [`Plan::after`] of a later run.
    #[must_use]
    pub fn checkpoint(&self) -> Option<&ArchiveKey> {
        self.checkpoint.as_ref()
    }

    /// The next record and day, in the order of the keys.
    async fn examined(&mut self) -> Result<Option<Examined>, ReconcileError> {
        self.begin_more().await?;
        let ended = match self.ended.pop_front() {
            Some(ended) => Some(ended),
            None => self.in_flight.next().await,
        };
        self.records.pop_front();
        ended.transpose()
    }

    /// Begins as many records as may be worked on, but none that is.
    async fn begin_more(&mut self) -> Result<(), ReconcileError> {
        while self.records.len() < self.concurrency {
            while self.waiting.is_empty() && !self.is_listed {
                self.list().await?;
            }
            let records = &self.records;
            let Some(objects) = self.waiting.pop_front_if(|objects| !records.contains(&objects.record)) else { break };
            self.records.push_back(objects.record.clone());
            self.in_flight.push_back(Box::pin(work(self.reconciler, self.task, objects)));
        }
        Ok(())
    }

    /// Lists one page more. What is in flight goes on meanwhile, so that its time-outs do not run out over the listing.
    async fn list(&mut self) -> Result<(), ReconcileError> {
        let mut page = std::pin::pin!(self.listing.page());
        let page = loop {
            tokio::select! {
                page = &mut page => break page?,
                Some(ended) = self.in_flight.next() => self.ended.push_back(ended),
            }
        };
        self.is_listed = page.is_none();
        match page {
            Some(keys) => self.waiting.extend(keys.into_iter().flat_map(|key| self.grouping.push(key))),
            None => self.waiting.extend(self.grouping.finish()),
        }
        Ok(())
    }
}

/// Examines the bodies of a record, and applies those that are missing if that is the task.
async fn work(reconciler: &Reconciler, task: Task, objects: RecordObjects) -> Result<Examined, ReconcileError> {
    let mut found = reconciler.examine(&objects).await?;
    for Found { finding, repair, .. } in &mut found {
        if let (Finding::Missing(event), Task::Repair) = (finding, task) {
            *repair = Some(reconciler.repair(event).await?);
        }
    }
    Ok(Examined { found, done_up_to: objects.done_up_to })
}
