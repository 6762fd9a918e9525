//! Which objects belong together: the bodies of one record and day.

use crate::archive::{ArchiveKey, Location};

/// The bodies of one record that came on one day, so that the record is read once for all of them. Or a key that the
/// receiver does not make, by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RecordObjects {
    /// What their keys begin with, and those of no other record.
    pub(super) prefix: String,
    /// The same for all days of the record.
    pub(super) record: String,
    /// Their keys, in order.
    pub(super) keys: Vec<ArchiveKey>,
    /// The key up to which nothing is left to do when this and all that were given before are done.
    pub(super) done_up_to: Option<ArchiveKey>,
}

/// Puts keys together as they are listed.
///
/// Between two keys of a record may stand those of another whose id begins with the first one's and a dot, as a Work
/// Order's does with its stem. So several records may be open at once, each one's prefix beginning with the one's before;
/// a record is complete when a key comes that does not begin with its prefix.
#[derive(Debug, Default)]
pub(super) struct Grouping {
    open: Vec<RecordObjects>,
    last: Option<ArchiveKey>,
}

impl RecordObjects {
    fn of(key: &ArchiveKey) -> Self {
        let location = Location::of(key);
        let prefix = location.map_or(key.as_str(), |location| location.record_prefix);
        let record = location.map_or_else(
            || key.as_str().to_owned(),
            |location| format!("{}{}", location.customer_folder, location.record),
        );
        Self { prefix: prefix.to_owned(), record, keys: Vec::new(), done_up_to: None }
    }
}

impl Grouping {
    /// Takes the next key. Gives the records that are complete.
    pub(super) fn push(&mut self, key: ArchiveKey) -> Vec<RecordObjects> {
        let objects = RecordObjects::of(&key);
        let complete = self.close(|open| !key.as_str().starts_with(&open.prefix));
        let place = self.open.iter().position(|open| open.prefix == objects.prefix).unwrap_or_else(|| {
            self.open.push(objects);
            self.open.len() - 1
        });
        self.open[place].keys.push(key.clone());
        self.last = Some(key);
        complete
    }

    /// Gives what is still open, when there are no more keys.
    pub(super) fn finish(&mut self) -> Vec<RecordObjects> {
        self.close(|_| true)
    }

    fn close(&mut self, is_complete: impl Fn(&RecordObjects) -> bool) -> Vec<RecordObjects> {
        let mut complete = Vec::new();
        while let Some(objects) = self.open.pop_if(|objects| is_complete(objects)) {
            complete.push(objects);
        }
        if let Some(last) = complete.last_mut()
            && self.open.is_empty()
        {
            last.done_up_to.clone_from(&self.last);
        }
        complete
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: &str = "raw/operation=post-punches/tenant=a/customer=2/date=2026-11-23/";

    /// Groups names, and gives the names of each group and the one up to which all is done.
    fn grouped(names: &[&str]) -> Vec<(Vec<String>, Option<String>)> {
        let mut grouping = Grouping::default();
        let keys = names.iter().map(|name| ArchiveKey::from_stored(format!("{DAY}{name}")));
        let mut groups: Vec<_> = keys.flat_map(|key| grouping.push(key)).collect();
        groups.extend(grouping.finish());
        let name = |key: &ArchiveKey| key.as_str().strip_prefix(DAY).expect("the day").to_owned();
        let groups = groups.iter();
        groups.map(|group| (group.keys.iter().map(name).collect(), group.done_up_to.as_ref().map(name))).collect()
    }

    #[test]
    fn the_bodies_of_a_record_stay_together_whatever_stands_between_them() {
        let digest = |digit: &str| format!("{}.json", digit.repeat(16));
        let (a0, af) = (format!("A.{}", digest("0")), format!("A.{}", digest("f")));
        let (inner, inner2) = (format!("A.B.{}", digest("1")), format!("A.B.{}", digest("2")));
        let next = format!("B.{}", digest("0"));
        assert_eq!(
            grouped(&[&a0, &inner, &inner2, &af, &next, "foreign"]),
            [
                (vec![inner, inner2], None),
                (vec![a0, af.clone()], Some(af)),
                (vec![next.clone()], Some(next)),
                (vec!["foreign".to_owned()], Some("foreign".to_owned())),
            ]
        );
    }

    #[test]
    fn an_id_that_ends_like_a_key_is_a_record_of_its_own() {
        let (hex, digest) = ("0".repeat(16), "f".repeat(16));
        let mut names = [format!("A.{hex}.{digest}.json"), format!("A.{hex}.json"), format!("A.{digest}.json")];
        names.sort();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let groups = grouped(&names);
        let sizes: Vec<_> = groups.iter().map(|(names, done)| (names.len(), done.as_deref())).collect();
        assert_eq!(sizes, [(2, None), (1, Some(names[2]))]);
    }
}
