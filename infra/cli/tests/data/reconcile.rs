//! `reconcile`.

use std::process::Stdio;
use std::time::Duration;

use dataconnect::payload::{POST_NOTES, POST_PUNCHES};
use serde_json::{Value, json};

use crate::support::{Keeps, Place};

fn note(id: u64) -> Value {
    json!({ "CustomerId": 2, "Tenant": "a", "NoteId": id })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_differs_either_way_is_told_and_ends_with_1_until_it_is_mended() {
    let place = Place::new();
    for (id, keeps) in [(1, Keeps::Both), (2, Keeps::Body), (3, Keeps::Record)] {
        place.store(&POST_NOTES, note(id), "2026-11-23T08:00:00Z", keeps).await;
    }
    insta::assert_snapshot!("reconcile", place.run(&["reconcile"]).await.ends(1).trimmed());
    let asked = place.run(&["reconcile", "--repair"]).await.ends(3);
    assert!(asked.err.contains("--yes") && asked.err.contains("without --repair"), "{}", asked.err);
    assert!(place.stores(&POST_NOTES).item("2/a", "2").await.is_none(), "nobody said yes");
    let rebuilt = place.run(&["reconcile", "--rebuild", "--json"]).await.ends(1).objects();
    assert!(rebuilt.iter().any(|one| one["kind"] == "rebuilt" && one["detail"] == "the table does not have it"));
    let repaired = place.run(&["reconcile", "--repair", "--yes", "--json"]).await.ends(1).objects();
    assert!(repaired.iter().any(|one| one["kind"] == "repaired"), "{repaired:?}");
    place.store(&POST_NOTES, note(3), "2026-11-23T08:00:00Z", Keeps::Body).await;
    place.run(&["reconcile", "--rebuild"]).await.ends(0);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_interrupted_goes_on_and_counts_nothing_twice() {
    let place = Place::new();
    for id in 0..400 {
        place.store(&POST_NOTES, note(id), "2026-11-23T08:00:00Z", Keeps::Both).await;
        let punch = json!({ "CustomerId": 2, "Tenant": "a", "PunchId": id });
        place.store(&POST_PUNCHES, punch, "2026-11-23T08:00:00Z", Keeps::Both).await;
    }
    let file = place.folder().join("point.json");
    let arguments = ["reconcile", "--concurrency", "1", "--json", "--checkpoint", file.to_str().unwrap()];
    let mut interruptions = 0;
    let said = loop {
        let mut command = place.command(&arguments);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let pid = rustix::process::Pid::from_raw(child.id().try_into().unwrap()).unwrap();
        let waited = tokio::task::spawn_blocking(move || child.wait_with_output());
        tokio::time::sleep(Duration::from_millis(700)).await;
        if !waited.is_finished() && interruptions < 3 {
            rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
        }
        let output = waited.await.unwrap().unwrap();
        let is_told = String::from_utf8_lossy(&output.stderr).contains("going on where the run of");
        assert!(interruptions == 0 || is_told, "what it passes over since is told");
        match output.status.code() {
            Some(130) => {
                interruptions += 1;
                assert!(file.exists());
            }
            code => {
                assert_eq!(code, Some(0), "{}", String::from_utf8_lossy(&output.stderr));
                break String::from_utf8(output.stdout).unwrap();
            }
        }
    };
    assert!(interruptions > 0, "none was interrupted");
    assert!(!file.exists());
    let rows: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let counts: Vec<_> = rows.iter().map(|row| (row["archived"].as_u64(), row["recorded"].as_u64())).collect();
    assert_eq!(counts, [(Some(400), Some(400)); 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_checkpoint_is_not_written_over_nor_removed() {
    let place = Place::new();
    let file = place.folder().join("payroll.json");
    std::fs::write(&file, "{}").unwrap();
    for more in [&[][..], &["--restart"]] {
        let arguments = [&["reconcile", "--checkpoint", file.to_str().unwrap()], more].concat();
        let said = place.run(&arguments).await.ends(3);
        assert!(said.err.contains("is no checkpoint"), "{}", said.err);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "{}");
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_goes_away_ends_it_unfinished_and_the_next_run_counts_nothing_twice() {
    let place = Place::new();
    for id in 0..3 {
        place.store(&POST_NOTES, note(id), "2026-11-23T08:00:00Z", Keeps::Body).await;
        place.store(&POST_NOTES, note(10 + id), "2026-11-23T08:00:00Z", Keeps::Record).await;
    }
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = place.command(&["reconcile", "--json"]).stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
    let output = tokio::task::spawn_blocking(move || output.wait_with_output()).await.unwrap().unwrap();
    assert_eq!(output.status.code(), Some(3), "it is not done");
    let said = place.run(&["reconcile", "--json"]).await.ends(1);
    let row = said.objects().pop().unwrap();
    assert_eq!((&row["missing"], &row["gone"], &row["recorded"]), (&json!(3), &json!(3), &json!(3)), "{row}");
}
