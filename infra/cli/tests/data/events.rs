//! `events` and `show`.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

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
async fn people_read_the_time_of_their_zone_and_csv_is_in_utc() {
    let place = filled().await;
    let elsewhere = [("TZ", "America/New_York")];
    for (arguments, time) in [
        (&["--limit", "1"][..], "2026-11-24 03:00:00 "),
        (&["--limit", "1", "--utc"], "2026-11-24 08:00:00Z"),
        (&["--limit", "1", "--csv"], "2026-11-24 08:00:00Z"),
    ] {
        let told = place.run_with(&[&["events"], arguments].concat(), &elsewhere).await.ends(0).out;
        assert!(told.contains(time), "{arguments:?}: {told}");
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_followed_as_csv_has_headings_once() {
    let place = filled().await;
    let mut command = place.command(&["events", "--follow", "--csv", "--since", "2026-11-23"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let pid = rustix::process::Pid::from_raw(child.id().try_into().unwrap()).unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let first: Vec<_> = lines.by_ref().take(5).collect();
    assert!(first[0].starts_with("time,") && first[4].contains("post-notes"), "{first:?}");
    place.store(&POST_NOTES, body("n2", "T2", ""), "2026-11-25T08:00:00Z", Keeps::Both).await;
    let next = tokio::task::spawn_blocking(move || lines.next().unwrap()).await.unwrap();
    assert!(next.contains(",n2,"), "{next}");
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_is_shown_with_its_timeline_and_what_each_revision_changed() {
    let place = filled().await;
    insta::assert_snapshot!("show", place.run(&["show", "p1", "--utc", "--diff"]).await.ends(0).trimmed());
    assert_eq!(place.run(&["show", "p2"]).await.ends(1).out, "");
    let shown = place.run(&["show", "p1", "--json", "--raw", "--customer", "2/a"]).await.ends(0).objects();
    assert_eq!(shown[0]["history"][0]["body"], json!(body("p1", "T1", "one").to_string()));
}
