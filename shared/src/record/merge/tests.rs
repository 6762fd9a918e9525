//! The merge, without a table: each record goes through its item and back between two events, as it does in life.

use lambda_http::Body;
use lambda_http::http::HeaderMap;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::*;
use crate::auth::Gate;
use crate::event::ParsedEvent;
use crate::key::RecordIdRule;
use crate::operation::Operation;
use crate::payload::{DELETE_PUNCHES, POST_PUNCHES};
use crate::record::attributes::size;
use crate::request::RawBody;

const MAX_ITEM_BYTES: usize = 400 * 1_024;

/// The event of a body that has these members besides its keys. Each has a time and a request id of its own.
fn event(operation: &'static Operation, members: &Value, number: usize) -> Event {
    let mut body = json!({ "CustomerId": 2, "Tenant": "Securitime", "PunchId": 1 });
    let (Some(whole), Some(more)) = (body.as_object_mut(), members.as_object()) else { panic!("objects") };
    whole.extend(more.clone());
    let gate = Gate::Open;
    let at = Timestamp::from_millisecond(1_800_000_000_000 + i64::try_from(number).unwrap()).unwrap();
    let caller = gate.admit(&HeaderMap::new(), at).unwrap();
    let body = RawBody::read(&caller, Body::Text(body.to_string()), at);
    let rule: RecordIdRule = "PunchId".parse().unwrap();
    let parsed = ParsedEvent::parse(operation, &rule, &body, &format!("request-{number:04}")).unwrap();
    parsed.authorise(&caller).unwrap()
}

fn punch(members: &Value, number: usize) -> Event {
    event(&POST_PUNCHES, members, number)
}

fn deletion(members: &Value, number: usize) -> Event {
    event(&DELETE_PUNCHES, members, number)
}

/// Merges events one after the other. Returns the record and the outcomes.
fn merged<'a>(events: impl IntoIterator<Item = &'a Event>) -> (Record, Vec<Outcome>) {
    let mut record: Option<Record> = None;
    let mut outcomes = Vec::new();
    for event in events {
        let (before, (after, outcome)) = (record.clone(), merge(record.take(), event));
        let writes = outcome != Outcome::Duplicate;
        assert_eq!(after.revision, before.as_ref().map_or(0, |record| record.revision) + u64::from(writes));
        assert!(writes || before.as_ref() == Some(&after), "a duplicate changes nothing");
        assert!(after.bytes_besides_bodies() <= after.most_bytes());
        let item = after.clone().into_item();
        assert!(size(&item) <= MAX_ITEM_BYTES, "{} bytes", size(&item));
        assert_eq!(Record::from_item(item).as_ref(), Ok(&after), "a record comes back from its item as it was");
        outcomes.push(outcome);
        record = Some(after);
    }
    (record.expect("at least one event"), outcomes)
}

/// A record without what two orders of its events may differ in: times, request ids, the order of the history.
fn timeless(mut record: Record) -> Record {
    (record.received_at, record.updated_at) = (Timestamp::MIN, Timestamp::MIN);
    for entry in &mut record.history.entries {
        (entry.at, entry.request_id) = (Timestamp::MIN, String::new());
    }
    record.history.entries.sort_by_key(|entry| (entry.operation.clone(), entry.content_hash.to_string()));
    if let Some(deletion) = &mut record.deletion {
        deletion.at = Timestamp::MIN;
    }
    record
}

