//! What was rejected is taken in later, by the rules in force then: nothing is lost on the way, and nobody writes who
//! may not.

use dataconnect::archive::{Archive, ArchiveEntry, ArchiveKey, Origin};
use dataconnect::auth::Gate;
use dataconnect::digest::Digest;
use dataconnect::event::Event;
use dataconnect::payload::{POST_INCIDENTS, POST_NOTES};
use dataconnect::record::Outcome;
use dataconnect::rejected::{Filter, Listing, NotReplayed, Prospect, Replayed, Replayer};
use dataconnect::rejection::Reason;
use dataconnect::table::Table;
use dataconnect_local::stack::LocalStack;
use futures_util::{StreamExt, stream};
use lambda_http::http::StatusCode;
use serde_json::json;
use tests::receiver::{Receiver, TOKEN, template};
use tests::stores::{Stores, dynamodb, s3};

/// A body as the vendor sends it after it has renamed `IncidentId`.
fn renamed(tenant: &str, id: u64) -> String {
    json!({ "CustomerId": 2, "Tenant": tenant, "IncidentNumber": id, "Description": "Gate open" }).to_string()
}

/// Sends a body that must be rejected, and gives the key under which it is kept.
async fn rejected(receiver: &Receiver, body: impl Into<String>) -> ArchiveKey {
    let seen = receiver.send(body).await;
    assert!([StatusCode::BAD_REQUEST, StatusCode::FORBIDDEN].contains(&seen.status), "{}", seen.body);
    let name = format!("/{}.json", seen.text("requestId"));
    let mut listing = Listing::new(&receiver.pipeline.archive, receiver.pipeline.operation, Filter::default());
    while let Some(page) = listing.page().await.unwrap() {
        if let Some((_, key)) = page.into_iter().find(|(_, key)| key.as_str().ends_with(&name)) {
            return key;
        }
    }
    panic!("no {name}");
}

/// The replayer of a receiver's stores and tokens, with the setting that knows the new name.
fn replayer(receiver: &Receiver) -> Replayer {
    let pipeline = receiver.pipeline.clone();
    Replayer {
        operation: pipeline.operation,
        record_id: "IncidentNumber".parse().unwrap(),
        gate: pipeline.gate,
        vouched_by: None,
        archive: pipeline.archive,
        table: pipeline.table,
    }
}

fn accepted(replayed: Replayed) -> (Outcome, ArchiveKey) {
    match replayed {
        Replayed::Accepted { outcome, archive_key } => (outcome, archive_key),
        Replayed::Stays(why) => panic!("{why}"),
    }
}

async fn is_kept(receiver: &Receiver, key: &ArchiveKey) -> bool {
    receiver.stores.object(key.as_str()).await.is_some()
}

#[tokio::test]
async fn what_is_an_event_by_the_new_setting_becomes_what_it_would_have_been_and_says_where_it_was() {
    let (receiver, tenant) = (Receiver::of(&POST_INCIDENTS), "replay-renamed");
    let body = renamed(tenant, 7);
    let key = rejected(&receiver, body.as_str()).await;
    let kept = receiver.stores.head(key.as_str()).await.metadata().unwrap().clone();
    assert_eq!(kept["token"], "test");
    let replayer = replayer(&receiver);
    assert!(matches!(replayer.examine(&key).await.unwrap(), Prospect::New(_)));
    assert!(receiver.stores.items(&format!("2/{tenant}")).await.is_empty(), "examining writes nothing");

    let (outcome, archive_key) = accepted(replayer.replay(&key).await.unwrap());
    assert_eq!(outcome, Outcome::Created);
    assert_eq!(receiver.stores.body(archive_key.as_str()).await, body.as_bytes());
    assert!(!is_kept(&receiver, &key).await);
    let traced = receiver.stores.head(archive_key.as_str()).await.metadata().unwrap().clone();
    assert_eq!(traced["replayed-from"], key.as_str());
    for name in ["received-at", "request-id"] {
        assert_eq!(traced[name], kept[name], "{name} is when and with what it first came");
    }
    let item = receiver.stores.only(tenant).await;
    assert_eq!((&item["RecordId"], &item["ReceivedAt"]), (&json!("7"), &json!(kept["received-at"])));
    let history = &item["History"][0];
    assert_eq!(
        (&history["ArchiveKey"], &history["RequestId"]),
        (&json!(archive_key.as_str()), &json!(kept["request-id"]))
    );

    let again = replayer.replay(&key).await.unwrap();
    assert!(matches!(again, Replayed::Stays(NotReplayed::Unreadable(_))), "{again:?}");
    assert_eq!(receiver.stores.only(tenant).await, item);
}

