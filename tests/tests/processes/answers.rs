//! Each binary answers as the pipeline does, whoever invokes it.

use dataconnect::operation::{Effect, Operation};
use dataconnect::payload::OPERATIONS;
use dataconnect_local::stack::LocalStack;
use serde_json::Value;
use tests::function::{Function, environment};
use tests::gateway::{Call, Origin, Seen};
use tests::plain::{plain, timeless};
use tests::receiver::{Receiver, template};
use tests::stores::Stores;

use crate::{binary, call, sample_of};

const ORIGINS: [Origin; 3] = [Origin::HttpApi, Origin::RestApi, Origin::FunctionUrl];

/// What one sender may send one after the other, each with the status and the outcome that it must have.
fn calls(operation: &'static Operation, tenant: &str) -> Vec<(&'static str, Call, u16, Option<&'static str>)> {
    let first = if operation.effect == Effect::Delete { "Deleted" } else { "Created" };
    let good = call(operation, sample_of(operation, tenant));
    let mut bad_token = good.clone();
    bad_token.headers[0].1 = "Bearer dc_another-token".into();
    let mut no_token = good.clone();
    no_token.headers.remove(0);
    let rejected = call(operation, sample_of(operation, tenant).replace("\"Tenant\"", "\"Tenants\""));
    let mut wrong_method = good.clone();
    wrong_method.method = "PUT".into();
    vec![
        ("the sample", good.clone(), 200, Some(first)),
        ("the same again", good, 200, Some("Duplicate")),
        ("an unknown token", bad_token, 401, None),
        ("no token", no_token, 401, None),
        ("no tenant", rejected, 400, None),
        ("another method", wrong_method, 405, None),
    ]
}

/// What a sender sees, but for the request's own id.
fn comparable(mut seen: Seen) -> (u16, Vec<(String, String)>, Value) {
    seen.body["requestId"] = Value::Null;
    let mut headers: Vec<_> =
        seen.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    headers.sort();
    (seen.status.as_u16(), headers, seen.body)
}

#[tokio::test]
async fn each_binary_answers_every_kind_of_event_as_the_pipeline_does() {
    // The pipeline in this process writes to a stack of its own, so that both see the same history.
    let own = LocalStack::memory(&template()).unwrap();
    for operation in OPERATIONS {
        let receiver = Receiver::of(operation);
        let function = Function::start(&binary(operation), &environment(operation, &own)).await;
        for origin in ORIGINS {
            let tenant = format!("answers-{}-{origin:?}", operation.name);
            for (what, call, status, outcome) in calls(operation, &tenant) {
                let place = format!("{} {origin:?} {what}", operation.name);
                let (request_id, seen) = function.answer(call.event(origin)).await;
                let expected = receiver.answer(&call, origin).await;

                assert_eq!(seen.status.as_u16(), status, "{place}: {}", seen.body);
                assert_eq!(seen.body["outcome"].as_str(), outcome, "{place}");
                assert_eq!(seen.text("requestId"), request_id, "{place}");
                assert_eq!(comparable(seen), comparable(expected), "{place}");
            }
        }
    }
}

#[tokio::test]
async fn what_each_binary_acknowledged_is_in_its_table_and_in_the_archive() {
    let own = LocalStack::memory(&template()).unwrap();
    for operation in OPERATIONS {
        let stores = Stores::of(&own, operation);
        let receiver = Receiver::of(operation);
        let function = Function::start(&binary(operation), &environment(operation, &own)).await;
        for origin in ORIGINS {
            let tenant = format!("stored-{}-{origin:?}", operation.name);
            let [good, again, unauthorized, _, rejected, _] = calls(operation, &tenant).try_into().unwrap();
            let (_, seen) = function.answer(good.1.event(origin)).await;
            assert_eq!(stores.body(seen.text("archiveKey")).await, good.1.body.as_deref().unwrap().as_bytes());
            let (request_id, _) = function.answer(rejected.1.event(origin)).await;
            let rejected_prefix = format!("rejected/operation={}/", operation.name);
            let kept = stores.keys(&rejected_prefix).await;
            let kept: Vec<_> = kept.iter().filter(|key| key.ends_with(&format!("/{request_id}.json"))).collect();
            assert_eq!(kept.len(), 1);
            assert_eq!(stores.body(kept[0]).await, rejected.1.body.unwrap().into_bytes());

            let objects = stores.keys("").await;
            let items = stores.items(&format!("2/{tenant}")).await;
            assert_eq!(items.len(), 1);
            function.answer(again.1.event(origin)).await;
            function.answer(unauthorized.1.event(origin)).await;
            assert_eq!(stores.keys("").await, objects, "neither a repeat nor a stranger leaves an object");
            assert_eq!(stores.items(&format!("2/{tenant}")).await, items, "nor do they change the record");

            // The binary's record is the pipeline's, of the same body.
            receiver.answer(&good.1, origin).await;
            let expected = receiver.stores.items(&format!("2/{tenant}")).await;
            assert_eq!(timeless(plain(&items[0])), timeless(plain(&expected[0])));
        }
    }
}

#[tokio::test]
async fn a_punch_and_its_deletion_by_two_processes_meet_in_one_record() {
    let [_, punches, deletions, ..] = OPERATIONS;
    let own = LocalStack::memory(&template()).unwrap();
    let punching = Function::start(&binary(punches), &environment(punches, &own)).await;
    let deleting = Function::start(&binary(deletions), &environment(deletions, &own)).await;
    let stores = Stores::of(&own, punches);
    for (tenant, delete_first) in [("punch-first", false), ("deletion-first", true)] {
        let punch = call(punches, sample_of(punches, tenant)).event(Origin::HttpApi);
        let deletion = call(deletions, sample_of(deletions, tenant)).event(Origin::HttpApi);
        if delete_first {
            deleting.answer(deletion).await;
            punching.answer(punch).await;
        } else {
            punching.answer(punch).await;
            deleting.answer(deletion).await;
        }
        let record = stores.items(&format!("2/{tenant}")).await;
        assert_eq!(record.len(), 1);
        let record = plain(&record[0]);
        assert!(record["DeletedAt"].is_string(), "{record}");
        assert_eq!(record["PunchType"], "In");
        assert_eq!(record["Deletion"]["DeleteUserId"], "editor456");
    }
}
