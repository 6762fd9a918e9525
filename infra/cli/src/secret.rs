//! Secrets come from a terminal without echo, or from standard input: never from an argument, which every process on the
//! machine can read.

use std::io::{self, IsTerminal};

use anyhow::{Context, bail};
use console::Term;

/// Asks for one, or reads the first line of standard input where that is no terminal.
///
/// # Errors
/// If there is none.
pub fn ask(prompt: &str) -> anyhow::Result<String> {
    let text = if io::stdin().is_terminal() {
        let terminal = Term::stderr();
        terminal.write_str(prompt)?;
        terminal.read_secure_line().context("cannot read from the terminal")?
    } else {
        let mut line = String::new();
        io::stdin().read_line(&mut line).context("cannot read standard input")?;
        line
    };
    match text.trim() {
        "" => bail!("no token was given, neither at a prompt nor on standard input"),
        token => Ok(token.to_owned()),
    }
}
