//! `rejected replay`.

use std::process::Stdio;

use dataconnect::payload::POST_INCIDENTS;
use serde_json::json;

use crate::support::Place;

#[tokio::test(flavor = "multi_thread")]
async fn of_one_record_the_latest_stands_and_what_is_forbidden_needs_a_name() {
    let place = Place::new();
    let receiver = place.receiver(&POST_INCIDENTS, POST_INCIDENTS.record_id);
    for text in 1..=12 {
        let body = json!({ "CustomerId": 2, "Tenant": "a", "Number": 1, "Description": text });
        assert_eq!(receiver.send(body.to_string()).await.status, 400);
        tokio::time::sleep(std::time::Duration::from_millis(3)).await;
    }
    let each = place.run_with(&["rejected", "list", "--each"], &[("TZ", "Asia/Tokyo")]).await.ends(1).out;
    let today = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
    assert!(each.contains(&today) && each.contains("12 under rejected/ as before."), "{each}");
    let settings = [("POST_INCIDENTS_RECORD_ID", "Number")];
    let looked = place.run_with(&["rejected", "replay", "--dry-run", "--csv"], &settings).await.ends(0).out;
    assert!(looked.starts_with("received,operation,request,fate,record,detail\r\n"), "{looked}");
    place.run_with(&["rejected", "replay", "--yes"], &settings).await.ends(0);
    let item = receiver.stores.only("a").await;
    assert_eq!((&item["Description"], &item["Revision"]["N"]), (&json!({ "N": "12" }), &json!("12")));

    let hex = dataconnect::digest::Digest::of(tests::receiver::TOKEN.as_bytes());
    let mut bound = place.receiver(&POST_INCIDENTS, POST_INCIDENTS.record_id);
    bound.pipeline.gate = dataconnect::auth::Gate::Tokens(format!("development:{hex}:for=2/b").parse().unwrap());
    assert_eq!(bound.send(bound.body("c", 9, &json!({}))).await.status, 403);
    let replayed = place.run(&["rejected", "replay", "--yes", "--json"]).await.ends(1).objects();
    assert_eq!(replayed[0]["fate"], "stays");
    for nobody in ["", " ", &"x".repeat(101)] {
        place.run(&["rejected", "replay", "--yes", "--vouched-by", nobody]).await.ends(2);
    }
    assert!(receiver.stores.items("2/c").await.is_empty(), "nobody vouched");
    place.run(&["rejected", "replay", "--yes", "--vouched-by", "shift lead"]).await.ends(0);
    assert_eq!(receiver.stores.only("c").await["RecordId"], "9");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_goes_away_ends_it_unfinished_and_the_same_command_takes_in_the_rest() {
    const WAITING: usize = 40;
    let place = Place::new();
    let receiver = place.receiver(&POST_INCIDENTS, POST_INCIDENTS.record_id);
    for number in 1..=WAITING {
        let body = json!({ "CustomerId": 2, "Tenant": "a", "Number": number });
        assert_eq!(receiver.send(body.to_string()).await.status, 400);
    }
    let arguments = ["rejected", "replay", "--yes", "--json"];
    let settings = [("POST_INCIDENTS_RECORD_ID", "Number")];
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = place.command(&arguments);
    let child = command.envs(settings).stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
    drop(command);
    let output = tokio::task::spawn_blocking(move || child.wait_with_output()).await.unwrap().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    let done = receiver.stores.items("2/a").await.len();
    assert!(0 < done && done < WAITING, "{done} were taken in before somebody saw that nobody reads");

    let rest = place.run_with(&arguments, &settings).await.ends(0).objects();
    assert!(rest.len() < WAITING, "what is done is not done again");
    assert_eq!(receiver.stores.items("2/a").await.len(), WAITING);
    assert!(receiver.stores.keys("rejected/").await.is_empty());
    place.run_with(&["reconcile"], &settings).await.ends(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_named_is_not_filtered_too() {
    let place = Place::new();
    let said = place.run(&["rejected", "replay", "8e5c", "--reason", "forbidden", "--yes"]).await.ends(2);
    assert!(said.err.contains("--reason"), "{}", said.err);
}
