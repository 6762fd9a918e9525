//! What counted figures are to reach, and what they must keep until they have.

use crate::paths::{DRIFT, DUPLICATE, OF_PATHS, REJECTED, UNAUTHORIZED};
use crate::subject::RECEIVER;

/// What a held figure may be exceeded by, so that an update of a crate does not stop everything.
const MARGIN: f64 = 1.05;

/// What a figure is to reach, and what it must keep meanwhile.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Goal {
    /// How much it may be.
    pub(crate) limit: f64,
    /// How much it was when this was set.
    pub(crate) held: f64,
}

/// The largest program, in bytes.
pub(crate) const SIZE: Goal = Goal { limit: 6_000_000.0, held: 6_300_000.0 };
/// Instructions of a warm event of the receiver less those of the lean SDK.
///
/// What the receiver's own code takes is more than that, for the lean one too hashes the body once, as the SDK does for
/// its signature where nobody else has, and clones an item that is ready where the receiver makes one.
pub(crate) const OWN_INSTRUCTIONS: Goal = Goal { limit: 250_000.0, held: 376_000.0 };
/// Instructions of a warm event of the functions that are counted.
pub(crate) const WARM_INSTRUCTIONS: [(&str, Goal); 2] =
    [(RECEIVER, Goal::kept(2_100_000.0)), (OF_PATHS, Goal::kept(2_251_000.0))];
/// Instructions of the receiver to its first poll.
pub(crate) const START_INSTRUCTIONS: Goal = Goal::kept(9_140_000.0);
/// Instructions of an event that is not simply accepted, times those of one that is.
pub(crate) const TIMES_ACCEPTED: [(&str, Goal); 4] = [
    (DRIFT, Goal { limit: 2.0, held: 1.082 }),
    (REJECTED, Goal { limit: 2.0, held: 0.62 }),
    (DUPLICATE, Goal { limit: 2.0, held: 1.142 }),
    (UNAUTHORIZED, Goal { limit: 2.0, held: 0.133 }),
];

impl Goal {
    /// A limit that nothing is held below.
    pub(crate) const fn limit(limit: f64) -> Self {
        Self { limit, held: limit }
    }

    /// No goal of its own: what was reached is kept.
    const fn kept(held: f64) -> Self {
        Self { limit: held * MARGIN, held }
    }

    /// Whether a value exceeds what is held by more than the margin.
    pub(crate) fn is_broken_by(self, value: f64) -> bool {
        value > self.held * MARGIN
    }
}
