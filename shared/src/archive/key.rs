//! Where a body stands in the archive.

use std::fmt;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::digest::Digest;
use crate::key::{CustomerTenant, RecordKey};
use crate::operation::Operation;

/// What stands for itself in a variable part. All else is percent-encoded: slashes and equals signs, so that no part
/// leaves its prefix; the tilde, which marks shortened parts; and whatever S3 advises against ("Naming Amazon S3
/// objects").
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');
/// A variable part that is longer, encoded, is cut and ends in the digest of the whole. Three of this length keep a key
/// under S3's 1,024 bytes.
const MAX_PART_BYTES: usize = 256;
/// Begins the digest in a part that was cut.
pub(super) const CUT: char = '~';

/// The key of an object in the archive: at most 1,024 bytes, in Hive's `name=value` style, so that Athena, Spark and
/// `DuckDB` read the archive as a partitioned table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ArchiveKey(String);

impl ArchiveKey {
    /// Where an accepted body stands:
    /// `raw/operation=post-punches/tenant=Securitime/customer=2/date=2026-11-23/<record id>.<body digest>.json`.
    ///
    /// Two different records never share a key. Two different bodies of one record would have to agree in 64 bits of
    /// their digests.
    #[must_use]
    pub fn accepted(operation: &Operation, key: &RecordKey, body: &Digest, received_at: Timestamp) -> Self {
        let pair = &key.customer_tenant;
        Self(format!(
            "raw/operation={}/tenant={}/customer={}/date={}/{}{}",
            operation.name,
            Part(pair.tenant()),
            pair.customer_id(),
            date(received_at),
            Part(key.record_id.as_str()),
            ending(body),
        ))
    }

    /// Where a rejected body stands:
    /// `rejected/operation=post-punches/date=2026-11-23/reason=invalid-json/<request id>.json`.
    #[must_use]
    pub fn rejected(operation: &Operation, reason: &str, request_id: &str, received_at: Timestamp) -> Self {
        Self(format!(
            "rejected/operation={}/date={}/reason={reason}/{}.json",
            operation.name,
            date(received_at),
            Part(request_id),
        ))
    }

    /// What the keys of all accepted bodies of an operation begin with.
    #[must_use]
    pub fn operation_folder(operation: &Operation) -> String {
        format!("raw/operation={}/", operation.name)
    }

    /// What the keys of all rejected bodies of an operation begin with.
    #[must_use]
    pub fn rejected_folder(operation: &Operation) -> String {
        format!("rejected/operation={}/", operation.name)
    }

    /// What those of accepted bodies of a tenant begin with.
    #[must_use]
    pub fn tenant_folder(operation: &Operation, tenant: &str) -> String {
        format!("{}tenant={}/", Self::operation_folder(operation), Part(tenant))
    }

    /// What those of a customer of a tenant begin with.
    #[must_use]
    pub fn customer_folder(operation: &Operation, pair: &CustomerTenant) -> String {
        format!("{}customer={}/", Self::tenant_folder(operation, pair.tenant()), pair.customer_id())
    }

    /// A key that was read back from a record or a listing.
    #[must_use]
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// Whether this is where an accepted body of a digest stands, on whatever day.
    #[must_use]
    pub fn is_of(&self, body: &Digest) -> bool {
        self.0.ends_with(&ending(body))
    }

    /// The key's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ArchiveKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// How the key of an accepted body ends.
fn ending(body: &Digest) -> String {
    format!(".{}.json", body.short())
}

fn date(time: Timestamp) -> jiff::civil::Date {
    TimeZone::UTC.to_datetime(time).date()
}

/// A variable part of a key, encoded, and shortened if need be.
pub(super) struct Part<'a>(pub(super) &'a str);

impl fmt::Display for Part<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let encoded_bytes: usize = utf8_percent_encode(self.0, ENCODED).map(str::len).sum();
        if encoded_bytes <= MAX_PART_BYTES {
            return utf8_percent_encode(self.0, ENCODED).fmt(out);
        }
        let digest = format!("{CUT}{}", Digest::of(self.0.as_bytes()));
        let mut left = MAX_PART_BYTES - digest.len();
        for character in self.0.chars() {
            let mut buffer = [0; 4];
            let encoded = utf8_percent_encode(character.encode_utf8(&mut buffer), ENCODED).to_string();
            let Some(rest) = left.checked_sub(encoded.len()) else { break };
            left = rest;
            out.write_str(&encoded)?;
        }
        write!(out, "{digest}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::key::RecordId;
    use crate::payload::POST_PUNCHES;

    fn key(customer: u64, tenant: &str, id: &str) -> String {
        let key = RecordKey {
            customer_tenant: CustomerTenant::new(customer, tenant).expect("a pair"),
            record_id: RecordId::from_stored(id.to_owned()),
        };
        let noon = "2026-11-23T12:00:00Z".parse().expect("a time");
        ArchiveKey::accepted(&POST_PUNCHES, &key, &Digest::of(b"{}"), noon).0
    }

    #[test]
    fn a_key_is_a_path_of_named_parts() {
        assert_eq!(
            key(2, "Securitime", "T49098.34277.001N"),
            "raw/operation=post-punches/tenant=Securitime/customer=2/date=2026-11-23/\
             T49098.34277.001N.44136fa355b3678a.json"
        );
        let time = "2026-11-23T23:59:59.999Z".parse().expect("a time");
        assert_eq!(
            ArchiveKey::rejected(&POST_PUNCHES, "invalid-json", "8e5c-1/../x", time).as_str(),
            "rejected/operation=post-punches/date=2026-11-23/reason=invalid-json/8e5c-1%2F..%2Fx.json"
        );
    }

    #[test]
    fn no_part_leaves_its_place() {
        let key = key(2, "../3 =%/é", "a/../b\n😀~");
        assert_eq!(key.matches('/').count(), 5, "{key}");
        assert!(key.contains("tenant=..%2F3%20%3D%25%2F%C3%A9/"), "{key}");
        assert!(key.contains("/a%2F..%2Fb%0A%F0%9F%98%80%7E."), "{key}");
    }

    #[test]
    fn long_parts_are_shortened_and_stay_apart() {
        let long = "😀".repeat(500);
        let (one, other) = (key(u64::MAX, &long, &format!("{long}a")), key(u64::MAX, &long, &format!("{long}b")));
        assert_ne!(one, other);
        assert!(one.len() <= 1_024, "{} bytes", one.len());
    }

    proptest! {
        #[test]
        fn different_records_have_different_keys(
            one in (0_u64..3, "[ab/.%~=é]{1,3}|[/]{80,90}", "[ab/.%~=é]{1,3}|[/]{80,90}"),
            other in (0_u64..3, "[ab/.%~=é]{1,3}|[/]{80,90}", "[ab/.%~=é]{1,3}|[/]{80,90}"),
        ) {
            prop_assert_eq!(one == other, key(one.0, &one.1, &one.2) == key(other.0, &other.1, &other.2));
        }
    }
}
