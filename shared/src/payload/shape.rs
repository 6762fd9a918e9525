//! Reading a JSON value as a type, noting what differs.

use std::borrow::Cow;

use jiff::civil::{Date, DateTime, Time};

use crate::drift::{Drift, Place};
use crate::json::{Json, Number};

/// A type that a documented member may have.
pub trait Shape<'a>: Sized {
    /// Reads `json`, which stands at `place`. What cannot be read is noted in `drift` and gives `None`.
    fn read(json: &'a Json, place: &Place<'_>, drift: &mut Drift) -> Option<Self>;
}

/// Notes that `json` is not what was documented.
fn differs<T>(json: &Json, place: &Place<'_>, drift: &mut Drift, documented: &str) -> Option<T> {
    drift.note(place, format_args!("{}, not {documented}", json.kind()));
    None
}

impl<'a> Shape<'a> for &'a str {
    fn read(json: &'a Json, place: &Place<'_>, drift: &mut Drift) -> Option<Self> {
        json.as_str().or_else(|| differs(json, place, drift, "a string"))
    }
}

impl Shape<'_> for bool {
    fn read(json: &Json, place: &Place<'_>, drift: &mut Drift) -> Option<Self> {
        match json {
            Json::Bool(value) => Some(*value),
            _ => differs(json, place, drift, "a boolean"),
        }
    }
}

impl Shape<'_> for i64 {
    fn read(json: &Json, place: &Place<'_>, drift: &mut Drift) -> Option<Self> {
        match json {
            Json::Number(number) => {
                number.as_i64().or_else(|| differs(json, place, drift, "a whole number of 64 bits"))
            }
            _ => differs(json, place, drift, "a whole number"),
        }
    }
}

/// An exact decimal, for money.
impl<'a> Shape<'a> for &'a Number {
    fn read(json: &'a Json, place: &Place<'_>, drift: &mut Drift) -> Option<Self> {
        match json {
            Json::Number(number) => Some(number),
            _ => differs(json, place, drift, "a number"),
        }
    }
}

/// The text of an id whose type is not documented: a string, or a number as [`Number`] spells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identifier<'a>(pub Cow<'a, str>);

impl<'a> Shape<'a> for Identifier<'a> {
    fn read(json: &'a Json, place: &Place<'_>, drift: &mut Drift) -> Option<Self> {
        match json {
            Json::String(text) => Some(Self(Cow::Borrowed(text))),
            Json::Number(number) => Some(Self(Cow::Borrowed(number.as_str()))),
            _ => differs(json, place, drift, "a string or a number"),
        }
    }
}

impl Shape<'_> for Date {
    fn read(json: &Json, place: &Place<'_>, drift: &mut Drift) -> Option<Self> {
        json.as_str().and_then(date).or_else(|| differs(json, place, drift, "a date as 2023-05-16"))
    }
}

impl Shape<'_> for Time {
    fn read(json: &Json, place: &Place<'_>, drift: &mut Drift) -> Option<Self> {
        json.as_str().and_then(time).or_else(|| differs(json, place, drift, "a time of day as 08:00"))
    }
}

impl Shape<'_> for DateTime {
    fn read(json: &Json, place: &Place<'_>, drift: &mut Drift) -> Option<Self> {
        let value = json.as_str().and_then(|text| text.split_once('T')).and_then(|(day, of_day)| {
            let (day, of_day) = (date(day)?, time(of_day)?);
            Some(day.to_datetime(of_day))
        });
        value.or_else(|| differs(json, place, drift, "a date and time as 2023-05-16T15:30:00"))
    }
}

/// `jiff` alone would take other forms as well, and drop an offset from UTC without a word. The vendor's times have
/// none; that one came to have it is what payroll most needs to hear.
fn date(text: &str) -> Option<Date> {
    let documented = text.len() == "2023-05-16".len() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    documented.then(|| text.parse().ok())?
}

/// As above.
fn time(text: &str) -> Option<Time> {
    let documented = text.contains(':') && text.bytes().all(|byte| byte.is_ascii_digit() || b":.".contains(&byte));
    documented.then(|| text.parse().ok())?
}

impl<'a, T: Shape<'a>> Shape<'a> for Vec<T> {
    fn read(json: &'a Json, place: &Place<'_>, drift: &mut Drift) -> Option<Self> {
        let Json::Array(elements) = json else {
            return differs(json, place, drift, "an array");
        };
        let read = |(index, element)| T::read(element, &place.element(index), drift);
        Some(elements.iter().enumerate().filter_map(read).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads<'a, T: Shape<'a>>(json: &'a Json) -> bool {
        let mut drift = Drift::default();
        let read = T::read(json, &Place::Root, &mut drift).is_some();
        assert_eq!(read, drift.count() == 0, "what is not read is noted, and nothing else is");
        read
    }

    #[test]
    fn dates_and_times_are_read_in_the_documented_form_alone() {
        for (text, as_date, as_time, as_date_time) in [
            ("2023-05-16", true, false, false),
            ("08:00", false, true, false),
            ("08:00:30.5", false, true, false),
            ("2023-05-16T15:30:00", false, false, true),
            ("2023-05-16T15:30:00.123", false, false, true),
            ("2023-05-16T15:30:00-05:00", false, false, false),
            ("2023-05-16T15:30:00Z", false, false, false),
            ("2023-05-16 15:30:00", false, false, false),
            ("20230516", false, false, false),
            ("2023-02-30", false, false, false),
            ("25:00", false, false, false),
            ("0800", false, false, false),
            ("", false, false, false),
        ] {
            let json = Json::String(text.to_owned());
            let read = (reads::<Date>(&json), reads::<Time>(&json), reads::<DateTime>(&json));
            assert_eq!(read, (as_date, as_time, as_date_time), "{text:?}");
        }
    }
}
