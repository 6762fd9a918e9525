//! Properties of the receiver with its stores.

use std::sync::atomic::{AtomicU64, Ordering};

use dataconnect::operation::Operation;
use dataconnect::payload::{DELETE_PUNCHES, OPERATIONS, POST_PUNCHES};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};
use tests::plain::{plain, timeless};
use tests::receiver::Receiver;
use tokio::runtime::{Builder, Runtime};

/// Each case sends some dozens of events over the wire.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// A tenant that no other case has.
fn tenant(test: &str) -> String {
    static CASES: AtomicU64 = AtomicU64::new(0);
    format!("properties-{test}-{:06}", CASES.fetch_add(1, Ordering::Relaxed))
}

/// A JSON value, with numbers, texts and shapes that stores find hard.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter("a JSON number", |number| number.is_finite()).prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((".{0,6}", inner), 0..4).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

/// The members of a body besides its keys, under names that include the receiver's own.
fn members() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        4 => "[A-Za-z]{1,8}",
        1 => ".{0,8}",
        1 => select(vec!["WorkOrderStem", "WorkOrderNumber", "Revision", "Deletion", "Oversize"]).prop_map(str::to_owned),
    ];
    vec((name, value()), 0..5).prop_map(|members| members.into_iter().collect())
}

/// The members of a punch and of its deletion.
type PunchAndDeletion = (Value, Value);
/// Which punch, and whether it is the punch or its deletion.
type Delivery = (usize, bool);

/// One body for the punch and one for the deletion of each of some ids, and deliveries of them: every event at least
/// once, some again, in any order.
fn deliveries() -> impl Strategy<Value = (Vec<PunchAndDeletion>, Vec<Delivery>)> {
    vec((members(), members()), 1..4).prop_flat_map(|bodies| {
        let every: Vec<_> = (0..bodies.len()).flat_map(|id| [(id, true), (id, false)]).collect();
        let repeats = vec(select(every.clone()), 0..6);
        let order = (Just(every), repeats).prop_map(|(every, repeats)| [every, repeats].concat()).prop_shuffle();
        (Just(bodies), order)
    })
}

async fn send(operation: &'static Operation, tenant: &str, id: usize, more: &Value) -> String {
    let receiver = Receiver::of(operation);
    receiver.accepted(receiver.body(tenant, id, more)).await
}

/// The punches of a tenant, without what differs between two deliveries, and the names of their objects.
async fn table(tenant: &str) -> (Vec<Value>, Vec<String>) {
    let stores = Receiver::of(&POST_PUNCHES).stores;
    let items = stores.items(&format!("2/{tenant}")).await;
    let items = items.iter().map(|item| timeless(plain(item))).collect();
    let mut objects = Vec::new();
    for operation in [&POST_PUNCHES, &DELETE_PUNCHES] {
        objects.extend(stores.keys(&format!("raw/operation={}/tenant={tenant}/", operation.name)).await);
    }
    (items, objects)
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn punches_and_deletions_repeated_in_any_order_end_in_the_same_table((bodies, deliveries) in deliveries()) {
        runtime().block_on(async {
            // One name for both runs would be one tenant; names of one length make items of one size. The tenant's own
            // text is taken out again before the comparison.
            let (shuffled, once) = (tenant("order"), tenant("order"));
            for (id, is_punch) in &deliveries {
                let (punch, deletion) = &bodies[*id];
                if *is_punch {
                    send(&POST_PUNCHES, &shuffled, *id, punch).await;
                } else {
                    send(&DELETE_PUNCHES, &shuffled, *id, deletion).await;
                }
            }
            for (id, (punch, deletion)) in bodies.iter().enumerate() {
                assert_eq!(send(&POST_PUNCHES, &once, id, punch).await, "Created");
                assert_eq!(send(&DELETE_PUNCHES, &once, id, deletion).await, "Deleted");
            }
            let (mut shuffled_items, shuffled_objects) = table(&shuffled).await;
            let (mut once_items, once_objects) = table(&once).await;
            for (items, tenant) in [(&mut shuffled_items, &shuffled), (&mut once_items, &once)] {
                for item in items.iter_mut() {
                    for entry in item["History"].as_array_mut().unwrap() {
                        // Digests of bodies that name the tenant.
                        assert!(entry["ContentHash"].is_string() && entry["ArchiveKey"].is_string());
                        entry["ContentHash"] = json!(null);
                        entry["ArchiveKey"] = json!(null);
                    }
                    item["History"].as_array_mut().unwrap().sort_by_key(ToString::to_string);
                    *item = serde_json::from_str(&item.to_string().replace(tenant.as_str(), "?")).unwrap();
                }
            }
            assert_eq!(shuffled_items, once_items);
            assert_eq!(shuffled_objects.len(), once_objects.len());
        });
    }

    #[test]
    fn the_last_new_body_stands_and_a_repeat_of_an_earlier_one_changes_nothing(
        bodies in vec(members(), 1..4),
        order in vec(any::<Index>(), 1..10),
    ) {
        runtime().block_on(async {
            let tenant = tenant("corrections");
            let (mut known, receiver) = (Vec::<String>::new(), Receiver::of(&POST_PUNCHES));
            for index in &order {
                let body = receiver.body(&tenant, 1, index.get(&bodies));
                let before = receiver.stores.items(&format!("2/{tenant}")).await;
                let outcome = receiver.accepted(&body).await;
                if known.contains(&body) {
                    assert_eq!(outcome, "Duplicate");
                    assert_eq!(receiver.stores.items(&format!("2/{tenant}")).await, before);
                } else {
                    assert_eq!(outcome, if known.is_empty() { "Created" } else { "Corrected" });
                    known.push(body);
                }
            }
            // What stands is what the last new body alone would have made.
            let alone = Receiver::of(&POST_PUNCHES);
            let last = known.last().unwrap();
            alone.accepted(last.replace("\"CustomerId\":2,", "\"CustomerId\":3,")).await;
            let strip = |mut item: Value| {
                let members = item.as_object_mut().unwrap();
                for name in ["History", "Revision", "CustomerId", "CustomerTenant"] {
                    members.remove(name);
                }
                timeless(item)
            };
            let expected = plain(&alone.stores.items(&format!("3/{tenant}")).await[0]);
            assert_eq!(strip(receiver.stores.only(&tenant).await), strip(expected));
        });
    }

    // The first operation's key is among the names that `members` chooses from.
    #[test]
    fn any_event_with_its_keys_is_accepted_and_comes_back_as_a_duplicate(more in members(), operation in select(OPERATIONS[1..].to_vec())) {
        runtime().block_on(async {
            let tenant = tenant("any");
            assert_ne!(send(operation, &tenant, 1, &more).await, "Duplicate");
            assert_eq!(send(operation, &tenant, 1, &more).await, "Duplicate");
        });
    }
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn no_bytes_bring_anything_but_an_acceptance_or_a_rejection(
        bytes in prop_oneof![
            vec(any::<u8>(), 0..64),
            r#"[\[\]{}",:0-9eE+.truefalsn \\u-]{0,40}"#.prop_map(String::into_bytes),
            (r#"\{"CustomerId":[0-9"-]{1,3},"Tenant":".{0,5}","IncidentId":.{0,5}[}\]]"#).prop_map(String::into_bytes),
        ],
        operation in select(OPERATIONS.to_vec()),
    ) {
        runtime().block_on(async {
            let seen = Receiver::of(operation).send_bytes(&bytes).await;
            assert!([200, 400].contains(&seen.status.as_u16()), "{}", seen.body);
        });
    }
}
