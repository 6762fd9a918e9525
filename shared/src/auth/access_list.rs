//! The tokens that a deployment accepts, as it is told of them.

use std::fmt;

use jiff::civil::Date;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::digest::Digest;
use crate::key::CustomerTenant;

/// What of a tenant stands as it is: the unreserved characters of RFC 3986, section 2.3.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The tokens that a deployment accepts.
///
/// As a setting: entries parted by commas, each `name:digest[:expires=DATE][:for=PAIR+PAIR…]`. The digest is the
/// token's SHA-256 in hexadecimal, the date the last day (UTC) on which the token is accepted, a pair
/// `CustomerId/Tenant` with the tenant percent-encoded. Two live entries make a rotation without an outage.
///
/// ```text
/// wfx-2026:9f86d081…0f00a08:expires=2027-06-30,wfx-2027:60303ae2…b6e2f39f:for=2/Securitime+3/Other%20Guards
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessList(Vec<AccessEntry>);

/// One token that a deployment accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessEntry {
    /// What logs and metrics call it.
    pub name: String,
    /// The token's SHA-256.
    pub digest: Digest,
    /// The last day on which it is accepted, in UTC.
    pub expires: Option<Date>,
    /// Whom it may write for. Everybody without.
    pub bound_to: Option<Vec<CustomerTenant>>,
}

/// Why a setting is no [`AccessList`]. Names the entry by its place: the text may hold what should not be printed, such
/// as a token where its digest belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccessListError {
    /// No name of 1 to 64 letters, digits, dots, dashes and underscores.
    #[error("entry {0} must begin with a name of 1 to 64 letters, digits, dots, dashes and underscores")]
    Name(usize),
    /// No digest.
    #[error("entry {0} must have the token's SHA-256 as 64 hexadecimal digits after its name")]
    Digest(usize),
    /// An expiry that is no date.
    #[error("entry {0}: expires must be a date as 2027-06-30")]
    Expires(usize),
    /// A binding that is no pair.
    #[error("entry {0}: for must list pairs as 2/Securitime, parted by plus signs, the tenant percent-encoded")]
    BoundTo(usize),
    /// Something else after the digest, or twice the same.
    #[error("entry {0}: only expires= and for= may follow the digest, each once")]
    Field(usize),
    /// Two entries of one token, of which one could be expired or bound and the other not.
    #[error("entry {0} has the digest of an earlier one")]
    SameDigest(usize),
    /// Two entries of one name, which no log could tell apart.
    #[error("entry {0} has the name of an earlier one")]
    SameName(usize),
}

impl AccessList {
    /// The entries.
    #[must_use]
    pub fn entries(&self) -> &[AccessEntry] {
        &self.0
    }
}

/// As the setting.
impl fmt::Display for AccessList {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries: Vec<_> = self.0.iter().map(ToString::to_string).collect();
        out.write_str(&entries.join(","))
    }
}

/// As in the setting.
impl fmt::Display for AccessEntry {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.name, self.digest)?;
        if let Some(last_day) = self.expires {
            write!(out, ":expires={last_day}")?;
        }
        if let Some(pairs) = &self.bound_to {
            let pair = |pair: &CustomerTenant| {
                format!("{}/{}", pair.customer_id(), utf8_percent_encode(pair.tenant(), ENCODED))
            };
            write!(out, ":for={}", pairs.iter().map(pair).collect::<Vec<_>>().join("+"))?;
        }
        Ok(())
    }
}

/// Reads what `Display` writes.
impl std::str::FromStr for AccessList {
    type Err = AccessListError;

    fn from_str(setting: &str) -> Result<Self, Self::Err> {
        let mut entries: Vec<AccessEntry> = Vec::new();
        for (index, text) in setting.split(',').enumerate() {
            let number = index + 1;
            let entry = parse_entry(text.trim(), number)?;
            if entries.iter().any(|earlier| earlier.name == entry.name) {
                return Err(AccessListError::SameName(number));
            }
            if entries.iter().any(|earlier| earlier.digest == entry.digest) {
                return Err(AccessListError::SameDigest(number));
            }
            entries.push(entry);
        }
        Ok(Self(entries))
    }
}

