//! What the key of a rejected body says of it.

use jiff::civil::Date;
use percent_encoding::percent_decode_str;

use crate::archive::ArchiveKey;
use crate::operation::Operation;
use crate::payload::OPERATIONS;
use crate::rejection::Reason;

/// A rejected body's place in the archive, as [`ArchiveKey::rejected`] makes it.
#[derive(Debug, Clone)]
pub struct RejectedPlace {
    /// The operation that it was sent to.
    pub operation: &'static Operation,
    /// The day that it came, UTC.
    pub date: Date,
    /// Why it was rejected.
    pub reason: Reason,
    /// The request that it came with, cut if it is long.
    pub request_id: String,
}

impl RejectedPlace {
    /// Reads a key. `None` for a key that the receiver does not make.
    #[must_use]
    pub fn of(key: &ArchiveKey) -> Option<Self> {
        let mut parts = key.as_str().split('/');
        let mut part = |name: &str| parts.next()?.strip_prefix(name);
        part("rejected")?;
        let (operation, day, reason) = (part("operation=")?, part("date=")?, part("reason=")?);
        let id = part("")?.strip_suffix(".json")?;
        let operation = OPERATIONS.into_iter().find(|known| known.name == operation)?;
        let place = Self {
            operation,
            date: day.parse().ok()?,
            reason: Reason::from_name(reason)?,
            request_id: percent_decode_str(id).decode_utf8().ok()?.into_owned(),
        };
        (parts.next().is_none() && place.date.to_string() == day).then_some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::POST_INCIDENTS;

    #[test]
    fn a_key_says_what_it_was_made_of() {
        for reason in Reason::ALL {
            let time = "2026-11-23T23:59:59.999Z".parse().expect("a time");
            let key = ArchiveKey::rejected(&POST_INCIDENTS, reason.name(), "8e5c-1/../x", time);
            let place = RejectedPlace::of(&key).expect("a place");
            assert_eq!(
                (place.operation.name, place.reason, place.request_id.as_str()),
                ("post-incidents", reason, "8e5c-1/../x")
            );
            assert_eq!(place.date.to_string(), "2026-11-23");
        }
    }

    #[test]
    fn what_the_receiver_does_not_make_is_no_place() {
        let good = "rejected/operation=post-punches/date=2026-11-23/reason=forbidden/1.json";
        assert!(RejectedPlace::of(&ArchiveKey::from_stored(good.to_owned())).is_some());
        for (from, to) in [
            ("rejected/", "raw/"),
            ("post-punches", "get-punches"),
            ("2026-11-23", "20261123"),
            ("forbidden", "because"),
            ("1.json", "1.txt"),
            ("1.json", "1/2.json"),
        ] {
            let key = ArchiveKey::from_stored(good.replacen(from, to, 1));
            assert!(RejectedPlace::of(&key).is_none(), "{key}");
        }
    }
}
