//! What every answer of a function must be, whatever it answers to.

use dataconnect::record::Outcome;
use serde_json::Value;

use super::wire::Answer;

/// What the server in front adds: its own, and what it says of other origins.
const FRONT: [&str; 4] = ["connection", "content-length", "date", "vary"];
const CORS: &str = "access-control-";

/// Fails unless it is a success. Gives the archive key.
pub(super) fn success(answer: &Answer) -> Result<String, String> {
    let seen = || format!("{answer:?}");
    let body = body(answer, 200, "application/json").ok_or_else(seen)?;
    let known = body["outcome"].as_str().and_then(Outcome::from_name).is_some();
    let texts = ["recordId", "archiveKey", "requestId"].iter().all(|name| is_text(&body[name]));
    let key = body["archiveKey"].as_str().unwrap_or_default();
    if known && texts && body.as_object().is_some_and(|body| body.len() == 4) {
        Ok(key.to_owned())
    } else {
        Err(seen())
    }
}

/// Fails unless it is the problem of this status and reason.
pub(super) fn problem(answer: &Answer, status: u16, reason: &str) -> Result<(), String> {
    let seen = || format!("{answer:?}");
    let body = body(answer, status, "application/problem+json").ok_or_else(seen)?;
    let is_problem = body["type"] == format!("urn:problem-type:dataconnect:{reason}")
        && body["status"] == status
        && is_text(&body["title"])
        && is_text(&body["requestId"])
        && (body["detail"].is_null() || is_text(&body["detail"]));
    if is_problem { Ok(()) } else { Err(seen()) }
}

fn is_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.is_empty())
}

/// The body of an answer of this status and type, if its headers are those that it must have and no others: none is
/// made of what was sent.
fn body(answer: &Answer, status: u16, content_type: &str) -> Option<Value> {
    let is_known = |(name, value): &(String, String)| match name.as_str() {
        "content-type" => value == content_type,
        "www-authenticate" => status == 401 && (value == "Bearer" || value == "Bearer error=\"invalid_token\""),
        "allow" => status == 405 && (value == "POST" || value == "DELETE"),
        _ => FRONT.contains(&name.as_str()) || name.starts_with(CORS),
    };
    let is_right = answer.status == status
        && answer.headers.iter().all(is_known)
        && answer.header("content-type") == content_type
        && (status != 401 || !answer.header("www-authenticate").is_empty());
    if is_right { serde_json::from_str(&answer.body).ok() } else { None }
}
