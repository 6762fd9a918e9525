use dataconnect::auth::AccessList;

use super::*;
use crate::doctor::facts::Waiting;

fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn tokens(setting: &str, uses: u64) -> Known<Access> {
    let list: AccessList = setting.parse().unwrap();
    let token = |entry: &dataconnect::auth::AccessEntry| Token { entry: entry.clone(), uses: Known::Is(uses) };
    Known::Is(Access::Tokens(list.entries().iter().map(token).collect()))
}

fn entry(rest: &str) -> String {
    format!("wfx:{}{rest}", "1".repeat(64))
}

fn table(recovery: bool, protection: bool) -> Table {
    Table {
        output: "PunchesTable",
        point_in_time_recovery: Known::Is(recovery),
        deletion_protection: Known::Is(protection),
    }
}

fn waiting(count: usize, and_more: bool) -> Rejected {
    let since = Some("2026-11-20".to_owned());
    Rejected { operation: "post-notes", waiting: Known::Is(Waiting { count, and_more, since }) }
}

fn last(hours: Option<i64>, silence_hours: u32) -> Traffic {
    let last = hours.map(|hours| now() - jiff::SignedDuration::from_hours(hours));
    Traffic { operation: "post-punches", last: Known::Is(last), silence_hours }
}

/// Facts of a receiver with nothing wrong.
fn healthy() -> Facts {
    Facts {
        now: now(),
        access: tokens(&entry(":expires=2027-06-30:for=2/A"), 7),
        subscribers: Known::Is(Subscribers { confirmed: 1, pending: 0 }),
        tables: vec![table(true, true)],
        rejected: vec![waiting(0, false)],
        traffic: vec![last(Some(1), 24), last(Some(200), 0)],
    }
}

/// The findings that are not good, as text.
fn bad(facts: &Facts) -> Vec<String> {
    let findings = examine(facts).into_iter().filter(|finding| finding.severity != Severity::Good);
    findings.map(|finding| format!("{:?} {}: {}", finding.severity, finding.about, finding.found)).collect()
}

#[track_caller]
fn assert_found(change: impl FnOnce(&mut Facts), expected: &[&str]) {
    let mut facts = healthy();
    change(&mut facts);
    assert_eq!(bad(&facts), expected);
}

#[test]
fn nothing_is_wrong_with_a_healthy_receiver() {
    assert_eq!(bad(&healthy()), [""; 0]);
    assert_eq!(examine(&healthy()).iter().map(|finding| finding.severity.exit()).max(), Some(crate::exit::Exit::Good));
}

#[test]
fn authentication_that_is_off_is_urgent() {
    let expected = "Urgent authentication: switched off: anybody who knows the address can write";
    assert_found(|facts| facts.access = Known::Is(Access::Anybody), &[expected]);
}

#[test]
fn tokens_end_in_thirty_days_or_have_ended_or_write_for_all_or_are_not_used() {
    let with = |rest: &str, uses: u64| {
        let access = tokens(&entry(rest), uses);
        move |facts: &mut Facts| facts.access = access
    };
    assert_found(with(":expires=2026-12-24:for=2/A", 1), &[]);
    assert_found(with(":expires=2026-12-23:for=2/A", 1), &["Warning token wfx: accepted, 30 days left"]);
    assert_found(with(":expires=2026-11-23:for=2/A", 1), &["Warning token wfx: accepted, today is its last day"]);
    assert_found(
        with(":expires=2026-11-22:for=2/A", 1),
        &[
            "Urgent authentication: every token has expired: every event is answered 401",
            "Warning token wfx: expired yesterday",
        ],
    );
    assert_found(with("", 1), &["Warning token wfx: may write for every customer"]);
    assert_found(with(":for=2/A", 0), &["Warning token wfx: not used in 30 days"]);
}

#[test]
fn a_topic_needs_a_subscriber_that_has_confirmed() {
    let with =
        |confirmed, pending| move |facts: &mut Facts| facts.subscribers = Known::Is(Subscribers { confirmed, pending });
    assert_found(with(1, 1), &[]);
    assert_found(with(0, 0), &["Warning AlarmTopic: has no subscriber: nobody hears of an alarm"]);
    assert_found(with(0, 2), &["Warning AlarmTopic: 2 subscribed and none has confirmed: nobody hears of an alarm"]);
}

#[test]
fn tables_need_recovery_and_protection() {
    assert_found(
        |facts| facts.tables = vec![table(false, true)],
        &["Warning PunchesTable: point-in-time recovery is off: what is overwritten by mistake comes back from the \
           archive alone"],
    );
    assert_found(
        |facts| facts.tables = vec![table(true, false)],
        &["Warning PunchesTable: deletion protection is off"],
    );
}

#[test]
fn rejected_events_wait() {
    let with = |one| move |facts: &mut Facts| facts.rejected = vec![one];
    assert_found(with(waiting(1, false)), &["Warning post-notes: 1 rejected event waits since 2026-11-20"]);
    assert_found(
        with(waiting(1_000, true)),
        &["Warning post-notes: 1000 or more rejected events wait since 2026-11-20"],
    );
}

#[test]
fn an_operation_is_silent_after_its_own_hours_or_after_thirty_days() {
    let with = |one| move |facts: &mut Facts| facts.traffic = vec![one];
    assert_found(with(last(Some(24), 24)), &[]);
    assert_found(with(last(Some(25), 24)), &["Warning post-punches: silent for 25 hours; 24 set off the alarm"]);
    assert_found(with(last(Some(600), 0)), &[]);
    assert_found(with(last(None, 0)), &["Warning post-punches: no event was accepted in 30 days"]);
}

#[test]
fn what_nobody_could_say_is_told_and_is_no_fault() {
    let unknown = || "no answer".to_owned();
    let facts = Facts {
        access: Known::NotVerified(unknown()),
        subscribers: Known::NotVerified(unknown()),
        tables: vec![Table {
            output: "PunchesTable",
            point_in_time_recovery: Known::NotVerified(unknown()),
            deletion_protection: Known::NotVerified(unknown()),
        }],
        rejected: vec![Rejected { operation: "post-notes", waiting: Known::NotVerified(unknown()) }],
        traffic: vec![Traffic { operation: "post-notes", last: Known::NotVerified(unknown()), silence_hours: 0 }],
        ..healthy()
    };
    let findings = examine(&facts);
    assert_eq!(findings.len(), 6);
    assert!(findings.iter().all(|finding| finding.severity == Severity::Unverified), "{findings:?}");
    assert!(findings.iter().all(|finding| finding.severity.exit() == crate::exit::Exit::Good));
}
