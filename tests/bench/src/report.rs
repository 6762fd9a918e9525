//! `BENCHMARKS.md`.

pub(crate) mod costs;
pub(crate) mod load;
pub(crate) mod shares;

use std::fmt::Write;
use std::fs;
use std::process::Command;

use anyhow::Result;
use jiff::Timestamp;

use crate::bed::BODY;
use crate::figures::{Figures, Run};
use crate::limits::Verdict;
use crate::measure::{Extent, SLOW, precise};
use crate::statistics::Sample;
use crate::subject::{LEAN, RECEIVER};

/// The whole page, with sections of their own before the last.
pub(crate) fn page(
    run: &Run,
    verdicts: &[Verdict],
    extent: Extent,
    command: &str,
    sections: &[String],
) -> Result<String> {
    let mut page = String::new();
    writeln!(page, "# Benchmarks\n")?;
    writeln!(page, "Written by `{command}` on {}. {}\n", Timestamp::now().strftime("%-d %B %Y"), machine())?;
    writeln!(page, "![start, warm event and memory, on logarithmic scales](tests/bench/benchmarks.svg)\n")?;
    writeln!(page, "## Times, memory, size\n")?;
    table(&mut page, run)?;
    writeln!(page, "\n## Instructions\n")?;
    instructions(&mut page, run)?;
    writeln!(page, "\n## Limits\n")?;
    limits(&mut page, verdicts)?;
    for section in sections {
        write!(page, "\n{section}")?;
    }
    writeln!(page, "\n## Method\n")?;
    method(&mut page, run, extent)?;
    Ok(page)
}

fn table(page: &mut String, run: &Run) -> Result<()> {
    let slow = SLOW.as_millis();
    writeln!(
        page,
        "| | start, ms | start, CPU ms | start alone, ms | first event, ms | its CPU, ms | warm event, µs | its CPU, µs | with stores of {slow} ms, ms | beyond them, µs | RSS, MB | size, MB |"
    )?;
    writeln!(page, "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")?;
    for Figures { subject, times, size, .. } in &run.0 {
        let row = [
            with_spread(&times.start, 1e3, 2),
            plain(&times.start_cpu, 1e3, 2),
            plain(&times.start_alone, 1e3, 2),
            with_spread(&times.first, 1e3, 2),
            plain(&times.first_cpu, 1e3, 2),
            with_spread(&times.warm, 1.0, 0),
            plain(&times.warm_cpu, 1.0, 0),
            plain(&times.slow, 1e3, 2),
            plain(&times.beyond, 1.0, 0),
            plain(&times.resident, 1e6, 1),
            size.map_or_else(String::new, |size| format!("{:.2}", precise(size) / 1e6)),
        ];
        writeln!(page, "| {} | {} |", subject.name, row.join(" | "))?;
    }
    writeln!(
        page,
        "\nMedians; in brackets the quartiles. *Start* is from exec to the first poll of the Runtime API, and *start alone* the \
         same of a native program where no connection to a store can be opened; *beyond them* is what an event with slow \
         stores takes besides the longer of the two stores' own times, which are longer than they were told to be."
    )?;
    Ok(())
}

fn instructions(page: &mut String, run: &Run) -> Result<()> {
    writeln!(page, "| | to the first poll | first event | warm event |")?;
    writeln!(page, "| --- | --- | --- | --- |")?;
    for Figures { subject, instructions, .. } in &run.0 {
        if let Some(counted) = instructions {
            let [start, first, warm] = [counted.start, counted.first, counted.warm].map(thousands);
            writeln!(page, "| {} | {start} | {first} | {warm} |", subject.name)?;
        }
    }
    writeln!(page, "\nCounted by callgrind, in thousands.")?;
    Ok(())
}

fn limits(page: &mut String, verdicts: &[Verdict]) -> Result<()> {
    writeln!(
        page,
        "| `{RECEIVER}`, where no other is named | measured | of the five functions, the most | no more than | |"
    )?;
    writeln!(page, "| --- | --- | --- | --- | --- |")?;
    for verdict in verdicts {
        let kept = if verdict.is_kept() { "kept" } else { "**missed**" };
        let [value, limit] = [verdict.value, verdict.goal.limit].map(|value| verdict.number(value));
        let spread = verdict
            .spread
            .map_or_else(String::new, |(low, high)| format!(" ({}–{})", verdict.number(low), verdict.number(high)));
        let worst =
            verdict.worst.map_or_else(String::new, |(value, name)| format!("{}, {name}", verdict.number(value)));
        writeln!(page, "| {} | {value}{spread} | {worst} | {limit} | {kept} |", verdict.figure)?;
    }
    writeln!(
        page,
        "\nWhat is measured times another is so in each round: the median of these ratios, and in brackets their quartiles. \
         *{LEAN}* does not do without all that is the receiver's own: it hashes the body once, as it must for the SDK's \
         signature, and for the record it clones an item that is ready. What was once reached without being a goal is kept, but \
         for a twentieth."
    )?;
    Ok(())
}

fn method(page: &mut String, run: &Run, extent: Extent) -> Result<()> {
    let Extent { rounds, events } = extent;
    for Figures { subject, .. } in &run.0 {
        writeln!(page, "- *{}*: {}.", subject.name, subject.what)?;
    }
    write!(
        page,
        "
Each is a release build or an installation of the real thing, in a process of its own, kept to one processor; the bench is on
another. The bench speaks the Lambda Runtime API to it, and answers as S3 and DynamoDB over https (TLS 1.3, an ECDSA certificate) on
loopback. {rounds} rounds; in each round every subject lives once, each time another one first: start, first event, {events}
warm events, some with slow stores, and the end. So whatever slows the machine slows all of them. An event carries a body of {BODY} bytes, or the sample's,
and a record id of its own; after a life, the stores must have been given as many writes as there were events. Every subject
that does so on Lambda reads the system's root certificates; the receiver's functions, which bring Amazon's five, and the lean one
read those and the bench's own from a file.

Left out: Lambda itself (its own start of a microVM, its network and its processors), the stores' own time, connections that they
closed while a function was frozen, AWS's longer chains of certificates, arm64, compressed size, and what logs cost: they go to
`/dev/null`. The peers do without Powertools' idempotency, which keeps a table of its own and writes to it twice an event: the
record's own condition does its work, in them as in the receiver.
"
    )?;
    Ok(())
}

fn plain(sample: &Sample, unit: f64, digits: usize) -> String {
    sample.median().map_or_else(String::new, |median| format!("{:.digits$}", median / unit))
}

fn with_spread(sample: &Sample, unit: f64, digits: usize) -> String {
    let spread = sample.spread().map(|(low, high)| format!(" ({:.digits$}–{:.digits$})", low / unit, high / unit));
    plain(sample, unit, digits) + &spread.unwrap_or_default()
}

fn thousands(count: u64) -> String {
    (count / 1000).to_string()
}

/// The processor, the kernel and the compiler.
fn machine() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ")).map_or("?", |(_, name)| name);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let compiler = Command::new("rustc").arg("--version").output();
    let compiler = compiler.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
    format!("{model}, Linux {}, {compiler}.", kernel.trim())
}
