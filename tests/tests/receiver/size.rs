//! Bodies around the 400 KB that an item may have, and far beyond.

use dataconnect::auth::Gate;
use dataconnect::event::ParsedEvent;
use dataconnect::payload::{DELETE_PUNCHES, POST_PUNCHES};
use dataconnect::pipeline::Pipeline;
use dataconnect::record::merge;
use dataconnect::request::RawBody;
use jiff::Timestamp;
use lambda_http::Body;
use lambda_http::http::HeaderMap;
use serde_json::{Value, json};
use tests::plain::{stored, timeless};
use tests::receiver::Receiver;

const LIMIT: usize = 400 * 1_024;

/// Members of about as many bytes, in one of several shapes.
fn members(shape: &str, bytes: usize) -> Value {
    match shape {
        "ascii" => json!({ "Text": "a".repeat(bytes) }),
        "umlauts" => json!({ "Text": format!("{}{}", "é".repeat(bytes / 2), "a".repeat(bytes % 2)) }),
        "emoji" => json!({ "Text": format!("{}{}", "😀".repeat(bytes / 4), "a".repeat(bytes % 4)) }),
        "members" => {
            let value = "v".repeat(94);
            let mut members: Value = (0..bytes / 100).map(|index| (format!("m{index:05}"), json!(value))).collect();
            members["r"] = json!("r".repeat(bytes % 100));
            members
        }
        "numbers" => {
            let numbers: Vec<_> = (0..bytes / 20).map(|index| u64::MAX - index as u64).collect();
            json!({ "Numbers": numbers, "r": "r".repeat(bytes % 20) })
        }
        _ => {
            let map = json!({ "a": { "b": ["c".repeat(80)] }, "d": [], "e": {} });
            json!({ "Maps": vec![map; bytes / 100], "r": "r".repeat(bytes % 100) })
        }
    }
}

/// Whether the merge, which needs no table, leaves the body out.
fn is_left_out(receiver: &Receiver, body: String) -> bool {
    let (gate, at) = (Gate::Open, Timestamp::now());
    let caller = gate.admit(&HeaderMap::new(), at).unwrap();
    let body = RawBody::read(&caller, Body::Text(body), at);
    let Pipeline { operation, record_id, .. } = &receiver.pipeline;
    let parsed = ParsedEvent::parse(operation, record_id, &body, "test-request-1234").unwrap();
    merge(None, &parsed.authorise(&caller).unwrap()).0.is_oversize()
}

/// The most bytes of a shape that a record holds.
fn most(receiver: &Receiver, tenant: &str, shape: &str) -> usize {
    let (mut whole, mut oversize) = (LIMIT / 4, LIMIT * 2);
    while oversize - whole > 1 {
        let middle = usize::midpoint(whole, oversize);
        let left_out = is_left_out(receiver, receiver.body(tenant, 1, &members(shape, middle)));
        *(if left_out { &mut oversize } else { &mut whole }) = middle;
    }
    whole
}

/// Asserts that the record of a body is whole, or says that it is not, and that the archive has the body either way.
async fn assert_whole_or_oversize(receiver: &Receiver, tenant: &str, more: &Value) -> bool {
    let body = receiver.body(tenant, 1, more);
    let seen = receiver.send(&body).await;
    assert_eq!(seen.status.as_u16(), 200, "{tenant}: {}", seen.body);
    assert!(receiver.stores.body(seen.text("archiveKey")).await == body.as_bytes(), "{tenant}");
    let item = receiver.stores.only(tenant).await;
    let is_deletion = receiver.pipeline.operation.method == "DELETE";
    let found = if is_deletion { &item["Deletion"] } else { &item };
    let is_oversize = item.get("Oversize") == Some(&json!(true));
    for (name, value) in more.as_object().unwrap() {
        let expected = (!is_oversize).then(|| stored(value));
        assert!(found.get(name) == expected.as_ref(), "{tenant} {name} oversize: {is_oversize}");
    }
    assert_eq!(found.get("PunchId").is_some(), !is_oversize, "{tenant}");
    assert_eq!((&item["RecordId"], &item["Revision"]), (&json!("1"), &json!({ "N": "1" })));
    is_oversize
}

