//! A soak in figures.

use std::fmt;
use std::time::Duration;

use super::Soak;
use crate::audit::Breach;
use crate::sender::Ending;

impl fmt::Display for Soak {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut row = |name: &str, value: &dyn fmt::Display| writeln!(out, "{name:<44} {value:>12}");
        let (ledger, audit) = (&self.ledger, &self.audit);
        let total = audit.total();
        row("seed", &self.plan.seed)?;
        row("events", &self.script.events.len())?;
        row("deliveries (events, repeats, offences)", &self.script.deliveries.len())?;
        row("attempts", &ledger.tries())?;
        row("acknowledged", &ledger.ended(|ending| matches!(ending, Ending::Acknowledged(_))))?;
        row("  of these duplicates", &total.duplicates)?;
        row("refused, as they had to be", &ledger.ended(|ending| matches!(ending, Ending::Refused(_))))?;
        row("given up by their sender", &ledger.ended(|ending| *ending == Ending::Unanswered))?;
        row("requests to the stores", &self.requests)?;
        row("faults injected", &self.faults.values().sum::<u64>())?;
        for (fault, count) in &self.faults {
            row(&format!("  {}", fault.name()), count)?;
        }
        row("outages", &self.done.outages)?;
        row("  seconds, together", &self.done.outage.as_secs())?;
        row("instances", &self.instances)?;
        row("  with a wrong clock", &self.skewed)?;
        row("  killed in mid-request", &self.killed)?;
        row("  crashed or timed out", &self.crashed)?;
        row("local stack killed and restarted", &self.done.restarts)?;
        row("records created", &total.created)?;
        row("  corrected", &total.corrected)?;
        row("  deleted", &(total.deleted + total.already_deleted))?;
        row("in the archive alone, of senders that gave up", &total.orphaned)?;
        row("in a record alone, likewise", &total.dangling)?;
        row("reconciled: missing in their records", &self.reconciled.missing)?;
        row("  applied", &self.reconciled.applied)?;
        row("  superseded, and left", &self.reconciled.superseded)?;
        row("log lines searched", &self.search.lines)?;
        row("  for secrets and personal details", &self.search.secrets)?;
        row("  found", &self.search.leaks.len())?;
        row("latency of an attempt, p50, ms", &self.percentile(50))?;
        row("  p99, ms", &self.percentile(99))?;
        row("  worst, ms", &self.percentile(100))?;
        row("longest from first attempt to answer, s", &self.longest().as_secs())?;
        row("took, s", &self.took.as_secs())?;
        for breach in [Breach::Lost, Breach::Doubled, Breach::Wrong, Breach::Stranger, Breach::Refused] {
            row(name(breach), &self.findings().filter(|finding| finding.breach == breach).count())?;
        }
        Ok(())
    }
}

fn name(breach: Breach) -> &'static str {
    match breach {
        Breach::Lost => "LOST",
        Breach::Doubled => "DOUBLED",
        Breach::Wrong => "WRONG",
        Breach::Stranger => "WRITTEN BY A STRANGER",
        Breach::Refused => "NEVER ACKNOWLEDGED",
    }
}

impl Soak {
    /// The milliseconds that so many per cent of the attempts did not take longer than.
    fn percentile(&self, percent: usize) -> u32 {
        let mut all: Vec<_> = self.ledger.entries.iter().flat_map(|entry| &entry.milliseconds).copied().collect();
        all.sort_unstable();
        let index = (all.len() * percent).div_ceil(100).saturating_sub(1);
        all.get(index).copied().unwrap_or_default()
    }

    fn longest(&self) -> Duration {
        self.ledger.entries.iter().map(crate::sender::Entry::took).max().unwrap_or_default()
    }
}
