//! `doctor`.

use clap::Args;

use super::{TargetArgs, ViewArgs};

/// Options of `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Which receiver.
    #[command(flatten)]
    pub target: TargetArgs,
    /// How it looks.
    #[command(flatten)]
    pub view: ViewArgs,
}
