//! What narrows a question down: operations, customers, times.

use clap::{Args, ValueEnum};
use dataconnect::key::CustomerTenant;
use dataconnect::operation::Operation;
use dataconnect::payload::{DELETE_PUNCHES, POST_INCIDENTS, POST_NOTES, POST_PUNCHES, POST_WORKORDERREQUESTS};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span as Duration, Timestamp, ToSpan};

/// What commands that go by the archive's keys make of a span, for their help.
pub(super) const WHOLE_DAYS: &str = "The archive goes by days of UTC: every day that --since and --until touch is taken \
                                     whole.";

/// An operation, by the name of its function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OperationName {
    /// Work orders.
    #[value(name = "post-workorderrequests")]
    PostWorkOrderRequests,
    /// Punches.
    PostPunches,
    /// Punch deletions.
    DeletePunches,
    /// Incidents.
    PostIncidents,
    /// Notes.
    PostNotes,
}

impl OperationName {
    /// The operation of that name.
    #[must_use]
    pub fn operation(self) -> &'static Operation {
        match self {
            Self::PostWorkOrderRequests => &POST_WORKORDERREQUESTS,
            Self::PostPunches => &POST_PUNCHES,
            Self::DeletePunches => &DELETE_PUNCHES,
            Self::PostIncidents => &POST_INCIDENTS,
            Self::PostNotes => &POST_NOTES,
        }
    }
}

/// A span of time.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct Span {
    /// From then on: 2026-11-23, 2026-11-23T06:00, 2026-11-23T06:00:00Z, or ago: 90m, 12h, 7d
    #[arg(long, value_name = "TIME", value_parser = parse_instant)]
    pub since: Option<Timestamp>,
    /// Until then, exclusive; likewise
    #[arg(long, value_name = "TIME", value_parser = parse_instant)]
    pub until: Option<Timestamp>,
}

impl Span {
    /// The first and the last day, UTC, that the span touches: the archive goes by days, and takes these whole.
    ///
    /// # Errors
    /// If nothing comes before `until`.
    pub fn days(&self) -> anyhow::Result<[Option<Date>; 2]> {
        let until = self.until.map(|until| until.checked_sub(1.nanosecond())).transpose()?;
        Ok([self.since, until].map(|time| time.map(|time| TimeZone::UTC.to_datetime(time).date())))
    }
}

/// A `CustomerId/Tenant` such as `2/Securitime`.
///
/// # Errors
/// A sentence, if it is none.
pub fn parse_pair(text: &str) -> Result<CustomerTenant, String> {
    text.parse().map_err(|error| format!("{error}; write it as 2/Securitime"))
}

/// A day such as `2026-11-23`.
///
/// # Errors
/// A sentence, if it is none.
pub fn parse_date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "write the day as 2026-11-23".to_owned())
}

/// A moment: with an offset as it says, without one in the reader's zone, or so long ago.
///
/// # Errors
/// A sentence, if it is none.
pub fn parse_instant(text: &str) -> Result<Timestamp, String> {
    parse_instant_at(text, Timestamp::now(), &TimeZone::system())
}

fn parse_instant_at(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, String> {
    if let Ok(timestamp) = text.parse() {
        return Ok(timestamp);
    }
    let fault = || "write it as 2026-11-23, 2026-11-23T06:00, 2026-11-23T06:00:00Z, 90m, 12h or 7d".to_owned();
    if let Some(hours) = ago(text) {
        return now.checked_sub(hours).map_err(|_| fault());
    }
    let civil = text.parse::<DateTime>().or_else(|_| text.parse::<Date>().map(|date| date.at(0, 0, 0, 0)));
    let zoned = civil.and_then(|civil| civil.to_zoned_datetime(zone.clone())).map_err(|_| fault())?;
    Ok(zoned.timestamp())
}

/// `90m`, `12h` or `7d`, a day being 24 hours.
fn ago(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: i64 = number.parse().ok().filter(|number| (0..=1_000_000).contains(number))?;
    match unit {
        "m" => Some(Duration::new().minutes(number)),
        "h" => Some(Duration::new().hours(number)),
        "d" => Some(Duration::new().hours(number * 24)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use dataconnect::payload::OPERATIONS;

    use super::*;

    #[test]
    fn every_operation_goes_by_the_name_of_its_function() {
        let names: Vec<_> = OperationName::value_variants().iter().map(|name| name.operation().name).collect();
        assert_eq!(names, OPERATIONS.map(|operation| operation.name));
        for name in OperationName::value_variants() {
            assert_eq!(name.to_possible_value().unwrap().get_name(), name.operation().name);
        }
    }

    #[test]
    fn a_time_is_a_moment_a_local_day_or_so_long_ago() {
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        let now = "2026-11-23T12:00:00Z".parse().unwrap();
        for (text, expected) in [
            ("2026-11-23T06:00:00Z", "2026-11-23T06:00:00Z"),
            ("2026-11-23T06:00:00+01:00", "2026-11-23T05:00:00Z"),
            ("2026-11-23T06:00", "2026-11-23T04:00:00Z"),
            ("2026-11-23", "2026-11-22T22:00:00Z"),
            ("90m", "2026-11-23T10:30:00Z"),
            ("7d", "2026-11-16T12:00:00Z"),
        ] {
            assert_eq!(parse_instant_at(text, now, &zone).unwrap().to_string(), expected, "{text}");
        }
        for text in ["", "yesterday", "7", "d", "-3h", "23.11.2026", "7w", "ä"] {
            assert!(parse_instant_at(text, now, &zone).is_err(), "{text}");
        }
    }
}
