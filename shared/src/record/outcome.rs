//! What became of an event.

/// What an accepted event did to its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The first body of a record.
    Created,
    /// Another body of a record: its members replaced those before, all of them.
    Corrected,
    /// An event that the record knows already: nothing was written.
    Duplicate,
    /// The first delete event of a record, which may have no body yet.
    Deleted,
    /// Another delete event of a record: noted in its history.
    AlreadyDeleted,
}

impl Outcome {
    /// The outcome's name, in records, answers and logs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "Created",
            Self::Corrected => "Corrected",
            Self::Duplicate => "Duplicate",
            Self::Deleted => "Deleted",
            Self::AlreadyDeleted => "AlreadyDeleted",
        }
    }

    /// Reads what [`name`](Self::name) gives.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Created, Self::Corrected, Self::Duplicate, Self::Deleted, Self::AlreadyDeleted]
            .into_iter()
            .find(|outcome| outcome.name() == name)
    }
}
