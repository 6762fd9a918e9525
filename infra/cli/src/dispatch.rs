//! From the command line to the command.

use std::io::{ErrorKind, Write};

use crate::cli::{Cli, Command, RejectedCommand};
use crate::exit::Exit;
use crate::output::plain_lines;
use crate::{completions, doctor, events, punches, reconcile, rejected, send, show, token};

/// Runs what was asked, and says on standard error why it could not, if it could not.
pub async fn run(cli: Cli) -> Exit {
    let has_an_end = has_an_end(&cli.command);
    match dispatch(cli).await {
        Ok(exit) => exit,
        // Whoever reads has read enough: `dataconnect events | head`.
        Err(error) if is_closed_pipe(&error) && !has_an_end => Exit::Good,
        Err(error) if is_closed_pipe(&error) => {
            failed("nobody reads on, and it is not done; the same command goes on with the rest");
            Exit::Failed
        }
        Err(error) => {
            failed(&format!("{error:#}"));
            Exit::Failed
        }
    }
}

/// Whether it is only done when it has gone through everything, whether somebody reads or not.
fn has_an_end(command: &Command) -> bool {
    match command {
        Command::Reconcile(_) => true,
        Command::Rejected(args) => matches!(args.command, RejectedCommand::Replay(_)),
        _ => false,
    }
}

fn failed(why: &str) {
    // Nothing is left to do if not even standard error can be written.
    let _ = writeln!(anstream::stderr(), "error: {}", plain_lines(why));
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

async fn dispatch(cli: Cli) -> anyhow::Result<Exit> {
    match cli.command {
        Command::Token(args) => token::run(args).await,
        Command::Send(args) => send::run(args).await,
        Command::Doctor(args) => doctor::run(args).await,
        Command::Completions(args) => completions::run(&args),
        Command::Events(args) => events::run(args).await,
        Command::Show(args) => show::run(args).await,
        Command::Punches(args) => punches::run(args).await,
        Command::Rejected(args) => rejected::run(args).await,
        Command::Reconcile(args) => reconcile::run(args).await,
    }
}
