//! Environment variables as a shell reads them.

use std::collections::BTreeMap;

/// One `export` a line.
pub(crate) fn assignments(variables: &BTreeMap<String, String>) -> String {
    let lines: Vec<_> = variables.iter().map(|(name, value)| format!("export {name}={}\n", quote(value))).collect();
    lines.concat()
}

/// A word that any shell reads back as `text`.
fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_shell_reads_every_value_back() {
        let value = "it's $HOME `id` \"x\" \\ \n end";
        let variables = BTreeMap::from([("NAME".to_owned(), value.to_owned())]);
        let script = format!("{}printenv NAME", assignments(&variables));
        let output = Command::new("sh").args(["-c", &script]).output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{value}\n"));
    }
}
