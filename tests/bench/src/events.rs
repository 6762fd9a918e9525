//! The events that a function is given: those of `tests/fixtures/events`, each with a record id of its own.
//!
//! Made as texts: members stand in the order that API Gateway and the vendor have, and the vendor's blanks stay.

use std::fs;
use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result};
use bytes::Bytes;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::course::Given;

/// The token that the functions accept.
const TOKEN: &str = "dc_bench-token";

/// The setting `ACCESS_TOKENS` with the events' token as its one entry.
pub(crate) fn access_tokens() -> String {
    format!("bench:{}", hex::encode(Sha256::digest(TOKEN)))
}

/// What makes a body as long as it is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filling {
    /// Members that the vendor does not document.
    Members,
    /// Elements of `FileAttachmentUrls`, which the vendor documents as strings: as many as there would be members, and
    /// as long as those with their names.
    Attachments,
}

/// What is wrong with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alteration {
    /// Its body does not say which record it is about.
    WithoutId,
    /// It has no token.
    WithoutToken,
}

/// Events of one operation, without end.
#[derive(Debug, Clone)]
pub(crate) struct Events {
    gateway: Gateway,
    /// The vendor's text, and where the record's id stands in it.
    sample: String,
    id: Range<usize>,
    given: Given,
    next: u64,
    body_bytes: usize,
}

/// What API Gateway puts around a body: the texts up to the headers, up to the body, and behind it.
#[derive(Debug, Clone)]
struct Gateway {
    to_headers: String,
    to_body: String,
    behind: String,
}

impl Events {
    /// Those of an operation, for a course. Bodies are of a length, or as long as the sample where that is longer.
    pub(crate) fn of(root: &Path, operation: &str, given: Given) -> Result<Self> {
        let name = match operation {
            "post-workorderrequests" => "WorkOrderNumber",
            "post-incidents" => "IncidentId",
            "post-notes" => "NoteId",
            _ => "PunchId",
        };
        let path = root.join("tests/fixtures/events").join(operation).with_extension("json");
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let (gateway, sample) = Gateway::around(&text).with_context(|| path.display().to_string())?;
        let id = id(&sample, name).with_context(|| format!("{}: no {name}", path.display()))?;
        Ok(Self { gateway, sample, id, given, next: 0, body_bytes: 0 })
    }

    /// The same, numbered after another, so that none of them is of a record of others.
    pub(crate) fn after(mut self, number: u64) -> Self {
        self.next = number;
        self
    }

    /// The next one.
    pub(crate) fn next(&mut self) -> Result<Bytes> {
        self.next += 1;
        let number = 1_000_000 + self.next;
        let is_text = self.sample[self.id.clone()].starts_with('"');
        let id = match self.given.course.alteration() {
            Some(Alteration::WithoutId) => "null".to_owned(),
            _ if is_text => format!("\"T{number}.34277.1\""),
            _ => number.to_string(),
        };
        let mut body = self.sample.clone();
        body.replace_range(self.id.clone(), &id);
        lengthen(&mut body, self.given)?;
        self.body_bytes = body.len();
        let authorization = match self.given.course.alteration() {
            Some(Alteration::WithoutToken) => None,
            _ => Some(format!("Bearer {TOKEN}")),
        };
        Ok(self.gateway.event(authorization, body))
    }

    /// The length of the last one's body.
    pub(crate) fn body_bytes(&self) -> usize {
        self.body_bytes
    }
}

impl Gateway {
    /// Takes the text of an event apart, and gives its body too.
    fn around(event: &str) -> Result<(Self, String)> {
        let event = compact(event);
        let (to_headers, rest) = event.split_once("\"headers\":{").context("headers")?;
        let (_, rest) = rest.split_once('}').context("their end")?;
        let (between, rest) = rest.split_once("\"body\":").context("a body")?;
        let (body, behind) = rest.rsplit_once(",\"isBase64Encoded\"").context("what follows the body")?;
        let gateway = Self {
            to_headers: format!("{to_headers}\"headers\":{{"),
            to_body: format!("}}{between}\"body\":"),
            behind: format!(",\"isBase64Encoded\"{behind}"),
        };
        Ok((gateway, serde_json::from_str(body)?))
    }

    /// The event with a body. It has the headers that an HTTP API forwards, by name.
    fn event(&self, authorization: Option<String>, body: String) -> Bytes {
        let headers = [
            ("accept", Some("*/*".to_owned())),
            ("accept-encoding", Some("gzip, deflate, br".to_owned())),
            ("authorization", authorization),
            ("cache-control", Some("no-cache".to_owned())),
            ("content-length", Some(body.len().to_string())),
            ("content-type", Some("application/json; charset=utf-8".to_owned())),
            ("host", Some("example.execute-api.us-east-1.amazonaws.com".to_owned())),
            ("user-agent", Some("WFX".to_owned())),
            ("x-amzn-trace-id", Some("Root=1-5759e988-000000000000000000000001".to_owned())),
            ("x-forwarded-for", Some("192.0.2.1".to_owned())),
            ("x-forwarded-port", Some("443".to_owned())),
            ("x-forwarded-proto", Some("https".to_owned())),
        ];
        let headers = headers.into_iter().filter_map(|(name, value)| Some(format!("\"{name}\":\"{}\"", value?)));
        let (headers, body) = (headers.collect::<Vec<_>>().join(","), Value::String(body).to_string());
        let Self { to_headers, to_body, behind } = self;
        [to_headers, headers.as_str(), to_body, body.as_str(), behind].concat().into()
    }
}

