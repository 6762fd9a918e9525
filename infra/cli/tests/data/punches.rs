//! `punches`.

use dataconnect::payload::{DELETE_PUNCHES, POST_PUNCHES};
use serde_json::{Value, json};

use crate::support::{Keeps, Place};

fn punch(id: u64, guard: Option<&str>, kind: &str, at: &str) -> Value {
    json!({
        "CustomerId": 2, "Tenant": "a", "PunchId": id, "WorkOrderStem": "T1", "GuardId": guard, "PunchType": kind,
        "PunchDateLocal": at,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn payrolls_question_is_answered_as_far_as_the_bodies_tell() {
    let place = Place::new();
    for (body, came) in [
        (punch(1, Some("G-1"), "In", "2026-11-23T22:00:00"), "2026-11-23T22:00:01Z"),
        (punch(2, Some("G-1"), "Out", "2026-11-24T06:30:00"), "2026-11-24T06:30:01Z"),
        (punch(2, Some("G-1"), "Out", "2026-11-24T06:00:00"), "2026-11-24T09:00:00Z"),
        (punch(3, Some("G-2"), "in", "2026-11-23T08:00:00"), "2026-11-25T08:00:00Z"),
        (punch(4, Some("G-3"), "In", "2026-11-23T09:00:00"), "2026-11-23T09:00:00Z"),
        (punch(5, Some("G-3"), "Out", "2026-11-23T17:00:00"), "2026-11-23T17:00:00Z"),
        (punch(6, None, "In", "2026-11-23T10:00:00"), "2026-11-23T10:00:00Z"),
        (punch(7, Some("G-4"), "Break", "2026-11-23T11:00:00"), "2026-11-23T11:00:00Z"),
        (punch(8, Some("G-4"), "Out", "noon"), "2026-11-23T12:00:00Z"),
    ] {
        place.store(&POST_PUNCHES, body, came, Keeps::Both).await;
    }
    let deletion = json!({ "CustomerId": 2, "Tenant": "a", "PunchId": 4 });
    place.store(&DELETE_PUNCHES, deletion, "2026-11-24T09:00:00Z", Keeps::Both).await;

    let by_order = ["punches", "--work-order", "T1", "--customer", "2/a", "--utc"];
    insta::assert_snapshot!("punches", place.run(&by_order).await.ends(0).trimmed());
    insta::assert_snapshot!("punches.csv", place.run(&[&by_order[..], &["--csv"]].concat()).await.ends(0).trimmed());
    let scanned = place.run(&["punches", "--work-order", "T1", "--json"]).await.ends(0);
    assert_eq!(scanned.objects().len(), 7, "{}", scanned.out);
    let night = place.run(&["punches", "--customer", "2/a", "--date", "2026-11-24", "--json"]).await.ends(0).objects();
    assert_eq!(night.len(), 1, "{night:?}");
    assert_eq!((&night[0]["inId"], &night[0]["minutes"]), (&json!("1"), &json!(480)));
}
