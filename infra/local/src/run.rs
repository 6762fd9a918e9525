//! All of `make run`: the stack, a token, the functions behind their routes, and what a newcomer needs to know.

mod env_file;
mod guide;
mod private;
mod processes;
mod ready;
mod token;
mod watch;

use std::{
    collections::BTreeMap,
    convert::Infallible,
    fs,
    io::{self, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
};

use anyhow::Context;
use dataconnect::auth::AccessToken;
use dataconnect_local::{
    stack::LocalStack,
    template::{Route, Template},
};

use crate::{StackArgs, signals::Stop};
use watch::Watch;

/// What `run` adds to the options of the stack.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The port of the functions' routes.
    #[arg(long, default_value_t = 9000)]
    port: u16,
    /// cargo-lambda; by default the one that `make run` installs in the folder's tools/bin.
    #[arg(long)]
    cargo_lambda: Option<PathBuf>,
}

/// An operation of the receiver: the binary that serves it and where.
struct Operation {
    binary: String,
    route: Route,
}

/// What there is to know about a running receiver.
struct Facts<'a> {
    url: String,
    token: &'a AccessToken,
    folder: &'a Path,
    stack: &'a LocalStack,
    operations: Vec<Operation>,
}

/// Starts everything, says so, and stops everything when asked to.
pub(crate) async fn run(options: StackArgs, args: Args) -> anyhow::Result<()> {
    let mut stop = Stop::new()?;
    let template = Template::read(&options.template)?;
    let cargo_lambda = find_cargo_lambda(&options.folder, args.cargo_lambda)?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port));

    let folder = options.folder.as_path();
    // From here on the folder is ours alone.
    let stack = options.start(&template)?;
    require_free(address)?;
    env_file::remove(folder)?;
    let token = token::load_or_make(folder)?;
    let environment = functions_environment(&stack, &token);
    let mut watch = Watch::start(&cargo_lambda, address, folder, &environment)?;

    let facts = Facts {
        url: format!("http://{address}"),
        token: &token,
        folder,
        stack: &stack,
        operations: operations(&template),
    };
    let log = watch.log().to_owned();
    let result = tokio::select! {
        () = stop.asked() => Ok(()),
        ended = watch.ended() => Err(ended),
        failed = announce(&facts, address, &log) => failed.map(|never| match never {}),
    };
    watch.stop().await;
    stack.stop();
    result
}

/// Says when all operations answer, and then has nothing more to do.
async fn announce(facts: &Facts<'_>, address: SocketAddr, log: &Path) -> anyhow::Result<Infallible> {
    say(&format!("Starting the functions, which may have to be compiled first. Their log: {}", log.display()))?;
    ready::wait(address, &facts.operations, log).await?;
    env_file::write(facts)?;
    say(&guide::text(facts))?;
    std::future::pending().await
}

/// The operations, in the order in which one tries them: those that make records first.
fn operations(template: &Template) -> Vec<Operation> {
    let mut operations: Vec<_> = template
        .functions()
        .into_iter()
        .filter_map(|function| Some((function.binary?, function.routes)))
        .flat_map(|(binary, routes)| routes.into_iter().map(move |route| Operation { binary: binary.clone(), route }))
        .collect();
    operations.sort_by_key(|operation| operation.route.method != "POST");
    operations
}

/// What the functions are given: the stack, the template's defaults, and the one token that opens them.
fn functions_environment(stack: &LocalStack, token: &AccessToken) -> BTreeMap<String, String> {
    let mut environment = stack.environment();
    environment.insert("ACCESS_TOKENS".to_owned(), format!("development:{}", token.digest()));
    environment.insert("AUTHENTICATION".to_owned(), "required".to_owned());
    environment
}

fn find_cargo_lambda(folder: &Path, given: Option<PathBuf>) -> anyhow::Result<PathBuf> {
    let path = given.unwrap_or_else(|| folder.join("tools/bin/cargo-lambda"));
    fs::canonicalize(&path).with_context(|| {
        format!(
            "cargo-lambda is not at {}; `make run` installs it there, `--cargo-lambda PATH` names another",
            path.display()
        )
    })
}

/// Finds out early: `cargo lambda watch` would leave it at a line in its log.
fn require_free(address: SocketAddr) -> anyhow::Result<()> {
    TcpListener::bind(address).map(drop).with_context(|| format!("the functions cannot listen on {address}"))
}

fn say(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}
