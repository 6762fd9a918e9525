//! An operator's day.

use dataconnect::payload::{OPERATIONS, POST_INCIDENTS};
use serde_json::json;
use tests::fixtures::sample;

use crate::support::Place;

const NEW_NAME: [(&str, &str); 1] = [("POST_INCIDENTS_RECORD_ID", "IncidentNumber")];

/// An incident as the vendor sends it since this morning.
fn renamed(id: u64) -> String {
    json!({ "CustomerId": 2, "Tenant": "Securitime", "IncidentNumber": id, "WorkOrderStem": "T49098.34277" })
        .to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vendors_change_makes_rejections_and_a_setting_and_a_replay_bring_them_in() {
    let place = Place::new();
    for operation in OPERATIONS {
        let receiver = place.receiver(operation, operation.record_id);
        receiver.accepted(String::from_utf8(sample(operation)).unwrap()).await;
    }
    let events = place.run(&["events", "--json"]).await.ends(0);
    assert_eq!(events.objects().len(), 5, "{}", events.out);
    assert!(place.run(&["rejected", "list"]).await.ends(0).out.contains("Nothing is rejected"));
    place.run(&["reconcile"]).await.ends(0);

    // The vendor renames IncidentId.
    let before = place.receiver(&POST_INCIDENTS, POST_INCIDENTS.record_id);
    for id in [201, 202, 203] {
        assert_eq!(before.send(renamed(id)).await.status, 400);
    }
    let listed = place.run(&["rejected", "list", "--json"]).await.ends(1).objects();
    assert_eq!((&listed[0]["reason"], &listed[0]["count"]), (&json!("invalid-record-id"), &json!(3)));
    assert_eq!(listed[0]["now"], "still rejected, invalid-record-id: IncidentId is missing");
    let rejected = place.run(&["events", "--outcome", "rejected", "--json"]).await.ends(0).objects();
    assert_eq!(rejected.len(), 3);
    let request = rejected[0]["requestId"].as_str().unwrap();
    let shown = place.run(&["rejected", "show", request]).await.ends(0).out;
    assert!(shown.contains(&renamed(203)) && shown.contains("IncidentId is missing"), "{shown}");

    // By the old setting, nothing changes.
    let replayed = place.run(&["rejected", "replay", "--yes", "--json"]).await.ends(1).objects();
    assert!(replayed.iter().all(|fate| fate["fate"] == "stays"), "{replayed:?}");

    // The setting is changed. A look first; then, with nobody to ask, only with --yes.
    let looked = place.run_with(&["rejected", "replay", "--dry-run", "--json"], &NEW_NAME).await.ends(0).objects();
    assert!(looked.iter().all(|fate| fate["fate"] == "would-be-taken-in"), "{looked:?}");
    let asked = place.run_with(&["rejected", "replay"], &NEW_NAME).await.ends(3);
    assert!(asked.err.contains("--yes"), "{}", asked.err);
    place.run_with(&["rejected", "list"], &NEW_NAME).await.ends(1);
    let replayed = place.run_with(&["rejected", "replay", "--yes"], &NEW_NAME).await.ends(0);
    assert!(replayed.out.contains("3 taken in."), "{}", replayed.out);
    place.run_with(&["rejected", "list"], &NEW_NAME).await.ends(0);

    let shown = place.run(&["show", "202", "--customer", "2/Securitime", "--raw"]).await.ends(0).out;
    assert!(shown.contains("replayed from rejected/operation=post-incidents/"), "{shown}");
    let clean = place.run_with(&["reconcile"], &NEW_NAME).await.ends(0);
    assert!(clean.out.contains("Archive and tables agree: 8 objects, 7 records"), "{}", clean.out);
    place.run_with(&["reconcile", "--rebuild"], &NEW_NAME).await.ends(0);
}