#[tokio::test]
async fn what_is_no_event_by_the_new_setting_either_stays_as_it_is() {
    let receiver = Receiver::of(&POST_INCIDENTS);
    for body in ["{", "[]", r#"{"CustomerId":2}"#, r#"{"CustomerId":2,"Tenant":"replay-none"}"#] {
        let key = rejected(&receiver, body).await;
        let replayed = replayer(&receiver).replay(&key).await.unwrap();
        assert!(matches!(replayed, Replayed::Stays(NotReplayed::Rejected(_))), "{body}: {replayed:?}");
        assert!(is_kept(&receiver, &key).await, "{body}");
    }
}

#[tokio::test]
async fn a_replay_that_was_stopped_anywhere_goes_on_and_nothing_is_twice() {
    let (receiver, tenant) = (Receiver::of(&POST_INCIDENTS), "replay-stopped");
    let replayer = replayer(&receiver);
    let nowhere = Table::new(dynamodb("http://127.0.0.1:9".to_owned()), "none".to_owned());
    for (id, stop) in ["before the table", "before the removal"].into_iter().enumerate() {
        let id = u64::try_from(id).unwrap();
        let body = renamed(tenant, id);
        let key = rejected(&receiver, body.as_str()).await;
        let Prospect::New(event) = replayer.examine(&key).await.unwrap() else { panic!("a new event") };
        let digest = Digest::of(body.as_bytes());
        let put = receiver.pipeline.archive.put(ArchiveEntry {
            key: &event.archive_key,
            body: body.clone().into(),
            digest: &digest,
            received_at: event.received_at,
            request_id: &event.request_id,
            origin: Origin::Replayed { from: &key, vouched_by: None },
        });
        put.await.unwrap();
        if stop == "before the removal" {
            receiver.pipeline.table.record(&event).await.unwrap();
        }

        Replayer { table: nowhere.clone(), ..replayer.clone() }.replay(&key).await.unwrap_err();
        assert!(is_kept(&receiver, &key).await, "{stop}: a store that fails costs nothing");
        assert_eq!(accepted(replayer.replay(&key).await.unwrap()).0, Outcome::Created, "{stop}");
        assert!(!is_kept(&receiver, &key).await, "{stop}");
        let item = receiver.stores.item(&format!("2/{tenant}"), &id.to_string()).await.unwrap();
        assert_eq!(item["Revision"].as_n().unwrap(), "1", "{stop}");
    }
}

#[tokio::test]
async fn other_bytes_under_its_key_keep_it_where_it_is() {
    let (receiver, tenant) = (Receiver::of(&POST_INCIDENTS), "replay-displaced");
    let key = rejected(&receiver, renamed(tenant, 1)).await;
    let replayer = replayer(&receiver);
    let Prospect::New(event) = replayer.examine(&key).await.unwrap() else { panic!("a new event") };
    let digest = Digest::of(b"{}");
    let put = receiver.pipeline.archive.put(ArchiveEntry {
        key: &event.archive_key,
        body: "{}".into(),
        digest: &digest,
        received_at: event.received_at,
        request_id: "somebody's",
        origin: Origin::Accepted,
    });
    put.await.unwrap();
    let answer = replayer.replay(&key).await.unwrap();
    assert!(matches!(answer, Replayed::Stays(NotReplayed::Displaced(_))), "{answer:?}");
    assert!(is_kept(&receiver, &key).await);
}

