//! Asking before something is written.

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::bail;

/// Asks on standard error; only `y` or `yes` is a yes. `look_first` says how to see what would be written.
///
/// # Errors
/// If there is nobody to ask.
pub fn confirmed(question: &str, look_first: &str) -> anyhow::Result<bool> {
    if !io::stdin().is_terminal() {
        bail!("{question} There is no terminal to ask at; say --yes, or look first {look_first}");
    }
    let mut err = anstream::stderr();
    write!(err, "{question} [y/N] ")?;
    err.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}
