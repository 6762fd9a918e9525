//! `send`: what WFX would send.

mod answer;
mod body;
mod http;
mod url;

use std::env;
use std::io::{self, IsTerminal};

use anyhow::{Context, bail};
use dataconnect::operation::Operation;
use dataconnect::payload::OPERATIONS;

use crate::cli::SendArgs;
use crate::connect::Receiver;
use crate::exit::Exit;
use crate::output::{Progress, Report};
use crate::secret;
use answer::Answer;
use http::Sender;

/// The variable of the token, for scripts.
const TOKEN: &str = "DATACONNECT_TOKEN";

/// Sends, and shows the answers. Bad news if one of them is not 200.
///
/// # Errors
/// If there is nothing to send, no address or no token.
pub async fn run(args: SendArgs) -> anyhow::Result<Exit> {
    let events = events(&args)?;
    let (url, local_token) = endpoint(&args).await?;
    let sender = Sender::new(&url::checked(&url)?, &token(local_token, &args)?);

    let answers = tokio::task::spawn_blocking(move || send_all(&sender, &events)).await?;
    Report::new(args.view).print(&answers)?;
    Ok(if answers.iter().all(Answer::is_good) { Exit::Good } else { Exit::Bad })
}

/// What to send, in this order.
fn events(args: &SendArgs) -> anyhow::Result<Vec<(&'static Operation, Vec<u8>)>> {
    if args.all_samples {
        return OPERATIONS
            .into_iter()
            .map(|operation| Ok((operation, body::sample(operation, &args.tenant)?)))
            .collect();
    }
    let operation = args.operation.context("which operation?")?.operation();
    let body = match &args.file {
        Some(path) => body::file(path)?,
        None => body::sample(operation, &args.tenant)?,
    };
    Ok(vec![(operation, body)])
}

/// The address, and the token that belongs to it, where this machine knows. No stack is asked for an address that is given.
async fn endpoint(args: &SendArgs) -> anyhow::Result<(String, Option<String>)> {
    if let Some(url) = &args.url {
        return Ok((url.clone(), None));
    }
    let receiver = Receiver::find(&args.target).await?;
    Ok((receiver.url()?.to_owned(), receiver.token().map(str::to_owned)))
}

fn token(local: Option<String>, args: &SendArgs) -> anyhow::Result<String> {
    if let Some(token) = local.or_else(|| env::var(TOKEN).ok().filter(|token| !token.is_empty())) {
        return Ok(token);
    }
    let body_comes_from_there = args.file.as_ref().is_some_and(|path| path.as_os_str() == "-");
    if body_comes_from_there || !io::stdin().is_terminal() {
        bail!("no token: set {TOKEN}, or call this at a terminal, where it is asked for");
    }
    secret::ask("Token to send with (not shown): ")
}

fn send_all(sender: &Sender, events: &[(&'static Operation, Vec<u8>)]) -> Vec<Answer> {
    let progress = Progress::new(Some(events.len() as u64), "events");
    let send = |(operation, body): &(&'static Operation, Vec<u8>)| {
        let answer = sender.send(operation, body);
        progress.add(1);
        answer
    };
    events.iter().map(send).collect()
}
