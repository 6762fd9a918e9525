//! The keys of rejected bodies, a page at a time.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::RejectedPlace;
use crate::archive::{Archive, ArchiveKey, ListedObject};
use crate::operation::Operation;
use crate::rejection::Reason;
use crate::store_failure::StoreFailure;

/// S3 gives no more keys at once.
const PAGE_SIZE: u16 = 1_000;
/// AWS takes no request whose signer's clock is further from its own (`RequestTimeTooSkewed`, S3's error responses).
const FARTHEST_CLOCK: SignedDuration = SignedDuration::from_mins(15);

/// Which of an operation's rejected bodies.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The first day, UTC. `None`: from the beginning.
    pub since: Option<Date>,
    /// The last day. `None`: to the end.
    pub until: Option<Date>,
    /// Why they were rejected. `None`: whyever.
    pub reason: Option<Reason>,
    /// Leaves out what certainly came before: S3 tells when each was put. `None`: nothing.
    pub not_before: Option<Timestamp>,
}

/// A listing under way: the days in their order, in each the reasons by name. Holds no page back.
#[derive(Debug)]
pub struct Listing<'a> {
    archive: &'a Archive,
    prefix: String,
    filter: Filter,
    after: Option<String>,
    is_over: bool,
}

impl Filter {
    /// Whether a body of this place, put at that time, is asked for.
    fn admits(&self, place: &RejectedPlace, put_at: Option<Timestamp>) -> bool {
        let before = || Some((put_at?.checked_add(FARTHEST_CLOCK).ok()?, self.not_before?));
        self.since.is_none_or(|since| since <= place.date)
            && self.until.is_none_or(|until| place.date <= until)
            && self.reason.is_none_or(|reason| reason == place.reason)
            && before().is_none_or(|(put_at, not_before)| not_before <= put_at)
    }
}

impl<'a> Listing<'a> {
    /// Of an operation.
    #[must_use]
    pub fn new(archive: &'a Archive, operation: &Operation, filter: Filter) -> Self {
        let prefix = ArchiveKey::rejected_folder(operation);
        let after = filter.since.map(|since| format!("{prefix}date={since}"));
        Self { archive, prefix, filter, after, is_over: false }
    }

    /// The next places and keys, none perhaps; `None` after the last. Keys that the receiver does not make are not among
    /// them.
    ///
    /// # Errors
    /// [`StoreFailure`], after which the next call tries the same page again.
    pub async fn page(&mut self) -> Result<Option<Vec<(RejectedPlace, ArchiveKey)>>, StoreFailure> {
        if self.is_over {
            return Ok(None);
        }
        let listed = self.archive.list(&self.prefix, self.after.as_deref(), PAGE_SIZE).await;
        let listed =
            listed.map_err(|error| StoreFailure::new("S3 did not list the keys under", &self.prefix, error.into()))?;
        let last = listed.objects.last().map(|object| &object.key);
        let is_past = |key: &ArchiveKey| {
            RejectedPlace::of(key).is_some_and(|place| self.filter.until.is_some_and(|until| until < place.date))
        };
        self.is_over = !listed.is_truncated || last.is_none_or(is_past);
        self.after = last.map(|key| key.as_str().to_owned());
        let places = listed.objects.into_iter().filter_map(|ListedObject { key, put_at }| {
            let place = RejectedPlace::of(&key).filter(|place| self.filter.admits(place, put_at))?;
            Some((place, key))
        });
        Ok(Some(places.collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::POST_NOTES;

    #[test]
    fn what_was_put_before_is_left_out_unless_a_clock_may_explain_it() {
        let not_before: Timestamp = "2026-11-23T12:00:00Z".parse().expect("a time");
        let filter = Filter { not_before: Some(not_before), ..Filter::default() };
        let key = ArchiveKey::rejected(&POST_NOTES, "invalid-json", "1", not_before);
        let place = RejectedPlace::of(&key).expect("a place");
        for (minutes, is_admitted) in [(-16, false), (-15, true), (1, true)] {
            let put_at = not_before + SignedDuration::from_mins(minutes);
            assert_eq!(filter.admits(&place, Some(put_at)), is_admitted, "{minutes}");
        }
        assert!(filter.admits(&place, None));
    }
}
