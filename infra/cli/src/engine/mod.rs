//! What the data commands find out, without a word of how it is printed.

pub mod diff;
pub mod events;
pub mod pairing;
pub mod punches;
pub mod reconcile;
pub mod rejected;
pub mod show;
