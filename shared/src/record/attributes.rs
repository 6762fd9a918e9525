//! From a body's members to the attributes of an item, within `DynamoDB`'s limits.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::attribute;
use crate::drift::{Drift, Place};
use crate::json::{Json, Number, Object};
use crate::operation::Effect;

/// Attributes of an item, or of a map in one.
pub type Attributes = HashMap<String, AttributeValue>;

/// Maps and lists that may stand around a value inside its attribute ("Quotas", `DynamoDB` developer guide: 32 levels,
/// the attribute's own counted).
const MAX_NESTING: usize = 31;
/// The name of an attribute, or of a member of a map, is at most 65,535 bytes (as above: 64 KB; the API's model: 65,535).
const MAX_NAME_BYTES: usize = 65_535;
/// The sort key of an index is at most 1,024 bytes (as above).
const MAX_STEM_BYTES: usize = 1_024;
/// Characters kept of a `WorkOrderStem` that cannot be indexed.
const MAX_STEM_NOTE_CHARS: usize = 100;

/// The members of a body as a record holds them: as attributes of the item, or, of a delete event, as members of the
/// map `Deletion`. A member that an item cannot hold is left out and noted.
pub(crate) fn from_body(members: Object, effect: Effect, drift: &mut Drift) -> Attributes {
    let mut attributes = Attributes::with_capacity(members.len());
    for (name, value) in members {
        let converted = match effect {
            // The record's own attribute, in the index, holds it.
            Effect::Write if name == attribute::WORK_ORDER_STEM => continue,
            Effect::Write if attribute::OWN.contains(&name.as_str()) => {
                Err("the receiver has an attribute of this name")
            }
            Effect::Write => convert_member(&name, value, MAX_NESTING),
            Effect::Delete => convert_member(&name, value, MAX_NESTING - 1),
        };
        match converted {
            Ok(value) => {
                attributes.insert(name, value);
            }
            Err(reason) => drift.note(&Place::Root.member(&name), format_args!("left out: {reason}")),
        }
    }
    attributes
}

fn convert_member(name: &str, value: Json, nesting: usize) -> Result<AttributeValue, &'static str> {
    match name.len() {
        0 => Err("an empty name"),
        1..=MAX_NAME_BYTES => convert(value, nesting),
        _ => Err("a name longer than 65,535 bytes"),
    }
}

/// A value as `DynamoDB` holds it, with `nesting` maps and lists at most.
fn convert(value: Json, nesting: usize) -> Result<AttributeValue, &'static str> {
    let inner = || nesting.checked_sub(1).ok_or("nested deeper than DynamoDB's 32 levels");
    Ok(match value {
        Json::Null => AttributeValue::Null(true),
        Json::Bool(value) => AttributeValue::Bool(value),
        Json::Number(number) if !number.fits_dynamodb() => {
            return Err("a number outside DynamoDB's 38 digits or its range");
        }
        Json::Number(number) => AttributeValue::N(number.into_string()),
        Json::String(text) => AttributeValue::S(text),
        Json::Array(elements) => {
            let inner = inner()?;
            let convert = |element| convert(element, inner);
            AttributeValue::L(elements.into_iter().map(convert).collect::<Result<_, _>>()?)
        }
        Json::Object(members) => {
            let inner = inner()?;
            let convert =
                |(name, value): (String, Json)| convert_member(&name, value, inner).map(|value| (name, value));
            AttributeValue::M(members.into_iter().map(convert).collect::<Result<_, _>>()?)
        }
    })
}

/// What a record holds of a body, as JSON again. What an operator may have added by hand, sets and bytes, is given as
/// arrays and Base64.
#[must_use]
pub fn to_object(attributes: &Attributes) -> Object {
    attributes.iter().map(|(name, value)| (name.clone(), to_json(value))).collect()
}

fn to_json(value: &AttributeValue) -> Json {
    let base64 = |blob: &aws_sdk_dynamodb::primitives::Blob| Json::String(STANDARD.encode(blob.as_ref()));
    match value {
        AttributeValue::S(text) => Json::String(text.clone()),
        AttributeValue::N(text) => Json::Number(Number::new(text)),
        AttributeValue::Bool(value) => Json::Bool(*value),
        AttributeValue::L(values) => Json::Array(values.iter().map(to_json).collect()),
        AttributeValue::M(members) => Json::Object(to_object(members)),
        AttributeValue::Ss(texts) => Json::Array(texts.iter().cloned().map(Json::String).collect()),
        AttributeValue::Ns(texts) => Json::Array(texts.iter().map(|text| Json::Number(Number::new(text))).collect()),
        AttributeValue::B(blob) => base64(blob),
        AttributeValue::Bs(blobs) => Json::Array(blobs.iter().map(base64).collect()),
        _ => Json::Null,
    }
}

