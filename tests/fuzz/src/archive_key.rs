//! Any tenant, customer, record id and request id as parts of an archive key.

use dataconnect::archive::ArchiveKey;
use dataconnect::digest::Digest;
use dataconnect::json::{Json, Object};
use dataconnect::key::{CustomerTenant, RecordIdRule, RecordKey};
use dataconnect::operation::Operation;
use dataconnect::payload::POST_PUNCHES;
use jiff::Timestamp;
use percent_encoding::percent_decode_str;

/// S3's limit.
const MAX_KEY_BYTES: usize = 1_024;
/// A part that is longer, encoded, ends in a tilde and the digest of the whole.
const MAX_PART_BYTES: usize = 256;
const OPERATION: &Operation = &POST_PUNCHES;

/// Parted by the byte FF, which no text has: customer, tenant and record id of one record, those of another, and a
/// request id. A part that is missing is the one before it.
pub fn run(input: &[u8]) {
    let mut parts = input.split(|byte| *byte == 0xff).map(|part| String::from_utf8_lossy(part).into_owned());
    let mut last = String::new();
    let mut part = || {
        last = parts.next().unwrap_or_else(|| last.clone());
        last.clone()
    };
    let one = key(&part(), &part(), &part());
    let other = key(&part(), &part(), &part());
    assert_rejected_stays_in_place(&part());

    for key in [&one, &other].into_iter().flatten() {
        assert_accepted_stays_in_place(key);
    }
    if let (Some(one), Some(other)) = (one, other) {
        assert_eq!(one == other, accepted(&one) == accepted(&other), "{one:?} and {other:?}");
    }
}

/// The key of a record, if these parts make one.
fn key(customer: &str, tenant: &str, id: &str) -> Option<RecordKey> {
    let rule: RecordIdRule = "PunchId".parse().expect("a rule");
    let body = Object::from([("PunchId".to_owned(), Json::String(id.to_owned()))]);
    let customer = customer.bytes().fold(0, |number: u64, byte| number.wrapping_mul(10).wrapping_add(byte.into()));
    Some(RecordKey { customer_tenant: CustomerTenant::new(customer, tenant).ok()?, record_id: rule.id_of(&body).ok()? })
}

fn noon() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().expect("a time")
}

fn accepted(key: &RecordKey) -> String {
    ArchiveKey::accepted(OPERATION, key, &Digest::of(b"{}"), noon()).as_str().to_owned()
}

fn assert_accepted_stays_in_place(key: &RecordKey) {
    let text = accepted(key);
    assert_is_plain(&text);
    let parts: Vec<_> = text.split('/').collect();
    let [raw, operation, tenant, customer, date, file] = parts[..] else { panic!("{text}") };
    assert_eq!((raw, operation, date), ("raw", "operation=post-punches", "date=2026-11-23"));
    assert_eq!(customer, format!("customer={}", key.customer_tenant.customer_id()));
    assert_encodes(tenant.strip_prefix("tenant="), key.customer_tenant.tenant());
    assert_encodes(file.strip_suffix(".44136fa355b3678a.json"), key.record_id.as_str());
}

fn assert_rejected_stays_in_place(request_id: &str) {
    let key = ArchiveKey::rejected(OPERATION, "invalid-json", request_id, noon());
    assert_is_plain(key.as_str());
    let parts: Vec<_> = key.as_str().split('/').collect();
    let [rejected, operation, date, reason, file] = parts[..] else { panic!("{key}") };
    assert_eq!((rejected, operation), ("rejected", "operation=post-punches"));
    assert_eq!((date, reason), ("date=2026-11-23", "reason=invalid-json"));
    assert_encodes(file.strip_suffix(".json"), request_id);
}

/// Short enough, and of nothing but characters that every reader of S3 takes as they are.
fn assert_is_plain(key: &str) {
    assert!(key.len() <= MAX_KEY_BYTES, "{} bytes", key.len());
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/=-._%~".contains(&byte);
    assert!(key.bytes().all(plain), "{key}");
}

/// The part is there and gives the text back, or as much of it as has room before its digest.
fn assert_encodes(part: Option<&str>, text: &str) {
    let part = part.expect("a part in its place");
    assert!(part.len() <= MAX_PART_BYTES && !part.contains('='), "{part}");
    let (kept, digest) = part.split_once('~').map_or((part, None), |(kept, digest)| (kept, Some(digest)));
    let decoded = percent_decode_str(kept).decode_utf8().expect("no character is cut");
    match digest {
        None => assert_eq!(decoded, text),
        Some(digest) => {
            assert!(text.starts_with(&*decoded) && decoded.len() < text.len(), "{part}");
            assert_eq!(digest, Digest::of(text.as_bytes()).to_string());
        }
    }
}
