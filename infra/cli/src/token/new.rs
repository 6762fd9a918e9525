//! `token new`.

use std::io::Write;

use anyhow::Context;
use dataconnect::auth::{AccessEntry, AccessList};
use serde::Serialize;

use super::{entry, random, today};
use crate::cli::NewArgs;
use crate::exit::Exit;
use crate::output::{Column, Report, Row, Tone};

/// A token and what is accepted in its place.
#[derive(Serialize)]
struct Made {
    token: String,
    entry: String,
}

impl Row for Made {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::new("token", |made| (Tone::Plain, made.token.clone())),
            Column::new("entry", |made| (Tone::Plain, made.entry.clone())),
        ]
    }
}

pub(super) fn run(args: NewArgs) -> anyhow::Result<Exit> {
    let token = random()?;
    let entry = AccessEntry {
        expires: args.expires,
        bound_to: (!args.customer.is_empty()).then_some(args.customer),
        ..entry(args.name, &token, today())
    };
    // Read back: what a deployment would refuse is not handed out.
    let entry = entry.to_string();
    entry.parse::<AccessList>().context("the entry is malformed")?;

    let report = Report::new(args.view);
    if !report.for_people() {
        report.print(&[Made { token: token.reveal().to_owned(), entry }])?;
        return Ok(Exit::Good);
    }
    let (mut out, secret) = (anstream::stdout().lock(), token.reveal());
    write!(out, "The token, for the sender. It is shown this once:\n\n  {secret}\n\n")?;
    writeln!(out, "Its entry in AccessTokens, for samconfig.toml:\n\n  {entry}")?;
    Ok(Exit::Good)
}
