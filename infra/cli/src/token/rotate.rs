//! `token rotate`.

use std::io::Write;

use anyhow::{Context, bail};
use dataconnect::auth::{AccessEntry, AccessList, AccessToken};
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

use super::{State, entries, entry, random, today};
use crate::cli::RotateArgs;
use crate::exit::Exit;
use crate::output::{Column, Report, Row, Tone};

/// The new token, and the parameter with it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rotated {
    token: String,
    access_tokens: String,
}

impl Row for Rotated {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::new("token", |rotated| (Tone::Plain, rotated.token.clone())),
            Column::new("access tokens", |rotated| (Tone::Plain, rotated.access_tokens.clone())),
        ]
    }
}

pub(super) async fn run(args: RotateArgs) -> anyhow::Result<Exit> {
    let (list, today, token) = (entries(&args.tokens).await?, today(), random()?);
    let new = AccessEntry { expires: args.expires, ..entry(args.name, &token, today) };
    let last_day = today.checked_add(i32::from(args.overlap).days()).context("--overlap is too long")?;
    let rotated = rotate(&list, args.old.as_deref(), new, last_day, today)?;
    show(&token, &rotated, Report::new(args.view))?;
    Ok(Exit::Good)
}

/// The entries with a new one, which writes for whom the old one does, and the old one dated.
fn rotate(
    list: &AccessList,
    old: Option<&str>,
    new: AccessEntry,
    last_day: Date,
    today: Date,
) -> anyhow::Result<AccessList> {
    let old = replaced(list, old, today)?;
    let mut entries = list.entries().to_vec();
    let mut bound_to = None;
    for entry in entries.iter_mut().filter(|entry| entry.name == old) {
        bound_to.clone_from(&entry.bound_to);
        // A day that was set already is not put off.
        entry.expires = Some(entry.expires.map_or(last_day, |set| set.min(last_day)));
    }
    entries.push(AccessEntry { bound_to, ..new });
    let texts: Vec<_> = entries.iter().map(ToString::to_string).collect();
    texts.join(",").parse().context("the new entries are malformed; another --name may help")
}

/// The name of the token to replace.
fn replaced(list: &AccessList, named: Option<&str>, today: Date) -> anyhow::Result<String> {
    let list_of =
        |entries: &[&AccessEntry]| entries.iter().map(|entry| entry.name.as_str()).collect::<Vec<_>>().join(", ");
    if let Some(name) = named {
        if list.entries().iter().any(|entry| entry.name == name) {
            return Ok(name.to_owned());
        }
        bail!("there is no token {name}; there are {}", list_of(&list.entries().iter().collect::<Vec<_>>()));
    }
    let live = |entry: &&AccessEntry| !matches!(State::of(entry, today), State::Expired(_));
    match list.entries().iter().filter(live).collect::<Vec<_>>().as_slice() {
        [one] => Ok(one.name.clone()),
        [] => bail!("every token has expired; make a new one with `token new`"),
        several => bail!("several tokens are accepted; say which to replace with --old: {}", list_of(several)),
    }
}

fn show(token: &AccessToken, rotated: &AccessList, report: Report) -> anyhow::Result<()> {
    let secret = token.reveal();
    if !report.for_people() {
        let rotated = Rotated { token: secret.to_owned(), access_tokens: rotated.to_string() };
        return Ok(report.print(&[rotated])?);
    }
    let mut out = anstream::stdout().lock();
    write!(out, "The new token, for the sender. It is shown this once:\n\n  {secret}\n\n")?;
    write!(
        out,
        "The parameter, for samconfig.toml; then `sam build && sam deploy`:\n\n  \"AccessTokens={rotated}\"\n\n"
    )?;
    writeln!(out, "When the sender has changed over, the old entry can go; until its last day both are accepted.")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rotated(setting: &str, old: Option<&str>) -> anyhow::Result<String> {
        let new = entry(Some("new".to_owned()), &AccessToken::of([0; 32]), Date::MIN);
        let (last_day, today) = (jiff::civil::date(2026, 12, 23), jiff::civil::date(2026, 11, 23));
        let list = setting.parse().unwrap();
        let rotated = rotate(&list, old, new, last_day, today)?.to_string();
        Ok(rotated.replace(&AccessToken::of([0; 32]).digest().to_string(), "NEW"))
    }

    #[test]
    fn the_new_one_writes_for_whom_the_old_one_does_and_the_old_one_is_dated() {
        let old = format!("old:{}", "1".repeat(64));
        let bound = format!("{old}:for=2/A%20B");
        assert_eq!(rotated(&old, None).unwrap(), format!("{old}:expires=2026-12-23,new:NEW"));
        assert_eq!(rotated(&bound, None).unwrap(), format!("{old}:expires=2026-12-23:for=2/A%20B,new:NEW:for=2/A%20B"));
        let soon = format!("{old}:expires=2026-11-30");
        assert_eq!(rotated(&soon, None).unwrap(), format!("{soon},new:NEW"), "a nearer day stays");
    }

    #[test]
    fn of_several_one_is_named_and_a_name_is_given_once() {
        let [a, b] = [("a", "1"), ("b", "2")].map(|(name, digit)| format!("{name}:{}", digit.repeat(64)));
        let both = format!("{a},{b}");
        let fault = |setting: &str, old| format!("{:#}", rotated(setting, old).unwrap_err());
        assert!(fault(&both, None).contains("--old: a, b"));
        assert!(fault(&both, Some("c")).contains("no token c"));
        assert_eq!(rotated(&both, Some("b")).unwrap(), format!("{a},{b}:expires=2026-12-23,new:NEW"));
        let expired = format!("{a}:expires=2026-11-22,{b}");
        assert!(rotated(&expired, None).unwrap().contains(&format!("{b}:expires=2026-12-23")), "only b is left");
        assert!(fault(&format!("new:{}", "3".repeat(64)), None).contains("name of an earlier one"));
    }
}
