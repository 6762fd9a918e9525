//! `dataconnect-local`: the local AWS stack alone, or all of `make run`.

#[cfg(feature = "run")]
mod run;
mod shell;
mod signals;

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Args, Parser, Subcommand};
use dataconnect_local::{
    stack::{LocalStack, Options},
    template::Template,
};

/// The local AWS stack: DynamoDB and S3 on loopback, made from template.yaml.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// DynamoDB and S3 alone, until Ctrl-C or SIGTERM. Prints the environment that functions need to find them.
    Stack(StackArgs),
    /// DynamoDB, S3 and the functions behind their routes, until Ctrl-C or SIGTERM.
    #[cfg(feature = "run")]
    Run {
        #[command(flatten)]
        stack: StackArgs,
        #[command(flatten)]
        run: run::Args,
    },
}

#[derive(Args)]
struct StackArgs {
    /// The template whose tables and bucket are made.
    #[arg(long, default_value = "template.yaml")]
    template: PathBuf,
    /// The folder of everything that is kept; the data is in its folder `data`.
    #[arg(long, default_value = ".dataconnect")]
    folder: PathBuf,
    /// DynamoDB's port; 0 takes a free one.
    #[arg(long, default_value_t = 8000)]
    dynamodb_port: u16,
    /// S3's port; 0 takes a free one.
    #[arg(long, default_value_t = 9090)]
    s3_port: u16,
}

impl StackArgs {
    fn start(&self, template: &Template) -> anyhow::Result<LocalStack> {
        let options =
            Options { dynamodb_port: self.dynamodb_port, s3_port: self.s3_port, data: Some(self.folder.join("data")) };
        Ok(LocalStack::start(template, &options)?)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Stack(args) => stack(args).await,
        #[cfg(feature = "run")]
        Command::Run { stack, run } => run::run(stack, run).await,
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to do if not even standard error can be written.
            let _ = writeln!(io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn stack(args: StackArgs) -> anyhow::Result<()> {
    let mut stop = signals::Stop::new()?;
    let template = Template::read(&args.template)?;
    let stack = args.start(&template)?;
    write!(io::stdout(), "{}", shell::assignments(&stack.environment()))?;
    stop.asked().await;
    stack.stop();
    Ok(())
}
