//! `punches`.

use clap::{ArgGroup, Args};
use dataconnect::key::CustomerTenant;
use jiff::civil::Date;

use super::{TargetArgs, ViewArgs, parse_date, parse_pair};

/// Options of `punches`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("which").required(true).multiple(true).args(["work_order", "date"]))]
pub struct PunchesArgs {
    /// Of this Work Order, by its stem: the WorkOrderNumber without its last segment
    #[arg(long, value_name = "STEM")]
    pub work_order: Option<String>,
    /// Of this customer and tenant
    #[arg(long, value_name = "ID/TENANT", value_parser = parse_pair)]
    pub customer: Option<CustomerTenant>,
    /// Of this day, by the local time that the punch tells; where it tells none, by when it came, in your zone
    #[arg(long, value_name = "DAY", value_parser = parse_date, requires = "customer")]
    pub date: Option<Date>,
    /// Which receiver.
    #[command(flatten)]
    pub target: TargetArgs,
    /// How it looks.
    #[command(flatten)]
    pub view: ViewArgs,
}
