//! Bodies nested as deep as a table allows, and deeper.

use dataconnect::payload::{DELETE_PUNCHES, POST_PUNCHES};
use serde_json::{Value, json};
use tests::plain::stored;
use tests::receiver::Receiver;

/// `inner` inside so many lists, or objects, or both in turn.
fn nested(levels: usize, kind: &str, inner: Value) -> Value {
    (0..levels).fold(inner, |inner, level| match kind {
        "lists" => json!([inner]),
        "objects" => json!({ "a": inner }),
        _ if level % 2 == 0 => json!([inner, 1]),
        _ => json!({ "a": inner, "b": "" }),
    })
}

#[tokio::test]
async fn what_is_nested_too_deep_for_an_item_is_left_out_and_noted_and_the_rest_kept() {
    let (punches, deletions) = (Receiver::of(&POST_PUNCHES), Receiver::of(&DELETE_PUNCHES));
    for kind in ["lists", "objects", "both"] {
        for (name, inner, extra) in [("scalar", json!("x"), 0), ("list", json!([]), 1), ("object", json!({}), 1)] {
            for levels in [1, 28, 29, 30, 31, 32, 33, 100, 120] {
                let tenant = format!("nesting-{kind}-{name}-{levels}");
                let value = nested(levels, kind, inner.clone());
                let more = json!({ "Deep": value, "Kept": [[1]] });
                let seen = punches.send(punches.body(&tenant, 1, &more)).await;
                assert_eq!(seen.body["outcome"], "Created", "{tenant}: {}", seen.body);
                deletions.accepted(deletions.body(&tenant, 1, &more)).await;

                let item = punches.stores.only(&tenant).await;
                let depth = levels + extra;
                let note = "/Deep: left out: nested deeper than DynamoDB's 32 levels";
                let mut notes = Vec::new();
                // A delete event's members stand one level deeper.
                for (members, limit, prefix) in [(&item, 31, ""), (&item["Deletion"], 30, "In the deletion: ")] {
                    assert_eq!(members["Kept"], stored(&json!([[1]])));
                    let expected = (depth <= limit).then(|| stored(&value));
                    assert_eq!(members.get("Deep"), expected.as_ref(), "{tenant}");
                    if depth > limit {
                        notes.push(format!("{prefix}{note}"));
                    }
                }
                assert_eq!(item.get("Drift").cloned().unwrap_or(json!([])), json!(notes), "{tenant}");
            }
        }
    }
}

#[tokio::test]
async fn the_deepest_body_that_is_read_is_kept_and_one_level_more_is_rejected() {
    let receiver = Receiver::of(&POST_PUNCHES);
    for (levels, status) in [(127, 200), (128, 400), (1_000, 400), (500_000, 400)] {
        let deep = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        let body = format!(r#"{{"CustomerId":2,"Tenant":"nesting-deepest","PunchId":1,"Deep":{deep}}}"#);
        let seen = receiver.send(body).await;
        assert_eq!(seen.status.as_u16(), status, "{levels}");
        assert!(status == 200 || seen.text("type").ends_with(":too-deep"), "{}", seen.body);
    }
}
