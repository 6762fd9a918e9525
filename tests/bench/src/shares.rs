//! The memory setting: the same work with the share of a processor that Lambda gives for it, and what that costs.

use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::bed::{Bed, check_writes};
use crate::cgroup::{Cgroup, WHOLE_CPU};
use crate::course::Given;
use crate::measure::{SLOW, micros, precise};
use crate::statistics::Sample;
use crate::subject::Subject;

/// The settings, in MB.
const SETTINGS: [u32; 5] = [128, 256, 512, 1_024, WHOLE_CPU];
/// Lives with each setting, and warm events in each.
pub(crate) const ROUNDS: u32 = 11;
pub(crate) const EVENTS: u32 = 70;
/// Events before those that count as warm.
const WARMING: u32 = 10;

/// A GB-second on arm64 and a million requests, in US dollars: "AWS Lambda pricing", us-east-1, first tier.
pub(crate) const GB_SECOND: f64 = 0.000_013_333_4;
pub(crate) const MILLION_REQUESTS: f64 = 0.20;
/// How many times the largest setting's times a recommended setting's may be.
pub(crate) const PATIENCE: f64 = 1.5;

/// A setting and what was measured with it. Times in microseconds.
#[derive(Debug, Clone)]
pub(crate) struct Share {
    /// The memory, in MB.
    pub(crate) megabytes: u32,
    /// From exec to the first poll.
    pub(crate) start: Sample,
    /// The first event.
    pub(crate) first: Sample,
    /// Both: what the sender of a cold event waits.
    pub(crate) cold: Sample,
    /// Each warm event.
    pub(crate) warm: Sample,
    /// The milliseconds that Lambda would bill for all warm events, each rounded up.
    billed: u64,
    /// Warm events.
    events: u64,
}

impl Share {
    fn of(megabytes: u32) -> Self {
        let (start, first, cold, warm) = Default::default();
        Self { megabytes, start, first, cold, warm, billed: 0, events: 0 }
    }

    /// What a million warm events cost, in US dollars.
    pub(crate) fn dollars(&self) -> f64 {
        let seconds = precise(self.billed) / precise(self.events) * 1e3;
        seconds * f64::from(self.megabytes) / 1024.0 * GB_SECOND + MILLION_REQUESTS
    }
}

/// Measures a subject with every setting in turn.
pub(crate) async fn measure(bed: &Bed, subject: &Subject) -> Result<Vec<Share>> {
    let mut shares = SETTINGS.map(Share::of);
    bed.sink.set_latency(SLOW);
    for _ in 0..ROUNDS {
        for share in &mut shares {
            live(bed, subject, share).await.with_context(|| format!("{} MB", share.megabytes))?;
        }
    }
    bed.sink.set_latency(Duration::ZERO);
    Ok(shares.into())
}

async fn live(bed: &Bed, subject: &Subject, share: &mut Share) -> Result<()> {
    let before = bed.sink.writes();
    let group = Cgroup::of_memory(share.megabytes)?;
    let mut running = bed.run_in(&group, subject).await?;
    let polled = running.polled().await?;
    let (start, first) = (polled - running.process.started, running.answer().await?);
    share.start.push(micros(start));
    share.first.push(micros(first));
    share.cold.push(micros(start + first));
    running.polled().await?;
    for _ in 0..WARMING {
        running.answer().await?;
        running.polled().await?;
    }
    for _ in 0..EVENTS {
        let elapsed = running.answer().await?;
        share.warm.push(micros(elapsed));
        share.billed += billed(elapsed)?;
        share.events += 1;
        running.polled().await?;
    }
    // A start takes more than the smallest share has in a period.
    let is_limited = share.megabytes > SETTINGS[0] || group.throttled()? > 0;
    ensure!(is_limited, "the quota of CPU time does not hold");
    running.process.end().await?;
    check_writes(subject, Given::default(), bed.sink.writes().since(before), u64::from(1 + WARMING + EVENTS))
}

/// The milliseconds that are billed for a duration: any that has begun.
fn billed(duration: Duration) -> Result<u64> {
    Ok(duration.as_micros().div_ceil(1_000).try_into()?)
}

/// The setting to recommend: the cheapest of those with which neither a warm event's p99 nor a cold event's median is
/// more than [`PATIENCE`] times what it is with the largest. Where events are few, the slowest hundredth are the cold
/// ones.
pub(crate) fn recommended(shares: &[Share]) -> Option<&Share> {
    let largest = shares.iter().max_by_key(|share| share.megabytes)?;
    let limits = (largest.warm.quantile(0.99)? * PATIENCE, largest.cold.median()? * PATIENCE);
    let is_quick = |share: &&Share| {
        let times = share.warm.quantile(0.99).zip(share.cold.median());
        times.is_some_and(|(warm, cold)| warm <= limits.0 && cold <= limits.1)
    };
    shares.iter().filter(is_quick).min_by(|one, other| one.dollars().total_cmp(&other.dollars()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(megabytes: u32, cold: u64, warm: [u64; 2]) -> Share {
        let mut share = Share::of(megabytes);
        share.cold.push(micros(Duration::from_millis(cold)));
        for millis in warm {
            share.warm.push(micros(Duration::from_millis(millis)));
            share.billed += millis;
            share.events += 1;
        }
        share
    }

    #[test]
    fn a_million_events_cost_their_rounded_milliseconds_and_their_requests() {
        assert_eq!(billed(Duration::from_micros(12_001)).unwrap(), 13);
        assert_eq!(billed(Duration::from_millis(12)).unwrap(), 12);
        // 11 ms of a GB: 11,000 GB-seconds.
        assert!((share(1_024, 30, [10, 12]).dollars() - (0.146_667_4 + 0.20)).abs() < 1e-9);
    }

    #[test]
    fn the_cheapest_setting_that_is_quick_enough_is_recommended() {
        let mut shares = [share(128, 40, [10, 14]), share(256, 40, [10, 14]), share(1_769, 30, [10, 10])];
        let recommended = |shares: &[Share]| recommended(shares).map(|share| share.megabytes);
        assert_eq!(recommended(&shares), Some(128));
        shares[0] = share(128, 40, [10, 16]);
        assert_eq!(recommended(&shares), Some(256), "its warm events are slow");
        shares[0] = share(128, 46, [10, 14]);
        assert_eq!(recommended(&shares), Some(256), "its cold events are slow");
        assert_eq!(recommended(&[]), None);
    }
}
