//! What a request is about, and how many came for it before.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Mutex;

use bytes::Bytes;
use hyper::Request;
use serde::Deserialize;

use super::Store;

/// The table and the key of what a `PutItem`, or another request for one item, is about. Borrows what it can: bodies are
/// up to 400 KB.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Item<'a> {
    #[serde(borrow)]
    table_name: Cow<'a, str>,
    #[serde(borrow, alias = "Key")]
    item: Key<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Key<'a> {
    #[serde(borrow)]
    customer_tenant: Text<'a>,
    #[serde(borrow)]
    record_id: Text<'a>,
}

#[derive(Deserialize)]
struct Text<'a> {
    #[serde(borrow, rename = "S")]
    text: Cow<'a, str>,
}

/// What a request is about: of S3 the object's path but for the day, of `DynamoDB` table and key of the record. Requests
/// that are about neither have their kind in common.
pub(super) fn thing(store: Store, request: &Request<Bytes>) -> String {
    match store {
        Store::S3 => without_day(request.uri().path()),
        Store::DynamoDb => record(request.body()).unwrap_or_else(|| {
            let target = request.headers().get("x-amz-target");
            target.map_or_else(String::new, |target| String::from_utf8_lossy(target.as_bytes()).into_owned())
        }),
    }
}

/// A run on another day meets the same faults.
fn without_day(path: &str) -> String {
    let parts: Vec<_> = path.split('/').filter(|part| !part.starts_with("date=")).collect();
    parts.join("/")
}

fn record(body: &[u8]) -> Option<String> {
    let Item { table_name, item: Key { customer_tenant, record_id } } = serde_json::from_slice(body).ok()?;
    // Quoted, so that no two keys are one.
    Some(format!("{table_name} {:?} {:?}", customer_tenant.text, record_id.text))
}

/// How many requests came for each thing.
#[derive(Debug, Default)]
pub(super) struct Counts(Mutex<HashMap<String, u64>>);

impl Counts {
    /// Counts one more, and gives how many came before it.
    pub(super) fn next(&self, thing: &str) -> u64 {
        let mut counts = self.0.lock().expect("no panic");
        if let Some(count) = counts.get_mut(thing) {
            *count += 1;
            return *count - 1;
        }
        counts.insert(thing.to_owned(), 1);
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dynamodb(body: &'static str) -> String {
        let request = Request::post("/").header("x-amz-target", "DynamoDB_20120810.Query");
        thing(Store::DynamoDb, &request.body(Bytes::from_static(body.as_bytes())).unwrap())
    }

    #[test]
    fn a_record_is_known_by_its_table_and_key_wherever_they_stand_and_however_they_are_spelled() {
        let put = r#"{"TableName":"P","Item":{"GuardId":{"S":"G"},"CustomerTenant":{"S":"2/a\u00e4"},
            "History":{"L":[{"M":{"RecordId":{"S":"other"}}}]},"RecordId":{"S":"7"}},"ReturnValues":"NONE"}"#;
        assert_eq!(dynamodb(put), "P \"2/a\u{e4}\" \"7\"");
        let get = r#"{"Key":{"RecordId":{"S":"7"},"CustomerTenant":{"S":"2/a\u00e4"}},"TableName":"P"}"#;
        assert_eq!(dynamodb(get), "P \"2/a\u{e4}\" \"7\"");
        assert_eq!(dynamodb(r#"{"TableName":"P"}"#), "DynamoDB_20120810.Query");
    }

    #[test]
    fn an_object_is_known_by_its_path_whatever_the_day() {
        let request = Request::put("/bucket/date=2026-11-23/a%20b.json?x-id=PutObject").body(Bytes::new()).unwrap();
        assert_eq!(thing(Store::S3, &request), "/bucket/a%20b.json");
    }

    #[test]
    fn each_thing_is_counted_for_itself() {
        let counts = Counts::default();
        assert_eq!(["a", "b", "a", "a", "b"].map(|thing| counts.next(thing)), [0, 0, 1, 2, 1]);
    }
}
