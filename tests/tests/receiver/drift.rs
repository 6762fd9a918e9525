//! Drift: what differs from the documented shape is accepted, stored as it came, and listed.

use dataconnect::operation::Operation;
use dataconnect::payload::{DELETE_PUNCHES, POST_INCIDENTS, POST_NOTES, POST_PUNCHES, POST_WORKORDERREQUESTS};
use serde_json::{Value, json};
use tests::fixtures::fixture;
use tests::plain::stored;
use tests::receiver::Receiver;

/// Sends a body with these members besides its keys, and gives the item.
async fn item(operation: &'static Operation, tenant: &str, more: &Value) -> Value {
    let receiver = Receiver::of(operation);
    receiver.accepted(receiver.body(tenant, "1", more)).await;
    receiver.stores.only(tenant).await
}

#[tokio::test]
async fn every_kind_of_drift_is_accepted_stored_as_it_came_and_listed() {
    let week = |day: Value| json!({ "ScheduleConfig": { "Weeks": [{ "Shifts": [{ "Monday": day }] }] } });
    for (index, (more, note)) in [
        (json!({ "Priority": "High" }), "/Priority: not documented"),
        (json!({ "Priority": null }), "/Priority: not documented"),
        (json!({ "A/b~c": 1 }), "/A~1b~0c: not documented"),
        (json!({ "AssignmentTerms": "Seasonal" }), "/AssignmentTerms: none of Emergency, Temporary, LongTerm"),
        (json!({ "AssignmentTerms": "emergency" }), "/AssignmentTerms: none of Emergency, Temporary, LongTerm"),
        (json!({ "AssignmentTerms": 1 }), "/AssignmentTerms: a number, not a string"),
        (json!({ "IsArmed": "true" }), "/IsArmed: a string, not a boolean"),
        (json!({ "Phone": { "Number": "1" } }), "/Phone: an object, not a string"),
        (json!({ "ScheduleConfig": [] }), "/ScheduleConfig: an array, not an object"),
        (
            json!({ "ScheduleConfig": { "StartDate": "16.05.2023" } }),
            "/ScheduleConfig/StartDate: a string, not a date as 2023-05-16",
        ),
        (
            json!({ "ScheduleConfig": { "StartTime": "8 o'clock" } }),
            "/ScheduleConfig/StartTime: a string, not a time of day as 08:00",
        ),
        (json!({ "ScheduleConfig": { "Zone": "UTC" } }), "/ScheduleConfig/Zone: not documented"),
        (json!({ "ScheduleConfig": { "Weeks": {} } }), "/ScheduleConfig/Weeks: an object, not an array"),
        (week(json!({ "Late": true })), "/ScheduleConfig/Weeks/0/Shifts/0/Monday/Late: not documented"),
        (week(json!(true)), "/ScheduleConfig/Weeks/0/Shifts/0/Monday: a boolean, not an object"),
    ]
    .into_iter()
    .enumerate()
    {
        let item = item(&POST_WORKORDERREQUESTS, &format!("drift-kinds-{index}"), &more).await;
        assert_eq!(item["Drift"], json!([note]));
        let (name, value) = more.as_object().unwrap().iter().next().unwrap();
        assert_eq!(item[name], stored(value), "{name}");
    }
}

