//! How long a reconciliation of many events takes, and how much memory. For the figures, with many:
//! `EVENTS=100000 cargo test --profile soak --workspace --test data size -- --ignored --nocapture`.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use dataconnect::payload::POST_PUNCHES;
use futures_util::{StreamExt, stream};
use serde_json::json;

use crate::support::{Keeps, Place};

/// What the tool may take, in kB.
const MOST_MEMORY: u64 = 200 * 1_024;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes a quarter of a minute, and with more events minutes"]
async fn a_reconciliation_of_many_events_stays_within_its_memory() {
    let events: u64 = std::env::var("EVENTS").map_or(2_000, |events| events.parse().unwrap());
    let place = Place::on_disk();
    let bodies = stream::iter(0..events).map(|id| {
        // Of each ten punches one is corrected, over three days.
        let (punch, text) = if id % 10 == 9 { (id - 1, "corrected") } else { (id, "") };
        let body = json!({
            "CustomerId": 2, "Tenant": "a", "PunchId": punch, "WorkOrderStem": format!("T{}", punch / 20),
            "GuardId": format!("G-{}", punch % 300), "PunchType": "In", "PunchDateLocal": "2026-11-23T08:00:00",
            "Text": text,
        });
        let at = format!("2026-11-{}T08:00:00.{:03}Z", 21 + id % 3, id % 10);
        let place = &place;
        async move { place.store(&POST_PUNCHES, body, &at, Keeps::Both).await }
    });
    bodies.buffer_unordered(8).for_each(|()| async {}).await;

    for arguments in [&["reconcile"][..], &["reconcile", "--rebuild"]] {
        let begin = Instant::now();
        let mut child = place.command(arguments).stdout(Stdio::null()).spawn().unwrap();
        let mut most = 0;
        let status = loop {
            most = most.max(peak_memory(child.id()));
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        let seconds = begin.elapsed().as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
        let rate = events as f64 / seconds;
        eprintln!("{arguments:?}: {events} events, {seconds:.1} s, {rate:.0} a second, at most {} MB", most / 1_024);
        assert_eq!(status.code(), Some(0));
        assert!(0 < most && most < MOST_MEMORY, "{most} kB");
    }
}

/// The most memory that a process has had resident so far, in kB.
fn peak_memory(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok()).unwrap_or_default()
}
