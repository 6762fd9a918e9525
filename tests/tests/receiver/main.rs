//! The receiver's pipeline against the local stack: what is asserted is the answer, and the item and the object as read
//! back over the wire.
//!
//! All tests share one stack. Each keeps to tenants of its own.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers fail by panicking, as tests do")]

mod audit;
mod authentication;
mod concurrency;
mod deletions;
mod drift;
mod edited;
mod events;
mod faults;
mod history;
mod keys;
mod neighbours;
mod nesting;
mod numbers;
mod operations;
mod outages;
mod properties;
mod recovery;
mod rejections;
mod replay;
mod samples;
mod settings;
mod size;
#[cfg(target_os = "linux")]
mod timing;
mod values;
