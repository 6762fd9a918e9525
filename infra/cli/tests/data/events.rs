//! `events` and `show`.

use dataconnect::payload::{DELETE_PUNCHES, POST_NOTES, POST_PUNCHES};
use serde_json::json;

use crate::support::{Keeps, Place};

fn body(id: &str, stem: &str, text: &str) -> serde_json::Value {
    json!({ "CustomerId": 2, "Tenant": "a", "PunchId": id, "NoteId": id, "WorkOrderStem": stem, "Text": text })
}

async fn filled() -> Place {
    let place = Place::new();
    place.store(&POST_PUNCHES, body("p1", "T1", "one"), "2026-11-23T08:00:00Z", Keeps::Both).await;
    place.store(&POST_PUNCHES, body("p1", "T1", "two"), "2026-11-23T09:00:00Z", Keeps::Both).await;
    place.store(&DELETE_PUNCHES, body("p1", "T1", ""), "2026-11-23T10:00:00Z", Keeps::Both).await;
    place.store(&POST_NOTES, body("n1", "T2", ""), "2026-11-24T08:00:00Z", Keeps::Both).await;
    place
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_in_is_told_newest_first_and_as_narrow_as_is_asked() {
    let place = filled().await;
    insta::assert_snapshot!("events", place.run(&["events", "--utc"]).await.ends(0).trimmed());
    for (arguments, outcomes) in [
        (&["--operation", "post-punches"][..], &["Corrected", "Created"][..]),
        (&["--outcome", "deleted"], &["Deleted"]),
        (&["--work-order", "T2"], &["Created"]),
        (&["--customer", "2", "--tenant", "a", "--work-order", "T1"], &["Deleted", "Corrected", "Created"]),
        (&["--customer", "2", "--tenant", "a", "--limit", "2"], &["Created", "Deleted"]),
        (&["--since", "2026-11-23T09:00:00Z", "--until", "2026-11-24"], &["Deleted", "Corrected"]),
        (&["--customer", "3"], &[]),
        (&["--tenant", "b"], &[]),
    ] {
        let arguments = [&["events", "--json"], arguments].concat();
        let objects = place.run(&arguments).await.ends(0).objects();
        let told: Vec<_> = objects.iter().map(|object| object["outcome"].as_str().unwrap()).collect();
        assert_eq!(told, outcomes, "{arguments:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_is_shown_with_its_timeline_and_what_each_revision_changed() {
    let place = filled().await;
    insta::assert_snapshot!("show", place.run(&["show", "p1", "--utc", "--diff"]).await.ends(0).trimmed());
    assert_eq!(place.run(&["show", "p2"]).await.ends(1).out, "");
    let shown = place.run(&["show", "p1", "--json", "--raw", "--customer", "2/a"]).await.ends(0).objects();
    assert_eq!(shown[0]["history"][0]["body"], json!(body("p1", "T1", "one").to_string()));
}
