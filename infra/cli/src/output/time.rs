//! Times as the reader wants them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::cli::ViewArgs;

/// How times are shown.
#[derive(Debug, Clone)]
pub struct Clock(TimeZone);

impl Clock {
    /// UTC with `--utc`, and always for JSON and CSV, which travel; otherwise the zone of this machine.
    #[must_use]
    pub fn new(view: ViewArgs) -> Self {
        let is_utc = view.utc || view.csv || view.json;
        Self(if is_utc { TimeZone::UTC } else { readers_zone(view) })
    }

    /// To the second: `2026-11-23 06:00:00`, and in UTC with a `Z`.
    #[must_use]
    pub fn show(&self, time: Timestamp) -> String {
        let zoned = time.to_zoned_datetime(self.0.clone());
        let suffix = if self.0 == TimeZone::UTC { "Z" } else { "" };
        format!("{}{suffix}", zoned.strftime("%Y-%m-%d %H:%M:%S"))
    }
}

/// The zone in which the reader names a day: that of this machine, or UTC with `--utc`. How the answer looks changes
/// nothing of what is asked.
#[must_use]
pub fn readers_zone(view: ViewArgs) -> TimeZone {
    if view.utc { TimeZone::UTC } else { TimeZone::system() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_travels_is_in_utc() {
        for view in [
            ViewArgs { csv: true, ..ViewArgs::default() },
            ViewArgs { json: true, ..ViewArgs::default() },
            ViewArgs { utc: true, ..ViewArgs::default() },
        ] {
            assert_eq!(Clock::new(view).0, TimeZone::UTC, "{view:?}");
        }
    }

    #[test]
    fn utc_says_so_and_the_readers_zone_is_the_readers() {
        let time: Timestamp = "2026-11-23T23:30:00.123Z".parse().unwrap();
        assert_eq!(Clock(TimeZone::UTC).show(time), "2026-11-23 23:30:00Z");
        assert_eq!(Clock(TimeZone::fixed(jiff::tz::offset(1))).show(time), "2026-11-24 00:30:00");
    }
}
