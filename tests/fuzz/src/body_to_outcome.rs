//! Any bytes as a body, from the bytes to the item.

use aws_sdk_dynamodb::types::AttributeValue;
use dataconnect::auth::Gate;
use dataconnect::event::{Event, ParsedEvent};
use dataconnect::json::{Json, Object, parse};
use dataconnect::operation::{Effect, Operation};
use dataconnect::payload::{DELETE_PUNCHES, POST_PUNCHES};
use dataconnect::record::{Attributes, Outcome, Record, merge};
use dataconnect::rejection::Rejection;
use dataconnect::request::RawBody;
use jiff::Timestamp;
use lambda_http::Body;
use lambda_http::http::HeaderMap;
use serde_json::Value;
use tests::plain::{plain, timeless};

use crate::{CANARY, CANARY_MARK, assert_quotes_nothing, chosen};

/// An item is at most 400 KB ("Quotas", `DynamoDB` developer guide).
const MAX_ITEM_BYTES: usize = 400 * 1_024;
/// With the byte after it, stands for so many times [`FILLING`] letters, modulo 32, so that a small input reaches the
/// limits of size.
const FILLER: &[u8] = "§".as_bytes();
const FILLING: usize = 14_000;
/// Letters that all fillers come to, at most. More would be slow, and bring nothing new.
const MAX_FILLING: usize = 1_000_000;

/// The first byte chooses the operation, the others are the body.
pub fn run(input: &[u8]) {
    let Some((operation, body)) = input.split_first() else { return };
    let (operation, body) = (chosen(*operation), filled(body));
    match event(operation, &body, 1) {
        Err(rejection) => assert_quotes_nothing(&rejection.detail),
        Ok(event) => {
            assert_comes_again_as_itself(&event, &body);
            assert_is_recorded_once(&event, &body);
            assert_commutes(operation, &body);
        }
    }
}

fn filled(body: &[u8]) -> Vec<u8> {
    let (mut filled, mut rest, mut letters) = (Vec::with_capacity(body.len()), body, 0);
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if let Some((count, after)) = after_mark(FILLER, *first, after).and_then(<[u8]>::split_first) {
            let filling = (usize::from(*count) % 32 * FILLING).min(MAX_FILLING - letters);
            letters += filling;
            filled.resize(filled.len() + filling, b'x');
            rest = after;
        } else if let Some(after) = after_mark(CANARY_MARK.as_bytes(), *first, after) {
            filled.extend(CANARY.as_bytes());
            rest = after;
        } else {
            filled.push(*first);
        }
    }
    filled
}

fn after_mark<'a>(mark: &[u8], first: u8, rest: &'a [u8]) -> Option<&'a [u8]> {
    if first == mark[0] { rest.strip_prefix(&mark[1..]) } else { None }
}

/// The event of a body, as the request of this number brings it.
fn event(operation: &'static Operation, body: &[u8], number: i64) -> Result<Event, Rejection> {
    let at = Timestamp::from_millisecond(1_800_000_000_000 + number).expect("a time");
    let gate = Gate::Open;
    let caller = gate.admit(&HeaderMap::new(), at).expect("an open gate");
    let body = RawBody::read(&caller, Body::Binary(body.to_vec()), at);
    let rule = operation.record_id.parse().expect("a rule");
    ParsedEvent::parse(operation, &rule, &body, &format!("request-{number}"))?.authorise(&caller)
}

/// Another spelling of the same content is the same event.
fn assert_comes_again_as_itself(event: &Event, body: &[u8]) {
    let document = parse(body).expect("it was parsed before");
    let canonical = serde_json::to_vec(&document.root).expect("JSON is written");
    let again = self::event(event.operation, &canonical, 2).expect("the canonical spelling is accepted too");
    assert_eq!(again.content_hash, event.content_hash);
    assert_eq!(again.key, event.key);
    assert_eq!(again.members, event.members);
    assert_eq!(again.work_order_stem, event.work_order_stem);
    if document.duplicates.is_empty() {
        assert_eq!(again.drift, event.drift);
    }
    assert_eq!(parse(&canonical).map(|document| document.root), Ok(document.root));
}

/// It makes a record, and a repeat changes nothing.
fn assert_is_recorded_once(event: &Event, body: &[u8]) {
    let (record, outcome) = merge(None, event);
    let expected = match event.operation.effect {
        Effect::Write => Outcome::Created,
        Effect::Delete => Outcome::Deleted,
    };
    assert_eq!((outcome, record.revision), (expected, 1));
    assert_is_an_item(&record);
    assert_holds_the_members(&record, body);

    let repeat = self::event(event.operation, body, 2).expect("as before");
    let (again, outcome) = merge(Some(record.clone()), &repeat);
    assert_eq!((&again, outcome), (&record, Outcome::Duplicate), "another delivery");
    let (again, outcome) = merge(Some(record.clone()), event);
    assert_eq!((&again, outcome), (&record, expected), "the same request once more");
}

