//! Pairs the punches in with the punches out: a pure function.
//!
//! The body of a punch is provisional. A pair is made of what it tells and of nothing else: the guard, the Schedule if it
//! names one, whether it is In or Out, and the local time. What does not tell these is not paired, and says what is
//! missing.

use std::collections::BTreeMap;

use dataconnect::payload::Direction;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

/// The local time of a punch is that of a zone that is not sent. The westernmost is so far behind UTC.
const FARTHEST_WEST: SignedDuration = SignedDuration::from_hours(12);
/// A punch that came so long after its time is late, wherever it was made.
const LATE: SignedDuration = SignedDuration::from_hours(1);
/// Nobody stands guard for longer without a break: between such an in and out, punches are missing.
const LONG: SignedDuration = SignedDuration::from_hours(24);

/// A punch, as far as pairing goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Punch {
    /// Its record's id.
    pub id: String,
    /// The guard.
    pub guard: Option<String>,
    /// The Schedule.
    pub schedule: Option<String>,
    /// In or out.
    pub direction: Option<Direction>,
    /// When, in the local time of a zone that is not sent.
    pub at: Option<DateTime>,
    /// When the event came that stands.
    pub received_at: Timestamp,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
    /// How often it was corrected.
    pub corrections: u64,
    /// Whether its body came, and an item could hold it.
    pub has_body: bool,
}

/// What there is to say of a shift or a punch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Remark {
    /// A punch in without one out.
    OutMissing,
    /// A punch out without one in.
    InMissing,
    /// It was deleted, and does not count.
    Deleted,
    /// It was corrected.
    Corrected,
    /// It came more than an hour after its time, whatever the zone.
    Late,
    /// More than a day from in to out: punches between them may be missing.
    Long,
    /// Not paired: no body, or one too large for an item. `show --raw` has what came.
    NoBody,
    /// Not paired: the body names no guard.
    NoGuard,
    /// Not paired: the body does not say in or out.
    NoDirection,
    /// Not paired: the body tells no time as documented.
    NoTime,
}

/// A punch in and the punch out that belongs to it, or one that stands alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    /// The punch in; of what is not paired, the punch itself.
    pub first: Option<Punch>,
    /// The punch out.
    pub last: Option<Punch>,
    /// What there is to say.
    pub remarks: Vec<Remark>,
}

impl Punch {
    /// By how much it was late at least, wherever it was made; `None` if it may have been in time.
    #[must_use]
    pub fn lateness(&self) -> Option<SignedDuration> {
        let at_latest = TimeZone::UTC.to_timestamp(self.at?).ok()?.checked_add(FARTHEST_WEST).ok()?;
        let late = self.received_at.duration_since(at_latest);
        (late >= LATE).then_some(late)
    }

    /// Why it cannot be paired.
    fn obstacle(&self) -> Option<Remark> {
        let obstacles = [
            (self.deleted_at.is_some(), Remark::Deleted),
            (!self.has_body, Remark::NoBody),
            (self.guard.is_none(), Remark::NoGuard),
            (self.direction.is_none(), Remark::NoDirection),
            (self.at.is_none(), Remark::NoTime),
        ];
        obstacles.into_iter().find_map(|(stands, obstacle)| stands.then_some(obstacle))
    }
}

impl Shift {
    fn new(first: Option<Punch>, last: Option<Punch>, remark: Option<Remark>) -> Self {
        let mut remarks: Vec<_> = remark.into_iter().collect();
        for punch in first.iter().chain(&last) {
            remarks.extend((punch.corrections > 0).then_some(Remark::Corrected));
            remarks.extend(punch.lateness().map(|_| Remark::Late));
        }
        let mut shift = Self { first, last, remarks };
        shift.remarks.extend(shift.length().filter(|length| *length > LONG).map(|_| Remark::Long));
        shift.remarks.sort_unstable();
        shift.remarks.dedup();
        shift
    }

    /// The punches of it.
    pub fn punches(&self) -> impl Iterator<Item = &Punch> {
        self.first.iter().chain(&self.last)
    }

    /// From in to out. Both are of one zone, which is not known, so a change of the clocks between them is not seen.
    #[must_use]
    pub fn length(&self) -> Option<SignedDuration> {
        let (first, last) = (self.first.as_ref()?.at?, self.last.as_ref()?.at?);
        Some(last.duration_since(first))
    }
}

/// Pairs punches: of one guard and Schedule, in the order of their times, an out belongs to the in before it. Every punch
/// is in one shift, whatever the order in which they are given. Sorted by time, then by guard.
#[must_use]
pub fn pair(punches: Vec<Punch>) -> Vec<Shift> {
    let mut shifts = Vec::new();
    let mut groups: BTreeMap<_, Vec<Punch>> = BTreeMap::new();
    for punch in punches {
        match punch.obstacle() {
            Some(obstacle) => shifts.push(Shift::new(Some(punch), None, Some(obstacle))),
            None => groups.entry((punch.guard.clone(), punch.schedule.clone())).or_default().push(punch),
        }
    }
    for group in groups.into_values() {
        pair_group(group, &mut shifts);
    }
    let place = |shift: &Shift| shift.punches().next().map(|punch| (punch.at, punch.guard.clone(), punch.id.clone()));
    shifts.sort_by_cached_key(place);
    shifts
}

/// Pairs those of one guard and Schedule.
fn pair_group(mut group: Vec<Punch>, shifts: &mut Vec<Shift>) {
    group.sort_by(|one, other| (one.at, &one.id).cmp(&(other.at, &other.id)));
    let mut open: Option<Punch> = None;
    for moment in group.chunk_by(|one, other| one.at == other.at) {
        let (mut ins, mut outs): (Vec<_>, Vec<_>) =
            moment.iter().rev().cloned().partition(|punch| punch.direction == Some(Direction::In));
        // At one moment, who is in goes out first, and only then comes in again.
        loop {
            if let Some(out) = outs.pop_if(|_| open.is_some() || ins.is_empty()) {
                let remark = open.is_none().then_some(Remark::InMissing);
                shifts.push(Shift::new(open.take(), Some(out), remark));
            } else if let Some(next) = ins.pop() {
                let left = open.replace(next);
                shifts.extend(left.map(|left| Shift::new(Some(left), None, Some(Remark::OutMissing))));
            } else {
                break;
            }
        }
    }
    shifts.extend(open.map(|left| Shift::new(Some(left), None, Some(Remark::OutMissing))));
}

#[cfg(test)]
mod tests;
