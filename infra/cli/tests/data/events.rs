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

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_older_than_its_record_is_found_by_its_own_time() {
    let place = Place::new();
    place.store(&POST_PUNCHES, body("p1", "T1", ""), "2026-11-25T08:00:00Z", Keeps::Both).await;
    place.store(&DELETE_PUNCHES, body("p1", "T1", ""), "2026-11-23T08:00:00Z", Keeps::Both).await;
    let events = place.run(&["events", "--until", "2026-11-24", "--json"]).await.ends(0).objects();
    assert_eq!(events.iter().map(|event| &event["outcome"]).collect::<Vec<_>>(), ["Deleted"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_payload_says_acts_on_no_terminal_and_is_no_formula() {
    let place = Place::new();
    let id = "=cmd|' /C calc'!A0 \u{1b}[2J\u{9b}2J\u{202e}";
    place.store(&POST_NOTES, body(id, "T1", "\u{9b}2J\u{1b}]0;x\u{7}"), "2026-11-23T08:00:00Z", Keeps::Both).await;
    place.receiver(&POST_NOTES, POST_NOTES.record_id).send("{ \u{1b}[2J\u{9b}2J").await;
    let is_active = |character: char| character.is_control() && character != '\n' && character != '\r';
    // A terminal is told of no colours here, for these are sequences as well.
    let terminal = [("CLICOLOR_FORCE", "1"), ("TERM", "xterm")];
    let rejected = place.run(&["events", "--outcome", "rejected", "--json"]).await.ends(0).objects();
    let request = rejected[0]["requestId"].as_str().unwrap();
    for arguments in [
        &["events", "--csv"][..],
        &["events", "--json"],
        &["show", id, "--raw", "--json"],
        &["rejected", "show", request, "--json"],
    ] {
        let said = place.run_with(arguments, &terminal).await.ends(0);
        assert!(!said.out.contains(is_active), "{arguments:?}: {:?}", said.out);
    }
    for arguments in
        [&["events"][..], &["show", id, "--raw", "--diff"], &["rejected", "show", request], &["show", "\u{1b}[2J"]]
    {
        let said = place.run_with(arguments, &terminal).await;
        for active in ["\u{1b}[2J", "\u{1b}]0;", "\u{9b}", "\u{202e}", "\u{7}"] {
            assert!(!said.out.contains(active) && !said.err.contains(active), "{arguments:?}: {:?}", said.out);
        }
    }
    let csv = place.run(&["events", "--csv", "--operation", "post-notes"]).await.ends(0).out;
    assert!(csv.contains(",'=cmd|"), "{csv}");
}
