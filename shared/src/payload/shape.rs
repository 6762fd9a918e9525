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

/// Civil times are `jiff`'s: the vendor gives them without a zone.
macro_rules! civil_shape {
    ($type:ty, $documented:literal) => {
        impl Shape<'_> for $type {
            fn read(json: &Json, place: &Place<'_>, drift: &mut Drift) -> Option<Self> {
                let value = json.as_str().and_then(|text| text.parse().ok());
                value.or_else(|| differs(json, place, drift, $documented))
            }
        }
    };
}

civil_shape!(Date, "a date as 2023-05-16");
civil_shape!(Time, "a time of day as 08:00");
civil_shape!(DateTime, "a date and time as 2023-05-16T15:30:00");

impl<'a, T: Shape<'a>> Shape<'a> for Vec<T> {
    fn read(json: &'a Json, place: &Place<'_>, drift: &mut Drift) -> Option<Self> {
        let Json::Array(elements) = json else {
            return differs(json, place, drift, "an array");
        };
        let read = |(index, element)| T::read(element, &place.element(index), drift);
        Some(elements.iter().enumerate().filter_map(read).collect())
    }
}