#[tokio::test]
async fn a_late_body_does_not_replace_what_came_after_it() {
    let (receiver, tenant) = (Receiver::of(&POST_INCIDENTS), "replay-late");
    let key = rejected(&receiver, renamed(tenant, 1)).await;
    let knowing = Receiver::identified_by(&POST_INCIDENTS, "IncidentNumber");
    let later = json!({ "CustomerId": 2, "Tenant": tenant, "IncidentNumber": 1, "Description": "Gate shut" });
    knowing.accepted(later.to_string()).await;
    let item = receiver.stores.only(tenant).await;
    let replayed = replayer(&receiver).replay(&key).await.unwrap();
    assert!(matches!(replayed, Replayed::Stays(NotReplayed::Superseded { .. })), "{replayed:?}");
    assert!(is_kept(&receiver, &key).await);
    assert_eq!(receiver.stores.only(tenant).await, item);
}

#[tokio::test]
async fn what_the_sender_brought_again_since_is_moved_and_counts_once() {
    let (receiver, tenant) = (Receiver::of(&POST_INCIDENTS), "replay-known");
    let key = rejected(&receiver, renamed(tenant, 1)).await;
    Receiver::identified_by(&POST_INCIDENTS, "IncidentNumber").accepted(renamed(tenant, 1)).await;
    let item = receiver.stores.only(tenant).await;
    assert!(matches!(replayer(&receiver).examine(&key).await.unwrap(), Prospect::Known(_)));
    assert_eq!(accepted(replayer(&receiver).replay(&key).await.unwrap()).0, Outcome::Duplicate);
    assert!(!is_kept(&receiver, &key).await);
    assert_eq!(receiver.stores.only(tenant).await, item);
}

/// The first of these bytes may have reached the table and not the archive: what its record's history names is put there.
#[tokio::test]
async fn a_history_that_led_nowhere_leads_to_the_body_after_the_replay() {
    let (receiver, tenant) = (Receiver::of(&POST_INCIDENTS), "replay-first");
    let body = renamed(tenant, 1);
    let key = rejected(&receiver, body.as_str()).await;
    let Prospect::New(event) = replayer(&receiver).examine(&key).await.unwrap() else { panic!("a new event") };
    let day_before = event.received_at - std::time::Duration::from_hours(24);
    let first = ArchiveKey::accepted(&POST_INCIDENTS, &event.key, &Digest::of(body.as_bytes()), day_before);
    let earlier = Event { received_at: day_before, archive_key: first.clone(), ..*event };
    let earlier = Event { request_id: "the first".to_owned(), ..earlier };
    receiver.pipeline.table.record(&earlier).await.unwrap();
    let (outcome, archive_key) = accepted(replayer(&receiver).replay(&key).await.unwrap());
    assert_eq!(outcome, Outcome::Duplicate);
    for kept in [&first, &archive_key] {
        assert_eq!(receiver.stores.body(kept.as_str()).await, body.as_bytes(), "{kept}");
    }
    assert!(!is_kept(&receiver, &key).await);
}

#[tokio::test]
async fn a_token_writes_for_no_other_customer_by_way_of_a_rejection() {
    let tenant = "replay-bound";
    let bound = format!("test:{}:for=2/somebody-else", Digest::of(TOKEN.as_bytes()));
    let receiver = Receiver::with_tokens(&POST_INCIDENTS, &bound);
    let unread = rejected(&receiver, renamed(tenant, 1)).await;
    let forbidden = rejected(&receiver, receiver.body(tenant, 2, &json!({ "IncidentNumber": 2 }))).await;
    assert!(forbidden.as_str().contains("reason=forbidden"));

    let all = Gate::Tokens(format!("test:{}", Digest::of(TOKEN.as_bytes())).parse().unwrap());
    for (key, gate) in [(&unread, receiver.pipeline.gate.clone()), (&forbidden, all)] {
        let replayer = Replayer { gate, ..replayer(&receiver) };
        let answer = replayer.replay(key).await.unwrap();
        assert!(matches!(answer, Replayed::Stays(NotReplayed::Forbidden)), "{key}: {answer:?}");
        assert!(is_kept(&receiver, key).await);
    }
    let gone = Gate::Tokens(format!("other:{}", Digest::of(TOKEN.as_bytes())).parse().unwrap());
    let answer = Replayer { gate: gone, ..replayer(&receiver) }.replay(&unread).await.unwrap();
    assert!(matches!(answer, Replayed::Stays(NotReplayed::UnknownSender)), "{answer:?}");
    assert!(receiver.stores.items(&format!("2/{tenant}")).await.is_empty());

    let vouching = Replayer { vouched_by: Some("Zoë, shift B".to_owned()), ..replayer(&receiver) };
    for key in [&unread, &forbidden] {
        let (_, archive_key) = accepted(vouching.replay(key).await.unwrap());
        let metadata = receiver.stores.head(archive_key.as_str()).await.metadata().unwrap().clone();
        assert_eq!(metadata["vouched-by"], "Zo%C3%AB,%20shift%20B");
    }
}

