//! What a record must be: the rules of the README's "The record", written a second time, and not as the receiver's code
//! has them.

use dataconnect::payload::DELETE_PUNCHES;
use serde_json::{Map, Value, json};

use crate::plain::stored;
use crate::sender::Event;

/// An event of a record's history, as the record has it.
pub(super) struct Applied<'a> {
    pub(super) event: &'a Event,
    /// When the receiver says that it came.
    pub(super) at: &'a str,
}

impl Applied<'_> {
    fn is_deletion(&self) -> bool {
        self.event.operation.name == DELETE_PUNCHES.name
    }
}

/// What each event does, in this order.
pub(super) fn outcomes(applied: &[Applied<'_>]) -> Vec<&'static str> {
    let (mut written, mut deleted) = (false, false);
    let outcome = |event: &Applied<'_>| {
        let (before, first, later) = if event.is_deletion() {
            (&mut deleted, "Deleted", "AlreadyDeleted")
        } else {
            (&mut written, "Created", "Corrected")
        };
        if std::mem::replace(before, true) { later } else { first }
    };
    applied.iter().map(outcome).collect()
}

/// The item that the events make in this order, without its `History` and the texts of its `Drift`, of which
/// [`comparable`] keeps as much of an item that was read.
pub(super) fn item(applied: &[Applied<'_>]) -> Value {
    let last_write = applied.iter().rev().find(|event| !event.is_deletion());
    let first_deletion = applied.iter().find(|event| event.is_deletion());
    let first = &applied[0];
    let mut item = Map::new();
    if let Some(Value::Object(members)) = last_write.map(|write| stored(&write.event.content)) {
        item.extend(members);
    }
    item.insert("CustomerTenant".to_owned(), json!(first.event.customer_tenant()));
    item.insert("RecordId".to_owned(), json!(first.event.record_id));
    item.insert("ReceivedAt".to_owned(), json!(first.at));
    item.insert("UpdatedAt".to_owned(), json!(applied.iter().map(|event| event.at).max()));
    item.insert("Revision".to_owned(), json!({ "N": applied.len().to_string() }));
    if let Some(deletion) = first_deletion {
        item.insert("DeletedAt".to_owned(), json!(deletion.at));
        item.insert("Deletion".to_owned(), stored(&deletion.event.content));
    }
    let current = [last_write, first_deletion];
    if let Some(stem) = current.iter().flatten().find_map(|event| stem(&event.event.content)) {
        item.insert("WorkOrderStem".to_owned(), json!(stem));
    }
    if current.iter().flatten().any(|event| event.event.drifts) {
        item.insert("Drift".to_owned(), json!(true));
    }
    Value::Object(item)
}

/// As much of an item as [`item`] foretells.
pub(super) fn comparable(item: &Value) -> Value {
    let mut item = item.clone();
    if let Some(members) = item.as_object_mut() {
        members.remove("History");
        if let Some(drift) = members.get_mut("Drift") {
            *drift = json!(true);
        }
    }
    item
}

fn stem(content: &Value) -> Option<String> {
    if let Some(stem) = content["WorkOrderStem"].as_str() {
        return Some(stem.to_owned());
    }
    let number = content["WorkOrderNumber"].as_str()?;
    let segments: Vec<_> = number.split('.').collect();
    Some(segments[..segments.len() - 1].join("."))
}
