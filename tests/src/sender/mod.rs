//! A sender that behaves like WFX, and worse: realistic streams of events for many customers and tenants, sent at least
//! once, late, twice, out of order, in bursts, and again until they are acknowledged.
//!
//! [`Script`] says what is sent, and is made from a seed alone; [`deliver`] sends it to any endpoint; the [`Ledger`]
//! says what was sent and what was answered.

mod bodies;
mod delivery;
mod dice;
mod ledger;
mod script;
mod tokens;
mod world;

pub use delivery::{Delivering, deliver};
pub use ledger::{Acknowledged, Ending, Entry, Ledger};
pub use script::{Delivery, Event, Expected, Persistence, Script};
pub use tokens::Tokens;
