//! Items as plain JSON, to compare and to print.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use crate::stores::Item;

/// An item as JSON. Numbers are written `{"N": "500.75"}`, with the digits that `DynamoDB` gave.
#[must_use]
pub fn plain(item: &Item) -> Value {
    item.iter().map(|(name, value)| (name.clone(), plain_value(value))).collect()
}

fn plain_value(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!(text),
        AttributeValue::N(text) => json!({ "N": text }),
        AttributeValue::Bool(value) => json!(value),
        AttributeValue::Null(_) => Value::Null,
        AttributeValue::L(values) => values.iter().map(plain_value).collect(),
        AttributeValue::M(members) => plain(members),
        other => json!(format!("{other:?}")),
    }
}

/// The outcomes in a plain item's history, oldest first.
#[must_use]
pub fn history_outcomes(item: &Value) -> Vec<&str> {
    let entries = item["History"].as_array().expect("a history");
    entries.iter().map(|entry| entry["Outcome"].as_str().expect("an outcome")).collect()
}

/// What [`plain`] gives of a JSON value that was stored as it came. For numbers that binary floats hold exactly enough
/// to print the same.
#[must_use]
pub fn stored(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!({ "N": number.to_string() }),
        Value::Array(elements) => elements.iter().map(stored).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), stored(value))).collect(),
        other => other.clone(),
    }
}

/// An item without what differs between two deliveries of the same events: times, request ids, dates in archive keys,
/// and the order of the history.
#[must_use]
pub fn timeless(mut item: Value) -> Value {
    if let Some(members) = item.as_object_mut() {
        for name in ["ReceivedAt", "UpdatedAt", "DeletedAt"] {
            members.remove(name);
        }
    }
    if let Some(entries) = item["History"].as_array_mut() {
        for entry in entries.iter_mut() {
            let key = entry["ArchiveKey"].as_str().unwrap_or_default();
            let key = key.rsplit_once('/').map_or(key, |(_, name)| name).to_owned();
            entry["ArchiveKey"] = json!(key);
            if let Some(members) = entry.as_object_mut() {
                members.remove("At");
                members.remove("RequestId");
            }
        }
        entries.sort_by_key(ToString::to_string);
    }
    item
}
