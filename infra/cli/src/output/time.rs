//! Times as the reader wants them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::cli::ViewArgs;

/// The reader's zone, or UTC.
#[derive(Debug, Clone)]
pub struct Clock(TimeZone);

impl Clock {
    /// UTC with `--utc` and for machines, the zone of this machine without.
    #[must_use]
    pub fn new(view: ViewArgs) -> Self {
        Self(if view.utc || view.csv || view.json { TimeZone::UTC } else { TimeZone::system() })
    }

    /// To the second: `2026-11-23 06:00:00`, and in UTC with a `Z`.
    #[must_use]
    pub fn show(&self, time: Timestamp) -> String {
        let zoned = time.to_zoned_datetime(self.0.clone());
        let suffix = if self.0 == TimeZone::UTC { "Z" } else { "" };
        format!("{}{suffix}", zoned.strftime("%Y-%m-%d %H:%M:%S"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utc_says_so_and_the_readers_zone_is_the_readers() {
        let time: Timestamp = "2026-11-23T23:30:00.123Z".parse().unwrap();
        assert_eq!(Clock(TimeZone::UTC).show(time), "2026-11-23 23:30:00Z");
        assert_eq!(Clock(TimeZone::fixed(jiff::tz::offset(1))).show(time), "2026-11-24 00:30:00");
    }
}
