//! Fuzz targets: each a function that takes any bytes, and panics where the receiver does what no input may bring about.
//!
//! `make fuzz` builds a program of each with libFuzzer, in `targets/`, and runs it. The tests of this package run the
//! inputs that are kept in `corpus/`, without it.

#![allow(clippy::missing_panics_doc, clippy::expect_used, reason = "a fuzz target fails by panicking")]

pub mod access_list;
pub mod api_event;
pub mod archive_key;
pub mod body_to_outcome;
pub mod drift;
pub mod mutate;
mod world;

use dataconnect::operation::Operation;
use dataconnect::payload::OPERATIONS;

/// The operation that a byte chooses: `0` to `4` in a corpus that is to be read.
fn chosen(byte: u8) -> &'static Operation {
    OPERATIONS[usize::from(byte.wrapping_sub(b'0')) % OPERATIONS.len()]
}

/// Stands for [`CANARY`] in an input, so that a target sees it wherever it comes out.
const CANARY_MARK: &str = "¶";
const CANARY: &str = "dC7-kept_Secret.q";
/// A part of the canary that no message of ours has by chance.
const QUOTE: usize = 6;

/// A message that a log or an answer shows must not hold what came in.
fn assert_quotes_nothing(message: &str) {
    let quoted = CANARY.as_bytes().windows(QUOTE).any(|part| message.as_bytes().windows(QUOTE).any(|of| of == part));
    assert!(!quoted, "{message:?} quotes the input");
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    /// Runs every input that is kept for a target. Panics with the name of one that it fails on.
    fn replay(target: &str, run: fn(&[u8])) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
        let mut inputs: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        inputs.sort();
        assert!(!inputs.is_empty(), "{} is empty", folder.display());
        for input in inputs {
            let bytes = fs::read(&input).unwrap();
            let outcome = std::panic::catch_unwind(|| run(&bytes));
            assert!(outcome.is_ok(), "{target} fails on {}", input.display());
        }
    }

    #[test]
    fn the_kept_bodies_come_to_outcomes_that_hold() {
        replay("body-to-outcome", crate::body_to_outcome::run);
    }

    #[test]
    fn the_drift_of_the_kept_bodies_is_bounded_and_says_where() {
        replay("drift", crate::drift::run);
    }

    #[test]
    fn no_kept_part_of_a_key_leaves_its_place() {
        replay("archive-key", crate::archive_key::run);
    }

    #[test]
    fn the_kept_access_lists_admit_whom_they_name() {
        replay("access-list", crate::access_list::run);
    }

    #[test]
    fn the_kept_events_are_answered_and_kept() {
        replay("api-event", crate::api_event::run);
    }
}
