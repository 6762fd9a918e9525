//! Keys that try to be something else than names.

use std::collections::{BTreeMap, BTreeSet};

use dataconnect::payload::{DELETE_PUNCHES, POST_NOTES, POST_PUNCHES};
use serde_json::{Value, json};
use tests::plain::plain;
use tests::receiver::Receiver;

/// Texts that are keys of their own, whatever a path, a URL, a query or a terminal would make of them.
fn texts() -> Vec<String> {
    let mut texts: Vec<_> = [
        "a/b",
        "/a",
        "a/",
        "//",
        ".",
        "..",
        "../../raw",
        "a/../b",
        "%",
        "%2F",
        "a%2Fb",
        "a b",
        " ",
        "a+b",
        "😀",
        "é",
        "e\u{301}",
        "\0",
        "a\0b",
        "\n",
        "\u{7f}",
        "\u{feff}",
        "\u{202e}x",
        "a=b",
        "a?b#c",
        "a\\b",
        "~",
        "~a",
        "sha256-",
        "'; DROP TABLE",
        "${jndi:ldap}",
        "null",
        "*",
        "\"",
        "<&>",
    ]
    .map(str::to_owned)
    .into();
    // Two that differ only behind what an object key keeps of them.
    texts.extend(["x", "y"].map(|end| format!("{}{end}", "l".repeat(1_000))));
    texts.extend(["x", "y"].map(|end| format!("{}{end}", "😀".repeat(250))));
    texts
}

/// Sends a punch and gives its object's key.
async fn send(receiver: &Receiver, customer: u64, tenant: &str, id: &str) -> String {
    let body = json!({ "CustomerId": customer, "Tenant": tenant, "PunchId": id }).to_string();
    let seen = receiver.send(&body).await;
    assert_eq!(seen.body["outcome"], "Created", "{customer} {tenant:?} {id:?}: {}", seen.body);
    assert_eq!(receiver.stores.body(seen.text("archiveKey")).await, body.as_bytes(), "{tenant:?} {id:?}");

    let stored = receiver.stores.item(&format!("{customer}/{tenant}"), seen.text("recordId")).await;
    let item = plain(&stored.unwrap_or_else(|| panic!("no item of {tenant:?} {id:?}")));
    assert_eq!((&item["Tenant"], &item["PunchId"]), (&json!(tenant), &json!(id)));
    seen.text("archiveKey").to_owned()
}

#[tokio::test]
async fn records_and_objects_are_found_under_keys_of_any_text_and_never_share_one() {
    let receiver = Receiver::of(&POST_PUNCHES);
    let mut objects = BTreeMap::new();
    for text in texts() {
        for (tenant, id) in [(format!("keys{text}"), "1".to_owned()), ("keys".to_owned(), text.clone())] {
            let key = send(&receiver, 2, &tenant, &id).await;
            // operation, tenant, customer, date and the name: no text adds a folder.
            assert_eq!(key.matches('/').count(), 5, "{key}");
            assert!(key.len() <= 1_024 && !key.contains("/../") && key.is_ascii(), "{key}");
            if let Some(other) = objects.insert(key.clone(), (tenant, id)) {
                panic!("{key} is shared with {other:?}");
            }
        }
    }
    assert_eq!(receiver.stores.items("2/keys").await.len(), texts().len());
}

#[tokio::test]
async fn parts_that_join_to_one_text_are_still_apart() {
    let receiver = Receiver::of(&POST_PUNCHES);
    let mut keys = BTreeSet::new();
    let triples = [
        (3, "keys-a/b", "c"),
        (3, "keys-a", "b/c"),
        (3, "keys-a", "c"),
        (33, "keys-a", "c"),
        (3, "3/keys-a", "c"),
        (3, "keys-a%2Fb", "c"),
        (3, "keys-a", "b%2Fc"),
        (3, "keys-A", "c"),
        (3, "keys-a ", "c"),
        (3, "keys-a", "c."),
        (3, "keys-a", "C"),
    ];
    for (customer, tenant, id) in triples {
        keys.insert(send(&receiver, customer, tenant, id).await);
    }
    assert_eq!(keys.len(), triples.len());
}

#[tokio::test]
async fn keys_as_long_as_dynamodb_allows_are_kept_and_longer_ones_rejected() {
    let receiver = Receiver::of(&POST_PUNCHES);
    let fill = |bytes: usize, end: &str| format!("keys-long-{}{end}", "x".repeat(bytes - 10 - end.len()));
    for (tenant, id) in [(fill(2_000, ""), fill(1_024, "")), (fill(2_046, ""), fill(1_024, "😀"))] {
        send(&receiver, 2, &tenant, &id).await;
    }
    for (tenant, id, reason) in
        [(fill(2_047, ""), "1".to_owned(), "invalid-tenant"), (fill(20, ""), fill(2_000, ""), "invalid-record-id")]
    {
        let seen = receiver.send(receiver.body(&tenant, id, &json!({}))).await;
        assert_eq!((seen.status.as_u16(), seen.text("type").rsplit(':').next()), (400, Some(reason)));
    }
}

#[tokio::test]
async fn a_deletion_finds_its_punch_under_any_id() {
    let (punches, deletions) = (Receiver::of(&POST_PUNCHES), Receiver::of(&DELETE_PUNCHES));
    for id in texts() {
        punches.accepted(punches.body("keys-delete", id.as_str(), &json!({}))).await;
        let outcome = deletions.accepted(deletions.body("keys-delete", id.as_str(), &json!({}))).await;
        assert_eq!(outcome, "Deleted", "{id:?}");
    }
    let items = punches.stores.items("2/keys-delete").await;
    assert_eq!(items.len(), texts().len());
    assert!(items.iter().all(|item| item.contains_key("DeletedAt") && item.contains_key("PunchId")));
}

#[tokio::test]
async fn an_id_is_its_text_whatever_the_spelling_of_a_number() {
    let receiver = Receiver::of(&POST_NOTES);
    let mut ids = BTreeSet::new();
    for (id, outcome) in [("17", "Created"), ("1.70e1", "Duplicate"), ("\"17\"", "Corrected"), ("17.0", "Duplicate")] {
        let body = format!(r#"{{"CustomerId":2,"Tenant":"keys-number","NoteId":{id}}}"#);
        let seen = receiver.send(&body).await;
        assert_eq!(seen.text("outcome"), outcome, "{body}");
        ids.insert(seen.text("recordId").to_owned());
    }
    assert_eq!(ids.into_iter().collect::<Vec<_>>(), ["17"]);
    for (customer, outcome) in [(json!(2), "Created"), (json!("2"), "Corrected"), (json!("002"), "Corrected")] {
        let body: Value = json!({ "CustomerId": customer, "Tenant": "keys-customer", "NoteId": 1 });
        assert_eq!(receiver.accepted(body.to_string()).await, outcome);
    }
    assert_eq!(receiver.stores.only("keys-customer").await["CustomerTenant"], "2/keys-customer");
}
