//! Running the binary, and what it runs against.

pub(crate) mod aws;
pub(crate) mod receiver;

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

/// What a run left.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// The lines of standard output, each a JSON object.
    pub(crate) fn json(&self) -> Vec<Value> {
        let parse = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        self.out.lines().map(parse).collect()
    }
}

/// Runs `dataconnect`, with nothing in its environment but what is given, and that on standard input.
pub(crate) fn run_with(args: &[&str], environment: &[(&str, &str)], input: &str) -> Ran {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_dataconnect"));
    command.args(args).env_clear().env("HOME", home.path()).env("TZ", "UTC").env("AWS_EC2_METADATA_DISABLED", "true");
    command.envs(environment.iter().copied());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A command that reads nothing may have ended.
    drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    Ran {
        code: output.status.code().expect("an exit code"),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

pub(crate) fn run(args: &[&str]) -> Ran {
    run_with(args, &[], "")
}

/// A run while this process serves what it asks.
pub(crate) async fn run_beside(args: &[&str], environment: &[(&str, &str)]) -> Ran {
    let args: Vec<_> = args.iter().map(|arg| (*arg).to_owned()).collect();
    let environment: Vec<_> =
        environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let run = move || {
        let args: Vec<_> = args.iter().map(String::as_str).collect();
        let environment: Vec<_> = environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        run_with(&args, &environment, "")
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}
