//! Rejected events: what is kept of them, and taking in those that are events by now.
//!
//! A rejected body is kept under `rejected/`, with the reason, the time, the request and the name of the sender's token.
//! Once what made it one is mended, most often what identifies a record, [`Replayer`] reads it by the rules now in force
//! and does what the function would have done: the body goes to `raw/`, under the day on which it first came, and its
//! event into the record.
//!
//! **Nothing is lost on the way.** First the body is put under `raw/`, with a trace of where it was
//! ([`Origin::Replayed`]); then the record is written; then the body is read back from `raw/`; and only if it is there,
//! byte for byte, the rejected one is removed. Whatever stops that in between, doing it again goes on from there: both
//! writes are idempotent.
//!
//! **Nobody writes who may not.** A body that could not be read was never held against its token's customers. So the
//! token is judged anew, by the list now in force, and one that is not on it, or was rejected as
//! [`Forbidden`](crate::rejection::Reason::Forbidden), is taken only if an operator vouches for it by name.
//!
//! **A late body does not replace what came after it**: as in [`reconcile`](crate::reconcile), it stays where it is and
//! is reported.

mod listing;
mod place;
mod replay;

pub use listing::{Filter, Listing};
pub use place::RejectedPlace;
pub use replay::{NotReplayed, Prospect, Replayed, Replayer};

#[cfg(doc)]
use crate::archive::Origin;
