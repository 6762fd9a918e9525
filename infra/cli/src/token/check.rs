//! `token check`.

use dataconnect::auth::AccessList;
use dataconnect::digest::Digest;
use jiff::civil::Date;
use serde::Serialize;

use super::{State, entries, today};
use crate::cli::LookArgs;
use crate::exit::Exit;
use crate::output::{Column, Report, Row, Tone};
use crate::secret;

#[derive(Debug, PartialEq, Serialize)]
struct Verdict {
    accepted: bool,
    /// The entry that the token is, if it is one.
    name: Option<String>,
    found: String,
}

impl Row for Verdict {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::new("token", |verdict| (Tone::Plain, verdict.name.clone().unwrap_or_else(|| "unknown".to_owned()))),
            Column::new("verdict", |verdict| {
                (if verdict.accepted { Tone::Good } else { Tone::Bad }, verdict.found.clone())
            }),
        ]
    }
}

pub(super) async fn run(args: &LookArgs) -> anyhow::Result<Exit> {
    let list = entries(&args.tokens).await?;
    let verdict = judge(&list, &secret::ask("Token to check (not shown): ")?, today());
    let exit = if verdict.accepted { Exit::Good } else { Exit::Bad };
    Report::new(args.view).print(&[verdict])?;
    Ok(exit)
}

fn judge(list: &AccessList, token: &str, today: Date) -> Verdict {
    let digest = Digest::of(token.as_bytes());
    let Some(entry) = list.entries().iter().find(|entry| entry.digest == digest) else {
        return Verdict { accepted: false, name: None, found: "no entry has its digest".to_owned() };
    };
    let state = State::of(entry, today);
    let pairs = entry.bound_to.iter().flatten().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let whom = if pairs.is_empty() { "everybody".to_owned() } else { pairs };
    Verdict {
        accepted: !matches!(state, State::Expired(_)),
        name: Some(entry.name.clone()),
        found: format!("{}, for {whom}", state.text()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_its_entry_until_its_last_day() {
        let setting = format!("wfx:{}:expires=2026-11-23:for=2/A", Digest::of(b"dc_one"));
        let list: AccessList = setting.parse().unwrap();
        let verdict = |token, day| {
            let verdict = judge(&list, token, jiff::civil::date(2026, 11, day));
            (verdict.accepted, verdict.name, verdict.found)
        };
        let name = Some("wfx".to_owned());
        assert_eq!(verdict("dc_one", 23), (true, name.clone(), "accepted, today is its last day, for 2/A".to_owned()));
        assert_eq!(verdict("dc_one", 24), (false, name, "expired yesterday, for 2/A".to_owned()));
        assert_eq!(verdict("dc_on", 23), (false, None, "no entry has its digest".to_owned()));
    }
}
