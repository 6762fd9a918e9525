//! The real binary, against the local stack and a receiver in this process.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod doctor;
mod help;
mod looks;
mod send;
mod stack;
mod support;
mod token;
