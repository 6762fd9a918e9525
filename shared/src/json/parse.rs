//! From bytes to [`Json`], without recursion.

use std::collections::btree_map::Entry;

use json_event_parser::{JsonEvent, JsonSyntaxError, SliceJsonParser};

use super::{Json, Number, Object};

/// Arrays and objects may stand in one another this deep. Far more than any event has; what is deeper is an attack on
/// the code that walks it.
pub const MAX_DEPTH: usize = 128;
/// Values that a body may have. Each takes a few hundred bytes of memory, so that a body of 6 MB with nothing but small
/// ones would take all that a function has. No item holds so many: of an event, this is far more than any has.
pub const MAX_VALUES: usize = 100_000;

/// Why a body is not JSON that the receiver reads. Says where, never what: a body is not for logs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Not JSON (RFC 8259), which includes bytes that are not UTF-8 and text after the value.
    #[error("not JSON at line {line}, column {column}")]
    Syntax {
        /// Line, from 1.
        line: u64,
        /// Column in characters, from 1.
        column: u64,
    },
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// More than [`MAX_VALUES`] values.
    #[error("more than {MAX_VALUES} values")]
    TooManyValues,
}

impl From<JsonSyntaxError> for JsonError {
    fn from(error: JsonSyntaxError) -> Self {
        let start = error.location().start;
        Self::Syntax { line: start.line + 1, column: start.column + 1 }
    }
}

/// A parsed body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The value. Where an object had a member twice, the last one, as most parsers read it.
    pub root: Json,
    /// Each member that an object had before it had it again.
    pub duplicates: Vec<Duplicate>,
}

/// A member that was replaced by a later one of the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    /// How many arrays and objects the member's own object stands in: 0 for the body's own members.
    pub depth: usize,
    /// The member's name.
    pub member: String,
    /// Whether the later one had another value.
    pub differs: bool,
}

/// An array or object that is not closed yet.
enum Open {
    Array(Vec<Json>),
    Object { members: Object, next: String },
}

/// Parses a whole body.
///
/// # Errors
/// [`JsonError`] when it is not one JSON value with nothing but blanks around it, or nested too deep.
pub fn parse(body: &[u8]) -> Result<Document, JsonError> {
    let mut parser = SliceJsonParser::new(body);
    let mut open: Vec<Open> = Vec::new();
    let mut duplicates = Vec::new();
    let mut root = Json::Null;
    let mut values = 0_usize;

    loop {
        let value = match parser.parse_next()? {
            JsonEvent::Eof => return Ok(Document { root, duplicates }),
            JsonEvent::StartArray | JsonEvent::StartObject if open.len() == MAX_DEPTH => {
                return Err(JsonError::TooDeep);
            }
            JsonEvent::StartArray => {
                open.push(Open::Array(Vec::new()));
                continue;
            }
            JsonEvent::StartObject => {
                open.push(Open::Object { members: Object::new(), next: String::new() });
                continue;
            }
            JsonEvent::ObjectKey(name) => {
                if let Some(Open::Object { next, .. }) = open.last_mut() {
                    *next = name.into_owned();
                }
                continue;
            }
            JsonEvent::EndArray | JsonEvent::EndObject => match open.pop() {
                Some(Open::Array(elements)) => Json::Array(elements),
                Some(Open::Object { members, .. }) => Json::Object(members),
                // The parser pairs what opens with what closes.
                None => Json::Null,
            },
            JsonEvent::Null => Json::Null,
            JsonEvent::Boolean(value) => Json::Bool(value),
            JsonEvent::Number(text) => Json::Number(Number::new(&text)),
            JsonEvent::String(text) => Json::String(text.into_owned()),
        };

        values += 1;
        if values > MAX_VALUES {
            return Err(JsonError::TooManyValues);
        }
        let depth = open.len().saturating_sub(1);
        match open.last_mut() {
            None => root = value,
            Some(Open::Array(elements)) => elements.push(value),
            Some(Open::Object { members, next }) => match members.entry(std::mem::take(next)) {
                Entry::Vacant(vacant) => {
                    vacant.insert(value);
                }
                Entry::Occupied(mut earlier) => {
                    let differs = *earlier.get() != value;
                    duplicates.push(Duplicate { depth, member: earlier.key().clone(), differs });
                    earlier.insert(value);
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> String {
        serde_json::to_string(&parse(text.as_bytes()).expect("JSON").root).expect("serialises")
    }

    #[test]
    fn the_canonical_form_does_not_depend_on_order_blanks_or_escapes() {
        let canonical_form = r#"{"a":[1,null,true,"é"],"b":{"c":500.75}}"#;
        assert_eq!(canonical(canonical_form), canonical_form);
        assert_eq!(canonical("{ \"b\" : {\"c\": 500.750},\r\n\t\"a\":[1.0, null, true, \"\\u00e9\"]}"), canonical_form);
    }

    #[test]
    fn the_private_marker_of_another_parser_is_a_member_like_any_other() {
        let body = r#"{"$serde_json::private::Number":"1"}"#;
        assert_eq!(canonical(body), body);
    }

    #[test]
    fn faults_are_placed() {
        assert_eq!(parse(b"{\n \"a\": ]}"), Err(JsonError::Syntax { line: 2, column: 7 }));
        for body in
            [&b""[..], b" ", b"{", b"{} {}", b"{\"a\":01}", b"{\"a\":\"\xff\"}", b"nul", b"{'a':1}", b"{\"a\":1,}"]
        {
            assert!(matches!(parse(body), Err(JsonError::Syntax { .. })), "{}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(nested(MAX_DEPTH).as_bytes()).is_ok());
        assert_eq!(parse(nested(MAX_DEPTH + 1).as_bytes()), Err(JsonError::TooDeep));
        assert_eq!(parse("[".repeat(3_000_000).as_bytes()), Err(JsonError::TooDeep));
    }

    #[test]
    fn the_number_of_values_is_bounded() {
        let numbers = |count: usize| format!("[{}0]", "0,".repeat(count - 1));
        assert!(parse(numbers(MAX_VALUES - 1).as_bytes()).is_ok());
        assert_eq!(parse(numbers(MAX_VALUES).as_bytes()), Err(JsonError::TooManyValues));
    }

    #[test]
    fn duplicate_members_are_seen_and_the_last_one_stands() {
        let document = parse(br#"{"a":1,"a":2,"b":{"c":1,"c":1.0}}"#).expect("JSON");
        assert_eq!(serde_json::to_string(&document.root).expect("serialises"), r#"{"a":2,"b":{"c":1}}"#);
        assert_eq!(
            document.duplicates,
            [
                Duplicate { depth: 0, member: "a".to_owned(), differs: true },
                Duplicate { depth: 1, member: "c".to_owned(), differs: false },
            ]
        );
    }
}
