//! The courses that an event may take through a function.

use crate::bed::BODY;
use crate::events::{Alteration, Filling};
use crate::sink::Writes;
use crate::standing::Standing;

/// What becomes of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Course {
    /// It makes a record.
    Created,
    /// It corrects a record that has so many revisions.
    Corrected(u64),
    /// It came before.
    Duplicate,
    /// It makes no record, for it does not say which; its body is kept.
    Rejected,
    /// It came without a token: nothing of it is read.
    Unauthorized,
}

/// What a function is given.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given {
    /// What becomes of each event.
    pub(crate) course: Course,
    /// The length of its body, in bytes.
    pub(crate) bytes: usize,
    /// What makes it so long.
    pub(crate) filling: Filling,
}

impl Default for Given {
    fn default() -> Self {
        Self { course: Course::Created, bytes: BODY, filling: Filling::Members }
    }
}

impl Course {
    /// What is done to an event for it.
    pub(crate) fn alteration(self) -> Option<Alteration> {
        match self {
            Self::Created | Self::Corrected(_) | Self::Duplicate => None,
            Self::Rejected => Some(Alteration::WithoutId),
            Self::Unauthorized => Some(Alteration::WithoutToken),
        }
    }

    /// What the stores hold already.
    pub(crate) fn standing(self) -> Standing {
        match self {
            Self::Created | Self::Rejected | Self::Unauthorized => Standing::Nothing,
            Self::Corrected(revisions) => Standing::Revisions(revisions),
            Self::Duplicate => Standing::SameEvent,
        }
    }

    /// The status of the answer.
    pub(crate) fn status(self) -> u16 {
        match self {
            Self::Created | Self::Corrected(_) | Self::Duplicate => 200,
            Self::Rejected => 400,
            Self::Unauthorized => 401,
        }
    }

    /// What the receiver's answer says of an event that an operation accepts.
    pub(crate) fn outcome(self, operation: &str) -> Option<&'static str> {
        match self {
            Self::Created if operation == "delete-punches" => Some("Deleted"),
            Self::Created => Some("Created"),
            Self::Corrected(_) => Some("Corrected"),
            Self::Duplicate => Some("Duplicate"),
            Self::Rejected | Self::Unauthorized => None,
        }
    }

    /// What the stores are asked for, for each event.
    pub(crate) fn writes(self) -> Writes {
        let (objects, items, refused) = match self {
            Self::Created => (1, 1, 0),
            Self::Corrected(_) => (1, 1, 1),
            Self::Duplicate => (0, 0, 2),
            Self::Rejected => (1, 0, 0),
            Self::Unauthorized => (0, 0, 0),
        };
        Writes { objects, items, refused }
    }
}
