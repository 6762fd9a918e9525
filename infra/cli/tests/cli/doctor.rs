//! `doctor`, of a local receiver and of a stack.

use dataconnect::payload::POST_NOTES;
use tests::receiver::Receiver;

use crate::stack::beside;
use crate::support::aws::{Aws, Says};
use crate::support::receiver::Running;
use crate::support::run_beside;

const ENTRY: &str = "wfx:1111111111111111111111111111111111111111111111111111111111111111";

#[tokio::test(flavor = "multi_thread")]
async fn a_local_receiver_tells_of_rejected_events_and_says_what_it_cannot() {
    let running = Running::start().await;
    Receiver::of(&POST_NOTES).send("no JSON").await;
    let ran = run_beside(&["doctor", "--local", "--folder", running.folder(), "--json"], &[]).await;
    assert_eq!((ran.code, ran.err.as_str()), (1, ""), "{}", ran.out);
    let findings = ran.json();
    let about = |about: &str| -> Vec<_> { findings.iter().filter(|finding| finding["about"] == about).collect() };
    let notes = about("post-notes");
    assert_eq!(notes[0]["severity"], "warning", "{notes:?}");
    assert!(notes[0]["next"].as_str().unwrap().contains("rejected list --operation post-notes"));
    for unknown in ["PunchesTable", "AlarmTopic"] {
        assert!(about(unknown).iter().all(|finding| finding["severity"] == "unverified"), "{findings:?}");
        assert!(!about(unknown).is_empty());
    }
    assert_eq!(about("authentication")[0]["severity"], "good");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_is_judged_by_what_each_service_says() {
    let parameters = vec![("Authentication", "required".to_owned()), ("AccessTokens", ENTRY.to_owned())];
    let aws = Aws::start(Says { parameters, subscribers: 0, ..Says::default() }).await;
    let ran = beside(&aws, &["doctor", "--json"]).await;
    assert_eq!((ran.code, ran.err.as_str()), (1, ""), "{}", ran.out);
    let gravity =
        |finding: &serde_json::Value| ["urgent", "warning", "unverified", "good"].map(|it| finding["severity"] == it);
    assert!(
        ran.json().is_sorted_by_key(|finding| std::cmp::Reverse(gravity(finding))),
        "the gravest first: {}",
        ran.out
    );
    for (about, severity, found) in [
        ("AlarmTopic", "warning", "has no subscriber"),
        ("token wfx", "warning", "may write for every customer"),
        ("token wfx", "warning", "not used in 30 days"),
        ("PunchesTable", "unverified", "point-in-time recovery: AWS refuses: UnknownOperationException"),
        ("PunchesTable", "warning", "deletion protection is off"),
        ("post-incidents", "warning", "no event was accepted in 30 days"),
    ] {
        let is_it = |finding: &serde_json::Value| {
            finding["about"] == about
                && finding["severity"] == severity
                && finding["found"].as_str().unwrap().contains(found)
        };
        assert!(ran.json().iter().any(is_it), "{about}: {found}\n{}", ran.out);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn authentication_that_is_off_is_urgent_and_exits_4() {
    let parameters = vec![("Authentication", "off".to_owned()), ("AccessTokens", String::new())];
    let aws = Aws::start(Says { parameters, subscribers: 1, ..Says::default() }).await;
    let ran = beside(&aws, &["doctor"]).await;
    assert_eq!(ran.code, 4, "{}", ran.err);
    let first = ran.out.lines().nth(1).unwrap();
    assert!(first.contains("urgent") && first.contains("authentication"), "the gravest comes first: {}", ran.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_tell_how_often_a_token_was_used_and_when_the_last_event_came() {
    let parameters = vec![("AccessTokens", ENTRY.to_owned()), ("PostPunchesSilenceHours", "24".to_owned())];
    let aws = Aws::start(Says { parameters, subscribers: 1, sum: Some(41.0), ..Says::default() }).await;
    let ran = beside(&aws, &["doctor"]).await;
    assert_eq!(ran.code, 1, "{}", ran.err);
    for found in ["used 41 times in 30 days", "an event within the hour", "1 subscribed"] {
        assert!(ran.out.contains(found), "{found}\n{}", ran.out);
    }
    assert!(!ran.out.contains("no answer"), "{}", ran.out);
}
