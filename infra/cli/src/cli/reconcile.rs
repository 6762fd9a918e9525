//! `reconcile`.

use std::path::PathBuf;

use clap::Args;

use super::filter::WHOLE_DAYS;
use super::{Span, TargetArgs, ViewArgs};

/// Options of `reconcile`.
#[derive(Debug, Args)]
#[command(after_help = WHOLE_DAYS)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct ReconcileArgs {
    /// The days of the archive, UTC: whole ones
    #[command(flatten)]
    pub span: Span,
    /// Apply to the tables what the archive has and they do not
    #[arg(long)]
    pub repair: bool,
    /// Make empty tables of the archive alone, on this machine, and compare
    #[arg(long, conflicts_with_all = ["repair", "since", "until"])]
    pub rebuild: bool,
    /// Do not ask before --repair
    #[arg(long, requires = "repair")]
    pub yes: bool,
    /// Objects under way at once
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    pub concurrency: u16,
    /// Where an interrupted run is written down [default: by the bucket's name, in your state directory]
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Option<PathBuf>,
    /// Begin anew, not where an interrupted run stopped
    #[arg(long)]
    pub restart: bool,
    /// Which receiver.
    #[command(flatten)]
    pub target: TargetArgs,
    /// How it looks.
    #[command(flatten)]
    pub view: ViewArgs,
}
