//! The section on the memory setting.

use std::fmt::Write;

use anyhow::{Context, Error, Result};

use super::plain;
use crate::bed::BODY;
use crate::cgroup::{PERIOD, WHOLE_CPU};
use crate::measure::SLOW;
use crate::shares::{EVENTS, GB_SECOND, MILLION_REQUESTS, PATIENCE, ROUNDS, Share, recommended};
use crate::statistics::Sample;
use crate::subject::RECEIVER;

const TITLE: &str = "## Memory setting\n\n";

/// The section where nothing could be measured, and why.
pub(crate) fn left_out(why: &Error) -> String {
    format!("{TITLE}Left out: {why:#}.\n")
}

/// The section.
pub(crate) fn section(shares: &[Share]) -> Result<String> {
    let mut text = TITLE.to_owned();
    writeln!(
        text,
        "| MB | start, ms | first event, ms | both, ms | warm event, p50, ms | p99, ms | dollars a million events |"
    )?;
    writeln!(text, "| --- | --- | --- | --- | --- | --- | --- |")?;
    for share in shares {
        let Share { megabytes, start, first, cold, warm, .. } = share;
        let [start, first, cold, median] = [start, first, cold, warm].map(|sample| plain(sample, 1e3, 1));
        let (p99, dollars) = (p99(warm)?, share.dollars());
        writeln!(text, "| {megabytes} | {start} | {first} | {cold} | {median} | {p99:.1} | {dollars:.3} |")?;
    }
    let best = recommended(shares).context("nothing was measured")?.megabytes;
    let (period, slow) = (PERIOD.as_millis(), SLOW.as_millis());
    write!(
        text,
        "
`{RECEIVER}` with the share of a processor that Lambda gives for the memory, {WHOLE_CPU} MB being a whole one, by a quota in
every {period} ms, and with stores of {slow} ms. Every setting lived {ROUNDS} times, in turn with the others, with {EVENTS} warm events of
{BODY} bytes in each life, one right after the other: the most that one instance can have to do. Start and first event come once
in a life, and are medians. The dollars are those of us-east-1 on arm64: each warm event's duration, rounded up to the
millisecond, at {GB_SECOND:.10} a GB-second, and {MILLION_REQUESTS:.2} for a million requests. Starts are not in them, nor what the
stores and the API cost. `make bench BENCH_ARGS='--only memory'` measures this alone.

**Recommended: {best} MB**, the cheapest setting with which neither the p99 of a warm event nor the median of start and first
event together is more than {PATIENCE} times what it is with the largest: where events are few, the slowest hundredth are those
that start an instance.
"
    )?;
    Ok(text)
}

fn p99(sample: &Sample) -> Result<f64> {
    Ok(sample.quantile(0.99).context("nothing was measured")? / 1e3)
}
