//! `reconcile`.

use clap::Args;

use super::{Span, TargetArgs, ViewArgs};

/// Options of `reconcile`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct ReconcileArgs {
    /// The days of the archive
    #[command(flatten)]
    pub span: Span,
    /// Apply to the tables what the archive has and they do not
    #[arg(long)]
    pub repair: bool,
    /// Make empty tables of the archive alone, on this machine, and compare
    #[arg(long, conflicts_with = "repair")]
    pub rebuild: bool,
    /// Do not ask before --repair
    #[arg(long, requires = "repair")]
    pub yes: bool,
    /// Objects under way at once
    #[arg(long, value_name = "N", default_value_t = 32)]
    pub concurrency: usize,
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