/// JSON without what stands between its tokens, as Lambda has it.
fn compact(text: &str) -> String {
    let mut compact = String::with_capacity(text.len());
    let (mut is_in_string, mut is_escaped) = (false, false);
    for character in text.chars() {
        if is_in_string || !character.is_ascii_whitespace() {
            compact.push(character);
        }
        is_in_string ^= character == '"' && !is_escaped;
        is_escaped = is_in_string && character == '\\' && !is_escaped;
    }
    compact
}

/// Where the value of a member stands in a body.
fn id(body: &str, name: &str) -> Option<Range<usize>> {
    let name = format!("\"{name}\": ");
    let start = body.find(&name)? + name.len();
    let length = body[start..].find([',', '\n'])?;
    Some(start..start + length)
}

/// Makes a body as long as it is to be, if it is not longer: by as many additions as there is room for, and by blanks.
fn lengthen(body: &mut String, given: Given) -> Result<()> {
    let Some(short) = given.bytes.checked_sub(body.len()) else { return Ok(()) };
    let end = match given.filling {
        Filling::Members => body.rfind("\n}").context("an object that ends on a line of its own")?,
        Filling::Attachments => {
            let array = body.find("\"FileAttachmentUrls\": [").context("no attachments")?;
            array + body[array..].find(']').context("an array that ends")?
        }
    };
    // Texts of the length that members have, so that a longer body is more of the same.
    let text = "what the vendor adds to an event, in some words";
    let mut additions = String::with_capacity(short);
    for number in 0.. {
        let addition = match given.filling {
            Filling::Members => format!(",\n  \"Addition{number:04}\": \"{text}\""),
            Filling::Attachments => format!(",\n    \"{text}: Addition{number:04}\""),
        };
        if additions.len() + addition.len() > short {
            break;
        }
        additions.push_str(&addition);
    }
    additions.push_str(&" ".repeat(short - additions.len()));
    body.insert_str(end, &additions);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::Course;

    fn event(operation: &str, given: Given) -> (String, Value, Value) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let text = Events::of(&root, operation, given).expect("a fixture").next().expect("an event");
        let text = String::from_utf8(text.to_vec()).expect("UTF-8");
        let event: Value = serde_json::from_str(&text).expect("JSON");
        let body = serde_json::from_str(event["body"].as_str().expect("a body")).expect("JSON");
        (text, event, body)
    }

    #[test]
    fn a_body_has_the_asked_length_and_its_own_id_and_keeps_the_vendors_blanks() {
        for (operation, id) in [
            ("post-punches", "PunchId"),
            ("delete-punches", "PunchId"),
            ("post-incidents", "IncidentId"),
            ("post-notes", "NoteId"),
        ] {
            for bytes in [2_048, 2_049, 1 << 20] {
                let (_, event, body) = event(operation, Given { bytes, ..Given::default() });
                assert_eq!(event["body"].as_str().map(str::len), Some(bytes), "{operation}");
                assert_eq!(event["headers"]["content-length"], bytes.to_string(), "{operation}");
                assert_eq!(body[id], 1_000_001, "{operation}");
            }
        }
        let (text, _, body) = event("post-workorderrequests", Given { bytes: 0, ..Given::default() });
        assert_eq!(body["WorkOrderNumber"], "T1000001.34277.1");
        assert!(text.contains(r#""body":"{\n  \"CustomerId\": 2,\n  \"Tenant\""#), "{text}");
    }

    #[test]
    fn members_stand_as_api_gateway_has_them() {
        let (text, event, _) = event("post-punches", Given::default());
        let order = [
            "version",
            "routeKey",
            "rawPath",
            "rawQueryString",
            "headers",
            "requestContext",
            "body",
            "isBase64Encoded",
        ];
        let places = order.map(|name| text.find(&format!("\"{name}\":")));
        assert!(places.is_sorted() && places[0] == Some(1), "{text}");
        assert_eq!(event["requestContext"]["time"], "23/Nov/2026:12:00:00 +0000");
        assert_eq!(event["headers"]["authorization"], format!("Bearer {TOKEN}"));
    }

    #[test]
    fn an_altered_event_lacks_its_id_or_its_token() {
        let of = |course| event("post-incidents", Given { course, ..Given::default() });
        assert_eq!(of(Course::Rejected).2["IncidentId"], Value::Null);
        assert_eq!(of(Course::Unauthorized).1["headers"]["authorization"], Value::Null);
    }

    #[test]
    fn attachments_are_as_many_as_there_would_be_members() {
        let of = |filling| event("post-incidents", Given { filling, ..Given::default() }).2;
        let (members, attachments) = (of(Filling::Members), of(Filling::Attachments));
        let known = attachments.as_object().map_or(0, serde_json::Map::len);
        let added = members.as_object().map_or(0, serde_json::Map::len) - known;
        assert_eq!(attachments["FileAttachmentUrls"].as_array().map(Vec::len), Some(2 + added));
    }
}