/// Members: few names, so that bodies share some; among them those that a record treats in a way of their own.
fn members() -> impl Strategy<Value = Value> {
    let name = select(vec!["A", "B", "WorkOrderStem", "WorkOrderNumber", "Revision", "DeletedAt", "PunchType", ""]);
    let value = prop_oneof![
        select(vec![json!(null), json!(""), json!("T1.2"), json!("T3"), json!(7), json!(0.1), json!([]), json!(1e300)]),
        "[a-c.]{0,3}".prop_map(Value::from),
        (0_usize..8).prop_map(|steps| json!("x".repeat(steps * 60_000))),
        (25_usize..40).prop_map(|levels| (0..levels).fold(json!({}), |inner, _| json!([inner]))),
    ];
    vec((name, value), 0..4)
        .prop_map(|members| members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

proptest! {
    #[test]
    fn one_punch_and_one_deletion_repeated_in_any_order_make_one_record(
        (punch_members, deletion_members) in (members(), members()),
        repeats in vec(any::<bool>(), 0..6),
        deletion_first: bool,
    ) {
        let one = |is_punch: bool, number| {
            if is_punch { punch(&punch_members, number) } else { deletion(&deletion_members, number) }
        };
        let order = [deletion_first, !deletion_first].into_iter().chain(repeats.iter().copied());
        let events: Vec<_> = order.enumerate().map(|(number, is_deletion)| one(!is_deletion, number)).collect();
        let (record, outcomes) = merged(&events);
        let (once, _) = merged(&[one(true, 0), one(false, 1)]);
        prop_assert_eq!(timeless(record), timeless(once));
        let duplicates = outcomes.iter().filter(|outcome| **outcome == Outcome::Duplicate).count();
        prop_assert_eq!(duplicates, repeats.len());
    }

    #[test]
    fn the_last_new_body_stands_whatever_came_before_it(
        bodies in vec(members(), 1..4),
        deletions in vec(members(), 1..3),
        order in vec((any::<bool>(), any::<prop::sample::Index>()), 1..12),
    ) {
        let events: Vec<_> = order.iter().enumerate().map(|(number, (is_punch, index))| {
            if *is_punch { punch(index.get(&bodies), number) } else { deletion(index.get(&deletions), number) }
        }).collect();
        let (record, outcomes) = merged(&events);

        let new = |wanted: &[Outcome]| {
            let mut found = events.iter().zip(&outcomes).filter(|(_, outcome)| wanted.contains(outcome));
            (found.clone().next().map(|(event, _)| event), found.next_back().map(|(event, _)| event))
        };
        let (_, last_body) = new(&[Outcome::Created, Outcome::Corrected]);
        let (first_deletion, _) = new(&[Outcome::Deleted]);
        let (expected, _) = merged(last_body.into_iter().chain(first_deletion));
        if !record.is_oversize() && !expected.is_oversize() {
            prop_assert_eq!(&record.members, &expected.members);
            prop_assert_eq!(&record.deletion.map(|deletion| (deletion.at, deletion.body)),
                &expected.deletion.map(|deletion| (deletion.at, deletion.body)));
            prop_assert_eq!(&record.drift, &expected.drift);
            prop_assert_eq!(&record.work_order_stem, &expected.work_order_stem);
        }
        let written = outcomes.iter().filter(|outcome| **outcome != Outcome::Duplicate).count();
        prop_assert_eq!(record.history.entries().len(), written);
        prop_assert_eq!(record.received_at, events[0].received_at);
    }

    #[test]
    fn sizes_around_the_limit_commute(punch_bytes in near_the_limit(), deletion_bytes in near_the_limit()) {
        assert_commutes(punch_bytes, deletion_bytes);
    }
}

/// Sizes that with the receiver's own attributes, some 700 bytes, come to about the whole item, a part of it, or more.
fn near_the_limit() -> impl Strategy<Value = usize> {
    prop_oneof![0_usize..50, 204_000_usize..205_000, 407_500_usize..410_500]
}

fn assert_commutes(punch_bytes: usize, deletion_bytes: usize) {
    let text = |bytes: usize| json!({ "Text": "x".repeat(bytes) });
    let (punch, deletion) = (punch(&text(punch_bytes), 0), deletion(&text(deletion_bytes), 1));
    let (one, _) = merged([&punch, &deletion]);
    let (other, _) = merged([&deletion, &punch]);
    let kept = |record: &Record| {
        let deletion = record.deletion.as_ref().map(|deletion| deletion.body.len());
        (record.members.len(), deletion, record.is_oversize())
    };
    assert_eq!(kept(&one), kept(&other), "{punch_bytes} and {deletion_bytes} bytes");
}

/// Byte by byte where the punch is beyond the limit by itself, and its deletion is just at it.
#[test]
fn a_deletion_at_the_limit_is_kept_or_not_whether_its_oversize_punch_came_before_or_after() {
    for deletion_bytes in (408_300..408_900).step_by(3) {
        assert_commutes(500_000, deletion_bytes);
    }
}

/// The longest keys, history, stem and drift, of a body and a deletion that are left out: the item must still be one.
#[test]
fn the_receivers_own_attributes_fit_an_item_at_their_longest() {
    let odd = |start: &str, index: u32| (format!("{start}{index:02}{}", "😀".repeat(300)), json!(1e300));
    let tenant = json!("😀".repeat(511));
    let with = |start: &str, number: u32| -> Value {
        let fixed = [
            ("Tenant", tenant.clone()),
            ("PunchId", json!("😀".repeat(256))),
            ("WorkOrderStem", json!("é".repeat(512))),
        ];
        let fixed = fixed.map(|(name, value)| (name.to_owned(), value));
        let text = ("Text".to_owned(), json!(format!("{number:03}{}", "x".repeat(MAX_ITEM_BYTES))));
        (0..60).map(|index| odd(start, index)).chain(fixed).chain([text]).collect()
    };
    let events = (0..210).map(|number| match number {
        0 => deletion(&with("d", 0), 0),
        _ => punch(&with("p", number), number as usize),
    });
    let events: Vec<_> = events.collect();
    let (record, _) = merged(&events);
    assert!(record.is_oversize() && record.history.dropped() == 10);
    assert_eq!(record.drift.len(), 51);
}

#[test]
fn a_work_order_that_only_a_replaced_body_named_does_not_stay_with_a_deleted_punch() {
    let events = [punch(&json!({ "WorkOrderStem": "T1" }), 0), deletion(&json!({}), 1), punch(&json!({ "A": 1 }), 2)];
    assert_eq!(merged(&events).0.work_order_stem, None);
}

#[test]
fn the_request_whose_own_write_was_lost_on_its_way_back_is_told_what_it_did() {
    let first = punch(&json!({}), 0);
    let (record, _) = merge(None, &first);
    let (again, outcome) = merge(Some(record.clone()), &first);
    assert_eq!((again, outcome), (record.clone(), Outcome::Created));
    assert_eq!(merge(Some(record), &punch(&json!({}), 1)).1, Outcome::Duplicate);
}
