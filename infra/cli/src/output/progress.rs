//! Progress on standard error, for what takes longer than a second.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// What is not worth a bar.
const PATIENCE: Duration = Duration::from_secs(1);
/// Redraws a second.
const HERTZ: u8 = 8;

/// A bar with rate and time left, or without a total a count with its rate. It appears after a second, and never where
/// standard error is no terminal.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    started: Instant,
}

impl Progress {
    /// Of so many things, called that; `None` where nobody knows how many.
    #[must_use]
    pub fn new(total: Option<u64>, things: &str) -> Self {
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
        let template = match total {
            Some(_) => "{bar:30} {pos}/{len} {msg}, {per_sec}, {eta} left",
            None => "{spinner} {pos} {msg}, {per_sec}, {elapsed}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(things.to_owned());
        Self { bar, started: Instant::now() }
    }

    /// So many more are done.
    pub fn add(&self, more: u64) {
        self.bar.inc(more);
        if self.bar.is_hidden() && self.started.elapsed() >= PATIENCE && std::io::stderr().is_terminal() {
            self.bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(HERTZ));
        }
    }

    /// Prints a line above the bar.
    pub fn suspend<R>(&self, print: impl FnOnce() -> R) -> R {
        self.bar.suspend(print)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