/// Whenever the later body comes while the earlier one is replayed, it stands.
#[tokio::test(flavor = "multi_thread")]
async fn a_later_body_that_comes_meanwhile_stands() {
    let (receiver, tenant) = (Receiver::of(&POST_INCIDENTS), "replay-meanwhile");
    let knowing = Receiver::identified_by(&POST_INCIDENTS, "IncidentNumber");
    let replayer = replayer(&receiver);
    for id in 0..60_u64 {
        let key = rejected(&receiver, renamed(tenant, id)).await;
        let later = json!({ "CustomerId": 2, "Tenant": tenant, "IncidentNumber": id, "Description": "Gate shut" });
        let comes = async {
            tokio::time::sleep(std::time::Duration::from_micros(100 * id)).await;
            knowing.accepted(later.to_string()).await;
        };
        let (answer, ()) = tokio::join!(replayer.replay(&key), comes);
        let item = receiver.stores.item(&format!("2/{tenant}"), &id.to_string()).await.unwrap();
        assert_eq!(item["Description"].as_s().unwrap(), "Gate shut", "{id}: {answer:?}");
        let stays = matches!(answer.unwrap(), Replayed::Stays(NotReplayed::Superseded { .. }));
        assert_eq!(is_kept(&receiver, &key).await, stays, "{id}");
    }
}

#[tokio::test]
async fn a_listing_goes_over_pages_to_the_last_day_that_is_asked_for_and_leaves_none_out() {
    const A_DAY: usize = 501;
    let stack = LocalStack::memory(&template()).unwrap();
    let archive = Archive::new(s3(stack.s3_endpoint()), Stores::of(&stack, &POST_NOTES).bucket);
    let days = [1, 2, 3].map(|day| jiff::civil::date(2001, 1, day));
    for day in days {
        let at = jiff::tz::TimeZone::UTC.to_timestamp(day.at(8, 0, 0, 0)).unwrap();
        let digest = Digest::of(b"{");
        let put = async |number: usize| {
            let request_id = format!("listing-{number}");
            let key = ArchiveKey::rejected(&POST_NOTES, "invalid-json", &request_id, at);
            let origin = Origin::Rejected { reason: Reason::InvalidJson, token: None };
            let (body, digest, request_id) = ("{".into(), &digest, request_id.as_str());
            archive.put(ArchiveEntry { key: &key, body, digest, received_at: at, request_id, origin }).await.unwrap();
        };
        stream::iter(0..A_DAY).for_each_concurrent(16, put).await;
    }
    for (since, until, expected) in [(0, 1, 2 * A_DAY), (1, 1, A_DAY), (1, 2, 2 * A_DAY), (0, 2, 3 * A_DAY)] {
        let (since, until) = (days[since], days[until]);
        let reason = Some(Reason::InvalidJson);
        let filter = Filter { since: Some(since), until: Some(until), reason, not_before: None };
        let mut listing = Listing::new(&archive, &POST_NOTES, filter);
        let mut keys = std::collections::BTreeSet::new();
        while let Some(page) = listing.page().await.unwrap() {
            for (place, key) in page {
                assert!(since <= place.date && place.date <= until, "{key}");
                assert!(keys.insert(key.as_str().to_owned()), "{key} comes twice");
            }
        }
        assert_eq!(keys.len(), expected, "{since} to {until}");
    }
}
