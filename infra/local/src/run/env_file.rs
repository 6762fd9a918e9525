//! `.dataconnect/env`: shell assignments for whoever scripts against the running receiver. It is there when the
//! receiver answers, not before.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::Context;

use super::{Facts, private};
use crate::shell;

/// What the template's variables may be named here. The functions' other settings are nobody else's business.
const RESOURCES: [&str; 5] = ["WORK_ORDERS_TABLE", "PUNCHES_TABLE", "INCIDENTS_TABLE", "NOTES_TABLE", "ARCHIVE_BUCKET"];

pub(super) fn path(folder: &Path) -> PathBuf {
    folder.join("env")
}

/// Removes what an earlier start has left.
pub(super) fn remove(folder: &Path) -> anyhow::Result<()> {
    match fs::remove_file(path(folder)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path(folder).display()))
        }
        _ => Ok(()),
    }
}

pub(super) fn write(facts: &Facts) -> anyhow::Result<()> {
    let mut variables = facts.stack.environment();
    variables.retain(|name, _| name.starts_with("AWS_") || RESOURCES.contains(&name.as_str()));
    variables.insert("DATACONNECT_URL".to_owned(), facts.url.clone());
    variables.insert("DATACONNECT_TOKEN".to_owned(), facts.token.reveal().to_owned());
    let path = path(facts.folder);
    private::write(&path, &shell::assignments(&variables)).with_context(|| format!("cannot write {}", path.display()))
}
