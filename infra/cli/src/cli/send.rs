//! `send`.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

use super::{OperationName, TargetArgs, ViewArgs};

/// Options of `send`.
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("body").args(["file", "sample", "all_samples"]).required(true),
    after_help = "The token is asked for; where standard input is no terminal, or in scripts, it is the variable \
                  DATACONNECT_TOKEN. With --local it is the one that `make run` made."
)]
pub struct SendArgs {
    /// The operation, by the name of its function
    #[arg(required_unless_present = "all_samples", conflicts_with = "all_samples")]
    pub operation: Option<OperationName>,
    /// The address of the endpoint, without the operation's path [default: the stack's]
    #[arg(long, value_name = "URL", conflicts_with = "local")]
    pub url: Option<String>,
    /// The bytes of this file, as they are; - is standard input
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// The sample of the operation
    #[arg(long)]
    pub sample: bool,
    /// The samples of all five operations: the smoke test after a deployment
    #[arg(long)]
    pub all_samples: bool,
    /// The tenant of the samples, one that payroll does not read
    #[arg(long, value_name = "TENANT", default_value = "Sample", conflicts_with = "file")]
    pub tenant: String,
    /// Which receiver.
    #[command(flatten)]
    pub target: TargetArgs,
    /// How it looks.
    #[command(flatten)]
    pub view: ViewArgs,
}
