//! What a body says that it is, and is not. The receiver looks at its bytes alone.

use dataconnect::operation::Operation;
use dataconnect::payload::OPERATIONS;

use super::entry::{Entry, Expected, brief};
use super::request::{REFUSED, Request, Sender};

const TYPES: [&str; 24] = [
    "",
    "/",
    "*/*",
    "no type at all",
    "text/plain",
    "text/html",
    "text/xml; charset=utf-16",
    "application/xml",
    "application/octet-stream",
    "application/x-www-form-urlencoded",
    "application/grpc",
    "application/cbor",
    "application/java-serialized-object",
    "application/vnd.api+json",
    "application/json; charset=utf-16",
    "application/json; charset=",
    "application/json, application/json",
    "APPLICATION/JSON",
    "application/json\u{a0}",
    "multipart/form-data",
    "multipart/form-data; boundary=\"",
    "image/svg+xml",
    "${jndi:ldap://type}",
    "é",
];

const CONTENT_ENCODINGS: [&str; 6] = ["gzip", "br", "deflate, gzip", "aws-chunked", "identity", "bomb"];

/// Bytes that are no UTF-8, within a text of the body.
const NO_UTF8: [(&str, &[u8]); 9] = [
    ("a lone byte", b"\xff"),
    ("a lone continuation", b"\x80"),
    ("half a character", b"\xc3"),
    ("a character that goes wrong", b"\xc3\x28"),
    ("an overlong NUL", b"\xc0\x80"),
    ("an overlong slash", b"\xe0\x80\xaf"),
    ("half a surrogate pair", b"\xed\xa0\x80"),
    ("a character beyond Unicode", b"\xf4\x90\x80\x80"),
    ("five bytes", b"\xf8\x88\x80\x80\x80"),
];

/// A request with a body that this server hands on as Base64, as API Gateway does.
fn binary(sender: &Sender, operation: &Operation, body: impl Into<Vec<u8>>) -> Request {
    sender.request(operation, body).with("Content-Type", "Content-Type: application/octet-stream")
}

pub(super) fn entries(sender: &Sender) -> Vec<Entry> {
    let mut entries = Vec::new();
    for operation in OPERATIONS {
        for content_type in TYPES {
            let request = sender.good(operation).with("Content-Type", format!("Content-Type: {content_type}"));
            entries.push(Entry::new(operation, format!("type {}", brief(content_type)), request, Expected::Taken));
        }
        entries.push(Entry::new(operation, "no type", sender.good(operation).without("Content-Type"), Expected::Taken));
        for encoding in CONTENT_ENCODINGS {
            let request = sender.good(operation).header(format!("Content-Encoding: {encoding}"));
            entries.push(Entry::new(operation, format!("not encoded as {encoding}"), request, Expected::Taken));
        }
        let mut refused = |what: &str, body: Vec<u8>| {
            let expected = Expected::Refused(400, "invalid-json");
            entries.push(Entry::new(operation, what, binary(sender, operation, body), expected));
        };
        let event = sender.event(operation, REFUSED, r#""Text":"@""#);
        for (what, bytes) in NO_UTF8 {
            let (before, after) = event.split_once('@').unwrap();
            refused(what, [before.as_bytes(), bytes, after.as_bytes()].concat());
        }
        let utf16 = || event.encode_utf16();
        refused("UTF-16, little end first", utf16().flat_map(u16::to_le_bytes).collect());
        refused("UTF-16, big end first", utf16().flat_map(u16::to_be_bytes).collect());
        refused("UTF-16 with its mark", [0xfeff].into_iter().chain(utf16()).flat_map(u16::to_le_bytes).collect());
        refused("UTF-32", event.chars().flat_map(|char| u32::from(char).to_le_bytes()).collect());
        refused("Latin-1", [event.as_bytes(), b"\xe9"].concat());
        refused("gzip", [&b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"[..], &[0xab; 60]].concat());
        refused("CBOR", b"\xa2\x6aCustomerId\x02\x66Tenant\x66Secure".to_vec());
        refused("every byte", (0..=255).collect());
        refused("a NUL behind it", [event.as_bytes(), b"\0"].concat());
        refused("two byte order marks", [&b"\xef\xbb\xbf\xef\xbb\xbf"[..], event.as_bytes()].concat());
        let marked = [&b"\xef\xbb\xbf"[..], sender.event(operation, super::request::TAKEN, "").as_bytes()].concat();
        entries.push(Entry::new(operation, "a byte order mark", binary(sender, operation, marked), Expected::Taken));
    }
    entries
}