/// The Work Order that an event belongs to: its `WorkOrderStem`, or its `WorkOrderNumber` without the last segment.
pub(crate) fn work_order_stem(members: &Object, drift: &mut Drift) -> Option<String> {
    let sent = members.get(attribute::WORK_ORDER_STEM).filter(|sent| **sent != Json::Null);
    if let Some(unusable) = sent.filter(|sent| !sent.as_str().is_some_and(is_indexable)) {
        let text = serde_json::to_string(unusable).unwrap_or_default();
        let start: String = text.chars().take(MAX_STEM_NOTE_CHARS).collect();
        let place = Place::Root.member(attribute::WORK_ORDER_STEM);
        drift.note(&place, format_args!("{start} cannot be indexed: a string of 1 to 1,024 bytes can"));
    }
    stem_of(|name| members.get(name).and_then(Json::as_str))
}

/// The Work Order that a delete event belongs to, read from what the record holds of its body.
pub(super) fn stem_of_deletion(body: &Attributes) -> Option<String> {
    stem_of(|name| body.get(name)?.as_s().ok().map(String::as_str))
}

fn stem_of<'a>(text: impl Fn(&str) -> Option<&'a str>) -> Option<String> {
    if let Some(stem) = text(attribute::WORK_ORDER_STEM).filter(|stem| is_indexable(stem)) {
        return Some(stem.to_owned());
    }
    let number = text("WorkOrderNumber")?;
    let stem = number.rsplit_once('.').map_or(number, |(stem, _)| stem);
    is_indexable(stem).then(|| stem.to_owned())
}

fn is_indexable(stem: &str) -> bool {
    (1..=MAX_STEM_BYTES).contains(&stem.len())
}

/// What a list or a map takes besides its elements, in bytes.
const CONTAINER: usize = 3;
/// What each element of a list or a map takes besides itself.
pub(super) const ELEMENT: usize = 1;

/// The size of attributes as `DynamoDB` counts it, or a little more ("DynamoDB item sizes and formats", developer
/// guide: numbers are the approximation, two digits to a byte, and are counted a byte to a digit here).
pub(super) fn size(attributes: &Attributes) -> usize {
    attributes.iter().map(|(name, value)| name.len() + size_of_value(value)).sum()
}

/// The size of what a map holds, counted likewise.
pub(super) fn size_of_members(members: &Attributes) -> usize {
    size(members) + ELEMENT * members.len()
}

fn size_of_value(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(text) => size_of_number(text),
        AttributeValue::L(values) => {
            CONTAINER + values.iter().map(|value| ELEMENT + size_of_value(value)).sum::<usize>()
        }
        AttributeValue::M(members) => CONTAINER + size_of_members(members),
        // What an operator may have added by hand.
        AttributeValue::B(blob) => blob.as_ref().len(),
        AttributeValue::Ss(texts) => texts.iter().map(|text| ELEMENT + text.len()).sum(),
        AttributeValue::Ns(texts) => texts.iter().map(|text| ELEMENT + size_of_number(text)).sum(),
        AttributeValue::Bs(blobs) => blobs.iter().map(|blob| ELEMENT + blob.as_ref().len()).sum(),
        _ => 1,
    }
}

/// By its significant digits, which are the same however it is spelt: `DynamoDB` gives `1e120` back with all its zeros.
fn size_of_number(text: &str) -> usize {
    let mantissa = text.split(['e', 'E']).next().unwrap_or(text);
    let digits = mantissa.replace(['-', '.'], "");
    digits.trim_matches('0').len() + usize::from(text.starts_with('-')) + 1
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
        (work_order_stem(&members(body), &mut drift), drift.to_notes())
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
            r#"{{"Fine":{},"Deep":{},"Huge":1e400,"Long":[{{"n":{}}}],"":1,"Inner":{{"":1}},"Revision":7,"{}":1}}"#,
            deep(MAX_NESTING),
            deep(MAX_NESTING + 1),
            "9".repeat(39),
            "x".repeat(MAX_NAME_BYTES + 1)
        );
        let mut drift = Drift::default();
        let attributes = from_body(members(&body), Effect::Write, &mut drift);
        assert_eq!(attributes.keys().collect::<Vec<_>>(), ["Fine"]);
        let notes = drift.to_notes();
        let named: Vec<_> = notes.iter().map(|note| note.split(':').next().unwrap_or_default()).collect();
        assert_eq!(named[..6], ["/", "/Deep", "/Huge", "/Inner", "/Long", "/Revision"]);
        assert!(named.len() == 7 && named[6].starts_with("/xxx"));
    }
}
