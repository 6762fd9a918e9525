//! Values that a table holds only with care, or not at all.

use dataconnect::payload::{DELETE_PUNCHES, POST_PUNCHES};
use serde_json::{Value, json};
use tests::plain::stored;
use tests::receiver::Receiver;

#[tokio::test]
async fn empty_values_come_back_as_they_were_sent() {
    let more = json!({
        "String": "", "Null": null, "List": [], "Object": {}, "False": false, "Nested": [[], {}, "", null, [{ "a": [] }]],
        "Blank": " ", "Nul": "\u{0}", "Emoji": "😀", "Long name ".repeat(50): 1, "$#:.": "x", "ключ": "значение",
    });
    let tenant = "values-empty";
    let (punches, deletions) = (Receiver::of(&POST_PUNCHES), Receiver::of(&DELETE_PUNCHES));
    punches.accepted(punches.body(tenant, 1, &more)).await;
    deletions.accepted(deletions.body(tenant, 1, &more)).await;
    let item = punches.stores.only(tenant).await;
    for (name, value) in more.as_object().unwrap() {
        assert_eq!(item.get(name), Some(&stored(value)), "{name}");
        assert_eq!(item["Deletion"].get(name), Some(&stored(value)), "{name}");
    }
    assert_eq!(item.get("Drift"), None);
}

#[tokio::test]
async fn a_member_without_a_name_is_left_out_and_noted() {
    let more = json!({ "": "nameless", "Inner": { "": 1 }, "Deep": [{ "a": { "": [] } }], "Kept": { "a": "" } });
    let tenant = "values-nameless";
    let (punches, deletions) = (Receiver::of(&POST_PUNCHES), Receiver::of(&DELETE_PUNCHES));
    let body = punches.body(tenant, 1, &more);
    let seen = punches.send(&body).await;
    assert_eq!(seen.text("outcome"), "Created", "{}", seen.body);
    deletions.accepted(deletions.body(tenant, 1, &more)).await;

    let item = punches.stores.only(tenant).await;
    for members in [&item, &item["Deletion"]] {
        assert_eq!(members["Kept"], json!({ "a": "" }));
        assert!(["", "Inner", "Deep"].iter().all(|name| members.get(*name).is_none()), "{members}");
    }
    let notes = ["/: left out: an empty name", "/Deep: left out: an empty name", "/Inner: left out: an empty name"];
    let of_deletion = notes.map(|note| format!("In the deletion: {note}"));
    let expected: Vec<_> = notes.into_iter().chain(of_deletion.iter().map(String::as_str)).collect();
    assert_eq!(item["Drift"], json!(expected));
    assert_eq!(punches.stores.body(seen.text("archiveKey")).await, body.as_bytes());
}

/// "Attribute names must be … no greater than 64 KB", `DynamoDB` developer guide; its API says 65,535 bytes.
#[tokio::test]
async fn a_member_with_a_name_that_no_attribute_can_have_is_left_out_and_noted() {
    for (bytes, is_kept) in [(65_535, true), (65_536, false), (70_000, false)] {
        let tenant = format!("values-name-{bytes}");
        let name = "n".repeat(bytes);
        let (punches, deletions) = (Receiver::of(&POST_PUNCHES), Receiver::of(&DELETE_PUNCHES));
        let more = json!({ &name: 1, "Inner": { &name: 1 }, "Kept": 1 });
        punches.accepted(punches.body(&tenant, 1, &more)).await;
        deletions.accepted(deletions.body(&tenant, 1, &more)).await;
        let item = punches.stores.only(&tenant).await;
        for members in [&item, &item["Deletion"]] {
            let kept = [name.as_str(), "Inner"].map(|name| members.get(name).is_some());
            assert_eq!(kept, [is_kept; 2], "{bytes}");
            assert!(members.get("Kept").is_some());
        }
        assert_eq!(item.get("Drift").map_or(0, |notes| notes.as_array().unwrap().len()), if is_kept { 0 } else { 4 });
    }
}

#[tokio::test]
async fn ten_thousand_members_are_ten_thousand_attributes() {
    let more: Value = (0..10_000).map(|index| (format!("Member{index}"), json!(index))).collect();
    let receiver = Receiver::of(&POST_PUNCHES);
    assert_eq!(receiver.accepted(receiver.body("values-many", 1, &more)).await, "Created");
    let item = receiver.stores.only("values-many").await;
    assert!((0..10_000).all(|index| item[format!("Member{index}")] == json!({ "N": index.to_string() })));
    assert_eq!(item.get("Oversize"), None);
}

/// What other parsers write for numbers they keep as text, or for types of their own, is a member like any other.
#[tokio::test]
async fn markers_of_other_formats_are_members_like_any_other() {
    let more = json!({
        "$serde_json::private::Number": "1", "Typed": { "S": "text" }, "Number": { "N": "not a number" },
        "__proto__": { "a": 1 }, "$ref": "#/",
    });
    let receiver = Receiver::of(&POST_PUNCHES);
    receiver.accepted(receiver.body("values-markers", 1, &more)).await;
    let item = receiver.stores.only("values-markers").await;
    for (name, value) in more.as_object().unwrap() {
        assert_eq!(item[name], stored(value), "{name}");
    }
}
