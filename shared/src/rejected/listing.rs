//! The keys of rejected bodies, a page at a time.

use jiff::civil::Date;

use super::RejectedPlace;
use crate::archive::{Archive, ArchiveKey};
use crate::operation::Operation;
use crate::rejection::Reason;
use crate::store_failure::StoreFailure;

/// S3 gives no more keys at once.
const PAGE_SIZE: u16 = 1_000;

/// Which of an operation's rejected bodies.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The first day, UTC. `None`: from the beginning.
    pub since: Option<Date>,
    /// The last day. `None`: to the end.
    pub until: Option<Date>,
    /// Why they were rejected. `None`: whyever.
    pub reason: Option<Reason>,
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
    /// Whether a body of this place is asked for.
    #[must_use]
    pub fn admits(&self, place: &RejectedPlace) -> bool {
        self.since.is_none_or(|since| since <= place.date)
            && self.until.is_none_or(|until| place.date <= until)
            && self.reason.is_none_or(|reason| reason == place.reason)
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
        let last = listed.keys.last();
        let is_past = |key: &ArchiveKey| {
            RejectedPlace::of(key).is_some_and(|place| self.filter.until.is_some_and(|until| until < place.date))
        };
        self.is_over = !listed.is_truncated || last.is_none_or(is_past);
        self.after = last.map(|key| key.as_str().to_owned());
        let places = listed.keys.into_iter().filter_map(|key| Some((RejectedPlace::of(&key)?, key)));
        Ok(Some(places.filter(|(place, _)| self.filter.admits(place)).collect()))
    }
}
