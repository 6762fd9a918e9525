//! Which receiver is meant.

use std::path::PathBuf;

use clap::Args;

/// Which receiver is meant. Every command that reads or writes one has these.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Which receiver")]
pub struct TargetArgs {
    /// The receiver that `make run` started, by the file `env` that it wrote
    #[arg(long, conflicts_with_all = ["stack", "profile", "region"])]
    pub local: bool,
    /// Where `make run` keeps its files
    #[arg(long, value_name = "FOLDER", default_value = ".dataconnect", requires = "local", hide_default_value = true)]
    pub folder: PathBuf,
    /// The CloudFormation stack, whose outputs name tables and bucket
    #[arg(long, value_name = "NAME", default_value = "dataconnect")]
    pub stack: String,
    /// The profile of your AWS configuration [default: AWS_PROFILE, or `default`]
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// The AWS region [default: AWS_REGION, or the profile's]
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// This table, whatever the stack says. With all five of these no stack is asked
    #[arg(long, value_name = "TABLE")]
    pub work_orders_table: Option<String>,
    /// Likewise
    #[arg(long, value_name = "TABLE")]
    pub punches_table: Option<String>,
    /// Likewise
    #[arg(long, value_name = "TABLE")]
    pub incidents_table: Option<String>,
    /// Likewise
    #[arg(long, value_name = "TABLE")]
    pub notes_table: Option<String>,
    /// This archive, likewise
    #[arg(long, value_name = "BUCKET")]
    pub bucket: Option<String>,
}
