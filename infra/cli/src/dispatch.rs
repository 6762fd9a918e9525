//! From the command line to the command.

use std::io::Write;

use crate::cli::{Cli, Command};
use crate::exit::Exit;

/// Runs what was asked, and says on standard error why it could not, if it could not.
pub async fn run(cli: Cli) -> Exit {
    match dispatch(cli).await {
        Ok(exit) => exit,
        Err(error) => {
            // Nothing is left to do if not even standard error can be written.
            let _ = writeln!(anstream::stderr(), "error: {error:#}");
            Exit::Failed
        }
    }
}

#[expect(clippy::unused_async, reason = "every command waits for something")]
async fn dispatch(cli: Cli) -> anyhow::Result<Exit> {
    match cli.command {
        // Each of these is wired here when its module is there.
        Command::Token(_)
        | Command::Send(_)
        | Command::Doctor(_)
        | Command::Completions(_)
        | Command::Events(_)
        | Command::Show(_)
        | Command::Punches(_)
        | Command::Rejected(_)
        | Command::Reconcile(_) => anyhow::bail!("this command is not wired yet"),
    }
}
