use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn punch(id: &str, direction: Direction, at: &str) -> Punch {
    Punch {
        id: id.to_owned(),
        guard: Some("G".to_owned()),
        schedule: None,
        direction: Some(direction),
        at: Some(at.parse().unwrap()),
        received_at: format!("{at}Z").parse().unwrap(),
        deleted_at: None,
        corrections: 0,
        has_body: true,
    }
}

/// Each shift as the ids of its in and its out, and its remarks.
fn paired(punches: Vec<Punch>) -> Vec<(String, Vec<Remark>)> {
    let id = |punch: &Option<Punch>| punch.as_ref().map_or("-", |punch| punch.id.as_str()).to_owned();
    let shifts = pair(punches).into_iter();
    shifts.map(|shift| (format!("{} {}", id(&shift.first), id(&shift.last)), shift.remarks)).collect()
}

use Direction::{In, Out};

#[test]
fn an_out_belongs_to_the_in_before_it() {
    let shifts = paired(vec![
        punch("a", In, "2026-11-23T22:00:00"),
        punch("b", Out, "2026-11-24T06:00:00"),
        punch("c", In, "2026-11-24T22:00:00"),
    ]);
    assert_eq!(shifts, [("a b".to_owned(), vec![]), ("c -".to_owned(), vec![Remark::OutMissing])]);
}

#[test]
fn hours_that_nobody_works_are_told() {
    for (out, remarks) in [("2026-11-24T06:00:00", vec![]), ("2026-11-24T06:01:00", vec![Remark::Long])] {
        let shifts = paired(vec![punch("a", In, "2026-11-23T06:00:00"), punch("b", Out, out)]);
        assert_eq!(shifts, [("a b".to_owned(), remarks)]);
    }
}

#[test]
fn who_goes_and_comes_at_one_moment_has_two_shifts_and_who_comes_and_goes_has_one() {
    let shifts = paired(vec![
        punch("1", In, "2026-11-23T06:00:00"),
        punch("2", In, "2026-11-23T14:00:00"),
        punch("3", Out, "2026-11-23T14:00:00"),
        punch("4", Out, "2026-11-23T22:00:00"),
        punch("5", Out, "2026-11-23T23:00:00"),
        punch("6", In, "2026-11-23T23:00:00"),
    ]);
    let shifts: Vec<_> = shifts.into_iter().map(|(ids, _)| ids).collect();
    assert_eq!(shifts, ["1 3", "2 4", "6 5"]);
}

#[test]
fn what_does_not_tell_enough_is_not_paired_and_says_what_is_missing() {
    let full = || punch("a", In, "2026-11-23T06:00:00");
    let out = || punch("b", Out, "2026-11-23T07:00:00");
    for (odd, remark) in [
        (Punch { guard: None, ..full() }, Remark::NoGuard),
        (Punch { direction: None, ..full() }, Remark::NoDirection),
        (Punch { at: None, ..full() }, Remark::NoTime),
        (Punch { has_body: false, ..full() }, Remark::NoBody),
        (Punch { deleted_at: Some(full().received_at), ..full() }, Remark::Deleted),
    ] {
        let mut shifts = paired(vec![odd, out()]);
        shifts.sort();
        assert_eq!(shifts, [("- b".to_owned(), vec![Remark::InMissing]), ("a -".to_owned(), vec![remark])]);
    }
    let other_schedule = Punch { schedule: Some("S".to_owned()), ..full() };
    assert_eq!(paired(vec![other_schedule, out()]).len(), 2);
}

#[test]
fn late_is_what_no_zone_explains() {
    let came = |time: &str| Punch { received_at: time.parse().unwrap(), ..punch("a", In, "2026-11-23T06:00:00") };
    assert_eq!(came("2026-11-23T18:59:59Z").lateness(), None);
    assert_eq!(came("2026-11-23T19:00:00Z").lateness(), Some(SignedDuration::from_hours(1)));
}

fn any_punch() -> impl Strategy<Value = Punch> {
    let who = (prop::option::weighted(0.9, 0_u8..2), prop::option::of(0_u8..2));
    let what = (prop::option::weighted(0.9, any::<bool>()), prop::option::weighted(0.9, 0_i8..6));
    let rest = (prop::bool::weighted(0.1), 0_u64..2, prop::bool::weighted(0.9));
    (who, what, rest).prop_map(|((guard, schedule), (is_in, hour), (is_deleted, corrections, has_body))| {
        let received_at = "2026-11-23T06:00:00Z".parse().unwrap();
        Punch {
            id: String::new(),
            guard: guard.map(|guard| guard.to_string()),
            schedule: schedule.map(|schedule| schedule.to_string()),
            direction: is_in.map(|is_in| if is_in { In } else { Out }),
            at: hour.map(|hour| jiff::civil::date(2026, 11, 23).at(hour, 0, 0, 0)),
            received_at,
            deleted_at: is_deleted.then_some(received_at),
            corrections,
            has_body,
        }
    })
}

fn punches() -> impl Strategy<Value = Vec<Punch>> {
    vec(any_punch(), 0..20).prop_map(|mut punches| {
        for (number, punch) in punches.iter_mut().enumerate() {
            punch.id = format!("{number:02}");
        }
        punches
    })
}

proptest! {
    #[test]
    fn every_punch_is_in_one_shift_whatever_the_order(punches in punches(), seed in any::<u64>()) {
        let shifts = pair(punches.clone());
        let mut ids: Vec<_> = shifts.iter().flat_map(Shift::punches).map(|punch| punch.id.clone()).collect();
        ids.sort();
        prop_assert_eq!(ids, punches.iter().map(|punch| punch.id.clone()).collect::<Vec<_>>());

        let mut shuffled = punches;
        shuffled.sort_by_key(|punch| (punch.id.parse::<u64>().unwrap() + 1).wrapping_mul(seed | 1));
        prop_assert_eq!(pair(shuffled), shifts);
    }

    #[test]
    fn a_pair_is_an_in_and_a_later_out_of_one_guard_and_schedule_with_nothing_between(punches in punches()) {
        let shifts = pair(punches);
        for shift in &shifts {
            if let (Some(first), Some(last)) = (&shift.first, &shift.last) {
                prop_assert_eq!((first.direction, last.direction), (Some(In), Some(Out)));
                prop_assert!(first.guard.is_some() && first.guard == last.guard && first.schedule == last.schedule);
                prop_assert!(first.at <= last.at && first.at.is_some());
                prop_assert!(first.deleted_at.is_none() && last.deleted_at.is_none());
                let is_between = |punch: &&Punch| {
                    punch.obstacle().is_none() && (&punch.guard, &punch.schedule) == (&first.guard, &first.schedule)
                        && first.at < punch.at && punch.at < last.at
                };
                prop_assert_eq!(shifts.iter().flat_map(Shift::punches).filter(is_between).count(), 0);
            } else {
                prop_assert!(shift.remarks.iter().any(|remark| *remark != Remark::Corrected && *remark != Remark::Late));
            }
        }
    }
}