fn parse_entry(text: &str, number: usize) -> Result<AccessEntry, AccessListError> {
    let mut fields = text.split(':');
    let name = fields.next().filter(|name| is_name(name)).ok_or(AccessListError::Name(number))?;
    let digest = fields.next().and_then(Digest::from_hex).ok_or(AccessListError::Digest(number))?;
    let mut entry = AccessEntry { name: name.to_owned(), digest, expires: None, bound_to: None };
    for field in fields {
        match field.split_once('=') {
            Some(("expires", date)) if entry.expires.is_none() => {
                entry.expires = Some(date.parse().map_err(|_| AccessListError::Expires(number))?);
            }
            Some(("for", pairs)) if entry.bound_to.is_none() => {
                let pairs: Option<Vec<_>> = pairs.split('+').map(parse_pair).collect();
                entry.bound_to = Some(pairs.ok_or(AccessListError::BoundTo(number))?);
            }
            _ => return Err(AccessListError::Field(number)),
        }
    }
    Ok(entry)
}

fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

fn parse_pair(text: &str) -> Option<CustomerTenant> {
    percent_decode_str(text).decode_utf8().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    #[test]
    fn entries_have_a_name_a_digest_an_expiry_and_bindings() {
        let setting =
            format!("old:{HEX}:expires=2027-06-30, new.2_7-x:{}:for=2/Securitime+3/A%2CB%2Fc", "0A".repeat(32));
        let list: AccessList = setting.parse().expect("a list");
        let [old, new] = list.entries() else { panic!("two entries") };
        assert_eq!(
            (old.name.as_str(), old.expires, &old.bound_to),
            ("old", Some(jiff::civil::date(2027, 6, 30)), &None)
        );
        assert_eq!(new.digest.to_string(), "0a".repeat(32));
        let pairs: Vec<_> = new.bound_to.iter().flatten().map(ToString::to_string).collect();
        assert_eq!(pairs, ["2/Securitime", "3/A,B/c"]);
    }

    #[test]
    fn what_is_written_is_read_back() {
        let setting =
            format!("a:{HEX}:expires=2027-06-30,b:{}:for=2/Securitime+3/A%2CB%2Fc%3A%2B%25%20%C3%A4", "0a".repeat(32));
        let list: AccessList = setting.parse().expect("a list");
        assert_eq!(list.to_string(), setting);
    }

    #[test]
    fn what_is_malformed_is_refused_by_the_number_of_its_entry() {
        use AccessListError as E;
        for (setting, error) in [
            (String::new(), E::Name(1)),
            (format!("a b:{HEX}"), E::Name(1)),
            (HEX.to_owned(), E::Digest(1)),
            (format!("a:{HEX},"), E::Name(2)),
            ("a:dc_a-token-where-its-digest-belongs".to_owned(), E::Digest(1)),
            (format!("a:{HEX}0"), E::Digest(1)),
            (format!("a:{HEX}:expires=30.6.2027"), E::Expires(1)),
            (format!("a:{HEX}:for="), E::BoundTo(1)),
            (format!("a:{HEX}:for=Securitime"), E::BoundTo(1)),
            (format!("a:{HEX}:for=2/Securitime+"), E::BoundTo(1)),
            (format!("a:{HEX}:until=2027-06-30"), E::Field(1)),
            (format!("a:{HEX}:for=2/A:for=3/B"), E::Field(1)),
            (format!("a:{HEX},a:{}", HEX.replace('9', "8")), E::SameName(2)),
            (format!("a:{HEX},b:{}", HEX.to_uppercase()), E::SameDigest(2)),
        ] {
            assert_eq!(setting.parse::<AccessList>(), Err(error), "{setting}");
        }
    }
}
