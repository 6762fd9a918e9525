//! Tokens that are none, on the wire. What the functions make of each is in the process tests of tokens; that of two
//! headers too, for this server hands on the first alone.

use dataconnect::payload::OPERATIONS;

use super::entry::{Entry, Expected};
use super::request::Sender;

pub(super) fn entries(sender: &Sender) -> Vec<Entry> {
    let token = &sender.token;
    let values = [
        ("none at all", None),
        ("nothing", Some(String::new())),
        ("the scheme alone", Some("Bearer".to_owned())),
        ("the token alone", Some(token.clone())),
        ("another scheme", Some(format!("Basic {token}"))),
        ("a scheme that begins so", Some(format!("Bearerx {token}"))),
        ("no blank", Some(format!("Bearer{token}"))),
        ("a tab", Some(format!("Bearer\t{token}"))),
        ("all but the last character", Some(format!("Bearer {}", &token[..token.len() - 1]))),
        ("one character more", Some(format!("Bearer {token}x"))),
        ("other case", Some(format!("Bearer {}", token.to_ascii_lowercase()))),
        ("twice", Some(format!("Bearer {token} {token}"))),
        ("twice, with a comma", Some(format!("Bearer {token}, Bearer {token}"))),
        ("in quotes", Some(format!("Bearer \"{token}\""))),
        ("percent-encoded", Some(format!("Bearer %64{}", &token[1..]))),
        ("beyond ASCII", Some(format!("Bearer {token}\u{e9}"))),
        ("an injection", Some("Bearer ' OR '1'='1".to_owned())),
        ("null", Some("Bearer null".to_owned())),
        ("100 KB", Some(format!("Bearer {}", "x".repeat(100_000)))),
        ("the right one and 100 KB", Some(format!("Bearer {token}{}", "x".repeat(100_000)))),
        ("100 KB of scheme", Some(format!("{} {token}", "Bearer".repeat(17_000)))),
    ];
    let mut entries = Vec::new();
    for operation in OPERATIONS {
        for (what, value) in &values {
            let request = sender.spoilt(operation).without("Authorization");
            let request =
                value.iter().fold(request, |request, value| request.header(format!("Authorization: {value}")));
            entries.push(Entry::new(operation, what, request, Expected::Refused(401, "unauthorized")));
        }
        let wrong_first = sender.spoilt(operation).without("Authorization").header("Authorization: Bearer wrong");
        let wrong_first = wrong_first.header(format!("Authorization: Bearer {token}"));
        entries.push(Entry::new(operation, "a wrong one first", wrong_first, Expected::Refused(401, "unauthorized")));
        for (name, value) in [("X-Authorization", "Bearer"), ("Proxy-Authorization", "Bearer"), ("Cookie", "token")] {
            let elsewhere =
                sender.spoilt(operation).without("Authorization").header(format!("{name}: {value} {token}"));
            let expected = Expected::Refused(401, "unauthorized");
            entries.push(Entry::new(operation, format!("in {name}"), elsewhere, expected));
        }
        let line = format!(
            "{} {}?access_token={token}&Authorization=Bearer%20{token} HTTP/1.1",
            operation.method, operation.path
        );
        let query = sender.spoilt(operation).without("Authorization").line(line);
        entries.push(Entry::new(operation, "in the query", query, Expected::Refused(401, "unauthorized")));
    }
    entries
}
