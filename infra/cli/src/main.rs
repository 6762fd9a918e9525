//! `dataconnect`: reads the command line, and ends with what the command says.

use std::process::ExitCode;

use clap::Parser;
use dataconnect_cli::{cli::Cli, dispatch};

#[tokio::main]
async fn main() -> ExitCode {
    dispatch::run(Cli::parse()).await.into()
}
