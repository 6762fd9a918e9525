//! From the records to the archive: a body that is not there, or is not what the history says, is told.

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_s3::primitives::ByteStream;
use dataconnect::key::CustomerTenant;
use dataconnect::payload::{DELETE_PUNCHES, POST_NOTES, POST_PUNCHES};
use dataconnect::reconcile::{Conservation, Difference, Holding, Inspected, Inspector, Plan};
use dataconnect::table::{Cursor, Select};
use futures_util::TryStreamExt;
use serde_json::json;
use tests::receiver::{Receiver, stack};
use tests::stores::{Item, s3};

use super::{Arrival, at, lose, of_tenant, reconciler, repair, store};

fn inspector(receiver: &Receiver) -> Inspector {
    let pipeline = receiver.pipeline.clone();
    Inspector { table: pipeline.table, archive: pipeline.archive, since: None, until: None, concurrency: 4 }
}

async fn inspected(inspector: &Inspector, tenant: &str, after: Option<Cursor>) -> Vec<Inspected> {
    let select = Select::Customer(CustomerTenant::new(2, tenant).unwrap());
    inspector.run(select, after).try_collect().await.unwrap()
}

/// What the archive holds of each record's events.
async fn holdings(receiver: &Receiver, tenant: &str) -> Vec<(String, Vec<Holding>)> {
    let inspected = inspected(&inspector(receiver), tenant, None).await.into_iter();
    let holdings = |one: &Inspected| one.entries.iter().flatten().map(|(_, holding)| holding.clone()).collect();
    inspected.map(|one| (one.key.as_ref().unwrap().record_id.to_string(), holdings(&one))).collect()
}

/// Changes the first entry of a record's history by hand.
async fn edit(receiver: &Receiver, tenant: &str, id: &str, member: &str, value: &str) {
    let mut item: Item = receiver.stores.item(&format!("2/{tenant}"), id).await.unwrap();
    let Some(AttributeValue::L(history)) = item.get_mut("History") else { panic!("a history") };
    let Some(AttributeValue::M(entry)) = history.first_mut() else { panic!("an entry") };
    entry.insert(member.to_owned(), AttributeValue::S(value.to_owned()));
    receiver.stores.put_item(item).await;
}

#[tokio::test]
async fn a_body_that_is_gone_or_another_is_told_and_all_others_are_kept() {
    let (receiver, tenant) = (Receiver::of(&POST_NOTES), "inspection-bodies");
    let body = |id: &str| receiver.body(tenant, id, &json!({}));
    for id in ["content", "deleted", "kept", "key", "replaced"] {
        store(&receiver, body(id), at("10:00:00")).await;
    }
    store(&receiver, receiver.body(tenant, "kept", &json!({ "More": 1 })), at("11:00:00")).await;
    let never = Arrival::new(&receiver, body("never"), at("10:00:00"));
    receiver.pipeline.table.record(&never.event).await.unwrap();
    let client = s3(stack().s3_endpoint());
    let key = |id: &str| Arrival::new(&receiver, body(id), at("10:00:00")).event.archive_key.to_string();
    client.delete_object().bucket(&receiver.stores.bucket).key(key("deleted")).send().await.unwrap();
    let replaced = client.put_object().bucket(&receiver.stores.bucket).key(key("replaced"));
    replaced.body(ByteStream::from_static(b"{}")).send().await.unwrap();
    edit(&receiver, tenant, "content", "ContentHash", &"0".repeat(64)).await;
    edit(&receiver, tenant, "key", "ArchiveKey", &key("kept")).await;

    let expected = [
        ("content", vec![Holding::Different(Difference::Content)]),
        ("deleted", vec![Holding::Gone]),
        ("kept", vec![Holding::Kept, Holding::Kept]),
        ("key", vec![Holding::Different(Difference::Key)]),
        ("never", vec![Holding::Gone]),
        ("replaced", vec![Holding::Different(Difference::Bytes)]),
    ];
    assert_eq!(holdings(&receiver, tenant).await, expected.map(|(id, holdings)| (id.to_owned(), holdings)));
}

