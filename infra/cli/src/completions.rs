//! `completions`: what the shell needs to complete a command line.

use std::io;

use clap::CommandFactory;

use crate::cli::{Cli, CompletionsArgs};
use crate::exit::Exit;

/// Writes them to standard output.
#[must_use]
pub fn run(args: &CompletionsArgs) -> Exit {
    clap_complete::generate(args.shell, &mut Cli::command(), "dataconnect", &mut io::stdout());
    Exit::Good
}
