//! The receiver that `make run` started, by the file that it wrote.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Context;
use aws_config::{Region, SdkConfig};
use aws_sdk_s3::config::Credentials;
use dataconnect::payload::OPERATIONS;

use super::{aws, stores};

/// The variable of the development token.
pub(super) const TOKEN: &str = "DATACONNECT_TOKEN";

/// The variables of the file `env` in `make run`'s folder. It is there as long as the receiver answers, or was killed.
pub(super) fn environment(folder: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let path = folder.join("env");
    let text = fs::read_to_string(&path).with_context(|| {
        format!(
            "cannot read {}: start the receiver with `make run`, and call this from the same directory or name its \
             folder with --folder",
            path.display()
        )
    })?;
    assignments(&text).with_context(|| format!("{} is not as `make run` writes it", path.display()))
}

/// `export NAME='value'`, a line each.
fn assignments(text: &str) -> Option<BTreeMap<String, String>> {
    let assignment = |line: &str| {
        let (name, value) = line.strip_prefix("export ")?.split_once('=')?;
        let value = value.strip_prefix('\'')?.strip_suffix('\'')?;
        Some((name.to_owned(), value.replace(r"'\''", "'")))
    };
    text.lines().map(assignment).collect()
}

/// What a stack's outputs would say.
pub(super) fn outputs(environment: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let variables = OPERATIONS.iter().map(|operation| operation.table_variable).chain(["ARCHIVE_BUCKET"]);
    let names =
        variables.map(|variable| (variable, stores::output_of(variable))).chain([("DATACONNECT_URL", "ApiUrl")]);
    names.filter_map(|(variable, output)| Some((output.to_owned(), environment.get(variable)?.clone()))).collect()
}

/// Credentials and region of the local stack, whatever the shell and the AWS configuration say.
pub(super) async fn sdk_config(environment: &BTreeMap<String, String>) -> SdkConfig {
    let variable = |name: &str| environment.get(name).cloned().unwrap_or_default();
    let credentials =
        Credentials::new(variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"), None, None, "make run");
    aws::defaults().region(Region::new(variable("AWS_REGION"))).credentials_provider(credentials).load().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read_as_a_shell_reads_it() {
        let read = assignments("export A='1'\nexport B='it'\\''s $HOME'\n").unwrap();
        assert_eq!(read, BTreeMap::from([("A".into(), "1".into()), ("B".into(), "it's $HOME".into())]));
        assert_eq!(assignments("A=1"), None);
    }
}
