//! JSON as it arrived: exact numbers, duplicate members seen, and one canonical form to hash.
//!
//! Not `serde_json::Value`, for two reasons. Its numbers are binary floats, and the feature that makes them exact
//! (`arbitrary_precision`) changes the parsing of every other crate in the function and reads a body that contains its
//! private marker as something else than what was sent. And it drops duplicate members without a word, so that
//! `{"CustomerId": 2, "CustomerId": 3}` would silently be customer 3.

mod number;
mod parse;

use std::collections::BTreeMap;

use serde::ser::{Serialize, Serializer};

pub use number::Number;
pub use parse::{Document, Duplicate, JsonError, MAX_DEPTH, MAX_VALUES, parse};

/// The members of a JSON object, sorted by name.
pub type Object = BTreeMap<String, Json>;

/// A JSON value (RFC 8259).
///
/// Serialising it gives the canonical form: members sorted by name, no blanks, numbers as [`Number`] writes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, with every digit that was sent.
    Number(Number),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<Json>),
    /// An object.
    Object(Object),
}

impl Json {
    /// What kind of value this is, in the words of RFC 8259 with its article: `a string`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }

    /// The text, if this is a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(number) => number.serialize(serializer),
            Self::String(text) => serializer.serialize_str(text),
            Self::Array(elements) => elements.serialize(serializer),
            Self::Object(members) => members.serialize(serializer),
        }
    }
}