#[tokio::test]
async fn a_record_that_was_edited_by_hand_is_told_and_the_others_are_gone_on_with() {
    let (receiver, tenant) = (Receiver::of(&POST_NOTES), "inspection-edited");
    for id in ["a", "b", "c"] {
        store(&receiver, receiver.body(tenant, id, &json!({})), at("10:00:00")).await;
    }
    edit(&receiver, tenant, "b", "ContentHash", "none").await;
    let inspected = inspected(&inspector(&receiver), tenant, None).await;
    let readable: Vec<_> = inspected.iter().map(|one| one.entries.is_ok()).collect();
    assert_eq!(readable, [true, false, true]);
}

#[tokio::test]
async fn a_later_inspection_goes_on_behind_any_record_and_takes_the_days_that_are_asked_for() {
    let (receiver, tenant) = (Receiver::of(&POST_NOTES), "inspection-resumed");
    for id in 10..30 {
        store(&receiver, receiver.body(tenant, id, &json!({})), at("10:00:00")).await;
        store(&receiver, receiver.body(tenant, id, &json!({ "More": 1 })), "2026-11-24T10:00:00Z".parse().unwrap())
            .await;
    }
    let inspector = inspector(&receiver);
    let all = inspected(&inspector, tenant, None).await;
    assert_eq!(all.len(), 20);
    for done in 1..all.len() {
        let rest = inspected(&inspector, tenant, Some(Cursor::behind(all[done - 1].key.as_ref().unwrap()))).await;
        let keys = |all: &[Inspected]| all.iter().map(|one| one.key.clone()).collect::<Vec<_>>();
        assert_eq!(keys(&rest), keys(&all[done..]));
    }
    let second = Inspector { since: Some("2026-11-24".parse().unwrap()), ..inspector };
    let entries =
        inspected(&second, tenant, None).await.iter().map(|one| one.entries.as_ref().unwrap().len()).sum::<usize>();
    assert_eq!(entries, 20);
}

#[tokio::test]
async fn both_ends_come_to_the_same_by_day_customer_and_operation_before_and_after_a_repair() {
    let tenant = "inspection-conserved";
    let (punches, deletions) = (Receiver::of(&POST_PUNCHES), Receiver::of(&DELETE_PUNCHES));
    let next_day = "2026-11-24T10:00:00Z".parse().unwrap();
    store(&punches, punches.body(tenant, 1, &json!({})), at("10:00:00")).await;
    store(&punches, punches.body(tenant, 1, &json!({ "More": 1 })), next_day).await;
    store(&punches, punches.body(tenant, 1, &json!({})), next_day).await;
    store(&deletions, deletions.body(tenant, 1, &json!({})), next_day).await;
    lose(&punches, punches.body(tenant, 2, &json!({})), next_day).await;
    let never = Arrival::new(&punches, punches.body(tenant, 3, &json!({})), at("10:00:00"));
    punches.pipeline.table.record(&never.event).await.unwrap();

    let before = conservation(&[&punches, &deletions], tenant, Plan::report()).await;
    let rows: Vec<_> = before
        .rows()
        .iter()
        .map(|(row, counts)| {
            (
                row.date.to_string(),
                row.operation.as_str(),
                counts.archived(),
                counts.recorded(),
                counts.repeats,
                counts.missing,
                counts.gone,
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("2026-11-23".to_owned(), "post-punches", 1, 2, 0, 0, 1),
            ("2026-11-24".to_owned(), "delete-punches", 1, 1, 0, 0, 0),
            ("2026-11-24".to_owned(), "post-punches", 3, 1, 1, 1, 0),
        ]
    );
    assert!(before.rows().values().all(dataconnect::reconcile::Counts::is_balanced));
    let during = conservation(&[&punches, &deletions], tenant, Plan::repair()).await;
    assert!(during.rows().values().all(dataconnect::reconcile::Counts::is_balanced));
    assert_eq!(during.rows().values().map(|counts| counts.applied).sum::<u64>(), 1);
    assert_eq!(repair(&punches, tenant).await.missing, 0);
}

async fn conservation(receivers: &[&Receiver], tenant: &str, plan: Plan) -> Conservation {
    let mut conservation = Conservation::default();
    for receiver in receivers {
        let reconciler = reconciler(receiver);
        let mut run = reconciler.run(of_tenant(tenant, plan.clone()));
        while let Some(found) = run.next().await.unwrap() {
            conservation.count_object(&found);
        }
    }
    for one in inspected(&inspector(receivers[0]), tenant, None).await {
        conservation.count_entries(&one);
    }
    conservation
}
