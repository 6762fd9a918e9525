//! From a body's members to the attributes of an item, within `DynamoDB`'s limits.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::attribute;
use crate::drift::{Drift, Place};
use crate::json::{Json, Object};

/// Attributes of an item, or of a map in one.
pub type Attributes = HashMap<String, AttributeValue>;

/// Maps and lists that may stand around a value inside its attribute ("Quotas", `DynamoDB` developer guide: 32 levels,
/// the attribute's own counted).
pub(super) const MAX_NESTING: usize = 31;
/// The sort key of an index is at most 1,024 bytes (as above).
const MAX_STEM_BYTES: usize = 1_024;
/// Characters kept of a `WorkOrderStem` that cannot be indexed.
const MAX_STEM_NOTE_CHARS: usize = 100;

/// The members of a body as attributes of an item. A member that an item cannot hold is left out and noted.
pub(super) fn from_members(members: &Object, drift: &mut Drift) -> Attributes {
    let mut attributes = Attributes::with_capacity(members.len());
    for (name, value) in members {
        if name == attribute::WORK_ORDER_STEM {
            continue;
        }
        if attribute::OWN.contains(&name.as_str()) {
            drift.note(&Place::Root.member(name), "left out: the receiver has an attribute of this name");
            continue;
        }
        insert(&mut attributes, name, value, MAX_NESTING, drift);
    }
    attributes
}

/// The members of a delete event's body as members of the map `Deletion`, likewise.
pub(super) fn from_deletion(members: &Object, drift: &mut Drift) -> Attributes {
    let mut attributes = Attributes::with_capacity(members.len());
    for (name, value) in members {
        insert(&mut attributes, name, value, MAX_NESTING - 1, drift);
    }
    attributes
}

fn insert(attributes: &mut Attributes, name: &str, value: &Json, nesting: usize, drift: &mut Drift) {
    let converted = if name.is_empty() { Err("its name is empty") } else { convert(value, nesting) };
    match converted {
        Ok(value) => {
            attributes.insert(name.to_owned(), value);
        }
        Err(reason) => drift.note(&Place::Root.member(name), format_args!("left out: {reason}")),
    }
}

/// A value as `DynamoDB` holds it, with `nesting` maps and lists at most.
fn convert(value: &Json, nesting: usize) -> Result<AttributeValue, &'static str> {
    let inner = || nesting.checked_sub(1).ok_or("it is nested deeper than DynamoDB's 32 levels");
    Ok(match value {
        Json::Null => AttributeValue::Null(true),
        Json::Bool(value) => AttributeValue::Bool(*value),
        Json::Number(number) if !number.fits_dynamodb() => {
            return Err("it holds a number outside DynamoDB's 38 digits or its range");
        }
        Json::Number(number) => AttributeValue::N(number.as_str().to_owned()),
        Json::String(text) => AttributeValue::S(text.clone()),
        Json::Array(elements) => {
            let inner = inner()?;
            AttributeValue::L(elements.iter().map(|element| convert(element, inner)).collect::<Result<_, _>>()?)
        }
        Json::Object(members) if members.contains_key("") => return Err("it holds a member with an empty name"),
        Json::Object(members) => {
            let inner = inner()?;
            let convert = |(name, value): (&String, &Json)| Ok::<_, &str>((name.clone(), convert(value, inner)?));
            AttributeValue::M(members.iter().map(convert).collect::<Result<_, _>>()?)
        }
    })
}

/// The Work Order that an event belongs to: its `WorkOrderStem`, or its `WorkOrderNumber` without the last segment.
#[must_use]
pub fn work_order_stem(members: &Object, drift: &mut Drift) -> Option<String> {
    match members.get(attribute::WORK_ORDER_STEM) {
        Some(Json::String(stem)) if is_indexable(stem) => return Some(stem.clone()),
        None | Some(Json::Null) => {}
        Some(other) => {
            let text = serde_json::to_string(other).unwrap_or_default();
            let start: String = text.chars().take(MAX_STEM_NOTE_CHARS).collect();
            let place = Place::Root.member(attribute::WORK_ORDER_STEM);
            drift.note(&place, format_args!("{start} cannot be indexed: a string of 1 to 1,024 bytes can"));
        }
    }
    let number = members.get("WorkOrderNumber")?.as_str()?;
    let stem = number.rsplit_once('.').map_or(number, |(stem, _)| stem);
    is_indexable(stem).then(|| stem.to_owned())
}

