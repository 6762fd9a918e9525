//! Ctrl-C and SIGTERM, which both mean: stop.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Waits for the signals. They are caught from the moment it is made, so that none ends the process half-way.
pub(crate) struct Stop {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Stop {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            // The terminal was closed.
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Resolves when the user wants an end.
    pub(crate) async fn asked(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hangup.recv() => {}
        }
    }
}
