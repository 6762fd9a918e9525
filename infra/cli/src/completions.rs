//! `completions`: what the shell needs to complete a command line.

use std::io::{self, Write};

use clap::CommandFactory;

use crate::cli::{Cli, CompletionsArgs};
use crate::exit::Exit;

/// Writes them to standard output.
///
/// # Errors
/// If standard output takes nothing.
pub fn run(args: &CompletionsArgs) -> anyhow::Result<Exit> {
    // Not there at once: the generator panics where a pipe is closed.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "dataconnect", &mut script);
    io::stdout().write_all(&script)?;
    Ok(Exit::Good)
}