/// A punch and its deletion end in one record, whichever comes first, and whether they say the same or one says less.
fn assert_commutes(operation: &'static Operation, body: &[u8]) {
    if operation.table_variable != POST_PUNCHES.table_variable {
        return;
    }
    let less = without_half(body);
    for (of_punch, of_deletion) in [(body, body), (body, &less), (&less, body)] {
        let punch = event(&POST_PUNCHES, of_punch, 1).expect("it has its keys, as before");
        let deletion = event(&DELETE_PUNCHES, of_deletion, 2).expect("likewise");
        // Without an id of their own, two bodies make two records.
        if punch.key != deletion.key {
            continue;
        }
        let both = |first, second| {
            let (record, _) = merge(Some(merge(None, first).0), second);
            assert_is_an_item(&record);
            record
        };
        let (one, other) = (both(&punch, &deletion), both(&deletion, &punch));
        assert!(one.deletion.is_some() && one.history.has_written());
        assert_eq!(timeless(plain(&one.into_item())), timeless(plain(&other.into_item())));
    }
}

/// The body with its keys and every other member besides.
fn without_half(body: &[u8]) -> Vec<u8> {
    let Ok(Json::Object(members)) = parse(body).map(|document| document.root) else { panic!("an object") };
    let (keys, others): (Vec<_>, Vec<_>) =
        members.into_iter().partition(|(name, _)| ["CustomerId", "Tenant", POST_PUNCHES.record_id].contains(&&**name));
    let less: Object = keys.into_iter().chain(others.into_iter().step_by(2)).collect();
    serde_json::to_vec(&less).expect("JSON is written")
}

/// `DynamoDB` takes it, and it comes back as it was.
fn assert_is_an_item(record: &Record) {
    let item = record.clone().into_item();
    let bytes = size_of_members(&item);
    assert!(bytes <= MAX_ITEM_BYTES, "an item of {bytes} bytes");
    assert_eq!(Record::from_item(item).as_ref(), Ok(record));
}

/// Every member of the body is in the record, or its drift says that it is not, unless the whole body is too large.
fn assert_holds_the_members(record: &Record, body: &[u8]) {
    let Ok(Json::Object(members)) = parse(body).map(|document| document.root) else { panic!("an object") };
    let kept = record.deletion.as_ref().map_or(&record.members, |deletion| &deletion.body);
    let drift = record.deletion.as_ref().map_or(&record.drift, |deletion| &deletion.drift);
    let flooded = drift.last().is_some_and(|note| note.starts_with("and "));
    let left_out = drift.iter().filter(|note| note.contains("left out: ") || note.ends_with('…')).count();
    let own = usize::from(record.deletion.is_none() && members.contains_key("WorkOrderStem"));
    let whole = kept.len() + left_out + own >= members.len();
    assert!(whole || flooded || record.is_oversize(), "{} of {} members", kept.len(), members.len());
    for (name, value) in kept {
        assert_eq!(plain_attribute(value), plain_json(&members[name]), "{name}");
    }
}

/// The size of a map's members as `DynamoDB` counts them ("`DynamoDB` item sizes and formats", developer guide).
fn size_of_members(members: &Attributes) -> usize {
    members.iter().map(|(name, value)| name.len() + size_of(value)).sum()
}

fn size_of(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(text) => {
            let digits = text.split('e').next().unwrap_or(text).replace(['-', '.'], "");
            digits.trim_matches('0').len().div_ceil(2) + 1 + usize::from(text.starts_with('-'))
        }
        AttributeValue::L(values) => 3 + values.iter().map(|value| 1 + size_of(value)).sum::<usize>(),
        AttributeValue::M(members) => 3 + members.len() + size_of_members(members),
        _ => 1,
    }
}

/// An attribute as JSON, numbers as they are spelled.
fn plain_attribute(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => Value::from(format!("S {text}")),
        AttributeValue::N(text) => Value::from(format!("N {text}")),
        AttributeValue::Bool(value) => Value::from(*value),
        AttributeValue::Null(_) => Value::Null,
        AttributeValue::L(values) => values.iter().map(plain_attribute).collect(),
        AttributeValue::M(members) => {
            members.iter().map(|(name, value)| (name.clone(), plain_attribute(value))).collect()
        }
        other => panic!("the receiver writes no {other:?}"),
    }
}

/// The same of what was sent.
fn plain_json(value: &Json) -> Value {
    match value {
        Json::String(text) => Value::from(format!("S {text}")),
        Json::Number(number) => Value::from(format!("N {}", number.as_str())),
        Json::Bool(value) => Value::from(*value),
        Json::Null => Value::Null,
        Json::Array(elements) => elements.iter().map(plain_json).collect(),
        Json::Object(members) => members.iter().map(|(name, value)| (name.clone(), plain_json(value))).collect(),
    }
}
