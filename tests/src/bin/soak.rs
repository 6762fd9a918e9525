//! `soak`: real functions under faults, and the proof that they kept what they acknowledged.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use tests::soak::{Plan, Soak};
use tokio::signal::ctrl_c;

/// Sends events as WFX does, and worse, to the five functions, while everything around them breaks; then holds the tables
/// and the archive against what was sent. Exits with 1 if one event is lost, doubled or wrong.
#[derive(Parser)]
struct Cli {
    /// What decides everything that chance decides.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many events happen.
    #[arg(long)]
    events: Option<usize>,
    /// How many minutes they are sent.
    #[arg(long)]
    minutes: Option<f64>,
    /// The share of the stores' requests that meet a fault, from 0 to 1.
    #[arg(long)]
    faults: Option<f64>,
    /// About a minute instead of ten.
    #[arg(long)]
    short: bool,
    /// Where the data, the logs and the ledger go; kept. By default a temporary folder, kept if a promise was broken.
    #[arg(long)]
    folder: Option<PathBuf>,
}

/// Findings that are printed; the rest is counted.
const SHOWN: usize = 50;

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let cli = Cli::parse();
    let binaries = std::env::current_exe()?.parent().context("a folder of binaries")?.to_owned();
    let temporary = tempfile::Builder::new().prefix("dataconnect-soak-").tempdir()?;
    let folder = cli.folder.clone().unwrap_or_else(|| temporary.path().to_owned());
    std::fs::create_dir_all(&folder)?;

    let plan = if cli.short { Plan::short } else { Plan::long }(cli.seed, binaries, folder);
    let plan = Plan {
        events: cli.events.unwrap_or(plan.events),
        duration: cli.minutes.map_or(plan.duration, |minutes| Duration::from_secs_f64(minutes * 60.0)),
        faults: cli.faults.unwrap_or(plan.faults),
        ..plan
    };
    let soaking = Soak::run(plan, |ended, all| {
        // A log that cannot be written is no reason to end.
        let _ = writeln!(io::stderr(), "{ended} of {all} deliveries ended");
    });
    let soak = tokio::select! {
        soak = soaking => soak?,
        // Every process is killed when its handle is dropped, which a signal alone would not do.
        interrupted = ctrl_c() => {
            interrupted?;
            return Ok(ExitCode::FAILURE);
        }
    };

    let mut out = io::stdout().lock();
    write!(out, "{soak}")?;
    for finding in soak.findings().take(SHOWN) {
        writeln!(out, "{finding}")?;
    }
    for leak in &soak.search.leaks {
        writeln!(out, "Leak: {leak}")?;
    }
    if soak.is_clean() {
        return Ok(ExitCode::SUCCESS);
    }
    writeln!(out, "Data, logs and ledger are in {}", soak.plan.folder.display())?;
    let _kept = temporary.keep();
    Ok(ExitCode::FAILURE)
}