#[tokio::test]
async fn incidents_drift_likewise() {
    for (index, (more, note)) in [
        (json!({ "CostRecovery": "500.75" }), "/CostRecovery: a string, not a number"),
        (json!({ "SeverityLevel": 4.5 }), "/SeverityLevel: a number, not a whole number of 64 bits"),
        (json!({ "SeverityLevel": "high" }), "/SeverityLevel: a string, not a whole number"),
        (json!({ "EmailSent": "17/05/2023" }), "/EmailSent: a string, not a date and time as 2023-05-16T15:30:00"),
        (
            json!({ "EmailSent": "2023-05-17T09:00:00-05:00" }),
            "/EmailSent: a string, not a date and time as 2023-05-16T15:30:00",
        ),
        (json!({ "FileAttachmentUrls": "a,b" }), "/FileAttachmentUrls: a string, not an array"),
        (json!({ "FileAttachmentUrls": ["a", 7] }), "/FileAttachmentUrls/1: a number, not a string"),
        (json!({ "CustomerId": "2" }), "/CustomerId: a string, not a whole number"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut more = more;
        more["IncidentId"] = json!(1);
        let item = item(&POST_INCIDENTS, &format!("drift-incidents-{index}"), &more).await;
        assert_eq!(item["Drift"], json!([note]));
        for (name, value) in more.as_object().unwrap() {
            assert_eq!(item[name], stored(value), "{name}");
        }
    }
}

#[tokio::test]
async fn a_member_that_is_null_is_absent_and_no_drift() {
    let more = json!({ "IncidentId": 1, "Details": null, "SeverityLevel": null, "FileAttachmentUrls": null });
    let item = item(&POST_INCIDENTS, "drift-null", &more).await;
    assert_eq!((item.get("Drift"), &item["Details"]), (None, &json!(null)));
}

#[tokio::test]
async fn a_member_given_twice_is_drift_and_the_last_one_stands() {
    let receiver = Receiver::of(&POST_INCIDENTS);
    let body = fixture("odd/member-twice");
    let seen = receiver.send_bytes(&body).await;
    assert_eq!(seen.text("outcome"), "Created", "{}", seen.body);
    let item = receiver.stores.only("odd-member-twice").await;
    assert_eq!((&item["Details"], &item["IncidentId"]), (&json!("second"), &json!({ "N": "1" })));
    let twice = |member: &str| format!("given twice in one object, the last one stands: {member}");
    // A key that is given twice with one value is no riddle.
    assert_eq!(item["Drift"], json!([twice("CustomerId"), twice("IncidentId"), twice("Details")]));
    assert_eq!(receiver.stores.body(seen.text("archiveKey")).await, body);
}

#[tokio::test]
async fn without_its_id_a_provisional_record_is_known_by_its_content() {
    for (operation, id) in [
        (&POST_PUNCHES, "null"),
        (&DELETE_PUNCHES, "true"),
        (&POST_NOTES, "[1]"),
        (&POST_NOTES, r#"{"Id":1}"#),
        (&POST_PUNCHES, "absent"),
    ] {
        let receiver = Receiver::of(operation);
        let (member, tenant) = (operation.record_id, format!("drift-id-{}-{}", operation.name, id.len()));
        let id_member = if id == "absent" { String::new() } else { format!(r#","{member}":{id}"#) };
        let body = format!(r#"{{"CustomerId":2,"Tenant":"{tenant}"{id_member}}}"#);
        let seen = receiver.send(&body).await;
        assert!(seen.text("recordId").starts_with("sha256-"), "{}", seen.body);
        let item = receiver.stores.only(&tenant).await;
        assert_eq!(seen.text("recordId"), format!("sha256-{}", item["History"][0]["ContentHash"].as_str().unwrap()));
        let notes = item["Drift"].to_string();
        assert!(notes.contains("the content hash identifies the record"), "{notes}");
        assert_eq!(receiver.accepted(&body).await, "Duplicate");
    }
}

#[tokio::test]
async fn no_id_that_is_sent_poses_as_a_content_hash() {
    let receiver = Receiver::of(&POST_PUNCHES);
    let seen = receiver.send(r#"{"CustomerId":2,"Tenant":"drift-poses","GuardId":"G"}"#).await;
    let body = receiver.body("drift-poses", seen.text("recordId"), &json!({}));
    assert_eq!(receiver.accepted(body).await, "Created");
    assert_eq!(receiver.stores.items("2/drift-poses").await.len(), 2);
}

#[tokio::test]
async fn a_work_order_stem_that_cannot_be_indexed_is_kept_in_the_drift() {
    let long = "T".repeat(1_025);
    for (index, stem) in
        [json!(34277), json!(""), json!(true), json!([1]), json!({ "a": "b" }), json!(long)].into_iter().enumerate()
    {
        let tenant = format!("drift-stem-{index}");
        let more = json!({ "WorkOrderStem": stem, "WorkOrderNumber": "T1.2.003N" });
        let item = item(&POST_PUNCHES, &tenant, &more).await;
        let start: String = stem.to_string().chars().take(100).collect();
        let note = json!(format!("/WorkOrderStem: {start} cannot be indexed: a string of 1 to 1,024 bytes can"));
        // The member's type is drift by itself.
        assert!(item["Drift"].as_array().unwrap().contains(&note), "{item}");
        // The number without its last segment stands in.
        assert_eq!(item["WorkOrderStem"], "T1.2");
    }
}

#[tokio::test]
async fn the_receivers_own_attributes_and_a_bodys_members_never_take_each_others_place() {
    let own = [
        "CustomerTenant",
        "RecordId",
        "ReceivedAt",
        "UpdatedAt",
        "Revision",
        "History",
        "HistoryDropped",
        "Drift",
        "DeletedAt",
        "Deletion",
        "Oversize",
    ];
    let more: Value = own.iter().map(|name| ((*name).to_owned(), json!("theirs"))).collect();
    let (tenant, receiver) = ("drift-own", Receiver::of(&POST_PUNCHES));
    let body = receiver.body(tenant, 1, &more);
    let seen = receiver.send(&body).await;
    assert_eq!(seen.text("outcome"), "Created", "{}", seen.body);
    let item = receiver.stores.only(tenant).await;
    assert_eq!((&item["CustomerTenant"], &item["RecordId"]), (&json!("2/drift-own"), &json!("1")));
    assert_eq!(item["Revision"], json!({ "N": "1" }));
    assert!(!item.to_string().contains("theirs"));
    let mut expected = own.map(|name| format!("/{name}: left out: the receiver has an attribute of this name"));
    expected.sort();
    assert_eq!(item["Drift"], json!(expected));
    assert_eq!(receiver.stores.body(seen.text("archiveKey")).await, body.as_bytes());

    // A delete event's members stand in a map of their own, where there is no clash.
    let deletions = Receiver::of(&DELETE_PUNCHES);
    assert_eq!(deletions.accepted(deletions.body(tenant, 1, &more)).await, "Deleted");
    let item = receiver.stores.only(tenant).await;
    assert!(own.iter().all(|name| item["Deletion"][name] == "theirs"), "{item}");
    assert_eq!(item["Revision"], json!({ "N": "2" }));
}

#[tokio::test]
async fn provisional_bodies_take_any_member_without_drift() {
    for operation in [&POST_PUNCHES, &DELETE_PUNCHES, &POST_NOTES] {
        let more = json!({ "Latitude": 47.5, "Device": { "Model": ["x"] }, "ScheduleId": "S-1" });
        let item = item(operation, &format!("drift-provisional-{}", operation.name), &more).await;
        assert_eq!(item.get("Drift"), None, "{item}");
    }
}

#[tokio::test]
async fn a_correction_takes_its_drift_away_and_a_deletions_stays_apart() {
    let (receiver, tenant) = (Receiver::of(&POST_PUNCHES), "drift-corrected");
    receiver.accepted(receiver.body(tenant, 1, &json!({ "PunchType": 1 }))).await;
    let deletions = Receiver::of(&DELETE_PUNCHES);
    deletions.accepted(deletions.body(tenant, 1, &json!({ "DeleteUserId": 7 }))).await;
    let of_deletion = "In the deletion: /DeleteUserId: a number, not a string";
    let drift = receiver.stores.only(tenant).await["Drift"].clone();
    assert_eq!(drift, json!(["/PunchType: a number, not a string", of_deletion]));
    receiver.accepted(receiver.body(tenant, 1, &json!({ "PunchType": "In" }))).await;
    assert_eq!(receiver.stores.only(tenant).await["Drift"], json!([of_deletion]));
}

#[tokio::test]
async fn a_flood_of_drift_is_counted_and_does_not_hide_what_was_left_out() {
    let mut more: Value = (0..80).map(|index| (format!("Unknown{index:02}"), json!(index))).collect();
    more["Zahl"] = json!([[1e300]]);
    let item = item(&POST_INCIDENTS, "drift-flood", &more).await;
    let notes: Vec<_> = item["Drift"].as_array().unwrap().iter().map(|note| note.as_str().unwrap()).collect();
    assert!(notes.len() <= 52 && notes.iter().any(|note| note.ends_with(" more")), "{notes:?}");
    assert!(item.get("Zahl").is_none() && notes.iter().any(|note| note.starts_with("/Zahl: left out")), "{notes:?}");
}