fn is_indexable(stem: &str) -> bool {
    (1..=MAX_STEM_BYTES).contains(&stem.len())
}

/// The size of attributes as `DynamoDB` counts it, or a little more ("DynamoDB item sizes and formats", developer
/// guide: numbers are the approximation, and are counted by the character here).
pub(super) fn size(attributes: &Attributes) -> usize {
    attributes.iter().map(|(name, value)| name.len() + size_of_value(value)).sum()
}

fn size_of_value(value: &AttributeValue) -> usize {
    const CONTAINER: usize = 3;
    const ELEMENT: usize = 1;
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(text) => text.len() + 1,
        AttributeValue::L(values) => {
            CONTAINER + values.iter().map(|value| ELEMENT + size_of_value(value)).sum::<usize>()
        }
        AttributeValue::M(members) => CONTAINER + size(members) + ELEMENT * members.len(),
        // What an operator may have added by hand.
        AttributeValue::B(blob) => blob.as_ref().len(),
        AttributeValue::Ss(texts) => texts.iter().map(|text| ELEMENT + text.len()).sum(),
        AttributeValue::Ns(texts) => texts.iter().map(|text| ELEMENT + text.len() + 1).sum(),
        AttributeValue::Bs(blobs) => blobs.iter().map(|blob| ELEMENT + blob.as_ref().len()).sum(),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;

    fn members(body: &str) -> Object {
        let Json::Object(members) = parse(body.as_bytes()).expect("JSON").root else { panic!("an object") };
        members
    }

    fn stem(body: &str) -> (Option<String>, Vec<String>) {
        let mut drift = Drift::default();
        (work_order_stem(&members(body), &mut drift), drift.into_notes())
    }

    #[test]
    fn a_stem_is_sent_or_is_the_number_without_its_last_segment() {
        assert_eq!(stem(r#"{"WorkOrderStem":"T1.2"}"#), (Some("T1.2".to_owned()), vec![]));
        assert_eq!(stem(r#"{"WorkOrderNumber":"T49098.34277.001N"}"#).0.as_deref(), Some("T49098.34277"));
        assert_eq!(stem(r#"{"WorkOrderNumber":"T1"}"#).0.as_deref(), Some("T1"));
        assert_eq!(stem(r#"{"WorkOrderStem":null,"WorkOrderNumber":".1"}"#), (None, vec![]));
    }

    #[test]
    fn a_stem_that_cannot_be_indexed_is_kept_in_the_drift() {
        let (found, notes) = stem(r#"{"WorkOrderStem":34277,"WorkOrderNumber":"T1.2"}"#);
        assert_eq!(found.as_deref(), Some("T1"));
        assert_eq!(notes, ["/WorkOrderStem: 34277 cannot be indexed: a string of 1 to 1,024 bytes can"]);
        assert_eq!(stem(r#"{"WorkOrderStem":""}"#).0, None);
    }

    #[test]
    fn what_an_item_cannot_hold_is_left_out_by_name() {
        let deep = |levels: usize| format!("{}0{}", "[".repeat(levels), "]".repeat(levels));
        let body = format!(
            r#"{{"Fine":{},"Deep":{},"Huge":1e400,"Long":[{{"n":{}}}],"":1,"Inner":{{"":1}},"Revision":7}}"#,
            deep(MAX_NESTING),
            deep(MAX_NESTING + 1),
            "9".repeat(39)
        );
        let mut drift = Drift::default();
        let attributes = from_members(&members(&body), &mut drift);
        assert_eq!(attributes.keys().collect::<Vec<_>>(), ["Fine"]);
        let notes = drift.into_notes();
        let named: Vec<_> = notes.iter().filter_map(|note| note.split_once(':')).map(|(place, _)| place).collect();
        assert_eq!(named, ["/", "/Deep", "/Huge", "/Inner", "/Long", "/Revision"]);
    }
}
