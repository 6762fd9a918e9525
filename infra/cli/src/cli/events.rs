//! `events` and `show`.

use clap::{Args, ValueEnum};
use dataconnect::key::CustomerTenant;

use super::{OperationName, Span, TargetArgs, TextViewArgs, ViewArgs, parse_pair};

/// Options of `events`.
#[derive(Debug, Args)]
pub struct EventsArgs {
    /// Of this operation alone
    #[arg(long, value_name = "OPERATION")]
    pub operation: Option<OperationName>,
    /// Of this CustomerId alone
    #[arg(long, value_name = "ID")]
    pub customer: Option<u64>,
    /// Of this tenant alone
    #[arg(long, value_name = "TENANT")]
    pub tenant: Option<String>,
    /// Of this Work Order alone, by its stem: the WorkOrderNumber without its last segment
    #[arg(long, value_name = "STEM")]
    pub work_order: Option<String>,
    /// When they came
    #[command(flatten)]
    pub span: Span,
    /// With this outcome alone
    #[arg(long, value_name = "OUTCOME")]
    pub outcome: Option<OutcomeName>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: usize,
    /// Go on with what comes in, until Ctrl-C
    #[arg(long, conflicts_with = "until")]
    pub follow: bool,
    /// Which receiver.
    #[command(flatten)]
    pub target: TargetArgs,
    /// How it looks.
    #[command(flatten)]
    pub view: ViewArgs,
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OutcomeName {
    /// The first of its record.
    Created,
    /// Replaced the record's members.
    Corrected,
    /// Marked a punch as deleted.
    Deleted,
    /// Deleted a punch once more.
    AlreadyDeleted,
    /// Refused, and kept under `rejected/`.
    Rejected,
}

/// Options of `show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The record id, such as a PunchId or a WorkOrderNumber
    pub id: String,
    /// Whose record, where several customers have one of that id
    #[arg(long, value_name = "ID/TENANT", value_parser = parse_pair)]
    pub customer: Option<CustomerTenant>,
    /// Of which table, where several have one of that id: any operation that writes it
    #[arg(long, value_name = "OPERATION")]
    pub operation: Option<OperationName>,
    /// The bodies as they arrived
    #[arg(long)]
    pub raw: bool,
    /// What each revision changed
    #[arg(long)]
    pub diff: bool,
    /// Which receiver.
    #[command(flatten)]
    pub target: TargetArgs,
    /// How it looks.
    #[command(flatten)]
    pub view: TextViewArgs,
}
