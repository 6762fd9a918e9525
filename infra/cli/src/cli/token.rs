//! `token`.

use clap::{Args, Subcommand};
use dataconnect::key::CustomerTenant;
use jiff::civil::Date;

use super::{TargetArgs, ViewArgs, parse_date, parse_pair};

/// Options of `token`.
#[derive(Debug, Args)]
pub struct TokenArgs {
    /// What about tokens.
    #[command(subcommand)]
    pub command: TokenCommand,
}

/// What about tokens.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token, shown this once, and its entry for the parameter AccessTokens
    New(NewArgs),
    /// The tokens that are accepted
    List(LookArgs),
    /// Add a new token to those accepted, and date the old one. Deploys nothing
    Rotate(RotateArgs),
    /// Which entry a token matches. It is asked for, or read from standard input
    Check(LookArgs),
}

/// Where the entries come from.
#[derive(Debug, Args)]
pub struct TokensArgs {
    /// These entries, not the stack's parameter AccessTokens
    #[arg(long, value_name = "ENTRIES")]
    pub tokens: Option<String>,
    /// Which receiver.
    #[command(flatten)]
    pub target: TargetArgs,
}

/// What a new token is.
#[derive(Debug, Args)]
pub struct NewArgs {
    /// What logs and metrics call it [default: token- and the day]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// The last day on which it is accepted, in UTC
    #[arg(long, value_name = "DAY", value_parser = parse_date)]
    pub expires: Option<Date>,
    /// Bind it to this customer and tenant; more than once for several
    #[arg(long, value_name = "ID/TENANT", value_parser = parse_pair)]
    pub customer: Vec<CustomerTenant>,
    /// How it looks.
    #[command(flatten)]
    pub view: ViewArgs,
}

/// Options of `token list` and `token check`.
#[derive(Debug, Args)]
pub struct LookArgs {
    /// Where from.
    #[command(flatten)]
    pub tokens: TokensArgs,
    /// How it looks.
    #[command(flatten)]
    pub view: ViewArgs,
}

/// Options of `token rotate`.
#[derive(Debug, Args)]
pub struct RotateArgs {
    /// The token to replace, by its name; not needed where there is one alone
    #[arg(long, value_name = "NAME")]
    pub old: Option<String>,
    /// What the new one is called [default: token- and the day]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// How many days the old one is still accepted
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(0..=366))]
    pub overlap: u16,
    /// The last day of the new one, in UTC [default: none]
    #[arg(long, value_name = "DAY", value_parser = parse_date)]
    pub expires: Option<Date>,
    /// Where from.
    #[command(flatten)]
    pub tokens: TokensArgs,
    /// How it looks.
    #[command(flatten)]
    pub view: ViewArgs,
}
