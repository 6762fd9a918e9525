//! Other members than the default identify a record, where the deployment says so.

use dataconnect::payload::{DELETE_PUNCHES, POST_INCIDENTS, POST_PUNCHES};
use serde_json::json;
use tests::receiver::Receiver;

#[tokio::test]
async fn another_member_several_or_a_nested_one_make_the_id() {
    let body = |tenant: &str| {
        json!({
            "CustomerId": 2, "Tenant": tenant, "PunchId": 1, "ScheduleId": "a/b", "Guard": { "Id": 7, "a/b": "c" },
            "PunchDateLocal": "2023-05-16T07:58:00",
        })
    };
    for (rule, id) in [
        ("ScheduleId", "a/b"),
        ("ScheduleId,PunchDateLocal", "a%2Fb/2023-05-16T07:58:00"),
        ("PunchDateLocal, ScheduleId", "2023-05-16T07:58:00/a%2Fb"),
        ("/Guard/Id", "7"),
        ("/Guard/a~1b", "c"),
        ("ScheduleId,/Guard/Id,PunchId", "a%2Fb/7/1"),
    ] {
        let tenant = format!("settings-{id}");
        let (punches, deletions) =
            (Receiver::identified_by(&POST_PUNCHES, rule), Receiver::identified_by(&DELETE_PUNCHES, rule));
        let seen = punches.send(body(&tenant).to_string()).await;
        assert_eq!((seen.text("recordId"), seen.text("outcome")), (id, "Created"), "{rule}");
        let mut deletion = body(&tenant);
        deletion["By"] = json!("editor");
        assert_eq!(deletions.accepted(deletion.to_string()).await, "Deleted", "{rule}");
        assert_eq!(punches.stores.only(&tenant).await["RecordId"], id, "{rule}");
    }
}

#[tokio::test]
async fn lists_of_values_that_join_to_one_text_are_still_apart() {
    let receiver = Receiver::identified_by(&POST_PUNCHES, "A,B");
    for (one, other) in [("a/b", "c"), ("a", "b/c"), ("a%2Fb", "c"), ("a", "b%2Fc"), ("sha256-a", "c")] {
        let body = json!({ "CustomerId": 2, "Tenant": "settings-apart", "A": one, "B": other }).to_string();
        assert_eq!(receiver.accepted(body).await, "Created", "{one} {other}");
    }
    assert_eq!(receiver.stores.items("2/settings-apart").await.len(), 5);
}

#[tokio::test]
async fn where_one_of_several_members_is_missing_the_operations_own_way_is_taken() {
    let body = json!({ "CustomerId": 2, "Tenant": "settings-missing", "A": 1, "IncidentId": 1 }).to_string();
    let seen = Receiver::identified_by(&POST_PUNCHES, "A,/B/C").send(&body).await;
    assert!(seen.text("recordId").starts_with("sha256-"));
    let seen = Receiver::identified_by(&POST_INCIDENTS, "A,/B/C").send(&body).await;
    assert_eq!((seen.status.as_u16(), seen.text("detail")), (400, "/B/C is missing"));
}

#[tokio::test]
async fn a_nested_member_given_twice_is_ambiguous_only_where_it_is_the_key() {
    let body = r#"{"CustomerId":2,"Tenant":"settings-twice","PunchId":1,"Punch":{"Id":1,"Id":2}}"#;
    let seen = Receiver::identified_by(&POST_PUNCHES, "/Punch/Id").send(body).await;
    assert_eq!(seen.text("detail"), "Id is given twice, with different values");
    assert_eq!(Receiver::of(&POST_PUNCHES).send(body).await.text("outcome"), "Created");
}
