//! Base64, and what only claims or seems to be. Whether a body is encoded is the gateway's word alone.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use dataconnect::payload::OPERATIONS;

use super::entry::{Entry, Expected, brief};
use super::request::{REFUSED, Sender, TAKEN};

pub(super) fn entries(sender: &Sender) -> Vec<Entry> {
    let mut entries = Vec::new();
    for operation in OPERATIONS {
        let event = sender.event(operation, REFUSED, "");
        let bodies = [
            STANDARD.encode(&event),
            URL_SAFE_NO_PAD.encode(&event),
            STANDARD.encode(STANDARD.encode(&event)),
            format!("\"{}\"", STANDARD.encode(&event)),
            format!("data:application/json;base64,{}", STANDARD.encode(&event)),
            "====".to_owned(),
            "e30=".to_owned(),
            "e30".to_owned(),
            "-_-_".to_owned(),
        ];
        for body in bodies {
            for content_type in ["application/json", "application/octet-stream"] {
                let what = format!("{} as {content_type}", brief(&body));
                let reason = if body.starts_with('"') { "not-an-object" } else { "invalid-json" };
                let request = sender.request(operation, body.as_str()).header("Content-Transfer-Encoding: base64");
                let request = request.with("Content-Type", format!("Content-Type: {content_type}"));
                entries.push(Entry::new(operation, what, request, Expected::Refused(400, reason)));
            }
        }
        for header in ["Content-Transfer-Encoding: base64", "Content-Encoding: base64", "isBase64Encoded: true"] {
            let request = sender.good(operation).header(header);
            entries.push(Entry::new(operation, format!("plain under {header}"), request, Expected::Taken));
        }
        let member = sender.event(operation, TAKEN, r#""isBase64Encoded":true,"body":"e30=""#);
        let request = sender.request(operation, member);
        entries.push(Entry::new(operation, "members that speak of it", request, Expected::Taken));
    }
    entries
}
