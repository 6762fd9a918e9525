//! `token`: making, listing, rotating and checking what senders use. Nothing here deploys, and nothing keeps a token.

mod check;
mod list;
mod new;
mod rotate;

use anyhow::Context;
use dataconnect::auth::{AccessEntry, AccessList, AccessToken};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::cli::{TokenArgs, TokenCommand, TokensArgs};
use crate::connect::Receiver;
use crate::exit::Exit;

pub use list::State;

/// Runs `token`.
///
/// # Errors
/// If the entries cannot be had, or are malformed.
pub async fn run(args: TokenArgs) -> anyhow::Result<Exit> {
    match args.command {
        TokenCommand::New(args) => new::run(args),
        TokenCommand::List(args) => list::run(&args).await,
        TokenCommand::Rotate(args) => rotate::run(args).await,
        TokenCommand::Check(args) => check::run(&args).await,
    }
}

/// The entries that are given, or else those of the receiver that is meant.
async fn entries(given: &TokensArgs) -> anyhow::Result<AccessList> {
    let setting = match &given.tokens {
        Some(setting) => setting.clone(),
        None => Receiver::find(&given.target).await?.access_tokens()?,
    };
    setting.parse().context("AccessTokens is malformed")
}

/// A new token, which nobody knows.
fn random() -> anyhow::Result<AccessToken> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).context("the operating system gives no random bytes")?;
    Ok(AccessToken::of(bytes))
}

/// What is accepted in place of a token, under the name that is given or one with the day in it.
fn entry(name: Option<String>, token: &AccessToken, today: Date) -> AccessEntry {
    let name = name.unwrap_or_else(|| format!("token-{today}"));
    AccessEntry { name, digest: token.digest(), expires: None, bound_to: None }
}

/// The day by which expiry is judged.
fn today() -> Date {
    TimeZone::UTC.to_datetime(Timestamp::now()).date()
}
