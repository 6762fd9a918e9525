//! `token new`.

use std::io::Write;

use anyhow::Context;
use dataconnect::auth::{AccessEntry, AccessList};
use serde_json::json;

use super::{entry, random, today};
use crate::cli::NewArgs;
use crate::exit::Exit;
use crate::output::Report;

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

    let mut out = anstream::stdout().lock();
    if Report::new(args.view).for_people() {
        let secret = token.reveal();
        write!(out, "The token, for the sender. It is shown this once:\n\n  {secret}\n\n")?;
        writeln!(out, "Its entry in AccessTokens, for samconfig.toml:\n\n  {entry}")?;
    } else {
        writeln!(out, "{}", json!({ "token": token.reveal(), "entry": entry }))?;
    }
    Ok(Exit::Good)
}
