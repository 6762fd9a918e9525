//! `token list`.

use dataconnect::auth::AccessEntry;
use jiff::civil::Date;
use serde::Serialize;

use super::{entries, today};
use crate::cli::LookArgs;
use crate::exit::Exit;
use crate::output::{Column, Report, Row, Tone};

/// How near a last day has to be to be told of.
const SOON: i32 = 30;

/// Whether a token is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is, for long.
    Accepted,
    /// It is, for so many days more after today.
    Ending(i32),
    /// Its last day was so many days ago.
    Expired(i32),
}

impl State {
    /// On a day.
    #[must_use]
    pub fn of(entry: &AccessEntry, today: Date) -> Self {
        let days = |last_day: Date| last_day.since(today).map_or(i32::MAX, |span| span.get_days());
        match entry.expires.map(days) {
            Some(days) if days < 0 => Self::Expired(-days),
            Some(days) if days <= SOON => Self::Ending(days),
            _ => Self::Accepted,
        }
    }

    /// In words.
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Self::Accepted => "accepted".to_owned(),
            Self::Ending(0) => "accepted, today is its last day".to_owned(),
            Self::Ending(1) => "accepted, 1 day left".to_owned(),
            Self::Ending(days) => format!("accepted, {days} days left"),
            Self::Expired(1) => "expired yesterday".to_owned(),
            Self::Expired(days) => format!("expired {days} days ago"),
        }
    }

    fn tone(self) -> Tone {
        match self {
            Self::Accepted => Tone::Good,
            Self::Ending(_) => Tone::Warning,
            Self::Expired(_) => Tone::Bad,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    name: String,
    state: String,
    #[serde(skip)]
    tone: Tone,
    expires: Option<String>,
    bound_to: Option<Vec<String>>,
    digest: String,
}

impl Row for Line {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::new("name", |line| (Tone::Plain, line.name.clone())),
            Column::new("state", |line| (line.tone, line.state.clone())),
            Column::new("last day", |line| (Tone::Plain, line.expires.clone().unwrap_or_else(|| "none".to_owned()))),
            Column::new("for", |line| {
                (Tone::Plain, line.bound_to.as_ref().map_or_else(|| "everybody".to_owned(), |pairs| pairs.join(", ")))
            }),
            Column::new("digest", |line| (Tone::Faint, line.digest.chars().take(16).collect())),
        ]
    }
}

pub(super) async fn run(args: &LookArgs) -> anyhow::Result<Exit> {
    let list = entries(&args.tokens).await?;
    let today = today();
    let lines: Vec<_> = list.entries().iter().map(|entry| line(entry, today)).collect();
    Report::new(args.view).print(&lines)?;
    Ok(Exit::Good)
}

fn line(entry: &AccessEntry, today: Date) -> Line {
    let state = State::of(entry, today);
    Line {
        name: entry.name.clone(),
        state: state.text(),
        tone: state.tone(),
        expires: entry.expires.map(|day| day.to_string()),
        bound_to: entry.bound_to.as_ref().map(|pairs| pairs.iter().map(ToString::to_string).collect()),
        digest: entry.digest.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_accepted_to_the_end_of_its_last_day() {
        let state = |last_day: &str| {
            let setting = format!("a:{}:expires={last_day}", "0".repeat(64));
            let list: dataconnect::auth::AccessList = setting.parse().unwrap();
            State::of(&list.entries()[0], jiff::civil::date(2026, 11, 23))
        };
        assert_eq!(state("2026-11-22"), State::Expired(1));
        assert_eq!(state("2026-11-23"), State::Ending(0));
        assert_eq!(state("2026-12-23"), State::Ending(30));
        assert_eq!(state("2026-12-24"), State::Accepted);
        assert_eq!(state("2025-11-23"), State::Expired(365));
    }
}
