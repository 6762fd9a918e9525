//! However a function ends, what was acknowledged is kept and what was not can be sent again.

use std::time::Duration;

use dataconnect::payload::{OPERATIONS, POST_PUNCHES};
use rustix::process::Signal;
use tests::broken::Counting;
use tests::function::PATIENCE;
use tests::gateway::Origin;
use tests::plain::plain;
use tests::receiver::Receiver;
use tokio::time::{sleep, timeout};

use crate::outages::taken;
use crate::{call, function, function_with, sample_of};

const BOTH: [&str; 2] = ["AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_S3"];

/// Waits until `done` says so.
pub(crate) async fn until(done: impl AsyncFn() -> bool) {
    let waiting = async {
        while !done().await {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, waiting).await.expect("it comes to that");
}

#[tokio::test]
async fn sigterm_ends_every_function_cleanly_before_and_after_its_first_event() {
    for operation in OPERATIONS {
        for events in 0..2 {
            let function = function(operation).await;
            let tenant = format!("sigterm-{}", operation.name);
            for _ in 0..events {
                function.answer(call(operation, sample_of(operation, &tenant)).event(Origin::HttpApi)).await;
            }
            if events == 0 {
                // The signal's handler stands when the function asks for its first event, not when its process starts.
                until(async || function.runtime.is_asked()).await;
            }
            let ended = function.stop().await;
            assert_eq!(ended.status.code(), Some(0), "{}: {ended:?}", operation.name);
            assert!(ended.stderr.is_empty(), "{ended:?}");
        }
    }
}

#[tokio::test]
async fn sigterm_does_not_wait_for_a_store_that_hangs() {
    let store = Counting::hanging().await;
    let function = function_with(&POST_PUNCHES, &BOTH.map(|variable| (variable, store.endpoint.as_str()))).await;
    let event = call(&POST_PUNCHES, sample_of(&POST_PUNCHES, "sigterm-hanging")).event(Origin::HttpApi);
    until(async || function.runtime.is_asked()).await;
    let before = store.requests();
    let (_, mut report) = function.runtime.send(event);
    until(async || store.requests() == before + 2).await;
    let ended = function.stop().await;
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    assert!(report.try_recv().is_err(), "it ended before it gave up on the stores, which is when it would answer");
}

#[tokio::test]
async fn an_event_whose_function_was_killed_half_way_is_taken_once_by_the_next() {
    for operation in OPERATIONS {
        let stores = Receiver::of(operation).stores;
        for (hanging, half, outcome) in [(BOTH[0], (0, 1), None), (BOTH[1], (1, 0), Some("Duplicate"))] {
            let tenant = format!("killed-{}-{}", operation.name, half.0);
            let event = call(operation, sample_of(operation, &tenant)).event(Origin::HttpApi);
            let store = Counting::hanging().await;
            let killed = function_with(operation, &[(hanging, store.endpoint.as_str())]).await;
            until(async || killed.runtime.is_asked()).await;
            let before = store.requests();
            let (_, mut report) = killed.runtime.send(event.clone());
            // One store has the event, the other has been asked and does not answer.
            until(async || store.requests() > before && taken(&stores, operation, &tenant).await == half).await;
            killed.process.signal(Signal::KILL);
            let ended = killed.process.ended().await;
            assert_eq!(ended.status.code(), None, "a signal ended it: {ended:?}");
            assert!(report.try_recv().is_err(), "nothing was acknowledged");

            let next = function(operation).await;
            let (_, seen) = next.answer(event.clone()).await;
            assert_eq!(seen.status, 200, "{tenant}: {}", seen.body);
            if let Some(outcome) = outcome {
                assert_eq!(seen.text("outcome"), outcome);
            } else {
                assert_ne!(seen.text("outcome"), "Duplicate");
            }
            assert_eq!(taken(&stores, operation, &tenant).await, (1, 1));
            let record = plain(&stores.items(&format!("2/{tenant}")).await[0]);
            assert_eq!(record["History"].as_array().unwrap().len(), 1, "{record}");
            assert_eq!(record["Revision"]["N"], "1");
        }
    }
}
