//! `send`, to a receiver on loopback.

use dataconnect::payload::{OPERATIONS, POST_PUNCHES};
use tests::receiver::{Receiver, TOKEN};

use crate::support::receiver::Running;
use crate::support::{run_beside, run_with};

#[tokio::test(flavor = "multi_thread")]
async fn all_samples_are_taken_and_are_in_the_tables_under_their_tenant() {
    let running = Running::start().await;
    let args = ["send", "--all-samples", "--local", "--folder", running.folder(), "--tenant", "smoke-test", "--json"];
    let ran = run_beside(&args, &[]).await;
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    let answers = ran.json();
    assert_eq!(answers.len(), OPERATIONS.len());
    for (operation, answer) in OPERATIONS.into_iter().zip(&answers) {
        assert_eq!((&answer["operation"], &answer["status"]), (&operation.name.into(), &200.into()), "{answer}");
        assert!(answer["milliseconds"].is_u64() && answer["requestId"].is_string() && answer["problem"].is_null());
        let id = answer["recordId"].as_str().unwrap();
        assert!(Receiver::of(operation).stores.item("2/smoke-test", id).await.is_some(), "{}", operation.name);
    }
    let again = run_beside(&args, &[]).await;
    assert!(again.json().iter().all(|answer| answer["outcome"] == "Duplicate"), "{}", again.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_sent_as_it_is_and_what_is_wrong_with_it_is_told() {
    let running = Running::start().await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, "{ \"CustomerId\": 2, ").unwrap();
    let file = file.path().to_str().unwrap();
    let args = ["send", "post-punches", "--file", file, "--url", &running.front.url(), "--json"];
    let ran = run_beside(&args, &[("DATACONNECT_TOKEN", TOKEN)]).await;
    assert_eq!(ran.code, 1, "{}", ran.err);
    let answer = &ran.json()[0];
    assert_eq!(answer["status"], 400, "{answer}");
    assert!(answer["problem"].as_str().unwrap().contains("JSON"), "{answer}");
    let id = answer["requestId"].as_str().unwrap();
    let kept = Receiver::of(&POST_PUNCHES).stores.keys("rejected/operation=post-punches/").await;
    let key = kept.iter().find(|key| key.ends_with(&format!("/{id}.json"))).expect("the rejected body");
    assert_eq!(Receiver::of(&POST_PUNCHES).stores.body(key).await, b"{ \"CustomerId\": 2, ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_a_silent_address_and_no_token_are_told_apart() {
    let running = Running::start().await;
    let url = running.front.url();
    let args = ["send", "post-notes", "--sample", "--url", &url, "--json"];
    let wrong = run_beside(&args, &[("DATACONNECT_TOKEN", "dc_wrong")]).await;
    assert_eq!((wrong.code, &wrong.json()[0]["status"]), (1, &401.into()), "{}", wrong.out);
    assert!(!wrong.out.contains("dc_wrong") && !wrong.err.contains("dc_wrong"));

    drop(running);
    let silent = run_beside(&args, &[("DATACONNECT_TOKEN", TOKEN)]).await;
    assert_eq!((silent.code, silent.json()[0]["status"].is_null()), (1, true), "{}", silent.out);

    let without = run_beside(&args, &[]).await;
    assert_eq!((without.code, without.out.as_str()), (3, ""));
    assert!(without.err.contains("DATACONNECT_TOKEN"), "{}", without.err);
}

#[test]
fn a_token_does_not_leave_the_machine_unencrypted() {
    let args = ["send", "post-notes", "--sample", "--url", "http://example.com"];
    let ran = run_with(&args, &[("DATACONNECT_TOKEN", TOKEN)], "");
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("https://"), "{}", ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_stays_on_the_machine_is_told_to_no_proxy() {
    let running = Running::start().await;
    let args = ["send", "post-notes", "--sample", "--url", &running.front.url(), "--tenant", "no-proxy", "--json"];
    let proxy = "http://127.0.0.1:9";
    let variables = [("DATACONNECT_TOKEN", TOKEN), ("HTTP_PROXY", proxy), ("http_proxy", proxy), ("ALL_PROXY", proxy)];
    let ran = run_beside(&args, &variables).await;
    assert_eq!((ran.code, &ran.json()[0]["status"]), (0, &200.into()), "{}", ran.out);
}