#[tokio::test]
async fn around_the_limit_a_record_is_whole_or_says_that_it_is_oversize() {
    const TEXTS: [&str; 3] = ["ascii", "umlauts", "emoji"];
    for operation in [&POST_PUNCHES, &DELETE_PUNCHES] {
        let receiver = Receiver::of(operation);
        for shape in TEXTS.into_iter().chain(["members", "numbers", "maps"]) {
            let tenant = |step: usize| format!("size-{}-{shape}-{step:02}", operation.method);
            let most = most(&receiver, &tenant(0), shape);
            // Not long before it must: the receiver's own attributes and the keys are some 700 bytes.
            if TEXTS.contains(&shape) {
                assert!((LIMIT - 900..LIMIT).contains(&most), "{shape}: {most}");
            }
            let mut seen = Vec::new();
            for (step, bytes) in [most - 5, most, most + 5].into_iter().enumerate() {
                seen.push(assert_whole_or_oversize(&receiver, &tenant(step), &members(shape, bytes)).await);
            }
            // A request id here may be a few bytes shorter than that of the search.
            assert!(!seen[0] && seen[2], "{shape}: {seen:?}");
        }
    }
}

#[tokio::test]
async fn a_punch_and_its_deletion_commute_around_the_limit() {
    let (punches, deletions) = (Receiver::of(&POST_PUNCHES), Receiver::of(&DELETE_PUNCHES));
    // Together at the limit, each alone at it, and one of the two beyond it.
    let near = |left: usize| (0..4).map(move |step| left - 1_100 + step * 100);
    let mut sizes: Vec<_> = near(LIMIT - 200_000).map(|deletion| (200_000, deletion)).collect();
    sizes.extend(near(LIMIT).flat_map(|bytes| [(bytes, 10), (10, bytes), (LIMIT, bytes)]));
    for (index, (punch, deletion)) in sizes.into_iter().enumerate() {
        let mut ends = Vec::new();
        // Two customers of one tenant, so that both orders have keys of one length.
        for (customer, punch_first) in [(3, true), (4, false)] {
            let tenant = format!("size-commute-{index}");
            let with = |bytes| json!({ "CustomerId": customer, "Text": "x".repeat(bytes) });
            let punch = punches.body(&tenant, 1, &with(punch));
            let deletion = deletions.body(&tenant, 1, &with(deletion));
            let events = [(&punches, punch), (&deletions, deletion)];
            let order = if punch_first { [0, 1] } else { [1, 0] };
            for event in order {
                events[event].0.accepted(events[event].1.clone()).await;
            }
            let items = punches.stores.items(&format!("{customer}/{tenant}")).await;
            let item = tests::plain::plain(&items[0]);
            let whole = [&item, &item["Deletion"]].map(|members| members.get("Text").is_some());
            ends.push((whole, item.get("Oversize").cloned(), timeless(item)["History"].as_array().unwrap().len()));
        }
        assert_eq!(ends[0], ends[1], "{punch} and {deletion} bytes");
    }
}

#[tokio::test]
async fn a_correction_that_fits_takes_the_mark_away_and_one_that_does_not_brings_it_back() {
    let (receiver, tenant) = (Receiver::of(&POST_PUNCHES), "size-corrected");
    for (bytes, outcome) in [(LIMIT, "Created"), (10, "Corrected"), (LIMIT + 1, "Corrected"), (11, "Corrected")] {
        let body = receiver.body(tenant, 1, &json!({ "Text": "x".repeat(bytes) }));
        assert_eq!(receiver.accepted(&body).await, outcome);
        let item = receiver.stores.only(tenant).await;
        assert_eq!((item.get("Oversize").is_some(), item.get("Text").is_none()), (bytes > 11, bytes > 11));
        assert_eq!(receiver.accepted(&body).await, "Duplicate");
    }
}

#[tokio::test]
async fn bodies_near_lambdas_six_megabytes_are_archived_whole() {
    let receiver = Receiver::of(&POST_PUNCHES);
    for shape in ["ascii", "numbers"] {
        // Of 20 digits each: a body may have no more than 100,000 values.
        let bytes = if shape == "ascii" { 5_900_000 } else { 99_990 * 20 };
        let tenant = format!("size-megabytes-{shape}");
        assert!(assert_whole_or_oversize(&receiver, &tenant, &members(shape, bytes)).await);
    }
}
