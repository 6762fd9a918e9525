//! What the data commands find out, without a word of how it is printed.

pub mod diff;
pub mod events;
pub mod pairing;
pub mod punches;
pub mod reconcile;
pub mod rejected;
pub mod show;

use dataconnect::operation::Operation;
use dataconnect::payload::OPERATIONS;

/// The operation that is asked for, or all.
fn operations(asked: Option<&'static Operation>) -> impl Iterator<Item = &'static Operation> {
    OPERATIONS.into_iter().filter(move |operation| asked.is_none_or(|asked| asked.name == operation.name))
}
