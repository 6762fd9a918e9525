//! The local stack in a process of its own: `DynamoDB` and S3 that keep what they are given.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::process::{Environment, Place, Process};

/// What the functions must know of it. It prints more.
const NEEDED: [&str; 10] = [
    "ARCHIVE_BUCKET",
    "AWS_ACCESS_KEY_ID",
    "AWS_ENDPOINT_URL_DYNAMODB",
    "AWS_ENDPOINT_URL_S3",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "INCIDENTS_TABLE",
    "NOTES_TABLE",
    "PUNCHES_TABLE",
    "WORK_ORDERS_TABLE",
];

/// A running stack. It is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Stack {
    pub(crate) process: Process,
    /// What the functions must know of it.
    pub(crate) environment: Environment,
}

impl Stack {
    /// Starts its program on free ports, with its data in a folder. The repository has the template.
    pub(crate) fn start(program: &Path, root: &Path, folder: &Path) -> Result<Self> {
        let mut command = Command::new(program);
        command.args(["stack", "--dynamodb-port", "0", "--s3-port", "0", "--template"]);
        command.arg(root.join("template.yaml")).arg("--folder").arg(folder);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut process = Process::spawn(command, Place::AnyCpu)?;
        let mut environment = Environment::new();
        for line in BufReader::new(process.output()?).lines() {
            let line = line?;
            let (name, value) = assignment(&line).with_context(|| format!("no variable: {line}"))?;
            if NEEDED.contains(&name) {
                environment.insert(name.to_owned(), value.to_owned());
            }
            if environment.len() == NEEDED.len() {
                return Ok(Self { process, environment });
            }
        }
        anyhow::bail!("the local stack has ended, and told no more than {environment:?}\n{}", process.last_words()?)
    }
}

/// A variable and its value, neither of which has a quote, as the stack prints them.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.strip_prefix("export ")?.split_once('=')?;
    Some((name, value.strip_prefix('\'')?.strip_suffix('\'')?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_read_without_its_quotes() {
        assert_eq!(assignment("export ARCHIVE_BUCKET='archive'"), Some(("ARCHIVE_BUCKET", "archive")));
        assert_eq!(assignment("export ARCHIVE_BUCKET=archive"), None);
    }
}
