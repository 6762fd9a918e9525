//! One life of a function, measured: start, first event, warm events.

use std::time::Duration;

use anyhow::{Context, Result};

use crate::bed::{Bed, Stores, check_writes};
use crate::course::Given;
use crate::statistics::Sample;
use crate::subject::Subject;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extent {
    /// Lives of each subject.
    pub(crate) rounds: u32,
    /// Warm events in each life.
    pub(crate) events: u32,
}

/// What was measured of a subject. Times in microseconds, memory in bytes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Times {
    /// From exec to the first poll.
    pub(crate) start: Sample,
    /// The same where no connection can be opened, of a native program.
    pub(crate) start_alone: Sample,
    /// Processor time to the first poll.
    pub(crate) start_cpu: Sample,
    /// The first event.
    pub(crate) first: Sample,
    /// Its processor time.
    pub(crate) first_cpu: Sample,
    /// Each warm event.
    pub(crate) warm: Sample,
    /// The median of each life's warm events.
    pub(crate) warm_of_life: Sample,
    /// The processor time of a warm event, the mean of a life.
    pub(crate) warm_cpu: Sample,
    /// Each warm event with stores that take [`SLOW`].
    pub(crate) slow: Sample,
    /// The same less the longer of the stores' own times.
    pub(crate) beyond: Sample,
    /// Memory after the warm events.
    pub(crate) resident: Sample,
}

/// The latency of the slow stores.
pub(crate) const SLOW: Duration = Duration::from_millis(10);
/// Warm events with slow stores, in each life.
const SLOW_EVENTS: u32 = 20;
/// Events before those that count as warm: caches fill, and buffers grow.
const WARMING: u32 = 20;
/// Events after which memory is looked at for its growth, and looked at again.
pub(crate) const GROWTH: u32 = 1_000;
pub(crate) const GROWN: u32 = 10_000;

/// One life of a subject.
pub(crate) async fn live(bed: &Bed, subject: &Subject, events: u32, times: &mut Times) -> Result<()> {
    let before = bed.sink.writes();
    let mut running = bed.run(subject, &[], Stores::There).await?;
    let polled = running.polled().await.with_context(|| subject.name)?;
    times.start.push(micros(polled - running.process.started));
    let started = running.process.cpu()?;
    times.start_cpu.push(micros(started));

    times.first.push(micros(running.answer().await.with_context(|| subject.name)?));
    running.polled().await?;
    times.first_cpu.push(micros(running.process.cpu()?.saturating_sub(started)));

    for _ in 0..WARMING {
        running.answer().await?;
        running.polled().await?;
    }
    let warmed = running.process.cpu()?;
    let mut warm = Sample::default();
    for _ in 0..events {
        let elapsed = micros(running.answer().await?);
        warm.push(elapsed);
        times.warm.push(elapsed);
        running.polled().await?;
    }
    times.warm_of_life.push(warm.median().context("no warm event")?);
    times.warm_cpu.push(micros(running.process.cpu()?.saturating_sub(warmed)) / f64::from(events));
    times.resident.push(precise(running.process.resident()?));

    bed.sink.set_latency(SLOW);
    for _ in 0..SLOW_EVENTS {
        bed.sink.take_longest();
        let elapsed = running.answer().await?;
        times.slow.push(micros(elapsed));
        times.beyond.push(micros(elapsed.saturating_sub(bed.sink.take_longest())));
        running.polled().await?;
    }
    bed.sink.set_latency(Duration::ZERO);
    running.process.end().await?;
    let written = bed.sink.writes().since(before);
    check_writes(subject, Given::default(), written, u64::from(1 + WARMING + events + SLOW_EVENTS))
}

/// A start where nothing listens at the stores' addresses.
pub(crate) async fn start_alone(bed: &Bed, subject: &Subject, times: &mut Times) -> Result<()> {
    let mut running = bed.run(subject, &[], Stores::Gone).await?;
    let polled = running.polled().await.with_context(|| subject.name)?;
    times.start_alone.push(micros(polled - running.process.started));
    running.process.end().await
}

/// Memory after [`GROWTH`] events, and after [`GROWN`].
pub(crate) async fn growth(bed: &Bed, subject: &Subject) -> Result<(u64, u64)> {
    let mut running = bed.run(subject, &[], Stores::There).await?;
    running.polled().await?;
    let mut resident = [0; 2];
    for (events, resident) in [GROWTH, GROWN - GROWTH].into_iter().zip(&mut resident) {
        for _ in 0..events {
            running.answer().await?;
            running.polled().await?;
        }
        *resident = running.process.resident()?;
    }
    running.process.end().await?;
    Ok(resident.into())
}

/// Microseconds.
pub(crate) fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

/// What is counted here is far below 2⁵³.
#[expect(clippy::cast_precision_loss, reason = "see above")]
pub(crate) fn precise(count: u64) -> f64 {
    count as f64
}
