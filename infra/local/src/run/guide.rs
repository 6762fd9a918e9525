//! What is printed when everything answers.

use std::{fmt::Write, path::Path};

use super::{Facts, Operation, env_file};

pub(super) fn text(facts: &Facts) -> String {
    let mut text = format!("\nThe receiver answers at {}\n\nSend it an event of each kind:\n\n", facts.url);
    for operation in &facts.operations {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {}", curl(facts, operation));
    }
    let env = env_file::path(facts.folder);
    let folder = facts.folder.display();
    let _ = write!(
        text,
        r#"
See what came of it, from this directory in another terminal:

  . {env}
  aws dynamodb scan --table-name "$PUNCHES_TABLE"
  aws s3 ls --recursive "s3://$ARCHIVE_BUCKET/"
  aws s3 cp "s3://$ARCHIVE_BUCKET/KEY" -

or in a browser at http://127.0.0.1:8015, with

  npx dynamodb-admin --host 127.0.0.1 --port 8015 --dynamo-endpoint {dynamodb} --skip-default-credentials

The data is in {folder}/data, the functions' log in {folder}/watch.log, the token in {folder}/token.
Ctrl-C stops everything. The data stays for the next start; to begin anew, remove {folder}/data.
"#,
        env = shell_path(&env),
        dynamodb = facts.stack.dynamodb_endpoint(),
    );
    text
}

/// One line, ready to paste.
fn curl(facts: &Facts, operation: &Operation) -> String {
    format!(
        "curl -i -X {method} '{url}{path}' -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' \
         --data-binary @tests/fixtures/{binary}.json",
        method = operation.route.method,
        url = facts.url,
        path = operation.route.path,
        token = facts.token.reveal(),
        binary = operation.binary,
    )
}

/// `.` looks a name without a slash up in PATH.
fn shell_path(path: &Path) -> String {
    let shown = path.display().to_string();
    if shown.contains('/') { shown } else { format!("./{shown}") }
}
