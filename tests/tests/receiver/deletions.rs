//! Delete events: after, before and without their punch, and more than one.

use dataconnect::payload::{DELETE_PUNCHES, POST_PUNCHES};
use serde_json::json;
use tests::plain::history_outcomes;
use tests::receiver::Receiver;

fn punches() -> Receiver {
    Receiver::of(&POST_PUNCHES)
}

fn deletions() -> Receiver {
    Receiver::of(&DELETE_PUNCHES)
}

#[tokio::test]
async fn a_deleted_punch_keeps_its_members_and_is_marked() {
    let tenant = "deletions-after";
    punches().accepted(punches().body(tenant, 7, &json!({ "GuardId": "G-1" }))).await;
    let deletion = json!({ "DeleteUserId": "editor", "WorkOrderStem": "T1" });
    assert_eq!(deletions().accepted(deletions().body(tenant, 7, &deletion)).await, "Deleted");

    let item = punches().stores.only(tenant).await;
    assert_eq!(item["GuardId"], "G-1");
    assert_eq!(item["DeletedAt"], item["UpdatedAt"]);
    assert_eq!(
        item["Deletion"],
        json!({
            "CustomerId": { "N": "2" }, "Tenant": tenant, "PunchId": { "N": "7" },
            "DeleteUserId": "editor", "WorkOrderStem": "T1",
        })
    );
    // The punch named no Work Order, so the deletion's joins it to the others.
    assert_eq!(item["WorkOrderStem"], "T1");
    assert_eq!(history_outcomes(&item), ["Created", "Deleted"]);
}

#[tokio::test]
async fn a_deletion_without_its_punch_is_a_tombstone_that_the_late_punch_fills() {
    let tenant = "deletions-before";
    assert_eq!(deletions().accepted(deletions().body(tenant, 7, &json!({ "By": "editor" }))).await, "Deleted");
    let tombstone = punches().stores.only(tenant).await;
    assert!(tombstone["DeletedAt"].is_string() && tombstone.get("PunchId").is_none(), "{tombstone}");
    assert!(tombstone.get("Oversize").is_none());

    let punch = punches().body(tenant, 7, &json!({ "GuardId": "G-1" }));
    assert_eq!(punches().accepted(&punch).await, "Created");
    let item = punches().stores.only(tenant).await;
    assert_eq!((&item["GuardId"], &item["PunchId"]), (&json!("G-1"), &json!({ "N": "7" })));
    assert_eq!((&item["DeletedAt"], &item["Deletion"]), (&tombstone["DeletedAt"], &tombstone["Deletion"]));
    assert_eq!(item["ReceivedAt"], tombstone["ReceivedAt"]);
    assert_eq!(history_outcomes(&item), ["Deleted", "Created"]);

    assert_eq!(punches().accepted(punches().body(tenant, 7, &json!({ "GuardId": "G-2" }))).await, "Corrected");
    let item = punches().stores.only(tenant).await;
    assert_eq!((&item["GuardId"], &item["DeletedAt"]), (&json!("G-2"), &tombstone["DeletedAt"]));
}

#[tokio::test]
async fn the_same_deletion_again_is_a_duplicate_and_another_one_is_noted() {
    let tenant = "deletions-twice";
    let [one, other] = ["one", "other"].map(|by| deletions().body(tenant, 7, &json!({ "By": by })));
    assert_eq!(deletions().accepted(&one).await, "Deleted");
    let first = punches().stores.only(tenant).await;
    assert_eq!(deletions().accepted(&one).await, "Duplicate");
    assert_eq!(punches().stores.only(tenant).await, first);

    assert_eq!(deletions().accepted(&other).await, "AlreadyDeleted");
    let item = punches().stores.only(tenant).await;
    assert_eq!((&item["Deletion"], &item["DeletedAt"]), (&first["Deletion"], &first["DeletedAt"]));
    assert_eq!((history_outcomes(&item), &item["Revision"]), (vec!["Deleted", "AlreadyDeleted"], &json!({ "N": "2" })));
    assert_eq!(deletions().accepted(&other).await, "Duplicate");
}

/// Neither operation's history stands for the other's: the body is the same, the event is not.
#[tokio::test]
async fn one_body_sent_to_both_operations_is_two_events() {
    let body = punches().body("deletions-both", 7, &json!({ "GuardId": "G-1" }));
    assert_eq!(punches().accepted(&body).await, "Created");
    assert_eq!(deletions().accepted(&body).await, "Deleted");
    assert_eq!(punches().accepted(&body).await, "Duplicate");
    assert_eq!(deletions().accepted(&body).await, "Duplicate");
}

#[tokio::test]
async fn a_deletion_that_carries_a_whole_punch_without_an_id_finds_it() {
    let body = r#"{"CustomerId":2,"Tenant":"deletions-hash","GuardId":"G-1"}"#;
    assert_eq!(punches().accepted(body).await, "Created");
    assert_eq!(
        deletions().accepted(r#"{ "Tenant":"deletions-hash", "GuardId":"G-1", "CustomerId":2 }"#).await,
        "Deleted"
    );
    let item = punches().stores.only("deletions-hash").await;
    assert_eq!((&item["GuardId"], history_outcomes(&item)), (&json!("G-1"), vec!["Created", "Deleted"]));
}

#[tokio::test]
async fn a_correction_after_a_deletion_leaves_no_work_order_behind_that_only_the_old_body_named() {
    let (punches, tenant) = (punches(), "deletions-stem");
    punches.accepted(punches.body(tenant, 7, &json!({ "WorkOrderStem": "T1" }))).await;
    deletions().accepted(deletions().body(tenant, 7, &json!({}))).await;
    punches.accepted(punches.body(tenant, 7, &json!({ "GuardId": "G-1" }))).await;
    assert_eq!(punches.stores.only(tenant).await.get("WorkOrderStem"), None);
    assert!(punches.stores.by_work_order("2/deletions-stem", "T1").await.is_empty());
}
