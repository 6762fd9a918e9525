//! The section on throughput.

use std::fmt::Write;

use anyhow::{Context, Result};

use crate::bed::BODY;
use crate::load::{INSTANCES, LENGTH, Level};
use crate::processor::processors;
use crate::statistics::Sample;

/// The section.
pub(crate) fn section(levels: &[Level]) -> Result<String> {
    let mut text = String::from("## End to end\n\n");
    writeln!(
        text,
        "| senders | events a second | latency, p50, ms | p99, ms | without the wait, p50, ms | p99, ms | functions, CPU µs an event | local stack, CPU µs | bench, CPU µs | processors had |"
    )?;
    writeln!(text, "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")?;
    for level in levels {
        let Level { senders, latency, answered, used, .. } = level;
        let (throughput, processors) = (level.throughput(), level.processors());
        let (latency, answered) = (quantiles(latency)?, quantiles(answered)?);
        let [functions, stack, bench] = [used.functions, used.stack, used.bench].map(|cpu| level.each(cpu));
        writeln!(
            text,
            "| {senders} | {throughput:.0} | {latency} | {answered} | {functions:.0} | {stack:.0} | {bench:.0} | {processors:.2} |"
        )?;
    }
    let events: u64 = levels.iter().map(|level| level.events).sum();
    let processors = processors()?;
    let seconds = LENGTH.as_secs();
    write!(
        text,
        "
All five functions on the local stack, which keeps on disk what it is given, for {seconds} seconds with each number of senders.
A sender sends an event of {BODY} bytes, or the sample's, to each function in turn, every event with a record of its own. An
instance has one event at a time, as on Lambda: a sender takes a free one of the function's, of which there are as many as
senders and {INSTANCES} at most, or waits for it. **All {events} events were answered with 200.** Functions, stack and bench share the
{processors} processors of this machine, and the last columns say who takes what of them; the stack is built at `opt-level = 1`. On Lambda,
DynamoDB and S3 take none of the functions' time, and nothing waits for an instance. `make bench BENCH_ARGS='--only load'`
measures this alone.
"
    )?;
    Ok(text)
}

/// The median and the 99th percentile, in milliseconds, as two columns.
fn quantiles(sample: &Sample) -> Result<String> {
    let quantile = |share| sample.quantile(share).map(|micros| micros / 1e3).context("nothing was sent");
    Ok(format!("{:.1} | {:.1}", quantile(0.5)?, quantile(0.99)?))
}
