//! The command line: every command, its options, and their help.

#![allow(clippy::doc_markdown, reason = "these are help texts, and a terminal would show the backticks")]

mod doctor;
mod events;
mod filter;
mod punches;
mod reconcile;
mod rejected;
mod send;
mod target;
mod token;
mod view;

use clap::{Args, Parser, Subcommand};

pub use doctor::DoctorArgs;
pub use events::{EventsArgs, OutcomeName, ShowArgs};
pub use filter::{OperationName, Span, parse_date, parse_instant, parse_pair};
pub use punches::PunchesArgs;
pub use reconcile::ReconcileArgs;
pub use rejected::{RejectedArgs, RejectedCommand, RejectedFilter, RejectedListArgs, RejectedShowArgs, ReplayArgs};
pub use send::SendArgs;
pub use target::TargetArgs;
pub use token::{LookArgs, NewArgs, RotateArgs, TokenArgs, TokenCommand, TokensArgs};
pub use view::{TextViewArgs, ViewArgs};

use crate::exit;

/// Looks after a DataConnect receiver: what came in, what was refused, whether archive and tables agree.
///
/// Works on the stack `dataconnect` of your AWS account and region, with the credentials that the aws CLI would use; on
/// another one with --stack; on the receiver that `make run` started with --local.
#[derive(Debug, Parser)]
#[command(name = "dataconnect", version, after_help = exit::HELP, max_term_width = 100, infer_subcommands = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make, list, rotate and check the tokens that senders use
    Token(TokenArgs),
    /// Send what WFX would send, to try an endpoint
    Send(SendArgs),
    /// What came in, newest first, a line each
    Events(EventsArgs),
    /// One record: its history, its drift, the bodies as they arrived
    Show(ShowArgs),
    /// The punches of a Work Order or a day, in and out paired, for payroll
    Punches(PunchesArgs),
    /// What was refused and why, and taking it in after all
    Rejected(RejectedArgs),
    /// Hold the archive against the tables
    Reconcile(ReconcileArgs),
    /// What is wrong with the deployed stack, or risky
    Doctor(DoctorArgs),
    /// Completions for your shell, on standard output
    #[command(
        after_help = "bash: dataconnect completions bash > ~/.local/share/bash-completion/completions/dataconnect"
    )]
    Completions(CompletionsArgs),
}

/// Options of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    pub shell: clap_complete::Shell,
}
