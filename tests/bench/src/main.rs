//! What the functions take in time, memory and instructions, beside others that do the same. `make bench` runs it.

mod bed;
mod certificate;
mod cgroup;
mod course;
mod events;
mod figures;
mod goals;
mod growth;
mod instructions;
mod limits;
mod load;
mod measure;
mod paths;
mod plot;
mod process;
mod processor;
#[cfg(test)]
mod profiles;
mod report;
mod runtime;
mod shares;
mod sink;
mod stack;
mod standing;
mod statistics;
mod subject;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::{Parser, ValueEnum};

use crate::bed::Bed;
use crate::cgroup::{Cgroup, WHOLE_CPU};
use crate::course::Course;
use crate::figures::{Figures, Run};
use crate::limits::{Verdict, counted, measured};
use crate::measure::{Extent, Times, growth, live, start_alone};
use crate::subject::{
    Peers, RECEIVER, Subject, build_all, build_counted, build_functions, build_stack, in_place_of_receiver,
};

/// Measures the functions, and writes BENCHMARKS.md and its plot.
#[derive(Debug, Parser)]
struct Arguments {
    /// Lives of each subject.
    #[arg(long, default_value_t = 15)]
    rounds: u32,
    /// Warm events in each life.
    #[arg(long, default_value_t = 200)]
    events: u32,
    /// Leave out the peers in Python and JavaScript.
    #[arg(long)]
    without_peers: bool,
    /// Hold sizes and instructions against their limits, and measure and write nothing else.
    #[arg(long)]
    check: bool,
    /// Run this build of post-punches, which should have its symbols, under callgrind, and leave its profile in
    /// callgrind.out. Measures nothing else.
    #[arg(long)]
    profile: Option<PathBuf>,
    /// Have the events that are profiled correct a record of so many revisions.
    #[arg(long, requires = "profile")]
    revisions: Option<u64>,
    /// Measure this part alone, print its section, and write nothing.
    #[arg(long)]
    only: Option<Part>,
}

/// What stands in a section of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The memory setting.
    Memory,
    /// Throughput and latency on the local stack.
    Load,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    if let Some(program) = arguments.profile {
        let course = arguments.revisions.map_or(Course::Created, Course::Corrected);
        return profile(&root, program, course).await;
    }
    say("building");
    if let Some(part) = arguments.only {
        return only(part, &root).await;
    }
    let (subjects, stack) = if arguments.check {
        (build_counted(&root)?, None)
    } else {
        let peers = if arguments.without_peers { Peers::LeftOut } else { Peers::Installed };
        let (subjects, stack) = build_all(&root, peers)?;
        (subjects, Some(stack))
    };
    // After the builds, which may have both processors.
    processor::keep_to(processor::OF_BENCH)?;
    let folder = tempfile::tempdir()?;
    let bed = Bed::start(&root, folder.path()).await?;
    match stack {
        None => check(&bed, subjects, folder.path()).await,
        Some(stack) => measure(&bed, subjects, &stack, folder.path(), &arguments, &root).await,
    }
}

/// Measures one part, and prints its section.
async fn only(part: Part, root: &Path) -> Result<()> {
    let functions = build_functions(root)?;
    let stack = if part == Part::Load { Some(build_stack(root)?) } else { None };
    processor::keep_to(processor::OF_BENCH)?;
    let folder = tempfile::tempdir()?;
    let section = match stack {
        None => memory(&Bed::start(root, folder.path()).await?, &functions).await?,
        Some(stack) => load(root, &functions, &stack, folder.path()).await?,
    };
    say(&section);
    Ok(())
}

/// The section on the memory setting.
async fn memory(bed: &Bed, subjects: &[Subject]) -> Result<String> {
    say("shares of a processor");
    let receiver = subjects.iter().find(|subject| subject.name == RECEIVER).context("no receiver")?;
    if let Err(error) = Cgroup::of_memory(WHOLE_CPU) {
        return Ok(report::shares::left_out(&error));
    }
    report::shares::section(&shares::measure(bed, receiver).await?)
}

/// The section on throughput.
async fn load(root: &Path, subjects: &[Subject], stack: &Path, folder: &Path) -> Result<String> {
    say("many senders on the local stack");
    let functions: Vec<_> = subjects.iter().filter(|subject| subject.is_ours()).cloned().collect();
    report::load::section(&load::measure(root, &functions, stack, folder).await?)
}

