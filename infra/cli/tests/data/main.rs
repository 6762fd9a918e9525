//! The data commands as an operator runs them: the real binary against a local stack of each test's own.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers fail by panicking, as tests do")]

mod day;
mod events;
mod punches;
mod reconcile;
mod replay;
#[cfg(target_os = "linux")]
mod size;
mod support;
