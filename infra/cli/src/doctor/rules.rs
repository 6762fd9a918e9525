//! What the facts mean. Every rule is a pure function.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::facts::{Access, Facts, Known, Rejected, Subscribers, Table, Token, Traffic};
use super::finding::{Finding, Severity};
use crate::token::State;

/// Days of metrics that are looked at.
pub const DAYS: i64 = 30;

/// Applies every rule.
#[must_use]
pub fn examine(facts: &Facts) -> Vec<Finding> {
    let today = TimeZone::UTC.to_datetime(facts.now).date();
    let mut findings = access(&facts.access, today);
    findings.push(subscribers(&facts.subscribers));
    findings.extend(facts.tables.iter().flat_map(|one| [recovery(one), protection(one)]));
    findings.extend(facts.rejected.iter().map(rejected));
    findings.extend(facts.traffic.iter().map(|one| traffic(one, facts.now)));
    findings
}

/// Who may write: nobody without a token, and no token for ever, for all, or for nothing.
fn access(access: &Known<Access>, today: Date) -> Vec<Finding> {
    const ABOUT: &str = "authentication";
    match access {
        Known::NotVerified(why) => vec![Finding::unverified(ABOUT, "who may write", why)],
        Known::Is(Access::Anybody) => vec![Finding::new(
            Severity::Urgent,
            ABOUT,
            "switched off: anybody who knows the address can write",
            "make a token (dataconnect token new), set AccessTokens and Authentication=required, deploy",
        )],
        Known::Is(Access::Malformed(why)) => vec![Finding::new(
            Severity::Urgent,
            ABOUT,
            format!("AccessTokens is malformed, so that no function starts: {why}"),
            "correct it in samconfig.toml and deploy",
        )],
        Known::Is(Access::Tokens(tokens)) => {
            let is_live = |token: &&Token| !matches!(State::of(&token.entry, today), State::Expired(_));
            let mut findings = vec![match tokens.iter().filter(is_live).count() {
                0 => Finding::new(
                    Severity::Urgent,
                    ABOUT,
                    "every token has expired: every event is answered 401",
                    "make a token (dataconnect token new), deploy its entry, and give it to the sender",
                ),
                live => Finding::good(ABOUT, format!("required, {live} accepted")),
            }];
            findings.extend(tokens.iter().flat_map(|one| token(one, today)));
            findings
        }
    }
}

fn token(token: &Token, today: Date) -> Vec<Finding> {
    let about = format!("token {}", token.entry.name);
    let state = State::of(&token.entry, today);
    let warning = |found: String, next: &str| Finding::new(Severity::Warning, about.as_str(), found, next);
    let mut findings = Vec::new();
    match state {
        State::Expired(_) => {
            return vec![warning(state.text(), "take its entry out of AccessTokens, unless a sender still uses it")];
        }
        State::Ending(_) => {
            findings.push(warning(state.text(), "dataconnect token rotate, and have the sender change over"));
        }
        State::Accepted => findings.push(Finding::good(about.as_str(), state.text())),
    }
    if token.entry.bound_to.is_none() {
        findings.push(warning(
            "may write for every customer".to_owned(),
            "bind it with :for=CustomerId/Tenant, unless it is meant for all",
        ));
    }
    match &token.uses {
        Known::Is(0) => findings.push(warning(
            format!("not used in {DAYS} days"),
            "take its entry out, unless it was made for a sender yet to come",
        )),
        Known::Is(uses) => findings.push(Finding::good(about.as_str(), format!("used {uses} times in {DAYS} days"))),
        Known::NotVerified(why) => findings.push(Finding::unverified(about.as_str(), "its use", why)),
    }
    findings
}

/// An alarm that nobody hears is none.
fn subscribers(subscribers: &Known<Subscribers>) -> Finding {
    const ABOUT: &str = "AlarmTopic";
    match subscribers {
        Known::NotVerified(why) => Finding::unverified(ABOUT, "who hears of alarms", why),
        Known::Is(Subscribers { confirmed: 0, pending: 0 }) => Finding::new(
            Severity::Warning,
            ABOUT,
            "has no subscriber: nobody hears of an alarm",
            "set AlarmEmail and deploy, or subscribe to the topic",
        ),
        Known::Is(Subscribers { confirmed: 0, pending }) => Finding::new(
            Severity::Warning,
            ABOUT,
            format!("{pending} subscribed and none has confirmed: nobody hears of an alarm"),
            "confirm by the link in the e-mail from AWS; after three days it has to be asked for again",
        ),
        Known::Is(Subscribers { confirmed, .. }) => Finding::good(ABOUT, format!("{confirmed} subscribed")),
    }
}

fn recovery(table: &Table) -> Finding {
    match &table.point_in_time_recovery {
        Known::NotVerified(why) => Finding::unverified(table.output, "point-in-time recovery", why),
        Known::Is(true) => Finding::good(table.output, "point-in-time recovery is on"),
        Known::Is(false) => Finding::new(
            Severity::Warning,
            table.output,
            "point-in-time recovery is off: what is overwritten by mistake comes back from the archive alone",
            "deploy the stack as it is in template.yaml, which switches it on",
        ),
    }
}

fn protection(table: &Table) -> Finding {
    match &table.deletion_protection {
        Known::NotVerified(why) => Finding::unverified(table.output, "deletion protection", why),
        Known::Is(true) => Finding::good(table.output, "deletion protection is on"),
        Known::Is(false) => Finding::new(
            Severity::Warning,
            table.output,
            "deletion protection is off",
            "set DeletionProtection=true and deploy",
        ),
    }
}

fn rejected(rejected: &Rejected) -> Finding {
    let about = rejected.operation;
    match &rejected.waiting {
        Known::NotVerified(why) => Finding::unverified(about, "rejected events", why),
        Known::Is(waiting) if waiting.count == 0 => Finding::good(about, "no rejected events"),
        Known::Is(waiting) => {
            let more = if waiting.and_more { " or more" } else { "" };
            let events = if waiting.count == 1 { "event waits" } else { "events wait" };
            let since = waiting.since.as_deref().map(|day| format!(" since {day}")).unwrap_or_default();
            Finding::new(
                Severity::Warning,
                about,
                format!("{}{more} rejected {events}{since}", waiting.count),
                format!("dataconnect rejected list --operation {about}"),
            )
        }
    }
}

/// Silence is judged by the operation's own threshold; where it has none, any event in the days that were looked at will do.
fn traffic(traffic: &Traffic, now: Timestamp) -> Finding {
    let about = traffic.operation;
    match &traffic.last {
        Known::NotVerified(why) => Finding::unverified(about, "when the last event came", why),
        Known::Is(None) => Finding::new(
            Severity::Warning,
            about,
            format!("no event was accepted in {DAYS} days"),
            "ask whether the sender has this endpoint, unless none are expected; dataconnect send tries it",
        ),
        Known::Is(Some(last)) => {
            let hours = now.duration_since(*last).as_hours();
            if traffic.silence_hours > 0 && hours > i64::from(traffic.silence_hours) {
                return Finding::new(
                    Severity::Warning,
                    about,
                    format!("silent for {hours} hours; {} set off the alarm", traffic.silence_hours),
                    "ask the sender; dataconnect send tries the endpoint",
                );
            }
            Finding::good(
                about,
                if hours == 0 { "an event within the hour".to_owned() } else { format!("an event {hours} hours ago") },
            )
        }
    }
}

#[cfg(test)]
mod tests;