/// Leaves the profile of one program.
async fn profile(root: &Path, program: PathBuf, course: Course) -> Result<()> {
    processor::keep_to(processor::OF_BENCH)?;
    let folder = tempfile::tempdir()?;
    let bed = Bed::start(root, folder.path()).await?;
    let subject = in_place_of_receiver(program.canonicalize()?);
    let total = instructions::profile(&bed, &subject, Path::new("callgrind.out"), course).await?;
    say(&format!("{total} instructions; see `callgrind_annotate callgrind.out`"));
    Ok(())
}

/// Holds what can be counted against its limits.
async fn check(bed: &Bed, subjects: Vec<Subject>, folder: &Path) -> Result<()> {
    let mut run = Run(vec![]);
    for subject in subjects {
        run.0.push(figures(bed, subject, Times::default(), folder).await?);
    }
    say("counting the paths of an event");
    let verdicts = counted(&run, &paths::count(bed, &run, folder).await?)?;
    for verdict in &verdicts {
        say(&verdict.to_string());
    }
    let broken: Vec<_> = verdicts.iter().filter(|verdict| verdict.is_broken()).map(Verdict::to_string).collect();
    if !broken.is_empty() {
        bail!("{}", broken.join("\n"));
    }
    Ok(())
}

/// Measures everything, and writes it down.
async fn measure(
    bed: &Bed,
    subjects: Vec<Subject>,
    stack: &Path,
    folder: &Path,
    arguments: &Arguments,
    root: &Path,
) -> Result<()> {
    let extent = Extent { rounds: arguments.rounds, events: arguments.events };
    let mut times = vec![Times::default(); subjects.len()];
    for round in 1..=extent.rounds {
        let started = Instant::now();
        let mut turns: Vec<_> = subjects.iter().zip(&mut times).collect();
        // Another one first in each round: what comes after whom could tell.
        let first = usize::try_from(round)? % turns.len();
        turns.rotate_left(first);
        for (subject, times) in turns {
            live(bed, subject, extent.events, times).await?;
            if subject.is_native {
                start_alone(bed, subject, times).await?;
            }
        }
        say(&format!("round {round} of {}: {:.0} s", extent.rounds, started.elapsed().as_secs_f64()));
    }
    let (memory, load) = (memory(bed, &subjects).await?, load(root, &subjects, stack, folder).await?);
    let mut run = Run(vec![]);
    for (subject, times) in subjects.into_iter().zip(times) {
        let mut figures = figures(bed, subject, times, folder).await?;
        if figures.subject.name == RECEIVER {
            figures.growth = Some(growth(bed, &figures.subject).await?);
        }
        run.0.push(figures);
    }
    say("counting the paths of an event");
    let paths = paths::count(bed, &run, folder).await?;
    say("counting how an event's cost grows");
    let growth = growth::count(bed, &run, folder).await?;
    let mut verdicts = measured(&run)?;
    verdicts.extend(counted(&run, &paths)?);
    let options = if arguments.without_peers { " BENCH_ARGS=--without-peers" } else { "" };
    let costs = report::costs::section(&paths, &growth)?;
    let page = report::page(&run, &verdicts, extent, &format!("make bench{options}"), &[costs, memory, load])?;
    fs::write(root.join("BENCHMARKS.md"), page)?;
    svg::save(root.join("tests/bench/benchmarks.svg"), &plot::plot(&run))?;
    for verdict in verdicts.iter().filter(|verdict| !verdict.is_kept()) {
        say(&format!("missed: {verdict}"));
    }
    Ok(())
}

/// What is known of a subject, with what can be counted of a native one.
async fn figures(bed: &Bed, subject: Subject, times: Times, folder: &Path) -> Result<Figures> {
    if !subject.is_native {
        return Ok(Figures { subject, times, instructions: None, size: None, growth: None });
    }
    say(&format!("counting the instructions of {}", subject.name));
    let instructions = Some(instructions::count(bed, &subject, folder).await?);
    let size = Some(fs::metadata(&subject.command)?.len());
    Ok(Figures { subject, times, instructions, size, growth: None })
}

/// How far the bench is.
#[expect(clippy::print_stdout, reason = "it is a command")]
fn say(line: &str) {
    println!("{line}");
}
