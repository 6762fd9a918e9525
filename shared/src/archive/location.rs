//! What the key of an accepted body says of it.

use jiff::civil::Date;
use percent_encoding::percent_decode_str;

use super::ArchiveKey;
use super::key::{CUT, Part};
use crate::key::{CustomerTenant, RecordId, RecordKey};

/// The end of a key after the record id: a dot, 16 hexadecimal digits, and this.
const SUFFIX: &str = ".json";
/// Hexadecimal digits of the body's digest in a key.
const DIGEST_DIGITS: usize = 16;

/// An accepted body's place in the archive, as [`ArchiveKey::accepted`] makes it. The parts stay encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Location<'k> {
    /// The folder of the customer: `raw/operation=post-punches/tenant=Securitime/customer=2/`.
    pub customer_folder: &'k str,
    /// The day that the body came, UTC.
    pub date: Date,
    /// The record's id, encoded, and cut if it is long.
    pub record: &'k str,
    /// The key up to and with the dot after the record's id: the same for all bodies of one record and day.
    pub record_prefix: &'k str,
    operation: &'k str,
    tenant: &'k str,
    customer_id: u64,
}

impl<'k> Location<'k> {
    /// Reads a key. `None` for a key that the receiver does not make.
    #[must_use]
    pub fn of(key: &'k ArchiveKey) -> Option<Self> {
        let key = key.as_str();
        let mut parts = key.split('/');
        let mut part = |name: &str| parts.next()?.strip_prefix(name);
        part("raw")?;
        let operation = part("operation=")?;
        let (tenant, customer, day) = (part("tenant=")?, part("customer=")?, part("date=")?);
        let name = part("")?;
        let (record, digest) = name.strip_suffix(SUFFIX)?.rsplit_once('.')?;
        let is_digest = digest.len() == DIGEST_DIGITS && digest.bytes().all(|byte| b"0123456789abcdef".contains(&byte));
        let (customer_id, date): (u64, Date) = (customer.parse().ok()?, day.parse().ok()?);
        let is_ours = parts.next().is_none()
            && is_digest
            && customer_id.to_string() == customer
            && date.to_string() == day
            && [tenant, record].iter().all(|part| !part.is_empty() && (part.contains(CUT) || decode(part).is_some()));
        is_ours.then(|| Self {
            customer_folder: &key[..key.len() - name.len() - day.len() - "date=/".len()],
            date,
            record,
            record_prefix: &key[..key.len() - digest.len() - SUFFIX.len()],
            operation,
            tenant,
            customer_id,
        })
    }

    /// The record's key. `None` if the tenant or the record's id is cut: only the body says then.
    #[must_use]
    pub fn record_key(&self) -> Option<RecordKey> {
        Some(RecordKey {
            customer_tenant: CustomerTenant::new(self.customer_id, &decode(self.tenant)?).ok()?,
            record_id: RecordId::from_stored(decode(self.record)?),
        })
    }

    /// The name of the operation that the body was sent to.
    #[must_use]
    pub fn operation(&self) -> &'k str {
        self.operation
    }

    /// The customer and tenant, as a [`CustomerTenant`] writes them; of a tenant that is cut, what the key has of it.
    #[must_use]
    pub fn customer(&self) -> String {
        format!("{}/{}", self.customer_id, decode(self.tenant).unwrap_or_else(|| self.tenant.to_owned()))
    }

    /// Whether two bodies are of one record, whatever their days.
    #[must_use]
    pub fn is_same_record(&self, other: &Self) -> bool {
        self.customer_folder == other.customer_folder && self.record == other.record
    }
}

/// The text that a part of a key encodes, if it is just so that the receiver would encode it, and all of it.
fn decode(part: &str) -> Option<String> {
    let text = percent_decode_str(part).decode_utf8().ok()?;
    (Part(&text).to_string() == part).then(|| text.into_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::digest::Digest;
    use crate::payload::POST_PUNCHES;

    fn key(tenant: &str, id: &str) -> (RecordKey, ArchiveKey) {
        let key = RecordKey {
            customer_tenant: CustomerTenant::new(2, tenant).expect("a pair"),
            record_id: RecordId::from_stored(id.to_owned()),
        };
        let noon = "2026-11-23T12:00:00Z".parse().expect("a time");
        let archive_key = ArchiveKey::accepted(&POST_PUNCHES, &key, &Digest::of(b"{}"), noon);
        (key, archive_key)
    }

    #[test]
    fn a_key_names_its_parts() {
        let (_, key) = key("a/b", "T1.2");
        let location = Location::of(&key).expect("a location");
        assert_eq!(location.customer_folder, "raw/operation=post-punches/tenant=a%2Fb/customer=2/");
        assert_eq!(location.record_prefix, format!("{}date=2026-11-23/T1.2.", location.customer_folder));
        assert_eq!((location.date.to_string().as_str(), location.record), ("2026-11-23", "T1.2"));
    }

    #[test]
    fn what_the_receiver_does_not_make_is_no_location() {
        let good = "raw/operation=post-punches/tenant=a/customer=2/date=2026-11-23/1.0123456789abcdef.json";
        assert!(Location::of(&ArchiveKey::from_stored(good.to_owned())).is_some());
        for (from, to) in [
            ("raw/", "rejected/"),
            ("raw/", "/raw/"),
            ("tenant=a", "tenant="),
            ("tenant=a", "tenant=%61"),
            ("tenant=a", "tenant=%ff"),
            ("tenant=a", "tenant=a%2f"),
            ("customer=2", "customer=02"),
            ("customer=2", "customer=-2"),
            ("date=2026-11-23", "date=20261123"),
            ("date=2026-11-23", "date=2026-11-31"),
            ("/1.", "/."),
            ("/1.", "/x/1."),
            ("cdef", "CDEF"),
            ("cdef", "cde"),
            (".json", ".json.gz"),
        ] {
            let key = ArchiveKey::from_stored(good.replacen(from, to, 1));
            assert!(Location::of(&key).is_none(), "{key}");
        }
    }

    proptest! {
        #[test]
        fn a_record_is_read_back_from_its_key_unless_a_part_is_cut(tenant in ".{1,90}", id in ".{1,90}") {
            let (record, key) = key(&tenant, &id);
            let read = Location::of(&key).expect("a location").record_key();
            prop_assert_eq!(read.is_none(), key.as_str().contains(CUT));
            prop_assert!(read.is_none_or(|read| read == record));
        }
    }
}
