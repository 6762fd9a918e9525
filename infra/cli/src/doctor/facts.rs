//! What there is to know of a receiver.

use dataconnect::auth::AccessEntry;
use jiff::Timestamp;

/// Something that was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known<T> {
    /// The answer.
    Is(T),
    /// There was none, and why.
    NotVerified(String),
}

/// What there is to know of a receiver, at a moment.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The moment.
    pub now: Timestamp,
    /// Who may write.
    pub access: Known<Access>,
    /// Who hears of alarms.
    pub subscribers: Known<Subscribers>,
    /// The four tables.
    pub tables: Vec<Table>,
    /// The rejected events of each operation.
    pub rejected: Vec<Rejected>,
    /// What came for each operation.
    pub traffic: Vec<Traffic>,
}

/// Who may write.
#[derive(Debug, Clone)]
pub enum Access {
    /// Anybody.
    Anybody,
    /// The parameter is none that a function would start with, and why.
    Malformed(String),
    /// Who has one of these.
    Tokens(Vec<Token>),
}

/// A token, and how often it was used in the last 30 days.
#[derive(Debug, Clone)]
pub struct Token {
    /// Its entry.
    pub entry: AccessEntry,
    /// Uses in the last 30 days.
    pub uses: Known<u64>,
}

/// The subscribers of the alarms' topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subscribers {
    /// Those who hear of alarms.
    pub confirmed: u32,
    /// Those who have not confirmed yet.
    pub pending: u32,
}

/// A table.
#[derive(Debug, Clone)]
pub struct Table {
    /// The stack's output that names it: `PunchesTable`.
    pub output: &'static str,
    /// Whether it can be put back to any moment of the last days.
    pub point_in_time_recovery: Known<bool>,
    /// Whether `DynamoDB` refuses to delete it.
    pub deletion_protection: Known<bool>,
}

/// The rejected events of an operation.
#[derive(Debug, Clone)]
pub struct Rejected {
    /// The operation's name.
    pub operation: &'static str,
    /// How many, and since which day.
    pub waiting: Known<Waiting>,
}

/// Rejected events that wait for somebody to look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// How many were counted.
    pub count: usize,
    /// Whether there are more than were counted.
    pub and_more: bool,
    /// The day of the first.
    pub since: Option<String>,
}

/// What came for an operation.
#[derive(Debug, Clone)]
pub struct Traffic {
    /// The operation's name.
    pub operation: &'static str,
    /// When the last was accepted, to the hour, in the days that were looked at. `None`: none in all of them.
    pub last: Known<Option<Timestamp>>,
    /// After how many hours silence sets off an alarm; 0: never.
    pub silence_hours: u32,
}
